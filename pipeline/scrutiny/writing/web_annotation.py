"""W3C Web Annotations in JSON-LD: a collection a report (https://www.w3.org/TR/annotation-model/)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from scrutiny.report import Report
from scrutiny.version import __version__
from scrutiny.writing.places import path_from
from scrutiny.writing.schema import RecordLine

_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
#: What the fragments of a PDF's address mean, as the recommendation names it.
_PDF_FRAGMENTS = "http://tools.ietf.org/rfc/rfc3778"
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html",
    "markdown": "text/markdown",
    "text": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
    "eml": "message/rfc822",
}
#: What of a record its annotation says elsewhere.
_SAID = {"id", "report", "role", "text", "start", "end", "prefix", "suffix", "pages", "model"}


class AnnotationsWriter:
    """A folder of ``.jsonld`` files, numbered as the reports came and named after theirs.

    Positions and quotes are of the report's text as scrutiny rebuilds it. Of a PDF the page is told too. The first body
    is the role, the second what else the record says, as JSON; further ones lead to the records it is linked with.
    """

    def __init__(self, path: Path) -> None:
        """Create the folder ``path``."""
        path.mkdir()
        self._folder = path
        self._written = 0

    def write(self, report: Report, records: Sequence[RecordLine]) -> None:
        """Write the file of a report."""
        self._written += 1
        name = re.sub(r"[^A-Za-z0-9_.-]+", "-", PurePath(report.source.path).stem)[:60]
        collection = _collection(report, records, self._source(report))
        text = json.dumps({"@context": _CONTEXT, **collection}, ensure_ascii=False, indent=1)
        (self._folder / f"{self._written:05}-{name}.jsonld").write_text(text + "\n", encoding="utf-8", newline="\n")

    def close(self) -> None:
        """Nothing is left open."""

    def _source(self, report: Report) -> dict[str, str]:
        """The report's file: its address as seen from the folder if it is there, else the name of its bytes."""
        name = base64.urlsafe_b64encode(bytes.fromhex(report.source.sha256)).decode().rstrip("=")
        address = f"ni:///sha-256;{name}"  # https://www.rfc-editor.org/rfc/rfc6920
        path = path_from(self._folder, report.source.path)
        source = {"id": quote(path) if path else address, "type": "Text"}
        if report.source.format in _MEDIA_TYPES:
            source["format"] = _MEDIA_TYPES[report.source.format]
        return source | ({"language": report.language} if report.language else {})


def _collection(report: Report, records: Sequence[RecordLine], source: dict[str, str]) -> dict[str, Any]:
    """An AnnotationCollection of one page."""
    own = _name(report, "")
    page: dict[str, Any] = {
        "id": f"{own}#page",
        "type": "AnnotationPage",
        "partOf": own,
        "startIndex": 0,
        "items": [_annotation(report, record, source) for record in records],
    }
    label = report.title or report.source.path
    return {
        "id": own,
        "type": "AnnotationCollection",
        "label": label,
        "total": len(records),
        "first": page,
        "last": page["id"],
    }


def _annotation(report: Report, record: RecordLine, source: dict[str, str]) -> dict[str, Any]:
    said = {"type": "TextualBody", "purpose": "describing", "format": "application/json"}
    quoted = {"type": "TextQuoteSelector", "exact": record.text, "prefix": record.prefix, "suffix": record.suffix}
    selectors: list[dict[str, Any]] = [
        {"type": "TextPositionSelector", "start": record.start, "end": record.end},
        quoted,
    ]
    if report.source.format == "pdf" and record.pages:
        page = {"type": "FragmentSelector", "conformsTo": _PDF_FRAGMENTS, "value": f"page={record.pages[0]}"}
        selectors.append({**page, "refinedBy": quoted})
    model = record.model
    return {
        "id": _name(report, record.id),
        "type": "Annotation",
        "motivation": "classifying",
        "generator": {"type": "Software", "name": f"scrutiny {__version__}, model {model.name} {model.sha256}"},
        "body": [
            {"type": "TextualBody", "purpose": "classifying", "format": "text/plain", "value": record.role},
            {**said, "value": json.dumps(record.model_dump(exclude=_SAID), ensure_ascii=False)},
            *(
                {"type": "SpecificResource", "purpose": "linking", "source": _name(report, link.record)}
                for link in record.links
            ),
        ],
        "target": {"source": source, "selector": selectors},
    }


def _name(report: Report, record: str) -> str:
    """An IRI that is the same for the same file, path and record; empty for the report itself."""
    return uuid5(NAMESPACE_URL, f"{report.source.path}\n{report.source.sha256}\n{record}").urn
