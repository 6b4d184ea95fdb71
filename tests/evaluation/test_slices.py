"""Parts of the data: which there are, and what is measured on them."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.labelled import sentence
from scrutiny.evaluation.answers import Answers
from scrutiny.evaluation.slices import OTHERS, dimensions, slices
from scrutiny.evaluation.tally import gold_of
from scrutiny.report import Role


def test_parts_are_those_that_tell_something() -> None:
    rows = [
        sentence(at, Role.OTHER, source=f"s{at % 2}", regime=f"s{at % 2}", text="word " * (12 * at + 1), certainty=3)
        for at in range(5)
    ]
    found = dimensions(rows)
    # The regime parts the data as the source does, and heading, block and certainty do not part them at all.
    assert set(found) == {"source", "length"}
    assert found["length"] == [
        "1 to 9 words", "10 to 19 words", "20 to 29 words", "30 to 39 words", "40 words or more",
    ]  # fmt: skip


def test_many_small_parts_are_told_together() -> None:
    rows = [sentence(at, Role.OTHER, heading=f"heading {at // 2 if at < 60 else at}") for at in range(80)]
    values = dimensions(rows)["heading"]
    assert len(set(values)) == 21
    assert values.count(OTHERS) == 80 - 20 * 2


def test_each_part_is_measured_by_itself_and_a_single_group_has_no_interval() -> None:
    rows = [sentence(at, Role.FINDING, group=f"g{at // 5}") for at in range(30)]
    gold = gold_of(rows)
    answers = Answers("a", "model", np.array([0] * 10 + [0, 3] * 5 + [3] * 10), np.full(30, -1))
    dimension = ["12 long"] * 10 + ["5 short"] * 10 + ["100 very long"] * 5 + ["5 short"] * 5
    short, long, very = slices(gold, answers, dimension, rounds=100, seed=0)
    assert [part.value for part in (short, long, very)] == ["5 short", "12 long", "100 very long"]
    assert (short.n, short.groups, long.accuracy.value, very.accuracy.value) == (15, 3, 1, 0)
    assert short.accuracy.value == pytest.approx(1 / 3)
    assert short.accuracy.low is not None
    assert very.groups == 1
    assert very.accuracy.low is None
