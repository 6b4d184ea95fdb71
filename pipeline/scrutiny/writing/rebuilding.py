"""A run's output read back, and its record files written again without reading or classifying."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TypeVar

from pydantic import ValidationError

from scrutiny.errors import DataError
from scrutiny.report import Coverage, Grade, Report, Source
from scrutiny.writing.formats import DEFAULT_FORMATS, ReportWriter, check_formats, known_formats
from scrutiny.writing.jsonl import LineWriter
from scrutiny.writing.output import open_writers, remove, unwritable
from scrutiny.writing.parts import ModelReference
from scrutiny.writing.schema import SCHEMA_VERSION, FailureLine, RecordLine, ReportLine, record_line, report_line
from scrutiny.writing.stored import layers_of

_Line = TypeVar("_Line", ReportLine, RecordLine, FailureLine)

_REMEDY = "Give the output folder of an 'extract'."

#: What the names of files begin with until all are whole. They stand where they will be: some hold relative links.
_UNFINISHED = ".unfinished-"


def stored_lines(folder: Path) -> Iterator[ReportLine]:
    """The lines of ``reports.jsonl`` in an output folder, one at a time.

    Raises:
        DataError: there is no such file, a line is damaged or another version of the schema wrote it.
    """
    return _lines(folder / "reports.jsonl", ReportLine)


def stored_records(folder: Path) -> Iterator[RecordLine]:
    """The records in an output folder, one at a time: of ``records.jsonl``, or of ``records.parquet`` without it.

    Raises:
        DataError: there is neither file, a line is damaged or another version of the schema wrote it.
    """
    path = folder / "records.parquet"
    if not path.exists() and not (folder / "records.jsonl").exists():
        remedy = (
            f"Give the output folder of an 'extract', or make one of them: scrutiny rebuild {folder} --format jsonl"
        )
        raise DataError(f"{folder}: there is neither records.jsonl nor records.parquet in it.", remedy=remedy)
    if (folder / "records.jsonl").exists():
        yield from _lines(folder / "records.jsonl", RecordLine)
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for row in (row for batch in file.iter_batches(batch_size=1024) for row in batch.to_pylist()):
                number += 1
                yield _checked(row, RecordLine, f"{path}, row {number}")
    except (OSError, ValueError, pa.ArrowException) as error:
        raise damaged(f"{path}, row {number}", error) from None


def _lines(path: Path, form: type[_Line]) -> Iterator[_Line]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                where = f"{path}, line {number}"
                try:
                    yield _checked(json.loads(text), form, where)
                except ValueError as error:
                    raise damaged(where, error) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}.", remedy=_REMEDY) from None


def _checked(given: object, form: type[_Line], where: str) -> _Line:
    """One line; raises ValueError where it is damaged."""
    if not isinstance(given, dict):
        raise ValueError("it is no JSON object")
    major, _, minor = str(given.get("schema_version", "")).partition(".")
    ours, _, latest = SCHEMA_VERSION.partition(".")
    if not (major.isdecimal() and minor.isdecimal()):
        raise ValueError("it names no schema_version")
    if major != ours or int(minor) > int(latest):
        older = int(major) < int(ours)
        raise DataError(
            f"{where}: written in version {major}.{minor} of the schema; {ours}.0 to {ours}.{latest} can be read.",
            remedy="Extract the reports again." if older else "Update scrutiny, or extract the reports again.",
        )
    return form.model_validate({**given, "schema_version": SCHEMA_VERSION})


def stored_reports(folder: Path) -> Iterator[tuple[ReportLine, Report | None]]:
    """Each line of ``reports.jsonl`` and the classified report it stores; None for an input that failed.

    Raises:
        DataError: as :func:`stored_lines`, or a report is not stored in its line.
    """
    for number, line in enumerate(stored_lines(folder), 1):
        if line.status == "read" and line.document is None:
            raise DataError(
                f"{folder / 'reports.jsonl'}, line {number}: the report is not stored in it.",
                remedy="An earlier version wrote it: extract the reports again.",
            )
        try:
            report = report_of(line) if line.document else None
        except ValueError as error:
            raise damaged(f"{folder / 'reports.jsonl'}, line {number}", error) from None
        yield line, report


def damaged(where: str, error: Exception) -> DataError:
    """The error for a damaged line of an output."""
    reason = str(error)
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return DataError(f"{where}: damaged ({reason}).", remedy="Extract the reports again, or take the line out.")


def report_of(line: ReportLine) -> Report:
    """The report that ``line`` was written for, without records.

    Raises:
        ValueError: it stores none, or an offset or index of it leads nowhere.
    """
    if line.document is None or line.coverage is None:
        raise ValueError("no report is stored in it")
    blocks, sentences = layers_of(line.document)
    coverage = line.coverage
    return Report(
        text=line.document.text,
        blocks=blocks,
        source=Source(path=line.path, sha256=line.sha256 or "", size=line.size or 0, format=line.format or ""),
        metadata=MappingProxyType(line.metadata),
        metadata_spans=MappingProxyType({name: (span.start, span.end) for name, span in line.metadata_spans.items()}),
        grades=tuple(Grade(grade.judgement, grade.value, grade.start, grade.end) for grade in line.grades),
        language=line.language or "",
        coverage=Coverage(
            pages=coverage.pages,
            pages_without_text=tuple(coverage.pages_without_text),
            pages_scanned=tuple(coverage.pages_scanned),
            ocr=MappingProxyType(coverage.ocr),
            characters=MappingProxyType(coverage.characters),
            characters_unread=coverage.characters_unread,
            replacement_characters=coverage.replacement_characters,
            sentences_cut=coverage.sentences_cut,
            notes=tuple(coverage.notes),
        ),
        sentences=sentences,
    )


class RebuiltFolder:
    """Writes records and ``reports.jsonl`` again; they take the place of those in the folder once all are whole.

    Every record file that is there is written again, and those of ``formats``. Use as a context manager: where it is
    left by an error, the folder stays as it was.
    """

    def __init__(self, folder: Path, formats: Collection[str] = ()) -> None:
        """Open the files, under temporary names.

        Raises:
            ConfigError: one of ``formats`` is none, or a format needs a package that is not installed.
            DataError: it is no output folder.
            WriteError: it cannot be written.
        """
        if not (folder / "reports.jsonl").is_file():
            raise DataError(f"{folder}: there is no reports.jsonl in it.", remedy=_REMEDY)
        present = [name for name, known in known_formats().items() if (folder / known.target).exists()]
        self.formats = tuple(dict.fromkeys([*present, *formats])) or DEFAULT_FORMATS
        check_formats(self.formats)
        failures = folder / "failures.jsonl"
        self._failures = {one.path: one for one in _lines(failures, FailureLine)} if failures.is_file() else {}
        self._folder = folder
        self._targets = [*(known_formats()[name].target for name in self.formats), "reports.jsonl"]
        self._files = ExitStack()
        try:
            self._remove_unfinished()
            self._records = open_writers(self._files, folder, self.formats, prefix=_UNFINISHED)
            reports = LineWriter(folder / f"{_UNFINISHED}reports.jsonl")
            self._reports = self._files.enter_context(closing(reports))
        except BaseException as error:
            self._files.close()
            self._remove_unfinished()
            if isinstance(error, OSError):
                raise unwritable(folder, error) from None
            raise

    def write(self, report: Report, model: ModelReference) -> None:
        """Write a report, which ``model`` has classified, and its records."""
        try:
            records = [record_line(report, record, model) for record in report.records]
            for writer in self._records:
                writer.write(report, records)
            self._reports.add(report_line(report, model))
        except OSError as error:
            raise unwritable(self._folder, error) from None

    def keep(self, line: ReportLine) -> None:
        """Write the line of an input that failed, as it was."""
        failure = self._failures.get(line.path) or FailureLine(
            path=line.path, code=line.error or "", reason=f"{line.path}: {line.error}", remedy=""
        )
        try:
            for writer in self._records:
                if isinstance(writer, ReportWriter):
                    writer.fail(failure)
            self._reports.add(line)
        except OSError as error:
            raise unwritable(self._folder, error) from None

    def __enter__(self) -> RebuiltFolder:
        """Return the folder itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every file and, unless there was an error, put it in its place."""
        try:
            self._files.close()
            if error is None:
                for target in self._targets:
                    if (self._folder / target).is_dir():
                        remove(self._folder / target)
                    (self._folder / f"{_UNFINISHED}{target}").replace(self._folder / target)
        except OSError as failure:
            raise unwritable(self._folder, failure) from None
        finally:
            self._remove_unfinished()

    def _remove_unfinished(self) -> None:
        for target in self._targets:
            remove(self._folder / f"{_UNFINISHED}{target}")
