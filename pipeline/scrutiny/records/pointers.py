"""What a record refers to in print: in its own words, in a sentence right behind or before it, in its label."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from scrutiny.records.mentions import Mention, is_code, is_outline, mentions
from scrutiny.records.printed_demands import DEMAND_NOUNS
from scrutiny.records.printed_labels import label_of, run_in
from scrutiny.records.references import DEMANDS
from scrutiny.report import BlockKind, Record, Report, Role, Sentence

#: Places and demands are no names by which findings are called.
NO_NAMES = DEMAND_NOUNS | {"paragraph", "section"}
#: A sentence behind a record that only says where it is answered, or what it answers.
_POINTER = re.compile(
    r"[(\[]|(?:see|this|these|it|we|address(?:es)?|refs?|bas(?:is|ed)|links?|linked|associated|related|R-?[0-9]"
    rf"|(?:safety |our |the )?(?:{DEMANDS}))\b",
    re.IGNORECASE,
)
_POINTER_WORDS = 14
#: One that names the code of a demand may tell what that asks, too.
_NAMING_WORDS = 25
#: "Closes MG-3, MG-4."
_CLOSING_WORDS = 6
_SEE_LAST = re.compile(r"[(\[]see [^()\[\]]*(?:\([^()]*\))?[)\]]\.?$", re.IGNORECASE)
#: A finding that says of the ones before it what they are: "This was a breach of regulation 12(2)(g)."
_THIS = re.compile(r"(?:this|these|that|it) (?:is|are|was|were|constitutes?|breach)", re.IGNORECASE)
_SAYS_SEE = re.compile(r"\b(?:see|ref\.?|refer to|based on)\b", re.IGNORECASE)
_SEE = re.compile(r"[(\[]?(?:see|ref)\b", re.IGNORECASE)
#: A demand that follows from what stands before it.
_THEREFORE = re.compile(r"(?:\w+ ){0,4}?(?:accordingly|consequently|therefore)\b", re.IGNORECASE)
_MOST_MENTIONS = 60
#: So many records in one paragraph may share a sentence behind them that points.
MOST_BEFORE = 20
#: How a sentence ends whose last words are in brackets.
CLOSED = (")", ").", "]", "].")


@dataclass(frozen=True, slots=True)
class Reference:
    """A mention and where it stands in the report: in the record, in a sentence ``behind`` it that others before may
    share, or in the ``label`` of the record."""

    mention: Mention
    start: int
    end: int
    behind: bool = False
    label: bool = False


def references_of(report: Report, record: Record, codes: Collection[str] = ()) -> Iterator[Reference]:
    """What a record mentions: itself, in a sentence right behind it that does nothing else or names one of ``codes``,
    or in its marker."""
    spans = [(record.start, record.text)]
    itself = record.role is Role.FINDING and bool(_THIS.match(record.text))
    following = record.sentences[-1] + 1
    if following < len(report.sentences):
        sentence = report.sentences[following]
        beside = sentence.block == report.sentences[following - 1].block or _SEE.match(sentence.text)
        labels_next = record.role is Role.RECOMMENDATION and _labels(report, sentence)
        if beside and sentence.role in (None, Role.OTHER) and not labels_next and _only_points(sentence.text, codes):
            spans.append((sentence.start, sentence.text))
    for at, text in spans:
        for mention in distinct(text):
            start, behind = at + mention.start, at >= record.end or itself
            mention = replace(mention, pointed=mention.pointed or (behind and mention.noun not in DEMAND_NOUNS))
            yield Reference(mention, start, at + mention.end, behind, label=start == record.start)
    if record.role is Role.RECOMMENDATION:
        yield from _in_marker(report, record)
        yield from _leading_to(report, record)


def distinct(text: str) -> list[Mention]:
    """What ``text`` mentions, each thing once, and not more than a reader could follow."""
    found: dict[tuple[str, tuple[str, ...], bool, str], Mention] = {}
    for mention in mentions(text):
        found.setdefault((mention.noun, mention.numbers, mention.pointed, mention.within), mention)
        if len(found) == _MOST_MENTIONS:
            break
    return list(found.values())


def _only_points(text: str, codes: Collection[str]) -> bool:
    """Whether a sentence only says where what stands before it is answered, or what that answers."""
    words = len(text.split())
    if _SEE_LAST.search(text) or (words <= _POINTER_WORDS and _POINTER.match(text)):
        return True
    named = [number for mention in distinct(text) for number in mention.numbers if is_code(number)]
    return bool(named) if words <= _CLOSING_WORDS else words <= _NAMING_WORDS and not {*named}.isdisjoint(codes)


def _labels(report: Report, sentence: Sentence) -> bool:
    """Whether a sentence belongs to the demand behind it and says what that answers: "Recommendation 3: QI 2.1", or
    "Shortcomings: see OP4 and VS1" right below a heading."""
    if len(sentence.text.split()) > _POINTER_WORDS:
        return False
    label = run_in(sentence.text)
    is_first = (
        sentence.block > 0
        and sentence.start == report.blocks[sentence.block].start
        and report.blocks[sentence.block - 1].kind is BlockKind.HEADING
    )
    return bool(label and label.noun in DEMAND_NOUNS) or (is_first and bool(_SAYS_SEE.search(sentence.text)))


def _in_marker(report: Report, demand: Record) -> Iterator[Reference]:
    """What the marker of a demand names."""
    block = report.blocks[block_of(report, demand)]
    is_in_numbered = any(label_of(heading) for heading in block.section_path[-1:])
    for mention in distinct(block.marker) if demand.start == block.start else ():
        if all(is_code(number) or (is_outline(number) and not is_in_numbered) for number in mention.numbers):
            at = block.start - len(block.marker) - 1
            yield Reference(mention, at + mention.start, at + mention.end, label=True)


def _leading_to(report: Report, demand: Record) -> Iterator[Reference]:
    """What the sentence that introduces the list of a demand names, or, if the demand points to nothing itself, the one
    before it."""
    first = demand.sentences[0]
    is_label = False
    if demand.lead_in is not None:
        before = report.sentences[demand.lead_in]
    elif first and not any(mention.pointed for mention in distinct(demand.text)):
        before = report.sentences[first - 1]
        is_label = _labels(report, before)
        here, there = (report.blocks[sentence.block] for sentence in (report.sentences[first], before))
        leads = is_label or _THEREFORE.match(demand.text)
        if here is not there and not (leads and here.section_path == there.section_path):
            return
    else:
        return
    is_sure = is_label or demand.lead_in is not None or before.text.endswith(CLOSED)
    for mention in distinct(before.text) if before.role is not Role.RECOMMENDATION else ():
        mention = replace(mention, pointed=mention.pointed or is_label)
        if mention.noun == "paragraph" or (mention.pointed and is_sure):
            yield Reference(mention, before.start + mention.start, before.start + mention.end)


def named_above(report: Report, heading: int) -> Iterator[Reference]:
    """What a heading names to the demands below it: "Recommendations on cause of concern 1", "Regulation 15(1)"."""
    if heading < 0:
        return
    block = report.blocks[heading]
    for mention in distinct(block.text):
        is_code_inside = mention.start > 0 and all(map(is_code, mention.numbers))
        if is_code_inside or (mention.noun and mention.noun not in NO_NAMES):
            at = block.start
            yield Reference(replace(mention, pointed=True), at + mention.start, at + mention.end, label=True)


def block_of(report: Report, record: Record) -> int:
    """The index of the block in which a record begins."""
    return report.sentences[record.sentences[0]].block
