"""``scrutiny tagger``: what results and demands say in particular, read by a model on the way."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scrutiny.errors import WriteError


def tagger(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...", help="Labelled reports, as in corpora/attributes.", exists=True, file_okay=False
        ),
    ],
    model: Annotated[
        Path, typer.Option("--model", "-m", metavar="DIR", help="Model folder; the tagger is written into it.")
    ],
    texts: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the text of labelled passages is.", exists=True, file_okay=False),
    ] = None,
    layers: Annotated[
        str, typer.Option(metavar="N,...", help="Layers of the model to read; 0 is what enters the first.")
    ] = "4,6,8",
    passes: Annotated[int, typer.Option(min=1, metavar="N", help="How often everything is learnt from.")] = 8,
    seed: Annotated[int, typer.Option(metavar="N", help="Decides what is random.")] = 0,
) -> None:
    """Teach a model to tell by the way whose voice a result reports, what has changed, how much, and who must act."""
    from scrutiny.roles.loading import locate
    from scrutiny.training.tagging import TaggerOptions, fit_tagger

    given = ["scrutiny", "tagger", *(folder.as_posix() for folder in folders), "--model", model.as_posix()]
    given += ["--texts", texts.as_posix()] if texts else []
    given += ["--layers", layers, "--passes", str(passes), "--seed", str(seed)]
    try:
        read = tuple(int(number) for number in layers.split(","))
    except ValueError:
        raise typer.BadParameter("it takes numbers with commas between them.", param_hint="--layers") from None
    options = TaggerOptions(layers=read, passes=passes, seed=seed)
    try:
        f1 = fit_tagger(locate(model), folders, options, texts=texts, command=shlex.join(given))
    except OSError as error:
        raise WriteError(
            f"{model}: cannot be written: {error.strerror or error}.", remedy="Copy the model elsewhere."
        ) from None
    told = ", ".join(f"{family} {measured:.3f}" for family, measured in f1.items())
    typer.echo(f"Written to {model}. F1 on reports that were left out in turn, with the best thresholds: {told}.")
