"""Reports as web pages, printed by headless Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from html import escape
from itertools import cycle, takewhile
from pathlib import Path

from rendering.parts import MARGIN_NOTES, Kind, Part

BASE = """
@page { size: A4; margin: 25mm 22mm }
body { font: 10.5pt/1.35 "Liberation Serif"; margin: 0 }
h1, h2, h3, .title { font-family: "Liberation Sans"; break-after: avoid; line-height: 1.2 }
.title { font-size: 20pt; margin: 0 0 14pt; font-weight: bold }
h1 { font-size: 14pt; margin: 16pt 0 6pt } h2 { font-size: 12pt; margin: 12pt 0 4pt }
h3 { font-size: 10.5pt; margin: 8pt 0 3pt }
p, .item { margin: 0 0 6pt } p.marked { padding-left: 30pt } p.marked .marker { float: left; margin-left: -30pt }
.item { padding-left: 16pt; margin-left: 12pt } .item .marker { float: left; margin-left: -16pt }
.marker { padding-right: 5pt } .deep2 { margin-left: 28pt } .deep3 { margin-left: 44pt }
table { border-collapse: collapse; width: 100%; margin: 6pt 0 10pt; font-size: 9.5pt } th { text-align: left }
th, td { padding: 3pt 5pt; vertical-align: top } tr { break-inside: avoid }
.caption { font: bold 9pt "Liberation Sans"; margin: 6pt 0; break-after: avoid }
figure { margin: 8pt 0; break-inside: avoid } figure .caption { break-after: auto }
.box { background: #e4eef4; padding: 8pt 10pt; margin: 8pt 0; break-inside: avoid }
sup { font-size: 60%; line-height: 0 }
"""
CHART = (
    '<svg width="220" height="90" viewBox="0 0 220 90">'
    + "".join(
        f'<rect x="{12 + 52 * n}" y="{80 - height}" width="34" height="{height}" fill="#7a9cb0"/>'
        f'<text x="{16 + 52 * n}" y="90" font-size="8">Q{n + 1}</text>'
        for n, height in enumerate((40, 66, 31, 58))
    )
    + "</svg>"
)


def page(parts: Sequence[Part], style: str, *, front: str = "", back: str = "", drop_sections: bool = False) -> str:
    """A web page of ``parts``: every section of the first level is one element."""
    title = next((part.text for part in parts if part.kind is Kind.HEADING), "")
    body, noted = list[str](), list[str]()
    for part in parts:
        if part.kind is Kind.HEADING and part.level == 1 and not drop_sections:
            body += ["</section>"] * ("<section>" in body) + ["<section>"]
        body.append(element(part, noted))
    body += ["</section>"] * ("<section>" in body)
    notes = "".join(f"<p class=endnote><sup>{n}</sup> {escape(note)}</p>" for n, note in enumerate(noted, start=1))
    notes = f"<h1>Notes</h1>{notes}" if notes else ""
    return (
        f'<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{BASE}{style}</style><body>{front}<main>{''.join(body)}</main>{notes}{back}</body></html>"
    )


def element(part: Part, noted: list[str]) -> str:
    """``part`` as an element; its note is added to those ``noted``."""
    text = escape(part.text, quote=False)
    if part.note:
        noted.append(part.note)
        text += f"<sup>{len(noted)}</sup>"
    marker = f'<span class="marker">{escape(part.marker)}</span>' if part.marker else ""
    match part.kind:
        case Kind.HEADING:
            return f"<h{part.level}>{text}</h{part.level}>" if part.level else f'<div class="title">{text}</div>'
        case Kind.PARAGRAPH:
            return f'<p class="marked">{marker}{text}</p>' if marker else f"<p>{text}</p>"
        case Kind.ITEM:
            return f'<div class="item deep{part.level}">{marker}{text}</div>'
        case Kind.FIGURE:
            return f'<figure>{CHART}<div class="caption">{text}</div></figure>'
        case Kind.RUN_IN:
            return f"<p><b>{text}.</b> {escape(part.parts[0].text, quote=False)}</p>"
        case Kind.BOX:
            return f'<div class="box">{"".join(element(inner, noted) for inner in part.parts)}</div>'
        case Kind.TABLE:
            return f'<div class="table"><div class="caption">{text}</div>{_table(part.rows)}</div>'


def _table(rows: Sequence[Sequence[str]]) -> str:
    """A table: a single cell crosses it, and empty ones in the first column belong to the cell above."""
    head, *others = rows
    body = ""
    for number, row in enumerate(others):
        below = list(takewhile(lambda other: other[0] == "", others[number + 1 :]))
        spans = [f' rowspan="{1 + len(below)}"' if len(row) > 1 else f' colspan="{len(head)}"', *[""] * (len(row) - 1)]
        cells = [f"<td{span}>{escape(cell)}</td>" for span, cell in zip(spans, row, strict=True)]
        body += f"<tr>{''.join(cells[row[0] == '' :])}</tr>"
    return f"<table><thead><tr><th>{'<th>'.join(map(escape, head))}</thead><tbody>{body}</tbody></table>"


def plain(parts: Sequence[Part]) -> str:
    """One column, page number below."""
    return page(parts, "@page { @bottom-right { content: counter(page); font-size: 9pt } }")


def two_columns(parts: Sequence[Part]) -> str:
    """Two justified columns under headings that cross them, with a summary in a box on page 1."""
    style = """
    @page { margin: 20mm 18mm; @top-left { content: "Calder Bridge Audit Board"; font-size: 8pt }
            @top-right { content: "Report 14/2023"; font-size: 8pt }
            @bottom-center { content: counter(page); font-size: 8pt } }
    @page :first { @top-left { content: none } @top-right { content: none } }
    section { columns: 2; column-gap: 8mm; text-align: justify } h1 { column-span: all }
    """
    return page(parts, style)


def newsletter(parts: Sequence[Part]) -> str:
    """Three narrow columns of small type, headings in colour inside them, call-outs between."""
    style = """
    @page { margin: 15mm; @bottom-left { content: "Calder Bridge Bulletin"; font-size: 7.5pt }
            @bottom-right { content: "page " counter(page); font-size: 7.5pt } }
    body { font-size: 9pt }
    main { columns: 3; column-gap: 6mm; column-rule: 0.4pt solid #999 }
    .title { column-span: all; background: #12495c; color: white; padding: 8pt }
    h1 { font-size: 11pt; color: #12495c } h2 { font-size: 9.5pt; color: #12495c }
    h3 { font-size: 9pt }
    """
    return page(parts, style, drop_sections=True)


def side_headings(parts: Sequence[Part]) -> str:
    """Headings in the left margin beside their text, short notes there too."""
    style = """
    @page { margin: 20mm; @bottom-right { content: counter(page) } }
    section { display: block; padding-left: 52mm; position: relative;
              border-top: 0.5pt solid black; padding-top: 6pt; margin-top: 10pt }
    h1 { position: absolute; left: 0; top: 6pt; width: 46mm; font-size: 11.5pt; margin: 0 }
    aside { float: left; width: 40mm; margin-left: -52mm; font: italic 8.5pt "Liberation Sans"; color: #555 }
    """
    notes = iter(MARGIN_NOTES)
    html = page(parts, style)
    # Beside the fourth paragraph of a section there is nothing else in the margin.
    early = re.compile(r"((?:<p[ >].*?</p>){3})(?=<p)")
    sections = [
        early.sub(lambda found: f"{found[1]}{_aside(notes)}", part, count=1) for part in html.split("<section>")
    ]
    return "<section>".join(sections)


def _aside(notes: Iterator[str]) -> str:
    note = next(notes, "")
    return f"<aside>{note}</aside>" if note else ""


def numbered_paragraphs(parts: Sequence[Part]) -> str:
    """Paragraphs numbered by section, hanging, with lines of letters' width between; Letter paper."""
    style = """
    @page { size: letter; margin: 25mm;
            @bottom-center { content: "Page " counter(page) " of " counter(pages); font-size: 9pt } }
    body { font-family: "Liberation Sans"; font-size: 10pt } p { margin-bottom: 9pt }
    """
    return page(parts, style)


def bullets(parts: Sequence[Part]) -> str:
    """Lists in lists with unusual glyphs."""
    style = """
    @page { @top-center { content: "Private and confidential"; font-size: 8pt } }
    .marker { font-family: "DejaVu Sans", OpenSymbol }
    """
    return page(parts, style)


def call_outs(parts: Sequence[Part]) -> str:
    """Coloured boxes that the text runs around, and figures."""
    style = """
    @page { @bottom-center { content: "Page " counter(page); font-size: 8pt } }
    .box { float: right; width: 60mm; margin: 2pt 0 6pt 10pt; background: #fbe9d0; font: 9.5pt "Liberation Sans" }
    .box h3 { margin-top: 0 } figure { float: left; width: 62mm; margin: 2pt 10pt 6pt 0 }
    h1 { clear: both }
    """
    return page(parts, style)


def display_type(parts: Sequence[Part]) -> str:
    """Headings letter-spaced, in capitals or small capitals; large first letters."""
    style = """
    @page { @bottom-right { content: counter(page) } }
    .title { text-transform: uppercase; text-align: center; letter-spacing: 0.08em; font-weight: normal }
    h1 { text-transform: uppercase; letter-spacing: 0.25em; font-size: 12pt; font-weight: normal; text-align: center }
    h2 { font-variant: small-caps; font-size: 12pt } h3 { text-transform: uppercase; font-size: 9pt }
    h1 + p::first-letter { font-size: 36pt; float: left; line-height: 0.85; padding-right: 3pt }
    """
    return page(parts, style)


def flat_headings(parts: Sequence[Part]) -> str:
    """Headings of the size of the text: bold, underlined or italic; those that begin a paragraph end with a stop."""
    style = """
    @page { @bottom-right { content: counter(page) } }
    .title { font: bold 10.5pt "Liberation Serif"; text-align: center }
    h1, h2, h3 { font: 10.5pt "Liberation Serif"; margin: 8pt 0 4pt }
    h1 { font-weight: bold; color: #7a1f1f } h2 { text-decoration: underline } h3 { font-style: italic }
    """
    return page(parts, style)


def tables(parts: Sequence[Part]) -> str:
    """Tables in turn ruled, shaded without rules, and with nothing but space; one runs over a page."""
    style = """
    @page { @bottom-right { content: counter(page) } }
    .ruled td, .ruled th { border: 0.5pt solid #555 } .ruled th { background: #d5dde3 }
    .shaded tr:nth-child(odd) td { background: #eee } .shaded th { border-bottom: 1pt solid black }
    .bare td, .bare th { padding-right: 14pt }
    """
    looks = cycle(("ruled", "shaded", "bare"))
    return re.sub(r'(?<=class="table)', lambda _: f" {next(looks)}", page(parts, style))


def matrix(parts: Sequence[Part]) -> str:
    """Tables of sentences on landscape pages of their own."""
    style = """
    @page { @bottom-right { content: counter(page) } @top-left { content: "Action plan CB/2024/0117"; font-size: 8pt } }
    @page wide { size: A4 landscape } .table { page: wide } td, th { border: 0.5pt solid #555; width: 33% }
    """
    return page(parts, style)


def landscape(parts: Sequence[Part]) -> str:
    """Landscape pages with two columns throughout, headings inside them."""
    style = """
    @page { size: A4 landscape; margin: 18mm; @bottom-right { content: "Page " counter(page) " of " counter(pages) } }
    main { columns: 2; column-gap: 12mm } body { font: 10pt/1.4 "Liberation Sans" } .title { column-span: all }
    """
    return page(parts, style, drop_sections=True)


def small_pages(parts: Sequence[Part]) -> str:
    """Small pages of large type with ligatures: most paragraphs run over a page."""
    style = """
    @page { size: A5; margin: 18mm 16mm; @top-right { content: "Leaflet 7"; font-size: 8pt }
            @bottom-center { content: counter(page); font-size: 8pt } }
    body, h1, h2, h3, .title { font-family: "DejaVu Sans" } body { font-size: 12pt; orphans: 1; widows: 1 }
    h1 { font-size: 16pt } h2 { font-size: 14pt } h3 { font-size: 12pt }
    """
    return page(parts, style)


def watermark(parts: Sequence[Part]) -> str:
    """The word DRAFT across every page, behind the text."""
    style = """
    @page { @bottom-right { content: counter(page) } }
    .watermark { position: fixed; top: 38%; left: 2%; font: bold 110pt "Liberation Sans"; color: #ddd; z-index: -1;
                 transform: rotate(-45deg); letter-spacing: 0.1em }
    """
    return page(parts, style, front='<div class="watermark">DRAFT</div>')


def letter(parts: Sequence[Part]) -> str:
    """A letter: addresses, references, a subject in bold, closing lines."""
    title, *others = parts
    style = """
    @page { size: letter; margin: 25mm; @bottom-center { content: counter(page) } }
    .sender { margin-left: 100mm; font-size: 9.5pt } .lines { margin-bottom: 14pt }
    .title, h1, h2, h3 { font: bold 10.5pt "Liberation Serif"; margin: 10pt 0 4pt } h2, h3 { font-style: italic }
    """
    front = "".join(
        f'<div class="lines {name}">{escape(chr(10).join(lines))}</div>' for name, lines in ADDRESSES.items()
    )
    end = "".join(f"<p>{line}</p>" for line in CLOSING)
    return page([title, *others], style, front=front, back=end)


ADDRESSES = {
    "sender": ("Calder Bridge Audit Board", "14 Weir Lane", "Calder Bridge CB2 7QT", "Telephone 01632 960117"),
    "receiver": ("Ms A. Oyelaran", "Chief Executive", "Marrick District Council", "Marrick MK4 1AA"),
    "references": ("Our ref: CB/2024/0117", "Your ref: AO/jm", "14 June 2024"),
    "salutation": ("Dear Ms Oyelaran",),
}
CLOSING = ("Yours sincerely", "T. Marchbank", "Head of Inspection")


def form(parts: Sequence[Part]) -> str:
    """Questions and answers on dotted lines."""
    style = """
    @page { @bottom-right { content: "Form IR7 page " counter(page); font-size: 8pt } }
    body { font-family: "Liberation Sans"; font-size: 10pt } td { border-bottom: 0.6pt dotted #333 }
    td:first-child { width: 12mm } td:last-child { text-align: right; font-weight: bold; width: 30mm }
    h1 { background: #333; color: white; padding: 3pt 6pt }
    """
    return page(parts, style)


def typewriter(parts: Sequence[Part]) -> str:
    """Fixed pitch, tables aligned by spaces."""
    style = """
    @page { @top-center { content: "- " counter(page) " -"; font: 10pt "Liberation Mono" } }
    body, h1, h2, h3, .title, .caption, pre { font: 10pt/1.3 "Liberation Mono" }
    .title, h1 { text-transform: uppercase } h2, h3 { text-decoration: underline }
    p.marked { padding-left: 36pt } p.marked .marker { margin-left: -36pt }
    """
    html = page([part for part in parts if part.kind is not Kind.TABLE], style)
    for part in parts:
        if part.kind is Kind.TABLE:
            widths = [max(map(len, column)) + 3 for column in zip(*part.rows, strict=True)]
            lines = ("".join(map(str.ljust, row, widths)).rstrip() for row in part.rows)
            table = f"<pre>{escape(part.text)}\n\n{escape(chr(10).join(lines))}</pre>"
            html = html.replace("<h1>", f"{table}<h1 >", 1)
    return html


def print_pages(pages: dict[Path, str]) -> None:
    """Print every web page to the PDF file it is named with.

    Raises:
        FileNotFoundError: Chromium is not installed.
        subprocess.SubprocessError: Chromium failed.
    """
    if not program():
        raise FileNotFoundError("Chromium is not installed.")
    for target, html in pages.items():
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "report.html"
            source.write_text(html, encoding="utf-8")
            flags = (
                "headless no-sandbox disable-gpu disable-background-networking disable-component-update disable-sync"
            )
            flags += (
                f" no-first-run no-pdf-header-footer user-data-dir={folder}/profile print-to-pdf={target.resolve()}"
            )
            command = [str(program()), *(f"--{flag}" for flag in flags.split()), source.as_uri()]
            subprocess.run(command, check=True, capture_output=True, timeout=120)


def program() -> str | None:
    """Where Chromium is, None where it is not installed."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
