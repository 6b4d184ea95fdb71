"""Whole reports with gold: what a person labelled in each, beside the original file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scrutiny.corpora import LabelledSentence
from scrutiny.errors import DataError
from scrutiny.report import Role

_REMEDY = (
    "Give NAME.json, with 'units' and 'recommendations', beside the report itself (NAME.pdf). See corpora/README.md."
)

#: Attributes of recommendations that are compared.
FIELDS = ("addressee", "obligation", "deadline")


class GoldUnit(BaseModel):
    """A sentence, list item or heading, in reading order; headings have no number and no role."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1)
    kind: str = "paragraph"
    n: int | None = None
    page: int | None = None
    role: Role | None = None
    second_role: Role | None = None
    certainty: int = 3
    marker: str | None = ""
    starts_block: bool = True


class GoldRecommendation(BaseModel):
    """What a recommendation asks, of whom and until when; ``addresses`` are the numbers of findings it answers.

    One that ``continues`` another is part of its record.
    """

    model_config = ConfigDict(frozen=True)

    n: int
    addressee: str | None = None
    addressee_inferred: str | None = None
    obligation: str | None = None
    deadline: str | None = None
    addresses: tuple[int, ...] = ()
    continues: int | None = None


@dataclass(frozen=True, slots=True)
class GoldRecord:
    """A record by the numbers of its units; ``heading`` is the one in force at its beginning.

    ``fields`` are the accepted values of each attribute (none for what is not there) and ``addresses`` the first units
    of the findings it answers: both of recommendations only.
    """

    role: Role
    units: tuple[int, ...]
    page: int | None
    heading: str
    fields: Mapping[str, tuple[str, ...]]
    addresses: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GoldReport:
    """A labelled report: its file, its units with the headings between them, and its records."""

    name: str
    file: Path
    units: tuple[GoldUnit, ...]
    records: tuple[GoldRecord, ...]

    def sentences(self) -> list[LabelledSentence]:
        """The labelled units as sentences, as they were split by hand."""
        heading, found = "", list[LabelledSentence]()
        for unit in self.units:
            if unit.role is None:
                heading = unit.text
                continue
            found.append(
                LabelledSentence(
                    id=f"{self.name}.{unit.n}",
                    passage=self.name,
                    position=len(found) + 1,
                    source=self.file.parent.name,
                    group="",
                    document=self.file.name,
                    heading=heading,
                    block=unit.kind,
                    starts_block=unit.starts_block,
                    marker=unit.marker or "",
                    text=unit.text,
                    role=unit.role,
                    second_role=unit.second_role,
                    certainty=unit.certainty,
                )
            )
        return found


def gold_reports(data: str) -> list[GoldReport]:
    """The labelled whole reports at a path: a ``.json`` file or a folder of them; none if it holds other data.

    Raises:
        DataError: a file is not in the format, or the report beside it is missing.
    """
    path = Path(data)
    files = [path] if path.suffix.lower() == ".json" else []
    if path.is_dir() and not any(path.glob("*.jsonl")):
        files = sorted(path.glob("*.json"))
    return [_gold_report(file) for file in files]


def _gold_report(file: Path) -> GoldReport:
    try:
        content: Any = json.loads(file.read_text(encoding="utf-8"))
        units = tuple(GoldUnit.model_validate(unit) for unit in content["units"])
        asked = [GoldRecommendation.model_validate(one) for one in content.get("recommendations", ())]
        original = file.parent / str(content.get("pdf") or file.with_suffix(".pdf").name)
    except ValidationError as error:
        problem = error.errors()[0]
        key = " -> ".join(map(str, problem["loc"]))
        raise DataError(f"{file}: {key}: {problem['msg']}.", remedy=_REMEDY) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{file}: no labelled report: {error!r}.", remedy=_REMEDY) from None
    if original.resolve().parent != file.parent.resolve() or not original.is_file():
        raise DataError(f"{file}: the report {original.name} is not beside it.", remedy=_REMEDY)
    numbers = {unit.n for unit in units if unit.role is not None}
    if len(numbers) < sum(unit.role is not None for unit in units) or None in numbers:
        raise DataError(f"{file}: units with a role need a number 'n' each.", remedy=_REMEDY)
    named = [n for one in asked for n in (one.n, *one.addresses, *([one.continues] if one.continues else []))]
    if unknown := [n for n in named if n not in numbers]:
        raise DataError(f"{file}: recommendations name units that are not there: {unknown[:5]}.", remedy=_REMEDY)
    return GoldReport(file.stem, original, units, tuple(_records(units, asked)))


def _records(units: tuple[GoldUnit, ...], asked: list[GoldRecommendation]) -> list[GoldRecord]:
    """A record for each finding and strength, and for each recommendation with what continues it."""
    by_number = {one.n: one for one in asked}
    parts: dict[int, list[GoldRecommendation]] = {}
    for one in asked:
        first, seen = one, {one.n}
        while first.continues in by_number and first.continues not in seen:
            first = by_number[first.continues]
            seen.add(first.n)
        parts.setdefault(first.n, []).append(one)
    inner = {one.n for members in parts.values() for one in members[1:]}
    heading, records = "", list[GoldRecord]()
    for unit in units:
        if unit.role is None:
            heading = unit.text
        elif unit.role is not Role.OTHER and unit.n is not None and unit.n not in inner:
            of_unit = parts.get(unit.n, []) if unit.role is Role.RECOMMENDATION else []
            records.append(
                GoldRecord(
                    unit.role,
                    tuple(one.n for one in of_unit) or (unit.n,),
                    unit.page,
                    heading,
                    _fields(of_unit[0]) if of_unit else {},
                    tuple(dict.fromkeys(n for one in of_unit for n in one.addresses)),
                )
            )
    return records


def _fields(one: GoldRecommendation) -> dict[str, tuple[str, ...]]:
    values = {
        "addressee": (one.addressee, one.addressee_inferred),
        "obligation": (one.obligation,),
        "deadline": (one.deadline,),
    }
    return {name: tuple(value for value in of_field if value) for name, of_field in values.items()}
