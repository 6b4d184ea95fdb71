"""The database, read by SQLite itself, holds what the JSON Lines hold."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from scrutiny.report import Report
from scrutiny.writing.flat import flat_report
from scrutiny.writing.parts import AttributesLine

Write = Callable[..., Path]


@pytest.fixture
def database(reports: list[Report], write: Write) -> sqlite3.Connection:
    connection = sqlite3.connect(write(reports, "jsonl", "sqlite") / "records.sqlite")
    connection.row_factory = sqlite3.Row
    return connection


def record_of(database: sqlite3.Connection, row: dict[str, Any]) -> dict[str, Any]:
    """A record in the form of its JSON line, put together from the tables."""
    report = database.execute("select path, sha256, title from reports where key = ?", [row["report"]]).fetchone()
    attributes: dict[str, Any] = dict.fromkeys(AttributesLine.model_fields)
    for name in ("missing", "proportions", "severity", "grades", "references"):
        attributes[name] = []
    for found in database.execute("select * from attributes where record = ? order by rowid", [row["key"]]):
        one = {name: found[name] for name in ("value", "start", "end", "basis")}
        if found["name"] == "missing":
            attributes["missing"].append(found["value"])
        elif found["name"] == "deadline":
            attributes["deadline"] = {"text": one.pop("value"), **one, "date": found["date"]}
        elif attributes[found["name"]] is None:
            attributes[found["name"]] = one
        else:
            attributes[found["name"]].append(one)
    for found in database.execute("select * from proportions where record = ? order by rowid", [row["key"]]):
        attributes["proportions"].append({name: found[name] for name in found.keys() if name != "record"})  # noqa: SIM118
    links = database.execute(
        "select b.id as record, l.score, l.basis, l.start, l.end from links l join records b on b.key = l.other "
        "where l.record = ? order by l.rowid",
        [row["key"]],
    )
    plain = "id role text confidence decision block_kind list_marker start end prefix suffix fingerprint".split()
    return {
        **{name: row[name] for name in [*plain, "scrutiny_version", "schema_version"]},
        **{name: json.loads(row[name]) for name in ("pages", "section_path", "spans", "boxes")},
        "report": dict(report),
        "scores": {role: row[f"score_{role}"] for role in ("finding", "strength", "recommendation", "other")},
        "lead_in": row["lead_in"]
        and {"text": row["lead_in"], "start": row["lead_in_start"], "end": row["lead_in_end"]},
        "attributes": attributes,
        "links": [dict(link) for link in links],
        "model": {"name": row["model"], "sha256": row["model_sha256"], "precision": row["model_precision"]},
    }


def test_every_record_comes_back_as_its_json_line(
    database: sqlite3.Connection, reports: list[Report], tmp_path: Path, lines: Callable[[Path], list[dict[str, Any]]]
) -> None:
    rows = [dict(row) for row in database.execute("select * from records order by key")]
    expected = lines(tmp_path / "out" / "records.jsonl")
    assert any(line["links"] for line in expected)
    assert any(line["attributes"]["deadline"] for line in expected)
    assert any(line["attributes"]["proportions"] for line in expected)
    assert [record_of(database, row) for row in rows] == expected
    found = [dict(row) for row in database.execute("select * from reports order by key")]
    assert found == [{"key": key, **flat_report(report)} for key, report in enumerate(reports, 1)]


def test_the_database_is_whole(database: sqlite3.Connection) -> None:
    assert [row[0] for row in database.execute("pragma integrity_check")] == ["ok"]
    assert list(database.execute("pragma foreign_key_check")) == []


def test_views_show_the_records_of_a_role_the_links_and_the_reports(
    database: sqlite3.Connection, reports: list[Report]
) -> None:
    for view, role in (("findings", "finding"), ("strengths", "strength"), ("recommendations", "recommendation")):
        rows = database.execute(f"select * from {view}").fetchall()
        expected = [record for report in reports for record in report.records if record.role == role]
        assert [row["text"] for row in rows] == [record.text for record in expected]
        assert [row["links"] for row in rows] == [len(record.links) for record in expected]
    deadlines = database.execute("select deadline, deadline_date from recommendations where deadline is not null")
    assert [tuple(row) for row in deadlines] == [
        (record.attributes.deadline.text, record.attributes.deadline.date)
        for report in reports
        for record in report.records
        if record.attributes and record.attributes.deadline
    ]
    links = database.execute("select count(*) from links_with_text").fetchone()[0]
    assert links == sum(len(record.links) for report in reports for record in report.records)
    by_report = database.execute("select title, finding, strength, recommendation, review from by_report").fetchall()
    assert [(row["title"], sum(row[1:4])) for row in by_report] == [
        (report.title, len(report.records)) for report in reports
    ]
    assert sum(row["review"] for row in by_report) == sum(
        record.decision == "review" for report in reports for record in report.records
    )


def test_records_are_found_by_their_words(database: sqlite3.Connection, reports: list[Report]) -> None:
    query = "select r.text from records_fts f join records r on r.key = f.rowid where records_fts match 'school'"
    expected = [record.text for report in reports for record in report.records]
    expected = [text for text in expected if re.search(r"\bschool\b", text, re.IGNORECASE)]
    assert expected
    assert sorted(row[0] for row in database.execute(query)) == sorted(expected)


def test_one_file_under_two_names_is_two_reports_with_links_of_their_own(reports: list[Report], write: Write) -> None:
    connection = sqlite3.connect(write([reports[0], reports[0]], "sqlite") / "records.sqlite")
    crossing = "select count(*) from links l join records a on a.key = record join records b on b.key = other"
    assert connection.execute(f"{crossing} where a.report = b.report").fetchone()[0] == 2 * sum(
        len(record.links) for record in reports[0].records
    )
    assert connection.execute(f"{crossing} where a.report <> b.report").fetchone() == (0,)


def test_the_same_records_give_the_same_bytes(reports: list[Report], write: Write) -> None:
    first, second = (write(reports, "sqlite", name=name) / "records.sqlite" for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.skipif(which("sqlite3") is None, reason="the program sqlite3 is not installed")
def test_the_program_sqlite3_opens_it(reports: list[Report], write: Write) -> None:
    file = write(reports, "sqlite") / "records.sqlite"
    query = "select count(*) from findings; select count(*) from records_fts where records_fts match 'the';"
    done = subprocess.run(["sqlite3", file, query], capture_output=True, text=True, check=True)
    findings, found = map(int, done.stdout.split())
    assert findings == sum(record.role == "finding" for report in reports for record in report.records)
    assert found > 0
