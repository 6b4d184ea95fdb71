"""Who is the subject of a verb of saying, feeling or showing: groups of people and writings, found by grammar.

There is no tagger: nouns are those of ``people.py``, verbs are listed here by what they take behind them, and what may
stand between the two is told from what may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrutiny.records.people import GROUPS, THINGS
from scrutiny.records.phrases import Passage
from scrutiny.records.verbs import forms
from scrutiny.report import Attribute

GROUP_OF = {word: name for name, words in GROUPS.items() for word in words}
#: Two words that are one group.
_PAIRS = {
    (first, second + ending): name
    for name, pairs in {
        "service_users": "young people|young person|young adult|older people|care leaver|service user|people who|"
        "people using|people supported|people told|people said|people interviewed",
        "parents": "foster carer|family member|family caregiver|informal caregiver|primary caregiver",
        "survey": "comment card|feedback form|satisfaction survey",
        "records": "incident report|accident report|occurrence report|maintenance report|sign-in sheet|time sheet",
        "staff": "social worker|relationship manager|ward manager|project manager|shift manager|line manager|"
        "internal audit",
        "provider": "senior leader|senior manager|nhs manager|board member|committee member|council member",
        "partners": "police officer|health professional|partner agencies|general practitioner|external auditor|"
        "external examiner|emergency management|partner organisation|partner organization|local official",
    }.items()
    for first, second in (pair.split() for pair in pairs.split("|"))
    for ending in ("", "s")
}

#: Only people do these; whatever is their subject speaks.
_SAY = forms(
    "tell say explain comment complain describe recount remark argue insist claim allege testify vouch inform mention "
    "stress emphasise emphasize reply lament grumble concede admit confide recall wonder",
    "told said talked wrote spoke speak speaks maintained replied",
)
#: What people think, feel and judge, and ways to say it.
_THINK = forms(
    "feel believe praise credit appreciate value rate report voice state view dislike like love enjoy dread fear "
    "doubt question criticise criticize welcome regret compliment commend thank trust confirm agree deny dispute "
    "answer call suggest attest attribute express",
    "felt thought think considered raised gave put",
)
_ADMIT = forms(
    "recognise recognize acknowledge accept attribute concede admit confirm advise agree assure report believe "
    "state dispute deny note indicate",
    "gave",
)
_SHOW = forms(
    "show indicate record demonstrate mention point reveal contain suggest disclose confirm establish document "
    "attest testify state describe list consist",
    "shown reads read held holds bear bore made make makes",
)
#: What each group does when it is heard.
VERBS = {
    "service_users": _SAY | _THINK,
    "parents": _SAY | _THINK,
    "staff": _SAY | _THINK | _ADMIT - {"recognise", "recognize"},
    "partners": _SAY | _THINK | _ADMIT - {"recognise", "recognised", "recognize", "recognized"},
    "provider": (_SAY | _ADMIT | {"gave"}) - {"describe"},
    "survey": _SAY | _THINK | _SHOW,
    "records": _SHOW,
    "inspectors": frozenset("saw found observed noted heard".split()),
}
_ANY_VERB = frozenset().union(*VERBS.values())
#: Verbs that need a clause or set phrase behind them to say something: "accepted that", not "accepted a duty".
_NEEDS_CLAUSE = forms(
    "accept agree recognise recognize confirm advise note state acknowledge deny attest indicate suggest view call "
    "rate "
    "report question record believe inform point trust value welcome dispute document establish contain",
    "wrote considered raised gave put held holds bear bore made make makes",
)
#: Of these only a set phrase will do.
_NEVER_CLAUSE = frozenset(
    "gave put held holds bear bore made make makes contain contains contained call called".split()
)
#: Of these a noun phrase is enough: "the log indicates three failures", "divers reported damage".
_TAKES_OBJECT = forms("indicate suggest report dispute establish document welcome value deny question", "recorded")
#: What follows a verb of the above where it says something: a clause, a hearer, or what only words can be.
_SET_PHRASES = re.compile(
    r"(?:inspectors|observers|(?:the|our) (?:team|inquiry|review|commission|investigation|delegation|auditors?|"
    r"panel)\b|that|how|why|whether|they|he|she|it|there|this|us|me|him|being|having|openly|out|warmly|highly|it to|"
    r"evidence|(?:an? |no |nothing |not |the )*(?:trace|entry|entries|mention|evidence|analysis|reference|"
    r"instances?)\b|"
    r"witness|plain|clear|[\w-]+ (?:instances?|entries)\b|(?:a |an |their |some |great |no |little |serious |"
    r"real )*(?:frustration|confidence|"
    r"worries|disappointment|regret|praise|satisfaction|accounts?|doubts?|impression)\b|the \w+ (?:as|of [\w ]+ at)\b|"
    r"to (?:the|a|an|this|that|these|several|some|gaps)\b)"
)
#: Forms that are nouns as often.
_NOUNS = frozenset(
    f"{noun}{ending}"
    for noun in "remark comment report record question answer claim call doubt fear regret credit trust value view "
    "voice rate state welcome stress dispute note document complaint account".split()
    for ending in ("", "s")
)
#: Words that open another clause, in which another group may speak.
_BOUNDARIES = frozenset(
    "; : but although though while because that which whether when if where how unless however whereas until".split()
)
#: Words between a group and what it says that make it somebody else's saying, or no saying at all.
_BETWEEN = frozenset(
    "is are was were be been being so cannot never to by could can would might may should must will shall".split()
)
_FURTHEST = 14
_QUOTED = re.compile(r"\"[^\"]{3,400}\"|“[^”]{3,400}”|‘[^’]{12,400}’(?!\w)")
_AT_WORK = (("on", "duty"), ("in", "charge"), ("on", "shift"))
#: "Mrs B, whose husband died": known by whose relative somebody is.
_RELATIVE_OF = re.compile(
    r", whose (?:\w+ )?(?:husband|wife|son|daughter|mother|father|brother|sister|child|baby)\b", re.IGNORECASE
)
_SENT = frozenset("letter letters email emails e-mail e-mails memo memos correspondence".split())
_PREPOSITIONS = frozenset("by to in as missing for at on of from with under within into through".split())
#: Behind these a word is a noun or an adjective.
_NO_VERB_BEHIND = frozenset(
    "a an the this these those its their his her our your my of for in on from by with as no any some each every "
    "such".split()
)
#: Words for those who do a work, of which there are too many to list; some of the same form are none.
_WORKERS = re.compile(r"[a-z]{3,}(?:ers?|ors?|ists?|ians?)")
_NO_WORKERS = frozenset(
    "better other others member members number numbers matter matters order orders paper papers factor factors error "
    "errors door doors tender tenders offer offers power powers answer answers follower followers inspector inspectors "
    "auditor auditors assessor assessors investigator investigators reviewer reviewers surveyor surveyors computer "
    "computers newspaper newspapers list lists quarter quarters summer winter never after over under however further "
    "another either neither whether rather later earlier former latter order together ever every poster posters "
    "sensor sensors monitor monitors meter meters indicator indicators printer server servers centre center water "
    "chapter chapters layer december september october november border per error commissioner commissioners "
    "ombudsman regulator writer author for or nor your our their her consider remember gender "
    "corridor floor indoor outdoor minor major prior exterior interior behaviour harbor harbour labor labour".split()
)
_NO_NAMES = frozenset("i we it he she they inspectors ofsted commission hmicfrs".split())
#: Before "team" where it is who reports.
_OUR_TEAM = frozenset(
    [
        "",
        *"the our a this evaluation inquiry inspection audit review survey visiting assessment".split(),
        *"investigation , .".split(),
    ]
)
_NUMBERS = frozenset("two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty".split())
#: What opens a clause between commas that stands between a group and its verb: ", including several in care,".
_ASIDE = frozenset(
    "including who whose whom with when some many several most both for on in as by at too however though nevertheless "
    "likewise almost contacted interviewed asked consulted meanwhile among".split()
)
_LONGEST_ASIDE = 14
#: Adverbs and auxiliaries between a subject and its verb.
_LIGHT = frozenset(
    "also have has had not do does did always often generally then twice both all each themselves himself herself "
    "itself again too repeatedly still now nevertheless likewise even rarely seldom".split()
)


def speaking(passage: Passage) -> Attribute | None:
    """A group as the subject of a verb of saying."""
    kept = _without_asides(_without_quotes(passage))
    words = [word for _, word in kept]
    for at, verb in enumerate(words):
        if verb not in _ANY_VERB or at == 0:
            continue
        begin = max((i + 1 for i in range(at - 1) if _bounds(words, i)), default=0)
        # "The person on duty said", "the nurse in charge told us": whoever is at work.
        if verb in _SAY and tuple(words[at - 2 : at]) in _AT_WORK:
            return passage.over("staff", kept[at - 2][0], kept[at - 1][0] + 1)
        if found := _subject(words, max(begin, at - _FURTHEST), at):
            number = kept[found[1]][0]
            return passage.over(found[0], number, number + 1)
        if name := _by_name(passage, kept, at):
            return passage.over(name, kept[at - 1][0], kept[at - 1][0] + 1)
    return None


def _bounds(words: list[str], at: int) -> bool:
    """Whether another clause begins behind the word ``at``: ", and"; "in that ward" begins none."""
    if words[at] == "and":
        return at > 0 and words[at - 1] == ","
    return words[at] in _BOUNDARIES and not (words[at] == "that" and at > 0 and words[at - 1] in _PREPOSITIONS)


def _subject(words: list[str], begin: int, at: int) -> tuple[str, int] | None:
    """The group that is the subject of the verb ``at``, and its place."""
    verb = words[at]
    # "A shared view", "of reported incidents", "this report", "no coaching remark": no verb. "Resident A said" is one.
    named_by_letter = words[at - 1] == "a" and verb in _SAY
    if words[at - 1] in _NO_VERB_BEHIND and not named_by_letter:
        return None
    before = words[at - 1]
    if verb in _NOUNS and not (
        before in _LIGHT or before in ("and", "people") or before.endswith("ly") or _group(words, at - 1)
    ):
        return None
    for first in range(begin, at):
        name = _group(words, first)
        if name is None and verb in _SAY and _is_worker(words, first):
            name = "staff"
        if name is None or verb not in VERBS[name] or words[first + 1] in ("'s", "’s", "'", "’"):
            continue
        # "Bank statements", "health service data": the last of several nouns is whose verb it is.
        is_pair = (words[first], words[first + 1]) in _PAIRS
        if not is_pair and first + 1 < at and _group(words, first + 1):
            continue
        if name == "records" and (
            words[first + 1].endswith("ing") or (words[first] in _SENT and words[first + 1] == "from")
        ):
            continue
        # "Parents have access to support and report ...": a second verb of what opens the sentence.
        second = first <= 1 and words[at - 1] == "and"
        # "Divers hired by the owner reported": what stands between is about them.
        about = first + 3 if words[first + 1].endswith("ed") and words[first + 2] == "by" else first + 1
        if not second and _BETWEEN & set(words[about:at]):
            continue
        # "In view of other patients, a practice criticised after ...": something else is spoken of.
        if not second and "," in words[first:at] and verb not in _SAY and verb not in _ADMIT:
            continue
        if verb in _NEEDS_CLAUSE and not (second or _adjacent(words, first, at)):
            continue
        if verb in _NEEDS_CLAUSE and not _says_what(words, at, name):
            continue
        return _behind_words_of(words, first, name), first
    return None


def _by_name(passage: Passage, kept: list[tuple[int, str]], at: int) -> str | None:
    """The group of somebody who is called by a name right before the verb ``at``: "KiwiTrack advised", "Mr B said"."""
    words, name = [word for _, word in kept], passage.words[kept[at - 1][0]].text
    if at >= 2 and words[at - 2] in ("mr", "mrs", "ms", "miss", "mr.", "mrs.", "ms."):
        if words[at] in _SAY and _RELATIVE_OF.match(passage.text, passage.words[kept[at - 1][0]].idx + len(name)):
            return "parents"
        return "service_users" if words[at] in _SAY or (words[at] in _THINK and _says_what(words, at, "")) else None
    if not name[:1].isupper() or _group(words, at - 1) or words[at - 1] in _NO_NAMES:
        return None
    if at > 1 and (words[at - 2] in _PREPOSITIONS or words[at - 2] == "of"):
        return None
    # One that opens the sentence is a name only by its other capitals: "KiwiTrack", "ABC", "Vale Homes".
    more = any(letter.isupper() for letter in name[1:]) or (
        at > 1 and passage.words[kept[at - 2][0]].text[:1].isupper()
    )
    says = words[at] in _SAY or (words[at] in _ADMIT and _says_what(words, at, ""))
    return "provider" if (more or at > 2) and says else None


def _says_what(words: list[str], at: int, name: str) -> bool:
    """Whether what follows the verb ``at`` is what somebody says, or writing shows."""
    behind = words[at + 1 : at + 12]
    if not behind:
        return False
    if _SET_PHRASES.match(" ".join(behind)) or behind[0].endswith("ing") or (name == "survey"):
        return True
    if behind[0] in _PREPOSITIONS and "that" in behind[:5] and words[at] not in _NEVER_CLAUSE:
        return True
    if words[at] in _TAKES_OBJECT or (name == "records" and words[at] in ("records", "record", "recorded", "states")):
        return behind[0] not in _PREPOSITIONS and behind[0] not in (".", ",", "and")
    stop = next((i for i, word in enumerate(behind) if word in _BOUNDARIES or word == ","), len(behind))
    return bool({"was", "were", "had", "is", "are"} & set(behind[1:stop])) and words[at] not in _NEVER_CLAUSE


def _behind_words_of(words: list[str], first: int, name: str) -> str:
    """The group of ``name`` at ``first``, or whoever it speaks for: "the trust's witness"."""
    if words[first] in ("witness", "representative", "spokesperson", "counsel") and words[first - 1] in ("'s", "’s"):
        return GROUP_OF.get(words[first - 2], name)
    return name


def _is_worker(words: list[str], at: int) -> bool:
    """Whether the word ``at`` is by its form one for people at work, with a number or article for a single one."""
    word = words[at]
    if not _WORKERS.fullmatch(word) or word in _NO_WORKERS or word in THINGS:
        return False
    return word.endswith("s") or bool({"a", "an", "one", "another", "former"} & set(words[max(0, at - 3) : at]))


def _adjacent(words: list[str], first: int, verb: int) -> bool:
    """Whether a verb stands right behind its group, or behind an adverb or a further member of it."""
    before = words[verb - 1]
    return (
        verb - first <= 2
        or before.endswith("ly")
        or before in _LIGHT
        or (first <= 1 and _group(words, first) == "records")
        or (_group(words, verb - 1) is not None)
        or not any(word in (",", ";") for word in words[first:verb])
    )


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
        if words[at] == "," and words[at + 1 : at + 2] and (words[at + 1] in _ASIDE or words[at + 1].endswith("ly")):
            closing = [end for end in range(at + 2, last) if words[end] == ","]
            if closing:
                at = closing[0] + 1
                continue
        # "Residents who talked to the agency said ...", "the log (exhibit 4) shows ...".
        if words[at] == "(" and ")" in words[at:last]:
            at = words.index(")", at) + 1
            continue
        saying = [end for end in range(at + 2, last) if words[end] in _SAY] if words[at] == "who" else ()
        # "A boy who does not speak", "the principal, who is said to": neither speaks.
        if saying and not ({"not", "never", "is", "are", "was", "were"} & set(words[at : saying[0]])):
            at = saying[0]
            continue
        kept.append((at, words[at]))
        at += 1
    return kept


def named(text: str) -> Iterator[tuple[str, int, int]]:
    """The groups that ``text`` names, and where; of nouns that stand together ("hospital managers") the last."""
    words = list(re.finditer(r"[a-z]+(?:-[a-z]+)*|[^\sa-z]", text.lower()))
    spelled = [word.group() for word in words]
    for at, word in enumerate(words):
        name = _group(spelled, at)
        is_pair = tuple(spelled[at : at + 2]) in _PAIRS
        if name and (is_pair or at + 1 == len(words) or not _group(spelled, at + 1)):
            yield name, *word.span()


def _group(words: list[str], at: int) -> str | None:
    """The group that the word ``at`` names, with the one after it."""
    pair = _PAIRS.get((words[at], words[at + 1])) if at + 1 < len(words) else None
    before = words[at - 1] if at else ""
    if words[at] in ("team", "teams") and before not in _OUR_TEAM:
        return "partners" if "local" in words[max(0, at - 4) : at] else "staff"
    if words[at] == "reports" and before in ("'", "’", "'s", "’s"):
        return "records"
    # "Parents and caregivers" are at home, caregivers of a service at work.
    if words[at] in ("caregiver", "caregivers") and {"parent", "parents", "family", "families"} & set(
        words[max(0, at - 3) : at]
    ):
        return "parents"
    # "For eleven minutes"
    if words[at] == "minutes" and (before.isdigit() or before in _NUMBERS):
        return None
    return pair or GROUP_OF.get(words[at])
