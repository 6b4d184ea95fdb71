"""What the encoder reads: windows of consecutive sentences, with headings, in which every sentence is classified.

A window is ``[CLS] # heading [SEP] lead-in [SEP] ... sentence [SEP] sentence [SEP] ...``. It classifies the sentences
in its core; those before and after are context that other windows classify. One pass of the encoder thus reads each
sentence once, together with what stands around it (after Cohan et al. 2019, arXiv 1909.04054).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_HEADING = "# "
_ITEM = "- "


class Unit(NamedTuple):
    """A sentence to classify. Consecutive units with equal ``passage`` are neighbours in reading order."""

    text: str
    heading: str = ""
    passage: str = ""
    is_item: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSize:
    """Tokens of a window.

    ``core`` bounds the sentences that it classifies; a longer sentence is a core by itself and may fill the window.
    ``before`` and ``after`` bound the context on either side, ``introduction`` the heading and the list lead-in that
    stand further up.
    """

    core: int = 160
    before: int = 48
    after: int = 32
    introduction: int = 48

    @property
    def tokens(self) -> int:
        """The longest window, special tokens included."""
        return self.core + self.before + self.after + self.introduction + 2


@dataclass(frozen=True, slots=True)
class Window:
    """Token ids, and of each sentence that is classified its number among the units and its span of ids.

    ``cut`` has the numbers of the sentences that are longer than the window.
    """

    ids: list[int]
    spans: list[tuple[int, int, int]]
    cut: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.ids)


def windows(tokenizer: PreTrainedTokenizerBase, units: Sequence[Unit], size: WindowSize) -> list[Window]:
    """Windows that classify each of ``units`` once, in their order.

    They depend on the passages alone: not on other passages, nor on how many units are given at a time.
    """
    texts = [_ITEM * unit.is_item + unit.text for unit in units]
    headings = sorted({unit.heading for unit in units if unit.heading})
    encoded = _encode(tokenizer, texts)
    of_heading = dict(zip(headings, _encode(tokenizer, [_HEADING + heading for heading in headings]), strict=True))
    result: list[Window] = []
    for _, members in groupby(range(len(units)), key=lambda number: units[number].passage or number):
        numbers = list(members)
        result += _of_passage(units, numbers, encoded, of_heading, tokenizer, size)
    return result


def _encode(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[list[int]]:
    if not texts:
        return []
    batch = tokenizer(list(texts), add_special_tokens=False, return_attention_mask=False, verbose=False)
    ids: list[list[int]] = batch["input_ids"]
    return [[*row, tokenizer.sep_token_id] for row in ids]


def _of_passage(
    units: Sequence[Unit],
    numbers: Sequence[int],
    encoded: Sequence[list[int]],
    of_heading: dict[str, list[int]],
    tokenizer: PreTrainedTokenizerBase,
    size: WindowSize,
) -> Iterator[Window]:
    stream: list[int] = []
    places: list[tuple[int, int]] = []
    heading = units[numbers[0]].heading
    for number in numbers:
        if units[number].heading != heading:
            heading = units[number].heading
            stream += _shortened(of_heading.get(heading, []), size.introduction)
        places.append((len(stream), len(stream) + len(encoded[number])))
        stream += encoded[number]
    first = 0
    lead_ins = _lead_ins(units, numbers)
    while first < len(numbers):
        last = first
        begin = places[first][0]
        while last + 1 < len(numbers) and places[last + 1][1] - begin <= size.core:
            last += 1
        context_begin = max(0, begin - size.before)
        introduction = _shortened(of_heading.get(units[numbers[first]].heading, []), size.introduction // 2)
        lead_in = lead_ins[first]
        if lead_in is not None and places[lead_in][0] < context_begin:
            introduction = introduction + _shortened(encoded[numbers[lead_in]], size.introduction // 2)
        end = places[last][1]
        room = size.tokens - 1 - len(introduction) - (begin - context_begin)
        cut = frozenset({numbers[first]} if end - begin > room else ())
        end = min(end, begin + room)
        ids = [tokenizer.cls_token_id, *introduction]
        shift = len(ids) - context_begin
        ids += stream[context_begin : min(end + size.after, begin + room)]
        spans = [
            (numbers[index], places[index][0] + shift, min(places[index][1], end) + shift)
            for index in range(first, last + 1)
        ]
        yield Window(ids, spans, cut)
        first = last + 1


def _shortened(ids: list[int], count: int) -> list[int]:
    """At most ``count`` ids, the separator at the end kept."""
    return ids if len(ids) <= count else [*ids[: count - 1], ids[-1]]


def _lead_ins(units: Sequence[Unit], numbers: Sequence[int]) -> list[int | None]:
    """For each item the index of the sentence that introduces its list."""
    result: list[int | None] = []
    lead_in: int | None = None
    for index, number in enumerate(numbers):
        unit = units[number]
        if index and units[numbers[index - 1]].heading != unit.heading:
            lead_in = None
        if not unit.is_item:
            lead_in = index if unit.text.rstrip().endswith(":") else None
        result.append(lead_in if unit.is_item else None)
    return result
