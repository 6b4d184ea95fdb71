"""Reports as web pages, printed by headless Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from html import escape
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


def page(parts: Sequence[Part], style: str, *, front: str = "", drop_sections: bool = False) -> str:
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
        f"<style>{BASE}{style}</style><body>{front}<main>{''.join(body)}</main>{notes}</body></html>"
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
        case Kind.BOX:
            return f'<div class="box">{"".join(element(inner, noted) for inner in part.parts)}</div>'
        case Kind.TABLE:
            head, *rows = ([escape(cell) for cell in row] for row in part.rows)
            cells = "".join(f"<tr><td>{'<td>'.join(row)}" for row in rows)
            table = f"<table><thead><tr><th>{'<th>'.join(head)}</thead><tbody>{cells}</tbody></table>"
            return f'<div class="caption">{text}</div>{table}'


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


def print_pages(pages: dict[Path, str]) -> None:
    """Print every web page to the PDF file it is named with.

    Raises:
        subprocess.CalledProcessError: Chromium failed.
    """
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
            command = [program() or "chromium", *(f"--{flag}" for flag in flags.split()), source.as_uri()]
            subprocess.run(command, check=True, capture_output=True, timeout=120)


def program() -> str | None:
    """Where Chromium is, None where it is not installed."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
