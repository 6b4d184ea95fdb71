"""Training examples: windows of labelled sentences, cut differently in every pass."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypedDict

import numpy as np
import torch

from scrutiny.corpora import LabelledSentence
from scrutiny.report import ROLES
from scrutiny.roles.tokenizing import Tokenizer
from scrutiny.roles.windows import Unit, Window, WindowSize, windows
from scrutiny.training.config import Optimisation

#: A window in training is as often half as large, or a third, lest the model rely on much context.
_SHARES_OF_CORE = (1, 1, 2, 3)


class Example(TypedDict):
    """A window: its token ids, and of each sentence that is classified the span of ids and the soft label."""

    input_ids: list[int]
    spans: list[tuple[int, int]]
    labels: list[list[float]]


def soft_label(sentence: LabelledSentence, optimisation: Optimisation) -> list[float]:
    """A distribution over the roles: less than certain where the annotator was, shared with the second role."""
    spread = optimisation.soft_certainty[3 - sentence.certainty]
    second = optimisation.soft_second if sentence.second_role else 0.0
    label = np.full(len(ROLES), spread / len(ROLES))
    label[ROLES.index(sentence.role)] += 1 - spread - second
    if sentence.second_role:
        label[ROLES.index(sentence.second_role)] += second
    return [float(share) for share in label]


def plain(
    units: Sequence[Unit], labels: Sequence[list[float]], tokenizer: Tokenizer, size: WindowSize
) -> list[Example]:
    """Each sentence once, in the windows in which the finished model will read it."""
    return list(_examples(windows(tokenizer, units, size), labels))


def varied(
    units: Sequence[Unit],
    labels: Sequence[list[float]],
    tokenizer: Tokenizer,
    size: WindowSize,
    optimisation: Optimisation,
    rng: random.Random,
) -> list[Example]:
    """One pass over the sentences, which are in reading order; see :class:`Optimisation` for what varies."""
    drawn: list[Example] = []
    for _, members in groupby(range(len(units)), key=lambda number: units[number].passage):
        passage = list(members)
        cut = rng.randrange(len(passage)) if rng.random() < optimisation.split_share else 0
        headed = rng.random() >= optimisation.heading_dropout
        for part in (passage[:cut], passage[cut:]):
            read = [units[number] if headed else units[number]._replace(heading="") for number in part]
            narrowed = replace(size, core=size.core // rng.choice(_SHARES_OF_CORE))
            drawn += _examples(windows(tokenizer, read, narrowed), [labels[number] for number in part])
    lonely = [number for number in range(len(units)) if rng.random() < optimisation.alone_share]
    alone = [units[number]._replace(heading="", passage="") for number in lonely]
    drawn += _examples(windows(tokenizer, alone, size), [labels[number] for number in lonely])
    if not optimisation.mask_share or tokenizer.mask is None:
        return drawn
    return [_hidden(example, tokenizer.special, tokenizer.mask, optimisation.mask_share, rng) for example in drawn]


def _hidden(example: Example, special: frozenset[int], mask: int, share: float, rng: random.Random) -> Example:
    """The example with a share of its tokens masked, which keeps the model from relying on single words."""
    ids = [mask if rng.random() < share and token not in special else token for token in example["input_ids"]]
    return Example(input_ids=ids, spans=example["spans"], labels=example["labels"])


def _examples(read: Iterable[Window], labels: Sequence[list[float]]) -> Iterator[Example]:
    for window in read:
        yield Example(
            input_ids=window.ids,
            spans=[(start, end) for _, start, end in window.spans],
            labels=[labels[number] for number, _, _ in window.spans],
        )


class Collator:
    """Pads examples to a batch.

    ``input_ids`` and ``attention_mask`` have the shape (windows, tokens); ``pooling``, (windows, sentences, tokens),
    takes the mean over each sentence's tokens; ``labels``, (windows, sentences, roles), are zero where a window has
    fewer sentences than another.
    """

    def __init__(self, padding: int) -> None:
        """``padding`` is the id to fill up with."""
        self.padding = padding

    def __call__(self, examples: Sequence[Example]) -> dict[str, torch.Tensor]:
        """The batch of ``examples``."""
        tokens = max(len(example["input_ids"]) for example in examples)
        sentences = max(len(example["spans"]) for example in examples)
        ids = torch.full((len(examples), tokens), self.padding)
        attention = torch.zeros(len(examples), tokens, dtype=torch.long)
        pooling = torch.zeros(len(examples), sentences, tokens)
        labels = torch.zeros(len(examples), sentences, len(ROLES))
        for row, example in enumerate(examples):
            length = len(example["input_ids"])
            ids[row, :length] = torch.tensor(example["input_ids"])
            attention[row, :length] = 1
            for number, (start, end) in enumerate(example["spans"]):
                pooling[row, number, start:end] = 1 / (end - start)
            labels[row, : len(example["labels"])] = torch.tensor(example["labels"])
        return {"input_ids": ids, "attention_mask": attention, "pooling": pooling, "labels": labels}
