"""Which demand a result means by a printed number: "(see requirement 1)", "AFI 4", "R6 and R7 below address this"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from scrutiny.records.mentions import Mention, canonical, is_code, is_outline, singular
from scrutiny.records.printed_labels import Label, Place, run_in
from scrutiny.report import Record, Report

#: What demands are called wherever they stand.
DEMAND_NOUNS = frozenset("recommendation requirement improvement action suggestion".split())
#: Of more demands with one number it cannot be told which is meant.
_MOST_OF_ONE_NUMBER = 40
#: Codes that need not be pointed to: no "A4", "M4".
_OWN_CODE = re.compile(r"[rs][0-9]|[a-z]{2}|[a-z][0-9]{3}|[0-9]")
_CODE = re.compile(r"[a-z]{1,3}(?P<number>[0-9]{1,3})")
_MARKED = re.compile("[A-Za-z]{3,24}")


class PrintedDemands:
    """The demands of a report by their numbers and by what they are called."""

    def __init__(self, report: Report, demands: Sequence[Record], places: Sequence[Place]) -> None:
        self._numbered: dict[str, list[Record]] = defaultdict(list)
        self._parts: dict[str, list[Record]] = defaultdict(list)
        self._names: dict[str, frozenset[str]] = {}
        self._heading: dict[str, int] = {}
        #: The numbers of each demand, by its id.
        self.numbers: dict[str, list[str]] = {}
        begun = set[int]()
        for demand in demands:
            first = demand.sentences[0]
            index, place, attributes = report.sentences[first].block, places[first], demand.attributes
            block = report.blocks[index]
            label = next((label for label in reversed(place.labels) if label.noun in DEMAND_NOUNS), Label("", ""))
            number = label.number
            named = run_in(demand.text)
            if attributes and attributes.number and not (named and named.noun in DEMAND_NOUNS):
                own = canonical(attributes.number.value)
                if place.paragraph.endswith(f"/{own}"):  # "a)" below "1."
                    own = place.paragraph
                number = f"{number}/{own}" if number and own.isalpha() else own
            elif not number and index not in begun and any(character.isdecimal() for character in block.marker):
                number = canonical(block.marker)
            begun.add(index)
            kind = attributes.kind.value.split("_") if attributes and attributes.kind else []
            called = (label.noun, *map(singular, kind), *map(singular, _MARKED.findall(block.marker)))
            self._names[demand.id] = (place.nouns | set(called)) - {""}
            self._heading[demand.id] = place.heading
            # A code before its own words is that of what it answers, one above it may be its own: "AFI 4".
            others = [one.number for one in place.labels if is_code(one.number) and one != named]
            if match := _CODE.fullmatch(number):  # "Recommendation 1" may be printed "R1"
                others.append(match["number"])
            self.numbers[demand.id] = [one for one in dict.fromkeys((number, *others)) if one]
            for one in self.numbers[demand.id]:
                self._numbered[one].append(demand)
                if "/" in one:  # "requirement 5" means 5(a) and 5(b) too
                    self._parts[one.partition("/")[0]].append(demand)

    def meant(self, mention: Mention, result: Record) -> list[Record]:
        """The demands that ``result`` mentions."""
        is_paragraph = mention.noun == "paragraph" and mention.pointed and all(map(is_outline, mention.numbers))
        if mention.noun == "section" or (mention.elsewhere and mention.noun):
            return []
        if mention.noun == "paragraph" and not is_paragraph:
            return []
        return [demand for number in mention.numbers for demand in self._of_number(mention, number, result)]

    def _of_number(self, mention: Mention, number: str, result: Record) -> list[Record]:
        # "Requirement 5(b)" means 5 where there is no 5(b).
        whole = self._numbered.get(number.partition("/")[0], [])
        found = [*self._numbered.get(number, ()), *self._parts.get(number, ())] or whole
        if len(found) > _MOST_OF_ONE_NUMBER:
            return []
        if is_code(number):
            return self._nearest(found, result) if mention.pointed or _OWN_CODE.match(number) else []
        is_place = mention.noun == "paragraph" or (mention.bare and not mention.noun)
        if is_place and is_outline(number):
            return self._nearest(found, result)
        called = [demand for demand in found if mention.noun in self._names[demand.id]]
        if mention.noun not in DEMAND_NOUNS and not (called and mention.pointed):
            return []
        return self._nearest(called or found, result)

    def _nearest(self, found: Sequence[Record], result: Record) -> list[Record]:
        """Of several demands with one number, those of the first section with such behind the result, or before it."""
        if len(found) < 2:
            return list(found)
        first = next((demand for demand in found if demand.start > result.start), found[-1])
        return [demand for demand in found if self._heading[demand.id] == self._heading[first.id]]
