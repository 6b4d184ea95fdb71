"""A memory of windows that lasts from run to run, in a file."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scrutiny.errors import DataError
from scrutiny.report import ROLES
from scrutiny.roles.memory import BYTES, Memory, Said

#: A file grows to so many bytes; then the oldest tenth goes.
FILE_BYTES = 2_000_000_000

#: ``meanings`` are equally long; before the ``tags`` of each sentence stands how many bytes they take, in two.
_TABLE = (
    "CREATE TABLE IF NOT EXISTS windows "
    "(key BLOB PRIMARY KEY, logits BLOB NOT NULL, meanings BLOB NOT NULL, tags BLOB NOT NULL)"
)


class KeptMemory(Memory):
    """What was said of windows, also in earlier runs; several runs may share a file at the same time."""

    def __init__(self, file: Path, said_by: str, *, size: int = BYTES, file_bytes: int = FILE_BYTES) -> None:
        """Remembers ``size`` bytes at hand and ``file_bytes`` in ``file``. ``said_by`` stands for the model and
        all else that its numbers depend on: what another has said is not taken for its own.

        Raises:
            DataError: the file is none of this kind, damaged, or cannot be written.
        """
        super().__init__(size)
        self._file = file
        self._said_by = said_by.encode()
        self._file_bytes = file_bytes
        with self._told():
            self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=60)
            self._db.execute("PRAGMA journal_mode = WAL")
            # What a power cut takes is only computed again.
            self._db.execute("PRAGMA synchronous = NORMAL")
            # What versions without tags kept: it answers nothing any more, and would count.
            self._db.execute("DROP TABLE IF EXISTS said")
            self._db.execute(_TABLE)

    def get(self, key: bytes) -> Said | None:
        """What was said of the window with this key, if that is still known."""
        import numpy as np
        import torch

        at_hand = super().get(key)
        if at_hand is not None:
            return at_hand
        with self._told():
            found = self._db.execute(
                "SELECT logits, meanings, tags FROM windows WHERE key = ?", (self._name(key),)
            ).fetchone()
        if found is None:
            return None
        logits = torch.from_numpy(np.frombuffer(found[0], dtype="<f8").reshape(-1, len(ROLES)).copy())
        width = len(found[1]) // max(len(logits), 1)
        meanings = tuple(found[1][start : start + width] for start in range(0, len(found[1]), width)) if width else ()
        said = Said(logits, meanings, tuple(_parted(found[2])))
        super().put(key, said)
        return said

    def put(self, key: bytes, said: Said) -> None:
        """Remember what was ``said``."""
        super().put(key, said)
        logits = said.logits.numpy().astype("<f8").tobytes()
        tags = b"".join(len(of_one).to_bytes(2, "little") + of_one for of_one in said.tags)
        row = (self._name(key), logits, b"".join(said.meanings), tags)
        with self._told():
            self._db.execute("INSERT OR IGNORE INTO windows VALUES (?, ?, ?, ?)", row)
            (pages,) = self._db.execute("PRAGMA page_count").fetchone()
            (free,) = self._db.execute("PRAGMA freelist_count").fetchone()
            (bytes_a_page,) = self._db.execute("PRAGMA page_size").fetchone()
            if (pages - free) * bytes_a_page > self._file_bytes:
                self._db.execute(
                    "DELETE FROM windows WHERE rowid IN (SELECT rowid FROM windows ORDER BY rowid "
                    "LIMIT (SELECT count(*) / 10 + 1 FROM windows))"
                )

    def _name(self, key: bytes) -> bytes:
        return hashlib.blake2b(key, key=hashlib.sha256(self._said_by).digest(), digest_size=16).digest()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise DataError(
                f"{self._file}: this memory of windows cannot be used: {error}.",
                remedy="Remove the file, or give another; it is made anew.",
            ) from None


def _parted(tags: bytes) -> Iterator[bytes]:
    """The tags of each sentence."""
    place = 0
    while place < len(tags):
        begin, place = place + 2, place + 2 + int.from_bytes(tags[place : place + 2], "little")
        yield tags[begin:place]
