"""Files of this machine that paths, folders and globs stand for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scrutiny.archive.inputs import find
from scrutiny.errors import ReadError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a report, an archive, two tables and a picture."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.txt", "parcel.zip", "table.csv", "old.JSONL", "photo.jpg"):
        (folder / name).write_text("x")
    return folder


def taken(folder: Path, *given: str, leave_out: Path | None = None) -> list[str]:
    found = find([str(folder / name) for name in given], leave_out=leave_out)
    return [Path(file.name).relative_to(folder).as_posix() for file in found.files]


def test_tables_are_taken_where_they_are_meant_and_only_there(folder: Path) -> None:
    assert taken(folder, "") == ["a.txt", "parcel.zip"]
    assert taken(folder, "*") == taken(folder, "**/*") == ["a.txt", "parcel.zip"]
    assert taken(folder, "*.csv") == ["table.csv"]
    assert taken(folder, "", "*.csv") == ["a.txt", "parcel.zip", "table.csv"]
    assert taken(folder, "old.JSONL") == ["old.JSONL"]
    found = find([str(folder), str(folder / "*"), str(folder / "*.csv")])
    assert (found.passed_over, found.tables) == (2, 1)


def test_a_folder_of_nothing_but_tables_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("text\nPlans.\n")
    (unfound,) = find([str(tmp_path)]).faults
    with pytest.raises(ReadError) as caught:
        unfound.fetched()
    assert caught.value.code == "no_reports"
    assert "named one by one" in caught.value.remedy


def test_nothing_is_taken_out_of_the_output(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "old.md").write_text("x")
    assert taken(folder, "") == ["a.txt", "out/old.md", "parcel.zip"]
    assert taken(folder, "", leave_out=folder / "out") == ["a.txt", "parcel.zip"]


def test_a_file_is_found_once_and_what_is_missing_is_for_reading_to_say(folder: Path) -> None:
    (folder / "again.txt").symlink_to(folder / "a.txt")
    assert taken(folder, "a.txt", "", "none.pdf") == ["a.txt", "none.pdf", "parcel.zip"]


def test_a_stamp_changes_with_the_file(folder: Path) -> None:
    def stamp(name: str) -> str:
        return find([str(folder / name)]).files[0].stamp

    before = stamp("a.txt")
    assert before == stamp("a.txt")
    os.utime(folder / "a.txt", ns=(1, 1))
    assert stamp("a.txt") != before
    assert stamp("none.pdf") == ""


def test_links_in_a_circle_and_impossible_names_are_for_reading_to_say(folder: Path) -> None:
    (folder / "circle.pdf").symlink_to(folder / "circle.pdf")
    assert taken(folder, "circle.pdf", "a\0.pdf") == ["a\0.pdf", "circle.pdf"]
    assert taken(folder, "") == ["a.txt", "parcel.zip"]
