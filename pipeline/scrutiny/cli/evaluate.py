"""``scrutiny evaluate``: how well a model finds the roles of labelled sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrutiny.roles.precision import Precision

if TYPE_CHECKING:
    from scrutiny.evaluation.metrics import Measures


def evaluate(
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="Labelled .jsonl file, authored .txt file, folder, or 'authored'.")
    ],
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Model folder or hub identifier. Default: the shipped model.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this split of DATA. Default: all.")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write the measures as JSON.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda or mps. Default: the best there is.")] = None,
    precision: Annotated[Precision, typer.Option(help="Numbers the model computes with.")] = Precision.AUTO,
) -> None:
    """Measure a model against labelled sentences."""
    from scrutiny import corpora
    from scrutiny.errors import DataError, WriteError
    from scrutiny.evaluation.metrics import measure
    from scrutiny.evaluation.predict import predict
    from scrutiny.pipeline import load

    splits = corpora.sentences(data)
    if split is not None and split not in splits:
        raise DataError(f"{data}: no split {split!r}.", remedy=f"Splits there: {', '.join(splits)}.")
    gold = [unit for name, units in splits.items() if split in (None, name) for unit in units]
    if not gold:
        raise DataError(f"{data}: no labelled sentences.", remedy="Give a file that has some.")
    predictions = predict(load(model, device=device, precision=precision), gold)
    measures = measure([unit.role for unit in gold], [prediction.role for prediction in predictions])
    _show(measures)
    if json_file is not None:
        try:
            json_file.write_text(json.dumps(measures.as_json(), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise WriteError(
                f"{json_file}: cannot be written: {error.strerror}.", remedy="Give another file."
            ) from None


def _show(measures: Measures) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=f"{measures.n:,} sentences", title_justify="left")
    for column in ("Role", "Precision", "Recall", "F1", "Support"):
        table.add_column(column, justify="left" if column == "Role" else "right")
    for role, of_role in measures.roles.items():
        values = (f"{value:.3f}" for value in (of_role.precision, of_role.recall, of_role.f1))
        table.add_row(role.value, *values, str(of_role.support))
    console.print(table)
    confusion = Table(title="Confusion (rows: gold, columns: predicted)", title_justify="left")
    for column in ("", *measures.confusion):
        confusion.add_column(str(column), justify="right" if column else "left")
    for role, row in measures.confusion.items():
        confusion.add_row(role.value, *(str(count) for count in row.values()))
    console.print(confusion)
    console.print(f"Accuracy {measures.accuracy:.4f}   Macro-F1 {measures.macro_f1:.4f}")
