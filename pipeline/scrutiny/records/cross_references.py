"""Which finding and recommendation refer to each other in print: "(see R3)", "(paragraphs 30 and 112)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scrutiny.records.references import CODE, DEMANDS, PLACE, numbers_in
from scrutiny.report import Basis, BlockKind, Link, Record, Report, Role

_DEMANDS = re.compile(rf"(?:{DEMANDS})$", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9a-z]+(?:[./-][0-9a-z]+)*(?:\([0-9a-z]+\))*", re.IGNORECASE)
_HEADED = re.compile(r"[0-9]+(?:\.[0-9]+)*\b")
#: What a heading or a label calls the finding below it.
_FINDING = re.compile(
    r"(?:key )?(?:finding|observation|issue|concern|theme)s? (?:no\.? ?)?"
    r"(?P<number>[A-Z]{0,3}[-.]?[0-9]+(?:\.[0-9]+)*|[A-Z])\b",
    re.IGNORECASE,
)
_DEMAND = re.compile(
    rf"(?:{DEMANDS}) (?:no\.? ?)?(?P<number>[A-Z]{{0,3}}[-.]?[0-9]+(?:[./-][0-9a-z]+)*)", re.IGNORECASE
)
#: Behind a number: the place is in something else, as in "paragraph 3 of Schedule 2", "recommendation 4 in the code".
_ELSEWHERE = re.compile(
    r"(?:\([^)]*\))? (?:of |in (?=the|our|its|their|that))(?!this report|the (?:present )?report\b)", re.IGNORECASE
)
#: Before a reference, where what is said of an earlier demand does not count: "(see requirement 5)".
_POINTED = re.compile(r"(?:[(\[]|\bsee |[–—-] )[^()\[\]]*$", re.IGNORECASE)
_BEFORE = 80
#: A number in brackets behind a demand, of headings such as "Finding 4".
_AT_END = re.compile(r"[(\[](?P<number>[0-9]{1,2})[)\]]\.?$")
#: What a demand begins with where it is made on a result with that label: "NC 1: show that ...", "GEN.55500 (II): ...".
_LABEL = re.compile(r"(?P<label>[A-Z]{1,4}[-. ]?[0-9]{1,5}(?:[-./][0-9]+)*)(?= ?[:(.])")
#: The same at the end of a result: "... (NC 1)."
_LABELLED = re.compile(r"[(\[](?P<label>[A-Z]{1,4}[-. ]?[0-9]{1,5}(?:[-./][0-9]+)*)[)\]]\.?$")
#: What findings are called where they are referred to.
_OF_FINDINGS = ("finding", "conclusion", "observation", "issue", "key")
#: A sentence behind a record that only says where it is answered.
_POINTER = re.compile(rf"[(\[]|(?:see|this|these|it|we|{DEMANDS}|R-?[0-9])\b", re.IGNORECASE)
_POINTER_WORDS = 14
_SEE = re.compile(r"[(\[]?see\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reference:
    """Where a report's text refers to the demand or place ``number``; ``kind`` is what it calls it."""

    number: str
    to_demand: bool
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a result stands: numbers of its paragraph, of the sections around it, and of the finding it is part of."""

    paragraph: str
    sections: tuple[str, ...]
    finding: str

    def answers(self, reference: _Reference) -> bool:
        """Whether the reference is to this place."""
        number = reference.number
        if reference.kind.startswith(_OF_FINDINGS):
            return number == self.finding
        if reference.kind.startswith("sect"):
            return any(_within(section, number) for section in self.sections)
        return self.paragraph == number


def cross_references(
    report: Report, results: Sequence[Record], demands: Sequence[Record]
) -> dict[tuple[str, str], Link]:
    """The links that the text itself makes, in either direction, by the ids of result and demand."""
    numbers = [_number_of(report, demand) for demand in demands]
    pairs: dict[tuple[str, str], Link] = {}
    for index, result in enumerate(results):
        for reference in _references(report, result, numbers):
            if not reference.to_demand or _is_earlier(report, result, reference):
                continue
            meant = [result]
            if reference.start >= result.end:
                meant = _run(report, results[: index + 1], {answered for answered, _ in pairs})
            for demand in _named(demands, numbers, reference):
                for one in meant:
                    pairs[one.id, demand.id] = Link(demand.id, 1.0, Basis.EXPLICIT, reference.start, reference.end)
    places = _places(report, results, numbers)
    findings = [place.finding for place in places]
    for demand in demands:
        told = list[tuple[Record, _Reference]]()
        for reference in _references(report, demand, findings):
            if reference.to_demand or (
                reference.kind.startswith("sect") and not _is_pointed(report, demand, reference)
            ):
                continue
            there = [result for result, place in zip(results, places, strict=True) if place.answers(reference)]
            if not there and reference.kind.startswith(_OF_FINDINGS):
                # "Conclusion 7" of numbered paragraphs is the seventh.
                there = [
                    result
                    for result, place in zip(results, places, strict=True)
                    if place.paragraph == reference.number and result.role is Role.FINDING
                ]
            told += [(result, reference) for result in there]
        told += _with_its_label(report, demand, results)
        # What is referred to for what is wrong in it may tell what is well besides.
        wrong = [one for one in told if one[0].role is Role.FINDING]
        for result, reference in wrong or told:
            pairs[result.id, demand.id] = Link(demand.id, 1.0, Basis.EXPLICIT, reference.start, reference.end)
    return pairs


def _with_its_label(report: Report, demand: Record, results: Sequence[Record]) -> list[tuple[Record, _Reference]]:
    """The results that are printed with the label that a demand begins with."""
    match = _LABEL.match(demand.text)
    if not match:
        return []
    label = _compact(match["label"])
    reference = _Reference(label, False, "finding", demand.start, demand.start + match.end())
    return [(result, reference) for result in results if label in map(_compact, _labels(report, result))]


def _labels(report: Report, result: Record) -> Iterator[str]:
    """What a result is labelled with: its marker, and a code that its text begins or ends with."""
    block = report.blocks[report.sentences[result.sentences[0]].block]
    if block.start <= result.start <= block.start + len(block.marker) + 1:
        yield block.marker
    for match in (_LABEL.match(result.text), _LABELLED.search(result.text)):
        if match:
            yield match["label"]


def _compact(label: str) -> str:
    return re.sub(r"[\s.]", "", label).lower()


def is_flagged(result: Record) -> bool:
    """Whether a result says, without a number, that a recommendation answers it: "... (Recommendation)"."""
    return any(match["flagged"] for match in PLACE.finditer(result.text))


def _is_earlier(report: Report, result: Record, reference: _Reference) -> bool:
    """Whether a result tells what became of an earlier demand, and the reference is to that one."""
    return bool(result.attributes and result.attributes.earlier) and not _is_pointed(report, result, reference)


def _is_pointed(report: Report, record: Record, reference: _Reference) -> bool:
    """Whether a reference stands in brackets, behind a dash or behind "see", and not as part of what is said."""
    return bool(_POINTED.search(report.text[max(record.start, reference.start - _BEFORE) : reference.start + 1]))


def _run(report: Report, results: Sequence[Record], told: set[str]) -> list[Record]:
    """The last of ``results`` and the findings right before it in the same block that nothing is ``told`` of."""
    block = report.sentences[results[-1].sentences[0]].block
    run = [results[-1]]
    for result in reversed(results[:-1]):
        if result.role is not Role.FINDING or report.sentences[result.sentences[0]].block != block or result.id in told:
            break
        run.append(result)
    return run


def _references(report: Report, record: Record, codes: Sequence[str]) -> Iterator[_Reference]:
    """The places that a record refers to, itself or in a sentence right behind it that does nothing else.

    A letter with a number ("R5") is a reference where one of ``codes`` is the same.
    """
    spans = [(record.start, record.text)]
    following = record.sentences[-1] + 1
    if following < len(report.sentences):
        sentence = report.sentences[following]
        points = len(sentence.text.split()) <= _POINTER_WORDS and _POINTER.match(sentence.text)
        beside = sentence.block == report.sentences[following - 1].block or _SEE.match(sentence.text)
        if points and beside and sentence.role in (None, Role.OTHER):
            spans.append((sentence.start, sentence.text))
    for at, text in spans:
        for match in PLACE.finditer(text):
            if (match["kind"] or match["sign"]) and _ELSEWHERE.match(text, match.end()):
                continue
            kind = (match["kind"] or "paragraph").lower()
            for number in map(_plain, numbers_in(match["numbers"] or match["bare"] or "")):
                if number:
                    to_demand = bool(_DEMANDS.match(kind))
                    yield _Reference(number, to_demand, kind, at + match.start(), at + match.end())
        at_end = _AT_END.search(text) if record.role is Role.RECOMMENDATION else None
        if at_end and at_end["number"] in codes:
            yield _Reference(at_end["number"], False, "finding", at + at_end.start(), at + at_end.end())
        for match in CODE.finditer(text):
            for number in map(_plain, numbers_in(match["codes"])):
                if number in codes:
                    yield _Reference(
                        number, record.role is not Role.RECOMMENDATION, "finding", at + match.start(), at + match.end()
                    )


def _named(demands: Sequence[Record], numbers: Sequence[str], reference: _Reference) -> list[Record]:
    """The demands that a reference is to: those of its number and, where some are called so, of its kind."""
    number = reference.number
    found = [demand for demand, own in zip(demands, numbers, strict=True) if own == number]
    # "Requirement 5" means 5(a) and 5(b) where there is no 5; "requirement 5(b)" means 5 where there is no 5(b).
    found = found or [
        demand
        for demand, own in zip(demands, numbers, strict=True)
        if own and (own.startswith(f"{number}(") or number.startswith(f"{own}("))
    ]
    name = reference.kind.rstrip("s.").replace(" ", "_")
    name = {"rec": "recommendation", "afi": "area_for_improvement"}.get(name, name.replace("areas", "area"))
    called = [d for d in found if d.attributes and d.attributes.kind and name in d.attributes.kind.value]
    return called or ([] if len(found) > 1 else found)


def _number_of(report: Report, demand: Record) -> str:
    """The number of a demand, as printed before it or in the heading right above it."""
    if demand.attributes and demand.attributes.number:
        return _plain(demand.attributes.number.value)
    block = report.sentences[demand.sentences[0]].block
    heading = report.blocks[block - 1] if block else None
    match = _DEMAND.match(heading.text) if heading and heading.kind is BlockKind.HEADING else None
    return _plain(match["number"]) if match else ""


def _places(report: Report, results: Sequence[Record], demands: Sequence[str]) -> list[_Place]:
    """Where each result stands: its paragraph is the last one numbered before it in the same section.

    The numbers of ``demands`` are no names of findings.
    """
    in_force: list[_Place] = []
    numbers, named = list[str](), list[str]()
    paragraph = finding = ""
    for block in report.blocks:
        if block.kind is BlockKind.HEADING:
            printed = f"{block.marker} {block.text}".lstrip()
            depth = len(block.section_path)
            paragraph = match.group() if (match := _HEADED.match(printed)) else ""
            finding = _plain(match["number"]) if (match := _FINDING.match(printed)) else ""
            numbers[depth:], named[depth:] = [paragraph], [finding]
            finding = next(filter(None, reversed(named)), "")
        elif any(character.isdigit() for character in block.marker):
            paragraph = _plain(block.marker)
            if match := _FINDING.match(block.marker):
                finding = _plain(match["number"])
            elif block.marker[:1].isalpha() and paragraph not in demands:
                finding = paragraph
        elif match := _FINDING.match(block.text):
            finding = _plain(match["number"])
        in_force.append(_Place(paragraph, (paragraph, *filter(None, numbers)), finding))
    return [in_force[report.sentences[result.sentences[0]].block] for result in results]


def _within(number: str, around: str) -> bool:
    return number == around or number.startswith(f"{around}.")


def _plain(number: str) -> str:
    """A number for comparison: "R1." as "r1", "(3)" as "3"."""
    found = _NUMBER.search(number)
    return found.group().lower() if found else ""
