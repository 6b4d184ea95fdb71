"""Pages of PDFium as plain values: styled characters, ruled lines, pictures.

PDFium is not thread safe: every function here is called under :data:`scrutiny.pdfium.LOCK`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

import pypdfium2
import pypdfium2.raw as raw

from scrutiny.reading.page import Page, Place, Point, Run, segments_of
from scrutiny.reading.pdf_rules import rules_on
from scrutiny.reading.pdf_text import runs_of
from scrutiny.reading.pictures import picture_of_text

#: Characters of a page beyond this number are left out, and the coverage says so.
MAX_CHARACTERS_PER_PAGE = 100_000
#: A page that sets its text in more pieces is not read: PDFium's time grows with their square. Reports have
#: some hundreds.
MAX_PIECES_PER_PAGE = 10_000
#: Drawn objects of a page beyond this number are not looked at for pieces of text.
_MAX_PIECES_SEARCHED = 200_000
#: More rules than this make no table but a drawing; each line of text is held against every rule.
_MAX_RULES = 1_000


def read_page(document: pypdfium2.PdfDocument, index: int) -> Page:
    """The page at ``index`` (from 0). Raises ``pypdfium2.PdfiumError`` where it cannot be loaded."""
    page = document[index]
    try:
        width, height = page.get_size()
        if _pieces(page) > MAX_PIECES_PER_PAGE:
            cut = f"its text is in more than {MAX_PIECES_PER_PAGE:,} pieces and was not read"
            return Page(index + 1, width, height, cut=cut)
        place = _placement(page)
        text = page.get_textpage()
        try:
            count = text.count_chars()
            runs = list(runs_of(text, min(count, MAX_CHARACTERS_PER_PAGE), place))
            turn = _main_turn(runs)
            if turn:
                place = _turned(place, turn, width, height)
                runs = list(runs_of(text, min(count, MAX_CHARACTERS_PER_PAGE), place))
                width, height = (height, width) if turn in (90, 270) else (width, height)
        finally:
            text.close()
        rules = list(islice(rules_on(page, place), _MAX_RULES))
        picture = picture_of_text(page, runs)
    finally:
        page.close()
    cut = f"only the first {MAX_CHARACTERS_PER_PAGE:,} characters were read" if count > MAX_CHARACTERS_PER_PAGE else ""
    ruled = any(rule.x0 == rule.x1 for rule in rules)
    upright = segments_of([run for run in runs if not run.turn], whole_words=ruled)
    return Page(
        number=index + 1,
        width=width,
        height=height,
        segments=upright,
        rules=rules,
        cut=cut,
        unread=max(count - MAX_CHARACTERS_PER_PAGE, 0),
        turn=turn,
        stray=[run for run in runs if run.turn],
        picture=picture,
    )


def _main_turn(runs: Sequence[Run]) -> int:
    """The direction most characters run in: 0, 90, 180 or 270 degrees."""
    if not any(run.turn for run in runs):
        return 0
    counts: Counter[int] = Counter()
    for run in runs:
        counts[max(run.turn, 0)] += len(run.text)
    return counts.most_common(1)[0][0] if counts else 0


def _turned(place: Place, turn: int, width: float, height: float) -> Place:
    """``place`` on the page turned clockwise by ``turn``; ``width`` and ``height`` are those before."""

    def turned(x: float, y: float) -> Point:
        x, y = place(x, y)
        return {90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}[turn]

    return turned


def _pieces(page: pypdfium2.PdfPage) -> int:
    """How many pieces of text a page shows, or how many things, where these are few enough."""
    things = raw.FPDFPage_CountObjects(page.raw)
    if things <= MAX_PIECES_PER_PAGE:
        return int(things)
    objects = range(min(things, _MAX_PIECES_SEARCHED))
    types = (raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page.raw, index)) for index in objects)
    return sum(kind == raw.FPDF_PAGEOBJ_TEXT for kind in types)


def _placement(page: pypdfium2.PdfPage) -> Place:
    """From PDF coordinates of an unrotated page to points from the top left of the page as displayed."""
    left, bottom, right, top = page.get_bbox()
    return {
        0: lambda x, y: (x - left, top - y),
        90: lambda x, y: (y - bottom, x - left),
        180: lambda x, y: (right - x, y - bottom),
        270: lambda x, y: (top - y, right - x),
    }[page.get_rotation()]
