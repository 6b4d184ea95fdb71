"""Write the roles of labelled reports as labelled sentences, for everything that takes such.

    python benchmarks/labelled_roles.py corpora/attributes/reports-heldout --texts ../shared/corpora --output FILE.jsonl
    python benchmarks/model_card.py FILE.jsonl

The file holds the text of the reports: it is not ours to publish where they are not.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from scrutiny.corpora import LabelledSentence, write_jsonl
from scrutiny.evaluation.labelled_reports import LabelledReport
from scrutiny.evaluation.labels import read_labels


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=Path, help="folder with the text of labels that are kept without it")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    golds = [gold for file in sorted(arguments.folder.glob("*.json")) for gold in read_labels(file, arguments.texts)]
    write_jsonl(arguments.output, (sentence for gold in golds for sentence in _sentences(gold)))


def _sentences(gold: LabelledReport) -> Iterator[LabelledSentence]:
    heading, passage = "", f"{gold.group}/{gold.name}"
    for unit in gold.units:
        if unit.role is None:
            heading = unit.text
            continue
        yield LabelledSentence(
            id=f"{passage}.{unit.number}",
            passage=passage,
            position=unit.number,
            source=gold.group,
            group=gold.group,
            document=gold.name,
            heading=heading,
            block="item" if unit.is_item else "paragraph",
            starts_block=unit.starts_block,
            marker=unit.marker,
            text=unit.text,
            role=unit.role,
            second_role=unit.second_role,
            certainty=3,
        )


if __name__ == "__main__":
    main()
