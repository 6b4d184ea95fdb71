"""Floors under the shipped model and the whole flow, on real labelled reports; figures are in the model card."""

from __future__ import annotations

from pathlib import Path

from scrutiny import corpora
from scrutiny.evaluation.metrics import measure
from scrutiny.evaluation.predict import predict
from scrutiny.pipeline import Pipeline
from whole_reports import Count, count


def test_macro_f1_on_the_test_split_is_at_least_086(pipeline: Pipeline, real_corpora: Path) -> None:
    gold = corpora.sentences(real_corpora / "test.jsonl")["test"]
    predictions = predict(pipeline, gold)
    assert measure([unit.role for unit in gold], [p.role for p in predictions]).macro_f1 >= 0.86


def test_gold_sentences_of_whole_reports_are_found_with_the_right_role(pipeline: Pipeline, real_corpora: Path) -> None:
    files = sorted((real_corpora / "documents").glob("*.json"))
    whole = sum((count(pipeline, file) for file in files), Count(0, 0, 0))
    assert whole.units == 463
    # Some of the units are cut or joined wrongly in the labels themselves, so 1 cannot be reached.
    assert whole.found / whole.units >= 0.95
    assert whole.right / whole.found >= 0.85
