"""What has become of every input and every report: an SQLite file in the output folder.

It is the truth about a run. A report counts as done once its row is committed; what was written to a part after that is
cut off when the next run begins.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from scrutiny.archive.parts import Place
from scrutiny.errors import DataError, WriteError

#: The ledger's name in the output folder.
FILE_NAME = "ledger.sqlite"

#: Under what it notes how a run stands.
PROGRESS = "progress"

#: Counts up when the tables change, so that an older ledger is told apart.
_VERSION = 1

_TABLES = """
CREATE TABLE inputs (
    name TEXT PRIMARY KEY, position INTEGER, stamp TEXT, sha256 TEXT, key TEXT, state TEXT NOT NULL DEFAULT 'new'
) WITHOUT ROWID;
CREATE TABLE reports (
    input TEXT NOT NULL REFERENCES inputs ON DELETE CASCADE, ordinal INTEGER NOT NULL, path TEXT NOT NULL,
    state TEXT NOT NULL, sha256 TEXT, key TEXT NOT NULL, code TEXT, reason TEXT, remedy TEXT, duplicate_of TEXT,
    part INTEGER, start INTEGER, length INTEGER, counts TEXT NOT NULL, read_seconds REAL, finished REAL NOT NULL,
    PRIMARY KEY (input, ordinal), UNIQUE (input, path)
) WITHOUT ROWID;
CREATE INDEX inputs_position ON inputs (position);
CREATE INDEX reports_sha256 ON reports (sha256);
CREATE INDEX reports_state ON reports (state);
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class State(StrEnum):
    """What has become of a report. One that was never tried has no row."""

    DONE = "done"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    """Reading it took too long or too much memory, or brought down the process that read it."""
    EMPTY = "empty"
    """There was nothing to read in it."""
    SKIPPED = "skipped"
    """A file in an archive of a kind that is not read."""
    DUPLICATE = "duplicate"
    """The same bytes as another report, which is done."""


#: How the path of a row of a table ends.
_ROW = re.compile(r"#(?:row|line)=\d+$")

#: States in which a report could not be read.
NOT_READ = (State.FAILED, State.QUARANTINED, State.EMPTY)


class Named(Protocol):
    """An input as the ledger knows it: ``stamp`` changes whenever its content does."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def stamp(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Row:
    """A report of an input: its path, state, where it is kept if it is done, and why not if it failed.

    ``counts`` are pages, sentences, records by role and the like; ``read_seconds`` is processor time.
    """

    path: str
    state: State
    sha256: str | None = None
    code: str = ""
    reason: str = ""
    remedy: str = ""
    duplicate_of: str = ""
    place: Place | None = None
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    read_seconds: float = 0.0

    @property
    def shared(self) -> str | None:
        """What it has in common with its copies. Rows of tables have none: the same text may be said of two bodies."""
        return None if _ROW.search(self.path) else self.sha256


@dataclass(frozen=True, slots=True)
class Task:
    """An input that is still to be processed, but for the reports in ``settled``, the last ``lost`` of which broke a
    limit."""

    position: int
    name: str
    settled: frozenset[str] = frozenset()
    lost: int = 0


class Ledger:
    """The ledger of an output folder, open for a run. Its methods may be called by any thread, one at a time."""

    def __init__(self, folder: Path) -> None:
        """Open or make the ledger in ``folder``.

        Raises:
            DataError: it is damaged, or another version of scrutiny made it.
            WriteError: it cannot be written.
        """
        self._path = folder / FILE_NAME
        self._key = ""
        self._together = False
        with self._told():
            self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self._db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT;")
            elif version != _VERSION:
                raise DataError(
                    f"{self._path}: another version of scrutiny made this ledger.",
                    remedy="Give another output folder, or remove this one.",
                )

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            remedy = "Make room or give an output folder that can be written; the same command goes on from here."
            raise WriteError(f"{self._path}: cannot be written: {error}.", remedy=remedy) from None
        except sqlite3.DatabaseError as error:
            remedy = "Restore it, or remove the output folder and extract again."
            raise DataError(f"{self._path}: the ledger is damaged: {error}.", remedy=remedy) from None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        if self._together:
            yield self._db
            return
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def together(self, before: Callable[[], None]) -> Iterator[None]:
        """Write down all that is written down within at once, or nothing of it; ``before`` is called before that."""
        with self._transaction():
            self._together = True
            try:
                yield
                before()
            finally:
                self._together = False

    def note(self, name: str) -> str | None:
        """What was noted under ``name``."""
        found = self._db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def take_note(self, name: str, value: str) -> None:
        """Note ``value`` under ``name``, in place of what was."""
        with self._told():
            self._db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def plan(self, inputs: Sequence[Named], key: str, *, retry_failed: bool = False) -> list[Task]:
        """Take ``inputs``, in this order, as those of the run, and tell which are still to be processed.

        To be processed is what was not yet, or not to the end; what has changed; what was processed under another
        ``key``, which stands for the model and everything else that results depend on; what was left out as a copy of
        a report that is no longer there; and with ``retry_failed`` what could not be read.
        """
        with self._transaction() as db:
            db.execute("UPDATE inputs SET position = NULL")
            # An input that is no longer the same begins anew, and takes its reports with it.
            rows = ((one.name, place, one.stamp, key) for place, one in enumerate(inputs))
            db.executemany(
                "INSERT INTO inputs (name, position, stamp, key) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE "
                "SET position = excluded.position, "
                "state = iif(stamp IS excluded.stamp AND key IS excluded.key, state, 'changed'), "
                "stamp = excluded.stamp, key = excluded.key",
                rows,
            )
            db.execute("DELETE FROM reports WHERE input IN (SELECT name FROM inputs WHERE state = 'changed')")
            db.execute("UPDATE inputs SET state = 'new', sha256 = NULL WHERE state = 'changed'")
            if retry_failed:
                self._begin_again(db, "state IN ('failed', 'quarantined', 'empty')")
            self._begin_again(
                db,
                "state = 'duplicate' AND NOT EXISTS (SELECT 1 FROM reports o JOIN inputs i ON i.name = o.input "
                "WHERE o.path = reports.duplicate_of AND o.state = 'done' AND i.position IS NOT NULL)",
            )
            # Killed between its last report and its end: what has the path of the input itself is the last.
            db.execute(
                "UPDATE inputs SET state = 'ended' WHERE state = 'begun' AND EXISTS (SELECT 1 FROM reports r "
                "WHERE r.input = name AND r.path = name AND r.state != 'again')"
            )
            self._key = key
            waiting = db.execute(
                "SELECT position, state FROM inputs WHERE position IS NOT NULL AND state != 'ended' ORDER BY position"
            )
            # Of millions of inputs no name is held twice, and no set that is empty.
            named = ((position, inputs[position].name, state) for position, state in waiting)
            nothing: frozenset[str] = frozenset()
            return [
                Task(position, name, self._settled(name), self._lost(name))
                if state == "begun"
                else Task(position, name, nothing)
                for position, name, state in named
            ]

    def _begin_again(self, db: sqlite3.Connection, which: str) -> None:
        """Forget the reports of this run that ``which`` holds for, and take up their inputs again."""
        present = "input IN (SELECT name FROM inputs WHERE position IS NOT NULL)"
        db.execute(
            f"UPDATE inputs SET state = 'begun' WHERE name IN (SELECT input FROM reports WHERE {present} AND {which})"
        )
        db.execute(f"UPDATE reports SET state = 'again' WHERE {present} AND {which}")

    def _settled(self, name: str) -> frozenset[str]:
        # What was passed over is cheap to pass over again, and is then counted again.
        states = [State.DONE, State.DUPLICATE, *NOT_READ]
        marks = ", ".join("?" * len(states))
        found = self._db.execute(f"SELECT path FROM reports WHERE input = ? AND state IN ({marks})", (name, *states))
        return frozenset(path for (path,) in found)

    def _lost(self, name: str) -> int:
        (found,) = self._db.execute(
            "SELECT count(*) FROM reports WHERE input = ?1 AND state = 'quarantined' AND ordinal > coalesce((SELECT "
            "max(ordinal) FROM reports WHERE input = ?1 AND state NOT IN ('quarantined', 'skipped', 'again')), -1)",
            (name,),
        ).fetchone()
        return int(found)

    def original(self, task: Task, row: Row) -> str | None:
        """The path of a report that is done, comes before that of ``row``, and has the same bytes."""
        found = self._db.execute(
            "SELECT r.path FROM reports r JOIN inputs i ON i.name = r.input "
            "WHERE r.sha256 = ? AND r.state = 'done' AND r.path != ? AND (i.position, r.ordinal) < (?, ?) "
            "ORDER BY i.position, r.ordinal LIMIT 1",
            (row.shared, row.path, task.position, self._ordinal(task.name, row.path)),
        ).fetchone()
        return str(found[0]) if found else None

    def _ordinal(self, name: str, path: str) -> int:
        """Which of the reports of an input that of ``path`` is: as it was before, else the next."""
        (found,) = self._db.execute(
            "SELECT coalesce((SELECT ordinal FROM reports WHERE input = ?1 AND path = ?2), "
            "(SELECT max(ordinal) + 1 FROM reports WHERE input = ?1), 0)",
            (name, path),
        ).fetchone()
        return int(found)

    def settle(self, task: Task, row: Row) -> None:
        """Write down what has become of a report; copies of it that come after it are copies from now on."""
        ordinal = self._ordinal(task.name, row.path)
        place = row.place
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    task.name, ordinal, row.path, row.state, row.shared, self._key, row.code, row.reason, row.remedy,
                    row.duplicate_of, place and place.part, place and place.start, place and place.length,
                    json.dumps(dict(row.counts)), row.read_seconds, time.time(),
                ),
            )  # fmt: skip
            db.execute("UPDATE inputs SET state = 'begun' WHERE name = ? AND state = 'new'", (task.name,))
            if row.state is State.DONE:
                db.execute(
                    "UPDATE reports SET state = 'duplicate', duplicate_of = ?, part = NULL, start = NULL, "
                    "length = NULL, counts = '{}' WHERE sha256 = ? AND state IN ('done', 'duplicate') AND path != ? "
                    "AND EXISTS (SELECT 1 FROM inputs i WHERE i.name = input AND (i.position, ordinal) > (?, ?))",
                    (row.path, row.shared, row.path, task.position, ordinal),
                )

    def end(self, task: Task, sha256: str | None) -> None:
        """Write down that nothing more is to come of an input."""
        with self._transaction() as db:
            # What was to be tried again and is no longer there.
            db.execute("DELETE FROM reports WHERE input = ? AND state = 'again'", (task.name,))
            db.execute("UPDATE inputs SET state = 'ended', sha256 = ? WHERE name = ?", (sha256, task.name))

    def same(self, stamps: Mapping[str, tuple[str, str]]) -> None:
        """Write down new stamps of inputs whose bytes, by their SHA-256, are what they were: name to both."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE inputs SET stamp = ? WHERE name = ? AND sha256 = ?",
                [(stamp, name, sha256) for name, (stamp, sha256) in stamps.items()],
            )

    def stamps(self) -> dict[str, str]:
        """The stamps of inputs that have been processed to the end, by name."""
        return dict(self._db.execute("SELECT name, stamp FROM inputs WHERE state = 'ended' AND sha256 IS NOT NULL"))

    def rows(self) -> Iterator[Row]:
        """What has become of each report of the run, in the order of inputs."""
        found = self._db.execute(
            "SELECT r.path, r.state, r.sha256, r.code, r.reason, r.remedy, r.duplicate_of, r.part, r.start, r.length, "
            "r.counts, r.read_seconds FROM reports r JOIN inputs i ON i.name = r.input "
            "WHERE i.position IS NOT NULL AND r.state != 'again' ORDER BY i.position, r.ordinal"
        )
        for path, state, sha256, code, reason, remedy, copy_of, part, start, length, counts, seconds in found:
            place = None if part is None else Place(part, start, length)
            yield Row(path, State(state), sha256, code, reason, remedy, copy_of, place, json.loads(counts), seconds)

    def places(self) -> Iterator[Place]:
        """Where each report of the run that is done is kept, in the order of parts."""
        found = self._db.execute(
            "SELECT r.part, r.start, r.length FROM reports r JOIN inputs i ON i.name = r.input "
            "WHERE i.position IS NOT NULL AND r.state = 'done' ORDER BY r.part, r.start"
        )
        return (Place(*row) for row in found)

    def ends(self) -> dict[int, int]:
        """Where each part that holds a report of some run ends."""
        return dict(
            self._db.execute("SELECT part, max(start + length) FROM reports WHERE part IS NOT NULL GROUP BY part")
        )

    def used(self) -> dict[int, int]:
        """How many bytes of each part reports of some run take."""
        return dict(self._db.execute("SELECT part, sum(length) FROM reports WHERE part IS NOT NULL GROUP BY part"))

    def move(self, part: int, keep: Callable[[Place], Place]) -> None:
        """Write down that each report kept in ``part`` is now where ``keep`` puts it."""
        with self._transaction() as db:
            found = db.execute(
                "SELECT input, ordinal, start, length FROM reports WHERE part = ? ORDER BY start", (part,)
            )
            for name, ordinal, start, length in found.fetchall():
                place = keep(Place(part, start, length))
                db.execute(
                    "UPDATE reports SET part = ?, start = ?, length = ? WHERE input = ? AND ordinal = ?",
                    (place.part, place.start, place.length, name, ordinal),
                )

    def close(self) -> None:
        """Close the file."""
        self._db.close()
