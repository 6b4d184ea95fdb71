"""``scrutiny summary``: what an output folder holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scrutiny.summary import Table


def summary(
    output: Annotated[Path, typer.Argument(metavar="DIR", help="Output folder of 'extract'.")],
    markdown_file: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Also write it as Markdown.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Entries in each list.")] = 10,
) -> None:
    """Show counts, frequent themes, the least certain records, and sentences that stand in many reports."""
    from scrutiny.errors import WriteError
    from scrutiny.summary import markdown, summarise, tables

    shown = tables(summarise(output, top=top))
    for table in shown:
        _show(table)
    if markdown_file is not None:
        try:
            markdown_file.write_text(markdown(shown), encoding="utf-8", newline="\n")
        except OSError as error:
            raise WriteError(
                f"{markdown_file}: cannot be written: {error.strerror}.", remedy="Give another file."
            ) from None


def _show(table: Table) -> None:
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(title=table.title, title_justify="left", caption=table.note or None, caption_justify="left")
    for column, cell in zip(table.columns, table.rows[0], strict=True):
        grid.add_column(column, justify="right" if isinstance(cell, int) else "left")
    for row in table.rows:
        # A report's text is no markup of ours.
        grid.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else " ".join(cell.split())) for cell in row))
    Console(highlight=False).print(grid)
