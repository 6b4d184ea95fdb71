"""``scrutiny export``: a model that runs in eight bits."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scrutiny.errors import WriteError


def export(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Model folder to write.")],
    data: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DATA]...",
            help="Sentences to compare on: .jsonl or authored .txt files, folders. Default: 'authored:validation'.",
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Model folder or hub identifier. Default: the shipped model.")
    ] = None,
    sentences: Annotated[int, typer.Option(min=100, metavar="N", help="How many sentences to compare on.")] = 1000,
) -> None:
    """Write a copy of a model that runs in eight bits, faster on processors without AMX, and how far it agrees."""
    from scrutiny.roles.eight_bits import AGREEMENT, AGREEMENT_ON_VNNI, ENOUGH, is_trusted, is_trusted_on_vnni
    from scrutiny.roles.loading import locate
    from scrutiny.training.exporting import export as run

    given = ["scrutiny", "export", *(data or ()), "--output", output.as_posix(), "--sentences", str(sentences)]
    given += ["--model", model] if model else []
    try:
        found = run(
            locate(model), output, data or ["authored:validation"], sentences=sentences, command=shlex.join(given)
        )
    except OSError as error:
        raise WriteError(
            f"{output}: cannot be written: {error.strerror or error}.", remedy="Give another folder."
        ) from None
    typer.echo(f"Written to {output}.")
    for key, by, trusted in (
        (AGREEMENT, "By ONNX Runtime", is_trusted),
        (AGREEMENT_ON_VNNI, "By this processor's own products of whole numbers", is_trusted_on_vnni),
    ):
        if agreement := found.get(key):
            typer.echo(
                f"{by} {agreement.role:.2%} of {agreement.sentences:,} sentences get the same role as in single "
                f"precision and {agreement.decision:.2%} the same decision; {agreement.int8_rate:.0f} instead of "
                f"{agreement.float32_rate:.0f} sentences a second."
                + (
                    ""
                    if trusted(output)
                    else f" That is under {ENOUGH:.1%}, or no faster: it is used only if asked for."
                )
            )
    if is_trusted(output) or is_trusted_on_vnni(output):
        typer.echo(f"Use it with --model {output}; where the processor has AMX, bfloat16 is used instead.")
