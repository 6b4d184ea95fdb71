"""A record, or a report, as one flat row, for spreadsheets and tables."""

from __future__ import annotations

import json

from scrutiny.report import ROLES, Report
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


#: The names of a report's cells, in their order.
REPORT_COLUMNS = (
    "path", "title", "inspecting_body", "inspected_body", "regime", "inspection_start", "inspection_end",
    "publication_date", "pages", "finding", "strength", "recommendation", "unanswered", "unsupported", "grades",
    "notes", "language", "classified", "format", "size", "characters", "sentences", "pages_without_text",
    "pages_scanned", "metadata", "sha256",
)  # fmt: skip


def flat_report(report: Report) -> dict[str, object]:
    """The cells of ``report`` by name, in the order of :data:`REPORT_COLUMNS`; all its metadata are a JSON object."""
    coverage = report.coverage
    roles = [record.role for record in report.records]
    cells = {
        **{name: report.metadata.get(name, "") for name in REPORT_COLUMNS[1:8]},
        **{role.value: roles.count(role) for role in ROLES if role != "other"},
        "path": report.source.path,
        "pages": coverage.pages,
        "unanswered": len(report.unanswered),
        "unsupported": len(report.unsupported),
        "grades": "; ".join(f"{grade.judgement}: {grade.value}" for grade in report.grades),
        "notes": " ".join(coverage.notes),
        "language": report.language,
        "classified": "yes" if report.classified else "no",
        "format": report.source.format,
        "size": report.source.size,
        "characters": len(report.text),
        "sentences": len(report.sentences),
        "pages_without_text": ";".join(map(str, coverage.pages_without_text)),
        "pages_scanned": ";".join(map(str, coverage.pages_scanned)),
        "metadata": json.dumps(dict(report.metadata), ensure_ascii=False),
        "sha256": report.source.sha256,
    }
    return {column: cells[column] for column in REPORT_COLUMNS}
