"""Files of rows, each of which is a report: a column of text, the others metadata."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import BinaryIO

from scrutiny import reading
from scrutiny.errors import ReadError
from scrutiny.reading.manifest import with_metadata
from scrutiny.reading.tables import Row, csv_rows, jsonl_rows, parquet_rows
from scrutiny.report import Report

_READERS: dict[str, Callable[[BinaryIO, str], Iterable[tuple[str, Row | ReadError]]]] = {
    ".csv": csv_rows,
    ".tsv": csv_rows,
    ".jsonl": jsonl_rows,
    ".ndjson": jsonl_rows,
    ".parquet": parquet_rows,
}

#: File name suffixes of files of rows, in lower case.
ROW_SUFFIXES: tuple[str, ...] = tuple(_READERS)

#: Names of the column of text, the first of them that is there; letters may be small or capital.
TEXT_COLUMNS = (
    "text", "report_text", "full_text", "fulltext", "content", "contents", "body", "body_text", "report_body", "report",
    "document", "document_text",
)  # fmt: skip

#: Columns that only scrutiny's own output has together.
_OWN_OUTPUT = {"role", "decision", "schema_version"}

#: A longer value is no metadata.
_MAX_VALUE = 10_000


def read_rows(
    file: BinaryIO, *, path: str, text_column: str | None, regime: str | None = None
) -> Iterator[tuple[str, Report | ReadError]]:
    """A report for every row of ``file`` or why there is none, with its path: ``table.csv#row=5``, ``a.jsonl#line=5``.

    Rows count from 1, without the header. ``text_column`` names the column of text in place of
    :data:`TEXT_COLUMNS`; ``regime`` is the id of the reports' regime, if it is known. Raises ReadError
    (``no_text_column``, ``own_output``, ``not_text``, ``damaged``, ``too_large``, ``bomb``) where the file cannot be
    read on.
    """
    column: str | None = None
    for place, row in _READERS[PurePath(path).suffix.lower()](file, path):
        where = f"{path}#{place}"
        if isinstance(row, ReadError):
            yield where, row
            continue
        row = {_whole(name): value for name, value in row.items()}
        if column is None:
            column = _text_column(list(row), text_column, path)
        try:
            yield where, _report(row, column, where, regime)
        except ReadError as error:
            yield where, error


def _text_column(columns: list[str], wanted: str | None, path: str) -> str:
    if wanted is None and set(columns) >= _OWN_OUTPUT:
        raise ReadError(
            f"{path}: this is what scrutiny has written, not reports.",
            remedy="Give the reports; if you mean it, name the column of text with --text-column.",
            code="own_output",
        )
    if wanted in columns:
        return wanted
    names = {name: column for column in reversed(columns) for name in (column.strip().casefold(), snake(column))}
    for name in [wanted.casefold()] if wanted is not None else TEXT_COLUMNS:
        if name in names:
            return names[name]
    there = ", ".join(column[:50] for column in columns[:30]) + (", ..." if len(columns) > 30 else "")
    looked = f"column '{wanted}'" if wanted is not None else "column of text that is known by its name"
    raise ReadError(
        f"{path}: there is no {looked}; its columns are {there}.",
        remedy="Name the column that holds the reports' text with --text-column (text_column in Python).",
        code="no_text_column",
    )


def snake(name: str) -> str:
    """``name`` in small letters joined by underscores: ``Inspection date`` and ``InspectionDate`` are the same."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"\W+", "_", parted).strip("_").lower()


def _report(row: Row, column: str, where: str, regime: str | None) -> Report:
    text = row.get(column)
    if text is None or (isinstance(text, str) and not text.strip()):
        raise ReadError(
            f"{where}: there is no text in column '{column}'.", remedy="Fill it, or leave the row out.", code="empty"
        )
    if not isinstance(text, str):
        raise ReadError(
            f"{where}: column '{column}' holds no text but {type(text).__name__}.",
            remedy="Name another column with --text-column.",
            code="not_text",
        )
    report = reading.read_as(".txt", _whole(text).encode(), path=where, regime=regime)
    metadata, left_out = _metadata({name: value for name, value in row.items() if name != column})
    notes = (f"Columns that hold no short plain value were left out: {', '.join(left_out)}.",) if left_out else ()
    report = with_metadata(report, metadata)
    return replace(report, coverage=replace(report.coverage, notes=(*report.coverage.notes, *notes)))


def _metadata(row: Row) -> tuple[Mapping[str, str], list[str]]:
    """The plain values of a row by column, and the columns that have others."""
    values: dict[str, str] = {}
    left_out: list[str] = []
    for column, value in row.items():
        plain = isinstance(value, str | int | float) and len(text := _whole(str(value)).strip()) <= _MAX_VALUE
        if plain and text:
            name = base = snake(column) or "column"
            count = 1
            while name in values:
                count += 1
                name = f"{base}_{count}"
            values[name] = text
        elif not plain and value is not None:
            left_out.append(column)
    return values, left_out


def _whole(text: str) -> str:
    """``text`` with halves of characters, which JSON can hold, made whole or replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
