"""From printed rows to paragraphs, list items and headings in the making."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from scrutiny.reading.markers import Marker
from scrutiny.reading.page import Region, Row, Segment, Style, TableRow
from scrutiny.report import BlockKind

#: Line pitch, in font sizes, where a report does not show its own.
_PITCH = 1.2
#: Rows further apart than this share of the line pitch begin a new block.
_LOOSE = 1.22
#: Font sizes that differ by more than this share are different styles.
_SAME_SIZE = 0.08
_TOLERANCE = 3.0

_TERMINAL = (".", "!", "?", ":", ";", ".”", ".’", ".)", '."', ".'", "?”", "!”", "?’", "!’")
_STRONG = frozenset("•◦▪▫■□●○◆◇◼◻▶►➢➤❖✓✔✗✘★☐☑‣⁃∙o")


@dataclass
class Group:
    """The rows of one block. ``text_x`` is where its text begins, right of the marker."""

    rows: list[Row]
    right: float
    marker: Marker | None = None
    text_x: float = 0.0
    #: First and last of its region, so that it may continue, or be continued, elsewhere.
    opens: bool = False
    closes: bool = False
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    table: TableRow | None = None

    @property
    def page(self) -> int:
        """The page it begins on."""
        return self.rows[0].page

    @property
    def x0(self) -> float:
        """Where its first row begins, marker included."""
        return self.rows[0].x0

    @cached_property
    def style(self) -> Style:
        """The style most characters have."""
        return Segment([run for row in self.rows for run in row.whole.runs]).style

    @property
    def underlined(self) -> bool:
        """Whether all of it is."""
        return all(row.underlined for row in self.rows)

    @property
    def lines(self) -> list[str]:
        """The text of each row, without the marker."""
        texts = [row.text for row in self.rows]
        if self.marker:
            texts[0] = texts[0][self.marker.length :].lstrip()
        return texts

    @property
    def text(self) -> str:
        """The rows, joined by a space."""
        return " ".join(self.lines).strip()

    def mark(self, marker: Marker) -> None:
        """Makes what it begins with its marker."""
        self.marker, self.text_x = marker, _text_x(self.rows[0], marker)

    def add(self, row: Row) -> None:
        """Appends ``row``."""
        self.rows.append(row)
        self.__dict__.pop("style", None)


class Pitches:
    """The distance from line to line that is usual in a report, in points, by font size."""

    def __init__(self, regions: Sequence[Region]) -> None:
        """Measures ``regions``."""
        seen: defaultdict[float, Counter[float]] = defaultdict(Counter)
        for region in regions:
            rows = [item for item in region.items if isinstance(item, Row)]
            for above, below in pairwise(rows):
                size, distance = below.style.size, below.baseline - above.baseline
                if above.style.size == size and 0.9 * size < distance < 2.2 * size:
                    seen[size][round(distance * 2) / 2] += 1
        #: The smallest distance that is nearly as frequent as the most frequent one.
        self._pitch = {
            size: min(d for d, n in counts.items() if n >= 0.4 * max(counts.values()))
            for size, counts in seen.items()
            if sum(counts.values()) >= 3
        }

    def of(self, size: float) -> float:
        """Line pitch of text set in ``size``."""
        return self._pitch.get(size, _PITCH * size)


def group_rows(regions: Sequence[Region]) -> list[Group]:
    """The blocks of all ``regions``, in reading order."""
    pitches = Pitches(regions)
    groups: list[Group] = []
    for region in regions:
        own = _group_region(region, pitches)
        if own:
            own[0].opens, own[-1].closes = region.opens, region.closes
        groups += own
    return groups


def _group_region(region: Region, pitches: Pitches) -> list[Group]:
    groups: list[Group] = []
    for item in region.items:
        if isinstance(item, TableRow):
            rows = [row for cell in item.cells for row in cell]
            kind = BlockKind.CONTENTS if item.contents else BlockKind.TABLE_ROW
            groups.append(Group(rows, region.x1, kind=kind, table=item))
            continue
        last = groups[-1] if groups and groups[-1].table is None else None
        marker = item.marker
        if last is None or _begins(last, item, marker, pitches, groups):
            groups.append(_new_group(item, marker, region.x1))
        else:
            last.add(item)
    return groups


def _new_group(row: Row, marker: Marker | None, right: float) -> Group:
    if marker is None:
        return Group([row], right, text_x=row.x0)
    return Group([row], right, marker, _text_x(row, marker))


def _text_x(row: Row, marker: Marker) -> float:
    """Where the text right of the marker begins."""
    length = 0
    for run in row.whole.runs:
        if length >= marker.length:
            return run.x0
        inside = marker.length - length
        length += len(run.text.strip())
        if length > marker.length:
            return run.x0 + (run.x1 - run.x0) * (inside + 1) / max(len(run.text), 1)
    return row.x1


def _begins(group: Group, row: Row, marker: Marker | None, pitches: Pitches, groups: Sequence[Group]) -> bool:
    """Whether ``row`` begins a new block after ``group``."""
    last = group.rows[-1]
    size = row.style.size
    if abs(size - last.style.size) > _SAME_SIZE * size and not _is_tail(row, last):
        return True
    distance = row.baseline - last.baseline
    if distance < 0 or distance > _LOOSE * pitches.of(size) + 0.5:
        return True
    ended = last.text.endswith(_TERMINAL)
    short = ends_early(last, row, group.right)
    if marker and _marker_counts(marker, row, ended or short, groups):
        return True
    if row.style.bold != last.style.bold or row.underlined != last.underlined:
        return short or row.text[:1].isupper()
    if group.marker and row.x0 < group.text_x - _TOLERANCE:
        return short or (ended and row.x0 < group.x0 - _TOLERANCE)
    if len(group.rows) > 1 and row.x0 > last.x0 + 0.8 * size:
        return ended or short
    return short and ended


def _is_tail(row: Row, last: Row) -> bool:
    """Whether a row of another size is but a raised or lowered end of the row above."""
    return len(row.text) <= 3 and row.baseline - last.baseline < 0.6 * last.style.size


def _marker_counts(marker: Marker, row: Row, free: bool, groups: Sequence[Group]) -> bool:
    """Whether the marker ``row`` begins with is one, and not a figure or dash of running text."""
    first = row.cells[0].text
    apart = len(row.cells) > 1 and len(first) == marker.length
    if marker.sign in _STRONG or marker.code or apart or free:
        return True
    before = next((group.marker for group in reversed(groups) if group.marker), None)
    if before is None or not marker.numbered:
        return before is not None and marker.sign == before.sign
    return bool(before.number) and marker.number == before.successor


def ends_early(last: Row, following: Row, right: float) -> bool:
    """Whether the first word of ``following`` would have had room at the end of ``last``."""
    text = following.text
    word = text.split(" ", 1)[0]
    width = (following.x1 - following.x0) * len(word) / max(len(text), 1)
    return right - last.x1 > width + 1.2 * last.style.size
