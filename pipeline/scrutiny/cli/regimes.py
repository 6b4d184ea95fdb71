"""``scrutiny regimes``: the regimes that scrutiny knows, and what it knows of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from rich.console import Console

    from scrutiny.regimes import Profile


def regimes(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="Explain this regime. Default: list all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole profile, or all of them, as JSON.")] = False,
) -> None:
    """List the regimes, or explain one: by what it is recognised, its words and scales, and where they are from."""
    from rich.console import Console

    from scrutiny.regimes import named, profiles

    if name is not None:
        named(name)
    if as_json:
        dumped = {known: profile.model_dump(mode="json") for known, (profile, *_) in sorted(profiles().items())}
        typer.echo(json.dumps(dumped[name] if name else list(dumped.values()), indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False, markup=False, emoji=False)
    if name is None:
        _list(console)
    else:
        _explain(profiles()[name], console)


def _list(console: Console) -> None:
    from rich.table import Table

    from scrutiny.regimes import profiles

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Id", no_wrap=True)
    for column in ("Since", "Grades", "Shares"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("Name")
    for name, (profile, *_) in sorted(profiles().items()):
        table.add_row(
            name,
            str(profile.valid_from.year) if profile.valid_from else "",
            str(len(profile.grades.scale) or ""),
            str(sum(words.low is not None for words in profile.quantifiers.scale) or ""),
            profile.name,
        )
    console.print(table)
    console.print(
        "\nSince: the year its framework is in force from. Grades: how many its own scale has, former ones counted. "
        "Shares: words of quantity that it defines. 'scrutiny regimes ID' tells the rest."
    )


def _explain(chain: tuple[Profile, ...], console: Console) -> None:
    """Print what the profile says itself; what it leaves open is as in the one it extends."""
    from textwrap import TextWrapper

    wrapper = TextWrapper(console.width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    for title, lines in [*_about(chain[0]), *_words(chain[0]), *_sources(chain)]:
        console.print(wrapper.fill(title), style="bold", soft_wrap=True)
        for line in lines:
            console.print(wrapper.fill(f"  {line}"), soft_wrap=True)


def _about(own: Profile) -> Iterator[tuple[str, list[str]]]:
    """Titles with the lines below them: what regime it is, and how a report of it is recognised and read."""
    from scrutiny.regimes import compiled

    yield f"{own.id}: {own.name}", [f"version {own.version}{_period(own.valid_from, None)}"]
    if own.body:
        yield "Inspecting body", [own.body]
    if own.clues:
        clues = [f"{clue.weight:g}: {clue.phrase} ({', '.join(clue.where)})" for clue in own.clues]
        yield f"Recognised by phrases that weigh {own.needed:g} together", clues
    if fields := sorted({field for finder in compiled((own,)).patterns for field in finder.fields}):
        yield "Metadata it has patterns for", [", ".join(fields)]
    if own.addressee:
        yield "A demand that names nobody is to", [own.addressee]


def _words(own: Profile) -> Iterator[tuple[str, list[str]]]:
    """Titles with the lines below them: what its headings, labels, grades and words mean."""
    if lines := [f"{heading.means}: {heading.pattern}" for heading in own.headings]:
        yield "What stands under a heading (regular expression)", lines
    if lines := [f"{label.kind}: {', '.join(label.names)}" for label in own.labels]:
        yield "Kinds of demand, by its own names", lines
    if lines := [f"{given.force}: {', '.join(given.phrases)}" for given in own.obligations]:
        yield "Words of obligation", lines
    if lines := [
        ", ".join((grade.name, *grade.synonyms)) + _period(grade.valid_from, grade.valid_to)
        for grade in own.grades.scale
    ]:
        yield "Grades, best first, and of several scales the newest first", lines
    if lines := [named.name + _period(named.valid_from, named.valid_to) for named in own.grades.judgements]:
        yield "Judgements", lines
    if lines := [
        f"{words.low:.0%} to {words.high:.0%}: {', '.join(words.phrases)}"
        for words in own.quantifiers.scale
        if words.low is not None and words.high is not None
    ]:
        yield f"Words of quantity{_period(own.quantifiers.valid_from, own.quantifiers.valid_to)}", lines


def _sources(chain: tuple[Profile, ...]) -> Iterator[tuple[str, list[str]]]:
    """Titles with the lines below them: where the profile is from, and what it builds on."""
    for verified, title in ((True, "Sources"), (False, "Not verified")):
        if lines := [
            f"{', '.join(given.about)}: {given.source}"
            + (f" ({given.year})" if given.year else "")
            + (f": {given.note}" if given.note else "")
            + (f" {given.address}" if given.address else "")
            for given in chain[0].sources
            if given.verified is verified
        ]:
            yield title, lines
    if len(chain) > 1:
        yield "Everything else as in", [", ".join(profile.id for profile in chain[1:])]


def _period(since: date | None, until: date | None) -> str:
    """A period as it is put behind a name."""
    return (f", from {since}" if since else "") + (f", to {until}" if until else "")
