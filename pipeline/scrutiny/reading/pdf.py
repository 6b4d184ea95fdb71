"""PDF files: pages to blocks."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from types import MappingProxyType

import pypdfium2
import pypdfium2.raw as raw

from scrutiny.errors import ReadError
from scrutiny.pdfium import LOCK
from scrutiny.reading.build import build, source_of
from scrutiny.reading.characters import normalise
from scrutiny.reading.collecting import without_collecting
from scrutiny.reading.flow import Flow
from scrutiny.reading.forms import most_drawn
from scrutiny.reading.hyphens import words
from scrutiny.reading.page import Page
from scrutiny.reading.pdfium import MAX_PIECES_PER_PAGE, read_page
from scrutiny.reading.pictures import render
from scrutiny.reading.recognition import Recogniser, recogniser
from scrutiny.reading.scanned import PictureReader, notes_on_pictures
from scrutiny.report import Coverage, Report

#: A PDF with more pages is not a report, and is refused.
MAX_PAGES = 5_000
#: Nor is one with more characters, some 2,000 full pages, or set in more pieces: a small file can show the same
#: text on every page.
MAX_CHARACTERS = 5_000_000
MAX_PIECES = 500_000
#: Nor one with a page of so many bytes once all is drawn that it shows by name; reports have some 70,000.
MAX_DRAWN = 50_000_000

#: PDFium keeps what it has loaded until a file is closed, so one is opened anew after so many pages; if reading them
#: took so many times as long as opening it, which in a large damaged file means searching all of it.
_OPENED_FOR = 100
_WORTH = 10
#: A file's title counts if it is printed on one of so many pages.
_TITLE_PAGES = 2
#: A whole PDF ends in this mark, give or take what a server appended, in bytes.
_END_MARK = b"%%EOF"
_END_MARK_WITHIN = 2048

_FILE_NAME = re.compile(
    r"\.(?:docx?|pdf|rtf|odt|indd|pages|pptx?|xlsx?|qxd|pub|txt)\b|^microsoft\b|[\\/]", re.IGNORECASE
)
_DATE = re.compile(r"D?:?([0-9]{4})(?:(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])?)?")


@without_collecting()
def read_pdf(data: bytes, *, path: str, ocr: str = "") -> Report:
    """The report in the PDF file ``data``; ``path`` names it in errors and in the report's source.

    ``ocr`` are the languages, by Tesseract's names joined by ``+``, in which pictures of text are read, if any.

    Raises ReadError: ``encrypted``, ``damaged``, ``too_many_pages``, ``too_large``, ``no_text``, ``no_ocr``.
    """
    tesseract = recogniser(ocr) if ocr else None
    with LOCK:
        file = _File(data, path)
        try:
            document = file.document
            if len(document) > MAX_PAGES:
                raise ReadError(
                    f"{path}: the PDF has {len(document):,} pages; at most {MAX_PAGES:,} are read.",
                    remedy="Split it into one file a report.",
                    code="too_many_pages",
                )
            if most_drawn(data) > MAX_DRAWN:
                raise ReadError(
                    f"{path}: the PDF has a page without end: what it shows holds itself again and again.",
                    remedy="Do not trust it, or print it to a new PDF.",
                    code="too_large",
                )
            notes, metadata, printed = _notes_on(document), _metadata(document), list[str]()
            flow, pages, empty = Flow(len(document)), list[Page](), list[int]()
            for page in _pages(file, tesseract, notes):
                texts = [*(segment.text for segment in page.segments), *(run.text for run in page.stray)]
                if page.number <= _TITLE_PAGES:
                    printed += texts
                if not any(texts):
                    empty.append(page.number)
                pages.append(page)
                flow.add(page)
        finally:
            file.close()
    whole = _END_MARK in data[-_END_MARK_WITHIN:]
    if not whole:
        notes.append("The file has no end mark: it was cut off, and pages or text may be missing.")
    notes += [f"Page {page.number}: {page.cut}." for page in pages if page.cut]
    notes += notes_on_pictures(pages, tesseract)
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
    if not _is_printed(metadata.get("title", ""), printed):
        metadata.pop("title", None)
    return build(flow.drafts(), source_of(data, path=path, format="pdf"), metadata=metadata, coverage=coverage)


class _File:
    """An open PDF file, whose ``document`` is another one after it was renewed."""

    def __init__(self, data: bytes, path: str) -> None:
        """Raises ReadError: ``encrypted``, ``damaged``."""
        self.path = path
        self._data = data
        self._open()

    def _open(self) -> None:
        began = time.perf_counter()
        self.document = _open(self._data, self.path)
        self._opened = time.perf_counter()
        self._cost = self._opened - began

    def renew(self) -> None:
        """Let go of what PDFium has loaded, unless opening the file took long for what was read since."""
        if time.perf_counter() - self._opened >= _WORTH * self._cost:
            self.document.close()
            self._open()

    def close(self) -> None:
        """Close the file."""
        self.document.close()


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


def _notes_on(document: pypdfium2.PdfDocument) -> list[str]:
    form = document.get_formtype() != raw.FORMTYPE_NONE
    return ["The file is a form: what was filled into its fields was not read."] if form else []


def _pages(file: _File, tesseract: Recogniser | None, notes: list[str]) -> Iterator[Page]:
    """Every page; one that cannot be loaded is empty and added to ``notes``."""
    characters = pieces = 0
    pictures = PictureReader(tesseract) if tesseract else None
    for index in range(len(file.document)):
        if index and not index % _OPENED_FOR:
            file.renew()
        try:
            page = read_page(file.document, index)
            if pictures and page.picture:
                page = pictures.read(page, *render(file.document, index))
        except pypdfium2.PdfiumError:
            page = Page(index + 1, 0.0, 0.0)
            notes.append(f"Page {index + 1} is damaged and was not read.")
        lengths = [len(run.text) for segment in page.segments for run in segment.runs]
        characters += sum(lengths)
        pieces += len(lengths)
        if characters > MAX_CHARACTERS or pieces > MAX_PIECES:
            raise _too_large(file.path)
        yield page


def _metadata(document: pypdfium2.PdfDocument) -> dict[str, str]:
    """Title, author and date of creation (ISO 8601), where the file says so."""
    found = {
        "author": normalise(document.get_metadata_value("Author")),
        "title": normalise(document.get_metadata_value("Title")),
    }
    date = _DATE.match(document.get_metadata_value("CreationDate"))
    if date:
        found["created"] = "-".join(part for part in date.groups() if part)
    return found


def _is_printed(title: str, texts: Sequence[str]) -> bool:
    """Whether the words of ``title`` stand in ``texts``: many a file's title is that of its template, or its name."""
    parts = set(words([title]))
    printed = words(texts)
    return len(parts) > 1 and not _FILE_NAME.search(title) and all(part in printed for part in parts)
