"""``scrutiny schema``: the JSON Schema of the output files."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def schema(
    name: Annotated[
        str, typer.Argument(metavar="[records|sentences|reports|failures|metrics]", help="Which output file.")
    ] = "records",
) -> None:
    """Print the JSON Schema of one line of an output file of 'extract', or of the metrics.json of 'evaluate'."""
    from scrutiny.writing.schema import LINES, json_schema

    if name == "metrics":
        from scrutiny.evaluation.result import json_schema as schema_of_metrics

        typer.echo(json.dumps(schema_of_metrics(), indent=2))
        return
    if name not in LINES:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join([*LINES, 'metrics'])}.")
    typer.echo(json.dumps(json_schema(name), indent=2))
