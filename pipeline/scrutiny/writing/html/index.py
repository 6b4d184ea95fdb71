"""The index of an archive's pages: counts, charts, search and links, from a summary of each report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrutiny.report import Report
from scrutiny.writing.html.page import PLURALS
from scrutiny.writing.html.themes import count
from scrutiny.writing.schema import FailureLine, RecordLine
from scrutiny.writing.telling import names_of

if TYPE_CHECKING:
    from jinja2 import Environment

#: With more records, the index searches reports only.
MAX_RECORDS = 20_000
#: Characters of a record that the index shows.
_QUOTE = 300
#: Bars of a chart.
_BARS = 12
#: The table's columns, and whether they hold numbers.
_COLUMNS = (
    ("Report", False), ("Inspecting body", False), ("Year", False), ("Findings", True), ("Strengths", True),
    ("Recommendations", True), ("To review", True), ("Grave, unanswered", True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """What the index keeps of a report."""

    name: str
    title: str
    path: str
    body: str
    year: str
    pages: int
    roles: Counter[str]
    review: int
    unanswered: int
    classified: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart, made of parts by role, or one that is ``plain``."""

    label: str
    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Its length."""
        return sum(many for _, many in self.parts)


class Index:
    """What is gathered of an archive's reports; the texts of records only as far as they are searched."""

    def __init__(self) -> None:
        self.failures: list[FailureLine] = []
        self._reports: list[Summary] = []
        self._records: list[tuple[int, str, str, int | None, str, str]] = []
        self._many = 0
        self._words: Counter[str] = Counter()

    def add(self, name: str, report: Report, records: Sequence[RecordLine]) -> None:
        """Add the report whose page is called ``name``."""
        date = next(filter(None, map(report.metadata.get, ("publication_date", "inspection_end"))), "")
        number, names = len(self._reports), names_of(records)
        self._reports.append(
            Summary(
                name=name,
                title=report.title or report.source.path,
                path=report.source.path,
                body=report.metadata.get("inspecting_body", ""),
                year=date[:4] if date[:4].isdigit() else "",
                pages=report.coverage.pages or 0,
                roles=Counter(record.role for record in records),
                review=sum(record.decision == "review" for record in records),
                unanswered=len(report.unanswered),
                classified=report.classified,
            )
        )
        count(self._words, (record.text for record in records))
        self._many += len(records)
        if self._many > MAX_RECORDS:
            self._records.clear()
            return
        for record in records:
            page = record.pages[0] if record.pages else None
            self._records.append((number, names[record.id], record.role, page, record.id, record.text[:_QUOTE]))

    def page(self, made: Environment) -> str:
        """The index as HTML."""
        totals = Counter[str]()
        for one in self._reports:
            totals.update(one.roles)
        return made.get_template("index.html").render(
            reports=self._reports,
            failures=self.failures,
            pages=sum(one.pages for one in self._reports),
            totals=totals,
            review=sum(one.review for one in self._reports),
            records=self._records,
            records_shown=self._many <= MAX_RECORDS,
            most_records=MAX_RECORDS,
            columns=_COLUMNS,
            charts=[chart for chart in self._charts(totals) if chart[1]],
        )

    def _charts(self, totals: Counter[str]) -> list[tuple[str, list[Bar], str]]:
        by_role = [Bar(PLURALS[role].capitalize(), ((role, totals[role]),)) for role in PLURALS if totals[role]]
        themes = [(word, many) for word, many in self._words.most_common(200) if 3 <= many <= max(3, self._many // 2)]
        themes.sort(key=lambda theme: (-theme[1], theme[0]))
        return [
            ("Records by role", by_role, "records"),
            ("Records by inspecting body", self._stacked("body", by_size=True), "records"),
            ("Records by year", self._stacked("year", by_size=False), "records"),
            ("Frequent words of records", [Bar(word, (("plain", many),)) for word, many in themes[:_BARS]], "records"),
        ]

    def _stacked(self, field: str, *, by_size: bool) -> list[Bar]:
        """Bars of records by role for each value of ``field`` that any report has; the last gathers all others."""
        counts: dict[str, Counter[str]] = {}
        for one in self._reports:
            counts.setdefault(getattr(one, field) or "not known", Counter()).update(one.roles)
        if set(counts) == {"not known"}:
            return []
        values = sorted(counts, key=lambda value: (-counts[value].total(), value) if by_size else (0, value))
        kept, others = values[:_BARS], values[_BARS:]
        if not by_size:
            kept, others = values[-_BARS:], values[:-_BARS]
        bars = [Bar(value, tuple((role, counts[value][role]) for role in PLURALS)) for value in kept]
        if others:
            rest = sum((counts[value] for value in others), Counter[str]())
            bars.append(Bar(f"{len(others):,} others", tuple((role, rest[role]) for role in PLURALS)))
        return bars
