"""Resampling against a second implementation that resamples sentences one by one."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from evaluation.labelled import sentence
from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation import intervals
from scrutiny.evaluation.answers import Answers
from scrutiny.evaluation.intervals import draws, estimate, groups_of, point
from scrutiny.evaluation.tally import Tally, gold_of
from scrutiny.report import ROLES, Role


def drawn_data(n: int = 200, groups: int = 12) -> tuple[list[LabelledSentence], Answers]:
    generator = np.random.default_rng(5)
    roles = generator.integers(4, size=n)
    seconds = [ROLES[(role + 1) % 4] if generator.random() < 0.2 else None for role in roles]
    sentences = [
        sentence(at, ROLES[role], group=f"g{generator.integers(groups)}", second_role=second)
        for at, (role, second) in enumerate(zip(roles, seconds, strict=True))
    ]
    scores = generator.dirichlet(np.ones(4), size=n) * 0.6 + 0.4 * np.eye(4)[roles]
    scores = scores.round(2)
    given = scores.argmax(axis=1)
    second = np.where(generator.random(n) < 0.3, (given + 1) % 4, -1)
    accepted = scores.max(axis=1) > 0.6
    return sentences, Answers("system", "model", given, second, scores, accepted)


def test_every_measure_in_every_resample_is_that_of_the_resampled_sentences() -> None:
    sentences, answers = drawn_data()
    gold = gold_of(sentences)
    weights = np.random.default_rng(1).integers(3, size=(20, gold.count)).astype(float)
    found = Tally(gold, answers)(weights)
    assert answers.scores is not None
    for at, of_groups in enumerate(weights):
        rows = np.repeat(np.arange(len(sentences)), of_groups[gold.groups.index].astype(int))
        truth, guess, scores = gold.role[rows], answers.role[rows], answers.scores[rows]
        assert found["accuracy"][at] == pytest.approx(reference.accuracy_score(truth, guess))
        assert found["macro_f1"][at] == pytest.approx(reference.f1_score(truth, guess, average="macro"))
        one_hot = np.eye(4)[truth]
        assert found["brier"][at] == pytest.approx(((scores - one_hot) ** 2).sum(axis=1).mean())
        for number, role in enumerate(ROLES):
            own = reference.precision_recall_fscore_support(truth, guess, labels=[number], zero_division=0)
            assert [found[f"{role}.{name}"][at] for name in ("precision", "recall", "f1")] == pytest.approx(
                [values[0] for values in own[:3]]
            )
            expected = reference.average_precision_score(truth == number, scores[:, number])
            assert found[f"{role}.average_precision"][at] == pytest.approx(expected)
        labels, said = np.zeros((len(rows), 4), dtype=int), np.zeros((len(rows), 4), dtype=int)
        for line, row in enumerate(rows):
            labels[line, [role for role in (gold.role[row], gold.second[row]) if role >= 0]] = 1
            said[line, [role for role in (answers.role[row], answers.second[row]) if role >= 0]] = 1
        assert found["multi_label.micro_f1"][at] == pytest.approx(reference.f1_score(labels, said, average="micro"))
        assert found["multi_label.macro_f1"][at] == pytest.approx(reference.f1_score(labels, said, average="macro"))
        assert found["multi_label.exact"][at] == pytest.approx(reference.accuracy_score(labels, said))
        confidence = scores[np.arange(len(rows)), guess]
        error = 0.0
        for low in range(10):
            inside = (np.minimum((confidence * 10).astype(int), 9)) == low
            if inside.any():
                error += inside.mean() * abs((truth == guess)[inside].mean() - confidence[inside].mean())
        assert found["calibration_error"][at] == pytest.approx(error)


def test_resamples_do_not_depend_on_how_many_are_held_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    gold = gold_of(drawn_data()[0])
    whole = draws(lambda weights: {"w": weights @ np.arange(gold.count)}, gold.count, rounds=50, seed=3)["w"]
    monkeypatch.setattr(intervals, "_BUDGET", 40)
    parted = draws(lambda weights: {"w": weights @ np.arange(gold.count)}, gold.count, rounds=50, seed=3)["w"]
    assert whole.tolist() == parted.tolist()


def test_the_interval_of_a_mean_is_that_of_scipy_within_the_error_of_resampling() -> None:
    from scipy.stats import bootstrap

    values = np.random.default_rng(0).normal(size=60)
    drawn = draws(lambda weights: {"mean": (weights @ values) / 60}, 60, rounds=4000, seed=0)["mean"]
    found = estimate(float(values.mean()), drawn)
    expected = bootstrap((values,), np.mean, n_resamples=4000, method="percentile", random_state=1).confidence_interval
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.03)


def test_sentences_of_one_group_widen_the_interval() -> None:
    # Ten groups, each wholly right or wholly wrong: a hundred sentences tell no more than ten.
    rows = [sentence(at, Role.OTHER, group=f"g{at // 10}") for at in range(100)]
    given = np.array([3 if (at // 10) % 2 else 0 for at in range(100)])
    answers = Answers("system", "model", given, np.full(100, -1))

    def width(sentences: list[LabelledSentence]) -> float:
        gold = gold_of(sentences)
        drawn = draws(Tally(gold, answers), gold.count, rounds=500, seed=0)["accuracy"]
        found = estimate(point(Tally(gold, answers), gold.count)["accuracy"], drawn)
        assert found.value == 0.5
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    alone = [sentence(at, Role.OTHER) for at in range(100)]
    assert width(rows) > 2.5 * width(alone)


@pytest.mark.parametrize(
    ("fields", "unit"),
    [
        ({"group": "g", "document": "d", "passage": "p"}, "group"),
        ({"document": "d", "passage": "p"}, "document"),
        ({"passage": "p"}, "passage"),
        ({}, "sentence"),
    ],
)
def test_groups_fall_back_on_what_sentences_share(fields: dict[str, str], unit: str) -> None:
    rows = [
        sentence(at, Role.OTHER, **{name: f"{value}{at // 2}" for name, value in fields.items()}) for at in range(6)
    ]
    groups = groups_of(rows)
    assert groups.unit == unit
    assert groups.index.tolist() == ([0, 0, 1, 1, 2, 2] if fields else [0, 1, 2, 3, 4, 5])


def test_a_single_group_has_no_interval() -> None:
    drawn = draws(lambda weights: {"x": weights.sum(axis=1)}, 1, rounds=10, seed=0)["x"]
    assert estimate(0.7, drawn) == intervals.Estimate(0.7)
