"""What all archives have in common: members, their names, and the limits that an archive made to do harm runs into.

Nothing is ever unpacked to disk, and no size that an archive declares is believed: bytes are counted as they come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from scrutiny.errors import ReadError

#: File name suffixes of archives and of compressed files, in lower case. What is compressed is a tar archive or
#: one file, whatever its name says.
ARCHIVE_SUFFIXES: tuple[str, ...] = (
    ".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".tbz2", ".xz", ".txz", ".zst", ".tzst",
)  # fmt: skip

#: Archives in an archive in an archive are read, deeper ones are not: people pack twice, only bombs go on.
MAX_DEPTH = 3
#: More files than a national archive of reports sends in one parcel.
MAX_MEMBERS = 100_000
#: The limits on what comes out of one archive, those inside it included.
MAX_UNPACKED = 20_000_000_000
#: How many times its own size an archive may hold, beyond what is free. Plain text shrinks to a tenth, the most
#: repetitive tables to a fiftieth; deflate can reach 1,032, bzip2 and xz far more, and only on nothing but repetition.
MAX_RATIO = 200
FREE = 50_000_000

#: Bytes unpacked at a time.
CHUNK = 1 << 16

#: What could lead out of a folder, or make a name look like another in a terminal.
_OUTSIDE = re.compile(r"/|[A-Za-z]:|(?:.*/)?\.\.(?:/|\Z)", re.DOTALL)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class ArchiveStoppedError(ReadError):
    """Too much has come out of an archive: what is left of it, and of the archives around it, is not read."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its name, why it is refused, if it is, and how to read it while it is its turn."""

    name: str
    fault: ReadError | None
    read: Callable[[], bytes]


@dataclass(slots=True)
class Budget:
    """What may still come out of an archive of ``packed`` bytes at ``path`` and of the archives inside it."""

    path: str
    packed: int
    #: The most bytes a member may have.
    largest: int
    unpacked: int = 0
    members: int = 0

    def count_member(self) -> None:
        """Raises ArchiveStoppedError (``too_many_members``)."""
        self.members += 1
        if self.members > MAX_MEMBERS:
            raise ArchiveStoppedError(
                f"{self.path}: the archive holds more than {MAX_MEMBERS:,} files; the others were not read.",
                remedy="Split it into smaller archives.",
                code="too_many_members",
            )

    def count_bytes(self, size: int) -> None:
        """Raises ArchiveStoppedError (``bomb``)."""
        self.unpacked += size
        if self.unpacked > min(MAX_UNPACKED, FREE + MAX_RATIO * self.packed):
            raise ArchiveStoppedError(
                f"{self.path}: the archive of {self.packed:,} bytes unpacks to more than {self.unpacked - 1:,}; "
                "what was left of it was not read.",
                remedy="Do not trust it; if you do, unpack it and give the folder.",
                code="bomb",
            )


def unsafe(name: str, *, path: str) -> ReadError | None:
    """Why a member called ``name`` is not to be read: its name leads out of the archive or holds control characters.

    Backslashes part folders as slashes do: some programs for Windows write them.
    """
    plain = name.replace("\\", "/")
    if not _OUTSIDE.match(plain) and not _CONTROLS.search(plain) and plain.strip("./ "):
        return None
    return ReadError(
        f"{path}: a file in it is called {name!r}: the name leads out of the archive or holds control characters.",
        remedy="Ask where the archive comes from; if you trust it, pack it again with plain names.",
        code="unsafe_path",
    )


def clean(name: str) -> str:
    """``name`` without what says nothing: ``./a//b`` is ``a/b``. Unsafe names stay recognisable."""
    return PurePath(_CONTROLS.sub("\ufffd", name.replace("\\", "/")).lstrip("/")).as_posix()


def link(path: str) -> ReadError:
    """The refusal of a symbolic or hard link."""
    return ReadError(
        f"{path}: this is no file but a link; links in archives are not followed.",
        remedy="Pack the file itself.",
        code="link",
    )


def special(path: str) -> ReadError:
    """The refusal of devices, pipes and other things that are no files."""
    return ReadError(f"{path}: this is no file but a device, a pipe or the like.", remedy="Leave it out.", code="link")


def too_large(path: str, largest: int) -> ReadError:
    """The refusal of a member that has more than ``largest`` bytes."""
    return ReadError(
        f"{path}: the file has more than {largest:,} bytes; that is the most that is read of a file in an archive.",
        remedy="Split it, or save it with smaller pictures.",
        code="too_large",
    )


def damaged(path: str, why: object) -> ReadError:
    """The refusal of what is no archive, or no longer whole."""
    return ReadError(
        f"{path}: the archive is damaged or not what its name says ({why}).",
        remedy="Download or pack it again.",
        code="damaged",
    )


def members(file: BinaryIO, *, path: str, budget: Budget) -> Iterator[Member]:
    """The files in the archive ``file``, in its order, each to be read before the next is asked for.

    A member that is not to be read says so as its ``fault``; a name that came before is one. Raises ReadError
    (``damaged``, ``bomb``) where the archive cannot be read on, ArchiveStoppedError where it must not be.
    """
    from scrutiny.reading.compressed import compressed_members
    from scrutiny.reading.tars import tar_members
    from scrutiny.reading.zips import zip_members

    read = {".zip": zip_members, ".tar": tar_members}.get(PurePath(path).suffix.lower(), compressed_members)
    seen: set[str] = set()
    for member in read(file, path=path, budget=budget):
        budget.count_member()
        where = f"{path}/{member.name}"
        if member.name in seen and member.fault is None:
            fault = ReadError(
                f"{where}: the archive holds another file of this name before it.",
                remedy="Find out which one is meant, and pack the archive again.",
                code="duplicate_name",
            )
            member = Member(member.name, fault, member.read)
        seen.add(member.name)
        yield member
