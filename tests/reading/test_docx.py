"""Word files: what is printed, and nothing else, in order."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading.word_files import abstract, in_list, in_style, numbers, p, r, row, style, table, word, zipped
from scrutiny.errors import ReadError
from scrutiny.reading import package, read, xml
from scrutiny.report import BlockKind, Report
from scrutiny.splitting import Splitter

HEADINGS = style("H1", "heading 1") + style("H2", "heading 2") + style("T", "Title")


def blocks(report: Report) -> list[tuple[str, int, str, str]]:
    return [(block.kind.value, block.level, block.marker, block.text) for block in report.blocks]


def read_word(body: str, **parts: str) -> Report:
    return read(word(body, **parts), name="a.docx")


def saved(document: object) -> bytes:
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


def test_file_of_a_word_processor(assert_offsets: Callable[[Report], None]) -> None:
    document = docx.Document()
    document.add_heading("Inspection of Anytown", 0)
    document.add_heading("Findings", 1)
    document.add_paragraph("Leaders know the school well.")
    document.add_paragraph("The school should:")
    for text in ("train staff;", "review plans."):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("early", style="List Bullet")
    document.add_paragraph("yearly", style="List Bullet 2")
    grades = document.add_table(2, 2)
    for cell, text in zip(grades._cells, ["Judgement", "Grade", "Overall", "Good"], strict=True):
        cell.text = text
    for section in (document.sections[0], document.add_section(), document.add_section()):
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        section.header.paragraphs[0].text = "Anytown, May"
        section.footer.paragraphs[0].text = "Official"
    document.core_properties.title = "Inspection of Anytown"
    document.core_properties.author = "Jane Doe"
    report = read(saved(document), name="a.docx")
    assert blocks(report) == [
        ("heading", 1, "", "Inspection of Anytown"),
        ("heading", 2, "", "Findings"),
        ("paragraph", 0, "", "Leaders know the school well."),
        ("paragraph", 0, "", "The school should:"),
        ("list_item", 1, "1.", "train staff;"),
        ("list_item", 1, "2.", "review plans."),
        ("list_item", 1, "•", "early"),
        ("list_item", 2, "•", "yearly"),
        ("table_row", 0, "", "Judgement | Grade"),
        ("table_row", 0, "", "Overall | Good"),
        ("furniture", 0, "", "Anytown, May"),
        ("furniture", 0, "", "Official"),
    ]
    assert report.blocks[2].section_path == ("Inspection of Anytown", "Findings")
    assert (report.title, report.metadata["author"]) == ("Inspection of Anytown", "Jane Doe")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", report.metadata["created"])
    assert report.source.format == "docx"
    assert_offsets(report)


def test_title_of_a_template_does_not_count() -> None:
    document = docx.Document()
    document.add_heading("Visit to Anytown", 1)
    document.core_properties.title = "Corporate report template"
    assert read(saved(document), name="a.docx").title == "Visit to Anytown"


def test_headings_by_outline_level_and_by_what_a_style_is_based_on() -> None:
    styles = (
        HEADINGS
        + style("Eigen", "Überschrift Bericht", '<w:basedOn w:val="H2"/>')
        + style("Outlined", "Section", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>')
        + style("Plain", "Contents heading", '<w:basedOn w:val="H1"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>')
        + style("A", "A", '<w:basedOn w:val="B"/>')
        + style("B", "B", '<w:basedOn w:val="A"/>')
    )
    body = (
        p("One", in_style("Outlined"))
        + p("Two", in_style("Eigen"))
        + p("Three", '<w:outlineLvl w:val="2"/>')
        + p("None", in_style("Plain"))
        + p("Circle", in_style("A"))
    )
    assert [(b.kind.value, b.level) for b in read_word(body, styles=styles).blocks] == [
        ("heading", 1), ("heading", 2), ("heading", 3), ("contents", 0) , ("paragraph", 0)
    ]  # fmt: skip


def test_numbers_are_printed_as_word_counts_them() -> None:
    numbering = (
        abstract(0, ("decimal", "%1."), ("lowerLetter", "(%2)"), ("lowerRoman", "%3)"))
        + abstract(1, ("upperRoman", "Part %1"), ("decimal", "%1.%2"), more="<w:isLgl/>")
        + abstract(2, ("bullet", "\uf0b7"), ("bullet", "o"))
        + numbers(1, 0)
        + numbers(2, 0)
        + numbers(3, 0, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="41"/></w:lvlOverride>')
        + numbers(4, 1)
        + numbers(5, 2)
    )
    places = [(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1), (2, 0), (3, 0), (3, 0), (4, 0), (4, 1), (5, 0), (5, 1)]
    body = "".join(p(f"Text {index}.", in_list(*place)) for index, place in enumerate(places))
    assert [block.marker for block in read_word(body, numbering=numbering).blocks] == [
        "1.", "(a)", "(b)", "i)", "2.", "(a)", "3.", "41.", "42.", "Part 1", "1.1", "•", "o"
    ]  # fmt: skip


def test_numbers_given_by_a_style_and_taken_away_again() -> None:
    styles = style("N", "Numbered", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>') + style(
        "M", "More", '<w:basedOn w:val="N"/>'
    )
    numbering = abstract(0, ("decimal", "%1.")) + numbers(1, 0)
    body = p("Leaders act.", in_style("N")) + p("Staff act.", in_style("M")) + p("Pupils.", in_style("N") + in_list(0))
    assert [b.marker for b in read_word(body, styles=styles, numbering=numbering).blocks] == ["1.", "2.", ""]


def test_numbered_paragraphs_are_no_list_and_keep_their_own_lists() -> None:
    numbering = abstract(0, ("decimal", "%1.")) + abstract(1, ("decimal", "."), ("bullet", "•"))
    numbering += numbers(1, 0) + numbers(2, 1)
    body = (
        p("Leaders know the school well.", in_list(1))
        + p("The school should:", in_list(1))
        + p("train staff;", in_list(2, 1))
        + p("review plans.", in_list(2, 1))
        + p("It did.", in_list(1))
    )
    assert blocks(read_word(body, numbering=numbering)) == [
        ("paragraph", 0, "1.", "Leaders know the school well."),
        ("paragraph", 0, "2.", "The school should:"),
        ("list_item", 1, "•", "train staff;"),
        ("list_item", 1, "•", "review plans."),
        ("paragraph", 0, "3.", "It did."),
    ]


def test_tables_merged_nested_and_for_layout() -> None:
    down = "<w:tcPr><w:vMerge{}/></w:tcPr>"
    sentences = "Staff know the people they care for very well indeed."
    body = (
        table(
            row(down.format(' w:val="restart"') + p("Safe"), "Good"),
            row(down.format("") + p(""), "Since May"),
        )
        + table(row(p("Leaders act.") + p("They plan.")))
        + table(row(sentences, p("Care", in_style("H1")) + p("Kind.")))
        + table(row(table(row("Inner", "Cell")) + p(""), "Outer"))
    )
    assert [(kind, text) for kind, _, _, text in blocks(read_word(body, styles=HEADINGS))] == [
        ("table_row", "Safe | Good"),
        ("table_row", "Since May"),
        ("paragraph", "Leaders act."),
        ("paragraph", "They plan."),
        ("paragraph", sentences),
        ("heading", "Care"),
        ("paragraph", "Kind."),
        ("table_row", "Inner | Cell"),
        ("paragraph", "Outer"),
    ]


def test_footnotes_follow_their_section_and_are_marked_in_the_text() -> None:
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    notes = "".join(f'<w:footnote w:id="{n}">{p(f"<w:r><w:footnoteRef/></w:r>{r(t)}")}</w:footnote>' for n, t in
                    [(2, "Act 2006."), (3, "Twice.")])  # fmt: skip
    body = (
        p("One", in_style("H1"))
        + p(r("Leaders act.") + reference.format(2) + r(" They plan.") + reference.format(3))
        + p("Staff act.")
        + p("Two", in_style("H1"))
        + p("Pupils act.")
    )
    report = read_word(body, styles=HEADINGS, footnotes=notes)
    assert blocks(report) == [
        ("heading", 1, "", "One"),
        ("paragraph", 0, "", "Leaders act.¹ They plan.²"),
        ("paragraph", 0, "", "Staff act."),
        ("footnote", 0, "1", "Act 2006."),
        ("footnote", 0, "2", "Twice."),
        ("heading", 1, "", "Two"),
        ("paragraph", 0, "", "Pupils act."),
    ]
    assert report.blocks[3].section_path == ("One",)


def test_contents_and_captions() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o "1-3" </w:instrText></w:r>'
    begin += '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    body = (
        p(begin + r("Findings") + "<w:r><w:tab/></w:r>" + r("3"))
        + p(r("Annex") + "<w:r><w:tab/></w:r>" + r("9"))
        + p(end)
        + p("Other", in_style("TOC1"))
        + p("Figure 1: Rolls", in_style("C"))
        + p("Leaders act.")
    )
    styles = style("TOC1", "toc 1") + style("C", "caption")
    assert [(kind, text) for kind, _, _, text in blocks(read_word(body, styles=styles))] == [
        ("contents", "Findings 3"),
        ("contents", "Annex 9"),
        ("contents", "Other"),
        ("caption", "Figure 1: Rolls"),
        ("paragraph", "Leaders act."),
    ]


def test_fields_show_their_result_and_not_their_code() -> None:
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    inner = field.format("begin") + "<w:r><w:instrText>REF</w:instrText></w:r>" + field.format("end")
    body = p(
        r("See page ") + field.format("begin") + "<w:r><w:instrText>PAGEREF x</w:instrText></w:r>" + inner + r("lost")
        + field.format("separate") + r("7") + field.format("end") + '<w:fldSimple w:instr="DATE">' + r(" of May")
        + "</w:fldSimple>"
    )  # fmt: skip
    assert read_word(body).text == "See page 7 of May"


def test_text_box_is_read_once() -> None:
    box = f"<w:txbxContent>{p('Boxed.')}</w:txbxContent>"
    drawing = f"<w:drawing><wps:txbx>{box}</wps:txbx></w:drawing>"
    both = f"<mc:Choice>{drawing}</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
    both = f"<mc:AlternateContent>{both}</mc:AlternateContent>"
    report = read_word(p(r("Leaders act.") + f"<w:r>{both}</w:r>" + "<w:r><w:drawing><c:chart/></w:drawing></w:r>"))
    assert [block.text for block in report.blocks] == ["Leaders act.", "Boxed."]
    assert "Charts" in report.coverage.notes[0]


def test_tracked_changes_keep_what_was_inserted() -> None:
    gone = "<w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
    body = (
        p(r("Leaders ") + gone + f"<w:ins>{r('often ')}</w:ins>" + r("act."))
        + p("First half", "<w:rPr><w:del/></w:rPr>")
        + p(" and second.")
        + f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{p('Gone')}</w:tc></w:tr></w:tbl>"
    )
    report = read_word(body)
    assert [block.text for block in report.blocks] == ["Leaders often act.", "First half and second."]
    assert report.coverage.notes == ("Text deleted with changes tracked, 10 characters, was left out.",)
    assert report.coverage.characters_unread == 10


def test_comments_hidden_text_and_placeholders_are_left_out_and_told() -> None:
    control = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{r('Click here')}</w:sdtContent></w:sdt>"
    filled = f"<w:sdt><w:sdtPr/><w:sdtContent>{p('Filled in.')}</w:sdtContent></w:sdt>"
    body = p(r("Leaders act.") + r("secret", "<w:vanish/>") + r(" Now.", '<w:vanish w:val="0"/>') + control) + filled
    comments = f'<w:comment w:id="1">{p("Really?")}</w:comment>'
    report = read_word(body, comments=comments)
    assert [block.text for block in report.blocks] == ["Leaders act. Now.", "Filled in."]
    assert [note.split(" ")[0] for note in report.coverage.notes] == ["Hidden", "Comments,", "Content"]
    assert report.coverage.characters_unread == len("secret" + "Really?")


def test_characters_that_are_elements() -> None:
    body = p(
        "<w:r><w:t>well</w:t><w:noBreakHyphen/><w:t>known</w:t><w:tab/><w:t>co</w:t><w:softHyphen/><w:t>operate</w:t></w:r>"
        + '<w:r><w:br/><w:t>H</w:t></w:r>' + r("2", '<w:vertAlign w:val="superscript"/>')
        + '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r><w:hyperlink>' + r(" link") + "</w:hyperlink>"
        + "<m:oMath><m:r><m:t> x=1</m:t></m:r></m:oMath>"
    )  # fmt: skip
    assert read_word(body).text == "well-known cooperate H²✓ link x=1"


def test_lists_typed_by_hand() -> None:
    lines = "<w:r><w:t>We ask to:</w:t><w:br/><w:t>• act;</w:t><w:br/><w:t>• plan</w:t><w:br/><w:t>more.</w:t></w:r>"
    body = p(lines) + p("1.2\tThe provider must act.") + p("4.5 per cent of pupils.") + p("§ 14 requires it.")
    assert blocks(read_word(body)) == [
        ("paragraph", 0, "", "We ask to:"),
        ("list_item", 1, "•", "act;"),
        ("list_item", 1, "•", "plan more."),
        ("paragraph", 0, "1.2", "The provider must act."),
        ("paragraph", 0, "", "4.5 per cent of pupils."),
        ("paragraph", 0, "", "§ 14 requires it."),
    ]


def test_bold_lines_are_headings_only_where_there_are_no_others() -> None:
    bold = (
        p("What we found", run="<w:b/>") + p("Leaders act. They plan.") + p("Not kept.", run="<w:b/>") + p("Staff act.")
    )
    bold += p("Pupils act.")
    assert [b.kind for b in read_word(bold).blocks][:3] == [BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]
    styled = p("Report", in_style("H1")) + bold
    assert [b.kind for b in read_word(styled, styles=HEADINGS).blocks][1] == BlockKind.PARAGRAPH


def test_paragraph_in_a_heading_style_is_a_paragraph() -> None:
    text = (
        "Leaders know the school well and have made sure that every plan is reviewed by somebody at least once a year."
    )
    report = read_word(p(text, in_style("H2")) + p("Plans", in_style("H2")), styles=HEADINGS)
    assert [block.kind.value for block in report.blocks] == ["paragraph", "heading"]


def sentences(report: Report) -> list[str]:
    return [sentence.text for sentence in Splitter().predict(report)]


def test_sample_rendered_to_word_has_the_sentences_of_the_markdown(samples: Path) -> None:
    report = read(samples / "school-review.md")
    document = docx.Document()
    for block in report.blocks:
        if block.kind is BlockKind.HEADING:
            document.add_heading(block.text, block.level)
        elif block.kind is BlockKind.LIST_ITEM:
            document.add_paragraph(block.text, style="List Bullet" if block.marker == "•" else "List Number")
        else:
            document.add_paragraph(block.text)
    again = read(saved(document), name="a.docx")
    assert sentences(again) == sentences(report)
    assert [(b.section_path, b.text) for b in again.blocks] == [(b.section_path, b.text) for b in report.blocks]
    assert [b.marker for b in again.blocks if b.level] == [b.marker.replace("-", "•") for b in report.blocks if b.level]


# Errors -----------------------------------------------------------------------------------------------------------


def refused(data: bytes, name: str = "a.docx") -> str:
    with pytest.raises(ReadError) as caught:
        read(data, name=name)
    assert name in caught.value.reason
    assert caught.value.remedy
    return caught.value.code


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500)


def test_files_that_are_no_word_files() -> None:
    assert refused(OLE + "EncryptedPackage".encode("utf-16-le")) == "encrypted"
    assert refused(OLE + "WordDocument".encode("utf-16-le")) == "unsupported"
    assert refused(OLE + "WordDocument".encode("utf-16-le"), "a.doc") == "unsupported"
    assert refused(b"Leaders know the school well.") == "wrong_suffix"
    assert refused(zipped({"readme.txt": "no"})) == "damaged"
    assert refused(word(p("Leaders act."))[:200]) == "damaged"
    assert refused(word("")) == "no_text"


def test_xml_that_attacks(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "<w:p><w:r><w:t>&b;</w:t></w:r></w:p>"
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    document = (
        f'{bomb}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{body}</w:document>'
    )
    assert refused(zipped({"word/document.xml": document})) == "damaged"
    assert refused(word("<w:ins>" * 5000 + "</w:ins>" * 5000)) == "damaged"
    assert refused(word("<w:p>")) == "damaged"
    monkeypatch.setattr(xml, "MAX_ELEMENTS", 20)
    assert refused(word(p("Leaders act.") * 20)) == "damaged"


def test_parts_that_unpack_to_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(word(p("a" * 20_000_000))) == "too_large"
    monkeypatch.setattr(package, "MAX_TOTAL_BYTES", 500)
    assert refused(word(p("Leaders act."))) == "too_large"
    monkeypatch.setattr(package, "MAX_PARTS", 2)
    assert refused(word(p("Leaders act."))) == "too_large"
    monkeypatch.undo()
    monkeypatch.setattr(package, "_SMALL", 100)
    monkeypatch.setattr(package, "MAX_PART_BYTES", 100)
    assert refused(word(p("Leaders act."))) == "too_large"


def test_deep_but_lawful_nesting_is_read() -> None:
    depth = 40
    nested = "".join("<w:tbl><w:tr><w:tc>" for _ in range(depth)) + p("Deep.") + "</w:tc></w:tr></w:tbl>" * depth
    assert read_word(nested).text == "Deep."


WORDS = st.text(st.sampled_from("abcxyzé"), min_size=1, max_size=8)
PROSE = st.lists(WORDS, min_size=1, max_size=8).map(lambda words: "X" + " ".join(words))


@st.composite
def outlines(draw: st.DrawFn) -> list[tuple[str, int, str]]:
    return draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("heading"), st.integers(1, 3), PROSE),
                st.tuples(st.just("paragraph"), st.just(0), PROSE),
                st.tuples(st.just("list_item"), st.integers(1, 3), PROSE),
            ),
            min_size=1,
            max_size=12,
        )
    )


@settings(deadline=None, max_examples=40)
@given(outlines())
def test_any_document_comes_back_in_order(
    assert_offsets: Callable[[Report], None], outline: list[tuple[str, int, str]]
) -> None:
    styles = "".join(style(f"H{level}", f"heading {level}") for level in (1, 2, 3))
    numbering = abstract(0, *[("bullet", "•")] * 3) + numbers(1, 0)
    properties: dict[str, Callable[[int], str]] = {
        "heading": lambda level: in_style(f"H{level}"),
        "paragraph": lambda _: "",
        "list_item": lambda level: in_list(1, level - 1),
    }
    body = "".join(p(text, properties[kind](level)) for kind, level, text in outline)
    report = read_word(body, styles=styles, numbering=numbering)
    assert [(block.kind.value, block.text) for block in report.blocks] == [(kind, text) for kind, _, text in outline]
    assert [b.level for b in report.blocks if b.level and b.kind is BlockKind.HEADING] == [
        level for kind, level, _ in outline if kind == "heading"
    ]
    assert_offsets(report)


def _valid() -> bytes:
    numbering = abstract(0, ("decimal", "%1.")) + numbers(1, 0)
    return word(p("Leaders act.", in_list(1)) + table(row("Safe", "Good")), styles=HEADINGS, numbering=numbering)


VALID = _valid()


def mutated(valid: bytes) -> st.SearchStrategy[bytes]:
    """``valid`` cut off, with bytes appended, or with some of them changed."""

    def changed(changes: list[tuple[int, int]]) -> bytes:
        data = bytearray(valid)
        for place, value in changes:
            data[place % len(data)] = value
        return bytes(data)

    return st.one_of(
        st.integers(1, len(valid) - 1).map(lambda end: valid[:end]),
        st.binary(min_size=1, max_size=50).map(lambda more: valid + more),
        st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20).map(changed),
    )


@settings(deadline=None, max_examples=150)
@given(mutated(VALID))
def test_damaged_files_are_read_or_refused(assert_offsets: Callable[[Report], None], data: bytes) -> None:
    with suppress(ReadError):
        assert_offsets(read(data, name="a.docx"))


def _elements(depth: int = 3) -> st.SearchStrategy[str]:
    names = "p r t tbl tr tc sdt sdtContent pPr rPr del ins br tab pict txbxContent footnoteReference fldChar vMerge"
    leaf = st.sampled_from(["", "text", "1.2 Text", "• x"])
    return st.recursive(
        leaf,
        lambda inner: st.tuples(st.sampled_from(names.split()), st.lists(inner, max_size=4)).map(
            lambda pair: f"<w:{pair[0]} w:val='1' w:id='1' w:fldCharType='begin'>{''.join(pair[1])}</w:{pair[0]}>"
        ),
        max_leaves=20 * depth,
    )


@settings(deadline=None, max_examples=150)
@given(st.lists(_elements(), max_size=5).map("".join))
def test_any_arrangement_of_elements_is_read_or_refused(assert_offsets: Callable[[Report], None], body: str) -> None:
    notes = f'<w:footnote w:id="1">{p("Note.")}</w:footnote>'
    with suppress(ReadError):
        assert_offsets(read_word(body, footnotes=notes))
