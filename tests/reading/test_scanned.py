"""Pages that are pictures of text: found always, read when asked for."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytesseract
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from scrutiny.errors import ReadError
from scrutiny.reading import pictures, read, recognition
from scrutiny.reading.hocr import parse_hocr
from scrutiny.report import BlockKind, Report

Draw = Callable[[Canvas], None]
WIDTH, HEIGHT = A4
LINES = [
    "Leaders know the school well and act on what they find.",
    "Plans are not reviewed often enough, and records of visits are missing.",
    "The school should make sure that every complaint is answered in writing.",
]


@pytest.fixture(scope="module")
def tesseract() -> Iterator[None]:
    """Skips where Tesseract is not installed."""
    if shutil.which("tesseract") is None:
        pytest.skip("the program tesseract is not installed")
    recognition.recogniser.cache_clear()
    yield
    recognition.recogniser.cache_clear()


def text(canvas: Canvas) -> None:
    """A page of text."""
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(72, 760, "Findings of the visit")
    canvas.setFont("Times-Roman", 12)
    for index, line in enumerate(LINES * 4):
        canvas.drawString(72, 720 - 16 * index, line)


def picture_of(draw: Draw, *, dpi: int = 200, turned: int = 0) -> Image.Image:
    """What a scanner would make of a page."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=True)
    draw(canvas)
    canvas.save()
    document = pypdfium2.PdfDocument(file.getvalue())
    picture: Image.Image = document[0].render(scale=dpi / 72, grayscale=True).to_pil().copy()
    document.close()
    return picture.rotate(turned, expand=True)


def show(picture: Image.Image, x: float = 0, y: float = 0, width: float = WIDTH, height: float = HEIGHT) -> Draw:
    """Draws ``picture`` on a page."""
    return lambda canvas: canvas.drawImage(ImageReader(picture), x, y, width, height)


def both(*draws: Draw) -> Draw:
    """One drawing over the other."""

    def drawn(canvas: Canvas) -> None:
        for draw in draws:
            draw(canvas)

    return drawn


def say(line: str, y: float = 700) -> Draw:
    """Writes a line."""
    return lambda canvas: canvas.drawString(72, y, line)


def blank(_: Canvas) -> None:
    """Draws nothing."""


@pytest.fixture(scope="module")
def scan() -> Draw:
    """Draws a page of text as a picture."""
    return show(picture_of(text))


def test_scanned_pages_among_text_are_named_and_blank_ones_are_not_scanned(
    make_pdf: Callable[..., bytes], scan: Draw
) -> None:
    report = read(make_pdf(text, scan, blank, scan, scan))
    assert report.coverage.pages_scanned == (2, 4, 5)
    assert report.coverage.pages_without_text == (3,)
    assert report.coverage.ocr == {}
    assert "Not read, because they are scanned or otherwise pictures: pages 2, 4 to 5; --ocr reads them." in (
        report.coverage.notes
    )


def hidden_text(canvas: Canvas) -> None:
    """What OCR programs lay under a scan."""
    for index, line in enumerate(LINES):
        words = canvas.beginText(72, 720 - 16 * index)
        words.setTextRenderMode(3)
        words.textLine(line)
        canvas.drawText(words)


def test_a_scan_with_a_hidden_text_layer_has_its_text(make_pdf: Callable[..., bytes], scan: Draw) -> None:
    report = read(make_pdf(both(scan, hidden_text)))
    assert report.coverage.pages_scanned == ()
    assert LINES[1] in report.text


def in_strips(picture: Image.Image) -> Draw:
    """As some scanners store a page."""
    height = picture.height // 10
    strips = [picture.crop((0, index * height, picture.width, (index + 1) * height)) for index in range(10)]
    return both(*(show(s, 0, HEIGHT * (9 - index) / 10, WIDTH, HEIGHT / 10) for index, s in enumerate(strips)))


def in_a_form(draw: Draw) -> Draw:
    """Drawn by a form that is shown at half its size, moved."""

    def drawn(canvas: Canvas) -> None:
        canvas.beginForm("page", 0, 0, 2 * WIDTH, 2 * HEIGHT)
        canvas.scale(2, 2)
        draw(canvas)
        canvas.endForm()
        canvas.scale(0.5, 0.5)
        canvas.doForm("page")

    return drawn


def test_a_picture_counts_however_it_is_stored(make_pdf: Callable[..., bytes]) -> None:
    picture = picture_of(text, dpi=40)
    report = read(make_pdf(text, in_strips(picture), in_a_form(show(picture))))
    assert report.coverage.pages_scanned == (2, 3)


def test_a_stamp_in_the_margin_does_not_make_a_text_but_a_title_over_a_picture_does(
    make_pdf: Callable[..., bytes], scan: Draw
) -> None:
    stamped = both(scan, say("OFFICIAL: SENSITIVE, copy 7 of the file", y=HEIGHT - 20))
    cover = both(show(Image.new("L", (50, 70), 90)), say("Inspection of Harbour Street School"))
    small = both(show(Image.new("L", (50, 70), 90), 72, 72, 90, 90), say("Page 1", y=20))
    assert read(make_pdf(text, stamped, cover, small)).coverage.pages_scanned == (2,)


def letters_as_shapes(canvas: Canvas) -> None:
    """Text converted to paths."""
    for number in range(200):
        x, y = 72 + number % 40 * 10, 700 - number // 40 * 20
        path = canvas.beginPath()
        path.moveTo(x, y)
        for step in range(24):
            path.lineTo(x + 6 * (step % 2), y + step / 3)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)


def chart(canvas: Canvas) -> None:
    """A few bars and lines."""
    for number in range(40):
        canvas.rect(72 + 10 * number, 300, 8, 5 * number, fill=1)
        canvas.line(72, 300 + 5 * number, 500, 300 + 5 * number)


def test_letters_drawn_as_shapes_have_a_note_of_their_own(make_pdf: Callable[..., bytes]) -> None:
    report = read(make_pdf(text, letters_as_shapes, chart))
    assert report.coverage.pages_scanned == (2,)
    assert report.coverage.pages_without_text == (3,)
    assert any("letters drawn as shapes: page 2; --ocr" in note for note in report.coverage.notes)


def test_pages_of_text_are_not_searched_for_pictures(
    make_pdf: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Any) -> Any:
        raise AssertionError("searched")

    monkeypatch.setattr(pictures, "_objects", fail)
    assert read(make_pdf(text, text)).coverage.pages_scanned == ()


def test_a_pdf_of_blank_pages_is_not_called_a_scan(make_pdf: Callable[..., bytes]) -> None:
    with pytest.raises(ReadError) as caught:
        read(make_pdf(blank, blank), name="a.pdf")
    assert caught.value.code == "no_text"
    assert "picture" not in str(caught.value)
    assert "OCR" not in str(caught.value)


@pytest.mark.usefixtures("tesseract")
def test_a_scan_is_read_where_asked_for_with_places_and_confidences(
    make_pdf: Callable[..., bytes], scan: Draw, assert_offsets: Callable[[Report], None]
) -> None:
    printed, report = read(make_pdf(text)), read(make_pdf(scan), ocr=True)
    assert_offsets(report)
    assert report.coverage.pages_scanned == (1,)
    assert list(report.coverage.ocr) == [1]
    assert report.coverage.ocr[1] > 0.85
    assert any(note.startswith("Read by character recognition (Tesseract") for note in report.coverage.notes)
    assert [(block.kind, block.text) for block in report.blocks] == [(b.kind, b.text) for b in printed.blocks]
    assert report.blocks[0].kind is BlockKind.HEADING
    for block, original in zip(report.blocks, printed.blocks, strict=True):
        for line, same in zip(block.lines, original.lines, strict=True):
            for side in ("x0", "y0", "x1", "y1"):
                assert getattr(line.box, side) == pytest.approx(getattr(same.box, side), abs=3)


@pytest.mark.usefixtures("tesseract")
def test_a_sample_report_keeps_its_words_and_headings_through_the_scanner(samples: Path) -> None:
    printed = (samples / "tramway-letter.pdf").read_bytes()
    original = read(printed)
    document, file = pypdfium2.PdfDocument(printed), io.BytesIO()
    canvas = Canvas(file, invariant=True)
    for page in document:
        show(page.render(scale=300 / 72, grayscale=True).to_pil(), 0, 0, *page.get_size())(canvas)
        canvas.setPageSize(page.get_size())
        canvas.showPage()
    canvas.save()
    report = read(file.getvalue(), ocr="eng")
    words = original.text.split()
    found = set(report.text.split())
    assert sum(word in found for word in words) > 0.97 * len(words)
    headings = [block.text for block in original.blocks if block.kind is BlockKind.HEADING]
    assert [block.text for block in report.blocks if block.kind is BlockKind.HEADING] == headings
    items = [block.text for block in original.blocks if block.kind is BlockKind.LIST_ITEM]
    assert [block.text for block in report.blocks if block.kind is BlockKind.LIST_ITEM] == items


@pytest.mark.usefixtures("tesseract")
def test_a_stamp_on_a_scan_is_read_once_and_every_time_the_same(make_pdf: Callable[..., bytes], scan: Draw) -> None:
    stamped = make_pdf(both(scan, say("Received on 4 May", y=HEIGHT - 20)))
    report = read(stamped, ocr=True)
    assert read(stamped, ocr="eng") == report
    assert report.text.count("Received") == 1
    assert LINES[0] in report.text


@pytest.mark.usefixtures("tesseract")
def test_a_ruled_table_is_read_from_its_picture(make_pdf: Callable[..., bytes]) -> None:
    def table(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 12)
        for row, (name, grade) in enumerate([("Safety", "Good"), ("Leadership", "Poor"), ("Records", "Fair")]):
            y = 700 - 30 * row
            canvas.rect(72, y - 10, 200, 30)
            canvas.rect(272, y - 10, 150, 30)
            canvas.drawString(80, y, name)
            canvas.drawString(280, y, grade)

    report = read(make_pdf(text, show(picture_of(table))), ocr=True)
    rows = [block.text for block in report.blocks if block.kind is BlockKind.TABLE_ROW]
    assert rows == ["Safety | Good", "Leadership | Poor", "Records | Fair"]


@pytest.mark.usefixtures("tesseract")
def test_a_picture_without_words_gives_none_and_says_so(make_pdf: Callable[..., bytes]) -> None:
    photograph = Image.radial_gradient("L")
    report = read(make_pdf(text, show(photograph)), ocr=True)
    assert report.coverage.pages_scanned == (2,)
    assert {block.page for block in report.blocks} == {1}
    assert "Page 2: OCR found no words on it." in report.coverage.notes
    with pytest.raises(ReadError, match="OCR found no words") as caught:
        read(make_pdf(show(photograph)), name="a.pdf", ocr=True)
    assert caught.value.code == "no_text"


@pytest.mark.usefixtures("tesseract")
def test_a_page_scanned_on_its_side_is_read_upright_and_its_boxes_are_those_of_the_page_as_displayed(
    make_pdf: Callable[..., bytes],
) -> None:
    if "osd" not in pytesseract.get_languages():
        pytest.skip("Tesseract has no data to tell how a page lies (osd)")
    upside_down = picture_of(text, dpi=150, turned=180)
    report = read(make_pdf(both(show(upside_down), say("Copy of file 7", y=20))), ocr=True)
    assert LINES[1] in report.text
    box = next(block.box for block in report.blocks if block.text == "Findings of the visit")
    assert box is not None
    assert box.x1 == pytest.approx(WIDTH - 72, abs=4)
    assert box.y1 == pytest.approx(HEIGHT - 66, abs=4)
    assert "Page 1: 14 characters that run in another direction than its picture were left out." in (
        report.coverage.notes
    )


@pytest.mark.usefixtures("tesseract")
def test_a_page_that_takes_too_long_is_given_up_and_named(
    make_pdf: Callable[..., bytes], scan: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "MAX_SECONDS", 0.001)
    report = read(make_pdf(text, scan), ocr=True)
    assert report.coverage.pages_scanned == (2,)
    assert report.coverage.ocr == {}
    assert any(note.startswith("Page 2: OCR failed on it") for note in report.coverage.notes)


def test_a_huge_page_is_drawn_no_larger_than_the_limit() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(14_000, 14_000)
    picture, dpi = pictures.render(document, 0)
    assert picture.width * picture.height <= 20_000_000
    assert 1 <= dpi < 72


@pytest.mark.usefixtures("tesseract")
@pytest.mark.parametrize(("languages", "says"), [("eng;rm", "names no languages"), ("eng+qaa", "no data for it")])
def test_languages_that_tesseract_has_not_are_refused(
    make_pdf: Callable[..., bytes], languages: str, says: str
) -> None:
    with pytest.raises(ReadError, match=says) as caught:
        read(make_pdf(text), ocr=languages)
    assert caught.value.code == "no_ocr"


def test_ocr_without_the_program_says_how_to_get_it(
    make_pdf: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    recognition.recogniser.cache_clear()
    with pytest.raises(ReadError) as caught:
        read(make_pdf(text), ocr=True)
    assert caught.value.code == "no_ocr"
    assert "apt-get install tesseract-ocr" in caught.value.remedy


def test_ocr_without_the_extra_says_how_to_get_it(
    make_pdf: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pytesseract", None)
    recognition.recogniser.cache_clear()
    with pytest.raises(ReadError, match="not installed") as caught:
        read(make_pdf(text), ocr=True)
    assert "pip install 'scrutiny[ocr]'" in caught.value.remedy


@pytest.mark.parametrize(
    "data", [b"", b"<html", b"<p class='ocr_par'><span class='ocr_line'><b class='ocrx_word'>x</b></span></p>"]
)
def test_what_is_no_hocr_is_refused(data: bytes) -> None:
    with pytest.raises(RuntimeError, match="hOCR"):
        parse_hocr(data)
