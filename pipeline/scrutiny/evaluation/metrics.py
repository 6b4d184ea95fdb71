"""Measures of agreement between gold and predicted roles.

The functions on confusion tables take a stack of them, shape (..., gold roles, predicted roles), so that a thousand
resampled tables cost one call; what is undefined, such as the precision of a role that nobody gave, is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scrutiny.report import ROLES, Role

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RoleMeasures:
    """Precision, recall and F1 of one role (0 where undefined); ``support`` counts its gold sentences."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Measures:
    """``macro_f1`` is the mean over the roles that occur in gold or prediction.

    ``confusion`` counts sentences by gold role and predicted role.
    """

    n: int
    accuracy: float
    macro_f1: float
    roles: dict[Role, RoleMeasures]
    confusion: dict[Role, dict[Role, int]]

    def as_json(self) -> dict[str, Any]:
        """The measures as plain JSON values."""
        return asdict(self)


def measure(gold: Sequence[Role], predicted: Sequence[Role]) -> Measures:
    """Compare two equally long sequences of roles.

    Raises:
        ValueError: the sequences differ in length or are empty.
    """
    if len(gold) != len(predicted) or not gold:
        raise ValueError(f"need two equally long, non-empty sequences, got {len(gold)} and {len(predicted)}")
    truth, guess = (np.array([ROLES.index(role) for role in roles]) for roles in (gold, predicted))
    return measures_of(tables(truth, guess, np.zeros(len(gold), dtype=np.int64), 1)[0])


def measures_of(table: Floats) -> Measures:
    """The measures of one confusion table."""
    of_roles = [np.nan_to_num(values).tolist() for values in (precision(table), recall(table), f1(table))]
    support = table.sum(axis=-1).astype(int).tolist()
    counts = table.astype(int).tolist()
    return Measures(
        n=sum(support),
        accuracy=float(accuracy(table)),
        macro_f1=float(macro_f1(table)),
        roles={role: RoleMeasures(*row) for role, row in zip(ROLES, zip(*of_roles, support, strict=True), strict=True)},
        confusion={role: dict(zip(ROLES, row, strict=True)) for role, row in zip(ROLES, counts, strict=True)},
    )


def tables(gold: Ints, predicted: Ints, groups: Ints, count: int, classes: int = len(ROLES)) -> Floats:
    """A confusion table for each of ``count`` groups: shape (groups, gold, predicted).

    ``gold``, ``predicted`` (indices of classes) and ``groups`` (0 to ``count`` - 1) have one entry a sentence.
    """
    cells = (groups * classes + gold) * classes + predicted
    counted = np.bincount(cells, minlength=count * classes * classes)
    return counted.reshape(count, classes, classes).astype(np.float64)


def ratio(part: Floats, whole: Floats) -> Floats:
    """``part`` of ``whole``; NaN where there is no whole."""
    undefined: Floats = np.full(np.broadcast(part, whole).shape, np.nan)
    return np.divide(part, whole, out=undefined, where=whole != 0)


def accuracy(table: Floats) -> Floats:
    """The share on the diagonal: shape (...)."""
    return ratio(np.trace(table, axis1=-2, axis2=-1), table.sum(axis=(-2, -1)))


def precision(table: Floats) -> Floats:
    """Of what was given a role, how much has it: shape (..., roles)."""
    return ratio(np.diagonal(table, axis1=-2, axis2=-1), table.sum(axis=-2))


def recall(table: Floats) -> Floats:
    """Of what has a role, how much was given it: shape (..., roles)."""
    return ratio(np.diagonal(table, axis1=-2, axis2=-1), table.sum(axis=-1))


def f1(table: Floats) -> Floats:
    """The harmonic mean of precision and recall: shape (..., roles); NaN for a role that occurs on neither side."""
    return ratio(2 * np.diagonal(table, axis1=-2, axis2=-1), table.sum(axis=-1) + table.sum(axis=-2))


def macro_f1(table: Floats) -> Floats:
    """The mean F1 of the roles that occur in gold or prediction: shape (...)."""
    of_roles = f1(table)
    return ratio(np.nansum(of_roles, axis=-1), np.sum(~np.isnan(of_roles), axis=-1).astype(np.float64))
