"""Numbers that somebody typed before paragraphs, in formats that have numbers of their own."""

from __future__ import annotations

import io

import docx
import pytest

from scrutiny.reading import read
from scrutiny.report import BlockKind

PARAGRAPHS = [
    "2.1 The track is worn. It was last renewed in 1998.",
    "2.2 Trains slow down there.",
    "2.5 million people live along the line.",
    "R1 The Department should renew the track.",
    "R2 The operator should measure it.",
    "A1 is a road that crosses it.",
    "2019 was wet.",
]
MARKERS = ["2.1", "2.2", "", "R1", "R2", "", ""]


def _docx() -> bytes:
    document, file = docx.Document(), io.BytesIO()
    for text in PARAGRAPHS:
        document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


def _rtf() -> bytes:
    return ("{\\rtf1\\ansi " + "".join(f"{text}\\par " for text in PARAGRAPHS) + "}").encode()


FILES = {
    "a.md": "\n\n".join(PARAGRAPHS).encode(),
    "a.html": "".join(f"<p>{text}</p>" for text in PARAGRAPHS).encode(),
    "a.docx": _docx(),
    "a.rtf": _rtf(),
}


@pytest.mark.parametrize("name", FILES)
def test_numbers_that_count_are_markers_and_the_text_stays_as_it_is(name: str) -> None:
    report = read(FILES[name], name=name)
    blocks = [block for block in report.blocks if block.kind is BlockKind.PARAGRAPH]
    assert [block.marker for block in blocks] == MARKERS
    assert blocks[0].text == "The track is worn. It was last renewed in 1998."
    assert all(report.text[block.start : block.end] == block.text for block in blocks)
    assert report.text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    ("paragraphs", "markers"),
    [
        (
            ["1 The operator should measure the track.", "2 It should renew the drains.", "3 It should train patrols."],
            "123",
        ),
        (
            ["1 The track is worn.", "This was known.", "2 Trains slow\ndown there.", "3 People wait."],
            ["1", "", "2", "3"],
        ),
        (["CaF-01 The track was worn.", "CaF-02 The drains were blocked."], ["CaF-01", "CaF-02"]),
        (["RI-11872 Renew the track.", "RI-11873 Mend the drains."], ["RI-11872", "RI-11873"]),
        (["3.3(1) The track is worn.", "3.6(1) The drains are blocked."], ["3.3(1)", "3.6(1)"]),
        (["[13] The track was worn.", "[14] The drains were blocked."], ["[13]", "[14]"]),
        (["Covid-19 delayed the works.", "ABC-12 was the train."], ["", ""]),
        (["1 Prisoner had died.", "Staff were kind.", "2 Prisoners felt unsafe."], ["", "", ""]),
        (["Year2 Pupils read well.", "Year3 Pupils did not."], ["", ""]),
        (["[4] of them left.", "4.5(12) of them were late."], ["", ""]),
        (["1 The track is worn.", "3 The drains are blocked."], ["", ""]),
        (["12 Trains were late that day.", "13 Passengers complained of it."], ["", ""]),
        (["1 May was the day of the first visit.", "2 May was the day of the second."], ["", ""]),
        (["1 Canal Street", "2 Canal Street"], ["", ""]),
        (["1 of 40 files held no reason.", "2 of 40 files were empty."], ["", ""]),
    ],
)
@pytest.mark.parametrize("suffix", ["md", "html"])
def test_numbers_and_codes_are_markers_where_they_count(paragraphs: list[str], markers: list[str], suffix: str) -> None:
    text = "\n\n".join(paragraphs) if suffix == "md" else "".join(f"<p>{text}</p>" for text in paragraphs)
    report = read(text.encode(), name=f"a.{suffix}")
    assert [block.marker for block in report.blocks] == list(markers)
    assert report.text == "\n\n".join(paragraphs).replace("slow\ndown", "slow down")
