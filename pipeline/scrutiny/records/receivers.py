"""Whom the headings above a recommendation name as those it is for."""

from __future__ import annotations

import re

from scrutiny.records.naming import named_in
from scrutiny.records.people import is_actor, is_thing
from scrutiny.records.phrases import Passage
from scrutiny.records.verbs import is_base, may_be_verb
from scrutiny.report import Attribute, BlockKind

#: Headings: "To the Minister", "Recommendations to the board", "Lessons for skippers".
_DEMANDS = "(?:recommendation|requirement|action|request|advice|proposal|suggestion|lesson|direction|order)s?"
_WHO = "(?P<who>(?:the )?[a-z'& ’-]{3,60}):?$"
_RECEIVERS = re.compile(rf"(?:^to|\b{_DEMANDS} to|\bfor) {_WHO}", re.IGNORECASE)
#: Of headings further out, in which "for" may be of anything: "Help for children", the title of the report.
_OUTER_RECEIVERS = re.compile(rf"(?:^to|\b{_DEMANDS} (?:to|for)) {_WHO}", re.IGNORECASE)
#: Headings that ask: "What the partnership should do", "What does the provider need to do to improve?".
_OF_HEADING = (
    _RECEIVERS,
    re.compile(
        r"^what (?:(?:do|does|must|should) )?(?P<who>the [a-z' ’-]{3,60}?|(?P<name>(?-i:[A-Z])[\w'’-]+"
        r"(?: (?-i:[A-Z])[\w'’-]+){0,3})) (?:(?:should|must|needs? to|ha(?:s|ve) to|"
        r"(?:is|are) to|can) )?(?:do|improve)\b",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:[0-9.]+ )?what (?:is|we) (?:ask|want|expect)\w* of (?P<who>the [a-z' ’-]{3,60})$", re.IGNORECASE),
)
#: "6.1 Prairie Railroad, Inc.", "B. The council": what numbers a heading.
_NUMBER = re.compile(r"(?:[A-Z]?[0-9]+(?:\.[0-9]+)*[.)]?|[A-Z][.)]|[IVXL]+[.)]|\([a-z0-9]+\)) ")
#: "To the Federal Railroad Administration:", "To Marrow Valley Gas".
_TO_NAME = re.compile(r"to (?P<who>[^;:()]{3,100}?)[:.]?$", re.IGNORECASE)
#: "Recommendation 1 (country office; H)".
_LABELLED = re.compile(
    rf"{_DEMANDS} [A-Z]{{0,3}}[-.]?[0-9]+(?:\.[0-9]+)* \((?P<who>[^();]{{3,80}})(?:;[^()]*)?\)$", re.IGNORECASE
)
#: "The company is recommended to:", "The board should:".
_LEADS = re.compile(r"(?:\bto|\bshould|\bmust|\bshall):$", re.IGNORECASE)
#: What ends the name of a body; in a heading of recommendations it is whom they are for.
_BODY = re.compile(
    r"(?:\b(?:Inc|LLC|Ltd|plc|AB|AS|GmbH)\.?|\b(?:Administration|Association|Authority|Agency|Board|Bureau|Commission|"
    r"Committee|Company|Corporation|Council|County|Department|Government|Institute|Ministry|Office|Organi[sz]ation|"
    r"Railroad|Railway|Railways|Service|Society|Trust|University)(?: of [A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)?)$"
)
#: So many blocks before and behind are looked at for headings beside one.
_BESIDE = 100
_SMALL = frozenset("of and the for in de la du van der & –".split())
_MUST = re.compile(r"\b(?:should|must|needs? to|ha(?:s|ve) to|(?:is|are) to)\b", re.IGNORECASE)
_IS_DEMANDS = re.compile(rf"\b{_DEMANDS}\b", re.IGNORECASE)


def receiver(passage: Passage) -> Attribute | None:
    """Whom the nearest heading that names somebody names."""
    for out, heading in enumerate(reversed(passage.headings)):
        if found := _named(heading, out, passage):
            at = passage.report.text.rfind(heading, 0, passage.record.start)
            start, end = found
            if at >= 0:
                return Attribute(heading[start:end], at + start, at + end)
    return None


def _named(heading: str, out: int, passage: Passage) -> tuple[int, int] | None:
    """Where a heading, so many levels above the innermost, names whom what stands below is for."""
    for form in (_OUTER_RECEIVERS,) if out else _OF_HEADING:
        if match := form.search(heading):
            # In a heading of capitals not every word is a name.
            who = match["who"].lower() if match["who"].isupper() else match["who"]
            if _is_matter(who):
                continue
            if _MUST.search(heading) if match.groupdict().get("name") else is_actor(who):
                return match.span("who")
    number = _NUMBER.match(heading)
    begin = number.end() if number else 0
    if (to := _TO_NAME.match(heading, begin)) and _is_name(to["who"]):
        return to.span("who")
    if (labelled := _LABELLED.match(heading, begin)) and is_actor(labelled["who"]):
        return labelled.span("who")
    if not out and _LEADS.search(heading):
        return named_in(heading, passage)
    outer = passage.headings[: len(passage.headings) - 1 - out]
    name = heading[begin:]
    if outer and _IS_DEMANDS.search(outer[-1]) and _is_name(name) and _beside_bodies(outer, passage):
        return begin, len(heading)
    return None


def _beside_bodies(outer: tuple[str, ...], passage: Passage) -> bool:
    """Whether one of the headings right below ``outer`` is surely the name of a body: then all names there are."""
    report = passage.report
    here = report.sentences[passage.record.sentences[0]].block
    beside = [
        block.text[number.end() if (number := _NUMBER.match(block.text)) else 0 :]
        for block in report.blocks[max(0, here - _BESIDE) : here + _BESIDE]
        if block.kind is BlockKind.HEADING and block.section_path == outer
    ]
    # "Governance" beside "Outpatient Services" is a theme, and so is that.
    return any(map(_BODY.search, beside)) and all(
        _BODY.search(name) or (" " in name and not is_thing(name)) for name in beside
    )


def _is_name(words: str) -> bool:
    """Whether ``words`` are somebody's name: "the Federal Railroad Administration", "Marrow Valley Gas"."""
    first, *more = words.split() or [""]
    if first.lower() == "the" and more:
        return is_actor(words)
    capital = all(word[0].isupper() or word.lower() in _SMALL for word in (first, *more) if word[0].isalpha())
    is_verb = may_be_verb(first.lower()) and not more
    return capital and first[:1].isalpha() and not (words.isupper() or is_verb or _is_matter(words))


def _is_matter(words: str) -> bool:
    """Whether what follows "to" says what for: "To Improve Safety", "To Whom It May Concern"."""
    first = words.split()[0].lower() if words.split() else ""
    return is_base(first) or first == "whom"
