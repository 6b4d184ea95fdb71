"""A run's output read back, to be written again without reading or classifying."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from scrutiny.errors import DataError
from scrutiny.report import Coverage, Grade, Report, Source
from scrutiny.writing.formats import DEFAULT_FORMATS, known_formats
from scrutiny.writing.output import OutputFolder
from scrutiny.writing.schema import SCHEMA_VERSION, FailureLine, RecordLine, ReportLine
from scrutiny.writing.stored import layers_of

_Line = TypeVar("_Line", ReportLine, RecordLine, FailureLine)

_REMEDY = "Give the output folder of an 'extract'."


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


def reopened(folder: Path, formats: Collection[str] = ()) -> OutputFolder:
    """The output folder of an earlier run, to be written again: every record file that is there, and ``formats``.

    Raises:
        ConfigError: one of ``formats`` is none, or a format needs a package that is not installed.
        DataError: it is no output folder.
        WriteError: it cannot be written.
    """
    if not (folder / "reports.jsonl").is_file():
        raise DataError(f"{folder}: there is no reports.jsonl in it.", remedy=_REMEDY)
    present = [name for name, known in known_formats().items() if (folder / known.target).exists()]
    return OutputFolder(
        folder, formats=[*present, *formats] or DEFAULT_FORMATS, sentences=(folder / "sentences.jsonl").exists()
    )


def stored_failures(folder: Path) -> dict[str, FailureLine]:
    """The inputs of an earlier run that could not be read, by path. Raises DataError."""
    path = folder / "failures.jsonl"
    return {one.path: one for one in _lines(path, FailureLine)} if path.is_file() else {}
