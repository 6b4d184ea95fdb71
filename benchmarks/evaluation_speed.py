"""How long an evaluation takes once the predictions are there: invented sentences, random scores, real arithmetic.

python benchmarks/evaluation_speed.py --sentences 10000 --rounds 1000
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.answers import Answers
from scrutiny.evaluation.evaluate import Inputs, evaluate
from scrutiny.evaluation.leakage import Leakage
from scrutiny.report import ROLES


def main() -> None:
    """Print the seconds for one system and for three, with groups of fifty sentences and with each a group."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=1_000)
    arguments = parser.parse_args()
    n = arguments.sentences
    print("| systems | sentences a group | seconds |\n|---|---|---|")
    for systems in (1, 3):
        for size in (50, 1):
            sentences = [_sentence(number, size) for number in range(n)]
            inputs = Inputs(
                name="invented",
                sentences=sentences,
                answers=[_answers(seed, n) for seed in range(systems)],
                training="none",
                training_sentences=0,
                leakage=Leakage(0, (), 0, 0),
                leaked=[False] * n,
            )
            start = time.perf_counter()
            evaluate(inputs, rounds=arguments.rounds, seed=0)
            print(f"| {systems} | {size} | {time.perf_counter() - start:.1f} |", flush=True)


def _sentence(number: int, size: int) -> LabelledSentence:
    # Groups of one sentence are those of data that name none.
    group, shared = f"{number // size}", size > 1
    return LabelledSentence(
        id=f"{number}",
        passage=group,
        position=number % size,
        source=f"source {number % 8}",
        group=group,
        document=f"{number // 40}" if shared else "",
        heading=f"heading {number % 60}",
        block="paragraph",
        starts_block=True,
        marker="",
        text="word " * (number % 45 + 1),
        role=ROLES[number % 4],
        second_role=ROLES[(number + 1) % 4] if number % 20 == 0 else None,
        certainty=number % 3 + 1,
        first_pass=ROLES[number % 4],
        second_pass=ROLES[(number + number // 10 % 2) % 4],
    )


def _answers(seed: int, n: int) -> Answers:
    generator = np.random.default_rng(seed)
    scores = generator.dirichlet(np.ones(4), size=n) * 0.5 + 0.5 * np.eye(4)[np.arange(n) % 4]
    role = scores.argmax(axis=1)
    return Answers(f"system {seed}", "model", role, np.full(n, -1), scores, scores.max(axis=1) > 0.7)


if __name__ == "__main__":
    main()
