"""Records against the gold of whole reports, from the original file, and which stage is to blame for what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from scrutiny.evaluation.alignment import Place, Words, align, common, words_of
from scrutiny.evaluation.documents import FIELDS, GoldRecord, GoldReport
from scrutiny.evaluation.intervals import Estimate, draws, estimate, point
from scrutiny.evaluation.metrics import Floats, ratio
from scrutiny.evaluation.predict import System
from scrutiny.pipeline import assemble
from scrutiny.report import Attributes, Record, Report, Role
from scrutiny.roles.classifier import units_of

#: Share of a unit's words that must be in the text for it to count as read.
READ = 0.9

#: Words in common, of those in either, from which a sentence is the unit.
SAME = 0.9

#: Words in common, of those in either, above which two records overlap: over a half, no record can overlap two others.
OVERLAP = 0.5

#: The roles that make records.
RECORD_ROLES = (Role.FINDING, Role.STRENGTH, Role.RECOMMENDATION)

_Span = tuple[int, int]


class Stage(StrEnum):
    """Where a record went wrong: the first stage that did not do its part."""

    READING = "not read"
    SPLITTING = "badly split"
    ROLE = "wrong role"
    GROUPING = "wrong grouping"


@dataclass(frozen=True, slots=True)
class RoleCounts:
    """Records of a role in a report, by the labels and as found."""

    report: str
    role: Role
    labelled: int
    found: int


@dataclass(frozen=True, slots=True)
class Blame:
    """Records that went wrong by a stage: gold ones without their equal, and found ones without theirs."""

    missed: int
    spurious: int


@dataclass(frozen=True, slots=True)
class RecordLevel:
    """How well a system finds the records of whole reports; intervals are by bootstrap over reports.

    What there is nothing of to measure is not among ``measures``.
    """

    reports: int
    labelled: int
    found: int
    measures: dict[str, Estimate]
    counts: tuple[RoleCounts, ...]
    blame: dict[Stage, Blame]


def with_records(report: Report, system: System) -> Report:
    """A split report with what ``system`` says of its sentences, and the records that follow."""
    predictions = system.predict(list(units_of(report, passage="report")))
    sentences = tuple(
        replace(sentence, prediction=prediction)
        for sentence, prediction in zip(report.sentences, predictions, strict=True)
    )
    return assemble(replace(report, sentences=sentences))


def record_level(gold: Sequence[GoldReport], reports: Sequence[Report], *, rounds: int, seed: int) -> RecordLevel:
    """Compare the records of ``reports`` with ``gold``, one for one."""
    compared = [_Comparison(one, report) for one, report in zip(gold, reports, strict=True)]
    tallies = [Counter[str]() for _ in compared]
    for tally, of_one in zip(tallies, compared, strict=True):
        for key, count in of_one.tally():
            tally[key] += count
    keys = sorted({key for tally in tallies for key in tally})
    table = np.array([[tally[key] for key in keys] for tally in tallies], dtype=np.float64)

    def statistic(weights: Floats) -> Mapping[str, Floats]:
        return _measures(dict(zip(keys, (weights @ table).T, strict=True)))

    values = point(statistic, len(gold))
    drawn = draws(statistic, len(gold), rounds=rounds, seed=seed)
    totals = dict(zip(keys, table.sum(axis=0).astype(int).tolist(), strict=True))
    return RecordLevel(
        reports=len(gold),
        labelled=totals.get("exact.gold", 0),
        found=totals.get("exact.found", 0),
        measures={name: estimate(value, drawn[name]) for name, value in values.items() if not np.isnan(value)},
        counts=tuple(count for of_one in compared for count in of_one.counts()),
        blame={
            stage: Blame(totals.get(f"blame.{stage}.missed", 0), totals.get(f"blame.{stage}.spurious", 0))
            for stage in Stage
        },
    )


def _measures(counts: Mapping[str, Floats]) -> dict[str, Floats]:
    """Measures, (rounds,) each, of counts by name: of X.hits, X.gold and X.found, and of X.right and X.of."""
    measures: dict[str, Floats] = {}
    for key, hits in counts.items():
        name, _, kind = key.rpartition(".")
        if kind == "hits":
            there, found = counts[f"{name}.gold"], counts[f"{name}.found"]
            measures[f"{name}.precision"] = ratio(hits, found)
            measures[f"{name}.recall"] = ratio(hits, there)
            measures[f"{name}.f1"] = ratio(2 * hits, there + found)
        elif kind == "right":
            measures[name] = ratio(hits, counts[f"{name}.of"])
    return measures


class _Comparison:
    """One report: everything as spans of its words."""

    def __init__(self, gold: GoldReport, report: Report) -> None:
        self.gold, self.report = gold, report
        text = Words(report.text)
        aligned = align(text, [unit.text for unit in gold.units])
        self.places: dict[int, Place | None] = {
            unit.n: place for unit, place in zip(gold.units, aligned, strict=True) if unit.n is not None
        }
        self.units = {unit.n: unit for unit in gold.units if unit.n is not None and unit.role is not None}
        self.sentences = [text.within(sentence.start, sentence.end) for sentence in report.sentences]
        self.found = [text.within(record.start, record.end) for record in report.records]
        self.expected = [self._span(record) for record in gold.records]
        #: For each gold record the number of the found one with exactly, and with mostly, its words and its role.
        self.exact = [self._match(number, 1.0) for number in range(len(gold.records))]
        self.overlapping = [self._match(number, OVERLAP) for number in range(len(gold.records))]

    def _span(self, record: GoldRecord) -> _Span | None:
        places = [self.places[n] for n in record.units]
        known = [place for place in places if place is not None and place.share >= READ]
        return (min(p.first for p in known), max(p.last for p in known)) if len(known) == len(places) else None

    def _match(self, number: int, least: float) -> int | None:
        span, role = self.expected[number], self.gold.records[number].role
        for index, (there, record) in enumerate(zip(self.found, self.report.records, strict=True)):
            if span is not None and record.role is role and (span == there or common(span, there) > least):
                return index
        return None

    def tally(self) -> Iterator[tuple[str, int]]:
        """Counts by name, which add up within a report and over reports."""
        for kind, matches in (("exact", self.exact), ("overlap", self.overlapping)):
            yield from _hits(kind, [match is not None for match in matches], len(self.report.records))
            for role in RECORD_ROLES:
                of_role = [m is not None for m, r in zip(matches, self.gold.records, strict=True) if r.role is role]
                found = sum(record.role is role for record in self.report.records)
                yield from _hits(f"{kind}.{role}", of_role, found)
        yield from self._sentences()
        yield from self._places()
        yield from self._fields()
        yield from self._links()
        yield from self._blame()

    def counts(self) -> Iterator[RoleCounts]:
        """Records by role."""
        for role in RECORD_ROLES:
            labelled = sum(record.role is role for record in self.gold.records)
            yield RoleCounts(self.gold.name, role, labelled, sum(r.role is role for r in self.report.records))

    def _sentences(self) -> Iterator[tuple[str, int]]:
        """Units found as a sentence and with their role, and beginnings of sentences."""
        found = {n: self._sentence(n) for n in self.units}
        yield "sentences.found.of", len(found)
        yield "sentences.found.right", sum(index is not None for index in found.values())
        yield "sentences.found_with_role.of", len(found)
        right = [
            n
            for n, index in found.items()
            if index is not None and self.report.sentences[index].role is self.units[n].role
        ]
        yield "sentences.found_with_role.right", len(right)
        places = [place for n in self.units if (place := self.places[n]) is not None and place.share >= READ]
        begins = {place.first for place in places}
        # Where nothing is labelled, nobody can say what a beginning is worth.
        inside = {word for place in places for word in range(place.first, place.last)}
        said = {first for first, last in self.sentences if first in inside and last > first}
        yield "boundary.gold", len(begins)
        yield "boundary.found", len(said)
        yield "boundary.hits", len(begins & said)

    def _sentence(self, n: int) -> int | None:
        """The sentence that is the unit ``n``."""
        place = self.places[n]
        if place is None or place.share < READ:
            return None
        shares = [common((place.first, place.last), span) for span in self.sentences]
        best = int(np.argmax(shares)) if shares else 0
        return best if shares and shares[best] >= SAME else None

    def _places(self) -> Iterator[tuple[str, int]]:
        """Page and heading of the records that overlap their gold."""
        pairs = [
            (g, self.report.records[m])
            for g, m in zip(self.gold.records, self.overlapping, strict=True)
            if m is not None
        ]
        paged = [
            (g.page, self.report.pages(self.report.sentences[r.sentences[0]])) for g, r in pairs if g.page is not None
        ]
        if any(pages for _, pages in paged):
            yield "page.of", len(paged)
            yield "page.right", sum(bool(pages) and pages[0] == page for page, pages in paged)
        headed = [(g.heading, self._heading(record)) for g, record in pairs if g.heading]
        yield "section.of", len(headed)
        yield "section.right", sum(words_of(there) == words_of(said) for there, said in headed)

    def _heading(self, record: Record) -> str:
        path = self.report.blocks[self.report.sentences[record.sentences[0]].block].section_path
        return path[-1] if path else ""

    def _fields(self) -> Iterator[tuple[str, int]]:
        """Attributes of the recommendations that overlap their gold."""
        for record, match in zip(self.gold.records, self.overlapping, strict=True):
            if record.role is not Role.RECOMMENDATION or match is None:
                continue
            given = self.report.records[match].attributes or Attributes()
            for field in FIELDS:
                accepted = [words_of(value) for value in record.fields[field]] if field in record.fields else []
                attribute = given.deadline.text if field == "deadline" and given.deadline else getattr(given, field)
                said = words_of(getattr(attribute, "value", attribute) or "")
                yield f"field.{field}.of", 1
                yield f"field.{field}.right", int(said in accepted if accepted else not said)

    def _links(self) -> Iterator[tuple[str, int]]:
        """Pairs of a recommendation and a finding it answers."""
        numbers = {n: at for at, record in enumerate(self.gold.records) for n in record.units}
        there = {(at, numbers[n]) for at, r in enumerate(self.gold.records) for n in r.addresses if n in numbers}
        gold_of = {m: at for at, m in enumerate(self.overlapping) if m is not None}
        by_id = {record.id: index for index, record in enumerate(self.report.records)}
        said = [
            (index, by_id[link.record])
            for index, record in enumerate(self.report.records)
            if record.role is Role.RECOMMENDATION
            for link in record.links
        ]
        hits = {(gold_of[a], gold_of[b]) for a, b in said if a in gold_of and b in gold_of} & there
        yield "link.gold", len(there)
        yield "link.found", len(said)
        yield "link.hits", len(hits)

    def _blame(self) -> Iterator[tuple[str, int]]:
        """Every record that went wrong, by stage."""
        for number, match in enumerate(self.exact):
            if match is None:
                yield f"blame.{self._missed(number)}.missed", 1
        for index in set(range(len(self.found))) - {match for match in self.exact if match is not None}:
            yield f"blame.{self._spurious(index)}.spurious", 1

    def _missed(self, number: int) -> Stage:
        """The first stage that kept a gold record from being found."""
        record, span = self.gold.records[number], self.expected[number]
        sentences = set(self.sentences)
        inside = sum(max(0, min(span[1], b) - max(span[0], a)) for a, b in sentences) if span else 0
        if span is None or inside < READ * (span[1] - span[0]):
            return Stage.READING
        exact = [(place.first, place.last) for n in record.units if (place := self.places[n]) is not None]
        if not sentences.issuperset(exact):
            return Stage.SPLITTING
        roles = {self.report.sentences[self.sentences.index(of_unit)].role for of_unit in exact}
        return Stage.GROUPING if roles == {record.role} else Stage.ROLE

    def _spurious(self, index: int) -> Stage:
        """The first stage that made a record for which there is no gold."""
        record = self.report.records[index]
        parts = [self.sentences[sentence] for sentence in record.sentences]
        touched = {
            (place.first, place.last): self.units[n].role
            for n in self.units
            if (place := self.places[n]) is not None and any(common((place.first, place.last), part) for part in parts)
        }
        if not touched:
            return Stage.READING
        if not set(parts) <= set(touched):
            return Stage.SPLITTING
        return Stage.GROUPING if {touched[part] for part in parts} == {record.role} else Stage.ROLE


def _hits(name: str, matched: Sequence[bool], found: int) -> Iterator[tuple[str, int]]:
    yield f"{name}.gold", len(matched)
    yield f"{name}.found", found
    yield f"{name}.hits", sum(matched)
