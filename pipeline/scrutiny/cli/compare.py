"""``scrutiny compare``: what became of one report's findings and recommendations in another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scrutiny.roles.precision import Precision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrutiny.records.comparison import Pairing
    from scrutiny.report import Record


def compare(
    earlier: Annotated[Path, typer.Argument(metavar="EARLIER", help="Report file.")],
    later: Annotated[Path, typer.Argument(metavar="LATER", help="Report file.")],
    draft: Annotated[
        bool, typer.Option("--draft", help="EARLIER is a draft of LATER: show what was added, softened and removed.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write every pair as JSON.")
    ] = None,
    regime: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Regime of both, see 'scrutiny regimes'. Default: recognised."),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Model folder or hub identifier. Default: the shipped model.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda or mps. Default: the best there is.")] = None,
    precision: Annotated[Precision, typer.Option(help="Numbers the model computes with.")] = Precision.AUTO,
) -> None:
    """Compare two reports on one body: which issues are new, repeated, resolved or absent."""
    from scrutiny.errors import WriteError
    from scrutiny.pipeline import load
    from scrutiny.records import comparison

    pipeline = load(model, device=device, precision=precision, regime=regime)
    run = comparison.compare_draft if draft else comparison.compare
    pairings = run(pipeline(earlier), pipeline(later))
    _show(pairings)
    if json_file is not None:
        lines = [_as_json(pairing) for pairing in pairings]
        try:
            json_file.write_text(json.dumps(lines, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise WriteError(
                f"{json_file}: cannot be written: {error.strerror}.", remedy="Give another file."
            ) from None


def _show(pairings: Sequence[Pairing]) -> None:
    from collections import Counter

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    table = Table(show_lines=True)
    for column in ("Change", "Role", "Earlier", "Later"):
        table.add_column(column)
    for pairing in pairings:
        if pairing.change == "unchanged":
            continue
        role = (pairing.later or pairing.earlier).role.value  # type: ignore[union-attr]
        change = f"{pairing.change.value}\n{pairing.detail}".strip()
        cells = (change, role, *(record.text if record else "" for record in (pairing.earlier, pairing.later)))
        # A report's text is no markup of ours.
        table.add_row(*(Text(" ".join(cell.split(" "))) for cell in cells))
    console.print(table)
    counts = Counter(pairing.change.value for pairing in pairings)
    console.print(", ".join(f"{count} {change}" for change, count in sorted(counts.items())) or "Nothing to compare.")


def _as_json(pairing: Pairing) -> dict[str, Any]:
    def record(one: Record | None) -> dict[str, Any] | None:
        return (
            {
                "id": one.id,
                "role": one.role.value,
                "text": one.text,
                "start": one.start,
                "end": one.end,
                "fingerprint": one.fingerprint,
            }
            if one
            else None
        )

    return {
        "change": pairing.change.value,
        "likeness": pairing.likeness,
        "detail": pairing.detail,
        "earlier": record(pairing.earlier),
        "later": record(pairing.later),
    }
