"""MPNet's layers in fewer steps than transformers takes, for rows without padding.

transformers has no fast attention for MPNet, and works out anew for every row how far its tokens stand apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import MPNetForTokenClassification
from transformers.activations import GELUActivation
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder, MPNetLayer


class MakeProduct(Protocol):
    """Makes one module of linear layers that read the same: what they say of it, side by side."""

    def __call__(self, layers: Sequence[nn.Linear], *, after_gelu: bool = False) -> nn.Module:
        """``after_gelu``: what is read is what a GELU says, and nothing else reads it."""


class FewerSteps(nn.Module):
    """An MPNet that classifies tokens."""

    def __init__(self, model: MPNetForTokenClassification, make: MakeProduct) -> None:
        """Take ``model`` apart; ``make`` makes the products of its layers. It cannot be trained, nor ``model`` used."""
        super().__init__()
        encoder = model.mpnet.encoder
        self.enter = model.mpnet.embeddings
        self.of_distance = encoder.relative_attention_bias
        self.layers = nn.ModuleList()
        while encoder.layer:  # one by one, so that not all of them are there twice
            layer = encoder.layer.pop(0)
            assert isinstance(layer, MPNetLayer)
            self.layers.append(_Layer(layer, make))
        del model.mpnet.encoder  # without layers it would run, and say rubbish
        self.leave = model.classifier
        self._longest = torch.empty(1, 0, 0, 0)

    def forward(self, ids: torch.Tensor, read: slice) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The logits of the tokens ``read``, and what enters each layer and leaves the last.

        ``ids`` have the shape (rows, tokens), logits (rows, tokens read, labels), states (rows, tokens, width) each.
        Of what leaves the last layer that of other tokens, which nothing reads, is left zero.
        """
        states = [self.enter(ids)]
        distances = self._distances(ids.shape[1])
        for layer in self.layers[:-1]:
            states.append(layer(states[-1], distances))
        of_read = self.layers[-1](states[-1], distances, read)
        states.append(torch.zeros_like(states[-1]))
        states[-1][:, read] = of_read
        return self.leave(of_read), states

    def _distances(self, tokens: int) -> torch.Tensor:
        """What attention adds for how far two tokens stand apart: of the longest row so far, or a part of that."""
        longest = self._longest
        if longest.shape[-1] < tokens:
            places = torch.arange(tokens)
            apart = MPNetEncoder.relative_position_bucket(places - places[:, None])  # type: ignore[no-untyped-call]
            longest = self._longest = self.of_distance(apart).permute(2, 0, 1)[None].contiguous()
        return longest[..., :tokens, :tokens]


class _Layer(nn.Module):
    def __init__(self, layer: MPNetLayer, make: MakeProduct) -> None:
        super().__init__()
        attention = layer.attention.attn
        self.heads = attention.num_attention_heads
        self.enter = make([attention.q, attention.k, attention.v])
        self.leave = make([attention.o])
        self.attention_norm = layer.attention.LayerNorm
        self.widen = make([layer.intermediate.dense])
        self.activation = layer.intermediate.intermediate_act_fn
        self.narrow = make([layer.output.dense], after_gelu=isinstance(self.activation, GELUActivation))
        self.norm = layer.output.LayerNorm

    def forward(self, states: torch.Tensor, distances: torch.Tensor, read: slice = slice(None)) -> torch.Tensor:
        """What the layer makes of the tokens ``read`` in the light of all."""
        rows, tokens, _width = states.shape
        query, key, value = self.enter(states).view(rows, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(query[:, :, read], key, value, attn_mask=distances[:, :, read])
        states = self.attention_norm(self.leave(seen.transpose(1, 2).flatten(2)).add_(states[:, read]))
        said: torch.Tensor = self.norm(self.narrow(self.activation(self.widen(states))).add_(states))
        return said
