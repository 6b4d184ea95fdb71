"""The benchmark of page layouts measures what it says it does."""

from dataclasses import replace
from pathlib import Path

import layouts
from rendering import LAYOUTS, Printed, parts
from scrutiny.resources import corpora_folder


def printed(name: str) -> Printed:
    made = LAYOUTS[name].arrange(parts.bound([corpora_folder() / "authored" / "a01.txt"]))
    return Printed(Path("a01.pdf"), parts.truth(made, LAYOUTS[name].apart), made)


def test_a_perfect_reading_has_full_marks_in_every_layout() -> None:
    for name in LAYOUTS:
        report = printed(name)
        score = layouts.score(layouts.as_text(report), report.truth, name)
        shares = {column: score.share(column) for column in layouts.COLUMNS if column not in {"exact", "near"}}
        assert set(shares.values()) <= {"1.000", "–"}, (name, shares)
        assert score.right["exact"] >= 0.98 * score.all["exact"]
        assert score.faults["foreign"] == []


def test_a_header_inside_a_sentence_is_foreign_to_it() -> None:
    report = printed("small pages")
    paragraph = next(part for part in report.parts if part.kind is parts.Kind.PARAGRAPH)
    first, *others = paragraph.sentences
    damaged = replace(paragraph, sentences=(f"{first[:20]} Leaflet 7 {first[20:]}", *others))
    made = replace(report, parts=[damaged if part is paragraph else part for part in report.parts])
    score = layouts.score(layouts.as_text(made), report.truth, "small pages")
    assert len(score.faults["foreign"]) == 1


def test_sentences_in_the_wrong_order_are_counted() -> None:
    report = printed("one column")
    score = layouts.score(layouts.as_text(replace(report, parts=report.parts[::-1])), report.truth, "one column")
    assert score.right["order"] < 0.7 * score.all["order"]
