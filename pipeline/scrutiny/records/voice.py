"""Whose words, views or records a result rests on.

Somebody is heard in a few grammatical ways, and each function here reads one: as the subject of a verb of saying,
feeling or (of records) showing; as the holder of a view ("were critical of"); in a phrase of its own ("according to",
"in the words of", "as nurses put it"); by having been asked ("doctors interviewed", "80% of respondents"); and as a
pronoun for whom the sentence before named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrutiny.records.people import GROUPS, THINGS
from scrutiny.records.phrases import Passage
from scrutiny.records.verbs import forms
from scrutiny.report import Attribute, Basis

_GROUP_OF = {word: name for name, words in GROUPS.items() for word in words}
#: Two words that are one group.
_PAIRS = {
    (first, second + ending): name
    for name, pairs in {
        "service_users": "young people|young person|young adult|older people|care leaver|service user|people who|"
        "people using|people supported|people told|people said|people interviewed",
        "parents": "foster carer|family member",
        "records": "incident report|accident report|occurrence report|maintenance report|sign-in sheet|time sheet",
        "staff": "social worker|relationship manager|ward manager|project manager|shift manager|line manager|internal audit",
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
    "told said wrote spoke speak speaks maintained replied",
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
    "show indicate record demonstrate mention point reveal contain suggest disclose confirm establish document attest testify state "
    "describe",
    "shown reads read held holds bear bore made make makes",
)
#: What each group does when it is heard.
_VERBS = {
    "service_users": _SAY | _THINK,
    "parents": _SAY | _THINK,
    "staff": _SAY | _THINK | _ADMIT - {"recognise", "recognize"},
    "partners": _SAY | _THINK | _ADMIT - {"recognise", "recognised", "recognize", "recognized"},
    "provider": (_SAY | _ADMIT | {"gave"}) - {"describe"},
    "survey": _SAY | _THINK | _SHOW,
    "records": _SHOW,
    "inspectors": frozenset("saw found observed noted heard".split()),
}
_ANY_VERB = frozenset().union(*_VERBS.values())
#: Verbs that need a clause or set phrase behind them to say something: "accepted that", not "accepted a duty".
_NEEDS_CLAUSE = forms(
    "accept agree recognise recognize confirm advise note state acknowledge deny attest indicate suggest view call rate "
    "report question record believe inform point trust value welcome dispute document establish contain",
    "considered raised gave put held holds bear bore made make makes",
)
#: Of these only a set phrase will do.
_NEVER_CLAUSE = frozenset("gave put held holds bear bore made make makes contain contains contained call called".split())
#: Of these a noun phrase is enough: "the log indicates three failures", "divers reported damage".
_TAKES_OBJECT = forms("indicate suggest report dispute establish document welcome value deny question", "recorded")
_SET_PHRASES = re.compile(
    r"(?:inspectors|observers|(?:the|our) (?:team|inquiry|review|commission|investigation|delegation|auditors?|panel)\b|that|how|why|whether|they|he|she|it|there|this|us|me|him|being|having|openly|out|warmly|highly|it to|"
    r"evidence|(?:an? |no |nothing |not |the )*(?:trace|entry|entries|mention|evidence|analysis|reference|instances?)\b|"
    r"witness|plain|clear|[\w-]+ (?:instances?|entries)\b|(?:a |an |their |some |great |no |little |serious |real )*(?:frustration|confidence|"
    r"worries|disappointment|regret|praise|satisfaction|accounts?|doubts?|impression)\b|the \w+ (?:as|of [\w ]+ at)\b|"
    r"to (?:the|a|an|this|that|these|several|some|gaps)\b)"
)
#: Forms that are nouns as often.
_NOUNS = frozenset(
    f"{noun}{ending}"
    for noun in "remark comment report record question answer claim call doubt fear regret credit trust value view voice "
    "rate state welcome stress dispute note document complaint account".split()
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
_SENT = frozenset("letter letters email emails e-mail e-mails memo memos correspondence".split())
_PREPOSITIONS = frozenset("by to in as missing for at on of from with under within into through".split())
#: Behind these a word is a noun or an adjective.
_NO_VERB_BEHIND = frozenset(
    "a an the this these those its their his her our your my of for in on from by with as no any some each every such".split()
)
#: Words for those who do a work, of which there are too many to list; some of the same form are none.
_WORKERS = re.compile(r"[a-z]{3,}(?:ers?|ors?|ists?|ians?)")
_NO_WORKERS = frozenset(
    "other others member members number numbers matter matters order orders paper papers factor factors error "
    "errors door doors tender tenders offer offers power powers answer answers follower followers inspector inspectors "
    "auditor auditors assessor assessors investigator investigators reviewer reviewers surveyor surveyors computer "
    "computers newspaper newspapers list lists quarter quarters summer winter never after over under however further "
    "another either neither whether rather later earlier former latter order together ever every poster posters "
    "sensor sensors monitor monitors meter meters indicator indicators printer server servers centre center water "
    "chapter chapters layer december september october november border per error commissioner commissioners "
    "engineer-inspector ombudsman regulator writer author for or nor your our their her consider remember gender "
    "corridor floor indoor outdoor minor major prior exterior interior behaviour harbor harbour labor labour".split()
)
_NO_NAMES = frozenset("i we it he she they inspectors ofsted commission hmicfrs".split())
#: Before "team" where it is who reports.
_OUR_TEAM = frozenset("the our a this inspection audit review survey visiting assessment investigation , .".split()) | {""}
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

_ADJECTIVES = (
    r"positive|complimentary|enthusiastic|(?:un)?happy|(?:dis)?satisfied|frustrated|proud|confident|concerned|critical|"
    r"grateful|anxious|worried|unsure|clear|(?:less |not |un)?convinced|sceptical|skeptical|dismissive|scathing|"
    r"appreciative|full of praise|effusive|adamant|divided|of the (?:view|opinion)|at pains|under the impression|"
    r"optimistic|pessimistic|outspoken|candid|frank|in no doubt|disappointed|relieved|pleased|delighted|"
    r"upset|angry|nervous|uneasy|afraid|resentful|wary|uncertain|dissatisfied|reassured|surprised|dismayed"
)
#: Views held rather than spoken: "were positive about", "gave polarised views", "speak highly of".
_MINDED = re.compile(
    rf"\b(?:(?:is|are|was|were|felt|feel)(?:, [^,]{{2,20}},)? (?:[\w-]+ ){{0,3}}(?:{_ADJECTIVES}) "
    r"(?:about|with|of|that|to|by|how|at|in|on|for|as)\b|(?:gave|give|shared|expressed|had|have|offered|hold|held) "
    r"(?!been)(?:[\w-]+ ){0,3}(?:views|feedback|concerns|praise|accounts|misgivings|reservations|disagreements?)\b|"
    r"expressed (?:\w+ )?concern\b|g[ai]ves? [^,.;]{3,40} as (?:their|the|a|his|her) (?:main )?reason\b|"
    r"sp[eo]a?ke? (?:\w+ )?(?:highly|positively|warmly|"
    r"well|negatively)\b|(?:have|has|had) (?:\w+ ){0,2}(?:confidence|faith) in\b|"
    r"\b(?:paid|pay) tribute to\b|\bdrew (?:\w+ )?attention to\b|\bf(?:ou|i)nd (?:\w+ ){0,5}(?:cumbersome|difficult|"
    r"confusing|useful|helpful|unhelpful|hard|easy|frustrating|supportive|intimidating|unfair|slow)\b|"
    r"\bwould (?:like|prefer|welcome|appreciate)\b|\b(?:was|were) (?:over)?heard (?:to|\w+ing)\b|"
    r"\bmade (?:no|few|many|several|some|\w+) (?:complaints?|allegations?)\b|\bhad (?:\w+ ){1,3}words? for\b|"
    r"\b(?:have|has|had) (?:given|lost) (?:up|hope|heart|faith|patience)\b)",
    re.IGNORECASE,
)

_CLAUSE = re.compile(r"[;:,] (?!(?:who|for|to|on|as|in|almost)\b)|\b(?:but|although|though|while|because|whereas) ", re.I)
#: Ways to be heard without being the subject: "feedback from parents", "we were told by staff", "said one woman".
_HEARD = re.compile(
    r"\b(?:(?:feedback|comments|testimony|complaints|letters?|an? (?:e-?mail|letter|message)) from|according to|"
    r"(?:was|were|been) told by|"
    r"(?:received|welcomed|valued|appreciated|reported|described|raised|praised|criticised|confirmed|borne out|said|thought|"
    r"perceived|alleged|claimed|acknowledged|echoed)"
    r"(?: \w+ly| well)?,?(?: \w+ly,)? by(?: both)?|used (?:\w+ly|well) by|(?:phrase|words?|term|expression) used(?:, \w+,)? by|"
    r"(?:in|on|by) (?:the )?(?:views?|words|opinion|account|experience|eyes|judgement|estimation|admission) of|"
    r"(?<=[,\"”’] )(?:said|recalled)|heard from) (?P<who>(?:[\w'’-]+ ?){1,7})",
    re.IGNORECASE,
)
#: Before feedback that is wanted rather than given.
_SOUGHT = re.compile(r"\b(?:seeks?|seeking|sought|gathers?|gather(?:ed|ing)|collect\w*|obtain\w*|requests?|invites?|us(?:es?|ing)) "
    r"(?:[\w-]+ ){0,3}$", re.IGNORECASE)
#: Of a name the words are whose they are: "in her own words", "patients' accounts", "the customers' feedback".
_OWN = re.compile(
    r"\b(?P<within>(?:in|on|by) (?:[\w-]+ ){0,4})?(?P<who>[\w-]+)(?:['’]s|s?['’]) (?:own )?(?:accounts|feedback|"
    r"comments|testimony|complaints|recollections?|admission|(?(within)(?:words|view|opinion|account)|feedback))\b",
    re.IGNORECASE,
)
_THEIR_WORDS = re.compile(r"^(?:their|his|her) (?:accounts?|testimony|feedback|comments|complaints)\b", re.IGNORECASE)
#: "as the owner's board recognises", "as one of them put it", "as the data sheets make plain", "the caretaker saying".
_AS_THEY = re.compile(
    r",? ?\bas (?P<who>(?:(?!as\b)[\w'’-]+ ){1,6}?)(?:(?:him|her|it|them)sel(?:f|ves) )?(?P<verb>put|puts|recognises?|"
    r"recognised|recogni[sz]ed?|admit(?:s|ted)|acknowledged?s?|conceded?s?|told us|said|says|describes?|described|"
    r"makes? (?:plain|clear)|made (?:plain|clear)|shows?|showed|explained|observed|confirm(?:s|ed)?)\b|"
    r", (?P<whose>(?:(?!as\b)[\w'’-]+ ){1,5}?)(?:stating|saying|adding|explaining|recalling|complaining|reporting|"
    r"remarking|claiming|insisting|conceding|admitting) (?!to\b)",
    re.IGNORECASE,
)
#: Whoever has been asked has answered: "doctors interviewed", "tenants we met", "with whom the team spoke".
_ASKED = re.compile(
    r"\b(?P<who>[\w'’-]+)(?: (?!is |are |was |be )[\w'’-]+){0,3}?,? (?<!are )(?<!is )(?<!be )(?:(?:that |who were |when )?(?:interviewed|surveyed|"
    r"canvassed|polled|(?:contacted|consulted|questioned|met|heard|seen|approached|spoken (?:to|with)) by (?:us|me|"
    r"inspectors?|(?:the|our) (?:[\w-]+ )?"
    r"(?:auditors?|team|inquiry|inspectors?|panel|reviewers?|agency|commission|surveyors?|delegation|mission|committee|"
    r"observers|advis[eo]rs|evaluators|examiners|assessors|ombudsman|monitors|investigators)))\b|"
    r"(?:(?:whom|who|that) )?(?:we|inspectors|the (?:team|inquiry|panel|reviewers|inspectors)) (?:also )?"
    r"(?:met|spoke (?:to|with)|interviewed|"
    r"consulted|surveyed|asked|talked to|heard)\b|(?:to|with) whom (?:we|i|inspectors|the \w+) (?:met|spoke|talked)\b)",
    re.IGNORECASE,
)
#: Evidence that consists of answers or of writing, whatever it does.
_IN_SURVEY = re.compile(
    r"\b(?:in|of|to|from|completed|completing|by) (?:an?|our|the|its|their)? ?(?:[\w-]+ ){0,3}?(?P<group>survey|"
    r"questionnaire|poll)s?\b(?! (?:data|vessel|ship|report|of (?:the )?(?:building|site|stock|premises)))|"
    r"\b(?:answered|returned|completed|filled in|answering|completing) (?:the|our|a|its) (?:[\w-]+ ){0,2}?(?P<sent>survey|"
    r"questionnaire)s?\b|"
    r"\bfrom the (?:[\w-]+ ){0,2}(?P<read>records|rosters|logs?|files|minutes)\b[^.;]{0,60}\bit (?:emerged|appears?|"
    r"followed)\b|"
    r"\b(?P<asked>(?:of )?(?:those|people|respondents|staff|parents) (?:who were )?surveyed|respondents (?=said|told|"
    r"agreed|"
    r"reported|felt|rated)|(?:[0-9]+ ?(?:%|per cent)|half|most|majority|third|quarter) of (?:the )?respondents)\b|"
    r"\b(?P<kept>in the (?:case )?(?:records|files) (?:we|that we|inspectors) (?:read|reviewed|examined|saw)|"
    r"(?:clear|evident|apparent) from (?:the |their |its )?(?:[\w-]+ ){0,3}(?:records|files|logs|minutes|documents)|"
    r"(?:review|analysis|examination|inspection|scrutiny|study|reading|sampling) of (?:the )?(?:[\w'’-]+ ){0,3}(?:records|"
    r"files|"
    r"logs|minutes|documents|charts|statements|e-?mails|data|notes|accounts|tickets|invoices|footage) (?:[\w-]+ ){0,2}?"
    r"(?:show|reveal|disclose|establish|indicate|suggest|confirm|demonstrate)(?:s|d|ed)?)\b",
    re.IGNORECASE,
)
_PHYSICAL = re.compile(r"\b(?:physical|condition|stock|structural|site|topographic|radiation|building|asbestos|previous|last) $", re.I)
_THEY = re.compile(
    r"(?:however, |overall, |most |many |some |few |all ){0,3}(?:they|he|she|most|many|some|all|others|several|both|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|[0-9]+)(?: of them)?"
    r"(?: (?:also|all|both|generally|consistently|do|did|not|had|never))* (?P<verb>[a-z]+)",
    re.IGNORECASE,
)


def voice(passage: Passage) -> Attribute | None:
    """The first voice in a result: of a group that says, feels, shows or admits something."""
    return (
        _speaking(passage)
        or _minded(passage)
        or _heard(passage)
        or _as_they(passage)
        or _asked(passage)
        or _they(passage)
    )


def _speaking(passage: Passage) -> Attribute | None:
    """A group as the subject of a verb of saying."""
    kept = _without_asides(_without_quotes(passage))
    words = [word for _, word in kept]
    for at, verb in enumerate(words):
        if verb not in _ANY_VERB or at == 0:
            continue
        begin = max((i + 1 for i in range(at - 1) if _bounds(words, i)), default=0)
        if found := _subject(words, max(begin, at - _FURTHEST), at):
            name, first = found
            number = kept[first][0]
            return passage.over(name, number, number + 1)
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
    if verb in _NOUNS and not (before in _LIGHT or before in ("and", "people") or before.endswith("ly") or _group(words, at - 1)):
        return None
    for first in range(begin, at):
        name = _group(words, first)
        if name is None and verb in _SAY and _is_worker(words, first):
            name = "staff"
        if name is None or verb not in _VERBS[name] or words[first + 1] in ("'s", "’s", "'", "’"):
            continue
        # "Bank statements", "health service data": the last of several nouns is whose verb it is.
        is_pair = (words[first], words[first + 1]) in _PAIRS
        if not is_pair and first + 1 < at and _group(words, first + 1):
            continue
        if name == "records" and (words[first + 1].endswith("ing") or (words[first] in _SENT and words[first + 1] == "from")):
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
        return "service_users" if words[at] in _SAY or words[at] in _THINK and _says_what(words, at, "") else None
    if not name[:1].isupper() or _group(words, at - 1) or words[at - 1] in _NO_NAMES:
        return None
    if at > 1 and (words[at - 2] in _PREPOSITIONS or words[at - 2] == "of"):
        return None
    # One that opens the sentence is a name only by its other capitals: "KiwiTrack", "ABC", "Vale Homes".
    more = any(letter.isupper() for letter in name[1:]) or (at > 1 and passage.words[kept[at - 2][0]].text[:1].isupper())
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
        return _GROUP_OF.get(words[first - 2], name)
    return name


def _is_worker(words: list[str], at: int) -> bool:
    """Whether the word ``at`` is by its form one for people at work, with a number or article for a single one."""
    word = words[at]
    if not _WORKERS.fullmatch(word) or word in _NO_WORKERS or word in THINGS:
        return False
    return word.endswith("s") or bool({"a", "an", "one", "another", "former"} & set(words[max(0, at - 3) : at]))


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
        if words[at] == "who" and (saying := [end for end in range(at + 2, last) if words[end] in _SAY]):
            at = saying[0]
            continue
        kept.append((at, words[at]))
        at += 1
    return kept


def _minded(passage: Passage) -> Attribute | None:
    """A group that holds a view: the first of its clause, else of those before; that of the sentence before for "They"."""
    for match in _MINDED.finditer(passage.text):
        before = passage.text[: match.start()]
        clause = before[max((mark.end() for mark in _CLAUSE.finditer(before)), default=0) :]
        if re.search(r"\b(?:i|we|inspectors|there|which|team)[ ,]*$", clause, re.IGNORECASE):
            continue
        for words in (clause, before):
            named = [one for one in _named(words) if not re.match(r"['’]", words[one[2] : one[2] + 1])]
            if named:
                name, start, end = named[0]
                if name in ("records", "survey", "inspectors"):
                    break
                start += len(before) - len(words)
                return passage.at(name, start, end + len(before) - len(words))
        else:
            for name, _, _ in _named(passage.before.text if passage.before else ""):
                if name not in ("records", "survey", "inspectors"):
                    return passage.at(name, *match.span(), Basis.INFERRED)
    return None


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


def _heard(passage: Passage) -> Attribute | None:
    """A group that is heard without being a subject."""
    for match in _HEARD.finditer(passage.text):
        if _SOUGHT.search(passage.text[: match.start()]):
            continue
        named = list(_named(match["who"]))
        if named and named[0][0] not in ("survey", "inspectors"):
            name, start, end = named[0]
            if re.match(r"s?['’]s?,? (?:own )?(?:\w+ )?(?:statistics|data|records|figures|logs|files|registers?)\b", match["who"][end:]):
                name = "records"
            if name == "records" and not match.group().lower().startswith("according"):
                continue
            return passage.at(name, match.start("who") + start, match.start("who") + end)
    for match in _OWN.finditer(passage.text):
        name = _GROUP_OF.get(match["who"].lower()) or _GROUP_OF.get(f"{match['who'].lower()}s")
        if name and name not in ("records", "survey", "inspectors"):
            return passage.at(name, *match.span("who"))
    if (match := _THEIR_WORDS.search(passage.text)) and passage.before:
        for name, _, _ in _named(passage.before.text):
            if name not in ("records", "survey", "inspectors"):
                return passage.at(name, *match.span(), Basis.INFERRED)
    for match in _IN_SURVEY.finditer(passage.text):
        kind = "records" if match["kept"] or match["read"] else "survey"
        group = match.lastgroup or "group"
        if kind == "records" or not _PHYSICAL.search(passage.text[: match.start(group)]):
            return passage.at(kind, *match.span(group))
    return None


def _as_they(passage: Passage) -> Attribute | None:
    """A group in an aside: "as one of them put it", "as the sheets make plain", ", the caretaker stating that"."""
    for match in _AS_THEY.finditer(passage.text):
        part = "who" if match["who"] else "whose"
        found = [one for one in _named(match[part]) if one[0] not in ("survey", "inspectors")]
        if found:
            name, start, end = found[-1]
            return passage.at(name, match.start(part) + start, match.start(part) + end)
        if re.search(r"\b(?:they|he|she|them)\b", match[part], re.IGNORECASE):
            before = passage.before.text if passage.before else ""
            for name, _, _ in (*_named(passage.text[: match.start()]), *_named(before)):
                if name not in ("records", "survey", "inspectors"):
                    return passage.at(name, *match.span(), Basis.INFERRED)
    return None


def _asked(passage: Passage) -> Attribute | None:
    """A group that is told to have been asked."""
    for match in _ASKED.finditer(passage.text):
        for name, start, end in _named(match.group()):
            if name not in ("records", "survey", "inspectors"):
                return passage.at(name, match.start() + start, match.start() + end)
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
    # "For eleven minutes"
    if words[at] == "minutes" and (before.isdigit() or before in _NUMBERS):
        return None
    return pair or _GROUP_OF.get(words[at])
