"""Stage 4, third part: which recommendation answers which finding.

What one says of the other counts first ("see requirement 2", "(paragraphs 30 and 112)"), then layout ("Finding: ...
Recommendation: ..."). Where there is neither, what both are about decides, in words and in meaning, and where they
stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from scrutiny.records.cross_references import MOST_LINKS, cross_references, is_flagged
from scrutiny.records.likeness import Likeness, likeness
from scrutiny.records.printed_pairs import labelled_pairs
from scrutiny.report import Basis, Link, Record, Report, Role

#: How sure a link is that layout makes: 78 of 79 of the labelled reports are right.
LAID_OUT = 0.98
#: A further recommendation is linked too if its probability is at least this share of the best one's.
NEAR_BEST = 0.6
#: So many at most: in the labelled reports no finding is answered by more than three.
MOST_ANSWERS = 5
#: Of a result and a recommendation. Comparing more takes minutes and gigabytes; real reports have far fewer.
MOST_PAIRS = 4_000_000


class Linker:
    """Adds the links between results and the recommendations that answer them."""

    requires = ("attributes",)
    adds = ("links",)

    def __call__(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Each report with the links of its records."""
        for report in reports:
            linked = replace(report, records=self.predict(report))
            notes = list(report.coverage.notes)
            if not _can_compare(*_sides(report)):
                notes.append(
                    "Findings were not compared with recommendations, which are too many: only printed links are told."
                )
            if sum(len(record.links) for record in linked.records) >= 2 * MOST_LINKS:
                notes.append(f"There are more printed links than {MOST_LINKS:,}: further ones are not told.")
            yield replace(linked, coverage=replace(report.coverage, notes=tuple(notes)))

    def predict(self, report: Report) -> tuple[Record, ...]:
        """The records of ``report`` with their links, best first."""
        results, demands = _sides(report)
        pairs: dict[tuple[str, str], Link] = {}
        if demands and results:
            pairs = cross_references(report, results, demands)
            for finding, asked in labelled_pairs(report, report.records):
                pairs.setdefault((finding.id, asked.id), Link(asked.id, LAID_OUT, Basis.INFERRED))
            told = {result for result, _ in pairs}
            like = likeness(report, results, demands) if _can_compare(results, demands) else None
            for row, column, score in inferred(report, results, like) if like else ():
                if results[row].id not in told:
                    id = demands[column].id
                    pairs[results[row].id, id] = Link(id, round(score, 4), Basis.INFERRED)
        linked: dict[str, list[Link]] = defaultdict(list)
        for (result, demand), link in pairs.items():
            linked[result].append(link)
            linked[demand].append(replace(link, record=result))
        return tuple(
            replace(record, links=tuple(sorted(linked[record.id], key=lambda link: (-link.score, link.record))))
            for record in report.records
        )


def _sides(report: Report) -> tuple[list[Record], list[Record]]:
    """The results of a report, and its recommendations."""
    results = [record for record in report.records if record.role is not Role.RECOMMENDATION]
    return results, [record for record in report.records if record.role is Role.RECOMMENDATION]


def _can_compare(results: Sequence[Record], demands: Sequence[Record]) -> bool:
    return len(results) * len(demands) <= MOST_PAIRS


def inferred(report: Report, results: Sequence[Record], like: Likeness) -> Iterator[tuple[int, int, float]]:
    """The pairs of result and demand, by their places, that are likely enough to be linked, with probabilities."""
    for row, (result, scores) in enumerate(zip(results, like.probabilities.tolist(), strict=True)):
        if result.role is not Role.FINDING and not _mixed(report, result):
            continue
        # What says itself that a recommendation answers it is linked to the likeliest one.
        least = max(0.0 if is_flagged(result) else like.threshold, NEAR_BEST * max(scores))
        best = sorted(range(len(scores)), key=lambda column: -scores[column])[:MOST_ANSWERS]
        yield from ((row, column, scores[column]) for column in best if scores[column] >= least)


def _mixed(report: Report, result: Record) -> bool:
    """Whether a strength has a shortfall in a clause of its own."""
    return any(
        prediction.second_role is Role.FINDING
        for index in result.sentences
        if (prediction := report.sentences[index].prediction)
    )
