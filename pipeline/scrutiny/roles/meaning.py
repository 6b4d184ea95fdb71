"""What a sentence is about, as a short vector: those of sentences about the same point the same way.

A linear map from some of the classifier's hidden layers to the embeddings of a model of meaning, fitted by
``scrutiny meaning``. It needs no second pass of the encoder; a model may be without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scrutiny.errors import ModelError

if TYPE_CHECKING:
    import torch

FILE_NAME = "meaning.safetensors"

_REMEDY = "Fit it again with 'scrutiny meaning', or remove it: findings are then linked by their words alone."
#: Numbers are kept in eight bits with a sign, the largest of a vector as this.
_LEVELS = 127


@dataclass(frozen=True, slots=True)
class MeaningMap:
    """``weight`` of shape (hidden, dimensions) and ``bias`` of (dimensions,), in single precision.

    ``layers`` are those read, 0 being what enters the first; hidden is their number times the encoder's width.
    """

    layers: tuple[int, ...]
    weight: torch.Tensor
    bias: torch.Tensor

    def __call__(self, hidden: torch.Tensor) -> tuple[bytes, ...]:
        """The vectors of sentences whose ``hidden`` states have the shape (sentences, hidden): signed bytes each."""
        import torch

        vectors = hidden @ self.weight + self.bias
        largest = vectors.abs().amax(dim=1, keepdim=True).clamp(min=1e-12)
        return tuple(row.numpy().tobytes() for row in (vectors / largest * _LEVELS).round().to(torch.int8))


def pooled(hidden: torch.Tensor, spans: Sequence[tuple[int, int, int]]) -> torch.Tensor:
    """The mean over each of a window's ``spans`` of hidden states of the shape (tokens, hidden): (spans, hidden)."""
    import torch

    return torch.stack([hidden[start:end].mean(dim=0) for _, start, end in spans])


def load_meaning(folder: Path, *, layers: int, width: int) -> MeaningMap | None:
    """The map of a model whose encoder has ``layers`` of a ``width``, or None where its folder has none.

    Raises:
        ModelError: it cannot be read, or was made for another model.
    """
    from safetensors import SafetensorError, safe_open

    file = folder / FILE_NAME
    if not file.is_file():
        return None
    try:
        with safe_open(file, framework="pt") as tensors:
            which = tuple(int(number) for number in tensors.metadata()["layers"].split())
            weight, bias = tensors.get_tensor("weight").float(), tensors.get_tensor("bias").float()
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelError(f"{file}: not a map to meaning: {error}.", remedy=_REMEDY) from None
    if (
        not which
        or not all(0 <= number <= layers for number in which)
        or weight.shape
        != (
            len(which) * width,
            len(bias),
        )
    ):
        raise ModelError(f"{file}: it was made for another model.", remedy=_REMEDY)
    return MeaningMap(which, weight, bias)
