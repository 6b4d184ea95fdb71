"""Numbers and codes that a text mentions: "paragraphs 13 and 15", "(see 4.6)", "F580 and F684: ...", "NCs 1 to 4"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_PARTS = r"(?:\([0-9a-z]{1,3}\)){0,3}"
_CODE = (
    r"(?:(?:[A-Z]{1,4}-)?[A-Z]{1,5}s?[-. ]?|[A-Z][A-Za-z]{1,4}-?)"
    rf"[0-9]{{1,5}}(?:[-./](?:[A-Z]{{1,3}}[-.]?)?[0-9]{{1,4}}){{0,4}}[a-z]?{_PARTS}"
    r"|[A-Z]{2,6}[0-9]{6,9}"
    r"|[0-9]{4}[-/](?:[0-9]{3,4}|[0-9]{1,4}(?=[-/][A-Z0-9]))(?:[-/][A-Z0-9]{1,4}){0,4}"
)
_PLAIN = rf"[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{0,5}}(?:\.?[a-z])?{_PARTS}"
_OUTLINE = r"[IVX]{1,5}(?:\.[A-Z0-9]{1,3}){0,4}|[A-Z](?:\.[0-9]{1,3}){0,4}"
#: No part of a longer number, of a word or of a quantity.
NUMBER = (
    rf"(?:{_CODE}|{_PLAIN}|{_OUTLINE}|\([0-9a-z]{{1,3}}\)|\[[0-9]{{1,3}}\])(?![A-Za-z0-9%]|[.,][0-9]|-[A-Z]| per ?cent)"
)
_BETWEEN = r",? (?:and|or|&) |[,;] ?| to | through | ?[–—-] ?"
_LIST = re.compile(rf"(?<![\w.,/$£€-]){NUMBER}(?:(?:{_BETWEEN}){NUMBER}){{0,30}}")
_PIECE = re.compile(rf"(?P<number>{NUMBER})|(?P<range> to | through | ?[–—-] ?)")
_NOUN = re.compile(
    r"(?:(?<![\w-])(?P<noun>[A-Za-z][A-Za-z-]{1,24}|(?:[Pp]ara|[Rr]ec|[Ss]ect?|[Oo]bs)s?\.)(?:\(s\))?:? "
    r"|(?P<sign>[§¶]{1,2}) ?)(?:(?:[Nn]os?|numbers?|refs?)\.? ?|at )?$"
)
#: "Ref: 5.2.3"
_REFERRING = frozenset("ref reference basis link source".split())
_BEFORE = 80
#: Before a mention that refers to something and does not only speak of it.
_POINTED = re.compile(
    r"(?:[(\[](?:refs?\.:? )?|[–—-] |\b(?:see|address(?:es|ed|ing)?|breach(?:es)? of|adherence to|in (?:line with|"
    r"(?:the )?(?:light|view) of)|(?:conditions|described|detailed|discussed|failings|findings|given|issues|mentioned|"
    r"named|noted|outlined|reasons|referred to|reported|seen|set out|shortcomings) (?:under|in|at)) )"
    r"(?:(?![.;!?] )[^()\[\]])*$",
    re.IGNORECASE,
)
#: Before a paragraph's number in square brackets, which elsewhere is a footnote's: "at [13]–[15]".
_LEADS = re.compile(r"\b(?:see(?: also)?|at|in|from|and|paragraphs?|paras?\.?) $", re.IGNORECASE)
_BARE = re.compile(r"(?:[(\[]|\bsee )(?:see )?(?:also )?$", re.IGNORECASE)
_SEES = re.compile(r"\bsee (?:also )?$", re.IGNORECASE)
_LABEL_ENDS = re.compile(r"\.?:| ?\(| [A-Z][a-z]+(?: [a-z]+)?:")
_ENDED = re.compile(r" ?[)\]]|\.?$|; ")
#: Behind a number: the place is in something else, as in "paragraph 3 of Schedule 2", "recommendation 4 in the code".
_ELSEWHERE = re.compile(
    r"(?:\([^)]{0,20}\))? (?:of |from (?=19|20)|in (?=the|our|its|their|that))"
    r"(?!this report|the (?:present )?report\b)",
    re.IGNORECASE,
)
#: Before the name of a number: "NICE recommendation 2", "Chapter 4, paragraph 4.1".
_OF_OTHERS = re.compile(r"(?:\b[A-Z]{3,}|\b(?:Annex|Appendix|Chapter|Part|Schedule) [0-9A-Z]{1,4},) $")
#: What stands before numbers and is no name of them.
_NO_NOUNS = frozenset("see also at in under to from per of and by on with address addressed addressing".split())
_NOUNS = {
    "para": "paragraph", "¶": "paragraph", "rec": "recommendation", "afi": "improvement", "criteria": "criterion",
    "ob": "observation", "§": "section", "sect": "section", "sec": "section", "subsection": "section",
}  # fmt: skip
_LONGEST_RANGE = 50
_IS_CODE = re.compile(r"[a-z][a-z./]*[0-9]|[0-9.]+/[0-9]|[0-9]{4}\.[0-9]")
_NO_CODE = re.compile(r"(?:covid|iso|iec|bs|en|ks)[0-9.]")
_IS_OUTLINE = re.compile(r"[0-9][./]")
_HYPHENED = re.compile(r"(?P<letters>[a-z]+)(?P<first>[0-9]{1,3})(?:\.|/(?P=letters)\.)(?P<last>[0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class Mention:
    """A list of ``numbers``, in the form that :func:`canonical` gives them, and the ``noun`` before it, or "".

    ``pointed``: in brackets, behind a dash, "see", "address" or the like, or a label at the beginning. ``bare``: alone
    in its brackets. ``sees``: right behind "see". ``elsewhere``: of something that is not this report. ``within``: the
    code of which these are parts, as in "IPSG.2 ME3".
    """

    noun: str
    numbers: tuple[str, ...]
    start: int
    end: int
    pointed: bool
    bare: bool
    sees: bool
    elsewhere: bool
    within: str = ""


def mentions(text: str) -> Iterator[Mention]:
    """What ``text`` mentions, from left to right."""
    last: Mention | None = None
    for mention in _separate(text):
        if last and text[last.end : mention.start] == " " and is_code(last.numbers[-1]) and is_code(mention.numbers[0]):
            mention = replace(mention, within=last.numbers[-1], pointed=last.pointed)
            last = replace(last, numbers=last.numbers[:-1])
        if last and last.numbers:
            yield last
        last = mention
    if last:
        yield last


def _separate(text: str) -> Iterator[Mention]:
    for found in _LIST.finditer(text):
        before = text[max(0, found.start() - _BEFORE) : found.start()]
        noun = _NOUN.search(before)
        word = singular((noun["noun"] or noun["sign"][0]).rstrip(".")) if noun else ""
        refers = word in _REFERRING
        if refers or word in _NO_NOUNS:
            word, noun = "", None
        in_square = found.group()[0] == "["
        if in_square and not _LEADS.search(before):
            continue
        start = found.start() - len(noun.group()) if noun else found.start()
        is_label = not start and bool(_LABEL_ENDS.match(text, found.end()))
        yield Mention(
            "paragraph" if in_square else word,
            tuple(_expanded(found.group())),
            start,
            found.end(),
            pointed=is_label
            or refers
            or bool(_POINTED.search(text[max(0, start - _BEFORE) : start] + found.group()[:1])),
            bare=refers or bool((found.group()[0] == "(" or _BARE.search(before)) and _ENDED.match(text, found.end())),
            sees=refers or bool(_SEES.search(before)),
            elsewhere=bool(
                _ELSEWHERE.match(text, found.end())
                or (noun and found.group()[0].isdecimal() and _OF_OTHERS.search(text[max(0, start - 20) : start]))
            ),
        )


def canonical(number: str) -> str:
    """A number for comparison: "NC-01" and "NC 1" as "nc1", "28b" and "28(b)" as "28/b", "(3)." as "3"."""
    plain = ""
    for match in re.finditer(r"([^a-z0-9]*)([a-z]+|[0-9]+)", number.lower()):
        between, part = match.groups()
        part = part.lstrip("0") or "0" if part[0].isdecimal() else part
        if not plain:
            plain = part
        elif part.isalpha():
            plain += f"/{part}" if plain[-1].isdecimal() else f".{part}"
        elif plain.isalpha():
            plain = plain[:-1] + part if len(plain) > 1 and re.match(r"[A-Z]+s", number) else plain + part
        else:
            plain += f"/{part}" if "(" in between else f".{part}"
    return plain


def is_code(number: str) -> bool:
    """Whether a canonical number is a code: letters with figures, or as in "3.3(1)"."""
    return bool(_IS_CODE.match(number)) and not _NO_CODE.match(number)


def is_outline(number: str) -> bool:
    """Whether a canonical number is one of a paragraph, in parts: "4.6", "28/b"."""
    return bool(_IS_OUTLINE.search(number))


def singular(noun: str) -> str:
    """``noun`` in lower case and the singular: "Deficiencies" as "deficiency", "paras" as "paragraph"."""
    noun = noun.lower()
    if noun.endswith("ies"):
        noun = f"{noun[:-3]}y"
    elif noun.endswith(("sses", "ches")):
        noun = noun[:-2]
    elif noun.endswith("s") and not noun.endswith("ss"):
        noun = noun[:-1]
    return _NOUNS.get(noun, noun)


def _expanded(printed: str) -> Iterator[str]:
    """The single numbers of a list, with what ranges leave out."""
    last, is_range = "", False
    for piece in _PIECE.finditer(printed):
        if piece["range"]:
            is_range = True
            continue
        number = canonical(piece["number"])
        if (prefix := re.match("[a-z]+(?=[0-9])", last)) and number.isdecimal():  # "R6 and 7"
            number = f"{prefix[0]}{number}"
        elif "/" in last and len(number) == 1 and number.isalpha():  # "28a to c"
            number = f"{last.rpartition('/')[0]}/{number}"
        if is_range:
            yield from _between(last, number)
        yield number
        if (hyphened := _HYPHENED.fullmatch(number)) and int(hyphened["last"]) > int(hyphened["first"]):  # "NC6-7"
            first, second = (hyphened["letters"] + hyphened[name] for name in ("first", "last"))
            yield from (first, *_between(first, second), second)
        last, is_range = number, False


def _between(first: str, last: str) -> Iterator[str]:
    """What lies between two numbers that differ in their last part."""
    begin, end = (re.fullmatch(r"(.*?)([0-9]+|[a-z])", number) for number in (first, last))
    if not begin or not end or begin[1] != end[1]:
        return
    if begin[2].isdecimal() and end[2].isdecimal():
        if int(end[2]) - int(begin[2]) < _LONGEST_RANGE:
            yield from (f"{begin[1]}{number}" for number in range(int(begin[2]) + 1, int(end[2])))
    elif begin[2].isalpha() and end[2].isalpha():
        yield from (f"{begin[1]}{chr(letter)}" for letter in range(ord(begin[2]) + 1, ord(end[2])))
