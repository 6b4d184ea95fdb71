"""Products in whole numbers on processors with VNNI, and when they are used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from transformers import BertConfig, BertForTokenClassification, MPNetConfig, MPNetForTokenClassification, set_seed

from scrutiny import corpora
from scrutiny.errors import ModelError
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.eight_bits import AGREEMENT_ON_VNNI, PROVENANCE, is_trusted_on_vnni
from scrutiny.roles.explain import explain
from scrutiny.roles.mpnet import FewerSteps
from scrutiny.roles.precision import Precision, multiplies_whole_numbers
from scrutiny.roles.whole_products import Products, in_whole_numbers
from scrutiny.roles.windows import Unit

needs_vnni = pytest.mark.skipif(not multiplies_whole_numbers(), reason="the processor has no AVX-512 VNNI")

UNITS = [
    Unit("Plans are not reviewed often enough." * (1 + index % 4) + f" {index}", "Findings", f"p{index // 7}")
    for index in range(40)
]
SIZES: dict[str, Any] = {
    "vocab_size": 90,
    "num_labels": 4,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 96,
}
ENCODERS = [
    (MPNetForTokenClassification, MPNetConfig(**SIZES)),
    (BertForTokenClassification, BertConfig(**SIZES)),
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
    ranges = rows.max(axis=1) - rows.min(axis=1)
    assume(((ranges > 1e-3 * np.abs(rows).max(axis=1)) | (ranges == 0)).all())
    random = np.random.default_rng(seed)
    weights = random.normal(size=(40, 64)).astype(np.float32)
    bias = random.normal(size=40).astype(np.float32) if biased else None
    model = OneLayer(weights, bias)
    in_whole_numbers(model)  # type: ignore[arg-type] # any module with linear layers will do
    assert not isinstance(model.layer, torch.nn.Linear)
    scales = np.abs(weights).max(axis=1, keepdims=True) / 127
    kept = np.rint(weights / scales) * scales
    wanted = rows.astype(np.float64) @ kept.T + (0 if bias is None else bias)
    # A number is off by half a level.
    level = (rows.max(axis=1).astype(np.float64) - rows.min(axis=1)) / 254
    bound = level[:, None] / 2 * np.abs(kept).sum(axis=1)
    assert (np.abs(model(rows) - wanted) <= bound * 1.01 + 1e-2).all()


@needs_vnni
@given(arrays.arrays(np.float32, (3, 64), elements=NUMBERS), st.floats(0.001, 1), SEEDS)
def test_a_product_of_what_a_gelu_says_is_as_near_as_its_levels_allow(
    rows: np.ndarray, scale: float, seed: int
) -> None:
    said = torch.nn.functional.gelu(torch.from_numpy(rows * np.float32(scale)))
    weights = torch.from_numpy(np.random.default_rng(seed).normal(size=(40, 64)).astype(np.float32))
    layer = torch.nn.Linear(64, 40)
    layer.weight.data = weights
    level = torch.clamp(said.amax(dim=1) / 239, min=0.17 / 16)
    kept = (weights / (weights.abs().amax(dim=1, keepdim=True) / 127)).round()
    kept *= weights.abs().amax(dim=1, keepdim=True) / 127
    with torch.inference_mode():
        wanted = said.double() @ kept.double().T + layer.bias.double()
        found = Products([layer], after_gelu=True)(said.clone())
    bound = level[:, None].double() / 2 * kept.abs().sum(dim=1)
    assert ((found - wanted).abs() <= bound * 1.01 + 1e-2).all()


@needs_vnni
@given(st.integers(1, 40), SEEDS)
def test_a_token_gets_the_same_numbers_among_any_others(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    model = OneLayer(random.normal(size=(40, 64)).astype(np.float32), None)
    in_whole_numbers(model)  # type: ignore[arg-type]
    rows = random.normal(size=(count, 64)).astype(np.float32)
    alone = np.concatenate([model(row[None]) for row in rows])
    assert np.allclose(model(rows), alone, rtol=1e-6, atol=1e-5)


def joined(layers: Sequence[torch.nn.Linear], *, after_gelu: bool = False) -> torch.nn.Module:
    """Linear layers side by side, as they are, whatever they read."""
    del after_gelu
    whole = torch.nn.Linear(layers[0].in_features, sum(layer.out_features for layer in layers))
    whole.weight.data = torch.cat([layer.weight.data for layer in layers])
    whole.bias.data = torch.cat([layer.bias.data for layer in layers])
    return whole


@pytest.mark.parametrize("layers", [1, 3])
def test_fewer_steps_say_what_all_steps_say(layers: int) -> None:
    set_seed(0)
    model = MPNetForTokenClassification(MPNetConfig(**SIZES | {"num_hidden_layers": layers}))
    model.train(False)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "LayerNorm" not in name:
                weight.normal_(std=1.0 if "relative" in name else 0.2)
    rows = [torch.randint(5, 90, (count, tokens)) for count, tokens in ((1, 20), (2, 150), (1, 37), (3, 90))]
    with torch.inference_mode():
        wanted = [model(input_ids=ids, output_hidden_states=True) for ids in rows]
        steps = FewerSteps(model, joined)
        for ids, all_steps in zip(rows, wanted, strict=True):
            logits, states = steps(ids, slice(3, 17))
            assert torch.allclose(logits, all_steps.logits[:, 3:17], atol=1e-4)
            assert not torch.allclose(logits, all_steps.logits[:, 2:16], atol=0.1)
            for one, other in zip(states[:-1], all_steps.hidden_states[:-1], strict=True):
                assert torch.allclose(one, other, atol=1e-4)
            assert torch.allclose(states[-1][:, 3:17], all_steps.hidden_states[-1][:, 3:17], atol=1e-4)
            assert not states[-1][:, 17:].any()
    with pytest.raises(AttributeError):
        model(input_ids=rows[0])


@needs_vnni
@pytest.mark.parametrize(("kind", "config"), ENCODERS)
def test_an_encoder_says_nearly_what_it_says_in_single_precision(kind: Any, config: Any) -> None:
    set_seed(0)
    model = kind(config).eval()
    ids, read = torch.randint(5, 90, (3, 37)), slice(4, 30)
    with torch.inference_mode():
        wanted = model(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=True)
        encode = in_whole_numbers(model)
        logits, states = encode(ids, read)
        alone, _ = encode(ids[1:2], read)
    for layer, (one, other) in enumerate(zip(states, wanted.hidden_states, strict=True)):
        where = read if layer == len(states) - 1 else slice(None)
        assert (one - other)[:, where].abs().max() < 0.05 * other.abs().max()
    assert not logits.equal(wanted.logits[:, read])
    assert (logits - wanted.logits[:, read]).abs().max() < 0.05 * wanted.logits.abs().max()
    assert torch.allclose(logits[1:2], alone, atol=1e-3)


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
