"""What a tagger learns from: the tokens of labelled sentences, and what is labelled of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import torch

from scrutiny.errors import DataError
from scrutiny.evaluation.labelled_reports import LabelledReport, Unit, build, labels_of
from scrutiny.report import Role
from scrutiny.roles.classifier import units_of
from scrutiny.roles.loading import LoadedModel
from scrutiny.roles.tags import OF_ROLE, VALUES, WORDS, spoken
from scrutiny.roles.windows import offsets
from scrutiny.training.hidden import hidden_states

#: Whom recommendations are for, and until when, may be told so many sentences before them in the same section.
_WITHIN = 20
#: What may be told there.
_LED = ("addressee", "deadline")

#: What is labelled of a sentence: the values that are right, None among them where leaving it out is right too.
Labels = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence. ``group`` names what is left out together; ``choices`` are the right numbers of each family that is
    labelled, None among them for none.

    ``inside`` tells of each token whether it is of the labelled words, ``sure`` whether that is certain; both have the
    shape (tokens, words) in the order of :data:`WORDS`, ``hidden`` (tokens, hidden) in half precision.
    """

    group: str
    hidden: torch.Tensor
    choices: Mapping[str, Sequence[int | None]]
    inside: torch.Tensor
    sure: torch.Tensor


def examples_of(report: LabelledReport, loaded: LoadedModel, layers: Sequence[int]) -> Iterator[Example]:
    """The sentences of a report that something can be learnt from, as ``layers`` of a model hold them."""
    members = [unit for unit in report.units if unit.role]
    labelled = labels_by_unit(report)
    read = list(units_of(build(report), "report"))
    for window, hidden in hidden_states(loaded, read, layers):
        for number, start, end in spoken(window, loaded.tokenizer.separator):
            labels = labelled.get(members[number].number)
            if labels is not None:
                places = offsets(loaded.tokenizer, read[number])[: end - start]
                inside, sure = _marked(members[number], labels, places)
                choices = {
                    family: [None if value is None else values.index(value) for value in labels[family]] or [None]
                    for family, values in VALUES.items()
                    if family in labels
                }
                yield Example(report.group, hidden[start:end].half(), choices, inside, sure)


def labels_by_unit(report: LabelledReport) -> dict[int, Labels]:
    """What is labelled of the sentences of a report, by their numbers.

    Raises:
        DataError: something is no known value, or no printed words of its sentence.
    """
    found: dict[int, Labels] = {}
    if report.attributes is not None:
        units = {unit.number: unit for unit in report.units if unit.role in (Role.FINDING, Role.STRENGTH)}
        found |= {
            number: _read(report, unit, report.attributes.get(number, {}), OF_ROLE[Role.FINDING])
            for number, unit in units.items()
        }
        for number, labels in report.attributes.items():
            if number not in units and any(labels_of(labels.get(name)) for name in OF_ROLE[Role.FINDING]):
                raise _fault(report, number, "a value", "of no finding or strength")
    if report.recommendations is not None:
        for is_heading, members in groupby(report.units, key=lambda unit: unit.role is None):
            if not is_heading:
                found |= _demands(report, list(members), report.recommendations)
    return found


def _demands(
    report: LabelledReport, section: Sequence[Unit], recommendations: Mapping[int, Mapping[str, object]]
) -> dict[int, Labels]:
    """The labels of the recommendations of a section, and of the sentences that may tell whom or when they are for."""
    places = [place for place, unit in enumerate(section) if "obligation" in recommendations.get(unit.number, {})]
    if not places:
        return {}
    found: dict[int, Labels] = {}
    before: dict[int, dict[str, list[str | None]]] = {
        unit.number: {name: [] for name in _LED} for unit in section[: places[-1]] if unit.role is Role.OTHER
    }
    for place in places:
        unit = section[place]
        labels = {name: labels_of(recommendations[unit.number].get(name)) for name in OF_ROLE[unit.role or Role.OTHER]}
        for name in _LED:
            printed = [value for value in labels.get(name, ()) if value is None or _printed(value, unit)]
            elsewhere = [value for value in labels.get(name, ()) if value not in printed]
            if elsewhere and not any(printed):
                # The nearest sentence that has the words is where they are printed.
                leading = (one for one in section[max(0, place - _WITHIN) : place][::-1] if one.number in before)
                told = next(((one, value) for one in leading for value in elsewhere if _printed(value, one)), None)
                if told and told[1] not in before[told[0].number][name]:
                    before[told[0].number][name].append(told[1])
            if name in labels:
                labels[name] = printed
        if unit.role is Role.RECOMMENDATION and all(value in VALUES["obligation"] for value in labels["obligation"]):
            found[unit.number] = labels
        elif unit.role is Role.RECOMMENDATION:
            raise _fault(report, unit.number, "obligation", labels["obligation"])
    return {**before, **found}


def _read(report: LabelledReport, unit: Unit, labels: Mapping[str, object], names: Sequence[str]) -> Labels:
    """The labels of a finding or strength, checked."""
    read = {name: labels_of(labels.get(name)) for name in names}
    for name, values in read.items():
        for value in values:
            known = value in VALUES[name] if name in VALUES else isinstance(value, str) and bool(_printed(value, unit))
            if value is not None and not known:
                raise _fault(report, unit.number, name, value)
    return read


def _fault(report: LabelledReport, number: int, name: str, value: object) -> DataError:
    return DataError(
        f"{report.name}, unit {number}: {name} cannot be {value!r}.",
        remedy="Units are findings and strengths, proportions printed words of them; voices, trends and obligations "
        f"are {', '.join(value for values in VALUES.values() for value in values)}.",
    )


def _marked(unit: Unit, labels: Labels, places: Sequence[tuple[int, int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Which tokens are labelled words, and of which that is certain."""
    inside, sure = torch.zeros(2, len(places), len(WORDS))
    for column, name in enumerate(WORDS):
        if name not in labels:
            continue
        for words in filter(None, labels[name]):
            # Of those who are named twice the first mention asks: "the trust should tell those whom the trust treats".
            for match in _printed(words, unit)[: None if name == "proportion" else 1]:
                for token, (start, end) in enumerate(places):
                    if start < end and start < match.end() and end > match.start():
                        inside[token, column] = 1
        sure[:, column] = 1 - inside[:, column] if None in labels[name] else 1
    return inside, sure


def _printed(words: str, unit: Unit) -> list[re.Match[str]]:
    """Where ``words`` stand in the unit, not as parts of others."""
    return list(re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", unit.text, re.IGNORECASE))
