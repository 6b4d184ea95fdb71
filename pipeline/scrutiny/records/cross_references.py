"""Which finding and recommendation refer to each other in print: "(see R3)", "(paragraphs 30 and 112)"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scrutiny.records.mentions import Mention, canonical, is_code, mentions, singular
from scrutiny.records.printed_labels import Labels, Place, around, main_series, places, run_in
from scrutiny.records.references import DEMANDS, PLACE
from scrutiny.report import Basis, BlockKind, Link, Record, Report, Role

#: What demands are called wherever they stand.
_DEMAND_NOUNS = frozenset("recommendation requirement improvement action suggestion".split())
#: What results are called wherever they stand; "conclusion 7" of numbered paragraphs is the seventh.
_FINDING_NOUNS = frozenset("finding conclusion observation issue concern nonconformity deficiency weakness".split())
_RESULT_NOUNS = _FINDING_NOUNS | frozenset("matter point item norm criterion theme".split())
_DEMAND = re.compile(
    rf"(?:{DEMANDS}) (?:no\.? ?)?(?P<number>[A-Z]{{0,3}}[-.]?[0-9]+(?:[./-][0-9a-z]+)*)", re.IGNORECASE
)
_PLACES = frozenset(("paragraph", "section"))
#: Numbers of paragraphs and no quantities.
_OUTLINE = re.compile(r"[0-9][./]")
#: Codes that stand for nothing else where they are not pointed to: no "V4", "C1".
_LONG_CODE = re.compile(r"[a-z]{2}|[a-z][0-9]{3}|[0-9]")
#: A sentence behind a record that only says where it is answered.
_POINTER = re.compile(rf"[(\[]|(?:see|this|these|it|we|{DEMANDS}|R-?[0-9])\b|.*[(\[]see ", re.IGNORECASE)
_POINTER_WORDS = 14
_SEE = re.compile(r"[(\[]?see\b", re.IGNORECASE)
#: A mention of more results is of a chapter, and of no shortfall in it.
_MOST_MEANT = 40


@dataclass(frozen=True, slots=True)
class _Reference:
    """A mention and where it stands in the report."""

    mention: Mention
    start: int
    end: int
    #: In a sentence behind the record, which it may be that others before it share.
    behind: bool = False
    #: What the record itself is labelled with.
    is_label: bool = False


def cross_references(
    report: Report, results: Sequence[Record], demands: Sequence[Record]
) -> dict[tuple[str, str], Link]:
    """The links that the text itself makes, in either direction, by the ids of result and demand."""
    stand = places(report)
    told = {result.id: list(_references(report, result)) for result in results}
    placed, pointing = _placed(results, stand, told), _pointing(results, told)
    numbered = _Demands(report, demands, stand)
    pairs: dict[tuple[str, str], Link] = {}

    def link(result: Record, demand: Record, reference: _Reference) -> None:
        for one in (result, *_further(placed, result, told[result.id])):
            pairs.setdefault((one.id, demand.id), Link(demand.id, 1.0, Basis.EXPLICIT, reference.start, reference.end))

    cited: dict[str, _Reference] = {}
    for index, result in enumerate(results):
        for reference in told[result.id]:
            answering = numbered.named(reference.mention, result)
            if not answering or not (reference.mention.pointed or _is_in_want(result)):
                continue
            meant = [result]
            if reference.behind:
                meant = _run(report, results[: index + 1], {answered for answered, _ in pairs})
            for demand in answering:
                cited.setdefault(demand.id, reference)
                for one in meant:
                    link(one, demand, reference)
    for demand in demands:
        if demand.id in cited:  # what leads to a demand under the number by which others refer to it
            number, section = numbered.number[demand.id], stand[demand.sentences[0]].heading
            for result in placed["" if is_code(number) else "headed", number]:
                if stand[result.sentences[0]].heading == section and result.start < demand.start:
                    link(result, demand, cited[demand.id])
        for reference in _references(report, demand):
            there = list(_meant(placed, demand, reference))
            if reference.mention.pointed:
                there += _meant(pointing, demand, reference)
            if reference.is_label:  # what stands below under the same label tells what became of the demand
                there = [result for result in there if result.start < demand.start]
            if reference.start < demand.start:  # and beside it stands what it is about
                section = stand[demand.sentences[0]].heading
                there = [result for result in there if stand[result.sentences[0]].heading != section]
            # What is referred to for what is wrong in it may tell what is well besides.
            for result in [result for result in there if result.role is Role.FINDING] or there:
                link(result, demand, reference)
    return pairs


def is_flagged(result: Record) -> bool:
    """Whether a result says, without a number, that a recommendation answers it: "... (Recommendation)"."""
    return any(match["flagged"] for match in PLACE.finditer(result.text))


def _placed(results: Sequence[Record], stand: Sequence[Place], told: Mapping[str, Sequence[_Reference]]) -> Labels:
    """The results by what print calls the places where they stand, and by a code behind them: "... (NC 1)."."""
    labels, series = Labels(), main_series(stand)
    for result in results:
        place = stand[result.sentences[0]]
        for name in place.names():
            labels.add(name, result)
        if place.series == series and not place.is_headed:
            labels.add(("main", place.paragraph), result)
        for reference in told[result.id]:
            number, *others = reference.mention.numbers
            is_behind = reference.mention.bare and reference.end >= result.end - 2
            if is_behind and result.text.endswith((")", ").")) and is_code(number) and not others:
                labels.add(("", number), result)
    return labels


def _pointing(results: Sequence[Record], told: Mapping[str, Sequence[_Reference]]) -> Labels:
    """The findings by the one code or name that each points to: "... (NC 1).", "... (see deficiency 2.2)"."""
    labels = Labels()
    for result in results:
        for mention in (reference.mention for reference in told[result.id]):
            if result.role is Role.FINDING and mention.pointed and not mention.elsewhere and len(mention.numbers) == 1:
                for number in around(mention.numbers[0]):
                    if is_code(number):
                        labels.add(("", number), result)
                    elif mention.noun and mention.noun not in _PLACES | _DEMAND_NOUNS:
                        labels.add((mention.noun, number), result)
    return labels


def _meant(labels: Labels, record: Record, reference: _Reference) -> Iterator[Record]:
    """The results that a record refers to with a mention."""
    mention = reference.mention
    if mention.noun and (mention.elsewhere or (reference.is_label and mention.noun in _DEMAND_NOUNS)):
        return
    for number in mention.numbers:
        found: Sequence[Record] = ()
        is_sure = mention.pointed or len(mention.numbers) > 1
        if is_code(number):
            found = labels["", number] if is_sure or _LONG_CODE.match(number) else ()
        elif mention.noun == "paragraph" or (not mention.noun and mention.bare and _OUTLINE.search(number)):
            found = next(
                filter(None, (labels[kind, number] for kind in ("main", "paragraph", "headed", "section"))), ()
            )
        elif mention.noun == "section":
            found = labels["section", number] if mention.pointed else ()
        elif mention.noun and (is_sure or mention.noun in _RESULT_NOUNS):
            found = labels[mention.noun, number]
            is_sure = is_sure or mention.noun in _FINDING_NOUNS
            if not found and mention.noun in _RESULT_NOUNS and is_sure:
                found = [one for one in labels["paragraph", number] if one.role is Role.FINDING]
        is_demand = record.role is Role.RECOMMENDATION
        if not found and is_demand and mention.bare and number.isdecimal() and reference.end >= record.end - 2:
            found = labels["finding", number]
        if len(found) <= _MOST_MEANT:
            yield from (one for one in found if one is not record)


def _further(labels: Labels, result: Record, references: Sequence[_Reference]) -> Iterator[Record]:
    """The findings that a finding itself rests on in print: "... (paragraph 13)"."""
    if result.role is Role.FINDING:
        for reference in references:
            if reference.mention.pointed and reference.mention.noun not in _DEMAND_NOUNS:
                yield from (one for one in _meant(labels, result, reference) if one.role is Role.FINDING)


def _is_in_want(result: Record) -> bool:
    """Whether a result does not tell what became of an earlier demand: "Recommendation 4 has been put into effect"."""
    return result.role is Role.FINDING and not (result.attributes and result.attributes.earlier)


def _run(report: Report, results: Sequence[Record], told: Collection[str]) -> list[Record]:
    """The last of ``results`` and the findings right before it in the same block that nothing is ``told`` of."""
    block = report.sentences[results[-1].sentences[0]].block
    run = [results[-1]]
    for result in reversed(results[:-1]):
        if result.role is not Role.FINDING or report.sentences[result.sentences[0]].block != block or result.id in told:
            break
        run.append(result)
    return run


def _references(report: Report, record: Record) -> Iterator[_Reference]:
    """What a record mentions, itself or in a sentence right behind it that does nothing else."""
    spans = [(record.start, record.text)]
    following = record.sentences[-1] + 1
    if following < len(report.sentences):
        sentence = report.sentences[following]
        points = len(sentence.text.split()) <= _POINTER_WORDS and _POINTER.match(sentence.text)
        beside = sentence.block == report.sentences[following - 1].block or _SEE.match(sentence.text)
        if points and beside and sentence.role in (None, Role.OTHER):
            spans.append((sentence.start, sentence.text))
    for at, text in spans:
        for mention in mentions(text):
            start = at + mention.start
            yield _Reference(mention, start, at + mention.end, at >= record.end, is_label=start == record.start)
    block = report.blocks[report.sentences[record.sentences[0]].block]
    if record.role is Role.RECOMMENDATION and record.start == block.start:
        for mention in filter(lambda mention: all(map(is_code, mention.numbers)), mentions(block.marker)):
            at = block.start - len(block.marker) - 1
            yield _Reference(mention, at + mention.start, at + mention.end, is_label=True)


class _Demands:
    """The demands by their numbers, and what they are called."""

    def __init__(self, report: Report, demands: Sequence[Record], stand: Sequence[Place]) -> None:
        self._numbered: dict[str, list[Record]] = defaultdict(list)
        self._parts: dict[str, list[Record]] = defaultdict(list)
        self.number: dict[str, str] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._section: dict[str, int] = {}
        headed: list[tuple[str, str]] = []
        under: list[tuple[str, str]] = []
        for block in report.blocks:
            if block.kind is BlockKind.HEADING:
                match = _DEMAND.match(f"{block.marker} {block.text}".lstrip())
                headed[len(block.section_path) :] = [
                    (canonical(match["number"]), singular(match.group().split()[0])) if match else ("", "")
                ]
            under.append(next(filter(lambda named: named[0], reversed(headed)), ("", "")))
        begun = set[int]()
        for demand in demands:
            index = report.sentences[demand.sentences[0]].block
            block, (number, noun) = report.blocks[index], under[index]
            attributes = demand.attributes
            label = run_in(demand.text)
            if label and label.noun in _DEMAND_NOUNS:
                number, noun = label.number, label.noun
            elif attributes and attributes.number:
                number = canonical(attributes.number.value)
            elif not number and index not in begun and any(character.isdecimal() for character in block.marker):
                number = canonical(block.marker)
            begun.add(index)
            kind = attributes.kind.value.split("_") if attributes and attributes.kind else []
            marked = [singular(word) for word in re.findall("[A-Za-z]{3,24}", block.marker)]
            place = stand[demand.sentences[0]]
            self._names[demand.id] = (place.nouns | {noun, *map(singular, kind), *marked}) - {""}
            self._section[demand.id] = place.heading
            self.number[demand.id] = number
            if number:
                self._numbered[number].append(demand)
                if "/" in number:  # "requirement 5" means 5(a) and 5(b) where there is no 5
                    self._parts[number.partition("/")[0]].append(demand)

    def named(self, mention: Mention, result: Record) -> list[Record]:
        """The demands that a result mentions."""
        if mention.noun in _PLACES or (mention.elsewhere and mention.noun):
            return []
        return [demand for number in mention.numbers for demand in self._of_number(mention, number, result)]

    def _of_number(self, mention: Mention, number: str, result: Record) -> list[Record]:
        # "Requirement 5(b)" means 5 where there is no 5(b).
        whole = self._numbered.get(number.partition("/")[0], [])
        found = self._numbered.get(number) or self._parts.get(number) or whole
        if is_code(number):
            return self._nearest(found, result)
        if mention.bare and not mention.noun and _OUTLINE.search(number):
            return self._nearest(found, result)
        called = [demand for demand in found if mention.noun in self._names[demand.id]]
        if mention.noun not in _DEMAND_NOUNS and not (called and mention.pointed):
            return []
        return self._nearest(called or found, result)

    def _nearest(self, found: Sequence[Record], result: Record) -> list[Record]:
        """Of several demands with one number, those of the first section with such behind the result, or before it."""
        if len(found) < 2:
            return list(found)
        first = next((demand for demand in found if demand.start > result.start), found[-1])
        return [demand for demand in found if self._section[demand.id] == self._section[first.id]]
