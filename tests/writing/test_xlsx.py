"""The workbook, opened by another library, holds what the JSON Lines hold."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from scrutiny.errors import ConfigError
from scrutiny.report import Report, Source
from scrutiny.writing import xlsx
from scrutiny.writing.flat import flat, flat_report
from scrutiny.writing.schema import RecordLine
from scrutiny.writing.xlsx import SHEETS, XlsxWriter

Write = Callable[..., Path]


def told(name: str, value: object) -> object:
    """A value as a cell gives it back: dates as such, and what is empty as nothing."""
    if name in ("deadline_date", "publication_date", "inspection_start", "inspection_end") and len(str(value)) == 10:
        return date.fromisoformat(str(value))
    return None if value == "" else value


def rows(book: Any, sheet: str) -> list[dict[str, object]]:
    heading, *body = book[sheet].iter_rows(values_only=True)
    assert [str(name).lower().replace(" ", "_") for name in heading] == list(SHEETS[sheet.rstrip(" 0123456789")])
    found = []
    for row in body:
        cells = [cell.date() if hasattr(cell, "date") else cell for cell in row]
        found.append(dict(zip(SHEETS[sheet.rstrip(" 0123456789")], cells, strict=True)))
    return found


@pytest.fixture
def book(reports: list[Report], write: Write) -> Any:
    return openpyxl.load_workbook(write(reports, "jsonl", "xlsx") / "records.xlsx")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_texts_of_the_json_lines(reports: list[Report], write: Write, tmp_path: Path) -> None:
    folder = write(reports, "jsonl", "xlsx")
    # Every sheet as a file of comma-separated UTF-8: the last -1 of the filter's options.
    kept = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", kept, "--outdir", str(tmp_path), str(folder / "records.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    records = [RecordLine.model_validate_json(line) for line in lines]
    for sheet, role in (("Findings", "finding"), ("Strengths", "strength"), ("Recommendations", "recommendation")):
        with (tmp_path / f"records-{sheet}.csv").open(encoding="utf-8", newline="") as file:
            read = [row["Text"] for row in csv.DictReader(file)]
        assert read == [record.text for record in records if record.role == role]
        assert read


def test_every_cell_is_that_of_the_json_lines(book: Any, reports: list[Report], write: Write) -> None:
    assert book.sheetnames == list(SHEETS)
    lines = (write(reports, "jsonl", name="lines") / "records.jsonl").read_text(encoding="utf-8").splitlines()
    records = [RecordLine.model_validate_json(line) for line in lines]
    for sheet, role in (("Findings", "finding"), ("Strengths", "strength"), ("Recommendations", "recommendation")):
        expected = []
        for record in records:
            if record.role == role:
                cells = {**flat(record), "page": record.pages[0] if record.pages else None, "note": ""}
                expected.append({name: told(name, cells[name]) for name in SHEETS[sheet]})
        assert rows(book, sheet) == expected
    expected = [{name: told(name, value) for name, value in flat_report(report).items()} for report in reports]
    assert rows(book, "Reports") == [{**row, "note": None} for row in expected]


def test_sheets_are_ready_to_be_read(book: Any) -> None:
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
    text = book["Findings"]["E2"]
    assert text.alignment.wrap_text
    assert book["Findings"].column_dimensions["E"].width > 60


def test_the_page_leads_to_the_page_of_the_file_seen_from_the_workbook(
    book: Any, samples: Path, tmp_path: Path
) -> None:
    links = [cell.hyperlink for row in book["Findings"].iter_rows(min_row=2) for cell in row if cell.hyperlink]
    assert len(links) == book["Findings"].max_row - 1
    for link in links:
        file = (tmp_path / "out" / link.target.replace("\\", "/")).resolve()
        assert file.parent == samples
        assert file.is_file()
        page = book["Findings"][link.ref].value
        assert (link.location == f"page={page}") if file.suffix == ".pdf" else link.location is None


def test_a_file_that_is_not_there_is_no_link_and_odd_names_are(
    reports: list[Report], write: Write, tmp_path: Path
) -> None:
    odd = tmp_path / 'a #1 100%25 [b] "c".pdf'
    odd.touch()
    named = [
        replace(reports[0], source=Source(path=path, sha256="0" * 64, size=1, format="pdf"))
        for path in (odd.as_posix(), "gone.zip/report.pdf", "https://example.org/report.pdf", "no\0name", "long" * 100)
    ]
    book = openpyxl.load_workbook(write(named, "xlsx") / "records.xlsx")
    cells = [row[0] for row in book["Reports"].iter_rows(min_row=2)]
    assert [bool(cell.hyperlink) for cell in cells] == [True] + [False] * 4
    assert cells[0].hyperlink.target == "..\\a%20%231%20100%2525%20%5Bb%5D%20%22c%22.pdf"
    assert cells[3].value == "no�name"


@pytest.mark.parametrize(
    "text", ["=1+1", '=HYPERLINK("https://example.org")', "{=A1}", "https://example.org", "+1", "@A"]
)
def test_text_is_never_a_formula_or_a_link(reports: list[Report], write: Write, text: str) -> None:
    (titled,) = openpyxl.load_workbook(write([named(reports[0], text)], "xlsx") / "records.xlsx")["Reports"]["B2:B2"][0]
    assert (titled.value, titled.data_type, titled.hyperlink) == (text, "s", None)


def named(report: Report, title: str) -> Report:
    return replace(report, metadata={**report.metadata, "title": title})


@pytest.mark.parametrize(
    ("text", "held", "note"),
    [
        ("a\x00b\x1fc", "a�b�c", "title: control characters replaced"),
        ("<r><t>bold</t></r>", "<r><t>bold</t></r> ", "title: space added at the end"),
        ("_x0041_ & <b>", "_x0041_ & <b>", None),
        ("x" * 40_000, "x" * 32_767, "title: cut to 32,767 characters, which is all that a cell holds"),
        ("😀" * 20_000, "😀" * 16_383, "title: cut to 32,767 characters, which is all that a cell holds"),
    ],
    ids=["control", "markup", "escapes", "long", "long-pairs"],
)
def test_what_a_cell_cannot_hold_is_replaced_and_told(
    reports: list[Report], write: Write, text: str, held: str, note: str | None
) -> None:
    report = named(reports[0], text)
    sheet = openpyxl.load_workbook(write([report], "xlsx") / "records.xlsx")["Findings"]
    value = sheet["A2"].value
    assert openpyxl.utils.escape.unescape(value) == held
    assert sheet.cell(2, sheet.max_column).value == note


def test_more_rows_than_a_sheet_holds_go_into_further_sheets(
    reports: list[Report], write: Write, monkeypatch: pytest.MonkeyPatch, book: Any
) -> None:
    monkeypatch.setattr(XlsxWriter, "ROWS", 41)
    monkeypatch.setattr(xlsx, "_LINKS", 10)
    parted = openpyxl.load_workbook(write(reports, "xlsx", name="parted") / "records.xlsx")
    findings = [name for name in parted.sheetnames if name.startswith("Findings")]
    assert findings[:3] == ["Findings", "Findings 2", "Findings 3"]
    assert parted["Findings 2"].auto_filter.ref == parted["Findings 2"].dimensions
    assert [row for name in findings for row in rows(parted, name)] == rows(book, "Findings")
    linked = [bool(row[1].hyperlink or row[0].hyperlink) for row in parted["Findings"].iter_rows(min_row=2)]
    assert linked == [True] * 10 + [False] * 30


def test_the_same_records_give_the_same_bytes(reports: list[Report], write: Write) -> None:
    first, second = (write(reports, "xlsx", name=name) / "records.xlsx" for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    reports: list[Report], write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(reports[:1], "jsonl")
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ConfigError, match=r"needs xlsxwriter.*pip install 'scrutiny\[xlsx\]'"):
        write(reports, "xlsx")
    assert (folder / "records.jsonl").read_bytes()
