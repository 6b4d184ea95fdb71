"""How well the attributes and links of records are found: on gold roles, and from the file.

    python benchmarks/attributes.py ../shared/corpora/documents --only T1 T2
    python benchmarks/attributes.py corpora/attributes/heldout --files
    python benchmarks/attributes.py corpora/attributes/passages-heldout --texts ../shared/corpora --only validation

A folder holds NAME.json with ``units`` and ``recommendations`` (``corpora/README.md``); the text is in the same file,
or in NAME.txt beside it or in one of the corpora. With ``--files`` the report is also read,
split and classified: the PDF beside the labels, or the authored text printed as Markdown; what is lost on the way then
counts as missed. Labelled passages (``--only`` names their file) are read as reports of their own, from ``--texts``.
What is not labelled is not measured, be it all but links or actions. A value is right where it has more than half
of its words in common with the gold one; of a voice or trend the name must be the same, and of a date every figure.
``--faults`` prints what is wrong. Links of ``documents`` and ``development`` are found with coefficients that were
fitted to them: what to expect elsewhere is what ``links.py`` prints.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scrutiny.evaluation.alignment import Words, align, common
from scrutiny.evaluation.labelled_reports import LabelledReport, Unit, build, labels_of
from scrutiny.evaluation.labels import read_labels
from scrutiny.pipeline import Pipeline, load
from scrutiny.records.attributes import Describer
from scrutiny.records.grouping import Assembler
from scrutiny.records.links import Linker
from scrutiny.report import (
    Attributes,
    Basis,
    Record,
    Report,
    Role,
)
from scrutiny.roles.classifier import Classifier, annotated, units_of

#: Words in common, of those in either, from which a sentence is a labelled unit.
_SAME = 0.9


@dataclass(slots=True)
class Counts:
    """Right, wrongly given and missed, and the places of the faults."""

    right: int = 0
    extra: int = 0
    missed: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, gold: bool, given: bool, right: bool, where: str) -> None:
        """Count one place."""
        self.right += right
        self.extra += given and not right
        self.missed += gold and not right
        if (gold or given) and not right:
            self.faults.append(where)

    @property
    def cells(self) -> str:
        """F1 and the number of gold places, as cells of a table."""
        return f"{self.f1:.3f} | {self.right + self.missed}" if self.right + self.missed + self.extra else "– | 0"

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there was nothing to find and nothing was found."""
        return 2 * self.right / total if (total := 2 * self.right + self.extra + self.missed) else 1.0


def main() -> None:
    """Print a table of measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", help="folder of a model; without a map to meaning in it, links are made by words")
    parser.add_argument("--only", nargs="*", help="names of reports")
    parser.add_argument("--texts", type=Path, help="folder with the text of labelled passages")
    parser.add_argument("--files", action="store_true", help="also from the file, with the classifier's roles")
    parser.add_argument("--faults", action="store_true", help="print every fault on gold roles")
    arguments = parser.parse_args()
    golds = [
        gold
        for file in sorted(arguments.folder.glob("*.json"))
        if not arguments.only or file.stem in arguments.only
        for gold in read_labels(file, arguments.texts)
    ]
    if not golds:
        raise SystemExit(f"{arguments.folder}: there is no labelled report of that name.")
    if arguments.files and any(gold.group != gold.name for gold in golds):
        raise SystemExit("Passages have no file of their own: leave --files out.")
    pipeline = load(arguments.model)
    tables = {"gold roles": measure([(gold, on_gold(gold, pipeline.classifier)) for gold in golds])}
    if arguments.files:
        tables["from the file"] = measure(list(from_files(golds, arguments.folder, pipeline)))
    print(
        f"{', '.join(dict.fromkeys(gold.name for gold in golds))}\n\n| | "
        + " | ".join(f"{name}: F1 | places" for name in tables)
        + " |"
    )
    print("|---" * (1 + 2 * len(tables)) + "|")
    for name in next(iter(tables.values())):
        print(f"| {name} | {' | '.join(table[name].cells for table in tables.values())} |")
    print(f"\n{timing(golds, pipeline.classifier):.2f} ms of processor time a sentence for attributes and links")
    if arguments.faults:
        for name, counts in tables["gold roles"].items():
            print(f"\n## {name}", *counts.faults, sep="\n")


def on_gold(gold: LabelledReport, classifier: Classifier) -> dict[int, Record]:
    """The records of a report put together from its labelled units, by the number of their first unit."""
    report = complete(with_annotations(build(gold), classifier))
    numbers = [unit.number for unit in gold.units if unit.role]
    return {numbers[index]: record for record in report.records for index in record.sentences[:1]}


def with_annotations(report: Report, classifier: Classifier) -> Report:
    """``report`` with what the classifier reads off its sentences, whose roles stay as they are."""
    annotations = classifier.annotate(list(units_of(report, "report")))
    sentences = (
        annotated(sentence, annotation._replace(prediction=sentence.prediction), classifier.told)
        for sentence, annotation in zip(report.sentences, annotations, strict=True)
        if sentence.prediction
    )
    return replace(report, sentences=tuple(sentences))


def complete(report: Report) -> Report:
    """``report`` with records, attributes and links."""
    for stage in (Assembler(), Describer(), Linker()):
        (report,) = stage([report])
    return report


def from_files(
    golds: Sequence[LabelledReport], folder: Path, pipeline: Pipeline
) -> Iterator[tuple[LabelledReport, dict[int, Record]]]:
    """Each report as the whole pipeline reads it; records by the number of the unit that their first sentence is."""
    for gold in golds:
        pdf = folder / f"{gold.name}.pdf"
        if pdf.exists():
            report = pipeline(pdf)
        else:
            facts = {"publication_date": gold.facts["date"]}
            (report,) = pipeline.stream([(f"{gold.name}.md", printed(gold))])
            report = complete(replace(report, metadata=MappingProxyType({**report.metadata, **facts}), records=()))
        words, labelled = Words(report.text), [unit for unit in gold.units if unit.role]
        places = align(words, [unit.text for unit in labelled])
        found: dict[int, Record] = {}
        for record in report.records:
            first = report.sentences[record.sentences[0]]
            span = words.within(first.start, first.end)
            for unit, place in zip(labelled, places, strict=True):
                if place and common(span, (place.first, place.last)) >= _SAME:
                    found.setdefault(unit.number, record)
        yield gold, found


def printed(gold: LabelledReport) -> bytes:
    """The report as Markdown."""
    lines = [f"# {gold.facts['title']}"]
    for unit in gold.units:
        if unit.role is None:
            lines.append(f"\n#{'#' * unit.level} {unit.text}\n")
        elif unit.starts_block:
            lines.append(f"\n{unit.marker} {unit.text}" if unit.marker else f"\n{unit.text}")
        else:
            lines[-1] += f" {unit.text}"
    return "\n".join(lines).encode()


def measure(found: Sequence[tuple[LabelledReport, dict[int, Record]]]) -> dict[str, Counts]:
    """Counts by the name of what is measured."""
    names = [*"addressee obligation deadline deadline_date action voice proportion trend link".split(), "explicit link"]
    counts = {name: Counts() for name in names}
    for gold, records in found:
        empty = Attributes()
        given = {number: record.attributes or empty for number, record in records.items()}
        recommendations = gold.recommendations or {}
        joined = {n for n in recommendations if n not in records}
        for number, labels in recommendations.items():
            if "obligation" in labels and (number not in joined or not _is_inside(gold, number, records)):
                _measure_recommendation(counts, gold, number, labels, given.get(number, empty))
        for unit in gold.units:
            if gold.attributes is not None and unit.role in (Role.FINDING, Role.STRENGTH):
                of = given.get(unit.number, empty)
                _measure_result(counts, gold, unit, gold.attributes.get(unit.number, {}), of)
        _measure_links(counts["link"], gold, records)
        _measure_links(counts["explicit link"], gold, records, explicit=True)
    return counts


def _is_inside(gold: LabelledReport, number: int, records: dict[int, Record]) -> bool:
    """Whether the unit is a further sentence of a record that begins with an earlier unit."""
    text = next(unit.text for unit in gold.units if unit.number == number)
    return any(text in record.text for record in records.values() if record.role is Role.RECOMMENDATION)


def _measure_recommendation(
    counts: dict[str, Counts], gold: LabelledReport, number: int, labels: dict[str, Any], given: Attributes
) -> None:
    where = f"{gold.name}.{number}"

    def add(name: str, value: str | None, same: Callable[[Any, str], bool]) -> None:
        wanted = labels_of(labels.get(name))
        right = value is not None and any(one and same(one, value) for one in wanted)
        needed = bool(wanted) and None not in wanted
        if needed or value is not None:
            counts[name].add(needed or right, value is not None, right, f"{where}: {wanted}, not {value!r}")

    # Of passages neither what is asked nor the day it is due is labelled.
    is_whole = "action" in labels
    for name in ("addressee", *(["action"] if is_whole else []), "deadline"):
        found = getattr(given, name)
        value = found and (found.text if name == "deadline" else found.value)
        add(name, value if name == "deadline" or not found or found.basis is Basis.EXPLICIT else None, alike)
    if is_whole:
        add("deadline_date", given.deadline.date if given.deadline else None, str.__eq__)
    add("obligation", given.obligation.value if given.obligation else None, str.__eq__)


def _measure_result(
    counts: dict[str, Counts], gold: LabelledReport, unit: Unit, labels: dict[str, Any], given: Attributes
) -> None:
    where, text = f"{gold.name}.{unit.number}", "" if "text" in labels else f" | {unit.text[:160]}"
    voice = given.voice.value if given.voice else None
    for name, value in (("voice", voice), ("trend", given.trend.value if given.trend else None)):
        wanted = labels_of(labels.get(name))
        right = value in wanted and value is not None
        needed = bool(wanted) and None not in wanted
        if not (value is None and not needed):
            counts[name].add(needed or right, value is not None, right, f"{where}: {wanted}, not {value}{text}")
    quantities = [proportion.text for proportion in given.proportions]
    wanted = labels_of(labels.get("proportion"))
    right = any(gold_text and overlaps(gold_text, value) for gold_text in wanted for value in quantities)
    needed = bool(wanted) and None not in wanted
    if needed or (quantities and not (None in wanted and not right)):
        counts["proportion"].add(needed or right, bool(quantities), right, f"{where}: {wanted}, not {quantities}{text}")


def _measure_links(counts: Counts, gold: LabelledReport, records: dict[int, Record], *, explicit: bool = False) -> None:
    """All links or, of reports in which they are labelled, those that a printed cross-reference gives."""
    numbers = {record.id: number for number, record in records.items()}
    name = "explicit" if explicit else "addresses"
    if not gold.recommendations or any(name not in labels for labels in gold.recommendations.values()):
        return
    wanted = {(result, number) for number, labels in gold.recommendations.items() for result in labels[name]}
    # A link to what is no labelled record, as where a sentence was given another role, is one too many.
    given = {
        (numbers.get(link.record, -int(link.record[:8], 16)), number)
        for number, record in records.items()
        if record.role is Role.RECOMMENDATION
        for link in record.links
        if not explicit or link.basis is Basis.EXPLICIT
    }
    for pair in sorted(wanted | given):
        place = f"{gold.name}.{pair[0]} -> {pair[1]}"
        counts.add(
            pair in wanted, pair in given, pair in wanted & given, f"{place}: {'missed' if pair in wanted else 'extra'}"
        )


def alike(wanted: str, given: str) -> bool:
    """Whether two phrases have more than half of their words in common, articles aside."""
    first, second = (
        Counter(word for word in re.findall(r"[\w'’-]+", text.lower()) if word not in ("the", "a", "an", "by"))
        for text in (wanted, given)
    )
    common = sum((first & second).values())
    return 2 * common > max(sum(first.values()), sum(second.values()))


def overlaps(wanted: str, given: str) -> bool:
    """Whether a word of quantity or a figure of one is in the other."""
    first, second = (
        set(re.findall(r"[\w.]+", text.lower())) - {"of", "the", "a", "in", "these", "those", "out", "only"}
        for text in (wanted, given)
    )
    return bool(first & second)


def timing(golds: Sequence[LabelledReport], classifier: Classifier) -> float:
    """Milliseconds of processor time a sentence, once everything is loaded."""
    reports = [with_annotations(build(gold), classifier) for gold in golds]
    for report in reports:
        complete(report)
    begun = time.process_time()
    for report in reports:
        complete(report)
    return 1000 * (time.process_time() - begun) / sum(len(report.sentences) for report in reports)


if __name__ == "__main__":
    main()
