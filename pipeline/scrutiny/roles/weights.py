"""Weights in eight bits: a quarter of the size of single precision, for keeping and sending models.

Each row of a weight matrix is kept as whole numbers from -127 to 127 and one scale. They are turned back into single
precision when the model is loaded: what is saved is room, not time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file, save_file

from scrutiny.roles.meaning import FILE_NAME as MEANING
from scrutiny.roles.tags import FILE_NAME as TAGGER

if TYPE_CHECKING:
    from transformers import PreTrainedModel

#: Not the usual name, since what does not know of the scales would load rubbish.
FILE_NAME = "model.int8.safetensors"

_SCALE = ".scale"
_LEVELS = 127


def save_int8(model: PreTrainedModel, folder: Path) -> None:
    """Write ``config.json`` and :data:`FILE_NAME`: matrices in eight bits, everything else in half precision."""
    tensors: dict[str, torch.Tensor] = {}
    for name, tensor in model.state_dict().items():
        if tensor.dim() == 2:
            scale = (tensor.abs().amax(dim=1, keepdim=True) / _LEVELS).clamp(min=1e-12).float()
            tensors[name] = (tensor / scale).round().to(torch.int8)
            tensors[name + _SCALE] = scale
        else:
            tensors[name] = tensor.half().contiguous()
    folder.mkdir(parents=True, exist_ok=True)
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(folder)
    save_file(tensors, folder / FILE_NAME, metadata={"format": "pt"})


def load_weights(folder: Path) -> Mapping[str, torch.Tensor]:
    """The weights in single precision, from whichever precision they are kept in.

    Raises:
        OSError: there are no weights as safetensors.
    """
    tensors: dict[str, torch.Tensor] = {}
    files = [file for file in sorted(folder.glob("*.safetensors")) if file.name not in (MEANING, TAGGER)]
    if not files:
        raise OSError("no weights as safetensors")
    for file in files:
        tensors |= load_file(file)
    return {
        name: tensor.float() * tensors[name + _SCALE] if name + _SCALE in tensors else tensor.float()
        for name, tensor in tensors.items()
        if not name.endswith(_SCALE)
    }
