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
    depth = _Depth()
    if any(depth.leaves_out(slash, name.lower(), rest) for slash, name, rest in _TAG.findall(html)):
        depth = _Depth()
        return _TAG.sub(lambda tag: " " if depth.leaves_out(tag[1], tag[2].lower(), tag[3]) else tag[0], html)
    return html


class _Depth:
    """How many elements are open, by name; an end without a beginning ends nothing."""

    def __init__(self) -> None:
        self._depth = 0
        self._open: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()

    def leaves_out(self, slash: str, name: str, rest: str) -> bool:
        """Goes on to the next tag; whether it is too deep."""
        foreign = any(self._open[drawing] for drawing in _FOREIGN)
        if name in _NOT_NESTED or (foreign and rest.endswith("/")):
            return False
        if slash and self._left_out[name]:
            self._left_out[name] -= 1
            return True
        if slash and self._open[name]:
            self._open[name] -= 1
            self._depth -= 1
        elif not slash and self._depth >= _DEEPEST:
            self._left_out[name] += 1
            return True
        elif not slash:
            self._open[name] += 1
            self._depth += 1
        return False
