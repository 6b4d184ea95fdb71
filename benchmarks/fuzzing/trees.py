"""Damage to XML that stays well formed, so that it reaches what reads the elements."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from fuzzing import raw

#: What an attribute or text may become, besides numbers.
_VALUES = (
    "", " ", "none", "restart", "begin", "end", "separate", "bullet", "upperRoman", "lowerLetter", "%1.%2.%99", "TOC",
    "\ufeff", "\u200b", "(a)", "1.", "-", "•", "a" * 5000, "a b " * 500, "http://x", "🙂", "x\u2028y", "9" * 30,
)  # fmt: skip
_MOST_ELEMENTS = 20_000


def in_tree(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Elements dropped, doubled, moved, renamed, nested; attributes and text exchanged."""
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError):
        return raw.bits(data, chance, seeds)
    try:
        for _ in range(chance.choice((1, 2, 4, 8))):
            elements = list(root.iter())
            if len(elements) <= _MOST_ELEMENTS:
                _damage(root, elements, chance)
        return ElementTree.tostring(root)
    except RecursionError:  # nested too deep for the library to copy or write
        return data


def _damage(root: Element, elements: Sequence[Element], chance: random.Random) -> None:
    one, other = chance.choice(elements), chance.choice(elements)
    parent = chance.choice([element for element in elements if len(element)] or [root])
    at = chance.randrange(len(parent) + 1)
    match chance.randrange(9):
        case 0 if len(parent):
            parent.remove(chance.choice(list(parent)))
        case 1 if len(parent):
            child = chance.choice(list(parent))
            count = min(chance.choice((1, 3, 30, 1000)), _MOST_ELEMENTS // sum(1 for _ in child.iter()))
            for _ in range(count):
                parent.insert(at, copy.deepcopy(child))
        case 2:
            parent.insert(at, copy.deepcopy(other))
        case 3:
            one.tag = other.tag
        case 4:
            _wrap(parent, chance)
        case 5:
            one.text = _value(chance)
        case 6:
            one.attrib.update(other.attrib)
        case _:
            having = [element for element in elements if element.attrib] or [root]
            element = chance.choice(having)
            if element.attrib:
                element.set(chance.choice(list(element.attrib)), _value(chance))


def _wrap(parent: Element, chance: random.Random) -> None:
    """Puts what is in ``parent`` deeper into elements like it."""
    inner = Element(parent.tag, dict(parent.attrib))
    inner.extend(list(parent))
    for child in list(parent):
        parent.remove(child)
    for _ in range(chance.choice((1, 1, 1, 3, 40, 400))):
        outer = Element(parent.tag, dict(parent.attrib))
        outer.append(inner)
        inner = outer
    parent.append(inner)


def _value(chance: random.Random) -> str:
    return chance.choice((*_VALUES, *(number.decode("utf-8", "replace") for number in raw.NUMBERS)))
