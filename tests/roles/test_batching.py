from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from scrutiny.roles.batching import batches, encode


@given(st.lists(st.integers(1, 300), max_size=200), st.integers(1, 2000))
def test_batches_cover_all_are_of_one_length_and_keep_the_budget(lengths: list[int], budget: int) -> None:
    groups = list(batches(lengths, budget))
    assert sorted(index for group in groups for index in group) == list(range(len(lengths)))
    for group in groups:
        assert len({lengths[index] for index in group}) == 1
        assert len(group) == 1 or sum(lengths[index] for index in group) <= budget


def test_context_gives_way_before_the_sentence_does(encoder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    sentence, context = "plans are not reviewed often enough", "staff must " * 40
    short, paired, tight, long = encode(
        tokenizer, [sentence, sentence, sentence, sentence * 9], ["", "staff", context, context], max_tokens=16
    )
    assert [len(item) for item in (short, paired, tight, long)] == [8, 10, 16, 16]
    assert tight.inputs["input_ids"][:8] == short.inputs["input_ids"]
    assert [item.cut for item in (short, paired, tight, long)] == [False, False, False, True]
    assert set(long.inputs["token_type_ids"]) == {0}
