"""Pictures of pages read by Tesseract, when asked for: words with their places and confidences."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from scrutiny.errors import ReadError
from scrutiny.reading.hocr import PrintedLine, parse_hocr

if TYPE_CHECKING:
    from PIL.Image import Image

#: A page that takes longer is given up, in seconds.
MAX_SECONDS = 120

_LANGUAGES = re.compile(r"[A-Za-z_]+(?:\+[A-Za-z_]+)*")


class Recogniser:
    """Tesseract for some languages. Make one with :func:`recogniser`."""

    def __init__(self, languages: str, version: str) -> None:
        """``languages`` are Tesseract's names joined by ``+``; ``version`` is the program's."""
        self.languages = languages
        self.version = version

    def lines(self, image: Image, dpi: int) -> list[PrintedLine]:
        """The lines of text in ``image``, in Tesseract's reading order, in pixels from the top left corner.

        Raises RuntimeError: Tesseract failed or took longer than ``MAX_SECONDS``.
        """
        import pytesseract

        image.format = "PPM"  # how it is handed over: packing it would take longer than it saves
        with _one_thread():
            found = pytesseract.image_to_pdf_or_hocr(
                image, lang=self.languages, config=f"--dpi {dpi} --psm 3", extension="hocr", timeout=MAX_SECONDS
            )
        return parse_hocr(found)

    def turned_by(self, image: Image) -> int:
        """By how many degrees, clockwise, ``image`` must be turned to stand upright; 0 where that cannot be told."""
        import pytesseract

        image.format = "PPM"
        with _one_thread():
            try:
                found = pytesseract.image_to_osd(image, output_type=pytesseract.Output.DICT, timeout=MAX_SECONDS)
            except RuntimeError:  # too few words, or no data for it installed
                return 0
        return int(found["rotate"])


@cache
def recogniser(languages: str) -> Recogniser:
    """Tesseract for ``languages``: its names of them, joined by ``+``.

    Raises ReadError: ``no_ocr``, the extra, the program or a language is not installed.
    """
    if not _LANGUAGES.fullmatch(languages):
        raise _missing(
            f"'{languages}' names no languages for OCR.", "Join Tesseract's names of them by '+', such as eng+cym."
        )
    try:
        import pytesseract
    except ImportError:
        raise _missing(
            "OCR is asked for, and the Python package for it is not installed.", "Run: pip install 'scrutiny[ocr]'"
        ) from None
    try:
        version = str(pytesseract.get_tesseract_version())
    except (OSError, SystemExit):  # SystemExit: it answers with what is no version
        raise _missing(
            "OCR is asked for, and the program Tesseract is not installed, or not on the PATH.",
            "Install it: 'apt-get install tesseract-ocr' on Debian and Ubuntu, 'brew install tesseract' on macOS.",
        ) from None
    installed = pytesseract.get_languages()
    for language in languages.split("+"):
        if language not in installed:
            raise _missing(
                f"OCR is asked for '{language}', and Tesseract has no data for it. It has: {', '.join(installed)}.",
                f"Install them, on Debian and Ubuntu with 'apt-get install tesseract-ocr-{language.lower()}'.",
            )
    return Recogniser(languages, version)


def _missing(reason: str, remedy: str) -> ReadError:
    return ReadError(reason, remedy=remedy, code="no_ocr")


@contextmanager
def _one_thread() -> Iterator[None]:
    """Tesseract on one thread: on a page more are slower. It takes the number from the environment."""
    before = os.environ.get("OMP_THREAD_LIMIT")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_THREAD_LIMIT"]
        else:
            os.environ["OMP_THREAD_LIMIT"] = before
