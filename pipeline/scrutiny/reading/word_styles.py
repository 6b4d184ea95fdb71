"""The styles of a Word file: which are headings, captions and contents, and what they pass on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from scrutiny.reading.xml import at, integer

#: Word's own limit is lower; a chain that runs in a circle ends here.
_LONGEST_CHAIN = 20
_OFF = {"0", "false", "off", "none"}
_HEADING = re.compile(r"heading (\d)")
_CONTENTS = re.compile(r"toc (?:\d|heading)|contents (?:\d|heading)|table of (?:figures|authorities)")


def value(element: Element | None, path: str) -> str | None:
    """The ``w:val`` of the element at ``path`` under ``element``."""
    found = at(element, path)
    return found.get("w:val") if found is not None else None


def switch(properties: Element | None, tag: str) -> bool | None:
    """Whether ``tag`` is on or off among ``properties``; None where nothing is said."""
    found = at(properties, tag)
    return None if found is None else (found.get("w:val") or "1").lower() not in _OFF


class Styles:
    """What the styles of a file say, each with what it inherits."""

    def __init__(self, root: Element | None) -> None:
        styles = root.findall("w:style") if root is not None else []
        self._styles = {style.get("w:styleId") or "": style for style in styles}
        self._default = next(
            (
                style.get("w:styleId")
                for style in styles
                if style.get("w:type") == "paragraph" and (style.get("w:default") or "0").lower() not in _OFF
            ),
            None,
        )
        self._chains: dict[str, list[Element]] = {}

    def of(self, properties: Element | None) -> str:
        """The identifier of the style that paragraph ``properties`` name, else of the default style."""
        return value(properties, "w:pStyle") or self._default or ""

    def chain(self, style: str) -> list[Element]:
        """``style`` and the styles it is based on, nearest first."""
        if style not in self._chains:
            chain: list[Element] = []
            current: str | None = style
            while current in self._styles and len(chain) < _LONGEST_CHAIN:
                chain.append(self._styles[current])
                current = value(chain[-1], "w:basedOn")
            self._chains[style] = chain
        return self._chains[style]

    def names(self, style: str) -> Iterator[str]:
        """The names of ``style`` and of what it is based on, as Word calls them in English, in lower case."""
        for element in self.chain(style):
            yield (value(element, "w:name") or element.get("w:styleId") or "").lower()

    def is_title(self, style: str) -> bool:
        """Whether ``style`` is that of a document's title."""
        return "title" in self.names(style)

    def is_caption(self, style: str) -> bool:
        """Whether ``style`` is that of captions."""
        return "caption" in self.names(style)

    def is_contents(self, style: str) -> bool:
        """Whether ``style`` is that of a table of contents."""
        return any(_CONTENTS.fullmatch(name) for name in self.names(style))

    def heading_level(self, style: str, properties: Element | None) -> int:
        """The level of a heading of ``style`` with paragraph ``properties``, 1 to 9; 0 for what is no heading."""
        outlines = [value(properties, "w:outlineLvl")]
        for element, name in zip(self.chain(style), self.names(style), strict=True):
            outlines.append(value(element, "w:pPr/w:outlineLvl"))
            heading = _HEADING.fullmatch(name)
            if heading and outlines == [None] * len(outlines):
                return int(heading.group(1))
        level = next((integer(outline) for outline in outlines if outline is not None), None)
        return level + 1 if level is not None and 0 <= level < 9 else 0

    def inherited(self, style: str, path: str) -> Iterator[Element]:
        """The elements at ``path`` in ``style`` and in what it is based on, nearest first."""
        for element in self.chain(style):
            found = at(element, path)
            if found is not None:
                yield found

    def switched(self, tag: str, run: Element | None, style: str) -> bool:
        """Whether ``tag`` (bold, hidden) is on in a ``run`` with these properties in a paragraph of ``style``."""
        said = switch(run, tag)
        if said is not None:
            return said
        for name in (value(run, "w:rStyle") or "", style):
            for properties in self.inherited(name, "w:rPr"):
                said = switch(properties, tag)
                if said is not None:
                    return said
        return False
