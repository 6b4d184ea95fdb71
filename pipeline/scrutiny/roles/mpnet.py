"""MPNet (Song et al. 2020, arXiv 2004.09297) for rows without padding, straight from the file of its weights.

transformers has no fast attention for MPNet, works out anew for every row how far its tokens stand apart, and takes
longer to import than many a report takes to read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from typing import Annotated, Literal, Protocol

import torch
from pydantic import BaseModel, Field, PositiveInt
from torch.nn.functional import embedding, gelu, layer_norm, linear, scaled_dot_product_attention

from scrutiny.roles.weights import Weights

#: Distances to the left and to the right that are told apart, and the farthest of them (transformers has no others).
_DISTANCES, _FARTHEST = 16, 128
#: The first place that there is an embedding for: places are counted from behind the number of the padding.
_FIRST = 2

#: What has the shape (rows, tokens, ...) becomes (rows, tokens, what is said of each token).
Step = Callable[[torch.Tensor], torch.Tensor]


class MPNetConfig(BaseModel):
    """The entries of ``config.json`` that decide what an MPNet says, if it is of the usual kind."""

    model_type: Literal["mpnet"]
    hidden_act: Literal["gelu"]
    hidden_size: PositiveInt
    id2label: dict[int, str]
    intermediate_size: PositiveInt
    layer_norm_eps: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    max_position_embeddings: PositiveInt
    num_attention_heads: PositiveInt
    num_hidden_layers: PositiveInt
    relative_attention_num_buckets: Literal[32]
    vocab_size: PositiveInt


class Layer(Protocol):
    """What becomes of states, (rows, tokens, width), in a layer: of those of the tokens ``read``, in the light of all
    and of what their ``distances``, (1, heads, tokens, tokens), add to attention."""

    def __call__(self, states: torch.Tensor, distances: torch.Tensor, read: slice) -> torch.Tensor: ...  # noqa: D102


class Parts(Protocol):
    """Makes the parts of an encoder of its weights."""

    def layer(self, name: str, config: MPNetConfig) -> Layer:
        """A layer whose weights' names begin with ``name``."""

    def table(self, name: str) -> Step:
        """The rows of a table, by their numbers."""

    def small(self, name: str) -> torch.Tensor:
        """A weight as it is."""


class InFloats:
    """The parts of an encoder that computes with ``dtype`` on ``device``."""

    def __init__(self, weights: Weights, device: torch.device, dtype: torch.dtype) -> None:
        self._weights, self._device, self._dtype = weights, device, dtype

    def layer(self, name: str, config: MPNetConfig) -> Layer:
        """See :meth:`Parts.layer`."""
        return _Layer(self, name, config)

    def table(self, name: str) -> Step:
        """See :meth:`Parts.table`."""
        rows = self.small(name)
        return lambda numbers: embedding(numbers, rows)

    def small(self, name: str) -> torch.Tensor:
        """See :meth:`Parts.small`."""
        return self._weights[name].to(self._device, self._dtype)


class MPNet:
    """An MPNet that classifies tokens."""

    def __init__(self, config: MPNetConfig, weights: Weights, parts: Parts, layers: Collection[int]) -> None:
        """Make it of ``parts``, which are made of ``weights``; it will tell the hidden states of ``layers``.

        Raises:
            ValueError: the weights are not those of an MPNet of this ``config``.
        """
        known = set()
        for name, shape in _shapes(config):
            if weights.shape(name) != shape:
                raise ValueError(f"{name} is missing or has not the shape {shape}")
            known.add(name)
        if unknown := sorted(set(weights) - known - {"mpnet.embeddings.position_ids"}):
            raise ValueError(f"{unknown[0]} is no weight of such an MPNet")
        self._told = tuple(layers)
        self._words = parts.table("mpnet.embeddings.word_embeddings.weight")
        self._places = parts.small("mpnet.embeddings.position_embeddings.weight")[_FIRST:]
        self._norm = _norm(parts, "mpnet.embeddings.LayerNorm", config)
        self._of_distance = parts.small("mpnet.encoder.relative_attention_bias.weight")
        self._layers = [
            parts.layer(f"mpnet.encoder.layer.{number}", config) for number in range(config.num_hidden_layers)
        ]
        self._head = parts.small("classifier.weight"), parts.small("classifier.bias")
        self._longest = self._of_distance.new_empty(1, 0, 0, 0)

    def __call__(self, ids: torch.Tensor, read: slice) -> tuple[torch.Tensor, dict[int, torch.Tensor]]:
        """The logits of the tokens ``read``, and the hidden states of the layers that are told, 0 entering the first.

        ``ids`` have the shape (rows, tokens), logits (rows, tokens read, labels), states (rows, tokens, width) each.
        Of what leaves the last layer that of other tokens, which nothing reads, is left zero.
        """
        distances = self._distances(ids.shape[1])
        states = [self._norm(self._words(ids).add_(self._places[: ids.shape[1]]))]
        for layer in self._layers[:-1]:
            states.append(layer(states[-1], distances, slice(None)))
        of_read = self._layers[-1](states[-1], distances, read)
        if len(self._layers) in self._told:
            states.append(torch.zeros_like(states[-1]))
            states[-1][:, read] = of_read
        return linear(of_read, *self._head), {layer: states[layer] for layer in self._told}

    def _distances(self, tokens: int) -> torch.Tensor:
        """What attention adds for how far two tokens stand apart: of the longest row so far, or a part of that."""
        longest = self._longest
        if longest.shape[-1] < tokens:
            places = torch.arange(tokens)
            kinds = _kinds(places - places[:, None]).to(self._of_distance.device)
            longest = self._longest = embedding(kinds, self._of_distance).permute(2, 0, 1)[None].contiguous()
        return longest[..., :tokens, :tokens]


def attend(entered: torch.Tensor, heads: int, distances: torch.Tensor, read: slice) -> torch.Tensor:
    """What the tokens ``read`` see, (rows, tokens read, width), of queries, keys and values side by side,
    (rows, tokens, 3 * width)."""
    rows, tokens, _three = entered.shape
    query, key, value = entered.view(rows, tokens, 3, heads, -1).permute(2, 0, 3, 1, 4)
    seen = scaled_dot_product_attention(query[:, :, read], key, value, attn_mask=distances[:, :, read])
    return seen.transpose(1, 2).flatten(2)


class _Layer:
    def __init__(self, parts: Parts, name: str, config: MPNetConfig) -> None:
        self._heads = config.num_attention_heads
        self._enter = _linear(parts, *(f"{name}.attention.attn.{part}" for part in "qkv"))
        self._leave = _linear(parts, f"{name}.attention.attn.o")
        self._attention_norm = _norm(parts, f"{name}.attention.LayerNorm", config)
        self._widen = _linear(parts, f"{name}.intermediate.dense")
        self._narrow = _linear(parts, f"{name}.output.dense")
        self._norm = _norm(parts, f"{name}.output.LayerNorm", config)

    def __call__(self, states: torch.Tensor, distances: torch.Tensor, read: slice) -> torch.Tensor:
        seen = attend(self._enter(states), self._heads, distances, read)
        states = self._attention_norm(self._leave(seen).add_(states[:, read]))
        return self._norm(self._narrow(gelu(self._widen(states))).add_(states))


def _linear(parts: Parts, *names: str) -> Step:
    """What the linear layers of these ``names``, which read the same, say of it, side by side."""
    weight, bias = (torch.cat([parts.small(f"{name}.{part}") for name in names]) for part in ("weight", "bias"))
    return lambda x: linear(x, weight, bias)


def _norm(parts: Parts, name: str, config: MPNetConfig) -> Step:
    weight, bias = parts.small(f"{name}.weight"), parts.small(f"{name}.bias")
    return lambda x: layer_norm(x, weight.shape, weight, bias, config.layer_norm_eps)


def _kinds(apart: torch.Tensor) -> torch.Tensor:
    """The kind of each distance, from 0 on to the left, 16 to the right: the far ones by their logarithm.

    As in T5 (Raffel et al. 2020, arXiv 1910.10683).
    """
    alone = _DISTANCES // 2
    distances = apart.abs()
    share = torch.log(distances.float() / alone) / math.log(_FARTHEST / alone)
    far = (alone + (share * (_DISTANCES - alone)).long()).clamp(max=_DISTANCES - 1)
    return torch.where(distances < alone, distances, far) + (apart > 0) * _DISTANCES


def _shapes(config: MPNetConfig) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The names and shapes of the weights."""
    width, inner = config.hidden_size, config.intermediate_size

    def norm(name: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{name}.weight", (width,)
        yield f"{name}.bias", (width,)

    def layer(name: str, outputs: int, inputs: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{name}.weight", (outputs, inputs)
        yield f"{name}.bias", (outputs,)

    yield "mpnet.embeddings.word_embeddings.weight", (config.vocab_size, width)
    yield "mpnet.embeddings.position_embeddings.weight", (config.max_position_embeddings, width)
    yield "mpnet.encoder.relative_attention_bias.weight", (2 * _DISTANCES, config.num_attention_heads)
    yield from norm("mpnet.embeddings.LayerNorm")
    yield from layer("classifier", len(config.id2label), width)
    for number in range(config.num_hidden_layers):
        name = f"mpnet.encoder.layer.{number}"
        for part in "qkvo":
            yield from layer(f"{name}.attention.attn.{part}", width, width)
        yield from norm(f"{name}.attention.LayerNorm")
        yield from layer(f"{name}.intermediate.dense", inner, width)
        yield from layer(f"{name}.output.dense", width, inner)
        yield from norm(f"{name}.output.LayerNorm")
