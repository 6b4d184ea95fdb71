"""Layouts beyond the single column: what is read, in what order, and as what."""

from __future__ import annotations

import gc

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from reading.drawn import FULL, PROSE, Draw, Law, MakePdf, all_of, of_kind, texts, write
from scrutiny.errors import ReadError
from scrutiny.reading import pdf, read
from scrutiny.report import BlockKind

NARROW = (
    "Leaders know the school and",
    "have made good plans for",
    "what comes next, and staff",
    "speak well of them all.",
)


def column(*words: str, x: float, y: float = 700) -> Draw:
    return write(*(line.replace("school", words[0]) for line in NARROW * 2), x=x, y=y, size=9)


def test_long_report_is_read_in_stretches_as_if_in_one_go(assert_offsets: Law, make_pdf: MakePdf) -> None:
    def page(number: int) -> Draw:
        opens_section = number % 100 == 1
        return all_of(
            write("Report on Anytown", y=810, size=8),
            *([write("Findings", y=660, size=20, bold=True)] if opens_section else []),
            write(FULL if opens_section else "next, and staff speak well of them.", y=600),
            write(FULL, y=560),
            write(str(number), y=30, size=8),
        )

    report = read(make_pdf(*map(page, range(1, 421))))
    runs_on = [number for number in range(1, 420) if number % 100]
    joined = [block for block in of_kind(report, BlockKind.PARAGRAPH) if len(block.lines) == 2]
    assert [[line.box.page for line in block.lines] for block in joined] == [[n, n + 1] for n in runs_on]
    assert len(of_kind(report, BlockKind.FURNITURE)) == 840
    assert [(block.page, block.level) for block in of_kind(report, BlockKind.HEADING)] == [
        (page, 1) for page in (1, 101, 201, 301, 401)
    ]
    assert_offsets(report)


def test_a_file_that_is_opened_anew_between_pages_reads_the_same(
    make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_pdf(*(write(f"The plans of ward {number} are late.", y=700) for number in range(1, 8)))
    whole = read(file)
    opened: list[str] = []
    monkeypatch.setattr(pdf, "_OPENED_FOR", 2)
    monkeypatch.setattr(pdf, "_WORTH", 0)
    really_open = pdf._open

    def open_and_tell(data: bytes, path: str) -> pypdfium2.PdfDocument:
        opened.append(path)
        return really_open(data, path)

    monkeypatch.setattr(pdf, "_open", open_and_tell)
    assert read(file) == whole
    assert len(opened) == 4
    assert [block.page for block in whole.blocks] == list(range(1, 8))
    monkeypatch.setattr(pdf, "_WORTH", float("inf"))
    opened.clear()
    assert read(file) == whole
    assert len(opened) == 1


def test_the_garbage_collector_is_as_it_was_before_reading(make_pdf: MakePdf) -> None:
    file = make_pdf(write("The plans are late.", y=700))
    read(file)
    assert gc.isenabled()
    with pytest.raises(ReadError):
        read(file[: len(file) // 2])
    assert gc.isenabled()
    gc.disable()
    try:
        read(file)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_three_narrow_columns_are_read_one_after_the_other(make_pdf: MakePdf) -> None:
    page = all_of(column("first", x=50), column("second", x=190), column("third", x=330))
    text = read(make_pdf(page)).text
    assert text.count("Leaders know the first and have made good plans") == 2
    assert text.index("the first") < text.index("the second") < text.index("the third")
    assert text.rindex("the first") < text.index("the second")


def test_short_heading_over_two_columns_parts_what_is_above_and_below(make_pdf: MakePdf) -> None:
    page = all_of(
        write("Summary", y=740, size=14, bold=True),
        column("first", x=50, y=715),
        column("second", x=300, y=715),
        write("Findings", x=50, y=570, size=14, bold=True),
        column("third", x=50, y=545),
        column("fourth", x=300, y=545),
    )
    report = read(make_pdf(page))
    under = {
        word: block.section_path[-1] for block in report.blocks for word in block.text.split() if block.section_path
    }
    assert under["first"] == under["second"] == "Summary"
    assert under["third"] == under["fourth"] == "Findings"


def test_headings_in_the_margin_come_before_the_text_beside_them(make_pdf: MakePdf) -> None:
    page = all_of(
        write("Introduction", x=50, y=740, bold=True, size=10),
        write(*[FULL] * 4, x=180, y=740, size=10),
        write("Findings", x=50, y=600, bold=True, size=10),
        write(*[FULL.replace("school", "home")] * 4, x=180, y=600, size=10),
    )
    report = read(make_pdf(page))
    assert texts(report, BlockKind.HEADING) == ["Introduction", "Findings"]
    assert [block.section_path for block in of_kind(report, BlockKind.PARAGRAPH)] == [("Introduction",), ("Findings",)]


@pytest.mark.parametrize("codes", [("R1", "R2", "R3"), ("SR9", "SR10", "SR11"), ("1a", "1b", "1c")])
def test_codes_that_count_are_markers(make_pdf: MakePdf, codes: tuple[str, ...]) -> None:
    items = [write(f"{code} The provider should train its staff.", y=700 - 30 * n) for n, code in enumerate(codes)]
    report = read(make_pdf(all_of(*items, PROSE)))
    assert [block.marker for block in report.blocks[:3]] == list(codes)
    assert {block.text for block in report.blocks[:3]} == {"The provider should train its staff."}


def test_code_that_stands_alone_is_part_of_its_sentence(make_pdf: MakePdf) -> None:
    report = read(make_pdf(all_of(write("A4 Topping took place in May."), PROSE)))
    assert report.blocks[0].text == "A4 Topping took place in May."


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_text_that_runs_up_or_down_the_page_is_read_with_boxes_on_the_displayed_page(
    assert_offsets: Law, make_pdf: MakePdf, degrees: int
) -> None:
    def turned(canvas: Canvas) -> None:
        canvas.translate(297.6, 421)
        canvas.rotate(degrees)
        canvas.translate(-297.6, -421)
        write("Findings", y=740, size=16, bold=True)(canvas)
        write(FULL, "next.", y=700)(canvas)

    report = read(make_pdf(turned))
    assert texts(report, BlockKind.HEADING) == ["Findings"]
    assert texts(report, BlockKind.PARAGRAPH) == [f"{FULL} next."]
    box = of_kind(report, BlockKind.PARAGRAPH)[0].lines[0].box
    tall = box.y1 - box.y0 > box.x1 - box.x0
    assert tall == (degrees != 180)
    assert min(box.x0, box.y0) >= -1
    assert box.x1 <= 597
    assert box.y1 <= 843
    assert_offsets(report)


def test_watermark_is_furniture(make_pdf: MakePdf) -> None:
    def mark(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(150, 450)
        canvas.rotate(45)
        canvas.setFont("Helvetica", 80)
        canvas.drawString(0, 0, "DRAFT")
        canvas.restoreState()

    report = read(make_pdf(all_of(mark, write(FULL, "next.", y=500), PROSE)))
    assert texts(report, BlockKind.FURNITURE) == ["DRAFT"]
    assert texts(report, BlockKind.PARAGRAPH)[0] == f"{FULL} next."


def test_letters_spaced_out_are_words(make_pdf: MakePdf) -> None:
    def spaced(canvas: Canvas) -> None:
        text = canvas.beginText(72, 740)
        text.setFont("Helvetica-Bold", 14)
        text.setCharSpace(5)
        text.textOut("MAIN FINDINGS")
        canvas.drawText(text)

    report = read(make_pdf(all_of(spaced, write(FULL, "next.", y=700))))
    assert texts(report, BlockKind.HEADING) == ["MAIN FINDINGS"]


def test_underlined_line_of_body_size_is_a_heading(make_pdf: MakePdf) -> None:
    def rule(canvas: Canvas) -> None:
        canvas.setLineWidth(0.5)
        canvas.line(72, 738.5, 72 + canvas.stringWidth("What went wrong", "Helvetica", 12), 738.5)

    report = read(make_pdf(all_of(write("What went wrong"), rule, write(FULL, "next.", y=715))))
    assert texts(report, BlockKind.HEADING) == ["What went wrong"]


def test_bold_line_a_little_smaller_than_the_text_is_a_heading(make_pdf: MakePdf) -> None:
    report = read(make_pdf(all_of(write("Finding 1: records", size=10, bold=True), write(FULL, "next.", y=715))))
    assert texts(report, BlockKind.HEADING) == ["Finding 1: records"]


def test_line_numbers_in_the_margin_are_furniture(make_pdf: MakePdf) -> None:
    lines = [FULL] * 9 + ["next."]
    numbers = [write(str(number), x=40, y=740 - 20 * number, size=8) for number in range(1, 11)]
    text = [write(line, y=740 - 20 * number) for number, line in enumerate(lines, 1)]
    report = read(make_pdf(all_of(*(draw for pair in zip(numbers, text, strict=True) for draw in pair))))
    assert texts(report, BlockKind.PARAGRAPH) == [" ".join(lines)]
    assert sorted(map(int, " ".join(texts(report, BlockKind.FURNITURE)).split())) == list(range(1, 11))


def test_header_that_names_each_section_is_furniture(make_pdf: MakePdf) -> None:
    names = ["Summary", "Fire safety", "Staffing", "Records", "Food and drink"]
    pages = [all_of(write(f"Report 14 of 2023 | {name}", y=800, size=9), write(FULL, "next.", y=600)) for name in names]
    report = read(make_pdf(*pages))
    assert texts(report, BlockKind.FURNITURE) == [f"Report 14 of 2023 | {name}" for name in names]


def test_contents_page_is_kept_apart_and_holds_no_sections(make_pdf: MakePdf) -> None:
    entries = ["Summary", "What inspectors found", "What must change", "How the visit was made"]
    rows = [write(f"{entry} {'.' * 60} {number}", y=700 - 20 * number) for number, entry in enumerate(entries, 2)]
    contents = all_of(write("Contents", y=760, size=24, bold=True), *rows)
    report = read(make_pdf(contents, all_of(write("Summary", size=16, bold=True), write(FULL, "next.", y=715))))
    assert [text.split(" |")[0] for text in texts(report, BlockKind.CONTENTS)] == entries
    assert of_kind(report, BlockKind.PARAGRAPH)[0].section_path == ("Summary",)
    assert report.title == "Summary"


@pytest.mark.parametrize(
    ("line", "following", "joined"),
    [
        ("It depends on good decision-", "making by leaders.", "decision-making"),
        ("The plans for mainten-", "ance were not followed.", "maintenance"),
        ("Figures are those of mid-", "2021 unless we say so.", "mid-2021"),
        ("The service runs for 24-", "hour periods.", "24-hour"),
        ("There are plans for the short-", "and long-term future.", "short- and long-term"),
        ("Its arrangements are well-", "balanced.", "well-balanced"),
        ("Staff had taken part in over-", "sight of the home.", "oversight"),
    ],
)
def test_hyphen_at_a_line_end_stays_where_the_word_demands_it(
    make_pdf: MakePdf, line: str, following: str, joined: str
) -> None:
    assert joined in read(make_pdf(all_of(write(line, following)))).text


def test_large_first_letter_belongs_to_its_word(make_pdf: MakePdf) -> None:
    page = all_of(write("I", y=716, size=36), write("n May the home was visited.", x=84))
    assert "In May the home was visited." in read(make_pdf(page)).text


def test_page_of_nothing_but_slanted_text_is_read(make_pdf: MakePdf) -> None:
    def slanted(canvas: Canvas) -> None:
        canvas.rotate(20)
        write("Plans are not reviewed.", y=400, x=200)(canvas)

    report = read(make_pdf(slanted))
    assert texts(report, BlockKind.FURNITURE) == ["Plans are not reviewed."]
    assert report.coverage.pages_without_text == ()
