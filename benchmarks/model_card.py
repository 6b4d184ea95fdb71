"""The figures of the model card: a model's measures on labelled data, in all and by source.

python benchmarks/model_card.py ../shared/corpora/validation.jsonl authored:validation --by-source
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from scrutiny import corpora
from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.metrics import measure
from scrutiny.evaluation.predict import predict
from scrutiny.pipeline import load
from scrutiny.report import Decision, Prediction

BINS = 10


def main() -> None:
    """Print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", help="a path, or authored:SPLIT")
    parser.add_argument("--model")
    parser.add_argument("--by-source", action="store_true", help="also a row for each source")
    parser.add_argument("--alone", action="store_true", help="hide the context: every sentence by itself")
    arguments = parser.parse_args()
    pipeline = load(arguments.model)
    print(
        "| data | n | accuracy | macro-F1 | finding F1 | strength F1 | recommendation F1 | other F1 "
        "| calibration error | left to review | accuracy of the rest | second role F1 |\n" + "|---" * 12 + "|"
    )
    for name in arguments.data:
        gold = labelled(name)
        predictions = pipeline.classify([unit.text for unit in gold]) if arguments.alone else predict(pipeline, gold)
        print(_row(f"**{name.rsplit('/', 1)[-1]}**", gold, predictions))
        for source in sorted({unit.source for unit in gold}) if arguments.by_source else ():
            rows = [index for index, unit in enumerate(gold) if unit.source == source]
            print(_row(source, [gold[index] for index in rows], [predictions[index] for index in rows]))


def labelled(name: str) -> list[LabelledSentence]:
    """The sentences at a path, or of a split of the authored corpus (``authored:SPLIT``)."""
    data, _, split = name.partition(":") if name.startswith("authored") else (name, "", "")
    return [unit for key, units in corpora.sentences(data).items() if split in ("", key) for unit in units]


def _row(name: str, gold: Sequence[LabelledSentence], predictions: Sequence[Prediction]) -> str:
    measures = measure([unit.role for unit in gold], [prediction.role for prediction in predictions])
    accepted = [
        prediction.role == unit.role
        for unit, prediction in zip(gold, predictions, strict=True)
        if prediction.decision is Decision.ACCEPT
    ]
    given = sum(prediction.second_role is not None for prediction in predictions)
    labelled = sum(unit.second_role is not None for unit in gold)
    right = sum(
        unit.second_role is not None and prediction.second_role == unit.second_role
        for unit, prediction in zip(gold, predictions, strict=True)
    )
    figures = (
        f"{measures.n}",
        f"{measures.accuracy:.3f}",
        f"{measures.macro_f1:.3f}",
        *(f"{of_role.f1:.3f}" if of_role.support else "" for of_role in measures.roles.values()),
        f"{_calibration_error(gold, predictions):.3f}",
        f"{1 - len(accepted) / len(gold):.1%}",
        f"{np.mean(accepted):.3f}" if accepted else "",
        f"{2 * right / (given + labelled):.3f}" if labelled else "",
    )
    return f"| {name} | {' | '.join(figures)} |"


def _calibration_error(gold: Sequence[LabelledSentence], predictions: Sequence[Prediction]) -> float:
    """Expected calibration error over ten equally wide bins (Naeini et al. 2015)."""
    confidence = np.array([prediction.confidence for prediction in predictions])
    right = np.array([prediction.role == unit.role for unit, prediction in zip(gold, predictions, strict=True)])
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(right[bins == number].mean() - confidence[bins == number].mean()) * (bins == number).mean()
        for number in set(bins.tolist())
    ]
    return float(sum(gaps))


if __name__ == "__main__":
    main()
