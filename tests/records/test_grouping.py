from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drafts import ITEM, PARAGRAPH, Draft, F, O, R, S, report
from scrutiny.pipeline import assemble
from scrutiny.records.grouping import Assembler
from scrutiny.report import ROLES, Decision, Record


def records(*drafts: Draft) -> tuple[Record, ...]:
    return Assembler().predict(report(*drafts))


def test_every_finding_and_strength_sentence_is_a_record_and_other_is_none() -> None:
    found = records(
        Draft([("Plans are late.", F), ("Audits are poor.", F), ("We visited.", O), ("Staff are kind.", S)])
    )
    assert [(r.role, r.text) for r in found] == [
        (F, "Plans are late."),
        (F, "Audits are poor."),
        (S, "Staff are kind."),
    ]


def test_a_sentence_that_goes_on_with_a_recommendation_joins_it() -> None:
    (found,) = records(Draft([("The trust should review its plans.", R), ("This should be done by June.", R)]))
    assert found.text == "The trust should review its plans. This should be done by June."
    assert found.sentences == (0, 1)


def test_a_recommendation_to_somebody_else_in_the_same_paragraph_is_another() -> None:
    found = records(Draft([("The trust should review its plans.", R), ("The council should publish them.", R)]))
    assert [r.text for r in found] == ["The trust should review its plans.", "The council should publish them."]


def test_items_under_a_lead_in_are_records_that_carry_it() -> None:
    found = records(
        Draft([("The school should:", O)]),
        Draft([("review plans;", R)], ITEM, 1),
        Draft([("train staff.", R)], ITEM, 1),
        Draft([("Leaders should meet.", R)]),
    )
    assert [(r.text, r.lead_in) for r in found] == [
        ("review plans;", 0),
        ("train staff.", 0),
        ("Leaders should meet.", None),
    ]


def test_sub_items_of_a_recommendation_belong_to_it() -> None:
    (first, second) = records(
        Draft([("Ensure that records:", R)], ITEM, 1),
        Draft([("are dated;", R)], ITEM, 2),
        Draft([("are signed.", R)], ITEM, 2),
        Draft([("Train staff.", R)], ITEM, 1),
    )
    assert first.sentences == (0, 1, 2)
    assert first.text == "Ensure that records:\n\nare dated;\n\nare signed."
    assert second.sentences == (3,)


def test_a_line_read_as_part_of_an_item_leads_into_the_next_ones_of_its_list() -> None:
    found = records(
        Draft([("The school should:", O)]),
        Draft([("review plans.", R), ("The council should:", O)], ITEM, 1, marker="1."),
        Draft([("train staff;", R)], ITEM, 1, marker="2."),
        Draft([("mend the lift.", R)], ITEM, 1, marker="3."),
    )
    assert [(r.text, r.lead_in) for r in found] == [("review plans.", 0), ("train staff;", 2), ("mend the lift.", 2)]


def test_a_list_within_an_item_ends_with_it() -> None:
    found = records(
        Draft([("Plans are late.", F), ("The council should:", O)], ITEM, 1, marker="1."),
        Draft([("train staff;", R)], ITEM, 2, marker="-"),
        Draft([("Leaders know every child.", S)], ITEM, 1, marker="2."),
        Draft([("Review every plan.", R)], ITEM, 1, marker="3."),
    )
    assert [r.lead_in for r in found] == [None, 1, None, None]


def test_letters_below_an_item_end_with_it() -> None:
    found = records(
        Draft([("Plans are late.", F), ("The council should:", O)], ITEM, 1, marker="1."),
        Draft([("train staff;", R)], ITEM, 1, marker="(a)"),
        Draft([("Leaders should meet.", R)], ITEM, 1, marker="2."),
    )
    assert [(r.text, r.lead_in) for r in found] == [
        ("Plans are late.", None),
        ("train staff;", 1),
        ("Leaders should meet.", None),
    ]


def test_a_lead_in_ends_with_its_section() -> None:
    found = records(
        Draft([("The school should:", O)]),
        Draft([("train staff.", R)], ITEM, 1, section="Next steps"),
    )
    assert [r.lead_in for r in found] == [None]


def test_a_record_is_as_sure_as_its_least_sure_sentence() -> None:
    whole = report(Draft([("Review the plans.", R), ("This must be done.", R)]), confidence=0.8)
    (found,) = Assembler().predict(whole)
    assert found.confidence == 0.8
    assert found.decision is Decision.ACCEPT


def test_the_id_depends_on_file_role_and_place_only() -> None:
    draft = Draft([("Plans are late.", F), ("Plans are late.", F)])
    first, second = records(draft)
    assert first.id != second.id
    assert (first.id, second.id) == tuple(r.id for r in Assembler().predict(report(draft, confidence=0.5)))


_SENTENCE = st.tuples(st.sampled_from(["A b.", "This c.", "d e;", "The f should:", "G"]), st.sampled_from(ROLES))
_DRAFTS = st.lists(
    st.builds(
        Draft,
        st.lists(_SENTENCE, min_size=1, max_size=3),
        st.sampled_from([ITEM, PARAGRAPH]),
        st.integers(1, 3),
        st.sampled_from(["One", "Two"]),
    ),
    max_size=8,
)


@given(_DRAFTS)
def test_records_slice_back_to_the_text_and_take_each_sentence_once(drafts: list[Draft]) -> None:
    whole = report(*drafts)
    found = Assembler().predict(whole)
    for record in found:
        assert whole.text[record.start : record.end] == record.text
        assert record.lead_in is None or record.lead_in < record.sentences[0]
    taken = [index for record in found for index in record.sentences]
    assert taken == [index for index, sentence in enumerate(whole.sentences) if sentence.role is not O]


def test_a_sentence_of_over_a_million_characters_is_a_record_like_others() -> None:
    found = assemble(report(Draft([("Plans were " + "very " * 210_000 + "late.", F)])))
    assert len(found.records) == 1
