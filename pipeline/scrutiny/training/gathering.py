"""The labelled sentences that a configuration names, and passages drawn of some."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from scrutiny import corpora
from scrutiny.corpora import LabelledSentence
from scrutiny.errors import DataError
from scrutiny.evaluation.predict import in_reading_order
from scrutiny.training.config import DataSource


def gather(sources: Iterable[DataSource]) -> Iterator[LabelledSentence]:
    """The labelled sentences of a configuration's sources.

    Raises:
        DataError: a source cannot be read or has no such split, or an empty one, or no report is named so.
    """
    for source in sources:
        found = corpora.select(source.data, source.split)
        if source.documents is not None:
            found = [unit for unit in found if fnmatchcase(unit.document, source.documents)]
            if not found:
                raise DataError(
                    f"{source.data}: no report is named {source.documents!r}.", remedy="Mend the pattern 'documents'."
                )
        yield from found


def draw_passages(gold: Sequence[LabelledSentence], sentences: int, seed: int) -> list[list[LabelledSentence]]:
    """Whole passages in an order that ``seed`` decides, until they hold as many ``sentences`` or there are no more."""
    passages: dict[tuple[str, str], list[LabelledSentence]] = {}
    for sentence in in_reading_order(gold):
        passages.setdefault((sentence.source, sentence.passage), []).append(sentence)
    waiting = list(passages.values())
    random.Random(seed).shuffle(waiting)
    drawn: list[list[LabelledSentence]] = []
    while waiting and sum(map(len, drawn)) < sentences:
        drawn.append(waiting.pop())
    return drawn
