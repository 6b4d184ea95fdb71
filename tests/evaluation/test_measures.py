"""Measures of confidence, agreement, prevalence and comparison against second implementations."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import binomtest
from sklearn import metrics as reference

from scrutiny.evaluation.agreement import alpha, kappa, of_class
from scrutiny.evaluation.comparison import compare, mcnemar
from scrutiny.evaluation.confidence import (
    LEAST_RECALL,
    average_precision,
    precision_at_recall,
    reliability,
    risk_coverage,
)
from scrutiny.evaluation.metrics import tables
from scrutiny.evaluation.prevalence import adjusted

_LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=1, max_size=30),
)
def test_average_precision_with_ties_and_weights(rows: list[tuple[int, bool, int]]) -> None:
    scores, positive, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = average_precision(scores / 5, positive, weights[None])[0]
    if (weights * positive).sum() == 0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(reference.average_precision_score(positive, scores, sample_weight=weights))


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=1, max_size=30),
)
def test_precision_at_a_recall_is_the_best_of_the_curve(rows: list[tuple[int, bool, int]]) -> None:
    scores, positive, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = precision_at_recall(scores / 5, positive, weights[None])[0]
    if (weights * positive).sum() == 0:
        assert np.isnan(found)
    else:
        precision, recall, _ = reference.precision_recall_curve(positive, scores, sample_weight=weights)
        assert found == pytest.approx(precision[recall >= LEAST_RECALL].max())


def test_the_risk_coverage_curve_is_the_error_of_what_is_accepted() -> None:
    generator = np.random.default_rng(0)
    confidence, right = generator.integers(1, 20, size=60) / 20, (generator.random(60) < 0.7).astype(float)
    curve, area = risk_coverage(confidence, right)
    for one in curve:
        accepted = confidence >= one.threshold
        assert one.coverage == pytest.approx(accepted.mean())
        assert one.error == pytest.approx(1 - right[accepted].mean())
    # The error at each sentence's own confidence, on average.
    assert area == pytest.approx(np.mean([1 - right[confidence >= own].mean() for own in confidence]))


def test_bins_of_a_reliability_diagram_hold_every_sentence_once() -> None:
    bins = reliability(np.array([0.0, 0.25, 0.29, 0.3, 1.0]), np.array([0.0, 1.0, 0.0, 1.0, 1.0]))
    assert [(one.low, one.n, one.accuracy) for one in bins] == [(0.0, 1, 0), (0.2, 2, 0.5), (0.3, 1, 1), (0.9, 1, 1)]


@given(_LABELS)
def test_kappa_and_alpha(pairs: list[tuple[int, int]]) -> None:
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    table = tables(first, second, np.zeros(len(first), dtype=int), 1)[0]
    if len(set(first) | set(second)) > 1:
        assert kappa(table) == pytest.approx(reference.cohen_kappa_score(first, second))
        assert alpha(table) == pytest.approx(_alpha(pairs))
    for number in range(4):
        one = of_class(table, number)
        if len({*(first == number), *(second == number)}) > 1:
            assert kappa(one) == pytest.approx(reference.cohen_kappa_score(first == number, second == number))


def _alpha(pairs: list[tuple[int, int]]) -> float:
    """Krippendorff's alpha by its definition: disagreement observed over that of all pairs of values."""
    values = [value for pair in pairs for value in pair]
    observed = np.mean([first != second for first, second in pairs])
    return float(1 - observed / np.mean([first != second for first, second in itertools.permutations(values, 2)]))


def test_adjusted_counts_solve_the_equations_where_they_can_be_solved() -> None:
    generator = np.random.default_rng(2)
    rates = generator.dirichlet(np.ones(4), size=(50, 4)) * 0.4 + 0.6 * np.eye(4)
    shares = generator.dirichlet(np.ones(4) * 4, size=50)
    seen = np.einsum("rg,rgp->rp", shares, rates)
    assert adjusted(seen, rates) == pytest.approx(
        np.linalg.solve(np.swapaxes(rates, 1, 2), seen[..., None])[..., 0], abs=1e-4
    )
    assert adjusted(seen, rates) == pytest.approx(shares, abs=1e-4)


def test_adjusted_counts_are_the_likeliest_where_the_equations_have_no_possible_solution() -> None:
    rates = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7]])
    seen = np.array([0.9, 0.06, 0.04])
    assert (np.linalg.solve(rates.T, seen) < 0).any()

    def cost(free: np.ndarray) -> float:
        shares = np.exp(free) / np.exp(free).sum()
        return float(-(seen * np.log(shares @ rates)).sum())

    best = minimize(cost, np.zeros(3), method="Nelder-Mead", options={"maxiter": 4000, "fatol": 1e-12})
    expected = np.exp(best.x) / np.exp(best.x).sum()
    assert adjusted(seen, rates) == pytest.approx(expected, abs=0.01)


def test_a_class_that_is_not_in_the_labelled_data_is_absent_and_alike_classes_stay_as_seen() -> None:
    rates = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [np.nan] * 3])
    assert adjusted(np.array([0.55, 0.45, 0.0]), rates) == pytest.approx([0.5, 0.5, 0], abs=1e-4)
    assert adjusted(np.array([0.7, 0.3]), np.full((2, 2), 0.5)) == pytest.approx([0.7, 0.3], abs=0.01)


def test_adjusted_counts_follow_a_shift_that_plain_counts_miss() -> None:
    generator = np.random.default_rng(3)
    rates = np.array([[0.9, 0.1], [0.25, 0.75]])
    truth = (generator.random(4000) < 0.15).astype(int)
    said = (generator.random(4000) < rates[truth, 1]).astype(int)
    corrected = adjusted(np.bincount(said) / 4000, rates)[1]
    assert abs(corrected - truth.mean()) < 0.02 < abs(said.mean() - truth.mean())


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_a_binomial_test(first: int, second: int) -> None:
    expected = binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("difference", "answer"),
    [(0.2, "a is better than b ("), (-0.2, "b is better than a ("), (0.0, "These data do not tell which of a and b")],
)
def test_the_answer_of_a_comparison_follows_from_its_interval(difference: float, answer: str) -> None:
    noise = np.random.default_rng(0).normal(scale=0.02, size=1000)
    values = ({"macro_f1": 0.5 + difference, "accuracy": 0.6}, {"macro_f1": 0.5, "accuracy": 0.6})
    drawn = tuple({name: of + noise * (at + 1) for name, of in one.items()} for at, one in enumerate(values))
    right = np.array([True, True, False]), np.array([True, False, False])
    found = compare(("a", "b"), values, drawn, right, (30, "group"))  # type: ignore[arg-type]
    assert found.answer.startswith(answer)
    assert (found.first_only, found.second_only) == (1, 0)
    assert "95 % interval" in found.answer
    assert "30 groups" in found.answer
