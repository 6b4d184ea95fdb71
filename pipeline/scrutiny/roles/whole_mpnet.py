"""The parts of an MPNet with its products in whole numbers."""

from __future__ import annotations

import torch
from torch.nn.functional import embedding

from scrutiny.roles.mpnet import Layer, MPNetConfig, Step, attend
from scrutiny.roles.weights import Levels, Weights
from scrutiny.roles.whole_products import InLevels, Product, kernels


class InWholeNumbers:
    """The parts of an encoder (:class:`scrutiny.roles.mpnet.Parts`) with its products in whole numbers."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def layer(self, name: str, config: MPNetConfig) -> Layer:
        """See :meth:`scrutiny.roles.mpnet.Parts.layer`."""
        return _Layer(self, name, config)

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

    def product(self, *names: str) -> Product:
        """The linear layers of these ``names``, which read the same, side by side."""
        levels = [self._weights.levels(f"{name}.weight") for name in names]
        together = Levels(*(torch.cat(parts) for parts in zip(*levels, strict=True)))
        return Product(together, torch.cat([self._weights[f"{name}.bias"] for name in names]))


class _Layer:
    def __init__(self, parts: InWholeNumbers, name: str, config: MPNetConfig) -> None:
        self._heads = config.num_attention_heads
        self._enter = parts.product(*(f"{name}.attention.attn.{part}" for part in "qkv"))
        self._leave = _AddAndNorm(parts, f"{name}.attention.attn.o", f"{name}.attention.LayerNorm", config)
        self._widen = parts.product(f"{name}.intermediate.dense")
        self._narrow = _AddAndNorm(parts, f"{name}.output.dense", f"{name}.output.LayerNorm", config)

    def __call__(self, states: torch.Tensor, distances: torch.Tensor, read: slice) -> torch.Tensor:
        entered = self._enter.says(states.flatten(0, 1)).view(*states.shape[:2], -1)
        seen = attend(entered, self._heads, distances, read)
        x = self._leave(InLevels.of(seen.flatten(0, 1)), states[:, read].flatten(0, 1))
        return self._narrow(self._gelu(InLevels.of(x)), x).view(seen.shape)

    def _gelu(self, x: InLevels) -> InLevels:
        products = self._widen(x)
        said = InLevels(len(x.of_rows), products.shape[1])
        kernels().gelu(products, x.of_rows, *self._widen.stands_for, said.levels.numpy(), said.of_rows)
        return said


class _AddAndNorm:
    def __init__(self, parts: InWholeNumbers, product: str, norm: str, config: MPNetConfig) -> None:
        self._product = parts.product(product)
        self._weight, self._shift = (parts.small(f"{norm}.{part}").numpy() for part in ("weight", "bias"))
        self._eps = config.layer_norm_eps

    def __call__(self, x: InLevels, residual: torch.Tensor) -> torch.Tensor:
        normed = torch.empty(residual.shape)
        kernels().add_and_norm(
            self._product(x), x.of_rows, *self._product.stands_for,
            residual.contiguous().numpy(), self._weight, self._shift, self._eps, normed.numpy(),
        )  # fmt: skip
        return normed
