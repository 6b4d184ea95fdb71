"""Messages between a run and the processes that read for it: a kind, a length, and so many bytes.

Nothing but JSON and bytes crosses: what a hostile file does to the process that reads it cannot make the run execute
anything, as unpickling would.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from enum import IntEnum
from typing import IO

_HEADER = struct.Struct(">BQ")

#: A longer message is refused: no report comes near it.
MAX_BYTES = 256_000_000


class Kind(IntEnum):
    """What a message is."""

    CONFIGURE = 1
    OPEN = 2
    NEXT = 3
    FINISH = 4
    OPENED = 5
    BEGIN = 6
    REPORT = 7
    FAILURE = 8
    SKIPPED = 9
    END = 10
    FINISHED = 11
    WARM_UP = 12


def send(stream: IO[bytes], kind: Kind, content: bytes | Mapping[str, object] = b"") -> None:
    """Write a message; a mapping goes as JSON. Raises OSError where nobody reads any more."""
    content = content if isinstance(content, bytes) else json.dumps(dict(content)).encode()
    stream.write(_HEADER.pack(kind, len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[Kind, bytes] | None:
    """The next message; None where the other side has gone, or sends what is none."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    kind, length = _HEADER.unpack(header)
    if kind not in tuple(Kind) or length > MAX_BYTES:
        return None
    content = stream.read(length)
    return None if len(content) < length else (Kind(kind), content)
