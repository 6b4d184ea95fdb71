"""Footnotes: small print at the bottom of a page that begins with a number or sign, or below a short rule."""

from __future__ import annotations

import re

from scrutiny.reading.build import Draft
from scrutiny.reading.page import Page, Row, Segment, Style, rows_of
from scrutiny.report import BlockKind

#: Footnotes are set smaller than this share of the body's size.
_SMALLER = 0.92
#: How far above a footnote its rule may stand, in points.
_RULE_WITHIN = 40.0
_SIGN = re.compile(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d{1,3}(?=\s)|[*†‡§])\s*(?=\S)")


def take_footnotes(page: Page, body: Style) -> list[Draft]:
    """Takes the footnotes out of ``page`` and returns them in order."""
    rows = rows_of(page.number, page.segments)
    start = len(rows)
    while start > 0 and rows[start - 1].style.size < _SMALLER * body.size:
        start -= 1
    small = rows[start:]
    first = next((index for index, row in enumerate(small) if _SIGN.match(row.text) or _is_ruled_off(row, page)), None)
    if first is None or start == 0:
        return []
    notes = small[first:]
    taken = {id(run) for row in notes for cell in row.cells for run in cell.runs}
    page.segments = [segment for segment in page.segments if not _within(segment, taken)]
    return _drafts(notes)


def _is_ruled_off(row: Row, page: Page) -> bool:
    """Whether the last short rule of the page, as word processors set above footnotes, stands above ``row``."""
    short = [rule for rule in page.rules if rule.y0 == rule.y1 and rule.x1 - rule.x0 < page.width / 2]
    last = max(short, key=lambda rule: rule.y0, default=None)
    return last is not None and 0 < row.whole.y0 - last.y0 < _RULE_WITHIN and abs(last.x0 - row.x0) < _RULE_WITHIN / 4


def _within(segment: Segment, taken: set[int]) -> bool:
    return all(id(run) in taken for run in segment.runs)


def _drafts(rows: list[Row]) -> list[Draft]:
    drafts: list[Draft] = []
    for row in rows:
        sign = _SIGN.match(row.text)
        if sign and (not drafts or _is_next(sign.group(1), drafts[-1].marker)):
            drafts.append(Draft(BlockKind.FOOTNOTE, [(row.text[sign.end() :], row.box)], marker=sign.group(1)))
        elif not drafts:
            drafts.append(Draft(BlockKind.FOOTNOTE, [(row.text, row.box)]))
        else:
            drafts[-1].lines.append((row.text, row.box))
    return drafts


def _is_next(sign: str, before: str) -> bool:
    """Whether ``sign`` marks the next footnote, and is no figure at the beginning of a line."""
    return not sign.isdecimal() or not before.isdecimal() or int(sign) == int(before) + 1
