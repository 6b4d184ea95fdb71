"""Text of a rich text file that runs by itself (the body, a footnote, a header), from paragraphs to drafts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from scrutiny.reading.build import Draft
from scrutiny.reading.characters import normalise
from scrutiny.reading.prose import (
    Edges,
    Lines,
    as_item,
    heading,
    is_running_heading,
    paragraphs,
    part_numbered,
    table,
    text_of,
)
from scrutiny.report import BlockKind

_CONTENTS = re.compile(r"toc (?:\d|heading)|contents (?:\d|heading)|table of figures")
_HEADING = re.compile(r"heading (\d)")


@dataclass(frozen=True, slots=True)
class Layout:
    """What a paragraph is like."""

    style: int = 0
    outline: int | None = None
    left: int = 0
    depth: int = 0
    in_table: bool = False


@dataclass(slots=True)
class Style:
    """What the style sheet calls a paragraph, and where it puts it in the outline."""

    name: str = ""
    outline: int | None = None


@dataclass(slots=True)
class Flow:
    """What has been read of it; ``styles`` are those of the file."""

    styles: Mapping[int, Style]
    drafts: list[Draft] = field(default_factory=list)
    #: Of the paragraph that is being read.
    lines: Lines = field(default_factory=Lines)
    bold: bool = True
    contents: bool = False
    marker: str = ""
    layout: Layout = field(default_factory=Layout)
    #: Whole paragraphs in bold, by ``id``.
    bold_drafts: set[int] = field(default_factory=set)
    _edges: Edges = field(default_factory=Edges)
    _cell: list[Draft] = field(default_factory=list)
    _row: list[list[Draft]] = field(default_factory=list)
    _rows: list[list[list[Draft]]] = field(default_factory=list)

    def end_paragraph(self) -> None:
        """What comes belongs to another paragraph."""
        lines = [_paired(line) for line in self.lines.texts()]
        drafts = self._paragraph(lines, normalise(" ".join(lines)))
        if self.layout.in_table:
            self._cell += drafts
        else:
            self._end_table()
            if self.bold and len(drafts) == 1:
                self.bold_drafts.add(id(drafts[0]))
            self.drafts += drafts
        self.lines, self.bold, self.contents, self.marker = Lines(), True, False, ""

    def end_cell(self) -> None:
        """The paragraph ends, and its cell."""
        self.end_paragraph()
        part_numbered(self._cell)
        self._row.append(self._cell)
        self._cell = []

    def end_row(self) -> None:
        """The row of a table ends."""
        self._rows.append(self._row)
        self._row = []

    def insert(self, drafts: list[Draft]) -> None:
        """Put ``drafts`` before the paragraph that is being read."""
        (self._cell if self.layout.in_table else self.drafts).extend(drafts)

    def end(self) -> list[Draft]:
        """All of it that has a text."""
        self.end_paragraph()
        if self._cell or self._row:
            self._rows.append([*self._row, self._cell])
            self._row, self._cell = [], []
        self._end_table()
        part_numbered(self.drafts)
        return [draft for draft in self.drafts if text_of(draft)]

    def _end_table(self) -> None:
        if self._rows:
            self.drafts += table(self._rows)
            self._rows = []

    def _paragraph(self, lines: list[str], whole: str) -> list[Draft]:
        if not whole:
            return []
        layout = self.layout
        style = self.styles.get(layout.style, Style())
        name = style.name.strip().rstrip(";").lower()
        if self.contents or _CONTENTS.fullmatch(name):
            return [Draft(BlockKind.CONTENTS, [(f"{self.marker} {whole}".strip(), None)])]
        if name == "caption":
            return [Draft(BlockKind.CAPTION, [(whole, None)])]
        level = _heading_level(layout, style, name)
        if level is not None and not is_running_heading(whole):
            self._edges.end()
            return [heading(whole, level, self.marker)]
        drafts = paragraphs(lines)
        if self.marker:
            as_item(drafts, self.marker, self._edges.level(layout.left, layout.depth))
        elif layout.left <= 0:
            self._edges.end()
        return drafts


def _heading_level(layout: Layout, style: Style, name: str) -> int | None:
    """The level of a heading, 0 for a title, None for what is no heading."""
    if name == "title":
        return 0
    named = _HEADING.fullmatch(name)
    outline = layout.outline if layout.outline is not None else style.outline
    if outline is not None:
        return outline + 1 if 0 <= outline < 9 else None
    return int(named.group(1)) if named else None


def _paired(text: str) -> str:
    """``text`` with each pair of surrogates made one character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
