"""What the encoder said of a window, kept for the next one that is the same: archives are full of copies."""

from __future__ import annotations

import hashlib
import threading
from array import array
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from scrutiny.roles.windows import Window

if TYPE_CHECKING:
    import torch

#: So many bytes are remembered: of some 40,000 windows, or half as many with meanings.
BYTES = 64_000_000
#: What keeping a window takes besides its numbers, and what is told of a sentence besides its own.
_WINDOW, _TOLD = 1_000, 50


class Said(NamedTuple):
    """What was said of the sentences of a window.

    ``logits`` are double, shape (sentences, roles); ``meanings`` one vector a sentence, or none at all, and ``tags``
    likewise (:func:`scrutiny.roles.tags.unpack`).
    """

    logits: torch.Tensor
    meanings: tuple[bytes, ...] = ()
    tags: tuple[bytes, ...] = ()

    @property
    def size(self) -> int:
        """Bytes that keeping it takes."""
        return _WINDOW + self.logits.nbytes + sum(_TOLD + len(told) for told in (*self.meanings, *self.tags))


class Memory:
    """What was said of windows by what stands in them; the longest unused go first."""

    def __init__(self, size: int = BYTES) -> None:
        """Remembers ``size`` bytes."""
        self.size = size
        self._kept: OrderedDict[bytes, Said] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: bytes) -> Said | None:
        """What was said of the window with this key, if that is still known."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, key: bytes, said: Said) -> None:
        """Remember what was ``said``."""
        with self._lock:
            if key in self._kept:
                self._bytes -= self._kept.pop(key).size
            self._kept[key] = said
            self._bytes += said.size
            while self._bytes > self.size:
                self._bytes -= self._kept.popitem(last=False)[1].size


def key_of(window: Window) -> bytes:
    """The same for windows of the same tokens whose sentences stand in the same places."""
    places = [edge for _, start, end in window.spans for edge in (start, end)]
    content = array("i", [len(window.ids), *window.ids, *places])
    return hashlib.blake2b(content.tobytes(), digest_size=16).digest()
