"""Which recommendation answers which finding, and what becomes of both in a later report."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafts import ITEM, Draft, F, O, R, S, report
from scrutiny.errors import ConfigError
from scrutiny.pipeline import assemble
from scrutiny.reading import read
from scrutiny.records.comparison import Change, compare, compare_draft
from scrutiny.records.cross_references import MOST_LINKS
from scrutiny.records.likeness import among_others, coefficients
from scrutiny.records.links import LAID_OUT, MOST_ANSWERS, MOST_PAIRS
from scrutiny.records.pair_network import pair_network
from scrutiny.report import ROLES, Basis, BlockKind, Decision, Prediction, Record, Report, Role, Sentence


def linked(found: Report) -> set[tuple[str, str, str]]:
    """First words of a result and of the recommendation linked to it, and what the link rests on."""
    by_id = {record.id: record for record in found.records}
    return {
        (first_word(by_id[link.record]), first_word(record), link.basis.value)
        for record in found.records
        if record.role is Role.RECOMMENDATION
        for link in record.links
    }


def first_word(record: Record) -> str:
    return record.text.split()[0]


def test_a_number_that_a_finding_refers_to_links_it() -> None:
    found = assemble(
        report(
            Draft([("Plans were late (see recommendation 2).", F)]),
            Draft([("Lifts were broken (see recommendation 1).", F)]),
            Draft([("Repair what is broken.", R)], ITEM, 1, "Recommendations", "1."),
            Draft([("Update every document.", R)], ITEM, 1, "Recommendations", "2."),
        )
    )
    assert linked(found) == {("Plans", "Update", "explicit"), ("Lifts", "Repair", "explicit")}
    for record in found.records:
        for link in record.links:
            assert link.score == 1
            assert link.start is not None
            assert found.text[link.start : link.end].startswith("recommendation")


def test_paragraphs_that_a_recommendation_refers_to_link_it() -> None:
    found = assemble(
        report(
            Draft([("Plans were late.", F)], marker="30."),
            Draft([("Kitchens were dirty.", F)], marker="31."),
            Draft([("Lifts were broken.", F)], marker="112."),
            Draft([("The board should act at once (paragraphs 30 and 112).", R)], section="Recommendations"),
        )
    )
    assert linked(found) == {("Plans", "The", "explicit"), ("Lifts", "The", "explicit")}


@pytest.mark.parametrize(
    "printed",
    [
        "(Recommendation 2)",
        "(see recommendation 2)",
        "(Rec. 2)",
        "(recs 2 and 5)",
        "(Recommendations 1–2)",
        "– see R2",
        "[R2]",
        "(R1 to R2)",
        "; Recommendation 2 addresses this",
        "(see recommendation 2 in Section 5)",
        "– this is addressed in Recommendation 2",
        "(Safety Recommendation IRLD2023011)",
    ],
)
def test_a_demand_may_be_referred_to_in_many_printed_forms(printed: str) -> None:
    letter = "R" if re.search("R[0-9]", printed) else ""
    number = "IRLD2023011" if "IRLD" in printed else f"{letter}2."
    found = assemble(
        report(
            Draft([(f"Plans were late {printed}.", F)]),
            Draft([("Repair the lifts.", R)], ITEM, 1, "Recommendations", f"{letter}1."),
            Draft([("Update every document.", R)], ITEM, 1, "Recommendations", number),
        )
    )
    assert ("Plans", "Update", "explicit") in linked(found)


def test_a_demand_with_the_number_of_the_paragraph_before_it_answers_what_that_found() -> None:
    drafts = [
        Draft([("Ducks were hungry.", F), ("Nobody knew.", F)], marker="A.1"),
        Draft([("Feed them.", R)], marker="A.1"),
        Draft([("Ponds leaked.", F)], marker="A.2"),
        Draft([("Tell us.", R)], marker="A.3"),
    ]
    pairs = {pair[:2] for pair in linked(assemble(report(*drafts))) if pair[2] == "explicit"}
    assert pairs == {("Ducks", "Feed"), ("Nobody", "Feed")}


@pytest.mark.parametrize(
    "printed",
    ["(paras 4.12–4.15)", "(para. 4.13)", "[4.2, 4.13]", "(section 4)", "(§ 4.13)", "as paragraph 4.13 shows"],
)
def test_a_place_may_be_referred_to_in_many_printed_forms(printed: str) -> None:
    found = assemble(
        report(
            Draft([("Lifts were broken.", F)], section="3 Lifts", marker="3.1"),
            Draft([("Plans were late.", F), ("Cooks are kind.", S)], section="4 Plans", marker="4.13"),
            Draft([(f"The board should act at once {printed}.", R)], section="5 Recommendations", marker="1."),
        )
    )
    assert {link for link in linked(found) if link[2] == "explicit"} == {("Plans", "The", "explicit")}


@pytest.mark.parametrize(
    ("finding", "marker", "demand"),
    [
        ("Ponds leak.", "4.1", "Mend them (see 4.1)."),
        ("Ponds leak.", "4.1", "Action (see also 4.1): mend them."),
        ("Ponds leak.", "7.", "Mend them (conclusion 7)."),
        ("Ponds leak.", "7.", "Mend them (findings 7 and 9)."),
        ("Ponds leak (NC 2).", "", "NC 2: mend them."),
        ("NC6. Ponds leak.", "", "NC6: mend them."),
        ("Ponds leak.", "GEN.55500", "GEN.55500 (II): mend them."),
        ("Ponds leak (see NC-02).", "", "NC-02: mend them."),
        ("Ponds leak (deficiency 2.2.1).", "", "Mend them (deficiency 2.2)."),
        ("Ponds leak.", "28b", "Mend them (paragraph 28(b))."),
        ("Ponds leak.", "[13]", "Mend them: see [12]–[13]."),
        ("Ponds leak.", "(3)", "Begin with the matters at (1), (3) and (4)."),
        ("Ponds leak (Safety issue AO-2023-119-SI-02).", "", "Act to address AO-2023-119-SI-02."),
        ("In breach of Regulation 12(2)(g), ponds leak.", "", "Mend them (Regulation 12(2)(g))."),
        ("Ponds leak.", "NC7", "Mend them (NC6-7)."),
        ("Criterion 6. Ponds leak.", "", "Report on Criteria 3 and 6."),
    ],
)
def test_a_demand_names_its_finding_in_many_printed_forms(finding: str, marker: str, demand: str) -> None:
    found = assemble(
        report(
            Draft([("Ducks were hungry.", F)], marker="3.9"),
            Draft([(finding, F)], marker=marker),
            Draft([(demand, R)], ITEM, 1, "Actions", "-"),
        )
    )
    by_id = {record.id: record.text for record in found.records}
    (last,) = (record for record in found.records if record.role is Role.RECOMMENDATION)
    told = [by_id[link.record] for link in last.links if link.basis is Basis.EXPLICIT]
    assert told == [finding]


@pytest.mark.parametrize(
    ("section", "demand"),
    [
        ("F 686 SS=G Pressure ulcers", "F686: mend them."),
        ("NC-02 (minor)", "Mend them (NC-02)."),
        ("3.3(1) Ponds", "Mend them (3.3(1))."),
        ("IPSG.2.1/ME3 (not met)", "Mend them. [IPSG.2.1/ME3]"),
        ("Breach 1: condition 4", "Breach 1: mend them."),
        ("Condition 2.a", "Mend them (Conditions 1.b and 2.a)."),
        ("Learning point 4", "Mend them (Learning point 4)."),
        ("Ponds (condition 3.3.1)", "Condition 3.3.1 (C2): mend them."),
        ("Regulation 15: Ponds", "Mend them to ensure adherence to Regulation 15: Ponds."),
    ],
)
def test_a_finding_is_named_by_the_code_in_its_heading(section: str, demand: str) -> None:
    found = assemble(
        report(
            Draft([("Ducks were hungry.", F)], section="1 Ducks"),
            Draft([("Ponds leak.", F)], section=section),
            Draft([(demand, R)], section="Actions"),
        )
    )
    assert {link[0] for link in linked(found) if link[2] == "explicit"} == {"Ponds"}


@pytest.mark.parametrize(
    ("pointer", "marker", "heading"),
    [
        ("Addresses IAM-02.", "REC-02", "Actions"),
        ("Closes IAM-02.", "CA-2", "Actions"),
        ("(See finding IAM-02.)", "1.", "Actions"),
        ("", "", "Actions on IAM-02"),
        ("", "", "Finding IAM-02"),
    ],
)
def test_what_a_demand_answers_may_be_told_behind_it_or_above_it(pointer: str, marker: str, heading: str) -> None:
    demand = [("Mend them.", R), *([(pointer, O)] if pointer else [])]
    found = assemble(
        report(
            Draft([("Ducks were hungry.", F)], section="IAM-01 Ducks"),
            Draft([("Ponds leak.", F)], section="IAM-02 Ponds"),
            Draft(demand, section=heading, marker=marker),
        )
    )
    assert {link[0] for link in linked(found) if link[2] == "explicit"} == {"Ponds"}


def test_a_finding_is_reached_through_one_that_rests_on_it() -> None:
    found = assemble(
        report(
            Draft([("Ponds leak.", F)], section="Analysis", marker="13"),
            Draft([("Ducks were hungry.", F)], section="Analysis", marker="14"),
            Draft([("Water was lost (paragraph 13, Recommendation 1).", F)], section="Conclusions", marker="28"),
            Draft([("Mend the banks.", R)], section="Recommendations", marker="1"),
        )
    )
    assert {link for link in linked(found) if link[2] == "explicit"} == {
        ("Ponds", "Mend", "explicit"),
        ("Water", "Mend", "explicit"),
    }


def test_numbers_that_begin_anew_in_each_section_mean_the_demand_of_that_section() -> None:
    found = assemble(
        report(
            Draft([("Ponds leak (see requirement 1).", F)], section="Ponds"),
            Draft([("Mend them.", R)], section="Requirements of ponds", marker="1."),
            Draft([("Ducks were hungry (see requirement 1).", F)], section="Ducks"),
            Draft([("Order more.", R)], section="Requirements of ducks", marker="1."),
        )
    )
    assert {link for link in linked(found) if link[2] == "explicit"} == {
        ("Ponds", "Mend", "explicit"),
        ("Ducks", "Order", "explicit"),
    }


def test_a_paragraph_is_meant_in_the_longest_series_of_numbers() -> None:
    found = assemble(
        report(
            *(Draft([(f"Pond {number} leaks.", F)], section="Ponds", marker=str(number)) for number in (1, 2, 3)),
            Draft([("Ducks were hungry.", F)], section="Conclusions", marker="1"),
            Draft([("Order more (paragraph 1).", R)], section="Conclusions", marker="2"),
        )
    )
    assert {link[0] for link in linked(found) if link[2] == "explicit"} == {"Pond"}


def test_what_is_a_breach_is_told_in_a_sentence_behind_it() -> None:
    breach = "This was a breach of Regulation 12 (Safe care) of the Duck Act 2008 Regulations 2014."
    found = assemble(
        report(
            Draft([("Ducks were hungry.", F)], section="Ducks"),
            Draft([("Ponds leak.", F), ("Banks slip.", F), (breach, F)], section="Ponds"),
            Draft([("Mend them (Regulation 12).", R)], section="Actions"),
        )
    )
    assert {link[0] for link in linked(found) if link[2] == "explicit"} == {"Ponds", "Banks", "This"}


def test_the_number_of_a_demand_may_stand_in_words_behind_it() -> None:
    found = assemble(
        report(
            Draft([("Ponds leak, hence Recommendation 2.", F)]),
            Draft([("Order more. (Recommendation 1)", R)], section="Recommendations"),
            Draft([("Mend them. (Recommendation 2)", R)], section="Recommendations"),
        )
    )
    assert {link for link in linked(found) if link[2] == "explicit"} == {("Ponds", "Mend", "explicit")}
    numbers = [record.attributes.number for record in found.records if record.attributes and record.attributes.number]
    assert [number.value for number in numbers] == ["1", "2"]


@pytest.mark.parametrize(
    "demand",
    [
        "Lengthen shifts (4.1 per cent of them are short).",
        "Lengthen shifts (6 of 13 are short).",
        "Spend 4.1 million on the pond.",
        "Lengthen shifts, as section 4.1 of the Duck Act asks.",
        "Order corn for pond V4.",
        "Feed them as Table 4.1 shows.",
        "Put the costs right.[4]",
        "Restore the visits that were lost during Covid-19.",
        "Publish accounts for 2022-23.",
        "Repair wards 4 and 5.",
        "Improve key stages 1 and 2.",
        "Give corn (page 12).",
        "Open the pool – or a bath. Invite ducks over 65.",
        "Reduce the rate per 1,000 (4.1, was 4.5).",
    ],
)
def test_figures_and_other_documents_are_no_places(demand: str) -> None:
    found = assemble(
        report(
            Draft([("Ponds leak.", F)], section="Results", marker="4.1"),
            Draft([("Banks slip.", F)], section="Results", marker="4"),
            Draft([("Ducks were hungry.", F)], section="V4 A pond"),
            Draft([("Corn was short.", F)], section="6 Corn"),
            Draft([("Nobody came.", F)], section="Covid-19"),
            Draft([("Costs rose.", F)], section="2022-23 results"),
            Draft([("Roofs leak.", F)], section="Ward 4"),
            Draft([("Pupils read badly.", F)], section="Key stage 2"),
            Draft([("Bins were full.", F)], section="Page 12"),
            Draft([("Rounds were missed – at night. Ducks over 65 fell.", F)], section="Falls"),
            Draft([(demand, R)], section="Actions"),
        )
    )
    assert not [link for link in linked(found) if link[2] == "explicit"]


@pytest.mark.parametrize(
    "shared", ["aged 4", "May 12", "every 2 hours", "within 6 months", "Table 3", "only 3", "grade A"]
)
def test_a_word_with_a_number_that_two_sentences_share_is_no_reference(shared: str) -> None:
    found = assemble(
        report(
            Draft([(f"Ponds leak ({shared}).", F)]),
            Draft([(f"Order more corn ({shared}).", R)], section="Actions"),
        )
    )
    assert not [link for link in linked(found) if link[2] == "explicit"]


@pytest.mark.parametrize(
    "trap",
    [
        "Notices on A4 paper were torn.",
        "NICE recommendation 4 was not followed.",
        "Recommendation 4 from 2019 was not done.",
        "Improvement 4 per cent.",
    ],
)
def test_what_is_called_like_a_demand_is_no_reference_to_it(trap: str) -> None:
    found = assemble(
        report(
            Draft([(trap, F)]),
            Draft([("Mend the banks.", R)], section="Recommendations", marker="4."),
            Draft([("Order more corn.", R)], section="Actions", marker="A4"),
        )
    )
    assert not [link for link in linked(found) if link[2] == "explicit"]


def test_a_figure_in_a_finding_leads_to_no_other() -> None:
    found = assemble(
        report(
            Draft([("Scores fell to a low (2.5).", F)], marker="2.4"),
            Draft([("Corn was short.", F)], marker="2.5"),
            Draft([("Mend it (paragraph 2.4).", R)], section="Actions"),
        )
    )
    assert {link[0] for link in linked(found) if link[2] == "explicit"} == {"Scores"}


@pytest.mark.parametrize("many", [10, 60])
def test_mentions_of_the_same_things_over_and_over_link_no_more_than_a_chapter_does(many: int) -> None:
    leaks = [
        Draft([(f"Leak {n}" + " (paragraph 1)" * many + ".", F)], section="Finding 1", marker="1") for n in range(many)
    ]
    mends = [
        Draft([("Mend" + " (paragraph 1)" * many + ".", R)], section="Recommendation 1", marker="1")
        for _ in range(many)
    ]
    found = assemble(report(*leaks, *mends))
    assert all(
        sum(link.basis is Basis.EXPLICIT for link in record.links) <= 40
        for record in found.records
        if record.role is Role.RECOMMENDATION
    )


def test_what_became_of_a_demand_is_not_answered_by_it() -> None:
    found = assemble(
        report(
            Draft([("Recommendation 1 was put into effect in May.", S)]),
            Draft([("Mend them.", R)], section="Recommendations", marker="1."),
        )
    )
    assert not linked(found)


_TOKENS = ["1", "2.1", "(3)", "R2", "NC-07", "28b", "[4]", "2023-014", "to", "and", ",", "(", ")", "[", "]", "–", "see",
           "paragraph", "Recommendations", "section", "Regulation", "finding", "of", "the Act", "."]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from(ROLES),
            st.lists(st.sampled_from(_TOKENS), min_size=1),
            st.sampled_from(["", "1.", "2.1", "R2", "(a)"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_printed_links_point_to_their_words_whatever_is_printed(blocks: list[tuple[Role, list[str], str]]) -> None:
    drafts = [
        Draft([(" ".join(words), role)], marker=marker, section=f"{n // 3 + 1} Part")
        for n, (role, words, marker) in enumerate(blocks)
    ]
    found = assemble(report(*drafts))
    by_id = {record.id: record for record in found.records}
    for record in found.records:
        for link in record.links:
            assert by_id[link.record].role is not record.role
            if link.basis is Basis.EXPLICIT:
                assert found.text[link.start : link.end].strip()


def test_a_number_in_brackets_behind_a_demand_is_that_of_a_headed_finding() -> None:
    found = assemble(
        report(
            Draft([("Ponds leak.", F)], section="Finding 1: Water"),
            Draft([("Ducks were hungry.", F)], section="Finding 2: Fodder"),
            Draft([("Order more. (2)", R)], ITEM, 1, "Actions", "1"),
        )
    )
    assert {link for link in linked(found) if link[2] == "explicit"} == {("Ducks", "Order", "explicit")}


def test_a_section_that_is_only_spoken_of_is_no_reference() -> None:
    drafts = [Draft([("Ponds leak.", F)], section="1 The ponds"), Draft([("Ducks were hungry.", F)], section="2 Ducks")]
    spoken = assemble(report(*drafts, Draft([("Write to the man in section 1.", R)], section="3 Actions")))
    assert "explicit" not in {basis for _, _, basis in linked(spoken)}
    pointed = assemble(report(*drafts, Draft([("Write to the man (section 1).", R)], section="3 Actions")))
    assert ("Ponds", "Write", "explicit") in linked(pointed)


@pytest.mark.parametrize(("section", "is_meant"), [("2", True), ("2.1", True), ("2.2", False)])
def test_the_number_of_a_section_may_be_the_marker_of_its_heading(section: str, is_meant: bool) -> None:
    text = "# Report\n\n## 2 Awards\n\n### 2.1 Criteria\n\nPlans were late.\n\n## 3 Demands\n\nAct at once "
    text += f"(section {section})."
    found = read(text.encode(), name="a.md")
    assert [block.marker for block in found.blocks if block.kind is BlockKind.HEADING][2] == "2.1"
    first, second = (found.text.index(start) for start in ("Plans", "Act"))
    of_role = {first: F, second: R}
    sentences = tuple(
        Sentence(
            block.start,
            block.end,
            block.text,
            index,
            Prediction((0.0,) * 4, of_role[block.start], None, 1.0, Decision.ACCEPT),
        )
        for index, block in enumerate(found.blocks)
        if block.start in of_role
    )
    links = linked(assemble(replace(found, sentences=sentences)))
    assert (("Plans", "Act", "explicit") in links) is is_meant


def test_a_finding_is_referred_to_by_the_number_of_its_heading() -> None:
    found = assemble(
        report(
            Draft([("Lifts were broken.", F)], section="Finding 1: Lifts"),
            Draft([("Plans were late.", F)], section="Finding 2: Plans"),
            Draft([("Act on them at once (Finding 2).", R)], section="Actions"),
        )
    )
    assert {link for link in linked(found) if link[2] == "explicit"} == {("Plans", "Act", "explicit")}


@pytest.mark.parametrize(
    "trap",
    [
        "Requirement 1, on the rota, has not been met.",
        "Recommendation 1 of our report of 2019 was ignored.",
        "The rota breaks paragraph 1 of Schedule 2.",
    ],
)
def test_what_is_said_of_other_documents_and_earlier_demands_links_nothing(trap: str) -> None:
    found = assemble(
        report(
            Draft([(trap, F)], marker="7."),
            Draft([("Repair lifts, as paragraph 7 of the Code asks.", R)], ITEM, 1, "Requirements", "1."),
            Draft([("Update documents.", R)], ITEM, 1, "Requirements", "2."),
        )
    )
    assert not [link for link in linked(found) if link[2] == "explicit"]


def test_a_sentence_that_only_points_to_a_demand_speaks_for_the_findings_before_it() -> None:
    found = assemble(
        report(
            Draft([("Lifts stick.", F), ("Doors jam (R2).", F), ("Plans were late.", F), ("See R1 below.", O)]),
            Draft([("Update every document.", R)], ITEM, 1, "Recommendations", "R1"),
            Draft([("Oil the hinges.", R)], ITEM, 1, "Recommendations", "R2"),
        )
    )
    assert linked(found) == {("Plans", "Update", "explicit"), ("Doors", "Oil", "explicit")}


def test_a_demand_behind_its_label_answers_the_findings_behind_theirs() -> None:
    def item(place: str, *drafts: tuple[str, Role]) -> list[Draft]:
        return [Draft([draft], section=place) for draft in drafts]

    stores, yard, chapter = (
        item(
            "3.1 Stores",
            ("Audit finding: (i) Lifts were broken.", F),
            ("(ii) Plans were late.", F),
            ("Corrective action required: (i) Mend every machine.", R),
            ("(ii) Update all documents.", R),
        ),
        item("3.2 Yard", ("Finding: Roads were icy.", F), ("Recommendation: Buy some salt.", R)),
        item("4 Other matters", ("Cooks were rude.", F), ("Recommendation: Train all employees.", R)),
    )
    found = assemble(report(*stores, *yard, *chapter))
    assert laid_out(found) == {
        ("Audit", "Corrective"),
        ("(ii)", "(ii)"),
        ("Finding:", "Recommendation:"),
    }
    # Once is no pattern.
    assert not laid_out(assemble(report(*yard, *chapter)))


def laid_out(found: Report) -> set[tuple[str, str]]:
    """First words of a result and a recommendation that layout links."""
    by_id = {record.id: record for record in found.records}
    return {
        (first_word(by_id[link.record]), first_word(record))
        for record in found.records
        if record.role is Role.RECOMMENDATION
        for link in record.links
        if link.score == LAID_OUT and link.basis is Basis.INFERRED
    }


@pytest.mark.parametrize(
    ("row", "linked_to"),
    [
        ("TB-05 – Broken lifts – Medium – R-02", {"Update"}),
        ("Table 3. Links | Recommendation 1: paragraph 16 | Recommendation 2: TB-05", {"Update"}),
        ("R-01: TB-05", {"Repair"}),
        ("Irregularity TB-05 – Recommendation 2 – term: 30 days.", {"Update"}),
        (
            "Recommendation 2: Agreed; the council has found the money for what TB-05 asks, in the manner that was "
            "described by the officers who were asked about it in the spring.",
            set(),
        ),
        ("The council answered R-02 and TB-05.", set()),
    ],
)
def test_rows_of_tables_pair_what_they_name(row: str, linked_to: set[str]) -> None:
    found = assemble(
        report(
            Draft([("Lifts were broken.", F)], section="TB-05 Machines"),
            Draft([("Repair the windows.", R)], ITEM, 1, "Recommendations", "R-01"),
            Draft([("Update every document.", R)], ITEM, 1, "Recommendations", "R-02"),
            Draft([(row, O)], section="Plan"),
        )
    )
    assert linked(found) == {("Lifts", demand, "explicit") for demand in linked_to}
    printed = [found.text[link.start : link.end] for record in found.records for link in record.links]
    assert set(printed) <= {"TB-05", "Irregularity TB-05"}


def test_what_leads_into_a_list_of_demands_refers_for_all_of_them() -> None:
    found = assemble(
        report(
            Draft([("Plans were late.", F)], section="Findings", marker="24"),
            Draft([("Cooks were rude.", F)], section="Findings", marker="25"),
            Draft([("To address the issues in paragraph 24, the ministry should:", O)], section="Recommendation 3"),
            Draft([("hire more clerks;", R)], ITEM, 1, "Recommendation 3", "(a)"),
            Draft([("count the forms.", R)], ITEM, 1, "Recommendation 3", "(b)"),
        )
    )
    assert linked(found) == {("Plans", "hire", "explicit"), ("Plans", "count", "explicit")}


@pytest.mark.parametrize(
    ("heading", "pointer"),
    [
        ("Obs. 1: Hygiene", "(Ref. Obs. 1)"),
        ("Expectation (B6): Hygiene", "(Expectations B6 and C1)"),
        ("4.2 Hygiene", "in line with the findings in Section 4.2"),
        ("4.2 Hygiene", "(see subsection 4.2)"),
    ],
)
def test_a_place_is_named_as_its_heading_names_it(heading: str, pointer: str) -> None:
    found = assemble(
        report(
            Draft([("Cooks were rude.", F)], section="Obs. 2: Manners"),
            Draft([("Kitchens were dirty.", F)], section=heading),
            Draft([(f"Train all employees {pointer}.", R)], section="Actions"),
        )
    )
    assert ("Kitchens", "Train", "explicit") in linked(found)
    assert ("Cooks", "Train", "explicit") not in linked(found)


def test_a_letter_below_a_roman_number_is_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    file.write_text(
        "# VIII. CAMPAIGN\n\nNo posters were removed.\n\n## B. Finance\n\nNo limits were set.\n\n# IX. MEDIA\n\n"
        "No debates were held.\n\n# X. ADVICE\n\nThe law should be amended (see Section VIII.B).\n"
    )
    text = read(file)
    sentences = tuple(
        Sentence(
            block.start,
            block.end,
            block.text,
            index,
            Prediction((0.0,) * 4, F if block.text.startswith("No") else R, None, 1.0, Decision.ACCEPT),
        )
        for index, block in enumerate(text.blocks)
        if block.kind is not BlockKind.HEADING
    )
    found = assemble(replace(text, sentences=sentences))
    printed = {record.text for record in found.records if any(link.basis is Basis.EXPLICIT for link in record.links)}
    assert printed == {"No limits were set.", "The law should be amended (see Section VIII.B)."}


def test_what_a_whole_section_rests_on_is_not_followed() -> None:
    found = assemble(
        report(
            Draft([("Roads were icy.", F)], section="3 Roads"),
            Draft([("Plans were late, as described in Section 3.", F)], section="4 Plans"),
            Draft([("Act at once (Section 4).", R)], section="5 Advice"),
        )
    )
    assert linked(found) == {("Plans", "Act", "explicit")}


def test_a_finding_that_refers_to_the_criterion_below_which_it_is_answered_is_linked() -> None:
    found = assemble(
        report(
            Draft([("Menus were late (link 3.4.1).", F)], section="My food"),
            Draft([("Lifts were broken.", F)], section="Criterion 3.4.1: Meals are served in time"),
            Draft([("Train all employees.", R)], section="Criterion 3.4.1: Meals are served in time"),
        )
    )
    assert ("Menus", "Train", "explicit") in linked(found)


def test_a_longer_sentence_that_names_the_code_of_a_demand_speaks_for_the_finding_before_it() -> None:
    longer = (
        "Safety Recommendation 2023-004 is therefore made to the agency in respect of the inspection of the coupling."
    )
    found = assemble(
        report(
            Draft([("Lifts were broken.", F), (longer, O)], section="2 Analysis"),
            Draft(
                [("Plans were late.", F), ("That resembles Safety Recommendation 2012-017.", O)], section="2 Analysis"
            ),
            Draft([("Mandate the inspection of couplings.", R)], section="4 Demands", marker="2023-004"),
        )
    )
    assert linked(found) == {("Lifts", "Mandate", "explicit")}


def test_a_code_right_behind_another_is_a_part_of_it() -> None:
    found = assemble(
        report(
            Draft([("Plans were late.", F)], section="IP.2 Messages", marker="ME1"),
            Draft([("Forms were missing.", F)], section="IP.2 Messages", marker="ME2"),
            Draft([("Lifts were broken.", F)], section="MM.3 Stores", marker="ME1"),
            Draft([("Doors were open.", F)], section="MM.3 Stores", marker="ME2"),
            Draft([("Write to every ward.", R), ("[IP.2 ME2; MM.3 ME1]", O)], section="Actions", marker="R1"),
        )
    )
    assert linked(found) == {("Forms", "Write", "explicit"), ("Lifts", "Write", "explicit")}


def test_of_two_places_one_of_which_holds_the_other_the_narrower_is_meant() -> None:
    found = assemble(
        report(
            Draft([("Drums were open.", F)], section="Condition O1.1", marker="NC-01"),
            Draft([("Heaps were high.", F)], section="Condition O1.1", marker="NC-02"),
            Draft([("Condition O1.1, NC-02: lower every pile.", R)], section="Actions"),
        )
    )
    assert {link for link in linked(found) if link[2] == "explicit"} == {("Heaps", "Condition", "explicit")}


@pytest.mark.parametrize(
    ("demand", "is_led"),
    [
        ("I therefore recommend regular checks.", True),
        ("Consequently, I recommend regular checks.", True),
        ("I recommend regular checks.", False),
    ],
)
def test_a_demand_that_follows_from_the_paragraph_before_it_rests_on_what_that_refers_to(
    demand: str, is_led: bool
) -> None:
    found = assemble(
        report(
            Draft([("Doors were broken.", F)], section="The house", marker="2.2"),
            Draft([("I have drawn attention in paragraph 2.2 to the doors.", O)], section="Advice", marker="7.4"),
            Draft([(demand, R)], section="Advice", marker="7.5"),
        )
    )
    assert (("Doors", demand.split()[0], "explicit") in linked(found)) is is_led


def test_the_label_of_a_finding_does_not_hide_what_it_rests_on() -> None:
    found = assemble(
        report(
            Draft([("Supervisors were absent.", F)], section="Duties", marker="[18]"),
            Draft([("Finding No. 6: Review was a formality (see paragraph 18).", F)], section="Conclusions"),
            Draft([("Recommendation No. 6: Record every reason (Findings No. 5 and 6).", R)], section="Conclusions"),
        )
    )
    assert {result for result, _, basis in linked(found) if basis == "explicit"} == {"Supervisors", "Finding"}


def test_a_paragraph_of_a_named_chapter_of_something_else_is_none() -> None:
    found = assemble(
        report(
            Draft([("Roads were icy.", F)], section="4.1 Roads"),
            Draft([("Obs. 2: Records were poor (Chapter 4, paragraph 4.1; Annex 11).", F)], section="5 Deficiencies"),
            Draft([("Keep better records.", R), ("Ref. Obs. 2.", O)], section="6 Actions"),
        )
    )
    assert linked(found) == {("Obs.", "Keep", "explicit")}


def test_a_label_before_a_demand_says_what_that_answers_and_not_the_one_before() -> None:
    found = assemble(
        report(
            Draft([("Rooms were dark.", F)], section="QI 2.1 The buildings"),
            Draft([("Beds were broken.", F)], section="QI 2.3 Bedding"),
            Draft([("Recommendation 1: QI 2.1", O)], section="Annex A"),
            Draft([("Paint every wall.", R)], section="Annex A"),
            Draft([("Recommendation 2: QI 2.3", O)], section="Annex A"),
            Draft([("Buy something to sleep on.", R)], section="Annex A"),
        )
    )
    assert linked(found) == {("Rooms", "Paint", "explicit"), ("Beds", "Buy", "explicit")}


def test_a_code_may_have_letters_in_two_parts() -> None:
    found = assemble(
        report(
            Draft([("Minutes were missing.", F)], section="F-GOV-01 Oversight"),
            Draft([("Lifts were broken.", F)], section="F-CDD-02 Buildings"),
            Draft([("Write everything down.", R), ("Related findings: F-GOV-01", O)], section="Actions"),
        )
    )
    assert linked(found) == {("Minutes", "Write", "explicit")}


def test_a_word_of_a_sentence_is_no_number_of_a_heading() -> None:
    found = assemble(
        report(
            Draft([("Letters were rude.", F)], section="What I saw"),
            Draft([("Write with care.", R)], section="What I ask of the mayor"),
        )
    )
    assert not {link for link in linked(found) if link[2] == "explicit"}


def test_a_short_sentence_below_the_heading_of_a_demand_says_what_it_answers() -> None:
    found = assemble(
        report(
            Draft([("Talks were skipped.", F)], section="OP2 Guidance"),
            Draft([("Hours were missing.", F)], section="OP4 Teaching time"),
            Draft([("Shortcoming: see OP2.", O)], section="Remedial order 3"),
            Draft([("The board evaluates everything each year.", R)], section="Remedial order 3"),
            Draft([("Another matter asks for attention.", R)], section="Remedial order 4"),
        )
    )
    assert {link for link in linked(found) if link[2] == "explicit"} == {("Talks", "The", "explicit")}


def test_without_a_reference_words_that_are_rare_in_the_report_decide() -> None:
    found = assemble(
        report(
            Draft([("Fire doors on the second floor were wedged open.", F), ("We visited in May.", O)]),
            Draft([("Medicines were not recorded by nurses.", F)]),
            Draft([("Meals are freshly cooked.", S)]),
            Draft([("Keep every fire door closed.", R)], ITEM, 1, "Recommendations"),
            Draft([("Nurses must record medicines when they are given.", R)], ITEM, 1, "Recommendations"),
        )
    )
    assert linked(found) == {("Fire", "Keep", "inferred"), ("Medicines", "Nurses", "inferred")}


def meaning(*numbers: int) -> bytes:
    return bytes(number % 256 for number in numbers)


def test_without_words_in_common_meanings_decide() -> None:
    given = report(
        Draft([("Nurses are too few at night.", F)]),
        Draft([("Rust has weakened the bridge.", F)]),
        Draft([("Soup was cold.", F)]),
        Draft([("Employ more people after dark.", R)], ITEM, 1, "Recommendations"),
        Draft([("Paint steel each year.", R)], ITEM, 1, "Recommendations"),
    )
    meanings = [meaning(100, -5, 0), meaning(-5, 90, 0), meaning(0, 0, 100), meaning(90, 5, 0), meaning(5, 100, 0)]
    told = [replace(one, meaning=vector) for one, vector in zip(given.sentences, meanings, strict=True)]
    assert linked(assemble(replace(given, sentences=tuple(told)))) == {
        ("Nurses", "Employ", "inferred"),
        ("Rust", "Paint", "inferred"),
    }
    # Vectors that do not compare, as of two models, are not compared.
    told[0] = replace(told[0], meaning=meaning(100, -5))
    assert not linked(assemble(replace(given, sentences=tuple(told))))
    assert not linked(assemble(given))


def test_grave_findings_without_an_answer_and_demands_without_evidence_are_told() -> None:
    found = assemble(
        report(
            Draft([("There was a serious breach of data protection.", F)]),
            Draft([("Paint is peeling in the hall.", F)]),
            Draft([("The trust should publish its accounts.", R)], section="Recommendations"),
        )
    )
    assert [first_word(record) for record in found.unanswered] == ["There"]
    assert [record.role for record in found.unsupported] == [R]


def test_what_became_of_issues_is_told_from_a_later_report() -> None:
    earlier = assemble(
        report(
            Draft(
                [
                    ("Fire doors were wedged open on every floor.", F),
                    ("Care plans are not reviewed after a fall.", F),
                    ("Medicine charts have gaps.", F),
                ]
            ),
            Draft([("The provider must train night staff in evacuation.", R)], section="Requirements"),
            name="earlier",
        )
    )
    later = assemble(
        report(
            Draft(
                [
                    ("Fire doors are now closed on every floor.", S),
                    ("Care plans are still not reviewed after a fall.", F),
                    ("The laundry floods.", F),
                    ("The requirement to train night staff in evacuation has been met.", S),
                ]
            ),
            name="later",
        )
    )
    told = [
        (pair.change, first_word(pair.earlier or pair.later or later.records[0])) for pair in compare(earlier, later)
    ]
    assert told == [
        (Change.RESOLVED, "Fire"),
        (Change.REPEATED, "Care"),
        (Change.ABSENT, "Medicine"),
        (Change.RESOLVED, "The"),
        (Change.NEW, "The"),
    ]


def test_a_draft_shows_what_was_softened_removed_and_added() -> None:
    draft = assemble(
        report(
            Draft(
                [
                    ("The home must repair the lift by 1 May 2024.", R),
                    ("Staffing at night was seriously unsafe.", F),
                    ("Records are kept well.", S),
                    ("The kitchen was infested with mice.", F),
                ]
            ),
            name="draft",
        )
    )
    final = assemble(
        report(
            Draft(
                [
                    ("The home should repair the lift by 1 May 2024.", R),
                    ("Staffing at night was unsafe.", F),
                    ("Records are kept well.", S),
                    ("Visitors are welcome at any time.", S),
                ]
            ),
            name="final",
        )
    )
    told = [(pair.change, pair.detail) for pair in compare_draft(draft, final)]
    assert told == [
        (Change.SOFTENED, "must became should"),
        (Change.SOFTENED, "without seriously"),
        (Change.UNCHANGED, ""),
        (Change.REMOVED, ""),
        (Change.ADDED, ""),
    ]


def test_the_same_words_have_the_same_fingerprint_whatever_their_order_and_numbers() -> None:
    one, other, third = assemble(
        report(
            Draft(
                [
                    ("In 2023, 12 care plans were not reviewed.", F),
                    ("In 2024 there was no review of 7 care plans.", F),
                    ("Lifts were broken.", F),
                ]
            )
        )
    ).records
    assert one.fingerprint == other.fingerprint != third.fingerprint


def test_links_lead_both_ways_with_the_same_score() -> None:
    found = assemble(
        report(
            Draft([("Night staffing fell short of the rota.", F)]),
            Draft([("The home should fill the night staffing rota.", R)], section="Recommendations"),
        )
    )
    finding, asked = found.records
    assert [(link.record, link.basis) for link in finding.links] == [(asked.id, Basis.INFERRED)]
    assert [(link.record, link.score) for link in asked.links] == [(finding.id, finding.links[0].score)]


def test_a_finding_that_every_recommendation_answers_alike_is_linked_to_a_few() -> None:
    found = assemble(
        report(
            *[Draft([("Plans of the ward were not reviewed.", F)]) for _ in range(30)],
            *[Draft([("Review plans of the ward.", R)], section="Recommendations") for _ in range(30)],
        )
    )
    counts = {len(record.links) for record in found.records if record.role is Role.FINDING}
    assert counts == {MOST_ANSWERS}


@pytest.mark.parametrize(("results", "demands"), [(1, 1), (2, 1), (3, 2), (8, 3)])
def test_in_a_short_report_what_has_nothing_in_common_is_not_linked(results: int, demands: int) -> None:
    nouns = "Lifts Ducks Forms Wells Roads Books Trees Lamps".split()
    found = assemble(
        report(
            *(Draft([(f"{noun} were missing.", F)]) for noun in nouns[:results]),
            *(
                Draft([(f"Publish {word}.", R)], section="Next steps")
                for word in ("accounts", "minutes", "maps")[:demands]
            ),
        )
    )
    assert len(found.records) == results + demands
    assert linked(found) == set()


def test_a_result_that_one_demand_answers_is_answered_less_by_others() -> None:
    alone, beside = np.array([[0.5]]), np.array([[0.5, 4.0]])
    found = assemble(report(Draft([("Plans were late.", F)])))
    others = [among_others(found, odds, found.records)["answered_by_others"][0, 0] for odds in (alone, beside)]
    assert others[0] == 0 < others[1]
    assert all(learnt.second.weights["answered_by_others"] < 0 for learnt in coefficients().values())
    # However many there are, they do not outweigh everything else.
    crowd = among_others(found, np.full((1, 1000), 50.0), found.records)["answered_by_others"]
    assert float(crowd.max()) <= 3


@pytest.mark.parametrize(("place", "is_here"), [("this report", True), ("the report", True), ("Schedule 2", False)])
def test_a_paragraph_of_this_report_is_a_place_and_one_of_something_else_is_none(place: str, is_here: bool) -> None:
    found = assemble(
        report(
            Draft([("Plans were late.", F)], marker="4.1"),
            Draft([("Lifts were broken.", F)], marker="4.2"),
            Draft([(f"Answer the tenants (see paragraph 4.2 of {place}).", R)], section="Recommendations"),
        )
    )
    assert linked(found) == ({("Lifts", "Answer", "explicit")} if is_here else set())


def test_findings_that_a_demand_answers_stand_together() -> None:
    found = assemble(
        report(
            *(Draft([(f"{word} were missing.", F)], section="Stores") for word in ("Lifts", "Ducks", "Forms", "Wells")),
            Draft([("Books were kept well.", S)], section="Stores"),
            *(Draft([(f"{word} were missing.", F)], section="Yards") for word in ("Roads", "Trees")),
        )
    )
    assert len(found.records) == 7

    def near(likely: int) -> list[float]:
        odds = np.full((7, 1), -50.0)
        odds[likely] = 50.0
        return among_others(found, odds, found.records)["answers_near"][:, 0].round(2).tolist()  # type: ignore[no-any-return]

    assert near(1) == [1, 0, 1, 0.6, 0.36, 0, 0]
    # Neither a strength nor another section says anything of it.
    assert near(4) == [0] * 7
    assert near(5) == [0, 0, 0, 0, 0, 0, 1]
    assert all(learnt.second.weights["answers_near"] > 0 for learnt in coefficients().values())


def test_coefficients_of_other_features_are_refused(tmp_path: Path) -> None:
    shipped = (Path(__file__).parents[2] / "configs" / "links.toml").read_text()
    file = tmp_path / "links.toml"
    file.write_text(shipped.replace("answered_by_others = ", "somebody = "))
    with pytest.raises(ConfigError, match=r"\[meaning.second.weights\] has not answered_by_others"):
        coefficients(file)
    file.write_text(shipped.replace("[words.first]", "[words.third]"))
    with pytest.raises(ConfigError, match=r"not coefficients of links"):
        coefficients(file)


def test_more_pairs_than_can_be_compared_cost_inferred_links_alone() -> None:
    many = 2 * int(MOST_PAIRS**0.5) + 2
    plans = [("Plans were late.", F), ("Review plans.", R)] * (many // 2)
    repair = Draft([("Repair the lifts.", R)], ITEM, 1, "Recommendations", "1.")
    found = assemble(report(Draft([("Lifts were broken (see recommendation 1).", F)]), Draft(plans), repair))
    assert linked(found) == {("Lifts", "Repair", "explicit")}
    assert any("only printed links" in note for note in found.coverage.notes)


def test_printed_links_end_where_a_report_has_more_than_any_real_one() -> None:
    leaks = [Draft([(f"Leak {number}.", F)], marker=f"{number}.") for number in range(1, 41)]
    mends = [Draft([("Mend them (paragraphs 1 to 40).", R)]) for _ in range(MOST_LINKS // 40 + 50)]
    found = assemble(report(*leaks, *mends))
    given = sum(len(record.links) for record in found.records if record.role is Role.RECOMMENDATION)
    assert MOST_LINKS <= given <= MOST_LINKS + 40
    assert any("more printed links" in note for note in found.coverage.notes)


def test_a_network_that_reads_what_nobody_tells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = assemble(report(Draft([("Lifts were broken.", F)]), Draft([("Repair the lifts.", R)])))
    meant = tuple(replace(sentence, meaning=bytes([1] * 8)) for sentence in found.sentences)
    other = replace(pair_network(), features=("weather",))
    monkeypatch.setattr("scrutiny.records.likeness.pair_network", lambda: other)
    with pytest.raises(ConfigError, match="reads weather"):
        assemble(replace(found, sentences=meant, records=()))
