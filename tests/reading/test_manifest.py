"""A manifest supplies or overrides metadata, and what is wrong in it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrutiny.errors import DataError, ReadError
from scrutiny.reading import read
from scrutiny.reading.manifest import Manifest

REPORT = "# Northfield\n\nDate of inspection: 3 June 2024\n\nWe found much to admire."


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.md").write_text(REPORT, encoding="utf-8")
    (tmp_path / "a" / "two.md").write_text(REPORT, encoding="utf-8")
    return tmp_path


def manifest(folder: Path, text: str, encoding: str = "utf-8") -> Manifest:
    (folder / "facts.csv").write_text(text, encoding=encoding)
    return Manifest.load(folder / "facts.csv")


def test_a_manifest_wins_over_what_was_found_and_a_blank_cell_supplies_nothing(files: Path) -> None:
    facts = manifest(files, "File,Inspected body,inspection_dates,ward\ntwo.md,North House,,7\n", "utf-8-sig")
    report = facts.apply(read(files / "a" / "two.md"))
    assert (report.metadata["inspected_body"], report.metadata["ward"]) == ("North House", "7")
    assert report.metadata["inspection_dates"] == "3 June 2024"
    assert "inspected_body" not in report.metadata_spans
    assert "inspection_dates" in report.metadata_spans
    overridden = manifest(files, "path;inspection_dates\ntwo.md;4 June\n").apply(read(files / "a" / "two.md"))
    assert overridden.metadata["inspection_dates"] == "4 June"
    assert "inspection_dates" not in overridden.metadata_spans


def test_a_row_names_its_file_by_given_path_by_path_from_the_manifest_or_by_bare_name(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files / "b")
    for name, path in (
        ("one.md", Path("one.md")),
        ("b/one.md", Path("one.md")),
        (str(files / "a" / "one.md"), Path("../a/one.md")),
        ("a\\one.md", files / "a" / "one.md"),
        ("two.md", files / "a" / "two.md"),
    ):
        facts = manifest(files, f"name,x\n{name},1\n")
        assert facts.apply(read(path)).metadata["x"] == "1", name
        assert facts.unmatched_by([str(path)]) == ()


def test_rows_that_match_no_report_are_told(files: Path) -> None:
    facts = manifest(files, "file,x\ntwo.md,1\nthree.md,2\n")
    facts.apply(read(files / "a" / "two.md"))
    assert facts.unmatched_by([str(files / "a" / "two.md")]) == ("three.md",)
    assert "x" not in facts.apply(read(files / "a" / "one.md")).metadata


def test_a_bare_name_that_two_files_have_is_refused_naming_both(files: Path) -> None:
    facts = manifest(files, "file,x\none.md,1\n")
    first, second = files / "a" / "one.md", files / "b" / "one.md"
    with pytest.raises(DataError) as before:
        facts.check([first, second])
    facts.apply(read(first))
    with pytest.raises(ReadError) as later:
        facts.apply(read(second))
    for error in (before.value, later.value):
        assert all(word in str(error) for word in (str(first), str(second), "facts.csv, line 2"))
    manifest(files, "file,x\na/one.md,1\nb/one.md,2\n").check([first, second])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["no column names the file", "file, filename"]),
        ("report id,x\n1,2\n", ["no column names the file", "report_id, x"]),
        ("file,x,X\na.pdf,1,2\n", ["'x' twice"]),
        ("file,\na.pdf,1\n", ["a blank cell"]),
        ("file,x\na.pdf,1\na.pdf,2\n", ["line 3", "'a.pdf' stands in line 2 too"]),
        ("file,x\na.pdf,1,2\n", ["line 2", "more cells than the header"]),
        ("file,x\n,1\n", ["line 2", "'file' is blank"]),
        ('file,x\n"a.pdf"b,1\n', ["line 2", "not valid CSV"]),
    ],
)
def test_what_is_wrong_in_a_manifest_is_said_with_its_line(text: str, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        manifest(tmp_path, text)
    assert all(word in str(caught.value) for word in ["facts.csv", *words])


def test_a_manifest_that_is_missing_or_not_utf_8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        Manifest.load(tmp_path / "none.csv")
    with pytest.raises(DataError, match="not UTF-8"):
        manifest(tmp_path, "file,x\na.pdf,é\n", "latin-1")
