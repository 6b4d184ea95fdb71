"""One page a report that needs nothing else, and an index of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scrutiny.report import Report
from scrutiny.writing.html.index import Index
from scrutiny.writing.html.page import environment, report_page
from scrutiny.writing.naming import Names
from scrutiny.writing.schema import FailureLine, RecordLine


class HtmlWriter:
    """A folder of pages: ``index.html``, and one for each report. They open from disk and load nothing else."""

    def __init__(self, path: Path) -> None:
        """Make the folder ``path``."""
        path.mkdir()
        self._folder = path
        self._names = Names()
        self._environment = environment()
        self._index = Index()
        self._without_pictures = 0

    def write(self, report: Report, records: Sequence[RecordLine]) -> None:
        """Write the page of one report."""
        name = f"{self._names.of(report.source)}.html"
        page, complete = report_page(self._environment, report, records)
        self._without_pictures += not complete
        self._write(name, page)
        self._index.add(name, report, records)

    def fail(self, failure: FailureLine) -> None:
        """Remember a report that could not be read, for the index."""
        self._index.failures.append(failure)

    @property
    def left_out(self) -> str:
        """How many reports with pages lack pictures of some, for people; empty where none does."""
        many = self._without_pictures
        return f"{many:,} of the pages in records.html/ lack pictures of printed pages, and say why" if many else ""

    def close(self) -> None:
        """Write the index."""
        self._write("index.html", self._index.page(self._environment))

    def _write(self, name: str, page: str) -> None:
        # What a broken file has left of a character is replaced rather than refused.
        (self._folder / name).write_text(page, encoding="utf-8", errors="replace", newline="\n")
