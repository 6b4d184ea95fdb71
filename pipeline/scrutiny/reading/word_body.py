"""From the elements of a Word file to drafts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from scrutiny.reading.build import Draft
from scrutiny.reading.characters import normalise
from scrutiny.reading.markers import sign
from scrutiny.reading.numerals import raised
from scrutiny.reading.prose import (
    DEEPEST_TABLE,
    Edges,
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
    with_notes,
)
from scrutiny.reading.word_numbering import Numbering
from scrutiny.reading.word_styles import Styles, switch, value
from scrutiny.reading.xml import at, descendants, integer
from scrutiny.report import BlockKind

PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "dgm",
    "urn:schemas-microsoft-com:office:office": "o",
}
#: Elements that only hold others.
_INLINE = frozenset({"w:hyperlink", "w:smartTag", "w:ins", "w:moveTo", "w:fldSimple", "w:customXml", "w:dir", "w:bdo"})
_AROUND = frozenset({"w:customXml", "w:ins", "w:moveTo", "w:sdtContent"})
_DRAWINGS = frozenset({"w:drawing", "w:pict", "w:object", "mc:AlternateContent"})
_GRAPHICS = ("c:chart", "dgm:relIds", "o:OLEObject")
#: The text of a field's code is looked at only as far as its name.
_LONGEST_CODE = 40


@dataclass(slots=True)
class LeftOutError:
    """What was left out, in characters or in pieces."""

    deleted: int = 0
    hidden: int = 0
    placeholders: int = 0
    graphics: int = 0
    embedded: int = 0


@dataclass(slots=True)
class _Field:
    """A field: its code, then what it shows."""

    code: str = ""
    shows: bool = False


@dataclass(slots=True)
class _Text(ParagraphText):
    """A paragraph that may stand in a table of contents."""

    contents: bool = False


class WordBody:
    """Collects the blocks of a file's body in :attr:`drafts`."""

    def __init__(
        self, styles: Styles, numbering: Numbering, notes: Mapping[str, Mapping[str, Element]], left_out: LeftOutError
    ) -> None:
        """``notes`` are the elements of foot- and endnotes by the tag of their reference and their identifier."""
        self.drafts: list[Draft] = []
        self.left_out = left_out
        self._styles, self._numbering, self._notes = styles, numbering, notes
        self._fields: list[_Field] = []
        self._edges = Edges()
        self._carried: _Text | None = None
        self._bold: set[int] = set()
        self._tables = 0
        #: Foot- and endnotes, each with the number of drafts before the block that refers to it.
        self._noted: list[tuple[int, str, Element]] = []
        self._counts = dict.fromkeys(notes, 0)

    def read(self, body: Element) -> list[Draft]:
        """The blocks of ``body``; footnotes follow the section that refers to them."""
        for child in self._blocks(body):
            self.drafts += self._block(child)
        part_numbered(self.drafts)
        if not any(draft.kind is BlockKind.HEADING for draft in self.drafts):
            find_bold_headings(self.drafts, self._bold)
        lower_under_title(self.drafts)
        return with_notes(self.drafts, [(at, as_note(self._inner(note), mark)) for at, mark, note in self._noted])

    def _inner(self, container: Element) -> list[Draft]:
        """The blocks of a text box or note, which is a small document of its own."""
        inner = WordBody(self._styles, self._numbering, {}, self.left_out)
        drafts = [draft for child in inner._blocks(container) for draft in inner._block(child)]
        part_numbered(drafts)
        return drafts

    def _blocks(self, container: Element) -> Iterator[Element]:
        """The paragraphs and tables in ``container``, through what only holds them."""
        for child in container:
            if child.tag in ("w:p", "w:tbl"):
                yield child
            elif child.tag == "w:sdt":
                yield from self._blocks(self._content(child))
            elif child.tag == "mc:AlternateContent":
                yield from self._blocks(_alternative(child))
            elif child.tag == "w:altChunk":
                self.left_out.embedded += 1
            elif child.tag in _AROUND:
                yield from self._blocks(child)

    def _content(self, control: Element) -> Element:
        """What a content control holds; a placeholder that nobody has filled in is left out."""
        content = control.find("w:sdtContent")
        if content is None:
            return control
        if switch(control.find("w:sdtPr"), "w:showingPlcHdr"):
            self.left_out.placeholders += 1
            return Element("w:sdtContent")
        return content

    def _block(self, element: Element) -> list[Draft]:
        return self._table(element) if element.tag == "w:tbl" else self._paragraph(element)

    def _table(self, element: Element) -> list[Draft]:
        self._tables += 1
        rows: list[list[list[Draft]]] = []
        for row in self._held(element, "w:tr"):
            if at(row, "w:trPr/w:del") is not None:
                self.left_out.deleted += _length(row)
                continue
            rows.append([])
            for cell in self._held(row, "w:tc"):
                merged = at(cell, "w:tcPr/w:vMerge")
                if merged is None or merged.get("w:val") == "restart":
                    self._edges.end()
                    rows[-1].append([draft for child in self._blocks(cell) for draft in self._block(child)])
        self._tables -= 1
        self._edges.end()
        if self._tables >= DEEPEST_TABLE:
            return [draft for row_cells in rows for drafts in row_cells for draft in drafts]
        for row_cells in rows:
            for drafts in row_cells:
                part_numbered(drafts)
        return table(rows)

    def _held(self, element: Element, tag: str) -> Iterator[Element]:
        for child in element:
            if child.tag == tag:
                yield child
            elif child.tag == "w:sdt":
                yield from self._held(self._content(child), tag)
            elif child.tag in _AROUND:
                yield from self._held(child, tag)

    def _paragraph(self, element: Element) -> list[Draft]:
        properties = element.find("w:pPr")
        style = self._styles.of(properties)
        text, self._carried = self._carried or _Text(), None
        text.contents = self._in_contents()
        self._read(element, text, style)
        if at(properties, "w:rPr/w:del") is not None:
            self._carried = text  # its end was deleted: it goes on in the next paragraph
            return []
        drafts = self._drafts(text, properties, style)
        if text.bold and len(drafts) == 1 and not self._tables:
            self._bold.add(id(drafts[0]))
        for box in text.boxes:
            drafts += self._inner(box)
        return drafts

    def _drafts(self, text: _Text, properties: Element | None, style: str) -> list[Draft]:
        numbered = self._numbering.next(properties, style)
        marker = numbered.marker if numbered else ""
        lines = text.lines.texts()
        whole = normalise(" ".join(lines))
        if self._styles.is_contents(style) or text.contents:
            return [Draft(BlockKind.CONTENTS, [(whole, None)], marker)]
        if self._styles.is_caption(style):
            return [Draft(BlockKind.CAPTION, [(whole, None)], marker)]
        titled = self._styles.is_title(style)
        level = 1 if titled else self._styles.heading_level(style, properties)
        if level and not is_running_heading(whole):
            self._edges.end()
            # Titles stand at level 0 until all is read, then every heading goes down by one.
            return [heading(whole, 0 if titled else level, marker)]
        drafts = paragraphs(lines) or [Draft(BlockKind.PARAGRAPH, [("", None)])]
        if numbered and marker:
            as_item(drafts, marker, self._edges.level(numbered.left, numbered.depth))
        elif not self._is_set_in(properties):
            self._edges.end()
        return drafts

    def _is_set_in(self, properties: Element | None) -> bool:
        indent = at(properties, "w:ind")
        return indent is not None and (integer(indent.get("w:left") or indent.get("w:start")) or 0) > 0

    def _read(self, element: Element, text: _Text, style: str) -> None:
        """Adds to ``text`` what ``element``, a paragraph or part of one, shows."""
        for child in element:
            if child.tag == "w:r":
                self._run(child, text, style)
            elif child.tag in _INLINE:
                self._read(child, text, style)
            elif child.tag == "w:sdt":
                self._read(self._content(child), text, style)
            elif child.tag == "mc:AlternateContent":
                self._read(_alternative(child), text, style)
            elif child.tag == "w:del":
                self.left_out.deleted += _length(child)
            elif child.tag in ("m:oMath", "m:oMathPara"):
                text.add("".join(part.text or "" for part in descendants(child, "m:t")))

    def _run(self, run: Element, text: _Text, style: str) -> None:
        properties = run.find("w:rPr")
        hidden = self._styles.switched("w:vanish", properties, style)
        bold = self._styles.switched("w:b", properties, style)
        high = value(properties, "w:vertAlign") == "superscript"
        for child in run:
            if self._is_field(child) or any(not opened.shows for opened in self._fields):
                continue
            shown = _shown(child)
            if hidden:
                self.left_out.hidden += len(shown.strip())
            elif child.tag in ("w:br", "w:cr"):
                text.lines.end()
            elif child.tag in self._notes:
                text.add(self._refer(child), bold=bold)
            elif child.tag in _DRAWINGS:
                text.boxes += self._boxes(child)
            elif child.tag == "w:del":
                self.left_out.deleted += _length(child)
            else:
                text.add(raised(shown) if high else shown, bold=bold)
            text.contents = text.contents or (bool(shown.strip()) and self._in_contents())

    def _is_field(self, element: Element) -> bool:
        """Whether ``element`` is a mark or the code of a field; keeps track of the fields that are open."""
        if element.tag == "w:fldChar":
            match element.get("w:fldCharType"):
                case "begin":
                    self._fields.append(_Field())
                case "separate" if self._fields:
                    self._fields[-1].shows = True
                case "end" if self._fields:
                    self._fields.pop()
        elif element.tag == "w:instrText":
            if self._fields and len(self._fields[-1].code) < _LONGEST_CODE:
                self._fields[-1].code += element.text or ""
        else:
            return False
        return True

    def _in_contents(self) -> bool:
        return any(opened.shows and opened.code.split()[:1] == ["TOC"] for opened in self._fields)

    def _refer(self, reference: Element) -> str:
        """The mark of a foot- or endnote; its text is kept for later."""
        note = self._notes[str(reference.tag)].get(reference.get("w:id") or "")
        if note is None:
            return ""
        custom = (reference.get("w:customMarkFollows") or "0") in ("1", "true", "on")
        marker = ""
        if not custom:
            self._counts[str(reference.tag)] += 1
            marker = str(self._counts[str(reference.tag)])
        self._noted.append((len(self.drafts), marker, note))
        return raised(marker)

    def _boxes(self, element: Element) -> Iterator[Element]:
        """The text boxes in a drawing, each once; what else it shows and is not read is counted."""
        if element.tag == "mc:AlternateContent":
            element = _alternative(element)
        for child in element:
            if child.tag == "w:txbxContent":
                yield child
            else:
                self.left_out.graphics += child.tag in _GRAPHICS
                yield from self._boxes(child)


def _alternative(element: Element) -> Element:
    """The first of the ways in which a file says the same thing."""
    for tag in ("mc:Choice", "mc:Fallback"):
        found = element.find(tag)
        if found is not None:
            return found
    return Element("mc:Fallback")


def _shown(element: Element) -> str:
    """The characters that an element of a run stands for."""
    match element.tag:
        case "w:t":
            return element.text or ""
        case "w:tab" | "w:ptab":
            return "\t"
        case "w:noBreakHyphen":
            return "-"
        case "w:sym":
            code = element.get("w:char") or ""
            number = (
                int(code, 16) if len(code) <= 4 and all(c in "0123456789abcdefABCDEF" for c in code) and code else 0
            )
            return sign(chr(number)) if number else ""
        case _:
            return ""


def _length(element: Element) -> int:
    """How many characters of text stand in ``element``."""
    return sum(len(part.text or "") for part in descendants(element, "w:t", "w:delText"))
