"""An encoder with its products in whole numbers, on processors that multiply these in hardware (VNNI).

The weights of a row share a scale (as in :mod:`scrutiny.roles.weights`, so that a model kept in eight bits loses
nothing more), and what is multiplied has a scale and a middle of its own for every token, found while it runs: with one
for a whole window, the few tokens with outliers cost all others their precision (Dettmers et al. 2022, arXiv
2208.07339). The products are oneDNN's, which torch brings along.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import nn
from transformers import MPNetForTokenClassification, PreTrainedModel

from scrutiny.roles.mpnet import FewerSteps

#: Smaller matrices, but for those in MPNet's layers, stay as they are: they cost little, and the head's decide.
_SMALLEST = 32
#: oneDNN makes code for every number of rows it meets; a few more rows cost less than that.
_ROWS = 16
_LEVELS = 127
#: What has a sign is counted from here: with a sign oneDNN takes a hundred times as long.
_MIDDLE = 128
#: A GELU says nothing below -0.17, so its levels are counted from here. Where it says nothing above 2.5 either they are
#: wider than they need be; in all the shipped encoder errs less so than with a middle.
_OF_GELU, _LOWEST = 16, 0.17
#: The lowest bits of a number between 2^23 and 2^24 are a whole one: adding this rounds, and leaves them there.
_WHOLE = 1.5 * 2**23


#: Tells the logits of a slice of the tokens, and the states that enter each layer and leave the last: of ids of the
#: shape (rows, tokens) such of the shapes (rows, tokens of the slice, labels) and (rows, tokens, width). What leaves
#: the last may be zero outside the slice.
Encode = Callable[[torch.Tensor, slice], tuple[torch.Tensor, Sequence[torch.Tensor]]]


def in_whole_numbers(model: PreTrainedModel) -> Encode:
    """Run ``model`` with products in whole numbers; it is taken apart, and neither trained nor used otherwise."""
    if isinstance(model, MPNetForTokenClassification):
        return FewerSteps(model, Products)
    places = [
        (parent, name)
        for parent in model.modules()
        for name, part in parent.named_children()
        if isinstance(part, nn.Linear) and min(part.weight.shape) >= _SMALLEST
    ]
    for parent, name in places:  # one by one, so that not all of them are there twice
        setattr(parent, name, Products([getattr(parent, name)]))

    def encode(ids: torch.Tensor, read: slice) -> tuple[torch.Tensor, Sequence[torch.Tensor]]:
        said = model(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=True)
        return said.logits[:, read], said.hidden_states

    return encode


class Products(nn.Module):
    """What linear layers that read the same say of it, side by side.

    x ~ s u + m and w ~ t v, with s and m of a token, t of a row of weights: x w ~ s t (u v) + m t sum(v).
    What a GELU has said has no middle, and is overwritten.
    """

    def __init__(self, layers: Sequence[nn.Linear], *, after_gelu: bool = False) -> None:
        super().__init__()
        weight = torch.cat([layer.weight.detach() for layer in layers])
        self.scales = (weight.abs().amax(dim=1) / _LEVELS).clamp(min=1e-12)
        levels = (weight / self.scales[:, None]).round().to(torch.int8)
        self.levels = torch.ops.onednn.qlinear_prepack(levels, None)
        self.no_offsets = torch.zeros(len(levels), dtype=torch.long)
        biases = [torch.zeros(layer.out_features) if layer.bias is None else layer.bias.detach() for layer in layers]
        self.bias = torch.cat(biases)
        self.sums = (levels.sum(dim=1, dtype=torch.int32) * self.scales)[None]
        self.after_gelu = after_gelu
        self.zero = (
            torch.full((weight.shape[1],), _WHOLE + _OF_GELU) if after_gelu else torch.tensor([_WHOLE + _MIDDLE])
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What they say of ``x``: (..., what they read) becomes (..., what they say)."""
        rows = x.reshape(-1, x.shape[-1])
        said = self._of_gelu(rows) if self.after_gelu else self._of_any(rows)
        return said.view(*x.shape[:-1], -1)

    def _of_any(self, rows: torch.Tensor) -> torch.Tensor:
        largest, smallest = rows.amax(dim=1, keepdim=True), rows.amin(dim=1, keepdim=True)
        # The middle is a whole level, half a level from where it should be at most. Where the range is less than some
        # 2^-15 of it a level may be taken for the lowest, which is off by no more than that range.
        scale = (largest - smallest).div_(2 * _LEVELS - 1).clamp_(min=1e-12)
        inverse = scale.reciprocal()
        shift = torch.addcmul(self.zero, largest.add_(smallest), inverse, value=-0.5)
        products = self._products((rows * inverse).add_(shift), _MIDDLE).addmm_(self.zero - shift, self.sums)
        return torch.addcmul(self.bias, products, scale, out=products)

    def _of_gelu(self, rows: torch.Tensor) -> torch.Tensor:
        scale = (rows.amax(dim=1, keepdim=True) / (255 - _OF_GELU)).clamp_(min=_LOWEST / _OF_GELU)
        # Nobody else reads them, so their place is taken.
        products = self._products(torch.addcmul(self.zero, rows, scale.reciprocal(), out=rows), _OF_GELU)
        return torch.addcmul(self.bias, products, scale, out=products)

    def _products(self, raised: torch.Tensor, zero: int) -> torch.Tensor:
        """Those with the whole numbers in the lowest bits of ``raised``, counted from ``zero``."""
        # What is in the rows that fill up does not matter: nobody reads their products.
        levels = torch.empty(-(-len(raised) // _ROWS) * _ROWS, raised.shape[1], dtype=torch.uint8)
        levels[: len(raised)] = raised.view(torch.int32)
        products: torch.Tensor = torch.ops.onednn.qlinear_pointwise(
            levels, 1.0, zero, self.levels, self.scales, self.no_offsets, None, 1.0, 0, torch.float32, "none", [], ""
        )
        return products[: len(raised)]
