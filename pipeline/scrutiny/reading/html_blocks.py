"""From the tree of a web page to drafts, in the order in which a browser shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from justhtml import Element, Node

from scrutiny.reading.build import Draft
from scrutiny.reading.characters import normalise
from scrutiny.reading.html_regions import CONTROLS, UNSHOWN, Frame, attribute, is_contents, is_hidden, length
from scrutiny.reading.numerals import letters, raised, roman
from scrutiny.reading.prose import (
    DEEPEST_LIST,
    DEEPEST_TABLE,
    Lines,
    as_item,
    find_bold_headings,
    heading,
    paragraphs,
    table,
)
from scrutiny.reading.text import text_drafts
from scrutiny.report import BlockKind

#: Elements of formatting are renamed before parsing (see ``html.py``), which puts this before their names.
FORMATTING = "x-"
_BOLD = frozenset([f"{FORMATTING}b", f"{FORMATTING}strong"])

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup option p "
    "plaintext pre search section summary table tbody td tfoot th thead tr ul xmp".split()
)
#: Longer text is not looked through for hand-made paragraphs and lists, in characters.
_LONGEST_PREFORMATTED = 500_000
#: Without attributes these change nothing for what is inside them.
_PLAIN = frozenset(
    ["p", "div", "span", "li", "tr", "td", "tbody", f"{FORMATTING}a", f"{FORMATTING}i", f"{FORMATTING}em"]
)
_HEADING = re.compile(r"h([1-6])")
_SHOWN_AS_BLOCK = re.compile(r"(?:^|;)\s*display\s*:\s*(?:block|flex|grid|table|list-item|flow-root)\b", re.IGNORECASE)
_NO_BULLETS = re.compile(r"list-style(?:-type)?\s*:[^;]*\bnone\b", re.IGNORECASE)
_LIST_STYLE = re.compile(
    r"list-style(?:-type)?\s*:[^;]*?\b((?:lower|upper)-(?:alpha|latin|roman)|decimal)\b", re.IGNORECASE
)
_NO_BULLETS_CLASS = frozenset(["list-unstyled", "list-none", "no-bullets", "no-bullet", "unstyled", "govuk-list"])
_BULLETS_CLASS = frozenset(["govuk-list--bullet", "govuk-list--number"])
_LIST_TYPES = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman", "1": "decimal"}
_BULLETS = {"disc": "•", "circle": "◦", "square": "▪"}
_NUMBER = re.compile(r"\s*([+-]?\d{1,9})")
_NOTES_ROLES = frozenset(["doc-endnotes", "doc-footnote", "doc-endnote"])
_NOTE_LABEL = re.compile(r"\[?\s*(?:foot|end)note\s+(\d{1,4})\s*\]?", re.IGNORECASE)
_BACK_LINK = re.compile(
    r"[\s↩↑↵⏎^⤴\ufe0e]*|\[?(?:back|return)(?: to (?:text|content|reference|top))?\]?", re.IGNORECASE
)

#: A link back from a note is made of no more than so many elements and texts.
_BACK_LINK_NODES = 50


@dataclass(frozen=True, slots=True)
class _Scope:
    """What holds for everything inside an element."""

    kind: BlockKind | None = None
    heading: int = 0
    bold: bool = False
    high: bool = False
    preformatted: bool = False
    #: Markers are left to the page's style sheet or to notes.
    lists: tuple[_List, ...] = ()


@dataclass(slots=True)
class _List:
    """A list that is open: the style of its markers, and how it counts."""

    style: str
    number: int = 1
    step: int = 1

    def marker(self) -> str:
        """The marker of the next item; what its number will be is then known."""
        number, self.number = self.number, self.number + self.step
        match self.style:
            case "none":
                return ""
            case "lower-alpha" | "lower-latin":
                return f"{letters(number)}."
            case "upper-alpha" | "upper-latin":
                return f"{letters(number).upper()}."
            case "lower-roman":
                return f"{roman(number)}."
            case "upper-roman":
                return f"{roman(number).upper()}."
            case "decimal":
                return f"{number}."
            case bullet:
                return _BULLETS.get(bullet, "•")


@dataclass(slots=True)
class _Table:
    """A table, or a list of terms, that is open."""

    rows: list[list[list[Draft]]] = field(default_factory=list)
    captions: list[Draft] = field(default_factory=list)
    #: Whether the last row of a list of terms has had its text.
    described: bool = False


@dataclass(slots=True)
class LeftOutError:
    """What was left out: characters that are hidden or stand on controls, and frames that show other pages."""

    hidden: int = 0
    controls: int = 0
    frames: int = 0


class HtmlBlocks:
    """Collects the blocks of a page."""

    def __init__(self, frame: Frame | None) -> None:
        """``frame`` tells what belongs to the page and not to the report; with None everything is the report."""
        self.left_out = LeftOutError()
        self._frame = frame
        self._lines = Lines()
        self._is_bold = True
        self._marker: str | None = None
        self._sinks: list[list[Draft]] = [[]]
        self._tables: list[_Table] = []
        self._scopes = [_Scope(kind=BlockKind.FURNITURE if frame and frame.has_main else None)]
        self._names: list[str] = []
        self._bold: set[int] = set()

    def read(self, root: Node) -> list[Draft]:
        """The blocks of the tree under ``root``, however deep it is."""
        todo: list[tuple[Node, bool]] = [(root, False)]
        while todo:
            node, entered = todo.pop()
            if entered:
                self._leave(node)
            elif node.name == "#text":
                self._text(str(node.data or ""))
            elif not isinstance(node, Element):
                todo += [(child, False) for child in reversed(node.children or [])]
            elif self._enter(node):
                todo.append((node, True))
                todo += [(child, False) for child in reversed(node.children or [])]
        self._flush()
        drafts = self._sinks[0]
        if not any(draft.kind is BlockKind.HEADING for draft in drafts):
            find_bold_headings(drafts, self._bold)
        return drafts

    def _text(self, text: str) -> None:
        scope = self._scopes[-1]
        if scope.preformatted:
            for number, line in enumerate(text.split("\n")):
                if number:
                    self._lines.end()
                self._lines.add(line)
            return
        if scope.high:
            label = _NOTE_LABEL.fullmatch(text.strip())
            text = raised(label.group(1) if label else text)
        self._is_bold = self._is_bold and (scope.bold or not text.strip())
        self._lines.add(text.replace("\n", " "))

    def _enter(self, element: Element) -> bool:
        """Prepares for what is inside ``element``; whether it is to be read."""
        name = element.name
        if name in UNSHOWN:
            self.left_out.frames += name == "iframe"
            return False
        if is_hidden(element):
            self.left_out.hidden += length(element)
            return False
        if name in CONTROLS:
            self.left_out.controls += length(element)
            return False
        if self._is_back_link(element):
            return False
        if name == "br":
            self._lines.end()
            return False
        if self._is_block(element):
            self._flush()
        elif name == "q":
            self._lines.add("“")
        self._scopes.append(self._scope(element))
        self._names.append(name)
        self._open(element)
        return True

    def _is_block(self, element: Element) -> bool:
        return element.name in _BLOCKS or bool(_SHOWN_AS_BLOCK.search(attribute(element, "style")))

    def _is_back_link(self, element: Element) -> bool:
        if element.name != f"{FORMATTING}a" or self._scopes[-1].kind is not BlockKind.FOOTNOTE:
            return False
        texts = list(islice(_own_text(element), _BACK_LINK_NODES + 1))
        return len(texts) <= _BACK_LINK_NODES and bool(_BACK_LINK.fullmatch("".join(texts).strip()))

    def _scope(self, element: Element) -> _Scope:
        scope, name = self._scopes[-1], element.name
        if name in _PLAIN and not element.attrs:
            return scope
        if self._frame and self._frame.is_inside(element):
            scope = replace(scope, kind=None)
        numbered = _HEADING.fullmatch(name)
        level = attribute(element, "aria-level")
        if numbered:
            scope = replace(scope, heading=int(numbered.group(1)))
        elif attribute(element, "role") == "heading":
            scope = replace(scope, heading=int(level) if level in "123456789" and level else 2)
        if name in _BOLD or name == "th":
            scope = replace(scope, bold=True)
        if name == "sup":
            scope = replace(scope, high=True)
        if name in ("pre", "xmp", "listing", "plaintext"):
            scope = replace(scope, preformatted=True)
        if name in ("ul", "ol", "menu", "dir"):
            scope = replace(scope, lists=(*scope.lists[: 4 * DEEPEST_LIST], _list(element)))
        return replace(scope, kind=self._kind(element, scope.kind))

    def _kind(self, element: Element, around: BlockKind | None) -> BlockKind | None:
        if is_contents(element) and self._frame:
            return BlockKind.CONTENTS
        if around in (BlockKind.FURNITURE, BlockKind.CONTENTS):
            return around
        if self._frame and self._frame.is_frame(element, self._names):
            return BlockKind.FURNITURE
        classes = attribute(element, "class").split()
        if attribute(element, "role") in _NOTES_ROLES or "footnotes" in classes:
            return BlockKind.FOOTNOTE
        if element.name in ("figcaption", "caption"):
            return BlockKind.CAPTION
        return around

    def _open(self, element: Element) -> None:
        match element.name:
            case "li":
                self._item(element)
            case "table" | "dl":
                deep = len(self._tables) >= DEEPEST_TABLE
                self._tables.append(self._tables[-1] if deep else _Table())
            case "caption":
                self._sinks.append([])
            case "tr" if self._tables:
                self._tables[-1].rows.append([])
            case "td" | "th" | "dt" | "dd":
                self._cell(element)

    def _item(self, element: Element) -> None:
        lists = self._scopes[-1].lists
        if not lists:
            self._marker = "•"
            return
        value = _NUMBER.match(attribute(element, "value"))
        if value:
            lists[-1].number = int(value.group(1))
        self._marker = lists[-1].marker()

    def _cell(self, element: Element) -> None:
        own = self._tables[-1] if self._tables else _Table()
        if element.name == "dt" and (own.described or not own.rows):
            own.rows.append([])
        own.described = element.name == "dd"
        if not own.rows:
            own.rows.append([])
        cell: list[Draft] = []
        own.rows[-1].append(cell)
        self._sinks.append(cell)

    def _leave(self, node: Node) -> None:
        name = node.name
        if isinstance(node, Element) and self._is_block(node):
            self._flush()
        elif name == "q":
            self._lines.add("”")
        self._scopes.pop()
        self._names.pop()
        match name:
            case "li":
                self._marker = None
            case "table" | "dl":
                closed = self._tables.pop()
                if not self._tables or closed is not self._tables[-1]:
                    self._sinks[-1] += [*closed.captions, *table(closed.rows)]
            case "caption":
                captions = self._sinks.pop()
                (self._tables[-1].captions if self._tables else self._sinks[-1]).extend(captions)
            case "td" | "th" | "dt" | "dd":
                self._sinks.pop()

    def _flush(self) -> None:
        """Ends the block that is being gathered."""
        lines, bold = self._lines.texts(), self._is_bold
        self._lines, self._is_bold = Lines(), True
        if not any(normalise(line) for line in lines):
            return
        drafts = list(self._drafts(lines))
        if bold and len(drafts) == 1 and not self._tables:
            self._bold.add(id(drafts[0]))
        self._sinks[-1] += drafts

    def _drafts(self, lines: list[str]) -> Iterator[Draft]:
        scope = self._scopes[-1]
        marker, self._marker = self._marker or "", None
        whole = normalise(" ".join(lines))
        if scope.kind is BlockKind.FOOTNOTE:
            yield Draft(scope.kind, [(whole, None)], marker.rstrip(".") if marker[:1].isdigit() else "")
        elif scope.kind is not None:
            text = f"{marker} {whole}" if marker and scope.kind is not BlockKind.CAPTION else whole
            yield Draft(scope.kind, [(text, None)])
        elif scope.heading:
            # A heading in a list of links is no item, one in a numbered list has its number.
            yield heading(whole, scope.heading, marker if marker[:1].isdigit() else "")
        elif marker:
            drafts = paragraphs(lines)
            as_item(drafts, marker, sum(own.style != "none" for own in scope.lists))
            yield from drafts
        elif scope.preformatted and sum(map(len, lines)) <= _LONGEST_PREFORMATTED:
            yield from text_drafts("\n".join(lines))
        else:
            yield from paragraphs(lines)


def _own_text(element: Element) -> Iterator[str]:
    """The text in ``element``, an empty string for each other node."""
    todo: list[Node] = [element]
    while todo:
        node = todo.pop()
        yield str(node.data or "") if node.name == "#text" else ""
        todo.extend(reversed(node.children or []))


def _list(element: Element) -> _List:
    style, classes = attribute(element, "style"), set(attribute(element, "class").split())
    if _NO_BULLETS.search(style) or (classes & _NO_BULLETS_CLASS and not classes & _BULLETS_CLASS):
        return _List("none")
    if element.name != "ol":
        return _List(attribute(element, "type").lower() or "disc")
    said = _LIST_STYLE.search(style)
    kind = said.group(1).lower() if said else _LIST_TYPES.get(attribute(element, "type").strip(), "decimal")
    start = _NUMBER.match(attribute(element, "start"))
    backwards = "reversed" in element.attrs
    items = sum(1 for child in element.children if child.name == "li") if backwards else 1
    return _List(kind, int(start.group(1)) if start else items, -1 if backwards else 1)
