"""``scrutiny doubts``: labels that may be wrong, as a table for a person to review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scrutiny.cli.train import need
from scrutiny.errors import WriteError


def doubts(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="Training configuration (TOML), for its data.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.csv", help="Table to write.")],
    folds: Annotated[int, typer.Option(min=2, help="Parts to judge in turn by a model trained on the others.")] = 5,
    share: Annotated[
        float, typer.Option(min=0, max=1, help="At most this share of the sentences, the worst of them.")
    ] = 1.0,
    encoder: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Fine-tune CONFIG's encoder, and keep the models here. Default: words are counted."
        ),
    ] = None,
    base_model: Annotated[str | None, typer.Option(help="Encoder to start from, in place of CONFIG's.")] = None,
) -> None:
    """List the labels to train on that a model disagrees with that was trained on other groups, worst first."""
    from scrutiny.training.config import load_config

    settings = load_config(config)
    need("cleanlab", "sklearn", extra="noise")
    if encoder:
        need("accelerate", "matplotlib", extra="train")
    from scrutiny.training.doubts import by_name, find_doubts, held_out, write_doubts
    from scrutiny.training.gathering import gather
    from scrutiny.training.learners import FineTuned, word_counts

    named = by_name(gather(settings.data.train))
    sentences = [unit for unit in named.values() if unit.source not in settings.data.exclude_sources]
    learner = FineTuned(settings, encoder, base_model=base_model) if encoder else word_counts
    try:
        found = find_doubts(sentences, held_out(sentences, learner, folds=folds))[: round(share * len(sentences))]
        write_doubts(output, found)
    except OSError as error:
        raise WriteError(
            f"{error.filename or output}: cannot be written: {error.strerror}.", remedy="Give another place."
        ) from None
    typer.echo(f"Written to {output}: {len(found):,} of {len(sentences):,} labels, to be reviewed.")
