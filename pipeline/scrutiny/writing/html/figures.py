"""Pictures of a report's pages with the places of its records, for a page that needs nothing else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass

from scrutiny.report import Box, Report
from scrutiny.writing.original import LeftOutError, Original, opened

#: Pictures in one page: how many, and how many bytes.
MAX_PAGES = 60
MAX_BYTES = 30_000_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A page as printed; ``places`` are the boxes of each record on it, by index, in points as ``width``."""

    number: int
    width: float
    height: float
    source: str
    places: tuple[tuple[int, tuple[Box, ...]], ...]


def figures_of(report: Report) -> tuple[list[Figure], list[str]]:
    """The pages of the original that hold records, and sentences on what is not shown and why."""
    places: dict[int, list[int]] = {}
    for index, record in enumerate(report.records):
        for number in report.pages(*(report.sentences[one] for one in record.sentences)):
            places.setdefault(number, []).append(index)
    if not places:
        return [], [] if report.source.format == "pdf" else ["There are no pictures of pages: the report has none."]
    figures, notes, size = list[Figure](), list[str](), 0
    try:
        with opened(report) as original:
            for number in sorted(places):
                if len(figures) == MAX_PAGES or size > MAX_BYTES:
                    shown = f"{len(figures)} of the {len(places)} pages with records"
                    notes.append(f"Only the first {shown} are shown as pictures, to keep this page small.")
                    break
                try:
                    figures.append(_figure(original, report, number, places[number]))
                except LeftOutError as reason:
                    notes.append(f"There is no picture of page {number}: {reason}.")
                else:
                    size += len(figures[-1].source)
    except LeftOutError as reason:
        notes.append(f"There are no pictures of pages: {reason}.")
    return figures, notes


def _figure(original: Original, report: Report, number: int, records: list[int]) -> Figure:
    sheet = original.sheet(number)

    def boxes(index: int) -> Iterator[Box]:
        for one in report.records[index].sentences:
            yield from original.boxes(report.sentences[one], sheet)

    places = tuple((index, tuple(boxes(index))) for index in records)
    source = f"data:image/webp;base64,{b64encode(original.picture(sheet)).decode()}"
    return Figure(number, round(sheet.width, 2), round(sheet.height, 2), source, places)
