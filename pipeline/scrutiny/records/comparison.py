"""Two reports held against each other: of one inspected body at two times, or a draft and its final form."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scrutiny.records.fingerprint import stems
from scrutiny.report import Attributes, Record, Report, Role

#: The least likeness (cosine of rare words in common) of two records about one issue, and of two wordings of a draft.
SAME_ISSUE, SAME_WORDING = 0.35, 0.5
#: How many records behind a demand that a later report restates may tell what became of it.
_OUTCOME_WITHIN = 3
_FORCE = {"must": 3, "imperative": 3, "should": 2, "noun_phrase": 2, "may": 1}


class Change(StrEnum):
    """What became of an issue in the later report, or of a statement of the draft in the final report."""

    NEW = "new"
    REPEATED = "repeated"
    RESOLVED = "resolved"
    ABSENT = "absent"
    ADDED = "added"
    REMOVED = "removed"
    SOFTENED = "softened"
    HARDENED = "hardened"
    REWORDED = "reworded"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Pairing:
    """A record of the earlier report and the one of the later report that is about the same; either may be missing.

    ``likeness`` is 0 to 1; ``detail`` says in words what the change rests on.
    """

    change: Change
    earlier: Record | None
    later: Record | None
    likeness: float = 0.0
    detail: str = ""


def compare(earlier: Report, later: Report) -> tuple[Pairing, ...]:
    """What became of the findings and recommendations of ``earlier``, then what is new in ``later``.

    Both reports need attributes. A finding that comes back as a strength is resolved; a recommendation is what the
    later report says of it (met or not), else repeated where it is made again.
    """
    old = [record for record in earlier.records if record.role is not Role.STRENGTH]
    pairs = _matched(old, later.records, least=SAME_ISSUE)
    found = [_followed(record, pairs.get(record.id), later.records) for record in old]
    taken = {pairing.later.id for pairing in found if pairing.later}
    new = [record for record in later.records if record.role is not Role.STRENGTH and record.id not in taken]
    return (*found, *(Pairing(Change.NEW, None, record) for record in new))


def compare_draft(draft: Report, final: Report) -> tuple[Pairing, ...]:
    """What became of every record of ``draft`` in ``final``, then what was added. Both reports need attributes."""
    pairs = _matched(draft.records, final.records, least=SAME_WORDING)
    found = []
    for record in draft.records:
        match, likeness = pairs.get(record.id, (None, 0.0))
        if match is None:
            found.append(Pairing(Change.REMOVED, record, None))
            continue
        softer, harder = _weakened(record, match), _weakened(match, record)
        change = Change.UNCHANGED if " ".join(record.text.split()) == " ".join(match.text.split()) else Change.REWORDED
        change = Change.SOFTENED if softer else Change.HARDENED if harder else change
        found.append(Pairing(change, record, match, likeness, "; ".join(softer or harder)))
    taken = {pairing.later.id for pairing in found if pairing.later}
    return (*found, *(Pairing(Change.ADDED, None, record) for record in final.records if record.id not in taken))


def _followed(record: Record, pair: tuple[Record, float] | None, later: Sequence[Record]) -> Pairing:
    """What became of a finding or recommendation, by its like in the later report and how like that is."""
    if pair is None:
        return Pairing(Change.ABSENT, record, None)
    match, likeness = pair
    at = next(index for index, other in enumerate(later) if other.id == match.id)
    for told in later[at : at + 1 + _OUTCOME_WITHIN]:
        outcome = told.attributes and told.attributes.earlier
        if outcome and (told is match or match.role is Role.RECOMMENDATION):
            change = Change.RESOLVED if outcome.value == "met" else Change.REPEATED
            return Pairing(change, record, match, likeness, f"the later report says: {told.text}")
        if told is not match and told.role is Role.RECOMMENDATION:
            break
    change = Change.RESOLVED if match.role is Role.STRENGTH else Change.REPEATED
    return Pairing(change, record, match, likeness)


def _weakened(first: Record, second: Record) -> list[str]:
    """In which ways ``second`` says less than ``first``."""
    one, other = first.attributes or Attributes(), second.attributes or Attributes()
    ways = []
    if (first.role, second.role) == (Role.FINDING, Role.STRENGTH):
        ways.append("a finding became a strength")
    if one.obligation and other.obligation and _FORCE[one.obligation.value] > _FORCE[other.obligation.value]:
        ways.append(f"{one.obligation.value} became {other.obligation.value}")
    if one.deadline and not other.deadline and second.role is first.role:
        ways.append(f"without the deadline {one.deadline.text!r}")
    lost = sorted({word.value for word in one.severity} - {word.value for word in other.severity})
    if lost:
        ways.append(f"without {', '.join(lost)}")
    return ways


def _matched(first: Sequence[Record], second: Sequence[Record], *, least: float) -> Mapping[str, tuple[Record, float]]:
    """For the records of ``first``, by id, the likest of ``second``; each is taken once, the likest pairs first."""
    about = _vectors([*first, *second])
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number in range(len(second)):
        for word, weight in about[len(first) + number].items():
            postings[word].append((number, weight))
    pairs: list[tuple[float, bool, int, int]] = []
    for number, record in enumerate(first):
        likeness: dict[int, float] = defaultdict(float)
        for word, weight in about[number].items():
            for other, its_weight in postings[word]:
                likeness[other] += weight * its_weight
        for other, value in likeness.items():
            if value >= least:
                pairs.append((round(value, 4), record.role is second[other].role, number, other))
    matched: dict[str, tuple[Record, float]] = {}
    taken: set[int] = set()
    for value, _, number, other in sorted(pairs, key=lambda pair: (-pair[0], not pair[1], pair[2], pair[3])):
        if first[number].id not in matched and other not in taken:
            matched[first[number].id] = (second[other], value)
            taken.add(other)
    return matched


def _vectors(records: Sequence[Record]) -> list[Mapping[str, float]]:
    """For each record its stems, weighed by how rare they are among all, with unit length."""
    words = [set(stems(record.text)) for record in records]
    frequency = Counter(word for of_record in words for word in of_record)
    vectors: list[Mapping[str, float]] = []
    for of_record in words:
        weights = {word: math.log(1 + len(records) / frequency[word]) for word in sorted(of_record)}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        vectors.append({word: weight / length for word, weight in weights.items()})
    return vectors
