"""What a classifier's hidden layers hold of the tokens that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from scrutiny.roles.loading import LoadedModel
from scrutiny.roles.windows import Unit, Window, windows


def hidden_states(
    loaded: LoadedModel, units: Sequence[Unit], layers: Sequence[int]
) -> Iterator[tuple[Window, torch.Tensor]]:
    """Each window of ``units`` and what ``layers`` hold of it side by side: (tokens, layers x width)."""
    for window in windows(loaded.tokenizer, units, loaded.settings.window):
        ids = torch.tensor([window.ids])
        with torch.no_grad():
            states = loaded.model(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=True)
        yield window, torch.cat([states.hidden_states[layer][0] for layer in layers], dim=-1)
