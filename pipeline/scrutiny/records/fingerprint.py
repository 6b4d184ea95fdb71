"""What a record is about, in a form that stays the same when it is printed again."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

#: Words that say nothing about what a sentence is about, and those that every report is full of.
_EMPTY = frozenset(
    "a about above after again against all also although always am an and any are as at be because been before being "
    "below between both but by can could did do does doing down during each ensure few for from further had has have "
    "having he her here hers him his how however i if in into is it its itself just may me might more most must my no "
    "nor not now of off on once only or other our out over own part provide recommend recommendation same shall she "
    "should so some such "
    "than that the their them then there these they this those through to too under until up us very was we were what "
    "when where which while who whom why will with within without would you your make take given including improve "
    "need good well area many where whether example result mean means meant".split()
)
_WORD = re.compile(r"[a-z][a-z'’-]+")
_SUFFIXES = tuple(
    "ization isation fulness iveness ements ations ition ments ation ingly ement ities ment ness ings ions able ible "
    "ence ance ally ied ies ing ion ity ive ely ed es ly er al e s".split()
)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """``word``, in lower case, without what inflection and derivation add: a light stemmer, cut to a prefix."""
    word = word.replace("’", "'").removesuffix("'s").rstrip("'")
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


def stems(text: str) -> list[str]:
    """What the content words of ``text`` come from, in order; numbers are left out."""
    return [
        stem(part)
        for word in _WORD.findall(text.lower())
        for part in word.split("-")
        if len(part) > 2 and part not in _EMPTY
    ]


def fingerprint(text: str) -> str:
    """Sixteen hexadecimal digits of the content words of ``text``, whatever their order and inflection."""
    return hashlib.sha256(" ".join(sorted(set(stems(text)))).encode()).hexdigest()[:16]
