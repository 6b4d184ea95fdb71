"""Choosing temperature, biases and thresholds on labelled data that the model was not trained on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch

from scrutiny.corpora import LabelledSentence
from scrutiny.report import ROLES
from scrutiny.roles.settings import ModelSettings, RiskPoint
from scrutiny.training.second_role import fitted_second_role

#: Of what is accepted by default at most this share was wrong on the validation data.
MAX_ERROR = 0.05

#: The thresholds at which the risk is measured; with four roles no confidence is lower than the first.
_THRESHOLDS = [step / 200 for step in range(50, 200)]

#: A share of fewer sentences than these says little, so no threshold is kept that accepts fewer.
_FEWEST = 10

#: A threshold that no confidence reaches.
_NEVER = 1.01


def calibrate(logits: torch.Tensor, gold: Sequence[LabelledSentence], settings: ModelSettings) -> ModelSettings:
    """``settings`` with temperature and biases fitted by likelihood and the thresholds by F1 and selective accuracy.

    Where next to no sentence has a second role, nothing can be said of them, and what tells them stays as it is.

    Args:
        logits: float, shape (sentences, roles), columns in the order of ``ROLES``.
        gold: the labelled sentences, in the same order.
        settings: what else the model assumes.
    """
    logits = logits.double()
    roles = torch.tensor([ROLES.index(unit.role) for unit in gold])
    temperature, bias = fitted(logits, roles)
    settings = replace(settings, temperature=temperature, bias=bias)
    scores = settings.probabilities(logits)
    confidence, guess = scores.max(dim=-1)
    curve = tuple(_risk(confidence, guess != roles))
    return replace(
        settings,
        second_role=fitted_second_role(scores, gold) or settings.second_role,
        review_below=next((point.threshold for point in curve if point.error <= MAX_ERROR), _NEVER),
        risk_coverage=curve,
    )


def fitted(
    logits: torch.Tensor, roles: torch.Tensor, *, biased: bool = True
) -> tuple[float, tuple[float, float, float, float]]:
    """The temperature and, unless they are to be 0, the bias of each role that are most likely.

    Each has a standard normal prior, which matters where there are few sentences, or none of a role.

    Args:
        logits: double, shape (sentences, roles).
        roles: the right columns, shape (sentences,).
        biased: whether there are biases.
    """
    log_temperature = torch.zeros(1, dtype=torch.double, requires_grad=True)
    bias = torch.zeros(len(ROLES), dtype=torch.double, requires_grad=True)
    free = [log_temperature, bias] if biased else [log_temperature]
    optimiser = torch.optim.LBFGS(free, max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        prior = (log_temperature.square().sum() + bias.square().sum()) / (2 * len(roles))
        cost = torch.nn.functional.cross_entropy(logits / log_temperature.exp() + bias, roles) + prior
        cost.backward()  # type: ignore[no-untyped-call]
        return cost

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    finding, strength, recommendation, other = (round(value, 4) for value in bias.tolist())
    return round(math.exp(log_temperature.item()), 4), (finding, strength, recommendation, other)


def _risk(confidence: torch.Tensor, wrong: torch.Tensor) -> Iterator[RiskPoint]:
    for threshold in _THRESHOLDS:
        accepted = confidence >= threshold
        if int(accepted.sum()) >= _FEWEST:
            error = float(wrong[accepted].double().mean())
            yield RiskPoint(threshold, round(float(accepted.double().mean()), 4), round(error, 4))
