from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrutiny.roles.batching import batches


@given(st.lists(st.integers(1, 300), max_size=200), st.integers(1, 2000))
def test_batches_cover_all_are_of_one_length_and_keep_the_budget(lengths: list[int], budget: int) -> None:
    groups = list(batches(lengths, budget))
    assert sorted(index for group in groups for index in group) == list(range(len(lengths)))
    for group in groups:
        assert len({lengths[index] for index in group}) == 1
        assert len(group) == 1 or sum(lengths[index] for index in group) <= budget
