"""Plain text: blank lines part blocks, hard-wrapped lines are joined, markers make items."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scrutiny.reading.build import Draft, build, source_of
from scrutiny.reading.decoding import decode
from scrutiny.reading.markers import Marker, find_marker
from scrutiny.report import BlockKind, Report

#: A larger file is refused: it is no report, and one of nothing but bullets takes some 6 seconds a megabyte.
MAX_TEXT_BYTES = 5_000_000
#: Longer lines are paragraphs of their own, not lines wrapped at a margin.
_WIDEST_MARGIN = 120
_MAX_HEADING_WORDS = 10
_MAX_CAPITALS_WORDS = 14

_UNDERLINE = re.compile(r"\s*(={3,}|-{3,}|~{3,}|_{3,}|\*{3,})\s*")
_LEVEL_OF_UNDERLINE = {"=": 1, "*": 1, "-": 2, "_": 2, "~": 3}
#: It begins where the white space does, lest a long row of spaces is tried from each of them.
_CELLS = re.compile(r"(?<!\s)\s++\|\s+")
_PAGE_NUMBER = re.compile(r"(?<![\d-])\d{1,4}$")
#: So many dots lead from a line of a table of contents to its page number.
_LEADERS = 4
#: Each line of these is a block.
_ROWS = (BlockKind.TABLE_ROW, BlockKind.CONTENTS)
_ENDS = (".", "!", "?", ":", ";", ",", "…", ".”", ".’", '."', ".)")


@dataclass(slots=True)
class _Chunk:
    """Lines between two blank lines. ``after_break`` tells that a form feed comes before."""

    lines: list[str]
    after_break: bool = False


def read_text(data: bytes, *, path: str) -> Report:
    """The report in the plain text file ``data``. Raises ReadError (``too_large``, ``not_text``)."""
    text = decode(data, path=path, most=MAX_TEXT_BYTES)
    return build(text_drafts(text), source_of(data, path=path, format="text"))


def text_drafts(text: str) -> list[Draft]:
    """The blocks of plain ``text``."""
    chunks = _chunks(text)
    margin = max((len(line) for chunk in chunks for line in chunk.lines), default=0)
    drafts: list[Draft] = []
    for index, chunk in enumerate(chunks):
        following = chunks[index + 1] if index + 1 < len(chunks) else None
        heading = _heading(chunk, following)
        if heading:
            drafts.append(heading)
            chunk = _Chunk(chunk.lines[len(heading.lines) + _is_underlined(chunk) :])
        own = _blocks(chunk.lines, margin)
        if own and drafts and chunk.after_break and _continues(drafts[-1], own[0]):
            drafts[-1].lines += own.pop(0).lines
        drafts += own
    return drafts


def _chunks(text: str) -> list[_Chunk]:
    chunks = [_Chunk([])]
    for number, page in enumerate(text.split("\f")):
        chunks.append(_Chunk([], after_break=number > 0))
        for line in page.splitlines():
            if line.strip():
                chunks[-1].lines.append(line.expandtabs(4).rstrip())
            elif chunks[-1].lines:
                chunks.append(_Chunk([]))
    return [chunk for chunk in chunks if chunk.lines]


def _is_underlined(chunk: _Chunk) -> bool:
    return len(chunk.lines) > 1 and bool(_UNDERLINE.fullmatch(chunk.lines[1]))


def _heading(chunk: _Chunk, following: _Chunk | None) -> Draft | None:
    """The heading ``chunk`` begins with, or None."""
    first = chunk.lines[0].strip()
    if _is_underlined(chunk):
        return Draft(BlockKind.HEADING, [(first, None)], level=_LEVEL_OF_UNDERLINE[chunk.lines[1].strip()[0]])
    if len(chunk.lines) > 2 or any(line.rstrip().endswith(_ENDS) for line in chunk.lines):
        return None
    text = " ".join(line.strip() for line in chunk.lines)
    lines: list[tuple[str, None]] = [(line.strip(), None) for line in chunk.lines]
    words = len(text.split())
    marker = find_marker(text)
    if marker is None and text.isupper() and words <= _MAX_CAPITALS_WORDS and len(text) > 3:
        return Draft(BlockKind.HEADING, [*lines], level=1)
    if len(lines) > 1 or words > _MAX_HEADING_WORDS or following is None or _CELLS.search(text):
        return None
    if marker is not None:
        return _numbered_heading(text, marker, following)
    prose = " ".join(following.lines).strip()
    introduces = find_marker(prose) is not None or (len(prose) > len(text) and prose.endswith(_ENDS))
    plain = ":" not in text and not chunk.lines[0].startswith(" ")
    if text[0].isupper() and plain and introduces and not prose[0].islower():
        return Draft(BlockKind.HEADING, [*lines], level=2)
    return None


def _numbered_heading(text: str, marker: Marker, following: _Chunk) -> Draft | None:
    title = text[marker.length :].strip()
    after = find_marker(following.lines[0].strip())
    if not (marker.number and title[:1].isupper()) or (after and after.number == marker.successor):
        return None
    return Draft(BlockKind.HEADING, [(title, None)], marker.sign, level=len(marker.number))


def _blocks(lines: Sequence[str], margin: int) -> list[Draft]:
    """Paragraphs, items and table rows of a chunk."""
    drafts: list[Draft] = []
    indents: list[int] = []
    previous = ""
    for line in lines:
        text, indent = line.strip(), len(line) - len(line.lstrip())
        if _UNDERLINE.fullmatch(text):
            continue
        marker = find_marker(text)
        if _CELLS.search(text):
            cells = [cell for cell in _CELLS.split(text.strip("| ")) if cell.strip(" -:")]
            drafts += [Draft(BlockKind.TABLE_ROW, [(" | ".join(cells), None)])] if cells else []
        elif entry := _contents_entry(text):
            drafts.append(Draft(BlockKind.CONTENTS, [(entry, None)]))
        elif marker and (not drafts or _may_begin(marker, previous, line, margin)):
            drafts.append(_item(text, marker, indent, indents))
        elif not drafts or _begins(drafts[-1], previous, text, margin):
            drafts.append(Draft(BlockKind.PARAGRAPH, [(text, None)]))
        else:
            drafts[-1].lines.append((text, None))
        previous = line
    return drafts


def _contents_entry(text: str) -> str:
    """A line of a table of contents without its dots, as cells; empty when it is no such line."""
    number = _PAGE_NUMBER.search(text)
    if not number:
        return ""
    title = text[: number.start()].rstrip(". ")
    led = text.count(".", len(title), number.start()) >= _LEADERS
    return f"{title} | {number[0]}" if title and led else ""


def _item(text: str, marker: Marker, indent: int, indents: list[int]) -> Draft:
    while indents and indents[-1] > indent:
        indents.pop()
    if not indents or indents[-1] < indent:
        indents.append(indent)
    kind = BlockKind.PARAGRAPH if marker.numbered else BlockKind.LIST_ITEM
    level = 0 if marker.numbered else len(indents)
    return Draft(kind, [(text[marker.length :].strip(), None)], marker.sign, level)


def _may_begin(marker: Marker, previous: str, line: str, margin: int) -> bool:
    """Whether a marker inside a chunk is one, and not a figure or dash of running text."""
    before = find_marker(previous.strip())
    sibling = before is not None and before.numbered == marker.numbered
    return sibling or previous.rstrip().endswith(_ENDS) or _short(previous, line, margin)


def _begins(draft: Draft, previous: str, text: str, margin: int) -> bool:
    if draft.kind in _ROWS or max(len(previous), len(text)) > _WIDEST_MARGIN:
        return True
    return previous.rstrip().endswith(_ENDS[:5]) and _short(previous, text, margin)


def _short(previous: str, line: str, margin: int) -> bool:
    """Whether the first word of ``line`` would have had room on the line before."""
    return len(previous) + 1 + len(line.split(maxsplit=1)[0]) < min(margin, _WIDEST_MARGIN) - 2


def _continues(last: Draft, first: Draft) -> bool:
    """Whether a form feed stands within a paragraph."""
    running = last.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM) and first.kind is BlockKind.PARAGRAPH
    return (
        running and not first.marker and not last.lines[-1][0].endswith(_ENDS[:4]) and first.lines[0][0][:1].islower()
    )
