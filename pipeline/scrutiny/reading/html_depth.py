"""Web pages nested without end: the tags of what is too deep are left out, its text stays, as in a browser.

The time that the rules of HTML 5 take for one tag can grow with the number of elements that are open.
"""

from __future__ import annotations

import re
from collections import Counter

#: Browsers nest no deeper.
_DEEPEST = 512

_TAG = re.compile(r"<(/?)([a-z][^\s/<>]*+)([^<>]*+)>", re.IGNORECASE)
#: These end where the next one begins, are empty, or hold no elements.
_NOT_NESTED = frozenset(
    "html head body caption colgroup dd dt li optgroup option p rb rp rt rtc tbody td tfoot th thead tr "
    "area base br col embed hr img input link meta param source track wbr "
    "iframe noscript script style textarea title".split()
)
#: In drawings and formulas "<path/>" is empty, elsewhere "<div/>" is not.
_FOREIGN = frozenset(["svg", "math"])


def flattened(html: str) -> str:
    """``html`` with no more than so many elements one in the other."""
    depth = deepest = foreign = 0
    for slash, name, rest in _TAG.findall(html):
        depth, foreign = _after(depth, foreign, slash, name.lower(), rest)
        deepest = max(depth, deepest)
    return _Flattened().of(html) if deepest > _DEEPEST else html


def _after(depth: int, foreign: int, slash: str, name: str, rest: str) -> tuple[int, int]:
    """How many elements are open after a tag, and how many of them are drawings and formulas."""
    if name in _NOT_NESTED or (foreign and rest.endswith("/")):
        return depth, foreign
    step = -1 if slash else 1
    return max(depth + step, 0), max(foreign + step * (name in _FOREIGN), 0)


class _Flattened:
    """Leaves tags out while too many elements are open."""

    def __init__(self) -> None:
        self._depth = self._foreign = 0
        self._left_out: Counter[str] = Counter()

    def of(self, html: str) -> str:
        """``html`` without those tags."""
        return _TAG.sub(self._tag, html)

    def _tag(self, tag: re.Match[str]) -> str:
        slash, name, rest = tag[1], tag[2].lower(), tag[3]
        depth, foreign = _after(self._depth, self._foreign, slash, name, rest)
        if depth > _DEEPEST:
            self._left_out[name] += 1
            return " "
        if slash and self._left_out[name]:
            self._left_out[name] -= 1
            return " "
        self._depth, self._foreign = depth, foreign
        return tag[0]
