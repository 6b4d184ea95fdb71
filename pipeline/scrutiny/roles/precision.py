"""How precisely the encoder computes.

``float32`` gives the same scores on every machine, but for the last digits. ``bfloat16`` is two to three times as fast
where the processor multiplies it in hardware, ``int8-vnni`` twice where it multiplies whole numbers in hardware, and
``int8`` half as fast again on other processors, for models exported with ``scrutiny export`` (for all see
``benchmarks/README.md``). ``auto`` takes the fastest of them, eight bits only where ``scrutiny export`` has found that
99.5 % of roles stay.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from scrutiny.errors import ModelError
from scrutiny.roles.eight_bits import is_trusted, is_trusted_on_vnni

if TYPE_CHECKING:
    import torch


class Precision(StrEnum):
    """The numbers to compute with."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    INT8 = "int8"
    INT8_VNNI = "int8-vnni"


#: Those that the processor alone computes with.
IN_EIGHT_BITS = (Precision.INT8, Precision.INT8_VNNI)


def precision_of(asked: Precision | str, device: torch.device, folder: Path) -> Precision:
    """What the model in ``folder`` computes with on ``device`` if ``asked``: anything but ``auto``.

    Raises:
        ModelError: eight bits are asked for on a device other than the processor, or one that has no VNNI.
        ValueError: ``asked`` is no :class:`Precision`.
    """
    if asked not in tuple(Precision):
        raise ValueError(f"precision is one of {', '.join(Precision)}, not {asked!r}")
    if asked in IN_EIGHT_BITS and device.type != "cpu":
        raise ModelError(
            f"Models in eight bits run on the processor alone, not on {device}.",
            remedy="Ask for --precision auto, or for --device cpu.",
        )
    if asked == Precision.INT8_VNNI and not multiplies_whole_numbers():
        raise ModelError(
            "This processor does not multiply whole numbers in hardware (AVX-512 VNNI).",
            remedy="Ask for --precision auto.",
        )
    if asked != Precision.AUTO:
        return Precision(asked)
    if _multiplies_bfloat16(device):
        return Precision.BFLOAT16
    if device.type != "cpu":
        return Precision.FLOAT32
    if multiplies_whole_numbers() and is_trusted_on_vnni(folder):
        return Precision.INT8_VNNI
    return Precision.INT8 if is_trusted(folder) else Precision.FLOAT32


def multiplies_whole_numbers() -> bool:
    """Whether this processor multiplies whole numbers in hardware, and torch can."""
    import torch

    has_products = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return bool(has_products and torch.cpu.get_capabilities().get("avx512_vnni", False))


def _multiplies_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware: Intel's AMX, or a GPU since Nvidia's Ampere."""
    import torch

    if device.type == "cpu":
        return bool(torch.cpu.get_capabilities().get("amx_bf16", False))
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
