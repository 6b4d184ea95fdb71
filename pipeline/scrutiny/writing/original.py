"""The PDF file a report was read from: its pages as pictures, and where on them sentences stand, to the word."""

from __future__ import annotations

import hashlib
import io
import math
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as raw

from scrutiny.pdfium import LOCK
from scrutiny.report import Box, Line, Report, Sentence, Source

#: A page with more characters has its lines marked whole.
_MAX_CHARACTERS = 100_000
#: Pixels of a page's picture: its width, and what a page of unusual shape has at most.
_WIDTH, _MAX_PIXELS = 900, 3_000_000
#: Of WebP, 0 to 100: print stays sharp, and a page of text takes some 50 kB.
_QUALITY = 55
#: Points by which a character may stand out of its line's box.
_SLACK = 1.0

Place = Callable[[float, float], tuple[float, float]]


class LeftOutError(Exception):
    """Something cannot be written; the message says why, as the end of a sentence."""


class _Character(NamedTuple):
    """One character and its box on the page, in points from the top left."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as it is displayed, ``width`` times ``height`` points.

    ``to_pdf`` leads from points from the top left to the PDF's own coordinates, ``from_pdf`` back.
    """

    number: int
    width: float
    height: float
    to_pdf: Place
    from_pdf: Place


class Original:
    """An open PDF; pages are counted from 1. See :func:`opened`."""

    def __init__(self, report: Report, data: bytes, document: pypdfium2.PdfDocument) -> None:
        self.data = data
        self.document = document
        self._report = report
        self._characters: tuple[int, list[_Character]] = (0, [])

    def sheet(self, number: int) -> Sheet:
        """The page's size and coordinates.

        Raises:
            LeftOutError: there is no such page, or it cannot be loaded.
        """
        with self._page(number) as page:
            left, bottom, right, top = page.get_bbox()
            rotation = page.get_rotation()
            width, height = page.get_size()
        to_pdf: Place = {
            0: lambda x, y: (left + x, top - y),
            90: lambda x, y: (left + y, bottom + x),
            180: lambda x, y: (right - x, bottom + y),
            270: lambda x, y: (right - y, top - x),
        }[rotation]
        from_pdf: Place = {
            0: lambda x, y: (x - left, top - y),
            90: lambda x, y: (y - bottom, x - left),
            180: lambda x, y: (right - x, y - bottom),
            270: lambda x, y: (top - y, right - x),
        }[rotation]
        return Sheet(number, width, height, to_pdf, from_pdf)

    def picture(self, sheet: Sheet) -> bytes:
        """The page as WebP, some 900 pixels wide.

        Raises:
            LeftOutError: it cannot be drawn.
        """
        scale = min(_WIDTH / max(sheet.width, 1), math.sqrt(_MAX_PIXELS / max(sheet.width * sheet.height, 1)))
        with self._page(sheet.number) as page:
            bitmap = page.render(scale=scale)
            try:
                image = bitmap.to_pil()
                stream = io.BytesIO()
                image.save(stream, "WEBP", quality=_QUALITY)
            finally:
                bitmap.close()
        return stream.getvalue()

    def boxes(self, sentence: Sentence, sheet: Sheet) -> list[Box]:
        """Where ``sentence`` stands on the page, a box for each printed line: of its own words where the PDF tells
        where they stand, of the whole line otherwise."""
        lines = [line for line in self._report.lines(sentence) if line.box.page == sheet.number]
        return [self._box(line, sentence, sheet) for line in lines]

    def _box(self, line: Line, sentence: Sentence, sheet: Sheet) -> Box:
        """The part of ``line`` that holds characters of ``sentence``."""
        box, text = line.box, self._report.text
        before, inside = text[line.start : max(line.start, sentence.start)], text[line.start : line.end]
        own = text[max(line.start, sentence.start) : min(line.end, sentence.end)]
        if _plain(own) == _plain(inside):
            return box
        printed = [
            character
            for character in self._characters_of(sheet)
            if box.y0 - _SLACK <= (character.y0 + character.y1) / 2 <= box.y1 + _SLACK
            and box.x0 - _SLACK <= (character.x0 + character.x1) / 2 <= box.x1 + _SLACK
        ]
        for along in (printed, sorted(printed, key=lambda character: character.x0)):
            at = [character for character in along for _ in character.text]
            start = "".join(character.text for character in along).find(_plain(inside))
            first = start + len(_plain(before))
            stands = at[first : first + len(_plain(own))] if start >= 0 else []
            if not stands:
                continue
            if box.x1 - box.x0 >= box.y1 - box.y0:
                x0, x1 = min(one.x0 for one in stands), max(one.x1 for one in stands)
                return Box(box.page, max(x0, box.x0), box.y0, min(x1, box.x1), box.y1)
            # On a page displayed on its side the line runs up or down.
            y0, y1 = min(one.y0 for one in stands), max(one.y1 for one in stands)
            return Box(box.page, box.x0, max(y0, box.y0), box.x1, min(y1, box.y1))
        return box

    def _characters_of(self, sheet: Sheet) -> list[_Character]:
        """The printed characters of a page, spaces left out; those of the last page asked for are kept."""
        if self._characters[0] != sheet.number:
            self._characters = (sheet.number, list(self._read_characters(sheet)))
        return self._characters[1]

    def _read_characters(self, sheet: Sheet) -> Iterator[_Character]:
        with self._page(sheet.number) as page:
            text = page.get_textpage()
            try:
                count = text.count_chars()
                for index in range(count if count <= _MAX_CHARACTERS else 0):
                    printed = _plain(chr(raw.FPDFText_GetUnicode(text.raw, index)))
                    if printed:
                        left, bottom, right, top = text.get_charbox(index)
                        (x0, y0), (x1, y1) = sheet.from_pdf(left, top), sheet.from_pdf(right, bottom)
                        yield _Character(printed, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            finally:
                text.close()

    @contextmanager
    def _page(self, number: int) -> Iterator[pypdfium2.PdfPage]:
        try:
            page = self.document[number - 1]
        except (IndexError, pypdfium2.PdfiumError):
            raise LeftOutError(f"page {number} cannot be loaded") from None
        try:
            yield page
        except (pypdfium2.PdfiumError, OSError, ValueError, MemoryError):
            raise LeftOutError(f"page {number} cannot be drawn") from None
        finally:
            page.close()


@contextmanager
def opened(report: Report) -> Iterator[Original]:
    """The PDF that ``report`` was read from, if it still is where it was and what it was.

    Raises:
        LeftOutError: it is not a PDF, is not there, or is another file by now.
    """
    data = _bytes_of(report.source)
    with LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            raise LeftOutError("the file cannot be opened") from None
        try:
            yield Original(report, data, document)
        finally:
            document.close()


def _bytes_of(source: Source) -> bytes:
    """The bytes of the file, the same as when it was read."""
    if source.format != "pdf":
        raise LeftOutError("the original is not a PDF")
    path = Path(source.path)
    try:
        if not path.is_file():
            raise LeftOutError("the original is no file of its own, or has been moved")
        with path.open("rb") as file:
            data = file.read(source.size + 1)
    except (OSError, ValueError):
        raise LeftOutError("the original cannot be read again") from None
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise LeftOutError("the original has changed since it was read")
    return data


def _plain(text: str) -> str:
    """``text`` without spaces, ligatures taken apart, so that print and report can be held against each other."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("\x00", "").replace("\ufffe", "")
