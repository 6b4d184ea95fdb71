"""Which printed mentions are links, and which look like it and are none."""

from __future__ import annotations

import time

import pytest

from drafts import ITEM, Draft, F, O, R, S, report
from scrutiny.pipeline import assemble
from scrutiny.records.cross_references import cross_references
from scrutiny.records.mentions import mentions
from scrutiny.report import Basis, Role

PONDS, DUCKS, REEDS = "Ponds leak.", "Ducks were hungry.", "Reeds were never cut."


def told(*drafts: Draft) -> set[tuple[str, str]]:
    """First words of each finding, behind its label, and of the recommendation that print links it to."""
    found = assemble(report(*drafts))
    by_id = {record.id: record for record in found.records}
    return {
        (next(noun for noun in ("Ponds", "Ducks", "Reeds") if noun in by_id[link.record].text), record.text.split()[-1])
        for record in found.records
        if record.role is Role.RECOMMENDATION
        for link in record.links
        if link.basis is Basis.EXPLICIT
    }


def action(text: str, *, section: str = "Actions", marker: str = "-") -> Draft:
    return Draft([(text, R)], ITEM, 1, section, marker)


def of_three(*markers: str, section: str = "Findings") -> list[Draft]:
    """Three findings with these markers."""
    return [
        Draft([(text, F)], ITEM, 1, section, marker)
        for text, marker in zip((PONDS, DUCKS, REEDS), markers, strict=True)
    ]


@pytest.mark.parametrize(
    ("markers", "demand"),
    [
        (("NC 1", "NC 2", "NC 3"), "NC1–2: mend"),
        (("NC1", "NC2", "NC3"), "No birds until NCs 1 to 2 are closed: mend"),
        (("NC1", "NC2", "NC3"), "Under NC1, 2: mend"),
        (("N 0331", "N 0332", "N 0333"), "Teach N 0331 and N 0332: mend"),
        (("F1", "F2", "F3"), "In answer to findings 1 and 2 mend"),
        (("F-1", "F-2", "F-3"), "Findings addressed: F-1, F-2; mend"),
        (("Obs-1", "Obs-2", "Obs-3"), "See Obs-1 and Obs-2 and mend"),
        (("1.", "2.", "3."), "Deal with points 1 to 2 and mend"),
        (("1.", "2.", "3."), "As to the matters under Nos. 1 and 2, mend"),
        (("1.", "2.", "3."), "[Observations 1 & 2] mend"),
        (("(1)", "(2)", "(3)"), "Begin with the matters at (1) and (2), and mend"),
        (("(a)", "(b)", "(c)"), "On points (a) and (b), mend"),
        (("a)", "b)", "c)"), "On points (a) to (b), mend"),
        (("[14]", "[15]", "[16]"), "Now (see [14] and [15]) mend"),
        (("4.1", "4.2", "5.1"), "Relates to 4.1 and 4.2: mend"),
        (("4.1", "4.2", "5.1"), "For this (section 4) mend"),
        (("4.1", "4.2", "4.13"), "Ref. 4.1, 4.2: mend"),
        (("4.1", "4.2", "5.1"), "What is said in 4.1 and 4.2 must be put right: mend"),
        (("1.", "2.", "3."), "Act on 1 and 2 above and mend"),
        (("A.", "B.", "C."), "Findings A and B: mend"),
        (("4.1.1", "4.1.2", "4.2.1"), "Under 4.1.1 and 4.1.2 mend"),
        (("¶ 7", "¶ 8", "¶ 9"), "(¶¶ 7, 8) mend"),
    ],
)
def test_a_demand_mentions_labels_of_results_in_whatever_form_they_are_printed(
    markers: tuple[str, str, str], demand: str
) -> None:
    assert told(*of_three(*markers), action(demand)) == {("Ponds", "mend"), ("Ducks", "mend")}


def test_a_label_is_a_part_of_a_paragraph_where_its_letter_is_printed_under_it() -> None:
    findings = [
        Draft([("I find as follows.", O)], marker="6.18"),
        Draft([(PONDS, F)], ITEM, 1, marker="(a)"),
        Draft([(DUCKS, F)], ITEM, 1, marker="(b)"),
        Draft([(REEDS, F)], ITEM, 1, marker="(c)"),
    ]
    assert told(*findings, action("What is said at 6.18(b) ought to mend")) == {("Ducks", "mend")}
    assert told(*findings, action("Mend (paragraph 6.18(a) to (b))")) == {("Ponds", "(b))"), ("Ducks", "(b))")}


def test_a_section_is_named_by_the_numbers_of_all_headings_around_it() -> None:
    found = report(
        Draft([(PONDS, F)], section="A. Water"),
        Draft([(DUCKS, F)], section="B. Birds"),
        action("Look at the keeper in Section IV.B again", section="V. Actions"),
    )
    path = {"A. Water": ("IV. Findings", "A. Water"), "B. Birds": ("IV. Findings", "B. Birds")}
    for block in found.blocks:
        if block.section_path and block.section_path[0] in path:
            object.__setattr__(block, "section_path", path[block.section_path[0]])
    results = [record for record in assemble(found).records if record.role is Role.FINDING]
    demands = [record for record in assemble(found).records if record.role is Role.RECOMMENDATION]
    assert set(cross_references(found, results, demands)) == {(results[1].id, demands[0].id)}


def test_a_marker_says_what_its_demand_answers() -> None:
    findings = of_three("NC1", "NC2", "NC3")
    assert told(*findings, action("Mend", marker="NC2-3")) == {("Ducks", "Mend"), ("Reeds", "Mend")}


def test_a_heading_and_a_lead_in_over_several_demands_do_not_say_which_of_them_answers_what() -> None:
    findings = of_three("NC1", "NC2", "NC3")
    lead_in = Draft([("To close NC1 and NC3 the keeper shall:", O)], section="Actions on NC1 and NC3")
    assert told(*findings, lead_in, action("mend the sluice"), action("count the reeds")) == set()


def test_a_section_of_very_many_findings_names_none_of_them_for_certain() -> None:
    many = [Draft([(PONDS, F)], section="4 Water") for _ in range(12)]
    assert not told(*many, action("Mend (section 4)", section="5 Actions"))
    assert told(*many[:3], action("Mend (section 4)", section="5 Actions"))


def test_a_code_above_findings_names_them() -> None:
    findings = [Draft([(PONDS, F)], section="N 0331 WATER"), Draft([(DUCKS, F)], section="N 0450 FODDER")]
    assert told(*findings, action("Train all keepers in N 0450")) == {("Ducks", "0450")}


def test_what_the_report_itself_numbers_may_be_mentioned_by_its_name() -> None:
    findings = [
        Draft([("Norm: water is clean.", O), (PONDS, F)], marker="2.2"),
        Draft([("Norm: birds are fed.", O), (DUCKS, F)], marker="2.3"),
    ]
    assert told(*findings, action("The keeper sees to it that the park meets norm 2.3")) == {("Ducks", "2.3")}


def test_a_demand_rests_on_what_the_conclusion_before_it_rests_on() -> None:
    findings = of_three("3.4", "3.5", "3.6")
    conclusion = Draft([("Water is poorly kept (3.4, 3.5).", F), ("Mend at once", R)], section="Ends", marker="M1")
    assert told(*findings, conclusion) == {("Ponds", "once"), ("Ducks", "once")}


def test_a_sentence_that_names_both_links_them() -> None:
    findings = of_three("16", "17", "18")
    demands = [action("Mend", marker="1"), action("Feed", marker="2")]
    both = Draft([("Birds were not fed (paragraph 17, Recommendation 2).", O)], section="Ends")
    assert told(*findings, both, *demands) == {("Ducks", "Feed")}
    both = Draft([("Recommendation 1 addresses paragraphs 16 and 18.", O)], section="Ends")
    assert told(*findings, both, *demands) == {("Ponds", "Mend"), ("Reeds", "Mend")}


def test_a_number_printed_twice_is_a_link_only_where_it_is_plain_which_is_meant() -> None:
    water, birds = of_three("1.", "2.", "3.", section="Water"), of_three("1.", "2.", "3.", section="Birds")
    assert not told(*water, *birds, action("Deal with point 2"))
    assert told(*water, *birds[:2], action("Deal with points 2 and 3")) == {("Ducks", "3"), ("Reeds", "3")}
    assert told(*water, action("Feed (point 2).", marker="1."), action("Cut", marker="2.")) == {("Ducks", "2).")}


@pytest.mark.parametrize(
    "demand",
    [
        "Comply with section 12 of the Act",
        "Comply with Regulation 17",
        "Comply with ISO 9001 clause 8.5.1",
        "Comply with article 4.1 of the Code",
        "Comply with paragraph 12 of Schedule 2",
        "Report by 12 May 2031",
        "Report on 4 May (8.5.1 is the clause)",
        "Raise the level by 4.1 metres",
        "Keep water under 4.1 metres and birds at 12 or 17",
        "Pay £4.1 million (4.2 per cent more)",
        "Buy 17 nets (12 of them new)",
        "Use form R2 of version 4.1",
        "Look at figure 4.1, table 12 and step 17",
        "As in our letter of 2019, point 12 stands",
        "Last report's item 12 stands",
        "Feed them.[12]",
    ],
)
def test_statutes_dates_quantities_and_footnotes_link_nothing(demand: str) -> None:
    findings = [*of_three("4.1", "12.", "17."), Draft([(DUCKS, F)], section="8.5 Birds", marker="8.5")]
    assert not told(*findings, action(demand))


def test_what_is_spoken_of_by_a_code_is_no_label() -> None:
    findings = [
        Draft([("Ponds were left to one keeper (K2).", F), ("K2 said that the Ducks were hungry.", F)]),
        Draft([(REEDS, F)], section="V4 rowing boat"),
    ]
    assert not told(*findings, action("Give K2 leave and mend V4"))


def test_what_became_of_a_demand_is_not_answered_by_it() -> None:
    demands = [action("Mend", marker="A1"), action("Feed", marker="A2")]
    status = Draft([("Ducks were as hungry as before.", F)], ITEM, 1, "Second visit", "A2")
    assert not told(*demands, status)
    assert not told(*demands, Draft([("For Ponds the keeper calls recommendation A1 closed.", F)], section="Ends"))
    later = Draft([("The keeper must attend to A2", R)], section="From here")
    assert told(*demands, status, later) == {("Ducks", "A2")}


def test_a_finding_and_not_a_strength_is_meant_where_both_are_printed_under_a_label() -> None:
    findings = Draft([(PONDS, F), ("Ducks are fat.", S)], marker="4.1")
    assert told(findings, action("Mend them (4.1)")) == {("Ponds", "(4.1)")}


@pytest.mark.parametrize(
    "text",
    [
        "NC1, " * 20_000,
        "1.1-" * 20_000,
        "(1)" * 20_000,
        "A.1." * 20_000,
        "(see " * 20_000,
        "[a, " * 20_000,
        "findings nos " * 10_000,
        "IV." * 20_000,
        "1" * 80_000,
        "A" * 80_000,
        " – " * 20_000,
        "NC1 to NC49, " * 5_000,
    ],
)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    began = time.process_time()
    for mention in mentions(text):
        mention.numbers(())
    assert time.process_time() - began < 3


def test_hostile_reports_are_linked_in_linear_time() -> None:
    many = [Draft([(PONDS, F)], ITEM, 1, "Findings", "1.") for _ in range(1_500)]
    asked = [action("Mend (point 1; section 1)") for _ in range(1_500)]
    found = report(*many, *asked)
    records = assemble(report(many[0], asked[0])).records
    began = time.process_time()
    cross_references(found, [records[0]] * 1_500, [records[1]] * 1_500)
    assert time.process_time() - began < 10
