"""What records are about, as far as the words tell that come back in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

#: Words of four letters or more.
_WORD = re.compile(r"[^\W\d_]{4,}")
#: Words that every report is full of, whatever it is about.
_COMMON = frozenset(
    "able action actions appropriate area areas clear effective effectively ensure example good identified "
    "improve improved improvement include included includes including inspection inspector inspectors lack level "
    "make need needed needs number place poor progress provide provided quality recommend recommendation report "
    "required requires result review shall sufficient sufficiently time times timely understand used well work "
    "working year years".split()
)


@lru_cache(maxsize=1)
def _empty() -> frozenset[str]:
    from spacy.lang.en.stop_words import STOP_WORDS

    return _COMMON | STOP_WORDS


def words_of(text: str) -> set[str]:
    """The words of ``text`` that may be a theme, in lower case and the singular, each once."""
    return {_singular(word) for word in _WORD.findall(text.lower()) if word not in _empty()}


def themes_of(texts: Sequence[str], *, most: int = 12) -> list[tuple[str, list[int]]]:
    """Words that stand in at least three of ``texts`` and at most half of them, the most frequent first, each with
    the indices of the texts."""
    found: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        for word in words_of(text):
            found.setdefault(word, []).append(index)
    themes = [(word, places) for word, places in found.items() if 3 <= len(places) <= max(3, len(texts) // 2)]
    return sorted(themes, key=lambda theme: (-len(theme[1]), theme[0]))[:most]


def count(words: Counter[str], texts: Iterable[str]) -> None:
    """Add to ``words`` in how many of ``texts`` each word stands."""
    for text in texts:
        words.update(words_of(text))


def _singular(word: str) -> str:
    """Without the plural's ending where it is plain: plans, policies; not process, status, analysis."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
