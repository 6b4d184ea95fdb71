"""95 % intervals by resampling groups of sentences, such as reports or authorities, and not sentences.

Sentences of one report resemble each other, so resampling them one by one makes intervals too narrow (Field and Welsh
2007, "Bootstrapping clustered data"). Every measure is computed in the same resamples: differences are paired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.metrics import Floats, Ints

#: The bounds of an interval, as shares of the resamples.
BOUNDS = (0.025, 0.975)

#: With fewer groups, percentile intervals are known to be too narrow.
FEW_GROUPS = 20

#: Numbers held at a time while resampling.
_BUDGET = 4_000_000

#: Measures by name, (rounds, ...) each, of weights (rounds, groups): how often each group was drawn.
Statistic = Callable[[Floats], Mapping[str, Floats]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure and its 95 % interval; None where it is undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Groups:
    """Which group each sentence belongs to: ``index`` (sentences,) counts from 0; ``unit`` is the field they share."""

    unit: str
    names: tuple[str, ...]
    index: Ints

    @property
    def noun(self) -> str:
        """What a group is called for people."""
        return "report" if self.unit == "document" else self.unit


def groups_of(sentences: Sequence[LabelledSentence]) -> Groups:
    """Groups by the first of ``group``, ``document`` and ``passage`` that any two sentences share, else by sentence."""
    for unit in ("group", "document", "passage"):
        names = [getattr(sentence, unit) for sentence in sentences]
        if all(names) and len(set(names)) < len(names):
            return grouped(unit, names)
    return grouped("sentence", [f"{number}" for number in range(len(sentences))])


def grouped(unit: str, names: Sequence[str]) -> Groups:
    """Groups by name, numbered in the order of their first sentences."""
    numbers: dict[str, int] = {}
    index = np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
    return Groups(unit, tuple(numbers), index)


def draws(statistic: Statistic, groups: int, *, rounds: int, seed: int, width: int = 0) -> dict[str, Floats]:
    """The measures in ``rounds`` resamples of ``groups``, (rounds, ...) each; NaN of a single group.

    ``width`` is how many numbers the statistic needs for a round, if they are more than there are groups.
    """
    if groups < 2:
        once = statistic(np.ones((1, groups)))
        return {name: np.full((rounds, *values.shape[1:]), np.nan) for name, values in once.items()}
    generator = np.random.default_rng(seed)
    size = max(1, min(rounds, _BUDGET // max(groups, width)))
    found: dict[str, list[Floats]] = {}
    for start in range(0, rounds, size):
        count = min(size, rounds - start)
        drawn = generator.integers(groups, size=(count, groups)) + groups * np.arange(count)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=count * groups).reshape(count, groups).astype(np.float64)
        for name, values in statistic(weights).items():
            found.setdefault(name, []).append(values)
    return {name: np.concatenate(values) for name, values in found.items()}


def point(statistic: Statistic, groups: int) -> dict[str, float]:
    """The measures of the data as they are."""
    return {name: float(values[0]) for name, values in statistic(np.ones((1, groups))).items()}


def estimate(value: float, drawn: Floats | None) -> Estimate:
    """``value`` with the percentile interval of what was drawn, over the rounds in which it is defined."""
    if np.isnan(value):
        return Estimate(None)
    defined = drawn[~np.isnan(drawn)] if drawn is not None else np.empty(0)
    if not defined.size:
        return Estimate(value)
    low, high = np.quantile(defined, BOUNDS).tolist()
    return Estimate(value, low, high)
