"""Zip archives, by their directory at the end."""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from scrutiny.errors import ReadError
from scrutiny.reading.archives import (
    CHUNK,
    ArchiveStoppedError,
    Budget,
    Member,
    clean,
    damaged,
    link,
    special,
    too_large,
    unsafe,
)

#: The directory is held in memory, with some 600 bytes for each of its entries of 46 bytes or more.
_MAX_DIRECTORY = 16_000_000
_FIXED_HEADER = 30
_ENCRYPTED = 0x1 | 0x40 | 0x2000
#: Bzip2 and LZMA are left out: the library unpacks them without a limit on what comes out at once.
_METHODS = (ZIP_STORED, ZIP_DEFLATED)
_FAULTS = (BadZipFile, OSError, ValueError, EOFError, NotImplementedError, OverflowError, struct.error, zlib.error)


class _Guarded:
    """A file that refuses to be read in pieces too large: the zip library reads whatever a header asks for."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(_MAX_DIRECTORY + 1 if size < 0 else min(size, _MAX_DIRECTORY + 1))
        if len(data) > _MAX_DIRECTORY:
            raise BadZipFile(f"its directory has more than {_MAX_DIRECTORY:,} bytes")
        return data


def open_zip(file: BinaryIO, *, path: str) -> ZipFile:
    """The zip archive ``file``. Raises ReadError (``damaged``)."""
    try:
        return ZipFile(cast(BinaryIO, _Guarded(file)))
    except _FAULTS as error:
        raise damaged(path, error) from error


def zip_members(file: BinaryIO, *, path: str, budget: Budget) -> Iterator[Member]:
    """The files in the zip archive ``file``.

    Raises ReadError (``damaged``), or ``bomb`` where its files share bytes, as those of a zip bomb do
    (https://www.bamsoftware.com/hacks/zipbomb/).
    """
    archive = open_zip(file, path=path)
    entries = archive.infolist()
    if _overlap(entries, archive.start_dir):
        raise ReadError(
            f"{path}: files in the archive overlap, as in one made to fill the memory; nothing was read of it.",
            remedy="Do not trust it.",
            code="bomb",
        )
    for entry in entries:
        name = _name(entry)
        if not name.endswith("/"):
            where = f"{path}/{clean(name)}"
            yield Member(
                clean(name),
                unsafe(name, path=path) or _fault(entry, where, budget.largest),
                partial(_read, archive, entry, where, budget),
            )


def _overlap(entries: list[ZipInfo], directory: int) -> bool:
    """Whether entries have bytes in common with one another or with the directory, which begins at ``directory``."""
    spans = sorted(
        (entry.header_offset, _FIXED_HEADER + len(entry.orig_filename) + entry.compress_size) for entry in entries
    )
    return any(start + size > following for (start, size), (following, _) in pairwise([*spans, (directory, 0)]))


def _name(entry: ZipInfo) -> str:
    """The name as the packer meant it: many write UTF-8 and do not say so."""
    name = entry.orig_filename
    if entry.flag_bits & 0x800:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _fault(entry: ZipInfo, where: str, largest: int) -> ReadError | None:
    mode = stat.S_IFMT(entry.external_attr >> 16)
    if mode == stat.S_IFLNK:
        return link(where)
    if mode not in (0, stat.S_IFREG):
        return special(where)
    if entry.flag_bits & _ENCRYPTED:
        return ReadError(
            f"{where}: the file is encrypted.",
            remedy="Unpack it with its password, and give the file.",
            code="encrypted",
        )
    if entry.compress_type not in _METHODS:
        return ReadError(
            f"{where}: the file is packed in a way that is not read (method {entry.compress_type}).",
            remedy="Pack it again in the usual way (deflate).",
            code="unsupported",
        )
    return too_large(where, largest) if entry.file_size > largest else None


def _read(archive: ZipFile, entry: ZipInfo, where: str, budget: Budget) -> bytes:
    data = bytearray()
    try:
        with archive.open(entry) as opened:
            while piece := opened.read(CHUNK):
                budget.count_bytes(len(piece))
                data += piece
    except ArchiveStoppedError:
        raise
    except (*_FAULTS, RuntimeError) as error:
        raise damaged(where, error) from error
    if len(data) != entry.file_size:
        raise damaged(where, f"{len(data):,} bytes came out in place of {entry.file_size:,}")
    return bytes(data)
