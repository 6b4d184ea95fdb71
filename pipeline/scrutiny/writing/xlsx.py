"""An Excel workbook: a sheet for each kind of record and one of the reports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrutiny.report import Report
from scrutiny.writing.flat import REPORT_COLUMNS, flat, flat_report
from scrutiny.writing.places import path_from
from scrutiny.writing.schema import RecordLine

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_RESULT = (
    "voice", "proportions", "proportion_low", "proportion_high", "trend", "element", "severity", "grades",
)  # fmt: skip
_DEMAND = (
    "number", "kind", "obligation", "addressee", "action", "object", "deadline", "deadline_date", "condition",
    "measure", "missing",
)  # fmt: skip


def _columns(special: Sequence[str]) -> tuple[str, ...]:
    return (
        "title", "page", "section", "lead_in", "text", "confidence", "decision", *special, "references", "earlier",
        "links", "id", "fingerprint", "pages", "start", "end", "report", "report_sha256", "model", "model_sha256",
        "model_precision", "scrutiny_version", "schema_version", "note",
    )  # fmt: skip


#: The columns of each sheet; in the workbook their names have spaces and a capital.
SHEETS = {
    "Findings": _columns(_RESULT),
    "Strengths": _columns(_RESULT),
    "Recommendations": _columns(_DEMAND),
    "Reports": (*REPORT_COLUMNS, "note"),
}
_SHEET_OF = {"finding": "Findings", "strength": "Strengths", "recommendation": "Recommendations"}

#: Characters a column is wide, where it is not ten.
_WIDTHS = {
    **dict.fromkeys(("text",), 80),
    **dict.fromkeys(("title", "section", "lead_in", "object", "action", "grades", "notes", "path", "report"), 30),
    **dict.fromkeys(("addressee", "condition", "measure", "references", "deadline", "links", "id", "note"), 22),
    **dict.fromkeys(("inspecting_body", "inspected_body", "proportions", "metadata", "missing", "severity"), 22),
}
_DATES = {"deadline_date", "publication_date", "inspection_start", "inspection_end"}

# Limits of the format: https://support.microsoft.com/office/excel-specifications-and-limits
_CHARACTERS, _LINKS, _ADDRESS = 32_767, 65_530, 2_000
#: What XML cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: What means something in the address of a file.
_ESCAPED = str.maketrans({character: f"%{ord(character):02X}" for character in '%#" <>[]^`{}'})


class XlsxWriter:
    """Records as rows of an Excel workbook, one sheet a kind, and a sheet of the reports.

    A row is written to disk before the next one. Text is never a formula. What a cell cannot hold is left out or
    replaced, and the row's last cell says so. The page leads to the report's file, if it is there.
    """

    #: Rows a sheet has at most, its heading included; what is more goes into a further sheet.
    ROWS = 1_048_576

    def __init__(self, path: Path) -> None:
        """Create or replace ``path``."""
        from xlsxwriter import Workbook

        path.touch()  # XlsxWriter would find out at the end
        self._folder = path.parent
        self._book = Workbook(path, {"constant_memory": True})
        # The time of writing is left out, that the same records give the same bytes.
        self._book.set_properties({"created": datetime(2000, 1, 1), "comments": "Written by scrutiny"})
        self._sheets = {name: _Sheet(self._book, name, columns, self.ROWS) for name, columns in SHEETS.items()}

    def write(self, report: Report, records: Sequence[RecordLine]) -> None:
        """Write a row for each record and one for the report."""
        file = self._address(report.source.path)
        for record in records:
            page = record.pages[0] if record.pages else None
            cells = {**flat(record), "page": page}
            address = f"{file}#page={page}" if file and page else file
            self._sheets[_SHEET_OF[record.role]].add(cells, link="page" if page else "title", address=address)
        self._sheets["Reports"].add(flat_report(report), link="path", address=file)

    def close(self) -> None:
        """Write the file. Raises OSError."""
        from xlsxwriter.exceptions import FileCreateError

        for sheet in self._sheets.values():
            sheet.finish()
        try:
            self._book.close()
        except FileCreateError as error:
            raise OSError(*error.args[0].args) from None

    def _address(self, path: str) -> str:
        """The address of a report's file as seen from the workbook; empty where there is no such file."""
        address = (path_from(self._folder, path) or "").translate(_ESCAPED)
        return f"external:{address}" if 0 < len(address) < _ADDRESS else ""


class _Sheet:
    """A sheet, and as many further ones of its kind as its rows need."""

    def __init__(self, book: Workbook, name: str, columns: Sequence[str], rows: int) -> None:
        self._book, self._name, self._columns, self._rows = book, name, columns, rows
        style = {"text_wrap": True, "valign": "top"}
        self._heading = book.add_format({"bold": True, "bottom": 1, **style})
        self._text = book.add_format(style)
        self._date = book.add_format({"num_format": "yyyy-mm-dd", **style})
        self._link = book.add_format({"font_color": "#0563C1", "underline": 1, **style})
        self._number = 0
        self._open()

    def add(self, cells: dict[str, object], *, link: str, address: str) -> None:
        """Write one row, of which the cell called ``link`` leads to ``address``."""
        if self._row == self._rows:
            self.finish()
            self._open()
        notes = []
        for column, name in enumerate(self._columns[:-1]):
            if name == link and address and self._row <= _LINKS:
                # The cell's own value is written over the address below.
                self._sheet.write_url(self._row, column, address, self._link)
                note = self._cell(column, cells[name], self._link)
            else:
                note = self._cell(column, _dated(cells[name]) if name in _DATES else cells[name], self._text)
            if note:
                notes.append(f"{name}: {note}")
        self._cell(len(self._columns) - 1, "; ".join(notes), self._text)
        self._row += 1

    def finish(self) -> None:
        """The filter goes over all rows, which must be known."""
        self._sheet.autofilter(0, 0, self._row - 1, len(self._columns) - 1)

    def _open(self) -> None:
        self._number += 1
        sheet: Worksheet = self._book.add_worksheet(self._name if self._number == 1 else f"{self._name} {self._number}")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(self._columns):
            sheet.set_column(column, column, _WIDTHS.get(name, 11))
            sheet.write_string(0, column, name.replace("_", " ").capitalize(), self._heading)
        self._sheet, self._row = sheet, 1

    def _cell(self, column: int, value: Any, style: Any) -> str:
        """Write a value; what had to be changed is returned."""
        if isinstance(value, date):
            self._sheet.write_datetime(self._row, column, datetime(value.year, value.month, value.day), self._date)
        elif isinstance(value, int | float):
            self._sheet.write_number(self._row, column, value, style)
        elif value in (None, ""):
            self._sheet.write_blank(self._row, column, None, style)
        else:
            text, note = _writable(str(value))
            self._sheet.write_string(self._row, column, text, style)
            return note
        return ""


def _dated(value: object) -> object:
    """A whole date as such; what is only a month or no date at all stays as it is, and what Excel has no number for."""
    try:
        day = date.fromisoformat(str(value)) if value else None
    except ValueError:
        return value
    return day if day and day.year >= 1900 else value


def _writable(text: str) -> tuple[str, str]:
    """``text`` as a cell can hold it, and what had to be changed."""
    notes = []
    replaced = _CONTROL.sub("�", text)
    if replaced != text:
        notes.append("control characters replaced")
    if replaced.startswith("<r>") and replaced.endswith("</r>"):  # XlsxWriter would take it for markup of its own
        replaced += " "
        notes.append("space added at the end")
    units = replaced.encode("utf-16-le")
    if len(units) > 2 * _CHARACTERS:
        replaced = units[: 2 * _CHARACTERS].decode("utf-16-le", "ignore")
        notes.append(f"cut to {_CHARACTERS:,} characters, which is all that a cell holds")
    return replaced, ", ".join(notes)
