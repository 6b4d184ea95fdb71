"""Fitting when a second role is given, on labelled data that the model was not trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch

from scrutiny.corpora import LabelledSentence
from scrutiny.report import ROLES
from scrutiny.roles.second_role import FEATURES, SecondRole, features, pair

#: A pair of roles is given at all if so many sentences have it.
_FEWEST = 3
#: The standard deviation of the normal prior of weights.
_PRIOR = 3.0


def fitted_second_role(scores: torch.Tensor, gold: Sequence[LabelledSentence]) -> SecondRole | None:
    """The most likely regression, with the threshold of the best F1; None where too few sentences have a second role,
    or none of them has the likeliest role of a pair.

    Args:
        scores: calibrated probabilities, shape (sentences, roles).
        gold: the labelled sentences, in the same order.
    """
    there = Counter(pair(one.role, one.second_role) for one in gold if one.second_role)
    pairs = sorted(name for name, count in there.items() if count >= _FEWEST)
    if not pairs:
        return None
    rows: list[list[float]] = []
    right: list[float] = []
    for row, sentence in zip(scores.tolist(), gold, strict=True):
        first = max(range(len(ROLES)), key=lambda index: row[index])
        for second, role in enumerate(ROLES):
            name = pair(ROLES[first], role)
            if name in pairs:
                indicators = [float(name == one) for one in pairs]
                rows.append([*indicators, *features(row, first, second, sentence.text)])
                right.append(float(role is sentence.second_role))
    if not rows:
        return None
    weights = _regression(torch.tensor(rows, dtype=torch.double), torch.tensor(right, dtype=torch.double))
    intercepts = dict(zip(pairs, weights[: len(pairs)], strict=True))
    learnt = dict(zip(FEATURES, weights[len(pairs) :], strict=True))

    def f1(threshold: float) -> float:
        second_role = SecondRole(threshold=threshold, intercepts=intercepts, weights=learnt)
        given = [second_role.of(row, one.text) for row, one in zip(scores.tolist(), gold, strict=True)]
        hits = sum(role is not None and role is one.second_role for role, one in zip(given, gold, strict=True))
        return 2 * hits / (len(given) - given.count(None) + sum(there.values()))

    best = max((step / 50 for step in range(5, 31)), key=f1)
    return SecondRole(threshold=best, intercepts=intercepts, weights=learnt)


def _regression(rows: torch.Tensor, right: torch.Tensor) -> list[float]:
    """The weights of a logistic regression, rounded."""
    weights = torch.zeros(rows.shape[1], dtype=torch.double, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=500, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        prior = weights.square().sum() / (2 * _PRIOR**2 * len(rows))
        cost = torch.nn.functional.binary_cross_entropy_with_logits(rows @ weights, right) + prior
        cost.backward()  # type: ignore[no-untyped-call]
        return cost

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return [round(value, 4) for value in weights.tolist()]
