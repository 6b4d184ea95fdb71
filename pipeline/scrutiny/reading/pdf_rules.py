"""The straight lines drawn on a PDF page; called under the lock of :mod:`scrutiny.reading.pdfium`."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from scrutiny.reading.page import Place, Point, Rule
from scrutiny.reading.pdf_calls import with_plain_pointers

#: Drawn objects of a page beyond this number are not searched for ruled lines.
_MAX_OBJECTS = 5_000
_MAX_PATH_POINTS = 200
_SHORTEST_RULE = 8.0
_THICKEST_RULE = 3.0

_object_at = with_plain_pointers(raw.FPDFPage_GetObject, ctypes.c_void_p, ctypes.c_int)
_type_of = with_plain_pointers(raw.FPDFPageObj_GetType, ctypes.c_int)


def rules_on(page: pypdfium2.PdfPage, place: Place) -> Iterator[Rule]:
    """Horizontal and vertical strokes and edges that are long enough to frame a cell."""
    handle = ctypes.cast(page.raw, ctypes.c_void_p).value or 0
    for index in range(min(raw.FPDFPage_CountObjects(page.raw), _MAX_OBJECTS)):
        address = _object_at(handle, index)
        if _type_of(address) != raw.FPDF_PAGEOBJ_PATH:
            continue
        item = ctypes.cast(address, raw.FPDF_PAGEOBJECT)
        if _is_background(item):
            continue
        for (x0, y0), (x1, y1) in _strokes(item, place):
            if not all(map(math.isfinite, (x0, y0, x1, y1))):
                continue
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


def _strokes(path: Any, place: Place) -> Iterator[tuple[Point, Point]]:
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
