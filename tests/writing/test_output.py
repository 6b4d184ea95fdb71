from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator

from scrutiny.errors import ReadError, WriteError
from scrutiny.pipeline import Pipeline
from scrutiny.report import Report
from scrutiny.writing.output import OutputFolder
from scrutiny.writing.parts import ModelReference
from scrutiny.writing.schema import LINES, json_schema

MODEL = ModelReference(name="m", sha256="0" * 64, precision="float32")


@pytest.fixture(scope="session")
def report(pipeline: Pipeline, samples: Path) -> Report:
    """A sample report with records."""
    return pipeline(sorted(samples.glob("*.pdf"))[0])


@pytest.fixture
def folder(report: Report, tmp_path: Path) -> Path:
    """Everything written for one report and one failure."""
    with OutputFolder(tmp_path / "out", MODEL, sentences=True) as output:
        output.write(report)
        output.fail("lost.pdf", ReadError("lost.pdf: no such file.", remedy="Check the path.", code="missing"))
    return tmp_path / "out"


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", LINES)
def test_every_line_is_valid_under_its_published_schema(folder: Path, name: str) -> None:
    schema = json_schema(name)
    Draft202012Validator.check_schema(schema)
    written = lines(folder / f"{name}.jsonl")
    assert written
    for line in written:
        jsonschema.validate(line, schema)


def test_records_point_back_to_text_page_and_box(folder: Path, report: Report) -> None:
    for line in lines(folder / "records.jsonl"):
        start, end = line["start"], line["end"]
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert report.text[start:end] == line["text"]
        assert report.text[:start].endswith(str(line["prefix"]))
        assert report.text[end:].startswith(str(line["suffix"]))
        assert line["pages"]
        assert line["boxes"]


def test_parquet_holds_the_same_records_as_json_lines(folder: Path) -> None:
    assert pq.read_table(folder / "records.parquet").to_pylist() == lines(folder / "records.jsonl")


def test_duckdb_reads_the_parquet_file(folder: Path) -> None:
    query = f"select id, attributes.obligation.value from '{folder / 'records.parquet'}'"
    found = duckdb.connect().execute(query).fetchall()
    records: list[Any] = lines(folder / "records.jsonl")
    expected = [(record["id"], (record["attributes"]["obligation"] or {}).get("value")) for record in records]
    assert found == expected


def test_csv_holds_a_row_for_every_record(folder: Path) -> None:
    with (folder / "records.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    records = lines(folder / "records.jsonl")
    assert [(row["id"], row["role"]) for row in rows] == [(record["id"], record["role"]) for record in records]


@pytest.mark.parametrize("opening", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1"])
def test_csv_cells_are_never_formulas(pipeline: Pipeline, tmp_path: Path, opening: str) -> None:
    source = tmp_path / "report.md"
    source.write_text(f"# {opening}\n\nThe provider must review {opening} plans. Plans were not reviewed.\n")
    text = f"{opening} The provider failed to review its plans, and residents came to harm."
    (tmp_path / "evil.txt").write_text(text)
    with OutputFolder(tmp_path / "out", MODEL) as output:
        for report in pipeline.stream([source, tmp_path / "evil.txt"]):
            output.write(report)
    with (tmp_path / "out" / "records.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in list(csv.reader(file))[1:] for cell in row]
    assert cells
    assert not [cell for cell in cells if cell.lstrip(" ")[:1] in tuple("=+-@\t\r")]


def test_only_the_chosen_formats_are_there_and_earlier_ones_are_gone(folder: Path, report: Report) -> None:
    (folder / "notes.txt").write_text("mine")
    with OutputFolder(folder, MODEL, formats=["jsonl"]) as output:
        output.write(report)
    assert sorted(file.name for file in folder.iterdir()) == [
        "failures.jsonl",
        "notes.txt",
        "records.jsonl",
        "reports.jsonl",
    ]


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(WriteError, match=r"taken: cannot be written"):
        OutputFolder(tmp_path / "taken", MODEL)


def packaged(folder: Path, points: str, code: str) -> dict[str, str]:
    """The environment in which a package of these entry points and this module is installed."""
    (folder / "plain-1.0.dist-info").mkdir(parents=True)
    (folder / "plain-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: plain\nVersion: 1.0\n")
    (folder / "plain-1.0.dist-info" / "entry_points.txt").write_text(f"[scrutiny.writers]\n{points}")
    (folder / "plain.py").write_text(code)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}


def rebuilt(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys; sys.argv[1:] = ['rebuild', sys.argv[1], '-f', 'plain']; import scrutiny.cli; scrutiny.cli.main()"
    )
    command = [sys.executable, "-c", code, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_another_package_can_add_a_format_and_replaces_none(tmp_path: Path, report: Report) -> None:
    environment = packaged(
        tmp_path / "site",
        "plain = plain:FORMAT\njsonl = plain:FORMAT\n",
        "from scrutiny.writing.formats import Format\n"
        "class Writer:\n"
        "    def __init__(self, path): self.file = path.open('w')\n"
        "    def write(self, report, records): self.file.writelines(f'{r.role}\\n' for r in records)\n"
        "    def close(self): self.file.close()\n"
        "FORMAT = Format('records.txt', Writer)\n",
    )
    with OutputFolder(tmp_path / "out", MODEL, formats=["jsonl"]) as output:
        output.write(report)
    done = rebuilt(tmp_path / "out", environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "records.txt").read_text().split() == [record.role.value for record in report.records]
    assert len(lines(tmp_path / "out" / "records.jsonl")) == len(report.records)


@pytest.mark.parametrize(("code", "reason"), [("FORMAT = 3", "it is a int"), ("import nothing_there", "nothing_there")])
def test_a_format_of_another_package_that_is_broken_is_named(
    tmp_path: Path, report: Report, code: str, reason: str
) -> None:
    environment = packaged(tmp_path / "site", "plain = plain:FORMAT\n", code)
    with OutputFolder(tmp_path / "out", MODEL, formats=["jsonl"]) as output:
        output.write(report)
    done = rebuilt(tmp_path / "out", environment)
    assert done.returncode == 1
    assert "plain:FORMAT: the format plain cannot be loaded from there" in done.stderr
    assert reason in done.stderr
