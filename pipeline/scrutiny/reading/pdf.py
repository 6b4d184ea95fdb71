"""PDF files: pages to blocks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from types import MappingProxyType

import pypdfium2
import pypdfium2.raw as raw

from scrutiny.errors import ReadError
from scrutiny.reading.build import Draft, build, source_of
from scrutiny.reading.characters import normalise
from scrutiny.reading.footnotes import take_footnotes
from scrutiny.reading.furniture import take_furniture
from scrutiny.reading.headings import body_style, classify
from scrutiny.reading.hyphens import words
from scrutiny.reading.joining import join_across
from scrutiny.reading.layout import lay_out
from scrutiny.reading.page import Page, Row, Run, TableRow, rows_of
from scrutiny.reading.paragraphs import Group, group_rows
from scrutiny.reading.pdfium import LOCK, MAX_PIECES_PER_PAGE, read_page
from scrutiny.reading.pictures import render
from scrutiny.reading.recognition import Recogniser, recogniser
from scrutiny.reading.scanned import PictureReader, notes_on_pictures
from scrutiny.report import BlockKind, Box, Coverage, Report

#: A PDF with more pages is not a report, and is refused.
MAX_PAGES = 5_000
#: Nor is one with more characters, some 2,000 full pages, or set in more pieces: a small file can show the same
#: text on every page.
MAX_CHARACTERS = 5_000_000
MAX_PIECES = 500_000

#: A whole PDF ends in this mark, give or take what a server appended, in bytes.
_END_MARK = b"%%EOF"
_END_MARK_WITHIN = 2048

_FILE_NAME = re.compile(
    r"\.(?:docx?|pdf|rtf|odt|indd|pages|pptx?|xlsx?|qxd|pub|txt)\b|^microsoft\b|[\\/]", re.IGNORECASE
)
_DATE = re.compile(r"D?:?([0-9]{4})(?:(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])?)?")


def read_pdf(data: bytes, *, path: str, ocr: str = "") -> Report:
    """The report in the PDF file ``data``; ``path`` names it in errors and in the report's source.

    ``ocr`` are the languages, by Tesseract's names joined by ``+``, in which pictures of text are read, if any.

    Raises ReadError: ``encrypted``, ``damaged``, ``too_many_pages``, ``too_large``, ``no_text``, ``no_ocr``.
    """
    tesseract = recogniser(ocr) if ocr else None
    with LOCK:
        document = _open(data, path)
        try:
            if len(document) > MAX_PAGES:
                raise ReadError(
                    f"{path}: the PDF has {len(document):,} pages; at most {MAX_PAGES:,} are read.",
                    remedy="Split it into one file a report.",
                    code="too_many_pages",
                )
            pages, notes = _pages(document, path, tesseract)
            metadata = _metadata(document, pages)
        finally:
            document.close()
    whole = _END_MARK in data[-_END_MARK_WITHIN:]
    if not whole:
        notes.append("The file has no end mark: it was cut off, and pages or text may be missing.")
    notes += [f"Page {page.number}: {page.cut}." for page in pages if page.cut]
    notes += notes_on_pictures(pages, tesseract)
    empty = [page.number for page in pages if not any(segment.text for segment in page.segments)]
    scanned = tuple(page.number for page in pages if page.picture)
    if len(empty) == len(pages):
        if any(page.cut for page in pages):
            raise _too_large(path)
        raise _no_text(path, len(pages), bool(scanned), bool(tesseract)) if whole else _damaged(path)
    coverage = Coverage(
        pages=len(pages),
        pages_without_text=tuple(number for number in empty if number not in scanned),
        pages_scanned=scanned,
        ocr=MappingProxyType({page.number: page.confidence for page in pages if page.confidence is not None}),
        characters_unread=sum(page.unread for page in pages),
        notes=tuple(notes),
    )
    return build(drafts(pages), source_of(data, path=path, format="pdf"), metadata=metadata, coverage=coverage)


def _open(data: bytes, path: str) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise ReadError(
                f"{path}: the PDF is protected by a password.",
                remedy="Save a copy without the password and read that.",
                code="encrypted",
            ) from error
        raise _damaged(path) from error


def _damaged(path: str) -> ReadError:
    return ReadError(
        f"{path}: the PDF is damaged or incomplete and cannot be read.",
        remedy="Download or export it again.",
        code="damaged",
    )


def _too_large(path: str) -> ReadError:
    return ReadError(
        f"{path}: the PDF has too much text: more than {MAX_CHARACTERS:,} characters, {MAX_PIECES:,} pieces, or "
        f"{MAX_PIECES_PER_PAGE:,} on a page.",
        remedy="Split it into one file a report, or print it to a new PDF.",
        code="too_large",
    )


def _no_text(path: str, pages: int, scanned: bool, ocr: bool) -> ReadError:
    if not scanned:
        reason, remedy = "", "Check that it is the report you mean, or print it to a new PDF."
    elif ocr:
        reason, remedy = "; OCR found no words in their pictures", "Scan it again, larger and with more contrast."
    else:
        reason = "; they are pictures"
        remedy = "Read it with OCR: pip install 'scrutiny[ocr]', install the program Tesseract, and give --ocr."
    return ReadError(f"{path}: none of its {pages} pages holds text{reason}.", remedy=remedy, code="no_text")


def _pages(document: pypdfium2.PdfDocument, path: str, tesseract: Recogniser | None) -> tuple[list[Page], list[str]]:
    """Every page; one that cannot be loaded is empty and has a note, and so have the fields of a form."""
    pages, notes, characters, pieces = [], [], 0, 0
    pictures = PictureReader(tesseract) if tesseract else None
    if document.get_formtype() != raw.FORMTYPE_NONE:
        notes.append("The file is a form: what was filled into its fields was not read.")
    for index in range(len(document)):
        try:
            pages.append(read_page(document, index))
            if pictures and pages[-1].picture:
                pages[-1] = pictures.read(pages[-1], *render(document, index))
        except pypdfium2.PdfiumError:
            pages.append(Page(index + 1, 0.0, 0.0))
            notes.append(f"Page {index + 1} is damaged and was not read.")
        lengths = [len(run.text) for segment in pages[-1].segments for run in segment.runs]
        characters += sum(lengths)
        pieces += len(lengths)
        if characters > MAX_CHARACTERS or pieces > MAX_PIECES:
            raise _too_large(path)
    return pages, notes


def drafts(pages: Sequence[Page]) -> list[Draft]:
    """The blocks on ``pages`` in reading order; what stands below a page's text follows its last block."""
    furniture = take_furniture(pages)
    body = body_style([segment for page in pages for segment in page.segments])
    footnotes = {page.number: take_footnotes(page, body) for page in pages}
    groups = group_rows([region for page in pages for region in lay_out(page)])
    classify(groups, body)
    begun: defaultdict[int, list[Group]] = defaultdict(list)
    for group in join_across(groups):
        begun[group.page].append(group)
    ordered: list[Draft] = []
    for page in pages:
        ordered += [_draft(group) for group in begun[page.number] if group.kind is not BlockKind.FURNITURE]
        ordered += footnotes[page.number]
        ordered += [_draft(group) for group in begun[page.number] if group.kind is BlockKind.FURNITURE]
        ordered += [_furniture(row) for row in rows_of(page.number, furniture[page.number])]
        ordered += [_stray(run, page.number) for run in page.stray]
    turned = {page.number: page for page in pages if page.turn}
    for draft in ordered if turned else ():
        draft.lines = [
            (text, turned[box.page].displayed(box) if box and box.page in turned else box) for text, box in draft.lines
        ]
    return ordered


def _draft(group: Group) -> Draft:
    if group.table:
        return Draft(group.kind, list(_cells(group.table)))
    boxes = [row.box for row in group.rows]
    sign = group.marker.sign if group.marker else ""
    return Draft(group.kind, list(zip(group.lines, boxes, strict=True)), sign, group.level)


def _cells(row: TableRow) -> Iterable[tuple[str, Box]]:
    """The lines of each cell; a bar follows every cell but the last."""
    for cell in row.cells:
        for line in cell:
            bar = " |" if line is cell[-1] and cell is not row.cells[-1] else ""
            yield line.text + bar, line.box


def _furniture(row: Row) -> Draft:
    return Draft(BlockKind.FURNITURE, [(row.text, row.box)])


def _stray(run: Run, page: int) -> Draft:
    """What runs in another direction than the page's text."""
    return Draft(BlockKind.FURNITURE, [(run.text, Box(page, run.x0, run.y0, run.x1, run.y1))])


def _metadata(document: pypdfium2.PdfDocument, pages: Sequence[Page]) -> dict[str, str]:
    """Title, author and date of creation (ISO 8601), where the file says so.

    Many a file's title is that of its template: it counts only if its words stand on the first two pages.
    """
    found = {"author": normalise(document.get_metadata_value("Author"))}
    title = normalise(document.get_metadata_value("Title"))
    parts = set(words([title]))
    if len(parts) > 1 and not _FILE_NAME.search(title):
        printed = words(segment.text for page in pages[:2] for segment in page.segments)
        if all(part in printed for part in parts):
            found["title"] = title
    date = _DATE.match(document.get_metadata_value("CreationDate"))
    if date:
        found["created"] = "-".join(part for part in date.groups() if part)
    return found
