"""spaCy's binary documents: a text a report, its sentences, and its records as spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrutiny.report import Report
from scrutiny.writing.schema import RecordLine

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

#: The group of spans in ``Doc.spans``, and the key in ``Doc.user_data``.
KEY = "scrutiny"


class DocBinWriter:
    """A folder of ``.spacy`` files, as spaCy's commands and its ``Corpus`` take it.

    ``Doc.text`` is the report's text, cut into words so that every sentence and record begins and ends with one.
    ``Doc.spans["scrutiny"]`` holds the records: label the role, ``id_`` the record's id, ``kb_id_`` its fingerprint.
    ``Doc.user_data["scrutiny"]`` holds the report's path, hash, title and metadata and, by their ids, whole records.
    """

    #: Words after which a file is full: spaCy holds a file in memory, written or read.
    WORDS = 500_000

    def __init__(self, path: Path) -> None:
        """Create the folder ``path``."""
        path.mkdir()
        self._folder = path
        self._files = 0
        self._begin()

    def write(self, report: Report, records: Sequence[RecordLine]) -> None:
        """Add a document."""
        doc = _document(self._language, report, records)
        self._bin.add(doc)
        self._words += len(doc)
        if self._words >= self.WORDS:
            self._flush()

    def close(self) -> None:
        """Write what is gathered."""
        if len(self._bin) or not self._files:
            self._flush()

    def _begin(self) -> None:
        import spacy
        from spacy.tokens import DocBin

        # A vocabulary keeps every word it has met: each file has a new one.
        self._language = spacy.blank("en")
        self._bin = DocBin(attrs=["SENT_START"], store_user_data=True)
        self._words = 0

    def _flush(self) -> None:
        (self._folder / f"part-{self._files:05}.spacy").write_bytes(self._bin.to_bytes())
        self._files += 1
        self._begin()


def _document(language: Language, report: Report, records: Sequence[RecordLine]) -> Doc:
    """The document of a report."""
    from spacy.tokens import Doc

    words: list[str] = []
    spaces: list[bool] = []
    starts: list[bool | int | None] = []
    for piece in _pieces(report):
        text = piece
        if words and text.startswith(" ") and not spaces[-1]:
            spaces[-1], text = True, text[1:]
        tokens = language.tokenizer(text)
        words += [token.text for token in tokens]
        spaces += [bool(token.whitespace_) for token in tokens]
        starts += [index == 0 and not text.isspace() for index in range(len(tokens))]
    doc = Doc(language.vocab, words=words, spaces=spaces, sent_starts=starts)
    spans: list[Any] = [
        doc.char_span(record.start, record.end, label=record.role, span_id=record.id, kb_id=record.fingerprint)
        for record in records
    ]
    doc.spans[KEY] = spans
    source = report.source
    about = {"path": source.path, "sha256": source.sha256, "title": report.title, "metadata": dict(report.metadata)}
    doc.user_data[KEY] = {**about, "records": {record.id: record.model_dump(mode="json") for record in records}}
    return doc


def _pieces(report: Report) -> Iterator[str]:
    """The text, cut where a block or a sentence begins or ends."""
    edges = {0, len(report.text)}
    edges.update(edge for block in report.blocks for edge in (block.start, block.end))
    edges.update(edge for sentence in report.sentences for edge in (sentence.start, sentence.end))
    for start, end in pairwise(sorted(edges)):
        yield report.text[start:end]
