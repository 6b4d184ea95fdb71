"""The text of a report as a page shows it: block after block, cut where records begin and end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from scrutiny.report import Block, BlockKind, Report

#: HTML has no deeper headings, and the page's own title takes the first.
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters that the same records hold; those in ``opens`` begin with it. Records are indices."""

    text: str
    records: tuple[int, ...] = ()
    opens: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A block. ``level`` is that of a heading in HTML, 2 to 6, none skipped; ``page`` is set on the first of a page."""

    kind: str
    level: int
    marker: str
    page: int | None
    pieces: tuple[Piece, ...]


def passages_of(report: Report) -> Iterator[Passage]:
    """Every block of ``report`` in reading order; the pieces' texts joined are the block's."""
    spans: dict[int, list[tuple[int, int, int]]] = {}
    for index, record in enumerate(report.records):
        for one in record.sentences:
            sentence = report.sentences[one]
            spans.setdefault(sentence.block, []).append((sentence.start, sentence.end, index))
    page, level = None, 1
    for number, block in enumerate(report.blocks):
        if block.kind is BlockKind.HEADING:
            level = min(max(block.level, 1) + 1, level + 1, _DEEPEST)
        first = block.page if block.page != page else None
        page = block.page or page
        pieces = tuple(_pieces(report, block, spans.get(number, [])))
        yield Passage(block.kind.value, level, block.marker, first, pieces)


def _pieces(report: Report, block: Block, spans: list[tuple[int, int, int]]) -> Iterator[Piece]:
    """Records may share sentences: one that demands and finds fault at once is in two."""
    edges = sorted({block.start, block.end, *(edge for start, end, _ in spans for edge in (start, end))})
    for start, end in itertools.pairwise(edges):
        inside = tuple(sorted({index for s, e, index in spans if s < end and start < e}))
        opens = tuple(index for index in inside if report.records[index].start == start)
        yield Piece(report.text[start:end], inside, opens)
