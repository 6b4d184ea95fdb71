"""How long it takes to begin: from the start of a process until a model is ready, and one short report through it all.

    python benchmarks/starting.py [--rounds 5] [--against CHECKOUT]

With another checkout its code is measured in turn with ours, both with their own shipped model. Processor time counts
the threads of a process and its children; memory is the most that one of them had.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

CHECKOUT = Path(__file__).resolve().parent.parent
#: What the first prediction needs besides is made ready meanwhile, which the end of a process would wait for.
READY = "import os; from scrutiny.roles.classifier import Classifier; Classifier(device='cpu'); os._exit(0)"
#: What a process runs, with its arguments; of a report the folder that takes its records is the last.
STEPS = {
    "import torch": ["import torch"],
    "the shipped model ready": [READY],
    "`scrutiny extract`": [
        "from scrutiny.cli import main; main()",
        "extract",
        "corpora/samples/school-review.md",
        "--output",
    ],
}


def measured(checkout: Path, words: list[str]) -> tuple[float, float, float]:
    """Seconds, seconds of processor time and MB at most of a process with the code of ``checkout``."""
    environment = {**os.environ, "PYTHONPATH": str(checkout / "pipeline"), "OMP_WAIT_POLICY": "PASSIVE"}
    with TemporaryDirectory() as folder:
        arguments = [*words, str(Path(folder) / "out")] if words[-1] == "--output" else words
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", *arguments], cwd=checkout, env=environment, stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    if status:
        sys.exit(f"{checkout}: {words} failed.")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def main() -> None:
    """Print a Markdown table of medians and ranges."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", type=Path)
    arguments = parser.parse_args()
    checkouts = {"": CHECKOUT} | ({" of the other checkout": arguments.against.resolve()} if arguments.against else {})
    found: dict[str, list[tuple[float, float, float]]] = {}
    for _ in range(arguments.rounds):
        for step, words in STEPS.items():
            for which, checkout in checkouts.items():
                found.setdefault(step + which, []).append(measured(checkout, words))
    print("| | seconds: median (range) | of processor time | MB |")
    print("|---|---|---|---|")
    for name, rows in found.items():
        seconds, processor, memory = (sorted(column) for column in zip(*rows, strict=True))
        middle = statistics.median(seconds)
        print(
            f"| {name} | {middle:.1f} ({seconds[0]:.1f} to {seconds[-1]:.1f}) | {statistics.median(processor):.1f} "
            f"| {statistics.median(memory):.0f} |"
        )


if __name__ == "__main__":
    main()
