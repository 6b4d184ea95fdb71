"""The parts of a printed report, and what a reader should find in them.

The running text is an authored report's; tables, boxes, notes and lists besides are invented here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from pathlib import Path

from scrutiny.corpora import parse_authored


class Kind(StrEnum):
    """What a part is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TABLE = "table"
    BOX = "box"
    FIGURE = "figure"
    RUN_IN = "run-in heading"


@dataclass(frozen=True, slots=True)
class Part:
    """A printed part; ``sentences`` are those of its text.

    ``level`` is the depth of a heading (0 is the title) or of a list item (1 is the outermost). ``note`` is the
    footnote of its last sentence. A table has ``rows``, the first of them its header. A box holds ``parts``, and a
    run-in heading the paragraph it begins.
    """

    kind: Kind
    sentences: tuple[str, ...] = ()
    marker: str = ""
    level: int = 0
    note: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """The sentences in a row."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence to be found, under any of ``headings``; ``flows`` unless it stands in a box or table."""

    text: str
    headings: tuple[str, ...]
    flows: bool


@dataclass(slots=True)
class Truth:
    """What should be found in a printed report.

    ``markers`` belong to the numbered paragraphs and items. ``apart`` is printed text that belongs in no sentence,
    ``alone`` text that may be a sentence or heading of its own but belongs in no other.
    """

    units: list[Unit] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    markers: list[tuple[str, str]] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)


Arrangement = Callable[[list[Part]], list[Part]]


def authored(path: Path) -> list[Part]:
    """The title, headings, paragraphs and items of an authored report."""
    units, parts = parse_authored(path), list[Part]()
    for line in filter(str.strip, path.read_text(encoding="utf-8").splitlines()):
        if line.startswith("@"):
            if line.startswith("@title "):
                parts.append(Part(Kind.HEADING, (line.removeprefix("@title ").strip(),)))
            continue
        if line.startswith("#"):
            marks, _, text = line.partition(" ")
            parts.append(Part(Kind.HEADING, (text.strip(),), level=len(marks)))
            continue
        unit, last = next(units), parts[-1]
        if unit.starts_block or last.kind is Kind.HEADING:
            kind = Kind.ITEM if unit.block == "item" else Kind.PARAGRAPH
            marker = "•" if unit.marker == "-" else unit.marker
            parts.append(Part(kind, (unit.text,), marker=marker, level=int(kind is Kind.ITEM)))
        else:
            parts[-1] = replace(last, sentences=(*last.sentences, unit.text))
    return parts


def bound(paths: Sequence[Path]) -> list[Part]:
    """Several authored reports as one, under the title of the first: one alone makes too few pages."""
    first, *others = map(authored, paths)
    return [*first, *(part for report in others for part in report[1:])]


def truth(parts: Sequence[Part], apart: Sequence[str] = ()) -> Truth:
    """What should be found in ``parts`` printed with ``apart`` around them."""
    found, heading = Truth(apart=list(apart)), ""
    for part in parts:
        if part.kind is Kind.HEADING:
            heading = part.text
            found.headings.append(heading)
        _add(found, part, (heading,), flows=True)
    return found


def _add(found: Truth, part: Part, headings: tuple[str, ...], *, flows: bool) -> None:
    if part.kind in {Kind.PARAGRAPH, Kind.ITEM}:
        found.units += [Unit(sentence, headings, flows) for sentence in part.sentences]
        if part.kind is Kind.ITEM:
            found.items.append(part.text)
        if part.marker:
            found.markers.append((part.marker, part.text))
    elif part.kind is not Kind.HEADING:
        found.alone.append(part.text)
    cells = [cell for row in part.rows for cell in row]
    found.units += [
        Unit(sentence, headings, flows=False) for cell in cells if cell[-1:] == "." for sentence in told(cell)
    ]
    found.rows += part.rows
    found.alone += cells
    for inner in part.parts:
        if inner.kind is Kind.HEADING:
            found.alone.append(inner.text)
        over = (part.text, *headings) if part.kind is Kind.RUN_IN else headings
        _add(found, inner, over, flows=part.kind is Kind.RUN_IN)
    if part.note:
        found.apart.append(part.note)


def told(text: str) -> tuple[str, ...]:
    """The sentences of an invented text."""
    return tuple(re.split(r"(?<=\.) ", text))


def insert(*additions: Part | Sequence[Part], every: int = 6) -> Arrangement:
    """Put ``additions`` one by one behind every ``every``-th paragraph that ends a passage of running text."""

    def arrange(parts: list[Part]) -> list[Part]:
        made, waiting, paragraphs = list[Part](), list(additions), 0
        for part, following in zip(parts, [*parts[1:], None], strict=True):
            made.append(part)
            paragraphs += part.kind is Kind.PARAGRAPH
            ends = part.text.endswith((".", '"')) and (following is None or not following.marker)
            if waiting and part.kind is Kind.PARAGRAPH and ends and paragraphs >= every:
                addition, paragraphs = waiting.pop(0), 0
                made += [addition] if isinstance(addition, Part) else addition
        return made

    return arrange


def numbered(pattern: str = "{paragraph}.") -> Arrangement:
    """Number the paragraphs by ``pattern`` of ``section`` and ``paragraph``; with a section the count begins anew."""

    def arrange(parts: list[Part]) -> list[Part]:
        made, section, numbers = list[Part](), 0, count(1)
        for part in parts:
            if part.kind is Kind.HEADING and part.level == 1:
                section += 1
                numbers = count(1) if "{section}" in pattern else numbers
            if part.kind is Kind.PARAGRAPH and section and part.text.endswith((".", ":", '"')):
                part = replace(part, marker=pattern.format(section=section, paragraph=next(numbers)))
            made.append(part)
        return made

    return arrange


def without_numbers(parts: list[Part]) -> list[Part]:
    """Take the numbers from paragraphs and headings."""
    made = []
    for part in parts:
        if part.kind is Kind.PARAGRAPH:
            part = replace(part, marker="")
        elif part.kind is Kind.HEADING and part.level:
            part = replace(part, sentences=(re.sub(r"^(?:\d+(?:\.\d+)*\.?|[A-Z]\.)\s+", "", part.text),))
        made.append(part)
    return made


def noted(parts: list[Part]) -> list[Part]:
    """Give every fourth paragraph a footnote."""
    notes, turns = iter(NOTES), count(1)
    return [
        replace(part, note=next(notes, ""))
        if part.kind is Kind.PARAGRAPH and part.text.endswith(".") and next(turns) % 4 == 0
        else part
        for part in parts
    ]


def run_in(parts: list[Part]) -> list[Part]:
    """Headings of the second and third level run into the paragraph that follows."""
    made = list[Part]()
    for part in parts:
        last = made[-1] if made else None
        if last and last.kind is Kind.HEADING and last.level > 1 and part.kind is Kind.PARAGRAPH and not part.marker:
            made[-1] = Part(Kind.RUN_IN, last.sentences, parts=(part,))
        else:
            made.append(part)
    return made


def in_turn(*arrangements: Arrangement) -> Arrangement:
    """One arrangement after the other."""

    def arrange(parts: list[Part]) -> list[Part]:
        for arrangement in arrangements:
            parts = arrangement(parts)
        return parts

    return arrange


def nested(*lists: str) -> list[list[Part]]:
    """Lists in lists, each behind its lead-in; each of ``lists`` holds the bullets by depth."""
    return [
        [
            Part(Kind.PARAGRAPH, (lead_in,)),
            *(Part(Kind.ITEM, told(text), marker=bullets[level - 1], level=level) for level, text in items),
        ]
        for bullets, (lead_in, items) in zip(lists, LISTS, strict=False)
    ]


NOTES = (
    "Figures supplied by the provider on the first day of the visit.",
    "See Annex C for the list of documents that were requested.",
    "Section 14(2) of the Public Premises (Safety) Order, as amended.",
    "Two of these records were incomplete and have been left out of the count.",
    "Cf. Marchbank and Oyelaran, Learning from Complaints, 3rd edn, p. 41.",
    "The survey was answered by 212 of the 340 people who were invited.",
)
LISTS = (
    (
        "Before the visit the team had asked to be shown the following:",
        (
            (1, "the register of complaints received since the last visit"),
            (1, "plans for the next three years, namely:"),
            (2, "the plan for training, with the names of those who had not attended"),
            (2, "the plan for the buildings, which must say:"),
            (3, "what is to be repaired and by whom"),
            (3, "where the money comes from"),
            (2, "the plan for staff, vacancies included"),
            (
                1,
                "minutes of the governing body, with any papers tabled at the meeting and not sent out before it",
            ),
            (1, "the contract with the cleaning company."),
        ),
    ),
    (
        "Those who were asked for their views included:",
        (
            (1, "people who use the service"),
            (2, "those who came in the morning"),
            (
                2,
                "those who came after dark, whom earlier visits had missed because nobody stayed so late",
            ),
            (1, "their families"),
            (1, "the staff:"),
            (2, "of the day shift"),
            (2, "of the night shift, that is:"),
            (3, "the two permanent members"),
            (3, "agency workers on duty that week."),
        ),
    ),
    (
        "The building was looked at from top to bottom:",
        (
            (1, "Roof: sound."),
            (1, "Staircases:"),
            (2, "The one in the north wing is steep and badly lit. Its handrail is loose."),
            (2, "The other was rebuilt last year."),
            (
                1,
                "Kitchen: clean, although the extractor was out of order and no date was set for its repair.",
            ),
        ),
    ),
)
GRADES = (
    ("Area", "This visit", "Last visit"),
    ("Overall effectiveness", "Requires improvement", "Good"),
    ("Quality of services", "Good", "Good"),
    ("Leadership and management", "Inadequate", "Requires improvement"),
    ("Use of resources", "Good", "Outstanding"),
    ("Safety and security", "Requires improvement", "Not inspected"),
)
COUNTS = (
    ("Measure", "2021", "2022", "2023"),
    ("Complaints received", "41", "57", "63"),
    ("Complaints upheld", "12", "9", "22"),
    ("Average days to reply", "18.5", "24.0", "31.5"),
    ("Staff in post, full-time equivalent", "112", "104", "97"),
)
MATRIX = (
    ("Finding", "Evidence", "Recommendation"),
    (
        "Keys to the medicine store were not signed for.",
        "Eleven of the 30 entries that we looked at had no signature. Two were in pencil.",
        "The manager should check the key book at the end of every shift.",
    ),
    (
        "Visitors were let in without being asked who they were.",
        "We walked in twice at the side door. Nobody spoke to us on either occasion.",
        "Reception staff must ask every visitor for a name and a reason.",
    ),
    (
        "The emergency lighting works well.",
        "It was tested while we were there. Every lamp on the two staircases came on at once.",
        "None is made.",
    ),
    (
        "Records of training were out of date.",
        "The last entry in the register is from May. Staff told us of three courses held since then.",
        "The register should be brought up to date before the end of the quarter.",
    ),
)
MERGED = (
    ("Service", "Shift", "Grade", "Seen on"),
    ("Community services",),
    ("Home visits", "Day", "Good", "4 March"),
    ("", "Night", "Inadequate", "5 March"),
    ("Hospital services",),
    ("Wards on the ground floor", "Day", "Good", "6 March"),
    ("", "Night", "Requires improvement", "6 March"),
)
FORM = (
    ("Standard", "Question", "Judgement"),
    ("1.1", "Are the premises secure?", "Met"),
    ("1.2", "Are staff checked before they start work?", "Not met"),
    ("1.3", "Is there a plan for emergencies, and has it been tried out in the last twelve months?", "Met in part"),
    ("2.1", "Are complaints answered?", "Not applicable"),
    ("2.2", "Are records kept for as long as the law asks?", "Met"),
)
#: Long enough to run over a page.
REGISTER = (
    ("Site", "Visited", "Cleanliness", "Safety", "Records"),
    *(
        (f"{place} {street}", f"{3 + 5 * n % 25} {month}", "ABC"[n % 3], "ABD"[n % 4 % 3], f"{60 + 7 * n % 40}%")
        for n, (street, place, month) in enumerate(
            (street, place, month)
            for month, street in (("May", "Road"), ("June", "Lane"), ("July", "Street"), ("August", "Hill"))
            for place in ("Abbey", "Birch", "Canal", "Dyke", "Elm", "Ferry", "Granary", "Harbour", "Ivy", "Jubilee")
        )
    ),
)
BOXES = (
    Part(
        Kind.BOX,
        parts=(
            Part(Kind.HEADING, ("What people told us",), level=3),
            Part(
                Kind.PARAGRAPH,
                (
                    '"They listen now, and they did not before."',
                    "Most of those who spoke to us wished to have more to say in how the day is planned.",
                ),
            ),
        ),
    ),
    Part(
        Kind.BOX,
        parts=(
            Part(Kind.HEADING, ("Example of good practice",), level=3),
            Part(
                Kind.PARAGRAPH,
                (
                    "A monthly letter explains in plain words which complaints have led to a change.",
                    "Other services in the district have begun to copy it.",
                ),
            ),
        ),
    ),
)
BRIEF = Part(
    Kind.BOX,
    parts=(
        Part(Kind.HEADING, ("In brief",), level=3),
        Part(
            Kind.PARAGRAPH,
            (
                "This report tells what was found, what was done well and what should be put right.",
                "It was sent in draft to those concerned.",
            ),
        ),
    ),
)
FIGURES = (
    Part(Kind.FIGURE, ("Figure 1: Complaints received by quarter, 2021 to 2023",)),
    Part(Kind.FIGURE, ("Figure 2: Plan of the ground floor with the rooms that were visited",)),
)
MARGIN_NOTES = ("Criterion 4 refers", "See Annex B, table 2", "Evidence: file 17", "Follow-up in spring")


def table(caption: str, rows: tuple[tuple[str, ...], ...]) -> Part:
    """A table with its caption."""
    return Part(Kind.TABLE, (caption,), rows=rows)
