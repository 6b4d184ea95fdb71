"""What the model has read off the sentences of a record, and of those that lead into it.

The rules come first: on reports in the house styles they were written on they are surer. Where they find nothing, what
the model was taught on reports of very many kinds counts; whom a demand asks it may tell better than they.
"""

from __future__ import annotations

from collections.abc import Iterator

from scrutiny.records.phrases import Passage
from scrutiny.report import Attribute, Basis, Proportion, Role, Sentence, Tag

#: How sure the model has to be of a voice: those who labelled reports for it let more doubtful ones pass than others.
SURE = 0.9
#: How sure of a trend: a bound under this gains little on reports of unknown kinds and costs more on known ones.
PROBABLE = 0.5

#: How sure of words that a demand is addressed to, or of until when it is made.
LIKELY = 0.75


def told(passage: Passage, name: str, least: float = 0.0) -> Attribute | None:
    """The first tag of a name, such as ``voice``, with a score of ``least`` or more, as an attribute."""
    return next((passage.at(*place) for place in _places(passage, name, least)), None)


def told_proportions(passage: Passage) -> tuple[Proportion, ...]:
    """What the model takes for a proportion, from left to right, none inside another; what it comes to is not told."""
    found: list[Proportion] = []
    begin = passage.record.start
    for _, start, end in sorted(_places(passage, "proportion"), key=lambda place: place[1]):
        if not found or found[-1].end <= begin + start:
            text = passage.text[start:end]
            found.append(Proportion(text, begin + start, begin + end, None, None, Basis.EXPLICIT))
    return tuple(found)


def surest(sentence: Sentence, name: str) -> Tag | None:
    """The tag of a name, such as ``addressee``, that the model is surest of in a sentence, if it is at all."""
    tags = (tag for tag in sentence.tags or () if tag.name == name and tag.score >= LIKELY)
    return max(tags, key=lambda tag: tag.score, default=None)


def told_before(passage: Passage) -> tuple[int, int] | None:
    """Where the words that name whom demands are for stand in the sentence that leads into the record's list, else in
    the nearest before it in its section."""
    leading = [] if passage.lead_in is None else [passage.lead_in]
    for sentence in (*leading, *(one for one in passage.preceding() if one.role is Role.OTHER)):
        if tag := surest(sentence, "addressee"):
            return sentence.start + tag.start, sentence.start + tag.end
    return None


def _places(passage: Passage, name: str, least: float = 0.0) -> Iterator[tuple[str, int, int]]:
    """The value of each tag of a name, and the characters of the record's text that it was read off."""
    for index in passage.record.sentences:
        sentence = passage.report.sentences[index]
        begin = sentence.start - passage.record.start
        for tag in sentence.tags or ():
            if tag.name == name and tag.score >= least:
                yield tag.value, begin + tag.start, begin + tag.end
