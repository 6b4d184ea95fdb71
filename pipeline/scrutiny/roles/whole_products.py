"""The encoder with its products in whole numbers, on processors that multiply these in hardware (VNNI).

The weights of a row share a scale (as in :mod:`scrutiny.roles.weights`, so that a model kept in eight bits loses
nothing more), and what is multiplied has a scale and a middle of its own for every token, found while it runs: with one
for a whole window, the few tokens with outliers cost all others their precision (Dettmers et al. 2022, arXiv
2208.07339). The products are oneDNN's, which torch brings along. Attention of MPNet, which has no faster one in
transformers, is done in fewer steps besides.
"""

from __future__ import annotations

import torch
from torch import nn
from transformers import PreTrainedModel
from transformers.models.mpnet.modeling_mpnet import MPNetSelfAttention

#: Smaller matrices stay as they are: they cost little, and the head's are what decides.
_SMALLEST = 32
#: oneDNN makes code for every number of rows it meets; a few more rows cost less than that.
_ROWS = 16
_LEVELS = 127


def use_whole_products(model: PreTrainedModel) -> None:
    """Put products in whole numbers in the place of ``model``'s own; it cannot be trained afterwards."""
    places = [
        (parent, name)
        for parent in model.modules()
        if not isinstance(parent, MPNetSelfAttention)
        for name, part in parent.named_children()
        if isinstance(part, MPNetSelfAttention) or (isinstance(part, nn.Linear) and min(part.weight.shape) >= _SMALLEST)
    ]
    for parent, name in places:  # one by one, so that not all of them are there twice
        part = getattr(parent, name)
        setattr(parent, name, _Attention(part) if isinstance(part, MPNetSelfAttention) else _Products([part]))


class _Products(nn.Module):
    """What linear layers that read the same say of it, side by side.

    x ~ s u + m and w ~ t v, with s and m of a token, t of a row of weights: x w ~ s t (u v) + m t sum(v).
    """

    def __init__(self, layers: list[nn.Linear]) -> None:
        super().__init__()
        weight = torch.cat([layer.weight.detach() for layer in layers])
        self.scales = (weight.abs().amax(dim=1) / _LEVELS).clamp(min=1e-12)
        levels = (weight / self.scales[:, None]).round().to(torch.int8)
        self.levels = torch.ops.onednn.qlinear_prepack(levels, None)
        self.no_offsets = torch.zeros(len(levels), dtype=torch.long)
        biases = [torch.zeros(layer.out_features) if layer.bias is None else layer.bias.detach() for layer in layers]
        self.offsets = torch.stack([levels.sum(dim=1, dtype=torch.int32) * self.scales, torch.cat(biases)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.reshape(-1, x.shape[-1])
        largest, smallest = rows.amax(dim=1, keepdim=True), rows.amin(dim=1, keepdim=True)
        middle = (largest + smallest) / 2
        scale = ((largest - middle) / _LEVELS).clamp(min=1e-12)
        # What is in the rows that fill up does not matter: nobody reads their products.
        levels = torch.empty(-(-len(rows) // _ROWS) * _ROWS, rows.shape[1], dtype=torch.int8)
        levels[: len(rows)] = (rows - middle).mul_(scale.reciprocal()).round_()
        # The same as numbers without a sign, counted from 128: with a sign oneDNN takes a hundred times as long.
        unsigned = levels.view(torch.uint8).bitwise_xor_(128)
        products: torch.Tensor = torch.ops.onednn.qlinear_pointwise(
            unsigned, 1.0, 128, self.levels, self.scales, self.no_offsets, None, 1.0, 0, torch.float32, "none", [], ""
        )
        said = products[: len(rows)].mul_(scale).addmm_(torch.cat([middle, torch.ones_like(middle)], 1), self.offsets)
        return said.view(*x.shape[:-1], -1)


class _Attention(nn.Module):
    """The attention of a layer of MPNet, for rows without padding."""

    def __init__(self, attention: MPNetSelfAttention) -> None:
        super().__init__()
        self.heads, self.width = attention.num_attention_heads, attention.attention_head_size
        self.enter = _Products([attention.q, attention.k, attention.v])
        self.leave = _Products([attention.o])

    def forward(
        self, hidden_states: torch.Tensor, _mask: torch.Tensor, position_bias: torch.Tensor, **_: object
    ) -> tuple[torch.Tensor]:
        rows, tokens, _width = hidden_states.shape
        parts = self.enter(hidden_states).view(rows, tokens, 3, self.heads, self.width)
        query, key, value = parts.permute(2, 0, 3, 1, 4).flatten(1, 2)
        scores = torch.baddbmm(position_bias.flatten(0, 1), query, key.mT, alpha=self.width**-0.5)
        seen = torch.bmm(scores.softmax(dim=-1), value)
        return (self.leave(seen.view(rows, self.heads, tokens, -1).transpose(1, 2).flatten(2)),)
