"""The figures of the model card: a model's measures on labelled data, in all and by source, as rows of a table.

python benchmarks/model_card.py ../shared/corpora/validation.jsonl authored:validation --by-source
"""

from __future__ import annotations

import argparse

import numpy as np

from scrutiny import corpora
from scrutiny.evaluation.answers import Answers, answers_of
from scrutiny.evaluation.confidence import LEAST_RECALL
from scrutiny.evaluation.intervals import point
from scrutiny.evaluation.predict import predict
from scrutiny.evaluation.tally import Gold, Tally, gold_of
from scrutiny.pipeline import load
from scrutiny.report import ROLES


def main() -> None:
    """Print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", help="a path, or authored:SPLIT")
    parser.add_argument("--model")
    parser.add_argument("--by-source", action="store_true", help="also a row for each source")
    parser.add_argument("--alone", action="store_true", help="hide the context: every sentence by itself")
    arguments = parser.parse_args()
    pipeline = load(arguments.model, precision="float32")
    print(
        "| data | n | accuracy | macro-F1 | finding F1 | strength F1 | recommendation F1 | other F1 "
        f"| recommendation precision at recall {LEAST_RECALL} | calibration error | left to review "
        "| accuracy of the rest | second role F1 |\n" + "|---" * 13 + "|"
    )
    for name in arguments.data:
        gold = corpora.select(name)
        predictions = pipeline.classify([unit.text for unit in gold]) if arguments.alone else predict(pipeline, gold)
        answers = answers_of(name, "model", predictions)
        print(_row(f"**{name.rsplit('/', 1)[-1]}**", gold_of(gold), answers))
        for source in sorted({unit.source for unit in gold}) if arguments.by_source else ():
            rows = np.array([index for index, unit in enumerate(gold) if unit.source == source])
            print(_row(source, gold_of([gold[index] for index in rows.tolist()]), answers.taken(rows)))


def _row(name: str, gold: Gold, answers: Answers) -> str:
    found = point(Tally(gold, answers), gold.count)
    # The F1 of a role that is not labelled is no measure of how it is found.
    of_roles = (found[f"{role}.f1"] if (gold.role == number).any() else None for number, role in enumerate(ROLES))
    figures = (
        f"{len(gold.role)}",
        f"{found['accuracy']:.3f}",
        f"{found['macro_f1']:.3f}",
        *("" if f1 is None else f"{f1:.3f}" for f1 in of_roles),
        "" if np.isnan(ranked := found["recommendation.precision_at_recall"]) else f"{ranked:.3f}",
        f"{found['calibration_error']:.3f}",
        f"{1 - found['accepted.share']:.1%}",
        f"{found['accepted.accuracy']:.3f}",
        f"{found['second_role.f1']:.3f}" if "second_role.f1" in found else "",
    )
    return f"| {name} | {' | '.join(figures)} |"


if __name__ == "__main__":
    main()
