"""``scrutiny calibrate``: how sure a model is, fitted to labelled sentences of your own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scrutiny.errors import WriteError


def calibrate(
    data: Annotated[
        list[str],
        typer.Argument(metavar="DATA...", help="Labelled .jsonl or authored .txt files, folders, 'authored'."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Model folder to write.")],
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Model folder or hub identifier. Default: the shipped model.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this split of DATA. Default: all.")] = None,
) -> None:
    """Fit a model's probabilities and thresholds to labelled sentences that it was not trained on."""
    from scrutiny.report import ROLES
    from scrutiny.roles.loading import locate
    from scrutiny.training.recalibration import recalibrate

    given = ["scrutiny", "calibrate", *data, "--output", output.as_posix()]
    given += ["--model", model] if model else []
    given += ["--split", split] if split else []
    try:
        found = recalibrate(locate(model), data, output, split=split, command=shlex.join(given))
    except OSError as error:
        raise WriteError(
            f"{output}: cannot be written: {error.strerror or error}.", remedy="Give another folder."
        ) from None
    biases = ", ".join(f"{role.value} {bias:+.2f}" for role, bias in zip(ROLES, found.bias, strict=True))
    typer.echo(f"Written to {output}: temperature {found.temperature}, {biases}, review below {found.review_below}.")
