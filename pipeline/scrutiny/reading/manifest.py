"""A manifest: a CSV file that tells more about report files than stands in them, one row a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from types import MappingProxyType

from scrutiny.errors import DataError, ReadError
from scrutiny.report import Report

#: The columns that may name the file, in order of preference.
FILE_COLUMNS = ("file", "filename", "file_name", "path", "name")

_REMEDY = "A manifest is a CSV file with a header; one column names the file, each other one is metadata."
_FULL_PATH = "Write the path in the manifest in place of the bare file name."


@dataclass(frozen=True, slots=True)
class _Row:
    """What a line of the manifest says of a file."""

    line: int
    name: str
    metadata: Mapping[str, str]


@dataclass(slots=True)
class Manifest:
    """The rows of a manifest, and which of them have found their report.

    A row names its report by the path that was given for it, by its path from the manifest's folder, or by its bare
    file name.
    """

    path: Path
    rows: tuple[_Row, ...]
    _by_path: dict[str, _Row] = field(default_factory=dict)
    _by_name: dict[str, _Row] = field(default_factory=dict)
    _matched: dict[int, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: str | Path) -> Manifest:
        """Read a manifest.

        Raises:
            DataError: it cannot be read, is not UTF-8, no column names the file, a column or file comes twice, or a
                line has more cells than the header; names the line.
        """
        path = Path(path)
        manifest = cls(path, tuple(_rows(path)))
        for row in manifest.rows:
            if PurePath(row.name).name == row.name:
                manifest._by_name[row.name] = row
            for place in (Path(row.name), path.parent / row.name):
                manifest._by_path.setdefault(_resolved(place), row)
        return manifest

    def check(self, paths: Iterable[str | Path]) -> None:
        """Find out beforehand whether any row fits two of ``paths``.

        Raises:
            DataError: one does; names both.
        """
        claim = self.claims()
        for path in paths:
            claim(str(path))

    def claims(self) -> Callable[[str], None]:
        """What to tell one path after another, and raises DataError once a row fits two of them; names both."""
        first: dict[int, str] = {}

        def claim(path: str) -> None:
            row = self._row(path)
            if row and first.setdefault(row.line, path) != path:
                raise DataError(self._twice(row, first[row.line], path), remedy=_FULL_PATH)

        return claim

    def apply(self, report: Report) -> Report:
        """``report`` with what its row supplies, which wins over what was found; a blank cell supplies nothing.

        Raises:
            ReadError: the row has gone to another report already; its code is ``manifest``.
        """
        row = self._row(report.source.path)
        if row and self._matched.setdefault(row.line, report.source.path) != report.source.path:
            reason = self._twice(row, self._matched[row.line], report.source.path)
            raise ReadError(reason, remedy=_FULL_PATH, code="manifest")
        return self.described(report)

    def described(self, report: Report) -> Report:
        """The same, whatever other reports there are: whether its row fits two is for :meth:`claims` to see."""
        row = self._row(report.source.path)
        return with_metadata(report, row.metadata) if row else report

    def unmatched_by(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The files named in rows that no report of these paths fits."""
        matched = {row.line for path in paths if (row := self._row(path))}
        return tuple(row.name for row in self.rows if row.line not in matched)

    def _twice(self, row: _Row, first: str, second: str) -> str:
        return f"{self.path}, line {row.line}: {row.name!r} fits both {first} and {second}."

    def _row(self, path: str) -> _Row | None:
        return self._by_path.get(_resolved(Path(path))) or self._by_name.get(PurePath(path).name)


#: What was worked out from the printed dates does not outlive them.
_DATES_IN_ISO = ("inspection_start", "inspection_end")


def with_metadata(report: Report, metadata: Mapping[str, str]) -> Report:
    """``report`` with ``metadata`` in place of what was found; these values have no span."""
    replaced = {*metadata, *(_DATES_IN_ISO if "inspection_dates" in metadata else ())}
    spans = {name: span for name, span in report.metadata_spans.items() if name not in replaced}
    kept = {name: value for name, value in report.metadata.items() if name not in replaced}
    merged = dict(sorted({**kept, **metadata}.items()))
    return replace(report, metadata=MappingProxyType(merged), metadata_spans=MappingProxyType(spans))


def _resolved(path: Path) -> str:
    try:
        return str(path.resolve())
    except (OSError, ValueError):  # a name that no file can have
        return str(path)


def _rows(path: Path) -> Iterable[_Row]:
    """The rows in the file; raises DataError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: the manifest cannot be read: {error.strerror}.", remedy="Check the path.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: the manifest is not UTF-8: {error}.", remedy="Save it as CSV UTF-8.") from None
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        columns = [_column(cell) for cell in next(reader, [])]
        at = _file_column(path, columns)
        seen: dict[str, int] = {}
        for cells in reader:
            line, cells = reader.line_num, [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if len(cells) > len(columns):
                raise DataError(f"{path}, line {line}: more cells than the header has.", remedy=_REMEDY)
            cells += [""] * (len(columns) - len(cells))
            name = cells[at].replace("\\", "/")
            if not name:
                raise DataError(f"{path}, line {line}: {columns[at]!r} is blank.", remedy=_REMEDY)
            if seen.setdefault(name, line) != line:
                raise DataError(f"{path}, line {line}: {name!r} stands in line {seen[name]} too.", remedy=_REMEDY)
            yield _Row(
                line, name, {key: cell for key, cell in zip(columns, cells, strict=True) if cell and key != columns[at]}
            )
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: not valid CSV: {error}.", remedy=_REMEDY) from None


def _column(header: str) -> str:
    """The name of metadata that a header stands for: ``Inspected body`` is ``inspected_body``."""
    return re.sub(r"[\s-]+", "_", header.strip()).casefold()


def _file_column(path: Path, columns: list[str]) -> int:
    repeated = sorted({column for column in columns if columns.count(column) > 1})
    if repeated or "" in columns:
        raise DataError(
            f"{path}: the header has {f'{repeated[0]!r} twice' if repeated and repeated[0] else 'a blank cell'}.",
            remedy=_REMEDY,
        )
    named = [column for column in FILE_COLUMNS if column in columns]
    if not named:
        raise DataError(
            f"{path}: no column names the file; there are {', '.join(columns) or 'none'}.",
            remedy=f"Call one of them {', '.join(FILE_COLUMNS)}.",
        )
    return columns.index(named[0])
