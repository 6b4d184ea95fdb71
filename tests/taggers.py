"""Taggers with random weights, for tests that do not care what they say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file

from scrutiny.roles.tag_network import TagNetwork
from scrutiny.roles.tags import ABOUT, FILE_NAME

WIDTH = 16


def write_tagger(
    folder: Path,
    layers: Sequence[object],
    names: Sequence[str],
    thresholds: Mapping[str, float],
    *,
    hidden: int,
    tags: int | None = None,
    **others: torch.Tensor,
) -> None:
    """Write one that reads ``hidden`` numbers of each token and says something of some of them; ``tags`` are as many as
    ``names`` unless given, and ``others`` take the place of its tensors (with dots for underscores)."""
    torch.manual_seed(0)
    network = TagNetwork(hidden, tags or len(names), WIDTH)
    # Random weights say little: these say much.
    torch.nn.init.normal_(network.leave.weight, std=2.0)
    torch.nn.init.constant_(network.leave.bias, -3.0)
    tensors = {name: weight.half().contiguous() for name, weight in network.state_dict().items()}
    tensors |= {name.replace("_", "."): tensor for name, tensor in others.items()}
    about = {"layers": layers, "names": names, "thresholds": thresholds}
    save_file(tensors, folder / FILE_NAME, metadata={ABOUT: json.dumps(about)})
