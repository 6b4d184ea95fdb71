"""The labelled sentences that a configuration names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scrutiny import corpora
from scrutiny.corpora import LabelledSentence
from scrutiny.errors import DataError
from scrutiny.training.config import DataSource


def gather(sources: Iterable[DataSource]) -> Iterator[LabelledSentence]:
    """The labelled sentences of a configuration's sources, each source its ``times``, in passages of their own.

    Raises:
        DataError: a source cannot be read or has no such split.
    """
    for source in sources:
        splits = corpora.sentences(source.data)
        if source.split is not None and source.split not in splits:
            raise DataError(f"{source.data}: no split {source.split!r}.", remedy=f"Splits there: {', '.join(splits)}.")
        units = [unit for name, split in splits.items() if source.split in (None, name) for unit in split]
        yield from units
        for again in range(1, source.times):
            yield from (replace(unit, passage=f"{unit.passage} ({again})") for unit in units)
