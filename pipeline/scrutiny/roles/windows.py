"""What the encoder reads: windows of consecutive sentences, with headings, in which every sentence is classified.

A window is ``[CLS] # heading [SEP] lead-in [SEP] ... sentence [SEP] sentence [SEP] ...``. It classifies the sentences
in its core; those before and after are context that other windows classify. One pass of the encoder thus reads each
sentence once, together with what stands around it (after Cohan et al. 2019, arXiv 1909.04054).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from scrutiny.roles.tokenizing import Tokenizer

_HEADING = "# "
ITEM = "- "


class Unit(NamedTuple):
    """A sentence to classify. Consecutive units with equal ``passage`` are neighbours in reading order."""

    text: str
    heading: str = ""
    passage: str = ""
    is_item: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSize:
    """Tokens of a window.

    ``core`` bounds the sentences that it classifies; a longer sentence is a core by itself, and drives out what
    stands around it before it loses its end. ``before`` and ``after`` bound the context on either side,
    ``introduction`` the heading in force at the core and the lead-in of its list, half of it each.

    Raises:
        ValueError: ``core`` is not positive, or another number is negative.
    """

    core: int = 192
    before: int = 40
    after: int = 24
    introduction: int = 48

    def __post_init__(self) -> None:
        if self.core < 1 or min(self.before, self.after, self.introduction) < 0:
            raise ValueError(f"core must be positive and nothing negative: {self}")

    @property
    def tokens(self) -> int:
        """The longest window, special tokens included."""
        return self.core + self.before + self.after + self.introduction + 2


@dataclass(frozen=True, slots=True)
class Window:
    """Token ids, and of each sentence that is classified its number among the units and its span of ids.

    ``cut`` has the number of the sentence that is longer than the window.
    """

    ids: list[int]
    spans: list[tuple[int, int, int]]
    cut: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.ids)


def windows(tokenizer: Tokenizer, units: Sequence[Unit], size: WindowSize) -> list[Window]:
    """Windows that classify each of ``units`` once, in their order.

    They depend on the passages alone: not on other passages, nor on how many units are given at a time.
    """
    encoded = _encode(tokenizer, [ITEM * unit.is_item + unit.text for unit in units])
    headings = sorted({unit.heading for unit in units if unit.heading})
    of_heading = dict(zip(headings, _encode(tokenizer, [_HEADING + heading for heading in headings]), strict=True))
    result: list[Window] = []
    for _, members in groupby(range(len(units)), key=lambda number: units[number].passage or number):
        numbers = list(members)
        passage = _Passage(
            numbers,
            [encoded[number] for number in numbers],
            [_shortened(of_heading.get(units[number].heading, []), size.introduction // 2) for number in numbers],
            _lead_ins([units[number] for number in numbers]),
        )
        result += passage.windows(tokenizer.start, size)
    return result


def offsets(tokenizer: Tokenizer, unit: Unit) -> list[tuple[int, int]]:
    """The characters of the unit's text that each of its tokens stands for; none (equal ends) for what is added."""
    before = len(ITEM) * unit.is_item
    text = ITEM * unit.is_item + unit.text
    places = [(max(start - before, 0), max(end - before, 0)) for start, end in tokenizer.places(text)]
    return [*places, (len(unit.text), len(unit.text))]  # the separator


def _encode(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    return [[*ids, tokenizer.separator] for ids in tokenizer.ids(texts)]


class _Passage:
    """The ids of a passage in a row, headings where they change, and where each sentence stands among them."""

    def __init__(
        self,
        numbers: Sequence[int],
        sentences: Sequence[list[int]],
        headings: Sequence[list[int]],
        lead_ins: Sequence[int | None],
    ) -> None:
        self.numbers, self.headings, self.lead_ins = numbers, headings, lead_ins
        self.ids: list[int] = []
        self.places: list[tuple[int, int]] = []
        heading = headings[0]
        for sentence, of_sentence in zip(sentences, headings, strict=True):
            if of_sentence != heading:
                self.ids += of_sentence
                heading = of_sentence
            self.places.append((len(self.ids), len(self.ids) + len(sentence)))
            self.ids += sentence

    def windows(self, start: int, size: WindowSize) -> Iterator[Window]:
        """As many sentences in each core as fit."""
        first = 0
        while first < len(self.numbers):
            last, begin = first, self.places[first][0]
            while last + 1 < len(self.numbers) and self.places[last + 1][1] - begin <= size.core:
                last += 1
            yield self._window(first, last, start, size)
            first = last + 1

    def _window(self, first: int, last: int, start: int, size: WindowSize) -> Window:
        begin, end = self.places[first][0], self.places[last][1]
        room = size.tokens - 1
        context = max(0, begin - size.before)
        introduction = self.headings[first]
        lead_in = self.lead_ins[first]
        if lead_in is not None and self.places[lead_in][0] < context:
            spoken = self.ids[slice(*self.places[lead_in])]
            introduction = introduction + _shortened(spoken, size.introduction // 2)
        # A long sentence drives out what stands before it, then its introduction; only then it loses its end.
        context = min(begin, max(context, end + len(introduction) - room))
        if end - begin + len(introduction) > room:
            introduction = []
        read = min(end, begin + room)
        shift = 1 + len(introduction) - context
        ids = [start, *introduction, *self.ids[context : min(read + size.after, context + room - len(introduction))]]
        spans = [
            (self.numbers[index], self.places[index][0] + shift, min(self.places[index][1], read) + shift)
            for index in range(first, last + 1)
        ]
        return Window(ids, spans, frozenset({self.numbers[first]} if read < end else ()))


def _shortened(ids: list[int], count: int) -> list[int]:
    """At most ``count`` ids, the separator at the end kept."""
    if count < 1:
        return []
    return ids if len(ids) <= count else [*ids[: count - 1], ids[-1]]


def _lead_ins(units: Sequence[Unit]) -> list[int | None]:
    """For each item of a passage the index of the sentence that introduces its list."""
    result: list[int | None] = []
    lead_in: int | None = None
    for index, unit in enumerate(units):
        if index and units[index - 1].heading != unit.heading:
            lead_in = None
        if not unit.is_item:
            lead_in = index if unit.text.rstrip().endswith(":") else None
        result.append(lead_in if unit.is_item else None)
    return result
