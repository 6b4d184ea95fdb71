"""PDF files made on the spot, and the law every report obeys."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from scrutiny.report import Report

Draw = Callable[[Canvas], None]


@pytest.fixture(scope="session")
def make_pdf() -> Callable[..., bytes]:
    """Draws one function a page on A4, in points from the bottom left, and gives the file's bytes."""

    def make(*pages: Draw, title: str | None = None, encrypt: str | None = None, rotate: int = 0) -> bytes:
        file = io.BytesIO()
        canvas = Canvas(file, pagesize=A4, encrypt=encrypt, invariant=True)
        if title is not None:
            canvas.setTitle(title)
        for draw in pages:
            if rotate:
                canvas.setPageRotation(rotate)
            draw(canvas)
            canvas.showPage()
        canvas.save()
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def assert_offsets() -> Callable[[Report], None]:
    """Checks the offset law on a report."""
    return _assert_offsets


def _assert_offsets(report: Report) -> None:
    """The offset law: blocks slice back to their text, in order and apart; lines lie inside their block."""
    position = 0
    for block in report.blocks:
        assert report.text[block.start : block.end] == block.text
        assert block.text == block.text.strip() != ""
        lead = report.text[position : block.start]
        assert lead.strip() == block.marker
        assert not block.marker or lead.endswith(f"{block.marker} ")
        previous = block.start
        for line in block.lines:
            assert previous <= line.start <= line.end <= block.end
            previous = line.end
        position = block.end
    assert position == len(report.text)
    assert sum(report.coverage.characters.values()) == sum(len(block.text) for block in report.blocks)
