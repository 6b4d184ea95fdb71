"""Compressed files (gzip, bzip2, xz, zstandard): a tar archive, or one file."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePath
from typing import BinaryIO, cast

from scrutiny.reading.archives import CHUNK, Budget, Member, clean, damaged, too_large, unsafe
from scrutiny.reading.tars import BLOCK, Stream, is_header, stream_members

#: What xz may take to unpack; ``xz -9`` needs 65 million bytes.
_XZ_MEMORY = 256_000_000
_FAULTS = (OSError, EOFError, ValueError, MemoryError, zlib.error, lzma.LZMAError)


class _Xz:
    """An xz file with a limit on memory, which the library's own reader of files does not have."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._unpack = self._new()

    @staticmethod
    def _new() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(format=lzma.FORMAT_AUTO, memlimit=_XZ_MEMORY)

    def read(self, size: int, /) -> bytes:
        data = b""
        while not data:
            if self._unpack.eof:
                rest = (self._unpack.unused_data or self._file.read(CHUNK)).lstrip(b"\0")
                if not rest:
                    return b""
                self._unpack = self._new()
            else:
                rest = self._file.read(CHUNK) if self._unpack.needs_input else b""
                if self._unpack.needs_input and not rest:
                    raise EOFError("it is cut short")
            data = self._unpack.decompress(rest, size)
        return data


def _zstandard(file: BinaryIO) -> Stream:
    import pyarrow

    return cast(Stream, pyarrow.CompressedInputStream(pyarrow.PythonFile(file, mode="r"), "zstd"))


#: By what a file begins with.
_OPENERS: dict[bytes, Callable[[BinaryIO], Stream]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file, mode="rb"),
    b"BZh": lambda file: bz2.BZ2File(file, "rb"),
    b"\xfd7zXZ\x00": _Xz,
    b"\x28\xb5\x2f\xfd": _zstandard,
}


class _Unpacked:
    """What comes out of a compressed file, counted as it comes."""

    def __init__(self, file: BinaryIO, *, path: str, budget: Budget) -> None:
        start = file.read(8)
        file.seek(0)
        opener = next((opener for magic, opener in _OPENERS.items() if start.startswith(magic)), None)
        if opener is None:
            raise damaged(path, "it does not begin as a gzip, bzip2, xz or zstandard file")
        self._path, self._budget = path, budget
        self._source = opener(file)

    def read(self, size: int, /) -> bytes:
        pieces: list[bytes] = []
        while size > 0 and (piece := self._piece(min(size, CHUNK))):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        try:
            piece = self._source.read(size)
        except _FAULTS as error:
            raise damaged(self._path, error) from error
        self._budget.count_bytes(len(piece))
        return piece


def compressed_members(file: BinaryIO, *, path: str, budget: Budget) -> Iterator[Member]:
    """The files in a compressed tar archive, or the one file that is compressed. Raises ReadError (``damaged``)."""
    unpacked = _Unpacked(file, path=path, budget=budget)
    first = unpacked.read(BLOCK)
    if is_header(first):
        yield from stream_members(unpacked, first, path=path, largest=budget.largest)
    else:
        called = PurePath(path)
        name = f"{called.stem}.tar" if called.suffix.lower().startswith(".t") else called.stem
        yield Member(
            clean(name), unsafe(name, path=path), partial(_rest, first, unpacked, f"{path}/{name}", budget.largest)
        )


def _rest(first: bytes, unpacked: _Unpacked, where: str, largest: int) -> bytes:
    data = bytearray(first)
    while piece := unpacked.read(CHUNK):
        data += piece
        if len(data) > largest:
            raise too_large(where, largest)
    return bytes(data)
