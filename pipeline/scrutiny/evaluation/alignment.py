"""Where labelled units stand in a report as it was read, by words: what is printed between them does not count."""

from __future__ import annotations

import difflib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+")

#: Words between two units that were found in which a third is looked for, as a multiple of its own.
_FAR = 20

#: Units of fewer words are only sought between their neighbours: they may stand anywhere.
_TELLING = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Words ``first`` up to ``last``, half-open, and the share of the unit's words that stand there."""

    first: int
    last: int
    share: float


class Words:
    """The words of a text, numbered; spelled alike whatever their case and ligatures."""

    def __init__(self, text: str) -> None:
        """Find the words of ``text``."""
        matches = list(_WORD.finditer(text))
        self.words = [_plain(match[0]) for match in matches]
        self._starts = [match.start() for match in matches]

    def within(self, start: int, end: int) -> tuple[int, int]:
        """The words that begin in the characters ``start`` to ``end``, half-open."""
        return bisect_left(self._starts, start), bisect_left(self._starts, end)


def words_of(text: str) -> list[str]:
    """The words of ``text``, as :class:`Words` spells them."""
    return [_plain(word) for word in _WORD.findall(text)]


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def common(first: tuple[int, int], second: tuple[int, int]) -> float:
    """The words in both spans, as a share of those in either (intersection over union)."""
    both = max(0, min(first[1], second[1]) - max(first[0], second[0]))
    return both / ((first[1] - first[0]) + (second[1] - second[0]) - both or 1)


def align(text: Words, units: Sequence[str]) -> list[Place | None]:
    """Where each of ``units``, in reading order, stands in ``text``; None for one of which nothing is there.

    A unit is sought word for word, after the unit before it if it can be; one that is not there so, or is too short, is
    likened to the words between its neighbours.
    """
    joined = f" {' '.join(text.words)} "
    # The character of `joined` at which each word begins.
    offsets = [1]
    for word in text.words:
        offsets.append(offsets[-1] + len(word) + 1)
    sought = [words_of(unit) for unit in units]
    places: list[Place | None] = []
    after = 0
    for words in sought:
        place = None
        if len(words) >= _TELLING:
            needle = f" {' '.join(words)} "
            at = joined.find(needle, offsets[after] - 1)
            if at < 0:
                at = joined.find(needle)
            if at >= 0:
                first = bisect_right(offsets, at + 1) - 1
                place = Place(first, first + len(words), 1.0)
                after = place.last if first >= after else after
        places.append(place)
    for number, words in enumerate(sought):
        if places[number] is None and words:
            before = max((p.last for p in places[:number] if p is not None), default=0)
            behind = min(
                (p.first for p in places[number:] if p is not None and p.first >= before), default=len(text.words)
            )
            places[number] = _likened(text.words, words, before, min(behind, before + _FAR * len(words)))
    return places


def _likened(there: Sequence[str], words: Sequence[str], low: int, high: int) -> Place | None:
    matcher = difflib.SequenceMatcher(None, there[low:high], words, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return None
    share = sum(block.size for block in blocks) / len(words)
    return Place(low + blocks[0].a, low + blocks[-1].a + blocks[-1].size, share)
