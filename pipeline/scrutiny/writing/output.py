"""Stage 5: the folder of files that a run writes."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType

from scrutiny.errors import ReadError, WriteError
from scrutiny.report import Report
from scrutiny.writing.formats import DEFAULT_FORMATS, RecordWriter, ReportWriter, check_formats, known_formats
from scrutiny.writing.jsonl import LineWriter
from scrutiny.writing.parts import ModelReference
from scrutiny.writing.schema import LINES, failure_lines, record_line, report_line, sentence_lines


class OutputFolder:
    """Writes reports one at a time: records in every chosen format, ``reports``, ``failures``, ``sentences``.

    What an earlier run wrote into the folder is replaced. Use as a context manager.
    """

    def __init__(
        self,
        folder: Path,
        model: ModelReference,
        *,
        formats: Collection[str] = DEFAULT_FORMATS,
        sentences: bool = False,
    ) -> None:
        """Open the files in ``folder``, which is made if needed.

        Raises:
            ConfigError: one of ``formats`` is none, or needs a package that is not installed.
            WriteError: the folder cannot be made or written.
        """
        check_formats(formats)
        self._folder = folder
        self._model = model
        self._files = ExitStack()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in (*(known.target for known in known_formats().values()), *(f"{line}.jsonl" for line in LINES)):
                remove(folder / name)
            opened = self._files.enter_context
            self._records = open_writers(self._files, folder, formats)
            self._reports = opened(closing(LineWriter(folder / "reports.jsonl")))
            self._failures = opened(closing(LineWriter(folder / "failures.jsonl")))
            self._sentences = opened(closing(LineWriter(folder / "sentences.jsonl"))) if sentences else None
        except OSError as error:
            self._files.close()
            raise unwritable(folder, error) from None
        except BaseException:
            self._files.close()
            raise

    def write(self, report: Report) -> None:
        """Write one report and its records.

        Raises:
            WriteError: the disk is full or gone.
        """
        with self._told():
            self._write(report)

    def _write(self, report: Report) -> None:
        records = [record_line(report, record, self._model) for record in report.records]
        for writer in self._records:
            writer.write(report, records)
        if self._sentences is not None:
            for sentence in sentence_lines(report):
                self._sentences.add(sentence)
        self._reports.add(report_line(report, self._model))

    def fail(self, path: str | Path, error: ReadError) -> None:
        """Write an input that could not be read."""
        failure, report = failure_lines(path, error, self._model)
        with self._told():
            for writer in self._records:
                if isinstance(writer, ReportWriter):
                    writer.fail(failure)
            self._failures.add(failure)
            self._reports.add(report)

    @property
    def left_out(self) -> list[str]:
        """What formats could not write, for people."""
        return [writer.left_out for writer in self._records if isinstance(writer, ReportWriter) and writer.left_out]

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
        """Close every file. Raises WriteError where the disk is full or gone."""
        with self._told():
            self._files.close()


def open_writers(files: ExitStack, folder: Path, names: Collection[str], *, prefix: str = "") -> list[RecordWriter]:
    """Writers of the formats ``names`` into ``folder``, which ``files`` closes; file names begin with ``prefix``."""
    chosen = [known_formats()[name] for name in dict.fromkeys(names)]
    return [files.enter_context(closing(each.open(folder / f"{prefix}{each.target}"))) for each in chosen]


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
