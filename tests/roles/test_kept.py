from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scrutiny.errors import DataError
from scrutiny.pipeline import load
from scrutiny.roles.kept import KeptMemory
from scrutiny.roles.memory import Said

TEXTS = ["Plans are not reviewed often enough.", "Staff are good.", "Staff must review the plans."]


@given(
    st.lists(st.lists(st.floats(-1e9, 1e9), min_size=4, max_size=4), min_size=1, max_size=5),
    st.integers(0, 8),
)
@settings(max_examples=25)
def test_what_was_said_comes_back_from_the_file_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, logits: list[list[float]], width: int
) -> None:
    file = tmp_path_factory.mktemp("kept") / "cache"
    said = Said(
        torch.tensor(logits, dtype=torch.double), tuple(bytes([n] * width) for n in range(len(logits))) if width else ()
    )
    KeptMemory(file, "model").put(b"a window", said)
    back = KeptMemory(file, "model").get(b"a window")
    assert back is not None
    assert torch.equal(back.logits, said.logits)
    assert back.meanings == said.meanings
    assert KeptMemory(file, "another model").get(b"a window") is None
    assert KeptMemory(file, "model").get(b"another window") is None


def test_a_later_run_believes_the_file_and_says_the_same(tiny_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "cache"
    plain = load(tiny_model, device="cpu").classify(TEXTS)
    assert load(tiny_model, device="cpu", cache=file).classify(TEXTS) == plain
    assert load(tiny_model, device="cpu", cache=file).classify(TEXTS) == plain
    with closing(sqlite3.connect(file)) as db, db:
        # Were it computed again, this would not be seen.
        db.execute("UPDATE said SET logits = zeroblob(length(logits))")
    assert load(tiny_model, device="cpu", cache=file).classify(TEXTS) != plain
    spoilt = load(tiny_model, device="cpu", cache=file).classify(TEXTS)
    assert load(tiny_model, device="cpu", precision="bfloat16", cache=file).classify(TEXTS) != spoilt


def test_the_file_stays_within_its_bounds_and_the_oldest_goes(tmp_path: Path) -> None:
    memory = KeptMemory(tmp_path / "cache", "model", size=0, file_bytes=200_000)
    for number in range(3000):
        memory.put(b"%d" % number, Said(torch.full((3, 4), float(number), dtype=torch.double)))
    assert memory.get(b"0") is None
    newest = memory.get(b"2999")
    assert newest is not None
    assert newest.logits[0, 0] == 2999
    with closing(sqlite3.connect(tmp_path / "cache")) as db:
        (kept,) = db.execute("SELECT sum(length(key) + length(logits) + length(meanings)) FROM said").fetchone()
    assert 50_000 < kept < 200_000


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"something else" * 100)
    for file in (tmp_path / "cache", tmp_path / "gone" / "cache"):
        with pytest.raises(DataError, match=r"cannot be used.*Remove the file"):
            KeptMemory(file, "model")
