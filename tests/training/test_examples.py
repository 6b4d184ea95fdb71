from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from scrutiny.roles.tokenizing import of_transformers
from scrutiny.roles.windows import Unit, WindowSize
from scrutiny.training.config import Optimisation
from scrutiny.training.examples import Collator, plain, varied

SIZE = WindowSize(core=40, before=10, after=6, introduction=12)
UNITS = [
    Unit(f"plans are {'good' if index % 2 else 'poor'} and {index}", "staff", f"p{index // 9}") for index in range(30)
]
LABELS = [[float(index == role) for role in range(4)] for index in (n % 4 for n in range(30))]
STILL = Optimisation(split_share=0, heading_dropout=0, alone_share=0, mask_share=0)


@pytest.fixture(scope="module")
def tokenizer(encoder: Path) -> PreTrainedTokenizerBase:
    loaded: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(encoder)
    return loaded


def test_a_pass_has_every_sentence_with_its_label(tokenizer: PreTrainedTokenizerBase) -> None:
    for optimisation in (STILL, STILL.model_copy(update={"split_share": 1.0, "heading_dropout": 0.5})):
        examples = varied(UNITS, LABELS, of_transformers(tokenizer), SIZE, optimisation, random.Random(0))
        seen = [
            (tokenizer.decode(example["input_ids"][start : end - 1]), label)
            for example in examples
            for (start, end), label in zip(example["spans"], example["labels"], strict=True)
        ]
        whole = [
            (tokenizer.decode(tokenizer(unit.text, add_special_tokens=False)["input_ids"]), label)
            for unit, label in zip(UNITS, LABELS, strict=True)
        ]
        assert sorted(seen) == sorted(whole)


def test_sentences_stand_alone_and_headings_are_left_out_as_often_as_asked(tokenizer: PreTrainedTokenizerBase) -> None:
    lonely = varied(
        UNITS, LABELS, of_transformers(tokenizer), SIZE, STILL.model_copy(update={"alone_share": 1.0}), random.Random(0)
    )
    assert len(lonely) - len(plain(UNITS, LABELS, of_transformers(tokenizer), SIZE)) >= len(UNITS)
    bare = varied(
        UNITS,
        LABELS,
        of_transformers(tokenizer),
        SIZE,
        STILL.model_copy(update={"heading_dropout": 1.0}),
        random.Random(0),
    )
    assert not any("# staff" in tokenizer.decode(example["input_ids"]) for example in bare)


def test_words_are_hidden_and_marks_are_not(tokenizer: PreTrainedTokenizerBase) -> None:
    hidden = varied(
        UNITS, LABELS, of_transformers(tokenizer), SIZE, STILL.model_copy(update={"mask_share": 0.99}), random.Random(0)
    )
    ids = [token for example in hidden for token in example["input_ids"]]
    assert ids.count(tokenizer.mask_token_id) > 0.8 * len(ids)
    assert all(example["input_ids"][0] == tokenizer.cls_token_id for example in hidden)


def test_passes_differ_and_a_seed_repeats_them(tokenizer: PreTrainedTokenizerBase) -> None:
    rng = random.Random(0)
    first, second = (varied(UNITS, LABELS, of_transformers(tokenizer), SIZE, Optimisation(), rng) for _ in range(2))
    assert first != second
    assert first == varied(UNITS, LABELS, of_transformers(tokenizer), SIZE, Optimisation(), random.Random(0))


def test_a_batch_takes_the_mean_over_each_sentences_tokens(tokenizer: PreTrainedTokenizerBase) -> None:
    examples = plain(UNITS, LABELS, of_transformers(tokenizer), SIZE)
    batch = Collator(0)(examples)
    values = torch.rand(batch["input_ids"].shape)
    pooled = (batch["pooling"] @ values[..., None])[..., 0]
    for row, example in enumerate(examples):
        for number, (start, end) in enumerate(example["spans"]):
            assert pooled[row, number] == pytest.approx(float(values[row, start:end].mean()), rel=1e-4)
        assert not batch["labels"][row, len(example["spans"]) :].any()
        assert int(batch["attention_mask"][row].sum()) == len(example["input_ids"])
