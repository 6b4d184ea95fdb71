"""The baseline to beat: TF-IDF and logistic regression, measured like a model.

The inverse regularisation is chosen by macro-F1 on the validation data of the configuration.

    python benchmarks/baseline.py configs/training/mpnet.toml ../shared/corpora/test.jsonl authored:test
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from pathlib import Path

from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from model_card import labelled
from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.metrics import Measures, measure
from scrutiny.report import Role
from scrutiny.training.config import load_config
from scrutiny.training.gathering import gather
from scrutiny.training.learners import texts

STRENGTHS = (1.0, 4.0, 16.0)


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path, help="training configuration, for its data")
    parser.add_argument("data", nargs="+", help="a path, or authored:SPLIT")
    arguments = parser.parse_args()
    config = load_config(arguments.config)
    training, validation = list(gather(config.data.train)), list(gather(config.data.validation))
    print("| input | data | n | accuracy | macro-F1 |\n|---|---|---|---|---|")
    for name, headed in (("sentence", False), ("heading and sentence", True)):
        fitted = [_fit(training, strength, headed) for strength in STRENGTHS]
        best = max(fitted, key=lambda model: _measured(model, validation, headed).macro_f1)
        for data in arguments.data:
            found = _measured(best, labelled(data), headed)
            label = data.rsplit("/", 1)[-1]
            print(f"| {name} | {label} | {found.n} | {found.accuracy:.3f} | {found.macro_f1:.3f} |", flush=True)


def _fit(training: Sequence[LabelledSentence], strength: float, headed: bool) -> Pipeline:
    model = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True),
        ),
        LogisticRegression(C=strength, max_iter=300),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(texts(training, headed=headed), [unit.role.value for unit in training])
    return model


def _measured(model: Pipeline, gold: Sequence[LabelledSentence], headed: bool) -> Measures:
    return measure([unit.role for unit in gold], [Role(role) for role in model.predict(texts(gold, headed=headed))])


if __name__ == "__main__":
    main()
