"""Tar archives, read from beginning to end without ever going back: old, POSIX and GNU ones."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from scrutiny.errors import ReadError
from scrutiny.reading.archives import CHUNK, Budget, Member, clean, damaged, link, special, too_large, unsafe

BLOCK = 512
#: Of a long name or of an extended header; names have some hundred characters.
_MAX_HEADER = 1_000_000
#: Where a sparse file of the old kind says that more of its map follows, in its header and in the map.
_MORE_IN_HEADER, _MORE_IN_MAP = 482, 504
_VOLUME_LABEL = b"V"
#: Headers that say something about members to come.
_GLOBAL, _LONG_NAME, _LONG_LINK = tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK
_EXTENSIONS = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, _GLOBAL, _LONG_NAME, _LONG_LINK)


class Stream(Protocol):
    """Bytes that come one after another."""

    def read(self, size: int, /) -> bytes:
        """``size`` bytes; fewer only at the end."""
        ...


@dataclass(slots=True)
class _Counted:
    """A file whose bytes are counted as they are read."""

    file: BinaryIO
    budget: Budget

    def read(self, size: int, /) -> bytes:
        data = self.file.read(size)
        self.budget.count_bytes(len(data))
        return data


@dataclass(slots=True)
class _Body:
    """The bytes of the member whose turn it is."""

    stream: Stream
    left: int
    path: str

    def read(self) -> bytes:
        """All of it."""
        return b"".join(self._pieces())

    def skip(self) -> None:
        """Go past what was not read of it."""
        for _ in self._pieces():
            pass

    def _pieces(self) -> Iterator[bytes]:
        while self.left > 0:
            padding = -self.left % BLOCK
            size = min(self.left, CHUNK)
            last = size == self.left
            piece = _exactly(self.stream, size + padding * last, self.path)
            self.left -= size
            yield piece[:size]


@dataclass(slots=True)
class _Extended:
    """What headers before a member's own say about it: POSIX key and value for all that follow and for the next one."""

    lasting: dict[str, str] = field(default_factory=dict)
    next: dict[str, str] = field(default_factory=dict)

    def take(self) -> Mapping[str, str]:
        """What they say about the member at hand; from then on only what is lasting is said."""
        said, self.next = {**self.lasting, **self.next}, {}
        return said


def tar_members(file: BinaryIO, *, path: str, budget: Budget) -> Iterator[Member]:
    """The files in the tar archive ``file``. Raises ReadError (``damaged``)."""
    return stream_members(_Counted(file, budget), b"", path=path, largest=budget.largest)


def is_header(block: bytes) -> bool:
    """Whether ``block`` is what a tar archive begins with."""
    try:
        return bool(tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape"))
    except tarfile.TarError:
        return False


def stream_members(stream: Stream, first: bytes, *, path: str, largest: int) -> Iterator[Member]:
    """The files in a tar archive, its ``first`` bytes read already. Raises ReadError (``damaged``)."""
    extended = _Extended()
    ended = False
    while block := first or stream.read(BLOCK):
        first = b""
        if not any(block):
            ended = True
            continue
        info = _header(block, path)
        ended = False
        if _extends(info, stream, extended, path):
            continue
        said = extended.take()
        name = said.get("path", info.name)
        size = _size(said.get("size", info.size), path)
        body = _Body(stream, size if info.isreg() or info.type not in tarfile.SUPPORTED_TYPES else 0, path)
        where = f"{path}/{clean(name)}"
        sparse = info.type == tarfile.GNUTYPE_SPARSE or any(key.startswith("GNU.sparse.") for key in said)
        if info.type == tarfile.GNUTYPE_SPARSE:
            _pass_map(block, stream, path)
        if not info.isdir() and info.type != _VOLUME_LABEL:
            fault = unsafe(name, path=path) or _fault(info, where, sparse)
            if fault is None and size > largest:
                fault = too_large(where, largest)
            yield Member(clean(name), fault, body.read)
        body.skip()
    if not ended:
        raise damaged(path, "it is cut short: the mark of its end is missing")


def _header(block: bytes, path: str) -> tarfile.TarInfo:
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError) as error:
        raise damaged(path, error) from error


def _extends(info: tarfile.TarInfo, stream: Stream, extended: _Extended, path: str) -> bool:
    """Take up a header that says something about members to come; False for a member's own."""
    if info.type not in _EXTENSIONS:
        return False
    if not 0 <= info.size <= _MAX_HEADER:
        raise damaged(path, f"a header of {info.size:,} bytes")
    data = _Body(stream, info.size, path).read()
    if info.type == _LONG_NAME:
        extended.next["path"] = data.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
    elif info.type == _GLOBAL:
        extended.lasting.update(_records(data, path))
    elif info.type != _LONG_LINK:
        extended.next.update(_records(data, path))
    return True


def _records(data: bytes, path: str) -> Iterator[tuple[str, str]]:
    """The keys and values of an extended header: ``30 path=...`` and a new line, the number being the whole length."""
    position = 0
    while position < len(data):
        space = data.find(b" ", position, position + 8)
        digits = data[position:space] if space > 0 else b""
        length = int(digits) if digits.isdigit() else 0
        record = data[space + 1 : position + length - 1]
        if not length or not record or position + length > len(data):
            raise damaged(path, "an extended header that cannot be read")
        key, _, value = record.partition(b"=")
        yield key.decode("utf-8", "replace"), value.decode("utf-8", "surrogateescape")
        position += length


def _size(said: str | int, path: str) -> int:
    try:
        size = int(said)
    except ValueError:
        size = -1
    if size < 0:
        raise damaged(path, f"a file of {said} bytes")
    return size


def _pass_map(block: bytes, stream: Stream, path: str) -> None:
    """Go past the map of a sparse file of the old kind."""
    more = block[_MORE_IN_HEADER]
    while more:
        more = _exactly(stream, BLOCK, path)[_MORE_IN_MAP]


def _fault(info: tarfile.TarInfo, where: str, sparse: bool) -> ReadError | None:
    if info.issym() or info.islnk():
        return link(where)
    if sparse:
        return ReadError(
            f"{where}: the file is stored as a sparse one, which is not read.",
            remedy="Pack it again without --sparse.",
            code="unsupported",
        )
    return None if info.isreg() else special(where)


def _exactly(stream: Stream, size: int, path: str) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise damaged(path, "it is cut short")
    return data
