"""What the encoder said of a window, kept for the next one that is the same: archives are full of copies."""

from __future__ import annotations

import hashlib
import struct
import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from scrutiny.report import ROLES
from scrutiny.roles.windows import Window

if TYPE_CHECKING:
    import torch

#: So many bytes are remembered: of some 14,000 windows of eight sentences with meanings and tags.
BYTES = 24_000_000
#: What keeping a window takes besides its bytes.
_WINDOW = 300
#: How many sentences a packed window has, and how many bytes a meaning takes.
_HEAD = struct.Struct("<II")


class Said(NamedTuple):
    """What was said of the sentences of a window.

    ``logits`` are double, shape (sentences, roles); ``meanings`` one vector a sentence, or none at all, and ``tags``
    likewise (:func:`scrutiny.roles.tags.unpack`).
    """

    logits: torch.Tensor
    meanings: tuple[bytes, ...] = ()
    tags: tuple[bytes, ...] = ()

    def packed(self) -> bytes:
        """All of it, in little-endian numbers: before the tags of each sentence stands how many bytes they take."""
        width = len(self.meanings[0]) if self.meanings else 0
        tags = b"".join(len(of_one).to_bytes(2, "little") + of_one for of_one in self.tags)
        logits = self.logits.numpy().astype("<f8").tobytes()
        return _HEAD.pack(len(self.logits), width) + logits + b"".join(self.meanings) + tags

    @classmethod
    def unpacked(cls, packed: bytes) -> Said:
        """What :meth:`packed` packed."""
        import numpy as np
        import torch

        sentences, width = _HEAD.unpack_from(packed)
        logits = np.frombuffer(packed, "<f8", sentences * len(ROLES), _HEAD.size).astype(np.float64)
        place = _HEAD.size + logits.nbytes
        meanings = [packed[at : at + width] for at in range(place, place + sentences * width, width)] if width else []
        tags = _parted(packed[place + sentences * width :])
        return cls(torch.from_numpy(logits).reshape(-1, len(ROLES)), tuple(meanings), tuple(tags))


def _parted(tags: bytes) -> Iterator[bytes]:
    """The tags of each sentence."""
    place = 0
    while place < len(tags):
        begin, place = place + 2, place + 2 + int.from_bytes(tags[place : place + 2], "little")
        yield tags[begin:place]


class Memory:
    """What was said of windows by what stands in them; the longest unused go first."""

    def __init__(self, size: int = BYTES) -> None:
        """Remembers ``size`` bytes."""
        self.size = size
        # As bytes, which take half the room.
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: bytes) -> Said | None:
        """What was said of the window with this key, if that is still known."""
        packed = self._packed(key)
        return None if packed is None else Said.unpacked(packed)

    def put(self, key: bytes, said: Said) -> None:
        """Remember what was ``said``."""
        self._keep(key, said.packed())

    def _packed(self, key: bytes) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: bytes, packed: bytes) -> None:
        with self._lock:
            if (before := self._kept.pop(key, None)) is not None:
                self._bytes -= _WINDOW + len(before)
            self._kept[key] = packed
            self._bytes += _WINDOW + len(packed)
            while self._bytes > self.size:
                self._bytes -= _WINDOW + len(self._kept.popitem(last=False)[1])


def key_of(window: Window) -> bytes:
    """The same for windows of the same tokens whose sentences stand in the same places."""
    places = [edge for _, start, end in window.spans for edge in (start, end)]
    content = array("i", [len(window.ids), *window.ids, *places])
    return hashlib.blake2b(content.tobytes(), digest_size=16).digest()
