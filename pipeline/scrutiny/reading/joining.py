"""Paragraphs that run over the end of a page or column."""

from __future__ import annotations

from collections.abc import Sequence

from scrutiny.reading.paragraphs import Group, ends_early
from scrutiny.report import BlockKind

#: Kinds of block that may run on.
RUNNING = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_ENDS = (".", "!", "?", ":", ";", "…")
_CLOSING = "”’\"')]⁰¹²³⁴⁵⁶⁷⁸⁹"
_ALIGNED = 4.0


def join_across(groups: Sequence[Group]) -> list[Group]:
    """``groups`` with each paragraph that a page or column break cuts made one again.

    A line at the top of a page that parts the two halves of a sentence is a running header that had no
    second page to repeat on: it becomes furniture.
    """
    joined: list[Group] = []
    last: Group | None = None
    for group, following in zip(groups, [*groups, None][1:], strict=True):
        if last is not None and following is not None and _parts_a_sentence(last, group, following):
            group.kind, following.opens = BlockKind.FURNITURE, True
            joined.append(group)
        elif last is not None and _continues(last, group):
            last.rows += group.rows
            last.closes = group.closes
        else:
            joined.append(group)
            last = group
    return joined


def _parts_a_sentence(last: Group, group: Group, following: Group) -> bool:
    if len(group.rows) > 1 or not group.opens or not last.closes or group.page == last.rows[-1].page:
        return False
    if group.text[:1].islower() or group.text.endswith(_ENDS) or last.kind not in RUNNING:
        return False
    ended = last.text.rstrip(_CLOSING).endswith(_ENDS)
    together = following.page == group.page and following.kind is BlockKind.PARAGRAPH and following.style == last.style
    return together and not ended and following.marker is None and following.text[:1].islower()


def _continues(last: Group, group: Group) -> bool:
    if not (last.closes and group.opens and last.kind in RUNNING and group.kind is BlockKind.PARAGRAPH):
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
