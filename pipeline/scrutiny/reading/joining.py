"""Paragraphs that run over the end of a page or column."""

from __future__ import annotations

from collections.abc import Sequence

from scrutiny.reading.paragraphs import Group, ends_early
from scrutiny.report import BlockKind

_RUNNING = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_ENDS = (".", "!", "?", ":", ";", "…")
_CLOSING = "”’\"')]⁰¹²³⁴⁵⁶⁷⁸⁹"
_ALIGNED = 4.0


def join_across(groups: Sequence[Group]) -> list[Group]:
    """``groups`` with each paragraph that a page or column break cuts made one again."""
    joined: list[Group] = []
    for group in groups:
        last = joined[-1] if joined else None
        if last is not None and _continues(last, group):
            last.rows += group.rows
            last.closes = group.closes
        else:
            joined.append(group)
    return joined


def _continues(last: Group, group: Group) -> bool:
    if not (last.closes and group.opens and last.kind in _RUNNING and group.kind is BlockKind.PARAGRAPH):
        return False
    if group.marker or abs(last.style.size - group.style.size) > 0.5 or last.style.bold != group.style.bold:
        return False
    ended = last.text.rstrip(_CLOSING).endswith(_ENDS)
    starts_low = group.text[:1].islower()
    if not ended:
        return starts_low or not ends_early(last.rows[-1], group.rows[0], last.right)
    if starts_low:
        return True
    # A full stop at the end of a page: only the hanging indent of a numbered or bulleted block tells.
    hangs = last.marker is not None and last.text_x > last.x0 + _ALIGNED
    same_page = last.rows[-1].page == group.page
    return (
        hangs
        and not same_page
        and abs(group.x0 - last.text_x) <= _ALIGNED
        and not ends_early(last.rows[-1], group.rows[0], last.right)
    )
