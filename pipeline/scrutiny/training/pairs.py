"""Teaching the network that tells which recommendations answer which findings, see
:mod:`scrutiny.records.pair_network`."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from scrutiny.errors import DataError
from scrutiny.records.pair_network import ABOUT, Array, PairNetwork

#: Reports learnt from at a time, and steps that are taken more and more boldly.
_REPORTS, _WARM_UP = 4, 50
#: What the losses of a report's pairs are divided by: long reports count more.
_PAIRS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOptions:
    """What decides the outcome: ``width`` of what is held of a pair, how often it is revised, and how it is learnt."""

    width: int = 32
    rounds: int = 2
    passes: int = 12
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    dropout: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """The pairs of a report: ``table`` (results, demands, features), ``linked`` (results, demands), and ``findings``,
    the rows that are learnt from."""

    table: Array
    linked: Array
    findings: Sequence[int]


class PairModule(nn.Module):
    """The network as torch learns it."""

    mean: torch.Tensor
    spread: torch.Tensor

    def __init__(self, features: int, options: PairOptions) -> None:
        super().__init__()
        width, dropout = options.width, options.dropout
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))
        self.enter = nn.Sequential(nn.Linear(features, width), nn.ReLU(), nn.Linear(width, width))
        self.rounds = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(7 * width),
                nn.Linear(7 * width, 2 * width),
                nn.ReLU(),
                nn.Dropout(dropout),
                nn.Linear(2 * width, width),
            )
            for _ in range(options.rounds)
        )
        self.leave, self.beside = nn.Linear(width, 1), nn.Linear(features, 1)
        self.dropout = nn.Dropout(dropout / 2)
        nn.init.zeros_(self.leave.weight)

    def forward(self, table: torch.Tensor) -> torch.Tensor:
        """The log-odds of pairs with features of the shape (results, demands, features): (results, demands)."""
        standard = (table - self.mean) / self.spread
        held = self.enter(self.dropout(standard))
        for revise in self.rounds:
            around = (
                *(told(held, dim) for dim in (0, 1) for told in (_mean, _largest)),
                torch.cat([held[:1], held[:-1]]),
                torch.cat([held[1:], held[-1:]]),
            )
            held = held + revise(torch.cat([held, *(one.expand_as(held) for one in around)], dim=-1))
        told: torch.Tensor = (self.leave(held) + self.beside(standard))[..., 0]
        return told


def _mean(held: torch.Tensor, dim: int) -> torch.Tensor:
    return held.mean(dim=dim, keepdim=True)


def _largest(held: torch.Tensor, dim: int) -> torch.Tensor:
    return held.amax(dim=dim, keepdim=True)


def fit_pairs(
    grids: Sequence[Grid], features: Sequence[str], threshold: float, options: PairOptions = PairOptions()
) -> PairNetwork:
    """A network learnt from the pairs of labelled reports; from ``threshold`` on it links.

    Raises:
        DataError: there are too few reports with findings to take a step.
    """
    if sum(bool(grid.findings) for grid in grids) < _REPORTS:
        raise DataError(f"Of the reports fewer than {_REPORTS} have pairs to learn from.", remedy="Add reports.")
    torch.manual_seed(options.seed)
    shuffle = random.Random(options.seed).shuffle
    module = PairModule(len(features), options)
    tables = [torch.tensor(grid.table, dtype=torch.float) for grid in grids]
    linked = [torch.tensor(grid.linked, dtype=torch.float) for grid in grids]
    rows = torch.cat([table.flatten(0, 1) for table in tables])
    module.mean.copy_(rows.mean(dim=0))
    module.spread.copy_(rows.std(dim=0) + 1e-6)
    optimizer = torch.optim.AdamW(module.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay)
    order = [number for number, grid in enumerate(grids) if grid.findings]
    steps = max(1, options.passes * len(order) // _REPORTS)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / _WARM_UP) * max(0.0, 1 - step / steps)
    )
    module.train()
    for _ in range(options.passes):
        shuffle(order)
        for place, number in enumerate(order):
            findings = list(grids[number].findings)
            loss = nn.functional.binary_cross_entropy_with_logits(
                module(tables[number])[findings], linked[number][findings], reduction="sum"
            )
            (loss / _PAIRS).backward()  # type: ignore[no-untyped-call]
            if place % _REPORTS == _REPORTS - 1:  # what is left over at the end of a pass goes into the next step
                nn.utils.clip_grad_norm_(module.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                optimizer.zero_grad()
    weights = {name: weight.detach().double().numpy() for name, weight in module.state_dict().items()}
    return PairNetwork(weights, tuple(features), options.rounds, threshold)


def write_pairs(network: PairNetwork, path: Path) -> None:
    """Write a network in single precision."""
    about = {"features": network.features, "rounds": network.rounds, "threshold": network.threshold}
    tensors = {name: torch.tensor(weight, dtype=torch.float) for name, weight in network.weights.items()}
    save_file(tensors, path, metadata={ABOUT: json.dumps(about)})
