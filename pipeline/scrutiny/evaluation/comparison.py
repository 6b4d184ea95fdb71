"""Whether one system is better than another on the same sentences, with the answer in a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scrutiny.evaluation.intervals import FEW_GROUPS, Estimate, estimate
from scrutiny.evaluation.metrics import Floats


@dataclass(frozen=True, slots=True)
class Comparison:
    """``first`` against ``second``: differences are first minus second, their intervals of the same resamples.

    ``first_only`` and ``second_only`` count the sentences that only the one has right, and ``mcnemar_p`` is the exact
    two-sided probability of so uneven a count if both were equally good and sentences did not depend on each other
    (McNemar 1947). ``answer`` says what follows.
    """

    first: str
    second: str
    macro_f1: Estimate
    accuracy: Estimate
    first_only: int
    second_only: int
    mcnemar_p: float
    answer: str


def compare(
    names: tuple[str, str],
    values: tuple[dict[str, float], dict[str, float]],
    drawn: tuple[dict[str, Floats], dict[str, Floats]],
    right: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    groups: tuple[int, str],
) -> Comparison:
    """Compare two systems by their measures, the measures in the same resamples, and what each has right, (n,).

    ``groups`` are the number of the groups resampled and the name of their kind.
    """
    differences = {
        name: estimate(values[0][name] - values[1][name], drawn[0][name] - drawn[1][name])
        for name in ("macro_f1", "accuracy")
    }
    first_only, second_only = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    p = mcnemar(first_only, second_only)
    return Comparison(
        *names,
        macro_f1=differences["macro_f1"],
        accuracy=differences["accuracy"],
        first_only=first_only,
        second_only=second_only,
        mcnemar_p=p,
        answer=_answer(names, values, differences["macro_f1"], p, groups),
    )


def mcnemar(first_only: int, second_only: int) -> float:
    """The exact two-sided p-value of McNemar's test: twice the binomial tail of the smaller count, at most 1."""
    n, fewer = first_only + second_only, min(first_only, second_only)
    logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(fewer + 1)]
    return min(1.0, 2 * math.fsum(math.exp(log - n * math.log(2)) for log in logs))


def _answer(
    names: tuple[str, str],
    values: tuple[dict[str, float], dict[str, float]],
    difference: Estimate,
    p: float,
    groups: tuple[int, str],
) -> str:
    first, second = names
    macro = [of["macro_f1"] for of in values]
    count, unit = groups
    low, high = difference.low, difference.high
    interval = f"no interval, as there is one {unit}"
    if low is not None and high is not None:
        interval = f"95 % interval {low:+.3f} to {high:+.3f} by paired bootstrap over {count} {unit}s"
    shown = (
        f"macro-F1 {macro[0]:.3f} against {macro[1]:.3f}, difference {macro[0] - macro[1]:+.3f}, {interval}; "
        f"McNemar p {'< 0.001' if p < 0.001 else f'= {p:.3f}'}"
    )
    few = f" With fewer than {FEW_GROUPS} {unit}s, take it with care." if count < FEW_GROUPS else ""
    if low is not None and low > 0:
        return f"{first} is better than {second} ({shown}).{few}"
    if high is not None and high < 0:
        return f"{second} is better than {first} ({shown}).{few}"
    doubt = " McNemar's test does, but it takes sentences of one report for independent." if p < 0.05 else ""
    return f"These data do not tell which of {first} and {second} is better ({shown}).{doubt}{few}"
