"""Linear layers whose result for a row does not depend on how many rows there are.

For a few rows the CPU's matrix multiplication takes another path (seen below 16 rows with oneMKL), which adds in
another order and changes the last bits. A short sentence that stands alone would get other numbers by itself than in
company of windows of the same length.
"""

from __future__ import annotations

import torch
from torch import nn

#: Fewer rows than this are filled up with zeros. Twice what was seen to matter.
ROWS = 32


class _SteadyLinear(nn.Linear):
    """A linear layer that never multiplies fewer than :data:`ROWS` rows."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """*Shape:* (..., in_features) to (..., out_features)."""
        rows = input.reshape(-1, self.in_features)
        if len(rows) >= ROWS:
            return super().forward(input)
        filled = nn.functional.pad(rows, (0, 0, 0, ROWS - len(rows)))
        return super().forward(filled)[: len(rows)].reshape(*input.shape[:-1], self.out_features)


def make_steady(model: nn.Module) -> None:
    """Change every plain linear layer of ``model`` in place; weights and state stay as they are."""
    for module in model.modules():
        if type(module) is nn.Linear:
            module.__class__ = _SteadyLinear
