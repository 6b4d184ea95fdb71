"""Files that once made a reader fail, found by ``benchmarks/fuzz_readers.py``; and patterns whose time exploded."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from fuzzing.pdfs import Pdf
from fuzzing.seeds import hand_made
from fuzzing.workers import Worker
from reading.drawn import Draw, all_of, write
from reading.word_files import p, word
from scrutiny.errors import ReadError
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


@pytest.mark.parametrize("name", ["form-in-itself.pdf", "forms-in-forms.pdf"])
def test_page_without_end_is_refused(name: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(CRASHERS / name)
    assert caught.value.code == "too_large"


def _form(pdf: Pdf, number: int, content: bytes, shows: int) -> None:
    names = b"/Resources<</Font<</F1 6 0 R>>/XObject<</Fx0 %d 0 R>>>>" % shows
    pdf.objects[number] = b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Length 0" + names + b">>", content


@pytest.mark.parametrize("compressed", [False, True])
def test_form_that_a_page_shows_often_is_read(compressed: bool) -> None:
    pdf = Pdf(hand_made())
    _form(pdf, 12, b"/Fx0 Do " * 20, 13)
    _form(pdf, 13, b"BT /F1 9 Tf 72 500 Td (Inside a form.) Tj ET", 13)
    assert "Inside a form." in read(pdf.written(compressed=compressed), name="a.pdf").text


NESTED = ("<w:tbl><w:tr><w:tc>" + p("x") + p("y")) * 40 + "</w:tc></w:tr></w:tbl>" * 40
#: So many make a time that grows with the square of the file too long, and one that grows with the file seconds.
_REPETITIONS = 6_000
_SECONDS = 10


def _drawn(*pages: Draw) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _alike(n: int) -> bytes:
    """Pages that begin alike, with pieces all over them."""
    page = all_of(*[write(f"Report of {i}", x=i % 500, y=840 - i % 100, size=4) for i in range(n // 4)])
    return _drawn(*[page] * 12)


def _contents(n: int) -> bytes:
    """A table of contents above one long paragraph."""
    rows = [write(f"Summary {'.' * 40} {number}", y=820 - 20 * number) for number in range(1, 5)]
    return _drawn(
        all_of(*rows, *[write("Leaders act and staff " * 9, y=600 - 1.2 * i, size=1) for i in range(n // 25)])
    )


#: Each a name and a text of so many repetitions.
HOSTILE: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "tables in tables": ("a.html", lambda n: b"<table><tr><td>x<td>y" * n),
    "terms in terms": ("a.html", lambda n: b"<dl><dt>x<dd>y" * n),
    "main parts in main parts": ("a.html", lambda n: b"<main>" * n + b"x"),
    "tables that end while terms are open": ("a.html", lambda n: b"<dl><dt>x<table><td>y</td></tr></table>" * (n // 2)),
    "boxes in boxes": ("a.rtf", lambda n: b"{\\rtf1 " + b"{\\shp{\\*\\shpinst{\\shptxt x\\par" * 3 * n + b"}"),
    "tables in tables of Word": ("a.docx", lambda n: word(NESTED * (n // 25))),
    "brackets of Markdown": ("a.md", lambda n: b"![" * 30 * n),
    "pages that begin alike": ("a.pdf", _alike),
    "a long paragraph below a table of contents": ("a.pdf", _contents),
    "links in links of a note": ("a.html", lambda n: b"<div class=footnotes>" + b"<a>" * n + b"x"),
}


def test_what_is_nested_too_deep_is_read_as_text() -> None:
    page = b"<div>x" * 2_000 + b"</div>" * 2_000 + b"<h1>Findings</h1><p>Leaders act."
    blocks = read(page, name="a.html").blocks
    assert sum(block.text.count("x") for block in blocks) == 2_000
    assert [(block.kind, block.text) for block in blocks[-2:]] == [
        (BlockKind.HEADING, "Findings"),
        (BlockKind.PARAGRAPH, "Leaders act."),
    ]


def _hostile(_format: str, _seed: int, number: int) -> bytes:
    return [*HOSTILE.values()][number][1](_REPETITIONS)


def test_hostile_patterns_are_read_within_the_limits_of_time_and_memory() -> None:
    worker = Worker(_hostile, 0, seconds=_SECONDS)
    faults = {}
    for number, (pattern, (name, _)) in enumerate(HOSTILE.items()):
        worker.start(name.partition(".")[2], number)
        worker.connection.poll(worker.left)
        outcome = worker.finish()
        if outcome.code == "finding":
            faults[pattern] = outcome.detail
    worker.stop()
    assert not faults
