"""Tables give a report a row."""

from __future__ import annotations

import csv
import datetime
import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrutiny.errors import ReadError
from scrutiny.reading import read, read_each, tables, text
from scrutiny.report import Report

Rows = Sequence[dict[str, str]]


def as_csv(rows: Rows, delimiter: str = ",") -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def as_parquet(rows: Sequence[Mapping[str, object]]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), file)
    return file.getvalue()


WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "t.csv": as_csv,
    "semicolons.csv": lambda rows: as_csv(rows, ";"),
    "tabs.csv": lambda rows: as_csv(rows, "\t"),
    "t.tsv": lambda rows: as_csv(rows, "\t"),
    "utf16.csv": lambda rows: as_csv(rows).decode().encode("utf-16"),
    "marked.csv": lambda rows: as_csv(rows).decode().encode("utf-8-sig"),
    "t.jsonl": lambda rows: "\n".join(json.dumps(row) for row in rows).encode(),
    "t.ndjson": lambda rows: "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode(),
    "t.parquet": as_parquet,
}
ROWS = [
    {"Id": "7", "Report Text": "1. Summary\n\nLeaders know the “school” well; plans are late.", "InspectedBy": "A, B"},
    {"Id": "8", "Report Text": "Staff are kind.", "InspectedBy": "C"},
]


def told(data: bytes, name: str, **options: str) -> tuple[list[Report], dict[str, ReadError]]:
    errors: dict[str, ReadError] = {}
    reports = list(read_each(data, name=name, on_error=errors.__setitem__, **options))  # type: ignore[arg-type]
    assert all(error.reason.startswith(path.split("#")[0]) and error.remedy for path, error in errors.items())
    return reports, errors


def codes(errors: dict[str, ReadError]) -> dict[str, str]:
    return {path: error.code for path, error in errors.items()}


@pytest.mark.parametrize("name", WRITERS)
def test_every_row_reads_as_its_text_does_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(WRITERS[name](ROWS))
    reports = list(read_each(tmp_path / name))
    place = "line" if "json" in name else "row"
    assert [report.source.path for report in reports] == [
        f"{(tmp_path / name).as_posix()}#{place}={number}" for number in (1, 2)
    ]
    for report, row in zip(reports, ROWS, strict=True):
        alone = read(row["Report Text"].encode(), name="row.txt")
        assert (report.text, report.blocks) == (alone.text, alone.blocks)
        assert (report.source.sha256, report.source.size) == (alone.source.sha256, alone.source.size)
        assert report.source.format == "text"
        assert report.metadata == {**alone.metadata, "id": row["Id"], "inspected_by": row["InspectedBy"]}


_CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\",;|'"), max_size=60)


@settings(deadline=None, max_examples=80)
@given(texts=st.lists(_CELL, min_size=1, max_size=5), name=st.sampled_from([*WRITERS]))
def test_any_texts_read_the_same_in_a_table_or_not(texts: list[str], name: str) -> None:
    reports, errors = told(WRITERS[name]([{"number": "1", "text": text} for text in texts]), name)
    found = {report.source.path: report.text for report in reports} | codes(errors)
    for number, body in enumerate(texts, 1):
        there = found.pop(f"{name}#{'line' if 'json' in name else 'row'}={number}")
        assert there == (read(body.encode(), name="a.txt").text if body.strip() else "empty")
    assert set(found.values()) <= {"no_reports"}


def test_a_title_column_is_the_title() -> None:
    rows = [{"text": "SUMMARY\n\nPlans are late.", "Title": "Of plans"}, {"text": "SUMMARY\n\nFine.", "Title": ""}]
    assert [report.title for report in told(as_csv(rows), "t.csv")[0]] == ["Of plans", "SUMMARY"]


def test_columns_of_one_name_or_none_are_kept_apart() -> None:
    (report,), _ = told(b"text,a,A,,a b,a-b\nPlans.,1,2,3,4,5\n", "t.csv")
    assert dict(report.metadata) == {"a": "1", "a_2": "2", "column_4": "3", "a_b": "4", "a_b_2": "5"}


def test_values_that_are_not_plain_are_left_out_and_the_coverage_says_so() -> None:
    odd: dict[str, object] = {"none": None, "tags": ["a"], "of": {"a": 1}, "long": "x" * 20_000}
    row: dict[str, object] = {"text": "Plans.", "n": 1.5, **odd}
    (report,), _ = told(json.dumps(row).encode(), "t.jsonl")
    assert dict(report.metadata) == {"n": "1.5"}
    assert report.coverage.notes == ("Columns that hold no short plain value were left out: tags, of, long.",)
    day = datetime.date(2024, 5, 1)
    (report,), _ = told(as_parquet([{"text": "Plans.", "day": day, "raw": b"x", "tags": ["a"]}]), "t.parquet")
    assert dict(report.metadata) == {"day": "2024-05-01"}
    assert report.coverage.notes == ("Columns that hold no short plain value were left out: raw, tags.",)


def test_a_row_without_text_is_told_and_the_others_are_read() -> None:
    reports, errors = told(b"id,text\n1,\n2,Plans are late.\n\n3\n4,a,b\n5,Fine.,,\n", "t.csv")
    assert [report.source.path for report in reports] == ["t.csv#row=2", "t.csv#row=5"]
    assert codes(errors) == {"t.csv#row=1": "empty", "t.csv#row=3": "empty", "t.csv#row=4": "damaged"}
    lines = [b'{"text": null}', b"", b"no json", b"[1]", b'{"text": 5}', b'{"text": "Fine. \\ud83d"}', b"[" * 100_000]
    reports, errors = told(b"\n".join(lines), "t.jsonl")
    assert [(report.source.path, report.text) for report in reports] == [("t.jsonl#line=6", "Fine. �")]
    assert codes(errors) == {
        "t.jsonl#line=1": "empty",
        "t.jsonl#line=3": "damaged",
        "t.jsonl#line=4": "damaged",
        "t.jsonl#line=5": "not_text",
        "t.jsonl#line=7": "damaged",
    }


@pytest.mark.parametrize("name", WRITERS)
def test_a_table_without_a_column_of_text_names_those_there_are(name: str) -> None:
    _, errors = told(WRITERS[name]([{"id": "1", "remark": "Plans are late."}]), name)
    assert codes(errors) == {name: "no_text_column"}
    assert "its columns are id, remark" in errors[name].reason
    assert "--text-column" in errors[name].remedy


@pytest.mark.parametrize("wanted", ["Remark", "remark"])
def test_the_column_of_text_can_be_named(wanted: str) -> None:
    data = as_csv([{"text": "Not this.", "Remark": "But this."}])
    (report,), _ = told(data, "t.csv", text_column=wanted)
    assert (report.text, report.metadata["text"]) == ("But this.", "Not this.")
    assert codes(told(data, "t.csv", text_column="other")[1]) == {"t.csv": "no_text_column"}


def test_what_scrutiny_has_written_is_not_read_as_reports() -> None:
    own = {"text": "Plans are late.", "role": "finding", "decision": "accept", "schema_version": "1.2"}
    assert codes(told(json.dumps(own).encode(), "records.jsonl")[1]) == {"records.jsonl": "own_output"}
    assert len(told(json.dumps(own).encode(), "records.jsonl", text_column="text")[0]) == 1


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_a_row_without_end_is_not_taken_in(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(tables, "MAX_ROW", 1000)
    good = WRITERS[name]([{"text": "Plans are late."}] * 200).rstrip()
    bad = b'\n"' + b"never closed\n" * 200 if name == "t.csv" else b'\n{"text": "' + b"x" * 2000
    reports, errors = told(good + bad, name)
    assert len(reports) == 200
    assert codes(errors) == {name: "too_large"}


def test_a_row_with_too_much_text_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MAX_TEXT_BYTES", 40)
    reports, errors = told(as_csv([{"text": "Plans are late. " * 9}, {"text": "Fine."}]), "t.csv")
    assert [report.text for report in reports] == ["Fine."]
    assert codes(errors) == {"t.csv#row=1": "too_large"}


def test_a_long_cell_is_read_and_the_limit_of_others_is_left_alone() -> None:
    limit = csv.field_size_limit()
    body = "Plans are late.\n" * 20_000
    for report in read_each(as_csv([{"text": body}] * 2), name="t.csv"):
        assert report.source.size == len(body)
        assert csv.field_size_limit() == limit


def test_a_table_in_the_western_european_code_page_is_read() -> None:
    data = "text\n" + "Plans are late.\n" * 9000 + "Les élèves – bien.\n"
    assert told(data.encode("cp1252"), "t.csv")[0][-1].text == "Les élèves – bien."
    assert codes(told(bytes(range(256)) * 9, "t.csv")[1]) == {"t.csv": "not_text"}
    assert codes(told(b"text\n", "t.csv")[1]) == {"t.csv": "no_reports"}


def test_a_row_that_looks_like_a_pdf_is_text() -> None:
    (report,), _ = told(as_csv([{"text": "The mark %PDF-1.4 was seen."}]), "t.csv")
    assert report.text == "The mark %PDF-1.4 was seen."


def test_a_parquet_file_that_is_damaged_or_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = as_parquet([{"text": "Plans are late."}] * 50)
    for spoilt in (data[:-20], data[:40] + data[60:], b"PAR1" + bytes(50) + b"PAR1", b"not parquet"):
        _, errors = told(spoilt, "t.parquet")
        assert set(codes(errors).values()) <= {"damaged", "not_text"}
        assert errors
    monkeypatch.setattr(tables, "FREE", 1000)
    monkeypatch.setattr(tables, "MAX_RATIO", 2)
    assert codes(told(as_parquet([{"text": "x" * 100_000}]), "t.parquet")[1]) == {"t.parquet": "bomb"}


def test_a_size_that_a_parquet_file_makes_up_takes_no_memory() -> None:
    data = as_parquet([{"text": "Plans are late."}] * 3)
    end = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - end : -8]
    rows = footer.index(b"\x16\x06")  # the number of rows, 3, as Thrift writes it
    lie = footer[:rows] + b"\x16\xfe\xff\xff\xff\xff\xff\x7f" + footer[rows + 2 :]
    spoilt = data[: -8 - end] + lie + len(lie).to_bytes(4, "little") + b"PAR1"
    reports, errors = told(spoilt, "t.parquet")
    assert len(reports) <= 3
    assert set(codes(errors).values()) <= {"damaged"}


def test_halves_of_characters_in_the_name_of_a_column_can_be_written() -> None:
    (report,) = read_each(b'{"text": "Plans are not reviewed.", "\\ud800x": {"a": 1}}\n', name="a.jsonl")
    report.coverage.notes[0].encode()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_of_very_many_columns_is_read(delimiter: str) -> None:
    names, cells = delimiter.join(["text", *["a"] * 100_000]), delimiter.join(["Plans are late.", *["x"] * 100_000])
    (report,), errors = told(f"{names}\n{cells}\n".encode(), "wide.csv")
    assert (report.text, errors) == ("Plans are late.", {})


@pytest.mark.parametrize(("times", "most"), [(300_000, 0), (20_000, 7)])
def test_a_parquet_file_whose_rows_share_a_long_text_is_given_up(times: int, most: int) -> None:
    cell = "Plans are not reviewed often enough. " * times
    shared = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000), pa.array([cell]))
    file = io.BytesIO()
    pq.write_table(pa.table({"text": shared}), file, compression="zstd")
    reports, errors = told(file.getvalue(), "t.parquet")
    assert len(reports) <= most
    assert errors["t.parquet"].code == "bomb"
    assert len(errors) < 10


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl"])
def test_a_table_of_nothing_but_zeros_is_not_read_to_its_end(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"text\n")
    os.truncate(tmp_path / name, 10**12)
    with pytest.raises(ReadError) as caught:
        list(read_each(tmp_path / name))
    assert caught.value.code == "not_text"
