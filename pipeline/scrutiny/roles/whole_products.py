"""Linear layers with their products in whole numbers, on processors that multiply these in hardware (VNNI).

The weights of a row share a scale (as in :mod:`scrutiny.roles.weights`, so that a model kept in eight bits loses
nothing more), and what is multiplied has a scale and a middle of its own for every token, found while it runs: with one
for a whole window, the few tokens with outliers cost all others their precision (Dettmers et al. 2022, arXiv
2208.07339). The products are oneDNN's, which torch brings along.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from types import ModuleType

import numpy as np
import torch
from torch import nn

from scrutiny.errors import ModelError
from scrutiny.roles.weights import Levels, in_levels

#: Levels of any numbers are counted from here: with a sign oneDNN takes a hundred times as long.
ZERO = 128
#: Smaller matrices stay as they are: they cost little, and the head's decide.
_SMALLEST = 32
#: oneDNN makes code for every number of rows it meets; a few more rows cost less than that.
_ROWS = 16


def kernels() -> ModuleType:
    """:mod:`scrutiny.roles.kernels`.

    Raises:
        ModelError: numba, which compiles them, cannot be imported.
    """
    try:
        from scrutiny.roles import kernels
    except ImportError as error:
        raise ModelError(
            f"Products in whole numbers need numba, which cannot be imported: {error}",
            remedy="Install another version of it, or ask for --precision float32.",
        ) from None
    return kernels


def get_ready() -> None:
    """Have the kernels made ready while other things are done."""

    def get() -> None:
        with suppress(ModelError):  # who uses them will be told
            kernels()

    threading.Thread(target=get).start()


class InLevels:
    """Rows in levels: see :mod:`scrutiny.roles.kernels`. There are more than ``rows`` of them; nobody reads those."""

    def __init__(self, rows: int, width: int) -> None:
        """Make room for so many rows."""
        self.levels = torch.empty(-(-rows // _ROWS) * _ROWS, width, dtype=torch.uint8)
        self.of_rows = np.empty((rows, 4), np.float32)

    @classmethod
    def of(cls, rows: torch.Tensor) -> InLevels:
        """``rows``, (rows, width), in levels; nobody else may read them meanwhile."""
        found = cls(*rows.shape)
        kernels().quantize(rows.contiguous().numpy(), found.levels.numpy(), found.of_rows)
        return found


class Product:
    """The products of a linear layer."""

    def __init__(self, weight: Levels, bias: torch.Tensor) -> None:
        whole, scales = weight[0], weight[1][:, 0].contiguous()
        self._scales = scales
        self._levels = torch.ops.onednn.qlinear_prepack(whole, None)
        self._no_offsets = torch.zeros(len(whole), dtype=torch.long)
        sums = whole.sum(dim=1, dtype=torch.int32) * scales
        #: What makes of them what they stand for: the arguments of :func:`scrutiny.roles.kernels.dequantize`.
        self.stands_for = whole.T.contiguous().numpy(), scales.numpy(), sums.numpy(), bias.numpy()

    def __call__(self, x: InLevels) -> np.ndarray:
        """The products of rows in levels."""
        products: torch.Tensor = torch.ops.onednn.qlinear_pointwise(
            x.levels, 1.0, ZERO, self._levels, self._scales, self._no_offsets, None,
            1.0, 0, torch.float32, "none", [], "",
        )  # fmt: skip
        return products.numpy()

    def says(self, rows: torch.Tensor) -> torch.Tensor:
        """What the layer says of ``rows``, (rows, what it reads): (rows, what it says)."""
        x = InLevels.of(rows)
        products = self(x)
        kernels().dequantize(products, x.of_rows, *self.stands_for)
        return torch.from_numpy(products)[: len(rows)]


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
        setattr(parent, name, _Layer(Product(in_levels(layer.weight.detach()), bias)))


class _Layer(nn.Module):
    def __init__(self, product: Product) -> None:
        super().__init__()
        self._product = product

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # It may be a weight, which other threads read.
        return self._product.says(x.reshape(-1, x.shape[-1]).clone()).view(*x.shape[:-1], -1)
