"""Ruled lines in the picture of a page: the frames of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scrutiny.reading.page import Rule

if TYPE_CHECKING:
    from PIL.Image import Image

#: A line is at least so long and on average no thicker than this, in points; letters and shaded areas are neither.
_SHORTEST = 24.0
_THICKEST = 3.0
#: This share of a stretch is black where a line runs through it.
_BLACK = 0.95
#: A picture with more bars is a drawing or a photograph.
_MAX_BARS = 500
_DARK = 0.5
_STRIP = 512


@dataclass(slots=True)
class _Bar:
    """A black bar that grows row by row, in pixels; ``last`` is its lowest row with the stretch ``x0`` to ``x1``."""

    top: int
    last: int
    x0: int
    x1: int
    left: int
    right: int
    area: int


def rules_in(image: Image, points: float) -> list[Rule]:
    """The horizontal and vertical lines in ``image``, whose pixels are ``points`` large; none in a drawing."""
    import numpy as np

    black = np.asarray(image) < 160
    across, down = _bars(black, points), _bars(black.T, points)
    if len(across) + len(down) > _MAX_BARS:
        return []
    rules = [Rule(left * points, y * points, right * points, y * points) for y, left, right in across]
    return rules + [Rule(x * points, top * points, x * points, bottom * points) for x, top, bottom in down]


def _bars(black: Any, points: float) -> list[tuple[float, int, int]]:
    """Row, left and right of each thin black bar in ``black``, shape (rows, columns)."""
    open_bars: list[_Bar] = []
    found: list[_Bar] = []
    for row, x0, x1 in _stretches(black, max(int(_SHORTEST / points), 2)):
        open_bars = [bar for bar in open_bars if bar.last >= row - 2]
        bar = next((bar for bar in open_bars if x0 <= bar.x1 and bar.x0 <= x1), None)
        if bar is None:
            bar = _Bar(row, row, x0, x1, x0, x1, 0)
            open_bars.append(bar)
            found.append(bar)
            if len(found) > _MAX_BARS:
                break
        bar.last, bar.x0, bar.x1 = row, x0, x1
        bar.left, bar.right = min(bar.left, x0), max(bar.right, x1)
        bar.area += x1 - x0
    thick = _THICKEST / points
    thin = [bar for bar in found if bar.area <= thick * (bar.right - bar.left) and not _in_the_dark(black, bar, thick)]
    return [((bar.top + bar.last) / 2, bar.left, bar.right) for bar in thin]


def _in_the_dark(black: Any, bar: _Bar, margin: float) -> bool:
    """Whether ``bar`` is but a gap between white letters on a dark ground."""
    top, bottom = max(bar.top - round(margin), 0), bar.last + round(margin)
    return bool(black[top : bottom + 1, bar.left : bar.right].mean() > _DARK)


def _stretches(black: Any, length: int) -> Iterator[tuple[int, int, int]]:
    """Row, left and right of each stretch of at least ``length`` that is black nearly throughout, from the top."""
    import numpy as np

    if black.shape[1] <= length:
        return
    for top in range(0, black.shape[0], _STRIP):
        sums = np.cumsum(black[top : top + _STRIP], axis=1, dtype=np.int32)
        full = sums[:, length:] - sums[:, :-length] >= _BLACK * length
        for row in np.flatnonzero(full.any(axis=1)):
            edges = np.flatnonzero(np.diff(np.concatenate(([False], full[row], [False]))))
            for x0, x1 in edges.reshape(-1, 2):
                yield top + int(row), int(x0) + 1, int(x1) + length
