"""From the elements of an OpenDocument file to drafts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from scrutiny.reading.build import Draft
from scrutiny.reading.characters import normalise
from scrutiny.reading.numerals import raised
from scrutiny.reading.odt_styles import Counter, OdtStyles
from scrutiny.reading.prose import (
    DEEPEST_TABLE,
    ParagraphText,
    as_item,
    as_note,
    find_bold_headings,
    heading,
    is_running_heading,
    lower_under_title,
    paragraphs,
    part_numbered,
    table,
    text_of,
    with_notes,
)
from scrutiny.reading.xml import descendants, integer
from scrutiny.report import BlockKind

_NAMESPACES = "text office table style draw meta manifest"
PREFIXES = {
    **{f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0": name for name in _NAMESPACES.split()},
    "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0": "fo",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
_INDEXES = frozenset(f"text:{of}-index" for of in ("illustration", "table", "object", "alphabetical", "user")) | {
    "text:table-of-content"
}
_CAPTIONS = frozenset(["caption", "illustration", "table", "figure", "drawing"])
#: Nothing of these stands in the line of text.
_UNSHOWN = frozenset(["svg:title", "svg:desc", "text:tracked-changes", "text:ruby-text", "text:number", "office:forms"])
_SUPERSCRIPT = re.compile(r"super|[1-9]")


@dataclass(slots=True)
class LeftOutError:
    """What was left out, in characters or in pieces."""

    deleted: int = 0
    hidden: int = 0
    comments: int = 0
    comment_characters: int = 0
    objects: int = 0


@dataclass(slots=True)
class _List:
    """A list that is open: its style, how it counts, and the first number of its next item."""

    style: str
    counter: Counter
    start: int | None = None
    #: Whether the next paragraph is the first of an item, and takes its marker.
    fresh: bool = False


class OdtBody:
    """Collects the blocks of a text."""

    def __init__(self, styles: OdtStyles, left_out: LeftOutError) -> None:
        self.left_out = left_out
        self._styles = styles
        self._drafts: list[Draft] = []
        self._lists: list[_List] = []
        self._counters: dict[str, Counter] = {}
        self._last: dict[str, Counter] = {}
        self._outline = Counter()
        self._bold: set[int] = set()
        self._tables = 0
        self._noted: list[tuple[int, str, Element]] = []

    def read(self, body: Element) -> list[Draft]:
        """The blocks of ``body``; footnotes follow the section that refers to them."""
        for child in body:
            self._drafts += self._block(child)
        part_numbered(self._drafts)
        if not any(draft.kind is BlockKind.HEADING for draft in self._drafts):
            find_bold_headings(self._drafts, self._bold)
        lower_under_title(self._drafts)
        return with_notes(self._drafts, [(at, as_note(self._inner(body), mark)) for at, mark, body in self._noted])

    def _block(self, element: Element) -> list[Draft]:
        match element.tag:
            case "text:p" | "text:h":
                return self._paragraph(element)
            case "text:list":
                return self._list(element)
            case "table:table":
                return self._table(element)
            case "text:tracked-changes":
                self.left_out.deleted += sum(_length(part) for part in descendants(element, "text:deletion"))
                return []
            case "draw:frame" | "draw:text-box" | "draw:custom-shape" | "draw:rect":
                return [draft for box in self._boxes(element) for draft in self._inner(box)]
            case tag if tag in _INDEXES:
                drafts = [draft for child in element for draft in self._block(child)]
                return [Draft(BlockKind.CONTENTS, [(_with_marker(draft), None)]) for draft in drafts]
            case "text:section" if element.get("text:display") == "none":
                self.left_out.hidden += _length(element)
                return []
            case (
                "text:section"
                | "text:bibliography"
                | "text:index-body"
                | "text:index-title"
                | "text:numbered-paragraph"
            ):
                return [draft for child in element for draft in self._block(child)]
        return []

    def _inner(self, container: Element) -> list[Draft]:
        """The blocks of a text box or note, which is a small document of its own."""
        return OdtBody(self._styles, self.left_out).read(container)

    def _list(self, element: Element) -> list[Draft]:
        style = element.get("text:style-name") or (self._lists[-1].style if self._lists else "")
        self._lists.append(_List(style, self._counter(element, style)))
        drafts: list[Draft] = []
        for item in element:
            if item.tag in ("text:list-item", "text:list-header"):
                self._lists[-1].fresh = item.tag == "text:list-item"
                self._lists[-1].start = integer(item.get("text:start-value"))
                drafts += [draft for child in item for draft in self._block(child)]
        self._lists.pop()
        return drafts

    def _counter(self, element: Element, style: str) -> Counter:
        """What counts the items of a list: lists inside each other count together, and one may go on with another."""
        if self._lists:
            return self._lists[-1].counter
        continued = self._counters.get(element.get("text:continue-list") or "")
        if continued is None and element.get("text:continue-numbering") == "true":
            continued = self._last.get(style)
        counter = continued or Counter()
        self._last[style] = counter
        for name in ("xml:id", "text:id"):
            if element.get(name):
                self._counters[element.get(name) or ""] = counter
        return counter

    def _table(self, element: Element) -> list[Draft]:
        self._tables += 1
        outer, self._lists = self._lists, []
        rows: list[list[list[Draft]]] = []
        for row in descendants(element, "table:table-row"):
            rows.append([])
            for cell in row:
                if cell.tag == "table:table-cell":
                    drafts = [draft for child in cell for draft in self._block(child)]
                    rows[-1].append(drafts)
        self._lists = outer
        self._tables -= 1
        if self._tables >= DEEPEST_TABLE:
            return [draft for cells in rows for drafts in cells for draft in drafts]
        for cells in rows:
            for drafts in cells:
                part_numbered(drafts)
        return table(rows)

    def _paragraph(self, element: Element) -> list[Draft]:
        style = element.get("text:style-name") or ""
        text = ParagraphText()
        self._read(element, text, [("paragraph", style)])
        drafts = self._kinds(element, style, text)
        if text.bold and len(drafts) == 1 and not self._tables:
            self._bold.add(id(drafts[0]))
        return [*drafts, *(draft for box in text.boxes for draft in self._inner(box))]

    def _kinds(self, element: Element, style: str, text: ParagraphText) -> list[Draft]:
        names, lines = self._styles.names(style), text.lines.texts()
        whole = normalise(" ".join(lines))
        level = max(integer(element.get("text:outline-level")) or 1, 1) if element.tag == "text:h" else 0
        level = level or self._styles.outline_level(style)
        marker = self._marker(style)
        titled = "title" in names
        if (level or titled) and not is_running_heading(whole):
            if not marker and level and not titled and whole and element.get("text:is-list-header") != "true":
                marker = self._outline.next(self._styles.outline, level)
            return [heading(whole, 0 if titled else level, marker)]
        if names & _CAPTIONS:
            return [Draft(BlockKind.CAPTION, [(whole, None)])]
        drafts = paragraphs(lines)
        if marker:
            as_item(drafts, marker, len(self._lists))
        return drafts

    def _marker(self, style: str) -> str:
        """The marker of a paragraph that is the first of an item."""
        if not self._lists or not self._lists[-1].fresh:
            return ""
        for outer in self._lists:
            outer.fresh = False
        current, depth = self._lists[-1], len(self._lists)
        levels = self._styles.levels(current.style) or self._styles.levels(self._styles.list_of(style))
        start, current.start = current.start, None
        return current.counter.next(levels, depth, start)

    def _read(self, element: Element, text: ParagraphText, styles: list[tuple[str, str]]) -> None:
        """Adds to ``text`` what ``element``, a paragraph or part of one, shows. ``styles`` are those in force."""
        self._say(element.text, text, styles)
        for child in element:
            match child.tag:
                case "text:s":
                    text.lines.add(" ")
                case "text:tab":
                    text.lines.add("\t")
                case "text:line-break":
                    text.lines.end()
                case "text:note":
                    text.add(self._refer(child), bold=True)
                case "office:annotation":
                    self.left_out.comments += 1
                    self.left_out.comment_characters += _length(child)
                case "draw:frame" | "draw:custom-shape" | "draw:rect" | "draw:g":
                    text.boxes += self._boxes(child)
                case "text:span":
                    self._read(child, text, [*styles, ("text", child.get("text:style-name") or "")])
                case tag if tag not in _UNSHOWN:
                    self._read(child, text, styles)
            self._say(child.tail, text, styles)

    def _say(self, said: str | None, text: ParagraphText, styles: list[tuple[str, str]]) -> None:
        if not said:
            return
        said = re.sub(r"[ \t\r\n]+", " ", said)
        if self._property("text:display", styles) == "none":
            self.left_out.hidden += len(said)
            return
        high = _SUPERSCRIPT.match(self._property("style:text-position", styles))
        bold = self._property("fo:font-weight", styles) in ("bold", "600", "700", "800", "900")
        text.add(raised(said) if high else said, bold=bold)

    def _property(self, name: str, styles: list[tuple[str, str]]) -> str:
        said = (self._styles.text_property(name, style, family) for family, style in reversed(styles))
        return next((value for value in said if value), "")

    def _refer(self, note: Element) -> str:
        """The mark of a note; its text is kept for later."""
        citation = note.find("text:note-citation")
        body = note.find("text:note-body")
        mark = normalise("".join(citation.itertext())) if citation is not None else ""
        if body is not None:
            self._noted.append((len(self._drafts), mark, body))
        return raised(mark)

    def _boxes(self, element: Element) -> Iterator[Element]:
        """The text boxes and shapes with text in a drawing; other objects are counted."""
        if element.tag == "draw:text-box" or (element.tag != "draw:frame" and element.find("text:p") is not None):
            yield element
            return
        for child in element:
            if child.tag == "draw:object":
                self.left_out.objects += 1
            elif child.tag.startswith("draw:"):
                yield from self._boxes(child)


def _with_marker(draft: Draft) -> str:
    return f"{draft.marker} {text_of(draft)}".strip()


def _length(element: Element) -> int:
    return len(normalise("".join(element.itertext())))
