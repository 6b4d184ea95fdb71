"""Small whole files of every format to begin with: ours, some made here, and real reports where they are at hand."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

_HERE = Path(__file__).resolve().parent.parent.parent
_SAMPLES = _HERE / "corpora" / "samples"
_FILES = _HERE / "tests" / "reading" / "files"
_SHARED = _HERE.parent / "shared" / "reports"
#: Of so many real reports the first pages are taken.
_REAL = 12
_LARGEST = 150_000

_TEXT = """INSPECTION OF ANYTOWN SCHOOL

1. Leadership

Leaders know the school well. Staff are trained (see 2.1), but plans are not re-
viewed often enough. "Pupils are safe," inspectors noted.

The school should:
- train staff;
- review plans:
  a) early
  b) late

Judgement | Grade
Overall effectiveness | Requires improvement

2. What went well

2.1 The kitchen is clean. Records are kept.
"""
_HTML = """<!doctype html><html><head><title>Inspection of Anytown School</title><meta charset=utf-8></head>
<body><nav>Home</nav>
<main><h1>Inspection of Anytown School</h1>
<p>Leaders know the school <b>well</b>.<sup><a href="#n1" role="doc-noteref">1</a></sup></p>
<h2>What we found</h2><ol start="3" type="i">
<li>train staff;<ul><li>early</li></ul></li><li value="7">review plans.</li></ol>
<table><caption>Grades</caption>
<tr><th colspan=2>Judgement</th></tr><tr><td rowspan="2">Overall</td><td>Good</td></tr></table>
<dl><dt>Date</dt><dd>3 May 2024</dd></dl><pre>a  b
c</pre><blockquote>Quoted.</blockquote>
<div class="footnotes"><ol><li id="n1">Act 2006. <a href="#r1">&#8617;</a></li></ol></div>
</main></body></html>"""
_MARKDOWN = """---
title: Inspection of Anytown School
---
# Inspection of Anytown School

Leaders know the school **well** [see](http://example.org "x"). <b>Bold</b> `code`

> Quoted *text*.

3. train staff;
   - early
   - late
4. review plans.

| Judgement | Grade |
|---|---|
| Overall | Good |

Setext
------
```
code
```
<!-- hidden --> ![image](a.png)
"""


def seeds_of(format: str) -> list[bytes]:
    """Whole files of ``format``, always the same ones in the same order."""
    return list(_MAKERS[format]())


def _pdf() -> Iterator[bytes]:
    for file in sorted(_SAMPLES.glob("*.pdf")):
        yield from _pieces(file.read_bytes(), 3)
    yield _drawn()
    yield _drawn(compressed=1)
    yield _HAND_MADE
    small = [file for file in sorted(_SHARED.glob("*.pdf")) if file.stat().st_size < 3 * _LARGEST]
    for file in small[:: max(len(small) // _REAL, 1)] if small else ():
        yield from _pieces(file.read_bytes(), 1)


def _pieces(data: bytes, most: int) -> Iterator[bytes]:
    """The file two pages at a time, in the plain form PDFium writes, if small enough."""
    import pypdfium2

    source = pypdfium2.PdfDocument(data)
    for begin in range(0, min(len(source), 2 * most), 2):
        target = pypdfium2.PdfDocument.new()
        target.import_pages(source, list(range(begin, min(begin + 2, len(source)))))
        made = io.BytesIO()
        target.save(made)
        if len(made.getvalue()) <= _LARGEST:
            yield made.getvalue()


def _drawn(compressed: int = 0) -> bytes:
    """Two pages with columns, a ruled table, a list, a footnote, turned text and a form."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=True, pageCompression=compressed)
    canvas.setTitle("Inspection of Anytown School")
    for page in range(2):
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 780, "Inspection of Anytown School")
        canvas.setFont("Helvetica", 10)
        for line in range(8):
            canvas.drawString(72, 740 - 12 * line, "Leaders know the school well and they act on it.")
            canvas.drawString(320, 740 - 12 * line, "Plans are not reviewed often enough by re-")
        for row in range(3):
            canvas.grid([72, 200, 330], [600 - 20 * row, 580 - 20 * row])
            canvas.drawString(76, 586 - 20 * row, ("Judgement", "Overall effectiveness", "Leadership")[row])
            canvas.drawString(204, 586 - 20 * row, ("Grade", "Good", "Inadequate")[row])
        for item in range(4):
            canvas.drawString(72, 500 - 14 * item, ("1.", "2.", "\u2022", "-")[item])
            canvas.drawString(90, 500 - 14 * item, "train the staff; and review the plans of the school")
        canvas.saveState()
        canvas.rotate(90)
        canvas.drawString(300, -560, "Draft in confidence")
        canvas.restoreState()
        canvas.setFont("Times-Italic", 7)
        canvas.drawString(72, 90, "1 Education Act 2006.")
        canvas.drawString(72, 40, f"Page {page + 1} of 2")
        canvas.acroForm.textfield(name=f"field{page}", x=400, y=100, value="filled")
        canvas.bookmarkPage(f"p{page}")
        canvas.addOutlineEntry("Page", f"p{page}")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def hand_made() -> bytes:
    """Nested page tree, forms in forms, a Type 3 font, a composite font with a map to Unicode, an annotation."""
    page = b"BT /F1 12 Tf 72 700 Td (Leaders know the school well.) Tj 0 -14 Td (Plans are late.) Tj ET\n/Fx0 Do\n"
    page += b"BT /F2 10 Tf 72 600 Td (aab) Tj /F3 10 Tf 0 -20 Td <000100020003> Tj ET\n72 500 m 500 500 l S"
    form = b"q 1 0 0 1 0 -50 cm BT /F1 9 Tf 72 600 Td (Inside a form.) Tj ET /Fx1 Do Q"
    glyph = b"500 0 0 0 500 500 d1 0 0 500 500 re f"
    unicode_map = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        b"3 beginbfchar <0001> <0041> <0002> <d83ddc53> <0003> <00660069> endbfchar endcmap end"
    )
    resources = b"/Resources<</Font<</F1 6 0 R/F2 7 0 R/F3 9 0 R>>/XObject<</Fx0 12 0 R/Fx1 13 0 R>>>>"
    objects = {
        1: (b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[14 0 R]>>>>", None),
        2: (b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>", None),
        3: (b"<</Type/Pages/Parent 2 0 R/Kids[4 0 R]/Count 1/Rotate 0>>", None),
        4: (b"<</Type/Page/Parent 3 0 R/Contents[5 0 R]/CropBox[0 0 595 842]/Annots[14 0 R]" + resources + b">>", None),
        5: (b"<</Length 0>>", page),
        6: (b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>", None),
        7: (
            b"<</Type/Font/Subtype/Type3/FontBBox[0 0 500 500]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<</a 8 0 R>>"
            b"/Encoding<</Differences[97/a/b]>>/FirstChar 97/LastChar 98/Widths[500 500]/Resources<<>>>>",
            None,
        ),
        8: (b"<</Length 0>>", glyph),
        9: (
            b"<</Type/Font/Subtype/Type0/BaseFont/Arial/Encoding/Identity-H/DescendantFonts[10 0 R]/ToUnicode 11 0 R>>",
            None,
        ),
        10: (
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Arial/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
            b"/Supplement 0>>/DW 600/W[1[500 500 900]]>>",
            None,
        ),
        11: (b"<</Length 0>>", unicode_map),
        12: (b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Matrix[1 0 0 1 0 0]/Length 0" + resources + b">>", form),
        13: (b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Length 0" + resources + b">>", b"/Fx2 Do 0 0 99 99 re f"),
        14: (b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(filled)/Rect[0 0 99 20]/P 4 0 R/AP<</N 13 0 R>>>>", None),
    }
    from fuzzing.pdfs import Pdf

    pdf = Pdf(b"")
    pdf.objects.update(objects)
    return pdf.written(compressed=False)


_HAND_MADE = hand_made()


def _txt() -> Iterator[bytes]:
    yield from (file.read_bytes() for file in sorted(_SAMPLES.glob("*.txt")))
    yield _TEXT.encode()
    yield _TEXT.encode("utf-16")
    yield _TEXT.replace("\n", "\r\n").encode("cp1252")


def _md() -> Iterator[bytes]:
    yield from (file.read_bytes() for file in sorted(_SAMPLES.glob("*.md")))
    yield _MARKDOWN.encode()


def _html() -> Iterator[bytes]:
    yield _HTML.encode()
    yield ('<?xml version="1.0" encoding="utf-8"?>' + _HTML).encode()
    yield _HTML.replace("<main>", "").replace("</main>", "").replace("utf-8", "windows-1252").encode()


def _eml() -> Iterator[bytes]:
    plain = EmailMessage()
    plain["From"], plain["To"], plain["Subject"] = "Jane Doe <jane@example.org>", "a@example.org", "Inspektion – Ärger"
    plain["Date"] = "Fri, 03 May 2024 10:00:00 +0100"
    plain.set_content(_TEXT + "\n-- \nJane\nOn 3 May 2024, Joe wrote:\n> quoted\n>> twice\n")
    yield bytes(plain)
    plain.add_alternative(_HTML, subtype="html")
    plain.set_boundary("one")  # by default they are random
    yield bytes(plain)
    plain.make_mixed()
    plain.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="é.pdf")
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("Leaders act.")
    plain.add_attachment(inner)
    plain.set_boundary("two")
    yield bytes(plain)
    flowed = EmailMessage()
    flowed["Subject"] = "FW: report"
    flowed.set_content("> one \n> two\nLeaders know \nthe school well.\n", cte="quoted-printable")
    flowed.set_param("format", "flowed")
    yield bytes(flowed)


def _rtf() -> Iterator[bytes]:
    yield (_FILES / "made.rtf").read_bytes()
    yield (
        b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset2 Symbol;}}"
        b"{\\stylesheet{\\s1 heading 1;}}"
        b"{\\info{\\title Inspection}{\\creatim\\yr2024\\mo5\\dy3}}"
        b"\\pard\\s1 What we found\\par\\pard Leaders \\b know\\b0 "
        b" it \\'93well\\'94 \\u8211 ?.{\\super\\chftn{\\footnote\\pard Act.\\par}}\\par{\\listtext 1.\\tab}\\ls1 "
        b"\\ilvl0 train;\\par\\trowd\\intbl Judgement\\cell Grade\\cell\\row\\trowd\\intbl Overall\\cell Good\\cell"
        b"\\row\\pard{\\f1 \\'b7} x\\par{\\field{\\*\\fldinst TOC}{\\fldrslt Contents 1}}"
        b"{\\*\\shpinst{\\shptxt boxed\\par}}{\\header head\\par}}"
    )


def _docx() -> Iterator[bytes]:
    yield (_FILES / "made.docx").read_bytes()
    yield _zip({name: text.encode() for name, text in _WORD.items()})


def _odt() -> Iterator[bytes]:
    yield (_FILES / "made.odt").read_bytes()


def _rows() -> list[dict[str, object]]:
    return [{"text": _TEXT, "title": f"Report {number}", "date": "2024-05-03", "size": number} for number in range(3)]


def _csv() -> Iterator[bytes]:
    quoted = _TEXT.replace('"', '""')
    yield f'title,text,date\nOne,"{quoted}",2024-05-03\nTwo,Leaders act.,\n'.encode()
    yield 'Title;Text\n"One";"Leaders ""act""."\n'.encode("utf-16")


def _jsonl() -> Iterator[bytes]:
    yield "\n".join(json.dumps(row) for row in _rows()).encode()


def _parquet() -> Iterator[bytes]:
    import pyarrow
    import pyarrow.parquet

    for compression in ("none", "snappy", "zstd", "gzip"):
        file = io.BytesIO()
        table = pyarrow.Table.from_pylist([{**row, "tags": ["a", "b"]} for row in _rows()])
        pyarrow.parquet.write_table(table, file, compression=compression)
        yield file.getvalue()


def _members() -> dict[str, bytes]:
    return {
        "a/report.txt": _TEXT.encode(),
        "a/report.md": _MARKDOWN.encode(),
        "b.pdf": _HAND_MADE,
        "c.docx": (_FILES / "made.docx").read_bytes(),
        "d.csv": next(_csv()),
        "e.html": _HTML.encode(),
        "f.png": b"\x89PNG",
    }


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


def _zips() -> Iterator[bytes]:
    few = {name: data for name, data in _members().items() if name[0] in "ade"}
    yield _zip(few)
    yield _zip(few, zipfile.ZIP_STORED)
    yield _zip(_members())
    yield _zip({"inner.zip": _zip(few), "inner.tar.gz": next(_tar_gz())})


def _tars() -> Iterator[bytes]:
    for format in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w", format=format) as archive:
            for name, data in _members().items():
                if name[0] in "ade":
                    info = tarfile.TarInfo(name if format == tarfile.USTAR_FORMAT else "ü" * 60 + name)
                    info.size = len(data)
                    archive.addfile(info, io.BytesIO(data))
        yield file.getvalue()


def _tar_gz() -> Iterator[bytes]:
    yield from (gzip.compress(tar, mtime=0) for tar in _tars())


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relations(*kinds: str) -> str:
    made = "".join(f'<Relationship Id="r{k}" Type="{_OFFICE}/{k}" Target="{k}.xml"/>' for k in kinds)
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{made}</Relationships>'


def _paragraph(text: str, properties: str = "", inside: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r>{inside}</w:p>"


_CHANGES = "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>in</w:t></w:r></w:ins>"
_NUMBERED = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr>'
_CELL = "<w:tc><w:tcPr>{}</w:tcPr>{}</w:tc>"
_WORD = {
    "_rels/.rels": _relations("officeDocument").replace("officeDocument.xml", "word/document.xml"),
    "word/_rels/document.xml.rels": _relations("styles", "numbering", "footnotes", "header", "comments"),
    "word/document.xml": f"<w:document {_W}><w:body>"
    + _paragraph("What we found", '<w:pStyle w:val="H1"/>')
    + _paragraph("Leaders act.", "", '<w:r><w:footnoteReference w:id="2"/></w:r>')
    + _paragraph("train staff;", _NUMBERED.format(0))
    + _paragraph("early", _NUMBERED.format(1) + '<w:ind w:left="720"/>')
    + "<w:tbl><w:tr>"
    + _CELL.format('<w:gridSpan w:val="2"/>', _paragraph("Judgement"))
    + _CELL.format('<w:vMerge w:val="restart"/>', _paragraph("Grade"))
    + "</w:tr></w:tbl>"
    + _paragraph("", "", '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>TOC</w:instrText></w:r>')
    + _paragraph("Contents", "", '<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    + "<w:sdt><w:sdtContent>"
    + _paragraph("Controlled.", "", _CHANGES)
    + "</w:sdtContent></w:sdt><w:p><w:r><w:pict><w:txbxContent>"
    + _paragraph("Boxed.")
    + "</w:txbxContent></w:pict><w:sym w:char='F0B7'/><w:tab/><w:br/></w:r></w:p></w:body></w:document>",
    "word/styles.xml": f'<w:styles {_W}><w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/>'
    '<w:basedOn w:val="N"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style><w:style w:type="paragraph" w:styleId="N">'
    '<w:name w:val="Normal"/><w:basedOn w:val="H2"/></w:style></w:styles>',
    "word/numbering.xml": f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="3"/>'
    '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val='
    '"lowerRoman"/><w:lvlText w:val="%1.%2)"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num></w:numbering>',
    "word/footnotes.xml": f'<w:footnotes {_W}><w:footnote w:id="2">{_paragraph("Act.")}</w:footnote></w:footnotes>',
    "word/header.xml": f"<w:hdr {_W}>{_paragraph('Anytown')}</w:hdr>",
    "word/comments.xml": f"<w:comments {_W}><w:comment w:id='0'>{_paragraph('Sure?')}</w:comment></w:comments>",
}  # fmt: skip

_MAKERS = {
    "pdf": _pdf, "txt": _txt, "md": _md, "html": _html, "eml": _eml, "rtf": _rtf, "docx": _docx, "odt": _odt,
    "csv": _csv, "jsonl": _jsonl, "parquet": _parquet, "zip": _zips, "tar": _tars, "tar.gz": _tar_gz,
}  # fmt: skip
