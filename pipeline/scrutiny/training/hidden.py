"""What a classifier's hidden layers hold of the tokens that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch

from scrutiny.roles.loading import LoadedModel
from scrutiny.roles.windows import Unit, Window, windows


def hidden_states(
    loaded: LoadedModel, units: Sequence[Unit], layers: Sequence[int]
) -> Iterator[tuple[Window, torch.Tensor]]:
    """Each window of ``units`` and what ``layers`` hold of it side by side: (tokens, layers x width)."""

    def read(window: Window) -> torch.Tensor:
        ids = torch.tensor([window.ids])
        with torch.no_grad():
            states = loaded.model(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=True)
        return torch.cat([states.hidden_states[layer][0] for layer in layers], dim=-1)

    found = windows(loaded.tokenizer, units, loaded.settings.window)
    threads = torch.get_num_threads()
    try:
        # Windows side by side on a thread each are read sooner than one after the other on all of them.
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            yield from zip(found, pool.map(read, found), strict=True)
    finally:
        # torch counts threads per thread, but a thread started later would inherit the 1.
        torch.set_num_threads(threads)
