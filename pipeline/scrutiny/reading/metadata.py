"""What a report says about itself: its regime, and its metadata with the place each value was printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from types import MappingProxyType

from scrutiny.dates import days_of
from scrutiny.reading.grades import find_grades
from scrutiny.regimes import GENERAL, Finder, Regime, fold, named, profiles, regime
from scrutiny.report import Block, BlockKind, Report

#: No more of a block is searched, in characters: facts stand in short blocks, and time is bounded.
_SEARCHED = 600
#: The pages whose text tells the regime; how many blocks count as a page in formats without pages; and a bound.
_OPENING_PAGES, _BLOCKS_A_PAGE, _MOST_PLACES = 3, 25, 400
#: How much of the end of a report may tell its regime, in characters.
_CLOSING = 3_000
#: How far before a match its pattern's ``unless`` looks, in characters.
_BEFORE = 60
_LONGEST_VALUE = 200
_DATES = frozenset({"inspection_dates", "publication_date"})
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


@dataclass(frozen=True, slots=True)
class _Place:
    """A block of the first pages: the page, and the part of its text that is searched, as it is and folded."""

    block: Block
    page: int
    text: str
    folded: str
    has_year: bool


@dataclass(frozen=True, slots=True)
class _Fact:
    """A value, and where it was printed."""

    value: str
    span: tuple[int, int] | None = None


def describe(report: Report, *, given: str | None = None) -> Report:
    """``report`` with its grades and its metadata, as far as the profile of its regime finds them.

    The regime is the one whose id is ``given``, else the one recognised; ``regime_evidence`` says by what. A title
    found in the text replaces that of the file's properties; every other value the reader gave stays.

    Raises:
        ConfigError: there is no regime of that id, or a profile is not valid.
    """
    places = list(_places(report))
    kind, evidence = (named(given), "given") if given else recognise(report, places)
    facts = {name: _Fact(value) for name, value in report.metadata.items()}
    if kind.id != GENERAL:
        facts["regime_evidence"] = _Fact(evidence)
    for name, fact in _facts(places, kind).items():
        if name == "title" or name not in facts:
            facts[name] = fact
    for name in ("title", "inspecting_body"):
        if name in facts and facts[name].span is None:
            facts[name] = replace(facts[name], span=_printed(facts[name].value, places))
    return replace(
        report,
        metadata=MappingProxyType({name: facts[name].value for name in sorted(facts)}),
        metadata_spans=MappingProxyType({name: span for name in sorted(facts) if (span := facts[name].span)}),
        grades=report.grades or find_grades(report, kind),
    )


def described_as(report: Report, given: str) -> Report:
    """``report``, which was described before, as :func:`describe` describes it under the regime whose id is ``given``.

    What was found in the text makes way; what came from the file's properties or from a manifest stays. A title stays
    until another is found.

    Raises:
        ConfigError: there is no regime of that id, or a profile is not valid.
    """
    before = profiles().get(report.metadata.get("regime", GENERAL), ())
    followed = {"regime", "regime_name", "regime_evidence"}
    if before and report.metadata.get("inspecting_body") == before[0].body:
        followed.add("inspecting_body")
    kept = {
        name: value
        for name, value in report.metadata.items()
        if name == "title" or not (name in followed or name in report.metadata_spans)
    }
    return describe(replace(report, metadata=kept, metadata_spans={}, grades=()), given=given)


def recognise(report: Report, places: Sequence[_Place]) -> tuple[Regime, str]:
    """The regime of ``report``, that with most clues, and the clues; the general one where none has enough."""
    opening = [place for place in places if place.page <= _OPENING_PAGES]
    where = {
        "text": "\n".join(place.folded for place in opening if place.block.kind is not BlockKind.FURNITURE),
        "furniture": "\n".join(place.folded for place in opening if place.block.kind is BlockKind.FURNITURE),
        "closing": fold(report.text[-_CLOSING:]),
        "metadata": fold(f"{report.title}\n{report.metadata.get('author', '')}"),
        "path": fold(PurePath(report.source.path).name),
    }
    best, most, evidence = GENERAL, 0.0, ""
    for name, (profile, *_) in sorted(profiles().items()):
        seen = [clue for clue in profile.clues if any(clue.phrase in where[part] for part in clue.where)]
        weight = sum(clue.weight for clue in seen)
        if weight >= profile.needed and weight > most:
            best, most, evidence = name, weight, "; ".join(clue.phrase for clue in seen)
    return regime(best), evidence


def _places(report: Report) -> Iterator[_Place]:
    """The blocks of the pages that any pattern may search."""
    for index, block in enumerate(report.blocks[:_MOST_PLACES]):
        if block.kind is not BlockKind.CONTENTS:
            text = block.text[:_SEARCHED]
            yield _Place(block, block.page or 1 + index // _BLOCKS_A_PAGE, text, fold(text), bool(_YEAR.search(text)))


def _facts(places: Sequence[_Place], regime: Regime) -> dict[str, _Fact]:
    """What the patterns of ``regime`` find, and what follows from the regime itself."""
    facts: dict[str, _Fact] = {}
    for finder in regime.patterns:
        if not facts.keys() >= set(finder.fields):
            for name, fact in _search(finder, places, regime).items():
                facts.setdefault(name, fact)
    if dates := facts.get("inspection_dates"):
        days = days_of(dates.value, order=regime.dates)
        if days:
            facts["inspection_start"], facts["inspection_end"] = (_Fact(day, dates.span) for day in days)
    if regime.body:
        facts.setdefault("inspecting_body", _Fact(regime.body))
    if regime.id != GENERAL:
        facts["regime"], facts["regime_name"] = _Fact(regime.id), _Fact(regime.name)
    return facts


def _search(finder: Finder, places: Sequence[_Place], regime: Regime) -> dict[str, _Fact]:
    """The first match of ``finder``, by the names of its groups."""
    dated = any(name in _DATES for name in finder.fields)
    for index, place in enumerate(places):
        if (
            place.page > (finder.pages or place.page)
            or place.block.kind not in finder.kinds
            or (finder.longest and len(place.block.text) > finder.longest)
            or (dated and not place.has_year)
            or (finder.mentions and not any(phrase in place.folded for phrase in finder.mentions))
        ):
            continue
        match = finder.search.search(place.text)
        if match and _holds(finder, match, places, index):
            facts = {name: fact for name in match.groupdict() if (fact := _fact(name, match, place.block, regime))}
            if facts:
                return facts
    return {}


def _holds(finder: Finder, match: re.Match[str], places: Sequence[_Place], index: int) -> bool:
    """Whether the block and its neighbours are as ``finder`` wants them."""
    block = places[index].block
    before = places[index - 1].text if index else ""
    after = places[index + 1].text if index + 1 < len(places) else ""
    return (
        (finder.under is None or any(finder.under.search(heading) for heading in block.section_path))
        and (finder.previous is None or bool(finder.previous.search(before)))
        and (finder.next is None or bool(finder.next.search(after)))
        and (
            finder.unless is None
            or not finder.unless.search(match.string[max(match.start() - _BEFORE, 0) : match.end()])
        )
    )


def _fact(name: str, match: re.Match[str], block: Block, regime: Regime) -> _Fact | None:
    """The value of a group, without the punctuation around it; None where there is none, or no such date."""
    if not match[name]:
        return None
    printed = match[name].strip(" ,;:|")
    printed = printed if printed.count(".") > 1 else printed.rstrip(".")  # "Acme Inc." loses its stop, "U.S.A." not
    if not printed or len(printed) > _LONGEST_VALUE:
        return None
    start = block.start + match.start(name) + match[name].index(printed)
    value = printed
    if name == "publication_date":
        days = days_of(printed, order=regime.dates)
        if days is None:
            return None
        value = days[0]
    return _Fact(value, (start, start + len(printed)))


def _printed(value: str, places: Sequence[_Place]) -> tuple[int, int] | None:
    """Where ``value`` first stands in the first pages; the headings are looked through first."""
    for place in sorted(places, key=lambda place: place.block.kind is not BlockKind.HEADING):
        at = place.text.find(value) if place.page <= _OPENING_PAGES else -1
        if at >= 0:
            return place.block.start + at, place.block.start + at + len(value)
    return None
