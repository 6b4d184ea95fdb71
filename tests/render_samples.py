"""Render authored reports as the sample files in ``corpora/samples``.

    python tests/render_samples.py [--output corpora/samples]

The words are those of ``corpora/authored``; house styles, and what is printed besides (title block, header and
footer, tables, footnotes), are in ``corpora/samples/samples.toml``. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import io
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from reportlab import platypus as rl
from reportlab.graphics import shapes
from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics, ttfonts

from scrutiny.corpora import LabelledSentence, parse_authored
from scrutiny.resources import corpora_folder

SAMPLES = corpora_folder() / "samples"
PAGES = {"A4": A4, "LETTER": LETTER}
LENGTHS = ("fontSize", "spaceBefore", "spaceAfter", "leftIndent", "bulletIndent")  # in multiples of the body size
STYLES = {
    "h1": (1.4, 1.3, 0.5, 0, 0),
    "h2": (1.12, 0.9, 0.35, 0, 0),
    "h3": (1.0, 0.6, 0.3, 0, 0),
    "h4": (0.86, 0.5, 0.4, 0, 0),  # captions
    "paragraph": (1, 0.6, 0.6, 0, 0),
    "number": (1, 0.6, 0.6, 2.2, 0),
    "section": (1, 0.6, 0.6, 3.4, 0),
    "item": (1, 0, 0.4, 3.2, 1.5),
    "cell": (0.9, 0, 0, 0, 0),
}
TINT, GREY = HexColor("#e9e9ec"), HexColor("#9a9a9a")


class Heading(NamedTuple):
    """A heading of an authored report; level 1 is the highest."""

    level: int
    text: str


Block = Heading | list[LabelledSentence]


@dataclass(frozen=True, slots=True)
class House:
    """How one inspecting body prints a report; the font Vera is embedded, the others are among the standard 14."""

    source: str
    inspectorate: str
    kind: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    running: tuple[str, str] = ("", "")
    masthead: str = "band"
    dates: str = "{0.day} {0:%B} {0.year}"
    page: str = "A4"
    body: str = "Times-Roman"
    head: str = "Helvetica-Bold"
    size: float = 10.5
    colour: str = "#000000"
    columns: int = 1
    margin: float = 24
    footnote: tuple[int, str] = (0, "")
    extras: dict[str, dict[str, Any]] = field(default_factory=dict)  # by the unit they follow

    @property
    def width(self) -> float:
        """Between the margins, in points."""
        return float(PAGES[self.page][0] - 2 * self.margin * mm)


def houses() -> dict[str, House]:
    """The house style of each sample, by file name."""
    tables = tomllib.loads((SAMPLES / "samples.toml").read_text(encoding="utf-8"))
    return {name: House(**table) for name, table in tables.items()}


def read(stem: str) -> tuple[str, date, list[Block]]:
    """Title, date, and the headings and paragraphs of an authored report, in order."""
    path = corpora_folder() / "authored" / f"{stem}.txt"
    units, found = parse_authored(path), {"title": "", "date": ""}
    blocks: list[Block] = []
    for line in filter(str.strip, path.read_text(encoding="utf-8").splitlines()):
        if line.startswith("@"):
            key, _, found[key] = line[1:].partition(" ")
        elif line.startswith("#"):
            marks, _, text = line.partition(" ")
            blocks.append(Heading(len(marks), text))
        elif (unit := next(units)).starts_block or not isinstance(blocks[-1], list):
            blocks.append([unit])
        else:
            blocks[-1].append(unit)
    return found["title"], date.fromisoformat(found["date"]), blocks


def running_text(block: list[LabelledSentence], mark: Callable[[LabelledSentence], str], line_break: str) -> str:
    """The units of a paragraph; one that does not end like a sentence ("Rating: Meets") keeps its own line."""
    ends = [" " if unit.text[-1] in '.:;,!?)]"' else line_break for unit in block]
    return "".join(mark(unit) + end for unit, end in zip(block, [*ends[:-1], ""], strict=True))


def styles(house: House) -> dict[str, Any]:
    """The paragraph styles of a house."""
    made = {}
    for name, numbers in STYLES.items():
        lengths = dict(zip(LENGTHS, (number * house.size for number in numbers), strict=True))
        made[name] = ParagraphStyle(
            name,
            **lengths,
            leading=1.32 * lengths["fontSize"],
            fontName=house.head if name.startswith("h") else house.body,
            textColor=HexColor(house.colour) if name.startswith("h") else black,
            bulletFontName=house.body,
            bulletFontSize=lengths["fontSize"],
            alignment=4 if house.columns > 1 and name in {"paragraph", "number"} else 0,
        )
    return made


def table(rows: list[list[str]], look: Any, widths: list[float], *commands: Any) -> Any:
    """A table of paragraphs, each in the middle of its row."""
    cells = [[rl.Paragraph(cell, look) for cell in row] for row in rows]
    return rl.Table(cells, widths, style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE"), *commands])


def masthead(house: House, looks: dict[str, Any]) -> list[Any]:
    """The inspecting body at the top of page 1, in a coloured band or above a rule."""
    band, colour, align = house.masthead == "band", HexColor(house.colour), int(house.masthead == "centred")
    ground = ("BACKGROUND", (0, 0), (-1, -1), colour) if band else ("LINEBELOW", (0, 1), (0, 1), 1.5, colour)
    padding = (("LEFTPADDING", (0, 0), (-1, -1), 6 if band else 0), ("BOTTOMPADDING", (0, 1), (0, 1), 8))
    ink = {"alignment": align, "textColor": white if band else colour}
    name, kind = (ParagraphStyle(look, looks[look], **ink) for look in ("h2", "cell"))
    rows = [[rl.Paragraph(house.inspectorate, name)], [rl.Paragraph(house.kind, kind)]]
    return [rl.Table(rows, [house.width], style=[ground, *padding]), rl.Spacer(1, house.size)]


def title_block(house: House, looks: dict[str, Any], title: str, day: date) -> list[Any]:
    """What stands at the top of page 1: inspecting body, title, dates and reference; a letter has no title."""
    facts = [[f"<b>{label}</b>", value.format(date=house.dates.format(day))] for label, value in house.facts]
    if house.masthead == "letter":
        return [*masthead(house, looks), rl.Paragraph(facts[0][1], looks["paragraph"])]
    head = ParagraphStyle("title", looks["h1"], alignment=int(house.masthead == "centred"))
    rule = ("LINEBELOW", (0, 0), (-1, -1), 0.4, GREY)
    register = table(facts, looks["cell"], [0.28 * house.width, 0.72 * house.width], rule)
    return [*masthead(house, looks), rl.Paragraph(escape(title), head), register, rl.Spacer(1, house.size)]


def crossing(colour: Any, width: float) -> Any:
    """The figure of the accident report: a level crossing from above."""
    drawing, middle, beside = shapes.Drawing(width, 120), width / 2, width / 2 + 22
    drawing.add(shapes.Rect(middle - 14, 0, 28, 120, fillColor=TINT, strokeColor=None))
    drawing.add(shapes.Rect(middle - 14, 62, 28, 16, fillColor=GREY, strokeColor=None))
    for y, stroke, dashes in ((44, 1.5, None), (56, 1.5, None), (50, 20, [1, 14])):
        drawing.add(shapes.Line(20, y, width - 20, y, strokeColor=colour, strokeWidth=stroke, strokeDashArray=dashes))
    texts = ((beside, 67, "level section, 3.4 m"), (beside, 100, "9%"), (24, 26, "to Lammela"), (24, 106, "North"))
    for x, y, text in texts:
        drawing.add(shapes.String(x, y, text, fontName="Vera", fontSize=8))
    return drawing


def extra(house: House, looks: dict[str, Any], width: float, caption: str = "", rows: Any = ()) -> Any:
    """A table under its caption, the figure above its own, or without a caption room for a signature."""
    name, gap = rl.Paragraph(caption, looks["h4"]), rl.Spacer(1, house.size)
    if not caption:
        return rl.Spacer(1, 3 * house.size)
    if not rows:
        return rl.KeepTogether([gap, crossing(looks["h1"].textColor, width), name, gap])
    others = len(rows[0]) - 1
    first = 0.3 + 0.34 / others
    widths = [first * width, *[(1 - first) * width / others] * others]
    lines = (("GRID", (0, 0), (-1, -1), 0.5, GREY), ("BACKGROUND", (0, 0), (-1, 0), TINT))
    bold = [f"<b>{cell}</b>" for cell in rows[0]]
    return rl.KeepTogether([name, table([bold, *rows[1:]], looks["cell"], widths, *lines), gap])


def story(house: House, looks: dict[str, Any], blocks: list[Block], width: float) -> Iterator[Any]:
    """The report's headings and paragraphs, each extra after the paragraph with its unit."""
    noted = house.footnote[0]
    for block in blocks:
        if isinstance(block, Heading):
            yield rl.CondPageBreak((13.5 - 3.5 * block.level) * house.size)
            yield rl.Paragraph(escape(block.text), looks[f"h{block.level}"])
            continue
        marker = block[0].marker.replace("-", "\u2022")
        numbered = "section" if len(marker) > 3 else "number" if marker else "paragraph"
        look = looks["item" if block[0].block == "item" else numbered]
        text = running_text(block, lambda u: escape(u.text) + "<super>1</super>" * (u.position == noted), "<br/>")
        yield rl.Paragraph(text, look, bulletText=marker or None)
        ends = (str(unit.position) for unit in block)
        yield from (extra(house, looks, width, **house.extras[end]) for end in ends if end in house.extras)


def furnish(canvas: Any, _: Any, house: House, total: int) -> None:
    """Draw running header, footer and, on page 1, the footnote."""
    number, height, left = canvas.getPageNumber(), PAGES[house.page][1], house.margin * mm
    right = left + house.width
    canvas.setFont(house.body, 8)
    if number > 1:
        canvas.drawString(left, height - 14 * mm, house.running[0])
        canvas.drawRightString(right, height - 14 * mm, house.running[1])
        canvas.line(left, height - 16 * mm, right, height - 16 * mm)
    elif house.footnote[1]:
        canvas.line(left, 27 * mm, left + 40 * mm, 27 * mm)
        canvas.drawString(left, 23 * mm, f"1 {house.footnote[1]}")
    centred = house.masthead == "centred"
    draw, x = (canvas.drawCentredString, (left + right) / 2) if centred else (canvas.drawRightString, right)
    draw(x, 11 * mm, f"Page {number} of {total}")


def columns(house: House, top: float, bottom: float) -> list[Any]:
    """The text columns of a page between two heights."""
    left, gutter, height = house.margin * mm, 7 * mm, top - bottom
    width = (house.width + gutter) / house.columns - gutter
    return [rl.Frame(left + n * (width + gutter), bottom, width, height, 0, 0, 0, 0) for n in range(house.columns)]


def pdf(house: House, total: int = 0) -> bytes:
    """The report as PDF; the footers need the number of pages, so a first pass counts them."""
    looks, (title, day, blocks), height = styles(house), read(house.source), PAGES[house.page][1]
    top = title_block(house, looks, title, day)
    room = sum(part.wrap(house.width, height)[1] + part.getSpaceBefore() + part.getSpaceAfter() for part in top)
    ceiling = height - 18 * mm - room
    title_frame = rl.Frame(house.margin * mm, ceiling, house.width, room, 0, 0, 0, 0)
    text = columns(house, ceiling, (30 if house.footnote[1] else 20) * mm)
    draw = partial(furnish, house=house, total=total)
    templates = [
        rl.PageTemplate("first", [title_frame, *text], onPageEnd=draw, autoNextPageTemplate="later"),
        rl.PageTemplate("later", columns(house, height - 22 * mm, 20 * mm), onPageEnd=draw),
    ]
    file, about = io.BytesIO(), {"title": title, "author": house.inspectorate, "lang": "en", "invariant": 1}
    document = rl.BaseDocTemplate(file, pagesize=PAGES[house.page], pageTemplates=templates, **about)
    document.build([*top, rl.FrameBreak(), *story(house, looks, blocks, text[0].width)])
    return file.getvalue() if total else pdf(house, document.page)


def written(house: House, head: Callable[[int, str], str], paragraph: Callable[[str, str], str]) -> bytes:
    """The report as text: one blank line between paragraphs, none between list items."""
    title, day, blocks = read(house.source)
    text, listed = f"{head(0, title)}\n\n{house.inspectorate}, {house.dates.format(day)}", False
    for block in blocks:
        if isinstance(block, Heading):
            part, marker = head(block.level, block.text), ""
        else:
            marker = block[0].marker
            part = paragraph(marker, running_text(block, lambda unit: unit.text, "\n"))
        text += ("\n" if marker and listed else "\n\n") + part
        listed = bool(marker)
    return f"{text}\n".encode()


def hanging(marker: str, text: str) -> str:
    """A paragraph in plain text in lines of up to 76 characters, with its marker beside it."""
    indent = "    " if marker else ""
    return textwrap.fill(f"{marker:<{len(indent)}}{text}", 76, subsequent_indent=indent, break_on_hyphens=False)


MAKERS: dict[str, Callable[[House], bytes]] = {
    ".pdf": pdf,
    ".md": partial(written, head=lambda n, s: f"{'#' * (n + 1)} {s}", paragraph=lambda m, s: f"{m} {s}".strip()),
    ".txt": partial(written, head=lambda n, s: f"{s}\n{'-' * len(s)}" if n else s.upper(), paragraph=hanging),
}


def render(output: Path) -> list[Path]:
    """Write all samples into a folder."""
    for name in ("Vera", "VeraBd"):
        pdfmetrics.registerFont(ttfonts.TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFontFamily("Vera", normal="Vera", bold="VeraBd", italic="Vera", boldItalic="VeraBd")
    output.mkdir(parents=True, exist_ok=True)
    for name, house in houses().items():
        (output / name).write_bytes(MAKERS[Path(name).suffix](house))
    return [output / name for name in houses()]


def main() -> None:
    """Write the samples and say where."""
    parser = argparse.ArgumentParser(description="Render the sample reports from the authored corpus.")
    parser.add_argument("--output", type=Path, default=SAMPLES)
    print(*render(parser.parse_args().output), sep="\n")


if __name__ == "__main__":
    main()
