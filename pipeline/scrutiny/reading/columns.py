"""Columns of a page: which lines stand side by side, and in what order they are read.

A gutter is a white strip left of an edge that many lines share. Lines across it part the page into bands; in each
band what is left of the gutter is read before what is right of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scrutiny.reading.markers import find_marker
from scrutiny.reading.page import Segment

#: A column has at least this many lines, most of which fill this share of its width.
_LINES = 4
_FILL = 0.6
#: A line of running text has more words on average than a cell of a table.
_WORDS = 3.0
#: Lines of a column begin within so many points of one another.
_ALIGNED = 2.5
#: A bullet or number stands at most so many font sizes left of its text.
_MARKER_GAP = 5.0
#: Side headings have at most this share of the lines of the text beside them.
_SPARSE = 0.5
#: Lines further apart than this many font sizes are not of one side heading.
_PITCH = 1.8
_MOST_EDGES = 12
#: A heading over all columns has nothing beside it for so many font sizes up and down, and the first lines below it
#: are level give or take so many.
_CLEAR = 1.1
_LEVEL = 1.5


@dataclass(frozen=True, slots=True)
class _Line:
    """A printed line of a column: one segment, with its bullet or number where that stands apart."""

    segments: tuple[Segment, ...]
    x0: float
    x1: float
    baseline: float


def split_columns(segments: Sequence[Segment]) -> list[list[Segment]]:
    """``segments`` by column, in reading order."""
    return [[segment for line in column for segment in line.segments] for column in _split(_lines(segments))]


def _lines(segments: Sequence[Segment]) -> list[_Line]:
    """``segments`` as lines: a bullet or number goes with the text right of it."""
    ordered = sorted(segments, key=lambda segment: (round(segment.baseline), segment.x0))
    lines: list[_Line] = []
    for segment in ordered:
        last = lines[-1] if lines else None
        if last is not None and _is_marker_of(last, segment):
            lines[-1] = _Line((*last.segments, segment), last.x0, segment.x1, segment.baseline)
        else:
            lines.append(_Line((segment,), segment.x0, segment.x1, segment.baseline))
    return lines


def _is_marker_of(last: _Line, segment: Segment) -> bool:
    size = segment.style.size
    if len(last.segments) > 1 or abs(last.baseline - segment.baseline) > 0.4 * size:
        return False
    text = last.segments[0].text
    marker = find_marker(text)
    bare = text.isdecimal() and len(text) <= 3
    return (bare or (marker is not None and marker.length == len(text))) and segment.x0 - last.x1 < _MARKER_GAP * size


def _split(lines: Sequence[_Line]) -> list[list[_Line]]:
    by_edge = [(edge, _bands(lines, edge)) for edge in _edges(lines)]
    for edge, bands in by_edge:
        if any(_are_columns(before, after, edge) for _, before, after in bands):
            return _rejoined([column for band in bands for column in _columns(band, edge)], edge)
    for edge, bands in by_edge:
        if any(_is_side_column(before, after, edge) for _, before, after in bands):
            return _rejoined([column for band in bands for column in _beside(band, edge)], edge)
    return [list(lines)]


def _edges(lines: Sequence[_Line]) -> list[float]:
    """Where columns may begin, from left to right: just left of an edge that several lines share."""
    if len(lines) < 2 * _LINES:
        return []
    left = min(line.x0 for line in lines)
    starts = Counter(round(line.x0) for line in lines)
    shared = [x for x, count in starts.items() if count + starts[x + 1] >= _LINES and x > left + 10 * _ALIGNED]
    return [x - _ALIGNED for x in sorted(sorted(shared, key=lambda x: -starts[x])[:_MOST_EDGES])]


Band = tuple[list[_Line], list[_Line], list[_Line]]


def _bands(lines: Sequence[_Line], edge: float) -> list[Band]:
    """The lines across ``edge`` that begin each band, and those on either side below them."""
    across = sorted({line.baseline for line in lines if line.x0 < edge < line.x1} | _headings_above(lines, edge))
    bands: list[Band] = [([], [], []) for _ in [None, *across]]
    for line in lines:
        over, before, after = bands[bisect_right(across, line.baseline)]
        is_over = line.x0 < edge < line.x1 or line.baseline in across
        (over if is_over else before if line.x1 <= edge else after).append(line)
    return bands


def _headings_above(lines: Sequence[_Line], edge: float) -> set[float]:
    """The baselines of short headings over all columns: nothing is beside them, and both sides go on below alike."""
    before = sorted((line for line in lines if line.x1 <= edge), key=lambda line: line.baseline)
    after = sorted(line.baseline for line in lines if line.x0 >= edge)
    found: set[float] = set()
    for index, line in enumerate(before[:-1]):
        style, following = line.segments[0].style, before[index + 1]
        beside = bisect_right(after, line.baseline - _CLEAR * style.size)
        if beside == len(after) or after[beside] < line.baseline + _CLEAR * style.size:
            continue
        plain = following.segments[0].style
        stands_out = style.size > plain.size or (style.bold and not plain.bold)
        if stands_out and abs(after[beside] - following.baseline) < _LEVEL * plain.size:
            found.add(line.baseline)
    return found


def _columns(band: Band, edge: float) -> Iterator[list[_Line]]:
    """The columns of a band on a page that has columns: a few short lines side by side are none."""
    over, before, after = band
    yield over
    if before and after and not (_is_full(before, edge) or _is_full_to_some(after)):
        yield [*before, *after]
    else:
        yield from _split(before)
        yield from _split(after)


def _are_columns(before: Sequence[_Line], after: Sequence[_Line], edge: float) -> bool:
    if min(len(before), len(after)) < _LINES or not _stand_side_by_side(before, after):
        return False
    if min(_words_a_line(before), _words_a_line(after)) < _WORDS:
        return False
    return _is_full(before, edge, _LINES) and _is_full_to_some(after, _LINES)


def _words_a_line(lines: Sequence[_Line]) -> float:
    return sum(len(segment.text.split()) for line in lines for segment in line.segments) / len(lines)


def _stand_side_by_side(before: Sequence[_Line], after: Sequence[_Line]) -> bool:
    """Whether the two share at least half of the height of the lower one."""
    (top, bottom), (other_top, other_bottom) = (
        (min(line.baseline for line in side), max(line.baseline for line in side)) for side in (before, after)
    )
    shared = min(bottom, other_bottom) - max(top, other_top)
    return shared >= 0.5 * min(bottom - top, other_bottom - other_top)


def _is_full(lines: Sequence[_Line], right: float, least: int = 1) -> bool:
    """Whether most rows of ``lines`` reach over most of the width up to ``right``, and some by themselves."""
    width = _FILL * (right - min(line.x0 for line in lines))
    if sum(line.x1 - line.x0 >= width for line in lines) < least:
        return False
    rows: dict[int, tuple[float, float]] = {}
    for line in lines:
        x0, x1 = rows.get(round(line.baseline), (line.x0, line.x1))
        rows[round(line.baseline)] = min(x0, line.x0), max(x1, line.x1)
    return sum(x1 - x0 >= width for x0, x1 in rows.values()) >= len(rows) / 2


def _is_full_to_some(lines: Sequence[_Line], least: int = 1) -> bool:
    """Whether ``lines``, which may be several columns, begin with a full one."""
    if _is_full(lines, max(line.x1 for line in lines), least):
        return True
    for edge in _edges(lines):
        first = [line for line in lines if line.x0 < edge]
        across = sum(line.x1 > edge for line in first)
        if len(first) >= max(least, _LINES) and across < len(first) / 2 and _is_full(first, edge, least):
            return True
    return False


def _is_side_column(before: Sequence[_Line], after: Sequence[_Line], edge: float) -> bool:
    """Whether a few short lines stand beside running text, as headings in the margin do."""
    if not before or len(after) < _LINES or len(before) > _SPARSE * len(after):
        return False
    return not _is_full(before, edge, _LINES) and _is_full(after, max(line.x1 for line in after), _LINES)


def _beside(band: Band, edge: float) -> Iterator[list[_Line]]:
    """What stands in the margin comes before the text that begins beside it."""
    over, before, after = band
    yield over
    if not (before and after and _is_side_column(before, after, edge)):
        yield sorted([*before, *after], key=lambda line: (line.baseline, line.x0))
        return
    notes = _blocks(before)
    tops = [note[0].baseline - 0.6 * note[0].segments[0].style.size for note in notes]
    yield from _split([line for line in after if line.baseline < tops[0]])
    for note, (top, end) in zip(notes, pairwise([*tops, float("inf")]), strict=True):
        yield note
        yield from _split([line for line in after if top <= line.baseline < end])


def _blocks(lines: Sequence[_Line]) -> list[list[_Line]]:
    """``lines`` parted where they stand apart."""
    blocks: list[list[_Line]] = []
    for line in sorted(lines, key=lambda line: line.baseline):
        size = line.segments[0].style.size
        if blocks and line.baseline - blocks[-1][-1].baseline < _PITCH * size:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _rejoined(columns: Sequence[list[_Line]], edge: float) -> list[list[_Line]]:
    """``columns`` without the empty ones, and with the lines across that follow one another made one."""
    joined: list[list[_Line]] = []
    for column in columns:
        if not column:
            continue
        spans = any(line.x0 < edge < line.x1 for line in column)
        if joined and spans and any(line.x0 < edge < line.x1 for line in joined[-1]):
            joined[-1] += column
        else:
            joined.append(list(column))
    return joined
