"""Where finished reports are kept: parts of some size, each a gzip file of JSON lines that only grows.

A report is a gzip member of its own: its line of ``reports.jsonl``, then its lines of ``records.jsonl``. Members
concatenated are a gzip file, so ``zcat`` reads a part; and a report is found again by where its member begins.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scrutiny.errors import DataError
from scrutiny.writing.schema import RecordLine, ReportLine

#: A part that has reached so many bytes is closed.
PART_BYTES = 64 << 20

_OPEN = ".open"


def packed(line: ReportLine, records: Sequence[RecordLine]) -> bytes:
    """A report and its records as they are kept."""
    content = "".join(f"{one.model_dump_json()}\n" for one in (line, *records))
    return gzip.compress(content.encode(), compresslevel=6, mtime=0)


def unpacked(content: bytes) -> tuple[bytes, list[bytes]]:
    """The line of a report and those of its records, each with its line end."""
    line, *records = gzip.decompress(content).splitlines(keepends=True)
    return line, records


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report is kept: the number of a part, where in it the member begins, and how many bytes it has."""

    part: int
    start: int
    length: int


class Parts:
    """The folder of parts. A part that still grows has a name of its own; a finished one is never written again."""

    def __init__(self, folder: Path, ends: Mapping[int, int]) -> None:
        """Take up ``folder`` as it was when each part known to the ledger ended at ``ends``: what was written after
        that, and parts unknown to it, go.

        Raises:
            DataError: a part is missing, or shorter than it was.
            OSError: the folder cannot be written.
        """
        #: Where the parts are.
        self.folder = folder
        folder.mkdir(exist_ok=True)
        for path in folder.glob("*.jsonl.gz*"):
            name = path.name.partition(".")[0]
            if not name.isdecimal() or int(name) not in ends:
                path.unlink()
        for number, end in ends.items():
            path = self.path(number)
            if not path.exists() or path.stat().st_size < end:
                raise DataError(
                    f"{path}: this part of the output is damaged: it ends before byte {end:,}.",
                    remedy="Restore it, or remove the output folder and extract again.",
                )
            if path.suffix == _OPEN:
                os.truncate(path, end)
        unfinished = [number for number in ends if self.path(number).suffix == _OPEN]
        self._number = unfinished[0] if unfinished else max(ends, default=-1) + 1
        self._file = None if not unfinished else self.path(self._number).open("ab")
        self._list()

    def append(self, content: bytes) -> Place:
        """Keep the packed ``content`` of a report, on the disk after :meth:`sync`. Raises OSError."""
        if self._file is None:
            self._file = self.path(self._number).with_name(f"{self._number:05}.jsonl.gz{_OPEN}").open("ab")
            sync(self.folder)
        start = self._file.tell()
        self._file.write(content)
        return Place(self._number, start, len(content))

    @property
    def full(self) -> bool:
        """Whether nothing more should be kept before :meth:`turn`."""
        return self._file is not None and self._file.tell() >= PART_BYTES

    def turn(self) -> None:
        """Finish the part that is being written if it is full. Raises OSError."""
        if self.full:
            self.close()

    def sync(self) -> None:
        """Have on the disk what was kept. Raises OSError."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def read(self, place: Place) -> bytes:
        """The content kept at ``place``. Raises DataError where there is none."""
        path = self.path(place.part)
        try:
            with path.open("rb") as file:
                file.seek(place.start)
                content = file.read(place.length)
        except OSError as error:
            raise DataError(
                f"{path}: cannot be read: {error.strerror}.", remedy="Restore it, or extract again."
            ) from None
        if len(content) < place.length:
            raise DataError(f"{path}: ends too early.", remedy="Restore it, or extract again.")
        return content

    def close(self) -> None:
        """Finish the part that is being written, and list all of them in ``manifest.json``. Raises OSError."""
        self.sync()
        self.release()
        path = self.path(self._number)
        if path.suffix == _OPEN:
            path.rename(path.with_suffix(""))
            self._number += 1
            self._list()

    @property
    def sizes(self) -> dict[int, int]:
        """How many bytes each finished part has, by its number."""
        return {int(path.name.partition(".")[0]): path.stat().st_size for path in self.folder.glob("*.jsonl.gz")}

    def remove(self, numbers: Collection[int]) -> None:
        """Remove finished parts. Raises OSError."""
        for number in numbers:
            self.path(number).unlink()
        self._list()

    def shard(self, number: int) -> Path:
        """Where the records of a part are as Parquet, if they are."""
        return self.folder / f"{number:05}.parquet"

    def list_shards(self, names: Collection[str]) -> None:
        """List the shards called ``names``, which have just been looked after, and remove others. Raises OSError."""
        for path in self.folder.glob("*.parquet"):
            if path.name not in names:
                path.unlink()
        self._list(anew=names)

    def release(self) -> None:
        """Close the file without finishing the part, as when a run is interrupted."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def path(self, number: int) -> Path:
        """The file of a part, by the name that it has now."""
        finished = self.folder / f"{number:05}.jsonl.gz"
        growing = finished.with_name(finished.name + _OPEN)
        return growing if growing.exists() else finished

    def _list(self, anew: Collection[str] = ()) -> None:
        """Write the manifest of finished parts and shards; those listed already are read again only if ``anew``."""
        path = self.folder / "manifest.json"
        known: dict[str, dict[str, object]] = {}
        with suppress(OSError, ValueError, KeyError, TypeError):
            known = {one["name"]: one for one in json.loads(path.read_text(encoding="utf-8"))["parts"]}
        listed = []
        for part in sorted([*self.folder.glob("*.jsonl.gz"), *self.folder.glob("[0-9]*.parquet")]):
            size = part.stat().st_size
            if part.name in anew or known.get(part.name, {}).get("bytes") != size:
                with part.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                known[part.name] = {"name": part.name, "bytes": size, "sha256": digest}
            listed.append(known[part.name])
        unfinished = path.with_name(".unfinished-manifest.json")
        unfinished.write_text(json.dumps({"parts": listed}, indent=1) + "\n", encoding="utf-8")
        unfinished.replace(path)
        sync(self.folder)


def sync(folder: Path) -> None:
    """Make names of files in ``folder`` outlast a power cut, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
