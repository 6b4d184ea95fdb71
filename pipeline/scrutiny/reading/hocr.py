"""Reads hOCR, the form in which Tesseract says what stands where in a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

_LINES = frozenset({"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"})
_NUMBER = r"(-?[\d.]+)"
_BOX = re.compile(r"bbox (\d+) (\d+) (\d+) (\d+)")
_BASELINE = re.compile(f"baseline {_NUMBER} {_NUMBER}")
_SIZE = re.compile(f"x_size {_NUMBER}")
_CONFIDENCE = re.compile(f"x_wconf {_NUMBER}")


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """A word and its rectangle in pixels from the top left corner; ``confidence`` is 0 to 1."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: float


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of words; ``baseline`` (at its middle) and ``size``, the height of its letters, are in pixels.

    Lines of equal ``paragraph`` belong together.
    """

    words: tuple[PrintedWord, ...]
    baseline: float
    size: float
    paragraph: int

    @property
    def text(self) -> str:
        """The words, joined by spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """The mean over the words."""
        return sum(word.confidence for word in self.words) / len(self.words)


def parse_hocr(data: bytes) -> list[PrintedLine]:
    """The lines of an hOCR file, in its order; those without words left out.

    Raises RuntimeError: it is no hOCR.
    """
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise RuntimeError(f"unreadable hOCR: {error}") from None
    return [
        line
        for number, paragraph in enumerate(_of_class(root, {"ocr_par"}))
        for element in _of_class(paragraph, _LINES)
        if (line := _line(element, number)) is not None
    ]


def _of_class(root: ElementTree.Element, names: frozenset[str] | set[str]) -> Iterator[ElementTree.Element]:
    return (element for element in root.iter() if element.get("class") in names)


def _line(element: ElementTree.Element, paragraph: int) -> PrintedLine | None:
    words = tuple(word for found in _of_class(element, {"ocrx_word"}) if (word := _word(found)) is not None)
    if not words:
        return None
    title = element.get("title", "")
    x0, _, x1, y1 = _box(title)
    slope, offset = _numbers(_BASELINE, title, (0.0, 0.0))
    (size,) = _numbers(_SIZE, title, (float(max(word.y1 - word.y0 for word in words)),))
    return PrintedLine(words, y1 + slope * (x1 - x0) / 2 + offset, max(size, 1.0), paragraph)


def _word(element: ElementTree.Element) -> PrintedWord | None:
    text = "".join(element.itertext()).strip()
    title = element.get("title", "")
    (confidence,) = _numbers(_CONFIDENCE, title, (0.0,))
    return PrintedWord(text, *_box(title), min(max(confidence / 100, 0.0), 1.0)) if text else None


def _box(title: str) -> tuple[int, int, int, int]:
    found = _BOX.search(title)
    if found is None:
        raise RuntimeError("unreadable hOCR: a word or line has no box")
    x0, y0, x1, y1 = map(int, found.groups())
    return x0, y0, x1, y1


def _numbers(pattern: re.Pattern[str], title: str, default: tuple[float, ...]) -> tuple[float, ...]:
    found = pattern.search(title)
    return tuple(float(number) for number in found.groups()) if found else default
