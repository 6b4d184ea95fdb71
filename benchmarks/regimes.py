"""Which regimes the reports of a folder are recognised as, by what weight of clues, and what they were not.

    python benchmarks/regimes.py ../shared/reports
    python benchmarks/regimes.py corpora/authored --each

The margin is the weight by which the least certain report of a regime passes what the regime asks for. ``--each`` also
prints every recognised report with its title and the clues, to be read against the titles.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

from scrutiny.errors import ReadError
from scrutiny.reading import read, suffixes
from scrutiny.regimes import GENERAL, profiles


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", action="store_true")
    arguments = parser.parse_args()
    margins, unread = defaultdict[str, list[float]](list), list[str]()
    for file in sorted(file for file in arguments.folder.iterdir() if file.suffix in suffixes()):
        try:
            report = read(file)
        except ReadError as error:
            unread.append(f"{file.name}: {error.code}")
            continue
        name, evidence = report.metadata.get("regime", GENERAL), report.metadata.get("regime_evidence", "")
        own = profiles()[name][0]
        weights = {clue.phrase: clue.weight for clue in own.clues}
        margins[name].append(sum(weights[phrase] for phrase in evidence.split("; ") if phrase) - own.needed)
        if arguments.each and name != GENERAL:
            print(f"{file.name} | {name} | {report.title[:90]} | {evidence}")
    print("| regime | reports | least margin |\n|---|---|---|")
    for name, found in sorted(margins.items()):
        print(f"| {name} | {len(found)} | {'' if name == GENERAL else f'{min(found):g}'} |")
    for line in unread:
        print(line)


if __name__ == "__main__":
    main()
