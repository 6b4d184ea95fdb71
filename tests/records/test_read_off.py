"""What records take from what the model has read off their sentences."""

from __future__ import annotations

from dataclasses import replace

from drafts import Draft, F, O, R, report
from scrutiny.pipeline import assemble
from scrutiny.report import Attributes, Basis, Report, Role, Tag


def tagged(text: str, *tags: tuple[str, str, str], role: Role = F, score: float = 0.9, lead: str = "") -> Report:
    """A report that comes to one result or demand, off which tags (name, value, the words) were read, or off the
    sentence that leads into it."""
    leading = [(lead, O)] if lead else []
    drafts = [Draft([one], section="What must be done") for one in (*leading, (text, role))]
    given = report(Draft([("The report begins with the weather.", O)]), *drafts)
    text = lead or text
    told = tuple(
        Tag(name, value, text.index(words), text.index(words) + len(words), score) for name, value, words in tags
    )
    read = [replace(one, tags=told) if one.text == text else one for one in given.sentences]
    return replace(given, sentences=tuple(read))


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
    tags = ("voice", "staff", "plans"), ("trend", "declined", "poor"), ("proportion", "", "eight")
    for found in (attributes(report(Draft([(text, F)]))), attributes(tagged(text, *tags, score=0.85))):
        assert found.voice is not None
        assert found.trend is not None
        assert (found.voice.value, found.trend.value) == ("parents", "improved")
        assert [one.text for one in found.proportions] == ["three of eight"]


def test_of_whose_voice_it_is_the_model_may_be_surer_than_the_rules() -> None:
    text = "Parents told us that three of eight plans are poor, and attendance has improved."
    found = attributes(tagged(text, ("voice", "staff", "plans"), ("trend", "declined", "poor"), score=0.95))
    assert found.voice is not None
    assert found.trend is not None
    assert (found.voice.value, found.trend.value) == ("staff", "improved")


def test_what_rules_find_where_the_model_sees_nothing_of_the_kind_is_not_told() -> None:
    text = "Parents told us that three of eight plans are poor, and attendance has improved."
    assert attributes(tagged(text)).voice is None
    found = attributes(tagged(text, ("trend", "unchanged", "poor")))
    assert (found.voice, found.proportions) == (None, ())
    assert found.trend is not None
    assert found.trend.value == "improved"
    # A small chance of it is enough, and of what the model has not read or does not know it says nothing.
    small = attributes(tagged(text, ("voice", "staff", "plans"), score=0.1))
    assert small.voice is not None
    assert small.voice.value == "parents"
    assert attributes(tagged(text, ("voice", "staff", "plans"), score=0.05)).voice is None
    given = tagged(text)
    cut = [replace(one, prediction=replace(one.prediction, cut=True)) for one in given.sentences if one.prediction]
    assert attributes(replace(given, sentences=tuple(cut))).voice is not None
    # A model without a tagger says nothing of either.
    untagged = attributes(report(Draft([(text, F)])))
    assert untagged.voice is not None
    assert untagged.proportions


def test_a_quantity_that_rules_do_not_know_is_told_once() -> None:
    text = "A good handful were late."
    found = attributes(tagged(text, ("proportion", "", "A good handful"), ("proportion", "", "handful")))
    assert [(one.text, one.low, one.high) for one in found.proportions] == [("A good handful", None, None)]
    assert attributes(report(Draft([(text, F)]))).proportions == ()


def test_a_demand_whose_verb_no_rule_knows_is_as_strong_as_the_model_says() -> None:
    text = "Re-tension, repeat both tests, send figures to this office by e-mail."
    found = attributes(tagged(text, ("obligation", "imperative", "Re-tension"), role=R)).obligation
    assert found is not None
    assert found.value == "imperative"
    rules = attributes(report(Draft([(text, R)]))).obligation
    assert rules is not None
    assert rules.value == "noun_phrase"
    text = "Dredging of the basin ere winter."
    both = attributes(tagged(text, ("obligation", "should", "Dredging"), role=R))
    assert both.obligation is not None
    assert both.action is not None
    assert (both.obligation.value, both.action.value) == ("should", "Dredging of the basin ere winter")
    sure = attributes(tagged("The board must mend it.", ("obligation", "may", "mend"), role=R)).obligation
    assert sure is not None
    assert sure.value == "must"


def test_whom_and_until_when_a_demand_is_for_stand_where_they_were_read() -> None:
    text = "Regrade around the well, all ye of the pump crew, ere the thaw sets in."
    tags = (("addressee", "", "all ye of the pump crew"), ("deadline", "", "ere the thaw sets in"))
    found = attributes(tagged(text, *tags, role=R))
    assert found.addressee is not None
    assert found.deadline is not None
    assert (found.addressee.value, found.addressee.basis) == ("all ye of the pump crew", Basis.EXPLICIT)
    assert (found.deadline.text, found.deadline.date) == ("ere the thaw sets in", None)
    given = tagged(text, *tags, role=R)
    assert given.text[found.addressee.start : found.addressee.end] == "all ye of the pump crew"
    assert given.text[found.deadline.start : found.deadline.end] == "ere the thaw sets in"
    unsure = attributes(tagged(text, *tags, role=R, score=0.6))
    assert (unsure.addressee, unsure.deadline) == (None, None)


def test_a_deadline_is_what_stands_behind_a_colon() -> None:
    text = "(L) degrease the wall and floor behind the range: 7 days;"
    given = tagged(text, ("deadline", "", "range: 7 days;"), role=R)
    found = attributes(given).deadline
    assert found is not None
    assert found.text == given.text[found.start : found.end] == "7 days"
    dated = attributes(replace(given, metadata={"publication_date": "2024-03-15"})).deadline
    assert dated is not None
    assert dated.date == "2024-03-22"


def test_what_tells_no_time_is_no_deadline() -> None:
    text = "Pay the arrears and measure any work done."
    for words in ("any work", "arrears"):
        assert attributes(tagged(text, ("deadline", "", words), role=R)).deadline is None


def test_the_sentence_that_leads_into_demands_tells_whom_they_are_for() -> None:
    lead = "Of those who keep the pumps the following is wanted."
    given = tagged("Regrade around the well.", ("addressee", "", "those who keep the pumps"), role=R, lead=lead)
    found = attributes(given).addressee
    assert found is not None
    assert found.value == given.text[found.start : found.end] == "those who keep the pumps"


def test_where_the_rules_took_in_too_much_or_the_model_is_sure_of_somebody_else_it_is_followed() -> None:
    text = "Too many phones wait to be looked at in the lab and the force needs to bring that down."
    found = attributes(tagged(text, ("addressee", "", "the force"), role=R)).addressee
    assert found is not None
    assert found.value == "the force"
    text = "The board should mend the lift for the tenants."
    for score, whom in ((0.95, "the tenants"), (0.8, "The board")):
        found = attributes(tagged(text, ("addressee", "", "the tenants"), role=R, score=score)).addressee
        assert found is not None
        assert found.value == whom


def test_a_part_of_what_a_thing_is_called_is_not_whom_a_demand_is_for() -> None:
    for text, words, expected in (
        ("School bus routes ought to be driven through once every winter.", "School", None),
        ("Winterfolk of the school ought to be driven through once every winter.", "Winterfolk", "Winterfolk"),
    ):
        found = attributes(tagged(text, ("addressee", "", words), role=R)).addressee
        assert (found and found.value) == expected


def test_what_the_model_is_not_sure_of_is_not_told() -> None:
    text = "The ward is a far cry from what it was, if you ask the night shift."
    tags = ("trend", "declined", "far cry"), ("voice", "staff", "night shift")
    told = {}
    for score in (0.45, 0.6, 0.75):
        found = attributes(tagged(text, *tags, score=score))
        told[score] = (found.voice is not None, found.trend is not None)
    assert told == {0.45: (False, False), 0.6: (False, True), 0.75: (True, True)}
