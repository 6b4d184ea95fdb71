"""What doubted labels are worth: how many wrong ones are found, and what training without the worst of them does.

First, roles of a share of the training sentences are changed by lot, and sought among the worst doubts. Then the worst
doubts of the labels as they are count less, or not at all, and as a control as many sentences drawn by lot. The learner
counts words (TF-IDF, logistic regression); it is measured on each of the configuration's validation data.

    python benchmarks/label_noise.py configs/training/mpnet.toml
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.metrics import measure
from scrutiny.report import ROLES
from scrutiny.training.config import load_config
from scrutiny.training.doubts import find_doubts, held_out
from scrutiny.training.gathering import gather
from scrutiny.training.learners import word_counts

#: Draws by lot whose measures are averaged.
DRAWS = 5


def main() -> None:
    """Print two Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path, help="training configuration, for its data")
    parser.add_argument("--share", type=float, default=0.02, help="of the training sentences; default 0.02")
    arguments = parser.parse_args()
    data = load_config(arguments.config).data
    training = list(gather(data.train))
    validation = {source.data.rsplit("/", 1)[-1]: list(gather([source])) for source in data.validation}
    count = round(arguments.share * len(training))
    lots = [set(random.Random(seed).sample(range(len(training)), count)) for seed in range(DRAWS)]

    changed = [
        replace(unit, role=random.Random(unit.id).choice([role for role in ROLES if role != unit.role]))
        if number in lots[0]
        else unit
        for number, unit in enumerate(training)
    ]
    found = _worst(changed, 4 * count)
    print(f"| the worst doubts | of the {count} changed labels |\n|---|---|")
    for times in (1, 2, 4):
        print(f"| {times * count} | {len(lots[0].intersection(found[: times * count])) / count:.0%} |", flush=True)

    worst = set(_worst(training, count))
    print("\n| labels |", " | ".join(f"{name}: accuracy | macro-F1" for name in validation), "|")
    print("|---" * (1 + 2 * len(validation)) + "|")
    for name, doubted, weight in (
        ("all", [set[int]()], 1.0),
        (f"without the worst {count}", [worst], 0.0),
        (f"the worst {count} count half", [worst], 0.5),
        (f"without {count} drawn by lot, mean of {DRAWS}", lots, 0.0),
    ):
        figures = [_measured(training, validation, numbers, weight) for numbers in doubted]
        means = [sum(column) / len(figures) for column in zip(*figures, strict=True)]
        print(f"| {name} |", " | ".join(f"{mean:.4f}" for mean in means), "|", flush=True)


def _worst(sentences: Sequence[LabelledSentence], count: int) -> list[int]:
    """The numbers of the sentences whose labels are doubted most, worst first."""
    numbers = {id(unit): number for number, unit in enumerate(sentences)}
    doubts = find_doubts(sentences, held_out(sentences, word_counts))
    return [numbers[id(doubt.sentence)] for doubt in doubts[:count]]


def _measured(
    training: Sequence[LabelledSentence],
    validation: dict[str, list[LabelledSentence]],
    doubted: Collection[int],
    weight: float,
) -> list[float]:
    """Accuracy and macro-F1 on each of the validation data."""
    gold = [unit for units in validation.values() for unit in units]
    weights = [weight if number in doubted else 1.0 for number in range(len(training))]
    guesses = iter([ROLES[index] for index in word_counts(training, gold, weights=weights).argmax(axis=1)])
    figures = []
    for units in validation.values():
        measures = measure([unit.role for unit in units], [next(guesses) for _ in units])
        figures += [measures.accuracy, measures.macro_f1]
    return figures


if __name__ == "__main__":
    main()
