"""The text of a PDF page as runs of styled characters; called under the lock of :mod:`scrutiny.reading.pdfium`."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from functools import lru_cache

import pypdfium2
import pypdfium2.raw as raw

from scrutiny.reading.page import CELL_GAP, Place, Run, Style
from scrutiny.reading.pdf_calls import with_plain_pointers

_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique", re.IGNORECASE)
_BOLD_WEIGHT = 600
_ITALIC_FLAG = 1 << 6
#: A direction this near to an axis, as a tangent, is along it.
_UPRIGHT = 0.1
#: What PDFium makes of a hyphen at a line end, as a character and in UTF-16.
_HYPHEN, _HYPHEN_UNIT = "\x02", "\ufffe"
_SPACES = " \xa0"
_LINE = re.compile(r"[^\r\n]+")
_WIDE_SPACE = re.compile(r"\s{4,}")
_SINGLE_SPACE = re.compile(r"(?<=\S)\s{1,3}(?=\S)")
#: Text that takes more room than this for each character, in font sizes, holds gaps.
_LOOSE = 0.56
_UNMAPPED = re.compile(r"[\x00-\x08\x0a-\x1f]")


_object_of = with_plain_pointers(raw.FPDFText_GetTextObject, ctypes.c_void_p, ctypes.c_int)
_font_of = with_plain_pointers(raw.FPDFTextObj_GetFont, ctypes.c_void_p)
_font_size_of = with_plain_pointers(raw.FPDFText_GetFontSize, ctypes.c_double, ctypes.c_int)
_matrix_of = with_plain_pointers(raw.FPDFText_GetMatrix, ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
_box_of = with_plain_pointers(raw.FPDFText_GetLooseCharBox, ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
_origin_of = with_plain_pointers(
    raw.FPDFText_GetCharOrigin, ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p
)

#: Where PDFium writes what it is asked for, some hundred times a page; under LOCK, like everything here. A box is left,
#: top, right and bottom; read as a slice, since each field of a structure costs as much as a call.
_BOX, _MATRIX, _ORIGIN = (ctypes.c_float * 4)(), (ctypes.c_float * 6)(), (ctypes.c_double * 2)()
_BOX_AT, _MATRIX_AT, _X_AT = (ctypes.addressof(place) for place in (_BOX, _MATRIX, _ORIGIN))
_Y_AT = _X_AT + ctypes.sizeof(ctypes.c_double)


def runs_of(text: pypdfium2.PdfTextPage, count: int, place: Place) -> Iterator[Run]:
    """Characters gathered while they belong to one text object and PDFium put no space or line end between."""
    handle = ctypes.cast(text.raw, ctypes.c_void_p).value or 0
    characters = _characters(text, count)
    styles: dict[int, tuple[Style, int]] = {}
    known: dict[tuple[float, ...], tuple[Style, int]] = {}
    space = False
    for start, end, owner in _stretches(handle, characters):
        if not owner:
            space = space or characters[start] == " "
            continue
        style, turn = styles.get(owner) or styles.setdefault(owner, _style(handle, start, owner, known, place))
        shown = characters[start:end]
        word = shown.strip()
        if word:
            first = shown.index(word)
            run = _run(handle, start, shown, first, first + len(word) - 1, style, turn, place, space or first > 0)
            if _may_hold_gaps(word, run):
                yield from _split(handle, start, shown, style, turn, place, space)
            else:
                yield run
            space = False
        space = space or shown[-1] in _SPACES


def _characters(text: pypdfium2.PdfTextPage, count: int) -> str:
    """The first ``count`` characters of a page, one for each that PDFium counts."""
    units = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(text.raw, 0, count, units) == count + 1:
        characters = bytes(units)[: 2 * count].decode("utf-16-le", "surrogatepass")
        if len(characters) != count:  # one of two units is put together when its run is
            characters = "".join(map(chr, units[:count]))
        return characters.replace(_HYPHEN_UNIT, "-")
    # Some have no unit of UTF-16, or two.
    return "".join(chr(raw.FPDFText_GetUnicode(text.raw, index)) for index in range(count)).replace(_HYPHEN, "-")


def _stretches(handle: int, characters: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and text object of what one object shows between line ends; spaces that PDFium added have none."""
    begun, end, owner = 0, 0, 0
    for start, stop, current in _pieces_of(handle, characters):
        if not current and characters[start] == "-":
            current = owner  # the hyphen of a divided word belongs to what it follows
        goes_on = current == owner and start == end
        if owner and not goes_on:
            yield begun, end, owner
        if not current:
            yield start, stop, 0
        elif not goes_on:
            begun = start
        end, owner = stop, current
    if owner:
        yield begun, end, owner


def _pieces_of(handle: int, characters: str) -> Iterator[tuple[int, int, int]]:
    """Parts of lines with their text object, line ends left out; spaces that PDFium added are parts of their own.

    Between two characters of one object PDFium puts nothing but spaces and line ends: if both ends of a part belong
    to the same one, all of it does but for these.
    """
    object_of = _object_of
    for line in _LINE.finditer(characters):
        first, last = line.span()
        waiting = [(first, last, object_of(handle, first), object_of(handle, last - 1))]
        while waiting:
            start, stop, owner, end_owner = waiting.pop()
            if stop - start == 1:
                yield start, stop, owner or 0
            elif owner and owner == end_owner:
                place = characters.find(" ", start, stop)
                while place >= 0:
                    if not object_of(handle, place):
                        if place > start:
                            yield start, place, owner
                        yield place, place + 1, 0
                        start = place + 1
                    place = characters.find(" ", place + 1, stop)
                if stop > start:
                    yield start, stop, owner
            else:
                # Parted at the first space behind its middle, for PDFium adds one between any two objects.
                half = (start + stop) // 2
                space = characters.find(" ", half, stop - 1)
                if space > start:
                    of_space = object_of(handle, space)
                    waiting.append((space + 1, stop, object_of(handle, space + 1), end_owner))
                    waiting.append((space, space + 1, of_space, of_space))
                    waiting.append((start, space, owner, object_of(handle, space - 1)))
                else:
                    waiting.append((half, stop, object_of(handle, half), end_owner))
                    waiting.append((start, half, owner, object_of(handle, half - 1)))


def _style(
    handle: int,
    index: int,
    owner: int,
    known: dict[tuple[float, ...], tuple[Style, int]],
    place: Place,
) -> tuple[Style, int]:
    """Size as displayed, weight and slope of the character at ``index``, which ``owner`` shows; and its direction."""
    _matrix_of(handle, index, _MATRIX_AT)
    size = _font_size_of(handle, index)
    a, b, c, d = _MATRIX[:4]
    key = (_font_of(owner) or 0, size, a, b, c, d)
    if key not in known:
        (x0, y0), (x1, y1) = place(0.0, 0.0), place(a, b)
        displayed = size * (math.hypot(c, d) or 1.0)
        displayed = round(displayed * 2) / 2 or 1.0 if math.isfinite(displayed) else 1.0
        known[key] = _one_style(displayed, *_bold_and_italic(handle, index)), _direction(x1 - x0, y1 - y0)
    return known[key]


@lru_cache(maxsize=1024)
def _one_style(size: float, bold: bool, italic: bool) -> Style:
    """The same object for the same style: it is compared for every line."""
    return Style(size, bold, italic)


def _direction(right: float, down: float) -> int:
    """Degrees counterclockwise of text that runs so, or -1 if it is slanted."""
    if abs(down) <= _UPRIGHT * abs(right):
        return 0 if right >= 0 else 180
    if abs(right) <= _UPRIGHT * abs(down):
        return 90 if down < 0 else 270
    return -1


def _bold_and_italic(handle: int, index: int) -> tuple[bool, bool]:
    """What the font of the character at ``index`` says of itself."""
    page = ctypes.cast(handle, raw.FPDF_TEXTPAGE)
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(page, index, name, len(name), flags)
    font = name.value.decode("utf-8", "replace")
    bold = raw.FPDFText_GetFontWeight(page, index) >= _BOLD_WEIGHT or bool(_BOLD.search(font))
    return bold, bool(flags.value & _ITALIC_FLAG) or bool(_ITALIC.search(font))


def _may_hold_gaps(word: str, run: Run) -> bool:
    """Whether there may be a gap as wide as that between two cells in ``run``, which shows ``word``."""
    if not word.isprintable() or "  " in word:
        return True
    return " " in word and max(run.x1 - run.x0, run.y1 - run.y0) >= _LOOSE * run.style.size * len(word)


def _split(
    handle: int,
    start: int,
    characters: str,
    style: Style,
    turn: int,
    place: Place,
    space: bool,
) -> Iterator[Run]:
    """The run of ``characters``, cut where a row of spaces stands for a tab; blank ends trimmed."""
    # A font that does not say what its glyphs mean gives their numbers: the low ones look like control characters.
    if not characters.isprintable():
        characters = _UNMAPPED.sub("\ufffd", characters)
    position = 0
    gaps = [match.span() for match in _WIDE_SPACE.finditer(characters)]
    if not gaps and " " in characters.strip():
        gaps = list(_stretched_spaces(handle, start, characters, style))
    for gap in [*gaps, None]:
        end = gap[0] if gap else len(characters)
        part = characters[position:end]
        first = position + len(part) - len(part.lstrip())
        last = position + len(part.rstrip()) - 1
        if last >= first:
            yield _run(handle, start, characters, first, last, style, turn, place, space or first > 0)
        position = gap[1] if gap else end


def _stretched_spaces(handle: int, start: int, characters: str, style: Style) -> Iterator[tuple[int, int]]:
    """Spaces as wide as the gap between two cells."""
    for space in _SINGLE_SPACE.finditer(characters):
        _, top, right, _ = _box(handle, start + space.start() - 1)
        left, _, _, bottom = _box(handle, start + space.end())
        if max(left - right, bottom - top) > CELL_GAP * style.size:
            yield space.span()


def _box(handle: int, index: int) -> list[float]:
    """Left, top, right and bottom of a character, in the coordinates of the file."""
    _box_of(handle, index, _BOX_AT)
    return _BOX[:]


def _run(
    handle: int,
    start: int,
    characters: str,
    first: int,
    last: int,
    style: Style,
    turn: int,
    place: Place,
    space: bool,
) -> Run:
    left, top, right, bottom = _box(handle, start + first)
    if last > first:
        edge, upper, end, lower = _box(handle, start + last)
        left, bottom = min(left, edge), min(bottom, lower)
        right, top = max(right, end), max(top, upper)
    _origin_of(handle, start + first, _X_AT, _Y_AT)
    (x0, y0), (x1, y1) = place(left, bottom), place(right, top)
    baseline = place(*_ORIGIN)[1]
    if not math.isfinite(x0 + y0 + x1 + y1 + baseline):
        x0 = y0 = x1 = y1 = baseline = 0.0  # shown, but nowhere on the page
        turn = -1
    if x0 > x1:
        x0, x1 = x1, x0
    if y0 > y1:
        y0, y1 = y1, y0
    text = characters[first : last + 1]
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return Run(text, x0, y0, x1, y1, baseline, style, space, turn)
