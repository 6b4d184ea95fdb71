"""Products in whole numbers on processors with VNNI, and when they are used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from scrutiny import corpora
from scrutiny.errors import ModelError
from scrutiny.roles import kernels
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.eight_bits import AGREEMENT_ON_VNNI, PROVENANCE, is_trusted_on_vnni
from scrutiny.roles.explain import explain
from scrutiny.roles.precision import Precision, multiplies_whole_numbers
from scrutiny.roles.whole_products import ZERO, put_whole_products
from scrutiny.roles.windows import Unit

needs_vnni = pytest.mark.skipif(not multiplies_whole_numbers(), reason="the processor has no AVX-512 VNNI")

UNITS = [
    Unit("Plans are not reviewed often enough." * (1 + index % 4) + f" {index}", "Findings", f"p{index // 7}")
    for index in range(40)
]


class OneLayer(torch.nn.Module):
    """A linear layer in a place where another can be put."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray | None) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(weights.shape[1], weights.shape[0], bias=bias is not None)
        with torch.no_grad():
            self.layer.weight.copy_(torch.from_numpy(weights))
            if bias is not None:
                self.layer.bias.copy_(torch.from_numpy(bias))

    def forward(self, rows: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return np.asarray(self.layer(torch.from_numpy(rows)))


NUMBERS = st.floats(-1000, 1000, width=32)
SEEDS = st.integers(0, 2**32 - 1)


@needs_vnni
@given(arrays.arrays(np.float32, (3, 64), elements=NUMBERS), SEEDS, st.booleans())
def test_a_product_is_as_near_as_levels_of_each_token_allow(rows: np.ndarray, seed: int, biased: bool) -> None:
    random = np.random.default_rng(seed)
    weights = random.normal(size=(40, 64)).astype(np.float32)
    bias = random.normal(size=40).astype(np.float32) if biased else None
    model = OneLayer(weights, bias)
    put_whole_products(model)
    assert not isinstance(model.layer, torch.nn.Linear)
    scales = np.abs(weights).max(axis=1, keepdims=True) / 127
    kept = np.rint(weights / scales) * scales
    wanted = rows.astype(np.float64) @ kept.T + (0 if bias is None else bias)
    bound = level_of(rows) / 2 * np.abs(kept).sum(axis=1)
    as_given = rows.copy()
    assert (np.abs(model(rows) - wanted) <= bound * 1.01 + 1e-2).all()
    assert (rows == as_given).all()


@given(arrays.arrays(np.float32, (3, 64), elements=NUMBERS), SEEDS)
def test_what_a_gelu_says_is_as_near_as_its_levels_allow(products: np.ndarray, seed: int) -> None:
    parts, meant = stands_for(products, seed)
    levels, of_said = np.empty((3, 64), np.uint8), np.empty((3, 4), np.float32)
    kernels.gelu(products.copy(), *parts, levels, of_said)
    said = (levels.astype(np.float64) - ZERO + of_said[:, 1:2]) * of_said[:, :1]
    for row, (outlier, column) in enumerate(of_said[:, 2:].astype(np.float64)):
        assert said[row, int(column)] == 0
        said[row, int(column)] = outlier
    wanted = torch.nn.functional.gelu(torch.from_numpy(meant)).numpy()
    assert (np.abs(said - wanted) <= level_of(wanted) * 0.51 + 2e-4 + np.abs(wanted) * 1e-4).all()


@given(arrays.arrays(np.float32, (3, 64), elements=NUMBERS), SEEDS)
def test_layers_are_normed_as_torch_does(products: np.ndarray, seed: int) -> None:
    parts, meant = stands_for(products, seed)
    random = np.random.default_rng(seed)
    residual, weight, shift = products[::-1].copy(), *random.normal(size=(2, 64)).astype(np.float32)
    normed, summed = np.empty_like(products), torch.from_numpy(meant + residual)
    kernels.add_and_norm(products.copy(), *parts, residual, weight, shift, 1e-5, normed)
    assume(bool((summed.std(dim=1) > 0.01 * summed.abs().amax(dim=1)).all()))
    wanted = torch.nn.functional.layer_norm(summed, (64,), eps=1e-5).numpy() * weight + shift
    assert np.allclose(normed, wanted, rtol=1e-3, atol=1e-3)


def level_of(rows: np.ndarray) -> np.ndarray:
    """How wide the levels of each row are at most, (rows, 1): 0 is one of them."""
    wide = np.maximum(rows.max(axis=1), 0).astype(np.float64) - np.minimum(rows.min(axis=1), 0)
    return np.asarray(wide[:, None] / 254)


def stands_for(products: np.ndarray, seed: int) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """What is known of three rows and of a layer, and what ``products`` then stand for."""
    random = np.random.default_rng(seed)
    columns = random.integers(0, 5, 3)
    of_rows = np.stack([random.uniform(0.001, 1, 3), random.integers(-30, 30, 3), random.normal(size=3), columns], 1)
    weights = random.integers(-127, 128, (5, 64)).astype(np.int8)
    scales, sums, bias = random.normal(size=(3, 64)).astype(np.float32)
    of_rows = of_rows.astype(np.float32)
    scale, middle, outlier = (of_rows[:, number, None].astype(np.float64) for number in range(3))
    meant = (products + middle * sums) * scale + outlier * weights[columns] * scales + bias
    return (of_rows, weights, scales, sums, bias), meant


@needs_vnni
@pytest.mark.parametrize("damaged", [np.nan, np.inf])
def test_what_is_not_a_number_remains_so(damaged: float) -> None:
    rows = np.ones((3, 64), np.float32)
    rows[1, 7] = damaged
    model = OneLayer(np.ones((40, 64), np.float32), None)
    put_whole_products(model)
    assert (np.isfinite(model(rows)).all(axis=1) == [True, False, True]).all()


@needs_vnni
def test_a_compiler_that_cannot_be_imported_is_told_with_a_remedy(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "scrutiny.roles.kernels", None)
    monkeypatch.delattr("scrutiny.roles.kernels")
    with pytest.raises(ModelError, match="need numba, which cannot be imported") as told:
        Classifier(tiny_model, precision="int8-vnni").predict(UNITS)
    assert "--precision float32" in (told.value.remedy or "")


def test_kernels_are_compiled_where_there_is_no_folder_to_keep_them() -> None:
    nowhere = {**os.environ, "NUMBA_CACHE_LOCATOR_CLASSES": "ZipCacheLocator"}
    made = "from scrutiny.roles import kernels; assert kernels.gelu.stats.cache_path is None"
    subprocess.run([sys.executable, "-c", made], env=nowhere, check=True, timeout=120)


@needs_vnni
@given(st.integers(1, 40), SEEDS)
def test_a_token_gets_the_same_numbers_among_any_others(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    model = OneLayer(random.normal(size=(40, 64)).astype(np.float32), None)
    put_whole_products(model)
    rows = random.normal(size=(count, 64)).astype(np.float32)
    alone = np.concatenate([model(row[None]) for row in rows])
    assert np.allclose(model(rows), alone, rtol=1e-6, atol=1e-5)


@needs_vnni
@pytest.mark.parametrize("shipped", [False, True])
def test_what_is_said_depends_on_the_window_alone_to_the_last_bit(tiny_model: Path, shipped: bool) -> None:
    model = None if shipped else tiny_model
    together = Classifier(model, device="cpu", precision="int8-vnni", threads=2).logits(UNITS)
    alone = Classifier(model, device="cpu", precision="int8-vnni", threads=1)
    passages = [[unit for unit in UNITS if unit.passage == f"p{number}"] for number in range(6)]
    assert torch.cat([alone.logits(passage) for passage in reversed(passages)][::-1]).equal(together)


@needs_vnni
def test_the_shipped_model_says_the_same_but_for_roles_that_are_nearly_as_likely() -> None:
    authored = corpora.sentences("authored")["test"][:200]
    units = [Unit(unit.text, unit.heading, unit.passage, unit.block == "item") for unit in authored]
    eight, single = (Classifier(device="cpu", precision=name) for name in ("int8-vnni", "float32"))
    for one, other in zip(eight.predict(units), single.predict(units), strict=True):
        assert one.scores == pytest.approx(other.scores, abs=0.15)
        first, second = sorted(other.scores, reverse=True)[:2]
        assert one.role is other.role or first - second < 0.15
    assert explain(eight, units[:1], steps=2, role=eight.predict(units[:1])[0].role).words


@needs_vnni
@pytest.mark.parametrize(("role", "used"), [(0.995, True), (0.9949, False), ("much", False), (None, False)])
def test_they_are_used_unasked_only_where_they_were_found_to_agree(tiny_model: Path, role: object, used: bool) -> None:
    assert not is_trusted_on_vnni(tiny_model)
    agreement = {"role": role, "int8_rate": 2.0, "float32_rate": 1.0}
    (tiny_model / PROVENANCE).write_text(json.dumps({AGREEMENT_ON_VNNI: agreement}), encoding="utf-8")
    coarse = torch.cpu.get_capabilities().get("amx_bf16", False)
    unasked = Precision.BFLOAT16 if coarse else Precision.INT8_VNNI if used else Precision.FLOAT32
    assert Classifier(tiny_model, device="cpu").precision is unasked
    assert Classifier(tiny_model, precision="int8-vnni").precision is Precision.INT8_VNNI
    agreement["float32_rate"] = 2.0
    (tiny_model / PROVENANCE).write_text(json.dumps({AGREEMENT_ON_VNNI: agreement}), encoding="utf-8")
    assert not is_trusted_on_vnni(tiny_model)


def test_the_shipped_model_was_found_to_agree() -> None:
    from scrutiny.roles.loading import locate

    assert is_trusted_on_vnni(locate(None))


def test_a_processor_without_such_products_is_told_with_a_remedy(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_f": True})
    with pytest.raises(ModelError, match="does not multiply whole numbers in hardware") as told:
        Classifier(tiny_model, device="cpu", precision="int8-vnni")
    assert "--precision auto" in (told.value.remedy or "")
    assert Classifier(device="cpu").precision is Precision.FLOAT32
    with pytest.raises(ModelError, match="on the processor alone"):
        Classifier(tiny_model, device="meta", precision="int8-vnni")
