"""What ``scrutiny extract`` takes as input: archives, tables, folders with them, standard input."""

from __future__ import annotations

import gzip
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from commands import run_here

PLANS = "Plans are not reviewed often enough. Staff are kind and know the residents well."


def extract(*arguments: str | Path, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    # One process reads: to start another takes longer than the few reports here.
    result = run_here("extract", *arguments, "--output", "out", "--workers", "1", cwd=cwd, stdin=stdin)
    assert "Traceback" not in result.stderr
    return result


def lines(folder: Path, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "out" / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A folder of a report, an archive, a table and a picture."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(PLANS)
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    (folder / "table.csv").write_text(f"id,text\n7,{PLANS}\n8,\n")
    with zipfile.ZipFile(folder / "parcel.zip", "w") as archive:
        archive.writestr("b/a.txt", f"{PLANS} They like it there.")
        archive.writestr("b/empty.txt", "")
        archive.writestr("b/photo.jpg", b"\xff\xd8")
    return tmp_path


def test_archives_and_named_tables_give_a_line_for_every_report_and_failure(inputs: Path) -> None:
    result = extract("in", "in/table.csv", cwd=inputs)
    assert result.returncode == 2
    assert {str(line["path"]): (line["status"], line["error"]) for line in lines(inputs, "reports.jsonl")} == {
        "in/a.txt": ("read", None),
        "in/parcel.zip/b/a.txt": ("read", None),
        "in/parcel.zip/b/empty.txt": ("failed", "empty"),
        "in/table.csv#row=1": ("read", None),
        "in/table.csv#row=2": ("failed", "empty"),
    }
    assert {line["path"] for line in lines(inputs, "failures.jsonl")} == {
        "in/parcel.zip/b/empty.txt",
        "in/table.csv#row=2",
    }
    records = lines(inputs, "records.jsonl")
    paths = [report["path"] for record in records if isinstance(report := record["report"], dict)]
    assert sorted(set(paths)) == ["in/a.txt", "in/parcel.zip/b/a.txt", "in/table.csv#row=1"]
    assert {line["path"]: line["metadata"] for line in lines(inputs, "reports.jsonl")}["in/table.csv#row=1"] == {
        "id": "7"
    }
    shown = result.stdout.replace("│", " ").split("\n")
    assert [row.split() for row in shown if "passed over" in row] == [["Files", "passed", "over", "2"]]
    progress = [line.split(":")[0] for line in result.stderr.splitlines() if line.startswith("[")]
    assert progress == ["[1/3] in/a.txt", "[2/3] in/parcel.zip/b/a.txt", "[3/3] in/table.csv#row=1"]


def test_standard_input_is_read_once_whatever_it_holds(quick_model: Path, inputs: Path) -> None:
    parcel = (inputs / "in" / "parcel.zip").read_bytes()
    assert extract("-", "in/a.txt", "-", "--model", quick_model, cwd=inputs, stdin=parcel).returncode == 2
    paths = {line["path"] for line in lines(inputs, "reports.jsonl")}
    assert paths == {"in/a.txt", "stdin.zip/b/a.txt", "stdin.zip/b/empty.txt"}


def test_standard_input_can_be_named(quick_model: Path, inputs: Path) -> None:
    table = gzip.compress(f"id,remark\n7,{PLANS}\n".encode())
    arguments = ("-", "--stdin-name", "remarks.csv.gz", "--text-column", "Remark", "--model", quick_model)
    assert extract(*arguments, cwd=inputs, stdin=table).returncode == 0
    assert [line["path"] for line in lines(inputs, "reports.jsonl")] == ["remarks.csv.gz/remarks.csv#row=1"]


def test_standard_input_that_cannot_be_read_leaves_with_3(quick_model: Path, inputs: Path) -> None:
    assert extract("-", "--model", quick_model, cwd=inputs, stdin=b'{"remark": "Plans."}\n').returncode == 3
    assert [line["code"] for line in lines(inputs, "failures.jsonl")] == ["no_text_column"]


def test_a_name_without_standard_input_leaves_with_1(inputs: Path) -> None:
    result = extract("in", "--stdin-name", "a.pdf", cwd=inputs)
    assert result.returncode == 1
    assert "--stdin-name" in result.stderr
