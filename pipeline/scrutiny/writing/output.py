"""Stage 5: the folder of files that a run writes."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType

from scrutiny.errors import ReadError, WriteError
from scrutiny.report import Report
from scrutiny.writing.formats import DEFAULT_FORMATS, RecordWriter, ReportWriter, check_formats, known_formats
from scrutiny.writing.jsonl import LineWriter
from scrutiny.writing.parts import ModelReference
from scrutiny.writing.schema import (
    LINES,
    FailureLine,
    RecordLine,
    ReportLine,
    failure_lines,
    record_line,
    report_line,
    sentence_lines,
)

#: What the names of files begin with until all are whole. They stand where they will be: some hold relative links.
_UNFINISHED = ".unfinished-"


class OutputFolder:
    """Writes reports one at a time: records in every chosen format, ``reports``, ``failures``, ``sentences``.

    The files take the place of what an earlier run wrote once all are whole. Use as a context manager: where it is left
    by an error, the folder stays as it was.
    """

    def __init__(
        self,
        folder: Path,
        model: ModelReference | None = None,
        *,
        formats: Collection[str] = DEFAULT_FORMATS,
        sentences: bool = False,
    ) -> None:
        """Open the files in ``folder``, which is made if needed, under temporary names. ``model`` is what classified
        the reports, where :meth:`write` is not told.

        Raises:
            ConfigError: one of ``formats`` is none, or needs a package that is not installed.
            WriteError: the folder cannot be made or written.
        """
        check_formats(formats)
        self.formats = tuple(dict.fromkeys(formats))
        self._folder = folder
        self._model = model
        self._files = ExitStack()
        lines = ["reports", "failures", *(["sentences"] if sentences else [])]
        self._targets = [*(known_formats()[name].target for name in self.formats), *(f"{line}.jsonl" for line in lines)]
        opened = self._files.enter_context
        with self._told():
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._remove_unfinished()
                self._records: list[RecordWriter] = [
                    opened(closing(known_formats()[name].open(self._unfinished(known_formats()[name].target))))
                    for name in self.formats
                ]
                self._lines = {line: opened(closing(LineWriter(self._unfinished(f"{line}.jsonl")))) for line in lines}
            except BaseException:
                self._files.close()
                self._remove_unfinished()
                raise

    @property
    def needs_reports(self) -> bool:
        """Whether :meth:`add` needs the report itself, and not its lines alone."""
        return "sentences" in self._lines or not all(known_formats()[name].of_records for name in self.formats)

    def write(self, report: Report, model: ModelReference | None = None) -> None:
        """Write one report, which ``model`` has classified, and its records.

        Raises:
            WriteError: the disk is full or gone.
        """
        model = model or self._model
        assert model is not None
        records = [record_line(report, record, model) for record in report.records]
        self.add(report_line(report, model), records, report)

    def add(self, line: ReportLine | bytes, records: Sequence[RecordLine], report: Report | None) -> None:
        """Write a report that has its lines, that of the report as JSON or not.

        Raises:
            WriteError: the disk is full or gone.
        """
        with self._told():
            for writer in self._records:
                # Without the report there are only writers that take none.
                writer.write(report, records)  # type: ignore[arg-type]
            if "sentences" in self._lines and report is not None:
                for sentence in sentence_lines(report):
                    self._lines["sentences"].add(sentence)
            self._lines["reports"].add(line)

    def fail(self, path: str | Path, error: ReadError) -> None:
        """Write an input that could not be read."""
        assert self._model is not None
        self.keep(*failure_lines(path, error, self._model))

    def keep(self, failure: FailureLine | None, line: ReportLine) -> None:
        """Write the line of an input without records, and why it could not be read if it was tried."""
        with self._told():
            if failure is not None:
                for writer in self._records:
                    if isinstance(writer, ReportWriter):
                        writer.fail(failure)
                self._lines["failures"].add(failure)
            self._lines["reports"].add(line)

    @property
    def left_out(self) -> list[str]:
        """What formats could not write, for people."""
        told = [writer.left_out for writer in self._records if isinstance(writer, ReportWriter)]
        return [one.replace(_UNFINISHED, "") for one in told if one]

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A full disk and the like, as an error of ours."""
        try:
            yield
        except OSError as error:
            raise unwritable(self._folder, error) from None

    def __enter__(self) -> OutputFolder:
        """Return the folder itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every file and, unless there was an error, put it in its place. Raises WriteError."""
        with self._told():
            try:
                self._files.close()
                if error is None:
                    for target in self._targets:
                        if (self._folder / target).is_dir():
                            remove(self._folder / target)
                        self._unfinished(target).replace(self._folder / target)
                    for target in output_files():
                        if target not in self._targets:
                            remove(self._folder / target)
            finally:
                self._remove_unfinished()

    def _unfinished(self, target: str) -> Path:
        return self._folder / f"{_UNFINISHED}{target}"

    def _remove_unfinished(self) -> None:
        for target in output_files():
            remove(self._unfinished(target))


def output_files() -> list[str]:
    """The names of all files and folders that a run may write into an output folder."""
    return [
        *(known.target for known in known_formats().values()),
        *(f"{line}.jsonl" for line in LINES if line != "records"),
    ]


def remove(path: Path) -> None:
    """Remove what an earlier run wrote: a file, or a folder of files."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def unwritable(folder: Path, error: OSError) -> WriteError:
    """The error for a folder that cannot be written."""
    return WriteError(
        f"{folder}: cannot be written: {error.strerror or error}.", remedy="Give an output folder that can be written."
    )
