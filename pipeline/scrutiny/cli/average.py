"""``scrutiny average``: several models of one encoder made into one."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrutiny.errors import WriteError

if TYPE_CHECKING:
    from scrutiny.training.averaging import Choice


def average(
    models: Annotated[list[str], typer.Argument(metavar="MODEL MODEL...", help="Model folders or hub identifiers.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Model folder to write.")],
    share: Annotated[
        list[float] | None, typer.Option(metavar="S", help="Share of each model, in their order. Default: equal ones.")
    ] = None,
    choose_on: Annotated[
        list[str] | None,
        typer.Option(metavar="DATA", help="Choose the shares of two models on these labelled sentences. Repeatable."),
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this split of the data to choose on. Default: all.")] = None,
) -> None:
    """Average the weights of models that were trained from the same encoder; calibrate the result afterwards."""
    if choose_on and (share or len(models) != 2):
        raise typer.BadParameter("shares are chosen of two models, and not given.", param_hint="--choose-on")
    if split and not choose_on:
        raise typer.BadParameter("it is a split of the data to choose on.", param_hint="--split")
    from scrutiny.roles.loading import locate
    from scrutiny.training.averaging import average as run
    from scrutiny.training.averaging import choose

    given = ["scrutiny", "average", *models, "--output", output.as_posix()]
    given += [part for number in share or () for part in ("--share", str(number))]
    given += [part for data in choose_on or () for part in ("--choose-on", data)]
    given += ["--split", split] if split else []
    folders = [locate(model) for model in models]
    choice = choose(folders[0], folders[1], choose_on, split=split) if choose_on else None
    if choice:
        _show(choice)
    try:
        made = run(folders, output, shares=share, choice=choice, command=shlex.join(given))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="MODEL MODEL... --share") from None
    except OSError as error:
        raise WriteError(
            f"{output}: cannot be written: {error.strerror or error}.", remedy="Give another folder."
        ) from None
    typer.echo(f"Written to {output}: {made.sha256[:12]}. Its probabilities are raw until 'scrutiny calibrate' is run.")


def _show(choice: Choice) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{choice.sentences:,} sentences", title_justify="left")
    for column in ("Share of the first", "Log likelihood", "Accuracy", "Macro-F1", ""):
        table.add_column(column, justify="right")
    for trial in choice.trials:
        figures = (f"{figure:.4f}" for figure in (trial.log_likelihood, trial.accuracy, trial.macro_f1))
        table.add_row(f"{trial.share:.1f}", *figures, "chosen" if trial == choice.best else "")
    Console().print(table)
