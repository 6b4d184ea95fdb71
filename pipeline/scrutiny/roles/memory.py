"""What the encoder said of a window, kept for the next one that is the same: archives are full of copies."""

from __future__ import annotations

import hashlib
import threading
from array import array
from collections import OrderedDict
from typing import TYPE_CHECKING

from scrutiny.roles.windows import Window

if TYPE_CHECKING:
    import torch

#: So many windows are remembered, some 40 MB.
WINDOWS = 50_000


class Memory:
    """The logits of windows by what stands in them, double of shape (sentences, roles); the longest unused go first."""

    def __init__(self, size: int = WINDOWS) -> None:
        """Remembers ``size`` windows."""
        self.size = size
        self._kept: OrderedDict[bytes, torch.Tensor] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> torch.Tensor | None:
        """What was said of the window with this key, if that is still known."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, key: bytes, logits: torch.Tensor) -> None:
        """Remember ``logits``."""
        with self._lock:
            self._kept[key] = logits
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)


def key_of(window: Window) -> bytes:
    """The same for windows of the same tokens whose sentences stand in the same places."""
    places = [edge for _, start, end in window.spans for edge in (start, end)]
    content = array("i", [len(window.ids), *window.ids, *places])
    return hashlib.blake2b(content.tobytes(), digest_size=16).digest()
