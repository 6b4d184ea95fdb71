"""``scrutiny meaning``: what sentences are about, told by a model on the way."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scrutiny.errors import WriteError


def meaning(
    data: Annotated[
        list[str],
        typer.Argument(
            metavar="DATA...", help="Sentences to learn from: .jsonl or authored .txt files, folders, 'authored:train'."
        ),
    ],
    model: Annotated[
        Path, typer.Option("--model", "-m", metavar="DIR", help="Model folder; the map is written into it.")
    ],
    teacher: Annotated[
        str, typer.Option(metavar="NAME", help="Sentence embedder to learn from: a folder or hub identifier.")
    ] = "sentence-transformers/all-mpnet-base-v2",
    sentences: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many sentences to learn from, at most.")
    ] = 10_000,
    dimensions: Annotated[int, typer.Option(min=1, metavar="N", help="Length of the vectors.")] = 128,
    layers: Annotated[
        str, typer.Option(metavar="N,...", help="Layers of the model to read; 0 is what enters the first.")
    ] = "0,2,4,6",
    leave_out: Annotated[
        str, typer.Option(metavar="NAME,...", help="Reports ('document') to leave out, as those to measure links on.")
    ] = "",
) -> None:
    """Teach a model to tell by the way what sentences are about, by which findings and recommendations are linked."""
    from scrutiny.roles.loading import locate
    from scrutiny.training.meaning import MeaningOptions, fit_meaning

    given = ["scrutiny", "meaning", *data, "--model", model.as_posix(), "--teacher", teacher]
    given += ["--sentences", str(sentences), "--dimensions", str(dimensions), "--layers", layers]
    given += ["--leave-out", leave_out] if leave_out else []
    try:
        read = tuple(int(number) for number in layers.split(","))
    except ValueError:
        raise typer.BadParameter("it takes numbers with commas between them.", param_hint="--layers") from None
    names = frozenset(filter(None, leave_out.split(",")))
    options = MeaningOptions(layers=read, sentences=sentences, dimensions=dimensions, leave_out=names)
    try:
        correlation = fit_meaning(locate(model), data, teacher, options, command=shlex.join(given))
    except OSError as error:
        raise WriteError(
            f"{model}: cannot be written: {error.strerror or error}.", remedy="Copy the model elsewhere."
        ) from None
    typer.echo(f"Written to {model}. Cosines of held-out sentences correlate with the teacher's at {correlation:.3f}.")
