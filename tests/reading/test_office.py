"""OpenDocument and rich text; and the same report as a word processor writes it in three formats."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading.test_docx import blocks, mutated
from reading.word_files import zipped
from scrutiny.errors import ReadError
from scrutiny.reading import read, rtf
from scrutiny.report import Report

FILES = Path(__file__).resolve().parent / "files"


@pytest.mark.parametrize("suffix", ["docx", "odt", "rtf"])
def test_report_written_by_libreoffice(assert_offsets: Callable[[Report], None], suffix: str) -> None:
    report = read(FILES / f"made.{suffix}")
    assert blocks(report) == [
        ("heading", 1, "", "Inspection of Anytown School"),
        ("heading", 2, "", "What we found"),
        ("paragraph", 0, "", "Leaders know the school “well” – they told us so.¹ Pupils’ café is clean."),
        ("paragraph", 0, "", "The roof is 40 m² in size."),
        ("paragraph", 0, "", "The school should:"),
        ("list_item", 1, "1.", "train staff;"),
        ("list_item", 1, "2.", "review plans."),
        ("list_item", 1, "•", "early"),
        ("list_item", 1, "•", "late"),
        ("footnote", 0, "1", "Education Act 2006."),
        ("heading", 3, "", "Grades"),
        ("table_row", 0, "", "Judgement | Grade"),
        ("table_row", 0, "", "Overall | Good"),
        ("table_row", 0, "", "Leadership | Outstanding"),
        ("caption", 0, "", "Table 1: Grades"),
        ("paragraph", 0, "", "Dear all we thank you."),
        ("furniture", 0, "", "Anytown School"),
        ("furniture", 0, "", "Official"),
    ]
    assert report.coverage.notes == ("Hidden text, 6 characters, was left out.", "Comments, 1 of them, were left out.")
    properties = {
        "title": "Inspection of Anytown School",
        "author": "Jane Doe",
        "created": "2013-12-23",
    }
    assert properties.items() <= report.metadata.items()
    assert_offsets(report)


_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in "office text table style draw manifest".split()
)


def odt(body: str, styles: str = "", **files: str) -> bytes:
    content = (
        f"<office:document-content {_SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return zipped({"content.xml": content, **files})


def test_lists_tables_and_contents_of_opendocument() -> None:
    level = '<text:list-level-style-number text:level="{}" style:num-format="{}" style:num-suffix="{}" {}/>'
    styles = "".join(
        [
            '<text:list-style style:name="L">',
            level.format(1, 1, ".", ""),
            level.format(2, "a", ")", ""),
            level.format(3, "i", "", 'text:display-levels="2"'),
            "</text:list-style>",
        ]
    )

    def item(*inside: str) -> str:
        return f"<text:list-item>{''.join(inside)}</text:list-item>"

    def listed(*items: str, more: str = "") -> str:
        return f'<text:list text:style-name="L" {more}>{"".join(items)}</text:list>'

    body = (
        "<text:table-of-content><text:index-body><text:p>Findings<text:tab/>3</text:p></text:index-body></text:table-of-content>"
        + "<text:p>We ask to:</text:p>"
        + listed(
            item("<text:p>act;</text:p>", listed(item("<text:p>now</text:p>", listed(item("<text:p>here</text:p>"))))),
            item("<text:p>plan.</text:p>", "<text:p>Soon.</text:p>"),
        )
        + "<text:p>And:</text:p>"
        + listed(item("<text:p>more.</text:p>"), more='text:continue-numbering="true"')
        + "<table:table><table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>Safe</text:p></table:table-cell>"
        "<table:covered-table-cell><text:p>no</text:p></table:covered-table-cell>"
        "<table:table-cell><text:p>Good</text:p></table:table-cell></table:table-row></table:table-header-rows></table:table>"
        + "<text:p>A<text:s text:c='3'/>B<text:line-break/>C<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>Note.</text:p></text:note-body></text:note></text:p>"
        + "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        + "<text:p><draw:frame><draw:text-box><text:p>Boxed.</text:p></draw:text-box></draw:frame>Around.</text:p>"
    )
    report = read(odt(body, styles), name="a.odt")
    assert blocks(report) == [
        ("contents", 0, "", "Findings 3"),
        ("paragraph", 0, "", "We ask to:"),
        ("list_item", 1, "1.", "act;"),
        ("list_item", 2, "a)", "now"),
        ("list_item", 3, "a.i", "here"),
        ("list_item", 1, "2.", "plan."),
        ("paragraph", 0, "", "Soon."),
        ("paragraph", 0, "", "And:"),
        ("list_item", 1, "3.", "more."),
        ("table_row", 0, "", "Safe | Good"),
        ("paragraph", 0, "", "A B C¹"),
        ("paragraph", 0, "", "Around."),
        ("paragraph", 0, "", "Boxed."),
        ("footnote", 0, "1", "Note."),
    ]
    assert report.coverage.notes == ("Text deleted with changes tracked, 4 characters, was left out.",)


def refused(data: bytes, name: str) -> str:
    with pytest.raises(ReadError) as caught:
        read(data, name=name)
    assert name in caught.value.reason
    assert caught.value.remedy
    return caught.value.code


def test_opendocument_that_cannot_be_read() -> None:
    entry = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    manifest = f"<manifest:manifest {_SPACES}>{entry}</manifest:manifest>"
    assert refused(odt("<text:p>A</text:p>", **{"META-INF/manifest.xml": manifest}), "a.odt") == "encrypted"
    assert refused(odt("<text:p/>"), "a.odt") == "no_text"
    assert refused(zipped({"x": "y"}), "a.odt") == "damaged"
    assert refused(odt("<text:p>"), "a.odt") == "damaged"
    assert refused(b"Leaders act.", "a.odt") == "wrong_suffix"


def read_rtf(body: str) -> Report:
    head = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset2 Symbol;}{\f2\fcharset204 Cyr;}}"
    styles = r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\s2 Title;}{\s3 toc 1;}{\*\cs4 Bold;}}"
    return read(f"{head}{styles}{body}}}".encode("latin-1"), name="a.rtf")


def test_blocks_of_rich_text(assert_offsets: Callable[[Report], None]) -> None:
    report = read_rtf(
        r"\pard\s2 Report\par\pard\s3 Findings\tab 3\par\pard\s1 {\listtext 1.\tab}Findings\par\pard "
        r"Leaders\~act{\super\chftn{\footnote\pard {\super\chftn} Act 2006.\par}}. "
        r"{\v hid}{\deleted gone}\b They \b0 plan\line now.\par "
        r"{\listtext\f1 \'b7\tab}\li360 early\par {\listtext\f1 \'b7\tab}\li720 yearly\par\pard Rest\par "
        r"\trowd\pard\intbl Safe\cell\pard\intbl Good\cell\row\pard {\field{\*\fldinst PAGE}{\fldrslt 7}} of 8\par "
        r"{\header\pard Anytown\par}{\header Anytown}{\*\unknown no}{\pict 0102}"
        r"{\shp{\*\shpinst{\sp{\sn x}}{\shptxt Boxed.\par}}}"
        r"{\object{\*\objdata 01}{\result Shown}}{\*\annotation Really?}"
    )
    assert blocks(report) == [
        ("heading", 1, "", "Report"),
        ("contents", 0, "", "Findings 3"),
        ("heading", 2, "1.", "Findings"),
        ("paragraph", 0, "", "Leaders act¹. They plan now."),
        ("list_item", 1, "•", "early"),
        ("list_item", 2, "•", "yearly"),
        ("paragraph", 0, "", "Rest"),
        ("table_row", 0, "", "Safe | Good"),
        ("paragraph", 0, "", "7 of 8"),
        ("paragraph", 0, "", "Boxed."),
        ("paragraph", 0, "", "Shown"),
        ("footnote", 0, "1", "Act 2006."),
        ("furniture", 0, "", "Anytown"),
    ]
    assert [note.split(",")[0] for note in report.coverage.notes] == [
        "Text deleted with changes tracked", "Hidden text", "Comments", "Embedded objects"
    ]  # fmt: skip
    assert_offsets(report)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"caf\'e9", "café"),
        (r"caf\u233?", "café"),
        (r"caf\uc2\u233\'65\'66!", "café!"),
        (r"\u-10179?\u-8704?", "\U0001f600"),
        (r"{\f2 \'c4\'e0}", "Да"),
        (r"\ldblquote a\rdblquote\emdash b", "“a”—b"),
        (r"a\{b\}\\c", "a{b}\\c"),
        (r"co\-operate well\_known", "cooperate well-known"),
        ("caf\xe9", "café"),
        (r"\u55357?alone", "\ufffdalone"),
        (r"{\upr{lost}{\*\ud{kept}}}", "kept"),
        (r"a{\bin3 }}}b", "ab"),
    ],
)
def test_characters_of_rich_text(written: str, shown: str) -> None:
    assert read_rtf(written).text == shown


def test_rich_text_under_another_name_and_cut_off() -> None:
    assert read(rb"{\rtf1 Leaders act.}", name="a.doc").source.format == "rtf"
    cut = read(rb"{\rtf1 Leaders act.\par {\b They", name="a.rtf")
    assert cut.text == "Leaders act.\n\nThey"
    assert "cut off" in cut.coverage.notes[0]


def test_rich_text_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(b"Leaders act.", "a.rtf") == "wrong_suffix"
    assert refused(rb"{\rtf1 {\pict 00}}", "a.rtf") == "no_text"
    monkeypatch.setattr(rtf, "MAX_CONTROLS", 3)
    assert refused(rb"{\rtf1\b\i\b\i Leaders act.}", "a.rtf") == "too_large"


@pytest.mark.parametrize(
    "body",
    ["{" * 50_000, "}" * 50_000, r"\u1" * 30_000, r"{\footnote " * 1_500, r"\trowd\cell\row" * 5_000, r"\'e9" * 50_000],
)
def test_hostile_rich_text_ends(body: str) -> None:
    with suppress(ReadError):
        read_rtf(body)


VALID = {suffix: (FILES / f"made.{suffix}").read_bytes() for suffix in ("odt", "rtf")}


@settings(deadline=None, max_examples=60)
@given(mutated(VALID["rtf"]))
def test_damaged_rich_text_is_read_or_refused(assert_offsets: Callable[[Report], None], data: bytes) -> None:
    with suppress(ReadError):
        assert_offsets(read(data, name="a.rtf"))


@settings(deadline=None, max_examples=60)
@given(mutated(VALID["odt"]))
def test_damaged_opendocument_is_read_or_refused(assert_offsets: Callable[[Report], None], data: bytes) -> None:
    with suppress(ReadError):
        assert_offsets(read(data, name="a.odt"))


CONTROLS = st.sampled_from(
    [
        *r"\par \pard \cell \row \intbl \footnote \header \shptxt \listtext".split(),
        *r"\u8364 \'e9 \uc0 \uc3 \chftn \v \super".split(),
        *r"{\field {\*\fldinst {\fldrslt {\info {\title {\stylesheet \s1 \outlinelevel0 \bin9 \* { } } }".split(),
        "word ",
        "1.2 Text ",
        r"\bullet ",
    ]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(CONTROLS, max_size=40).map("".join))
def test_any_arrangement_of_controls_is_read_or_refused(assert_offsets: Callable[[Report], None], body: str) -> None:
    with suppress(ReadError):
        assert_offsets(read_rtf(body))


@settings(deadline=None, max_examples=100)
@given(
    st.recursive(
        st.sampled_from(["", "text", "1.2 Text"]),
        lambda inner: st.tuples(
            st.sampled_from(
                "text:p text:h text:list text:list-item text:span text:note text:note-body table:table table:table-row "
                "table:table-cell draw:frame draw:text-box text:section text:table-of-content text:index-body".split()
            ),
            st.lists(inner, max_size=4),
        ).map(lambda pair: f"<{pair[0]} text:style-name='L'>{''.join(pair[1])}</{pair[0]}>"),
        max_leaves=40,
    )
)
def test_any_arrangement_of_opendocument_is_read_or_refused(
    assert_offsets: Callable[[Report], None], body: str
) -> None:
    with suppress(ReadError):
        assert_offsets(read(odt(body), name="a.odt"))
