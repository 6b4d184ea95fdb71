"""What records say in particular, on invented sentences; how well it is found in reports is measured by a benchmark."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafts import ITEM, Draft, F, O, R, S, report
from scrutiny.pipeline import assemble
from scrutiny.report import Attribute, Attributes, Basis, Deadline, Proportion, Record, Report, Role

TODAY = {"publication_date": "2024-03-15"}


def attributes(text: str, role: Role = R, **metadata: str) -> Attributes:
    """Those of the only record of a report of one sentence."""
    (record,) = assemble(report(Draft([(text, role)]), metadata={**TODAY, **metadata})).records
    assert record.attributes is not None
    return record.attributes


def value(attribute: Attribute | None) -> str | None:
    return attribute.value if attribute else None


@pytest.mark.parametrize(
    ("text", "addressee", "action", "obligation"),
    [
        ("The council should review its plans.", "The council", "review its plans", "should"),
        ("By June, the trust must repair the lift.", "the trust", "repair the lift", "must"),
        ("We recommend that the board appoint a secretary.", "the board", "appoint a secretary", "should"),
        ("It is recommended to the Clerk that he keep a log.", "the Clerk", "keep a log", "should"),
        ("Recommendation 3: The Agency may wish to publish its data.", "The Agency", "publish its data", "may"),
        ("Auditee to correct the register.", "Auditee", "correct the register", "must"),
        ("Agreed action 2: the Finance Office pays every bill.", "the Finance Office", "pays every bill", "must"),
        ("You are required to keep the exits clear.", "You", "keep the exits clear", "must"),
        ("We maintain that the ministry should seek the data.", "the ministry", "seek the data", "should"),
        ("Review the plans of every resident.", None, "Review the plans of every resident", "imperative"),
        ("The quality of assessments.", None, "The quality of assessments", "noun_phrase"),
        ("Records should be kept for seven years.", None, "Records should be kept for seven years", "should"),
        ("Cool the fish, with ice if it fails: at once.", None, "Cool the fish, with ice if it fails", "imperative"),
        ("Request renewals.", None, "Request renewals", "imperative"),
    ],
)  # fmt: skip
def test_a_demand_tells_who_is_to_do_what_and_how_strongly(
    text: str, addressee: str | None, action: str, obligation: str
) -> None:
    found = attributes(text)
    assert (value(found.addressee), value(found.action), value(found.obligation)) == (addressee, action, obligation)


def test_whom_a_list_asks_stands_in_the_sentence_that_leads_into_it() -> None:
    found = assemble(
        report(
            Draft([("We recommend that the provider:", O)], section="Recommendations"),
            Draft([("require contractors to wear badges;", R)], ITEM, 1, "Recommendations", "1."),
            Draft([("mend the lift.", R)], ITEM, 1, "Recommendations", "2."),
        )
    )
    for record, number in zip(found.records, ("1.", "2."), strict=True):
        assert record.attributes is not None
        assert value(record.attributes.addressee) == "the provider"
        assert value(record.attributes.obligation) == "should"
        assert value(record.attributes.number) == number


def test_whoever_is_inspected_is_the_addressee_where_nobody_is_named() -> None:
    found = attributes("Review the plans.", inspected_body="Weir House").addressee
    assert found == Attribute("Weir House", None, None, Basis.INFERRED)


@pytest.mark.parametrize(
    ("printed", "date", "basis"),
    [
        ("by 30 June 2024", "2024-06-30", Basis.EXPLICIT),
        ("within three months", "2024-06-15", Basis.INFERRED),
        ("within 10 working days", "2024-03-29", Basis.INFERRED),
        ("by 1 May", "2024-05-01", Basis.INFERRED),
        ("by 1 March", "2025-03-01", Basis.INFERRED),
        ("by June", "2024-06", Basis.INFERRED),
        ("by the end of February 2025", "2025-02-28", Basis.EXPLICIT),
        ("before the next inspection", None, Basis.INFERRED),
        ("immediately", None, Basis.INFERRED),
        ("at once", None, Basis.INFERRED),
    ],
)
def test_a_deadline_is_resolved_against_the_day_of_the_report(printed: str, date: str | None, basis: Basis) -> None:
    found = attributes(f"The provider must mend the lift {printed}.").deadline
    assert found is not None
    assert (found.text, found.date, found.basis) == (printed, date, basis)


@pytest.mark.parametrize(
    "text",
    [
        "The provider must review care plans within 30 days of any change.",
        "The provider must keep a register of which staff were trained before the visit.",
    ],
)
def test_a_time_limit_that_is_part_of_what_is_asked_is_no_deadline(text: str) -> None:
    assert attributes(text).deadline is None


def test_a_demand_tells_what_it_lacks() -> None:
    assert attributes("Review the plans.").missing == ("actor", "deadline", "measure")
    full = "The trust must audit its plans by May 2024, so that every fall is reported."
    assert attributes(full).missing == ()


def test_a_condition_makes_a_demand_conditional() -> None:
    found = attributes("If the lift fails again, the provider should replace it.").condition
    assert value(found) == "If the lift fails again"


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("Residents told us that the food is cold.", "service_users"),
        ("Parents, including several of young children, said that they were not consulted.", "parents"),
        ("The children do not feel listened to.", "service_users"),
        ("Staff speak highly of the new manager.", "staff"),
        ("Records do not always show why a plan was changed.", "records"),
        ("It is not clear from case records who agreed the plan.", "records"),
        ("In our survey, half of the replies praised the food.", "survey"),
        ("Leaders acknowledged that audits are late.", "provider"),
        ("The change has been received positively by workers.", "staff"),
        ("Residents are helped to eat.", None),
        ("Social workers visit children regularly.", None),
    ],
)
def test_whose_words_a_result_rests_on(text: str, voice: str | None) -> None:
    assert value(attributes(text, F).voice) == voice


def test_they_are_those_of_the_sentence_before() -> None:
    draft = Draft([("Foster carers are visited every month.", S), ("They feel well supported.", S)])
    found = assemble(report(draft)).records[1].attributes
    assert found is not None
    assert found.voice is not None
    assert (found.voice.value, found.voice.basis) == ("parents", Basis.INFERRED)


@pytest.mark.parametrize(
    ("text", "role", "trend"),
    [
        ("Attendance has improved since the last inspection.", S, "improved"),
        ("There has been some recent improvement, but the pace is too slow.", F, "improved"),
        ("A decline in the autumn was noticed, and improvements have since been made.", S, "improved"),
        ("An increasing number of tenants pay on time.", S, "improved"),
        ("An increasing number of tenants are in arrears.", F, "declined"),
        ("The quality of care has not been maintained.", F, "declined"),
        ("There has been no improvement in record keeping.", F, "unchanged"),
        ("Waiting times remain too long.", F, "unchanged"),
        ("The builder declined to supply the drawings.", F, None),
        ("Plans are in place to improve attendance.", S, None),
        ("Action is taken where improvements are needed.", S, None),
    ],
)
def test_which_way_a_result_has_gone(text: str, role: Role, trend: str | None) -> None:
    assert value(attributes(text, role).trend) == trend


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In 12 of 20 cases no plan was made.", [("12 of 20", 0.6, 0.6)]),
        ("Only 85% of staff were trained.", [("85%", 0.85, 0.85)]),
        ("Most residents are not weighed.", [("Most", None, None)]),
        ("Of the 40 files we read, ten had no photograph.", [("Of the 40 files we read, ten", 0.25, 0.25)]),
        ("Not all staff were trained.", [("Not all", None, None)]),
        ("The most serious fault was found at night.", []),
        ("Rents rose by 5%.", []),
        ("Complaints are few, and answered.", []),
    ],
)
def test_how_much_of_something(text: str, found: list[tuple[str, float | None, float | None]]) -> None:
    assert [(one.text, one.low, one.high) for one in attributes(text, F).proportions] == found


def test_a_reference_to_law_and_to_a_paragraph_is_found() -> None:
    text = "The provider was in breach of Regulation 12 of the Care Homes Regulations 2010 (see paragraph 4.2)."
    values = [one.value for one in attributes(text, F).references]
    assert values == ["Regulation 12 of the Care Homes Regulations 2010", "paragraph 4.2"]


@pytest.mark.parametrize(
    ("text", "earlier"),
    [
        ("The recommendations of the last inspection have been met.", "met"),
        ("The requirement made in 2022 has not been met.", "not_met"),
        ("This is a repeat finding.", "repeated"),
    ],
)
def test_what_became_of_an_earlier_demand(text: str, earlier: str) -> None:
    assert value(attributes(text, F).earlier) == earlier


@pytest.mark.parametrize(
    ("text", "element"),
    [
        ("This happened because nobody was on duty.", "cause"),
        ("As a result, two residents fell.", "effect"),
        ("The code requires that doors be locked.", "criterion"),
        ("Doors were open.", "condition"),
    ],
)
def test_the_elements_of_a_finding(text: str, element: str) -> None:
    assert value(attributes(text, F).element) == element


_WORDS = (
    "the council should must by 30 June 2024 , ; : staff told us most of 12 20 % residents improved declined within "
    "three months if it that who recommend ( paragraph 4.2 ) Recommendation 3 : review plans not all of them and to be"
).split()


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(_WORDS), min_size=1, max_size=24).map(" ".join), st.sampled_from([F, S, R, O])
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_is_said_stands_where_it_says(sentences: list[tuple[str, Role]]) -> None:
    found = assemble(report(Draft(sentences), metadata=TODAY))
    assert found == assemble(report(Draft(sentences), metadata=TODAY))
    for record in found.records:
        assert found.text[record.start : record.end] == record.text
        for printed, start, end in _printed(record):
            assert found.text[start:end] == printed
        for link in record.links:
            assert link.record in {other.id for other in found.records}
            assert 0 < link.score <= 1
            assert any(back.record == record.id for back in _by_id(found, link.record).links)


def _printed(record: Record) -> list[tuple[str, int, int]]:
    """What attributes quote, with the place they give; values that are names of ours quote nothing."""
    assert record.attributes is not None
    quoted = []
    for field in fields(record.attributes):
        given = getattr(record.attributes, field.name)
        for one in given if isinstance(given, tuple) else (given,):
            if isinstance(one, Deadline | Proportion):
                quoted.append((one.text, one.start, one.end))
            elif isinstance(one, Attribute) and one.start is not None and one.end is not None:
                assert one.start < one.end
                if field.name in ("addressee", "action", "object", "number", "references", "grades"):
                    quoted.append((one.value, one.start, one.end))
    return quoted


def _by_id(found: Report, id: str) -> Record:
    return next(record for record in found.records if record.id == id)
