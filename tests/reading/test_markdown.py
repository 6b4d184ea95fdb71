"""Markdown leaves its words, not its signs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrutiny.errors import ReadError
from scrutiny.reading import read
from scrutiny.report import Report

NOTE = """\
# Report on *Anytown*

Leaders **know** the [school](https://example.org) well
and have <b>plans</b>.<!-- no comment -->

## Recommendations

1. Train staff:
   - in phonics;
   - in `maths`.

   Soon.
2. Review plans.

> Pupils told us they feel safe.

| Judgement | Grade |
|-----------|-------|
| Overall   | Good  |
"""


def test_blocks_of_markdown(assert_offsets: Callable[[Report], None]) -> None:
    report = read(NOTE.encode(), name="a.md")
    assert [(block.kind.value, block.level, block.marker, block.text) for block in report.blocks] == [
        ("heading", 1, "", "Report on Anytown"),
        ("paragraph", 0, "", "Leaders know the school well and have plans."),
        ("heading", 2, "", "Recommendations"),
        ("list_item", 1, "1.", "Train staff:"),
        ("list_item", 2, "•", "in phonics;"),
        ("list_item", 2, "•", "in maths."),
        ("paragraph", 0, "", "Soon."),
        ("list_item", 1, "2.", "Review plans."),
        ("paragraph", 0, "", "Pupils told us they feel safe."),
        ("table_row", 0, "", "Judgement | Grade"),
        ("table_row", 0, "", "Overall | Good"),
    ]
    assert report.blocks[-1].section_path == ("Report on Anytown", "Recommendations")
    assert report.source.format == "markdown"
    assert_offsets(report)


def test_letters_that_somebody_typed_mark_items() -> None:
    text = "6.1 The trust should:\n\n(a) train staff;\n\nb) mend lifts;\n\n• report.\n\n- In homes:\n\n  (i) in June;\n"
    assert [
        (block.kind.value, block.level, block.marker, block.text) for block in read(text.encode(), name="a.md").blocks
    ] == [
        ("paragraph", 0, "6.1", "The trust should:"),
        ("list_item", 1, "(a)", "train staff;"),
        ("list_item", 1, "b)", "mend lifts;"),
        ("list_item", 1, "•", "report."),
        ("list_item", 1, "•", "In homes:"),
        ("list_item", 2, "(i)", "in June;"),
    ]


def test_what_is_typed_in_code_marks_nothing() -> None:
    (block,) = read(b"```\n- code\n```\n", name="a.md").blocks
    assert (block.kind.value, block.marker, block.text) == ("paragraph", "", "- code")


def test_front_matter_gives_the_title() -> None:
    report = read(b"---\ntitle: Visit to Anytown\n---\n\nLeaders act.\n", name="a.markdown")
    assert report.title == "Visit to Anytown"
    assert report.text == "Leaders act."


@given(
    st.lists(
        st.sampled_from(
            ["# ", "- ", "1. ", "word ", "*", "`", "\n", "\n\n", "    ", "| ", "|-|\n", "> ", "<b>", "[a](b)", "ﬁ"]
        )
    ).map("".join)
)
@example("<b>    ")
def test_offsets_hold_on_anything_like_markdown(assert_offsets: Callable[[Report], None], text: str) -> None:
    assert_offsets(read(text.encode() or b" ", name="a.md"))


@given(st.text())
def test_offsets_hold_on_any_markdown(assert_offsets: Callable[[Report], None], text: str) -> None:
    with suppress(ReadError):
        assert_offsets(read(text.encode() or b" ", name="a.md"))


@pytest.mark.parametrize("text", ["<!-- " * 40_000, "<div>\n" + "<a " * 60_000, "`a" * 50_000, "> " * 5_000 + "a"])
def test_hostile_markdown_ends(assert_offsets: Callable[[Report], None], text: str) -> None:
    assert_offsets(read(text.encode(), name="a.md"))


def test_comments_and_tags_go_and_what_nothing_ends_stays() -> None:
    text = "<div>\n<!-- not\nshown --> Leaders <b>act</b>. <!-- and <i\n"
    assert read(text.encode(), name="a.md").text == "Leaders act. <!-- and <i"


def test_deep_lists_are_read_and_deeper_ones_noted() -> None:
    def nested(depth: int) -> Report:
        return read("".join(f"{'  ' * level}- level {level}\n" for level in range(depth)).encode(), name="a.md")

    assert len(nested(40).blocks) == 40
    assert nested(40).coverage.notes == ()
    assert len(nested(60).blocks) < 60
    assert "left out" in nested(60).coverage.notes[0]


def test_front_matter_is_noted() -> None:
    report = read(b"---\ntitle:\nauthor: Jane Doe\n---\n\nLeaders act.\n", name="a.md")
    assert report.title == ""
    assert "front matter" in report.coverage.notes[0]


def test_title_of_front_matter_is_clean() -> None:
    assert read("---\ntitle: 'The \u200bReport'\n---\nLeaders act.\n".encode(), name="a.md").title == "The Report"
