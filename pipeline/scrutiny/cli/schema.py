"""``scrutiny schema``: the JSON Schema of the output files."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def schema(
    name: Annotated[
        str, typer.Argument(metavar="[records|sentences|reports|failures]", help="Which output file.")
    ] = "records",
) -> None:
    """Print the JSON Schema of one line of an output file."""
    from scrutiny.writing.schema import LINES, json_schema

    if name not in LINES:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(LINES)}.")
    typer.echo(json.dumps(json_schema(name), indent=2))
