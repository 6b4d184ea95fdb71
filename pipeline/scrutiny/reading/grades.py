"""Grades as a report prints them: in tables, as a label with its value, or in the sentences of its regime.

What stands under a heading about an earlier inspection is left out: those grades are not this report's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scrutiny.regimes import Finder, Regime, fold
from scrutiny.report import Block, BlockKind, Grade, Report

_LONGEST = 300  # characters of a block that may be a judgement and its grade
_LONGEST_LABEL = 140
_LONGEST_STATEMENT = 1_200
_LABELLED = frozenset({BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.TABLE_ROW})

_EARLIER = re.compile(
    r"\b(?:previous|last|earlier|prior)\b.{0,30}\b(?:inspections?|visits?|reviews?|reports?)\b", re.IGNORECASE
)
_PREVIOUS = re.compile(r"\b(?:previous|last|prior)\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?:[0-9]{1,2}(?:\.[0-9]{1,2}){0,3}[.)]?|\(?[a-z]\))\s+", re.IGNORECASE)
#: Between a label and its grade; a question mark ends a label that is a question.
_BETWEEN = re.compile(r"\s*(?::\s*|(?<=\?)\s*|\s[-\u2010-\u2015]\s)[\"\u201c\u2018']?")
#: What may follow a grade: its closing quotation mark, a full stop, the mark of a footnote, a coloured dot.
_MARKS = " \"\u201d\u2019'.;,\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079*\u25cf\u2022\u2b24\uf06c"
_AFTER = f"(?:,? ?grade [0-9])?[{re.escape(_MARKS)}]*"
#: A label that names no judgement; it grades what the heading above it says.
_UNNAMED = re.compile(r"(?:overall )?(?:judge?ment|grade|rating|evaluation|judge?ment grade)", re.IGNORECASE)
_TABLE_HEAD = re.compile(r"(?:key )?judge?ments? (?:judge?ment )?grades? ", re.IGNORECASE)
#: Labels of grades that are not this report's, or are no grades.
_NO_JUDGEMENT = re.compile(
    r"(?:at )?(?:our |the )?(?:last|previous) inspection|(?:scoring|scale|key|note|grades?|ratings?|example)",
    re.IGNORECASE,
)
#: The head of a column of grades, whatever words they are, and how many words those may have.
_GRADE_HEAD = re.compile(r"(?:judge?ment|grade|rating)s?", re.IGNORECASE)
_GRADE_WORDS = 5
#: A column head that begins a table of something else.
_HEAD_OF_OTHERS = re.compile(
    r"(?:cost|date|deadline|action|owner|evidence|comment|number|total|percentage|recommendation|response|outcome)s?",
    re.IGNORECASE,
)
_VERB = re.compile(r" (?:is|are|was|were)$", re.IGNORECASE)
_WORDY = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of a table row, and where it begins in the report's text."""

    text: str
    start: int


def find_grades(report: Report, regime: Regime) -> tuple[Grade, ...]:
    """Every judgement with its grade, in the order of the text; each pair once.

    A grade is one of the scale of ``regime``, or whatever stands in a table's column of judgements, grades or ratings.
    """
    found: dict[tuple[str, str], Grade] = {}
    if regime.grade is not None:
        for grade in _Search(report, regime, regime.grade).run():
            key = (fold(grade.judgement).removeprefix("the "), fold(grade.value))
            found.setdefault(key, grade)
    return tuple(sorted(found.values(), key=lambda grade: (grade.start, grade.end)))


class _Search:
    """Goes through the blocks of a report once."""

    def __init__(self, report: Report, regime: Regime, grade: re.Pattern[str]) -> None:
        self.report, self.regime, self.grade = report, regime, grade
        self.value = re.compile(f"(?P<grade>{grade.pattern}){_AFTER}", re.IGNORECASE)
        self.headings: dict[str, Block] = {}  # those passed so far, the last of each text
        self.last_words = {name.split()[-1].strip("()") for name in regime.graded_in}

    def run(self) -> Iterator[Grade]:
        head: Sequence[_Cell] = ()
        column: int | None = None  # that of grades, in a table whose head says so
        before: Block | None = None
        for block in self.report.blocks:
            if block.kind in (BlockKind.FURNITURE, BlockKind.CONTENTS):
                continue
            cells = _cells(block) if block.kind is BlockKind.TABLE_ROW else []
            column = _grade_column(cells, column) if cells else None
            if not any(_EARLIER.search(heading) for heading in block.section_path):
                if len(cells) > 1:
                    yield from self._row(cells, head, column)
                elif block.kind in _LABELLED and len(block.text) <= _LONGEST and self._ends_in_grade(block.text):
                    yield from self._labelled(block, before)
                for statement in self.regime.statements:
                    yield from self._stated(statement, block)
            if not cells:
                head = ()
            elif not any(self.value.fullmatch(cell.text) for cell in cells):
                head = cells
            if block.kind is BlockKind.HEADING:
                self.headings[block.text] = block
            before = block

    def _ends_in_grade(self, text: str) -> bool:
        """A quick look that spares most blocks the expressions."""
        last = text.rstrip(_MARKS).rpartition(" ")[2]
        return last.strip("()\"\u201c\u2018'").casefold() in self.last_words

    def _row(self, cells: Sequence[_Cell], head: Sequence[_Cell], column: int | None) -> Iterator[Grade]:
        """The grades of a table row; with several of them, or one of an earlier inspection, the column is named too."""
        graded = {at: value for at, cell in enumerate(cells) if at and (value := self.value.fullmatch(cell.text))}
        if not graded and column and column < len(cells) and not _GRADE_HEAD.fullmatch(cells[column].text):
            given = cells[column]
            if self._names(cells[0].text) and _WORDY.search(given.text) and len(given.text.split()) <= _GRADE_WORDS:
                name, start = _unnumbered(cells[0].text)
                yield _grade(name, cells[0].start + start, given.text, given.start)
            return
        label = next((cell for cell in cells[: min(graded)] if self._names(cell.text)), None) if graded else None
        columns = head if len(head) == len(cells) else ()
        if label is None or (len(graded) > 1 and not columns):
            return
        for at, value in graded.items():
            name, start = _unnumbered(label.text)
            if columns and (len(graded) > 1 or _PREVIOUS.search(columns[at].text)):
                name = f"{name} ({columns[at].text})"
            yield _grade(name, label.start + start, value["grade"], cells[at].start)

    def _labelled(self, block: Block, before: Block | None) -> Iterator[Grade]:
        """A label with its grade, in one block or in this one and the one before; or several known labels in a row."""
        text = block.text
        for between in _BETWEEN.finditer(text):
            value = self.value.fullmatch(text, between.end())
            if value and self._names(text[: between.start()]):
                name, start = _unnumbered(text[: between.start()])
                if not _UNNAMED.fullmatch(name):
                    yield _grade(name, block.start + start, value["grade"], block.start + between.end())
                elif heading := self._heading_above(block):
                    yield _below(heading, value["grade"], block.start + between.end())
                return
        if self.regime.judgement is None:
            return
        if value := self.value.fullmatch(text):
            if before and self.regime.judgement.fullmatch(_unnumbered(before.text[:_LONGEST])[0]):
                yield _below(before, value["grade"], block.start)
            return
        yield from self._pairs(block, self.regime.judgement)

    def _pairs(self, block: Block, judgement: re.Pattern[str]) -> Iterator[Grade]:
        """Known judgements each followed by its grade: a table that was read as a paragraph."""
        text, pairs = block.text, list[Grade]()
        heading = _TABLE_HEAD.match(text)
        at = heading.end() if heading else 0
        while at < len(text):
            number = _NUMBER.match(text, at)
            name = judgement.match(text, number.end() if number else at)
            value = (
                self.grade.match(text, name.end() + 1) if name and text[name.end() : name.end() + 1] == " " else None
            )
            if not name or not value:
                return
            pairs.append(_grade(name.group(), block.start + name.start(), value.group(), block.start + value.start()))
            at = len(text) - len(text[value.end() :].lstrip(_MARKS))
        yield from pairs

    def _stated(self, statement: Finder, block: Block) -> Iterator[Grade]:
        """A sentence of the regime that gives a grade."""
        if (
            block.kind not in statement.kinds
            or len(block.text) > _LONGEST_STATEMENT
            or (statement.pages and (block.page or 1) > statement.pages)
            or (statement.mentions and not any(phrase in fold(block.text) for phrase in statement.mentions))
            or (statement.under and not any(statement.under.search(heading) for heading in block.section_path))
        ):
            return
        match = statement.search.search(block.text)
        if not match:
            return
        value, at = match["grade"], block.start + match.start("grade")
        if "judgement" in statement.fields:
            yield _grade(match["judgement"], block.start + match.start("judgement"), value, at)
        elif heading := self._heading_above(block):
            yield _below(heading, value, at)

    def _heading_above(self, block: Block) -> Block | None:
        """The innermost heading in force at ``block``."""
        return self.headings.get(block.section_path[-1]) if block.section_path else None

    def _names(self, label: str) -> bool:
        """Whether ``label`` can be the name of a judgement."""
        name, _ = _unnumbered(label)
        return (
            len(name) <= _LONGEST_LABEL
            and bool(_WORDY.search(name))
            and not name.endswith((".", ";", ","))
            and not _NO_JUDGEMENT.fullmatch(name)
            and not self.value.fullmatch(name)
        )


def _grade(judgement: str, start: int, value: str, at: int) -> Grade:
    """``judgement`` begins at ``start`` in the report's text and ``value`` at ``at``."""
    value = value.rstrip(_MARKS)
    return Grade(judgement=_VERB.sub("", judgement.rstrip(" :")), value=value, start=start, end=at + len(value))


def _below(heading: Block, value: str, at: int) -> Grade:
    """The grade of what ``heading`` names."""
    name, start = _unnumbered(heading.text)
    return _grade(name, heading.start + start, value, at)


def _grade_column(cells: Sequence[_Cell], column: int | None) -> int | None:
    """Which of ``cells``, if they head a table, says that grades stand below it; below another head none do."""
    found = next((at for at, cell in enumerate(cells) if at and _GRADE_HEAD.fullmatch(cell.text)), None)
    if found is None and any(_HEAD_OF_OTHERS.fullmatch(cell.text) for cell in cells[1:]):
        return None
    return column if found is None else found


def _cells(block: Block) -> list[_Cell]:
    """The cells of a table row."""
    cells, at = [], block.start
    for text in block.text.split(" | "):
        cells.append(_Cell(text.strip(), at + len(text) - len(text.lstrip())))
        at += len(text) + len(" | ")
    return cells


def _unnumbered(label: str) -> tuple[str, int]:
    """``label`` without the number before it, and where that begins."""
    number = _NUMBER.match(label)
    start = number.end() if number else 0
    return label[start:].rstrip(), start
