"""What must hold of any report, however damaged its file."""

from __future__ import annotations

import math
from dataclasses import replace

from scrutiny.report import Decision, Prediction, Record, Report, Role, Sentence
from scrutiny.splitting import Splitter
from scrutiny.writing.parts import ModelReference
from scrutiny.writing.schema import record_line, report_line, sentence_lines

_MODEL = ModelReference(name="none", sha256="0" * 64, precision="float32")
_SCORES = (1.0, 0.0, 0.0, 0.0)
_PREDICTION = Prediction(_SCORES, Role.FINDING, None, 1.0, Decision.ACCEPT)


class BrokenLawError(Exception):
    """Which law a report breaks, and where."""


def check(report: Report) -> None:
    """Raises BrokenLawError, or whatever splitting or writing ``report`` raises."""
    _check_blocks(report)
    _check_boxes(report)
    _check_spans(report)
    sentences = _checked_sentences(report)
    told = replace(report, sentences=sentences)
    for line in sentence_lines(told):
        line.model_dump_json().encode()
    for index, sentence in enumerate(sentences):
        record = Record(
            str(index),
            Role.FINDING,
            sentence.start,
            sentence.end,
            sentence.text,
            (index,),
            _SCORES,
            1.0,
            Decision.ACCEPT,
        )
        record_line(told, record, _MODEL).model_dump_json().encode()
    report_line(told, _MODEL).model_dump_json().encode()


def _demand(holds: bool, law: str) -> None:
    if not holds:
        raise BrokenLawError(law)


def _check_blocks(report: Report) -> None:
    position = 0
    for block in report.blocks:
        _demand(report.text[block.start : block.end] == block.text, "a block's offsets")
        _demand(block.text == block.text.strip() != "", "a block without text, or with space around it")
        lead = report.text[position : block.start]
        _demand(lead.strip() == block.marker, "text before a block that is not its marker")
        previous = block.start
        for line in block.lines:
            _demand(previous <= line.start <= line.end <= block.end, "a line outside of its block")
            previous = line.end
        _demand(block.level >= 0, "a level below 0")
        position = block.end
    _demand(position == len(report.text), "text after the last block")
    counted = sum(report.coverage.characters.values())
    _demand(counted == sum(len(block.text) for block in report.blocks), "the number of characters")


def _check_boxes(report: Report) -> None:
    pages = report.coverage.pages or 0
    for block in report.blocks:
        for box in [*(line.box for line in block.lines), *([block.box] if block.box else [])]:
            _demand(1 <= box.page <= pages, "a box on a page that is not there")
            _demand(all(map(math.isfinite, (box.x0, box.y0, box.x1, box.y1))), "a box without end")
            _demand(box.x0 <= box.x1 and box.y0 <= box.y1, "a box inside out")


def _check_spans(report: Report) -> None:
    spans = [(grade.start, grade.end) for grade in report.grades]
    for start, end in [*spans, *report.metadata_spans.values()]:
        _demand(0 <= start < end <= len(report.text), "a span outside of the text")


def _checked_sentences(report: Report) -> tuple[Sentence, ...]:
    (split,) = Splitter()([report])
    last = 0
    for sentence in split.sentences:
        block = report.blocks[sentence.block]
        _demand(last <= sentence.start and block.start <= sentence.start, "sentences out of order")
        _demand(sentence.start < sentence.end <= block.end, "a sentence outside of its block")
        _demand(report.text[sentence.start : sentence.end] == sentence.text, "a sentence's offsets")
        last = sentence.end
    return tuple(replace(sentence, prediction=_PREDICTION) for sentence in split.sentences)
