"""The bullets and numbers that Word prints before paragraphs, which are nowhere in the text of the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from scrutiny.reading.markers import sign
from scrutiny.reading.numerals import letters, ordinal, roman
from scrutiny.reading.word_styles import Styles, value
from scrutiny.reading.xml import at, integer

_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_MAX_MARKER = 60
#: A list whose styles point to each other in a circle is given up after so many steps.
_LONGEST_CHAIN = 10


@dataclass(frozen=True, slots=True)
class Numbered:
    """The marker of a paragraph as printed, how deep its list says it stands (0 is outermost), and its left edge."""

    marker: str
    depth: int
    left: int


class Numbering:
    """Counts paragraphs as Word does."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        root = root if root is not None else Element("w:numbering")
        self._abstract = {item.get("w:abstractNumId") or "": item for item in root.findall("w:abstractNum")}
        self._lists = {item.get("w:numId") or "": item for item in root.findall("w:num")}
        self._linked = {
            link: number for number, item in self._abstract.items() if (link := value(item, "w:styleLink")) is not None
        }
        self._levels: dict[str, dict[int, Element]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def next(self, properties: Element | None, style: str) -> Numbered | None:
        """What stands before a paragraph of ``style`` with these ``properties``; None where nothing does."""
        number, depth = self._place(properties, style)
        item = self._lists.get(number)
        abstract = self._abstract_of(item)
        if item is None or abstract is None or not 0 <= depth < _LEVELS:
            return None
        levels = self._levels_of(number, item, abstract)
        level = levels.get(depth)
        if level is None:
            return None
        self._count(abstract, number, item, levels, depth)
        left = self._left(properties, level, style)
        return Numbered(self._marker(abstract, levels, depth), depth, left)

    def _place(self, properties: Element | None, style: str) -> tuple[str, int]:
        """The list a paragraph belongs to, and how deep it stands in it."""
        number = value(properties, "w:numPr/w:numId")
        depth = integer(value(properties, "w:numPr/w:ilvl"))
        for element in self._styles.chain(style):
            if number is not None and depth is not None:
                break
            own = at(element, "w:pPr/w:numPr")
            if own is None:
                continue
            if number is None:
                number = value(own, "w:numId")
                if depth is None and number is not None:
                    depth = self._depth_of_style(number, element.get("w:styleId"))
            depth = integer(value(own, "w:ilvl")) if depth is None else depth
        return number or "0", depth or 0

    def _depth_of_style(self, number: str, style: str | None) -> int | None:
        """The level of a list that is tied to ``style``."""
        abstract = self._abstract_of(self._lists.get(number))
        if abstract is None:
            return None
        levels = self._abstract[abstract].findall("w:lvl")
        return next((integer(lvl.get("w:ilvl")) for lvl in levels if value(lvl, "w:pStyle") == style), None)

    def _abstract_of(self, item: Element | None) -> str | None:
        """The definition that the list ``item`` follows; one may stand for another by the name of a style."""
        for _ in range(_LONGEST_CHAIN):
            abstract = value(item, "w:abstractNumId")
            if abstract not in self._abstract:
                return None
            link = value(self._abstract[abstract], "w:numStyleLink")
            if link is None:
                return abstract
            if link in self._linked:
                return self._linked[link]
            numbers = [value(numbered, "w:numId") for numbered in self._styles.inherited(link, "w:pPr/w:numPr")]
            item = self._lists.get(next((number for number in numbers if number), ""))
        return None

    def _levels_of(self, number: str, item: Element, abstract: str) -> dict[int, Element]:
        if number not in self._levels:
            own = [override.find("w:lvl") for override in item.findall("w:lvlOverride")]
            levels = [*self._abstract[abstract].findall("w:lvl"), *(level for level in own if level is not None)]
            self._levels[number] = {integer(level.get("w:ilvl")) or 0: level for level in levels}
        return self._levels[number]

    def _count(self, abstract: str, number: str, item: Element, levels: dict[int, Element], depth: int) -> None:
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        restart = next((o for o in item.findall("w:lvlOverride") if integer(o.get("w:ilvl")) == depth), None)
        started = integer(value(restart, "w:startOverride"))
        if started is not None and (number, depth) not in self._begun:
            counts[depth] = started
        else:
            last = counts[depth]
            counts[depth] = _start(levels.get(depth)) if last is None else last + 1
        self._begun.add((number, depth))
        for deeper in range(depth + 1, _LEVELS):
            # A level starts again after any higher one, after one of its choice, or (0) never.
            after = integer(value(levels.get(deeper), "w:lvlRestart"))
            if after is None or depth < after:
                counts[deeper] = None

    def _marker(self, abstract: str, levels: dict[int, Element], depth: int) -> str:
        level, counts = levels[depth], self._counts[abstract]
        style = value(level, "w:numFmt") or "decimal"
        pattern = (value(level, "w:lvlText") or "")[:_MAX_MARKER]
        if style == "bullet":
            return sign(pattern.strip()) or "•"
        if style == "none":
            pattern = _PLACE.sub(lambda place: "" if int(place.group(1)) == depth + 1 else place.group(), pattern)
        legal = level.find("w:isLgl") is not None

        def number(place: re.Match[str]) -> str:
            other = int(place.group(1)) - 1
            count = counts[other]
            count = _start(levels.get(other)) if count is None else count
            return "" if other > depth else _printed(count, value(levels.get(other), "w:numFmt"), legal)

        return " ".join(_PLACE.sub(number, pattern).split())

    def _left(self, properties: Element | None, level: Element, style: str) -> int:
        """The left edge of the paragraph's text, in twentieths of a point."""
        indents = [at(properties, "w:ind"), at(level, "w:pPr/w:ind")]
        for indent in [*indents, *self._styles.inherited(style, "w:pPr/w:ind")]:
            if indent is not None:
                left = integer(indent.get("w:left") or indent.get("w:start"))
                if left is not None:
                    return left
        return 0


def _start(level: Element | None) -> int:
    start = integer(value(level, "w:start"))
    return 1 if start is None else start


def _printed(number: int, style: str | None, legal: bool) -> str:
    if legal:
        return str(number)
    match style:
        case "lowerLetter":
            return letters(number, doubled=True)
        case "upperLetter":
            return letters(number, doubled=True).upper()
        case "lowerRoman":
            return roman(number)
        case "upperRoman":
            return roman(number).upper()
        case "ordinal":
            return ordinal(number)
        case "decimalZero":
            return f"{number:02}"
        case "none":
            return ""
        case _:
            return str(number)
