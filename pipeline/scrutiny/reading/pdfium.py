"""The one module that speaks to PDFium: characters and ruled lines of a page as plain values.

PDFium is not thread safe: every function here is called under :data:`LOCK`.
"""

from __future__ import annotations

import ctypes
import math
import re
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from scrutiny.reading.page import Page, Rule, Run, Style, segments_of

LOCK = threading.Lock()

#: Characters of a page beyond this number are left out, and the coverage says so.
MAX_CHARACTERS_PER_PAGE = 100_000
#: A page that sets its text in more pieces is not read: PDFium's time grows with their square. Reports have
#: some hundreds.
MAX_PIECES_PER_PAGE = 10_000
#: Drawn objects of a page beyond this number are not searched for ruled lines, nor looked at for pieces of text.
_MAX_OBJECTS = 5_000
_MAX_PIECES_SEARCHED = 200_000
_MAX_PATH_POINTS = 200
#: More rules than this make no table but a drawing; each line of text is held against every rule.
_MAX_RULES = 1_000
_SHORTEST_RULE = 8.0
_THICKEST_RULE = 3.0

_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique", re.IGNORECASE)
_BOLD_WEIGHT = 600
_ITALIC_FLAG = 1 << 6
_HYPHEN = 0x02
_WIDE_SPACE = re.compile(r"\s{4,}")

Point = tuple[float, float]


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
            runs = list(_runs(text, min(count, MAX_CHARACTERS_PER_PAGE), place))
        finally:
            text.close()
        rules = list(islice(_rules(page, place), _MAX_RULES))
    finally:
        page.close()
    cut = f"only the first {MAX_CHARACTERS_PER_PAGE:,} characters were read" if count > MAX_CHARACTERS_PER_PAGE else ""
    return Page(index + 1, width, height, segments_of(runs), rules, cut)


def _pieces(page: pypdfium2.PdfPage) -> int:
    """How many pieces of text a page shows."""
    objects = range(min(raw.FPDFPage_CountObjects(page.raw), _MAX_PIECES_SEARCHED))
    types = (raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page.raw, index)) for index in objects)
    return sum(kind == raw.FPDF_PAGEOBJ_TEXT for kind in types)


def _placement(page: pypdfium2.PdfPage) -> Callable[[float, float], Point]:
    """From PDF coordinates of an unrotated page to points from the top left of the page as displayed."""
    left, bottom, right, top = page.get_bbox()
    return {
        0: lambda x, y: (x - left, top - y),
        90: lambda x, y: (y - bottom, x - left),
        180: lambda x, y: (right - x, y - bottom),
        270: lambda x, y: (top - y, right - x),
    }[page.get_rotation()]


def _runs(text: pypdfium2.PdfTextPage, count: int, place: Callable[[float, float], Point]) -> Iterator[Run]:
    """Characters gathered while they belong to one text object and PDFium put no space or line end between."""
    handle = text.raw
    unicode_of, object_of, address = raw.FPDFText_GetUnicode, raw.FPDFText_GetTextObject, ctypes.addressof
    styles: dict[int, Style] = {}
    start, owner, space = 0, 0, False
    codes: list[int] = []

    def finish(end: int) -> Iterator[Run]:
        nonlocal space
        if codes and owner:
            style = styles.get(owner) or styles.setdefault(owner, _style(handle, start))
            for run in _split(handle, start, codes, style, place, space):
                yield run
                space = False
        if codes and codes[-1] in (32, 160) and end:
            space = True

    for index in range(count):
        code = unicode_of(handle, index)
        pointer = object_of(handle, index)
        current = address(pointer.contents) if pointer else 0
        if code == _HYPHEN:
            code = ord("-")
            current = current or owner
        if current != owner or code in (10, 13):
            yield from finish(index)
            codes = []
            start, owner = index, current
            if not current:
                space = space or code == 32
                continue
        if code not in (10, 13):
            if not codes:
                start = index
            codes.append(code)
    yield from finish(count)


def _style(handle: Any, index: int) -> Style:
    """Size as displayed, weight and slope of the character at ``index``."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(handle, index, matrix)
    scale = math.hypot(matrix.c, matrix.d) or 1.0
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(handle, index, name, len(name), flags)
    font = name.value.decode("utf-8", "replace")
    return Style(
        size=round(raw.FPDFText_GetFontSize(handle, index) * scale * 2) / 2 or 1.0,
        bold=raw.FPDFText_GetFontWeight(handle, index) >= _BOLD_WEIGHT or bool(_BOLD.search(font)),
        italic=bool(flags.value & _ITALIC_FLAG) or bool(_ITALIC.search(font)),
    )


def _split(
    handle: Any, start: int, codes: list[int], style: Style, place: Callable[[float, float], Point], space: bool
) -> Iterator[Run]:
    """The run of ``codes``, cut where a row of spaces stands for a tab; blank ends trimmed."""
    # A font that does not say what its glyphs mean gives their numbers: the low ones look like control characters.
    characters = "".join(chr(code) if code >= 32 or code == 9 else "\ufffd" for code in codes)
    position = 0
    for piece in [*_WIDE_SPACE.finditer(characters), None]:
        end = piece.start() if piece else len(characters)
        part = characters[position:end]
        first = position + len(part) - len(part.lstrip())
        last = position + len(part.rstrip()) - 1
        if last >= first:
            yield _run(handle, start, characters, first, last, style, place, space or first > 0)
        position = piece.end() if piece else end


def _run(
    handle: Any,
    start: int,
    characters: str,
    first: int,
    last: int,
    style: Style,
    place: Callable[[float, float], Point],
    space: bool,
) -> Run:
    head, tail = _box(handle, start + first), _box(handle, start + last)
    corners = [place(*corner) for box in (head, tail) for corner in (box[:2], box[2:])]
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(handle, start + first, x, y)
    text = characters[first : last + 1].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return Run(
        text=text,
        x0=min(corner[0] for corner in corners),
        y0=min(corner[1] for corner in corners),
        x1=max(corner[0] for corner in corners),
        y1=max(corner[1] for corner in corners),
        baseline=place(x.value, y.value)[1],
        style=style,
        space=space,
    )


def _box(handle: Any, index: int) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a character, as high as its font."""
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(handle, index, box)
    return box.left, box.bottom, box.right, box.top


def _rules(page: pypdfium2.PdfPage, place: Callable[[float, float], Point]) -> Iterator[Rule]:
    """Horizontal and vertical strokes and edges that are long enough to frame a cell."""
    for index in range(min(raw.FPDFPage_CountObjects(page.raw), _MAX_OBJECTS)):
        item = raw.FPDFPage_GetObject(page.raw, index)
        if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_PATH or _is_background(item):
            continue
        for (x0, y0), (x1, y1) in _strokes(item, place):
            if abs(y0 - y1) < 0.5 and abs(x0 - x1) >= _SHORTEST_RULE:
                yield Rule(min(x0, x1), y0, max(x0, x1), y0)
            elif abs(x0 - x1) < 0.5 and abs(y0 - y1) >= _SHORTEST_RULE:
                yield Rule(x0, min(y0, y1), x0, max(y0, y1))


def _is_background(path: Any) -> bool:
    """Whether a path is a coloured area, such as the shading behind a line, and not a stroke or a thin bar."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    if stroke.value:
        return False
    edges = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(path, *edges)
    left, bottom, right, top = (edge.value for edge in edges)
    return min(right - left, top - bottom) > _THICKEST_RULE


def _strokes(path: Any, place: Callable[[float, float], Point]) -> Iterator[tuple[Point, Point]]:
    """The straight parts of a path, as displayed."""
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    last = (0.0, 0.0)
    for index in range(min(raw.FPDFPath_CountSegments(path), _MAX_PATH_POINTS)):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = place(
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_LINETO:
            yield last, point
        last = point
