from __future__ import annotations

from pathlib import Path

import pytest
import torch

from scrutiny.errors import ModelError
from scrutiny.pipeline import load
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.loading import load_model
from scrutiny.roles.weights import FILE_NAME, save_int8
from scrutiny.roles.windows import Unit

UNITS = [Unit("Plans are not reviewed often enough.", "Findings", "p") for _ in range(9)]


def test_weights_in_eight_bits_say_nearly_the_same_in_a_quarter_of_the_room(tiny_model: Path) -> None:
    exact = Classifier(tiny_model, device="cpu").logits(UNITS)
    model, whole = load_model(tiny_model).model, tiny_model / "model.safetensors"
    size = whole.stat().st_size
    whole.unlink()
    save_int8(model, tiny_model)
    rounded = Classifier(tiny_model, device="cpu").logits(UNITS)
    assert torch.allclose(exact, rounded, atol=0.02)
    assert not rounded.equal(exact)
    assert (tiny_model / FILE_NAME).stat().st_size < 0.4 * size


def test_every_weight_is_within_half_a_step(tiny_model: Path) -> None:
    before = {name: tensor.clone() for name, tensor in load_model(tiny_model).model.state_dict().items()}
    save_int8(load_model(tiny_model).model, tiny_model)
    (tiny_model / "model.safetensors").unlink()
    for name, tensor in load_model(tiny_model).model.state_dict().items():
        if tensor.dim() == 2:
            step = before[name].abs().amax(dim=1, keepdim=True) / 127
            assert bool(((tensor - before[name]).abs() <= step / 2 + 1e-7).all()), name


def test_weights_that_do_not_fit_the_configuration_are_named(tiny_model: Path) -> None:
    config = (tiny_model / "config.json").read_text()
    (tiny_model / "config.json").write_text(config.replace('"num_hidden_layers": 2', '"num_hidden_layers": 3'))
    with pytest.raises(ModelError, match="Missing key"):
        load(tiny_model)
