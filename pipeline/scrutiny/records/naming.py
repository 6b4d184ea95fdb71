"""Whom a sentence names as those who are to act: its subject, whomever it asks, or a name before or behind it."""

from __future__ import annotations

import re

from scrutiny.records.obligation import assigned_to, force_of, opening
from scrutiny.records.people import ACTORS, is_actor, is_served, is_thing
from scrutiny.records.phrases import Passage, words_of
from scrutiny.records.verbs import is_third_person, is_verb, may_be_verb

#: "recommended to the Chief Executive that he ...", "recommends that the council ...", "asks the trust to ...".
ASKED = re.compile(
    r"\b(?:(?:recommend|ask|request|urge|suggest|propose|advise|invite|encourage|require|instruct|direct)(?:s|ed|d)?|"
    # "The same order requires", "a call code": nouns.
    r"call(?:s|ed)?(?! (?:codes?|scripts?|signs?|bells?|handlers?|cent(?:er|re)s?)\b)|"
    r"(?<!the )(?<!same )(?<!this )(?<!an )(?<!court )order(?:s|ed)?|"
    r"is (?:necessary|essential|important|imperative|vital|critical|desirable))"
    r"(?: (?:on|upon|also|again|strongly|further))*(?:,[^,]{1,80},)?"
    r"(?: to (?P<to>[^,;:]{3,120}?) that\b| that (?P<that>[^;:]{3,200})| (?P<whom>[^;:]{3,140}?) to\b)",
    re.IGNORECASE,
)
#: "We recommend the council commission an audit": a clause without "that".
ASKED_BARE = re.compile(
    r"\b(?:recommend|suggest|propose|request|ask)(?:s|ed)? (?P<that>(?!to\b|that\b|an?\b)(?:(?-i:[A-Z])|the |it |"
    r"they |all |each )[^;:]{3,200})",
    re.IGNORECASE,
)
#: Segments before the subject: "By 30 June", "To keep people safe", "Because records are incomplete".
_ADVERBIAL = re.compile(
    r"(?:by|to|in|under|because|since|if|where|when|following|for|as|until|within|on|given|with|at|after|before|"
    r"subject|"
    r"(?:19|20)[0-9]{2}, |which|who|whose|pursuant|pending|although|while|whilst|once|from|during|prior|"
    r"having|otherwise|therefore|"
    r"however|additionally|"
    r"finally|in addition|also|immediately|accordingly|unless|so|and|but|specifically|furthermore|moreover)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?P<you>you|they|he|she)$", re.IGNORECASE)
PASSIVE = re.compile(
    r"(?:should|must|shall|may|could|might|will|needs? to|(?:is|are) to|ha(?:s|ve) to|to) (?:\w+ly |also |now |"
    r"not )?be "
    r"(?:\w+ly |also |now |not )?(?!able|clear|aware|ready|mindful|open|alert|vigilant|consistent)(?:\w+ed|"
    r"\w+[^e]en|given|taken|made|put|set|held|kept|sent|told|shown|drawn|brought|done|built|found|met|paid|borne)\b",
    re.IGNORECASE,
)
#: "is recommended to" is a passive whose subject is the addressee.
_ASKED_TO = re.compile(
    r"\b(?:(?:should|must|may|might|could|shall|would) )?(?:is|are|was|were|be|ha(?:s|ve) been)(?: \w+ly|"
    r" also| hereby| further|"
    r" therefore| now| well)? "
    r"(?:recommended|required|asked|urged|invited|encouraged|advised|"
    r"expected|requested|reminded|directed|obliged|called (?:up)?on|under an? (?:\w+ )?duty|ordered|instructed)"
    r"(?:(?:, [^,]{3,80},)? to\b|(?<=reminded) (?:that|of)\b)|\b(?:has|have) (?:also )?(?:agreed|undertaken|"
    r"committed)(?:,[^,]{3,80},)? to\b",
    re.IGNORECASE,
)
_AGENT = re.compile(
    r"\bby (?P<agent>(?:(?:the|its|their|each|every) (?:[\w'’-]+ ){0,5}?)[\w'’-]+)"
    r"(?=[,;.]| \(| (?:within|before|by|so|to|at|in|on|with|and|once|twice|every|each|above|below|under|over)\b|$)"
)
NAMED = re.compile(r"^(?P<who>(?:[A-Z][\w&'’-]*|of|and|the|for)(?: (?:[A-Z][\w&'’-]*|of|and|the|for)){0,6}): ")
#: "Recommendation R2 (Harbour Board): dredge the basin", "Answer the complaints [partner; 30 days]".
_OF_LABEL = re.compile(r"(?:[A-Z]\w+ )?[A-Z]*[0-9][\w./-]* ?\((?P<who>[^()]{2,90})\): ")
_AT_END = re.compile(
    r"\[(?P<who>[^\[\];]{2,60}); (?:at once|immediate\w*|by [^\[\]]{2,30}|[0-9]+ (?:\w+ )?(?:day|week|month|year)s?|"
    r"[0-9]{1,2} [A-Z][a-z]+\.?(?: [0-9]{4})?)\]\.?$"
)
#: "We expect the board to explain", "It would like the school to open its doors": what a body wants of somebody.
HOPED = re.compile(
    r"(?:[^,;]{1,80}, )?(?:we|i|it|inspectors|the [\w ]{3,40}?) (?:\w+ly |also |therefore |further )?"
    r"(?:(?:would|should) (?:also |\w+ly )?(?:like|prefer)|expects?|looks? to|wants?|advises?) "
    r"(?P<whom>[^,;:]{3,140}?) to (?=[a-z])",
    re.IGNORECASE,
)
#: "That the board appoint a secretary": what is recommended, without the words that recommend it.
THAT = re.compile(r"that (?!(?:is|was|will|would|could|may)\b)", re.IGNORECASE)
#: "The lift is to be mended, owners have been told, ..."
_TOLD = re.compile(r", (?P<who>[^,;]{3,60}?) (?:is|are|was|were|ha(?:s|ve) been|ha(?:s|ve) now been) told\b")
#: What opens a clause: whoever a passive is done by stands before it.
_CLAUSE = re.compile(r"[,;:]|\b(?:to|until|unless|which|who|that|when|where|before|after|if|because|whenever)\b")
#: "... to the official responsible, who should ..."
_ANTECEDENT = re.compile(r"\b(?:to|by|with|for) (?P<who>the (?:(?!\b(?:to|by|with)\b)[^,;]){3,100}), who $")
_SOMEBODY = re.compile(r"(?:an?|another|no) ", re.IGNORECASE)
_RELATIVE = re.compile(r", (?:who|whose|which|that|including)\b|,? (?:including|named|listed)\b")
_TRAILING = re.compile(r"(?:[ ,;:]+(?:also|now|therefore|both|then|each|all|and|or|jointly|too|likewise))+$")
_LEADING = re.compile(
    r"^(?:that|to|for|of|and|or|then|also|therefore|why|but|so|we|in particular)\b[ ,]*", re.IGNORECASE
)
#: "It would be prudent for the owner to ...", "There is scope for the agency to ...".
FOR_WHOM = re.compile(
    r"(?:it|there)\b[^,;]{0,60}? (?:for|incumbent (?:up)?on|falls? to) (?P<who>(?!(?:me|us)\b)(?:(?!\b(?:for|"
    r"to|upon|which|"
    r"whom|that)\b)[^,;:]){2,80}?) to "
    r"(?!be (?:\w+ly )?(?!open\b)(?:\w+(?:ed|en)|made|put|set|held|kept|sent|told|shown)\b)[a-z]",
    re.IGNORECASE,
)
#: "By an order under section 84 the charity is directed": the last name of what no comma divides.
_LAST_NAME = re.compile(
    r"(?<=[ ,])(?P<you>(?:the|your|its|all|each) (?!(?:the|your|its|all|each)\b)[\w'’-]+"
    r"(?: (?!(?:the|your|its|all|each)\b)[\w'’-]+){0,3})$",
    re.IGNORECASE,
)
_MODAL_BEFORE = re.compile(r"\b(?:should|must|shall|may|might|could|will|can|to) (?:\w+ly |also )?$")
#: Verbs that things and matters are subjects of too.
_STATES = frozenset(
    "be have include contain remain reflect consist cover apply reach become appear state show stay continue last need "
    "fit form provide lead result happen occur exist depend involve mean follow require help allow ensure enable "
    "take begin start end stand come go set stop cease".split()
)
#: Whoever is to do these is to be given something.
_RECEIVES = frozenset("receive undergo".split())
#: What those whom a service is for are to have it: "All prisoners should be able to ..." asks nothing of them.
_OF_USERS = frozenset("be have live feel get".split())
_BEFORE_VERB = frozenset("not also now then therefore all both each jointly to".split())
#: Behind these a word is no verb: "that the review of plans ...".
_NO_VERB_BEHIND = frozenset("the a an of and its their for in to or by with at on from".split())
#: The most words of whom is asked to act who is nobody that we know.
_SHORT = 4
#: A subject and its verb take up no more than these characters.
_LONGEST_SUBJECT = 160
#: In front of these a word is a noun: "the board plan is late".
_NOUN_BEFORE = frozenset("is are was were be of to for and or in , .".split())
#: "Require the board to adopt ...": whoever is asked is to ask somebody else.
_ORDER = re.compile(r"(?:require|direct|instruct|order|ask|request|urge|encourage|invite)\b", re.IGNORECASE)
#: "Present a plan, or ask the board to tell why not": what stands before a second order.
_ORDERED = re.compile(r"\b(?:or|and) $")
_ASKING = re.compile(
    r"(?:recommend|request|ask|urge|suggest|propose|encourage|invite|advise|expect|call|trust|hope|look|"
    r"would (?:like|urge))",
    re.IGNORECASE,
)
#: Whoever writes asks others, and so do these.
_OWN = re.compile(
    r"(?:we|i|inspectors|it|they|you|"
    r"the (?:\w+ )?(?:inspectors?|inspectorate|panel|committee|team|ombudsman|coroner|jury))\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    rf" (?:\w+ly |also |therefore |further |hereby )?(?:{_ASKING.pattern}|"
    r"consider|find|believe|think|want|note|wish|instruct|direct|order|affirm|repeat|reiterate)\w*\b",
    re.I,
)
#: "Would your supervisor reach every face in a shift?" states nothing.
_QUESTION = re.compile(r"(?:would|could|can|will|might|should|shall|do|does|did|has|have|is|are)\b", re.IGNORECASE)
#: A verb and what it is done to, not a noun: "The management board should".
_STATED = re.compile(
    r" (?:sees? to it that\b|(?:\w+ly |also )?[a-z]\w*(?: \w+ly)? "
    r"(?!(?:should|must|shall|may|will|can|could|has|have|had|is|are|was|were|to|"
    r"of|and|or|for|in|by|who|which)\b)[\w$£€“\"'(])"
)
_NO_NAME = re.compile(r"[,:;]| to |\b(?:who|which|that|it|they|you)$", re.IGNORECASE)
_PASSIVE_CLAUSE = re.compile(
    r"[^,;]{3,120}?\b(?:is|are|be) (?:\w+ly )?(?:\w+(?:ed|en)|made|put|set|held|kept|sent|told)\b"
)
_FINITE = re.compile(r"\b(?:is|are|was|were|which|who)\b", re.IGNORECASE)
#: "We should gladly see more of it": whoever writes wishes.
_WISHES = re.compile(
    r"(?:we|i) (?:should|would) (?:\w+ly )?(?:see|like|welcome|wish|prefer|appreciate|hope|be)\b", re.I
)
#: "We have told the owner that the door must be mended", "The inspector told the manager on the day that ...".
_TOLD_THAT = re.compile(
    r"(?:we|i|(?:the )?inspectors?|auditors?)(?: have| has)?(?: \w+ly)? (?:told|reminded) "
    r"(?P<who>[^,;:]{2,60}?)(?: (?:on|at|during) [^,;]{3,20}?)? that\b[^;]*?\b(?:must|should|(?:is|are|was|were) to)\b",
    re.IGNORECASE,
)
#: "It is recommended to the clerk that ...": the subject is nobody.
IMPERSONAL = re.compile(r"(?:it|there)\b", re.IGNORECASE)
#: "We maintain that the agency should ...".
_MAINTAINED = re.compile(r"(?:we|i|inspectors) (?:\w+ ){1,2}that ", re.IGNORECASE)


def _may_follow(word: str) -> bool:
    """Whether ``word`` may be a second verb behind "and": "reviews and publishes"."""
    return any(may_be_verb(form) for form in (word, word.removesuffix("s"), word.removesuffix("es")))


def named_in(text: str, passage: Passage) -> tuple[int, int] | None:
    """Where ``text`` names whom it asks."""
    begin = opening(text)
    named = NAMED.match(text)
    if named and is_actor(named["who"]):
        return named.span("who")
    for bracket in (_OF_LABEL.match(text), _AT_END.search(text)):
        if bracket and not ACTORS.isdisjoint(bracket["who"].lower().split()):
            return bracket.span("who")
    if that := THAT.match(text, begin):
        if found := whose_verb(text, that.end(), len(text)):
            return found
        begin = that.end()
    for pattern, part in ((HOPED, "whom"), (_TOLD_THAT, "who"), (_TOLD, "who")):
        hoped = pattern.search(text, begin) if pattern is _TOLD else pattern.match(text, begin)
        if hoped and (is_actor(hoped[part]) or (pattern is _TOLD_THAT and hoped[part][0].isupper())):
            return trimmed(text, *hoped.span(part))
    if _WISHES.match(text, begin):
        return None
    asked_to = _ASKED_TO.search(text, begin)
    if asked_to and not IMPERSONAL.match(text, begin):
        return _subject(text, begin, asked_to.start(), verb="act")
    if found := stated(text, passage):
        return found
    if _ORDER.match(text, begin):
        return None
    asked = ASKED.search(text, begin)
    # "Present a schedule, or ask the board to tell why not": whoever is to ask stands elsewhere.
    if asked and _ORDERED.search(text, begin, asked.start()) and _ORDER.fullmatch(asked[0].split()[0]):
        first = [word.lower_ for word in words_of(text[begin : asked.start()])]
        asked = None if is_verb(first, 0) else asked
    # "The ministry should require every home to ...": whoever is to ask is asked.
    if asked and not _MODAL_BEFORE.search(text, begin, asked.start()):
        found = asked_whom(text, asked)
        if found or (asked["that"] is not None and _PASSIVE_CLAUSE.match(text, asked.start("that"))):
            return found or _agent(text, _PASSIVE_CLAUSE.match(text, asked.start("that")))
        if asked["that"] is not None:
            begin = asked.start("that")
    bare = ASKED_BARE.search(text, begin)
    if bare and not _MODAL_BEFORE.search(text, begin, bare.start()) and (found := whose_verb(text, *bare.span("that"))):
        return found
    for_whom = FOR_WHOM.match(text, begin)
    if for_whom:
        return for_whom.span("who") if is_actor(for_whom["who"]) or not is_thing(for_whom["who"]) else None
    force = force_of(text[begin:], passage.regime.obligations)
    if force and force.last:
        start = begin + words_of(text[begin:])[force.first].idx
        if _ASKING.match(text, start):
            return None
        if passive := PASSIVE.match(text, start):
            return _agent(text, passive)
        # "It is desirable to ...": nobody.
        if (
            IMPERSONAL.match(text, begin)
            and re.match(r"(?:is|are|was|would|may|might) ", text[start:])
            and len(text[begin:start]) < 7
        ):
            return None
        return _subject(text, begin, start, verb=_verb_behind(text[begin:], force.last))
    if assigned := assigned_to(text):
        return assigned[:2]
    # "Rights to be reviewed by each school".
    return _agent(text, PASSIVE.search(text, begin))


def stated(text: str, passage: Passage) -> tuple[int, int] | None:
    """The subject of a demand without a modal: "The department review its register", "The board ensures that ..."."""
    begin = opening(text)
    end = min(len(text), begin + _LONGEST_SUBJECT)
    opens = (_OWN, _ADVERBIAL, _QUESTION)
    if not text[begin : begin + 1].isupper() or any(pattern.match(text, begin) for pattern in opens):
        return None
    found = whose_verb(text, begin, end)
    if found is None or found[0] != begin or _ASKS.match(text, found[1]) or not _STATED.match(text, found[1]):
        return None
    subject = text[slice(*found)]
    force = force_of(text[begin:], passage.regime.obligations)
    asks = begin + words_of(text[begin:])[force.first].idx if force and force.last else end
    plain = not _NO_NAME.search(subject) and not may_be_verb(subject.split()[0].lower())
    return found if plain and is_actor(subject) and found[1] < asks else None


def asked_whom(text: str, asked: re.Match[str]) -> tuple[int, int] | None:
    """The person behind "recommend to X that", "recommend that X do", "ask X to"."""
    if asked["to"] is not None:
        return trimmed(text, *asked.span("to"))
    if asked["whom"] is not None:
        start, end = asked.span("whom")
        verb = re.match(r" to (?:\w+ly )?(\w+)", text[end:])
        sure = is_actor(text[start:end]) or (
            verb and len(text[start:end].split()) <= _SHORT and _acts(text[start:end], verb[1])
        )
        return trimmed(text, start, end) if sure else None
    start, end = asked.span("that")
    if force := re.search(r"\b(?:should|must|shall)\b", text[start:end]):
        return None if PASSIVE.match(text, start + force.start()) else trimmed(text, start, start + force.start())
    if found := whose_verb(text, start, end):
        return found
    # The sentence that leads into a list stops at whom it asks.
    return trimmed(text, start, end) if text.endswith(":") and is_actor(text[start:end]) else None


def whose_verb(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The subject of the clause from ``start`` to ``end`` without a modal: "the board appoint a secretary"."""
    words = words_of(text[start:end])
    lower = [word.lower_ for word in words]
    for at in range(1, len(words)):
        if lower[at] in ("be", "is", "are"):
            return None
        # "The County Commission", "The Gaming Board": of a name.
        if words[at].text[0].isupper():
            continue
        following = lower[at + 1 : at + 3]
        sure = is_verb(lower, at) or is_third_person(lower, at)
        # "That the board set aside ...": a verb that is a noun as often, right behind somebody.
        likely = may_be_verb(lower[at]) and following[:1] and following[0] not in _NOUN_BEFORE
        if lower[at - 1] in _NO_VERB_BEHIND or not (
            sure
            or (lower[at - 1] == "it" and may_be_verb(lower[at]))
            or (likely and is_actor(text[start : start + words[at].idx]))
        ):
            continue
        if following[:1] == ["of"] or (following[:1] == ["and"] and not _may_follow(following[-1])):
            continue
        subject = text[start : start + words[at].idx]
        if _acts(subject, lower[at]):
            # "That the trust, in consultation with residents, develop a plan": the aside is not whom it asks.
            name, comma, aside = subject.partition(", ")
            return trimmed(text, start, start + len(name if comma and _ADVERBIAL.match(aside) else subject))
    return None


def _verb_behind(text: str, last: int) -> str:
    """The verb that the phrase of obligation before the word ``last`` governs, in lower case."""
    words = [word.lower_ for word in words_of(text)[last : last + 4]]
    return next((word for word in words if not word.endswith("ly") and word not in _BEFORE_VERB), "")


def _acts(subject: str, verb: str) -> bool:
    """Whether a subject names somebody: by its words, or because only somebody can do what the verb says."""
    if subject.strip(" ,").lower() == "it":
        return may_be_verb(verb) and verb not in _STATES
    if verb in _RECEIVES or (verb in _OF_USERS and is_served(subject)):
        return False
    can = may_be_verb(verb) and verb not in _STATES and not _FINITE.search(subject)
    return is_actor(subject) or (can and not is_thing(subject))


def _subject(text: str, begin: int, end: int, *, verb: str = "") -> tuple[int, int] | None:
    """The subject of ``verb`` that ends at ``end``: behind adverbials, before a relative clause."""
    if maintained := _MAINTAINED.match(text, begin):
        begin = maintained.end()
    antecedent = _ANTECEDENT.search(text, begin, end)
    if antecedent:
        return antecedent.span("who") if is_actor(antecedent["who"]) else None
    while True:
        segment = text[begin:end]
        if not _ADVERBIAL.match(segment):
            break
        comma = segment.find(", ")
        if comma < 0:
            pronoun = _PRONOUN.search(segment.rstrip()) or _LAST_NAME.search(segment.rstrip())
            if pronoun and not (pronoun.re is _PRONOUN or is_actor(pronoun["you"])):
                return None
            return (begin + pronoun.start("you"), begin + pronoun.end("you")) if pronoun else None
        begin += comma + 2
    # What stands between a comma and the verb belongs to the subject unless it is an aside.
    relative = _RELATIVE.search(text, begin, end)
    stop = relative.start() if relative and relative.start() > begin else end
    # "Council, for its part, may ...": the comma that ends an aside begins none.
    aside = text.rfind(", ", begin, begin + len(text[begin:stop].rstrip(" ,")))
    if aside >= 0 and relative is None:
        last = text[aside + 2 : stop]
        if text[begin:aside] and is_actor(last) and not _ADVERBIAL.match(last) and not last[0].isupper():
            begin = aside + 2
        elif _ADVERBIAL.match(last) or last.rstrip(" ,").islower():
            stop = aside
    if stop == end and relative and text[relative.start() :].lstrip(", ").startswith("who"):
        stop = relative.start()
    return trimmed(text, begin, stop) if _acts(text[begin:stop], verb) else None


def _agent(text: str, passive: re.Match[str] | None) -> tuple[int, int] | None:
    """Whoever a passive is to be done by: "be checked every week by the board", in its own clause."""
    if passive is None:
        return None
    clause = _CLAUSE.search(text, passive.end())
    agent = _AGENT.search(text, passive.end(), clause.start() + 1 if clause else len(text))
    return agent.span("agent") if agent and is_actor(agent["agent"]) else None


def trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A span without the words and marks around the name."""
    segment = text[start:end]
    leading = _LEADING.match(segment)
    start += leading.end() if leading and leading.end() < len(segment.rstrip()) else 0
    segment = text[start:end].rstrip(" ,;:")
    trailing = _TRAILING.search(segment)
    end = start + (trailing.start() if trailing else len(segment))
    start += len(text[start:end]) - len(text[start:end].lstrip())
    # "A second adult must be on call": nobody in particular can be asked.
    return (start, end) if end > start and not _SOMEBODY.match(text, start) else None
