"""The command line: ``scrutiny COMMAND``. Each command is a file here that parses and calls a plain function.

Exit codes: 0 everything was read; 1 the command line, the model, the configuration or the output folder is at
fault, nothing was done; 2 some inputs failed, the rest is written; 3 no input could be read; 4 a measure is
under what --fail-under asks; 130 interrupted.
"""

from __future__ import annotations

import atexit
import gc
import os

import typer

from scrutiny.cli.average import average
from scrutiny.cli.calibrate import calibrate
from scrutiny.cli.compare import compare
from scrutiny.cli.doubts import doubts
from scrutiny.cli.evaluate import evaluate
from scrutiny.cli.explain import explain
from scrutiny.cli.export import export
from scrutiny.cli.extract import extract
from scrutiny.cli.meaning import meaning
from scrutiny.cli.rebuild import rebuild
from scrutiny.cli.regimes import regimes
from scrutiny.cli.schema import schema
from scrutiny.cli.status import status
from scrutiny.cli.summary import summary
from scrutiny.cli.tagger import tagger
from scrutiny.cli.train import distill, train
from scrutiny.errors import ScrutinyError
from scrutiny.version import __version__

app = typer.Typer(
    name="scrutiny",
    help="Findings, strengths and recommendations out of reports of inspections, audits, reviews and investigations.",
    epilog="Exit codes: 0 all read, 1 usage, 2 some inputs failed (the rest is written), 3 none could be read.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    extract, status, rebuild, summary, compare, regimes, explain, evaluate, calibrate, train, distill, average,
    meaning, tagger, export, doubts, schema,
):  # fmt: skip
    app.command()(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Options before the command."""


def main() -> None:
    """Run the command line; no traceback reaches the user for an error of ours."""
    # Usage errors leave with 1, because 2 says that some inputs failed. BadParameter is their public subclass.
    typer.BadParameter.__bases__[0].exit_code = 1  # type: ignore[attr-defined]
    # The libraries make some million objects that stay: looking through them again and again, and once more at the end,
    # takes seconds.
    gc.set_threshold(100_000, 50, 10)
    atexit.register(gc.freeze)
    try:
        app(prog_name="scrutiny")
    except ScrutinyError as error:
        typer.echo(f"Error: {error.reason}\n{error.remedy}", err=True)
        raise SystemExit(1) from None
    except Exception as error:
        if os.environ.get("SCRUTINY_DEBUG"):
            raise
        typer.echo(
            f"Unexpected error: {type(error).__name__}: {error}\n"
            "Please report this fault; SCRUTINY_DEBUG=1 shows where it is. What was finished is written.",
            err=True,
        )
        raise SystemExit(1) from None
