"""``scrutiny regimes``: the regimes that scrutiny knows, and what it knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from scrutiny.regimes import Profile


def regimes(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="Explain this regime. Default: list all.")] = None,
) -> None:
    """List the regimes, or explain one: by what it is recognised, its words and scales, and where they are from."""
    from rich.console import Console

    from scrutiny.regimes import named, profiles

    console = Console(highlight=False, markup=False, emoji=False)
    if name is None:
        _list(console)
        return
    named(name)
    for title, lines in _explained(profiles()[name]):
        console.print(title, style="bold")
        for line in lines:
            console.print(f"  {line}")


def _list(console: Console) -> None:
    from rich.table import Table

    from scrutiny.regimes import profiles

    table = Table()
    for column in ("Id", "Name", "Version", "Valid from", "Grades", "Words of quantity"):
        table.add_column(column)
    for name, (profile, *_) in sorted(profiles().items()):
        table.add_row(
            name,
            profile.name,
            str(profile.version),
            profile.valid_from.isoformat() if profile.valid_from else "",
            str(len(profile.grades.scale) or ""),
            str(sum(words.low is not None for words in profile.quantifiers.scale) or ""),
        )
    console.print(table)


def _explained(chain: tuple[Profile, ...]) -> Iterator[tuple[str, list[str]]]:
    """Titles, each with the lines below it; what the profile does not say itself is that of the one it extends."""
    own = chain[0]
    valid = f", valid from {own.valid_from}" if own.valid_from else ""
    yield f"{own.id}: {own.name} (version {own.version}{valid})", [f"Body: {own.body}"] if own.body else []
    if own.clues:
        clues = [f"{clue.phrase!r} ({clue.weight:g}; {', '.join(clue.where)})" for clue in own.clues]
        yield f"Recognised by clues that weigh {own.needed:g} together", clues
    if own.addressee:
        yield "A demand that names nobody is to", [own.addressee]
    if lines := [f"{heading.pattern} -> {heading.means}" for heading in own.headings]:
        yield "Headings, and what stands under them", lines
    if lines := [f"{', '.join(label.names)} -> {label.kind}" for label in own.labels]:
        yield "Its own names of demands", lines
    if lines := [f"{', '.join(given.phrases)} -> {given.force}" for given in own.obligations]:
        yield "Words of obligation", lines
    if lines := [", ".join((grade.name, *grade.synonyms)) for grade in own.grades.scale]:
        yield "Grades, best first", lines
    scale = [words for words in own.quantifiers.scale if words.low is not None and words.high is not None]
    if scale:
        since, until = own.quantifiers.valid_from, own.quantifiers.valid_to
        when = (f" from {since}" if since else "") + (f" to {until}" if until else "")
        lines = [f"{', '.join(words.phrases)} -> {words.low:.0%} to {words.high:.0%}" for words in scale]
        yield f"Words of quantity{when}", lines
    if own.sources:
        lines = [f"{s.about}: {s.source}{'' if s.verified else ' (not verified)'}" for s in own.sources]
        yield "Sources", lines
    if len(chain) > 1:
        yield "Everything else as in", [profile.id for profile in chain[1:]]
