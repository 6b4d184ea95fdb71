"""What a report's own print calls its results and demands: numbers of paragraphs and sections, codes, "Finding 4"."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from scrutiny.records.mentions import NUMBER, canonical, is_code, mentions, singular
from scrutiny.report import BlockKind, Record, Report

#: What a heading, marker or paragraph begins with: "4.2 Medicines", "F 686 SS=G", "Finding 4: Lifts", "NC6. Maximum".
_LABEL = re.compile(
    r"(?:(?:[A-Za-z][a-z]+ ){0,2}?(?P<noun>[A-Za-z][a-z-]{2,24}|(?:Obs|Rec)\.) (?:[Nn]o\.? ?)?)?"
    rf"(?P<open>\((?=[A-Z]))?(?P<number>{NUMBER})(?(open)\))(?P<end>\.?[:.)]|[ –—-]|$)"
)
#: "Odour (condition 3.3.1)".
_IN_BRACKETS = re.compile(rf"\((?P<noun>[a-z]{{4,24}}) (?P<number>{NUMBER})\)$")
_WORD = re.compile(r"[A-Za-z]{4,24}")
#: What such words count is in some other document, or no text.
_NOT_COUNTED = frozenset(
    "act annex appendix article chapter clause code directive figure form order page part plan regulation report rule "
    "schedule section standard table unit volume ward week year".split()
)
#: What is numbered in the world and not in the report: "Ward 4", "Table 3", "Key stage 2".
_THINGS = frozenset(
    "age annex appendix band box class covid day figure floor form grade group house level line month page phase road "
    "room stage table tier type unit volume ward week wing year".split()
)
#: "(iii)" below "28" is part of it; of so many letters a marker is a word.
_LONGEST_PART = 4
_LONGEST_NUMBER = 8
#: Of so many words a paragraph that begins with a label is itself a heading of what follows: "Finding 4: Lifts".
_LABEL_WORDS = 10
#: Headings above a paragraph whose words say what its number counts.
_NAMING_HEADINGS, _NAMING_WORDS = 1, 12


@dataclass(frozen=True, slots=True)
class Label:
    """A printed number, in the form that :func:`canonical` gives it, with the noun before it, or ""."""

    number: str
    noun: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands: the ``paragraph`` it is or is in ("28/b" is in "28") and whether that is the number of a
    heading, the ``sections`` around it, the ``labels`` with a noun or code that are in force, the words of the
    headings, the index of the nearest one, and the ``series`` of whole numbers that the paragraph is in."""

    paragraph: str = ""
    is_headed: bool = False
    series: int = 0
    sections: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    nouns: frozenset[str] = frozenset()
    heading: int = -1

    def names(self) -> Iterator[tuple[str, str]]:
        """Noun and number of everything that names this place; codes have no noun."""
        yield from (("headed" if self.is_headed else "paragraph", number) for number in around(self.paragraph))
        for section in dict.fromkeys((self.paragraph, *self.sections)):
            yield from (("section", number) for number in around(section, least=1))
        for label in self.labels:
            if is_code(label.number):
                yield "", label.number
            if label.noun:
                yield from ((label.noun, number) for number in around(label.number))
        if is_code(self.paragraph):
            yield "", self.paragraph
        yield from ((noun, number) for number in around(self.paragraph) for noun in self.nouns)


def main_series(places: Sequence[Place]) -> int:
    """The series with the most paragraphs: where numbers begin anew, a paragraph that is referred to is in it."""
    numbered = {(place.series, place.paragraph) for place in places if place.paragraph and not place.is_headed}
    counted = Counter(series for series, _ in numbered)
    return max(counted, key=lambda series: (counted[series], -series), default=0)


def places(report: Report) -> list[Place]:
    """The place of every sentence."""
    within: dict[int, list[str]] = defaultdict(list)
    for sentence in report.sentences:
        within[sentence.block].append(sentence.text)
    found: list[Place] = []
    headings: list[tuple[str, Label | None, frozenset[str]]] = []
    number = part = ""
    own: Label | None = None
    is_headed = False
    nearest, series, last, stands_alone = -1, 0, 0, False
    for index, block in enumerate(report.blocks):
        if block.kind is BlockKind.HEADING:
            label = label_of(f"{block.marker} {block.text}".lstrip())
            number, part, own, nearest = label.number if label and not label.noun else "", "", None, index
            del headings[len(block.section_path) :]
            if number.isalpha() and headings and headings[-1][0]:  # "B" below "VIII" is "VIII.B"
                number = f"{headings[-1][0]}.{number}"
            headings.append((number, label or _in_brackets(block.text), _nouns(block.text)))
            is_headed = True
        elif any(character.isalnum() for character in block.marker):
            label = label_of(block.marker)
            marked = label.number if label else canonical(block.marker)
            if marked.isalpha() and len(marked) < _LONGEST_PART and number:
                part = marked
            else:
                number, part = marked, ""
            if marked.isdecimal() and len(marked) < _LONGEST_NUMBER:
                series += int(marked) <= last
                last = int(marked)
            own, is_headed = next(_named(label), None), False
        elif label := run_in(block.text):
            if label.noun:  # "Learning point 4: ..." below 3.3.3 is no part of it
                number = part = ""
        elif not stands_alone:
            own = None
            if is_code(number) and block.kind is BlockKind.PARAGRAPH:
                number = part = ""
        place = Place(
            f"{number}/{part}" if part else number,
            is_headed,
            series,
            tuple(filter(None, (section for section, _, _ in headings))),
            tuple(_named(*(label for _, label, _ in headings))),
            frozenset().union(*(nouns for _, _, nouns in headings[-_NAMING_HEADINGS:])),
            nearest,
        )
        stands_alone = len(block.text.split()) <= _LABEL_WORDS
        for text in within[index]:
            printed = next(_named(run_in(text)), None)
            label = printed or own
            found.append(replace(place, labels=(*place.labels, label)) if label else place)
            if printed and (printed.noun or stands_alone):  # "NC6. Hours were too long." is a label of that sentence
                own = printed
    return found


def _in_brackets(heading: str) -> Label | None:
    """The label that ``heading`` ends with."""
    match = _IN_BRACKETS.search(heading)
    return Label(canonical(match["number"]), singular(match["noun"])) if match else None


def label_of(text: str) -> Label | None:
    """The label that ``text`` begins with."""
    match = _LABEL.match(text)
    if not match:
        return None
    number = canonical(match["number"])
    # "A day in the life", "What I saw"
    if number.isalpha() and match["end"] in (" ", "-") and (not match["noun"] or text[match.end() :][:1].islower()):
        return None
    if match["noun"] and singular(match["noun"].rstrip(".")) in _THINGS:
        return None
    is_one = match["noun"] and not match["noun"].endswith("s")  # "Recommendations 1 to 4" names none of them
    return Label(number, singular(match["noun"].rstrip(".")) if is_one else "")


def run_in(text: str) -> Label | None:
    """The label that the text of a paragraph begins with and that is no word of its sentence: "NC6. Maximum ..."."""
    match = _LABEL.match(text)
    return label_of(text) if match and match["end"].strip() else None


def _named(*labels: Label | None) -> Iterator[Label]:
    """Those that are more than a number."""
    return (label for label in labels if label and (label.noun or is_code(label.number)))


class Labels:
    """Records by what print calls them, noun and number; codes have the noun ""."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], list[Record]] = defaultdict(list)

    def add(self, key: tuple[str, str], record: Record) -> None:
        """Makes ``key`` a name of ``record``."""
        if not (named := self._records[key]) or named[-1] is not record:
            named.append(record)

    def first(self, keys: Iterable[tuple[str, str]]) -> Sequence[Record]:
        """The records of the first of ``keys`` that is a name of any."""
        return next((self._records[key] for key in keys if key in self._records), ())

    def __getitem__(self, key: tuple[str, str]) -> Sequence[Record]:
        return self._records.get(key, ())


def _nouns(text: str) -> frozenset[str]:
    # "Recommendations on cause of concern 1" are not its concerns; "Recommendations 1 to 4" are.
    numbered = {mention.noun for mention in mentions(text[:200]) if len(mention.numbers) == 1}
    return frozenset(singular(word) for word in _WORD.findall(text)[:_NAMING_WORDS]) - _NOT_COUNTED - numbered


def around(number: str, least: int = 2) -> Iterator[str]:
    """``number`` and what it is part of: "2.2.1" and "2.2", "28/b" and "28", with at least so many parts."""
    if not number:
        return
    yield number
    pieces = re.split(r"(?=[./])", number)
    for length in range(len(pieces) - 1, 0, -1):
        if length >= least or pieces[length][0] == "/":
            yield "".join(pieces[:length])


def wholes(number: str) -> Iterator[str]:
    """``number`` and what its bracketed parts are parts of: "16(1)(a)", "16(1)" and "16"."""
    while number:
        yield number
        number = number.rpartition("/")[0]
