"""What the summary counts is there; what it leaves out is told."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from scrutiny.cli import app
from scrutiny.errors import DataError, ReadError
from scrutiny.records.fingerprint import stems
from scrutiny.report import Report
from scrutiny.summary import Frequent, Summary, markdown, summarise, tables
from scrutiny.writing.output import OutputFolder
from scrutiny.writing.parts import ModelReference


@pytest.fixture(scope="session")
def reports(sample_reports: list[Report]) -> list[Report]:
    """Every sample report, and one of them under two more names."""
    first = sample_reports[0]
    return sample_reports + [replace(first, source=replace(first.source, path=name)) for name in ("b.pdf", "c.pdf")]


def written(folder: Path, reports: list[Report], *formats: str) -> Path:
    model = ModelReference(name="m", sha256="0" * 64, precision="float32")
    with OutputFolder(folder, model, formats=formats) as output:
        for report in reports:
            output.write(report)
        output.fail("lost.pdf", ReadError("lost.pdf: no such file.", remedy="Check the path.", code="missing"))
    return folder


@pytest.fixture
def summary(reports: list[Report], tmp_path: Path) -> Summary:
    return summarise(written(tmp_path / "out", reports, "jsonl"), top=1_000)


def test_reports_and_records_are_counted(summary: Summary, reports: list[Report]) -> None:
    records = [record for report in reports for record in report.records]
    assert (summary.read, dict(summary.failures)) == (len(reports), {"missing": 1})
    assert summary.pages == sum(report.coverage.pages or 0 for report in reports)
    assert summary.records == Counter(record.role.value for record in records)
    assert (
        sum((group for group in summary.groups.values()), Counter()) - Counter(reports=len(reports)) == summary.records
    )
    assert summary.unanswered == sum(len(report.unanswered) for report in reports)
    assert summary.unsupported == sum(len(report.unsupported) for report in reports)
    demands = [record.attributes for record in records if record.role == "recommendation" and record.attributes]
    assert summary.missing == Counter(name for attributes in demands for name in attributes.missing)
    assert {year for _, year in summary.groups} - {""} <= {str(year) for year in range(1990, 2030)}


def test_records_to_review_are_told_least_certain_first(summary: Summary, reports: list[Report]) -> None:
    review = [record for report in reports for record in report.records if record.decision == "review"]
    assert summary.in_review == len(review) > 10
    assert [record.confidence for record in summary.review] == sorted(record.confidence for record in review)


def test_a_theme_is_counted_by_the_reports_that_have_it(summary: Summary, reports: list[Report]) -> None:
    assert summary.themes["finding"]
    for role, themes in summary.themes.items():
        counts = [count for _, count in themes]
        assert counts == sorted(counts, reverse=True)
        for theme, count in themes:
            wanted = stems(theme)
            texts = [[stems(record.text) for record in report.records if record.role == role] for report in reports]
            has = [any(f" {' '.join(wanted)} " in f" {' '.join(text)} " for text in report) for report in texts]
            # Without the words between them, words stand side by side in more reports still.
            assert 2 <= count <= sum(has)


def test_boilerplate_is_what_stands_in_three_reports(summary: Summary, reports: list[Report]) -> None:
    texts = {sentence.text for sentence in reports[0].sentences if len(sentence.text.split()) >= 4}
    assert {text for text, count in summary.boilerplate if count == 3} >= texts
    assert {count for _, count in summary.boilerplate} == {3}


def test_parquet_alone_gives_the_same(reports: list[Report], summary: Summary, tmp_path: Path) -> None:
    assert summarise(written(tmp_path / "other", reports, "parquet"), top=1_000) == summary


@given(st.lists(st.sets(st.integers(0, 12)), max_size=30), st.integers(1, 8))
def test_what_is_remembered_is_short_by_what_was_forgotten_at_most(reports: list[set[int]], most: int) -> None:
    frequent: Frequent[int] = Frequent(most)
    for report in reports:
        frequent.add({thing: str(thing) for thing in sorted(report)})
    counted = {thing: count for thing, count, _ in frequent.top(1)}
    assert len(counted) <= most
    for thing, true in Counter(thing for report in reports for thing in report).items():
        assert true <= frequent.forgotten or true - frequent.forgotten <= counted[thing] <= true
    assert frequent.forgotten or counted == Counter(thing for report in reports for thing in report)


def test_the_command_shows_and_writes_it_without_the_model(reports: list[Report], tmp_path: Path) -> None:
    folder, file = written(tmp_path / "out", reports, "jsonl"), tmp_path / "summary.md"
    code = (
        f"import sys; sys.argv[1:] = ['summary', {str(folder)!r}, '--markdown', {str(file)!r}]\nimport scrutiny.cli\n"
        "try: scrutiny.cli.main()\n"
        "finally: print([name for name in ('torch', 'transformers', 'spacy', 'datasets') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *shown, heavy = done.stdout.splitlines()
    assert heavy == "[]"
    rendered = MarkdownIt("commonmark").enable("table").render(file.read_text(encoding="utf-8"))
    for title in ("Counts", "By regime and year", "Themes", "To review", "Boilerplate"):
        assert title in [line.strip() for line in shown]
        assert f"<h2>{title}</h2>" in rendered


def test_what_a_report_says_is_no_markup() -> None:
    text = "<b>a|b</b> *c* [d](https://example.org) `e` \n# f"
    table = tables(Summary(boilerplate=[(text, 3)]))
    rendered = MarkdownIt("commonmark").enable("table").render(markdown(table))
    assert "<td>&lt;b&gt;a|b&lt;/b&gt; *c* [d](https://example.org) `e` # f</td>" in rendered


def test_a_folder_without_output_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["summary", str(tmp_path)])
    with pytest.raises(DataError, match=r"reports\.jsonl: cannot be read.*Give the output folder"):
        raise result.exception or AssertionError


def test_a_folder_without_records_is_told_how_to_make_them(reports: list[Report], tmp_path: Path) -> None:
    folder = written(tmp_path / "out", reports[:1], "csv")
    with pytest.raises(
        DataError, match=r"neither records\.jsonl nor records\.parquet.*scrutiny rebuild .*out --format"
    ):
        summarise(folder)
