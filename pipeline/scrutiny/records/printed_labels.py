"""What the results of a report can be called by: numbers of paragraphs and headings, and codes printed with them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scrutiny.records.mentions import plain, singular
from scrutiny.report import Block, BlockKind, Record, Report, Role

#: What any numbered place may be called.
PLACES = frozenset("paragraph para point item entry bullet".split())
SECTIONS = frozenset("section sect chapter part".split())
#: What findings are called, whatever is printed above them.
FINDINGS = frozenset(
    "finding conclusion observation obs issue concern matter problem weakness deficiency shortcoming nonconformity "
    "non-conformity nonconformance non-conformance noncompliance non-compliance defect fault breach violation "
    "deviation infringement irregularity discrepancy exception gap failing failure factor result remark major minor "
    "critical".split()
)
#: In place of any of them: what is numbered in a heading alone.
HEADED = "headed"
#: What findings are made on, where print calls it so ("Norm 2.2"). Law is left out: it is cited, not pointed to.
_MEASURES = frozenset("norm theme criterion principle question allegation complaint ground charge risk".split())
_DIGITS = r"[0-9]{1,5}(?:[-./][0-9]{1,5}){0,6}"
_HEADED = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,6}\b")
_OUTLINED = re.compile(r"(?P<number>[IVX]{1,5}|[A-Z]|[0-9]{1,3})\.\s")
_NAMED = re.compile(
    rf"(?:key )?(?P<noun>[a-z-]{{3,20}}) (?:no\.? ?)?(?P<number>(?-i:[A-Z]{{0,3}}[-.]?{_DIGITS}|[IVX]{{1,5}}|[A-Z]))\b",
    re.IGNORECASE,
)
_RUN_IN = re.compile(r"(?P<noun>[A-Za-z-]{3,20}): ")
_PLURALS = re.compile(r"\b[a-z-]{3,20}s\b", re.IGNORECASE)
#: A heading over what became of earlier demands: "Recommendations 1 to 4".
_OF_DEMANDS = re.compile(r"recommendations? [0-9]", re.IGNORECASE)
_LETTERS = r"(?:[A-Z]{1,5}(?:-[A-Z]{1,3})?[-. ]?|[A-Z][a-z]{2,3}-)"
_CODE = re.compile(rf"{_LETTERS}{_DIGITS}(?![\w/-])")
#: As short a code as "V4" above what was seen names a vehicle, a room or a valve.
_THING = 3
_SEPARATED = re.compile(r" ?[:(.]| [–—-] |(?: [\w&-]{1,20}){1,4}: ")
_CODE_AT_END = re.compile(rf"[(\[](?P<code>{_LETTERS}{_DIGITS})[)\]]\.?$")
_PART = re.compile(r"\(?(?P<part>[a-z]{1,4}|[IVX]{1,5}|[A-Z])[.)]")


#: A label over more findings names a part of the report, and not each of them for certain.
_MOST_FINDINGS = 6
#: What is printed in more places is no label.
_MOST_PLACES = 200


@dataclass(slots=True)
class _Printing:
    """One place where a label is printed, and the results that it names."""

    section: int
    results: list[Record] = field(default_factory=list)


@dataclass(slots=True)
class _InForce:
    """What names the results of the blocks that follow, until the next of its kind."""

    headings: list[tuple[str, list[_Printing]]] = field(default_factory=list)
    named: list[_Printing] = field(default_factory=list)
    paragraph: list[_Printing] = field(default_factory=list)
    part: list[_Printing] = field(default_factory=list)
    number: str = ""

    def __iter__(self) -> Iterator[_Printing]:
        for _, printings in self.headings:
            yield from printings
        yield from (*self.named, *self.paragraph, *self.part)


class PrintedLabels:
    """The results of a report by the labels printed with them.

    ``demands`` are the numbers of demands by the block they stand in: those are no names of results beside them.
    """

    def __init__(self, report: Report, results: Sequence[Record], demands: Mapping[int, str]) -> None:
        self._printed: defaultdict[tuple[str, str], list[_Printing]] = defaultdict(list)
        #: The number of the section that each block stands in.
        self.sections: list[int] = []
        self._read_blocks(report, results, demands)
        self._read_codes(report, results)
        self.numbers = frozenset(
            number for (_, number), places in self._printed.items() if any(place.results for place in places)
        )

    def find(self, noun: str, numbers: Sequence[str], section: int, *, outside: bool = False) -> list[Record]:
        """The results that ``numbers`` name, mentioned in ``section``; with ``outside``, those not in it.

        A number that is printed in several places names those outside the section, if it is there. Where these are
        several all the same, it must be plain from the other numbers which of them is meant.
        """
        found: list[Record] = []
        places = [self._places(noun, number, section, outside) for number in numbers]
        common = set.intersection(*({place.section for place in some} for some in places)) if places else set[int]()
        for number, some in zip(numbers, places, strict=True):
            if len(some) > 1 and (number.isdecimal() or number.isalpha()) and noun not in SECTIONS:
                some = [place for place in some if place.section in common]
                if len(some) > 1:
                    continue
            named = [result for place in some for result in place.results]
            if sum(result.role is Role.FINDING for result in named) <= _MOST_FINDINGS:
                found += named
        return found

    def _places(self, noun: str, number: str, section: int, outside: bool) -> list[_Printing]:
        for name in _names(noun, number):
            printed = self._printed.get(name, [])
            some = [place for place in printed if place.results] if len(printed) <= _MOST_PLACES else []
            if noun in FINDINGS and name[0] == "paragraph":
                # "Conclusion 7" of numbered paragraphs is the seventh.
                some = [
                    _Printing(place.section, wrong)
                    for place in some
                    if (wrong := [result for result in place.results if result.role is Role.FINDING])
                ]
            elsewhere = [place for place in some if place.section != section]
            if elsewhere or (some and not outside):
                return elsewhere or some
        return []

    def _read_blocks(self, report: Report, results: Sequence[Record], demands: Mapping[int, str]) -> None:
        standing: defaultdict[int, list[Record]] = defaultdict(list)
        for result in results:
            standing[report.sentences[result.sentences[0]].block].append(result)
        in_force, section, is_new = _InForce(), 0, True
        for index, block in enumerate(report.blocks):
            path = tuple(heading for heading, _ in in_force.headings)
            if block.kind is BlockKind.HEADING:
                is_new = True
            elif is_new or block.section_path != path:
                section, is_new = section + 1, False
                self._enter(in_force, block.section_path, section)
            self.sections.append(section)
            if block.kind is not BlockKind.HEADING:
                self._enter_block(in_force, block, section, demands.get(index, ""))
            for printing in in_force:
                printing.results += standing[index]

    def _print(self, section: int, *names: tuple[str, str]) -> list[_Printing]:
        """The printings that a label opens; what stands in one section of a number is one."""
        own = _Printing(section)
        printings = [own]
        for name in dict.fromkeys(names):
            printed = self._printed[name]
            if name[0] != "section":
                printed.append(own)
            else:
                if not printed or printed[-1].section != section:
                    printed.append(_Printing(section))
                printings.append(printed[-1])
        return printings

    def _enter(self, in_force: _InForce, path: tuple[str, ...], section: int) -> None:
        """Take over the labels of the headings of a section; those that stay in force go on."""
        kept = 0
        while kept < min(len(path), len(in_force.headings)) and path[kept] == in_force.headings[kept][0]:
            kept += 1
        del in_force.headings[min(kept, max(0, len(path) - 1)) :]
        outline = [match["number"] if (match := _OUTLINED.match(heading)) else "" for heading in path]
        for depth in range(len(in_force.headings), len(path)):
            names = list(_of_heading(path[depth]))
            if all(outline[: depth + 1]):
                names.append(("section", plain(".".join(outline[: depth + 1]))))
            in_force.headings.append((path[depth], self._print(section, *names)))
        headed = _HEADED.match(path[-1]) if path else None
        in_force.number = headed.group() if headed else ""
        in_force.paragraph = self._print(section, ("paragraph", in_force.number)) if headed else []
        in_force.named, in_force.part = [], []

    def _enter_block(self, in_force: _InForce, block: Block, section: int, demand: str) -> None:
        number = plain(block.marker)
        named = _NAMED.match(block.text)
        if named and not (
            (noun := singular(named["noun"])) in FINDINGS
            or (noun in _MEASURES and _SEPARATED.match(block.text, named.end()))
        ):
            named = None
        called = [(singular(named["noun"]), plain(named["number"]))] if named else []
        if number[:1].isalpha() and number == demand:
            in_force.number, in_force.paragraph, in_force.part = "", [], []
        elif any(character.isdigit() for character in number):
            in_force.number, in_force.part = number, []
            names = [*called, ("paragraph", number), *(("section", around) for around in _around(number))]
            if marked := _NAMED.match(block.marker):
                names.append((singular(marked["noun"]), plain(marked["number"])))
            elif number[0].isalpha():
                names += _of_code(number)
            if block.marker.startswith("["):
                names.append(("[]", number))
            if run_in := _RUN_IN.match(block.text):
                names.append((singular(run_in["noun"]), number))
            heading = block.section_path[-1] if block.section_path else ""
            kinds = {singular(noun) for noun in _PLURALS.findall(heading)} & (FINDINGS | _MEASURES)
            if _OF_DEMANDS.match(heading):
                kinds.add("recommendation")
            in_force.paragraph = self._print(section, *names, *((kind, number) for kind in sorted(kinds)))
        elif part := _PART.fullmatch(block.marker):
            letter = part["part"].lower()
            around = f"{in_force.number}({letter})" if in_force.number else letter
            in_force.part = self._print(section, ("paragraph", around), ("paragraph", letter))
        elif called:
            in_force.named = self._print(section, *called, (HEADED, called[0][1]))

    def _read_codes(self, report: Report, results: Sequence[Record]) -> None:
        """Codes that a result begins or ends with."""
        begun = [
            match if (match := _CODE.match(result.text)) and _SEPARATED.match(result.text, match.end()) else None
            for result in results
        ]
        ended = [_CODE_AT_END.search(result.text) for result in results]
        # What is spoken of besides is a thing, or somebody: "... fell twice (R2). R2 was not seen by a doctor."
        spoken = {
            plain(match.group())
            for result, first, last in zip(results, begun, ended, strict=True)
            for match in _CODE.finditer(
                result.text, first.end() if first else 0, last.start() if last else len(result.text)
            )
        }
        for result, first, last in zip(results, begun, ended, strict=True):
            section = self.sections[report.sentences[result.sentences[0]].block]
            codes = list[str]()
            if first:
                codes.append(plain(first.group()))
            if last and (code := plain(last["code"])) not in spoken:
                codes.append(code)
            for printing in self._print(section, *(name for code in codes for name in _of_code(code))):
                printing.results.append(result)


def _names(noun: str, number: str) -> tuple[tuple[str, str], ...]:
    """The labels that ``noun`` and a number may be a mention of, the likeliest first."""
    if noun in PLACES:
        return (("paragraph", number),)
    if noun in SECTIONS:
        return (("section", number),)
    if noun in FINDINGS:
        initials = "nc" if noun.startswith("non") else noun[0]
        return (noun, number), ("finding", number), ("", number), ("", initials + number), ("paragraph", number)
    return ((noun, number), ("", number)) if number[:1].isalpha() else ((noun, number),)


def _of_heading(heading: str) -> Iterator[tuple[str, str]]:
    if headed := _HEADED.match(heading):
        yield "section", headed.group()
    elif (code := _CODE.match(heading)) and len(code.group()) > _THING:
        yield from _of_code(plain(code.group()))
    elif (named := _NAMED.match(heading)) and (noun := singular(named["noun"])) in FINDINGS | _MEASURES:
        yield from ((noun, plain(named["number"])), (HEADED, plain(named["number"])))


def _of_code(code: str) -> Iterator[tuple[str, str]]:
    """The names that a code gives: "NC 29-3" is also called 29-3."""
    yield "", code
    digits = code.lstrip("abcdefghijklmnopqrstuvwxyz")
    if "-" in digits:
        yield "", digits


def _around(number: str) -> Iterator[str]:
    """A number and those of the sections around it: 4.13, 4."""
    while number:
        yield number
        number = number.rpartition(".")[0]
