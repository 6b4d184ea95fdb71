"""An encoder with its products in whole numbers, on processors that multiply these in hardware (VNNI).

The weights of a row share a scale (as in :mod:`scrutiny.roles.weights`, so that a model kept in eight bits loses
nothing more), and what is multiplied has a scale and a middle of its own for every token, found while it runs: with one
for a whole window, the few tokens with outliers cost all others their precision (Dettmers et al. 2022, arXiv
2208.07339). The products are oneDNN's, which torch brings along.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.functional import embedding

from scrutiny.roles.mpnet import Step
from scrutiny.roles.weights import Levels, Weights, in_levels

#: Smaller matrices stay as they are: they cost little, and the head's decide.
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


class InWholeNumbers:
    """The parts of an encoder (:class:`scrutiny.roles.mpnet.Parts`) with its products in whole numbers."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def product(self, names: Sequence[str], *, after_gelu: bool = False) -> Step:
        """See :meth:`scrutiny.roles.mpnet.Parts.product`."""
        levels = [self._weights.levels(f"{name}.weight") for name in names]
        together = Levels(*(torch.cat(parts) for parts in zip(*levels, strict=True)))
        bias = torch.cat([self._weights[f"{name}.bias"] for name in names])
        return Products(together, bias, after_gelu=after_gelu)

    def table(self, name: str) -> Step:
        """See :meth:`scrutiny.roles.mpnet.Parts.table`."""
        if not self._weights.in_eight_bits(name):  # it is not multiplied, so nothing is gained by rounding it
            rows = self._weights[name]
            return lambda numbers: embedding(numbers, rows)
        whole, scales = self._weights.levels(name)
        return lambda numbers: whole[numbers].float().mul_(scales[numbers])

    def small(self, name: str) -> torch.Tensor:
        """See :meth:`scrutiny.roles.mpnet.Parts.small`."""
        return self._weights[name]


def put_whole_products(model: nn.Module) -> None:
    """Put products in whole numbers into the place of the linear layers of ``model``; it cannot be trained then."""
    places = [
        (parent, name)
        for parent in model.modules()
        for name, part in parent.named_children()
        if isinstance(part, nn.Linear) and min(part.weight.shape) >= _SMALLEST
    ]
    for parent, name in places:  # one by one, so that not all of them are there twice
        layer = getattr(parent, name)
        bias = torch.zeros(layer.out_features) if layer.bias is None else layer.bias.detach()
        setattr(parent, name, Products(in_levels(layer.weight.detach()), bias))


class Products(nn.Module):
    """What a linear layer says.

    x ~ s u + m and w ~ t v, with s and m of a token, t of a row of weights: x w ~ s t (u v) + m t sum(v).
    What a GELU has said has no middle, and is overwritten.
    """

    def __init__(self, weight: Levels, bias: torch.Tensor, *, after_gelu: bool = False) -> None:
        super().__init__()
        whole, scales = weight
        self.scales = scales[:, 0].contiguous()
        self.levels = torch.ops.onednn.qlinear_prepack(whole, None)
        self.no_offsets = torch.zeros(len(whole), dtype=torch.long)
        self.bias = bias
        self.sums = (whole.sum(dim=1, dtype=torch.int32) * self.scales)[None]
        self.after_gelu = after_gelu
        self.zero = torch.full((whole.shape[1],), _WHOLE + _OF_GELU) if after_gelu else torch.tensor([_WHOLE + _MIDDLE])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What it says of ``x``: (..., what it reads) becomes (..., what it says)."""
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
