"""What a report's layout pairs: "Finding: ... Recommendation: ..." under one heading, and rows of tables that name
both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scrutiny.records.mentions import Mention, is_code
from scrutiny.records.pointers import block_of, distinct
from scrutiny.records.printed_demands import DEMAND_NOUNS
from scrutiny.report import Record, Report, Role

#: Labels at the beginning of a result and of a demand.
_FOUND = re.compile(
    r"(?:[A-Z][a-z]+ )?(?:concern|condition|deficiency|finding|issue|non-?conformity|observation|weakness)s?: ",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:[A-Z][a-z]+ )?(?:action|improvement|recommendation|requirement)s?(?: required)?: ", re.IGNORECASE
)
#: "(i)", "(ii)-(iii)" behind such a label: which parts of what is labelled are meant.
_PARTS = re.compile(r"(?:(?:^|, | and | ?[–-] ?)\((?:[ivx]{1,5}|[a-z]|[0-9]{1,2})\))+")
#: Layout is a pattern if it comes more than once; so many findings in a row are a chapter.
_FEWEST, _MOST = 2, 12
_ROW_WORDS, _ROW_MENTIONS = 22, 6
_BAR = " | "
_ROW = re.compile(r"[|:→]| [–—-] ")


def labelled_pairs(report: Report, records: Sequence[Record]) -> Iterator[tuple[Record, Record]]:
    """Each demand behind a "Recommendation:" with the findings behind the "Finding:" before it, under one heading."""
    found: list[list[tuple[Record, Record]]] = []
    section: tuple[str, ...] = ()
    results: list[Record] = []
    asked = False
    for record in records:
        path = report.blocks[block_of(report, record)].section_path
        if path != section:
            section, results, asked = path, [], False
        if record.role is Role.RECOMMENDATION:
            if 0 < len(results) <= _MOST and (asked or _ASKED.match(record.text)):
                found += [] if asked else [[]]
                found[-1] += [(result, record) for result in _of_parts(results, record)]
                asked = True
        elif record.role is Role.FINDING and _FOUND.match(record.text):
            results, asked = [record], False
        elif record.role is Role.FINDING and results and not asked:
            results.append(record)
        else:
            results, asked = [], False
    if len(found) >= _FEWEST:
        for pairs in found:
            yield from pairs


def _of_parts(results: Sequence[Record], demand: Record) -> Sequence[Record]:
    """Those of ``results`` whose parts, such as "(i)", the demand names; all if it names none."""
    wanted = _parts(demand.text)
    return [result for result in results if wanted & _parts(result.text)] or results


def _parts(text: str) -> frozenset[str]:
    label = _FOUND.match(text) or _ASKED.match(text)
    match = _PARTS.match(text[label.end() :] if label else text)
    return frozenset(re.findall(r"\w+", match.group().replace("and", ""))) if match else frozenset()


def rows(report: Report) -> Iterator[tuple[int, list[Mention]]]:
    """Where rows of tables stand that begin with what they name and name something else, and all their mentions.

    "TBP-05 – Session token – R-05", "Recommendation 2: paragraph 24 | Recommendation 4: paragraph 26".
    """
    for sentence in report.sentences:
        if sentence.role in (None, Role.OTHER) and _ROW.search(sentence.text):
            found = [(at, row) for at, cell in _cells(sentence.text) if (row := _row(cell))]
            for at, row in found or [(0, _row(sentence.text))]:
                yield sentence.start + at, row


def _cells(text: str) -> Iterator[tuple[int, str]]:
    """What stands between bars, and where."""
    at = 0
    for cell in text.split(_BAR):
        yield at, cell
        at += len(cell) + len(_BAR)


def _row(text: str) -> list[Mention]:
    """The mentions of a row, if it is one."""
    named = [mention for mention in distinct(text) if mention.noun or all(map(is_code, mention.numbers))]
    is_row = len(text.split()) <= _ROW_WORDS and 1 < len(named) <= _ROW_MENTIONS and not named[0].start
    return named if is_row and not all(mention.noun in DEMAND_NOUNS for mention in named) else []
