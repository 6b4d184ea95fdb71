"""Every report of a source: the one of a plain file, all those of an archive or a file of rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO

from scrutiny import reading
from scrutiny.errors import ReadError
from scrutiny.reading.archives import MAX_DEPTH, ArchiveStoppedError, Budget, Member, members
from scrutiny.reading.rows import ROW_SUFFIXES, read_rows
from scrutiny.report import Report

#: A report, why there is none, or None for a file in an archive that is passed over; with its path.
Outcome = tuple[str, Report | ReadError | None]


@dataclass(frozen=True, slots=True)
class Options:
    """How reports are to be read, wherever they are found.

    ``ocr``, ``text_column`` and ``regime`` are as in :func:`read_each`. Nothing comes out of the paths in
    ``leave_out``, which are not read. ``begin`` is told of each file in an archive before it is read.
    """

    ocr: bool | str = False
    text_column: str | None = None
    regime: str | None = None
    leave_out: Collection[str] = ()
    begin: Callable[[str], None] | None = None


#: What macOS adds to archives beside the files themselves.
_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\._)")
#: Why a table in an archive is none of reports, and is passed over: one that goes with the reports is no fault.
_NO_REPORTS = ("no_text_column", "own_output")


def read_each(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    ocr: bool | str = False,
    text_column: str | None = None,
    regime: str | None = None,
    on_error: Callable[[str, ReadError], None] | None = None,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[Report]:
    """Every report in ``source``, lazily: the one of a plain file, as :func:`read` gives it, or those of an archive
    or of a file of rows, one held in memory at a time.

    ``name``, ``ocr`` and ``regime`` are as in :func:`read`. ``text_column`` names the column of a file of rows that
    holds the reports' text; by default it is known by its name. A report of an archive has the path
    ``archive.zip/folder/report.pdf``, one of a file of rows ``table.csv#row=5`` or ``table.jsonl#line=5``.

    ``on_error`` is told of each report that cannot be read and of the archive that cannot be read on, by path, and
    the others are read; without it the error is raised. ``on_skip`` is told of each file in an archive that is passed
    over because no reader is for its kind, or because it is a table without a column of text.

    Raises:
        ReadError: a report cannot be read and there is no ``on_error``. Besides the codes of :func:`read`:
            ``no_reports``, ``no_text_column``, ``own_output``, ``unsafe_path``, ``link``, ``duplicate_name``,
            ``too_many_members``, ``too_deep``, ``bomb``, ``unexpected``.
    """
    for path, outcome in outcomes(source, name, Options(ocr, text_column, regime)):
        if isinstance(outcome, Report):
            yield outcome
        elif outcome is None:
            if on_skip is not None:
                on_skip(path)
        elif on_error is not None:
            on_error(path, outcome)
        else:
            raise outcome


def outcomes(source: str | Path | bytes, name: str | None, options: Options) -> Iterator[Outcome]:
    """What comes of every report in ``source``, lazily, as :func:`read_each` finds them."""
    path = reading.writable(name or ("<bytes>" if isinstance(source, bytes) else PurePath(source).as_posix()))
    try:
        if reading.holds_many(path):
            with BytesIO(source) if isinstance(source, bytes) else reading.open_file(Path(source), path) as file:
                if not reading.begins_as_pdf(file):
                    yield from _all(file, path, options, in_memory=isinstance(source, bytes))
                    return
        yield path, reading.read(source, name=name, ocr=options.ocr, regime=options.regime)
    except Exception as error:
        yield path, told(path, error)


def _all(file: BinaryIO, path: str, options: Options, *, in_memory: bool) -> Iterator[Outcome]:
    """What the outermost archive or file of rows holds; ``no_reports`` if that is nothing."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    if in_memory or not size:
        reading.check_size(path, size)
    passed_over, any_report = 0, False
    for where, outcome in _contents(file, path, options, Budget(path, packed=size, largest=reading.MAX_BYTES)):
        any_report = any_report or outcome is not None
        passed_over += outcome is None
        yield where, outcome
    if not any_report and not options.leave_out:
        more = f"; {passed_over:,} other files were passed over" if passed_over else ""
        raise ReadError(
            f"{path}: there is no report in it{more}.",
            remedy=f"Readable formats: {', '.join(reading.suffixes())}.",
            code="no_reports",
        )


def _contents(file: BinaryIO, path: str, options: Options, budget: Budget, depth: int = 1) -> Iterator[Outcome]:
    """What an archive or a file of rows holds. Raises ReadError where it cannot be read on."""
    if PurePath(path).suffix.lower() in ROW_SUFFIXES:
        rows = read_rows(file, path=path, text_column=options.text_column, regime=options.regime)
        yield from ((where, outcome) for where, outcome in rows if where not in options.leave_out)
        return
    for member in members(file, path=path, budget=budget):
        where = reading.writable(f"{path}/{member.name}")
        if where in options.leave_out:
            continue
        if options.begin is not None:
            options.begin(where)
        try:
            yield from _member(member, where, options, budget, depth)
        except ArchiveStoppedError:
            raise
        except Exception as error:
            passed_over = isinstance(error, ReadError) and error.code in _NO_REPORTS
            yield where, None if passed_over else told(where, error)


def _member(member: Member, where: str, options: Options, budget: Budget, depth: int) -> Iterator[Outcome]:
    if member.fault is not None:
        raise member.fault
    suffix = PurePath(member.name).suffix.lower()
    many = reading.holds_many(member.name)
    if _JUNK.search(member.name) or not (many or suffix in reading.suffixes()):
        yield where, None
        return
    data = member.read()
    file = BytesIO(data)
    if not many or reading.begins_as_pdf(file):
        yield where, reading.read(data, name=where, ocr=options.ocr, regime=options.regime)
    elif suffix not in ROW_SUFFIXES and depth == MAX_DEPTH:
        raise ReadError(
            f"{where}: this archive stands in {MAX_DEPTH} others; that deep none is read.",
            remedy="Unpack the outer ones, and give the folder.",
            code="too_deep",
        )
    else:
        reading.check_size(where, len(data))
        yield from _contents(file, where, options, budget, depth + 1)


def told(path: str, error: Exception) -> ReadError:
    """``error`` as one of ours: a fault of scrutiny in one report must not stop the others."""
    if isinstance(error, ReadError):
        return error
    if isinstance(error, OSError):
        return reading.unreadable(path, error)
    if isinstance(error, MemoryError):
        return ReadError(
            f"{path}: it takes more memory than it may have.",
            remedy="Allow more (--memory), or split the file.",
            code="memory",
        )
    told = ReadError(
        f"{path}: processing it failed unexpectedly ({type(error).__name__}: {error}).",
        remedy="Please report this fault, with the file if you may share it.",
        code="unexpected",
    )
    told.__cause__ = error
    return told
