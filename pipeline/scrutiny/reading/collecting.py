"""The garbage collector, kept from looking for cycles where there are none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """A page is thousands of small objects in no cycle, among which the collector would search again and again.

    What is no longer referred to is freed at once all the same. Other threads' cycles wait until the end.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
