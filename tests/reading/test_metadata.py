"""What a report says about itself is found, and points to where it was printed."""

from __future__ import annotations

import json
import multiprocessing
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grades import compare
from scrutiny.dates import days_of
from scrutiny.errors import ReadError
from scrutiny.reading import read
from scrutiny.reading.manifest import with_metadata
from scrutiny.regimes import GENERAL, fold, profiles, regime
from scrutiny.report import Report

HERE = Path(__file__).parent
TEXTS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "regimes.toml").read_text(encoding="utf-8"))
PIECES = [line for entry in TEXTS.values() for line in entry["text"].splitlines() if line.strip()]


def read_markdown(text: str) -> Report:
    return read(text.encode(), name="report.md")


def assert_traceable(report: Report) -> None:
    """Every span holds its value, dates as the days they are; every grade holds its judgement and its value."""
    assert report.metadata_spans.keys() <= report.metadata.keys()
    for name, (start, end) in report.metadata_spans.items():
        printed, value = report.text[start:end], report.metadata[name]
        days = days_of(printed, order="day-first") or ("", "")
        others = days_of(printed, order="month-first") or ("", "")
        assert printed == value or value in {*days, *others}, (name, printed, value)
    for grade in report.grades:
        printed = report.text[grade.start : grade.end]
        assert printed.endswith(grade.value), (printed, grade)
        assert grade.judgement in printed or grade.judgement.partition(" (")[0] in printed, (printed, grade)


def test_each_regime_that_ships_has_a_text_here() -> None:
    assert set(TEXTS) == set(profiles())


@pytest.mark.parametrize("name", TEXTS)
def test_the_profile_reads_its_regimes_report(name: str) -> None:
    entry = TEXTS[name]
    report = read_markdown(entry["text"])
    assert report.metadata.get("regime", GENERAL) == name
    assert {key: report.metadata.get(key) for key in entry["metadata"]} == entry["metadata"]
    assert [f"{grade.judgement} = {grade.value}" for grade in report.grades] == entry["grades"]
    assert set(entry["metadata"]) - {"inspecting_body"} <= report.metadata_spans.keys()
    assert_traceable(report)
    evidence = [phrase for phrase in report.metadata.get("regime_evidence", "").split("; ") if phrase]
    weights = {clue.phrase: clue.weight for clue in profiles()[name][0].clues}
    assert sum(weights[phrase] for phrase in evidence) >= profiles()[name][0].needed or name == GENERAL
    assert all(phrase in fold(report.text) for phrase in evidence)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=80)), max_size=12))
def test_spans_hold_their_values_in_any_text(lines: list[str]) -> None:
    text = "\n\n".join(lines)
    if text.strip():
        try:
            report = read(text.encode("utf-8", "replace"), name="report.md")
        except ReadError:
            return  # no text at all, say
        assert_traceable(report)


def test_the_files_own_title_gives_way_to_the_printed_one_and_an_unknown_regime_keeps_it() -> None:
    letter = TEXTS["ofsted-focused-visit"]["text"]
    assert (
        read_markdown("# A cover\n\n" + letter).title
        == "Focused visit to Thornshire County Council children’s services"
    )
    assert read_markdown("# A cover\n\nWe came in May.").title == "A cover"


def test_a_date_that_two_countries_read_differently_is_no_iso_date() -> None:
    report = read_markdown("# Works\n\nDate of inspection: 3/4/2021\n\nReport published: 5/6/2021")
    assert report.metadata["inspection_dates"] == "3/4/2021"
    assert not {"inspection_start", "inspection_end", "publication_date"} & report.metadata.keys()


@pytest.mark.parametrize(
    "text",
    [
        "We surveyed all staff between 4 and 25 April 2023.",
        "We inspected 54 cases that had begun between 1 and 9 December 2022.",
        "The centre was last inspected on 4 March 2016.",
        "Since the inspection on 4 March 2016 much has changed.",
    ],
)
def test_dates_of_other_things_are_not_taken_for_the_inspections(text: str) -> None:
    assert "inspection_dates" not in read_markdown(f"# Northfield\n\n{text}").metadata


@pytest.mark.parametrize(
    ("text", "grades"),
    [
        ("## Previous inspections\n\nOverall effectiveness: inadequate", []),
        ("Children's services were judged to be good overall in 2021.", []),
        ("At our last inspection: good", []),
        ("Scale: outstanding", []),
        ("Previous rating: Good.", ["Previous rating = Good"]),
        ("Overall effectiveness is good.", ["Overall effectiveness = good"]),
        (
            "| Area | Now | Last visit |\n|---|---|---|\n| Fire | Good | Poor |",
            ["Fire (Now) = Good", "Fire (Last visit) = Poor"],
        ),
        ("| | Good |\n|---|---|\n| Good | Good |", []),
        ("| 2.1 | Adoption performance | Good² |\n|---|---|---|", ["Adoption performance = Good"]),
        (
            "| Area | Judgement |\n|---|---|\n| 1 Access | Partly met |\n| 2 Cash | Falls far below |\n| Staff | 12 |",
            ["Access = Partly met", "Cash = Falls far below"],
        ),
        ("| Area | Cost |\n|---|---|\n| Access | Partially meets |", []),
        ("| Recommendation | Outcome |\n|---|---|\n| Review the fire plan | Completed in May |", []),
        (
            "| Standard | Rating |\n|---|---|\n| Care | Met |\n| Risk | Cost |\n| Damp | Three pounds |",
            ["Care = Met"],
        ),
        ("## At the previous inspection\n\n### Ratings\n\n| Care | Inadequate |\n|---|---|", []),
    ],
)
def test_grades_are_this_inspections_alone(text: str, grades: list[str]) -> None:
    report = read_markdown(f"# Northfield\n\n{text}")
    assert [f"{grade.judgement} = {grade.value}" for grade in report.grades] == grades
    assert_traceable(report)


def test_dates_worked_out_do_not_outlive_the_dates_they_came_from() -> None:
    report = with_metadata(read_markdown("Date of inspection: 3 May 2024"), {"inspection_dates": "7 June 2025"})
    assert report.metadata["inspection_dates"] == "7 June 2025"
    assert not {"inspection_start", "inspection_end"} & {*report.metadata, *report.metadata_spans}


def test_a_grade_table_that_was_read_as_a_paragraph_still_gives_its_grades() -> None:
    grades = "Judgement Grade Overall effectiveness Good 2.1 Adoption performance Requires improvement to be good"
    report = read_markdown(f"# Inspection of Thornshire local authority children's services\n\nOfsted\n\n{grades}")
    assert [(grade.judgement, grade.value) for grade in report.grades] == [
        ("Overall effectiveness", "Good"),
        ("Adoption performance", "Requires improvement to be good"),
    ]


def search_hostile_text() -> None:
    """Every shipped pattern on texts made to exhaust it."""
    words = [
        "date of inspection ",
        "a",
        "1 ",
        "1 May to ",
        "report of an inspection of ",
        "No. ",
        "| ",
        ": ",
        "A-1/",
        "é ",
    ]
    hostile = [(word * 600)[:600] for word in words] + ["inspection of " + "children's services in " * 30]
    for name in profiles():
        known = regime(name)
        finders = [finder.search for finder in (*known.patterns, *known.statements)]
        for pattern in (*finders, *(pattern for pattern, _ in known.headings)):
            for text in hostile:
                pattern.search(text)


def test_no_shipped_pattern_goes_on_without_end_on_hostile_text() -> None:
    process = multiprocessing.get_context("spawn").Process(target=search_hostile_text, daemon=True)
    process.start()
    process.join(120)  # all of them together take some two seconds
    code = process.exitcode
    process.kill()
    assert code == 0


def test_facts_of_real_reports_are_read(real_reports: list[Path]) -> None:
    folder = next(file.parent for file in real_reports if file.parent.name == "reports")
    once = cache(read)  # each file is in both golds
    for gold, floor in (("grades.json", 0.95), ("metadata.json", 0.97)):
        assert len(json.loads((HERE / gold).read_text(encoding="utf-8"))) == 30
        want = got = right = 0
        for _, _, wanted, found in compare(folder, HERE / gold, once):
            want, got, right = want + len(wanted), got + len(found), right + len(wanted & found)
        assert right / got >= floor, gold
        assert right / want >= floor, gold
