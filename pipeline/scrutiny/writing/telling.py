"""Records told to people: short names, how sure, attributes and links in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scrutiny.writing.parts import AttributesLine, DeadlineLine, ProportionLine
from scrutiny.writing.schema import RecordLine

#: How sure a confidence is, from the lowest confidence on, surest first.
SURENESS = ((0.95, "very sure"), (0.8, "sure"), (0.6, "fairly sure"), (0.0, "unsure"))

#: Attributes by name, as people read them; the others by their own name.
_LABELS = {
    "addressee": "Who is to act",
    "object": "What it is done to",
    "kind": "Called",
    "measure": "Measured by",
    "voice": "Whose view",
    "proportions": "How much",
    "severity": "Words that weigh it",
    "references": "Refers to",
    "earlier": "Earlier demand",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a record says: what it is called, in words, and whether it is inferred, not printed."""

    label: str
    value: str
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Linked:
    """Another record that one is linked to: its name and what is known of it."""

    record: RecordLine
    name: str
    score: float
    inferred: bool


def sureness(confidence: float) -> str:
    """``confidence``, 0 to 1, in words."""
    return next(words for least, words in SURENESS if confidence >= least)


def names_of(records: Sequence[RecordLine]) -> dict[str, str]:
    """A short name for each record's id: the first letter of its role and its number among them, such as F3."""
    numbers: Counter[str] = Counter()
    names = {}
    for record in records:
        numbers[record.role] += 1
        names[record.id] = f"{record.role[0].upper()}{numbers[record.role]}"
    return names


def facts_of(attributes: AttributesLine) -> list[Fact]:
    """What is known of a record's attributes, in the order of the schema."""
    return list(_facts(attributes))


def _facts(attributes: AttributesLine) -> Iterator[Fact]:
    for name, value in attributes:
        label = _LABELS.get(name, name.capitalize())
        if name == "missing":
            if value:
                yield Fact("Not stated", ", ".join(value))
            continue
        for one in value if isinstance(value, list) else [value] if value else []:
            yield Fact(label, _in_words(one), one.basis == "inferred")


def _in_words(one: object) -> str:
    match one:
        case DeadlineLine(text=text, date=date):
            return f"{text} ({date})" if date and date != text else text
        case ProportionLine(text=text, low=float(low), high=float(high)):
            share = f"{low:.0%}" if low == high else f"{low:.0%} to {high:.0%}"
            return text if share.replace("%", "") in text else f"{text} ({share})"
        case ProportionLine(text=text):
            return text
    return str(getattr(one, "value", "")).replace("_", " ")


def links_of(record: RecordLine, records: dict[str, RecordLine], names: dict[str, str]) -> list[Linked]:
    """The records that ``record`` is linked to, best first; ``records`` and ``names`` are by id."""
    return [
        Linked(records[link.record], names[link.record], link.score, link.basis == "inferred")
        for link in record.links
        if link.record in records
    ]
