"""How precisely the encoder computes.

``float32`` gives the same scores on every machine, but for the last digits. ``bfloat16`` is two to three times as fast
where the processor multiplies it in hardware, and ``int8`` half as fast again or more on other processors, for models
exported with ``scrutiny export``, which tells how many sentences then get another role (for both see
``benchmarks/README.md``). ``auto`` takes the fastest of them, ``int8`` only where 99.5 % of roles stay.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from scrutiny.errors import ModelError
from scrutiny.roles.eight_bits import is_trusted

if TYPE_CHECKING:
    import torch


class Precision(StrEnum):
    """The numbers to compute with."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    INT8 = "int8"


def precision_of(asked: Precision | str, device: torch.device, folder: Path) -> Precision:
    """What the model in ``folder`` computes with on ``device`` if ``asked``: anything but ``auto``.

    Raises:
        ModelError: eight bits are asked for on a device other than the processor.
        ValueError: ``asked`` is no :class:`Precision`.
    """
    if asked not in tuple(Precision):
        raise ValueError(f"precision is one of {', '.join(Precision)}, not {asked!r}")
    if asked == Precision.INT8 and device.type != "cpu":
        raise ModelError(
            f"Models in eight bits run on the processor alone, not on {device}.",
            remedy="Ask for --precision auto, or for --device cpu.",
        )
    if asked != Precision.AUTO:
        return Precision(asked)
    if _multiplies_bfloat16(device):
        return Precision.BFLOAT16
    return Precision.INT8 if device.type == "cpu" and is_trusted(folder) else Precision.FLOAT32


def _multiplies_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware: Intel's AMX, or a GPU since Nvidia's Ampere."""
    import torch

    if device.type == "cpu":
        return bool(torch.cpu.get_capabilities().get("amx_bf16", False))
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
