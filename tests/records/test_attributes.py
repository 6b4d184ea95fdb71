"""What records say in particular, on invented sentences; how well it is found in reports is measured by a benchmark."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafts import ITEM, Draft, F, O, R, S, report
from scrutiny.evaluation.labelled_reports import build, read_labelled
from scrutiny.pipeline import assemble
from scrutiny.report import (
    Attribute,
    Attributes,
    Basis,
    Block,
    BlockKind,
    Deadline,
    Proportion,
    Record,
    Report,
    Role,
    Sentence,
    Tag,
)
from scrutiny.roles.tags import OF_ROLE, VALUES

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
        ("We suggest the council publish its data.", "the council", "publish its data", "may"),
        ("The trustees are further directed to keep minutes.", "The trustees", "keep minutes", "must"),
        ("By an order of 3 May the charity is directed to keep minutes.", "the charity", "keep minutes", "must"),
        ("Firms are reminded of the rule and should keep a log.", "Firms", None, "should"),
        ("It would be prudent for the owner to mend the wall.", "the owner", "mend the wall", "may"),
        ("It is incumbent upon all trustees to ask questions.", "all trustees", "ask questions", "must"),
        ("The ministry should require every home to keep a log.", "The ministry", None, "should"),
        ("Parliament is called upon to lower the limit.", "Parliament", "lower the limit", "should"),
        ("Within a month it will also review every case.", None, None, "must"),
        ("Owners would be well advised to compare notes.", "Owners", "compare notes", "may"),
        ("The Committee trusts that the shift will be doubled.", None, None, "should"),
        ("To ensure that stock is tested.", None, "ensure that stock is tested", "should"),
        ("Call bells should never be muted.", None, None, "should"),
        ("Ensure that staff can swim.", None, "Ensure that staff can swim", "imperative"),
        ("It is desirable to keep a log.", None, "keep a log", "may"),
        ("That the council publish a list.", "the council", "publish a list", "should"),
        ("Requirement 2: That records be kept.", None, "records be kept", "must"),
        ("That lift should be mended.", None, None, "should"),
        ("We expect the board to explain the delay.", "the board", "explain the delay", "should"),
        ("It falls to the ministry to pay.", "the ministry", "pay", "should"),
        ("The owner has been invited to explain the delay.", "The owner", "explain the delay", "may"),
        ("A second nurse must be on call.", None, "A second nurse must be on call", "must"),
        ("As a page is missing, send another.", None, None, "imperative"),
        ("Track cases by date and report any delay.", None, None, "imperative"),
        ("Risk plans to articulate aims and to reduce harm.", None, None, "noun_phrase"),
        ("The council, for its part, may wish to look again.", "The council", None, "may"),
        ("All practices to keep a list.", "All practices", "keep a list", "must"),
        ("Recommendation R2 (Harbour Board): dredge the basin.", "Harbour Board", None, "imperative"),
        ("Answer the complaints [the partner; 30 days].", "the partner", None, "imperative"),
        ("Answer the complaints [Smith Report; p. 12].", None, None, "imperative"),
        ("Recommendation 4 (High Priority): Review the plans.", None, None, "imperative"),
        ("Internal controls should include checks.", None, None, "should"),
        ("No new residents may be admitted.", None, None, "must"),
        ("1. The Board should keep a log.", "The Board", None, "should"),
        ("The County Commission require supervisors to sign.", "The County Commission", None, "should"),
        ("All prisoners should be able to work every day.", None, None, "should"),
        ("Users of tractors should be careful.", "Users of tractors", None, "should"),
        ("F689: The facility shall review every plan.", "The facility", "review every plan", "must"),
        ("Suggestion 1.2(1): The plant should keep a log.", "The plant", "keep a log", "should"),
        ("A.01 Recommendation: Keep a log.", None, "Keep a log", "imperative"),
        ("Access should be reviewed by the system owners twice a year.", "the system owners", None, "should"),
        ("All cells should be clean. (To the governor)", "the governor", None, "should"),
        ("All cells should be clean. (To HMPPS and the governor)", "HMPPS and the governor", None, "should"),
        ("(all regulators) Tunnels to be inspected.", "all regulators", None, "noun_phrase"),
        ("(as advised by the police) Tunnels to be inspected.", None, None, "noun_phrase"),
        ("The same order requires them to keep minutes.", "them", None, "must"),
        ("Install a call code that brings the crisis team to people.", None, None, "imperative"),
        ("It would be good for prices to be shown online.", None, None, "may"),
        ("The licence is to say that data are assets.", None, None, "must"),
        ("Families to receive an apology in person.", None, None, "noun_phrase"),
        ("Approval rights to be reviewed by each school.", "each school", None, "noun_phrase"),
        ("It is suggested that the door be watched by the maintenance firm.", "the maintenance firm", None, "may"),
        ("Action to be taken to prevent abuse by the staff.", None, None, "noun_phrase"),
        ("It falls to the board to be accountable.", "the board", None, "should"),
        ("Staff to undergo training.", "Staff", None, "must"),
        ("We should like the ministry to explain the delay.", "the ministry", None, "should"),
        ("Answer the complaints and ask tenants to wait [the partner; 30 days].", "the partner", None, "imperative"),
        ("Check the lift, and we urge the landlord to mend it.", "the landlord", None, "imperative"),
        ("We should gladly see a second path through the school.", None, None, "should"),
        ("We have told Saltmere that restraints must be reviewed.", "Saltmere", None, "must"),
        ("The Ministry of Health sees to it that clinics keep a list.", "The Ministry of Health", None, "should"),
        ("Present a plan, or ask the Board to tell us why not.", None, None, "imperative"),
        ("The practices of the depot be studied.", None, None, "should"),
        ("Would your supervisor reach every face in a shift?", None, None, "may"),
        ("That a complaint may be taken elsewhere.", None, None, "should"),
        ("To end the practice by which a contractor may approve its own change.", None, None, "should"),
    ],
)  # fmt: skip
def test_a_demand_tells_who_is_to_do_what_and_how_strongly(
    text: str, addressee: str | None, action: str | None, obligation: str
) -> None:
    found = attributes(text)
    assert (value(found.addressee), value(found.obligation)) == (addressee, obligation)
    assert action is None or value(found.action) == action


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


def test_a_numbered_item_leads_into_letters_beside_it() -> None:
    drafts = [
        Draft([(text, role)], ITEM, 1, "Recommendations", marker)
        for marker, text, role in (
            ("33.", "Within a month the council should:", O),
            ("(a)", "apologise;", R),
            ("(b)", "pay the owner.", R),
            ("34.", "Review the plans.", R),
        )
    ]
    found = [record.attributes for record in assemble(report(*drafts)).records if record.attributes]
    assert [value(one.addressee) for one in found] == ["the council", "the council", None]
    assert [value(one.obligation) for one in found] == ["should", "should", "imperative"]


def test_a_call_is_a_verb_but_in_a_name_of_things() -> None:
    assert value(attributes("We call again for the ministry to pay.").addressee) == "the ministry"
    found = attributes("Review the call script at two sites, which omits the team and is to go.")
    assert found.addressee is None


def test_what_a_list_makes_sure_of_is_asked_of_whom_it_is_led_in_by() -> None:
    drafts = (
        Draft([("The standard requires the provider to ensure:", O)], section="Requirements"),
        Draft([("that staff assess every risk;", R)], ITEM, 1, "Requirements", "(a)"),
    )
    found = assemble(report(*drafts)).records[0].attributes
    assert found is not None
    assert (value(found.addressee), value(found.obligation)) == ("the provider", "must")
    of_its_own = (drafts[0], Draft([("The council should agree the plan.", R)], ITEM, 1, "Requirements", "(b)"))
    found = assemble(report(*of_its_own)).records[0].attributes
    assert found is not None
    assert value(found.addressee) == "The council"


@pytest.mark.parametrize(
    ("lead_in", "addressee", "obligation", "deadline"),
    [
        ("The council has agreed, within four weeks, to:", "the council", "must", "within four weeks"),
        ("The owner shall complete the following by 3 May 2024.", "The owner", "must", "by 3 May 2024"),
        ("The office is asked to act upon the recommendations below.", "The office", "should", None),
    ],
)
def test_a_sentence_that_leads_into_a_list_obliges_with_or_without_a_colon(
    lead_in: str, addressee: str, obligation: str, deadline: str | None
) -> None:
    drafts = (
        Draft([(lead_in, O)], section="Actions"),
        Draft([("Mend the lift.", R)], ITEM, 1, "Actions", "1."),
    )
    found = assemble(report(*drafts, metadata=TODAY)).records[0].attributes
    assert found is not None
    assert (value(found.addressee) or "").lower() == addressee.lower()
    assert value(found.obligation) == obligation
    assert (found.deadline.text if found.deadline else None) == deadline


def test_a_demand_that_begins_with_it_is_one_of_its_own() -> None:
    draft = Draft([("The board should mend the lift.", R), ("It would be prudent for the owner to pay.", R)])
    assert len(assemble(report(draft)).records) == 2
    draft = Draft([("The board should mend the lift.", R), ("It should also paint it.", R)])
    assert len(assemble(report(draft)).records) == 1


@pytest.mark.parametrize(
    ("outer", "whom"),
    [
        ("Recommendations to the Minister", "the Minister"),
        ("Postcode lottery in help for Glenrossie's children", None),
        ("What does the children's home need to do to improve?", None),
    ],
)
def test_a_heading_further_out_names_whom_demands_are_for_only_if_it_says_so(outer: str, whom: str | None) -> None:
    found = report(Draft([("Mend the lift.", R)], section="Staffing"))
    heading = Block(BlockKind.HEADING, 0, len(outer), outer, level=1)

    def moved(block: Block) -> Block:
        path = () if block.kind is BlockKind.HEADING else (outer, "Staffing")
        return replace(block, start=block.start + shift, end=block.end + shift, section_path=path)

    shift = len(outer) + 2
    (sentence,) = found.sentences
    (record,) = assemble(
        replace(
            found,
            text=f"{outer}\n\n{found.text}",
            blocks=(heading, *map(moved, found.blocks)),
            sentences=(replace(sentence, start=sentence.start + shift, end=sentence.end + shift, block=2),),
        )
    ).records
    assert record.attributes
    assert value(record.attributes.addressee) == whom


def test_a_heading_names_whom_its_demands_are_for() -> None:
    for heading, whom in (
        ("To the landlord", "the landlord"),
        ("To the Kessock & Western Railway", "the Kessock & Western Railway"),
        ("What the landlord should do", "the landlord"),
        ("What does the landlord need to do to improve?", "the landlord"),
        ("5 What we expect of the landlord", "the landlord"),
        ("To the Federal Railroad Administration:", "the Federal Railroad Administration"),
        ("To Marrow Valley Gas", "Marrow Valley Gas"),
        ("To improve safety", None),
        ("To Improve Safety", None),
        ("To Whom It May Concern", None),
        ("What Good Schools Do", None),
        ("Recommendation 1 (country office; H)", "country office"),
        ("The company is recommended to:", "The company"),
        ("REQUESTS FOR INFORMATION", None),
        ("What Greyfen must do", "Greyfen"),
        ("What we found", None),
        ("Areas for improvement", None),
    ):
        found = assemble(report(Draft([("Mend the lift.", R)], section=heading))).records[0].attributes
        assert found is not None
        assert value(found.addressee) == whom


def written(text: str, tmp_path: Path) -> list[Attributes]:
    """The attributes of the recommendations of a text in the format of the authored corpus."""
    (tmp_path / "zz1.txt").write_text(f"@title Report\n@date 2024-03-15\n{text}")
    (tmp_path / "zz1.json").write_text('{"id": "zz1", "units": []}')
    records = assemble(build(read_labelled(tmp_path / "zz1.json"))).records
    return [record.attributes for record in records if record.role is R and record.attributes]


def test_under_recommendations_the_name_of_a_body_is_whom_they_are_for(tmp_path: Path) -> None:
    text = """# 1 What happened
O3 | The reactor of Quillan Coatings exploded.
# 6 Recommendations
## 6.1 Harlan Resins, Inc.
### R1
R3 | Revise the analysis.
## 6.2 Quillan Coatings
R3 | Audit every plant.
"""
    asked = [value(one.addressee) for one in written(text, tmp_path)]
    assert asked == ["Harlan Resins, Inc.", "Quillan Coatings"]
    for theme in ("Risk Management", "Governance", "2023/24"):
        themes = text.replace("Quillan Coatings", theme)
        assert value(written(themes, tmp_path)[1].addressee) is None


def test_what_leads_into_sections_is_said_of_each_of_them(tmp_path: Path) -> None:
    text = """# 4 Recommendations
O3 | Within three months the department should:
### Recommendation 1
R3 | Publish its times.
O3 | (See paragraph 3.1.)
### Recommendation 2
R3 | Mend the lift.
# 5 Close
R3 | Paint the hall.
"""
    found = written(text, tmp_path)
    assert [value(one.addressee) for one in found] == ["the department", "the department", None]
    assert [value(one.obligation) for one in found] == ["should", "should", "imperative"]
    assert [one.deadline and one.deadline.date for one in found] == ["2024-06-15", "2024-06-15", None]


def test_demands_are_for_whom_their_numbers_are_said_to_be_for(tmp_path: Path) -> None:
    text = """# Recommendations
O3 | We made recommendations 1 through 2 to the director of the hospital and recommendation 3 to the network head.
1. R3 | Review every referral.
2. R3 | Train every clerk.
3. R3 | Watch the lists.
"""
    asked = [value(one.addressee) for one in written(text, tmp_path)]
    assert asked == [*["the director of the hospital"] * 2, "the network head"]


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("# Regulation 23: Not compliant, red, 30/09/2024\nR3 | Mend the lift.\n", "2024-09-30"),
        ("# Visit of the home, 30/09/2023\nR3 | Mend the lift.\n", None),
        ("# Area 1\nO3 | Ref: 14 (2); To be completed by: 3 May 2024.\nR3 | Mend the lift.\n", "2024-05-03"),
        ("# Plan\nO3 | P1 (within 7 days) and P2 (within 30 days).\nR3 | P1: Mend the lift.\n", "2024-03-22"),
        ("# Plan\nR3 | Change the plan so that the owner is called at once.\n", None),
        ("# Plan\nR3 | Count as was usual before 2020.\n", None),
        ("# Plan\nO3 | The last return, due 3 May 2021, was late.\nR3 | Mend the lift.\n", None),
        ("# Plan\nR3 | Mend the lift within sıx months.\n", None),
        ("# Within a year\nR3 | Mend the lift.\n", "2025-03-15"),
        ("# 2. By 3 May 2024:\nR3 | Mend the lift.\n", "2024-05-03"),
        ("# What should happen before 3 May 2024\nR3 | Mend the lift.\n", "2024-05-03"),
        ("# Short term (within 7 days)\nR3 | Mend the lift.\n", "2024-03-22"),
        ("# What happened before 3 May 2024\nR3 | Mend the lift.\n", None),
        ("# By 2019\nR3 | Mend the lift.\n", None),
        ("# In May 2019\nR3 | Mend the lift.\n", None),
        ("# From 1 April 2019\nR3 | Mend the lift.\n", None),
        ("# Answering complaints (within 28 days)\nR3 | Mend the lift.\n", None),
        ("# Plan\nO3 | Grades are A (within 7 days) and B (within a year).\nR3 | A: Mend the lift.\n", "2024-03-22"),
    ],
)
def test_a_deadline_stands_in_the_heading_or_at_the_head_of_the_section(
    text: str, deadline: str | None, tmp_path: Path
) -> None:
    (found,) = written(text, tmp_path)
    assert (found.deadline and found.deadline.date) == deadline


@pytest.mark.parametrize(
    ("heading", "obligation"),
    [
        ("What the partnership should do", "should"),
        ("2 What must happen now", "must"),
        ("The company is recommended to:", "should"),
        ("What needs to improve", "imperative"),
        ("What we found", "imperative"),
    ],
)
def test_a_heading_that_asks_obliges(heading: str, obligation: str) -> None:
    (record,) = assemble(report(Draft([("Mend the lift.", R)], section=heading))).records
    assert record.attributes
    assert value(record.attributes.obligation) == obligation


@pytest.mark.parametrize("today", ["9999-12-31", "0000-00-00", "2024-13-45", "9999-12"])
def test_days_that_no_calendar_has_are_none(today: str) -> None:
    for printed in ("within five years", "by Christmas", "by the end of this quarter", "in two weeks time"):
        found = attributes(f"Mend the lift {printed}.", publication_date=today).deadline
        assert found is None or found.date is None or found.date[:4] == "9999"


def test_what_is_written_to_be_slow_is_read_all_the_same() -> None:
    long = "a" * 3_000
    drafts = [
        Draft([("The board is asked the following:", O)], section="Plan"),
        Draft([(f"the {long} x. y", R)], ITEM, 1, "Plan", "(a)"),
        Draft([(f"By the {long}) should review plans.", R)]),
        Draft([("The board should " + "so that if " * 2_000 + ", mend " + "at once and " * 300 + "it.", R)]),
        Draft([("The board should " + "who " * 2_000 + "mend " + "at once and " * 300 + "it.", R)]),
    ]
    assert len(assemble(report(*drafts)).records) == 4


def test_a_line_names_whom_the_demands_below_it_are_for_until_the_next_such_line() -> None:
    drafts = [
        Draft([(text, role)], section="Recommendations")
        for text, role in (
            ("To the county:", O),
            ("Mend the lift.", R),
            ("To support staff:", O),
            ("Paint the hall.", R),
            ("That regional health services:", O),
            ("Hire an engineer.", R),
        )
    ]
    records = assemble(report(*drafts)).records
    asked = [value(record.attributes.addressee) for record in records if record.attributes]
    assert asked == ["the county", "the county", "regional health services"]


def test_the_time_of_a_code_is_told_at_the_head_of_the_section() -> None:
    drafts = (
        Draft([("Timescale: A, immediate; B, within six months.", O)], section="Recommendations"),
        Draft([("Mend the lift. (B)", R)], section="Recommendations"),
    )
    found = assemble(report(*drafts, metadata=TODAY)).records[0].attributes
    assert found is not None
    assert found.deadline is not None
    assert (found.deadline.text, found.deadline.date) == ("within six months", "2024-09-15")


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
        ("without delay", None, Basis.INFERRED),
        ("by close of business on Friday 29 March", "2024-03-29", Basis.INFERRED),
        ("by June 3", "2024-06-03", Basis.INFERRED),
        ("from the end of this quarter onwards", "2024-03-31", Basis.INFERRED),
        ("by the end of the year", "2024-12-31", Basis.INFERRED),
        ("by the end of 2025", "2025-12-31", Basis.EXPLICIT),
        ("before Easter", "2024-03-31", Basis.INFERRED),
        ("before Christmas", "2024-12-25", Basis.INFERRED),
        ("by Labour Day", "2024-09-02", Basis.INFERRED),
        ("by All Saints' Day", "2024-11-01", Basis.INFERRED),
        ("six months after publication", "2024-09-15", Basis.INFERRED),
        ("within the next two audit cycles", None, Basis.INFERRED),
        ("during the next low-water season", None, Basis.INFERRED),
        ("ahead of the 2025 local elections", None, Basis.INFERRED),
        ("no later than its June meeting", None, Basis.INFERRED),
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
        "The provider must ask who spoke at the meeting.",
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
        ("Tenants in two blocks described ringing five times about a repair.", "service_users"),
        ("Heads of department almost unanimously complained of poor handover.", "provider"),
        ("The trustees explained, when pressed, that they had trusted him.", "provider"),
        ("Divers hired by the owner in 2020 reported damage to the gate.", "partners"),
        ("Doctors interviewed were aware of the plan.", "staff"),
        ("Relatives met by the delegation did not know the rules.", "parents"),
        ("One supplier, contacted by the auditor, had no contract.", "partners"),
        ("The gate was stuck, the caretaker stating that it had never moved.", "staff"),
        ("Readings were irregular, as the owner's logs make plain.", "records"),
        ("Bank statements disclosed that cash had been drawn.", "records"),
        ("According to the operators' own statistics, injuries are frequent.", "records"),
        ("Analysis of the bank statements established that cash was drawn.", "records"),
        ("Minutes of three boards bear out this impression.", "records"),
        ("Nurses were frank about the night shift.", "staff"),
        ("Families were, on the whole, pleased with the food.", "parents"),
        ("Patients would like to go out more.", "service_users"),
        ("Children were overheard asking for more soup.", "service_users"),
        ("Portions were said by patients to be small.", "service_users"),
        ("Prisoners made no complaint of ill-treatment.", "service_users"),
        ("General practitioners find the form cumbersome.", "partners"),
        ("Both officers gave the noise as their reason.", "staff"),
        ("Customers' feedback on the portal is mixed.", "service_users"),
        ("Halden Rail advised that it had signed the contract.", "provider"),
        ("Ms K told us that nobody wrote to her.", "service_users"),
        ('A teacher shrugged, "It does that."', "staff"),
        ("The person on duty said that the lift was stuck.", "staff"),
        ("Mrs C, whose son died, told us that nobody rang.", "parents"),
        ("The staff survey results were better.", "survey"),
        ("The resident walks daily, and he told inspectors that it helps.", "service_users"),
        ("Nobody worked there on the day of a survey.", None),
        ("The principal, who is said to be strict, has retired.", None),
        ("Local officials vouched for the project.", "partners"),
        ("The replies of those surveyed were mixed.", "survey"),
        ("Residents are helped to eat.", None),
        ("A physical survey of the roof was made.", None),
        ("The council accepted a duty to house her.", None),
        ("Staff share information with the police.", None),
        ("The team found that the lift was broken.", None),
        ("We told the provider that the lift was broken.", None),
        ("Care workers shared a joke with residents.", None),
        ("Children are seen by their social workers.", None),
        ("Relatives were contacted by a nurse.", None),
        ("The lift stood still for eleven minutes before it recorded a fault.", None),
        ("Bells rang in view of patients, a practice criticised before.", None),
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
        ("Sickness absence has crept up for four years running.", F, "declined"),
        ("The number of sergeants has dwindled.", F, "declined"),
        ("The wall is deeper by 3 cm than at the last inspection.", F, "declined"),
        ("Seepage was 11 litres, compared with 6 litres in 2018.", F, "declined"),
        ("The state had 340 fewer nurses than a year before.", F, "declined"),
        ("Complaints are nearly twice the number found at the previous inspection.", F, "declined"),
        ("Portions were said to have shrunk.", F, "declined"),
        ("Staffing, low in 2013, is lower still today.", F, "declined"),
        ("The leak seen in 2015 has been eliminated.", S, "improved"),
        ("The new board has turned the charity around.", S, "improved"),
        ("Oversight is much stronger than when we last visited.", S, "improved"),
        ("Doors are locked at night, which was not the case two years ago.", S, "improved"),
        ("The register has become more accurate.", S, "improved"),
        ("The library, found wanting in 2016, is now exemplary.", S, "improved"),
        ("Debates were held for the first time since 2006.", S, "improved"),
        ("Delays have diminished considerably.", S, "improved"),
        ("Cells were no cleaner than five years ago.", F, "unchanged"),
        ("Courts are as slow as they ever were.", F, "unchanged"),
        ("Nobody leads the service, as was also the case in 2016.", F, "unchanged"),
        ("Use of theatres has barely moved in five years.", F, "unchanged"),
        ("The gap was also cited in 2019.", F, "unchanged"),
        ("Prevalence hovered around 3% and has shown no sign of coming down.", F, "unchanged"),
        ("Leaflets do not exist to this day.", F, "unchanged"),
        ("Nine of the findings are repeats.", F, "unchanged"),
        ("Letters, which used to be lost, are logged.", S, "improved"),
        ("There are five officers where there were once fourteen.", F, "declined"),
        ("Leakage is higher than at any time since 2011.", F, "declined"),
        ("Progress was rated low for the third time running.", F, "unchanged"),
        ("Complaints have all but dried up.", S, "improved"),
        ("Patients were carried down by neighbours.", S, None),
        ("Residents went to bed at a time of their choosing.", S, None),
        ("Children make rapid progress.", S, None),
        ("A resident there had fallen.", F, None),
        ("Feedback is used to improve the food.", S, None),
        ("The builder declined to supply the drawings.", F, None),
        ("Two teenagers had declined them.", F, None),
        ("One officer watched up to 25 men.", F, None),
        ("Roofs were last surveyed more than three years ago.", F, None),
        ("The cave has been closed since a rock fall in February.", F, None),
        ("It is not known whether the fund is reducing waiting times.", F, None),
        ("The alarm recommended in 2015 was tested.", S, None),
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
        ("97 out of every 100 are made safe.", [("97 out of every 100", 0.97, 0.97)]),
        ("Tickets: 12/20 lacked a test.", [("12/20", None, None)]),
        ("Fees took 39 pence in every pound.", [("39 pence in every pound", None, None)]),
        ("Hardly any of those leaving were told.", [("Hardly any of", None, None)]),
        ("They were not told by any of the four services.", [("any of the four", None, None)]),
        ("Ask any of the four services.", []),
        ("The bulk of files were complete.", [("The bulk of", None, None)]),
        ("Neither was acted upon.", [("Neither was", None, None)]),
        ("Papers were complete on all aircraft sampled.", [("all", None, None)]),
        ("Packs ran to several hundred pages.", []),
        ("One of them rang twice.", []),
        ("They waited one-and-a-half times as long.", []),
        ("The visit took half a day.", []),
        ("Some of it was copied.", []),
        ("No pupil was excluded.", [("No pupil", None, None)]),
        ("No plan was made.", []),
        ("It was met in each of the last eight months.", [("each of the last eight months", None, None)]),
        ("Every teacher questioned knew.", [("Every teacher questioned", None, None)]),
        ("One girl of 15 had moved.", []),
        ("It stayed within half a percentage point.", []),
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
    ),
    st.data(),
)
def test_whatever_is_said_stands_where_it_says(sentences: list[tuple[str, Role]], data: st.DataObject) -> None:
    draft = report(Draft([("Here it begins.", O)]), Draft(sentences, section="Plans"), metadata=TODAY)
    read = [replace(sentence, tags=data.draw(_tags_of(sentence))) for sentence in draft.sentences]
    classified = replace(draft, sentences=tuple(read))
    found = assemble(classified)
    assert found == assemble(classified)
    for record in found.records:
        assert found.text[record.start : record.end] == record.text
        for printed, start, end in _printed(record):
            assert found.text[start:end] == printed
        for link in record.links:
            assert link.record in {other.id for other in found.records}
            assert 0 < link.score <= 1
            assert any(back.record == record.id for back in _by_id(found, link.record).links)


def _tags_of(sentence: Sentence) -> st.SearchStrategy[tuple[Tag, ...]]:
    """What a model might read off a sentence: a tag of whole words for some of the names that its role may have."""
    words = [(match.start(), match.end()) for match in re.finditer(r"\S+", sentence.text)]

    def tag(name: str) -> st.SearchStrategy[Tag]:
        ends = st.lists(st.integers(0, len(words) - 1), min_size=2, max_size=2).map(sorted)
        return st.builds(
            lambda value, places, score: Tag(name, value, words[places[0]][0], words[places[1]][1], score),
            st.sampled_from(VALUES.get(name, ("",))),
            ends,
            st.sampled_from([0.3, 0.8, 1.0]),
        )

    assert sentence.role is not None
    return st.lists(st.sampled_from(OF_ROLE[sentence.role]).flatmap(tag), max_size=3).map(tuple)


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
