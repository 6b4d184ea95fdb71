"""A record as one flat row, for spreadsheets and tables."""

from __future__ import annotations

import json

from scrutiny.writing.parts import AttributesLine
from scrutiny.writing.schema import RecordLine

#: The names of a row's cells, in their order.
COLUMNS = (
    "id", "report", "title", "role", "text", "confidence", "decision", "pages", "section", "list_marker", "lead_in",
    "number", "kind", "obligation", "addressee", "addressee_basis", "action", "object", "deadline",
    "deadline_date", "condition", "measure", "missing", "voice", "proportions", "proportion_low",
    "proportion_high", "trend", "element", "severity", "grades", "references", "earlier", "links", "fingerprint",
    "score_finding", "score_strength", "score_recommendation", "score_other", "start", "end", "spans", "prefix",
    "suffix", "boxes", "block_kind", "report_sha256", "model", "model_sha256", "model_precision",
    "scrutiny_version", "schema_version",
)  # fmt: skip


def flat(record: RecordLine) -> dict[str, object]:
    """The cells of ``record`` by name, in the order of :data:`COLUMNS`; several values are parted by semicolons."""
    cells = {
        **record.model_dump(include={"id", "role", "text", "confidence", "decision", "start", "end", "prefix"}),
        **record.model_dump(include={"list_marker", "suffix", "block_kind", "scrutiny_version", "schema_version"}),
        **{f"score_{role}": score for role, score in record.scores.model_dump().items()},
        "report": record.report.path,
        "title": record.report.title,
        "report_sha256": record.report.sha256,
        "pages": ";".join(map(str, record.pages)),
        "section": " > ".join(record.section_path),
        "lead_in": record.lead_in.text if record.lead_in else "",
        "spans": json.dumps([[span.start, span.end] for span in record.spans]),
        "boxes": json.dumps([[box.page, box.x0, box.y0, box.x1, box.y1] for box in record.boxes]),
        "model": record.model.name,
        "model_sha256": record.model.sha256,
        "model_precision": record.model.precision,
        "fingerprint": record.fingerprint,
        "links": ";".join(link.record for link in record.links),
        **_attributes(record.attributes),
    }
    return {column: cells[column] for column in COLUMNS}


def _attributes(attributes: AttributesLine) -> dict[str, object]:
    """Attributes as cells: values alone, several parted by semicolons; the range is that of the first proportion."""
    cells: dict[str, object] = {}
    for name, value in attributes:
        if isinstance(value, list):
            cells[name] = ";".join(str(getattr(one, "value", getattr(one, "text", one))) for one in value)
        else:
            cells[name] = getattr(value, "value", getattr(value, "text", ""))
    first = attributes.proportions[0] if attributes.proportions else None
    return cells | {
        "addressee_basis": attributes.addressee.basis if attributes.addressee else "",
        "deadline_date": (attributes.deadline and attributes.deadline.date) or "",
        "proportion_low": first.low if first else None,
        "proportion_high": first.high if first else None,
    }


def cell(value: object) -> object:
    """The value as a spreadsheet may be given it: what it would take for a formula behind an apostrophe."""
    if isinstance(value, str) and value.lstrip(" ")[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"}:
        return "'" + value
    return value
