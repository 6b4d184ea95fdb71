"""``scrutiny extract``: reports in, records out."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from scrutiny.archive.inputs import LocalFile, find, spool
from scrutiny.archive.ledger import State
from scrutiny.cli.progress import JsonLog, Progress, show, show_as_json
from scrutiny.roles.precision import Precision

if TYPE_CHECKING:
    from scrutiny.archive.extraction import Input


#: So many processes at most read unless it is told how many.
_READERS = 8

#: The input that stands for standard input.
STDIN = "-"


class Engine(StrEnum):
    """What ``--engine`` may be."""

    LOCAL = "local"
    RAY = "ray"


def extract(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Report files, archives, tables with a report a row, folders (searched through, tables left out), "
            "globs, URLs of any of these, or - for standard input.",
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help="Folder to write into, also as a URL: s3://bucket/out.")
    ],
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
    parquet_parts: Annotated[
        bool,
        typer.Option(
            "--parquet-parts", help="Write the records as Parquet files in parts/, and in no other format unless named."
        ),
    ] = False,
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
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that read reports. Default: as many as keep the classification busy."),
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="The longest that reading one report may take.")
    ] = 300,
    memory: Annotated[
        int, typer.Option(metavar="MB", min=300, help="The most memory that a process which reads may take.")
    ] = 1000,
    cache: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keeps what the model said of passages, for later runs; made if missing."),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Also try again what could not be read in an earlier run.")
    ] = False,
    engine: Annotated[
        Engine, typer.Option(help="Where reports are read and classified: this machine, or a Ray cluster.")
    ] = Engine.LOCAL,
    ray_address: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="The Ray cluster. Default: $RAY_ADDRESS, else one on this machine."),
    ] = None,
    actors: Annotated[
        int | None, typer.Option(min=1, help="Ray actors that classify. Default: one for each GPU, else for each core.")
    ] = None,
    actor_cpus: Annotated[int, typer.Option(metavar="N", min=1, help="Cores that an actor computes on.")] = 1,
    actor_gpus: Annotated[
        float | None,
        typer.Option(metavar="N", min=0, help="GPUs of an actor, such as 0.5. Default: 1 if there are any."),
    ] = None,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Tell of progress in JSON, one object a line, on standard error.")
    ] = False,
) -> None:
    """Extract records of findings, strengths and recommendations from report files.

    What was done in the output folder before is kept: only what is new, changed or unfinished is processed.
    """
    from scrutiny.archive.cluster import Cluster
    from scrutiny.archive.extraction import Options
    from scrutiny.archive.extraction import extract as extract_into
    from scrutiny.archive.publishing import folder_for
    from scrutiny.archive.run import Limits
    from scrutiny.reading.manifest import Manifest
    from scrutiny.writing.formats import DEFAULT_FORMATS, check_formats

    check_formats(formats or ())
    if stdin_name is not None and STDIN not in inputs:
        raise typer.BadParameter(f"There is no {STDIN} among the inputs.", param_hint="--stdin-name")
    if cache is not None and engine is Engine.RAY:
        raise typer.BadParameter("The nodes of a cluster cannot share one.", param_hint="--cache")
    facts = Manifest.load(manifest) if manifest else None
    options = Options(
        model=model,
        device=device,
        cache=cache,
        precision=precision,
        ocr=ocr_language or ocr,
        regime=regime,
        text_column=text_column,
        any_language=any_language,
        max_error=max_error,
        manifest=facts,
    )
    cores = os.cpu_count() or 1
    limits = Limits(
        workers=workers or min(_READERS, cores),
        at_first=workers or max(1, min(2, cores // 2)),
        timeout=timeout,
        memory=memory * 1_000_000,
    )
    # As Ctrl-C, so that a run that is told to end closes its files and ends its processes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        found = find([given for given in inputs if given != STDIN], leave_out=output)
        if facts:
            facts.check(file.name for file in found.files)
        if found.tables:
            typer.echo(f"Passed over {found.tables:,} tables in folders: name those that hold reports.", err=True)
        sources: list[Input] = [*found.faults, *found.files]
        if STDIN in inputs:
            sources.append(stack.enter_context(read_stdin(stdin_name)))
        listener = JsonLog() if log_json else stack.enter_context(Progress())
        try:
            summary = extract_into(
                sources,
                stack.enter_context(folder_for(output)),
                options,
                listener=listener,
                formats=formats or (() if parquet_parts else DEFAULT_FORMATS),
                sentences=sentences,
                shards=parquet_parts,
                limits=limits,
                retry_failed=retry_failed,
                cluster=Cluster(ray_address, actors, actor_cpus, actor_gpus) if engine is Engine.RAY else None,
            )
        except KeyboardInterrupt:
            typer.echo("Interrupted. What was finished is kept; the same command goes on from there.", err=True)
            raise typer.Exit(130) from None
    (show_as_json if log_json else show)(summary, output, passed_over=found.passed_over)
    for left_out in summary.left_out:
        typer.echo(f"Warning: {left_out}.", err=True)
    if summary.unmatched:
        typer.echo(f"Warning: {_listed(summary.unmatched)} of the manifest fit no report that was read.", err=True)
    if summary.failures:
        raise typer.Exit(2 if summary.states[State.DONE] else 3)


@contextmanager
def read_stdin(name: str | None) -> Iterator[LocalFile]:
    """Standard input as a file called ``name``, or ``stdin`` with the suffix of what it looks like.

    No more of it is read than the reader needs to see that it is too large.
    """
    from scrutiny.reading import MAX_BYTES
    from scrutiny.reading.sniffing import suffix_of

    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    with TemporaryDirectory(dir=spool()) as folder:
        spooled = Path(folder) / "stdin"
        spooled.write_bytes(data)
        stamp = hashlib.sha256(data).hexdigest()
        yield LocalFile(spooled, name=name or f"stdin{suffix_of(data)}", stamp=stamp)


def _listed(names: Sequence[str], most: int = 5) -> str:
    """The first of ``names``, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{len(names):,} {'row' if len(names) == 1 else 'rows'} ({', '.join(names[:most])}{more})"
