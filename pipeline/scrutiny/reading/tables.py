"""Rows out of CSV, JSON Lines and Parquet files, one at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from io import SEEK_END, TextIOWrapper
from itertools import chain
from pathlib import PurePath
from typing import Any, BinaryIO

from scrutiny.errors import ReadError
from scrutiny.reading.archives import MAX_RATIO
from scrutiny.reading.decoding import encoding_of

#: Column to value. A value is a string, a number, None, or something else that is no plain value.
Row = Mapping[str, object]

#: In characters. A row's text has at most 5 million bytes; where a row goes on for longer, a quotation mark was never
#: closed, or the file has no lines.
MAX_ROW = 20_000_000
_DELIMITERS = ",;\t"

#: Bytes read at a time of a column of a Parquet file, and what its description may hold.
_PARQUET_BUFFER = 1 << 20
#: A Parquet file may unpack to so many bytes, and to more only in proportion to its own: a few hundred can say a long
#: text thousands of times, each time to be classified.
FREE = 5_000_000
_MAX_DESCRIPTION = 16_000_000
_MAX_DESCRIPTION_ITEMS = 1_000_000


class _Lines:
    """The lines of a text file; a row, which ``next_row`` begins, takes no more than ``MAX_ROW`` characters of them."""

    def __init__(self, file: BinaryIO, path: str) -> None:
        encoding = encoding_of(file)
        if encoding is None:
            raise ReadError(
                f"{path}: the file does not hold text.", remedy="Check that it is what its name says.", code="not_text"
            )
        self._text = TextIOWrapper(file, encoding, newline="")
        self._path = path
        self._left = MAX_ROW

    def next_row(self) -> None:
        self._left = MAX_ROW

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._left + 1)
        if not line:
            raise StopIteration
        self._left -= len(line)
        if self._left < 0:
            raise ReadError(
                f"{self._path}: a row has more than {MAX_ROW:,} characters; it and what follows was not read.",
                remedy="Look for a quotation mark that is never closed, or split the row.",
                code="too_large",
            )
        return line


def csv_rows(file: BinaryIO, path: str) -> Iterator[tuple[str, Row | ReadError]]:
    """The rows of a CSV file with a header; commas, semicolons or tabs part the cells. Raises ReadError."""
    lines = _Lines(file, path)
    first = next(lines, "")
    delimiters = "\t" if PurePath(path).suffix.lower() == ".tsv" else _DELIMITERS
    delimiter = max(delimiters, key=lambda delimiter: _width(first, delimiter))
    cells = _cells(chain([first], lines), lines, delimiter, path)
    header = _distinct(next(cells, []))
    for number, row in enumerate(cells, 1):
        while len(row) > len(header) and not row[-1].strip():
            row.pop()
        place = f"row={number}"
        if len(row) > len(header):
            yield (
                place,
                ReadError(
                    f"{path}#{place}: the row has {len(row):,} cells, the header {len(header):,}.",
                    remedy="Put cells that hold the delimiter into quotation marks.",
                    code="damaged",
                ),
            )
        else:
            yield place, dict(zip(header, [*row, *[""] * (len(header) - len(row))], strict=True))


def _width(line: str, delimiter: str) -> int:
    """How many cells ``delimiter`` parts ``line`` into; none where a cell is longer than the library allows."""
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return 0


def _cells(text: Iterator[str], lines: _Lines, delimiter: str, path: str) -> Iterator[list[str]]:
    reader = csv.reader(text, delimiter=delimiter)
    while True:
        # The limit is the library's own for all who use it, so it is ours for no longer than a row takes.
        limit = csv.field_size_limit(MAX_ROW)
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ReadError(
                f"{path}: line {reader.line_num:,} cannot be read as CSV ({error}).",
                remedy="Export the table again.",
                code="damaged",
            ) from error
        finally:
            csv.field_size_limit(limit)
        lines.next_row()
        if row:
            yield row


def _distinct(names: Sequence[str]) -> list[str]:
    """``names`` of columns, with a number for those that have none or one that came before."""
    found: dict[str, None] = {}
    for number, name in enumerate(names, 1):
        name = name.strip() or f"column {number}"
        found[f"{name} {number}" if name in found else name] = None
    return list(found)


def jsonl_rows(file: BinaryIO, path: str) -> Iterator[tuple[str, Row | ReadError]]:
    """The objects of a JSON Lines file, by line. Raises ReadError."""
    lines = _Lines(file, path)
    for number, line in enumerate(lines, 1):
        lines.next_row()
        if not line.strip():
            continue
        place = f"line={number}"
        try:
            row = json.loads(line)
            fault = "" if isinstance(row, dict) else "it is no object"
        except (ValueError, RecursionError) as error:
            fault = str(error)
        yield place, _bad_line(path, place, fault) if fault else row


def _bad_line(path: str, place: str, fault: str) -> ReadError:
    return ReadError(
        f"{path}#{place}: the line cannot be read as JSON ({fault}).", remedy="Write one object a line.", code="damaged"
    )


def parquet_rows(file: BinaryIO, path: str) -> Iterator[tuple[str, Row | ReadError]]:
    """The rows of a Parquet file; columns that are nested are not read. Raises ReadError."""
    import pyarrow
    import pyarrow.parquet

    faults = (pyarrow.ArrowException, OSError, ValueError, MemoryError)
    try:
        table = pyarrow.parquet.ParquetFile(
            file,
            buffer_size=_PARQUET_BUFFER,
            pre_buffer=False,
            thrift_string_size_limit=_MAX_DESCRIPTION,
            thrift_container_size_limit=_MAX_DESCRIPTION_ITEMS,
        )
        _check_sizes(table.metadata, path)
        fields = list(table.schema_arrow)
        plain = [field.name for field in fields if not pyarrow.types.is_nested(field.type)]
        nested = dict.fromkeys((field.name for field in fields if pyarrow.types.is_nested(field.type)), ())
        # One row at a time, lest a single long text that many rows share is held once for each of them.
        batches = table.iter_batches(batch_size=1, columns=plain, use_threads=False)
        packed, unpacked = file.seek(0, SEEK_END), 0
        for number, batch in enumerate(batches, 1):
            place = f"row={number}"
            row = {name: _value(column[0]) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
            unpacked += sum(len(value) for value in row.values() if isinstance(value, str | bytes))
            if unpacked > FREE + MAX_RATIO * packed:
                raise ReadError(
                    f"{path}: its {packed:,} bytes unpack to more than {unpacked - 1:,}; what follows was not read.",
                    remedy="Do not trust it; if you do, write the table as JSON Lines.",
                    code="bomb",
                )
            yield place, {**row, **nested}
    except faults as error:
        raise ReadError(
            f"{path}: the file cannot be read as Parquet ({error}).", remedy="Write it again.", code="damaged"
        ) from error


def _check_sizes(description: Any, path: str) -> None:
    """Refuse what says of itself that it is a bomb. Sizes are declared by column and group of rows."""
    for group in range(description.num_row_groups):
        for index in range(description.num_columns):
            column = description.row_group(group).column(index)
            packed, unpacked = column.total_compressed_size, column.total_uncompressed_size
            if unpacked > FREE + MAX_RATIO * max(packed, 0):
                raise ReadError(
                    f"{path}: a column of {packed:,} bytes unpacks to {unpacked:,}, says the file.",
                    remedy="Do not trust it.",
                    code="bomb",
                )


def _value(scalar: Any) -> object:
    import pyarrow

    try:
        value = scalar.as_py()
    except (ValueError, OverflowError):  # a time in nanoseconds or a year far off, which Python has no type for
        value = scalar.cast(pyarrow.string()).as_py()
    return value if value is None or isinstance(value, str | int | float | bytes) else str(value)
