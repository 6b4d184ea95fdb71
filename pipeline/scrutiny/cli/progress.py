"""How a run is told of on the terminal, or in JSON for programs."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from scrutiny.archive.ledger import NOT_READ, Row, State, Task

if TYPE_CHECKING:
    from scrutiny.archive.extraction import Summary
    from scrutiny.archive.settling import Rates

_ROLES = ("finding", "strength", "recommendation")


class Progress:
    """A bar with rates and time left on a terminal, plain lines elsewhere. It counts inputs, for nobody knows how many
    reports an archive holds before it has been read. Use as a context manager."""

    def __init__(self) -> None:
        self._bar = None
        self._numbers: dict[int, int] = {}
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("Inputs"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._task = self._bar.add_task("inputs", total=None, rate="")

    def __enter__(self) -> Progress:
        """Begin."""
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        if self._bar:
            self._bar.stop()

    def begin(self, inputs: int, tasks: Sequence[Task]) -> None:
        """Say what is left to do."""
        if len(tasks) < inputs:
            typer.echo(f"{inputs - len(tasks):,} of {inputs:,} inputs were done before.", err=True)
        self._numbers = {task.position: number for number, task in enumerate(tasks, 1)}
        if self._bar:
            self._bar.update(self._task, total=len(tasks))

    def settled(self, task: Task, row: Row, rates: Rates) -> None:
        """Say what has become of a report."""
        number = self._numbers[task.position]
        if row.state in NOT_READ:
            error = f"{row.reason} {row.remedy}"
            typer.echo(f"Failed: {error}".encode("utf-8", "backslashreplace").decode(), err=True)
        if self._bar:
            done = f"{rates.reports:,} reports, {rates.pages / max(rates.seconds, 0.001):.1f} pages/s, {rates.bound}"
            self._bar.update(self._task, completed=number, rate=done)
        elif row.state is State.DONE:
            records = sum(row.counts[role] for role in _ROLES)
            typer.echo(f"[{number}/{len(self._numbers)}] {row.path}: {records} records", err=True)
        elif row.state is State.DUPLICATE:
            typer.echo(f"[{number}/{len(self._numbers)}] {row.path}: a copy of {row.duplicate_of}", err=True)


class JsonLog:
    """Objects of JSON, one a line."""

    def begin(self, inputs: int, tasks: Sequence[Task]) -> None:
        """Say what is left to do."""
        log({"event": "begin", "inputs": inputs, "to_do": len(tasks)})

    def settled(self, task: Task, row: Row, rates: Rates) -> None:
        """Say what has become of a report."""
        del task
        about: dict[str, object] = {"event": "report", "path": row.path, "state": row.state}
        if row.state in NOT_READ:
            about |= {"code": row.code, "reason": row.reason, "remedy": row.remedy}
        if row.state is State.DUPLICATE:
            about |= {"duplicate_of": row.duplicate_of}
        log({**about, **row.counts, "rates": rates.told()})


def log(event: Mapping[str, object]) -> None:
    """Write one object to standard error, with the time in seconds since 1970."""
    typer.echo(json.dumps({"time": round(time.time(), 3), **event}), err=True)


def show(summary: Summary, output: str, *, passed_over: int) -> None:
    """The closing table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Written to {output.rstrip(os.sep)}{os.sep}", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in rows(summary, passed_over):
        table.add_row(name, f"{value:,}" if isinstance(value, int) else value)
    Console().print(table)


def show_as_json(summary: Summary, output: str, *, passed_over: int) -> None:
    """The same as an event."""
    told: dict[str, object] = dict(rows(summary, passed_over))
    log({"event": "end", "output": output, "summary": told, "rates": summary.rates.told()})


def rows(summary: Summary, passed_over: int) -> list[tuple[str, int | str]]:
    """What is told at the end, with its name."""
    counts, states = summary.counts, summary.states
    return [
        ("Reports", states[State.DONE]),
        ("Copies of other reports", states[State.DUPLICATE]),
        ("Pages", counts["pages"]),
        ("Pages without text", counts["pages_without_text"]),
        ("Pages scanned, read by OCR", counts["pages_recognised"]),
        ("Pages scanned, not read", counts["pages_not_read"]),
        ("Not in English, not classified", counts["not_classified"]),
        ("Sentences", counts["sentences"]),
        ("Sentences longer than the model reads", counts["sentences_cut"]),
        *((f"Records: {role}", counts[role]) for role in _ROLES),
        ("Records left to review", counts["review"]),
        ("Failures", summary.failures),
        ("of these without text", states[State.EMPTY]),
        ("of these over a limit", states[State.QUARANTINED]),
        ("Files passed over", passed_over + states[State.SKIPPED]),
        ("Seconds", f"{summary.rates.seconds:.1f}"),
    ]
