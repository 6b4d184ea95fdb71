"""How many sentences or reports have a role: counts corrected for the errors of whoever counted.

A raw count of predictions is wrong by as much as errors in one direction outnumber those in the other. Adjusted counts
(Forman 2008, "Quantifying counts and costs via classification"; with scores in place of decisions Bella et al. 2010,
"Quantification via probability estimators") ask which shares of the roles would give what was seen, given how often a
sentence of each role is called what in labelled data. The likeliest shares are found by expectation maximisation, which
never leaves the possible ones (Saerens et al. 2002); where the equations have a possible solution, it is that. The
correction takes for granted that sentences of a role look alike in both sets, and only how many there are differs.
"""

from __future__ import annotations

import numpy as np

from scrutiny.evaluation.metrics import Floats, ratio

#: Steps of expectation maximisation at most, and the change of a share under which it has come to rest.
_STEPS = 1_000
_CLOSE = 1e-7

#: Weight of equal shares in the first guess, which is else what was seen: a share of zero would never rise.
_OPEN = 0.01


def adjusted(seen: Floats, rates: Floats) -> Floats:
    """The likeliest shares of the classes: shape (..., classes), summing up to 1.

    Where ``rates`` cannot tell two classes apart, the shares stay near what was seen.

    Args:
        seen: mean prediction (decisions or scores) by class where classes are to be counted, (..., classes).
        rates: mean prediction for the labelled sentences of each class, (..., gold, predicted); a class without
            labelled sentences, whose row is NaN, is taken to be absent.
    """
    classes = seen.shape[-1]
    shape = np.broadcast_shapes(seen.shape, rates.shape[:-1])
    rates = np.broadcast_to(rates, (*shape, classes)).reshape(-1, classes, classes)
    seen = np.broadcast_to(seen, shape).reshape(-1, classes)
    known = np.asarray(~np.isnan(rates).any(axis=-1))
    rates = np.where(known[..., None], rates, 0.0)
    shares = _normal(((1 - _OPEN) * seen + _OPEN / classes) * known)
    moving = np.flatnonzero(known.any(axis=-1))
    for _ in range(_STEPS):
        if not moving.size:
            break
        expected = np.einsum("rg,rgp->rp", shares[moving], rates[moving])
        explained = np.divide(seen[moving], expected, out=np.zeros_like(expected), where=expected > 0)
        better = _normal(shares[moving] * np.einsum("rgp,rp->rg", rates[moving], explained))
        still = np.abs(better - shares[moving]).max(axis=-1) >= _CLOSE
        shares[moving] = better
        moving = moving[still]
    return shares.reshape(shape)


def _normal(shares: Floats) -> Floats:
    return ratio(shares, shares.sum(axis=-1, keepdims=True))
