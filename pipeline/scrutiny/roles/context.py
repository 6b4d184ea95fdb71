"""What the classifier sees beside the sentence: heading, list lead-in and neighbours.

The context becomes the second segment of the encoder's pair input, with a fixed place for each part:
``heading | kind | lead-in | before | after``. Neighbours never cross a passage or a heading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Unit(NamedTuple):
    """A sentence to classify. Consecutive units with equal ``passage`` are neighbours in reading order."""

    text: str
    heading: str = ""
    passage: str = ""
    is_item: bool = False


@dataclass(frozen=True, slots=True)
class ContextWidth:
    """How many words of each part the classifier sees; 0 leaves the part out."""

    heading: int = 0
    lead_in: int = 0
    before: int = 0
    after: int = 0


def contexts(units: Sequence[Unit], width: ContextWidth) -> list[str]:
    """The second segment for each of ``units``; empty where there is nothing beside the sentence."""
    result = []
    lead_in: Unit | None = None
    for index, unit in enumerate(units):
        before = units[index - 1] if index and _neighbours(units[index - 1], unit) else None
        after = units[index + 1] if index + 1 < len(units) and _neighbours(unit, units[index + 1]) else None
        if before is None:
            lead_in = None
        if not unit.is_item:
            lead_in = unit if unit.text.rstrip().endswith(":") else None
        introduced_by = lead_in if unit.is_item else None
        parts = (
            " ".join(unit.heading.split()[: width.heading]),
            "item" if unit.is_item else "",
            _last_words(introduced_by, width.lead_in),
            "" if before is introduced_by else _last_words(before, width.before),
            " ".join(after.text.split()[: width.after]) if after else "",
        )
        result.append(" | ".join(parts) if any(parts) and width != ContextWidth() else "")
    return result


def _neighbours(first: Unit, second: Unit) -> bool:
    return bool(first.passage) and first.passage == second.passage and first.heading == second.heading


def _last_words(unit: Unit | None, count: int) -> str:
    return " ".join(unit.text.split()[-count:]) if unit and count else ""
