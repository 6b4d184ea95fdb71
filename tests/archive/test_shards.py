from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pyarrow.dataset as ds
import pytest

from archive.conftest import Extract
from scrutiny.archive import parts
from scrutiny.writing.parquet import arrow_schema


def ids(output: Path) -> list[str]:
    return sorted(ds.dataset(sorted((output / "parts").glob("*.parquet"))).to_table(columns=["id"])["id"].to_pylist())


def test_records_of_each_part_are_a_parquet_file_and_all_of_them_one_data_set(
    extract: Extract, reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 5000)
    output = tmp_path / "out"
    assert extract(reports, "-o", output, "--parquet-parts", "--format", "jsonl").returncode == 0
    files = sorted((output / "parts").glob("*.parquet"))
    assert len(files) > 2
    assert [file.stem for file in files] == [file.name[:5] for file in sorted((output / "parts").glob("*.jsonl.gz"))]
    merged = [json.loads(line)["id"] for line in (output / "records.jsonl").read_text().splitlines()]
    assert ids(output) == sorted(merged)
    assert ds.dataset(files).schema.equals(arrow_schema())
    counted = duckdb.connect().execute(f"select count(*) from '{output}/parts/*.parquet'").fetchall()
    assert counted == [(len(merged),)]
    listed = {one["name"]: one for one in json.loads((output / "parts" / "manifest.json").read_text())["parts"]}
    for file in files:
        assert listed[file.name]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_only_what_has_changed_is_written_again_and_what_is_gone_is_left_out(
    extract: Extract, reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 5000)
    output = tmp_path / "out"
    extract(reports, "-o", output, "--parquet-parts")
    assert not (output / "records.jsonl").exists()
    before = {file.name: file.stat().st_mtime_ns for file in (output / "parts").glob("*.parquet")}
    (reports / "00.md").unlink()
    (reports / "zz.md").write_text("# New\n\nThe plan is poor. Staff must review it.\n")
    extract(reports, "-o", output, "--parquet-parts", "--format", "jsonl")
    after = {file.name: file.stat().st_mtime_ns for file in (output / "parts").glob("*.parquet")}
    assert {name for name in before if after[name] != before[name]} == {"00000.parquet"}
    assert len(after) == len(before) + 1
    assert ids(output) == sorted(json.loads(line)["id"] for line in (output / "records.jsonl").read_text().splitlines())
    extract(reports, "-o", output)
    assert not list((output / "parts").glob("*.parquet"))


def test_a_part_is_known_by_its_number_however_many_there_are(tmp_path: Path) -> None:
    (tmp_path / "100000.jsonl.gz").write_bytes(b"a member")
    taken_up = parts.Parts(tmp_path, {100_000: 8})
    assert taken_up.read(parts.Place(100_000, 0, 8)) == b"a member"
    taken_up.append(b"another")
    taken_up.close()
    assert taken_up.sizes == {100_000: 8, 100_001: 7}
