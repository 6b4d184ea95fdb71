"""Which finding and recommendation refer to each other in print: "(see R3)", "(paragraphs 30 and 112)"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scrutiny.records.mentions import Mention, mentions, plain
from scrutiny.records.printed_labels import FINDINGS, HEADED, PLACES, SECTIONS, PrintedLabels
from scrutiny.records.references import DEMANDS, PLACE
from scrutiny.report import Basis, BlockKind, Link, Record, Report, Role

#: What demands are called, by the last word of it.
_DEMANDS = frozenset("recommendation rec requirement improvement afi action suggestion".split())
_DEMAND = re.compile(
    rf"(?:{DEMANDS}) (?:no\.? ?)?(?P<number>[A-Z]{{0,3}}[-.]?[0-9]+(?:[./-][0-9a-z]+)*)", re.IGNORECASE
)
#: Words that say of a demand that it answers what is said.
_ANSWERS = re.compile(
    r"\b(?:address|answer|deal|subject of|remed|tackl|respond|cover|lead|led to|gives? rise|why|therefore|hence)",
    re.IGNORECASE,
)
_NEAR = 40
#: Between the numbers of a demand and those of what it answers.
_ANSWERING = re.compile(
    r" (?:(?:both|also|is|are|was|were) )?(?:address(?:es)?|answers?|responds? to|relates? to|deals? with|"
    r"(?:rests?|based) on|made in response to) (?:[a-z]+ ){0,2}",
    re.IGNORECASE,
)
#: "Point 6: ..." is the sixth demand itself.
_OWN = re.compile(r"[A-Za-z]{4,10} [0-9]{1,3} ?[:–—]")
_OWN_LENGTH = 15
_IS_CODE = re.compile("[a-z]{1,4}[0-9]")
#: A number in brackets behind a demand, of headings such as "Finding 4".
_AT_END = re.compile(r"[(\[](?P<number>[0-9]{1,2})[)\]]\.?$")
#: A sentence behind a record that only says where it is answered.
_POINTER = re.compile(rf"[(\[]|(?:see|this|these|it|we|{DEMANDS}|R-?[0-9])\b", re.IGNORECASE)
_POINTER_WORDS = 14
_SEE = re.compile(r"[(\[]?see\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reference:
    """Where in a report's text a record, or its marker, makes a mention."""

    mention: Mention
    start: int
    end: int
    is_marker: bool = False


def cross_references(
    report: Report, results: Sequence[Record], demands: Sequence[Record]
) -> dict[tuple[str, str], Link]:
    """The links that the text itself makes, in either direction, by the ids of result and demand."""
    numbers = [_number_of(report, demand) for demand in demands]
    numbered = _by_number(demands, numbers)
    pairs: dict[tuple[str, str], Link] = {}
    answered = set[str]()
    for index, result in enumerate(results):
        for reference in _references(report, result):
            named = _demands(numbered, reference.mention)
            if not named or not _is_answer(report, result, reference):
                continue
            meant = [result]
            if reference.start >= result.end:
                meant = _run(report, results, index, answered)
            answered.update(one.id for one in meant)
            for demand in named:
                for one in meant:
                    pairs[one.id, demand.id] = Link(demand.id, 1.0, Basis.EXPLICIT, reference.start, reference.end)
    blocks = [report.sentences[demand.sentences[0]].block for demand in demands]
    labels = PrintedLabels(report, results, dict(zip(blocks, numbers, strict=True)))
    for result, demand, reference in _paired(labels, report, numbered):
        pairs[result.id, demand.id] = Link(demand.id, 1.0, Basis.EXPLICIT, reference.start, reference.end)
    by_sentence = {result.sentences[-1]: result for result in results}
    for demand in demands:
        told = _told(labels, report, demand, (*_references(report, demand), *_in_marker(report, demand)))
        if not told and (before := by_sentence.get(demand.sentences[0] - 1)) and _is_beside(report, before, demand):
            # "Pumps are late (3.4 to 3.6). Mend them.": the demand rests on what the conclusion before it rests on.
            rests = (reference for reference in _references(report, before) if reference.mention.is_bare)
            told = _told(labels, report, demand, rests)
        # What is referred to for what is wrong in it may tell what is well besides.
        wrong = [one for one in told if one[0].role is Role.FINDING or is_mixed(report, one[0])]
        for result, reference in wrong or told:
            pairs[result.id, demand.id] = Link(demand.id, 1.0, Basis.EXPLICIT, reference.start, reference.end)
    return pairs


def is_mixed(report: Report, result: Record) -> bool:
    """Whether a strength has a shortfall in a clause of its own."""
    return any(
        prediction.second_role is Role.FINDING
        for index in result.sentences
        if (prediction := report.sentences[index].prediction)
    )


def is_flagged(result: Record) -> bool:
    """Whether a result says, without a number, that a recommendation answers it: "... (Recommendation)"."""
    return any(match["flagged"] for match in PLACE.finditer(result.text))


def _is_answer(report: Report, result: Record, reference: _Reference) -> bool:
    """Whether a result mentions a demand as its answer, and does not only tell what became of it."""
    if reference.mention.is_pointed:
        return True
    is_earlier = result.attributes is not None and result.attributes.earlier is not None
    return not is_earlier and bool(
        _ANSWERS.search(report.text[max(0, reference.start - _NEAR) : reference.end + _NEAR])
    )


def _paired(
    labels: PrintedLabels, report: Report, numbered: Mapping[str, list[Record]]
) -> Iterator[tuple[Record, Record, _Reference]]:
    """Results and demands that one sentence names together: "(paragraph 16, Recommendation 3)", "R3 answers F2"."""
    for sentence in report.sentences:
        if sentence.role is Role.RECOMMENDATION:
            continue
        before: Mention | None = None
        for mention in mentions(sentence.text):
            if before is not None and (mention.noun in _DEMANDS) != (before.noun in _DEMANDS):
                between = sentence.text[before.end : mention.start]
                in_one_bracket = mention.is_pointed and before.is_pointed and not re.search(r"[()\[\]]", between)
                if in_one_bracket or _ANSWERING.fullmatch(between):
                    of_demand, of_result = (mention, before) if mention.noun in _DEMANDS else (before, mention)
                    found = labels.find(
                        of_result.noun, of_result.numbers(labels.numbers), labels.sections[sentence.block]
                    )
                    for demand in _demands(numbered, of_demand):
                        reference = _Reference(
                            of_demand, sentence.start + of_demand.start, sentence.start + of_demand.end
                        )
                        yield from ((one, demand, reference) for one in found if one.role is Role.FINDING)
            before = mention


def _is_beside(report: Report, result: Record, demand: Record) -> bool:
    """Whether a result stands in the paragraph of a demand."""
    return report.sentences[result.sentences[0]].block == report.sentences[demand.sentences[0]].block


def _told(
    labels: PrintedLabels, report: Report, demand: Record, references: Iterable[_Reference]
) -> list[tuple[Record, _Reference]]:
    """The results that a demand refers to, with where it does."""
    return [(result, reference) for reference in references for result in _results(labels, report, demand, reference)]


def _run(report: Report, results: Sequence[Record], last: int, answered: Collection[str]) -> list[Record]:
    """The ``last`` result and the findings right before it in the same block that are not yet ``answered``."""
    block = report.sentences[results[last].sentences[0]].block
    run = [results[last]]
    for index in range(last - 1, -1, -1):
        result = results[index]
        is_here = report.sentences[result.sentences[0]].block == block
        if result.role is not Role.FINDING or not is_here or result.id in answered:
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
            yield _Reference(mention, at + mention.start, at + mention.end)


def _in_marker(report: Report, demand: Record) -> Iterator[_Reference]:
    """What is mentioned in the marker of a demand. Lead-ins and headings name more than each demand answers."""
    block = report.blocks[report.sentences[demand.sentences[0]].block]
    at = block.start - len(block.marker) - 1
    if block.start == demand.start and at >= 0:
        for mention in mentions(block.marker):
            yield _Reference(mention, at + mention.start, at + mention.end, is_marker=True)


def _results(labels: PrintedLabels, report: Report, demand: Record, reference: _Reference) -> list[Record]:
    """The results that a demand refers to with a mention."""
    mention = reference.mention
    section = labels.sections[report.sentences[demand.sentences[0]].block]
    if mention.is_elsewhere and mention.noun:
        return []
    if mention.noun in PLACES and _OWN.match(demand.text) and reference.end - demand.start < _OWN_LENGTH:
        return []
    numbers = mention.numbers(labels.numbers)
    if mention.noun in SECTIONS and (
        reference.is_marker or not (mention.is_pointed or all("." in number for number in numbers))
    ):
        # "Write to the man in section 1" speaks of what stands there.
        return []
    found = labels.find(mention.noun, numbers, section, outside=reference.is_marker)
    if not found and mention.is_bare and not reference.is_marker:
        if all("." in number or "(" in number for number in numbers):
            found = labels.find("paragraph", numbers, section)
        elif _AT_END.search(demand.text) and reference.end >= demand.end - 2:
            found = labels.find(HEADED, numbers, section)
    if not found and mention.is_bare and report.text[reference.start - 1 : reference.start] == "[":
        found = labels.find("[]", numbers, section)
    # The same marker further down tells what became of the demand: "A2 Not done."
    return [result for result in found if not reference.is_marker or result.start < demand.start]


def _by_number(demands: Sequence[Record], numbers: Sequence[str]) -> dict[str, list[Record]]:
    """The demands by their numbers: "requirement 5" means 5(a) and 5(b) where there is no 5."""
    numbered, parts = defaultdict[str, list[Record]](list), defaultdict[str, list[Record]](list)
    for demand, number in zip(demands, numbers, strict=True):
        if number:
            numbered[number].append(demand)
            parts[number.partition("(")[0]].append(demand)
    return {**parts, **numbered}


def _demands(numbered: Mapping[str, list[Record]], mention: Mention) -> list[Record]:
    """The demands that a result mentions: those of its numbers and, where some are called so, of its kind."""
    is_called = mention.noun in _DEMANDS
    if mention.is_elsewhere and is_called:
        return []
    name = {"rec": "recommendation", "afi": "area_for_improvement"}.get(mention.noun, mention.noun)
    meant = list[Record]()
    for number in mention.numbers(numbered):
        if not is_called and (not _IS_CODE.match(number) or mention.noun in FINDINGS):
            continue
        # "Requirement 5(b)" means 5 where there is no 5(b).
        found = numbered.get(number) or numbered.get(number.partition("(")[0], [])
        called = [d for d in found if name and d.attributes and d.attributes.kind and name in d.attributes.kind.value]
        meant += called or (found if len(found) == 1 else [])
    return meant


def _number_of(report: Report, demand: Record) -> str:
    """The number of a demand, as printed before it or in the heading right above it."""
    if demand.attributes and demand.attributes.number:
        return plain(demand.attributes.number.value)
    block = report.sentences[demand.sentences[0]].block
    heading = report.blocks[block - 1] if block else None
    match = _DEMAND.match(heading.text) if heading and heading.kind is BlockKind.HEADING else None
    return plain(match["number"]) if match else ""
