"""Reports as text documents (flat OpenDocument), printed by LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from xml.sax.saxutils import escape

from rendering.parts import Kind, Part

BOARD, SERIES = "Calder Bridge Audit Board", "Report 14/2023"
SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "style": "style",
        "text": "text",
        "table": "table",
        "fo": "xsl-fo-compatible",
        "svg": "svg-compatible",
    }.items()
)
A4 = 'fo:page-width="21cm" fo:page-height="29.7cm"'
HEAD = 'fo:hyphenate="false" fo:font-family="Liberation Sans" fo:font-weight="bold" fo:font-size="{}pt"'
#: Name, parent, paragraph properties and text properties of each style.
STYLES = (
    ("Text", "Standard", 'fo:margin-bottom="6pt"', ""),
    ("Title", "Standard", 'fo:margin-bottom="14pt" fo:text-align="start"', HEAD.format(20)),
    ("H1", "Standard", 'fo:margin-top="14pt" fo:margin-bottom="6pt" fo:text-align="start"', HEAD.format(14)),
    ("H2", "Standard", 'fo:margin-top="10pt" fo:margin-bottom="4pt" fo:text-align="start"', HEAD.format(12)),
    ("H3", "Standard", 'fo:margin-top="8pt" fo:margin-bottom="3pt" fo:text-align="start"', HEAD.format(10.5)),
    ("Small", "Standard", 'text:number-lines="false"', 'fo:font-size="8pt"'),
    ("Footnote", "Standard", 'fo:margin-left="0.5cm" fo:text-indent="-0.5cm"', 'fo:font-size="9pt"'),
    ("Caption", "Standard", 'fo:margin-top="6pt" fo:margin-bottom="3pt"', 'fo:font-size="9pt" fo:font-weight="bold"'),
    ("Cell", "Standard", "", 'fo:font-size="9.5pt"'),
)


def document(
    body: str,
    *,
    page: str = A4,
    header: str = "",
    header_left: str = "",
    footer: str = "",
    text: str = "",
    extra: str = "",
    columns: int = 1,
) -> str:
    """A document of ``body``; ``page`` and ``text`` are properties of the page and of the body text."""
    styles = "".join(map(_style, STYLES)) + "".join(_hanging(f"Item{n}", 0.6 * n + 0.4, 0.6) for n in (1, 2, 3))
    header_left = f"<style:header-left>{_small(header_left)}</style:header-left>" if header_left else ""
    header_first = f"<style:header-first>{_small('')}</style:header-first>" if header else ""
    header = f"<style:header>{_small(header)}</style:header>" if header else ""
    room = '<style:header-footer-properties fo:min-height="1cm"/>'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {SPACES} office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:styles>
<style:default-style style:family="paragraph"><style:paragraph-properties fo:orphans="2" fo:widows="2"/>
<style:text-properties style:font-name="Liberation Serif" fo:font-family="Liberation Serif" fo:font-size="10.5pt"
 fo:language="en" fo:country="GB"/></style:default-style>
<style:style style:name="Standard" style:family="paragraph"><style:paragraph-properties {text}/>
<style:text-properties {'fo:hyphenate="true"' if "hyphenation" in text else ""}/></style:style>
{styles}{_hanging("Number", 1.2, 1.2)}{extra}
<style:style style:name="Sup" style:family="text"><style:text-properties style:text-position="super 60%"/></style:style>
<style:style style:name="Wingdings" style:family="text"><style:text-properties fo:font-family="Wingdings"
 style:font-charset="x-symbol"/></style:style>
<style:style style:name="Symbol" style:family="text"><style:text-properties fo:font-family="Symbol"
 style:font-charset="x-symbol"/></style:style>
</office:styles>
<office:automatic-styles>
<style:page-layout style:name="Page"><style:page-layout-properties fo:margin="2cm" {page}>
<style:columns fo:column-count="{columns}" fo:column-gap="0.7cm"/></style:page-layout-properties>
<style:header-style>{room}</style:header-style><style:footer-style>{room}</style:footer-style></style:page-layout>
<style:page-layout style:name="Front"><style:page-layout-properties fo:margin="2cm" {page} style:num-format="i"/>
<style:footer-style>{room}</style:footer-style></style:page-layout>
<style:style style:name="Begin" style:family="paragraph" style:parent-style-name="Standard"
 style:master-page-name="Main"><style:paragraph-properties style:page-number="1"/></style:style>
<style:style style:name="Cover" style:family="paragraph" style:parent-style-name="Title" style:master-page-name="Front">
<style:paragraph-properties fo:margin-top="7cm"/></style:style>
<style:style style:name="NewPage" style:family="paragraph" style:parent-style-name="H1">
<style:paragraph-properties fo:break-before="page"/></style:style>
<style:style style:name="Grid" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #888888"
 fo:padding="0.1cm"/></style:style>
</office:automatic-styles>
<office:master-styles>
<style:master-page style:name="Standard" style:page-layout-name="Page">{header}{header_left}{header_first}
<style:footer>{_small(footer)}</style:footer></style:master-page>
<style:master-page style:name="Main" style:page-layout-name="Page">{header}{header_left}{header_first}
<style:footer>{_small(footer)}</style:footer></style:master-page>
<style:master-page style:name="Front" style:page-layout-name="Front">
<style:footer>{_small("<text:page-number/>")}</style:footer></style:master-page>
</office:master-styles>
<office:body><office:text>{body}</office:text></office:body></office:document>"""


def _style(style: tuple[str, str, str, str]) -> str:
    name, parent, paragraph, text = style
    level = f' style:default-outline-level="{name[1]}"' if name[0] == "H" else ""
    paragraph += ' fo:keep-with-next="always"' if level else ""
    return (
        f'<style:style style:name="{name}" style:family="paragraph" style:parent-style-name="{parent}"{level}>'
        f"<style:paragraph-properties {paragraph}/><style:text-properties {text}/></style:style>\n"
    )


def _hanging(name: str, left: float, by: float) -> str:
    """A paragraph style whose first line begins further left, in centimetres."""
    return (
        f'<style:style style:name="{name}" style:family="paragraph" style:parent-style-name="Text">'
        f'<style:paragraph-properties fo:margin-left="{left:.1f}cm" fo:text-indent="-{by}cm"><style:tab-stops>'
        f'<style:tab-stop style:position="0cm"/></style:tab-stops></style:paragraph-properties></style:style>\n'
    )


def _small(content: str) -> str:
    return f'<text:p text:style-name="Small">{content}</text:p>'


def elements(parts: Sequence[Part], *, endnotes: bool = False) -> str:
    """``parts`` as elements, with real footnotes or end notes."""
    numbers = count(1)
    return "".join(_element(part, numbers, "endnote" if endnotes else "footnote") for part in parts)


def _element(part: Part, numbers: count[int], notes: str) -> str:
    text = escape(part.text)
    if part.note:
        number = next(numbers)
        text += (
            f'<text:note text:id="n{number}" text:note-class="{notes}">'
            f"<text:note-citation>{number}</text:note-citation>"
            f"<text:note-body>{_paragraph('Footnote', escape(part.note))}</text:note-body></text:note>"
        )
    marker = escape(part.marker)
    if "\ue000" <= part.marker <= "\uf8ff":
        font = "Symbol" if marker == "\uf0b7" else "Wingdings"
        marker = f'<text:span text:style-name="{font}">{marker}</text:span>'
    marked = f"{marker}<text:tab/>{text}"
    match part.kind:
        case Kind.HEADING if part.level:
            return f'<text:h text:style-name="H{part.level}" text:outline-level="{part.level}">{text}</text:h>'
        case Kind.HEADING:
            return _paragraph("Title", text)
        case Kind.ITEM:
            return _paragraph(f"Item{part.level}", marked)
        case Kind.TABLE:
            return _paragraph("Caption", text) + _table(part.rows)
        case Kind.BOX | Kind.RUN_IN:
            return "".join(_element(inner, numbers, notes) for inner in part.parts)
        case Kind.FIGURE:
            return _paragraph("Caption", text)
        case Kind.PARAGRAPH:
            return _paragraph("Number", marked) if part.marker else _paragraph("Text", text)


def _paragraph(style: str, content: str) -> str:
    return f'<text:p text:style-name="{style}">{content}</text:p>\n'


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *others = ("".join(map(_cell, row)) for row in rows)
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in others)
    return (
        f'<table:table><table:table-column table:number-columns-repeated="{len(rows[0])}"/>'
        f"<table:table-header-rows><table:table-row>{head}</table:table-row></table:table-header-rows>{body}</table:table>"
    )


def _cell(text: str) -> str:
    return f'<table:table-cell table:style-name="Grid">{_paragraph("Cell", escape(text))}</table:table-cell>'


def footnotes(parts: Sequence[Part]) -> str:
    """Footnotes below the pages; the section in the header of right pages, the board in that of left ones."""
    return document(
        elements(parts),
        header=f'{SERIES} – <text:chapter text:display="name" text:outline-level="1"/>',
        header_left=BOARD,
        footer="Page <text:page-number/> of <text:page-count/>",
        page='fo:page-width="17cm" fo:page-height="24cm"',
    )


def endnotes(parts: Sequence[Part]) -> str:
    """End notes on a page of their own, markers of numbers and bullets of the Wingdings font."""
    return document(elements(parts, endnotes=True), footer="<text:page-number/>")


def contents(parts: Sequence[Part]) -> str:
    """A cover, two levels of contents with dot leaders, a list of figures, Roman and Arabic page numbers."""
    title, *others = parts
    entries, figures, length = list[str](), list[str](), 0
    for part in others:
        length += len(part.text)
        entry = f"{escape(part.text)}<text:tab/>{1 + length // 2600}"
        if part.kind is Kind.HEADING and part.level < 3:
            entries.append(_paragraph(f"Contents{part.level}", entry))
        elif part.kind is Kind.FIGURE:
            figures.append(_paragraph("Contents1", entry))
    extra = "".join(
        f'<style:style style:name="Contents{level}" style:family="paragraph" style:parent-style-name="Standard">'
        f'<style:paragraph-properties fo:margin-left="{level - 1}cm">'
        '<style:tab-stops><style:tab-stop style:type="right"'
        f' style:position="{18 - level}cm" style:leader-style="dotted"/></style:tab-stops>'
        "</style:paragraph-properties></style:style>"
        for level in (1, 2)
    )
    cover = _paragraph("Cover", escape(title.text)) + "".join(_paragraph("Text", line) for line in COVER)
    listed = _paragraph("NewPage", "Contents") + "".join(entries) + _paragraph("H1", "Figures") + "".join(figures)
    body = f"{cover}{listed}{_paragraph('Begin', '')}{elements(others)}"
    return document(body, extra=extra, header=BOARD, footer="Page <text:page-number/>")


COVER = ("Report of an inspection", "Visited in March 2024", "Published on 14 June 2024", "Reference CB/2024/0117")


def hyphenated(parts: Sequence[Part]) -> str:
    """Two narrow justified columns with automatic hyphenation."""
    text = 'fo:text-align="justify" fo:hyphenation-ladder-count="no-limit"'
    return document(
        elements(parts),
        text=text,
        columns=2,
        page='fo:page-width="16cm" fo:page-height="24cm"',
        footer="<text:page-number/>",
    )


def line_numbers(parts: Sequence[Part]) -> str:
    """A draft with the number of every line in the margin."""
    extra = (
        '<text:linenumbering-configuration text:number-lines="true" text:offset="0.5cm" style:num-format="1"'
        ' text:number-position="left" text:increment="1"/>'
    )
    return document(elements(parts), extra=extra, header="Draft for comment", footer="<text:page-number/>")


def print_documents(documents: dict[Path, str]) -> None:
    """Print every document to the PDF file it is named with.

    Raises:
        FileNotFoundError: LibreOffice is not installed.
        subprocess.SubprocessError: LibreOffice failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        if not program():
            raise FileNotFoundError("LibreOffice is not installed.")
        sources = []
        for target, content in documents.items():
            sources.append(Path(folder) / f"{target.stem}.fodt")
            sources[-1].write_text(content, encoding="utf-8")
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [str(program()), profile, "--headless", "--convert-to", "pdf", "--outdir", folder]
        subprocess.run([*command, *map(str, sources)], check=True, capture_output=True, timeout=300)
        for target in documents:
            made = Path(folder) / f"{target.stem}.pdf"
            if not made.exists():
                raise subprocess.SubprocessError(f"LibreOffice could not print {target.stem}.")
            shutil.move(made, target)


def program() -> str | None:
    """Where LibreOffice is, None where it is not installed."""
    return shutil.which("soffice")
