"""``scrutiny regimes`` as a person runs it in a terminal of 80 columns, and as a program does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.test_commands import lines, scrutiny
from scrutiny.cli import app
from scrutiny.regimes import Profile, profiles

WIDTH = 80


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["regimes", *arguments], env={"COLUMNS": str(WIDTH), "NO_COLOR": "1"})
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list_names_every_regime_within_80_columns() -> None:
    listed = shown()
    assert max(map(len, listed.splitlines())) <= WIDTH
    assert set(profiles()) == {line.split()[0] for line in listed.splitlines()[1:-4] if line[:1].strip()}
    schools = next(line.split() for line in listed.splitlines() if line.startswith("ofsted-schools"))
    assert schools[1:3] == ["2025", str(len(profiles()["ofsted-schools"][0].grades.scale))]


@pytest.mark.parametrize("name", profiles())
def test_a_regime_is_explained_within_80_columns_but_for_addresses(name: str) -> None:
    own, explained = profiles()[name][0], shown(name)
    assert all(len(line) <= WIDTH or line.strip().startswith("http") for line in explained.splitlines())
    joined = " ".join(explained.split())
    said = [own.name, own.body, *(clue.phrase for clue in own.clues), *(grade.name for grade in own.grades.scale)]
    said += [phrase for label in own.labels for phrase in label.names] + [source.source for source in own.sources]
    for text in said:
        assert " ".join(text.split()) in joined, text
    assert ("Not verified" in explained) == any(not source.verified for source in own.sources)


def test_a_scale_that_changed_is_told_with_its_dates() -> None:
    schools = shown("ofsted-schools")
    assert "Expected standard, from 2025-11-10" in schools
    assert "Requires improvement, from 2012-09-01, to 2025-11-09" in schools
    assert "90% to 100%: almost all of?" in shown("education-scotland")


def test_json_holds_whole_profiles() -> None:
    everything = json.loads(shown("--json"))
    assert [profile["id"] for profile in everything] == sorted(profiles())
    for given in everything:
        assert Profile.model_validate(given) == profiles()[given["id"]][0]
    assert json.loads(shown("hiqa", "--json")) in everything


@pytest.mark.parametrize(
    "command",
    [("regimes", "ofsted"), ("regimes", "ofsted", "--json"), ("extract", "x.txt", "-o", "out", "--regime", "ofsted")],
)
def test_an_unknown_regime_is_told_with_those_there_are(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("Plans are not reviewed often enough.")
    result = scrutiny(*command, cwd=tmp_path)
    assert result.returncode == 1
    assert "ofsted: there is no such regime." in result.stderr
    assert "ofsted-area-send, ofsted-focused-visit" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["x.txt"]


def test_a_regime_that_is_given_wins_over_the_one_recognised(tmp_path: Path) -> None:
    text = "# Fenny Marsh\n\nWhat is it like to attend this school? Ofsted inspected it.\n\nMost plans are late."
    (tmp_path / "x.md").write_text(text)
    result = scrutiny("extract", "x.md", "--regime", "education-scotland", "--output", tmp_path / "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    (report,) = lines(tmp_path / "out" / "reports.jsonl")
    metadata = report["metadata"]
    assert isinstance(metadata, dict)
    assert (metadata["regime"], metadata["regime_evidence"]) == ("education-scotland", "given")
    record = next(
        record for record in lines(tmp_path / "out" / "records.jsonl") if str(record["text"]).startswith("Most")
    )
    assert "0.75" in json.dumps(record)


def test_profiles_of_ones_own_are_listed_and_a_mistake_in_one_is_told(tmp_path: Path) -> None:
    file = tmp_path / "weir.toml"
    file.write_text('id = "weir-safety"\nname = "Office of Weirs"\n')
    assert "weir-safety" in scrutiny("regimes", SCRUTINY_REGIMES=str(tmp_path)).stdout
    file.write_text('id = "weir-safety"\nname = "Office of Weirs"\ncolour = "red"\n')
    result = scrutiny("regimes", SCRUTINY_REGIMES=str(tmp_path))
    assert result.returncode == 1
    for word in (str(file), "colour", "Accepted keys there: id, name, version"):
        assert word in result.stderr
