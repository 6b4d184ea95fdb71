"""The labelled sentences that a configuration names."""

from __future__ import annotations

import pytest

from scrutiny.errors import DataError
from scrutiny.training.config import DataSource
from scrutiny.training.gathering import draw_passages, gather


def test_reports_can_be_chosen_by_their_names() -> None:
    everything = list(gather([DataSource(data="authored", split="train")]))
    chosen = list(gather([DataSource(data="authored", split="train", documents="[bc]*")]))
    assert chosen == [unit for unit in everything if unit.document.startswith(("b", "c"))]
    assert 0 < len(chosen) < len(everything)
    with pytest.raises(DataError, match="no report is named 'B"):
        list(gather([DataSource(data="authored", documents="B*")]))


def test_passages_are_drawn_whole_and_the_same_ones_for_the_same_seed() -> None:
    gold = list(gather([DataSource(data="authored", split="validation")]))
    drawn = draw_passages(gold, 200, seed=3)
    assert drawn == draw_passages(gold, 200, seed=3) != draw_passages(gold, 200, seed=4)
    assert 200 <= sum(map(len, drawn)) < 200 + max(map(len, drawn))
    for passage in drawn:
        (name,) = {unit.passage for unit in passage}
        assert len(passage) == sum(unit.passage == name for unit in gold)
    assert sum(map(len, draw_passages(gold, 10**6, seed=3))) == len(gold)
