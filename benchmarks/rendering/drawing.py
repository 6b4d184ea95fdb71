"""Reports drawn by ReportLab, along the long side of upright pages that are to be displayed turned or not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from rendering.parts import Kind, Part

SIZES = {"h0": 18, "h1": 14, "h2": 12, "h3": 10.5, "text": 10.5, "caption": 9, "cell": 9}


def turned(parts: Sequence[Part]) -> str:
    """Text that is upright as displayed: every page has a quarter turn."""
    return _drawing(parts, turn=90)


def sideways(parts: Sequence[Part]) -> str:
    """Text that runs up the page."""
    return _drawing(parts, turn=0)


def _drawing(parts: Sequence[Part], turn: int) -> str:
    """What to draw, as JSON: the turn of the pages in degrees; of each part a style, marker and text, or its rows."""
    drawn = list[Any]()
    for part in parts:
        if part.kind is Kind.TABLE:
            drawn += [["caption", "", part.text], part.rows]
        elif part.kind is Kind.HEADING:
            drawn.append([f"h{part.level}", "", part.text])
        else:
            drawn.append(["text", part.marker, part.text])
    return json.dumps([turn, drawn])


def print_drawings(drawings: dict[Path, str]) -> None:
    """Draw every report into the PDF file it is named with.

    Raises:
        FileNotFoundError: ReportLab is not installed.
    """
    try:
        from reportlab import platypus
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.styles import ParagraphStyle
    except ImportError as error:
        raise FileNotFoundError("ReportLab is not installed.") from error
    width, height = A4
    frame = platypus.Frame(50, 50, height - 100, width - 100)
    looks = {
        name: ParagraphStyle(
            name,
            fontName="Times-Roman" if name in {"text", "cell"} else "Helvetica-Bold",
            fontSize=size,
            leading=1.3 * size,
            spaceBefore=0.6 * size,
            spaceAfter=0.4 * size,
        )
        for name, size in SIZES.items()
    }
    marked = ParagraphStyle("marked", looks["text"], leftIndent=34)

    def begin(canvas: Any, _: Any) -> None:
        canvas.translate(width, 0)
        canvas.rotate(90)
        canvas.setFont("Helvetica", 8)
        canvas.drawRightString(height - 50, 30, f"Page {canvas.getPageNumber()}")

    for target, drawing in drawings.items():
        turn, drawn = json.loads(drawing)
        story = []
        for part in drawn:
            if isinstance(part[0], list):
                rows = [[platypus.Paragraph(escape(cell), looks["cell"]) for cell in row] for row in part]
                story.append(platypus.Table(rows, style=[("GRID", (0, 0), (-1, -1), 0.5, "gray")], repeatRows=1))
            else:
                name, marker, text = part
                look = marked if marker else looks[name]
                story.append(platypus.Paragraph(escape(text), look, bulletText=marker or None))
        pages = platypus.PageTemplate("along", [frame], onPage=begin, pagesize=A4)
        document = platypus.BaseDocTemplate(str(target), pageTemplates=[pages], pagesize=A4, rotation=turn, invariant=1)
        document.build(story)
