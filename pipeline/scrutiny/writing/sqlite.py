"""An SQLite database: tables that lose nothing of the JSON Lines, a full-text index, and views to look at first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel

from scrutiny.report import Report
from scrutiny.writing.flat import REPORT_COLUMNS, flat_report
from scrutiny.writing.parts import AttributesLine, DeadlineLine
from scrutiny.writing.schema import RecordLine

#: Columns that hold numbers; the others hold text. The same record may stand in two files, so that keys are our own.
_NUMBERS = {
    "pages": "INTEGER", "finding": "INTEGER", "strength": "INTEGER", "recommendation": "INTEGER", "size": "INTEGER",
    "unanswered": "INTEGER", "unsupported": "INTEGER", "characters": "INTEGER", "sentences": "INTEGER",
}  # fmt: skip

_TABLES = f"""
CREATE TABLE reports (
    key INTEGER PRIMARY KEY, {", ".join(f"{name} {_NUMBERS.get(name, 'TEXT')}" for name in REPORT_COLUMNS)}
);
CREATE TABLE grades (
    report INTEGER NOT NULL REFERENCES reports, judgement TEXT, value TEXT, start INTEGER, "end" INTEGER
);
CREATE TABLE records (
    key INTEGER PRIMARY KEY, report INTEGER NOT NULL REFERENCES reports, id TEXT NOT NULL, role TEXT NOT NULL,
    text TEXT NOT NULL, confidence REAL, decision TEXT, page INTEGER, pages JSON, section_path JSON, block_kind TEXT,
    list_marker TEXT, lead_in TEXT, lead_in_start INTEGER, lead_in_end INTEGER, start INTEGER, "end" INTEGER,
    spans JSON, boxes JSON, prefix TEXT, suffix TEXT, score_finding REAL, score_strength REAL,
    score_recommendation REAL, score_other REAL, fingerprint TEXT, model TEXT, model_sha256 TEXT,
    model_precision TEXT, scrutiny_version TEXT, schema_version TEXT
);
CREATE TABLE attributes (
    record INTEGER NOT NULL REFERENCES records, name TEXT NOT NULL, value TEXT, start INTEGER, "end" INTEGER,
    basis TEXT, date TEXT
);
CREATE TABLE proportions (
    record INTEGER NOT NULL REFERENCES records, text TEXT, start INTEGER, "end" INTEGER, low REAL, high REAL, basis TEXT
);
CREATE TABLE links (
    record INTEGER NOT NULL REFERENCES records, other INTEGER NOT NULL REFERENCES records, score REAL, basis TEXT,
    start INTEGER, "end" INTEGER
);
"""

_INDEXES = """
CREATE INDEX records_report ON records (report);
CREATE INDEX records_role ON records (role);
CREATE INDEX records_id ON records (id);
CREATE INDEX records_fingerprint ON records (fingerprint);
CREATE INDEX attributes_record ON attributes (record, name);
CREATE INDEX attributes_name ON attributes (name, value);
CREATE INDEX proportions_record ON proportions (record);
CREATE INDEX links_record ON links (record);
CREATE INDEX links_other ON links (other);
CREATE INDEX grades_report ON grades (report);
"""

# Written so that Datasette recognises it as the full text of the records.
_FULL_TEXT = """
CREATE VIRTUAL TABLE records_fts USING FTS5 (text, content="records", content_rowid="key");
INSERT INTO records_fts (records_fts) VALUES ('rebuild');
"""

_RESULT = ("voice", "trend", "element", "severity", "grades", "references", "earlier")
_DEMAND = (
    "number", "kind", "obligation", "addressee", "action", "object", "deadline", "condition", "measure", "missing",
    "references", "earlier",
)  # fmt: skip


def _view(name: str, role: str, attributes: Sequence[str]) -> str:
    """A view of the records of one role with their attributes as columns."""
    values = [
        f"(SELECT group_concat(value, '; ') FROM attributes WHERE record = r.key AND name = '{attribute}')"
        f' AS "{attribute}"'
        for attribute in attributes
    ]
    if "deadline" in attributes:
        day = "(SELECT date FROM attributes WHERE record = r.key AND name = 'deadline') AS deadline_date"
        values.insert(attributes.index("deadline") + 1, day)
    else:
        values.append("(SELECT group_concat(text, '; ') FROM proportions WHERE record = r.key) AS proportions")
    return (
        f"CREATE VIEW {name} AS SELECT p.title, p.path, r.page, r.text, r.confidence, r.decision, "
        f"{', '.join(values)}, (SELECT count(*) FROM links WHERE record = r.key) AS links, r.id, r.key "
        f"FROM records r JOIN reports p ON p.key = r.report WHERE r.role = '{role}' ORDER BY r.key;\n"
    )


_VIEWS = (
    _view("findings", "finding", _RESULT)
    + _view("strengths", "strength", _RESULT)
    + _view("recommendations", "recommendation", _DEMAND)
    + """
CREATE VIEW links_with_text AS
SELECT p.title, p.path, a.role, a.page, a.text, l.score, l.basis, b.role AS other_role, b.page AS other_page,
    b.text AS other_text
FROM links l JOIN records a ON a.key = l.record JOIN records b ON b.key = l.other JOIN reports p ON p.key = a.report
ORDER BY l.rowid;
CREATE VIEW by_report AS
SELECT p.title, p.path, p.regime, p.publication_date, p.pages, p.finding, p.strength, p.recommendation,
    (SELECT count(*) FROM records r WHERE r.report = p.key AND r.decision = 'review') AS review,
    p.unanswered, p.unsupported
FROM reports p ORDER BY p.key;
"""
)


class SqliteWriter:
    """Records in an SQLite database. The same records give the same bytes, under one version of SQLite."""

    def __init__(self, path: Path) -> None:
        """Create or replace ``path``. Raises OSError."""
        path.unlink(missing_ok=True)
        with _told():
            self._database = sqlite3.connect(path, isolation_level=None)
            # Nothing is kept to go back to: a file that is not whole is of no use.
            self._database.executescript(
                f"PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES} BEGIN;"
            )
        self._reports = self._records = 0

    def write(self, report: Report, records: Sequence[RecordLine]) -> None:
        """Write a report and its records. Raises OSError."""
        with _told():
            self._reports += 1
            self._insert("reports", [(self._reports, *flat_report(report).values())])
            grades = [(self._reports, grade.judgement, grade.value, grade.start, grade.end) for grade in report.grades]
            self._insert("grades", grades)
            keys = {record.id: self._records + number for number, record in enumerate(records, 1)}
            self._records += len(records)
            for record in records:
                key = keys[record.id]
                self._insert("records", [_row(key, self._reports, record)])
                self._insert("attributes", [(key, *row) for row in _attributes(record.attributes)])
                proportions = [(key, *each.model_dump().values()) for each in record.attributes.proportions]
                self._insert("proportions", proportions)
                links = [
                    (key, keys[link.record], link.score, link.basis, link.start, link.end) for link in record.links
                ]
                self._insert("links", links)

    def close(self) -> None:
        """Make indexes and views and close the file. Raises OSError."""
        with _told():
            try:
                self._database.execute("COMMIT")
                self._database.executescript(_INDEXES + _VIEWS + (_FULL_TEXT if self._has_full_text() else ""))
            finally:
                self._database.close()

    def _has_full_text(self) -> bool:
        return any(option == "ENABLE_FTS5" for (option,) in self._database.execute("PRAGMA compile_options"))

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            self._database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def _row(key: int, report: int, record: RecordLine) -> tuple[object, ...]:
    """The cells of a record in the order of its table."""
    lead_in = record.lead_in
    return (
        key,
        report,
        record.id,
        record.role,
        record.text,
        record.confidence,
        record.decision,
        record.pages[0] if record.pages else None,
        json.dumps(record.pages),
        json.dumps(record.section_path, ensure_ascii=False),
        record.block_kind,
        record.list_marker,
        *((lead_in.text, lead_in.start, lead_in.end) if lead_in else (None, None, None)),
        record.start,
        record.end,
        json.dumps([span.model_dump() for span in record.spans]),
        json.dumps([box.model_dump() for box in record.boxes]),
        record.prefix,
        record.suffix,
        *record.scores.model_dump().values(),
        record.fingerprint,
        record.model.name,
        record.model.sha256,
        record.model.precision,
        record.scrutiny_version,
        record.schema_version,
    )


def _attributes(attributes: AttributesLine) -> Iterator[tuple[object, ...]]:
    """Name, value, start, end, basis and date of every attribute but the proportions."""
    for name, given in attributes:
        for value in given if isinstance(given, list) else [given]:
            if isinstance(value, DeadlineLine):
                yield name, value.text, value.start, value.end, value.basis, value.date
            elif isinstance(value, BaseModel) and name != "proportions":
                yield name, *value.model_dump().values(), None
            elif isinstance(value, str):
                yield name, value, None, None, None, None


@contextmanager
def _told() -> Iterator[None]:
    """An error of SQLite, of which only a full or broken disk is left here, as one of the system."""
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(str(error)) from None
