"""Reports as they are stored in a line of ``reports.jsonl``, and back."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import TypeVar

from scrutiny.report import Block, BlockKind, Box, Decision, Line, Prediction, Report, Role, Sentence
from scrutiny.writing.parts import DocumentLine, StoredBlock, StoredLine, StoredPrediction, StoredSentence

_T = TypeVar("_T")


def document_of(report: Report) -> DocumentLine:
    """The text, blocks and sentences of ``report``. What the rest of its line says is not said twice."""
    sections: dict[tuple[str, ...], int] = {}
    for block in report.blocks:
        for depth in range(1, len(block.section_path) + 1):
            sections.setdefault(block.section_path[:depth], len(sections))
    return DocumentLine(
        text=report.text,
        sections=[(sections.get(path[:-1]), path[-1]) for path in sections],
        blocks=[
            StoredBlock(
                kind=block.kind.value,
                start=block.start,
                end=block.end,
                level=block.level,
                marker=block.marker,
                section=sections.get(block.section_path),
                page=block.page,
                box=(block.box.page, block.box.x0, block.box.y0, block.box.x1, block.box.y1) if block.box else None,
                lines=[_stored_line(line) for line in block.lines],
            )
            for block in report.blocks
        ],
        sentences=[
            StoredSentence(
                sentence.start,
                sentence.end,
                sentence.block,
                _stored_prediction(sentence.prediction),
                None if sentence.meaning is None else b64encode(sentence.meaning).decode(),
                sentence.tags,
            )
            for sentence in report.sentences
        ],
    )


def _stored_line(line: Line) -> StoredLine:
    return StoredLine(line.start, line.end, line.box.page, line.box.x0, line.box.y0, line.box.x1, line.box.y1)


def _stored_prediction(prediction: Prediction | None) -> StoredPrediction | None:
    if prediction is None:
        return None
    return StoredPrediction(
        scores=prediction.scores,
        role=prediction.role.value,
        second_role=prediction.second_role.value if prediction.second_role else None,
        confidence=prediction.confidence,
        decision=prediction.decision.value,
        cut=prediction.cut,
    )


def layers_of(document: DocumentLine) -> tuple[tuple[Block, ...], tuple[Sentence, ...]]:
    """The blocks and sentences that ``document`` was made of.

    Raises:
        ValueError: an offset lies outside the text or its sentence, an index leads nowhere, or a meaning is no
            base64.
    """
    paths: list[tuple[str, ...]] = []
    for around, heading in document.sections:
        paths.append((*(() if around is None else _at(paths, around, "section")), heading))
    blocks = tuple(
        Block(
            kind=BlockKind(block.kind),
            start=block.start,
            end=block.end,
            text=_slice(document.text, block.start, block.end),
            page=block.page,
            box=Box(*block.box) if block.box else None,
            level=block.level,
            marker=block.marker,
            section_path=() if block.section is None else _at(paths, block.section, "section"),
            lines=tuple(Line(line.start, line.end, Box(*line[2:])) for line in block.lines),
        )
        for block in document.blocks
    )
    sentences = []
    for start, end, index, stored, meaning, tags in document.sentences:
        holder = _at(blocks, index, "block")
        if not holder.start <= start < end <= holder.end:
            raise ValueError(f"the sentence of characters {start} to {end} lies outside its block")
        prediction = stored and Prediction(
            scores=stored.scores,
            role=Role(stored.role),
            second_role=Role(stored.second_role) if stored.second_role else None,
            confidence=stored.confidence,
            decision=Decision(stored.decision),
            cut=stored.cut,
        )
        vector = None if meaning is None else b64decode(meaning, validate=True)
        if not all(0 <= tag.start < tag.end <= end - start for tag in tags or ()):
            raise ValueError(f"a tag lies outside the sentence of characters {start} to {end}")
        sentences.append(Sentence(start, end, _slice(document.text, start, end), index, prediction, vector, tags))
    return blocks, tuple(sentences)


def _at(items: Sequence[_T], index: int, kind: str) -> _T:
    if not 0 <= index < len(items):
        raise ValueError(f"there is no {kind} {index}")
    return items[index]


def _slice(text: str, start: int, end: int) -> str:
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"characters {start} to {end} lie outside the text, which has {len(text)}")
    return text[start:end]
