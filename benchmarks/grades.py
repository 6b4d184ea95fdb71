"""Grades and metadata read from real reports, against a gold made by people: precision and recall by split.

    python benchmarks/grades.py ../shared/reports tests/reading/grades.json
    python benchmarks/grades.py ../shared/reports tests/reading/metadata.json

A gold is a JSON list of objects with ``file``, ``split`` and ``grades`` (pairs of judgement and grade as printed, each
once) or ``metadata``. A pair counts as found where both agree but for case, quotation marks and a leading "the".
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from scrutiny.reading import read
from scrutiny.regimes import METADATA_FIELDS, fold
from scrutiny.report import Report

_FACTS = {*METADATA_FIELDS, "inspection_start", "inspection_end"} - {"title", "inspecting_body", "inspection_dates"}


def compare(
    folder: Path, gold: Path, read: Callable[[Path], Report] = read
) -> Iterator[tuple[str, str, set[tuple[str, str]], set[tuple[str, str]]]]:
    """For each report and measure: split, measure, the pairs in the gold, the pairs read."""
    for row in json.loads(gold.read_text(encoding="utf-8")):
        report = read(folder / row["file"])
        if "grades" in row:
            yield row["split"], "grades", _pairs(row["grades"]), _pairs((g.judgement, g.value) for g in report.grades)
        else:
            yield from _facts(row, report)


def _facts(
    row: dict[str, Any], report: Report
) -> Iterator[tuple[str, str, set[tuple[str, str]], set[tuple[str, str]]]]:
    for name in sorted(_FACTS & (row["metadata"].keys() | report.metadata.keys())):
        want, got = row["metadata"].get(name), report.metadata.get(name)
        yield row["split"], name, _pairs([(name, want)] if want else []), _pairs([(name, got)] if got else [])


def _pairs(pairs: Iterable[Iterable[str]]) -> set[tuple[str, str]]:
    return {(fold(name).removeprefix("the "), fold(value)) for name, value in pairs}


def main() -> None:
    """Print a Markdown table of precision and recall."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("gold", type=Path)
    arguments = parser.parse_args()
    counts: Counter[tuple[str, str, str]] = Counter()
    for split, measure, gold, found in compare(arguments.folder, arguments.gold):
        counts[split, measure, "gold"] += len(gold)
        counts[split, measure, "found"] += len(found)
        counts[split, measure, "right"] += len(gold & found)
    print("| split | measure | in the gold | read | right | precision | recall |\n|---|---|---|---|---|---|---|")
    for split, measure in sorted({(split, measure) for split, measure, _ in counts}, reverse=True):
        gold_count, found_count, right = (counts[split, measure, what] for what in ("gold", "found", "right"))
        shares = " | ".join(f"{right / n:.3f}" if n else "-" for n in (found_count, gold_count))
        print(f"| {split} | {measure} | {gold_count} | {found_count} | {right} | {shares} |")


if __name__ == "__main__":
    main()
