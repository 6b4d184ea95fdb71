"""The folder that a model is written to: nothing of another model may stay in it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scrutiny.errors import ModelError
from scrutiny.roles.taught import FILE_NAME as TAUGHT

#: What says how a model was made or how good it is.
_ABOUT = (
    "README.md",
    "curves.png",
    "training.json",
    "average.json",
    "calibration.json",
    "meaning.json",
    "tagger.json",
    "export.json",
    TAUGHT,
)


def make_room(output: Path, inputs: Iterable[Path] = ()) -> None:
    """Make the folder, and remove from it the weights of another model and what is told of them.

    Weights left behind would be loaded together with the new ones.

    Raises:
        ModelError: ``output`` is one of ``inputs``, which are still needed.
    """
    if any(output.resolve() == given.resolve() for given in inputs):
        raise ModelError(f"{output} is one of the models to read.", remedy="Give another output folder.")
    output.mkdir(parents=True, exist_ok=True)
    for stale in (*output.glob("*.safetensors"), *output.glob("*.onnx"), *(output / name for name in _ABOUT)):
        stale.unlink(missing_ok=True)
