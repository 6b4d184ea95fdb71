"""``scrutiny compare`` on two invented reports of one home."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scrutiny.cli import app

EARLIER = """# Inspection of Weir House, 3 May 2023

## Findings

Fire doors on the second floor were wedged open, and staff did not know why. Medicine charts had gaps on six days.

## Requirements

The provider must train all night staff in evacuation by 30 June 2023.
"""
LATER = """# Inspection of Weir House, 7 May 2024

## Findings

Fire doors on the second floor were again wedged open. The laundry floods whenever it rains.

## Requirements

The provider must train all night staff in evacuation by 30 June 2024.
"""


@pytest.fixture
def reports(tmp_path: Path) -> tuple[Path, Path]:
    earlier, later = tmp_path / "earlier.md", tmp_path / "later.md"
    earlier.write_text(EARLIER)
    later.write_text(LATER)
    return earlier, later


def test_issues_of_two_reports_are_told_apart(reports: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "pairs.json"
    result = CliRunner().invoke(app, ["compare", *map(str, reports), "--json", str(file)])
    assert result.exit_code == 0, result.output
    pairs = json.loads(file.read_text())
    told = {(pair["earlier"] or pair["later"])["text"].split()[0]: pair["change"] for pair in pairs}
    assert told["Fire"] == "repeated"
    assert told["Medicine"] == "absent"
    assert any(pair["change"] == "new" and "laundry" in pair["later"]["text"] for pair in pairs)
    assert "repeated" in result.output
    earlier = next(pair["earlier"] for pair in pairs if pair["earlier"])
    assert set(earlier) == {"id", "role", "text", "start", "end", "fingerprint"}


def test_a_draft_is_compared_with_its_final_form(reports: tuple[Path, Path]) -> None:
    softer = reports[1]
    softer.write_text(EARLIER.replace("must train", "should train"))
    result = CliRunner().invoke(app, ["compare", *map(str, reports), "--draft"])
    assert result.exit_code == 0, result.output
    assert "softened" in result.output
    assert "must became should" in " ".join(result.output.replace("│", " ").split())


def test_a_report_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["compare", str(tmp_path / "none.pdf"), str(tmp_path / "none.pdf")])
    assert result.exit_code != 0
    assert "none.pdf" in str(result.exception) + result.output
