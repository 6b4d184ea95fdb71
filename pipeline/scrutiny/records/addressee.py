"""Who is to do what a recommendation asks: whom it, what leads into it, or the heading above it names."""

from __future__ import annotations

import re

from scrutiny.records.naming import named_in, trimmed
from scrutiny.records.people import is_actor
from scrutiny.records.phrases import Passage
from scrutiny.records.tags import SURE, surest, told_before
from scrutiny.records.verbs import is_verb, may_be_verb
from scrutiny.report import Attribute, Basis, Tag

#: A line that says whom those below it are for: "To the county:", "That regional health services:".
_FOR_THOSE_BELOW = re.compile(r"(?:to|that) (?P<who>[^:;,]{3,100}(?:, (?:Inc|LLC|Ltd|plc)\b\.?)?):$", re.IGNORECASE)
#: Headings: "To the Minister", "Recommendations to the board", "Lessons for skippers".
_DEMANDS = "(?:recommendation|requirement|action|request|advice|proposal|suggestion|lesson|direction|order)s?"
_WHO = "(?P<who>(?:the )?[a-z'& ’-]{3,60})$"
_RECEIVERS = re.compile(rf"(?:^to|\b{_DEMANDS} to|\bfor) {_WHO}", re.IGNORECASE)
#: Of headings further out, in which "for" may be of anything: "Help for children", the title of the report.
_OUTER_RECEIVERS = re.compile(rf"(?:^to|\b{_DEMANDS} (?:to|for)) {_WHO}", re.IGNORECASE)
#: Headings that ask: "What the partnership should do", "What does the provider need to do to improve?".
_OF_HEADING = (
    _RECEIVERS,
    re.compile(
        r"^what (?:(?:do|does|must|should) )?(?P<who>the [a-z' ’-]{3,60}?) (?:(?:should|must|needs? to|ha(?:s|ve) to|"
        r"(?:is|are) to|can) )?(?:do|improve)\b",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:[0-9.]+ )?what (?:is|we) (?:ask|want|expect)\w* of (?P<who>the [a-z' ’-]{3,60})$", re.IGNORECASE),
)
#: Of a sentence that leads into a list: "three points for the school to work on:".
_FOR_LIST = re.compile(r"\bfor (?P<who>(?:the |its |all |each )?(?:[\w'’-]+ ){1,5}?)to [a-z]+\b", re.IGNORECASE)
#: "the Sheriff, within 60 days, to F1": an item that opens with whom it is for.
_ITEM_FOR = re.compile(r"(?P<who>the (?:[\w'’-]+ ?){1,6}), ", re.IGNORECASE)
#: "Recommendations are addressed to the director", "has made 14 recommendations to the head of department".
_DIRECTED = re.compile(
    r"\b(?:recommendations?|requirements?|actions?|suggestions?)(?: \w+){0,4}? (?:to|for) "
    r"(?P<who>the [^,.;:()]{3,60}?)(?=[,.;:()]|$| unless | who | that | and the following)",
    re.IGNORECASE,
)
#: So many words more than the model the rules may take for a name.
_MORE = 2


def addressee(passage: Passage) -> Attribute | None:
    """Whom a recommendation asks: its subject, else whom the sentence leading into it, a line before it or its heading
    names, else whom the model reads off it or off what leads into it, else whoever is inspected."""
    sentence = passage.report.sentences[passage.record.sentences[0]].text
    found = named_in(sentence, passage)
    # "The board should: require suppliers to ...": whom an item asks to ask somebody else stands before the list.
    is_order = passage.lead_in is not None and is_verb([word.lower_ for word in passage.words], 0)
    tag = surest(passage.report.sentences[passage.record.sentences[0]], "addressee")
    if found and not is_order:
        if tag and _rather(tag, found, sentence):
            found = trimmed(sentence, tag.start, tag.end) or found
        return passage.at(passage.text[slice(*found)], *found)
    if passage.lead_in and (found := named_in(passage.lead_in.text, passage)):
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
    for out, heading in enumerate(reversed(passage.headings)):
        forms = (_OUTER_RECEIVERS,) if out else _OF_HEADING
        receivers = next((match for form in forms if (match := form.search(heading))), None)
        at = passage.report.text.rfind(heading, 0, passage.record.start)
        if receivers and at >= 0 and is_actor(receivers["who"]):
            return Attribute(receivers["who"], at + receivers.start("who"), at + receivers.end("who"))
    if tag and (read := trimmed(sentence, tag.start, tag.end)):
        return passage.at(sentence[slice(*read)], *read)
    if read := told_before(passage):
        text = passage.report.text
        start, end = trimmed(text, *read) or read
        return Attribute(text[start:end], start, end)
    whom = passage.regime.addressee or passage.report.metadata.get("inspected_body", "")
    return Attribute(whom, None, None, Basis.INFERRED) if whom else None


def _rather(tag: Tag, found: tuple[int, int], text: str) -> bool:
    """Whether what the model takes for whom a sentence asks counts more than what the rules do: where it is sure of
    somebody else, or where they took in more around the same words."""
    if tag.end <= found[0] or tag.start >= found[1]:
        return tag.score >= SURE
    inside = found[0] <= tag.start and tag.end <= found[1]
    return inside and len(text[slice(*found)].split()) > len(text[tag.start : tag.end].split()) + _MORE


def _told(passage: Passage) -> Attribute | None:
    """Whom a sentence before it in the same section says that the recommendations are for."""
    for sentence in passage.preceding():
        line = _FOR_THOSE_BELOW.fullmatch(sentence.text)
        # "To support staff:" is what for.
        is_name = line and is_actor(line["who"]) and not may_be_verb(line["who"].split()[0].lower())
        match = line if is_name else _DIRECTED.search(sentence.text)
        if match:
            start, end = match.span("who")
            return Attribute(match["who"], sentence.start + start, sentence.start + end)
    return None
