"""What kind of block a group of rows is, and how deep a heading stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from scrutiny.reading.markers import find_series
from scrutiny.reading.page import Style
from scrutiny.reading.paragraphs import Group
from scrutiny.report import BlockKind

_MAX_HEADING_CHARACTERS = 220
_MAX_HEADING_ROWS = 5
#: A heading is this much larger than the body, or emphasised.
_LARGER = 1.1
#: Nor is it much smaller: bold print may be set in small capitals or a size below.
_SMALLEST = 0.95
_SMALLEST_EMPHASISED = 0.7
#: A line this much larger than the body is a heading even where it gives a date.
_TITLE = 1.4
_LIST_CHARACTERS = 160
_NESTING = 6.0

_CAPTION = re.compile(
    r"(?:figure|fig\.|table|chart|box|exhibit|map|diagram|graph)\s+[\dA-Z]{1,3}(?:\.\d+)*\s*[.:–—-]", re.I
)
#: Sorts the headings of a report by level.
Rank = tuple[float, bool, bool, int]

_CONTENTS_LINES = 3
_NUMBER_AT_THE_END = 16
_ENDS_IN_NUMBER = re.compile(r"[^\W\d]\W{0,8}\s\d{1,3}$")
_LABEL = re.compile(r"[^:]{2,40}:\s.*(?:\b(?:19|20)\d\d\b|\d[/.]\d{1,2}[/.]\d|\d{5,})")
_NO_HEADING_END = (".", ";", ",")


def body_style(characters: Counter[Style]) -> Style:
    """The style most ``characters`` of a report have."""
    return characters.most_common(1)[0][0] if characters else Style(12.0)


def classify(groups: Sequence[Group], body: Style) -> None:
    """Sets ``kind`` of ``groups``, and ``level`` of list items."""
    _find_series(groups)
    for index, group in enumerate(groups):
        if group.table:
            continue
        if _CAPTION.match(group.text) and len(group.text) <= 300:
            group.kind = BlockKind.CAPTION
        elif _is_heading(group, body, groups[index + 1] if index + 1 < len(groups) else None):
            group.kind = BlockKind.HEADING
        elif group.marker and not group.marker.numbered:
            group.kind = BlockKind.LIST_ITEM
    _complete_contents(groups)
    _find_numbered_lists(groups)
    _set_item_levels(groups)


def _is_heading(group: Group, body: Style, following: Group | None) -> bool:
    text, style = group.text, group.style
    if (
        len(text) > _MAX_HEADING_CHARACTERS
        or len(group.rows) > _MAX_HEADING_ROWS
        or not re.search(r"[^\W\d_]{2}", text)
    ):
        return False
    if group.marker and not group.marker.numbered:
        return False
    larger = style.size >= _LARGER * body.size
    emphasised = (style.bold and not body.bold) or group.underlined
    smallest = _SMALLEST_EMPHASISED if emphasised else _SMALLEST
    if text.endswith(_NO_HEADING_END) or style.size < smallest * body.size or following is None or text[0].islower():
        return False
    if style.size >= _TITLE * body.size:
        return True
    if _LABEL.match(text):
        return False
    if larger:
        return True
    if emphasised:
        return True
    if text.isupper() and len(text.split()) <= 12 and not following.text.isupper():
        return len(group.rows) == 1 and len(text) > 3
    return (
        style.italic
        and not body.italic
        and len(group.rows) == 1
        and text[0].isupper()
        and not following.style.italic
        and len(text) <= 80
    )


def _complete_contents(groups: Sequence[Group]) -> None:
    """On pages with a table of contents, whatever ends in a page number is part of it."""
    lines = Counter(group.page for group in groups if group.kind is BlockKind.CONTENTS)
    for group in groups:
        if lines[group.page] >= _CONTENTS_LINES and _ENDS_IN_NUMBER.search(group.text[-_NUMBER_AT_THE_END:]):
            group.kind, group.level = BlockKind.CONTENTS, 0


def _find_series(groups: Sequence[Group]) -> None:
    """Makes markers of codes that count."""
    for index, marker in find_series(["" if group.marker or group.table else group.text for group in groups]).items():
        groups[index].mark(marker)


def _find_numbered_lists(groups: Sequence[Group]) -> None:
    """Makes list items of short numbered blocks that a line with a colon introduces."""
    for index, group in enumerate(groups):
        if not (group.marker and group.marker.number[-1:] == (1,)) or group.kind is not BlockKind.PARAGRAPH:
            continue
        run = [group]
        for following in groups[index + 1 :]:
            number = following.marker.number if following.marker else ()
            if following.kind is not BlockKind.PARAGRAPH or not number or number != _successor(run[-1]):
                break
            run.append(following)
        introduced = index > 0 and groups[index - 1].text.endswith(":")
        if introduced and median(len(item.text) for item in run) <= _LIST_CHARACTERS:
            for item in run:
                item.kind = BlockKind.LIST_ITEM


def _successor(group: Group) -> tuple[int, ...]:
    return group.marker.successor if group.marker else ()


def rank_of(heading: Group) -> Rank:
    """What ranks headings: larger first, then bold, then capitals; a deeper number stands a level lower."""
    depth = len(heading.marker.number) if heading.marker else 0
    return -heading.style.size, not heading.style.bold, not heading.text.isupper(), depth


def _set_item_levels(groups: Sequence[Group]) -> None:
    """Counts how far each list item is set in from the items it stands below."""
    edges: list[float] = []
    for group in groups:
        if group.kind is not BlockKind.LIST_ITEM:
            edges = []
            continue
        while edges and group.x0 < edges[-1] - _NESTING:
            edges.pop()
        if not edges or group.x0 > edges[-1] + _NESTING:
            edges.append(group.x0)
        group.level = len(edges)
