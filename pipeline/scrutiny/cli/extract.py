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

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scrutiny.pipeline import Pipeline
    from scrutiny.reading.manifest import Manifest
    from scrutiny.report import Report
    from scrutiny.writing.output import OutputFolder


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    reports: int = 0
    pages: int = 0
    sentences: int = 0
    failures: int = 0
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
        list[str], typer.Argument(metavar="INPUT...", help="Report files, folders (searched through) or globs.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write into.")],
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Model folder or hub identifier. Default: the shipped model.")
    ] = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", "-f", help="jsonl, csv or parquet; repeatable. Default: all.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV of metadata by file name; wins over what is found.")
    ] = None,
    sentences: Annotated[bool, typer.Option("--sentences", help="Also write every sentence.")] = False,
    device: Annotated[str | None, typer.Option(help="cpu, cuda or mps. Default: the best there is.")] = None,
    ocr: Annotated[bool, typer.Option("--ocr", help="Also read scanned pages, with Tesseract.")] = False,
    ocr_language: Annotated[
        str | None, typer.Option(metavar="LANGUAGES", help="The same, in languages as Tesseract names them: eng+cym.")
    ] = None,
    any_language: Annotated[
        bool, typer.Option("--any-language", help="Also classify reports that are not in English.")
    ] = False,
) -> None:
    """Extract records of findings, strengths and recommendations from report files."""
    from scrutiny.writing.formats import FORMATS

    unknown = set(formats or ()) - set(FORMATS)
    if unknown:
        raise typer.BadParameter(
            f"{', '.join(sorted(unknown))}: not one of {', '.join(FORMATS)}.", param_hint="--format"
        )
    from scrutiny.pipeline import load
    from scrutiny.reading.manifest import Manifest
    from scrutiny.writing.output import OutputFolder
    from scrutiny.writing.schema import ModelReference

    paths, faults = find_reports(inputs, leave_out=output)
    facts = Manifest.load(manifest) if manifest else None
    if facts:
        facts.check(paths)
    pipeline = load(model, device=device, ocr=ocr_language or ocr, any_language=any_language)
    loaded = pipeline.classifier.loaded
    began = time.monotonic()
    reference = ModelReference(name=loaded.name, sha256=loaded.sha256)
    with OutputFolder(output, reference, formats=formats or tuple(FORMATS), sentences=sentences) as folder:
        tally = run(pipeline, paths, faults, folder, facts)
    _show(tally, time.monotonic() - began, output)
    if facts and facts.unmatched:
        typer.echo(f"Warning: {_listed(facts.unmatched)} of the manifest fit no report that was read.", err=True)
    raise typer.Exit(tally.exit_code)


def find_reports(
    inputs: Sequence[str], *, leave_out: Path | None = None
) -> tuple[list[Path], list[tuple[Path, ReadError]]]:
    """The files that ``inputs`` (files, folders, globs) stand for, sorted, each once; and inputs that stand for none.

    From folders and globs only files of a readable format are taken, and nothing inside ``leave_out``.
    """
    import glob

    from scrutiny.reading import suffixes

    readable = suffixes()
    found: dict[Path, Path] = {}
    faults: list[tuple[Path, ReadError]] = []
    outside = leave_out.resolve() if leave_out else None
    for given in inputs:
        path = Path(given)
        if path.is_dir():
            files = [file for file in sorted(path.rglob("*")) if file.suffix.lower() in readable and file.is_file()]
        elif path.exists() or not glob.has_magic(given):
            # Named one by one: whatever is wrong with it is for reading to say.
            found[path.resolve()] = path
            continue
        else:
            matches = sorted(Path(match) for match in glob.glob(given, recursive=True))  # noqa: PTH207 - absolute patterns
            files = [file for file in matches if file.suffix.lower() in readable and file.is_file()]
        files = [file for file in files if outside is None or not file.resolve().is_relative_to(outside)]
        found.update({file.resolve(): file for file in files if file.resolve() not in found})
        if not files:
            reason = f"{given}: no report files there."
            remedy = f"Readable formats: {', '.join(readable)}."
            faults.append((path, ReadError(reason, remedy=remedy, code="no_reports")))
    return sorted(found.values()), faults


def run(
    pipeline: Pipeline,
    paths: Sequence[Path],
    faults: Sequence[tuple[Path, ReadError]],
    folder: OutputFolder,
    manifest: Manifest | None = None,
) -> Tally:
    """Process ``paths`` into ``folder``, telling of progress on standard error."""
    tally = Tally()

    def failed(path: str | Path, error: ReadError) -> None:
        tally.failures += 1
        folder.fail(path, error)
        typer.echo(f"Failed: {error}".encode("utf-8", "backslashreplace").decode(), err=True)

    for path, error in faults:
        failed(path, error)
    with _Progress(len(paths)) as advance:
        for report in pipeline.stream(paths, manifest=manifest, on_error=failed):
            folder.write(report)
            tally.add(report)
            advance(report, tally)
    return tally


def _listed(names: Sequence[str], most: int = 5) -> str:
    """The first of ``names``, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{len(names):,} {'row' if len(names) == 1 else 'rows'} ({', '.join(names[:most])}{more})"


class _Progress:
    """A bar with rate and time left on a terminal, plain lines elsewhere."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._bar = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("Reports"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._task = self._bar.add_task("reports", total=total, rate="")
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
            done = tally.reports + tally.failures
            self._bar.update(self._task, completed=done, rate=f"{rate:.1f} pages/s")
        else:
            where = f"[{tally.reports + tally.failures}/{self._total}]"
            typer.echo(f"{where} {report.source.path}: {len(report.records)} records", err=True)


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
        ("Seconds", f"{seconds:.1f}"),
    ]
    for name, value in rows:
        table.add_row(name, f"{value:,}" if isinstance(value, int) else value)
    Console().print(table)
