"""The whole flow on the sample reports and, where they are at hand, on real ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scrutiny
from scrutiny.errors import ReadError
from scrutiny.pipeline import Pipeline, compose
from scrutiny.records.grouping import Assembler
from scrutiny.report import Report, Role
from scrutiny.splitting import Splitter


def assert_offsets(report: Report) -> None:
    """Every layer slices back to the text, in order, sentences inside their blocks."""
    for layer in (report.blocks, report.sentences, report.records):
        for piece in layer:
            assert report.text[piece.start : piece.end] == piece.text
    for sentence in report.sentences:
        block = report.blocks[sentence.block]
        assert block.start <= sentence.start < sentence.end <= block.end
    starts = [sentence.start for sentence in report.sentences]
    assert starts == sorted(set(starts))


def test_every_sample_keeps_the_offset_law_and_has_records_with_places(sample_reports: list[Report]) -> None:
    assert len(sample_reports) >= 8
    for report in sample_reports:
        assert_offsets(report)
        assert {record.role for record in report.records} == {Role.FINDING, Role.STRENGTH, Role.RECOMMENDATION}
        assert report.title
        assert report.source.sha256 == hashlib.sha256(Path(report.source.path).read_bytes()).hexdigest()
        if report.source.format == "pdf":
            for record in report.records:
                assert report.pages(*(report.sentences[index] for index in record.sentences))


def test_calling_and_streaming_give_the_same_reports(pipeline: Pipeline, sample_reports: list[Report]) -> None:
    for report in sorted(sample_reports, key=lambda report: len(report.sentences))[:2]:
        assert pipeline(report.source.path) == report


def test_streaming_reads_no_further_than_it_must(pipeline: Pipeline, samples: Path) -> None:
    read_so_far = 0

    def endless() -> Iterator[Path]:
        nonlocal read_so_far
        while True:
            read_so_far += 1
            yield next(samples.glob("*.md"))

    first = next(iter(pipeline.stream(endless())))
    assert first.sentences
    assert read_so_far < 200


def test_a_file_that_cannot_be_read_is_told_or_raised(pipeline: Pipeline, samples: Path) -> None:
    good = next(samples.glob("*.md"))
    told: list[tuple[str, str]] = []
    found = list(pipeline.stream(["gone.pdf", good], on_error=lambda path, error: told.append((path, error.code))))
    assert [report.source.path for report in found] == [good.as_posix()]
    assert told == [("gone.pdf", "missing")]
    with pytest.raises(ReadError):
        list(pipeline.stream(["gone.pdf"]))


def test_a_fault_of_the_reader_in_one_file_is_told_like_any_other(
    pipeline: Pipeline, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: str | Path, **options: Any) -> Report:
        return real_read(path, **options) if str(path).endswith(".md") else 1 / 0  # type: ignore[return-value]

    real_read = scrutiny.read
    monkeypatch.setattr("scrutiny.reading.read", read)
    told: list[str] = []
    files: list[str | Path | tuple[str, bytes]] = ["bad.pdf", next(samples.glob("*.md"))]
    assert len(list(pipeline.stream(files, on_error=lambda _, error: told.append(error.code)))) == 1
    assert told == ["unexpected"]


@settings(deadline=None, max_examples=30)
@given(text=st.text(min_size=1, max_size=600))
def test_any_text_keeps_the_offset_law(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("any") / "any.md"
    file.write_text(text, encoding="utf-8", errors="replace")
    codes: list[str] = []
    for report in pipeline.stream([file], on_error=lambda _, error: codes.append(error.code)):
        assert_offsets(report)
    assert set(codes) <= {"empty", "not_text", "no_text"}


def test_stages_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="Assembler needs predictions, sentences"):
        compose([Assembler()])
    assert list(compose([Splitter()])([])) == []


def test_the_readme_sentence_is_a_finding(pipeline: Pipeline) -> None:
    (prediction,) = pipeline.classify(["Plans are not reviewed often enough."], headings=["Findings"], passages=["p1"])
    assert prediction.role is Role.FINDING
