"""The folder, loaded by Hugging Face Datasets, gives the records with typed features."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, Value, load_dataset
from huggingface_hub import DatasetCard

from scrutiny.report import ROLES, Report
from scrutiny.writing.dataset import DatasetWriter
from scrutiny.writing.parquet import arrow_schema

Write = Callable[..., Path]


def loaded(folder: Path, cache: Path) -> Any:
    return load_dataset(str(folder / "records.dataset"), split="train", cache_dir=str(cache))


def test_records_come_back_equal_with_the_role_as_a_class(
    reports: list[Report], write: Write, tmp_path: Path, lines: Callable[[Path], list[dict[str, Any]]]
) -> None:
    folder = write(reports, "jsonl", "dataset")
    data = loaded(folder, tmp_path / "cache")
    assert data.features["role"] == ClassLabel(names=[role.value for role in ROLES])
    assert data.features["scores"]["finding"] == Value("float64")
    assert data.features["attributes"]["deadline"]["date"] == Value("string")
    rows = [{**row, "role": data.features["role"].int2str(row["role"])} for row in data]
    assert rows == lines(folder / "records.jsonl")


def test_files_are_full_after_so_many_records(
    reports: list[Report], write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DatasetWriter, "ROWS", 40)
    folder = write(reports, "dataset")
    assert len(list((folder / "records.dataset" / "data").iterdir())) > 3
    expected = [record.id for report in reports for record in report.records]
    assert loaded(folder, tmp_path / "cache")["id"][:] == expected


def test_a_run_without_records_gives_a_file_without_rows(write: Write) -> None:
    table = pq.read_table(write([], "dataset") / "records.dataset" / "data" / "train-00000.parquet")
    assert (table.num_rows, table.column_names) == (0, arrow_schema().names)


def test_the_card_tells_counts_and_types_and_quotes_nothing(reports: list[Report], write: Write) -> None:
    card = DatasetCard.load(write(reports, "dataset") / "records.dataset" / "README.md")
    records = [record for report in reports for record in report.records]
    assert f"{len(records)} records of {len(reports)} reports" in card.text
    for role in ("finding", "strength", "recommendation"):
        assert f"| {role} | {sum(record.role == role for record in records)} |" in card.text
    (role,) = (feature for feature in card.data.dataset_info["features"] if feature["name"] == "role")
    assert list(role["dtype"]["class_label"]["names"].values()) == [role.value for role in ROLES]
    assert not [record.text for record in records if record.text in card.content]
