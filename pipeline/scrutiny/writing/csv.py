"""CSV for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from scrutiny.report import Report
from scrutiny.writing.flat import COLUMNS, cell, flat
from scrutiny.writing.schema import RecordLine


class CsvWriter:
    """CSV, UTF-8 with a byte-order mark; one flat row a record.

    A cell that a spreadsheet would take for a formula gets a leading apostrophe
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """

    def __init__(self, path: Path) -> None:
        """Create or replace ``path``."""
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow(COLUMNS)

    def write(self, report: Report | None, records: Sequence[RecordLine]) -> None:
        """Write a row for each record."""
        del report
        self._csv.writerows([cell(value) for value in flat(record).values()] for record in records)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
