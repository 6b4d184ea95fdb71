"""Documents read back by spaCy have the report's text, sentences and records."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus

from scrutiny.report import Block, BlockKind, Report, Sentence, Source
from scrutiny.writing.docbin import DocBinWriter, _document

Write = Callable[..., Path]


def documents(folder: Path) -> list[Doc]:
    vocabulary = spacy.blank("en").vocab
    return [doc for file in sorted(folder.iterdir()) for doc in DocBin().from_disk(file).get_docs(vocabulary)]


def test_documents_hold_text_sentences_and_records(
    reports: list[Report], write: Write, lines: Callable[[Path], list[dict[str, Any]]]
) -> None:
    folder = write(reports, "jsonl", "docbin")
    docs = documents(folder / "records.spacy")
    assert [doc.text for doc in docs] == [report.text for report in reports]
    records = []
    for doc, report in zip(docs, reports, strict=True):
        starts = {token.idx for token in doc if token.is_sent_start}
        assert {sentence.start for sentence in report.sentences} <= starts
        sentences = {sentence.text.strip() for sentence in doc.sents}
        assert {sentence.text for sentence in report.sentences} <= sentences
        about = doc.user_data["scrutiny"]
        assert (about["path"], about["title"]) == (report.source.path, report.title)
        for span in doc.spans["scrutiny"]:
            record = about["records"][span.id_]
            assert (span.label_, span.text, span.start_char, span.end_char, span.kb_id_) == tuple(
                record[name] for name in ("role", "text", "start", "end", "fingerprint")
            )
            records.append(json.loads(json.dumps(record)))
    assert records == lines(folder / "records.jsonl")


def test_the_folder_is_a_corpus_that_spacy_trains_from(reports: list[Report], write: Write) -> None:
    examples = list(Corpus(write(reports, "docbin") / "records.spacy")(spacy.blank("en")))
    assert sorted(example.reference.text for example in examples) == sorted(report.text for report in reports)
    assert all(example.reference.spans["scrutiny"] for example in examples)


def test_files_are_full_after_so_many_words_and_the_same_again(
    reports: list[Report], write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DocBinWriter, "WORDS", 2_000)
    one, two = (write(reports, "docbin", name=name) / "records.spacy" for name in ("one", "two"))
    files = sorted(file.name for file in one.iterdir())
    assert files[:2] == ["part-00000.spacy", "part-00001.spacy"]
    assert [doc.text for doc in documents(one)] == [report.text for report in reports]
    assert [(one / name).read_bytes() for name in files] == [(two / name).read_bytes() for name in files]


def test_a_run_without_reports_gives_a_file_without_documents(write: Write) -> None:
    assert documents(write([], "docbin") / "records.spacy") == []


@pytest.fixture(scope="module")
def english() -> Language:
    return spacy.blank("en")


@given(parts=st.lists(st.text(alphabet="ab. \n\t\u00a0'’-1\U0001f600", min_size=1), max_size=6))
def test_any_text_cut_anywhere_is_kept(english: Language, parts: list[str]) -> None:
    text = "".join(parts)
    sentences, blocks, start = [], [], 0
    for index, part in enumerate(parts):
        blocks.append(Block(BlockKind.PARAGRAPH, start, start + len(part), part))
        if part.strip():  # a sentence has no blanks around it
            begin = start + len(part) - len(part.lstrip())
            sentences.append(Sentence(begin, begin + len(part.strip()), part.strip(), index))
        start += len(part)
    source = Source("a.txt", "0" * 64, 1, "text")
    report = replace(Report(text, tuple(blocks), source), sentences=tuple(sentences))
    doc = _document(english, report, [])
    assert doc.text == text
    for sentence in sentences:
        assert doc.char_span(sentence.start, sentence.end) is not None
