"""How far two annotators agree beyond chance, on stacks of tables of what the one and the other said."""

from __future__ import annotations

import numpy as np

from scrutiny.evaluation.metrics import Floats, ratio


def kappa(table: Floats) -> Floats:
    """Cohen's kappa (1960), shape (...), of tables (..., first annotator, second annotator); NaN where chance is 1."""
    total = table.sum(axis=(-2, -1))
    observed = ratio(np.trace(table, axis1=-2, axis2=-1), total)
    by_chance = ratio((table.sum(axis=-1) * table.sum(axis=-2)).sum(axis=-1), total**2)
    return ratio(observed - by_chance, 1 - by_chance)


def alpha(table: Floats) -> Floats:
    """Krippendorff's alpha for nominal data and two annotators, shape (...); after Krippendorff (2011)."""
    coincidences = table + np.swapaxes(table, -1, -2)
    of_class = coincidences.sum(axis=-1)
    values = of_class.sum(axis=-1)
    observed = values - np.trace(coincidences, axis1=-2, axis2=-1)
    expected = ratio(values**2 - (of_class**2).sum(axis=-1), values - 1)
    return 1 - ratio(observed, expected)


def of_class(table: Floats, number: int) -> Floats:
    """The tables (..., 2, 2) of one class against all the others."""
    both = table[..., number, number]
    first, second = table[..., number, :].sum(axis=-1) - both, table[..., :, number].sum(axis=-1) - both
    neither = table.sum(axis=(-2, -1)) - both - first - second
    return np.stack([np.stack([both, first], axis=-1), np.stack([second, neither], axis=-1)], axis=-2)
