"""What records take from what the model has read off their sentences."""

from __future__ import annotations

from dataclasses import replace

from drafts import Draft, F, report
from scrutiny.pipeline import assemble
from scrutiny.report import Attributes, Report, Tag


def tagged(text: str, *tags: tuple[str, str, str]) -> Report:
    """A report of one finding, off which tags (name, value, the words) were read."""
    given = report(Draft([(text, F)]))
    told = tuple(
        Tag(name, value, text.index(words), text.index(words) + len(words), 0.9) for name, value, words in tags
    )
    (sentence,) = given.sentences
    return replace(given, sentences=(replace(sentence, tags=told),))


def attributes(given: Report) -> Attributes:
    (record,) = assemble(given).records
    assert record.attributes is not None
    return record.attributes


def test_a_voice_and_a_trend_stand_where_they_were_read() -> None:
    text = "The ward is a far cry from what it was, if you ask the night shift."
    given = tagged(text, ("trend", "declined", "far cry"), ("voice", "staff", "night shift"))
    found = attributes(given)
    assert found.voice is not None
    assert found.trend is not None
    assert (found.voice.value, given.text[found.voice.start : found.voice.end]) == ("staff", "night shift")
    assert (found.trend.value, given.text[found.trend.start : found.trend.end]) == ("declined", "far cry")


def test_what_rules_find_comes_first() -> None:
    text = "Parents told us that three of eight plans are poor, and attendance has improved."
    rules = attributes(report(Draft([(text, F)])))
    found = attributes(
        tagged(text, ("voice", "staff", "plans"), ("trend", "declined", "poor"), ("proportion", "", "eight"))
    )
    assert found == rules
    assert found.voice is not None
    assert found.voice.value == "parents"


def test_a_quantity_that_rules_do_not_know_is_told_once() -> None:
    text = "A good handful were late."
    found = attributes(tagged(text, ("proportion", "", "A good handful"), ("proportion", "", "handful")))
    assert [(one.text, one.low, one.high) for one in found.proportions] == [("A good handful", None, None)]
    assert attributes(report(Draft([(text, F)]))).proportions == ()
