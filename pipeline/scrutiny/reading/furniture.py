"""Running headers, footers and page numbers: what repeats from page to page at the same place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from scrutiny.reading.page import Page, Segment

#: Only the outer fifteenth-hundredths of a page's height can hold furniture.
_ZONE = 0.15
#: Furniture stands at the same height on every page, give or take this many points.
_SAME_HEIGHT = 6.0
#: Short reports need two pages to agree, longer ones three.
_LONG_REPORT = 10

_NUMBERS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–—|]?\s*(\d{1,4})\s*(?:(?:of|/)\s*\d{1,4})?\s*[-–—|]?\s*(?:\|?\s*page)?", re.IGNORECASE
)
_LABELLED_NUMBER = re.compile(r"page\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)


def take_furniture(pages: Sequence[Page]) -> dict[int, list[Segment]]:
    """Takes the furniture out of ``pages`` and returns it by page number, from top to bottom."""
    places: defaultdict[str, list[tuple[int, Segment]]] = defaultdict(list)
    for page in pages:
        for segment in page.segments:
            if segment.y1 < _ZONE * page.height or segment.y0 > (1 - _ZONE) * page.height:
                places[_key(segment, page)].append((page.number, segment))
    needed = 2 if len(pages) < _LONG_REPORT else 3
    taken: set[int] = set()
    for key, found in places.items():
        for number, segment in found:
            same = {other for other, there in found if abs(there.baseline - segment.baseline) < _SAME_HEIGHT}
            if len(same) >= needed or (_LABELLED_NUMBER.fullmatch(segment.text) and key):
                taken.add(id(segment))
    furniture: dict[int, list[Segment]] = {}
    for page in pages:
        own = [segment for segment in page.segments if id(segment) in taken]
        page.segments = [segment for segment in page.segments if id(segment) not in taken]
        furniture[page.number] = sorted(own, key=lambda segment: (round(segment.baseline), segment.x0))
    return furniture


def _key(segment: Segment, page: Page) -> str:
    """What the same piece of furniture has in common on every page."""
    number = _PAGE_NUMBER.fullmatch(segment.text)
    if number:
        return f"page number {int(number.group(1)) - page.number:+d}"
    return _NUMBERS.sub("#", segment.text.casefold())
