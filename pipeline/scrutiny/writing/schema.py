"""The published form of records, sentences, reports and failures: one line of output each.

Fields are added in later versions of the schema, never renamed or removed within a major version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from scrutiny.errors import ReadError
from scrutiny.report import ROLES, Attributes, Prediction, Record, Report, Role, Sentence
from scrutiny.version import __version__
from scrutiny.writing.parts import (
    AttributesLine,
    BoxLine,
    CoverageLine,
    DocumentLine,
    GradeLine,
    LeadIn,
    LinkLine,
    ModelReference,
    ReportReference,
    Scores,
    SpanLine,
)
from scrutiny.writing.stored import document_of

#: Major and minor version of every line's form.
SCHEMA_VERSION: Literal["1.6"] = "1.6"

#: Characters of context on either side of a record, as in the W3C TextQuoteSelector.
QUOTE_CONTEXT = 32


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal["1.6"] = SCHEMA_VERSION


class RecordLine(_Line):
    """One finding, strength or recommendation."""

    id: str = Field(description="The same for the same file, role and place")
    report: ReportReference
    role: Literal["finding", "strength", "recommendation"]
    scores: Scores = Field(description="Mean over the sentences")
    confidence: float = Field(description="Lowest confidence among the sentences")
    decision: Literal["accept", "review"]
    text: str = Field(description="The report's text from start to end")
    start: int
    end: int
    spans: list[SpanLine] = Field(description="One for each sentence")
    prefix: str = Field(description="The characters before start")
    suffix: str = Field(description="The characters after end")
    pages: list[int]
    boxes: list[BoxLine]
    section_path: list[str] = Field(description="The headings in force, outermost first")
    block_kind: str
    list_marker: str
    lead_in: LeadIn | None
    attributes: AttributesLine
    links: list[LinkLine] = Field(description="Best first")
    fingerprint: str = Field(description="The same for the same words in another report, whatever order and numbers")
    model: ModelReference
    scrutiny_version: str = __version__


class SentenceLine(_Line):
    """One sentence, whatever its role."""

    report: ReportReference
    start: int
    end: int
    text: str
    pages: list[int]
    heading: str = Field(description="The nearest heading")
    block_kind: str
    list_marker: str
    role: Literal["finding", "strength", "recommendation", "other"]
    second_role: Literal["finding", "strength", "recommendation", "other"] | None
    scores: Scores
    confidence: float
    decision: Literal["accept", "review"]
    cut: bool = Field(description="Longer than the model reads")


class FailureLine(_Line):
    """An input that could not be read."""

    path: str
    code: str
    reason: str
    remedy: str


class ReportLine(_Line):
    """One report: read, failed, or a copy of another."""

    path: str
    status: Literal["read", "failed", "duplicate"]
    sha256: str | None = None
    size: int | None = Field(default=None, description="Bytes")
    format: str | None = None
    language: str | None = Field(default=None, description="ISO 639-1 code; empty where it is not known")
    classified: bool = Field(
        default=False, description="Whether its sentences have roles; by default only those of reports in English"
    )
    metadata: dict[str, str] = Field(default_factory=dict)
    metadata_spans: dict[str, SpanLine] = Field(
        default_factory=dict, description="Where in the report's text a value of metadata was printed"
    )
    grades: list[GradeLine] = Field(default_factory=list)
    coverage: CoverageLine | None = None
    sentences: int = 0
    records: dict[str, int] = Field(default_factory=dict, description="By role")
    unanswered: list[str] = Field(
        default_factory=list, description="Ids of findings that are called grave and that no recommendation answers"
    )
    unsupported: list[str] = Field(
        default_factory=list, description="Ids of recommendations that no finding or strength is linked to"
    )
    error: str | None = Field(default=None, description="The error's code")
    duplicate_of: str | None = Field(default=None, description="Path of the report with the same bytes")
    document: DocumentLine | None = Field(default=None, description="What 'scrutiny rebuild' makes the records from")
    model: ModelReference
    scrutiny_version: str = __version__


#: Every kind of line, by the name of its file.
LINES: dict[str, type[BaseModel]] = {
    "records": RecordLine,
    "sentences": SentenceLine,
    "reports": ReportLine,
    "failures": FailureLine,
}


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one kind of line.

    Raises:
        KeyError: there is no such kind.
    """
    schema = LINES[name].model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def record_line(report: Report, record: Record, model: ModelReference) -> RecordLine:
    """One record of a report, with everything needed to find it again."""
    sentences = [report.sentences[index] for index in record.sentences]
    block = report.blocks[sentences[0].block]
    lead_in = report.sentences[record.lead_in] if record.lead_in is not None else None
    return RecordLine.model_validate(
        {
            "id": record.id,
            "report": _reference(report),
            "role": record.role.value,
            "scores": _scores(record.scores),
            "confidence": record.confidence,
            "decision": record.decision.value,
            "text": record.text,
            "start": record.start,
            "end": record.end,
            "spans": [{"start": sentence.start, "end": sentence.end} for sentence in sentences],
            "prefix": report.text[max(0, record.start - QUOTE_CONTEXT) : record.start],
            "suffix": report.text[record.end : record.end + QUOTE_CONTEXT],
            "pages": list(report.pages(*sentences)),
            "boxes": [_box(line.box) for line in report.lines(*sentences)],
            "section_path": list(block.section_path),
            "block_kind": block.kind.value,
            "list_marker": block.marker,
            "lead_in": lead_in and {"text": lead_in.text, "start": lead_in.start, "end": lead_in.end},
            "attributes": _attributes(record),
            "links": _plain(record.links),
            "fingerprint": record.fingerprint,
            "model": model,
        }
    )


def sentence_lines(report: Report) -> Iterator[SentenceLine]:
    """Every classified sentence of a report."""
    reference = _reference(report)
    for sentence in report.sentences:
        if sentence.prediction is not None:
            yield _sentence_line(report, reference, sentence, sentence.prediction)


def _sentence_line(
    report: Report, reference: ReportReference, sentence: Sentence, prediction: Prediction
) -> SentenceLine:
    block = report.blocks[sentence.block]
    return SentenceLine.model_validate(
        {
            "report": reference,
            "start": sentence.start,
            "end": sentence.end,
            "text": sentence.text,
            "pages": list(report.pages(sentence)),
            "heading": block.section_path[-1] if block.section_path else "",
            "block_kind": block.kind.value,
            "list_marker": block.marker,
            "role": prediction.role.value,
            "second_role": prediction.second_role and prediction.second_role.value,
            "scores": _scores(prediction.scores),
            "confidence": prediction.confidence,
            "decision": prediction.decision.value,
            "cut": prediction.cut,
        }
    )


def report_line(report: Report, model: ModelReference) -> ReportLine:
    """A report that was read."""
    coverage = report.coverage
    roles = [record.role for record in report.records]
    return ReportLine(
        path=report.source.path,
        status="read",
        sha256=report.source.sha256,
        size=report.source.size,
        format=report.source.format,
        language=report.language,
        classified=report.classified,
        metadata=dict(report.metadata),
        metadata_spans={name: SpanLine(start=start, end=end) for name, (start, end) in report.metadata_spans.items()},
        grades=[GradeLine(**_plain(grade)) for grade in report.grades],
        coverage=CoverageLine(
            pages=coverage.pages,
            pages_without_text=list(coverage.pages_without_text),
            pages_scanned=list(coverage.pages_scanned),
            ocr=dict(coverage.ocr),
            characters=dict(coverage.characters),
            characters_unread=coverage.characters_unread,
            replacement_share=round(coverage.replacement_share, 6),
            replacement_characters=coverage.replacement_characters,
            sentences_cut=coverage.sentences_cut,
            notes=list(coverage.notes),
        ),
        sentences=len(report.sentences),
        records={role.value: roles.count(role) for role in ROLES if role != "other"},
        unanswered=[record.id for record in report.unanswered],
        unsupported=[record.id for record in report.unsupported],
        document=document_of(report),
        model=model,
    )


def failure_lines(path: str | Path, error: ReadError, model: ModelReference) -> tuple[FailureLine, ReportLine]:
    """An input that could not be read: its failure, and its line among the reports."""
    # A name may hold bytes that are no text; JSON cannot.
    where = Path(path).as_posix().encode("utf-8", "backslashreplace").decode()
    return (
        FailureLine(path=where, code=error.code, reason=error.reason, remedy=error.remedy),
        ReportLine(path=where, status="failed", error=error.code, model=model),
    )


def _reference(report: Report) -> ReportReference:
    return ReportReference(path=report.source.path, sha256=report.source.sha256, title=report.title)


def _attributes(record: Record) -> dict[str, Any]:
    attributes = record.attributes or Attributes()
    missing = attributes.missing if record.role is Role.RECOMMENDATION else ()
    return {**_plain(attributes), "missing": list(missing)}


def _plain(value: Any) -> Any:
    """What ``asdict`` makes of a dataclass, without copying what cannot change, which takes most of its time."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if not is_dataclass(value):
        return value
    return {name: _plain(getattr(value, name)) for name in value.__slots__}  # type: ignore[union-attr]


def _scores(scores: tuple[float, ...]) -> dict[str, float]:
    return {role.value: score for role, score in zip(ROLES, scores, strict=True)}


def _box(box: Any) -> dict[str, float]:
    return {"page": box.page} | {side: round(getattr(box, side), 2) for side in ("x0", "y0", "x1", "y1")}
