"""Numbers and codes that a text mentions, one by one: "findings 3, 4 and 7", "NC1–3", "see 4.1", "6.18(a) to (c)"."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

_CODE = r"(?:(?:[A-Z]{1,5}(?:-[A-Z]{1,3})?s?[-. ]?|[A-Z][a-z]{2,3}-)(?=[0-9]))?[0-9]{1,5}(?:[-./][0-9]{1,5}){0,6}[a-z]?"
_OUTLINE = r"[IVX]{1,5}(?:\.[A-Z0-9]{1,3}){0,4}|[A-Z](?:\.[0-9]{1,3}){0,4}"
_PART = r"\([0-9a-z]{1,4}\)"
_NUMBER = rf"(?:{_CODE}|{_OUTLINE})(?:{_PART}){{0,3}}(?![A-Za-z0-9])"
_BETWEEN = r",? (?:and|or|&) |[,;] ?| to | through | ?[–-] ?"
_LIST = re.compile(rf"(?<![\w./$£€-])(?:{_NUMBER}|(?<=\s){_PART})(?:(?:{_BETWEEN})(?:{_NUMBER}|{_PART}))*")
_PIECE = re.compile(rf"(?P<number>{_NUMBER}|{_PART})|(?P<range> to | through | ?[–-] ?)")
#: What the numbers are called, right before them.
_NOUN = re.compile(
    r"(?:(?<![\w-])(?P<noun>[A-Za-z][A-Za-z-]+|(?:paras?|sects?|recs?|refs?|obs)\.)(?:\(s\))?|(?P<sign>[§¶]))"
    r"(?: (?:addressed|concerned|refs?))?(?::(?= ))? ?"
    r"(?P<at>(?:at|in|under) )?(?P<no>(?:nos?\.?|numbers?|n[°º]|#) ?)?$",
    re.IGNORECASE,
)
_AT = frozenset("see also at in under to from per of and by on with".split())
_INSIDE = ("at", "in", "under")
#: What no quantity or date looks like: "4.1.3", "6.18(e)".
_PLAIN_PLACE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){2,5}|[0-9]{1,3}(?:\.[0-9]{1,3}){0,5}\([a-z]{1,4}\)")
#: Behind numbers that are places and no quantities.
_HERE = re.compile(r" (?:above|below|overleaf)\b")
_ENDED = re.compile(r"[,;:)]|\.?$| (?:above|below|overleaf|must|should|shall)\b")
_AROUND = 80
_LONGEST_NOUN = 40
#: What opens a bracket, or a sentence, that holds only numbers.
_CUE = (
    r"(?:see(?: also)?|cf\.?|refs?\.?|re|(?:relat|link)(?:es|ed|ing|s)? to|aris(?:es|ing) (?:from|out of)|"
    r"address(?:es|ing)?|(?:in )?response to|basis|source):? "
)
_OPENED = re.compile(rf"(?:[(\[](?:[^()\[\]]{{0,60}}[,;] )?|\b){_CUE}$|[(\[]$", re.IGNORECASE)
#: Where a mention points, and is no part of what is said: in brackets, behind a dash or behind "see".
_POINTED = re.compile(r"(?:[(\[]|\bsee |[–—-] )[^()\[\]]*$", re.IGNORECASE)
#: Behind a number: the place is in something else, as in "paragraph 3 of Schedule 2", "recommendation 4 in the code".
_ELSEWHERE = re.compile(
    r"(?:\([^()]{0,60}\))? (?:of|in (?=the|our|its|their|that)) ?(?!this report|the (?:present )?report\b)",
    re.IGNORECASE,
)
#: Before what numbers are called: of an earlier letter, or of somebody's own.
_OF_ANOTHER = re.compile(r"(?:\b(?:19|20)[0-9]{2}[,)]{0,2}|(?<!this report)['’]s) $")
#: Before the digits of a code, where print varies: "NC 1", "NC-1", "NCs 1".
_LETTERS = re.compile(r"(?P<letters>[A-Za-z]{1,5}?(?:-[A-Za-z]{1,3})?)s?[ .-]{1,2}(?=[0-9])")
_LAST = re.compile(r"(?P<stem>.*?)(?P<last>[0-9]{1,5}|\([a-z]\)|[a-z])")
#: More than these in a row are no range.
_LONGEST_RANGE = 50


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names something by ``listed`` numbers; ``noun`` is what it calls it, in the singular, or empty.

    ``is_pointed`` tells that it only points there, ``is_bare`` that a bracket or "see" holds nothing but the numbers,
    ``is_elsewhere`` that the place is said to be in something else.
    """

    noun: str
    listed: str
    start: int
    end: int
    is_pointed: bool
    is_bare: bool
    is_elsewhere: bool

    def numbers(self, printed: Container[str]) -> list[str]:
        """The single numbers, in lower case; "NC6-7" is one number where it is ``printed``, else two."""
        found: list[str] = []
        is_range = False
        for piece in _PIECE.finditer(self.listed):
            if piece["range"]:
                is_range = True
                continue
            number = piece["number"]
            if found and number.startswith("(") and not self.listed.startswith("("):
                number = found[-1].partition("(")[0] + number
            number = plain(number)
            first, dash, last = number.rpartition("-")
            if is_range and found:
                found += _up_to(found[-1], number)
            elif found and (continued := _stem(found[-1]) + number) in printed and number not in printed:
                found.append(continued)
            elif dash and number not in printed and (rest := _up_to(first, last)):
                found += [first, *rest]
            else:
                found.append(number)
            is_range = False
        return list(dict.fromkeys(found))


def mentions(text: str) -> Iterator[Mention]:
    """Every number or list of numbers in ``text``, from left to right."""
    for match in _LIST.finditer(text):
        before = text[max(0, match.start() - _AROUND) : match.start()]
        called = _NOUN.search(before, max(0, len(before) - _LONGEST_NOUN))
        noun = "" if called is None else "paragraph" if called["sign"] else singular(called["noun"])
        if (noun in _AT and called is not None and called["no"]) or _HERE.match(text, match.end()):
            noun = noun if noun and noun not in _AT else "item"
        is_opened = bool(_OPENED.search(before)) or match.group()[0] == "("
        at = noun if noun in _AT else called["at"].strip().lower() if called and called["at"] else ""
        is_place = _PLAIN_PLACE.match(match.group()) or (at in _INSIDE and _ENDED.match(text, match.end()))
        start = match.start()
        if called and noun and noun not in _AT and not match.group()[0].isalpha():
            start -= len(before) - called.start()
        another = called and _OF_ANOTHER.search(before, 0, called.start())
        yield Mention(
            "" if noun in _AT else noun,
            match.group(),
            start,
            match.end(),
            is_pointed=bool(_POINTED.search(before)),
            is_bare=is_opened or bool(at and is_place),
            is_elsewhere=bool(another or _ELSEWHERE.match(text, match.end())),
        )


def plain(number: str) -> str:
    """A number for comparison: "R1." as "r1", "NC 1" and "NC-1" as "nc1", "(3)" as "3"."""
    number = number.strip(" .:,;[]§¶")
    if number.startswith("("):
        number = number[1:].rstrip(")")
    elif number.endswith(")") and "(" not in number:
        number = number[:-1]
    match = _LETTERS.match(number)
    return (match["letters"] + number[match.end() :] if match else number).lower()


def _stem(number: str) -> str:
    """What all numbers of a series have in common: "nc" of "nc7", "4." of "4.12", "6.18" of "6.18(a)"."""
    match = _LAST.fullmatch(number)
    return match["stem"] if match else ""


def _up_to(first: str, last: str) -> list[str]:
    """The numbers behind ``first`` up to ``last``, none where these two make no range."""
    begin = _LAST.fullmatch(first)
    end = _LAST.fullmatch(begin["stem"] + last if begin and last.isdecimal() else last)
    if begin is None or end is None or begin["stem"] != end["stem"]:
        return []
    stem, one, other = begin["stem"], begin["last"], end["last"]
    if one.isdecimal() and other.isdecimal() and 0 < int(other) - int(one) < _LONGEST_RANGE:
        return [f"{stem}{number:0{len(one) if one[0] == '0' else 1}}" for number in range(int(one) + 1, int(other) + 1)]
    if not one.isdecimal() and not other.isdecimal():
        letters = range(ord(one.strip("()")) + 1, ord(other.strip("()")) + 1)
        return [stem + one.replace(one.strip("()"), chr(letter)) for letter in letters]
    return []


def singular(noun: str) -> str:
    """A noun in lower case and without the ending of the plural."""
    noun = noun.lower().rstrip(".")
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return {"criteria": "criterion"}.get(noun, noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun)
