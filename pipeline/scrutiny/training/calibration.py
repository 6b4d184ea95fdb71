"""Choosing temperature and thresholds on validation data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict

import torch

from scrutiny.corpora import LabelledSentence
from scrutiny.report import ROLES
from scrutiny.roles.settings import RiskPoint

#: Of what is accepted by default at most this share was wrong on the validation data.
MAX_ERROR = 0.05

#: The thresholds at which the risk is measured; with four roles no confidence is lower than the first.
_THRESHOLDS = [step / 200 for step in range(50, 200)]

#: A share of fewer sentences than these says little, so no threshold is kept that accepts fewer.
_FEWEST = 10

#: A threshold that no confidence reaches.
_NEVER = 1.01


class Calibration(TypedDict):
    """The calibrated part of :class:`scrutiny.roles.settings.ModelSettings`."""

    temperature: float
    second_role_from: float
    review_below: float
    risk_coverage: tuple[RiskPoint, ...]


def calibrate(logits: torch.Tensor, gold: Sequence[LabelledSentence]) -> Calibration:
    """Fit the temperature by likelihood and the thresholds by F1 and selective accuracy.

    Args:
        logits: float, shape (sentences, roles), columns in the order of ``ROLES``.
        gold: the labelled sentences, in the same order.
    """
    logits = logits.double()
    roles = torch.tensor([ROLES.index(unit.role) for unit in gold])
    temperature = min(
        (float(t) for t in torch.logspace(-0.7, 0.7, 281, dtype=torch.double)),
        key=lambda t: float(torch.nn.functional.cross_entropy(logits / t, roles)),
    )
    scores = torch.softmax(logits / temperature, dim=-1)
    second_scores, seconds = scores.topk(2, dim=-1).values[:, 1], scores.topk(2, dim=-1).indices[:, 1]
    gold_seconds = torch.tensor([ROLES.index(unit.second_role) if unit.second_role else -1 for unit in gold])

    def second_role_f1(threshold: float) -> float:
        given = second_scores >= threshold
        right = int((given & (seconds == gold_seconds)).sum())
        return 2 * right / max(1, int(given.sum()) + int((gold_seconds >= 0).sum()))

    second_role_from = max((step / 100 for step in range(10, 51)), key=second_role_f1)
    confidence, guess = scores.max(dim=-1)
    curve = tuple(_risk(confidence, guess != roles))
    return Calibration(
        temperature=round(temperature, 4),
        second_role_from=second_role_from,
        review_below=next((point.threshold for point in curve if point.error <= MAX_ERROR), _NEVER),
        risk_coverage=curve,
    )


def _risk(confidence: torch.Tensor, wrong: torch.Tensor) -> Iterator[RiskPoint]:
    for threshold in _THRESHOLDS:
        accepted = confidence >= threshold
        if int(accepted.sum()) >= _FEWEST:
            error = float(wrong[accepted].double().mean())
            yield RiskPoint(threshold, round(float(accepted.double().mean()), 4), round(error, 4))
