"""The labelled sentences that a configuration names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scrutiny import corpora
from scrutiny.corpora import LabelledSentence
from scrutiny.training.config import DataSource


def gather(sources: Iterable[DataSource]) -> Iterator[LabelledSentence]:
    """The labelled sentences of a configuration's sources.

    Raises:
        DataError: a source cannot be read or has no such split, or an empty one.
    """
    for source in sources:
        yield from corpora.select(source.data, source.split)
