"""Stage 4, third part: which recommendation answers which finding.

What one says of the other counts first ("see requirement 2", "(paragraphs 30 and 112)"). Where neither does, the words
they share decide, weighed by how rare they are in the report, and whether one stands behind the other in the same
section. The classifier's encoder was tried for meaning and added nothing (``benchmarks/README.md``).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scrutiny.records.fingerprint import stems
from scrutiny.records.references import PLACE, numbers_in
from scrutiny.report import Basis, Link, Record, Report, Role

#: The least score that links by meaning; chosen on two real reports and six of ``corpora/attributes/development``.
LINKED_ABOVE = 0.15
#: A further recommendation is linked too if its score is at least this share of the best one's.
_NEAR_BEST = 0.8
#: What it counts that a recommendation stands in the section of a finding, and how much less for each one between.
_SAME_SECTION, _FURTHER = 0.16, 0.85
#: How much of a score a sentence takes over from the one it goes on from, and how much headings weigh against text.
_TAKEN_OVER, _HEADING = 0.8, 0.3
#: What opens a sentence that speaks of the same as the one before it.
_GOES_ON = re.compile(
    r"(?:this|these|that|those|it|they|such|as a result|in these|in some|for example|however|consequently|therefore|"
    r"of these|routinely|the same|there)\b",
    re.IGNORECASE,
)
_DEMANDS = re.compile(r"(?:recommendation|requirement|area|priority|action|suggestion)", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9a-z]+(?:[./-][0-9a-z]+)*(?:\([0-9a-z]+\))*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reference:
    """Where a report's text refers to the demand or paragraph ``number`` (empty where it gives none)."""

    number: str
    to_demand: bool
    kind: str
    start: int
    end: int


class Linker:
    """Adds the links between results and the recommendations that answer them."""

    requires = ("attributes",)
    adds = ("links",)

    def __call__(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Each report with the links of its records."""
        for report in reports:
            yield replace(report, records=self.predict(report))

    def predict(self, report: Report) -> tuple[Record, ...]:
        """The records of ``report`` with their links, best first."""
        demands = [record for record in report.records if record.role is Role.RECOMMENDATION]
        results = [record for record in report.records if record.role is not Role.RECOMMENDATION]
        pairs: dict[tuple[str, str], Link] = {}
        if demands and results:
            pairs = _explicit(report, results, demands)
            told = {result for result, _ in pairs}
            for result, demand, score in _alike(report, results, demands):
                if result not in told:
                    pairs[result, demand] = Link(demand, score, Basis.INFERRED)
        linked: dict[str, list[Link]] = defaultdict(list)
        for (result, demand), link in pairs.items():
            linked[result].append(link)
            linked[demand].append(replace(link, record=result))
        return tuple(
            replace(record, links=tuple(sorted(linked[record.id], key=lambda link: (-link.score, link.record))))
            for record in report.records
        )


def _explicit(report: Report, results: Sequence[Record], demands: Sequence[Record]) -> dict[tuple[str, str], Link]:
    """The links that the text itself makes, in either direction."""
    numbered: dict[str, list[Record]] = defaultdict(list)
    for demand in demands:
        given = demand.attributes and demand.attributes.number
        if given:
            numbered[_plain(given.value)].append(demand)
    paragraphs: dict[str, list[Record]] = defaultdict(list)
    for result, number in zip(results, _paragraph_numbers(report, results), strict=True):
        paragraphs[number].append(result)
    pairs: dict[tuple[str, str], Link] = {}
    for index, result in enumerate(results):
        for reference in _references(report, result, behind=True):
            if not (reference.to_demand and reference.number):
                continue
            # A reference behind a record holds for the findings right before it in its paragraph too.
            meant = [result] if reference.start < result.end else _run(report, results[: index + 1])
            for demand in _of_kind(numbered[reference.number], reference.kind):
                for one in meant:
                    pairs[one.id, demand.id] = Link(demand.id, 1.0, Basis.EXPLICIT, reference.start, reference.end)
    for demand in demands:
        for reference in _references(report, demand, behind=False):
            if not reference.to_demand and reference.number:
                for result in paragraphs[reference.number]:
                    pairs[result.id, demand.id] = Link(demand.id, 1.0, Basis.EXPLICIT, reference.start, reference.end)
    return pairs


def _run(report: Report, results: Sequence[Record]) -> list[Record]:
    """The last of ``results`` and the findings right before it in the same block."""
    block = report.sentences[results[-1].sentences[0]].block
    run = [results[-1]]
    for result in reversed(results[:-1]):
        if result.role is not Role.FINDING or report.sentences[result.sentences[0]].block != block:
            break
        run.append(result)
    return run


def _references(report: Report, record: Record, *, behind: bool) -> Iterator[_Reference]:
    """The places that a record refers to, itself and, if wanted, in brackets or "See ..." right behind it."""
    spans = [(record.start, record.text)]
    following = record.sentences[-1] + 1
    if behind and following < len(report.sentences):
        sentence = report.sentences[following]
        if re.match(r"[(\[]?see\b", sentence.text, re.IGNORECASE):
            spans.append((sentence.start, sentence.text))
    for at, text in spans:
        for match in PLACE.finditer(text):
            kind = (match["kind"] or match["flagged"] or "").lower()
            for number in numbers_in(match["numbers"] or match["bare"] or ""):
                yield _Reference(
                    _plain(number), bool(_DEMANDS.match(kind)), kind.rstrip("s"), at + match.start(), at + match.end()
                )


def _of_kind(demands: Sequence[Record], kind: str) -> Sequence[Record]:
    """Those of ``demands`` that are called ``kind``; all where none is, for headings do not always say."""
    name = kind.replace("areas", "area").replace(" ", "_")
    named = [d for d in demands if d.attributes and d.attributes.kind and d.attributes.kind.value == name]
    return named or ([] if len(demands) > 1 else demands)


def _paragraph_numbers(report: Report, results: Sequence[Record]) -> list[str]:
    """The number printed before the paragraph of each result, or the last one before it in the same section."""
    in_force: list[tuple[tuple[str, ...], str]] = []
    section: tuple[str, ...] = ()
    number = ""
    for block in report.blocks:
        if block.section_path != section:
            section, number = block.section_path, ""
            heading = re.match(r"[0-9]+(?:\.[0-9]+)*", section[-1]) if section else None
            number = heading.group() if heading else ""
        if any(character.isdigit() for character in block.marker):
            number = _plain(block.marker)
        in_force.append((section, number))
    return [in_force[report.sentences[result.sentences[0]].block][1] for result in results]


def _plain(number: str) -> str:
    """A number for comparison: "R1." as "r1", "(3)" as "3"."""
    found = _NUMBER.search(number)
    return found.group().lower() if found else ""


def _alike(report: Report, results: Sequence[Record], demands: Sequence[Record]) -> Iterator[tuple[str, str, float]]:
    """Results and demands that are about the same, as ids with a score."""
    flagged = {id for result in results if (id := _flagged(result))}
    about = _vectors(report, [*results, *demands])
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, demand in enumerate(demands):
        for word, weight in about[demand.id].items():
            postings[word].append((number, weight))
    before: list[float] = []
    previous: Record | None = None
    for result, scores in zip(results, _nearness(report, results, demands), strict=True):
        for word, weight in about[result.id].items():
            for number, other in postings[word]:
                scores[number] += weight * other
        if previous and _goes_on(report, previous, result):
            scores = [max(own, _TAKEN_OVER * taken) for own, taken in zip(scores, before, strict=True)]
        before, previous = scores, result
        if result.role is not Role.FINDING and not _mixed(report, result):
            continue
        best = max(scores)
        least = 0.0 if result.id in flagged else LINKED_ABOVE
        for number, score in enumerate(scores):
            if score > 0 and score >= max(least, _NEAR_BEST * best):
                yield result.id, demands[number].id, round(min(score, 1.0), 4)


def _nearness(report: Report, results: Sequence[Record], demands: Sequence[Record]) -> list[list[float]]:
    """For each result and each demand what it counts that the demand stands behind it in the same section."""
    sections = [report.blocks[report.sentences[demand.sentences[0]].block].section_path for demand in demands]
    scores = [[0.0] * len(demands) for _ in results]
    for column, (demand, section) in enumerate(zip(demands, sections, strict=True)):
        letter = _letter(demand)
        nearness = _SAME_SECTION
        for row in range(len(results) - 1, -1, -1):
            result = results[row]
            path = report.blocks[report.sentences[result.sentences[0]].block].section_path
            if letter and path and re.match(rf"finding {re.escape(letter)}\b", path[-1], re.IGNORECASE):
                scores[row][column] = _SAME_SECTION
            elif path == section and result.start < demand.start and result.role is Role.FINDING:
                scores[row][column], nearness = nearness, nearness * _FURTHER
    return scores


def _letter(demand: Record) -> str:
    """The name of the finding that a number such as "A.1.b" belongs to."""
    given = demand.attributes and demand.attributes.number
    match = re.match(r"([A-Z])\.[0-9]", given.value) if given else None
    return match[1] if match else ""


def _flagged(result: Record) -> str | None:
    """The id of a result that says, without a number, that a recommendation answers it: "... (Recommendation)"."""
    match = PLACE.search(result.text)
    return result.id if match and match["flagged"] else None


def _mixed(report: Report, result: Record) -> bool:
    """Whether a strength has a shortfall in a clause of its own."""
    return any(
        prediction.second_role is Role.FINDING
        for index in result.sentences
        if (prediction := report.sentences[index].prediction)
    )


def _goes_on(report: Report, previous: Record, result: Record) -> bool:
    """Whether ``result`` speaks of what ``previous``, just before it in the same section, speaks of."""
    first, second = report.sentences[previous.sentences[-1]], report.sentences[result.sentences[0]]
    same = report.blocks[first.block].section_path == report.blocks[second.block].section_path
    return same and result.sentences[0] - previous.sentences[-1] <= 2 and bool(_GOES_ON.match(result.text))


def _vectors(report: Report, records: Sequence[Record]) -> Mapping[str, Mapping[str, float]]:
    """For each record, by id, its stems with weights of unit length: rare ones weigh more, headings less."""
    frequency = Counter(word for sentence in report.sentences for word in set(stems(sentence.text)))
    total = len(report.sentences)
    vectors: dict[str, Mapping[str, float]] = {}
    for record in records:
        counts: Counter[str] = Counter()
        for word in set(stems(record.text)):
            counts[word] += 1.0  # type: ignore[assignment]
        for heading in report.blocks[report.sentences[record.sentences[0]].block].section_path[-1:]:
            for word in set(stems(heading)):
                counts[word] += _HEADING  # type: ignore[assignment]
        weights = {word: count * math.log(1 + total / (1 + frequency[word])) for word, count in counts.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        vectors[record.id] = {word: weight / length for word, weight in weights.items()}
    return vectors
