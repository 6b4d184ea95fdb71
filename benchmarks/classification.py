"""Sentences classified in a second, after a warm-up, for one and two threads in one run.

python benchmarks/classification.py --sentences 1000
"""

from __future__ import annotations

import argparse
import statistics
import time

from scrutiny import corpora
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.windows import Unit


def main() -> None:
    """Print a Markdown table of medians and ranges."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model")
    arguments = parser.parse_args()
    labelled = [unit for split in corpora.sentences("authored").values() for unit in split][: arguments.sentences]
    with_context = [Unit(unit.text, unit.heading, unit.passage, unit.block == "item") for unit in labelled]
    alone = [Unit(unit.text) for unit in labelled]
    print("| input | threads | sentences/s: median (range) |\n|---|---|---|")
    for threads in (1, 2):
        classifier = Classifier(arguments.model, device="cpu", threads=threads)
        for name, units in (("sentence and context", with_context), ("sentence alone", alone)):
            classifier.predict(units[:64])
            rates = []
            for _ in range(arguments.rounds):
                began = time.perf_counter()
                classifier.predict(units)
                rates.append(len(units) / (time.perf_counter() - began))
            spread = f"{statistics.median(rates):.0f} ({min(rates):.0f} to {max(rates):.0f})"
            print(f"| {name} | {threads} | {spread} |", flush=True)


if __name__ == "__main__":
    main()
