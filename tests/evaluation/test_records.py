"""Records against gold, on a small report whose every fault is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrutiny import reading
from scrutiny.errors import DataError
from scrutiny.evaluation.alignment import Place, Words, align
from scrutiny.evaluation.baselines import Rules
from scrutiny.evaluation.documents import GoldReport, gold_reports
from scrutiny.evaluation.records import Stage, record_level, with_records
from scrutiny.report import Attribute, Attributes, Basis, Deadline, Decision, Link, Prediction, Record, Report, Role
from scrutiny.roles.windows import Unit
from scrutiny.splitting import Splitter

REPORT = """# Inspection of Weir House

## What we found

Plans are not reviewed often enough. Staff are kind and patient with residents. The lift was out of order.

## What must improve

The provider should review every plan by June. It should tell families. The manager should mend the lift.
"""

UNITS: list[dict[str, object]] = [
    {"kind": "heading", "text": "Inspection of Weir House"},
    {"kind": "heading", "text": "What we found"},
    {"n": 1, "text": "Plans are not reviewed often enough.", "role": "finding"},
    {"n": 2, "text": "Staff are kind and patient with residents.", "role": "strength"},
    {"n": 3, "text": "The lift was out of order.", "role": "finding"},
    {"kind": "heading", "text": "What must improve"},
    {"n": 4, "text": "The provider should review every plan by June.", "role": "recommendation"},
    {"n": 5, "text": "It should tell families.", "role": "recommendation"},
    {"n": 6, "text": "The manager should mend the lift.", "role": "recommendation"},
]
ASKED: list[dict[str, object]] = [
    {"n": 4, "addressee": "The provider", "obligation": "should", "deadline": "by June", "addresses": [1]},
    {"n": 5, "continues": 4},
    {"n": 6, "addressee": None, "addressee_inferred": "the manager", "obligation": "should", "addresses": [3]},
]


class Said:
    """A system that gives the role that was written down for a text."""

    def __init__(self, **changed: Role) -> None:
        roles = {str(unit["text"]): Role(str(unit["role"])) for unit in UNITS if "role" in unit}
        self.roles = roles | {text: role for text in roles for begin, role in changed.items() if text.startswith(begin)}

    def predict(self, units: Sequence[Unit]) -> list[Prediction]:
        roles = [self.roles.get(unit.text, Role.OTHER) for unit in units]
        return [Prediction((0.25, 0.25, 0.25, 0.25), role, None, 0.25, Decision.ACCEPT) for role in roles]


def gold(folder: Path, units: list[dict[str, object]] = UNITS, asked: list[dict[str, object]] = ASKED) -> GoldReport:
    (folder / "R.md").write_text(REPORT)
    (folder / "R.json").write_text(json.dumps({"units": units, "recommendations": asked, "pdf": "R.md"}))
    (found,) = gold_reports(str(folder))
    return found


def read(labelled: GoldReport, system: Said) -> Report:
    return with_records(next(iter(Splitter()([reading.read(labelled.file)]))), system)


def test_a_perfect_system_finds_every_record_in_its_place(tmp_path: Path) -> None:
    labelled = gold(tmp_path)
    # A recommendation that continues another is part of its record.
    assert [record.units for record in labelled.records] == [(1,), (2,), (3,), (4, 5), (6,)]
    found = record_level([labelled], [read(labelled, Said())], rounds=10, seed=0)
    for name in ("exact.f1", "overlap.f1", "boundary.f1", "section", "sentences.found", "sentences.found_with_role"):
        assert found.measures[name].value == 1, name
    assert "page" not in found.measures
    assert all(one.labelled == one.found for one in found.counts)
    assert all((blame.missed, blame.spurious) == (0, 0) for blame in found.blame.values())


def test_a_wrong_role_is_blamed_on_the_classifier(tmp_path: Path) -> None:
    labelled = gold(tmp_path)
    found = record_level([labelled], [read(labelled, Said(Staff=Role.FINDING))], rounds=10, seed=0)
    assert (found.blame[Stage.ROLE].missed, found.blame[Stage.ROLE].spurious) == (1, 1)
    assert found.measures["exact.precision"].value == pytest.approx(4 / 5)
    assert found.measures["exact.strength.recall"].value == 0
    assert [(one.role, one.found - one.labelled) for one in found.counts] == [
        ("finding", 1), ("strength", -1), ("recommendation", 0),
    ]  # fmt: skip


def test_a_record_of_too_few_sentences_is_blamed_on_grouping(tmp_path: Path) -> None:
    apart = [one | {"continues": None} for one in ASKED]
    labelled = gold(tmp_path, asked=apart)
    found = record_level([labelled], [read(labelled, Said())], rounds=10, seed=0)
    assert (found.blame[Stage.GROUPING].missed, found.blame[Stage.GROUPING].spurious) == (2, 1)
    # Most of the words of the joined record are those of its first part.
    assert found.measures["overlap.recall"].value == pytest.approx(5 / 6)


def test_text_that_was_not_read_and_sentences_cut_otherwise_are_told_apart(tmp_path: Path) -> None:
    units = [
        *UNITS[:4],
        {"n": 3, "text": "The lift was out", "role": "finding"},
        {"n": 7, "text": "Windows could not be opened on any of the upper floors.", "role": "finding"},
        *UNITS[5:],
    ]
    labelled = gold(tmp_path, units=units)
    found = record_level([labelled], [read(labelled, Said(**{"The lift": Role.FINDING}))], rounds=10, seed=0)
    assert found.blame[Stage.READING].missed == 1
    assert found.blame[Stage.SPLITTING].missed == 1
    assert found.measures["sentences.found"].value == pytest.approx(5 / 7)


def test_fields_and_links_are_those_of_the_overlapping_records(tmp_path: Path) -> None:
    labelled = gold(tmp_path)
    report = read(labelled, Said())
    first, kind, lift, asked, mend = report.records
    until = Deadline("by June", asked.start, asked.end, None, Basis.INFERRED)
    said = (
        first,
        kind,
        lift,
        replace(asked, attributes=attributes("the provider", "must", until), links=links(first, lift)),
        replace(mend, attributes=attributes("the manager", "should", None), links=links(lift)),
    )
    found = record_level([labelled], [replace(report, records=said)], rounds=10, seed=0)
    values = {name: found.measures[f"field.{name}"].value for name in ("addressee", "obligation", "deadline")}
    assert values == {"addressee": 1, "obligation": 0.5, "deadline": 1}
    assert found.measures["link.precision"].value == pytest.approx(2 / 3)
    assert found.measures["link.recall"].value == 1


def attributes(addressee: str, obligation: str, deadline: Deadline | None) -> Attributes:
    return Attributes(
        addressee=Attribute(addressee, None, None), obligation=Attribute(obligation, None, None), deadline=deadline
    )


def links(*records: Record) -> tuple[Link, ...]:
    return tuple(Link(record.id, 0.9, Basis.INFERRED) for record in records)


def test_attributes_read_from_a_report_are_measured(tmp_path: Path) -> None:
    labelled = gold(tmp_path)
    found = record_level([labelled], [read(labelled, Said())], rounds=10, seed=0)
    for name in ("field.addressee", "field.obligation", "field.deadline"):
        assert found.measures[name].value == 1, name


def test_pages_of_a_real_layout_are_compared(real_corpora: Path) -> None:
    labelled = gold_reports(str(real_corpora / "documents"))
    assert len(labelled) == 4
    split = list(Splitter()(reading.read(one.file) for one in labelled))
    found = record_level(labelled, [with_records(one, Rules()) for one in split], rounds=50, seed=0)
    # Reading and splitting do not depend on the system.
    assert found.measures["sentences.found"].value is not None
    assert found.measures["sentences.found"].value >= 0.95
    assert found.measures["boundary.f1"].value is not None
    assert found.measures["boundary.f1"].value >= 0.95
    assert found.measures["page"].value is not None
    assert found.measures["page"].value >= 0.95
    total = sum(blame.missed for blame in found.blame.values())
    assert total == found.labelled - round((found.measures["exact.recall"].value or 0) * found.labelled)


@given(
    st.lists(st.lists(st.sampled_from(["plan", "staff", "lift", "late", "kind"]), min_size=4, max_size=6), max_size=6)
)
def test_units_printed_in_order_are_found_where_they_stand(units: list[list[str]]) -> None:
    # Each unit begins with a word of its own, so there is only one place for it.
    texts = [" ".join([f"word{number}", *words]) for number, words in enumerate(units)]
    places = align(Words(" - ".join(texts)), texts)
    at = 0
    for words, place in zip(units, places, strict=True):
        assert place == Place(at, at + len(words) + 1, 1.0)
        at += len(words) + 1


def test_a_misspelt_unit_is_found_between_its_neighbours_and_a_missing_one_is_not() -> None:
    text = Words("Plans are late this year. Staff are very kind to all. The lift was out of order.")
    units = ["Plans are late this year.", "Staff are vary kind to all.", "The lift was out of order.", "No such words."]
    first, second, third, fourth = align(text, units)
    assert first == Place(0, 5, 1.0)
    assert second == Place(5, 11, 5 / 6)
    assert third == Place(11, 17, 1.0)
    assert fourth is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "no labelled report"),
        ('{"recommendations": []}', "no labelled report: KeyError"),
        ('{"units": [{"text": "A.", "role": "praise", "n": 1}]}', "role: Input should be"),
        ('{"units": [{"text": "A.", "role": "other"}], "pdf": "R.md"}', "need a number"),
        ('{"units": [], "pdf": "../R.md"}', "is not beside it"),
        ('{"units": [], "pdf": "missing.pdf"}', "missing.pdf is not beside it"),
        ('{"units": [], "recommendations": [{"n": 3}], "pdf": "R.md"}', r"units that are not there: \[3\]"),
    ],
)
def test_gold_at_fault_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "R.md").write_text(REPORT)
    (tmp_path / "R.json").write_text(content)
    with pytest.raises(DataError, match=message) as caught:
        gold_reports(str(tmp_path / "R.json"))
    assert "R.json" in caught.value.reason
