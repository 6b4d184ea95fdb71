"""What runs a model's encoder: its own code, transformers' or ONNX Runtime's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError

from scrutiny.roles.eight_bits import EightBits
from scrutiny.roles.loading import LoadedModel, load_transformer, not_loadable
from scrutiny.roles.mpnet import InFloats, MPNet, MPNetConfig
from scrutiny.roles.precision import Precision
from scrutiny.roles.weights import Weights
from scrutiny.roles.whole_mpnet import InWholeNumbers
from scrutiny.roles.whole_products import get_ready, put_whole_products

if TYPE_CHECKING:
    from transformers import PreTrainedModel

#: Tells of ids, (rows, tokens), the logits of the tokens of a slice, (rows, tokens of the slice, labels), and hidden
#: states by layer, (rows, tokens, width) each; what leaves the last layer may be zero outside the slice.
Encode = Callable[[torch.Tensor, slice], tuple[torch.Tensor, Mapping[int, torch.Tensor]]]


def encoder(loaded: LoadedModel, precision: Precision, device: torch.device) -> Encode:
    """What runs the encoder of a model with ``precision`` on ``device``, and tells the hidden states that are read.

    Raises:
        ModelError: the weights cannot be read, or what runs them is missing.
    """
    if precision is Precision.INT8:
        return EightBits(loaded.folder, loaded.layers)
    encode = _encoder(loaded, precision, device)
    if precision is Precision.INT8_VNNI:
        get_ready()
    return encode


def _encoder(loaded: LoadedModel, precision: Precision, device: torch.device) -> Encode:
    dtype = torch.bfloat16 if precision is Precision.BFLOAT16 else torch.float32
    if isinstance(loaded.config, MPNetConfig):
        try:
            weights = Weights(loaded.folder)
            whole = precision is Precision.INT8_VNNI
            parts = InWholeNumbers(weights) if whole else InFloats(weights, device, dtype)
            return MPNet(loaded.config, weights, parts, loaded.layers)
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            raise not_loadable(loaded.folder, error) from None
    # What is changed is not the model that others ask for.
    model = loaded.model if precision is Precision.FLOAT32 else load_transformer(loaded.folder)
    if precision is Precision.INT8_VNNI:
        put_whole_products(model)
    return _OfTransformers(model.to(device=device, dtype=dtype), loaded.layers)  # type: ignore[call-arg]


class _OfTransformers:
    def __init__(self, model: PreTrainedModel, layers: tuple[int, ...]) -> None:
        self._model, self._layers = model, layers

    def __call__(self, ids: torch.Tensor, read: slice) -> tuple[torch.Tensor, dict[int, torch.Tensor]]:
        assert not self._model.training
        said = self._model(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=bool(self._layers))
        return said.logits[:, read], {layer: said.hidden_states[layer] for layer in self._layers}
