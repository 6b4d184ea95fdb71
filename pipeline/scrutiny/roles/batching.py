"""Token ids for pair inputs, and batches of equally long inputs under a token budget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class Encoded:
    """One pair input: ``inputs`` maps the model's argument names to equally long lists of ids.

    ``cut`` tells that the sentence itself, not just its context, was longer than the model reads.
    """

    inputs: dict[str, list[int]]
    cut: bool

    def __len__(self) -> int:
        """The number of tokens, special tokens included."""
        return len(self.inputs["input_ids"])


def encode(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], contexts: Sequence[str], max_tokens: int
) -> list[Encoded]:
    """Tokenize each text with its context as second segment (none where empty).

    Where a pair is too long its context is shortened; a text too long by itself loses its context and its end.
    """
    result: list[Encoded | None] = [None] * len(texts)

    def run(indices: list[int], *, pairs: bool, truncation: str | bool, cut: bool = False) -> list[int]:
        """Encode the texts at ``indices``, keep what fits and return the indices of what does not."""
        if not indices:
            return []
        batch = tokenizer(
            [texts[index] for index in indices],
            [contexts[index] for index in indices] if pairs else None,
            truncation=truncation,
            max_length=max_tokens if truncation else None,
            return_attention_mask=False,
            verbose=False,
        )
        too_long = []
        for row, index in enumerate(indices):
            inputs = {name: ids[row] for name, ids in batch.items()}
            if len(inputs["input_ids"]) <= max_tokens:
                result[index] = Encoded(inputs, cut)
            else:
                too_long.append(index)
        return too_long

    long_pairs = run([i for i, context in enumerate(contexts) if context], pairs=True, truncation=False)
    own_lengths = (
        tokenizer([texts[i] for i in long_pairs], return_attention_mask=False, verbose=False).input_ids
        if long_pairs
        else []
    )
    # Two tokens of room: the separator of the second segment and at least one token of context.
    shortened = {i for i, ids in zip(long_pairs, own_lengths, strict=True) if len(ids) + 2 <= max_tokens}
    run(sorted(shortened), pairs=True, truncation="only_second")
    alone = [i for i, context in enumerate(contexts) if not context] + [i for i in long_pairs if i not in shortened]
    run(run(alone, pairs=False, truncation=False), pairs=False, truncation=True, cut=True)
    return [encoded for encoded in result if encoded is not None]


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
