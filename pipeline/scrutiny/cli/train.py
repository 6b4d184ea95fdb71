"""``scrutiny train`` and ``scrutiny distill``: fine-tune a model of the four roles."""

from __future__ import annotations

import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from scrutiny.errors import ConfigError

_Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="Training configuration (TOML).")]
_Output = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Model folder to write.")]
_Base = Annotated[
    str | None, typer.Option(help="Encoder to start from, in place of the configuration's (folder or hub identifier).")
]


def train(config: _Config, output: _Output, base_model: _Base = None) -> None:
    """Fine-tune and calibrate a model; an interrupted run goes on from its last checkpoint."""
    _run("train", config, output, base_model, teachers=[])


def distill(
    config: _Config,
    output: _Output,
    teacher: Annotated[
        list[str],
        typer.Option(metavar="MODEL", help="A model to learn from: folder or hub identifier. Of several, their mean."),
    ],
    base_model: _Base = None,
) -> None:
    """Train a student on labels mixed with its teachers', and on reports that only the teachers label."""
    _run("distill", config, output, base_model, teacher)


def need(*packages: str, extra: str) -> None:
    """Check that the packages of an extra are installed.

    Raises:
        ConfigError: one is not.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise ConfigError(
            f"This needs {' and '.join(missing)}.", remedy=f"Install it with: pip install 'scrutiny[{extra}]'"
        )


def _run(command: str, config: Path, output: Path, base_model: str | None, teachers: list[str]) -> None:
    from scrutiny.training.config import load_config

    settings = load_config(config)
    need("accelerate", "matplotlib", extra="train")
    from scrutiny.roles.classifier import Classifier
    from scrutiny.training.train import train as run

    given = ["scrutiny", command, config.as_posix(), "--output", output.as_posix()]
    given += ["--base-model", base_model] if base_model else []
    given += [part for teacher in teachers for part in ("--teacher", teacher)]
    result = run(
        settings,
        output,
        base_model=base_model,
        teachers=[Classifier(teacher, precision="float32") for teacher in teachers],
        command=shlex.join(given),
    )
    typer.echo(f"Written to {output}: temperature {result.temperature}, review below {result.review_below}.")
