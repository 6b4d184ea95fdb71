"""Whether a PDF page is a picture of text, and the picture itself. Speaks to PDFium: called under its lock."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw as raw

from scrutiny.reading.page import Picture, Run

if TYPE_CHECKING:
    from PIL.Image import Image

#: A page with more characters than this, or more outside its margins, has a text of its own. The margins, a share of
#: its height at the top and the bottom, may hold a stamp or a page number set on a scan.
_MOST_STAMPED = 200
_MOST_BETWEEN = 20
_MARGIN = 0.12
#: Pictures cover this share of a scanned page; of one without any text, less.
_COVERED = 0.6
_COVERED_WITHOUT_TEXT = 0.25
#: The page is searched for pictures on a grid of so many places each way.
_GRID = 16
#: Letters drawn as shapes: filled, no larger than this in points, with about so many points to a letter.
_MIN_LETTERS = 100
_LARGEST_LETTER = 60.0
_POINTS_OF_LETTER = 20
#: Drawn objects beyond this number are not looked at, nor forms within forms deeper than this.
_MAX_OBJECTS = 5_000
_MAX_DEPTH = 4

#: Resolution of a picture, in pixels an inch; that of a larger page is lower: no picture has more pixels than this.
_DPI = 300
_MAX_PIXELS = 20_000_000
_POINTS_PER_INCH = 72

Matrix = tuple[float, float, float, float, float, float]
_UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def picture_of_text(page: pypdfium2.PdfPage, runs: Sequence[Run]) -> Picture | None:
    """What kind of picture a page is whose own text is ``runs``; None where it has a text, or nothing.

    A page with a text, were it invisible and laid over a scan, is not searched for pictures.
    """
    height = page.get_height()
    characters = between = 0
    for run in runs:
        count = len("".join(run.text.split()))
        characters += count
        between += count * (_MARGIN * height <= run.baseline <= (1 - _MARGIN) * height)
        if characters > _MOST_STAMPED or between > _MOST_BETWEEN:
            return None
    left, bottom, right, top = page.get_bbox()
    xs = [left + (index + 0.5) * (right - left) / _GRID for index in range(_GRID)]
    ys = [bottom + (index + 0.5) * (top - bottom) / _GRID for index in range(_GRID)]
    covered: set[tuple[float, float]] = set()
    letters = 0
    for item, (x0, y0, x1, y1) in _objects(page):
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            covered.update((x, y) for x in xs if x0 <= x <= x1 for y in ys if y0 <= y <= y1)
        elif kind == raw.FPDF_PAGEOBJ_PATH and y1 - y0 <= _LARGEST_LETTER and _is_filled(item):
            letters += raw.FPDFPath_CountSegments(item) // _POINTS_OF_LETTER
    if len(covered) / _GRID**2 >= (_COVERED if characters else _COVERED_WITHOUT_TEXT):
        return Picture.SCAN
    return Picture.OUTLINES if letters >= _MIN_LETTERS else None


def _objects(page: pypdfium2.PdfPage) -> Iterator[tuple[Any, tuple[float, float, float, float]]]:
    """What is drawn on a page, each with its left, bottom, right and top; forms are opened."""
    count = raw.FPDFPage_CountObjects(page.raw)
    waiting = [(raw.FPDFPage_GetObject(page.raw, index), _UNMOVED, 0) for index in range(min(count, _MAX_OBJECTS))]
    seen = 0
    while waiting and seen < _MAX_OBJECTS:
        item, matrix, depth = waiting.pop()
        seen += 1
        if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_FORM:
            yield item, _bounds(item, matrix)
        elif depth < _MAX_DEPTH:
            inner = _combined(_matrix(item), matrix)
            count = min(raw.FPDFFormObj_CountObjects(item), _MAX_OBJECTS - len(waiting))
            waiting += [(raw.FPDFFormObj_GetObject(item, index), inner, depth + 1) for index in range(count)]


def _bounds(item: Any, matrix: Matrix) -> tuple[float, float, float, float]:
    edges = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *edges)
    left, bottom, right, top = (edge.value for edge in edges)
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _matrix(item: Any) -> Matrix:
    found = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, found)
    return found.a, found.b, found.c, found.d, found.e, found.f


def _combined(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does ``first`` and ``then``."""
    (a, b, c, d, e, f), (p, q, r, s, t, u) = first, then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _is_filled(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    return bool(fill.value != raw.FPDF_FILLMODE_NONE)


def render(document: pypdfium2.PdfDocument, index: int) -> tuple[Image, int]:
    """The page at ``index`` (from 0) in shades of grey, as displayed, and its resolution in pixels an inch.

    Raises ``pypdfium2.PdfiumError`` where it cannot be drawn.
    """
    page = document[index]
    try:
        width, height = page.get_size()
        inches = max(width * height, 1.0) / _POINTS_PER_INCH**2
        dpi = max(min(_DPI, math.floor(math.sqrt(_MAX_PIXELS / inches))), 1)
        bitmap = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=True)
        try:
            image = bitmap.to_pil().copy()
        finally:
            bitmap.close()
    finally:
        page.close()
    return image, dpi
