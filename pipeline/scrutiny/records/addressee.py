"""Who is to do what a recommendation asks: whom it, what leads into it, or the heading above it names."""

from __future__ import annotations

import re

from scrutiny.records.naming import named_in, trimmed
from scrutiny.records.people import is_actor
from scrutiny.records.phrases import Passage
from scrutiny.records.receivers import receiver
from scrutiny.records.tags import SURE, surest, told_before
from scrutiny.records.verbs import is_verb, may_be_verb
from scrutiny.report import Attribute, Basis, Tag

#: A line that says whom those below it are for: "To the county:", "That regional health services:".
_FOR_THOSE_BELOW = re.compile(r"(?:to|that) (?P<who>[^:;,]{3,100}(?:, (?:Inc|LLC|Ltd|plc)\b\.?)?):$", re.IGNORECASE)
#: Of a sentence that leads into a list: "three points for the school to work on:".
_FOR_LIST = re.compile(r"\bfor (?P<who>(?:the |its |all |each )?(?:[\w'’-]+ ){1,5}?)to(?: [a-z]+\b|:$)", re.IGNORECASE)
#: "the Sheriff, within 60 days, to F1": an item that opens with whom it is for.
_ITEM_FOR = re.compile(r"(?P<who>the [\w'’-]+(?: [\w'’-]+){0,5}), ", re.IGNORECASE)
#: "Recommendations are addressed to the director", "has made 14 recommendations to the head of department".
_DIRECTED = re.compile(
    r"\b(?:recommendations?|requirements?|actions?|suggestions?)(?: \w+){0,4}? (?:to|for) "
    r"(?P<who>the [^,.;:()]{3,60}?)(?=[,.;:()]|$| unless | who | that | and the following)",
    re.IGNORECASE,
)
#: "Violence should fall. (To the governor)": whom a recommendation is for, in brackets behind it.
_BEHIND = re.compile(r"\((?:To|Addressed to|For action by)(?: |: )(?P<who>[^()]{2,90})\)(?: \([^()]{1,60}\))?\.?$")
#: "recommendations 1 through 7 to the director of the hospital and recommendation 8 to the ..."
_NUMBERED = re.compile(
    r"\b(?:recommendations? )?(?P<first>[0-9]{1,3})(?:(?: through | to |–|-| and )(?P<last>[0-9]{1,3}))?"
    r"(?: (?:is|are|was|were))?(?: directed| addressed| made)? to (?P<who>the [^,;:.()]{3,80}?)"
    r"(?=[,;:.()]|$| and (?:recommendations? )?[0-9])",
    re.IGNORECASE,
)
#: "(regulators) Circuits to be modelled together": in brackets before it.
_BEFORE = re.compile(
    r"\((?P<who>(?:all |each |the )?(?!(?:as|in|for|with|by|to|at|on|of|from)\b)[a-z-]+(?: [a-z-]+){0,2})\) (?=[A-Z])"
)
#: "The standard requires the provider to ensure:", "that staff assess ...".
_ENSURES = re.compile(r"\b(?:ensure|make sure|see to it)(?: that)?:$", re.IGNORECASE)
#: "24/0092: you", "1. The board".
_NUMBER = re.compile(r"[\w./-]*[0-9][\w./-]*[:.] |Action ")
_NO_NAME = re.compile(r" (?:who|which|they|you|we|it)$|^\W|\W ?['’]$", re.IGNORECASE)
#: Behind "School", which the model takes for a name: "School bus routes ought to be driven".
_GOES_ON = re.compile(
    r"(?! (?:also|and|at|for|from|in|itself|now|of|on|that|then|therefore|to|which|who|with|[a-z]+ly)\b)"
    r"(?: [a-z-]+){1,3}? (?:must|ought|shall|should)\b"
)
#: What ends a word for a person; pronouns are for somebody too.
_PERSON = re.compile(r" |(?:[eo]rs?|ees?|ists?)$|^(?:it|each)$")
#: "... is invited to submit a plan for the points below."
_LEADS_ON = re.compile(r"\b(?:below|following)\b[^.:;]{0,30}[.:]$", re.IGNORECASE)
#: So many words more than the model the rules may take for a name.
_MORE = 2


def addressee(passage: Passage) -> Attribute | None:
    """Whom a recommendation asks: its subject, else whom the sentence leading into it, a line before it or its heading
    names, else whom the model reads off it or off what leads into it, else whoever is inspected."""
    sentence = passage.report.sentences[passage.record.sentences[0]].text
    if (behind := _BEHIND.search(passage.text)) and is_actor(behind["who"]):
        return passage.at(behind["who"], *behind.span("who"))
    if (before := _BEFORE.match(passage.text)) and is_actor(before["who"]):
        return passage.at(before["who"], *before.span("who"))
    found = _name_in(sentence, passage)
    # "The board should: require suppliers to ...": whom an item asks to ask somebody else stands before the list.
    is_order = passage.lead_in is not None and (
        (len(passage.words) > 0 and is_verb([word.lower_ for word in passage.words], 0))
        or (
            passage.text[:1].islower()
            and _ENSURES.search(passage.lead_in.text) is not None
            and _name_in(passage.lead_in.text, passage) is not None
        )
    )
    tag = surest(passage.report.sentences[passage.record.sentences[0]], "addressee")
    if found and not is_order:
        if tag and _rather(tag, found, sentence):
            found = trimmed(sentence, tag.start, tag.end) or found
        return passage.at(passage.text[slice(*found)], *found)
    if passage.lead_in and (found := _name_in(passage.lead_in.text, passage)):
        start = passage.lead_in.start
        return Attribute(passage.lead_in.text[slice(*found)], start + found[0], start + found[1])
    if passage.lead_in:
        if (item := _ITEM_FOR.match(passage.text)) and is_actor(item["who"]):
            return passage.at(item["who"], *item.span("who"))
        listed = _FOR_LIST.search(passage.lead_in.text)
        if listed and is_actor(listed["who"]):
            start, end = (passage.lead_in.start + at for at in listed.span("who"))
            return Attribute(listed["who"].rstrip(), start, end - 1)
    if told := _told(passage):
        return told
    if headed := receiver(passage) or _led(passage):
        return headed
    if tag and (read := trimmed(sentence, tag.start, tag.end)) and not _is_odd(sentence, *read):
        return passage.at(sentence[slice(*read)], *read)
    if read := told_before(passage):
        text = passage.report.text
        start, end = trimmed(text, *read) or read
        return Attribute(text[start:end], start, end)
    whom = passage.regime.addressee or passage.report.metadata.get("inspected_body", "")
    return Attribute(whom, None, None, Basis.INFERRED) if whom else None


def _name_in(text: str, passage: Passage) -> tuple[int, int] | None:
    """Where ``text`` names whom it asks, without what numbers it; None of what is no name."""
    if (found := named_in(text, passage)) is None:
        return None
    start, end = found
    if number := _NUMBER.match(text, start, end):
        start = number.end()
    return None if _NO_NAME.search(text[start:end]) else (start, end)


def _rather(tag: Tag, found: tuple[int, int], text: str) -> bool:
    """Whether what the model takes for whom a sentence asks counts more than what the rules do: where it is sure of
    somebody else, or where they took in more around the same words."""
    if tag.end <= found[0] or tag.start >= found[1]:
        return tag.score >= SURE
    inside = found[0] <= tag.start and tag.end <= found[1]
    return inside and len(text[slice(*found)].split()) > len(text[tag.start : tag.end].split()) + _MORE


def _told(passage: Passage) -> Attribute | None:
    """Whom a sentence before it in the same section says that the recommendations are for."""
    for sentence in (*passage.preceding(), *passage.above()):
        line = _FOR_THOSE_BELOW.fullmatch(sentence.text)
        # "To support staff:" is what for.
        is_name = line and is_actor(line["who"]) and not may_be_verb(line["who"].split()[0].lower())
        match = line if is_name else _numbered(sentence.text, passage) or _DIRECTED.search(sentence.text)
        if match and (is_name or is_actor(match["who"])):
            start, end = match.span("who")
            return Attribute(match["who"], sentence.start + start, sentence.start + end)
    return None


def _led(passage: Passage) -> Attribute | None:
    """Whom a sentence before it names that speaks of what stands below or follows."""
    for sentence in passage.preceding():
        if _LEADS_ON.search(sentence.text) and (found := _name_in(sentence.text, passage)):
            start, end = found
            return Attribute(sentence.text[start:end], sentence.start + start, sentence.start + end)
    return None


def _is_odd(text: str, start: int, end: int) -> bool:
    """Whether what the model takes for a name is none: a single word such as "overnight", or part of a thing's."""
    words = text[start:end]
    if words.islower():
        return not (is_actor(words) or _PERSON.search(words))
    return start == 0 and _GOES_ON.match(text, end) is not None


def _numbered(text: str, passage: Passage) -> re.Match[str] | None:
    """Where ``text`` says whom the recommendations with numbers like this one's are for."""
    digits = re.fullmatch(r"[A-Z]{0,3}([0-9]{1,3})[.):]?", passage.marker)
    if digits is None or "recommendation" not in text.lower():
        return None
    number = int(digits[1])
    for match in _NUMBERED.finditer(text):
        if int(match["first"]) <= number <= int(match["last"] or match["first"]):
            return match
    return None
