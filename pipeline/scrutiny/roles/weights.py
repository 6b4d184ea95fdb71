"""Weights in eight bits: a quarter of the size of single precision, for keeping and sending models.

Each row of a weight matrix is kept as whole numbers from -127 to 127 and one scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from scrutiny.roles.meaning import FILE_NAME as MEANING
from scrutiny.roles.tags import FILE_NAME as TAGGER

if TYPE_CHECKING:
    from transformers import PreTrainedModel

#: Not the usual name, since what does not know of the scales would load rubbish.
FILE_NAME = "model.int8.safetensors"

_SCALE = ".scale"
_LEVELS = 127


class Levels(NamedTuple):
    """A matrix as ``whole`` numbers, int8 of the shape (rows, columns), and the ``scales`` of its rows, (rows, 1)."""

    whole: torch.Tensor
    scales: torch.Tensor


def in_levels(matrix: torch.Tensor) -> Levels:
    """A matrix in eight bits: each number is off by half a level of its row at most."""
    scales = (matrix.abs().amax(dim=1, keepdim=True) / _LEVELS).clamp(min=1e-12).float()
    return Levels((matrix / scales).round().to(torch.int8), scales)


def save_int8(model: PreTrainedModel, folder: Path) -> None:
    """Write ``config.json`` and :data:`FILE_NAME`: matrices in eight bits, everything else in half precision."""
    tensors: dict[str, torch.Tensor] = {}
    for name, tensor in model.state_dict().items():
        if tensor.dim() == 2:
            tensors[name], tensors[name + _SCALE] = in_levels(tensor)
        else:
            tensors[name] = tensor.half().contiguous()
    folder.mkdir(parents=True, exist_ok=True)
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(folder)
    save_file(tensors, folder / FILE_NAME, metadata={"format": "pt"})


class Weights(Mapping[str, torch.Tensor]):
    """The weights that a folder keeps in whichever precision, by name: read when asked for, in single precision.

    Asking for one raises ValueError where it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        """Open the files of ``folder``.

        Raises:
            OSError: there are no weights as safetensors.
            SafetensorError: they cannot be read.
        """
        files = [file for file in sorted(folder.glob("*.safetensors")) if file.name not in (MEANING, TAGGER)]
        if not files:
            raise OSError("no weights as safetensors")
        self._files: dict[str, Any] = {}
        for file in files:
            opened: Any = safe_open(file, framework="pt")
            self._files.update(dict.fromkeys(opened.keys(), opened))

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._files if not name.endswith(_SCALE))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, name: str) -> torch.Tensor:
        kept = self._kept(name)
        return kept.float() * self._scales(name) if self.in_eight_bits(name) else kept.float()

    def shape(self, name: str) -> tuple[int, ...] | None:
        """The shape of a weight, or None where there is none of the name."""
        return tuple(self._files[name].get_slice(name).get_shape()) if name in self._files else None

    def levels(self, name: str) -> Levels:
        """A matrix in eight bits, as it is kept if it is kept so."""
        if self.in_eight_bits(name):
            return Levels(self._kept(name), self._scales(name))
        return in_levels(self[name])

    def in_eight_bits(self, name: str) -> bool:
        """Whether a weight is kept so."""
        return str(self._files[name].get_slice(name).get_dtype()) == "I8"

    def _scales(self, name: str) -> torch.Tensor:
        if self.shape(name + _SCALE) != (*(self.shape(name) or ())[:1], 1):
            raise ValueError(f"{name} is kept in eight bits without the scales of its rows")
        return self._kept(name + _SCALE).float()

    def _kept(self, name: str) -> torch.Tensor:
        # Without a copy it would be a part of the file, and gone if somebody wrote another model there.
        kept: torch.Tensor = self._files[name].get_tensor(name).clone()
        if kept.dtype is not torch.int8 and not kept.is_floating_point():
            raise ValueError(f"{name} is kept as {str(kept.dtype).removeprefix('torch.')}")
        return kept
