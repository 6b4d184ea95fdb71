"""Formats that records are written in, by name. A writer takes one report at a time and closes what it has opened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, runtime_checkable

from scrutiny.errors import ConfigError
from scrutiny.report import Report
from scrutiny.writing.annotated import AnnotatedWriter
from scrutiny.writing.csv import CsvWriter
from scrutiny.writing.html import HtmlWriter
from scrutiny.writing.jsonl import JsonlWriter
from scrutiny.writing.parquet import ParquetWriter
from scrutiny.writing.schema import FailureLine, RecordLine


class RecordWriter(Protocol):
    """Writes the records of one report after another to one file or folder."""

    def write(self, report: Report, records: Sequence[RecordLine]) -> None: ...  # noqa: D102

    def close(self) -> None: ...  # noqa: D102


@runtime_checkable
class ReportWriter(RecordWriter, Protocol):
    """Writes a file for each report: is told of reports that could not be read, and tells what it left out."""

    def fail(self, failure: FailureLine) -> None: ...  # noqa: D102

    @property
    def left_out(self) -> str:
        """What was left out, for people: the end of a sentence; empty where nothing was."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the name of its file or folder in the output folder, what opens a writer for that path, and the
    modules it needs beyond the core, which the extra of the format's name installs."""

    target: str
    open: Callable[[Path], RecordWriter]
    needs: tuple[str, ...] = ()


#: Every format by name.
FORMATS: dict[str, Format] = {
    "jsonl": Format("records.jsonl", JsonlWriter),
    "csv": Format("records.csv", CsvWriter),
    "parquet": Format("records.parquet", ParquetWriter),
    "html": Format("html", HtmlWriter, needs=("jinja2", "PIL")),
    "pdf": Format("annotated", AnnotatedWriter, needs=("pypdf",)),
}

#: What is written where nothing else is asked for.
DEFAULT_FORMATS = ("jsonl", "csv", "parquet")


def check_installed(names: Collection[str]) -> None:
    """Check that what the formats need is installed, before anything is done.

    Raises:
        ConfigError: something is missing.
    """
    for name in names:
        missing = [module for module in FORMATS[name].needs if find_spec(module) is None]
        if missing:
            raise ConfigError(
                f"The format {name} needs {' and '.join(missing)}.",
                remedy=f"Install it with: pip install 'scrutiny[{name}]'",
            )
