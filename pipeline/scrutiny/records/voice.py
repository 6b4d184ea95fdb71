"""Whose words, views or records a result rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrutiny.records.people import GROUPS
from scrutiny.records.phrases import Passage
from scrutiny.report import Attribute, Basis

_GROUP_OF = {word: name for name, words in GROUPS.items() for word in words}
#: Two words that are one group.
_PAIRS = {
    ("young", "people"): "service_users",
    ("young", "person"): "service_users",
    ("young", "adults"): "service_users",
    ("older", "people"): "service_users",
    ("care", "leavers"): "service_users",
    ("care", "leaver"): "service_users",
    ("service", "users"): "service_users",
    ("people", "who"): "service_users",
    ("people", "using"): "service_users",
    ("people", "supported"): "service_users",
    ("people", "told"): "service_users",
    ("people", "said"): "service_users",
    ("social", "workers"): "staff",
    ("foster", "carers"): "parents",
    ("family", "members"): "parents",
    ("senior", "leaders"): "provider",
    ("senior", "managers"): "provider",
    ("nhs", "managers"): "provider",
    ("police", "officers"): "partners",
    ("health", "professionals"): "partners",
    ("partner", "agencies"): "partners",
}

_SAY = frozenset(
    "told said say says wrote write writes tell tells explained commented stated complained described describe".split()
)
_THINK = frozenset(
    "feel feels felt spoke speak speaks expressed praised praise credited appreciate appreciated believe believed "
    "valued thought considered rated reported report raised recalled remarked voiced".split()
)
_ADMIT = frozenset(
    "recognise recognised recognize recognized acknowledge acknowledged accept accepted attributed conceded admitted "
    "confirmed advised agreed".split()
)
_SHOW = frozenset(
    "show shows showed shown "
    "indicate indicates indicated reads record recorded demonstrate demonstrated reveal revealed contained".split()
)
#: What each group does when it is heard.
_VERBS = {
    "service_users": _SAY | _THINK,
    "parents": _SAY | _THINK,
    "staff": _SAY | _THINK | {"answered", "confirmed", "acknowledged", "agreed"},
    "partners": (_SAY | _THINK | _ADMIT | {"called"}) - {"recognise", "recognised", "recognize", "recognized"},
    "provider": (_SAY | _ADMIT | {"reported", "spoke", "believe"}) - {"describe"},
    "survey": _SAY | _THINK | _SHOW | {"agreed", "answered"},
    "records": _SHOW,
    "inspectors": frozenset("saw found observed noted heard".split()),
}
_ANY_VERB = frozenset().union(*_VERBS.values())
#: Verbs that are nouns or adjectives as often: they count only behind one of the group or an adverb.
_EITHER = frozenset("report reported rated valued shown contained described considered raised show".split())
#: Words that open another clause, in which another group may speak.
_BOUNDARIES = frozenset(
    "; : but although though while because that which whether when if where how unless however".split()
)
#: Words between a group and what it says that make it somebody else's saying, or no saying at all.
_BETWEEN = frozenset("is are was were be been being cannot never to by could can would might may".split())
_FURTHEST = 14
_QUOTED = re.compile(r"\"[^\"]{3,400}\"|“[^”]{3,400}”|‘[^’]{12,400}’(?!\w)")
#: Words for those who do a work, of which there are too many to list; some of the same form are none.
_WORKERS = re.compile(r"[a-z]{3,}(?:ers|ors|ists|ians)")
_NO_WORKERS = frozenset(
    "others members visitors consumers customers numbers matters orders papers letters factors errors doors tenders "
    "offers powers answers campaigners followers neighbours brothers sisters mothers fathers grandparents inspectors "
    "auditors assessors investigators reviewers commissioners lawyers solicitors teenagers computers registers".split()
)
#: What opens a clause between commas that stands between a group and its verb: ", including several in care,".
_ASIDE = frozenset("including who whose when some many several most both".split())
_LONGEST_ASIDE = 14

#: Views held rather than spoken: "were positive about", "gave polarised views", "speak highly of".
_MINDED = re.compile(
    r"\b(?:(?:is|are|was|were|felt|feel) (?:\w+ ){0,2}(?:positive|complimentary|enthusiastic|happy|unhappy|satisfied|"
    r"dissatisfied|frustrated|proud|confident|concerned|critical|grateful|anxious|worried|unsure|clear) "
    r"(?:about|with|of|that|to|by|how|at)\b|(?:gave|give|shared|expressed|had|have|offered|hold|held) "
    r"(?:[\w-]+ ){0,3}(?:views|feedback|concerns|praise|accounts)\b|sp[eo]a?ke? (?:\w+ )?(?:highly|positively|warmly|"
    r"well|negatively)\b|(?:have|has|had) (?:\w+ ){0,2}(?:confidence|faith) in\b)",
    re.IGNORECASE,
)

#: Ways to be heard without being the subject: "feedback from parents", "we were told by staff", "said one woman".
_HEARD = re.compile(
    r"\b(?:feedback from|comments from|according to|(?:was|were|been) told by|"
    r"(?:received|welcomed|valued|appreciated|used|reported)(?: \w+ly| well)?,?(?: \w+ly,)? by|"
    r"in the (?:view|words|opinion) of|said|recalled|heard from) (?:(?:the|a|an|one|two|three|many|some|several|most|"
    r"all|"
    r"young|our|their|health|care|senior|older|healthcare|local) ){0,4}(?P<group>[a-z]+(?: people)?)",
    re.IGNORECASE,
)
_IN_SURVEY = re.compile(
    r"\b(?:in|of|to|from|completed) (?:an?|our|the|its|their) (?:\w+ ){0,2}(?P<group>survey|questionnaire)s?\b|"
    r"\b(?:answered|returned|completed|filled in) (?:the|our|a|its) (?:\w+ )?(?P<sent>survey|questionnaire)s?\b|"
    r"\bfrom the (?:[\w-]+ ){0,2}(?P<read>records|rosters|logs?|files|minutes)\b[^.;]{0,60}\bit (?:emerged|appears?|"
    r"followed)\b|"
    r"\b(?P<asked>(?:of )?(?:those|people|respondents|staff|parents) (?:who were )?surveyed|respondents (?=said|told|"
    r"agreed|"
    r"reported|felt|rated))\b|"
    r"\b(?P<kept>in the (?:case )?(?:records|files) (?:we|that we|inspectors) (?:read|reviewed|examined|saw)|"
    r"(?:clear|evident|apparent) from (?:the |their |its )?(?:[\w-]+ ){0,3}(?:records|files|logs|minutes|documents))\b",
    re.IGNORECASE,
)
_THEY = re.compile(
    r"(?:however, |overall, |most |many |some |few |all ){0,3}(?:they|he|she|most|many|some|all|others|several|both|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|[0-9]+)"
    r"(?: (?:also|all|both|said|generally|consistently|do|did|not))* (?P<verb>[a-z]+)",
    re.IGNORECASE,
)


def voice(passage: Passage) -> Attribute | None:
    """The first voice in a result: of a group that says, feels, shows or admits something."""
    return _speaking(passage) or _minded(passage) or _heard(passage) or _they(passage)


def _speaking(passage: Passage) -> Attribute | None:
    """A group as the subject of a verb of saying."""
    kept = _without_asides(_without_quotes(passage))
    words = [word for _, word in kept]
    for at, verb in enumerate(words):
        if verb not in _ANY_VERB or at == 0:
            continue
        begin = max((i + 1 for i in range(at) if words[i] in _BOUNDARIES), default=0)
        for first in range(max(begin, at - _FURTHEST), at):
            name = _group(words, first)
            if name is None and verb in _SAY and _WORKERS.fullmatch(words[first]) and words[first] not in _NO_WORKERS:
                name = "staff"
            if name is None or verb not in _VERBS[name]:
                continue
            # "Parents have access to support and report ...": a second verb of what opens the sentence.
            second = first <= 1 and words[at - 1] == "and"
            if not second and (
                _BETWEEN & set(words[first + 1 : at]) or (verb in _EITHER and not _adjacent(words, first, at))
            ):
                continue
            if words[first + 1] in ("'s", "’s", "'", "’"):
                continue
            number = kept[first][0]
            return passage.over(name, number, number + 1)
    return None


def _without_quotes(passage: Passage) -> list[str]:
    """The words of a result in lower case; those of its quotations, which somebody else says, are blank."""
    quoted = [match.span() for match in _QUOTED.finditer(passage.text)]
    return ["" if any(start < word.idx < end for start, end in quoted) else word.lower_ for word in passage.words]


def _without_asides(words: list[str]) -> list[tuple[int, str]]:
    """Words with their numbers, without short clauses between commas about what was named before."""
    kept: list[tuple[int, str]] = []
    at = 0
    while at < len(words):
        last = min(len(words), at + _LONGEST_ASIDE)
        if words[at] == "," and words[at + 1 : at + 2] and words[at + 1] in _ASIDE:
            closing = [end for end in range(at + 2, last) if words[end] == ","]
            if closing:
                at = closing[0] + 1
                continue
        # "Residents who talked to the agency said ...", "the log (exhibit 4) shows ...".
        if words[at] == "(" and ")" in words[at:last]:
            at = words.index(")", at) + 1
            continue
        if words[at] == "who" and (saying := [end for end in range(at + 2, last) if words[end] in _SAY]):
            at = saying[0]
            continue
        kept.append((at, words[at]))
        at += 1
    return kept


def _minded(passage: Passage) -> Attribute | None:
    """A group that holds a view: the last one named before it, else the one of the sentence before."""
    match = _MINDED.search(passage.text)
    if match is None:
        return None
    for words, inferred in (
        (passage.text[: match.start()], False),
        (passage.before.text if passage.before else "", True),
    ):
        for name, start, end in _named(words):
            if name not in ("records", "survey", "inspectors"):
                return passage.at(name, *match.span(), Basis.INFERRED) if inferred else passage.at(name, start, end)
    return None


def _adjacent(words: list[str], first: int, verb: int) -> bool:
    """Whether a verb stands right behind its group, or behind an adverb or a further member of it."""
    before = words[verb - 1]
    return (
        verb - first <= 2
        or before.endswith("ly")
        or before in ("also", "have", "has", "had", "not", "always", "often")
        or (first == 0 and _group(words, first) == "records")
        or (_group(words, verb - 1) is not None)
    )


def _heard(passage: Passage) -> Attribute | None:
    """A group that is heard without being a subject."""
    match = _HEARD.search(passage.text)
    if match:
        group = match["group"].lower()
        name = "service_users" if group.endswith(" people") else _GROUP_OF.get(group.split()[0])
        if name and name not in ("records", "survey"):
            return passage.at(name, *match.span("group"))
    match = _IN_SURVEY.search(passage.text)
    if match:
        kind = "records" if match["kept"] or match["read"] else "survey"
        group = match.lastgroup or "group"
        return passage.at(kind, *match.span(group))
    return None


def _they(passage: Passage) -> Attribute | None:
    """The group that the sentence before speaks of, where this one goes on with "They feel"."""
    match = _THEY.match(passage.text)
    if match is None or passage.before is None:
        return None
    for name, _, _ in _named(passage.before.text):
        if match["verb"].lower() in _VERBS[name]:
            return passage.at(name, 0, match.end(), Basis.INFERRED)
    return None


def _named(text: str) -> Iterator[tuple[str, int, int]]:
    """The groups that ``text`` names, and where."""
    words = list(re.finditer(r"[a-z]+|[^\sa-z]", text.lower()))
    spelled = [word.group() for word in words]
    for at, word in enumerate(words):
        if name := _group(spelled, at):
            yield name, *word.span()


def _group(words: list[str], at: int) -> str | None:
    """The group that the word ``at`` names, with the one after it."""
    pair = _PAIRS.get((words[at], words[at + 1])) if at + 1 < len(words) else None
    return pair or _GROUP_OF.get(words[at])
