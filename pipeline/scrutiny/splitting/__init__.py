"""Stage 2: the sentences of each block, by our own rules, as a stage and as a spaCy component.

The rules are in :mod:`scrutiny.splitting.rules`. spaCy is loaded only when its component is asked for.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from scrutiny.report import UNSPLIT_KINDS, Block, BlockKind, Report, Sentence
from scrutiny.splitting.rules import split_text

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = ["Splitter", "register_component", "split_text"]

#: The name of the spaCy component.
COMPONENT = "scrutiny_sentences"

_BAR = re.compile(r"(?<!\S)\|(?!\S)")
_OPENING = re.compile(r"\W{0,20}+[A-Z0-9]")
_OFFSET = attrgetter("idx")
_CLOSERS = "\"'”’)]"


class Splitter:
    """Adds the sentences of every block that is split; headings and furniture have none.

    A sentence never crosses a block. A table row is one sentence, unless a cell holds several or whole
    sentences stand side by side; a bar between two such cells belongs to neither.
    """

    requires = ("blocks",)
    adds = ("sentences",)

    def __call__(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Each report with its sentences."""
        for report in reports:
            yield replace(report, sentences=self.predict(report))

    def predict(self, report: Report) -> tuple[Sentence, ...]:
        """The sentences of ``report`` in reading order, with offsets into ``report.text``."""
        return tuple(
            Sentence(block.start + start, block.start + end, block.text[start:end], index)
            for index, block in enumerate(report.blocks)
            if block.kind not in UNSPLIT_KINDS
            for start, end in _split_block(block)
        )


def _split_block(block: Block) -> list[tuple[int, int]]:
    if block.kind is BlockKind.TABLE_ROW and "|" in block.text:
        return _split_row(block.text)
    return split_text(block.text)


def _split_row(text: str) -> list[tuple[int, int]]:
    """The sentences of a table row whose cells are joined by bars."""
    bars = [match.start() for match in _BAR.finditer(text)]
    sentences: list[tuple[int, int]] = []
    for begin, end in zip([0, *(bar + 1 for bar in bars)], [*bars, len(text)], strict=True):
        for number, (start, stop) in enumerate(split_text(text[begin:end])):
            start, stop = begin + start, begin + stop
            joined = number == 0 and sentences and not _are_full(text, sentences[-1], (start, stop))
            if joined:
                start = sentences.pop()[0]
            sentences.append((start, stop))
    return sentences


def _are_full(text: str, *spans: tuple[int, int]) -> bool:
    # The last one first: it is one cell, while the first may have grown by every cell of the row.
    return all(_is_full(text, *span) for span in reversed(spans))


def _is_full(text: str, start: int, end: int) -> bool:
    """Whether a capital or figure opens, a stop closes and at least three words make up what stands there."""
    while end > start and text[end - 1] in _CLOSERS:
        end -= 1
    opening = _OPENING.match(text, start, end)
    if opening is None or text[end - 1] not in ".!?":
        return False
    space = text.find(" ", opening.end(), end)
    return space >= 0 and text.find(" ", space + 1, end) >= 0


def _set_sentence_starts(doc: Doc) -> Doc:
    """Mark the first token of each sentence; a boundary inside a token is left out."""
    import numpy as np

    if not len(doc):
        return doc
    # All marks are set at once: one by one, spaCy looks through the whole document for each.
    marks = np.full(len(doc), -1, dtype=np.int64)
    marks[0] = 1  # white space before the first sentence belongs to it
    for start, _ in split_text(doc.text)[1:]:
        token = bisect_left(doc, start, key=_OFFSET)
        if token < len(doc) and doc[token].idx == start:
            marks[token] = 1
    values: Any = marks.view(np.uint64)
    doc.from_array("SENT_START", values)
    return doc


def _create_component(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    del nlp, name  # spaCy passes them to every factory
    return _set_sentence_starts


def register_component() -> Callable[[Language, str], Callable[[Doc], Doc]]:
    """Make ``nlp.add_pipe("scrutiny_sentences")`` work where scrutiny is not installed; returns the factory.

    An installed scrutiny needs no call: spaCy finds the component by entry point.
    """
    from spacy.language import Language

    Language.factory(COMPONENT, assigns=["token.is_sent_start", "doc.sents"], func=_create_component)
    return _create_component


def __getattr__(name: str) -> Callable[[Language, str], Callable[[Doc], Doc]]:
    """``scrutiny_sentences``, the target of spaCy's entry point: loading it registers the component."""
    if name == COMPONENT:
        return register_component()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
