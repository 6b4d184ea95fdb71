"""Phrases as they are written in profiles and in this room, matched with spaCy over the words of a record.

A phrase is words parted by spaces: ``be|is|are`` is any of them, ``very?`` may be missing, ``_`` is any word, ``#`` a
number in figures or words, and ``+`` up to four words that are no punctuation. Case does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from scrutiny.regimes import Regime
from scrutiny.report import Attribute, Basis, Record, Report, Sentence

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.matcher import Matcher, PhraseMatcher
    from spacy.tokens import Doc

#: The most words that ``+`` stands for.
_GAP = 4
#: What leads into sections below it.
_INTRODUCES = re.compile(r":$|\bfollowing (?:steps|actions|measures)\b")
#: The words of no longer text are kept.
_KEPT = 10_000
#: What stands for words that are not spelled out.
_ANY_WORD = frozenset("+_#")


@cache
def _english() -> Language:
    import spacy

    return spacy.blank("en")


def words_of(text: str) -> Doc:
    """``text`` as spaCy's words, with their places; nothing is tagged or parsed."""
    return _kept_words_of(text) if len(text) <= _KEPT else _cut(text)


@lru_cache(maxsize=8)  # what is asked of a record is asked several times in a row
def _kept_words_of(text: str) -> Doc:
    return _cut(text)


def _cut(text: str) -> Doc:
    return _english().tokenizer(text)  # make_doc refuses what a parser would choke on: more than a million characters


class Phrases:
    """Phrases by the name of what they mean, ready to be found."""

    def __init__(self, named: Mapping[str, Iterable[str]]) -> None:
        self._named = {name: tuple(phrases) for name, phrases in named.items()}
        self._matchers: tuple[PhraseMatcher, Matcher] | None = None

    def find(self, words: Doc) -> list[tuple[str, int, int]]:
        """Names with the half-open span of words, from left to right; of those that overlap, the longest stay."""
        if self._matchers is None:
            self._matchers = self._ready()
        strings = _english().vocab.strings
        found = [(strings[key], start, end) for matcher in self._matchers for key, start, end in matcher(words)]
        # Of equal spans the name that was given first counts.
        order = list(self._named)
        found.sort(key=lambda match: (match[1] - match[2], match[1], order.index(match[0])))
        kept: list[tuple[str, int, int]] = []
        for match in found:
            if all(match[2] <= start or match[1] >= end for _, start, end in kept):
                kept.append(match)
        return sorted(kept, key=lambda match: match[1])

    def _ready(self) -> tuple[PhraseMatcher, Matcher]:
        """Matchers of phrases that are spelled out, which is most of them and fast, and of those with other words."""
        from spacy.matcher import Matcher, PhraseMatcher
        from spacy.tokens import Doc

        vocab = _english().vocab
        spelled, open_ended = PhraseMatcher(vocab, attr="LOWER"), Matcher(vocab)
        for name, phrases in self._named.items():
            for phrase in phrases:
                if _ANY_WORD & set(phrase.replace("?", "").split()):
                    open_ended.add(name, [_pattern(phrase)])
                else:
                    spelled.add(name, [Doc(vocab, words=list(words)) for words in _spelled(phrase)])
        return spelled, open_ended


def _spelled(phrase: str) -> Iterator[tuple[str, ...]]:
    """Every row of words that ``phrase`` stands for."""
    choices = []
    for word in phrase.split():
        optional = len(word) > 1 and word.endswith("?")
        alternatives = word.removesuffix("?").split("|") if optional else word.split("|")
        choices.append([(alternative,) for alternative in alternatives] + [()] * optional)
    for chosen in product(*choices):
        yield tuple(word for words in chosen for word in words)


def _pattern(phrase: str) -> list[dict[str, Any]]:
    """The token pattern of one phrase."""
    pattern: list[dict[str, Any]] = []
    for word in phrase.split():
        optional = len(word) > 1 and word.endswith("?")
        core = word.removesuffix("?") if optional else word
        if core == "+":
            pattern += [{"IS_PUNCT": False, "OP": "?"}] * _GAP
            continue
        # A choice of one is no choice: spaCy asks Python about every word for those.
        spelled = {"LOWER": {"IN": core.split("|")} if "|" in core else core}
        token: dict[str, Any] = {"_": {}, "#": {"LIKE_NUM": True}}.get(core, spelled)
        pattern.append({**token, "OP": "?"} if optional else token)
    return pattern


@dataclass(frozen=True, slots=True)
class Passage:
    """A record as its attributes are read: its words, and what stands around it.

    ``before`` is the sentence before it in the same block, ``after`` those that follow at once and are of no record,
    ``today`` the report's own day in ISO 8601 or None.
    """

    report: Report
    record: Record
    regime: Regime
    words: Doc
    headings: tuple[str, ...]
    marker: str
    lead_in: Sentence | None
    before: Sentence | None
    after: Sequence[Sentence]
    today: str | None

    @property
    def text(self) -> str:
        """The record's text."""
        return self.record.text

    def preceding(self, most: int = 20) -> Iterator[Sentence]:
        """Up to so many sentences before the record in its section, the nearest first."""
        report, first = self.report, self.record.sentences[0]
        section = report.blocks[report.sentences[first].block].section_path
        for sentence in reversed(report.sentences[max(0, first - most) : first]):
            if report.blocks[sentence.block].section_path != section:
                return
            yield sentence

    def introduction(self) -> Sentence | None:
        """The sentence that leads into the sections of which the record's is one: "The board should:"."""
        above = next(self.above(), None)
        return above if above and _INTRODUCES.search(above.text) else None

    def above(self, most: int = 60) -> Iterator[Sentence]:
        """The sentences of the sections that the record's is part of, of so many before it, the nearest first."""
        report, first = self.report, self.record.sentences[0]
        section = report.blocks[report.sentences[first].block].section_path
        for sentence in reversed(report.sentences[max(0, first - most) : first]):
            path = report.blocks[sentence.block].section_path
            if len(path) < len(section) and path == section[: len(path)] and path:
                yield sentence

    def at(self, value: str, start: int, end: int, basis: Basis = Basis.EXPLICIT) -> Attribute:
        """An attribute that stands at ``start`` to ``end`` of the record's text."""
        return Attribute(value, self.record.start + start, self.record.start + end, basis)

    def over(self, value: str, first: int, last: int, basis: Basis = Basis.EXPLICIT) -> Attribute:
        """An attribute that takes up the words from ``first`` until before ``last``."""
        return self.at(value, *span(self.words, first, last), basis)


def span(words: Doc, first: int, last: int) -> tuple[int, int]:
    """The characters that the words from ``first`` until before ``last`` take up."""
    end = words[last - 1]
    return words[first].idx, end.idx + len(end)
