"""What an output folder holds: counts, themes, what to review and what stands in many reports.

Files are read line by line; what is counted is bounded by lossy counting (Manku and Motwani, 2002,
https://doi.org/10.1016/B978-155860869-6/50038-X): of very many different things the rarest are forgotten.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Generic, TypeVar

from scrutiny.records.fingerprint import stems
from scrutiny.writing.rebuilding import stored_lines, stored_records
from scrutiny.writing.schema import RecordLine, ReportLine

_ROLES = ("finding", "strength", "recommendation")
#: In how many reports a theme and a boilerplate sentence stand at least.
_THEME, _BOILERPLATE = 2, 3
#: Words of a theme at most, and of a boilerplate sentence at least.
_LONGEST, _SHORTEST = 3, 4
#: In what share of its reports a theme is part of a longer one, so that the longer one is told alone.
_PART = 0.8
#: What ends a run of words that a theme may be cut from.
_BREAK = re.compile(r"[^\w\s'’-]+|\s[-–—]\s")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?=-|$)")

_T = TypeVar("_T")


class Frequent(Generic[_T]):
    """Counts in how many reports something stands, and keeps how it was first printed.

    No more than ``most`` different things are remembered. A thing that stands in more than ``forgotten`` reports is
    among them, and its count is short by ``forgotten`` at most.
    """

    def __init__(self, most: int = 250_000) -> None:
        self._most = most
        # Counted, perhaps missed before that, and how it is printed.
        self._seen: dict[_T, tuple[int, int, str]] = {}
        self.forgotten = 0

    def add(self, things: Mapping[_T, str]) -> None:
        """Count the different things of one report, each with how it is printed."""
        for thing, printed in things.items():
            count, missed, first = self._seen.get(thing, (0, self.forgotten, printed))
            self._seen[thing] = count + 1, missed, first
        while len(self._seen) > self._most:
            self.forgotten += 1
            self._seen = {thing: seen for thing, seen in self._seen.items() if seen[0] + seen[1] > self.forgotten}

    def top(self, least: int) -> list[tuple[_T, int, str]]:
        """Things in ``least`` reports or more, the most frequent first: what, in how many, how printed."""
        found = [(thing, count, printed) for thing, (count, _, printed) in self._seen.items() if count >= least]
        return sorted(found, key=lambda one: (-one[1], one[2]))


@dataclass(slots=True)
class Summary:
    """What was counted. ``groups`` are reports and records by regime and year, ``failures`` inputs by error code."""

    read: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    copies: int = 0
    not_classified: int = 0
    pages: int = 0
    sentences: int = 0
    unanswered: int = 0
    unsupported: int = 0
    without_document: int = 0
    groups: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    records: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    in_review: int = 0
    review: list[RecordLine] = field(default_factory=list)
    themes: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    boilerplate: list[tuple[str, int]] = field(default_factory=list)


def summarise(folder: Path, *, top: int = 10) -> Summary:
    """Summarise what ``scrutiny extract`` wrote to ``folder``; lists have ``top`` entries at most.

    Raises:
        DataError: it holds no reports or records, or a line of them is damaged.
    """
    summary = Summary()
    repeated: Frequent[str] = Frequent()
    for line in stored_lines(folder):
        _add_report(summary, line, repeated)
    summary.boilerplate = [(printed, count) for _, count, printed in repeated.top(_BOILERPLATE)[:top]]
    themes: dict[str, Frequent[tuple[str, ...]]] = {role: Frequent() for role in _ROLES}
    summary.review = heapq.nsmallest(
        top, _counted(summary, stored_records(folder), themes), key=lambda record: (record.confidence, record.id)
    )
    summary.themes = {role: list(_best(found, top)) for role, found in themes.items()}
    return summary


def _add_report(summary: Summary, line: ReportLine, repeated: Frequent[str]) -> None:
    if line.status == "failed":
        summary.failures[line.error or "unreadable"] += 1
        return
    if line.status == "duplicate":
        summary.copies += 1
        return
    summary.read += 1
    summary.not_classified += not line.classified
    summary.pages += (line.coverage.pages or 0) if line.coverage else 0
    summary.sentences += line.sentences
    summary.unanswered += len(line.unanswered)
    summary.unsupported += len(line.unsupported)
    group = summary.groups.setdefault((line.metadata.get("regime", ""), _year(line)), Counter())
    group.update({"reports": 1, **line.records})
    if line.document is None:
        summary.without_document += 1
    else:
        text = line.document.text
        texts = (text[sentence.start : sentence.end] for sentence in line.document.sentences)
        repeated.add({_normal(one): one for one in texts if len(one.split()) >= _SHORTEST})


def _counted(
    summary: Summary, records: Iterable[RecordLine], themes: dict[str, Frequent[tuple[str, ...]]]
) -> Iterator[RecordLine]:
    """Count ``records``, which come report by report, and give those that are to be reviewed."""
    for _, of_report in groupby(records, key=lambda record: (record.report.path, record.report.sha256)):
        found: dict[str, dict[tuple[str, ...], str]] = {role: {} for role in _ROLES}
        for record in of_report:
            summary.records[record.role] += 1
            summary.missing.update(record.attributes.missing)
            found[record.role] = {**_themes(record.text), **found[record.role]}
            if record.decision == "review":
                summary.in_review += 1
                yield record
        for role, things in found.items():
            themes[role].add(things)


def _year(line: ReportLine) -> str:
    """The year a report was published in, else that its inspection ended in; empty where neither is known."""
    for name in ("publication_date", "inspection_end"):
        if found := _YEAR.match(line.metadata.get(name, "")):
            return found[0]
    return ""


def _normal(text: str) -> str:
    """``text`` without what differs between printings of one sentence: case, blanks and numbers."""
    return re.sub(r"[0-9]+", "0", " ".join(text.casefold().split()))


def _themes(text: str) -> dict[tuple[str, ...], str]:
    """Two or three content words that stand side by side, by their stems, with how they are printed."""
    found: dict[tuple[str, ...], str] = {}
    for run in _BREAK.split(text):
        words = run.split()
        roots = [stems(word) for word in words]
        for first in range(len(words)):
            for last in range(first + 2, min(first + _LONGEST, len(words)) + 1):
                if all(len(root) == 1 for root in roots[first:last]):
                    stemmed = tuple(root[0] for root in roots[first:last])
                    found.setdefault(stemmed, " ".join(words[first:last]).lower())
    return found


def _best(found: Frequent[tuple[str, ...]], top: int) -> Iterator[tuple[str, int]]:
    """The most frequent themes, without those that are part of another one and stand hardly ever elsewhere."""
    ordered = found.top(_THEME)
    # How often each is part of a longer one.
    within: Counter[tuple[str, ...]] = Counter()
    for theme, count, _ in ordered:
        if len(theme) == _LONGEST:
            for part in (theme[1:], theme[:-1]):
                within[part] = max(within[part], count)
    whole = ((printed, count) for theme, count, printed in ordered if within[theme] < _PART * count)
    return islice(whole, top)


@dataclass(frozen=True, slots=True)
class Table:
    """A part of the summary to be shown: its title, what to know about it, and its cells."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: list[tuple[str | int, ...]]


def tables(summary: Summary) -> list[Table]:
    """The summary as tables, those without rows left out."""
    counts: list[tuple[str | int, ...]] = [
        ("Reports read", summary.read),
        *((f"Inputs failed: {code}", count) for code, count in sorted(summary.failures.items())),
        ("Copies of other reports", summary.copies),
        ("Reports not classified", summary.not_classified),
        ("Pages", summary.pages),
        ("Sentences", summary.sentences),
        *((f"Records: {role}", summary.records[role]) for role in _ROLES),
        ("Records left to review", summary.in_review),
        ("Grave findings that no recommendation answers", summary.unanswered),
        ("Recommendations without stated evidence", summary.unsupported),
        *((f"Recommendations that state no {what}", summary.missing[what]) for what in sorted(summary.missing)),
    ]
    groups: list[tuple[str | int, ...]] = [
        (regime or "not recognised", year or "unknown", group["reports"], *(group[role] for role in _ROLES))
        for (regime, year), group in sorted(summary.groups.items())
    ]
    themes: list[tuple[str | int, ...]] = [
        (role, theme, count) for role in _ROLES for theme, count in summary.themes.get(role, ())
    ]
    review: list[tuple[str | int, ...]] = [
        (f"{record.confidence:.2f}", record.role, _place(record), record.text) for record in summary.review
    ]
    boilerplate: list[tuple[str | int, ...]] = [(count, text) for text, count in summary.boilerplate]
    missing = (
        f" {summary.without_document:,} reports of an earlier version were left out."
        if summary.without_document
        else ""
    )
    found = [
        Table("Counts", "", ("", "Number"), counts),
        Table(
            "By regime and year", "", ("Regime", "Year", "Reports", "Findings", "Strengths", "Recommendations"), groups
        ),
        Table(
            "Themes",
            "Two or three content words side by side, whatever their inflection, by the number of reports in which a "
            "record of the role has them.",
            ("Role", "Theme", "Reports"),
            themes,
        ),
        Table("To review", "Lowest confidence first.", ("Confidence", "Role", "Place", "Text"), review),
        Table(
            "Boilerplate",
            f"Sentences of any role that stand in {_BOILERPLATE} reports or more, whatever their numbers.{missing}",
            ("Reports", "Sentence"),
            boilerplate,
        ),
    ]
    return [table for table in found if table.rows]


def _place(record: RecordLine) -> str:
    return f"{record.report.path}, page {record.pages[0]}" if record.pages else record.report.path


def markdown(shown: Iterable[Table]) -> str:
    """Tables as Markdown. What reports say is no markup."""
    parts = ["# Summary"]
    for table in shown:
        head = [f"## {table.title}", *([table.note] if table.note else [])]
        aligned = ["--:" if isinstance(cell, int) else "---" for cell in table.rows[0]]
        rows = [table.columns, aligned, *(tuple(_cell(cell) for cell in row) for row in table.rows)]
        parts += [*head, "\n".join(f"| {' | '.join(row)} |" for row in rows)]
    return "\n\n".join(parts) + "\n"


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return re.sub(r"([\\`*_\[\]<>|~&#])", r"\\\1", " ".join(value.split()))
