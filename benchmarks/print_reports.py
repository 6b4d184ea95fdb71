"""Print the sentences of an unlabelled corpus as PDF reports, so that an archive of any size has none twice.

    python benchmarks/print_reports.py ../shared/corpora/unlabelled.jsonl.gz FOLDER --reports 1450

The corpus is JSON lines, one document each, gzipped or not, with ``units`` of ``text``, ``heading`` and ``kind``. Its
documents are cut into stretches of equal numbers of units, one a report, in an order drawn by lot; a passage that
stands in several documents stands in several reports, as in any archive. Real text: print it outside the checkout.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab import platypus as rl
from reportlab.lib.styles import getSampleStyleSheet


def print_report(path: Path, units: Sequence[dict[str, Any]]) -> None:
    """Print ``units`` under their headings."""
    styles = getSampleStyleSheet()
    flow: list[rl.Flowable] = []
    for heading, members in groupby(units, key=lambda unit: unit.get("heading") or ""):
        flow.append(rl.Paragraph(escape(heading), styles["Heading2"]))
        for unit in members:
            bullet = "•" if unit.get("kind") == "item" else None
            flow.append(rl.Paragraph(escape(unit["text"]), styles["BodyText"], bulletText=bullet))
    rl.SimpleDocTemplate(str(path), title=path.stem, invariant=True).build(flow)


def main() -> None:
    """Print as many reports as are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--reports", type=int, default=1450)
    arguments = parser.parse_args()
    opener = gzip.open if arguments.corpus.suffix == ".gz" else open
    with opener(arguments.corpus, "rt", encoding="utf-8") as lines:
        units = [unit for line in lines for unit in json.loads(line)["units"]]
    size = len(units) // arguments.reports
    numbers = list(range(arguments.reports))
    random.Random(0).shuffle(numbers)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for place, number in enumerate(numbers):
        print_report(arguments.folder / f"{place:05}.pdf", units[number * size : (number + 1) * size])


if __name__ == "__main__":
    main()
