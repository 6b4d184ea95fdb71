"""What the model has read off the sentences of a record, and of those that lead into it.

The rules come first: in the house styles they were written on they are surer. Where they find no voice, trend or
quantity, what the model was taught on reports of very many kinds counts; and what they find counts only where it sees
some chance of one, or takes something for a quantity too. Of whose voice it is, and of whom a demand asks, it may be
surer than they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from scrutiny.records.phrases import Passage
from scrutiny.report import Attribute, Basis, Proportion, Role, Sentence, Tag

#: How sure the model has to be of what it tells by itself, less so of trends, and how sure to put another voice or
#: addressee in place of theirs; a smaller chance than the last speaks against theirs.
LIKELY, CHANGED, SURE, UNLIKELY = 0.7, 0.5, 0.9, 0.1


def rather(found: Attribute | None, passage: Passage, name: str) -> Attribute | None:
    """What the rules have ``found`` of a family of tags, such as ``voice``, or what the model is sure of itself.

    A model tells what it sees a faint chance of: where it tells nothing at all, or next to nothing, the rules have been
    misled. That goes for the voice of inspectors too, which no model is taught: what they found is told as theirs where
    they are heard beside others, not wherever they found something, which is nearly everywhere.
    """
    value, start, end, score = max(_places(passage, name), key=lambda place: place[3], default=("", 0, 0, 0.0))
    if found is None:
        return passage.at(value, start, end) if score >= (CHANGED if name == "trend" else LIKELY) else None
    if name == "voice" and value != found.value and score >= SURE:
        return passage.at(value, start, end)
    return found if score >= UNLIKELY or not _is_read(passage) else None


def rather_proportions(found: tuple[Proportion, ...], passage: Passage) -> tuple[Proportion, ...]:
    """The proportions that the rules have ``found``, where the model takes something for one too, or what it takes for
    them, from left to right, none inside another; what that comes to is not told."""
    read: list[Proportion] = []
    begin = passage.record.start
    for _, start, end, _ in sorted(_places(passage, "proportion"), key=lambda place: place[1]):
        if not read or read[-1].end <= begin + start:
            text = passage.text[start:end]
            read.append(Proportion(text, begin + start, begin + end, None, None, Basis.EXPLICIT))
    return found if found and (read or not _is_read(passage)) else tuple(read)


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


def _is_read(passage: Passage) -> bool:
    """Whether a model that tells such things has read all of the record."""
    sentences = [passage.report.sentences[index] for index in passage.record.sentences]
    return all(one.tags is not None and not (one.prediction and one.prediction.cut) for one in sentences)


def _places(passage: Passage, name: str) -> Iterator[tuple[str, int, int, float]]:
    """The value of each tag of a name, the characters of the record's text that it was read off, and its score."""
    for index in passage.record.sentences:
        sentence = passage.report.sentences[index]
        begin = sentence.start - passage.record.start
        for tag in sentence.tags or ():
            if tag.name == name:
                yield tag.value, begin + tag.start, begin + tag.end, tag.score
