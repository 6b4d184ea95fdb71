"""``scrutiny extract``: reports in, records out."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrutiny.errors import ReadError
from scrutiny.roles.precision import Precision

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scrutiny.pipeline import Pipeline
    from scrutiny.reading.manifest import Manifest
    from scrutiny.report import Report
    from scrutiny.writing.output import OutputFolder


#: The input that stands for standard input.
STDIN = "-"


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    reports: int = 0
    pages: int = 0
    sentences: int = 0
    failures: int = 0
    passed_over: int = 0
    pages_without_text: int = 0
    pages_recognised: int = 0
    pages_not_read: int = 0
    not_classified: int = 0
    sentences_cut: int = 0
    records: Counter[str] = field(default_factory=Counter)
    review: int = 0

    def add(self, report: Report) -> None:
        """Count one report that was read."""
        self.reports += 1
        self.pages += report.coverage.pages or 0
        self.pages_without_text += len(report.coverage.pages_without_text)
        self.pages_recognised += len(report.coverage.ocr)
        self.pages_not_read += len(set(report.coverage.pages_scanned) - set(report.coverage.ocr))
        self.not_classified += not report.classified
        self.sentences += len(report.sentences)
        self.sentences_cut += report.coverage.sentences_cut
        self.records.update(record.role.value for record in report.records)
        self.review += sum(record.decision == "review" for record in report.records)

    @property
    def exit_code(self) -> int:
        """0 all read, 2 some inputs failed, 3 none could be read."""
        if not self.failures:
            return 0
        return 2 if self.reports else 3


def extract(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Report files, archives, tables with a report a row, folders (searched through, tables left out), "
            "globs, or - for standard input.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write into.")],
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Model folder or hub identifier. Default: the shipped model.")
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            "-f",
            help="jsonl, csv, parquet, xlsx, sqlite, docbin, dataset, annotations, html or pdf; repeatable. "
            "Default: the first three.",
        ),
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV of metadata by file name; wins over what is found.")
    ] = None,
    sentences: Annotated[bool, typer.Option("--sentences", help="Also write every sentence.")] = False,
    text_column: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Column of tables that holds the reports' text. Default: known by name."),
    ] = None,
    stdin_name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="File name for standard input; its suffix tells the format."),
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda or mps. Default: the best there is.")] = None,
    precision: Annotated[
        Precision,
        typer.Option(help="Numbers the model computes with: float32 for nearly the same scores on every machine."),
    ] = Precision.AUTO,
    regime: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Regime of the reports, see 'scrutiny regimes'. Default: recognised."),
    ] = None,
    ocr: Annotated[bool, typer.Option("--ocr", help="Also read scanned pages, with Tesseract.")] = False,
    ocr_language: Annotated[
        str | None, typer.Option(metavar="LANGUAGES", help="The same, in languages as Tesseract names them: eng+cym.")
    ] = None,
    any_language: Annotated[
        bool, typer.Option("--any-language", help="Also classify reports that are not in English.")
    ] = False,
    max_error: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            min=0,
            max=1,
            help="Share of wrong roles to bear among accepted sentences, such as 0.05; the rest is marked for review.",
        ),
    ] = None,
) -> None:
    """Extract records of findings, strengths and recommendations from report files."""
    from scrutiny.writing.formats import DEFAULT_FORMATS, check_formats

    check_formats(formats or ())
    from scrutiny.pipeline import load
    from scrutiny.reading.manifest import Manifest
    from scrutiny.writing.output import OutputFolder
    from scrutiny.writing.parts import ModelReference

    if stdin_name is not None and STDIN not in inputs:
        raise typer.BadParameter(f"There is no {STDIN} among the inputs.", param_hint="--stdin-name")
    found = find_reports([given for given in inputs if given != STDIN], leave_out=output)
    facts = Manifest.load(manifest) if manifest else None
    if facts:
        facts.check(found.paths)
    sources: list[Path | tuple[str, bytes]] = [*found.paths]
    if STDIN in inputs:
        sources.append(read_stdin(stdin_name))
    pipeline = load(
        model,
        device=device,
        precision=precision,
        ocr=ocr_language or ocr,
        regime=regime,
        any_language=any_language,
        max_error=max_error,
    )
    loaded = pipeline.classifier.loaded
    began = time.monotonic()
    reference = ModelReference(name=loaded.name, sha256=loaded.sha256, precision=pipeline.classifier.precision)
    with OutputFolder(output, reference, formats=formats or DEFAULT_FORMATS, sentences=sentences) as folder:
        tally = run(pipeline, sources, found, folder, manifest=facts, text_column=text_column)
    _show(tally, time.monotonic() - began, output)
    for left_out in folder.left_out:
        typer.echo(f"Warning: {left_out}.", err=True)
    if facts and facts.unmatched:
        typer.echo(f"Warning: {_listed(facts.unmatched)} of the manifest fit no report that was read.", err=True)
    raise typer.Exit(tally.exit_code)


@dataclass(slots=True)
class Found:
    """The files that inputs stand for, inputs that stand for none, and how many files of folders were passed over."""

    paths: list[Path] = field(default_factory=list)
    faults: list[tuple[Path, ReadError]] = field(default_factory=list)
    passed_over: int = 0
    tables: int = 0


def find_reports(inputs: Sequence[str], *, leave_out: Path | None = None) -> Found:
    """The files that ``inputs`` (files, folders, globs) stand for, sorted, each once.

    From folders and globs only files of a readable format are taken, and nothing inside ``leave_out``. Tables, of
    which most in a folder of reports are none of reports, are taken only from globs that end in their suffix.
    """
    import glob

    from scrutiny.reading import ARCHIVE_SUFFIXES, ROW_SUFFIXES, suffixes, table_suffix

    readable = {*suffixes(), *ARCHIVE_SUFFIXES}
    files: dict[Path, Path] = {}
    found = Found()
    left: set[Path] = set()
    outside = leave_out.resolve() if leave_out else None
    for given in inputs:
        path = Path(given)
        if path.is_dir():
            matches = sorted(path.rglob("*"))
        elif path.exists() or not glob.has_magic(given):
            # Named one by one: whatever is wrong with it is for reading to say.
            files[path.resolve()] = path
            continue
        else:
            matches = sorted(Path(match) for match in glob.glob(given, recursive=True))  # noqa: PTH207 - absolute patterns
        matches = [file for file in matches if file.is_file()]
        matches = [file for file in matches if outside is None or not file.resolve().is_relative_to(outside)]
        taken = [
            file
            for file in matches
            if file.suffix.lower() in readable | set(ROW_SUFFIXES)
            and (table_suffix(file.name) is None or table_suffix(file.name) == table_suffix(path.name))
        ]
        files.update({file.resolve(): file for file in taken if file.resolve() not in files})
        left.update(file.resolve() for file in matches)
        if not taken:
            more = f" Tables ({', '.join(ROW_SUFFIXES)}) must be named one by one." if matches else ""
            remedy = f"Readable formats: {', '.join(sorted(readable))}.{more}"
            found.faults.append((path, ReadError(f"{given}: no report files there.", remedy=remedy, code="no_reports")))
    left -= files.keys()
    found.passed_over = len(left)
    found.tables = sum(table_suffix(file.name) is not None for file in left)
    found.paths = sorted(files.values())
    return found


def read_stdin(name: str | None) -> tuple[str, bytes]:
    """Standard input and its name: ``name``, or ``stdin`` with the suffix of what it looks like.

    No more of it is read than the reader needs to see that it is too large.
    """
    from scrutiny.reading import MAX_BYTES
    from scrutiny.reading.sniffing import suffix_of

    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    return name or f"stdin{suffix_of(data)}", data


def run(
    pipeline: Pipeline,
    sources: Sequence[Path | tuple[str, bytes]],
    found: Found,
    folder: OutputFolder,
    *,
    manifest: Manifest | None = None,
    text_column: str | None = None,
) -> Tally:
    """Process ``sources`` into ``folder``, telling of progress on standard error."""
    from scrutiny.reading import writable

    tally = Tally(passed_over=found.passed_over)

    def failed(path: str | Path, error: ReadError) -> None:
        tally.failures += 1
        folder.fail(path, error)
        typer.echo(f"Failed: {error}".encode("utf-8", "backslashreplace").decode(), err=True)

    def passed_over(_: str) -> None:
        tally.passed_over += 1

    if found.tables:
        typer.echo(f"Passed over {found.tables:,} tables in folders: name those that hold reports.", err=True)
    for path, error in found.faults:
        failed(path, error)
    names = [writable(source[0] if isinstance(source, tuple) else source.as_posix()) for source in sources]
    with _Progress(names) as advance:
        for report in pipeline.stream(
            sources, manifest=manifest, text_column=text_column, on_error=failed, on_skip=passed_over
        ):
            folder.write(report)
            tally.add(report)
            advance(report, tally)
    return tally


def _listed(names: Sequence[str], most: int = 5) -> str:
    """The first of ``names``, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{len(names):,} {'row' if len(names) == 1 else 'rows'} ({', '.join(names[:most])}{more})"


class _Progress:
    """A bar with rate and time left on a terminal, plain lines elsewhere. It counts inputs, for nobody knows how many
    reports an archive holds before it has been read."""

    def __init__(self, inputs: Sequence[str]) -> None:
        self._numbers = {name: number for number, name in enumerate(inputs, 1)}
        self._bar = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("Inputs"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._task = self._bar.add_task("inputs", total=len(inputs), rate="")
        self._began = time.monotonic()

    def __enter__(self) -> Callable[[Report, Tally], None]:
        if self._bar:
            self._bar.start()
        return self._advance

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def _advance(self, report: Report, tally: Tally) -> None:
        if self._bar:
            rate = tally.pages / (time.monotonic() - self._began)
            done = f"{tally.reports:,} reports, {rate:.1f} pages/s"
            self._bar.update(self._task, completed=self._number(report), rate=done)
        else:
            where = f"[{self._number(report)}/{len(self._numbers)}]"
            typer.echo(f"{where} {report.source.path}: {len(report.records)} records", err=True)

    def _number(self, report: Report) -> int:
        """Which of the inputs, counted from 1, ``report`` came from: its path begins as the input's does."""
        path = report.source.path
        while path and path not in self._numbers:
            path = path[: max(path.rfind("/"), path.rfind("#"), 0)]
        return self._numbers.get(path, 0)


def _show(tally: Tally, seconds: float, output: Path) -> None:
    """The closing table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Written to {output}{os.sep}", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    rows: list[tuple[str, int | str]] = [
        ("Reports", tally.reports),
        ("Pages", tally.pages),
        ("Pages without text", tally.pages_without_text),
        ("Pages scanned, read by OCR", tally.pages_recognised),
        ("Pages scanned, not read", tally.pages_not_read),
        ("Not in English, not classified", tally.not_classified),
        ("Sentences", tally.sentences),
        ("Sentences longer than the model reads", tally.sentences_cut),
        *((f"Records: {role}", tally.records[role]) for role in ("finding", "strength", "recommendation")),
        ("Records left to review", tally.review),
        ("Failures", tally.failures),
        ("Files passed over", tally.passed_over),
        ("Seconds", f"{seconds:.1f}"),
    ]
    for name, value in rows:
        table.add_row(name, f"{value:,}" if isinstance(value, int) else value)
    Console().print(table)
