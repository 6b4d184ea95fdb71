"""The processes that read, before and after they are asked anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from scrutiny.archive.frames import Kind
from scrutiny.archive.processes import Reader

SETTINGS = {
    "ocr": False,
    "regime": None,
    "text_column": None,
    "model": {"name": "none", "sha256": "0" * 64, "precision": "float32"},
}


@pytest.fixture
def reader() -> Iterator[Reader]:
    one = Reader(timeout=60, memory=1_000_000_000)
    yield one
    one.close()


def children() -> set[int]:
    return {process.pid for process in psutil.Process().children() if process.status() != psutil.STATUS_ZOMBIE}


def read(reader: Reader, path: Path) -> tuple[Kind, bytes]:
    kind, _ = reader.ask(Kind.OPEN, {"path": str(path), "name": path.name, "leave_out": []}, about=path.name)
    assert kind is Kind.OPENED
    return reader.ask(Kind.NEXT, about=path.name)


def test_a_process_that_was_warmed_up_is_the_one_that_reads_and_ends_with_its_reader(
    reader: Reader, tmp_path: Path
) -> None:
    before = children()
    reader.warm_up()
    (warm,) = children() - before
    reader.configure(SETTINGS)
    (tmp_path / "a.md").write_text("# Findings\n\nThe lift is broken.\n")
    kind, content = read(reader, tmp_path / "a.md")
    assert kind is Kind.REPORT
    assert b"The lift is broken." in content
    assert children() - before == {warm}
    reader.close()
    assert children() == before


def test_one_that_is_gone_before_it_is_asked_anything_is_replaced(reader: Reader, tmp_path: Path) -> None:
    before = children()
    reader.warm_up()
    (warm,) = children() - before
    process = psutil.Process(warm)
    process.kill()
    process.wait(10)
    reader.warm_up()
    reader.configure(SETTINGS)
    (tmp_path / "a.md").write_text("# Findings\n\nThe lift is broken.\n")
    assert read(reader, tmp_path / "a.md")[0] is Kind.REPORT
