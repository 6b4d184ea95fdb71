"""How strongly a recommendation obliges, what its regime calls it, its number, and what it depends on."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from scrutiny.records.people import GROUPS, is_actor
from scrutiny.records.phrases import Passage, Phrases, span, words_of
from scrutiny.records.verbs import is_base, is_verb, may_be_verb
from scrutiny.regimes import Label, Obligation, fold
from scrutiny.report import Attribute

#: "Recommendation 3:", "Agreed action 1:", "Suggestion:", "(Medium)", "R1." before the demand itself.
LABEL = re.compile(
    r"(?:(?:\((?:high|medium|low|major|minor|[A-Z0-9]{1,3})[^)]{0,30}\)|(?:high|medium|low)(?: priority)?:) ?)?"
    r"(?:[A-Z]\.?[0-9]{1,3} )?(?:(?P<name>(?:[A-Za-z]+ ){0,4}[A-Za-z]+)"
    r"(?: (?P<number>(?:no\.? ?)?[A-Z]{0,4}[-.]?[0-9]+(?:[./-][0-9a-z]+)*))?"
    r"(?:\([0-9a-z]{1,3}\))?(?: and [A-Z]{0,4}[0-9]+)?(?: \([^)]{1,40}\))?(?: [-–] [A-Za-z]+(?: [a-z]+){0,2})?[:.] "
    r"|(?:[A-Z]{1,3}[0-9]{1,4})(?: and [A-Z]{1,3}[0-9]{1,4})?: "
    r"|(?P<code>(?=[A-Z/.-]*[0-9])[A-Z0-9]+(?:[/.-][A-Z0-9]+)+): )?",
    re.IGNORECASE,
)
_NUMBER_BEHIND = re.compile(
    r"[(\[](?:(?P<number>[0-9]{2,4}/[0-9]{2,4}|[A-Z]{1,3}-?[0-9]{1,4}(?:[-/][0-9]{1,4})?)"
    r"|[Rr]ecommendation (?P<called>[0-9]{1,3}[a-z]?))[)\]]\.?$"
)
_CONDITION = re.compile(
    r"\b(?:if|unless|provided that|subject to|to the extent that|in the event (?:that|of)|where (?:this|it|that|needed|"
    r"necessary|appropriate|possible|practicable|applicable)|once|as long as|in (?:any )?cases? where|otherwise)\b"
    r"[^,;:.]{0,120}",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"\b(?:so that|in order (?:to|that)|measured by|demonstrat(?:e|ed|ing)\b|as evidenced|evidence (?:of|that)|"
    r"report(?:ing)? (?:\w+ )?(?:back|to the|progress)|monitor(?:ed|ing)?\b|audit(?:ed|ing)?\b|verif(?:y|ied)|"
    r"check each|submit(?:ted)?\b|until (?:it|they|this|all)\b|at least [0-9]|[0-9]+ ?(?:%|per ?cent))[^,;.]{0,160}",
    re.IGNORECASE,
)
#: Words that open a clause whose "should" is not the demand.
_SUBORDINATE = frozenset(
    "that which who whom whose because if unless whether when where while although since how what why until so than "
    "as before after once".split()
)
#: Behind these a clause with "that" is the demand itself: "recommended that the council ...".
_ASKING = re.compile(r"(?:recommend|ask|request|urge|suggest|propose|advise)\w*$")
#: The report's own body promises nothing to itself.
_OURSELVES = re.compile(r"(?:^|[.,;] )(?:we|i|inspectors|ofsted|the (?:commission|inspectorate|team))\b[^,;]*$", re.I)
_IN_PASSING = re.compile(r", (?:it|he|she|we|they|i) (?:\w+ )?(?:suggests?|recommends?|believes?|thinks?|says?),")
_NO_ADDRESSEE = re.compile(r"(?:what|areas?|where|how|here)\b", re.IGNORECASE)
_THAT = re.compile(r"that\b", re.IGNORECASE)
_REQUIREMENT = re.compile(r"(?:requirement|order|direction|directive|condition)s?\b", re.IGNORECASE)
#: Leading into a list whose items are only to be answered, it obliges to an answer.
_TO_ANSWER = re.compile(
    r"\b(?:respond|reply|answer|comment|response|consider)\b[^,;:]* (?:following|below)\b", re.IGNORECASE
)
_PREAMBLE = re.compile(
    r"(?:in addition|also|furthermore|finally|specifically|secondly|further),? |"
    r"areas for improvement (?=leaders\b|the\b)",
    re.IGNORECASE,
)
#: "Auditee to review the accounts", "The Middle Office reviews the accounts": a demand as lists of actions put it.
_ASSIGNED = re.compile(r"(?P<who>(?:[Tt]he )?[\w'’-]+(?: [\w'’-]+){0,3}) to (?P<verb>[a-z-]+)\b")
_PROMISED = re.compile(r"(?P<who>(?:[Tt]he )?[\w'’-]+(?: [\w'’-]+){0,3}?) (?P<verb>[a-z-]+s)\b")
#: What asks somebody else is an order where it opens the demand: "Request renewals".
_ORDERS = frozenset("request ask urge encourage invite suggest require advise demand".split())


#: "To ensure that inspection is carried out": a recommendation as lists of them put it.
_INFINITIVE = re.compile(r"To (?:\w+ly )?([a-z]+)\b")
#: What opens a clause or phrase before the verb of an order.
_OPENERS = frozenset(
    "as since because if where when by within before after in for with until once given following".split()
)
_MODALS = frozenset("should must shall ought may might could".split())
#: The most words of a subject that begins like an order.
_SHORT_SUBJECT = 3
#: What obliges only in a main clause: "so that staff can ..." asks for nothing.
_MAIN_ONLY = frozenset("can needed required require demand".split())


#: "No new residents may be admitted."
_NOBODY = re.compile(r"(?:no|none|neither|nobody|nothing)\b", re.IGNORECASE)
#: Headings: "What the partnership should do", "2 What must happen now"; "What needs to improve" asks for no item.
_ASKS = re.compile(
    r"(?:[0-9.]+ )?what\b(?! (?:we|inspectors)\b).*\b(?:should|must|ha(?:s|ve) to|(?:is|are) to)\b", re.IGNORECASE
)


#: "The practices of the depot be studied": should be.
_BE = re.compile(
    r"(?!that\b)(?:[^\s,.;?]+ ){1,10}?(?<!to )(?<!can )(?<!could )(?<!not )(?<!would )(?<!ly )(?<!always )(?P<be>be) "
    r"(?:\w+ly )?(?:\w+(?:ed|en)|made|put|set|split|held|kept|told)\b",
    re.IGNORECASE,
)


class Force(NamedTuple):
    """An obligation and its place: words ``first`` until before ``last`` of a text, none where its form obliges."""

    value: str
    first: int
    last: int


@cache
def _phrases(obligations: tuple[Obligation, ...]) -> Phrases:
    named: dict[str, list[str]] = {}
    for given in obligations:
        named.setdefault(given.force, []).extend(given.phrases)
    return Phrases(named)


def force_of(text: str, obligations: tuple[Obligation, ...]) -> Force | None:
    """The first phrase of obligation in a main clause of ``text``, else the first in any clause."""
    words = words_of(text)
    # What is said in passing is no demand: ", it suggests,".
    passing = [match.span() for match in _IN_PASSING.finditer(text)]
    found = [
        Force(name, first, last)
        for name, first, last in _phrases(obligations).find(words)
        if not (words[first].lower_ in ("will", "'ll") and _OURSELVES.search(text[: words[first].idx]))
        and not (words[first].text == "May" and first > 0)
        and not any(start < words[first].idx < end for start, end in passing)
    ]
    lower = [word.lower_ for word in words]
    main = next((force for force in found if _is_main(lower, force.first)), None)
    return main or next((force for force in found if lower[force.first] not in _MAIN_ONLY), None)


def _is_main(words: list[str], at: int) -> bool:
    """Whether no subordinate clause is open at the word ``at``; a comma closes one."""
    for before in range(at - 1, -1, -1):
        if words[before] in ",;:":
            return True
        if words[before] in _SUBORDINATE and not (
            # "That lift should be mended."
            (before == 0 and words[0] == "that")
            or (words[before] == "that" and any(_ASKING.match(word) for word in words[max(0, before - 12) : before]))
        ):
            return False
    return True


def opening(text: str) -> int:
    """Where a demand begins behind its label and words such as "In addition"."""
    label = LABEL.match(text)
    at = label.end() if label else 0
    preamble = _PREAMBLE.match(text, at)
    return preamble.end() if preamble else at


def assigned_to(text: str) -> tuple[int, int, int] | None:
    """Where "Auditee to review ..." or, behind a label, "The auditee reviews ..." names whom it is for.

    Start and end of the name, and the start of the verb.
    """
    begin = opening(text)
    match = _ASSIGNED.match(text, begin)
    if match is None and begin:
        match = _PROMISED.match(text, begin)
    if match is None or not is_actor(match["who"]):
        return None
    # "Train staff to use ..." asks nobody by name.
    first, *more = match["who"].lower().split()
    if is_base(first) or first in ("i", "we") or first.endswith("ing") or (more and may_be_verb(first)):
        return None
    verb = match["verb"]
    # "Families to receive an apology": nothing that they do.
    if verb in ("receive", "undergo") and any(
        name in GROUPS[group] for group in ("parents", "service_users") for name in match["who"].lower().split()
    ):
        return None
    known = any(may_be_verb(form) for form in (verb, verb.removesuffix("s"), verb.removesuffix("es")))
    return (*match.span("who"), match.start("verb")) if known else None


def obligation(passage: Passage) -> Attribute:
    """``must``, ``should``, ``may``, ``imperative`` or ``noun_phrase``.

    What an item is by its form gives way to the obligation of the sentence that leads into its list.
    """
    found = force_of(passage.text, passage.regime.obligations)
    form = _form(passage.text)
    start = opening(passage.text)
    infinitive = _INFINITIVE.match(passage.text)
    is_main = found and _is_main([word.lower_ for word in passage.words], found.first)
    own = found and (is_main or (form is None and infinitive is None))
    that = _THAT.match(passage.text, start)
    # "That a complaint may be taken to somebody else": recommended, not allowed.
    if that and found and found.value == "may":
        found = own = None
    if found and found.first == 0 and passage.words[0].lower_ in _ORDERS:
        form = "imperative"
    # "Call bells should never be muted": what could be a verb is none before "should".
    if found and own and 0 < found.first <= _SHORT_SUBJECT and passage.words[found.first].lower_ in _MODALS:
        form = None if not any(word.is_punct for word in passage.words[: found.first]) else form
    if found and own and form != "imperative":
        forbids = found.value == "may" and _NOBODY.match(passage.text, start)
        return passage.over("must" if forbids else found.value, found.first, found.last)
    label = LABEL.match(passage.text)
    if label and label["name"] and _REQUIREMENT.match(label["name"]):
        return passage.at("must", *label.span("name"))
    lead_in = passage.lead_in
    led = lead_in and force_of(lead_in.text, passage.regime.obligations)
    if that and not (found or led):
        return passage.at("should", *that.span())
    if form != "imperative" and not (found or led):
        if subjunctive := _BE.match(passage.text, start):
            return passage.at("should", *subjunctive.span("be"))
        if passage.text.endswith("?"):
            return passage.at("may", len(passage.text) - 1, len(passage.text))
    if lead_in is not None and not infinitive and not leads_to_answers(lead_in.text):
        if led:
            start, end = span(words_of(lead_in.text), led.first, led.last)
            return Attribute(led.value, lead_in.start + start, lead_in.start + end)
        # "Raise attainment by:" has items that say how.
        if lead_in.text.endswith("by:") and form != "imperative" and _form(lead_in.text) == "imperative":
            return Attribute("imperative", lead_in.start, lead_in.end)
    if lead_in is None and form == "imperative" and (headed := _of_heading(passage)):
        return headed
    if infinitive and may_be_verb(infinitive[1].lower()):
        return passage.at("should", 0, len("To"))
    if assigned := assigned_to(passage.text):
        at = assigned[1] + 1
        return passage.at("must", at, passage.text.index(" ", at) if " " in passage.text[at:] else len(passage.text))
    return passage.at(form or "noun_phrase", start, len(passage.text))


def _of_heading(passage: Passage) -> Attribute | None:
    """The obligation of a heading that leads into what stands below: "The company should:"."""
    heading = passage.headings[-1] if passage.headings else ""
    asks = heading.endswith(":") or _ASKS.match(heading)
    force = force_of(heading, passage.regime.obligations) if asks else None
    at = passage.report.text.rfind(heading, 0, passage.record.start) if force else -1
    if force is None or at < 0:
        return None
    start, end = span(words_of(heading), force.first, force.last)
    return Attribute(force.value, at + start, at + end)


def leads_to_answers(lead_in: str) -> bool:
    """Whether a sentence leads into a list of what is to be answered or told of, not done."""
    return bool(_NO_ADDRESSEE.match(lead_in) or _TO_ANSWER.search(lead_in))


def _form(text: str) -> str | None:
    """``imperative`` where a verb opens the demand, ``noun_phrase`` where no verb of it can be seen."""
    words = [word.lower_ for word in words_of(text[opening(text) :]) if not word.is_punct or word.lower_ == ","]
    # "As the report omitted a fact, submit another": behind what opens the sentence.
    if words and words[0] in _OPENERS and "," in words[:-1]:
        words = words[words.index(",") + 1 :]
    for at, word in enumerate(words[:3]):
        if is_verb(words, at):
            return "imperative"
        # "Track cases by date and report any that are late": what goes on with a verb began with one.
        if (
            at == 0
            and may_be_verb(word)
            and any(
                words[on] in ("and", "or") and is_verb(words, on + 1) and "to" not in words[:on]
                for on in range(2, len(words) - 1)
            )
        ):
            return "imperative"
        if not (word.endswith("ly") or word in ("please", "do", "not", "re")):
            break
    return "noun_phrase" if not words or words[0] in ("the", "a", "an") or len(words) < 8 else None


def kind(passage: Passage) -> Attribute | None:
    """The regime's name for this kind of demand: on its label, in its lead-in, or in the heading nearest to it."""
    labels = passage.regime.labels
    label = LABEL.match(passage.text)
    if label and label["name"] and (found := _kind(labels, label["name"])):
        return passage.at(found, *label.span("name"))
    if passage.lead_in and (found := _kind(labels, passage.lead_in.text)):
        return Attribute(found, passage.lead_in.start, passage.lead_in.end)
    for heading in reversed(passage.headings):
        if found := _kind(labels, heading):
            at = passage.report.text.rfind(heading, 0, passage.record.start)
            return Attribute(found, at, at + len(heading)) if at >= 0 else None
    return None


def _kind(labels: tuple[Label, ...], text: str) -> str | None:
    folded = f" {fold(text)} "
    return next((label.kind for label in labels for name in label.names if name in folded), None)


def number(passage: Passage) -> Attribute | None:
    """The number as printed: before the block, on the label, or in brackets at the end."""
    marker, record = passage.marker, passage.record
    if any(letter.isalnum() for letter in marker):
        at = passage.report.text.rfind(marker, 0, record.start)
        if at >= 0 and record.start - at <= len(marker) + 8:
            return Attribute(marker, at, at + len(marker))
    label = LABEL.match(passage.text)
    for name in ("number", "code"):
        if label and label[name]:
            return passage.at(label[name], *label.span(name))
    if behind := _NUMBER_BEHIND.search(passage.text):
        name = behind.lastgroup or "number"
        return passage.at(behind[name], *behind.span(name))
    return None


def condition(passage: Passage) -> Attribute | None:
    """What a recommendation depends on."""
    match = _CONDITION.search(passage.text)
    return (
        passage.at(match.group().strip(), match.start(), match.start() + len(match.group().rstrip())) if match else None
    )


def measure(passage: Passage) -> Attribute | None:
    """How it will be seen that a recommendation was followed, or what for."""
    match = _MEASURE.search(passage.text)
    return (
        passage.at(match.group().strip(), match.start(), match.start() + len(match.group().rstrip())) if match else None
    )
