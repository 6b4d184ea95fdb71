"""Whose words, views or records a result rests on.

Somebody is heard in a few grammatical ways, and each function here reads one: as the subject of a verb of saying,
feeling or (of records) showing; as the holder of a view ("were critical of"); in a phrase of its own ("according to",
"in the words of", "as nurses put it"); by having been asked ("doctors interviewed", "80% of respondents"); and as a
pronoun for whom the sentence before named.
"""

from __future__ import annotations

import re

from scrutiny.records.phrases import Passage
from scrutiny.records.speech import GROUP_OF, VERBS, named, speaking
from scrutiny.report import Attribute, Basis

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

_CLAUSE = re.compile(
    r"[;:,] (?!(?:who|for|to|on|as|in|almost)\b)|\b(?:but|although|though|while|because|whereas) ", re.I
)
#: Ways to be heard without being the subject: "feedback from parents", "we were told by staff", "said one woman".
_HEARD = re.compile(
    r"\b(?:(?:feedback|comments|testimony|complaints|letters?|an? (?:e-?mail|letter|message)) from|according to|"
    r"(?:was|were|been) told by|"
    r"(?:received|spoken(?: \w+)? of|welcomed|valued|appreciated|reported|described|raised|praised|criticised|"
    r"confirmed|borne out|said|"
    r"thought|"
    r"perceived|alleged|claimed|acknowledged|echoed)"
    r"(?: \w+ly| well)?,?(?: \w+ly,)? by(?: both)?|used (?:\w+ly|well) by|(?:phrase|words?|term|"
    r"expression) used(?:, \w+,)? by|"
    r"popular (?:with|among)|satisfaction (?:\w+ ){0,4}among|heard from|"
    r"(?:in|on|by) the (?:views?|words|opinion|account|experience|eyes|judgement|estimation|admission) of|"
    r"(?<=[,\"”’] )(?:said|recalled)|heard from) (?P<who>(?:[\w'’-]+ ?){1,7})",
    re.IGNORECASE,
)
#: Before feedback that is wanted rather than given.
_SOUGHT = re.compile(
    r"\b(?:seeks?|seeking|sought|gathers?|gather(?:ed|ing)|collect\w*|obtain\w*|requests?|invites?|us(?:es?|ing)) "
    r"(?:[\w-]+ ){0,3}$",
    re.IGNORECASE,
)
#: Of a name the words are whose they are: "in her own words", "patients' accounts", "the customers' feedback".
_OWN = re.compile(
    r"\b(?P<within>(?<!written )(?:in|on|by) (?:[\w-]+ ){0,4})?(?P<who>[\w-]+)(?:['’]s|"
    r"s?['’]) (?:own )?(?:accounts|feedback|"
    r"comments|testimony|complaints|recollections?|admission|(?(within)(?:words|view|opinion|account)|feedback))\b"
    r"(?! (?:file|log|book|procedure|policy|form|system|process|register))",
    re.IGNORECASE,
)
_THEIR_WORDS = re.compile(
    r"^(?:their|his|her) (?:accounts?|testimony|feedback|comments|complaints)\b|"
    r"\b(?<!written )(?:in|by) (?:their|his|her) own (?:words?|accounts?|admission|estimation)\b",
    re.IGNORECASE,
)
#: "Mr A walks with a student, and he told surveyors ...": whoever the sentence has named before.
_PRONOUN = re.compile(
    r"\b(?:he|she|they) (?:\w+ly |also )?(?:told (?:us|me|inspectors|surveyors|the \w+)|said that|complained|"
    r"recalled)\b"
)
#: Whoever is quoted has spoken, whatever the verb: 'A deputy shrugged, "It does that."'
_SPOKEN = re.compile(r"(?:[a-z]+ed|put|put it|[a-z]*said|quipped)(?: [a-z]+ly)?[,:] $", re.IGNORECASE)
_QUOTE = re.compile(r"(?<=[,:] )[\"“]")
#: And so has whoever is named behind: '"You wait," he said.'
_BEHIND_QUOTE = re.compile(
    r"[,.!?][\"”] (?P<who>he|she|they|one|another|(?:one|two|three|several|some) of them) (?:\w+ly )?(?P<verb>[a-z]+)"
)
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
    r"\b(?P<who>[\w'’-]+)(?: (?!is |are |was |be )[\w'’-]+){0,3}?,? (?<!are )(?<!is )(?<!be )(?:(?:who were|"
    r"when) asked|(?:that |who were |"
    r"when )?(?:interviewed|surveyed|"
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
    r"\b(?:answered|returned|completed|filled in|answering|completing) (?:the|our|a|"
    r"its) (?:[\w-]+ ){0,2}?(?P<sent>survey|"
    r"questionnaire)s?\b|"
    r"\b(?P<results>surveys?) (?:results?|responses?|returns?|scores?|findings) (?:is|are|was|were|show|"
    r"suggest|had|have)\w*\b|"
    r"\bfrom the (?:[\w-]+ ){0,2}(?P<read>records|rosters|logs?|files|minutes)\b[^.;]{0,60}\bit (?:emerged|appears?|"
    r"followed)\b|"
    r"\b(?P<asked>(?:of )?(?:those|people|respondents|staff|parents) (?:who were )?surveyed|respondents (?=said|told|"
    r"agreed|"
    r"reported|felt|rated)|(?:[0-9]+ ?(?:%|per cent)|half|most|majority|third|quarter) of (?:the )?respondents)\b|"
    r"\b(?P<kept>in the (?:case )?(?:records|files) (?:we|that we|inspectors) (?:read|reviewed|examined|saw)|"
    r"(?:clear|evident|apparent) from (?:the |their |its )?(?:[\w-]+ ){0,3}(?:records|files|logs|minutes|documents)|"
    r"(?:review|analysis|examination|inspection|scrutiny|study|reading|"
    r"sampling) of (?:the )?(?:[\w'’-]+ ){0,3}(?:records|"
    r"files|"
    r"logs|minutes|documents|charts|statements|e-?mails|data|notes|accounts|tickets|invoices|footage) (?:[\w-]+ ){0,2}?"
    r"(?:show|reveal|disclose|establish|indicate|suggest|confirm|demonstrate)(?:s|d|ed)?)\b",
    re.IGNORECASE,
)
_PHYSICAL = re.compile(
    r"\b(?:(?:day|date|time|end|start|course|eve) of an?|physical|condition|stock|structural|site|topographic|"
    r"radiation|building|asbestos|previous|last) $",
    re.I,
)
_THEY = re.compile(
    r"(?:however, |overall, |most |many |some |few |all ){0,3}(?:they|he|she|most|many|some|all|others|another|"
    r"several|both|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|[0-9]+)(?: of them)?"
    r"(?: (?:also|all|both|generally|consistently|do|did|not|had|never))* (?P<verb>[a-z]+)",
    re.IGNORECASE,
)


def voice(passage: Passage) -> Attribute | None:
    """The first voice in a result: of a group that says, feels, shows or admits something."""
    return (
        speaking(passage)
        or _quoted(passage)
        or _minded(passage)
        or _heard(passage)
        or _as_they(passage)
        or _asked(passage)
        or _they(passage)
        or _pronoun(passage)
    )


def _minded(passage: Passage) -> Attribute | None:
    """A group that holds a view: the first of its clause, else of what is before it, else of the sentence before."""
    for match in _MINDED.finditer(passage.text):
        before = passage.text[: match.start()]
        clause = before[max((mark.end() for mark in _CLAUSE.finditer(before)), default=0) :]
        if re.search(r"\b(?:i|we|inspectors|there|which|team)[ ,]*$", clause, re.IGNORECASE):
            continue
        for words in (clause, before):
            names = [one for one in named(words) if not re.match(r"['’]", words[one[2] : one[2] + 1])]
            if names:
                name, start, end = names[0]
                if name in ("records", "survey", "inspectors"):
                    break
                start += len(before) - len(words)
                return passage.at(name, start, end + len(before) - len(words))
        else:
            for name, _, _ in named(passage.before.text if passage.before else ""):
                if name not in ("records", "survey", "inspectors"):
                    return passage.at(name, *match.span(), Basis.INFERRED)
    return None


def _quoted(passage: Passage) -> Attribute | None:
    """A group beside a quotation that is in its words."""
    text = passage.text
    for quote in _QUOTE.finditer(text) if '"' in text or "“" in text else ():
        begin = max(text.rfind(mark, 0, quote.start() - 2) for mark in '"”;:') + 1
        if _SPOKEN.search(text, begin, quote.start()):
            for name, start, end in named(text[begin : quote.start()]):
                if name not in ("records", "survey", "inspectors"):
                    return passage.at(name, begin + start, begin + end)
    match = _BEHIND_QUOTE.search(passage.text)
    if match and passage.before:
        for name, _, _ in named(passage.before.text):
            if match["verb"] in VERBS[name]:
                return passage.at(name, *match.span("who"), Basis.INFERRED)
    return None


def _heard(passage: Passage) -> Attribute | None:
    """A group that is heard without being a subject."""
    for match in _HEARD.finditer(passage.text):
        if _SOUGHT.search(passage.text[: match.start()]):
            continue
        names = list(named(match["who"]))
        if names and names[0][0] not in ("survey", "inspectors"):
            name, start, end = names[0]
            if re.match(
                r"s?['’]s?,? (?:own )?(?:\w+ )?(?:statistics|data|records|figures|logs|files|registers?)\b",
                match["who"][end:],
            ):
                name = "records"
            if name == "records" and not match.group().lower().startswith("according"):
                continue
            return passage.at(name, match.start("who") + start, match.start("who") + end)
    for match in _OWN.finditer(passage.text):
        whose = GROUP_OF.get(match["who"].lower()) or GROUP_OF.get(f"{match['who'].lower()}s")
        if whose and whose not in ("records", "survey", "inspectors"):
            return passage.at(whose, *match.span("who"))
    if theirs := _THEIR_WORDS.search(passage.text):
        before = passage.before.text if passage.before and theirs.start() == 0 else passage.text[: theirs.start()]
        for name, _, _ in named(before):
            if name not in ("records", "survey", "inspectors"):
                return passage.at(name, *theirs.span(), Basis.INFERRED)
    for match in _IN_SURVEY.finditer(passage.text):
        kind = "records" if match["kept"] or match["read"] else "survey"
        group = match.lastgroup or "group"
        if kind == "records" or not _PHYSICAL.search(passage.text[: match.start(group)]):
            return passage.at(kind, *match.span(group))
    return None


def _as_they(passage: Passage) -> Attribute | None:
    """A group in an aside: "as one of them put it", "as the sheets make plain", ", the caretaker stating"."""
    for match in _AS_THEY.finditer(passage.text):
        part = "who" if match["who"] else "whose"
        found = [one for one in named(match[part]) if one[0] not in ("survey", "inspectors")]
        if found:
            name, start, end = found[-1]
            return passage.at(name, match.start(part) + start, match.start(part) + end)
        if re.search(r"\b(?:they|he|she|them)\b", match[part], re.IGNORECASE):
            before = passage.before.text if passage.before else ""
            for name, _, _ in (*named(passage.text[: match.start()]), *named(before)):
                if name not in ("records", "survey", "inspectors"):
                    return passage.at(name, *match.span(), Basis.INFERRED)
    return None


def _asked(passage: Passage) -> Attribute | None:
    """A group that is told to have been asked."""
    for match in _ASKED.finditer(passage.text):
        for name, start, end in named(match.group()):
            if name not in ("records", "survey", "inspectors"):
                return passage.at(name, match.start() + start, match.start() + end)
    return None


def _they(passage: Passage) -> Attribute | None:
    """The group that the sentence before speaks of, where this one goes on with "They feel"."""
    match = _THEY.match(passage.text)
    if match is None or passage.before is None:
        return None
    for name, _, _ in named(passage.before.text):
        if match["verb"].lower() in VERBS[name]:
            return passage.at(name, 0, match.end(), Basis.INFERRED)
    return None


def _pronoun(passage: Passage) -> Attribute | None:
    """The first group of the sentence, where a pronoun behind it speaks."""
    if match := _PRONOUN.search(passage.text):
        for name, _, _ in named(passage.text[: match.start()]):
            if name not in ("records", "survey", "inspectors"):
                return passage.at(name, *match.span(), Basis.INFERRED)
    return None
