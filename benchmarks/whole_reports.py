"""How many labelled units of whole reports are found as a sentence, and how many of those have the right role.

    python benchmarks/whole_reports.py ../shared/corpora/documents

A unit is found where some sentence has at least 0.9 of the characters in common with it (of the longer of the two).
"""

from __future__ import annotations

import argparse
import difflib
import json
from dataclasses import dataclass
from pathlib import Path

from scrutiny.pipeline import Pipeline, load


@dataclass(frozen=True, slots=True)
class Count:
    """Labelled units of a report, those found, those found with the right role, and the names of the others."""

    units: int
    found: int
    right: int
    missed: tuple[str, ...] = ()

    def __add__(self, other: Count) -> Count:
        return Count(
            self.units + other.units, self.found + other.found, self.right + other.right, self.missed + other.missed
        )


def main() -> None:
    """Print a Markdown table, with what was not found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="holds pairs NAME.pdf and NAME.json")
    parser.add_argument("--model")
    arguments = parser.parse_args()
    pipeline = load(arguments.model)
    counts = {file.stem: count(pipeline, file) for file in sorted(arguments.folder.glob("*.json"))}
    counts["all"] = sum(counts.values(), Count(0, 0, 0))
    print("| report | units | found | right role, of those found |\n|---|---|---|---|")
    for name, of in counts.items():
        print(f"| {name} | {of.units} | {of.found / of.units:.3f} | {of.right / of.found:.3f} |")
    print(f"\nNot found: {', '.join(counts['all'].missed)}")


def count(pipeline: Pipeline, labels: Path) -> Count:
    """Compare the labelled units in ``labels`` (.json) with the sentences of the PDF beside it."""
    report = pipeline(labels.with_suffix(".pdf"))
    units = [unit for unit in json.loads(labels.read_text(encoding="utf-8"))["units"] if unit.get("role")]
    found = right = 0
    missed = []
    for unit in units:
        best = max(report.sentences, key=lambda sentence: overlap(unit["text"], sentence.text))
        if overlap(unit["text"], best.text) >= 0.9:
            found += 1
            right += best.role == unit["role"]
        else:
            missed.append(f"{labels.stem}.{unit['n']} (flag {unit['flag']})")
    return Count(len(units), found, right, tuple(missed))


def overlap(first: str, second: str) -> float:
    """Characters in common, of the longer text; 0 where it cannot reach 0.9."""
    first, second = " ".join(first.split()), " ".join(second.split())
    if min(len(first), len(second)) < 0.9 * max(len(first), len(second)):
        return 0.0
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    if matcher.quick_ratio() < 0.9:
        return 0.0
    return sum(block.size for block in matcher.get_matching_blocks()) / max(len(first), len(second))


if __name__ == "__main__":
    main()
