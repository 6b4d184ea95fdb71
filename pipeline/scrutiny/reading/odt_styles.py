"""The styles of an OpenDocument file: what they are based on, and how its lists are numbered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from scrutiny.reading.markers import sign
from scrutiny.reading.numerals import letters, roman
from scrutiny.reading.xml import at, descendants, integer

#: A chain of styles that runs in a circle ends here.
_LONGEST_CHAIN = 20
_LONGEST_MARKER = 40
_LEVELS = 10


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is marked: a bullet, or a number between a prefix and a suffix, with those above it."""

    bullet: str = ""
    format: str = ""
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown: int = 1


class OdtStyles:
    """What the styles of a file say, each with what it inherits."""

    def __init__(self, roots: Sequence[Element]) -> None:
        """``roots`` are the roots of the parts with styles; the later part has the last word."""
        self._styles: dict[tuple[str, str], Element] = {}
        self._lists: dict[str, dict[int, Level]] = {}
        #: The numbers of headings.
        self.outline: dict[int, Level] = {}
        for root in roots:
            for style in descendants(root, "style:style"):
                self._styles[style.get("style:family") or "", style.get("style:name") or ""] = style
            for listed in descendants(root, "text:list-style"):
                self._lists[listed.get("style:name") or ""] = _levels(listed)
            for outline in descendants(root, "text:outline-style"):
                self.outline = _levels(outline)

    def chain(self, style: str, family: str = "paragraph") -> Iterator[Element]:
        """``style`` and the styles it is based on, nearest first."""
        for _ in range(_LONGEST_CHAIN):
            element = self._styles.get((family, style))
            if element is None:
                return
            yield element
            style = element.get("style:parent-style-name") or ""

    def names(self, style: str) -> set[str]:
        """The names of ``style`` and of what it is based on, in lower case."""
        return {(element.get("style:name") or "").lower().replace("_20_", " ") for element in self.chain(style)}

    def text_property(self, name: str, style: str, family: str = "paragraph") -> str:
        """The text property ``name`` of ``style``, an empty string where nothing is said."""
        return self._first(style, family, "style:text-properties", name)

    def outline_level(self, style: str) -> int:
        """The level of headings that ``style`` gives by default; 0 for what is no heading."""
        said = (element.get("style:default-outline-level") for element in self.chain(style))
        return max(integer(next((level for level in said if level is not None), None)) or 0, 0)

    def list_of(self, style: str) -> str:
        """The list style of a paragraph style."""
        said = (element.get("style:list-style-name") for element in self.chain(style))
        return next((name for name in said if name is not None), "")

    def levels(self, name: str) -> dict[int, Level]:
        """The levels of the list style ``name``, from 1."""
        return self._lists.get(name, {})

    def _first(self, style: str, family: str, properties: str, name: str) -> str:
        said = (
            found.get(name) for element in self.chain(style, family) if (found := at(element, properties)) is not None
        )
        return next((value for value in said if value is not None), "")


def _levels(style: Element) -> dict[int, Level]:
    levels = {}
    for element in style:
        number = integer(element.get("text:level"))
        if number is None or not 0 < number <= _LEVELS:
            continue
        if element.tag == "text:list-level-style-number" or element.tag == "text:outline-level-style":
            levels[number] = Level(
                format=element.get("style:num-format") or "",
                prefix=(element.get("style:num-prefix") or "")[:_LONGEST_MARKER],
                suffix=(element.get("style:num-suffix") or "")[:_LONGEST_MARKER],
                start=_or_one(element.get("text:start-value")),
                shown=_or_one(element.get("text:display-levels")),
            )
        else:
            levels[number] = Level(bullet=sign((element.get("text:bullet-char") or "•").strip()[:1]) or "•")
    return levels


def _or_one(text: str | None) -> int:
    number = integer(text)
    return 1 if number is None else number


class Counter:
    """Counts the items of lists of one style, or headings."""

    def __init__(self) -> None:
        self._counts: list[int | None] = [None] * (_LEVELS + 1)

    def next(self, levels: dict[int, Level], depth: int, start: int | None = None) -> str:
        """The marker of the next item at ``depth``, from 1; ``start`` begins to count anew."""
        level = levels.get(depth)
        if level is None:
            return ""
        last = self._counts[depth]
        self._counts[depth] = start if start is not None else level.start if last is None else last + 1
        for deeper in range(depth + 1, _LEVELS + 1):
            self._counts[deeper] = None
        if level.bullet or not level.format:
            return level.bullet
        numbers = [self._printed(levels, at) for at in range(max(1, depth - level.shown + 1), depth + 1)]
        number = ".".join(number for number in numbers if number)
        return " ".join(f"{level.prefix}{number}{level.suffix}".split())

    def _printed(self, levels: dict[int, Level], depth: int) -> str:
        level, count = levels.get(depth, Level()), self._counts[depth]
        number = level.start if count is None else count
        match level.format:
            case "a":
                return letters(number)
            case "A":
                return letters(number).upper()
            case "i":
                return roman(number)
            case "I":
                return roman(number).upper()
            case "":
                return ""
            case _:
                return str(number)
