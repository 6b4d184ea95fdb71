"""Writers of records, one a format, by name. A writer takes lines one at a time and closes its file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from scrutiny.writing.parts import AttributesLine
from scrutiny.writing.schema import RecordLine


class RecordWriter(Protocol):
    """Writes records to one file."""

    def write(self, record: RecordLine) -> None: ...  # noqa: D102

    def close(self) -> None: ...  # noqa: D102


class JsonlWriter:
    """JSON Lines in UTF-8: one object a line."""

    def __init__(self, path: Path) -> None:
        """Create or replace ``path``."""
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, line: BaseModel) -> None:
        """Write one line."""
        self._file.write(line.model_dump_json() + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class CsvWriter:
    """CSV for spreadsheets, UTF-8 with a byte-order mark; one flat row a record.

    A cell that a spreadsheet would take for a formula gets a leading apostrophe
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """

    COLUMNS = (
        "id", "report", "title", "role", "text", "confidence", "decision", "pages", "section", "list_marker", "lead_in",
        "number", "kind", "obligation", "addressee", "addressee_basis", "action", "object", "deadline",
        "deadline_date", "condition", "measure", "missing", "voice", "proportions", "proportion_low",
        "proportion_high", "trend", "element", "severity", "grades", "references", "earlier", "links", "fingerprint",
        "score_finding", "score_strength", "score_recommendation", "score_other", "start", "end", "spans", "prefix",
        "suffix", "boxes", "block_kind", "report_sha256", "model", "model_sha256", "model_precision",
        "scrutiny_version", "schema_version",
    )  # fmt: skip

    def __init__(self, path: Path) -> None:
        """Create or replace ``path``."""
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow(self.COLUMNS)

    def write(self, record: RecordLine) -> None:
        """Write one row."""
        row = {
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
            **_flat(record.attributes),
        }
        self._csv.writerow([cell(row[column]) for column in self.COLUMNS])

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _flat(attributes: AttributesLine) -> dict[str, object]:
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


def _attributes() -> Any:
    """The Arrow type of attributes."""
    import pyarrow as pa

    text, whole, real = pa.string(), pa.int64(), pa.float64()
    place = [("start", whole), ("end", whole)]
    one = pa.struct([("value", text), *place, ("basis", text)])
    types = {
        "deadline": pa.struct([("text", text), *place, ("date", text), ("basis", text)]),
        "missing": pa.list_(text),
        "proportions": pa.list_(pa.struct([("text", text), *place, ("low", real), ("high", real), ("basis", text)])),
        **{name: pa.list_(one) for name in ("severity", "grades", "references")},
    }
    return pa.struct([(name, types.get(name, one)) for name in AttributesLine.model_fields])


class ParquetWriter:
    """Parquet with nested columns, the same fields as the JSON Lines."""

    #: Records in a row group.
    ROWS = 4096

    def __init__(self, path: Path) -> None:
        """Create or replace ``path``."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        text, whole, real = pa.string(), pa.int64(), pa.float64()
        basis, place = [("basis", text)], [("start", whole), ("end", whole)]
        span = pa.struct([("start", whole), ("end", whole)])
        box = pa.struct([("page", whole), *((side, real) for side in ("x0", "y0", "x1", "y1"))])
        self._schema = pa.schema(
            [
                ("schema_version", text),
                ("id", text),
                ("report", pa.struct([("path", text), ("sha256", text), ("title", text)])),
                ("role", text),
                ("scores", pa.struct([(role, real) for role in ("finding", "strength", "recommendation", "other")])),
                ("confidence", real),
                ("decision", text),
                ("text", text),
                ("start", whole),
                ("end", whole),
                ("spans", pa.list_(span)),
                ("prefix", text),
                ("suffix", text),
                ("pages", pa.list_(whole)),
                ("boxes", pa.list_(box)),
                ("section_path", pa.list_(text)),
                ("block_kind", text),
                ("list_marker", text),
                ("lead_in", pa.struct([("text", text), ("start", whole), ("end", whole)])),
                ("attributes", _attributes()),
                ("links", pa.list_(pa.struct([("record", text), ("score", real), *basis, *place]))),
                ("fingerprint", text),
                ("model", pa.struct([("name", text), ("sha256", text), ("precision", text)])),
                ("scrutiny_version", text),
            ]
        )
        self._rows: list[dict[str, object]] = []
        self._file = pq.ParquetWriter(path, self._schema)

    def write(self, record: RecordLine) -> None:
        """Write one row, gathered into row groups."""
        self._rows.append(record.model_dump())
        if len(self._rows) >= self.ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is gathered and close the file."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._file.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


#: Writers of records by format name, which is also the file's suffix.
FORMATS: dict[str, Callable[[Path], RecordWriter]] = {
    "jsonl": JsonlWriter,
    "csv": CsvWriter,
    "parquet": ParquetWriter,
}
