"""Predictions for labelled sentences, with the context they stand in."""

from __future__ import annotations

from collections.abc import Sequence

from scrutiny.corpora import LabelledSentence
from scrutiny.pipeline import Pipeline
from scrutiny.report import Prediction


def predict(pipeline: Pipeline, gold: Sequence[LabelledSentence]) -> list[Prediction]:
    """One prediction for each of ``gold``, in its order; neighbours come from ``passage`` and ``position``."""
    order = sorted(range(len(gold)), key=lambda index: (gold[index].passage, gold[index].position))
    units = [gold[index] for index in order]
    predictions = pipeline.classify(
        [unit.text for unit in units],
        headings=[unit.heading for unit in units],
        passages=[unit.passage for unit in units],
        list_items=[unit.block == "item" for unit in units],
    )
    by_index = dict(zip(order, predictions, strict=True))
    return [by_index[index] for index in range(len(gold))]
