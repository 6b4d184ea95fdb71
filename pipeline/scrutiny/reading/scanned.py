"""A picture of a page as if it had been printed: what was recognised in it, set in runs of characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from scrutiny.reading.hocr import PrintedLine
from scrutiny.reading.page import Page, Picture, Run, Segment, Style, segments_of
from scrutiny.reading.ruled import rules_in

if TYPE_CHECKING:
    from PIL.Image import Image

    from scrutiny.reading.recognition import Recogniser

#: A line whose words are less certain than this on average is a stain or a drawing, and is left out.
_MIN_CONFIDENCE = 0.3
#: A page below this is likely to be turned; one still below it is mentioned.
_LOW_CONFIDENCE = 0.6
#: Letters this much blacker than the page's are bold; with more ink than this share they are white on black.
_BOLDER = 1.2
_INVERTED = 0.5
_MIN_BOLD_LETTERS = 3
#: Sizes measured in one style differ by up to the first of these shares; within a paragraph, a line without tall
#: letters may differ by the second.
_SAME_SIZE = 0.12
_SAME_PARAGRAPH = 0.25
#: Font size, and how far a font reaches above and below the baseline, as multiples of the height of letters.
_FONT_SIZE, _ASCENT, _DESCENT = 1.1, 0.95, 0.3
#: Lines that begin within so many points of each other begin at one edge.
_SAME_EDGE = 2.5
_POINTS_PER_INCH = 72.0

#: What a bullet is taken for, if it stands apart by this many times the height of the letters.
_BULLETS = frozenset("e¢°©®«»*+o.·")
_BULLET_GAP = 0.45

_WHAT = {
    Picture.SCAN: "are scanned or otherwise pictures",
    Picture.OUTLINES: "show drawings, or letters drawn as shapes",
}


class PictureReader:
    """Reads the pictures of one report, page after page, and remembers the font sizes that it has met."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._sizes: dict[bool, list[float]] = {False: [], True: []}

    def read(self, page: Page, image: Image, dpi: int) -> Page:
        """``page`` with what stands in ``image``, its picture; what its own text says is not read twice."""
        turn = 0
        try:
            lines = self._recogniser.lines(image, dpi)
            if _confidence(lines) < _LOW_CONFIDENCE and (turned := self._recogniser.turned_by(image)):
                upright = image.rotate(-turned, expand=True, fillcolor=255)
                again = self._recogniser.lines(upright, dpi)
                if _confidence(again) > _confidence(lines):
                    image, lines, turn = upright, again, turned
        except RuntimeError as error:
            return replace(page, notes=(*page.notes, f"OCR failed on it ({error}), and it was not read"))
        if page.turn != turn:
            own = sum(len(segment.text) for segment in page.segments)
            note = f"{own} characters that run in another direction than its picture were left out"
            said = (*page.notes, note) if own else page.notes
            page = replace(page, segments=[], turn=turn, notes=said, unread=page.unread + own)
        kept = [line for line in lines if line.confidence >= _MIN_CONFIDENCE]
        confidence = round(_confidence(kept), 4)
        points = _POINTS_PER_INCH / dpi
        segments = segments_of(_runs(kept, self._styles(kept, image, points), points))
        doubtful = sum(len(line.words) for line in lines) - sum(len(line.words) for line in kept)
        notes = [
            f"OCR left out {doubtful:,} words too uncertain to be text" if doubtful else "",
            "" if kept else "OCR found no words on it",
            f"OCR read it with low confidence ({confidence:.2f})" if kept and confidence < _LOW_CONFIDENCE else "",
        ]
        return replace(
            page,
            width=image.width * points,
            height=image.height * points,
            segments=[*page.segments, *(s for s in segments if not any(_covers(own, s) for own in page.segments))],
            rules=rules_in(image, points),
            confidence=confidence,
            notes=(*page.notes, *filter(None, notes)),
        )

    def _styles(self, lines: Sequence[PrintedLine], image: Image, points: float) -> list[Style]:
        """Size and weight of each line, evened out so that lines of one style agree."""
        if not lines:
            return []
        inks = _inks(lines, image)
        usual = median([ink for ink, line in zip(inks, lines, strict=True) for _ in line.words])
        bold = [
            ink > _BOLDER * usual and sum(map(str.isalpha, line.text)) >= _MIN_BOLD_LETTERS
            for ink, line in zip(inks, lines, strict=True)
        ]
        main = self._known(median([line.size for line in lines for _ in line.words]) * points * _FONT_SIZE)
        paragraphs: dict[tuple[int, bool], list[float]] = {}
        for line, heavy in zip(lines, bold, strict=True):
            paragraphs.setdefault((line.paragraph, heavy), []).append(line.size)
        styles = []
        for line, heavy in zip(lines, bold, strict=True):
            usual_size = median(paragraphs[line.paragraph, heavy])
            is_usual = _is_near(line.size, usual_size, _SAME_PARAGRAPH)
            size = (usual_size if is_usual else line.size) * points * _FONT_SIZE
            styles.append(Style(main if not heavy and _is_near(size, main) else self._known(size, heavy, main), heavy))
        return styles

    def _known(self, size: float, bold: bool = False, *others: float) -> float:
        """Of ``others`` and the sizes met before the one nearest to ``size``, in points, or a new one."""
        near = [known for known in (*self._sizes[bold], *others) if _is_near(size, known)]
        if near:
            return min(near, key=lambda known: abs(known - size))
        self._sizes[bold].append(round(size * 2) / 2 or 0.5)
        return self._sizes[bold][-1]


def notes_on_pictures(pages: Sequence[Page], recogniser: Recogniser | None) -> list[str]:
    """What there is to say of those of ``pages`` that are pictures of text."""
    notes = []
    for picture, what in _WHAT.items():
        unread = [page.number for page in pages if page.picture is picture and page.confidence is None]
        if unread:
            remedy = "" if recogniser else "; --ocr reads them"
            notes.append(f"Not read, because they {what}: {_numbered(unread)}{remedy}.")
    read = [page.number for page in pages if page.confidence is not None]
    if read and recogniser:
        program = f"Tesseract {recogniser.version}, {recogniser.languages}"
        notes.append(f"Read by character recognition ({program}): {_numbered(read)}.")
    return notes + [f"Page {page.number}: {note}." for page in pages for note in page.notes]


def _numbered(pages: Sequence[int]) -> str:
    """Pages, consecutive ones joined: "pages 1, 3 to 5"."""
    parts: list[list[int]] = []
    for page in pages:
        if parts and parts[-1][-1] == page - 1:
            parts[-1].append(page)
        else:
            parts.append([page])
    ranges = ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]} to {part[-1]}" for part in parts)
    return f"page{'s' if len(pages) > 1 else ''} {ranges}"


def _confidence(lines: Sequence[PrintedLine]) -> float:
    """The mean over all words, 0 where there are none."""
    words = [word.confidence for line in lines for word in line.words]
    return sum(words) / len(words) if words else 0.0


def _is_near(size: float, usual: float, share: float = _SAME_SIZE) -> bool:
    return abs(size - usual) <= share * usual


def _runs(lines: Sequence[PrintedLine], styles: Sequence[Style], points: float) -> list[Run]:
    """A run for each word, as high as its font."""
    lefts = _aligned([line.words[0].x0 * points for line in lines])
    return [
        Run(
            text=text,
            x0=min(left, word.x1 * points) if word is line.words[0] else word.x0 * points,
            y0=(line.baseline - _ASCENT * line.size) * points,
            x1=word.x1 * points,
            y1=(line.baseline + _DESCENT * line.size) * points,
            baseline=line.baseline * points,
            style=style,
            space=word is not line.words[0],
        )
        for line, style, left in zip(lines, styles, lefts, strict=True)
        for word, text in zip(line.words, _texts(line), strict=True)
        if text
    ]


def _aligned(edges: Sequence[float]) -> list[float]:
    """``edges``, in points, with those that stand next to each other made equal: letters begin with or without air."""
    places: dict[float, float] = {}
    first = -_SAME_EDGE
    for edge in sorted(set(edges)):
        first = first if edge - first <= _SAME_EDGE else edge
        places[edge] = first
    return [places[edge] for edge in edges]


def _texts(line: PrintedLine) -> list[str]:
    """The words of a line, with what Tesseract takes bullets and upright strokes for put right; rules are empty."""
    texts = [word.text for word in line.words]
    if len(texts) > 1 and len(texts[0]) <= 2 and set(texts[0]) <= _BULLETS:
        first, second = line.words[:2]
        if second.x0 - first.x1 > _BULLET_GAP * line.size:
            texts[0] = "•"
    for index, text in enumerate(texts):
        if text != "|":
            continue
        if index and texts[index - 1].lower() == "page":
            texts[index] = "1"
        elif texts[index + 1 : index + 2] and texts[index + 1][0].islower():
            texts[index] = "I"
        elif index in (0, len(texts) - 1):
            texts[index] = ""  # the edge of a cell
    return texts


def _inks(lines: Sequence[PrintedLine], image: Image) -> list[float]:
    """How black the letters of each line are: the share of ink in the height of the line, 0 to 1."""
    import numpy as np

    black = np.asarray(image) < 128
    inks = []
    for line in lines:
        ink = area = pixels = 0.0
        for word in line.words:
            box = black[word.y0 : word.y1, word.x0 : word.x1]
            ink, pixels = ink + int(box.sum()), pixels + box.size
            area += (word.x1 - word.x0) * line.size
        if ink > _INVERTED * pixels:
            ink = pixels - ink
        inks.append(ink / max(area, 1.0))
    return inks


def _covers(own: Segment, found: Segment) -> bool:
    """Whether the middle of ``found`` lies in ``own``."""
    x, y = (found.x0 + found.x1) / 2, (found.y0 + found.y1) / 2
    return own.x0 <= x <= own.x1 and own.y0 <= y <= own.y1
