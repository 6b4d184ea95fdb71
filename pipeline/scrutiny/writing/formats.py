"""Formats that records are written in, by name. A writer takes one report at a time and closes what it has opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, runtime_checkable

from scrutiny.errors import ConfigError
from scrutiny.report import Report
from scrutiny.writing.annotated import AnnotatedWriter
from scrutiny.writing.csv import CsvWriter
from scrutiny.writing.dataset import DatasetWriter
from scrutiny.writing.docbin import DocBinWriter
from scrutiny.writing.html import HtmlWriter
from scrutiny.writing.jsonl import JsonlWriter
from scrutiny.writing.parquet import ParquetWriter
from scrutiny.writing.schema import FailureLine, RecordLine
from scrutiny.writing.sqlite import SqliteWriter
from scrutiny.writing.web_annotation import AnnotationsWriter
from scrutiny.writing.xlsx import XlsxWriter


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
    """A format: the name of its file or folder in the output folder, what opens a writer for that path, the
    modules it needs beyond the core, which the extra of the format's name installs, and whether its writer makes do
    with the records and takes None for a report."""

    target: str
    open: Callable[[Path], RecordWriter]
    needs: tuple[str, ...] = ()
    of_records: bool = False


#: Every format of ours by name.
FORMATS: dict[str, Format] = {
    "jsonl": Format("records.jsonl", JsonlWriter, of_records=True),
    "csv": Format("records.csv", CsvWriter, of_records=True),
    "parquet": Format("records.parquet", ParquetWriter, of_records=True),
    "annotations": Format("records.annotations", AnnotationsWriter),
    "dataset": Format("records.dataset", DatasetWriter, of_records=True),
    "docbin": Format("records.spacy", DocBinWriter),
    "sqlite": Format("records.sqlite", SqliteWriter),
    "xlsx": Format("records.xlsx", XlsxWriter, needs=("xlsxwriter",)),
    "html": Format("records.html", HtmlWriter, needs=("jinja2", "PIL")),
    "pdf": Format("records.annotated", AnnotatedWriter, needs=("pypdf",)),
}

#: What is written where nothing else is asked for.
DEFAULT_FORMATS = ("jsonl", "csv", "parquet")


@cache
def known_formats() -> Mapping[str, Format]:
    """Every format by name: ours, and those other packages register under the entry point group ``scrutiny.writers``.

    Such an entry point is named after the format and leads to a :class:`Format`; ours cannot be replaced.

    Raises:
        ConfigError: a format of another package cannot be loaded.
    """
    return {
        **FORMATS,
        **{point.name: _loaded(point) for point in entry_points(group="scrutiny.writers") if point.name not in FORMATS},
    }


def _loaded(point: EntryPoint) -> Format:
    try:
        found = point.load()
        if not isinstance(found, Format):
            raise TypeError(f"it is a {type(found).__name__}")
    except Exception as error:  # whatever another package may raise
        raise ConfigError(
            f"{point.value}: the format {point.name} cannot be loaded from there: {error}.",
            remedy="Mend, update or remove the package that has it.",
        ) from None
    return found


def check_formats(names: Iterable[str]) -> None:
    """Raise ConfigError where one of ``names`` is no format, or needs a package that is not installed."""
    known = known_formats()
    if unknown := sorted(set(names) - known.keys()):
        raise ConfigError(f"{', '.join(unknown)}: there is no such format.", remedy=f"Formats: {', '.join(known)}.")
    for name in names:
        missing = [module for module in known[name].needs if find_spec(module) is None]
        if missing:
            raise ConfigError(
                f"The format {name} needs {' and '.join(missing)}, which is not installed.",
                remedy=f"Install it with: pip install 'scrutiny[{name}]'",
            )
