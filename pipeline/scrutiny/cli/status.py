"""``scrutiny status``: how a run stands."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def status(
    output: Annotated[Path, typer.Argument(metavar="DIR", help="Output folder of 'extract'.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    as_prometheus: Annotated[bool, typer.Option("--prometheus", help="As text for Prometheus.")] = False,
) -> None:
    """Show what has become of the inputs of a run, at any time and from any terminal."""
    from scrutiny.archive.status import prometheus
    from scrutiny.archive.status import status as status_of

    found = status_of(output)
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=1))
        return
    if as_prometheus:
        typer.echo(prometheus(found), nl=False)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"{output}: {'a run is going on' if found.running else 'no run is going on'}",
        title_justify="left",
        show_header=False,
    )
    table.add_column()
    table.add_column(justify="right")
    rows: list[tuple[str, int | str]] = [
        ("Inputs", found.inputs),
        ("never tried", found.untried),
        ("begun", found.begun),
        ("ended", found.ended),
        *((f"Reports {state}", count) for state, count in sorted(found.states.items())),
        *((f"Failed: {code}", count) for code, count in sorted(found.codes.items())),
    ]
    if found.rates and found.rates["seconds"]:
        for name in ("reports", "pages", "sentences"):
            rows.append((f"{name.capitalize()} per second", f"{found.rates[name] / found.rates['seconds']:.1f}"))
        rows.append(("The last run is", found.bound))
    if found.seconds_left is not None:
        rows.append(("Minutes left, about", f"{found.seconds_left / 60:.0f}"))
    for name, value in rows:
        table.add_row(name, f"{value:,}" if isinstance(value, int) else value)
    Console().print(table)
