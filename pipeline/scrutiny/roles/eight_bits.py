"""The encoder in eight bits, run by ONNX Runtime: faster on processors that do not multiply bfloat16.

``scrutiny export`` makes the file (:mod:`scrutiny.training.exporting`), holds what it says against the encoder in
single precision, and keeps beside it how often the two agree.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

from scrutiny.errors import ModelError

if TYPE_CHECKING:
    import torch

FILE_NAME = "encoder.int8.onnx"

#: How the file was made and how it agrees, beside it.
PROVENANCE = "export.json"

#: What is kept there of how the file agrees, and how :mod:`scrutiny.roles.whole_products` do.
AGREEMENT, AGREEMENT_ON_VNNI = "agreement", "agreement_on_vnni"

#: The share of sentences that must be given the same role as in single precision for the file to be taken by itself.
ENOUGH = 0.995

INPUT, LOGITS, HIDDEN = "input_ids", "logits", "hidden_{}"


def is_trusted(folder: Path) -> bool:
    """Whether a model has an encoder in eight bits that was found to agree and to be faster, and what runs it is
    installed."""
    worth = _agrees(folder, AGREEMENT)
    return worth and (folder / FILE_NAME).is_file() and importlib.util.find_spec("onnxruntime") is not None


def is_trusted_on_vnni(folder: Path) -> bool:
    """Whether the encoder of a model was found to agree and to be faster with :mod:`scrutiny.roles.whole_products`."""
    return _agrees(folder, AGREEMENT_ON_VNNI)


def _agrees(folder: Path, key: str) -> bool:
    try:
        found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))[key]
        return bool(found["role"] >= ENOUGH and found["int8_rate"] > found["float32_rate"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


class EightBits:
    """An encoder in eight bits. Several threads may call one at the same time; each call computes on its own thread."""

    def __init__(self, folder: Path, layers: tuple[int, ...] = ()) -> None:
        """Load the file of ``folder``; the hidden states of ``layers`` will be told with the logits.

        Raises:
            ModelError: there is no such file, it was made for other layers, or ONNX Runtime is not installed.
        """
        file = folder / FILE_NAME
        if not file.is_file():
            raise ModelError(
                f"{folder}: there is no encoder in eight bits ({FILE_NAME}).",
                remedy="Make one with 'scrutiny export', or ask for --precision float32.",
            )
        try:
            import onnxruntime
        except ImportError:
            raise ModelError(
                "A model in eight bits is run by ONNX Runtime, which is not installed.",
                remedy="Install it with: pip install 'scrutiny[onnx]', or ask for --precision float32.",
            ) from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Windows differ in length: room planned for one fits no other.
        options.enable_mem_pattern = False
        options.log_severity_level = 3
        self._layers = layers
        self._outputs = [LOGITS, *(HIDDEN.format(layer) for layer in layers)]
        try:
            self._session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        # ONNX Runtime raises classes of its own, which have no name in common.
        except Exception as error:
            raise ModelError(
                f"{file}: not a loadable encoder: {str(error).splitlines()[0]}",
                remedy="Make it with 'scrutiny export'.",
            ) from None
        if missing := set(self._outputs) - {output.name for output in self._session.get_outputs()}:
            raise ModelError(
                f"{file}: it was made for a model of other layers: {', '.join(sorted(missing))} is missing.",
                remedy="Make it again with 'scrutiny export'.",
            )

    def __call__(self, ids: torch.Tensor, read: slice) -> tuple[torch.Tensor, dict[int, torch.Tensor]]:
        """The logits of the tokens ``read`` and the hidden states of ``layers``.

        ``ids`` have the shape (1, tokens), logits (1, tokens read, roles), states (1, tokens, width) each.
        """
        import torch

        logits, *hidden = self._session.run(self._outputs, {INPUT: ids.numpy()})
        states = {layer: torch.from_numpy(one) for layer, one in zip(self._layers, hidden, strict=True)}
        return torch.from_numpy(logits)[:, read], states
