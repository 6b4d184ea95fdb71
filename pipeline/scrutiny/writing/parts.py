"""What the lines of output are made of: the nested objects of the published schema."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from scrutiny.report import Tag


class Part(BaseModel):
    """An object in a line."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReportReference(Part):
    """The report a line belongs to."""

    path: str = Field(description="As it was given, with forward slashes")
    sha256: str = Field(description="Of the file's bytes")
    title: str


class Scores(Part):
    """Calibrated probabilities of the four roles."""

    finding: float
    strength: float
    recommendation: float
    other: float


class SpanLine(Part):
    """Half-open character offsets into the report's text."""

    start: int
    end: int


class BoxLine(Part):
    """A printed line, in points (1/72 inch) from the top left of the page; pages count from 1."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class LeadIn(Part):
    """The sentence that introduces the list a record stands in."""

    text: str
    start: int
    end: int


class AttributeLine(Part):
    """Something a record says: one of the known values, or the report's own words, and where it is printed."""

    value: str
    start: int | None = Field(description="None where it is printed nowhere")
    end: int | None
    basis: Literal["explicit", "inferred"]


class DeadlineLine(Part):
    """Until when, as printed, and the last day of it."""

    text: str
    start: int
    end: int
    date: str | None = Field(description="ISO 8601, to the month where no day is printed; None where no day follows")
    basis: Literal["explicit", "inferred"] = Field(description="Inferred: it rests on another date, as the report's")


class ProportionLine(Part):
    """How much of something: a word of quantity or figures, and the share that it stands for."""

    text: str
    start: int
    end: int
    low: float | None = Field(description="0 to 1; None where neither figures nor the regime tell")
    high: float | None
    basis: Literal["explicit", "inferred"] = Field(description="Inferred: the range is the regime's")


class AttributesLine(Part):
    """What a record says in particular: a recommendation down to ``missing``, a finding or strength from ``voice``."""

    addressee: AttributeLine | None = Field(description="Who is to act; inferred where the demand names nobody")
    action: AttributeLine | None
    object: AttributeLine | None = Field(description="What the action is done to")
    deadline: DeadlineLine | None
    obligation: AttributeLine | None = Field(description="must, should, may, imperative or noun_phrase")
    kind: AttributeLine | None = Field(description="What the regime calls it, such as requirement")
    number: AttributeLine | None = Field(description="As printed")
    condition: AttributeLine | None = Field(description="What it depends on")
    measure: AttributeLine | None = Field(description="How it will be seen that it is done")
    missing: list[Literal["actor", "action", "deadline", "measure"]] = Field(
        description="What a recommendation does not state of what makes it easy to act on"
    )
    voice: AttributeLine | None = Field(
        description="service_users, parents, staff, provider, partners, survey, records or inspectors"
    )
    proportions: list[ProportionLine]
    trend: AttributeLine | None = Field(description="improved, declined or unchanged")
    element: AttributeLine | None = Field(description="criterion, condition, cause or effect")
    severity: list[AttributeLine] = Field(description="Words that weigh it")
    grades: list[AttributeLine] = Field(description="Words of the regime's scale given as grades")
    references: list[AttributeLine] = Field(description="To law, standards and places in the report")
    earlier: AttributeLine | None = Field(description="Of an earlier demand or issue: met, not_met or repeated")


class LinkLine(Part):
    """Another record: the recommendation that answers a result, or a result that a recommendation rests on."""

    record: str = Field(description="Its id")
    score: float = Field(description="0 to 1")
    basis: Literal["explicit", "inferred"] = Field(description="Explicit: one refers to the other, at start to end")
    start: int | None
    end: int | None


class ModelReference(Part):
    """The model that made a prediction; ``sha256`` is over its weights, configuration and tokenizer."""

    name: str
    sha256: str
    precision: str = Field(description="The numbers it computed with: float32, bfloat16 or int8")


class CoverageLine(Part):
    """What was read of a report and what was not."""

    pages: int | None
    pages_without_text: list[int]
    pages_scanned: list[int] = Field(description="Pages that are pictures of text")
    ocr: dict[int, float] = Field(description="Mean word confidence of each page read by character recognition")
    characters: dict[str, int] = Field(description="By kind of block")
    characters_unread: int = Field(description="Known to be in the file and left out")
    replacement_characters: int
    replacement_share: float = Field(description="Of all characters in blocks, 0 to 1")
    sentences_cut: int
    notes: list[str]


class GradeLine(Part):
    """A judgement and its grade as printed, and where in the report's text they stand."""

    judgement: str
    value: str
    start: int
    end: int


class StoredLine(NamedTuple):
    """A printed line: its characters, and its box in points from the top left of the page."""

    start: int
    end: int
    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class StoredBlock(NamedTuple):
    """A block of a stored report; its text is the report's from start to end."""

    kind: Literal[
        "heading", "paragraph", "list_item", "table_row", "caption", "footnote", "contents", "furniture"
    ]  # fmt: skip
    start: int
    end: int
    level: int
    marker: str
    section: int | None
    page: int | None
    box: tuple[int, float, float, float, float] | None
    lines: list[StoredLine]


class StoredPrediction(NamedTuple):
    """What the classifier said about a sentence; scores in the order finding, strength, recommendation, other."""

    scores: tuple[float, float, float, float]
    role: Literal["finding", "strength", "recommendation", "other"]
    second_role: Literal["finding", "strength", "recommendation", "other"] | None
    confidence: float
    decision: Literal["accept", "review"]
    cut: bool


class StoredSentence(NamedTuple):
    """A sentence of a stored report, and the block it stands in; ``meaning`` is in base64."""

    start: int
    end: int
    block: int
    prediction: StoredPrediction | None
    meaning: str | None = None
    tags: tuple[Tag, ...] | None = None


class DocumentLine(Part):
    """A report as it was read, split and classified, from which its records are made again without reading it."""

    text: str
    sections: list[tuple[int | None, str]] = Field(
        description="Headings in force somewhere: which of these it stands under, and its text"
    )
    blocks: list[StoredBlock] = Field(
        description="Kind, start, end, level, marker, section (which of the above is in force), page, box (page, x0, "
        "y0, x1, y1) and printed lines (start, end, page, x0, y0, x1, y1)"
    )
    sentences: list[StoredSentence] = Field(
        description="Start, end, block (which of the above), prediction (scores, role, second role, confidence, "
        "decision, and whether it was cut), meaning: a vector of signed bytes in base64, by which links are made; and "
        "tags: name, value, start, end and score of what the model read off it, from a faint chance on; attributes are "
        "made of those with a high score"
    )
