"""What a recommendation asks to be done, and what it is done to."""

from __future__ import annotations

import re

from scrutiny.records.naming import (
    ASKED,
    ASKED_BARE,
    FOR_WHOM,
    HOPED,
    IMPERSONAL,
    NAMED,
    PASSIVE,
    THAT,
    asked_whom,
    named_in,
    whose_verb,
)
from scrutiny.records.obligation import assigned_to, opening
from scrutiny.records.people import is_actor
from scrutiny.records.phrases import Passage, words_of
from scrutiny.records.verbs import is_base, may_be_verb
from scrutiny.report import Attribute

_INFINITIVE = re.compile(r"\bto (?=[a-z])")
_REFERENCE = re.compile(r"\s*[(\[][^()\[\]]{1,60}[)\]]\.?$")
#: What follows the action as its reason or its condition.
_REASON = re.compile(r",? (?:because|(?<!at )once)\b|, (?:since|as|given that)\b")
_CONNECTIVES = re.compile(r"(?:[ ,:]|\b(?:that|he|she|they|it|to|also|now|therefore|should|must|shall|the company)\b)*")
#: Who is to work with the addressee, between the two and the verb.
_TOGETHER = re.compile(
    r"[ ,]*(?:in (?:conjunction|consultation|partnership|collaboration)|together|jointly|working) with [^,]{3,80},"
    r"(?: the [a-z]+)?\b[ ,]*"
)
#: Between whom "that" names and the verb: ", in consultation with residents, ".
_ASIDE = re.compile(r", [^,]{3,80}, ")
_NO_SUBJECT = re.compile(r"\b(?:it|they|we|i|you|he|she|there|this)\b", re.IGNORECASE)
_OBJECT_ENDS = re.compile(
    r",|;|:|\b(?:so that|in order|to (?=[a-z]+)|which|that|who|by|before|within|for|with|at|from|and (?=[a-z]+e?s? )|"
    r"because|since|if|where|when|until|unless|through|as)\b"
)


def action(passage: Passage, force: Attribute, until: tuple[int, int] | None) -> Attribute | None:
    """What is to be done: from its verb to the end, without a deadline ``until`` at either end and references.

    None where a demand breaks off before it.
    """
    text, record = passage.text, passage.record
    start = opening(text)
    named = NAMED.match(text[start:]) or NAMED.match(text)
    if named and is_actor(named["who"]):
        start = max(start, named.end())
    if that := THAT.match(text, start):
        start = that.end()
        if whom := whose_verb(text, start, len(text)):
            start = whom[1] + aside.end() if (aside := _ASIDE.match(text[whom[1] :])) else _behind(text, whom[1])
    assigned = assigned_to(text)
    if assigned and force.start == record.start + assigned[1] + 1:
        start = assigned[2]
    elif (
        force.start is not None
        and force.end is not None
        and record.start + start <= force.start < record.end
        and force.value in ("must", "should", "may")
    ):
        begin, at = start, force.start - record.start
        start = _verb_of(text, at, force.end - record.start, begin)
        # "A policy must be in place": where nobody is asked, the subject belongs to the action.
        if (
            begin < at < start <= _behind(text, force.end - record.start)
            and not _NO_SUBJECT.search(text[begin:at])
            and not named_in(text, passage)
        ):
            start = begin
    end = len(text)
    while reference := _REFERENCE.search(text, start, end):
        end = reference.start()
    if reason := _REASON.search(text, start, end):
        end = reason.start()
    if text.startswith("would be", (at := (force.start or 0) - record.start)) and start < at:
        end = at
    if until and until[1] >= len(text[:end].rstrip(" .;:,")) and until[0] > start:
        end = until[0]
    kept = text[start:end].rstrip(" .;:,")
    kept = re.sub(r"[;,]? (?:and|or)$", "", kept)
    return passage.at(kept, start, start + len(kept)) if kept else None


def _verb_of(text: str, first: int, last: int, begin: int) -> int:
    """Where the verb of the demand stands that the phrase of obligation at ``first`` to ``last`` governs."""
    if hoped := HOPED.match(text, begin):
        return hoped.end()
    if for_whom := FOR_WHOM.match(text, begin):
        return for_whom.end() - 1
    if PASSIVE.match(text, first):
        # Nobody is asked: the subject belongs to the action.
        asked = ASKED.search(text, begin)
        return asked.start("that") if asked and asked["that"] is not None and asked.end() > first else begin
    # "Recording dissent would be of use": what is asked for is the subject.
    if text.startswith("would be", first) and len(text[begin:first].split()) > 1 and not is_actor(text[begin:first]):
        return begin
    if IMPERSONAL.match(text, begin):
        asked = ASKED.search(text, first)
        if asked is None:
            infinitive = _INFINITIVE.search(text, first)
            return infinitive.end() if infinitive else _behind(text, last)
    else:
        asked = ASKED.match(text, first + len("we ") if text[first:].lower().startswith("we ") else first)
    bare = ASKED_BARE.match(text, first) if asked is None else None
    if bare and (whom := whose_verb(text, *bare.span("that"))):
        return _behind(text, whom[1])
    if asked and asked["that"] is not None:
        whom = asked_whom(text, asked)
        start = whom[1] if whom else asked.start("that")
        return _behind(text, start)
    return _behind(text, asked.end() if asked else last)


def _behind(text: str, at: int) -> int:
    """The first word behind ``at`` that is no connective."""
    gap = _CONNECTIVES.match(text, at)
    at = gap.end() if gap else at
    together = _TOGETHER.match(text, at)
    return together.end() if together else at


def object_of(passage: Passage, done: Attribute) -> Attribute | None:
    """What the action is done to: the words behind its verb, up to the next clause."""
    words = words_of(done.value)
    if len(words) < 2 or done.start is None or not may_be_verb(words[0].lower_):
        return None
    first = 1
    while first < len(words) - 1 and (words[first].lower_ in ("and", "or") or is_base(words[first].lower_)):
        first += 1
    start = words[first].idx
    ends = _OBJECT_ENDS.search(done.value, start)
    value = done.value[start : ends.start() if ends else len(done.value)].strip()
    return passage.at(value, at := done.start - passage.record.start + start, at + len(value)) if value else None
