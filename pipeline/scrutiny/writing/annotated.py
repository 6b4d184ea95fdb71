"""Copies of the original PDFs in which every record is highlighted and carries what is known of it as a note."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as raw

from scrutiny.pdfium import LOCK
from scrutiny.report import Box, Record, Report
from scrutiny.writing.naming import Names
from scrutiny.writing.original import LeftOutError, Original, Sheet, opened
from scrutiny.writing.schema import FailureLine, RecordLine
from scrutiny.writing.telling import facts_of, links_of, names_of, sureness

if TYPE_CHECKING:
    from pypdf import PdfWriter

#: A highlight's colour by role, red, green and blue from 0 to 1; viewers lay it over the print as a marker pen does.
COLOURS = {
    "finding": (1.0, 0.78, 0.5),
    "strength": (0.6, 0.9, 0.65),
    "recommendation": (0.68, 0.76, 1.0),
}
#: Whose the notes are.
AUTHOR = "scrutiny"

#: A larger file is not copied: all its objects are held in memory at once.
_MAX_BYTES = 100_000_000
#: Characters of a linked record in a note.
_QUOTE = 160
#: Bits of a PDF's permissions and of an annotation's flags (ISO 32000-1, tables 22 and 165).
_MAY_ANNOTATE, _PRINTED = 1 << 5, 1 << 2

_README = """Copies of the reports' PDFs with every record highlighted; its note says what is known of it.
Findings are orange, strengths green, recommendations blue. Only the highlights were added.
"""


class AnnotatedWriter:
    """A folder with a copy of each PDF, and ``README.txt``, which says what could not be copied and why."""

    def __init__(self, path: Path) -> None:
        """Make the folder ``path``."""
        # Of damaged files pypdf has much to say that the reading has said already.
        logging.getLogger("pypdf").addHandler(logging.NullHandler())
        path.mkdir()
        self._folder = path
        self._names = Names()
        self._left_out = 0
        self._list = (path / "README.txt").open("w", encoding="utf-8", newline="\n")
        self._list.write(_README)

    def write(self, report: Report, records: Sequence[RecordLine]) -> None:
        """Write the copy of one report, or the reason why there is none."""
        try:
            copy, remarks = annotated(report, records)
        except LeftOutError as reason:
            self._left_out += 1
            self._list.write(f"\n{report.source.path}\n    no copy: {reason}\n")
        else:
            name = f"{self._names.of(report.source)}.pdf"
            (self._folder / name).write_bytes(copy)
            self._list.write("".join([f"\n{report.source.path}\n    {name}\n", *(f"    {one}\n" for one in remarks)]))

    def fail(self, failure: FailureLine) -> None:
        """Write that a report could not be read."""
        self._left_out += 1
        self._list.write(f"\n{failure.path}\n    no copy: it could not be read\n")

    @property
    def left_out(self) -> str:
        """How many reports have no copy, for people; empty where all have one."""
        return (
            f"{self._left_out:,} without an annotated copy, see {self._folder.name}/README.txt"
            if self._left_out
            else ""
        )

    def close(self) -> None:
        """Close the list."""
        self._list.close()


def annotated(report: Report, records: Sequence[RecordLine]) -> tuple[bytes, list[str]]:
    """The original PDF with a highlight for each record and page, and remarks on what is not as in the original.

    The copy begins with the original's bytes, whole and unchanged; the highlights follow as an incremental update
    (ISO 32000-1, 7.5.6). Only a protected file is written anew without its protection, which cannot be kept.

    Raises:
        LeftOutError: there is no such file, its owner does not permit it, or it cannot be done.
    """
    with opened(report) as original:
        data, remarks = _unprotected(original)
        if len(data) > _MAX_BYTES:
            raise LeftOutError(f"the file is larger than {_MAX_BYTES // 1_000_000} MB")
        places = _places(original, report, remarks)
        pages = len(original.document)
    try:
        copy = _with_notes(data, pages, places, _notes(records), records)
    except LeftOutError:
        raise
    except Exception as error:  # Whatever a file made by a stranger brings about in the library that parses it.
        raise LeftOutError(f"its structure is damaged ({type(error).__name__})") from None
    return copy, remarks


def _unprotected(original: Original) -> tuple[bytes, list[str]]:
    """The file's bytes, decrypted where its owner permits notes."""
    document = original.document
    if raw.FPDF_GetSecurityHandlerRevision(document.raw) == -1:
        return original.data, []
    if not raw.FPDF_GetDocPermissions(document.raw) & _MAY_ANNOTATE:
        raise LeftOutError("its owner does not permit notes in it")
    stream = io.BytesIO()
    document.save(stream, flags=raw.FPDF_REMOVE_SECURITY)
    return stream.getvalue(), ["The original is encrypted, this copy is not."]


def _places(original: Original, report: Report, remarks: list[str]) -> list[tuple[Sheet, list[tuple[int, list[Box]]]]]:
    """For each page with records: their indices, and where they stand on it. What cannot be loaded is remarked."""
    by_page: dict[int, list[tuple[int, Record]]] = {}
    for index, record in enumerate(report.records):
        for number in report.pages(*(report.sentences[one] for one in record.sentences)):
            by_page.setdefault(number, []).append((index, record))
    found = []
    for number, records in sorted(by_page.items()):
        try:
            sheet = original.sheet(number)
            boxes = [
                (index, [box for one in record.sentences for box in original.boxes(report.sentences[one], sheet)])
                for index, record in records
            ]
        except LeftOutError as reason:
            remarks.append(f"No highlights on page {number}: {reason}.")
        else:
            found.append((sheet, boxes))
    return found


def _with_notes(
    data: bytes,
    pages: int,
    places: Sequence[tuple[Sheet, list[tuple[int, list[Box]]]]],
    notes: Sequence[str],
    records: Sequence[RecordLine],
) -> bytes:
    from pypdf import PdfWriter

    if not places:
        return data
    writer = PdfWriter(io.BytesIO(data), incremental=True)
    if len(writer.pages) != pages:
        raise LeftOutError("its pages cannot be told apart")
    for sheet, boxes in places:
        for index, on_page in boxes:
            _highlight(writer, sheet, on_page, records[index], notes[index])
    stream = io.BytesIO()
    writer.write(stream)
    copy = stream.getvalue()
    try:
        with LOCK, pypdfium2.PdfDocument(copy) as again:
            whole = len(again) == pages
    except pypdfium2.PdfiumError:
        whole = False
    if not whole:
        raise LeftOutError("its structure is damaged, and a copy could not be read back")
    return copy


def _highlight(writer: PdfWriter, sheet: Sheet, boxes: Sequence[Box], record: RecordLine, note: str) -> None:
    """Add one highlight over ``boxes``."""
    from pypdf.annotations import Highlight
    from pypdf.generic import ArrayObject, FloatObject, NameObject, NumberObject, TextStringObject

    points: list[float] = []
    for box in boxes:
        # Upper left, upper right, lower left, lower right as one reads: what viewers expect, not the standard.
        for corner in ((box.x0, box.y0), (box.x1, box.y0), (box.x0, box.y1), (box.x1, box.y1)):
            points += (round(value, 2) for value in sheet.to_pdf(*corner))
    xs, ys = points[::2], points[1::2]
    highlight = Highlight(
        rect=(min(xs), min(ys), max(xs), max(ys)),
        quad_points=ArrayObject(FloatObject(value) for value in points),
        title_bar=AUTHOR,
    )
    highlight.update(
        {
            NameObject("/C"): ArrayObject(FloatObject(value) for value in COLOURS[record.role]),
            NameObject("/Contents"): TextStringObject(note),
            NameObject("/F"): NumberObject(_PRINTED),
            NameObject("/NM"): TextStringObject(f"{record.id}-{sheet.number}"),
            NameObject("/Subj"): TextStringObject(record.role.capitalize()),
        }
    )
    writer.add_annotation(sheet.number - 1, highlight)


def _notes(records: Sequence[RecordLine]) -> list[str]:
    """What the note of each record says."""
    names, by_id = names_of(records), {record.id: record for record in records}
    return ["\n".join(_note(record, by_id, names)) for record in records]


def _note(record: RecordLine, by_id: dict[str, RecordLine], names: dict[str, str]) -> Iterator[str]:
    yield f"{record.role.capitalize()} {names[record.id]}"
    review = "; left to a person to review" if record.decision == "review" else ""
    yield f"Confidence: {record.confidence:.2f} ({sureness(record.confidence)}){review}"
    if record.section_path:
        yield f"Section: {' > '.join(record.section_path)}"
    for fact in facts_of(record.attributes):
        yield f"{fact.label}: {fact.value}{' (inferred)' if fact.inferred else ''}"
    answers = "Rests on" if record.role == "recommendation" else "Answered by"
    for link in links_of(record, by_id, names):
        text = link.record.text
        quote = text if len(text) <= _QUOTE else f"{text[:_QUOTE].rstrip()}…"
        pages = ", ".join(map(str, link.record.pages))
        yield f"{answers} {link.name}, page {pages} ({link.score:.2f}): {quote}"
    yield f"Record: {record.id}"
