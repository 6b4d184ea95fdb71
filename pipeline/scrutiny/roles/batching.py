"""Batches of equally long inputs under a token budget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence


def batches(lengths: Sequence[int], token_budget: int) -> Iterator[list[int]]:
    """Indices grouped by exact length, longest first, each batch holding at most ``token_budget`` tokens.

    Equal lengths need no padding, so a sentence's numbers do not depend on what it is batched with.
    """
    by_length: dict[int, list[int]] = defaultdict(list)
    for index, length in enumerate(lengths):
        by_length[length].append(index)
    for length in sorted(by_length, reverse=True):
        size = max(1, token_budget // length)
        indices = by_length[length]
        for start in range(0, len(indices), size):
            yield indices[start : start + size]
