"""How far two readers agree on what records say in particular: the second measured against the first as a program is.

    PYTHONPATH=pipeline python benchmarks/agreement.py corpora/attributes/heldout corpora/attributes/second

Both folders hold NAME.json (``corpora/README.md``), of passages with their text in ``--texts``. Of values that the
second reader calls equally right the first counts, and where leaving it out is right too, none: so the figures are what
is to be expected of a program that reads as well as another reader does, under the measures of ``attributes.py``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from attributes import measure
from scrutiny.evaluation.labelled_reports import LabelledReport, build, labels_of
from scrutiny.evaluation.labels import read_labels
from scrutiny.records.grouping import Assembler
from scrutiny.report import Attribute, Attributes, Basis, Deadline, Link, Proportion, Record, Role


def main() -> None:
    """Print a table of measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--only", nargs="*", help="names of reports")
    parser.add_argument("--texts", type=Path, help="folder with the text of labelled passages")
    arguments = parser.parse_args()
    files = [
        file for file in sorted(arguments.second.glob("*.json")) if not arguments.only or file.stem in arguments.only
    ]
    if not files:
        raise SystemExit(f"{arguments.second}: there is no labelled report of that name.")
    read = [both for file in files for both in _readings(arguments.first / file.name, file, arguments.texts)]
    counts = measure([(gold, as_records(gold, units, demands)) for gold, units, demands in read])
    print(f"{len(read)} reports or passages\n\n| | F1 | places |\n|---|---|---|")
    for name, count in counts.items():
        print(f"| {name} | {count.cells} |")


#: What is labelled, by the numbers of units.
Labels = Mapping[int, Mapping[str, Any]]


def _readings(first: Path, second: Path, texts: Path | None) -> Iterator[tuple[LabelledReport, Labels, Labels]]:
    """The reports or passages of two files as the first has them, and what the second says of their units."""
    golds, labels = read_labels(first, texts), json.loads(second.read_text(encoding="utf-8"))
    if "corpus" in labels:
        for gold, again in zip(golds, read_labels(second, texts), strict=True):
            yield gold, again.attributes or {}, again.recommendations or {}
    else:
        # The text of the first reading stands beside it, not beside the second.
        units, demands = ({one["n"]: one for one in labels[name]} for name in ("units", "recommendations"))
        yield golds[0], units, demands


def as_records(gold: LabelledReport, units: Labels, demands: Labels) -> dict[int, Record]:
    """What a reader says of units and demands, as the records of the report, by the number of their first unit."""
    (report,) = Assembler()([build(gold)])
    numbers = [unit.number for unit in gold.units if unit.role]
    records = {numbers[record.sentences[0]]: record for record in report.records}
    return {
        number: replace(
            record,
            attributes=_attributes({**units.get(number, {}), **demands.get(number, {})}),
            links=tuple(
                Link(
                    records[result].id, 1.0, Basis.EXPLICIT if result in demand.get("explicit", ()) else Basis.INFERRED
                )
                for demand in [demands.get(number, {})]
                for result in demand.get("addresses", ())
                if result in records and record.role is Role.RECOMMENDATION
            ),
        )
        for number, record in records.items()
    }


def _attributes(labels: Mapping[str, Any]) -> Attributes:
    def plain(name: str) -> Attribute | None:
        value = _said(labels.get(name))
        return Attribute(value, None, None) if value else None

    deadline, proportion = _said(labels.get("deadline")), _said(labels.get("proportion"))
    return Attributes(
        addressee=plain("addressee"),
        action=plain("action"),
        obligation=plain("obligation"),
        voice=plain("voice"),
        trend=plain("trend"),
        deadline=Deadline(deadline, 0, 0, _said(labels.get("deadline_date")), Basis.EXPLICIT) if deadline else None,
        proportions=(Proportion(proportion, 0, 0, None, None, Basis.EXPLICIT),) if proportion else (),
    )


def _said(value: object) -> str | None:
    """What a reader says for certain."""
    values = labels_of(value)
    return None if None in values or not values else values[0]


if __name__ == "__main__":
    main()
