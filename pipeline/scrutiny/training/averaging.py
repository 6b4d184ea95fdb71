"""The weights of several models averaged: as fast as one, and less dependent on how each of them was trained.

Models that were fine-tuned from the same encoder lie in one basin, and what lies between them is often better than
each (model soups, Wortsman et al. 2022, arXiv 2203.05482).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import torch

from scrutiny.errors import ModelError
from scrutiny.roles.loading import LoadedModel, load_model
from scrutiny.roles.settings import ModelSettings
from scrutiny.roles.weights import FILE_NAME, save_int8
from scrutiny.training.folders import make_room
from scrutiny.training.provenance import versions


def average(
    models: Sequence[Path], output: Path, *, shares: Sequence[float] | None = None, command: str = ""
) -> LoadedModel:
    """Write the average of ``models`` to ``output``, in eight bits if the first is; ``shares`` default to equal ones.

    Its probabilities are not calibrated: see :mod:`scrutiny.training.recalibration`. ``average.json`` keeps the models
    by content, with ``command``.

    Raises:
        ModelError: a model cannot be loaded, the models differ in shape, labels or windows, or ``output`` is one.
        ValueError: there are fewer than two models, or the shares do not fit them.
    """
    shares = list(shares or [1.0] * len(models))
    if len(models) < 2 or len(shares) != len(models) or not all(0 < share < math.inf for share in shares):
        raise ValueError(f"two or more models and a positive share of each are needed, not {len(models)} and {shares}")
    first, *others = [load_model(model) for model in models]
    for other in others:
        if not _are_alike(first, other):
            raise ModelError(
                f"{other.name} and {first.name} cannot be averaged: their layers, labels or windows differ.",
                remedy="Give models that were trained from the same encoder with the same windows.",
            )
    total = sum(shares)
    weights = [model.model.state_dict() for model in (first, *others)]
    averaged = {
        name: torch.stack(
            [share / total * of_model[name] for share, of_model in zip(shares, weights, strict=True)]
        ).sum(0)
        for name in weights[0]
    }
    first.model.load_state_dict(averaged)
    in_eight_bits = (models[0] / FILE_NAME).is_file()
    make_room(output, inputs=models)
    if in_eight_bits:
        save_int8(first.model, output)
    else:
        first.model.to(dtype=torch.float16).save_pretrained(output)  # type: ignore[call-arg]
    first.tokenizer.save_pretrained(output)
    ModelSettings(window=first.settings.window).save(output)
    made = {
        "command": command,
        "models": [
            {"model": model.as_posix(), "sha256": loaded.sha256, "share": round(share / total, 4)}
            for model, loaded, share in zip(models, (first, *others), shares, strict=True)
        ],
        "versions": versions(),
    }
    (output / "average.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return load_model(output)


def _are_alike(one: LoadedModel, other: LoadedModel) -> bool:
    shapes = [{name: tensor.shape for name, tensor in loaded.model.state_dict().items()} for loaded in (one, other)]
    return (
        shapes[0] == shapes[1]
        and one.model.config.model_type == other.model.config.model_type
        and one.label_order == other.label_order
        and one.settings.window == other.settings.window
    )
