"""Plain text and its encodings."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrutiny.errors import ReadError
from scrutiny.reading import read
from scrutiny.report import BlockKind, Report

NOTE = """\
INSPECTION OF ANYTOWN SCHOOL

Overview
========

Leaders know the school well and have made the
right plans. Attendance is well-
balanced across years, and they act on them.

The school should:

- train its staff in the new
  approach; and
  - share what works
- review its plans.

1. Safeguarding

12. Staff keep records of 9 concerns
    in good order.
13. Governors check them.
"""


def shape(text: str) -> list[tuple[str, str, str]]:
    return [(block.kind.value, block.marker, block.text) for block in read(text.encode(), name="a.txt").blocks]


def test_blocks_of_plain_text() -> None:
    assert shape(NOTE) == [
        ("heading", "", "INSPECTION OF ANYTOWN SCHOOL"),
        ("heading", "", "Overview"),
        (
            "paragraph",
            "",
            "Leaders know the school well and have made the right plans. "
            "Attendance is well-balanced across years, and they act on them.",
        ),
        ("paragraph", "", "The school should:"),
        ("list_item", "-", "train its staff in the new approach; and"),
        ("list_item", "-", "share what works"),
        ("list_item", "-", "review its plans."),
        ("heading", "1.", "Safeguarding"),
        ("paragraph", "12.", "Staff keep records of 9 concerns in good order."),
        ("paragraph", "13.", "Governors check them."),
    ]


def test_codes_that_count_are_markers() -> None:
    assert shape("A1 Rotation as planned.\n\nA2 Docks have got away.\n\nB7 Heating is by wood chip.") == [
        ("paragraph", "A1", "Rotation as planned."),
        ("paragraph", "A2", "Docks have got away."),
        ("paragraph", "", "B7 Heating is by wood chip."),
    ]


def test_lines_of_a_table_of_contents_are_kept_apart() -> None:
    text = "Summary ........ 2\n1. Findings . . . . . 14\n\nSummary\n\nLeaders know the school well.\n"
    assert [block for block in shape(text) if block[0] != "heading"] == [
        ("contents", "", "Summary | 2"),
        ("contents", "", "1. Findings | 14"),
        ("paragraph", "", "Leaders know the school well."),
    ]
    assert read(text.encode(), name="a.txt").blocks[-1].section_path == ("Summary",)


def test_nesting_and_paths() -> None:
    report = read(NOTE.encode(), name="a.txt")
    assert [block.level for block in report.blocks if block.kind is BlockKind.LIST_ITEM] == [1, 2, 1]
    assert report.title == "INSPECTION OF ANYTOWN SCHOOL"
    assert report.blocks[0].page is None
    assert report.blocks[0].lines == ()


def test_short_line_without_prose_after_it_is_no_heading() -> None:
    assert [kind for kind, *_ in shape("Yours sincerely\n\nJane Doe\n\nHis Majesty's Inspector")] == ["paragraph"] * 3


def test_form_feed_within_a_paragraph() -> None:
    assert shape("Leaders know\n\fthe school well.") == [("paragraph", "", "Leaders know the school well.")]


def test_long_lines_are_paragraphs_of_their_own() -> None:
    line = "Leaders know the school well and have made the right plans for the year that lies ahead of them. " * 2
    assert len(shape(f"{line}\n{line}\n")) == 2


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("cp1252", b""),
        ("latin-1", b""),
    ],
)
def test_encodings(encoding: str, bom: bytes) -> None:
    text = "The café’s ‘record’ – £5." if encoding != "latin-1" else "The café was shut; £5."
    assert shape_of(bom + text.encode(encoding)) == [text]


def shape_of(data: bytes) -> list[str]:
    return [block.text for block in read(data, name="a.txt").blocks]


@given(st.text())
def test_offsets_hold_on_any_text(assert_offsets: Callable[[Report], None], text: str) -> None:
    with suppress(ReadError):
        assert_offsets(read(text.encode() or b" ", name="a.txt"))


@given(
    st.lists(
        st.sampled_from(["- ", "1. ", "word ", "End. ", "\n", "\n\n", "    ", "| ", "===", "\f", "co-\n", "A B", "ﬁ"])
    ).map("".join)
)
def test_offsets_hold_on_anything_like_a_report(assert_offsets: Callable[[Report], None], text: str) -> None:
    report = read(text.encode() or b" ", name="a.txt")
    assert_offsets(report)
    # Nothing is dropped: every word is there, but for rules and hyphens at line ends.
    assert text.count("End.") == report.text.count("End.")


@pytest.mark.parametrize(
    "text", [f"x{' ' * 1_000_000}y", "a" + " " * 300_000 + "| b", "- a\n" * 20_000, "a\fb\f" * 10_000]
)
def test_hostile_text_ends(assert_offsets: Callable[[Report], None], text: str) -> None:
    assert_offsets(read(text.encode(), name="a.txt"))


def test_endless_number_is_text_and_no_marker() -> None:
    number = "1." * 1_000
    assert shape(number) == [("paragraph", "", number)]


def test_markers_without_text_are_noted() -> None:
    report = read("Leaders act.\n\n7.\n\n•\n".encode(), name="a.txt")
    assert report.text == "Leaders act."
    assert "2 of them" in report.coverage.notes[0]


def test_byte_order_mark_alone_is_no_text() -> None:
    assert read(codecs.BOM_UTF8, name="a.txt").text == ""
