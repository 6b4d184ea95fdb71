"""JSON Lines in UTF-8: one object a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from scrutiny.report import Report
from scrutiny.writing.schema import RecordLine


class LineWriter:
    """Writes lines of one kind to one file."""

    def __init__(self, path: Path) -> None:
        """Create or replace ``path``."""
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def add(self, line: BaseModel | bytes) -> None:
        """Write one line, which may be JSON already."""
        self._file.write(line.decode() if isinstance(line, bytes) else f"{line.model_dump_json()}\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class JsonlWriter(LineWriter):
    """Records as JSON Lines."""

    def write(self, report: Report | None, records: Sequence[RecordLine]) -> None:
        """Write a line for each record."""
        del report
        for record in records:
            self.add(record)
