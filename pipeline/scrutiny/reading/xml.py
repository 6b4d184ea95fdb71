"""XML out of untrusted files: no document type, hence no entities; bounded depth and number of elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

#: Elements nested deeper, or more of them than this, are in no report. What walks a tree may call itself at every
#: level of it.
MAX_DEPTH = 200
MAX_ELEMENTS = 2_000_000


class XmlError(Exception):
    """What is wrong with the XML, to follow "The file is damaged:"."""


def parse_xml(data: bytes, prefixes: Mapping[str, str]) -> Element:
    """The root of the tree in ``data``; raises XmlError.

    ``prefixes`` maps the URI of a namespace to what stands for it in tags and attributes, "w:p"; names of other
    namespaces begin with "?:".
    """
    builder, depth, count = TreeBuilder(), 0, 0
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    names: dict[str, str] = {}

    def short(name: str) -> str:
        if name not in names:
            uri, bar, local = name.rpartition("}")
            names[name] = f"{prefixes.get(uri, '?')}:{local}" if bar else name
        return names[name]

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise XmlError(f"it has more than {MAX_ELEMENTS:,} elements, or some nested more than {MAX_DEPTH} deep")
        builder.start(short(tag), {short(name): value for name, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(short(tag))

    def doctype(*_: object) -> None:
        raise XmlError("it declares a document type, which such files never do")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the others: an encoding that is none
        raise XmlError(f"its XML is not well formed ({error})") from error
    return builder.close()


def local(element: Element) -> str:
    """The tag of ``element`` without its prefix."""
    return str(element.tag).rpartition(":")[2]


def descendants(element: Element, *tags: str) -> Iterator[Element]:
    """The elements of ``tags`` under ``element`` in order, but none inside another of them."""
    for child in element:
        if child.tag in tags:
            yield child
        else:
            yield from descendants(child, *tags)


def at(element: Element | None, path: str) -> Element | None:
    """The element that ``path``, tags parted by slashes, leads to from ``element``; None where there is none."""
    for tag in path.split("/"):
        element = element.find(tag) if element is not None else None
    return element


def integer(text: str | None) -> int | None:
    """The whole number that ``text`` is, None where it is none."""
    try:
        return int(float(text)) if text and len(text) < 20 else None
    except (ValueError, OverflowError):
        return None
