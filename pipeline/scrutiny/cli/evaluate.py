"""``scrutiny evaluate``: how well models find the roles of labelled sentences, and the records of whole reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrutiny.roles.precision import Precision

if TYPE_CHECKING:
    from scrutiny.evaluation.result import Evaluation, SystemResult


def evaluate(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="Labelled .jsonl, .csv or .parquet file, authored .txt file, folder, 'authored', data set of the hub "
            "(owner/name), or whole reports with gold (NAME.json beside NAME.pdf); also DATA:SPLIT.",
        ),
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            help="Model folder or hub identifier; repeatable, the first is compared with the others. "
            "Default: the shipped model, unless there are --predictions or --retrain.",
        ),
    ] = None,
    predictions: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Predictions made elsewhere, by id: JSON Lines, CSV or Parquet; repeatable."),
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this split of DATA. Default: all.")] = None,
    train: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DATA",
            help="What the baseline learns from and leakage is sought in; repeatable. Default: authored:train.",
        ),
    ] = None,
    protocol: Annotated[str, typer.Option(help="holdout, group-kfold or leave-one-source-out.")] = "holdout",
    folds: Annotated[int, typer.Option(min=2, help="Folds of group-kfold.")] = 5,
    together: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Sources that leave-one-source-out leaves out together; repeatable."),
    ] = None,
    retrain: Annotated[
        Path | None,
        typer.Option(metavar="CONFIG", help="Train a model anew for each fold, as this configuration says."),
    ] = None,
    base_model: Annotated[
        str | None, typer.Option(help="Encoder for --retrain, in place of the configuration's.")
    ] = None,
    count: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Also estimate how many sentences and reports have a role in what "
            "'scrutiny extract --sentences' wrote here, corrected by the errors on DATA.",
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Resamples for the intervals.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of the resamples and folds.")] = 0,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write metrics.json, errors.csv, report.html and plots."),
    ] = None,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Also write the first system's plain measures as JSON."),
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(metavar="MEASURE=VALUE", help="Leave with 4 if the first system's measure is lower; repeatable."),
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda or mps. Default: the best there is.")] = None,
    precision: Annotated[Precision, typer.Option(help="Numbers the model computes with.")] = Precision.AUTO,
) -> None:
    """Measure models against labelled sentences or whole labelled reports, with intervals and baselines."""
    from rich.console import Console

    from scrutiny.evaluation.output import check_output, write_output
    from scrutiny.evaluation.protocols import Protocol
    from scrutiny.evaluation.run import TRAINING, Request, run
    from scrutiny.evaluation.terminal import show

    if protocol not in tuple(Protocol):
        raise typer.BadParameter(f"--protocol {protocol!r} is not one of {', '.join(Protocol)}.")
    bounds = [_bound(asked) for asked in fail_under or ()]
    if output is not None:
        check_output(output)
    outcome = run(
        Request(
            data=data,
            split=split,
            models=model or (),
            predictions=predictions or (),
            training=train or TRAINING,
            protocol=Protocol(protocol),
            folds=folds,
            together=[names.split(",") for names in together or ()],
            retrain=retrain,
            base_model=base_model,
            count=count,
            rounds=rounds,
            seed=seed,
            device=device,
            precision=precision,
            work=output,
        )
    )
    show(outcome.evaluation, Console())
    if output is not None:
        write_output(output, outcome)
        typer.echo(f"Written to {output}: report.html, metrics.json, errors.csv, plots.")
    first = outcome.evaluation.systems[0]
    if json_file is not None:
        _write_json(json_file, first)
    _check(outcome.evaluation, bounds)


def _write_json(file: Path, first: SystemResult) -> None:
    import numpy as np

    from scrutiny.errors import WriteError
    from scrutiny.evaluation.metrics import measures_of

    table = np.array([list(row.values()) for row in first.confusion.values()], dtype=np.float64)
    try:
        file.write_text(json.dumps(measures_of(table).as_json(), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise WriteError(f"{file}: cannot be written: {error.strerror}.", remedy="Give another file.") from None


def _bound(asked: str) -> tuple[str, float]:
    name, _, value = asked.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise typer.BadParameter(f"--fail-under {asked!r}: write MEASURE=VALUE, such as macro_f1=0.9.") from None


def _check(evaluation: Evaluation, bounds: list[tuple[str, float]]) -> None:
    """Leave with 4 where a measure of the first system is under its bound."""
    from scrutiny.evaluation.result import LESS_IS_BETTER

    named = evaluation.systems[0].named
    failed = False
    for name, bound in bounds:
        if name not in named or name in LESS_IS_BETTER:
            accepted = ", ".join(sorted(set(named) - LESS_IS_BETTER))
            raise typer.BadParameter(f"--fail-under {name!r} is no measure that can be too low; there are {accepted}.")
        value = named[name].value
        if value is None or value < bound:
            failed = True
            typer.echo(f"{name} is {'undefined' if value is None else f'{value:.4f}'}, under {bound:g}.", err=True)
    if failed:
        raise typer.Exit(4)
