"""How well the attributes and links of records are found: on gold roles, and from the file.

    python benchmarks/attributes.py ../shared/corpora/documents --only T1 T2
    python benchmarks/attributes.py corpora/attributes/heldout --files

A folder holds NAME.json with ``units`` and ``recommendations`` (``corpora/README.md``); the text is in the same file,
or in NAME.txt beside it, in ``corpora/authored`` or in ``corpora/unseen``. With ``--files`` the report is also read,
split and classified: the PDF beside the labels, or the authored text printed as Markdown; what is lost on the way then
counts as missed. Where links alone are labelled, they alone are measured. A value is right where it has more than half
of its words in common with the gold one; of a voice or trend the name must be the same, and of a date every figure.
``--faults`` prints what is wrong. Links of ``documents`` and ``development`` are found with coefficients that were
fitted to them: what to expect elsewhere is what ``links.py`` prints.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scrutiny.corpora import parse_authored
from scrutiny.evaluation.alignment import Words, align, common
from scrutiny.pipeline import Pipeline, load
from scrutiny.reading.metadata import describe
from scrutiny.records.attributes import Describer
from scrutiny.records.grouping import Assembler
from scrutiny.records.links import Linker
from scrutiny.report import (
    ROLES,
    Attributes,
    Basis,
    Block,
    BlockKind,
    Decision,
    Prediction,
    Record,
    Report,
    Role,
    Sentence,
    Source,
)
from scrutiny.roles.classifier import Classifier, units_of

_CORPORA = Path(__file__).resolve().parent.parent / "corpora"
#: The gold calls service users of all kinds children, as the reports do that it was first made for.
_VOICES = {"children": "service_users"}
#: Words in common, of those in either, from which a sentence is a labelled unit.
_SAME = 0.9


@dataclass(frozen=True, slots=True)
class Unit:
    """A labelled unit, or a heading (without role)."""

    number: int
    text: str
    role: Role | None
    second_role: Role | None = None
    marker: str = ""
    starts_block: bool = True
    is_item: bool = False


@dataclass(slots=True)
class Gold:
    """What is known of one report; ``attributes`` is None where only its links are labelled."""

    name: str
    units: list[Unit]
    attributes: dict[int, dict[str, Any]] | None
    recommendations: dict[int, dict[str, Any]]
    facts: dict[str, str] = field(default_factory=dict)


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
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there was nothing to find and nothing was found."""
        return 2 * self.right / total if (total := 2 * self.right + self.extra + self.missed) else 1.0


def main() -> None:
    """Print a table of measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", help="folder of a model; without a map to meaning in it, links are made by words")
    parser.add_argument("--only", nargs="*", help="names of reports")
    parser.add_argument("--files", action="store_true", help="also from the file, with the classifier's roles")
    parser.add_argument("--faults", action="store_true", help="print every fault on gold roles")
    arguments = parser.parse_args()
    golds = [
        gold
        for file in sorted(arguments.folder.glob("*.json"))
        if not arguments.only or file.stem in arguments.only
        for gold in [read_gold(file)]
    ]
    if not golds:
        raise SystemExit(f"{arguments.folder}: there is no labelled report of that name.")
    pipeline = load(arguments.model)
    tables = {"gold roles": measure([(gold, on_gold(gold, pipeline.classifier)) for gold in golds])}
    if arguments.files:
        tables["from the file"] = measure(list(from_files(golds, arguments.folder, pipeline)))
    print(
        f"{', '.join(gold.name for gold in golds)}\n\n| | "
        + " | ".join(f"{name}: F1 | places" for name in tables)
        + " |"
    )
    print("|---" * (1 + 2 * len(tables)) + "|")
    for name in next(iter(tables.values())):
        cells = (
            f"{counts.f1:.3f} | {counts.right + counts.missed}" for table in tables.values() for counts in [table[name]]
        )
        print(f"| {name} | {' | '.join(cells)} |")
    print(f"\n{timing(golds, pipeline.classifier):.2f} ms of processor time a sentence for attributes and links")
    if arguments.faults:
        for name, counts in tables["gold roles"].items():
            print(f"\n## {name}", *counts.faults, sep="\n")


def read_gold(file: Path) -> Gold:
    """The labels in ``file``, and the text they are of."""
    labels = json.loads(file.read_text(encoding="utf-8"))
    units, facts = [], {}
    if any("text" in unit for unit in labels.get("units", ())):
        for unit in labels["units"]:
            role, second = unit.get("role"), unit.get("second_role")
            units.append(
                Unit(
                    unit.get("n", 0),
                    unit["text"],
                    Role(role) if role else None,
                    Role(second) if second else None,
                    unit.get("marker", ""),
                    unit.get("starts_block", True),
                    unit["kind"] == "item",
                )
            )
    else:
        folders = [file.parent, *(_CORPORA / name for name in ("authored", "unseen"))]
        path = next(text for folder in folders if (text := folder / f"{file.stem}.txt").exists())
        heading = ""
        facts = dict(
            line[1:].split(" ", 1) for line in path.read_text(encoding="utf-8").splitlines() if line[:1] == "@"
        )
        for sentence in parse_authored(path):
            if sentence.heading != heading:
                heading = sentence.heading
                units.append(Unit(0, heading, None))
            units.append(
                Unit(
                    sentence.position,
                    sentence.text,
                    sentence.role,
                    sentence.second_role,
                    sentence.marker,
                    sentence.starts_block,
                    sentence.block == "item",
                )
            )
    return Gold(
        file.stem,
        units,
        {unit["n"]: unit for unit in labels["units"] if "n" in unit} if "units" in labels else None,
        {unit["n"]: unit for unit in labels["recommendations"]},
        facts,
    )


def on_gold(gold: Gold, classifier: Classifier) -> dict[int, Record]:
    """The records of a report put together from its labelled units, by the number of their first unit."""
    report = complete(with_meanings(build(gold), classifier))
    numbers = [unit.number for unit in gold.units if unit.role]
    return {numbers[index]: record for record in report.records for index in record.sentences[:1]}


def build(gold: Gold) -> Report:
    """A classified report of the labelled units, each a sentence with its gold role."""
    text, blocks, sentences = "", list[Block](), list[Sentence]()
    heading: tuple[str, ...] = ()
    for unit in gold.units:
        goes_on = (
            unit.role is not None and not unit.starts_block and blocks and blocks[-1].kind is not BlockKind.HEADING
        )
        text += " " if goes_on else "\n\n" if text else ""
        marker = f"{unit.marker} " if unit.marker and not goes_on else ""
        text += marker
        start = len(text)
        text += unit.text
        if unit.role is None:
            blocks.append(Block(BlockKind.HEADING, start, len(text), unit.text, level=1))
            heading = (unit.text,)
            continue
        if goes_on:
            begun = blocks.pop()
            blocks.append(replace(begun, end=len(text), text=text[begun.start :]))
        else:
            kind = BlockKind.LIST_ITEM if unit.is_item else BlockKind.PARAGRAPH
            blocks.append(
                Block(
                    kind, start, len(text), unit.text, level=int(unit.is_item), marker=unit.marker, section_path=heading
                )
            )
        scores = tuple(1.0 if role is unit.role else 0.0 for role in ROLES)
        prediction = Prediction(scores, unit.role, unit.second_role, 1.0, Decision.ACCEPT)  # type: ignore[arg-type]
        sentences.append(Sentence(start, len(text), unit.text, len(blocks) - 1, prediction))
    metadata = {"title": gold.facts.get("title", "")} | (
        {"publication_date": gold.facts["date"]} if "date" in gold.facts else {}
    )
    source = Source(f"{gold.name}.txt", f"{gold.name:0>64}", len(text), "text")
    report = Report(text, tuple(blocks), source, MappingProxyType(metadata), sentences=tuple(sentences))
    return describe(report)


def with_meanings(report: Report, classifier: Classifier) -> Report:
    """``report`` with what the classifier would have its sentences mean."""
    meanings = classifier.meanings(list(units_of(report, "report")))
    sentences = (
        replace(sentence, meaning=None if sentence.role is Role.OTHER else meaning)
        for sentence, meaning in zip(report.sentences, meanings, strict=True)
    )
    return replace(report, sentences=tuple(sentences))


def complete(report: Report) -> Report:
    """``report`` with records, attributes and links."""
    for stage in (Assembler(), Describer(), Linker()):
        (report,) = stage([report])
    return report


def from_files(golds: Sequence[Gold], folder: Path, pipeline: Pipeline) -> Iterator[tuple[Gold, dict[int, Record]]]:
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


def printed(gold: Gold) -> bytes:
    """The report as Markdown."""
    lines = [f"# {gold.facts['title']}"]
    for unit in gold.units:
        if unit.role is None:
            lines.append(f"\n## {unit.text}\n")
        elif unit.starts_block:
            lines.append(f"\n{unit.marker} {unit.text}" if unit.marker else f"\n{unit.text}")
        else:
            lines[-1] += f" {unit.text}"
    return "\n".join(lines).encode()


def measure(found: Sequence[tuple[Gold, dict[int, Record]]]) -> dict[str, Counts]:
    """Counts by the name of what is measured."""
    names = [*"addressee obligation deadline deadline_date action voice proportion trend link".split(), "explicit link"]
    counts = {name: Counts() for name in names}
    for gold, records in found:
        empty = Attributes()
        given = {number: record.attributes or empty for number, record in records.items()}
        joined = {n for n in gold.recommendations if n not in records}
        for number, labels in gold.recommendations.items():
            if "action" in labels and (number not in joined or not _is_inside(gold, number, records)):
                _measure_recommendation(counts, gold, number, labels, given.get(number, empty))
        for unit in gold.units:
            if gold.attributes is not None and unit.role in (Role.FINDING, Role.STRENGTH):
                of = given.get(unit.number, empty)
                _measure_result(counts, gold, unit, gold.attributes.get(unit.number, {}), of)
        _measure_links(counts["link"], gold, records)
        _measure_links(counts["explicit link"], gold, records, explicit=True)
    return counts


def _is_inside(gold: Gold, number: int, records: dict[int, Record]) -> bool:
    """Whether the unit is a further sentence of a record that begins with an earlier unit."""
    text = next(unit.text for unit in gold.units if unit.number == number)
    return any(text in record.text for record in records.values() if record.role is Role.RECOMMENDATION)


def _measure_recommendation(
    counts: dict[str, Counts], gold: Gold, number: int, labels: dict[str, Any], given: Attributes
) -> None:
    where = f"{gold.name}.{number}"
    for name in ("addressee", "action", "deadline"):
        found = getattr(given, name)
        value = found and (found.text if name == "deadline" else found.value)
        value = value if name == "deadline" or not found or found.basis is Basis.EXPLICIT else None
        wanted = labels[name]
        counts[name].add(
            bool(wanted),
            bool(value),
            bool(wanted and value and alike(wanted, value)),
            f"{where}: {wanted!r}, not {value!r}",
        )
    wanted, value = labels.get("deadline_date"), given.deadline.date if given.deadline else None
    counts["deadline_date"].add(
        bool(wanted), bool(value), bool(wanted) and wanted == value, f"{where}: {wanted}, not {value}"
    )
    wanted, value = labels["obligation"], given.obligation.value if given.obligation else None
    counts["obligation"].add(True, bool(value), wanted == value, f"{where}: {wanted}, not {value}")


def _measure_result(
    counts: dict[str, Counts], gold: Gold, unit: Unit, labels: dict[str, Any], given: Attributes
) -> None:
    where, text = f"{gold.name}.{unit.number}", "" if "text" in labels else f" | {unit.text[:160]}"
    voice = given.voice.value if given.voice and given.voice.value != "inspectors" else None
    for name, value in (("voice", voice), ("trend", given.trend.value if given.trend else None)):
        wanted = [_VOICES.get(value, value) for value in _several(labels.get(name))]
        right = value in wanted and value is not None
        needed = bool(wanted) and None not in wanted
        if not (value is None and not needed):
            counts[name].add(needed or right, value is not None, right, f"{where}: {wanted}, not {value}{text}")
    quantities = [proportion.text for proportion in given.proportions]
    wanted = _several(labels.get("proportion"))
    right = any(gold_text and overlaps(gold_text, value) for gold_text in wanted for value in quantities)
    needed = bool(wanted) and None not in wanted
    if needed or (quantities and not (None in wanted and not right)):
        counts["proportion"].add(needed or right, bool(quantities), right, f"{where}: {wanted}, not {quantities}{text}")


def _measure_links(counts: Counts, gold: Gold, records: dict[int, Record], *, explicit: bool = False) -> None:
    """All links or, of reports in which they are labelled, those that a printed cross-reference gives."""
    numbers = {record.id: number for number, record in records.items()}
    name = "explicit" if explicit else "addresses"
    if any(name not in labels for labels in gold.recommendations.values()):
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


def _several(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


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


def timing(golds: Sequence[Gold], classifier: Classifier) -> float:
    """Milliseconds of processor time a sentence, once everything is loaded."""
    reports = [with_meanings(build(gold), classifier) for gold in golds]
    for report in reports:
        complete(report)
    begun = time.process_time()
    for report in reports:
        complete(report)
    return 1000 * (time.process_time() - begun) / sum(len(report.sentences) for report in reports)


if __name__ == "__main__":
    main()
