"""Characters as printed, made into characters as written: ligatures, spaces, hyphens at line ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_SPACES = dict.fromkeys([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029], " ")
_SPACES |= dict.fromkeys([0x202F, 0x205F, 0x3000], " ")
_INVISIBLE: dict[int, None] = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
_CONTROLS: dict[int, None] = dict.fromkeys([*range(0x00, 0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF])
_LONE_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_TABLE: dict[int, str | None] = {**_CONTROLS, **_INVISIBLE, **_LIGATURES, **_SPACES, **_LONE_SURROGATES}

_HYPHENS = "-\u2010"
_LAST_PART = re.compile(rf"([^\W\d_]+)[{_HYPHENS}]$")
_FIRST_PART = re.compile(r"[^\W\d_]+")
_WORD = re.compile(rf"[^\W\d_]+(?:[{_HYPHENS}][^\W\d_]+)*")

#: First parts that English writes with a hyphen before almost any word.
_HYPHENATED_FIRST = frozenset(
    [
        "all",
        "cross",
        "ex",
        "half",
        "high",
        "ill",
        "long",
        "low",
        "multi",
        "non",
        "part",
        "post",
        "pre",
        "self",
        "short",
        "so",
        "well",
    ]
)


def normalise(text: str) -> str:
    """``text`` with ligatures spelt out, every kind of space plain and single, and nothing invisible."""
    return " ".join(text.translate(_TABLE).split())


def words(texts: Iterable[str]) -> Counter[str]:
    """How often each word stands in ``texts``, in lower case; hyphenated words count as one word."""
    return Counter(word.lower() for text in texts for word in _WORD.findall(text))


def join_lines(lines: Sequence[str], vocabulary: Counter[str]) -> list[str]:
    """``lines`` such that their concatenation reads as running text.

    Each line but the last ends in the space that separates it from the next, or has lost the
    hyphen of a word divided at the line end. A hyphen stays where ``vocabulary``, the words of the
    whole report, speaks for it ("well-" + "balanced").
    """
    joined: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not following:
            joined.append(line)
        elif _divided(line, following):
            joined.append(line if _keeps_hyphen(line, following, vocabulary) else line[:-1])
        elif line.endswith(("/", "\u2014")) and line[-2:-1].strip():
            joined.append(line)
        else:
            joined.append(line + " ")
    return joined


def _divided(line: str, following: str) -> bool:
    return bool(_LAST_PART.search(line)) and following[0].isalpha()


def _keeps_hyphen(line: str, following: str, vocabulary: Counter[str]) -> bool:
    last, first = _LAST_PART.search(line), _FIRST_PART.match(following)
    if last is None or first is None or not following[0].islower():
        return True
    left, right = last.group(1).lower(), first.group().lower()
    hyphenated, whole = vocabulary[f"{left}-{right}"], vocabulary[left + right]
    if hyphenated != whole:
        return hyphenated > whole
    # Unknown either way: two words of their own ("child-" + "centred") make a compound.
    return left in _HYPHENATED_FIRST or (len(left) > 2 and vocabulary[left] > 0 and vocabulary[right] > 0)
