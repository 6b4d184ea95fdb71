"""Measures of how far a score can be believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scrutiny.evaluation.metrics import Floats, Ints, ratio

#: Equally wide bins of confidence (Naeini et al. 2015).
BINS = 10
#: The recall at which precision is told besides.
LEAST_RECALL = 0.95

#: Points of a risk-coverage curve that are kept.
_POINTS = 100


@dataclass(frozen=True, slots=True)
class Bin:
    """Sentences with a confidence from ``low`` to ``high``: how many, how sure on average, what share right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Risk:
    """Of the sentences with at least the confidence ``threshold``: their share of all, and the share of them wrong."""

    threshold: float
    coverage: float
    error: float


def bins_of(confidence: Floats) -> Ints:
    """The number of the bin of each confidence."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def calibration_error(n: Floats, confidence: Floats, right: Floats) -> Floats:
    """Expected calibration error, shape (...), of the sums over the sentences in each bin, shape (..., bins)."""
    return ratio(np.abs(confidence - right).sum(axis=-1), n.sum(axis=-1))


def brier(scores: Floats, gold: Ints) -> Floats:
    """Brier's score of each sentence, 0 to 2: squared distances of the scores, (n, roles), to the gold role, added up.

    As Brier (1950) put it; halves of it are given elsewhere.
    """
    wrong = scores.copy()
    wrong[np.arange(len(gold)), gold] -= 1
    of_each: Floats = np.square(wrong).sum(axis=1)
    return of_each


def average_precision(score: Floats, positive: Floats, weights: Floats) -> Floats:
    """Average precision, shape (rounds,), as scikit-learn defines it: precision at each score, weighted by new recall.

    Args:
        score: of each sentence, (n,).
        positive: 1 for the sentences that have the role, else 0, (n,).
        weights: how often each sentence counts, (rounds, n).
    """
    hits, given = _found_from(score, positive, weights)
    gained = np.diff(hits, axis=1, prepend=0.0)
    return ratio((gained * np.nan_to_num(ratio(hits, given))).sum(axis=1), hits[:, -1])


def precision_at_recall(score: Floats, positive: Floats, weights: Floats, least: float = LEAST_RECALL) -> Floats:
    """The best precision that a threshold with a recall of at least ``least`` gives, shape (rounds,); NaN where no
    sentence has the role. The other arguments are those of :func:`average_precision`."""
    hits, given = _found_from(score, positive, weights)
    all_found = hits[:, -1:]
    enough = hits >= least * all_found
    best: Floats = np.where(enough, ratio(hits, given), 0.0).max(axis=1)
    return np.where(all_found[:, 0] > 0, best, np.nan)


def _found_from(score: Floats, positive: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """How many sentences with the role, and how many in all, have each score that occurs or a higher one, by falling
    score: (rounds, scores) each."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    ordered = weights[:, order]
    return (ordered * positive[order]).cumsum(axis=1)[:, ends], ordered.cumsum(axis=1)[:, ends]


def reliability(confidence: Floats, right: Floats) -> tuple[Bin, ...]:
    """The bins of a reliability diagram that hold any sentence."""
    bins = bins_of(confidence)
    return tuple(
        Bin(
            low=number / BINS,
            high=(number + 1) / BINS,
            n=int((bins == number).sum()),
            confidence=float(confidence[bins == number].mean()),
            accuracy=float(right[bins == number].mean()),
        )
        for number in sorted(set(bins.tolist()))
    )


def risk_coverage(confidence: Floats, right: Floats) -> tuple[tuple[Risk, ...], float]:
    """The risk-coverage curve, by falling threshold, and the area under it (Geifman and El-Yaniv 2017).

    The area is the mean error over all coverages: 0 is best, the plain error that of a confidence that says nothing.
    """
    order = np.argsort(-confidence, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(confidence[order]) != 0, True))
    accepted = ends + 1.0
    wrong = (1 - right[order]).cumsum()[ends]
    error = wrong / accepted
    area = float((error * np.diff(accepted, prepend=0.0)).sum() / len(confidence))
    kept = np.unique(np.linspace(0, len(ends) - 1, min(_POINTS, len(ends))).round().astype(int))
    curve = tuple(
        Risk(float(confidence[order][ends[at]]), float(accepted[at] / len(confidence)), float(error[at])) for at in kept
    )
    return curve, area
