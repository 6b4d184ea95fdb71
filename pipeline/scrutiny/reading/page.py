"""What stands on a PDF page, as plain values: styled runs of characters, and ruled lines.

Positions are points from the top left corner of the page as displayed.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from scrutiny.reading.characters import normalise
from scrutiny.reading.markers import Marker, code_marker, find_marker
from scrutiny.report import Box

#: A gap wider than this many times the font size separates two cells of a row.
CELL_GAP = 1.2
#: What is on a line already does not overlap: only so many to the left can reach a place.
_NEIGHBOURS = 8

#: A number or code stands this many font sizes left of its sentence, and is made of few runs.
_MARKER_GAP = 0.75
_MARKER_RUNS = 8
_SENTENCE_ENDS = (".", ";", ":", "?", "!")
_SENTENCE_WORDS = 5
#: A first letter this many times as large as what follows is a drop cap.
_DROP_CAP = 1.8
#: A gap this wide, in font sizes, is a space where the file has none.
_SPACE = 0.2
#: Words further apart stay runs of their own, and so does what may be a bullet or number.
_LONGEST_MARKER = 8
_WORD_GAP = 0.6
#: So many single letters in a row are spaced out; a gap this much wider than the others is a space.
_TRACKED_LETTERS = 4
_TRACKED_SPACE = 1.8
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


Point = tuple[float, float]
#: From the coordinates of a file to a point on the page.
Place = Callable[[float, float], Point]


class Style(NamedTuple):
    """How a run of characters is set. ``size`` is the font size in points as displayed."""

    size: float
    bold: bool = False
    italic: bool = False


class Run(NamedTuple):
    """Consecutive characters of one style on one baseline.

    ``space`` tells that a space comes before. ``turn`` is the direction they run in, in degrees counterclockwise: 0 for
    upright, 90 for upwards; -1 for slanted.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    baseline: float
    style: Style
    space: bool = False
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: horizontal where ``y0 == y1``, vertical where ``x0 == x1``."""

    x0: float
    y0: float
    x1: float
    y1: float


class Segment:
    """Runs that touch: a line of a column, or a cell of a row. ``x0``, ``y0``, ``x1``, ``y1`` are its edges.

    ``underlined`` tells that a line is drawn under all of it.
    """

    def __init__(self, runs: list[Run]) -> None:
        self.runs = runs
        self.underlined = False
        self.x0 = min([run.x0 for run in runs])
        self.y0 = min([run.y0 for run in runs])
        self.x1 = max([run.x1 for run in runs])
        self.y1 = max([run.y1 for run in runs])

    @cached_property
    def style(self) -> Style:
        """The style most characters have; bold or italic only where nearly all are."""
        if len({id(run.style) for run in self.runs}) == 1:
            return self.runs[0].style
        sizes: Counter[float] = Counter()
        bold = italic = total = 0
        for run in self.runs:
            count = len(run.text)
            sizes[run.style.size] += count
            total += count
            bold += count * run.style.bold
            italic += count * run.style.italic
        return Style(sizes.most_common(1)[0][0], bold >= 0.9 * total, italic >= 0.9 * total)

    @cached_property
    def baseline(self) -> float:
        """Where the characters of the main size stand."""
        main = [run for run in self.runs if run.style.size == self.style.size]
        return max(main, key=lambda run: len(run.text)).baseline

    @cached_property
    def text(self) -> str:
        """The characters, with raised digits as superscripts."""
        parts: list[str] = []
        tracking = self._tracking
        for index, run in enumerate(self.runs):
            last = self.runs[index - 1] if index else None
            if last and self._are_apart(last, run, tracking) and not _is_drop_cap(last, run):
                parts.append(" ")
            parts.append(run.text.translate(_SUPERSCRIPT) if self._raised(run) else run.text)
        return normalise("".join(parts))

    def _are_apart(self, last: Run, run: Run, tracking: float) -> bool:
        if tracking:
            return run.x0 - last.x1 > _TRACKED_SPACE * tracking
        return _are_apart(last, run, self.style.size)

    @property
    def _tracking(self) -> float:
        """The gap between letters that are spaced out, as in "F I N D I N G S"; 0 where they are not."""
        apart = sum(run.space and len(run.text) == 1 for run in self.runs)
        if apart < _TRACKED_LETTERS or apart < 0.8 * len(self.runs):
            return 0.0
        return max(median(after.x0 - before.x1 for before, after in pairwise(self.runs)), 0.0)

    def _raised(self, run: Run) -> bool:
        size = self.style.size
        return run.text.strip().isdigit() and run.style.size <= size and run.baseline < self.baseline - 0.1 * size


@dataclass
class Row:
    """One printed line of a column or table cell: its cells from left to right."""

    page: int
    cells: list[Segment]

    @cached_property
    def whole(self) -> Segment:
        """All cells as one segment."""
        return _joined(self.cells)

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.whole.x0

    @property
    def x1(self) -> float:
        """Right edge."""
        return self.whole.x1

    @property
    def style(self) -> Style:
        """The main style."""
        return self.whole.style

    @property
    def underlined(self) -> bool:
        """Whether all of it is."""
        return all(cell.underlined for cell in self.cells)

    @property
    def baseline(self) -> float:
        """Where the main characters stand."""
        return self.whole.baseline

    @cached_property
    def text(self) -> str:
        """The cells, joined by a space."""
        return " ".join(cell.text for cell in self.cells if cell.text)

    @cached_property
    def marker(self) -> Marker | None:
        """The bullet or number it begins with; a bare number or code counts if it stands apart from a sentence."""
        found = find_marker(self.text)
        if found is not None or len(self.cells) > 2:
            return found
        first, rest = self._parted()
        is_sentence = len(rest.split()) >= _SENTENCE_WORDS or (" " in rest and rest.endswith(_SENTENCE_ENDS))
        return code_marker(first) if is_sentence else None

    def _parted(self) -> tuple[str, str]:
        """What stands left and right of the first wide gap, if that comes early; else two empty texts."""
        runs = self.whole.runs
        for index in range(1, min(len(runs), _MARKER_RUNS)):
            if runs[index].x0 - runs[index - 1].x1 > _MARKER_GAP * self.style.size:
                return Segment(runs[:index]).text, Segment(runs[index:]).text
        return "", ""

    @property
    def box(self) -> Box:
        """The rectangle around the line."""
        whole = self.whole
        return Box(self.page, round(whole.x0, 2), round(whole.y0, 2), round(whole.x1, 2), round(whole.y1, 2))


@dataclass
class TableRow:
    """A row of a table: the printed lines of each of its cells, from left to right.

    ``contents`` tells that it is a line of a table of contents.
    """

    cells: list[list[Row]]
    contents: bool = False

    @property
    def page(self) -> int:
        """The page it stands on."""
        return self.cells[0][0].page


@dataclass
class Region:
    """What is read in one go: a column, a table cell, the body of a page.

    ``opens`` tells that it may continue the region before, ``closes`` that the next one may continue it.
    """

    items: list[Row | TableRow]
    opens: bool = True
    closes: bool = True

    @cached_property
    def x0(self) -> float:
        """Left edge of the running text."""
        return min((row.x0 for row in self.items if isinstance(row, Row)), default=0.0)

    @cached_property
    def x1(self) -> float:
        """Right edge of the running text."""
        return max((row.x1 for row in self.items if isinstance(row, Row)), default=0.0)


class Picture(StrEnum):
    """Why a page has no text of its own though it shows some."""

    SCAN = "scan"
    OUTLINES = "outlines"


@dataclass
class Page:
    """A page as read. ``number`` counts from 1; ``cut`` says what was left out, if anything was, and ``unread`` how
    many characters of it are known of.

    Where most text runs in another direction than from left to right, the page is turned until it does: ``turn`` is
    by how many degrees clockwise, and ``width`` and ``height`` are those of the page so turned. ``stray`` is what runs
    in other directions still, such as a watermark.

    ``picture`` tells that it is a picture of text; ``confidence`` is the mean of the words recognised in it, 0 to 1,
    and None where it was not read. ``notes`` are what else there is to say of it.
    """

    number: int
    width: float
    height: float
    segments: list[Segment] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    cut: str = ""
    unread: int = 0
    turn: int = 0
    stray: list[Run] = field(default_factory=list)
    picture: Picture | None = None
    confidence: float | None = None
    notes: tuple[str, ...] = ()

    def displayed(self, box: Box) -> Box:
        """``box``, which is of the page as turned, on the page as displayed."""
        x0, y0, x1, y1 = box.x0, box.y0, box.x1, box.y1
        if self.turn == 90:
            x0, y0, x1, y1 = y0, self.width - x1, y1, self.width - x0
        elif self.turn == 180:
            x0, y0, x1, y1 = self.width - x1, self.height - y1, self.width - x0, self.height - y0
        elif self.turn == 270:
            x0, y0, x1, y1 = self.height - y1, x0, self.height - y0, x1
        return Box(box.page, *(round(edge, 2) for edge in (x0, y0, x1, y1)))


def segments_of(runs: Sequence[Run], *, whole_words: bool = False) -> list[Segment]:
    """``runs``, in the order of the file, gathered while each follows the one before on its line.

    ``whole_words`` keeps words apart that could as well be one run, so that a rule between them can part them.
    """
    gathered: list[list[Run]] = []
    for run in runs:
        if not gathered or not _follows(gathered[-1][-1], run):
            gathered.append([run])
        elif not whole_words and _are_one(gathered[-1][-1], run):
            gathered[-1][-1] = _as_one(gathered[-1][-1], run)
        else:
            gathered[-1].append(run)
    return [Segment(segment) for segment in gathered]


def _are_one(last: Run, run: Run) -> bool:
    """Whether two runs are words side by side in one style, and neither a marker, a figure nor a letter spaced out."""
    if last.style is not run.style or last.baseline != run.baseline or len(last.text) < 2 or len(run.text) < 2:
        return False
    plain = len(last.text) > _LONGEST_MARKER or last.text.isalpha()
    return plain and run.x0 - last.x1 < _WORD_GAP * run.style.size and not run.text.isdecimal()


def _as_one(last: Run, run: Run) -> Run:
    space = " " if _are_apart(last, run, run.style.size) else ""
    y0, y1 = min(last.y0, run.y0), max(last.y1, run.y1)
    return last._replace(text=f"{last.text}{space}{run.text}", x1=run.x1, y0=y0, y1=y1)


def _are_apart(last: Run, run: Run, size: float) -> bool:
    return run.space or run.x0 - last.x1 > _SPACE * size


def _follows(last: Run, run: Run) -> bool:
    size = max(last.style.size, run.style.size)
    near = abs(run.baseline - last.baseline) < 0.5 * size or _is_raised(run, last) or _is_raised(last, run)
    return near and -0.5 * size < run.x0 - last.x1 < CELL_GAP * size


def _is_drop_cap(large: Run, run: Run) -> bool:
    """Whether ``large`` is the first letter of the word that ``run`` goes on with, set several lines high."""
    return len(large.text) == 1 and large.style.size >= _DROP_CAP * run.style.size and run.text[:1].islower()


def _is_raised(small: Run | Segment, large: Run | Segment) -> bool:
    """Whether ``small`` is a raised or lowered sign on the line of ``large``."""
    shared = min(small.y1, large.y1) - max(small.y0, large.y0)
    is_sign = small.style.size < 0.9 * large.style.size or small.text.strip().isdigit()
    return is_sign and shared > 0.25 * (small.y1 - small.y0)


def rows_of(page: int, segments: Sequence[Segment]) -> list[Row]:
    """``segments`` as rows from top to bottom, cells from left to right."""
    lines: list[tuple[Segment, list[Segment]]] = []
    for segment in sorted(segments, key=lambda s: (round(s.baseline, 1), s.x0)):
        for first, line in lines[-3:]:
            if segment.y0 >= first.y1 or first.y0 >= segment.y1:
                continue
            size = max(segment.style.size, first.style.size)
            near = abs(segment.baseline - first.baseline) < 0.4 * size
            near = near or _is_raised(segment, first) or _is_raised(first, segment)
            if near and _has_room(line, segment):
                insort(line, segment, key=_left)
                break
        else:
            lines.append((segment, [segment]))
    return [Row(page, _cells(line)) for _, line in lines]


def _left(segment: Segment) -> float:
    return segment.x0


def _has_room(line: Sequence[Segment], segment: Segment) -> bool:
    """Whether ``segment`` overlaps nothing on ``line``, which is in order from left to right."""
    end = bisect_left(line, segment.x1 - 1, key=_left)
    return all(segment.x0 >= other.x1 - 1 for other in line[max(end - _NEIGHBOURS, 0) : end])


def _cells(line: Sequence[Segment]) -> list[Segment]:
    cells: list[list[Segment]] = []
    right = 0.0
    for segment in line:
        if cells and segment.x0 - right < CELL_GAP * segment.style.size:
            cells[-1].append(segment)
            right = max(right, segment.x1)
        else:
            cells.append([segment])
            right = segment.x1
    return [_joined(cell) for cell in cells]


def _joined(segments: Sequence[Segment]) -> Segment:
    if len(segments) == 1:
        return segments[0]
    joined = Segment([run for segment in segments for run in segment.runs])
    joined.underlined = all(segment.underlined for segment in segments)
    return joined
