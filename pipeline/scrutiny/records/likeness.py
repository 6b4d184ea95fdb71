"""How likely it is that a recommendation answers a finding that does not name it: by words, meaning and place.

A logistic regression over a few features of each pair, and a second one that sees besides what the first says of all
pairs of the same finding and of the same recommendation: few findings have many answers, and a recommendation that
fits everything answers little. Their coefficients are in ``configs/links.toml``, fitted to labelled reports by
``benchmarks/links.py``: one set for reports whose sentences carry meanings, one for those without. Of the former a
network (:mod:`scrutiny.records.pair_network`) sees all pairs at once, and what it says counts.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError

from scrutiny.errors import ConfigError
from scrutiny.records.fingerprint import stems
from scrutiny.records.pair_network import MOST_PAIRS, pair_network
from scrutiny.report import Record, Report, Role
from scrutiny.resources import configs_folder

Scores = npt.NDArray[np.float64]
"""A number for each result and demand, shape (results, demands)."""

#: How much of its likeness a sentence takes over from the one it goes on from, and how much headings weigh.
_TAKEN_OVER, _HEADING = 0.9, 0.3
#: Of fewer findings than these how many there are tells nothing of each; no labelled report has more than those.
_FEW, _MANY = 20, 75
#: A pair says no more than this for or against others, and all others together no more than that.
_MOST_LOG_ODDS, _CROWDED = 8.0, 3.0
#: So many results on either side are close by, each counting so much of what the nearer one counts.
_NEAR, _FADING = 3, 0.6
#: What the first regression finds less likely than this the second cannot make more likely.
_RULED_OUT = 0.22
#: Of fewer pairs than these not much can be told from the others.
_TELLING = 12
#: What opens a sentence that speaks of the same as the one before it.
_GOES_ON = re.compile(
    r"(?:this|these|that|those|it|they|such|as a result|in these|in some|for example|however|consequently|therefore|"
    r"of these|routinely|the same|there)\b",
    re.IGNORECASE,
)


class Regression(BaseModel):
    """A logistic regression: the weight of each feature."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intercept: float
    weights: dict[str, float]

    def log_odds(self, found: Mapping[str, Scores]) -> Scores:
        """Those of each pair with the features ``found``."""
        total = np.full(found["words"].shape, self.intercept)
        # One feature after the other: of the most pairs there may be, all at once take hundreds of megabytes.
        for name, weight in self.weights.items():
            total += weight * found[name]
        return total


class Coefficients(BaseModel):
    """What was learnt: the two regressions, and from which probability on a pair is linked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: float
    first: Regression
    second: Regression


class Likeness(NamedTuple):
    """How likely each demand answers each result, and from which probability on it is said to."""

    probabilities: Scores
    threshold: float


def likeness(report: Report, results: Sequence[Record], demands: Sequence[Record]) -> Likeness:
    """How likely each of ``demands`` answers each of ``results``.

    Raises:
        ConfigError: the coefficients are not those of the features.
    """
    found = features(report, results, demands)
    if "meaning" not in found or found["meaning"].size > MOST_PAIRS:
        return judged(report, found, results, coefficients()["meaning" if "meaning" in found else "words"])
    network = pair_network()
    seen = of_grid(report, found, results, demands, coefficients()["meaning"])
    if unknown := sorted(set(network.features) - seen.keys()):
        raise ConfigError(
            f"The network for links reads {', '.join(unknown)}, which nobody tells.",
            remedy="Make it again with benchmarks/links.py.",
        )
    table = np.stack([seen[name] for name in network.features], axis=-1)
    return overseen(found, network.log_odds(table), coefficients()["meaning"], network.threshold)


def overseen(found: Mapping[str, Scores], log_odds: Scores, learnt: Coefficients, threshold: float) -> Likeness:
    """What the network says of pairs with the features ``found``, where there are enough of them to tell from."""
    probabilities = _probabilities(log_odds)
    if log_odds.size < _TELLING:
        first = _probabilities(learnt.first.log_odds(found))
        probabilities = np.where(first < _RULED_OUT, np.minimum(first, probabilities), probabilities)
    return Likeness(probabilities, threshold)


def judged(report: Report, found: Mapping[str, Scores], results: Sequence[Record], learnt: Coefficients) -> Likeness:
    """How likely demands answer ``results``, by the features ``found`` of their pairs."""
    log_odds = learnt.first.log_odds(found)
    first = _probabilities(log_odds)
    second = _probabilities(learnt.second.log_odds({**found, **among_others(report, log_odds, results)}))
    # Where a report says little, nothing else fits either: that makes no answer of what does not fit.
    return Likeness(np.where(first < _RULED_OUT, np.minimum(first, second), second), learnt.threshold)


def _probabilities(log_odds: Scores) -> Scores:
    return 1 / (1 + np.exp(-log_odds))


def among_others(report: Report, log_odds: Scores, results: Sequence[Record]) -> Mapping[str, Scores]:
    """The features that :data:`AMONG_OTHERS` adds, by what the first regression says of each pair."""
    odds = np.exp(np.clip(log_odds, -_MOST_LOG_ODDS, _MOST_LOG_ODDS))
    of_findings = odds * np.array([[result.role is Role.FINDING] for result in results])
    others = (
        odds.sum(axis=1, keepdims=True) - odds,
        of_findings.sum(axis=0, keepdims=True) - of_findings,
    )
    crowded = [np.minimum(np.log1p(np.maximum(summed, 0.0)), _CROWDED) for summed in others]
    return dict(zip(AMONG_OTHERS, (*crowded, _near(report, _probabilities(log_odds), results)), strict=True))


def _near(report: Report, probabilities: Scores, results: Sequence[Record]) -> Scores:
    """The sum of what the findings close by in the same section have, each further one counting less."""
    sections = [report.blocks[report.sentences[result.sentences[0]].block].section_path for result in results]
    near = np.zeros_like(probabilities)
    for distance in range(1, _NEAR + 1):
        for row in range(distance, len(results)):
            if sections[row] == sections[row - distance]:
                for one, other in ((row, row - distance), (row - distance, row)):
                    if results[other].role is Role.FINDING:
                        near[one] += _FADING ** (distance - 1) * probabilities[other]
    return near


def of_grid(
    report: Report,
    found: Mapping[str, Scores],
    results: Sequence[Record],
    demands: Sequence[Record],
    learnt: Coefficients,
) -> Mapping[str, Scores]:
    """What the network sees of each pair besides the features ``found``: what the regressions say, and the order."""
    first = learnt.first.log_odds(found)
    others = among_others(report, first, results)
    second = learnt.second.log_odds({**found, **others})
    shape = first.shape
    length = max(1, len(report.text))
    rows, columns = (np.arange(count)[:, None] / max(1, count - 1) for count in shape)
    one, other = (np.array([[record.start / length] for record in records]) for records in (results, demands))
    is_finding = np.array([[float(result.role is Role.FINDING)] for result in results])
    seen = {
        "first": first,
        "second": second,
        "finding": is_finding,
        "ahead": rows - columns.T,  # of the order of results and demands
        "apart": np.abs(rows - columns.T),
        "distance": np.abs(one - other.T),  # in the text
        "behind": (one < other.T).astype(np.float64),  # the demand the result
        "demands": np.full(shape, math.log(shape[1])),
        "results": np.full(shape, math.log(shape[0])),
    }
    return {**found, **others, **{name: np.broadcast_to(scores, shape) for name, scores in seen.items()}}


@cache
def coefficients(path: Path | None = None) -> Mapping[str, Coefficients]:
    """The two sets of coefficients, by name: ``meaning`` and ``words``.

    Raises:
        ConfigError: the file cannot be read, or has others.
    """
    path = path or configs_folder() / "links.toml"
    remedy = "Make it again with benchmarks/links.py."
    try:
        found = {name: Coefficients(**values) for name, values in tomllib.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, TypeError, ValidationError) as error:
        raise ConfigError(f"{path}: not coefficients of links: {error}", remedy=remedy) from None
    for name in ("meaning", "words"):
        wanted = {feature for feature in FEATURES if name == "meaning" or not feature.startswith("meaning")}
        for part, names in (("first", wanted), ("second", {*wanted, *AMONG_OTHERS})):
            if name not in found or getattr(found[name], part).weights.keys() != names:
                told = ", ".join(sorted(names))
                raise ConfigError(f"{path}: [{name}.{part}.weights] has not {told}.", remedy=remedy)
    return found


#: Features by name; those of meaning are there only where every sentence of a record carries one.
FEATURES = (
    "words",  # rare words in common, those of headings less
    "words_under_best",  # how much less than with the demand that fits best
    "words_beside",  # the same of the sentences before and after in the paragraph, whichever fits better
    "words_best",  # 1 where no other result fits the demand better
    "section",  # 1 where the demand comes after the result in the same section
    "findings",  # logarithm of how many there are
    "meaning",  # cosine
    "meaning_under_best",
    "meaning_over_usual",  # how much more than the average result
)
#: What the network sees besides, see :func:`of_grid`.
OF_GRID = ("first", "second", "finding", "ahead", "apart", "distance", "behind", "demands", "results")
#: What the second regression sees besides: how well others fit, 0 where there is nothing else
AMONG_OTHERS = (
    "answered_by_others",  # other demands the result
    "answers_others",  # the demand other findings
    "answers_near",  # the demand findings close by: those that it answers stand together
)


def features(report: Report, results: Sequence[Record], demands: Sequence[Record]) -> Mapping[str, Scores]:
    """What tells whether each of ``demands`` answers each of ``results``, by the names of :data:`FEATURES`."""
    goes_on = [False, *(_goes_on(report, one, other) for one, other in pairwise(results))]
    words = _taken_over(_shared_words(report, results, demands), goes_on)
    best = words.max(axis=0)
    findings = sum(result.role is Role.FINDING for result in results)
    found = {
        "words": words,
        "words_under_best": words - words.max(axis=1, keepdims=True),
        "words_beside": _beside(words, [report.sentences[result.sentences[0]].block for result in results]),
        "words_best": ((words >= best) & (words > 0)).astype(np.float64),
        "section": _in_section(report, results, demands),
        "findings": np.full(words.shape, math.log(min(max(_FEW, findings), _MANY))),
    }
    if (cosines := _cosines(report, results, demands)) is not None:
        meaning = _taken_over(cosines, goes_on)
        found |= {
            "meaning": meaning,
            "meaning_under_best": meaning - meaning.max(axis=1, keepdims=True),
            "meaning_over_usual": cosines - cosines.mean(axis=0),
        }
    return found


def _taken_over(scores: Scores, goes_on: Sequence[bool]) -> Scores:
    """The scores of each result, at least nearly those of the one before where it goes on from that."""
    scores = scores.copy()
    for row in range(1, len(scores)):
        if goes_on[row]:
            scores[row] = np.maximum(scores[row], _TAKEN_OVER * scores[row - 1])
    return scores


def _beside(scores: Scores, blocks: Sequence[int]) -> Scores:
    """The better of the scores of the results right before and after in the same block, 0 where there are none."""
    beside = np.zeros_like(scores)
    for row in range(1, len(scores)):
        if blocks[row] == blocks[row - 1]:
            beside[row] = np.maximum(beside[row], scores[row - 1])
            beside[row - 1] = np.maximum(beside[row - 1], scores[row])
    return beside


def _in_section(report: Report, results: Sequence[Record], demands: Sequence[Record]) -> Scores:
    """1 where a demand stands behind a result in the same section, or has the letter of the finding it is headed by."""
    paths = {record.id: report.blocks[report.sentences[record.sentences[0]].block].section_path for record in results}
    scores = np.zeros((len(results), len(demands)))
    for column, demand in enumerate(demands):
        section = report.blocks[report.sentences[demand.sentences[0]].block].section_path
        letter = _letter(demand)
        for row, result in enumerate(results):
            path = paths[result.id]
            named = letter and path and re.match(rf"finding {re.escape(letter)}\b", path[-1], re.IGNORECASE)
            behind = path == section and result.start < demand.start and result.role is Role.FINDING
            scores[row, column] = bool(named or behind)
    return scores


def _letter(demand: Record) -> str:
    """The name of the finding that a number such as "A.1.b" belongs to."""
    given = demand.attributes and demand.attributes.number
    match = re.match(r"([A-Z])\.[0-9]", given.value) if given else None
    return match[1] if match else ""


def _goes_on(report: Report, previous: Record, result: Record) -> bool:
    """Whether ``result`` speaks of what ``previous``, just before it in the same section, speaks of."""
    first, second = report.sentences[previous.sentences[-1]], report.sentences[result.sentences[0]]
    same = report.blocks[first.block].section_path == report.blocks[second.block].section_path
    return same and result.sentences[0] - previous.sentences[-1] <= 2 and bool(_GOES_ON.match(result.text))


def _shared_words(report: Report, results: Sequence[Record], demands: Sequence[Record]) -> Scores:
    """The cosines of the weighted stems of results and demands."""
    about = _vectors(report, [*results, *demands])
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for column, demand in enumerate(demands):
        for word, weight in about[demand.id].items():
            postings[word].append((column, weight))
    scores = np.zeros((len(results), len(demands)))
    for row, result in enumerate(results):
        for word, weight in about[result.id].items():
            for column, other in postings[word]:
                scores[row, column] += weight * other
    return scores


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
        # In an order of their own: that of a set is another in every process, and sums differ in their last digits.
        weights = {word: counts[word] * math.log(1 + total / (1 + frequency[word])) for word in sorted(counts)}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        vectors[record.id] = {word: weight / length for word, weight in weights.items()}
    return vectors


def _cosines(report: Report, results: Sequence[Record], demands: Sequence[Record]) -> Scores | None:
    """The cosines of the meanings of results and demands, or None where a sentence carries none that compares."""
    meanings = {index: report.sentences[index].meaning for record in (*results, *demands) for index in record.sentences}
    if len({len(meaning or b"") for meaning in meanings.values()} | {0}) != 2 or not all(meanings.values()):
        return None

    def units(records: Sequence[Record]) -> Scores:
        rows = [[np.frombuffer(meanings[index] or b"", np.int8) for index in record.sentences] for record in records]
        sums = np.array([np.sum([_unit(row.astype(np.float64)) for row in of_one], axis=0) for of_one in rows])
        return np.array([_unit(row) for row in sums])

    # Not a matrix product: how that adds up differs with the numbers of rows and threads.
    one, other = units(results), units(demands)
    return np.array([(one * row).sum(axis=1) for row in other]).T


def _unit(vector: Scores) -> Scores:
    return vector / (math.sqrt(float((vector * vector).sum())) or 1.0)
