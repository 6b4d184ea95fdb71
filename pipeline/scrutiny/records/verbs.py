"""Verbs in their base form: what tells "Review the plans" from "The review of plans", without a tagger."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

#: Words behind a verb that make sure it is one.
DETERMINERS = frozenset(
    "the a an all any each every its their his her our your this these those that whether how what who which with to "
    "more further no new both such at least on into from up out down off back together closely formally where when "
    "and or".split()
)
#: Verbs that double their last letter: "admitted".
_DOUBLED = frozenset("admit regret drop slip".split())
#: "Audit of plans", "work with schools": what follows a noun.
_NOUN_FOLLOWERS = frozenset("of in for to arrangements by within between".split())


def forms(regular: str, irregular: str = "") -> frozenset[str]:
    """Present and past of verbs given in their base form, parted by spaces, and ``irregular`` forms as they are."""
    found = set(irregular.split())
    for base in regular.split():
        if base.endswith("e"):
            found |= {base, f"{base}s", f"{base}d"}
        elif base.endswith("y") and base[-2] not in "aeiou":
            found |= {base, f"{base[:-1]}ies", f"{base[:-1]}ied"}
        else:
            found |= {base, f"{base}es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else f"{base}s"}
            found.add(f"{base}{base[-1]}ed" if base in _DOUBLED else f"{base}ed")
    return frozenset(found)


def is_verb(words: list[str], at: int) -> bool:
    """Whether the word ``at``, in lower case, begins a demand."""
    word = words[at].removesuffix("-")
    following = words[at + 1] if at + 1 < len(words) else ""
    return is_base(word) or (word in _verbs()[1] and following in DETERMINERS and following not in _NOUN_FOLLOWERS)


def is_third_person(words: list[str], at: int) -> bool:
    """Whether the word ``at``, in lower case, says what somebody does: "the council reviews and publishes"."""
    if not words[at].endswith("s"):
        return False
    following = words[at + 1] if at + 1 < len(words) else ""
    return any(
        is_base(form) or (may_be_verb(form) and (following in DETERMINERS and following not in _NOUN_FOLLOWERS))
        for form in (words[at][:-1], words[at].removesuffix("es"))
    )


def is_base(word: str) -> bool:
    """Whether ``word``, in lower case, is the base form of a verb and no noun as often."""
    return word in _verbs()[0]


def may_be_verb(word: str) -> bool:
    """Whether ``word``, in lower case, is the base form of a verb, whatever else it is."""
    return any(word in words for words in _verbs())


@cache
def _verbs() -> tuple[frozenset[str], frozenset[str]]:
    """Verbs that are nothing else, and those that are nouns as often."""
    lines = files("scrutiny.records").joinpath("verbs.txt").read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if not line.startswith("#")]
    return frozenset(w[0] for w in words if len(w) == 1), frozenset(w[0] for w in words if len(w) > 1)
