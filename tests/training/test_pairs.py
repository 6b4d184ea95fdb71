"""The network that tells which recommendations answer which findings: what is learnt is what is read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from scrutiny.errors import ConfigError, DataError
from scrutiny.records.pair_network import pair_network
from scrutiny.training.pairs import Grid, PairModule, PairOptions, fit_pairs, write_pairs

FEATURES = ("near", "long", "odd")


def grids(count: int, seed: int = 0) -> list[Grid]:
    """Reports in which the nearest recommendation of each finding answers it, if it is near at all."""
    numbers = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        rows, columns = numbers.integers(1, 9), numbers.integers(1, 6)
        table = numbers.normal(size=(rows, columns, len(FEATURES)))
        near = table[..., 0]
        linked = (near >= near.max(axis=1, keepdims=True)) & (near > 0.0)
        found.append(Grid(table, linked.astype(np.float64), list(range(rows))))
    return found


def test_a_pair_is_told_in_the_light_of_the_others_of_its_finding() -> None:
    network = fit_pairs(grids(200), FEATURES, 0.5)
    right = total = 0
    for grid in grids(50, seed=1):
        right += int(((network.log_odds(grid.table) > 0) == (grid.linked > 0)).sum())
        total += grid.linked.size
    # By the first feature alone, whatever the others of the finding have, it would be 0.85 at best.
    assert right / total > 0.92


def test_arrays_say_what_torch_learnt(tmp_path: Path) -> None:
    options = PairOptions(passes=1)
    network = fit_pairs(grids(12), FEATURES, 0.4, options)
    module = PairModule(len(FEATURES), options).eval()
    module.load_state_dict({name: torch.tensor(weight) for name, weight in network.weights.items()})
    write_pairs(network, tmp_path / "links.safetensors")
    read = pair_network(tmp_path / "links.safetensors")
    assert (read.features, read.rounds, read.threshold) == (FEATURES, options.rounds, 0.4)
    # Of more pairs than are revised at a time too.
    for shape in ((1, 1), (3, 2), (700, 9)):
        table = np.random.default_rng(2).normal(size=(*shape, len(FEATURES)))
        with torch.inference_mode():
            wanted = module(torch.tensor(table, dtype=torch.float)).numpy()
        assert np.allclose(network.log_odds(table), wanted, atol=1e-3)
        assert np.allclose(read.log_odds(table), network.log_odds(table), atol=1e-4)


def test_learning_twice_gives_the_same(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_pairs(fit_pairs(grids(12), FEATURES, 0.4, PairOptions(passes=1)), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_too_few_reports_teach_nothing() -> None:
    with pytest.raises(DataError, match="fewer than 4"):
        fit_pairs(grids(3), FEATURES, 0.4)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 64])
def test_what_is_no_network_is_told(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "links.safetensors"
    with pytest.raises(ConfigError, match="not a network"):
        pair_network(file)
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="not a network"):
        pair_network(file)


def test_a_network_without_some_of_its_weights_is_told(tmp_path: Path) -> None:
    network = fit_pairs(grids(4), FEATURES, 0.4, PairOptions(passes=1))
    file = tmp_path / "links.safetensors"
    write_pairs(network, file)
    half = {name: weight for name, weight in network.weights.items() if not name.startswith("rounds.1")}
    write_pairs(type(network)(half, network.features, network.rounds, network.threshold), file)
    with pytest.raises(ConfigError, match="not a network"):
        pair_network(file)
