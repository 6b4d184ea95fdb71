"""How precisely the encoder computes.

``float32`` gives the same scores on every machine, but for the last digits. ``bfloat16`` is two to three times as fast
where the processor multiplies it in hardware, and says the same role of more than 99.5 % of sentences (see
``benchmarks/README.md``). ``auto`` takes it there, and ``float32`` elsewhere.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


class Precision(StrEnum):
    """The numbers to compute with."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


def dtype_of(precision: Precision | str, device: torch.device) -> torch.dtype:
    """The type of number that ``precision`` stands for on ``device``.

    Raises:
        ValueError: it is no :class:`Precision`.
    """
    import torch

    if precision not in tuple(Precision):
        raise ValueError(f"precision is one of {', '.join(Precision)}, not {precision!r}")
    coarse = _is_fast(device) if precision == Precision.AUTO else precision == Precision.BFLOAT16
    return torch.bfloat16 if coarse else torch.float32


def _is_fast(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware: Intel's AMX, or a GPU since Nvidia's Ampere."""
    import torch

    if device.type == "cpu":
        return bool(torch.cpu.get_capabilities().get("amx_bf16", False))
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
