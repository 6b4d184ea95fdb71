"""What formats without pages share: lines typed like lists, tables, headings that are none."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from xml.etree.ElementTree import Element

from scrutiny.reading.build import Draft
from scrutiny.reading.characters import normalise
from scrutiny.reading.hyphens import words
from scrutiny.reading.markers import find_marker
from scrutiny.report import BlockKind

#: A table cell with more words than this, or a sentence of that many, is running text.
_LONG_CELL_WORDS = 60
_SENTENCE_WORDS = 10
#: A heading of more characters, or one that ends like a sentence and has so many words, is running text.
_MAX_HEADING_CHARACTERS = 220
_HEADING_SENTENCE_WORDS = 15
#: Items of a numbered list are no longer than this, else they are numbered paragraphs.
_LIST_CHARACTERS = 160
#: So many words at most make a heading of a bold line.
_BOLD_HEADING_WORDS = 14
#: Lists nested deeper than this are taken to be this deep.
DEEPEST_LIST = 9
#: Tables in tables deeper than this are but their blocks: what is in a cell is looked through at every level.
DEEPEST_TABLE = 6
#: In how many of the first blocks a file's own title must be printed to count.
_TITLE_WITHIN = 40

_NUMBER_OF_LIST = re.compile(r"\(?\d{1,4}(?:\.\d{1,4}){0,9}[.)]*")
_FILE_NAME = re.compile(r"\.(?:docx?|pdf|rtf|odt|html?|indd|pages|pptx?|xlsx?|txt)\b|^microsoft\b|[\\/]", re.IGNORECASE)


class Lines:
    """The lines of a paragraph while they are gathered, piece by piece."""

    def __init__(self) -> None:
        self._lines: list[list[str]] = [[]]

    def add(self, text: str) -> None:
        """Go on with ``text`` in the same line."""
        self._lines[-1].append(text)

    def end(self) -> None:
        """Begin a new line."""
        self._lines.append([])

    def texts(self) -> list[str]:
        """The lines so far."""
        return ["".join(line) for line in self._lines]


@dataclass(slots=True)
class ParagraphText:
    """The text of a paragraph by line, whether all of it is bold, and the text boxes anchored in it."""

    lines: Lines = field(default_factory=Lines)
    bold: bool = True
    boxes: list[Element] = field(default_factory=list)

    def add(self, text: str, *, bold: bool = True) -> None:
        """Go on with ``text``; white space is as bold as what is around it."""
        self.lines.add(text)
        self.bold = self.bold and (bold or not text.strip())


def with_notes(drafts: Sequence[Draft], notes: Iterable[tuple[int, Sequence[Draft]]]) -> list[Draft]:
    """``drafts`` with ``notes`` at the end of the section they belong to.

    Each note comes with the number of drafts before the block that refers to it.
    """
    waiting = deque(notes)
    ordered: list[Draft] = []
    for index, draft in enumerate(drafts):
        while draft.kind is BlockKind.HEADING and waiting and waiting[0][0] < index:
            ordered += waiting.popleft()[1]
        ordered.append(draft)
    return [*ordered, *(draft for _, note in waiting for draft in note)]


def as_note(drafts: Iterable[Draft], marker: str) -> list[Draft]:
    """``drafts`` made a foot- or endnote with this ``marker``."""
    notes = [draft for draft in drafts if text_of(draft)]
    for draft in notes:
        draft.kind, draft.level = BlockKind.FOOTNOTE, 0
    if notes:
        notes[0].marker = f"{marker} {notes[0].marker}".strip()
    return notes


def paragraphs(lines: Iterable[str]) -> list[Draft]:
    """The blocks of a paragraph whose ``lines`` were parted by hand: an empty line parts blocks, a marker typed at
    the beginning of a line makes an item of it."""
    drafts: list[Draft] = []
    texts: list[list[str]] = []
    apart = True
    for raw in lines:
        line = normalise(raw)
        if not line:
            apart = True
            continue
        item = typed_item(raw, line)
        if item or apart:
            drafts.append(item or Draft(BlockKind.PARAGRAPH, [(line, None)]))
            texts.append([drafts[-1].lines[0][0]])
        else:
            texts[-1].append(line)
        apart = False
    for draft, text in zip(drafts, texts, strict=True):
        # One line, not several: a hyphen that somebody typed before a break was not made by the break.
        draft.lines = [(" ".join(text), None)]
    return drafts


def typed_item(raw: str, line: str) -> Draft | None:
    """The item that ``line`` is, if it begins with a bullet or number that somebody typed."""
    if line[0] in "§¨":  # signs here, bullets only in the fonts of PDF files
        return None
    marker = find_marker(line)
    if marker is None:
        return None
    text = line[marker.length :].strip()
    if not text:
        return None
    tabbed = "\t" in raw.strip() and normalise(raw.strip().split("\t", 1)[0]) == line[: marker.length]
    if marker.numbered:
        # "4.5 per cent of pupils" begins with no number of a paragraph.
        return Draft(BlockKind.PARAGRAPH, [(text, None)], marker.sign) if tabbed or not text[0].islower() else None
    return Draft(BlockKind.LIST_ITEM, [(text, None)], marker.sign, 1)


def typed_number(text: str) -> tuple[str, str]:
    """The number that somebody typed before ``text``, if there is one, and what follows it.

    "4.5 per cent of pupils" begins with none.
    """
    typed = find_marker(text)
    if typed and typed.numbered and (rest := text[typed.length :].strip()) and not rest[0].islower():
        return typed.sign, rest
    return "", text


def heading(text: str, level: int, marker: str = "") -> Draft:
    """A heading; a number typed before its words is its marker."""
    if not marker:
        marker, text = typed_number(text)
    return Draft(BlockKind.HEADING, [(text, None)], marker, level)


def as_item(drafts: Sequence[Draft], marker: str, level: int) -> None:
    """Makes the first of ``drafts`` the item of a list that ``marker`` stands before."""
    if drafts:
        first = drafts[0]
        first.kind, first.level = BlockKind.LIST_ITEM, min(max(level, 1), DEEPEST_LIST)
        first.marker = f"{marker} {first.marker}".strip()


class Edges:
    """How deep list items stand, from how far each is set in from the items above it."""

    def __init__(self) -> None:
        self._edges: list[tuple[int, int]] = []

    def level(self, left: int, depth: int) -> int:
        """The level, from 1, of an item with this left edge, which its list says stands at ``depth``."""
        edge = (left, depth)
        while self._edges and self._edges[-1] > edge:
            self._edges.pop()
        if not self._edges or self._edges[-1] < edge:
            self._edges.append(edge)
        return min(len(self._edges), DEEPEST_LIST)

    def end(self) -> None:
        """No list is open any more."""
        self._edges.clear()


def lower_under_title(drafts: Sequence[Draft]) -> None:
    """Sets headings, but for titles, which stand at level 0, a level lower if there is a title."""
    headings = [draft for draft in drafts if draft.kind is BlockKind.HEADING]
    if any(draft.level == 0 and text_of(draft) for draft in headings):
        for draft in headings:
            draft.level += 1


def text_of(draft: Draft) -> str:
    """The text of ``draft`` on one line."""
    return normalise(" ".join(line for line, _ in draft.lines))


def is_running_heading(text: str) -> bool:
    """Whether ``text``, set as a heading, is a paragraph by its words."""
    sentence = text.endswith((".", ";", ",")) and len(text.split()) >= _HEADING_SENTENCE_WORDS
    return sentence or len(text) > _MAX_HEADING_CHARACTERS


def find_bold_headings(drafts: Sequence[Draft], bold: Collection[int]) -> None:
    """Makes headings of short paragraphs in bold, for a file that has no others.

    ``bold`` are the ``id()`` of the drafts that are wholly so.
    """
    running = [draft for draft in drafts if draft.kind is BlockKind.PARAGRAPH and text_of(draft)]
    candidates = [draft for draft in running if id(draft) in bold]
    if 2 * len(candidates) > len(running):
        return
    for draft in candidates:
        if draft is not running[-1] and _is_bold_heading(text_of(draft)):
            draft.kind, draft.level = BlockKind.HEADING, draft.marker.strip(".").count(".") + 1


def _is_bold_heading(text: str) -> bool:
    return (
        len(text.split()) <= _BOLD_HEADING_WORDS
        and not text.endswith((".", ";", ",", "!", "?"))
        and any(character.isalpha() for character in text)
        and not text[0].islower()
        and not re.match(r"[^:]{2,40}:\s*\S", text)
    )


def table(rows: Sequence[Sequence[Sequence[Draft]]]) -> list[Draft]:
    """The blocks of a table, given by row and cell: a row a block; or, where cells hold running text, their blocks."""
    drafts: list[Draft] = []
    is_wide = any(len(row) > 1 for row in rows)
    for row in rows:
        cells = [[draft for draft in cell if text_of(draft)] for cell in row]
        cells = [cell for cell in cells if cell]
        if len(cells) > 1 and not any(_is_running_text(cell) for cell in cells):
            text = " | ".join(" ".join(_with_marker(draft) for draft in cell) for cell in cells)
            drafts.append(Draft(BlockKind.TABLE_ROW, [(text, None)]))
        elif is_wide and len(cells) == 1 and len(cells[0]) == 1 and _is_label(cells[0][0]):
            drafts.append(Draft(BlockKind.TABLE_ROW, [(_with_marker(cells[0][0]), None)]))
        else:
            drafts += [draft for cell in cells for draft in cell]
    return drafts


def _with_marker(draft: Draft) -> str:
    return f"{draft.marker} {text_of(draft)}".strip()


def _is_label(draft: Draft) -> bool:
    """Whether what stands alone in its row is a name, and no sentence or heading."""
    return draft.kind is BlockKind.PARAGRAPH and not text_of(draft).endswith((".", ";", ":", "?", "!"))


def _is_running_text(cell: Sequence[Draft]) -> bool:
    """Whether a cell holds sentences, bullets, a section or a table of its own, and not a name, a figure or a grade."""
    bullets = sum(draft.kind is BlockKind.LIST_ITEM for draft in cell)
    inner = any(draft.kind in (BlockKind.TABLE_ROW, BlockKind.FURNITURE) for draft in cell)
    section = len(cell) > 1 and any(draft.kind is BlockKind.HEADING for draft in cell)
    length = sum(len(text_of(draft).split()) for draft in cell)
    ended = text_of(cell[-1]).endswith((".", ";"))
    return bullets > 1 or inner or section or length > _LONG_CELL_WORDS or (length >= _SENTENCE_WORDS and ended)


def part_numbered(drafts: Sequence[Draft]) -> None:
    """Makes numbered paragraphs of the numbered items of ``drafts`` that are no short list after a colon.

    What stands under such an item comes up a level, and is then looked at in the same way.
    """
    for _ in range(DEEPEST_LIST):
        index = 0
        while index < len(drafts):
            run = _run(drafts, index)
            outermost = [draft for draft in run if draft.level == 1]
            if outermost and not (
                index > 0
                and text_of(drafts[index - 1]).endswith(":")
                and median(len(text_of(item)) for item in outermost) <= _LIST_CHARACTERS
            ):
                for draft in run:
                    draft.level -= 1
                for draft in outermost:
                    draft.kind = BlockKind.PARAGRAPH
            index += max(len(run), 1)


def _run(drafts: Sequence[Draft], start: int) -> list[Draft]:
    """The numbered list that begins at ``start``, with the items under its items."""
    run: list[Draft] = []
    for index in range(start, len(drafts)):
        draft = drafts[index]
        if draft.kind is not BlockKind.LIST_ITEM or (draft.level == 1 and not _NUMBER_OF_LIST.fullmatch(draft.marker)):
            break
        if not run and draft.level != 1:
            break
        run.append(draft)
    return run


def printed_title(title: str, drafts: Iterable[Draft]) -> str:
    """``title``, which a file states of itself, if its words stand at the beginning: many a title is a template's."""
    title = normalise(title)
    parts = set(words([title]))
    if len(parts) < 2 or _FILE_NAME.search(title):
        return ""
    printed = words(text_of(draft) for draft, _ in zip(drafts, range(_TITLE_WITHIN), strict=False))
    return title if all(part in printed for part in parts) else ""
