"""Formats that records are written in, by name. A writer takes one report at a time and closes what it has opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scrutiny.report import Report
from scrutiny.writing.csv import CsvWriter
from scrutiny.writing.jsonl import JsonlWriter
from scrutiny.writing.parquet import ParquetWriter
from scrutiny.writing.schema import RecordLine


class RecordWriter(Protocol):
    """Writes the records of one report after another to one file or folder."""

    def write(self, report: Report, records: Sequence[RecordLine]) -> None: ...  # noqa: D102

    def close(self) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the name of its file or folder in the output folder, and what opens a writer for that path."""

    target: str
    open: Callable[[Path], RecordWriter]


#: Every format by name.
FORMATS: dict[str, Format] = {
    "jsonl": Format("records.jsonl", JsonlWriter),
    "csv": Format("records.csv", CsvWriter),
    "parquet": Format("records.parquet", ParquetWriter),
}

#: What is written where nothing else is asked for.
DEFAULT_FORMATS = ("jsonl", "csv", "parquet")
