"""The second role of a sentence, which a whole clause of it has beside the rest: "Plans are good, but often late"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from scrutiny.report import ROLES, Role

_CONTRAST = re.compile(
    r"\b(?:although|but|despite|except|however|nevertheless|nonetheless|notwithstanding|though|whereas|while|whilst|yet)\b",
    re.IGNORECASE,
)
#: Scores below it are as good as none.
_LEAST = 1e-4

#: What tells whether a sentence has a second role, besides which two roles they are.
FEATURES = ("first", "second", "contrast", "length")


def features(scores: Sequence[float], first: int, second: int, text: str) -> tuple[float, float, float, float]:
    """The values of :data:`FEATURES`: the logarithms of the scores of both roles, 1 where a word of contrast stands in
    ``text``, and the logarithm of its length in characters."""
    return (
        math.log(max(scores[first], _LEAST)),
        math.log(max(scores[second], _LEAST)),
        float(bool(_CONTRAST.search(text))),
        math.log(1 + len(text)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondRole:
    """A logistic regression, fitted to labelled sentences, and the probability from which a second role is given.

    ``intercepts`` has one for each pair of a first and a second role, by names such as ``finding, strength``; other
    pairs are never given. ``weights`` are those of :data:`FEATURES`.
    """

    threshold: float
    intercepts: dict[str, float]
    weights: dict[str, float] = field(default_factory=lambda: dict.fromkeys(FEATURES, 0.0))

    @classmethod
    def scored(cls, least: float) -> SecondRole:
        """Any role with a score of at least ``least``, whatever the sentence says."""
        pairs = dict.fromkeys((pair(first, second) for first in ROLES for second in ROLES if first is not second), 0.0)
        weights = {**dict.fromkeys(FEATURES, 0.0), "second": 1.0}
        return cls(threshold=least / (1 + least), intercepts=pairs, weights=weights)

    def of(self, scores: Sequence[float], text: str) -> Role | None:
        """The second role of a sentence whose roles have these ``scores``, or None."""
        first = max(range(len(ROLES)), key=lambda index: scores[index])
        likely: list[tuple[float, Role]] = []
        for index, role in enumerate(ROLES):
            intercept = self.intercepts.get(pair(ROLES[first], role))
            if intercept is not None:
                values = zip(FEATURES, features(scores, first, index, text), strict=True)
                logit = intercept + sum(self.weights[name] * value for name, value in values)
                likely.append((1 / (1 + math.exp(-logit)), role))
        probability, second = max(likely, default=(0.0, None), key=lambda one: one[0])
        return second if probability >= self.threshold else None


def pair(first: Role, second: Role) -> str:
    """The name of a pair of roles."""
    return f"{first.value}, {second.value}"
