"""What stands on a page becomes blocks in reading order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from reading.drawn import FULL, PITCH, PROSE, Draw, Law, MakePdf, all_of, of_kind, texts, write
from scrutiny.reading import pdfium, read
from scrutiny.report import BlockKind


def test_wrapped_lines_are_one_block_with_a_box_for_each_line(make_pdf: MakePdf) -> None:
    report = read(make_pdf(write(FULL, "next.")))
    (block,) = report.blocks
    assert block.text == f"{FULL} next."
    assert [report.text[line.start : line.end] for line in block.lines] == [FULL, "next."]
    assert block.page == 1
    assert block.box is not None
    assert block.box.x0 == pytest.approx(72, abs=1)
    assert 90 < block.box.y0 < 110  # 740 points from the bottom of A4, seen from the top


def test_paragraph_runs_over_the_page_break_and_furniture_follows_it(assert_offsets: Law, make_pdf: MakePdf) -> None:
    def page(number: int, *lines: str) -> Draw:
        return all_of(write(*lines), write(f"Visit to Anytown {number}", y=30, size=8))

    report = read(make_pdf(page(1, FULL), page(2, "next, and staff speak well of them."), page(3, "The end is near.")))
    first, *rest = report.blocks
    assert first.text == f"{FULL} next, and staff speak well of them."
    assert [line.box.page for line in first.lines] == [1, 2]
    assert [block.kind for block in rest] == [
        BlockKind.FURNITURE,
        BlockKind.FURNITURE,
        BlockKind.PARAGRAPH,
        BlockKind.FURNITURE,
    ]
    assert [block.page for block in rest] == [1, 2, 3, 3]
    assert_offsets(report)


def test_header_of_a_second_and_last_page_does_not_part_a_sentence(make_pdf: MakePdf) -> None:
    second = all_of(write("Letter to Anytown", y=790), write("next, and staff speak well of them."))
    report = read(make_pdf(write(FULL), second))
    assert [(block.kind.value, block.text) for block in report.blocks] == [
        ("paragraph", f"{FULL} next, and staff speak well of them."),
        ("furniture", "Letter to Anytown"),
    ]


def test_body_text_at_the_edge_of_a_page_is_no_furniture(make_pdf: MakePdf) -> None:
    report = read(
        make_pdf(write("Attendance has risen to 96 per cent.", y=40), write("Behaviour is calm and orderly.", y=40))
    )
    assert not of_kind(report, BlockKind.FURNITURE)


def test_heading_that_opens_several_sections_is_no_furniture(make_pdf: MakePdf) -> None:
    opening = all_of(write("Inspection findings", y=780, size=14, bold=True), PROSE)
    pages = [opening if number % 4 == 0 else write(f"{FULL} {number}.") for number in range(13)]
    report = read(make_pdf(*pages))
    assert texts(report, BlockKind.HEADING) == ["Inspection findings"] * 4


def test_headings_have_levels_and_paths(make_pdf: MakePdf) -> None:
    report = read(
        make_pdf(
            all_of(
                write("Report on the school that", "stands on the hill", y=780, size=24),
                write("Overview", y=640, size=14, bold=True),
                write(FULL, "next.", y=600),
                write("Safeguarding", y=540, bold=True),
                PROSE,
            )
        )
    )
    title, overview, _, safeguarding, last = report.blocks
    assert title.text == "Report on the school that stands on the hill" == report.title
    assert [title.level, overview.level, safeguarding.level] == [1, 2, 3]
    assert overview.section_path == (title.text,)
    assert last.section_path == (title.text, "Overview", "Safeguarding")


def test_bullets_hang_and_nest(assert_offsets: Law, make_pdf: MakePdf) -> None:
    report = read(
        make_pdf(
            all_of(
                write("The school should:", y=740),
                write("•", y=720, x=90),
                write(FULL, "next;", y=720, x=108),
                write("(a)", y=685, x=108),
                write("train its staff; and", y=685, x=130),
                write("• review its plans.", y=665, x=90),
            )
        )
    )
    items = of_kind(report, BlockKind.LIST_ITEM)
    assert [(item.marker, item.text, item.level) for item in items] == [
        ("•", f"{FULL} next;", 1),
        ("(a)", "train its staff; and", 2),
        ("•", "review its plans.", 1),
    ]
    assert_offsets(report)


def test_numbered_paragraphs_keep_their_number_as_marker(make_pdf: MakePdf) -> None:
    body = all_of(
        *[
            all_of(write(f"{number}.", y=740 - 60 * i), write(FULL, "next.", y=740 - 60 * i, x=96))
            for i, number in enumerate((41, 42))
        ]
    )
    report = read(make_pdf(body))
    assert [(block.kind, block.marker) for block in report.blocks] == [
        (BlockKind.PARAGRAPH, "41."),
        (BlockKind.PARAGRAPH, "42."),
    ]
    assert f"41. {FULL}" in report.text


def test_ruled_table_has_a_block_a_row(make_pdf: MakePdf) -> None:
    def table(canvas: Canvas) -> None:
        canvas.grid([72, 260, 460], [600, 650, 700, 730])
        for y, left, right in (
            (710, ["Judgement"], "Grade"),
            (680, ["The impact", "of leaders"], "Good"),
            (630, ["Overall"], "Good"),
        ):
            write(*left, y=y, x=80)(canvas)
            write(right, y=y, x=270)(canvas)

    rows = texts(read(make_pdf(all_of(table, PROSE))), BlockKind.TABLE_ROW)
    assert rows == ["Judgement | Grade", "The impact of leaders | Good", "Overall | Good"]


def test_shading_behind_lines_is_no_table(make_pdf: MakePdf) -> None:
    def shaded(canvas: Canvas) -> None:
        canvas.setFillGray(0.9)
        for number in range(2):
            canvas.rect(70, 736 - number * PITCH, 450, PITCH, stroke=0, fill=1)
        canvas.setFillGray(0)
        write(FULL, "next.")(canvas)

    assert [block.text for block in read(make_pdf(shaded)).blocks] == [f"{FULL} next."]


def test_table_beside_a_column_does_not_cut_it(make_pdf: MakePdf) -> None:
    def table(canvas: Canvas) -> None:
        heights = [748 - 2 * PITCH * i for i in range(6)]
        canvas.grid([330, 430, 520], heights)
        for number, y in enumerate(heights[1:]):
            write(f"Area {number}", y=y + 10, x=335)(canvas)
            write("Good", y=y + 10, x=435)(canvas)

    prose = [f"the left column holds text in line {number}" for number in range(10)]
    report = read(make_pdf(all_of(table, write(*prose, x=72))))
    assert texts(report, BlockKind.PARAGRAPH) == [" ".join(prose)]
    assert texts(report, BlockKind.TABLE_ROW) == [f"Area {number} | Good" for number in range(5)]


def test_two_columns_are_read_one_after_the_other(make_pdf: MakePdf) -> None:
    left = [f"left column line {number} is full" for number in range(8)]
    right = [f"right column line {number} is full" for number in range(8)]
    report = read(
        make_pdf(
            all_of(
                *[
                    write(a, b, y=y, x=x)
                    for x, lines in ((72, left), (320, right))
                    for y, a, b in ((740 - i * 2 * PITCH, lines[2 * i], lines[2 * i + 1]) for i in range(4))
                ]
            )
        )
    )
    found = " ".join(block.text for block in report.blocks)
    assert found.index("left column line 7") < found.index("right column line 0")


def test_footnotes_and_captions_are_told_from_the_text(make_pdf: MakePdf) -> None:
    report = read(
        make_pdf(
            all_of(
                write(FULL, "next, as the law says.", y=740),
                write("Figure 3: Attendance by year", y=600, size=12),
                write("1", y=104, size=6),
                write("The Education Act 2005.", y=100, x=78, size=8),
            )
        )
    )
    assert texts(report, BlockKind.CAPTION) == ["Figure 3: Attendance by year"]
    (note,) = of_kind(report, BlockKind.FOOTNOTE)
    assert note.text == "The Education Act 2005."


def test_hyphens_at_line_ends(make_pdf: MakePdf) -> None:
    report = read(
        make_pdf(
            write(
                "The curriculum is well-",
                "balanced and the leader-",
                "ship of the school is sound.",
            )
        )
    )
    assert report.blocks[0].text == "The curriculum is well-balanced and the leadership of the school is sound."


def test_pages_without_text_are_listed(make_pdf: MakePdf) -> None:
    report = read(make_pdf(write("One."), lambda canvas: canvas.rect(90, 90, 200, 200), write("Three.")))
    assert report.coverage.pages == 3
    assert report.coverage.pages_without_text == (2,)


def test_cut_page_is_noted(make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfium, "MAX_CHARACTERS_PER_PAGE", 20)
    report = read(make_pdf(write(FULL)))
    assert len(report.text) <= 20
    assert "Page 1" in report.coverage.notes[0]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotated_page_is_read_with_boxes_on_the_displayed_page(
    assert_offsets: Law, make_pdf: MakePdf, degrees: int
) -> None:
    report = read(make_pdf(write(FULL, "next.", y=500), rotate=degrees))
    width, height = A4
    assert FULL.split()[0] in report.text
    for block in report.blocks:
        assert block.box is not None
        assert 0 <= block.box.x0 <= block.box.x1 <= width
        assert 0 <= block.box.y0 <= block.box.y1 <= height
    assert_offsets(report)


@pytest.mark.parametrize(
    ("title", "kept"), [("Overview", False), ("Microsoft Word - a.docx", False), ("Report on Anytown", True)]
)
def test_title_of_the_file_counts_only_if_it_is_printed(make_pdf: MakePdf, title: str, kept: bool) -> None:
    report = read(make_pdf(all_of(write("Report on Anytown", size=20), PROSE), title=title))
    assert report.title == "Report on Anytown"
    assert (report.title == title) is kept


def test_same_bytes_same_report(make_pdf: MakePdf) -> None:
    data = make_pdf(all_of(write("Overview", size=16), PROSE))
    assert read(data) == read(data)


Printed = tuple[str, int, int, int, bool]
LINES = st.lists(
    st.tuples(
        st.text("aB1 .-•(|ﬁ\u00a0é", max_size=40),
        st.integers(0, 500),
        st.integers(0, 800),
        st.sampled_from([6, 9, 12, 20]),
        st.booleans(),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=3))
def test_offsets_hold_on_any_page(
    assert_offsets: Law, make_pdf: MakePdf, pages: list[list[tuple[str, int, int, int, bool]]]
) -> None:
    drawn = [
        all_of(*[write(text, x=x, y=y, size=size, bold=bold) for text, x, y, size, bold in page]) for page in pages
    ]
    assert_offsets(read(make_pdf(write("Anchor."), *drawn)))


def test_report_of_nothing_but_furniture(assert_offsets: Law, make_pdf: MakePdf) -> None:
    report = read(make_pdf(*[write("Visit to Anytown", y=820)] * 3))
    assert texts(report, BlockKind.FURNITURE) == ["Visit to Anytown"] * 3
    assert_offsets(report)


def test_glyphs_without_meaning_are_counted(make_pdf: MakePdf) -> None:
    # A font that says its letters are control characters, as one does that does not say what they are.
    data = make_pdf(write("Leaders act."), write("aaa"))
    report = read(with_meaning(data, {"a": "0007"}))
    assert report.coverage.replacement_characters == 5
    assert "\ufffd" * 3 in report.text


def test_letters_that_do_not_show_leave_a_page_without_text(make_pdf: MakePdf) -> None:
    report = read(with_meaning(make_pdf(write("Leaders."), write("bbb")), {"b": "200B"}))
    assert report.coverage.pages_without_text == (2,)


@pytest.mark.parametrize("meaning", ["D800", "DC00", "D83DDE00", "0000", "FFFF", "0645"])
def test_any_meaning_of_a_letter_can_be_written(assert_offsets: Law, make_pdf: MakePdf, meaning: str) -> None:
    report = read(with_meaning(make_pdf(write("Leaders act, and a staff.")), {"a": meaning}))
    assert "\0" not in report.text.encode().decode()
    assert_offsets(report)


def with_meaning(data: bytes, letters: dict[str, str]) -> bytes:
    """``data`` with a table for its Helvetica that gives ``letters`` the UTF-16 they are to mean."""
    pairs = " ".join(f"<{ord(letter):02x}> <{meaning}>" for letter, meaning in letters.items())
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> "
        f"endcodespacerange {len(letters)} beginbfchar {pairs} endbfchar endcmap end end"
    )
    stream = f"\n99 0 obj\n<< /Length {len(table)} >>\nstream\n{table}\nendstream\nendobj\n"
    # The table of offsets no longer holds: PDFium finds the objects by itself.
    start = data.rindex(b"xref", 0, data.rindex(b"startxref"))
    data = data[:start] + stream.encode() + data[start:]
    return data.replace(b"/BaseFont /Helvetica", b"/ToUnicode 99 0 R /BaseFont /Helvetica").replace(
        b"startxref", b"startxref\n0"
    )


def test_fields_of_a_form_are_noted(make_pdf: MakePdf) -> None:
    def form(canvas: Canvas) -> None:
        write("Name of the school:")(canvas)
        canvas.acroForm.textfield(name="school", value="Anytown", x=72, y=600)

    assert "form" in read(make_pdf(form)).coverage.notes[0]


def test_page_in_too_many_pieces_is_noted(make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfium, "MAX_PIECES_PER_PAGE", 2)
    report = read(make_pdf(write("One.", "Two.", "Three."), write("Four.")))
    assert report.text == "Four."
    assert report.coverage.pages_without_text == (1,)
    assert "Page 1" in report.coverage.notes[0]


def hostile_pages() -> dict[str, list[Draw]]:
    numbers = range(1_200)
    return {
        "one row": [all_of(*[write("a", x=12 * i, size=1) for i in numbers])],
        "contents": [all_of(*[all_of(write("Abc", y=-12 * i), write("7", x=120, y=-12 * i)) for i in numbers])],
        "the same header on every page": [write("Visit to Anytown", y=820)] * 1_000,
        "columns": [all_of(*[write("word" * (2 if i % 3 else 12), x=72 + 200 * (i % 2), y=-9 * i) for i in numbers])],
        "rules": [
            all_of(
                lambda canvas: canvas.lines([(x, 0, x, 800) for x in range(2_000)]),
                *[write("a", x=i % 500, y=i % 800, size=4) for i in numbers],
            )
        ],
    }


@pytest.mark.parametrize("name", hostile_pages())
def test_hostile_pages_end(assert_offsets: Law, make_pdf: MakePdf, name: str) -> None:
    assert_offsets(read(make_pdf(*hostile_pages()[name])))


def test_lines_over_one_another_across_columns_are_read_once(make_pdf: MakePdf) -> None:
    column = [
        write(f"column line {number} is full up to its end", y=700 - 14 * number, x=x)
        for x in (72, 320)
        for number in range(6)
    ]
    across = write("A line that stands across both of the columns, left to right", y=730)
    stamp = write("Another that is printed over it", y=730, x=250)
    text = read(make_pdf(all_of(across, stamp, *column))).text
    assert text.count("left to right") == text.count("printed over it") == 1


@pytest.mark.parametrize(("date", "created"), [("D:20230231", "2023-02-31"), ("D:20239999", "2023"), ("D:99", None)])
def test_date_of_creation(make_pdf: MakePdf, date: str, created: str | None) -> None:
    data = make_pdf(write("Leaders act."))
    printed = data[data.index(b"/CreationDate (") :].split(b")", 1)[0]
    report = read(data.replace(printed, f"/CreationDate ({date}".encode().ljust(len(printed))))
    assert report.metadata.get("created") == created
