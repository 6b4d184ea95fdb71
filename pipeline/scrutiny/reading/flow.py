"""Pages in, draft blocks out, a stretch of pages at a time: what was laid out is let go before the next ones are read.

Furniture and line pitch are judged by stretch, so that a long report needs no more memory than its own text and places.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from scrutiny.reading.build import Draft
from scrutiny.reading.footnotes import take_footnotes
from scrutiny.reading.furniture import take_furniture
from scrutiny.reading.headings import Rank, body_style, classify, rank_of
from scrutiny.reading.joining import RUNNING, join_across
from scrutiny.reading.layout import lay_out
from scrutiny.reading.page import Page, Row, Run, Style, TableRow, rows_of
from scrutiny.reading.paragraphs import Group, group_rows
from scrutiny.report import BlockKind, Box

#: So many pages at most are laid out together, and hardly less than half as many.
_STRETCH = 200


class Flow:
    """Takes the pages of a report one by one, in order, and gives its blocks in reading order."""

    def __init__(self, pages: int) -> None:
        """For a report of so many pages."""
        self._stretch = math.ceil(pages / math.ceil(max(pages, 1) / _STRETCH))
        self._waiting: list[Page] = []
        self._held: list[Group] = []
        self._styles: Counter[Style] = Counter()
        self._aside: dict[int, tuple[list[Draft], list[Draft]]] = {}
        self._turned: dict[int, Page] = {}
        self._headings: list[tuple[Draft, Rank]] = []
        self._drafts: list[Draft] = []

    def add(self, page: Page) -> None:
        """Takes the next page; what stands on it is moved into the blocks sooner or later."""
        self._waiting.append(page)
        if len(self._waiting) == self._stretch:
            self._lay_out()

    def drafts(self) -> list[Draft]:
        """All blocks, once every page was added."""
        self._lay_out()
        self._write(self._held, list(self._aside))
        ranks = sorted({rank for _, rank in self._headings})
        for draft, rank in self._headings:
            draft.level = ranks.index(rank) + 1
        return self._drafts

    def _lay_out(self) -> None:
        pages, self._waiting = self._waiting, []
        furniture = take_furniture(pages)
        for page in pages:
            self._styles.update(_styles(page))
        body = body_style(self._styles)
        for page in pages:
            below = [_furniture(row) for row in rows_of(page.number, furniture[page.number])]
            self._aside[page.number] = take_footnotes(page, body), below + [_stray(run, page) for run in page.stray]
            if page.turn:
                self._turned[page.number] = page
        groups = group_rows([region for page in pages for region in lay_out(page)])
        classify(groups, body)
        groups = join_across([*self._held, *groups])
        for page in pages:
            page.segments, page.rules, page.stray = [], [], []
        # The last paragraph may run on; whatever begins on its page waits for it.
        open_page = next((group.page for group in reversed(groups) if group.closes and group.kind in RUNNING), None)
        done = [number for number in self._aside if open_page is None or number < open_page]
        self._held = [group for group in groups if open_page is not None and group.page >= open_page]
        self._write([group for group in groups if open_page is None or group.page < open_page], done)

    def _write(self, groups: Sequence[Group], pages: Iterable[int]) -> None:
        """Moves ``groups``, and what stands aside on ``pages``, to the drafts."""
        begun: defaultdict[int, list[Group]] = defaultdict(list)
        for group in groups:
            begun[group.page].append(group)
        for number in pages:
            footnotes, below = self._aside.pop(number)
            own = begun[number]
            drafts = [self._draft(group) for group in own if group.kind is not BlockKind.FURNITURE]
            drafts += footnotes
            drafts += [self._draft(group) for group in own if group.kind is BlockKind.FURNITURE]
            drafts += below
            for draft in drafts if self._turned else ():
                draft.lines = [(text, self._displayed(box)) for text, box in draft.lines]
            self._drafts += drafts

    def _draft(self, group: Group) -> Draft:
        if group.table:
            return Draft(group.kind, list(_cells(group.table)))
        boxes = [row.box for row in group.rows]
        sign = group.marker.sign if group.marker else ""
        draft = Draft(group.kind, list(zip(group.lines, boxes, strict=True)), sign, group.level)
        if group.kind is BlockKind.HEADING:
            self._headings.append((draft, rank_of(group)))
        return draft

    def _displayed(self, box: Box | None) -> Box | None:
        return self._turned[box.page].displayed(box) if box and box.page in self._turned else box


def _styles(page: Page) -> Counter[Style]:
    """How many characters of ``page`` have each style."""
    counts: Counter[Style] = Counter()
    for segment in page.segments:
        counts[segment.style] += len(segment.text)
    return counts


def _cells(row: TableRow) -> Iterable[tuple[str, Box]]:
    """The lines of each cell; a bar follows every cell but the last."""
    for cell in row.cells:
        for line in cell:
            bar = " |" if line is cell[-1] and cell is not row.cells[-1] else ""
            yield line.text + bar, line.box


def _furniture(row: Row) -> Draft:
    return Draft(BlockKind.FURNITURE, [(row.text, row.box)])


def _stray(run: Run, page: Page) -> Draft:
    """What runs in another direction than the page's text."""
    return Draft(BlockKind.FURNITURE, [(run.text, Box(page.number, run.x0, run.y0, run.x1, run.y1))])
