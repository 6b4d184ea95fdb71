"""Predictions for labelled sentences, with the context they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from scrutiny.corpora import LabelledSentence
from scrutiny.pipeline import Pipeline
from scrutiny.report import Prediction
from scrutiny.roles.windows import Unit


class System(Protocol):
    """Whatever predicts the roles of units: a classifier or a baseline."""

    def predict(self, units: Sequence[Unit]) -> list[Prediction]:
        """One prediction for each unit, in their order."""
        ...


def predict(pipeline: Pipeline, gold: Sequence[LabelledSentence]) -> list[Prediction]:
    """One prediction for each of ``gold``, in its order; neighbours come from ``passage`` and ``position``."""
    return predict_with(pipeline.classifier, gold)


def predict_with(system: System, gold: Sequence[LabelledSentence]) -> list[Prediction]:
    """As :func:`predict`, by any system."""
    order = _order(gold)
    predictions = system.predict([to_unit(gold[index]) for index in order])
    by_index = dict(zip(order, predictions, strict=True))
    return [by_index[index] for index in range(len(gold))]


def to_unit(sentence: LabelledSentence) -> Unit:
    """The labelled sentence as the classifier sees it; passages of different sources are different passages."""
    return Unit(sentence.text, sentence.heading, f"{sentence.source} {sentence.passage}", sentence.block == "item")


def in_reading_order(sentences: Sequence[LabelledSentence]) -> list[LabelledSentence]:
    """The sentences passage by passage, in the order in which the passages first occur."""
    return [sentences[index] for index in _order(sentences)]


def _order(sentences: Sequence[LabelledSentence]) -> list[int]:
    firsts: dict[tuple[str, str], int] = {}
    for index, sentence in enumerate(sentences):
        firsts.setdefault((sentence.source, sentence.passage), index)
    return sorted(
        range(len(sentences)),
        key=lambda index: (
            firsts[sentences[index].source, sentences[index].passage],
            sentences[index].position,
        ),
    )
