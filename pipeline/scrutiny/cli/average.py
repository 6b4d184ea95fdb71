"""``scrutiny average``: several models of one encoder made into one."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scrutiny.errors import WriteError


def average(
    models: Annotated[list[str], typer.Argument(metavar="MODEL MODEL...", help="Model folders or hub identifiers.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Model folder to write.")],
    share: Annotated[
        list[float] | None, typer.Option(metavar="S", help="Share of each model, in their order. Default: equal ones.")
    ] = None,
) -> None:
    """Average the weights of models that were trained from the same encoder; calibrate the result afterwards."""
    from scrutiny.roles.loading import locate
    from scrutiny.training.averaging import average as run

    given = ["scrutiny", "average", *models, "--output", output.as_posix()]
    given += [part for number in share or () for part in ("--share", str(number))]
    try:
        made = run([locate(model) for model in models], output, shares=share, command=shlex.join(given))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="MODEL MODEL... --share") from None
    except OSError as error:
        raise WriteError(
            f"{output}: cannot be written: {error.strerror or error}.", remedy="Give another folder."
        ) from None
    typer.echo(f"Written to {output}: {made.sha256[:12]}. Its probabilities are raw until 'scrutiny calibrate' is run.")
