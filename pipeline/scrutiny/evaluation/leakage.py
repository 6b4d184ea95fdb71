"""What the data measured on share with the data trained on: measures on it flatter a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.intervals import groups_of
from scrutiny.roles.taught import words

#: Groups that are named.
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Leakage:
    """``groups`` straddle training and test data; ``sentences`` of the test data stand word for word in training.

    ``groups_named`` are the first of the groups. ``duplicates`` counts sentences that repeat another one of the test
    data: no fault, but fewer sentences than there seem to be.
    """

    groups: int
    groups_named: tuple[str, ...]
    sentences: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Known:
    """How many of the sentences a model ``learnt`` from, and how many it was ``chosen`` or calibrated on."""

    learnt: int
    chosen: int


def leakage(test: Sequence[LabelledSentence], training: Sequence[LabelledSentence]) -> tuple[Leakage, list[bool]]:
    """What is shared, and for each test sentence whether its words are in the training data."""
    known = {words(sentence.text) for sentence in training}
    leaked = [words(sentence.text) in known for sentence in test]
    straddling: list[str] = []
    if test and training and (groups := groups_of(test)).unit == groups_of(training).unit != "sentence":
        there = {getattr(sentence, groups.unit) for sentence in training}
        straddling = [name for name in groups.names if name in there]
    distinct = len({words(sentence.text) for sentence in test})
    return Leakage(len(straddling), tuple(straddling[:_NAMED]), sum(leaked), len(test) - distinct), leaked
