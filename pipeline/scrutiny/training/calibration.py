"""Choosing temperature and thresholds on validation data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import torch

from scrutiny.corpora import LabelledSentence
from scrutiny.report import ROLES

#: Accepted predictions on the validation data are right at least this often.
ACCEPTED_ACCURACY = 0.95


class Calibration(TypedDict):
    """The calibrated part of :class:`scrutiny.roles.settings.ModelSettings`."""

    temperature: float
    second_role_from: float
    review_below: float


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
    confidence, order = scores.max(dim=-1).values.sort(descending=True)
    right = (scores.argmax(dim=-1) == roles)[order].double()
    accuracy = right.cumsum(0) / torch.arange(1, len(gold) + 1)
    enough = (accuracy >= ACCEPTED_ACCURACY).nonzero()
    review_below = float(confidence[int(enough[-1])]) if len(enough) else 1.0
    return Calibration(
        temperature=round(temperature, 4),
        second_role_from=second_role_from,
        review_below=round(review_below, 4),
    )
