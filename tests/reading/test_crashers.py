"""Files that once made a reader fail, found by ``benchmarks/fuzz_readers.py``; and patterns whose time exploded."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fuzzing.workers import Worker
from scrutiny.reading import read
from scrutiny.report import BlockKind

CRASHERS = Path(__file__).with_name("crashers")


def _stored(name: str, _seed: int, _number: int) -> bytes:
    """The file in the folder of crashers that is named like the last part of a format."""
    return (CRASHERS / name).read_bytes()


def test_files_that_once_crashed_a_reader_are_read_or_refused() -> None:
    worker = Worker(_stored, 0)
    faults = {}
    for file in sorted(CRASHERS.iterdir()):
        worker.start(file.name, 0)
        worker.connection.poll(worker.left)
        outcome = worker.finish()
        if outcome.code == "finding":
            faults[file.name] = outcome.detail
    worker.stop()
    assert not faults


def test_text_that_a_pdf_shows_nowhere_is_kept_beside_the_text() -> None:
    blocks = read(CRASHERS / "matrix-overflow.pdf").blocks
    assert [(block.kind, block.text) for block in blocks] == [
        (BlockKind.PARAGRAPH, "Leaders act."),
        (BlockKind.FURNITURE, "Nowhere."),
    ]


def _seconds(data: bytes, name: str) -> float:
    begin = time.process_time()
    read(data, name=name)
    return time.process_time() - begin


#: Each a name and a text of so many repetitions.
HOSTILE: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "tables in tables": ("a.html", lambda n: b"<table><tr><td>x<td>y" * n),
    "terms in terms": ("a.html", lambda n: b"<dl><dt>x<dd>y" * n),
    "main parts in main parts": ("a.html", lambda n: b"<main>" * n + b"x"),
    "links in links of a note": ("a.html", lambda n: b"<div class=footnotes>" + b"<a>" * n + b"x"),
}


@pytest.mark.parametrize("pattern", HOSTILE)
def test_time_grows_no_faster_than_the_file(pattern: str) -> None:
    name, repeated = HOSTILE[pattern]
    read(b"Leaders act.", name=name)
    one = min(_seconds(repeated(1000), name) for _ in range(2))
    assert min(_seconds(repeated(4000), name) for _ in range(2)) < 8 * one + 0.2
