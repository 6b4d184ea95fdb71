"""Stage 4: records out of classified sentences.

A finding or strength is a record of its own for every sentence. A recommendation is one record over all the
consecutive sentences and list items that state it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from scrutiny.report import ROLES, Block, BlockKind, Decision, Record, Report, Role

# A sentence that opens so goes on with the recommendation before it instead of making a new one.
_CONTINUES = re.compile(
    r"(?:this|these|those|it(?! (?:(?:also|further|therefore) )?(?:is|was|would|may be|might be|calls?|recommends?|"
    r"urges?|asks?|invites?|requests?|"
    r"suggests?|requires?)\b)|they|such|in doing so|in particular|specifically|to do (?:so|this)|to this end|"
    r"as part of (?:this|these)|where this)\b",
    re.IGNORECASE,
)


# A sentence that leads into a list, by its colon or in so many words: "The owner shall do the following by June."
_LEADS = re.compile(
    r":$|\b(?:the following|as follows|(?:listed|set out|given|shown|recommendations|actions|requirements) below)\b"
    r"[^.;:]{0,60}\.$",
    re.IGNORECASE,
)


_LETTER = re.compile(r"\(?(?:[a-z]|[ivx]{2,4})\)")
_FIGURES = re.compile(r"[0-9][.)]?$")


class Assembler:
    """Adds records to classified reports."""

    requires = ("sentences", "predictions")
    adds = ("records",)

    def __call__(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Add the records of each report."""
        for report in reports:
            yield replace(report, records=self.predict(report))

    def predict(self, report: Report) -> tuple[Record, ...]:
        """The records of a classified report, in reading order."""
        lead_ins = _lead_ins(report)
        groups: list[list[int]] = []
        for index, sentence in enumerate(report.sentences):
            if sentence.role in (None, Role.OTHER):
                continue
            if groups and _continues(report, groups[-1], index):
                groups[-1].append(index)
            else:
                groups.append([index])
        return tuple(_record(report, tuple(group), lead_ins[group[0]]) for group in groups)


def _lead_ins(report: Report) -> list[int | None]:
    """For each sentence the index of the sentence that introduces its list, if it stands in one."""
    result: list[int | None] = []
    # The sentence ending in a colon that is in force for list items of this level and deeper.
    open_lead_ins: list[tuple[int, int]] = []
    for index, sentence in enumerate(report.sentences):
        block = report.blocks[sentence.block]
        # Numbered paragraphs are items, whatever their layout, where they go on in lower case or one without a number
        # leads into them.
        led = open_lead_ins and not report.blocks[report.sentences[open_lead_ins[0][1]].block].marker
        depth = _depth(block) or int(bool(block.marker) and (bool(led) or block.text[:1].islower()))
        # "33. The council should:" leads into "(a)", though both are items of one level where nobody has indented them.
        if open_lead_ins and depth == open_lead_ins[-1][0] and _LETTER.fullmatch(block.marker):
            lead = report.blocks[report.sentences[open_lead_ins[-1][1]].block]
            depth += bool(_FIGURES.search(lead.marker))
        open_lead_ins = [(level, lead) for level, lead in open_lead_ins if level < depth and depth > 0]
        if (
            open_lead_ins
            and report.blocks[report.sentences[open_lead_ins[-1][1]].block].section_path != block.section_path
        ):
            open_lead_ins = []
        result.append(open_lead_ins[-1][1] if open_lead_ins else None)
        if _LEADS.search(sentence.text) and sentence.end == block.end:
            open_lead_ins.append((depth - _leads_on(report, index), index))
    return result


def _leads_on(report: Report, index: int) -> bool:
    """Whether the sentence at ``index`` leads into further items of the list in whose last item it stands, as where a
    line between two items was read as part of the first: "(2) Mend it. The council should:", "(3) ..."."""
    sentence, following = report.sentences[index], report.sentences[index + 1 : index + 2]
    block = report.blocks[sentence.block]
    if not following or sentence.start == block.start:
        return False
    behind = report.blocks[following[0].block]
    is_inner = _LETTER.fullmatch(behind.marker) and _FIGURES.search(block.marker)
    return bool(block.marker and behind.marker) and _depth(behind) == _depth(block) and not is_inner


def _depth(block: Block) -> int:
    """0 for running text, 1 for an item of an outermost list, and so on."""
    return max(1, block.level) if block.kind is BlockKind.LIST_ITEM else 0


def _continues(report: Report, group: Sequence[int], index: int) -> bool:
    """Whether the sentence at ``index`` states the same recommendation as ``group``."""
    last, sentence = report.sentences[group[-1]], report.sentences[index]
    if group[-1] != index - 1 or not last.role == sentence.role == Role.RECOMMENDATION:
        return False
    if sentence.block == last.block:
        return bool(_CONTINUES.match(sentence.text)) or sentence.text[:1].islower()
    first_block, block = report.blocks[report.sentences[group[0]].block], report.blocks[sentence.block]
    if block.kind is not BlockKind.LIST_ITEM or block.section_path != first_block.section_path:
        return False
    # Sub-items of a recommendation that is itself a list item: "(a) Ensure that records: (i) ...; (ii) ..."
    return _depth(block) > _depth(first_block) > 0 and any(
        report.sentences[member].text.endswith(":") for member in group
    )


def _record(report: Report, group: tuple[int, ...], lead_in: int | None) -> Record:
    sentences = [report.sentences[index] for index in group]
    predictions = [sentence.prediction for sentence in sentences if sentence.prediction]
    role = predictions[0].role
    start, end = sentences[0].start, sentences[-1].end
    finding, strength, recommendation, other = (
        round(sum(prediction.scores[column] for prediction in predictions) / len(predictions), 6)
        for column in range(len(ROLES))
    )
    return Record(
        id=hashlib.sha256(f"{report.source.sha256}:{role}:{start}:{end}".encode()).hexdigest()[:20],
        role=role,
        start=start,
        end=end,
        text=report.text[start:end],
        sentences=group,
        scores=(finding, strength, recommendation, other),
        confidence=min(prediction.confidence for prediction in predictions),
        decision=max((prediction.decision for prediction in predictions), key=list(Decision).index),
        lead_in=lead_in,
    )
