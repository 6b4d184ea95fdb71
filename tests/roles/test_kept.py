from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scrutiny.errors import DataError
from scrutiny.pipeline import load
from scrutiny.report import Prediction
from scrutiny.roles.kept import KeptMemory
from scrutiny.roles.memory import Said

TEXTS = ["Plans are not reviewed often enough.", "Staff are good.", "Staff must review the plans."]


@given(
    st.lists(st.lists(st.floats(-1e9, 1e9), min_size=4, max_size=4), min_size=1, max_size=5),
    st.integers(0, 8),
    st.none() | st.binary(max_size=20),
)
@settings(max_examples=25)
def test_what_was_said_comes_back_from_the_file_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, logits: list[list[float]], width: int, tags: bytes | None
) -> None:
    file = tmp_path_factory.mktemp("kept") / "cache"
    said = Said(
        torch.tensor(logits, dtype=torch.double),
        tuple(bytes([n] * width) for n in range(len(logits))) if width else (),
        () if tags is None else tuple(tags[:n] for n in range(len(logits))),
    )
    KeptMemory(file, "model").put(b"a window", said)
    back = KeptMemory(file, "model").get(b"a window")
    assert back is not None
    assert torch.equal(back.logits, said.logits)
    assert back.meanings == said.meanings
    assert back.tags == said.tags
    assert KeptMemory(file, "another model").get(b"a window") is None
    assert KeptMemory(file, "model").get(b"another window") is None


def test_a_later_run_believes_the_file_and_says_the_same(tiny_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "cache"

    def classified(precision: str, cache: Path | None = file) -> list[Prediction]:
        return load(tiny_model, device="cpu", precision=precision, cache=cache).classify(TEXTS)

    plain = classified("float32", cache=None)
    assert classified("float32") == plain
    assert classified("float32") == plain
    with closing(sqlite3.connect(file)) as db, db:
        # Were it computed again, this would not be seen.
        for key, packed in db.execute("SELECT key, said FROM said_of_windows").fetchall():
            said = Said.unpacked(packed[4:])
            spoilt = said._replace(logits=torch.zeros_like(said.logits)).packed()
            spoilt = crc32(spoilt).to_bytes(4, "little") + spoilt
            db.execute("UPDATE said_of_windows SET said = ? WHERE key = ?", (spoilt, key))
    assert classified("float32") != plain
    assert classified("bfloat16") != classified("float32")


@pytest.mark.parametrize("damage", [lambda row: row[:-1], lambda row: row[:3], lambda row: row[:-2] + b"xx"])
def test_a_damaged_row_is_not_believed_and_is_mended(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    said = Said(torch.ones(3, 4, dtype=torch.double), (bytes(8),) * 3, (b"", b"abcdef", b""))
    KeptMemory(tmp_path / "cache", "model").put(b"a window", said)
    with closing(sqlite3.connect(tmp_path / "cache")) as db, db:
        ((row,),) = db.execute("SELECT said FROM said_of_windows").fetchall()
        db.execute("UPDATE said_of_windows SET said = ?", (damage(row),))
    memory = KeptMemory(tmp_path / "cache", "model")
    assert memory.get(b"a window") is None
    memory.put(b"a window", said)
    back = KeptMemory(tmp_path / "cache", "model").get(b"a window")
    assert back is not None
    assert (back.meanings, back.tags) == (said.meanings, said.tags)


def test_what_versions_before_kept_takes_no_room(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "cache")) as db, db:
        db.execute("CREATE TABLE said (key BLOB PRIMARY KEY, logits BLOB NOT NULL, meanings BLOB NOT NULL)")
        db.execute("CREATE TABLE windows (key BLOB PRIMARY KEY, logits BLOB NOT NULL)")
        db.execute("INSERT INTO said VALUES (?, zeroblob(150000), ?)", (b"old", b""))
        db.execute("INSERT INTO windows VALUES (?, zeroblob(150000))", (b"old",))
    memory = KeptMemory(tmp_path / "cache", "model", size=0, file_bytes=100_000)
    for number in range(20):
        memory.put(b"%d" % number, Said(torch.zeros(3, 4, dtype=torch.double)))
    assert all(memory.get(b"%d" % number) for number in range(20))


def test_the_file_stays_within_its_bounds_and_the_oldest_goes(tmp_path: Path) -> None:
    memory = KeptMemory(tmp_path / "cache", "model", size=0, file_bytes=200_000)
    for number in range(3000):
        memory.put(b"%d" % number, Said(torch.full((3, 4), float(number), dtype=torch.double)))
    assert memory.get(b"0") is None
    newest = memory.get(b"2999")
    assert newest is not None
    assert newest.logits[0, 0] == 2999
    with closing(sqlite3.connect(tmp_path / "cache")) as db:
        (kept,) = db.execute("SELECT sum(length(key) + length(said)) FROM said_of_windows").fetchone()
    assert 50_000 < kept < 200_000


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"something else" * 100)
    for file in (tmp_path / "cache", tmp_path / "gone" / "cache"):
        with pytest.raises(DataError, match=r"cannot be used.*Remove the file"):
            KeptMemory(file, "model")
