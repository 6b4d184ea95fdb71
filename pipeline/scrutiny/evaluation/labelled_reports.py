"""Whole reports whose attributes and links are labelled, and what a report of exactly these labels is.

The format is described in ``corpora/README.md``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scrutiny.corpora import parse_authored
from scrutiny.errors import DataError
from scrutiny.reading.metadata import describe
from scrutiny.report import ROLES, Block, BlockKind, Decision, Prediction, Report, Role, Sentence, Source
from scrutiny.resources import corpora_folder

#: Where the text of labels may be besides the folder of these.
_TEXTS = ("authored", "unseen", "fresh")
#: The labels call service users of all kinds children, as the reports do that they were first made for.
_VOICES = {"children": "service_users"}
_REMEDY = "See corpora/README.md for the format."


@dataclass(frozen=True, slots=True)
class Unit:
    """A labelled unit, or a heading (without role) of a ``level``, 1 being the outermost."""

    number: int
    text: str
    role: Role | None
    second_role: Role | None = None
    marker: str = ""
    starts_block: bool = True
    is_item: bool = False
    level: int = 1


@dataclass(slots=True)
class LabelledReport:
    """What is known of one report or passage; ``attributes`` is None where only its links are labelled,
    ``recommendations`` where only its findings and strengths are. What has a ``group`` in common is left out together.
    """

    name: str
    units: list[Unit]
    attributes: dict[int, dict[str, Any]] | None
    recommendations: dict[int, dict[str, Any]] | None
    facts: dict[str, str] = field(default_factory=dict)
    group: str = ""

    def __post_init__(self) -> None:
        self.group = self.group or self.name


def read_labelled(file: Path) -> LabelledReport:
    """The labels in ``file``, and the text they are of: in the same file, beside it, or in the authored corpus.

    Raises:
        DataError: the file cannot be read or lacks something, or there is no text for it.
    """
    try:
        return _read(file)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{file}: no labelled report: {error!r}.", remedy=_REMEDY) from None


def _read(file: Path) -> LabelledReport:
    labels = json.loads(file.read_text(encoding="utf-8"))
    units, facts = list[Unit](), dict[str, str]()
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
        folders = [file.parent, *(corpora_folder() / name for name in _TEXTS)]
        path = next((text for folder in folders if (text := folder / f"{file.stem}.txt").exists()), None)
        if path is None:
            raise DataError(f"{file}: there is no {file.stem}.txt with its text.", remedy=_REMEDY)
        units, facts = _authored(path)
    return LabelledReport(
        file.stem,
        units,
        {unit["n"]: unit for unit in labels["units"] if "n" in unit} if "units" in labels else None,
        {unit["n"]: unit for unit in labels["recommendations"]} if "recommendations" in labels else None,
        facts,
    )


def _authored(path: Path) -> tuple[list[Unit], dict[str, str]]:
    """The units of an authored report with all its headings, and its facts."""
    units, facts = list[Unit](), dict[str, str]()
    sentences = parse_authored(path)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            key, _, facts[key] = line[1:].partition(" ")
        elif line.startswith("#"):
            heading = line.lstrip("#")
            units.append(Unit(0, heading.strip(), None, level=len(line) - len(heading)))
        elif line.strip():
            sentence = next(sentences)
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
    return units, facts


def labels_of(value: object) -> list[Any]:
    """The values that are equally right, None among them where leaving it out is right too; none at all: an empty list.

    Voices have the names that records give them.
    """
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [_VOICES.get(one, one) if isinstance(one, str) else one for one in values]


def build(gold: LabelledReport) -> Report:
    """A classified report of the labelled units, each a sentence with its gold role."""
    text, blocks, sentences = "", list[Block](), list[Sentence]()
    outer: list[Unit] = []
    for unit in gold.units:
        heading = tuple(one.text for one in outer)
        goes_on = (
            unit.role is not None and not unit.starts_block and blocks and blocks[-1].kind is not BlockKind.HEADING
        )
        text += " " if goes_on else "\n\n" if text else ""
        marker = f"{unit.marker} " if unit.marker and not goes_on else ""
        text += marker
        start = len(text)
        text += unit.text
        if unit.role is None:
            # A level may be left out: "#", "###", "###".
            outer = [one for one in outer if one.level < unit.level]
            heading = tuple(one.text for one in outer)
            blocks.append(Block(BlockKind.HEADING, start, len(text), unit.text, level=unit.level, section_path=heading))
            outer.append(unit)
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
