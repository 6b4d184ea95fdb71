"""How likely recommendations answer findings, told of each pair in the light of all others of its report.

A small network goes over the grid of findings and recommendations: what it holds of a pair it revises, a few times, by
what it holds of the other recommendations of the finding, of the other findings of the recommendation (their means and
their largest values) and of the findings just before and after (message passing on a bipartite graph, Gilmer et al.
2017, arXiv 1704.01212; means and maxima of rows and columns as in Hartford et al. 2018, arXiv 1803.02879). Its weights
are learnt by :mod:`scrutiny.training.pairs`; here it is arithmetic of a few arrays, always in the same order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from scrutiny.errors import ConfigError
from scrutiny.resources import configs_folder

Array = npt.NDArray[np.float64]

FILE_NAME = "links.safetensors"
#: Where the file keeps ``features``, ``rounds`` and ``threshold``, as JSON.
ABOUT = "links"
#: More pairs than these would take seconds and hundreds of megabytes; real reports have far fewer.
MOST_PAIRS = 100_000
#: So many pairs are revised at a time.
_AT_A_TIME = 4_096
_REMEDY = "Make it again with benchmarks/links.py."


@dataclass(frozen=True, slots=True)
class PairNetwork:
    """``weights`` by name (:class:`scrutiny.training.pairs.PairModule`); ``features`` are the names of what it reads of
    a pair, in their order, ``threshold`` the probability from which on a pair is linked."""

    weights: Mapping[str, Array]
    features: tuple[str, ...]
    rounds: int
    threshold: float

    def log_odds(self, table: Array) -> Array:
        """Those of pairs with features of the shape (results, demands, features): (results, demands)."""
        # So small products are waited for longer on several threads, and these are busy with the next reports.
        with _threads().limit(limits=1, user_api="blas"):
            return self._told(table)

    def _told(self, table: Array) -> Array:
        of = self.weights
        standard = (table - of["mean"]) / of["spread"]
        held = _rectified(standard @ of["enter.0.weight"].T + of["enter.0.bias"])
        held = held @ of["enter.2.weight"].T + of["enter.2.bias"]
        for number in range(self.rounds):
            held = held + self._revised(number, held)
        told: Array = (held @ of["leave.weight"].T + standard @ of["beside.weight"].T)[..., 0]
        return told + of["leave.bias"] + of["beside.bias"]

    def _revised(self, number: int, held: Array) -> Array:
        """What is added to what is ``held`` of each pair, (results, demands, width), some rows at a time."""
        name = f"rounds.{number}"
        of = self.weights
        columns = np.concatenate([held.mean(axis=0), held.max(axis=0)], axis=-1)
        before, after = np.concatenate([held[:1], held[:-1]]), np.concatenate([held[1:], held[-1:]])
        added = np.empty_like(held)
        step = max(1, _AT_A_TIME // held.shape[1])
        for start in range(0, len(held), step):
            rows = slice(start, start + step)
            here = held[rows]
            shape = (*here.shape[:2], -1)
            of_rows = np.concatenate([here.mean(axis=1, keepdims=True), here.max(axis=1, keepdims=True)], axis=-1)
            seen = np.concatenate(
                [
                    here,
                    np.broadcast_to(columns, (*here.shape[:2], columns.shape[-1])),
                    np.broadcast_to(of_rows, (*here.shape[:2], of_rows.shape[-1])),
                    before[rows],
                    after[rows],
                ],
                axis=-1,
            ).reshape(-1, 7 * held.shape[-1])
            middle = seen - seen.mean(axis=1, keepdims=True)
            normal = middle / np.sqrt((middle * middle).mean(axis=1, keepdims=True) + 1e-5)
            normal = normal * of[f"{name}.0.weight"] + of[f"{name}.0.bias"]
            inner = _rectified(normal @ of[f"{name}.1.weight"].T + of[f"{name}.1.bias"])
            added[rows] = (inner @ of[f"{name}.4.weight"].T + of[f"{name}.4.bias"]).reshape(shape)
        return added


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def _rectified(numbers: Array) -> Array:
    return np.maximum(numbers, 0.0)


@cache
def pair_network(path: Path | None = None) -> PairNetwork:
    """The network that is shipped, or that in the file ``path``.

    Raises:
        ConfigError: the file cannot be read, or is none.
    """
    from safetensors import SafetensorError, safe_open

    path = path or configs_folder() / FILE_NAME
    try:
        with safe_open(path, framework="numpy") as file:
            about = json.loads((file.metadata() or {})[ABOUT])
            weights = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}  # noqa: SIM118
        found = PairNetwork(weights, tuple(about["features"]), int(about["rounds"]), float(about["threshold"]))
        found.log_odds(np.zeros((1, 1, len(found.features))))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ConfigError(f"{path}: not a network for links: {error}", remedy=_REMEDY) from None
    return found
