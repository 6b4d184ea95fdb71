"""Pages drawn for tests, and what is looked for in the reports read from them."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.pdfgen.canvas import Canvas

from scrutiny.report import Block, BlockKind, Report

MakePdf = Callable[..., bytes]
Law = Callable[[Report], None]
Draw = Callable[[Canvas], None]
PITCH = 14.4


def write(*lines: str, y: float = 740, x: float = 72, size: float = 12, bold: bool = False) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        for number, line in enumerate(lines):
            canvas.drawString(x, y - number * PITCH * size / 12, line)

    return draw


def all_of(*draws: Draw) -> Draw:
    def draw(canvas: Canvas) -> None:
        for each in draws:
            each(canvas)

    return draw


def of_kind(report: Report, kind: BlockKind) -> list[Block]:
    return [block for block in report.blocks if block.kind is kind]


def texts(report: Report, kind: BlockKind) -> list[str]:
    return [block.text for block in of_kind(report, kind)]


FULL = "Leaders know the school well and have made the right plans for what comes"
PROSE = write(FULL, "next, and staff speak well of them.", y=400)
