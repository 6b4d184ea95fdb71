from __future__ import annotations

from scrutiny.roles.context import ContextWidth, Unit, contexts

WIDE = ContextWidth(heading=16, lead_in=24, before=30, after=20)


def test_a_lone_sentence_has_no_context() -> None:
    assert contexts([Unit("Plans are late.")], WIDE) == [""]


def test_neighbours_stay_inside_passage_and_heading() -> None:
    units = [
        Unit("One.", "Findings", "p"),
        Unit("Two.", "Findings", "p"),
        Unit("Three.", "Method", "p"),
        Unit("Four.", "Method", "q"),
    ]
    assert contexts(units, WIDE) == [
        "Findings |  |  |  | Two.",
        "Findings |  |  | One. | ",
        "Method |  |  |  | ",
        "Method |  |  |  | ",
    ]


def test_list_items_carry_their_lead_in_and_text_after_the_list_does_not() -> None:
    units = [
        Unit("The school should:", "", "p"),
        Unit("review plans;", "", "p", is_item=True),
        Unit("train staff.", "", "p", is_item=True),
        Unit("We thank staff.", "", "p"),
        Unit("a stray item", "", "p", is_item=True),
    ]
    first, second, third, fourth, fifth = contexts(units, WIDE)
    assert first == " |  |  |  | review plans;"
    assert second == " | item | The school should: |  | train staff."
    assert third == " | item | The school should: | review plans; | We thank staff."
    assert fourth == " |  |  | train staff. | a stray item"
    assert fifth == " | item |  | We thank staff. | "


def test_each_part_is_cut_to_its_width_next_to_the_sentence() -> None:
    units = [Unit("a b c d", "h i j", "p"), Unit("e f g h", "h i j", "p")]
    assert contexts(units, ContextWidth(heading=2, before=2, after=3)) == ["h i |  |  |  | e f g", "h i |  |  | c d | "]


def test_a_model_without_context_sees_none() -> None:
    units = [Unit("One.", "Findings", "p", is_item=True), Unit("Two.", "Findings", "p")]
    assert contexts(units, ContextWidth()) == ["", ""]
