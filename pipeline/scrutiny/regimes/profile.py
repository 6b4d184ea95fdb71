"""What a regime profile may say: the keys of its TOML file, with checks of every value."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from scrutiny.dates import DayOrder
from scrutiny.report import BlockKind

#: The profile that all others extend, and that describes a report of no known regime.
GENERAL = "general"

#: What a pattern can find; each is the name of a group in it.
METADATA_FIELDS = (
    "title",
    "inspecting_body",
    "inspected_body",
    "inspection_dates",
    "previous_inspection",
    "publication_date",
    "reference_number",
    "report_number",
    "case_reference",
    "urn",
)
#: Groups of a pattern for grades in sentences.
GRADE_GROUPS = ("judgement", "grade")

#: What the pattern of a profile may leave to be filled in.
BLANK = re.compile(r"\{(?:dates?|month|grade|judgement)\}")


def _expression(groups: tuple[str, ...]) -> Callable[[str], str]:
    """A check that a text is a regular expression with none but ``groups`` in it."""

    def check(pattern: str) -> str:
        try:
            named = re.compile(BLANK.sub("(?:x)", pattern)).groupindex
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        unknown = set(named) - set(groups)
        if unknown or (groups and not named):
            raise ValueError(
                f"a group is named {', '.join(sorted(unknown)) or 'nothing'}; accepted: {', '.join(groups) or 'none'}"
            )
        return pattern

    return check


def _with_grade(pattern: str) -> str:
    """A check that a pattern for a sentence that gives a grade says where it stands."""
    if "(?P<grade>" not in pattern:
        raise ValueError("there is no group named grade; accepted: a pattern with (?P<grade>...)")
    return pattern


_Condition = Annotated[str, AfterValidator(_expression(()))]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def fold(text: str) -> str:
    """``text`` for comparison: lower case, plain quotation marks, single spaces."""
    plain = text.replace("\u2018", "'").replace("\u2019", "'").replace("\u201c", '"').replace("\u201d", '"')
    return " ".join(plain.casefold().split())


class _Dated(_Section):
    """What its regime began to use on a day, and gave up on another; without them nobody has said."""

    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"valid_to is {self.valid_to}; accepted: a day not before valid_from, {self.valid_from}")
        return self


class Clue(_Section):
    """A phrase that speaks for the regime, and where it counts.

    ``text`` are the first pages, ``closing`` the end of the report, ``furniture`` headers and footers of the first
    pages, ``metadata`` the title and author, ``path`` the name of the file.
    """

    phrase: Annotated[str, AfterValidator(lambda phrase: fold(phrase))] = Field(min_length=3)
    weight: float = Field(default=1.0, gt=0, le=10)
    where: tuple[Literal["text", "closing", "furniture", "metadata", "path"], ...] = ("text", "furniture", "metadata")


class Pattern(_Section):
    """A regular expression whose named groups are metadata, and the blocks it is searched in.

    Only a block that has one of the phrases ``mentions`` is searched; ``longest`` leaves longer blocks out, of which
    otherwise the beginning is searched; ``pages`` counts from the first. ``under`` must be found in a heading in force;
    ``previous`` and ``next`` in the block before and after; ``unless`` must not be found in the match or just before.
    """

    pattern: Annotated[str, AfterValidator(_expression(METADATA_FIELDS))]
    mentions: tuple[str, ...] = ()
    kinds: tuple[BlockKind, ...] = (BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
    pages: int = Field(default=3, ge=1, le=20)
    longest: int | None = Field(default=None, ge=1)
    under: _Condition | None = None
    previous: _Condition | None = None
    next: _Condition | None = None
    unless: _Condition | None = None


class Statement(_Section):
    """A regular expression for a sentence that gives a grade, with a group ``grade`` and mostly ``judgement``.

    Without the group ``judgement`` it is the heading in force that is graded.
    """

    pattern: Annotated[str, AfterValidator(_expression(GRADE_GROUPS)), AfterValidator(_with_grade)]
    mentions: tuple[str, ...] = ()
    kinds: tuple[BlockKind, ...] = (BlockKind.HEADING, BlockKind.PARAGRAPH)
    pages: int | None = Field(default=None, ge=1)
    under: _Condition | None = None


class Named(_Dated):
    """A grade or judgement, what else it is called, and when it was in use."""

    name: str = Field(min_length=1)
    synonyms: tuple[Annotated[str, Field(min_length=1)], ...] = ()


class Grades(_Section):
    """The scale, best grade first, newer scales first; the judgements made on it; sentences that state one."""

    scale: tuple[Named, ...] = ()
    judgements: tuple[Named, ...] = ()
    statements: tuple[Statement, ...] = ()


class Obligation(_Section):
    """How strongly phrases oblige; see :mod:`scrutiny.records.phrases` for how they are written."""

    force: Literal["must", "should", "may"]
    phrases: tuple[Annotated[str, Field(min_length=2)], ...]


class Label(_Section):
    """What the regime calls a kind of demand: on a label before it, in its lead-in, or in the heading above."""

    kind: str = Field(pattern=r"^[a-z_]+$")
    names: tuple[Annotated[str, AfterValidator(lambda name: fold(name))], ...] = Field(min_length=1)


class Heading(_Section):
    """A heading, as a regular expression, and what stands under it."""

    pattern: _Condition
    means: Literal["finding", "strength", "recommendation", "background", "earlier"]


class Quantifier(_Section):
    """Words of quantity and the shares, 0 to 1, that they stand for; without ``low`` and ``high`` nobody has said."""

    phrases: tuple[Annotated[str, Field(min_length=2)], ...]
    low: float | None = Field(default=None, ge=0, le=1)
    high: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _is_range(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("one of low and high is missing; accepted: both, or neither")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low is {self.low}; accepted: no more than high, {self.high}")
        return self


class Quantifiers(_Dated):
    """The words of quantity of a regime, and when it gave them their meaning."""

    scale: tuple[Quantifier, ...] = ()


#: The parts of a profile that have sources.
Part = Literal["valid_from", "headings", "labels", "obligations", "grades", "quantifiers", "addressee", "metadata"]


class Source(_Section):
    """Where parts of a profile are taken from, and whether somebody has compared the two.

    ``note`` says what the source says of them, or what could not be found in it.
    """

    about: tuple[Part, ...] = Field(min_length=1)
    source: str = Field(min_length=1)
    year: int | None = Field(default=None, ge=1800, le=2200)
    address: str = Field(default="", pattern=r"^(?:https?://\S+)?$")
    note: str = ""
    verified: bool


class Profile(_Section):
    """A regime profile as it is written."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    version: int = Field(default=1, ge=1)
    valid_from: date | None = None
    body: str = ""
    addressee: str = ""
    extends: str = GENERAL
    sources: tuple[Source, ...] = ()
    headings: tuple[Heading, ...] = ()
    labels: tuple[Label, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    quantifiers: Quantifiers = Quantifiers()
    dates: DayOrder | None = None
    needed: float = Field(default=1.0, gt=0)
    clues: tuple[Clue, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    grades: Grades = Grades()
