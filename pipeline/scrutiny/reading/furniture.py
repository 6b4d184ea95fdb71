"""Running headers, footers, page numbers and line numbers: what repeats from page to page at the same place."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from scrutiny.reading.page import Page, Segment

#: Only this share of a page's height, at the top and at the bottom, can hold furniture.
_ZONE = 0.15
#: Furniture stands at the same height on every page, give or take this many points.
_SAME_HEIGHT = 6.0
#: Short reports need two pages to agree, longer ones three.
_LONG_REPORT = 10
#: A line this long that is part of what repeats on other pages is no accident.
_REWRAPPED_CHARACTERS = 16
_SHORT_CHARACTERS = 60

#: Less than this, such as a grade at the top of two pages, is too little to be told by.
_FEWEST_LETTERS = 3
#: Furniture that changes stands off the text by at least so many font sizes.
_STANDS_OFF = 1.2
#: So many numbers in the margin, one higher than the other, count lines.
_LINE_NUMBERS = 5

_NUMBERS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–—|]?\s*(\d{1,3})\s*(?:(?:of|/)\s*\d{1,3})?\s*[-–—|]?\s*(?:\|?\s*page)?", re.IGNORECASE
)
_LABELLED_NUMBER = re.compile(r"page\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)


def take_furniture(pages: Sequence[Page]) -> dict[int, list[Segment]]:
    """Takes the furniture out of ``pages`` and returns it by page number, from top to bottom."""
    places: defaultdict[str, list[tuple[Page, Segment]]] = defaultdict(list)
    for page in pages:
        for segment in page.segments:
            if segment.y1 < _ZONE * page.height or segment.y0 > (1 - _ZONE) * page.height:
                key = _key(segment, page)
                if key:
                    places[key].append((page, segment))
    needed = 2 if len(pages) < _LONG_REPORT else 3
    taken: set[int] = set()
    for found in places.values():
        heights = _heights(found)
        taken.update(
            id(segment)
            for page, segment in found
            if _repeats(page.number, segment.baseline, heights, needed) or _LABELLED_NUMBER.fullmatch(segment.text)
        )
    _take_rewrapped(places, taken, needed)
    _take_with_section(places, taken, needed)
    for page in pages:
        _take_beyond(page, taken)
        _take_line_numbers(page, taken)
    furniture: dict[int, list[Segment]] = {}
    for page in pages:
        own = [segment for segment in page.segments if id(segment) in taken]
        page.segments = [segment for segment in page.segments if id(segment) not in taken]
        furniture[page.number] = sorted(own, key=lambda segment: (round(segment.baseline), segment.x0))
    return furniture


def _heights(found: Sequence[tuple[Page, Segment]]) -> dict[int, list[float]]:
    """The baselines, in order, of what stands on each page."""
    heights: defaultdict[int, list[float]] = defaultdict(list)
    for page, segment in found:
        heights[page.number].append(segment.baseline)
    return {number: sorted(baselines) for number, baselines in heights.items()}


def _repeats(page: int, baseline: float, heights: Mapping[int, Sequence[float]], needed: int) -> bool:
    """Whether it stands at ``baseline`` on ``needed`` pages on end, or on every other one, around ``page``.

    A heading that opens several sections repeats too, but pages apart.
    """
    pages = 1
    for step in (1, -1):
        number: int | None = page
        while number is not None and pages < needed:
            nearby = (number + step, number + 2 * step)
            number = next((near for near in nearby if _stands_at(baseline, heights.get(near, ()))), None)
            pages += number is not None
    return pages >= needed


def _stands_at(baseline: float, others: Sequence[float]) -> bool:
    """Whether one of ``others``, which ascend, is near ``baseline``."""
    index = bisect_left(others, baseline)
    return any(abs(other - baseline) < _SAME_HEIGHT for other in others[max(index - 1, 0) : index + 1])


def _take_rewrapped(places: Mapping[str, Sequence[tuple[Page, Segment]]], taken: set[int], needed: int) -> None:
    """Adds to ``taken`` what repeats but for where its lines end: "Visit to Anytown, 2 to" + "6 May 3"."""
    by_page: defaultdict[int, list[Segment]] = defaultdict(list)
    for found in places.values():
        for page, segment in found:
            if id(segment) in taken:
                by_page[page.number].append(segment)
    whole = Counter(
        _NUMBERS.sub("#", " ".join(s.text for s in sorted(own, key=lambda s: (s.baseline, s.x0)))).casefold()
        for own in by_page.values()
    )
    repeated = [text for text, count in whole.items() if count >= needed]
    for key, found in places.items():
        if len(key) >= _REWRAPPED_CHARACTERS and any(key in text for text in repeated):
            taken.update(id(segment) for _, segment in found)


def _take_with_section(places: Mapping[str, Sequence[tuple[Page, Segment]]], taken: set[int], needed: int) -> None:
    """Adds to ``taken`` what begins or ends alike on many pages and stands off the text: "Report 7 | Findings"."""
    alike: defaultdict[tuple[str, int, str], list[tuple[Page, Segment]]] = defaultdict(list)
    for key, found in places.items():
        words = key.split()
        for page, segment in found if len(words) > 2 else ():
            place = round(segment.baseline / _SAME_HEIGHT)
            alike["first", place, " ".join(words[:2])].append((page, segment))
            alike["last", place, " ".join(words[-2:])].append((page, segment))
    edges: dict[int, tuple[list[float], list[float]]] = {}
    for found in alike.values():
        if len({page.number for page, _ in found}) > needed:
            for page, segment in found:
                if page.number not in edges:
                    tops, bottoms = sorted(s.y0 for s in page.segments), sorted(s.y1 for s in page.segments)
                    edges[page.number] = tops, bottoms
                if _stands_off(segment, page, *edges[page.number]):
                    taken.add(id(segment))


def _stands_off(segment: Segment, page: Page, tops: Sequence[float], bottoms: Sequence[float]) -> bool:
    """Whether there is more than a line's distance between ``segment`` and the rest of the page's text.

    ``tops`` and ``bottoms`` are the edges of all segments of the page, in order.
    """
    middle, room = (segment.y0 + segment.y1) / 2, _STANDS_OFF * segment.style.size
    if segment.y1 < page.height / 2:
        index = bisect_right(tops, middle)
        return index < len(tops) and tops[index] - segment.y1 > room
    index = bisect_left(bottoms, middle)
    return index > 0 and segment.y0 - bottoms[index - 1] > room


def _take_line_numbers(page: Page, taken: set[int]) -> None:
    """Adds to ``taken`` the numbers of lines in the margin, as drafts have them."""
    numbers = sorted((s for s in page.segments if s.text.isdecimal() and len(s.text) <= 4), key=lambda s: s.baseline)
    text = [s for s in page.segments if not s.text.isdecimal() and id(s) not in taken]
    if len(numbers) < _LINE_NUMBERS or not text:
        return
    left, right = min(s.x0 for s in text), max(s.x1 for s in text)
    margin = [s for s in numbers if s.x1 < left or s.x0 > right]
    values = [int(s.text) for s in margin]
    steps = Counter(after - before for before, after in pairwise(values))
    step, count = steps.most_common(1)[0] if steps else (0, 0)
    if step in (1, 5, 10) and count >= _LINE_NUMBERS - 1 and count >= 0.8 * (len(margin) - 1):
        taken.update(id(segment) for segment in margin)


def _take_beyond(page: Page, taken: set[int]) -> None:
    """Adds to ``taken`` the short lines below the first line of a page's footer."""
    footer = [s.baseline for s in page.segments if id(s) in taken and s.y0 > (1 - _ZONE) * page.height]
    for segment in page.segments:
        if footer and segment.baseline > min(footer) + 1 and len(segment.text) <= _SHORT_CHARACTERS:
            taken.add(id(segment))


def _key(segment: Segment, page: Page) -> str | None:
    """What the same piece of furniture has in common on every page; None for what cannot be furniture."""
    number = _PAGE_NUMBER.fullmatch(segment.text)
    if number:
        return f"page number {int(number.group(1)) - page.number:+d}"
    key = _NUMBERS.sub("#", segment.text.casefold())
    return key if sum(map(str.isalpha, key)) >= _FEWEST_LETTERS else None
