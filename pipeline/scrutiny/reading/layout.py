"""The reading order of a page: ruled tables, columns, rows."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

from scrutiny.reading.columns import split_columns
from scrutiny.reading.page import Page, Region, Row, Rule, Run, Segment, TableRow, rows_of

#: Rules this near count as one, and cells this near share an edge.
_SNAP = 3.0
#: How far below the baseline an underline may stand, in font sizes.
_UNDERLINE = 0.3
#: A table cell with more words than this, or a sentence of that many, is running text.
_LONG_CELL_WORDS = 60
_SENTENCE_WORDS = 10
#: A table whose first row takes more lines is none.
_CELL_LINES = 100

#: On the first page, lines side by side above this share of its height are a letterhead.
_LETTERHEAD = 0.2
#: So many page numbers flush right make a table of contents.
_CONTENTS_LINES = 3

_PAGE_NUMBER = re.compile(r"\s*\d{1,3}\s*")
_LEADERS = re.compile(r"\s*(?:\.\s?){4,}\s*")

Cell = tuple[float, float, float, float]


class _RuledRow(Segment):
    """A row of ruled cells, placed like a line of text whose edges are the row's frame."""

    def __init__(self, runs: list[Run], cells: list[list[Segment]], frame: Cell) -> None:
        super().__init__(runs)
        self.cells = cells
        self.baseline, _, self.x0, self.x1 = frame


def lay_out(page: Page) -> list[Region]:
    """The regions of ``page`` in reading order."""
    _find_underlined(page)
    regions = _read(page, _with_ruled_rows(page))
    # Text in a frame may run on from the page before, or on to the next one.
    if regions and not isinstance(regions[0].items[0], TableRow):
        regions[0].opens = True
    if regions and not isinstance(regions[-1].items[-1], TableRow):
        regions[-1].closes = True
    return regions


def _find_underlined(page: Page) -> None:
    """Marks the segments with a rule of their own width just below the baseline."""
    across = sorted((rule for rule in page.rules if rule.y0 == rule.y1), key=lambda rule: rule.y0)
    heights = [rule.y0 for rule in across]
    for segment in page.segments if across else ():
        low = bisect_left(heights, segment.baseline - _SNAP / 2)
        high = bisect_right(heights, segment.baseline + _UNDERLINE * segment.style.size)
        segment.underlined = any(
            abs(rule.x0 - segment.x0) <= _SNAP and abs(rule.x1 - segment.x1) <= _SNAP for rule in across[low:high]
        )


def _read(page: Page, segments: Sequence[Segment]) -> list[Region]:
    """The regions of ``segments``: the text of each column, and the ruled rows in it."""
    letterhead = _LETTERHEAD * page.height if page.number == 1 else 0.0
    regions: list[Region] = []
    for column in split_columns(segments):
        ordered = sorted(column, key=lambda segment: segment.baseline)
        for ruled, group in groupby(ordered, key=lambda segment: isinstance(segment, _RuledRow)):
            if ruled:
                regions += [region for row in group if isinstance(row, _RuledRow) for region in _row_regions(page, row)]
            else:
                regions.append(Region(_aligned_rows(rows_of(page.number, list(group)), letterhead)))
    return regions


def _with_ruled_rows(page: Page) -> list[Segment]:
    """The segments of ``page``, those in ruled cells gathered by row."""
    cells, flow = _cells(page)
    rows: defaultdict[float, list[Cell]] = defaultdict(list)
    for cell in cells:
        near = next((top for top in rows if abs(top - cell[0]) <= _SNAP), cell[0])
        rows[near].append(cell)
    for row in rows.values():
        row.sort(key=lambda cell: cell[2])
        frame = _widened((row[0][0], max(cell[1] for cell in row), row[0][2], row[-1][3]), cells)
        runs = [run for cell in row for segment in cells[cell] for run in segment.runs]
        flow.append(_RuledRow(runs, [cells[cell] for cell in row], frame))
    return flow


def _widened(frame: Cell, cells: Iterable[Cell]) -> Cell:
    """``frame`` with the cells beside it that begin higher or lower, so that a table is one thing across."""
    top, bottom, left, right = frame
    for cell in sorted(cells, key=lambda cell: cell[2]):
        beside = cell[0] < bottom and cell[1] > top
        if beside and cell[3] >= left - 2 * _SNAP and cell[2] <= right + 2 * _SNAP:
            left, right = min(left, cell[2]), max(right, cell[3])
    return top, bottom, left, right


def _cells(page: Page) -> tuple[dict[Cell, list[Segment]], list[Segment]]:
    """The segments in each ruled cell, and those outside of any."""
    across = _merged([rule for rule in page.rules if rule.y0 == rule.y1])
    down = [Rule(r.y0, r.x0, r.y1, r.x1) for r in page.rules if r.x0 == r.x1]
    down = [Rule(r.y0, r.x0, r.y1, r.x1) for r in _merged(down)]
    cells: defaultdict[Cell, list[Segment]] = defaultdict(list)
    flow: list[Segment] = []
    for segment in (part for whole in page.segments for part in _split_at_rules(whole, down)):
        cell = _cell(segment, across, down)
        if cell:
            cells[cell].append(segment)
        else:
            flow.append(segment)
    return cells, flow


def _split_at_rules(segment: Segment, down: Sequence[Rule]) -> list[Segment]:
    """``segment`` in the pieces that vertical rules part."""
    y = (segment.y0 + segment.y1) / 2
    inside = [rule.x0 for rule in down if rule.y0 < y < rule.y1 and segment.x0 < rule.x0 < segment.x1]
    if not inside:
        return [segment]
    pieces: defaultdict[int, list[Run]] = defaultdict(list)
    for run in (part for whole in segment.runs for part in _cut(whole, inside)):
        pieces[sum(edge < (run.x0 + run.x1) / 2 for edge in inside)].append(run)
    return [Segment(runs) for runs in pieces.values()]


def _cut(run: Run, edges: Sequence[float]) -> list[Run]:
    """``run`` cut at the spaces nearest to ``edges`` inside it: no rule goes through a word."""
    edge = next((edge for edge in edges if run.x0 + 1 < edge < run.x1 - 1), None)
    if edge is None:
        return [run]
    place = round((edge - run.x0) / (run.x1 - run.x0) * len(run.text))
    spaces = [match.start() for match in re.finditer(" ", run.text)]
    if not spaces:
        return [run]
    space = min(spaces, key=lambda index: abs(index - place))
    after = run._replace(text=run.text[space + 1 :], x0=edge + 1, space=True)
    return [run._replace(text=run.text[:space], x1=edge - 1), *_cut(after, edges)]


def _row_regions(page: Page, row: _RuledRow) -> list[Region]:
    """A table row; or, where its cells hold running text or it is but a frame, the regions of each cell."""
    columns = [rows_of(page.number, cell) for cell in row.cells]
    if len(columns) > 1 and not any(_is_running_text(rows) for rows in columns):
        return [Region([TableRow(columns)], opens=False, closes=False)]
    regions: list[Region] = []
    for cell in row.cells:
        own = _read(page, cell)
        own[0].opens = own[-1].closes = False
        regions += own
    return regions


def _merged(rules: Sequence[Rule]) -> list[Rule]:
    """Horizontal ``rules`` with touching pieces of one line made one."""
    merged: list[Rule] = []
    for rule in sorted(rules, key=lambda r: (round(r.y0 / _SNAP), r.x0)):
        last = merged[-1] if merged else None
        if last and abs(last.y0 - rule.y0) <= _SNAP and rule.x0 <= last.x1 + _SNAP:
            merged[-1] = Rule(last.x0, last.y0, max(last.x1, rule.x1), last.y0)
        else:
            merged.append(rule)
    return merged


def _cell(segment: Segment, across: Sequence[Rule], down: Sequence[Rule]) -> Cell | None:
    """Top, bottom, left and right of the ruled cell around ``segment``; one of its sides may be open."""
    x, y = (segment.x0 + segment.x1) / 2, (segment.y0 + segment.y1) / 2
    over = [rule for rule in across if rule.x0 - _SNAP <= x <= rule.x1 + _SNAP]
    beside = [rule.x0 for rule in down if rule.y0 - _SNAP <= y <= rule.y1 + _SNAP]
    left = max((edge for edge in beside if edge <= x), default=None)
    right = min((edge for edge in beside if edge > x), default=None)
    if left is None and right is None:
        return None
    # An underline inside the cell does not reach its sides.
    over = [r for r in over if (left is None or r.x0 <= left + _SNAP) and (right is None or r.x1 >= right - _SNAP)]
    above = max((rule for rule in over if rule.y0 <= y), key=lambda rule: rule.y0, default=None)
    below = min((rule for rule in over if rule.y0 > y), key=lambda rule: rule.y0, default=None)
    if above is None or below is None:
        return None
    left = max(above.x0, below.x0) if left is None else left
    right = min(above.x1, below.x1) if right is None else right
    return round(above.y0), round(below.y0), round(left), round(right)


def _is_running_text(rows: Sequence[Row]) -> bool:
    """Whether a cell holds sentences or bullets, and not a name, a figure or a grade."""
    bullets = sum(1 for row in rows if row.marker and not row.marker.numbered)
    words = sum(len(row.text.split()) for row in rows)
    return bullets > 1 or words > _LONG_CELL_WORDS or (words >= _SENTENCE_WORDS and rows[-1].text.endswith((".", ";")))


def _aligned_rows(rows: Sequence[Row], letterhead: float) -> list[Row | TableRow]:
    """``rows`` with those that line up in columns made table rows, or, above ``letterhead``, read by column."""
    contents = _contents_lines(rows)
    items: list[Row | TableRow] = []
    index = 0
    while index < len(rows):
        if index in contents:
            end = contents[index]
            items.append(_contents_row(rows[index:end]))
            index = end
            continue
        end = _table_end(rows, index) or 0
        if end and rows[index].baseline < letterhead and len(_edges(rows[index])) == 2:
            items += _by_column(rows[index:end])
        else:
            items += _table(rows[index:end]) if end else [rows[index]]
        index = end or index + 1
    return items


def _contents_lines(rows: Sequence[Row]) -> dict[int, int]:
    """Where each line of a table of contents begins and ends, as indices into ``rows``.

    It ends in a page number, with dots before it or flush right with the others; it may take two rows.
    """
    numbered = {
        index
        for index, row in enumerate(rows)
        if len(row.whole.runs) > 1 and _PAGE_NUMBER.fullmatch(row.whole.runs[-1].text)
    }
    flush = Counter(round(rows[index].x1 / _SNAP) for index in numbered)
    found: dict[int, int] = {}
    end = 0
    for index, row in enumerate(rows):
        lined_up = index in numbered and flush[round(row.x1 / _SNAP)] >= _CONTENTS_LINES
        if not (lined_up or _LEADERS.search(row.text.strip(" ."))):
            continue
        above = rows[index - 1] if index and index != end else None
        tight = above is not None and row.baseline - above.baseline < 1.35 * row.style.size
        begun = tight and index - 1 not in numbered
        wrapped = begun and above is not None and abs(above.x0 - row.x0) <= _SNAP and found
        end = index + 1
        found[index - 1 if wrapped else index] = end
    return found


def _contents_row(rows: Sequence[Row]) -> TableRow:
    """A line of a table of contents: its words and its page number, without the dots between."""
    page, runs = rows[-1].page, rows[-1].whole.runs
    number = len(runs)
    while (
        number > 1 and _PAGE_NUMBER.fullmatch(runs[number - 1].text) and not (number < len(runs) and runs[number].space)
    ):
        number -= 1
    cells: list[list[Run]] = [[]]
    for run in runs[:number]:
        first, *others = _LEADERS.split(run.text)
        cells[-1] += [run._replace(text=first)] if first.strip(" .") else []
        cells += [[run._replace(text=text)] if text.strip(" .") else [] for text in others]
    printed = [[Row(page, [Segment(cell)])] for cell in [*cells, runs[number:]] if cell]
    printed[0][:0] = rows[:-1]
    return TableRow(printed, contents=True)


def _by_column(rows: Sequence[Row]) -> list[Row | TableRow]:
    """Side-by-side lines, such as the addresses of a letterhead, one column after the other."""
    edges = _edges(rows[0])
    columns: list[list[Row | TableRow]] = [[] for _ in edges]
    for row in rows:
        for cell in row.cells:
            nearest = min(range(len(edges)), key=lambda index: abs(edges[index] - cell.x0))
            columns[nearest].append(Row(row.page, [cell]))
    return [row for column in columns for row in column]


def _table_end(rows: Sequence[Row], start: int) -> int | None:
    """Where the table that begins at ``rows[start]`` ends, or None if none does."""
    edges = _edges(rows[start])
    if len(edges) < 2:
        return None
    full, end = 1, start + 1
    while end < len(rows) and (full > 1 or end - start <= _CELL_LINES):
        own = _edges(rows[end])
        if len(own) >= 2 and _line_up(own, edges):
            full += 1
        elif not _wraps(rows[end], rows[end - 1], edges):
            break
        end += 1
    return end if full >= 2 else None


def _edges(row: Row) -> list[float]:
    """Left edges of a row's cells; a bullet or number is no cell, nor is a label with its colon."""
    cells = row.cells[1:] if row.marker and row.marker.length == len(row.cells[0].text) else row.cells
    if len(cells) == 2 and cells[0].text.endswith(":"):
        return []
    return [cell.x0 for cell in cells]


def _line_up(own: Sequence[float], edges: Sequence[float]) -> bool:
    return any(abs(a - b) <= _SNAP for a in own[1:] for b in edges[1:])


def _wraps(row: Row, above: Row, edges: Sequence[float]) -> bool:
    """Whether ``row`` is a further line of a cell of the row above."""
    tight = row.baseline - above.baseline < 1.35 * row.style.size
    starts = any(abs(row.x0 - edge) <= _SNAP for edge in edges)
    return tight and starts and (row.x0 >= edges[1] - _SNAP or row.x1 < edges[1])


def _table(rows: Sequence[Row]) -> list[Row | TableRow]:
    """Table rows out of printed rows: a row with one cell continues the cell above it."""
    table: list[TableRow] = []
    for row in rows:
        if len(_edges(row)) >= 2 or not table:
            table.append(TableRow([[Row(row.page, [cell])] for cell in row.cells]))
            continue
        cells = table[-1].cells
        nearest = min(cells, key=lambda cell: abs(cell[0].x0 - row.x0))
        nearest.append(row)
    return list(table)
