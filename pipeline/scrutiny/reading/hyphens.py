"""Lines joined to running text: which hyphens at a line end divide a word, and which belong to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

_HYPHENS = "-\u2010"
#: A hyphen at the end of a line that follows a letter or figure, with all that stands before it.
_ENDS_IN_HYPHEN = re.compile(rf"(?:^|\s)(\S*\w)[{_HYPHENS}]$")
_LAST_PART = re.compile(r"[^\W\d_]+$")
_FIRST_PART = re.compile(r"[^\W\d_]+")
_WORD = re.compile(rf"[^\W\d_]+(?:[{_HYPHENS}][^\W\d_]+)*")
#: Words before which a hyphen waits for the rest of its compound: "short- and long-term".
_SUSPENDED = re.compile(r"(?:and|or|to|nor|versus)\b")

#: First parts that English writes with a hyphen before almost any word, and those it writes without.
_HYPHENATED_FIRST = frozenset(
    "all cross ex half high ill long low multi non part post pre self short so well two three four five".split()
)
_CLOSED_FIRST = frozenset(
    "over under out inter sub super trans un re mis dis fore counter micro in im en be up".split()
)
#: Last parts that make no word of their own.
_ENDINGS = frozenset(
    "able ible ful less ness ment ments ship ships hood ward wards ing ings tion tions man men".split()
)

#: Words of the vocabulary of BERT (bert-base-uncased, Apache 2.0) of three letters or more.
_ENGLISH = Path(__file__).with_name("english_words.txt")


def words(texts: Iterable[str]) -> Counter[str]:
    """How often each word stands in ``texts``, in lower case; hyphenated words count as one word."""
    return Counter(chain.from_iterable(_WORD.findall(text.lower()) for text in texts))


def vocabulary_of(blocks: Iterable[Sequence[str]]) -> Counter[str]:
    """The words of all lines of ``blocks``, but for those at a line end that may be parts of one.

    Where no line but the last of a block ends in a hyphen nobody will ask for them, and there are none.
    """
    blocks = list(blocks)
    if not any(line.endswith(tuple(_HYPHENS)) for block in blocks for line in block[:-1]):
        return Counter()
    return words(line for block in blocks for line in _without_parts(block))


def _without_parts(lines: Sequence[str]) -> list[str]:
    whole = []
    divided = False
    for line in lines:
        whole.append(line.partition(" ")[2] if divided else line)
        divided = line.endswith(tuple(_HYPHENS))
        if divided:
            whole[-1] = whole[-1].rpartition(" ")[0]
    return whole


def join_lines(lines: Sequence[str], vocabulary: Counter[str]) -> list[str]:
    """``lines`` such that their concatenation reads as running text.

    Each line but the last ends in the space that separates it from the next, or has lost the hyphen of a word
    divided at the line end. A hyphen stays where the word demands it ("well-" + "balanced"): ``vocabulary``, the
    words of the whole report, decides, and English where the report is silent.
    """
    joined: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        divided = line[-1:] in _HYPHENS and following[:1].isalnum()
        hyphen = _ENDS_IN_HYPHEN.search(line) if divided else None
        if not following:
            joined.append(line)
        elif hyphen and not _SUSPENDED.match(following):
            joined.append(line if _belongs(hyphen.group(1), following, vocabulary) else line[:-1])
        elif line.endswith(("/", "\u2014")) and line[-2:-1].strip():
            joined.append(line)
        else:
            joined.append(line + " ")
    return joined


def _belongs(before: str, following: str, vocabulary: Counter[str]) -> bool:
    """Whether the hyphen between ``before`` and ``following`` is part of the word."""
    last, first = _LAST_PART.search(before), _FIRST_PART.match(following)
    if last is None or first is None or last.start() > 0 or not following[0].islower():
        return True  # a figure, a second hyphen or a capital: "mid-2021", "day-to-day", "non-English"
    left, right = last.group().lower(), first.group().lower()
    hyphenated, whole = vocabulary[f"{left}-{right}"], vocabulary[left + right]
    if hyphenated != whole:
        return hyphenated > whole
    if left in _HYPHENATED_FIRST:
        return True
    if left in _CLOSED_FIRST or right in _ENDINGS or left + right in _english():
        return False
    return all(part in vocabulary or part in _english() for part in (left, right))


@cache
def _english() -> frozenset[str]:
    return frozenset(_ENGLISH.read_text(encoding="ascii").split())
