"""Which finding and recommendation refer to each other in print: "(see R3)", "(paragraphs 30 and 112)"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from scrutiny.records.mentions import Mention, is_code, is_outline, mentions
from scrutiny.records.printed_demands import DEMAND_NOUNS, PrintedDemands
from scrutiny.records.printed_labels import Labels, Place, around, label_of, main_series, places, wholes
from scrutiny.records.references import DEMANDS, PLACE
from scrutiny.report import Basis, Block, BlockKind, Link, Record, Report, Role

#: What results are called wherever they stand; "conclusion 7" of numbered paragraphs is the seventh.
_FINDING_NOUNS = frozenset("finding conclusion observation issue concern nonconformity deficiency weakness".split())
_RESULT_NOUNS = _FINDING_NOUNS | frozenset("matter point item norm criterion theme".split())
_PLACES = frozenset(("paragraph", "section"))
_RULES = frozenset("regulation article rule standard clause".split())
#: Codes that stand for nothing else where they are not pointed to: no "V4", "C1".
_LONG_CODE = re.compile(r"[a-z]{2}|[a-z][0-9]{3}|[0-9]")
#: A sentence behind a record that only says where it is answered, or what it answers.
_POINTER = re.compile(
    r"[(\[]|(?:see|this|these|it|we|address(?:es)?|refs?|bas(?:is|ed)|links?|linked|associated|related|R-?[0-9]"
    rf"|(?:safety |our |the )?(?:{DEMANDS}))\b",
    re.IGNORECASE,
)
_POINTER_WORDS = 14
#: "Closes MG-3, MG-4."
_CLOSING_WORDS = 6
_SEE_LAST = re.compile(r"[(\[]see [^()\[\]]*(?:\([^()]*\))?[)\]]\.?$", re.IGNORECASE)
#: A finding that says of the ones before it what they are: "This was a breach of regulation 12(2)(g)."
_THIS = re.compile(r"(?:this|these|that|it) (?:is|are|was|were|constitutes?|breach)", re.IGNORECASE)
_SEE = re.compile(r"[(\[]?(?:see|ref)\b", re.IGNORECASE)
_CLOSED = (")", ").", "]", "].")
#: A heading of a finding or recommendation, which answers the finding above it with the same number.
_PAIRED = re.compile(r"(?P<noun>finding|recommendation) (?P<number>[0-9]{1,3})\b", re.IGNORECASE)
#: A mention of more results is of a chapter, and of no shortfall in it.
_MOST_MEANT = 40
#: So many records in one paragraph may share a sentence that points behind them.
_MOST_BEFORE = 20


@dataclass(frozen=True, slots=True)
class _Reference:
    """A mention and where it stands in the report: in the record, in a sentence ``behind`` it that others before may
    share, or in the ``label`` of the record."""

    mention: Mention
    start: int
    end: int
    behind: bool = False
    label: bool = False


def cross_references(
    report: Report, results: Sequence[Record], demands: Sequence[Record]
) -> dict[tuple[str, str], Link]:
    """The links that the text itself makes, in either direction, by the ids of result and demand."""
    stand = places(report)
    numbered = PrintedDemands(report, demands, stand)
    codes = {number for numbers in numbered.numbers.values() for number in numbers if is_code(number)}
    pairs: dict[tuple[str, str], Link] = {}
    cited: dict[str, _Reference] = {}
    #: What each result refers to besides demands.
    told: dict[str, list[_Reference]] = {}
    asking: list[tuple[Record, Record, _Reference]] = []
    answered = set[str]()
    for index, result in enumerate(results):
        told[result.id] = []
        for reference in _references(report, result, codes):
            meant = numbered.meant(reference.mention, result)
            run = (
                _run(report, results[max(0, index - _MOST_BEFORE) : index + 1], answered)
                if reference.behind
                else [result]
            )
            if not meant or any(map(is_outline, reference.mention.numbers)):
                for one in run:
                    told[one.id].append(reference)
            if meant and _asks(result, reference.mention):
                answered.update(one.id for one in run)
                cited |= {demand.id: reference for demand in meant}
                asking += [(one, demand, reference) for demand in meant for one in run]
    placed, pointing = _placed(results, stand, told), _pointing(results, told)

    def link(result: Record, demand: Record, at: _Reference | Block, *, far: bool = True) -> None:
        for one in (result, *(_further(placed, result, told[result.id]) if far else ())):
            pairs.setdefault((one.id, demand.id), Link(demand.id, 1.0, Basis.EXPLICIT, at.start, at.end))

    for result, demand, reference in asking:
        link(result, demand, reference)
    named_above = {place.heading: list(_above(report, place.heading)) for place in stand if place.heading >= 0}
    silent: list[Record] = []
    starts, paired = [result.start for result in results], _paired(report)
    for demand in demands:
        heading = stand[demand.sentences[0]].heading
        silent = [one for one in silent[-_MOST_BEFORE:] if _block(report, one) == _block(report, demand)]
        if demand.id in cited:  # what leads to a demand under the number by which others refer to it
            names = product(("", "headed", "paragraph"), numbered.numbers[demand.id])
            for result in placed.first(names):
                if stand[result.sentences[0]].heading == heading and result.start < demand.start:
                    link(result, demand, cited[demand.id])
        if heading in paired:  # "Finding 1", and below it "Recommendation 1"
            number, start = paired[heading]
            under = results[bisect_left(starts, start) : bisect_left(starts, demand.start)]
            for result in (*under, *pointing["finding", number]):
                if result.role is Role.FINDING:
                    link(result, demand, report.blocks[heading], far=False)
        asks = False
        for reference in (*_references(report, demand), *named_above.get(heading, ())):
            there = list(_meant(placed, demand, reference))
            beside = list(_meant(pointing, demand, reference)) if reference.mention.pointed else []
            near = {result.id for result in beside}
            there += beside
            if reference.label:  # what stands below under the same label tells what became of the demand
                there = [result for result in there if result.start < demand.start]
            if reference.start < demand.start:  # and beside it stands what it is about
                there = [result for result in there if stand[result.sentences[0]].heading != heading]
            # What is referred to for what is wrong in it may tell what is well besides.
            there = [result for result in there if result.role is Role.FINDING] or there
            asks = asks or bool(there)
            for one in (demand, *(silent if reference.behind else ())):  # those before that refer to nothing themselves
                for result in there:
                    link(result, one, reference, far=result.id not in near)
        silent = [] if asks else [*silent, demand]
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
            if is_behind and result.text.endswith(_CLOSED) and is_code(number) and not others:
                labels.add(("", number), result)
    return labels


def _pointing(results: Sequence[Record], told: Mapping[str, Sequence[_Reference]]) -> Labels:
    """The findings by the one code or name that each points to: "... (NC 1).", "... (see deficiency 2.2)"."""
    labels = Labels()
    for result in results:
        for mention in (reference.mention for reference in told[result.id]):
            is_one = len(mention.numbers) == 1 or mention.noun in _RULES
            points = is_one and mention.pointed and not _is_elsewhere(mention)
            for number in mention.numbers if points and result.role is Role.FINDING else ():
                if is_code(number):
                    labels.add(("", number), result)
                if mention.noun and mention.noun not in _PLACES | DEMAND_NOUNS:
                    for one in (number,) if mention.noun in _RULES else around(number):
                        labels.add((mention.noun, one), result)
    return labels


def _meant(labels: Labels, record: Record, reference: _Reference) -> Iterator[Record]:
    """The results that a record refers to with a mention."""
    mention = reference.mention
    if mention.noun and (_is_elsewhere(mention) or (reference.label and mention.noun in DEMAND_NOUNS)):
        return
    for number in mention.numbers:
        found: Sequence[Record] = ()
        is_sure = mention.pointed or len(mention.numbers) > 1
        if is_code(number) and (is_sure or _LONG_CODE.match(number)):
            found = labels["", number]
        if found:
            pass
        elif reference.label and not mention.noun and is_outline(number):  # numbered as the section it answers
            found = labels["headed", number]
        elif mention.noun == "paragraph" or (not mention.noun and mention.bare and is_outline(number)):
            found = labels.first((kind, number) for kind in ("main", "paragraph", "headed", "section"))
        elif mention.noun == "section":
            found = labels["section", number] if mention.pointed else ()
        elif mention.noun and (is_sure or mention.noun in _RESULT_NOUNS):
            found = labels.first((mention.noun, one) for one in wholes(number))
            is_sure = is_sure or mention.noun in _FINDING_NOUNS
            if not found and mention.noun in _RESULT_NOUNS and is_sure:
                found = [one for one in labels["paragraph", number] if one.role is Role.FINDING]
        is_demand = record.role is Role.RECOMMENDATION
        if not found and is_demand and mention.bare and number.isdecimal() and reference.end >= record.end - 2:
            found = labels["finding", number]
        if len(found) <= _MOST_MEANT:
            yield from (one for one in found if one is not record)


def _is_elsewhere(mention: Mention) -> bool:
    """Whether a mention is of something in another document; a rule is in one wherever it is named."""
    return mention.elsewhere and mention.noun not in _RULES


def _further(labels: Labels, result: Record, references: Sequence[_Reference]) -> Iterator[Record]:
    """The findings that a finding itself rests on in print: "... (paragraph 13)"."""
    if result.role is Role.FINDING:
        for reference in references:
            if reference.mention.pointed and reference.mention.noun not in DEMAND_NOUNS:
                yield from (one for one in _meant(labels, result, reference) if one.role is Role.FINDING)


def _asks(result: Record, mention: Mention) -> bool:
    """Whether a result refers to what answers it, and does not tell what became of an earlier demand, as does
    "Recommendation 4 has been put into effect"."""
    if result.role is not Role.FINDING:
        return mention.bare or (mention.pointed and mention.noun in DEMAND_NOUNS)
    return mention.pointed or not (result.attributes and result.attributes.earlier)


def _run(report: Report, results: Sequence[Record], answered: Collection[str]) -> list[Record]:
    """The last of ``results`` and the findings right before it in the same block that nothing has answered."""
    run = [results[-1]]
    for result in reversed(results[:-1]):
        is_here = _block(report, result) == _block(report, run[0])
        if result.role is not Role.FINDING or not is_here or result.id in answered:
            break
        run.append(result)
    return run


def _block(report: Report, record: Record) -> int:
    return report.sentences[record.sentences[0]].block


def _references(report: Report, record: Record, codes: Collection[str] = ()) -> Iterator[_Reference]:
    """What a record mentions: itself, in a sentence right behind it that does nothing else or names one of ``codes``,
    or in its marker."""
    spans = [(record.start, record.text)]
    itself = record.role is Role.FINDING and bool(_THIS.match(record.text))
    following = record.sentences[-1] + 1
    if following < len(report.sentences):
        sentence = report.sentences[following]
        beside = sentence.block == report.sentences[following - 1].block or _SEE.match(sentence.text)
        if beside and sentence.role in (None, Role.OTHER) and _only_points(sentence.text, codes):
            spans.append((sentence.start, sentence.text))
    for at, text in spans:
        for mention in mentions(text):
            start, behind = at + mention.start, at >= record.end or itself
            mention = replace(mention, pointed=mention.pointed or (behind and mention.noun not in DEMAND_NOUNS))
            yield _Reference(mention, start, at + mention.end, behind, label=start == record.start)
    if record.role is Role.RECOMMENDATION:
        yield from _leading_to(report, record)


def _only_points(text: str, codes: Collection[str]) -> bool:
    """Whether a sentence only says where what stands before it is answered, or what that answers."""
    words = len(text.split())
    if _SEE_LAST.search(text) or (words <= _POINTER_WORDS and _POINTER.match(text)):
        return True
    named = [number for mention in mentions(text) for number in mention.numbers if is_code(number)]
    return bool(named) if words <= _CLOSING_WORDS else words <= _POINTER_WORDS and not {*named}.isdisjoint(codes)


def _leading_to(report: Report, demand: Record) -> Iterator[_Reference]:
    """What the marker of a demand names, or the sentence before it, if the demand points to nothing itself."""
    first = demand.sentences[0]
    block = report.blocks[_block(report, demand)]
    is_in_numbered = any(label_of(heading) for heading in block.section_path[-1:])
    if demand.start == block.start:
        for mention in mentions(block.marker):
            if not all(is_code(number) or (is_outline(number) and not is_in_numbered) for number in mention.numbers):
                continue
            at = block.start - len(block.marker) - 1
            yield _Reference(mention, at + mention.start, at + mention.end, label=True)
    elif not any(mention.pointed for mention in mentions(demand.text)):
        before = report.sentences[first - 1]
        if before.block == report.sentences[first].block and before.role is not Role.RECOMMENDATION:
            for mention in mentions(before.text):
                if mention.noun == "paragraph" or (mention.pointed and before.text.endswith(_CLOSED)):
                    yield _Reference(mention, before.start + mention.start, before.start + mention.end)


def _above(report: Report, heading: int) -> Iterator[_Reference]:
    """What a heading names to the demands below it: "Recommendations on cause of concern 1", "Regulation 15(1)"."""
    block = report.blocks[heading]
    for mention in mentions(block.text):
        is_code_inside = mention.start > 0 and all(map(is_code, mention.numbers))
        if is_code_inside or (mention.noun and mention.noun not in _PLACES | DEMAND_NOUNS):
            at = block.start
            yield _Reference(replace(mention, pointed=True), at + mention.start, at + mention.end, label=True)


def _paired(report: Report) -> dict[int, tuple[str, int]]:
    """The headings "Recommendation 1" that follow a "Finding 1": by their index, the number and where that begins."""
    found: dict[int, tuple[str, int]] = {}
    number, start = "", 0
    for index, block in enumerate(report.blocks):
        match = _PAIRED.match(block.text) if block.kind is BlockKind.HEADING else None
        if match and match["noun"].lower() == "finding":
            number, start = match["number"], block.start
        elif match and match["number"] == number:
            found[index] = number, start
    return found
