"""``scrutiny train``: fine-tune a model of the four roles."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scrutiny.errors import ConfigError


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="Training configuration (TOML).")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Model folder to write.")],
    base_model: Annotated[
        str | None,
        typer.Option(help="Encoder to start from, in place of the configuration's (folder or hub identifier)."),
    ] = None,
) -> None:
    """Fine-tune and calibrate a model; an interrupted run goes on from its last checkpoint."""
    from importlib.util import find_spec

    from scrutiny.training.config import load_config

    settings = load_config(config)
    if find_spec("accelerate") is None:
        raise ConfigError(
            "Training needs the package accelerate.", remedy="Install it with: pip install 'scrutiny[train]'"
        )
    from scrutiny.training.train import train as run

    command = shlex.join(
        ["scrutiny", "train", config.as_posix(), "--output", output.as_posix()]
        + (["--base-model", base_model] if base_model else [])
    )
    result = run(settings, output, base_model=base_model, command=command)
    typer.echo(f"Written to {output}: temperature {result.temperature}, review below {result.review_below}.")
