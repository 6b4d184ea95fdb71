"""Markdown, by CommonMark with tables (markdown-it-py)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from scrutiny.reading.build import Draft, build, source_of
from scrutiny.reading.characters import normalise
from scrutiny.reading.decoding import decode
from scrutiny.reading.prose import typed_item, typed_number
from scrutiny.report import BlockKind, Coverage, Report

#: A larger file is refused: the parser takes some 20 seconds a megabyte over the worst.
MAX_MARKDOWN_BYTES = 2_000_000
#: What is nested deeper is left out, and the coverage says so: the parser calls itself at every level. A list
#: counts twice, once for its item.
_DEEPEST = 100
#: In a file with more brackets nothing is taken for a link: looking for the end of each takes long.
_MAX_BRACKETS = 20_000

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title:(.*)$", re.MULTILINE)
#: What is not shown, with the sign that ends it.
_UNSHOWN = ((re.compile(r"<!--.*?-->", re.DOTALL), "-->"), (re.compile(r"<[^>]*>"), ">"))
_LISTS = ("bullet_list_open", "ordered_list_open")
_CONTAINERS = ("blockquote_open", "list_item_open")


@dataclass(slots=True)
class _Lists:
    """The lists the walk is inside of: for each the number of its next item, None for bullets."""

    numbers: list[int | None] = field(default_factory=list)
    #: The marker the next paragraph takes: an item's first paragraph has it, the others do not.
    marker: str = ""

    def next_item(self, token: Token) -> None:
        number = self.numbers[-1]
        self.marker = "•" if number is None else f"{number}{token.markup or '.'}"
        if number is not None:
            self.numbers[-1] = number + 1


def read_markdown(data: bytes, *, path: str) -> Report:
    """The report in the Markdown file ``data``. Raises ReadError (``too_large``, ``not_text``)."""
    text = decode(data, path=path, most=MAX_MARKDOWN_BYTES).replace("\r\n", "\n")
    front = _FRONT_MATTER.match(text)
    title = _TITLE.search(front.group(1)) if front else None
    tokens = _parse(text[front.end() :] if front else text)
    metadata = {"title": normalise(title.group(1).strip().strip("\"'"))} if title else None
    notes = [f"The front matter, {len(front.group(1)):,} characters, was left out."] if front else []
    if any(token.type in _CONTAINERS and token.level >= _DEEPEST - 1 for token in tokens):
        notes.append(f"What stands in more than {_DEEPEST // 2 - 1} lists or {_DEEPEST - 1} quotations was left out.")
    source, coverage = source_of(data, path=path, format="markdown"), Coverage(notes=tuple(notes))
    return build(list(_walk(tokens)), source, metadata=metadata, coverage=coverage)


def markdown_drafts(text: str) -> list[Draft]:
    """The blocks of Markdown ``text``: emphasis, links and HTML leave only their words."""
    return list(_walk(_parse(text)))


def _parse(text: str) -> list[Token]:
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table")
    if text.count("[") > _MAX_BRACKETS:
        parser.disable(["link", "image"])
    return parser.parse(text)


def _walk(tokens: Sequence[Token]) -> Iterator[Draft]:
    lists = _Lists()
    heading = 0
    row: list[str] | None = None
    for token in tokens:
        if token.type in _LISTS:
            start = token.attrGet("start")
            lists.numbers.append(int(1 if start is None else start) if token.type == "ordered_list_open" else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.numbers.pop()
        elif token.type == "list_item_open":
            lists.next_item(token)
        elif token.type == "heading_open":
            heading = int(token.tag[1:])
        elif token.type == "heading_close":
            heading = 0
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            yield Draft(BlockKind.TABLE_ROW, [(" | ".join(cell for cell in row or [] if cell), None)])
            row = None
        elif token.type == "inline" and row is not None:
            row.append(" ".join(_inline(token.children or [])))
        elif token.type == "inline":
            yield _block(_inline(token.children or []), heading, lists)
        elif token.type in ("fence", "code_block"):
            yield _block(token.content.splitlines(), 0, lists, is_code=True)
        elif token.type == "html_block":
            yield Draft(BlockKind.PARAGRAPH, [(line, None) for line in _shown(token.content).splitlines()])


def _block(lines: Sequence[str], heading: int, lists: _Lists, *, is_code: bool = False) -> Draft:
    marker, lists.marker = lists.marker, ""
    kind = BlockKind.HEADING if heading else BlockKind.LIST_ITEM if marker else BlockKind.PARAGRAPH
    level = heading or (len(lists.numbers) if marker else 0)
    first, *others = lines or [""]
    if not marker:  # CommonMark knows no numbers such as "2.1", and no letters
        marker, first = typed_number(first)
    if first and not (marker or heading or is_code) and (item := typed_item(first, first)):
        marker, first, kind, level = item.marker, item.lines[0][0], item.kind, item.level and len(lists.numbers) + 1
    return Draft(kind, [(line, None) for line in (first, *others)], marker, level)


def _inline(tokens: Sequence[Token]) -> list[str]:
    """The words of a block, by source line."""
    lines: list[list[str]] = [[]]
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            lines.append([])
        elif token.type == "image":
            lines[-1].append(" ".join(_inline(token.children or [])))
        elif token.type in ("text", "code_inline", "text_special"):
            lines[-1].append(token.content)
    return ["".join(line) for line in lines]


def _shown(html: str) -> str:
    """``html`` without comments and tags; one that nothing ends is text, and is not looked for twice."""
    for pattern, end in _UNSHOWN:
        head, sign, tail = html.rpartition(end)
        html = pattern.sub("", head + sign) + tail
    return html
