"""A memory of windows that lasts from run to run, in a file."""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from scrutiny.errors import DataError
from scrutiny.roles.memory import BYTES, Memory

#: A file grows to so many bytes; then the oldest tenth goes.
FILE_BYTES = 2_000_000_000

#: ``said`` is packed (:class:`scrutiny.roles.memory.Said`), behind its checksum: SQLite has none.
_TABLE = "CREATE TABLE IF NOT EXISTS said_of_windows (key BLOB PRIMARY KEY, said BLOB NOT NULL)"
_CHECKSUM = struct.Struct("<I")
#: What versions before kept: it answers nothing any more, and would count.
_BEFORE = ("said", "windows")


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
            for table in _BEFORE:
                self._db.execute(f"DROP TABLE IF EXISTS {table}")
            self._db.execute(_TABLE)

    def _packed(self, key: bytes) -> bytes | None:
        at_hand = super()._packed(key)
        if at_hand is not None:
            return at_hand
        with self._told():
            found = self._db.execute("SELECT said FROM said_of_windows WHERE key = ?", (self._name(key),)).fetchone()
        if found is None or found[0][: _CHECKSUM.size] != _CHECKSUM.pack(crc32(found[0][_CHECKSUM.size :])):
            return None
        packed: bytes = found[0][_CHECKSUM.size :]
        super()._keep(key, packed)
        return packed

    def _keep(self, key: bytes, packed: bytes) -> None:
        super()._keep(key, packed)
        with self._told():
            row = (self._name(key), _CHECKSUM.pack(crc32(packed)) + packed)
            self._db.execute("INSERT OR REPLACE INTO said_of_windows VALUES (?, ?)", row)
            (pages,) = self._db.execute("PRAGMA page_count").fetchone()
            (free,) = self._db.execute("PRAGMA freelist_count").fetchone()
            (bytes_a_page,) = self._db.execute("PRAGMA page_size").fetchone()
            if (pages - free) * bytes_a_page > self._file_bytes:
                self._db.execute(
                    "DELETE FROM said_of_windows WHERE rowid IN (SELECT rowid FROM said_of_windows ORDER BY rowid "
                    "LIMIT (SELECT count(*) / 10 + 1 FROM said_of_windows))"
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
