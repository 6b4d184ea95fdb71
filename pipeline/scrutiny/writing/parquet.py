"""Parquet with nested columns, the same fields as the JSON Lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scrutiny.report import Report
from scrutiny.writing.parts import AttributesLine
from scrutiny.writing.schema import RecordLine


class ParquetWriter:
    """Records as rows of a Parquet file."""

    #: Records in a row group.
    ROWS = 4096

    def __init__(self, path: Path, *, schema: Any = None) -> None:
        """Create or replace ``path``, for rows of the Arrow schema ``schema``, by default that of records."""
        import pyarrow.parquet as pq

        self._schema = schema or arrow_schema()
        self._rows: list[dict[str, object]] = []
        self._file = pq.ParquetWriter(path, self._schema)

    def write(self, report: Report | None, records: Sequence[RecordLine]) -> None:
        """Write a row for each record."""
        del report
        self.add([record.model_dump() for record in records])

    def add(self, rows: Sequence[dict[str, object]]) -> None:
        """Write ``rows``, gathered into row groups."""
        self._rows += rows
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


def arrow_schema() -> Any:
    """The Arrow schema of records."""
    import pyarrow as pa

    text, whole, real = pa.string(), pa.int64(), pa.float64()
    basis, place = [("basis", text)], [("start", whole), ("end", whole)]
    span = pa.struct([("start", whole), ("end", whole)])
    box = pa.struct([("page", whole), *((side, real) for side in ("x0", "y0", "x1", "y1"))])
    return pa.schema(
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
