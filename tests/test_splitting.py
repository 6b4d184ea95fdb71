"""Stage 2: sentence boundaries, offsets, the spaCy component and the measured floors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrutiny import corpora
from scrutiny.report import UNSPLIT_KINDS, Block, BlockKind, Report, Source
from scrutiny.splitting import Splitter, register_component, split_text
from splitting import Paragraph, boundary_paragraphs, join, labelled_paragraphs, quality

ROOT = Path(__file__).parent.parent
REAL = ROOT.parent / "shared" / "corpora" / "validation.jsonl"

#: Name of the behaviour -> the sentences. The text is the sentences joined by a space.
CASES: dict[str, list[str]] = {
    "plain": ["The kitchen was clean.", "Staff wore gloves."],
    "no stop at the end": ["The kitchen was clean.", "Staff wore gloves"],
    "label of somebody": [
        "Two were late.",
        "Management's response. The Department concurs.",
        "Auditors’ comment. It is late.",
    ],
    "letters in place of names": [
        "It was Child N.",
        "Particular 1 is not proved.",
        "It harmed Resident B.",
        "Neglect was found.",
    ],
    "initials behind a profession or a year": [
        "Nurse J. Okafor and Officer K. Dunn went.",
        "In 2019 W. Low and at 10 A. Marsh took over.",
    ],
    "sec. that cites": ["Article 4 Sec. 12 and Part 2 sec. 4(b) of the Code apply.", "All were met."],
    "two initials": ["The case of Child A. K. was closed.", "Student R. Ahmed left."],
    "seconds after minutes": ["Block B was empty in 4 min 10 sec.", "Kitchen ducts were clean."],
    "time after a date": ["Test, unannounced, 21 Sept. 10:42: first vehicle applied foam.", "It was in time."],
    "subd.": ["Factors under Minn. Stat. 626.557, subd. 9c(c), were weighed.", "None applied."],
    "count after a colon": ["Wards of court: 1; residents on leave: 3.", "The centre was registered."],
    "share alone": ["How much did fund raising take?", "26%."],
    "question and exclamation": ["Was it safe?", "It was not!", "Nobody had asked."],
    "mixed marks": ["Was it safe?!", "Nobody had asked."],
    "question before a lower-case word": ["The question is it safe? was never put."],
    "rating after a question": ["Is the home well led? Requires improvement"],
    "e.g. and i.e.": ["Hoists, e.g. Oxford models, and slings, i.e. Fabric ones, were old."],
    "etc. inside": ["Rails, ramps, etc. were checked."],
    "etc. at the end": ["They checked rails, ramps, etc.", "The lift failed."],
    "No. and Nos.": ["Boiler No. 4 and pumps Nos. 3 and 5 leak.", "Pump No. 6 does not."],
    "No. before a code": ["Permit No. LS 017 and slope No. 11NE-C were void.", "No. 25's roof leaks."],
    "no as an answer": ["Was the door locked?", "No.", "Staff had propped it open."],
    "paragraph numbers": ["See para. 3.2 and paras. 4 to 6.", "They apply."],
    "Reg., Art., Sec.": ["Reg. 12, Art. 5 and Sec. 9 apply.", "All were met."],
    "Fig., Ch., Vol., pp.": ["See Fig. 3, Ch. IX, Vol. 2, pp. 4-9.", "None was dated."],
    "s. and ss.": ["Under s. 47 and ss. 3(1) and 4 a duty arises.", "It was met."],
    "seconds at the end": ["The pump started in 18 s.", "Flow was then steady."],
    "cf., al., vs., v.": ["In Gray v. Thornley (cf. Marsh et al. 2019) it was 4 vs. 5.", "The limit is 3."],
    "al. at the end": ["This follows Marsh et al.", "The sample was small."],
    "approx., incl., est.": ["Some approx. 40 beds, incl. Ward 3, cost est. £4m.", "Two are new."],
    "max. and min.": ["Load max. 3 t, min. 1 t.", "It held."],
    "minutes": ["The alarm rang for 12 min.", "Staff did not come."],
    "Ltd. inside": ["Farrow Homes Ltd. runs it, and Marl Co. Hospital and Bower plc. own it.", "Both agreed."],
    "Ltd. at the end": ["The owner is Farrow Homes Ltd.", "The manager is new."],
    "Inc. and Corp. at the end": ["It was sold to Bower Inc.", "Staff of Marl Corp.", "They left."],
    "U.S. inside": ["The U.S. Department of Mills and the U.K. Board met.", "Both agreed."],
    "U.S. at the end": ["The parts came from the U.S.", "The seals did not."],
    "C.F.R.": ["See 40 C.F.R. Part 141 and 15 C.C.R. § 10.", "Both apply."],
    "street inside": ["The clinic on Mill St. and St. Orbin's on Quay Ave. North closed.", "Both were old."],
    "street at the end": ["The clinic is on Mill St.", "It has no ramp."],
    "titles": ["Mr. Gray, Mrs. Marsh, Ms. Low, Dr. Farrow and Prof. Bower met.", "Sgt. Hale and Cllr. Dunn left."],
    "right honourable": ["The Rt. Hon. Ann Low spoke.", "Nobody answered."],
    "Jr.": ["The deed names Paul Gray Jr. as owner.", "It was sold by Paul Gray Jr.", "The price is unknown."],
    "initials": ["A note by J. K. Marsh and P. Low was lost.", "It was dated."],
    "letter as a name": ["The list is in Appendix B.", "Staff had not read it."],
    "letter before a starter": ["All doors were marked C.", "Two were not."],
    "times of day": ["At 9.15 a.m. and 4 p.m. on Monday it rang.", "Nobody came."],
    "a.m. at the end": ["The alarm rang at 2 a.m.", "The nurse slept."],
    "a.m. before a day": ["It rang at 2 a.m. Tuesday and at 3 p.m. GMT.", "It stopped."],
    "bare times": ["Rounds fell at 07.15 and 19.30.", "The 23.00 round was missed."],
    "months": [
        "Visits fell on 3 Jan. 2023, 4 Feb. and 9 Sept. 2023.",
        "The next is on 28 Nov.",
        "The board meets first.",
    ],
    "days": ["It opens Mon. to Fri. and on Sat. 4 May.", "The cat sat.", "It purred."],
    "dates with stops": ["The notice of 17.03.2024 ran to 30.06.", "It was late."],
    "decimals": ["The level was 3.5 mg, not .4 mg.", "The limit is 2.0.", "It was passed."],
    "number at the end": ["The unit opened in 2019.", "The other opened in 2021."],
    "number first": ["The home has 40 beds.", "39 were in use.", "£4,000 was lost.", "5% is the limit."],
    "enumerator first": ["1. The door must close.", "It does not."],
    "label first": ["Recommendation 2. That the board meet.", "It has not."],
    "run-in label": ["Condition. Forty-one of 90 files had no plan.", "Cause. Nobody checked them."],
    "verdict first": ["Not met.", "The plan was never written."],
    "quotation carried": ['One man said, "I came for a week. That was in May... I never left."'],
    "quotation then more": ['Staff called it "a mess. Nobody cares."', "The manager left."],
    "quotation running on": ['A sign reading "No entry. Live rail." was hidden.', "It fell."],
    "quotation first, carried": [
        '"It rang. Then it stopped," said one.',
        '"Hurry up! Now!" she cried.',
        "Nobody came.",
    ],
    "quotation first, asked by a name": ['"Is it out?" Marsh asked.', "It was not."],
    "quotation by itself": ["She was plain.", "“We fell short.", "We are sorry.”", "The board agreed."],
    "quotation never closed": ['"We fell short.', "We are sorry."],
    "curly quotation": ["He told us: “It leaks. It always has.”", "The roof is new."],
    "single quotation": ["A girl said ‘It’s loud. I can’t sleep.’ to us.", "The staff’s rooms’ doors bang."],
    "quoted first word": ["Grades follow.", '"Met" means no fault.', "'Not met' means one."],
    "brackets with stops": [
        "Some rooms (Nos. 3 and 4. See also 5.) were cold.",
        "The rest (e.g. the hall, etc.) was not.",
    ],
    "sentence in brackets": ["The lift failed.", "(See para. 4.)", "It was old."],
    "reference after the stop": ["Check every rail. (R-22-31)", "Doors were shut. [1.4, 2.1]", "All agreed."],
    "tag before a sentence": ["Two items remain.", "(Closed) Doors: all shut.", "(b) Rails: none."],
    "bracket never closed": ["It had (as before no lock.", "It was old."],
    "ellipsis inside": ["It was late... or lost… as usual.", "Nobody knew."],
    "ellipsis at the end": ["It was late...", "Nobody knew…", "It came."],
    "semicolon and colon": ["The door was open; The lock: Broken.", "It was old."],
    "footnote digits": ["This is good practice.3", "The rest is not.12,13", "It was old.²", "It fell.[4]", "It broke."],
    "footnote digits are no decimals": ["Rules 31B.6 and bridge No.98 on the A.5 road apply."],
    "web and mail": ["Write to info@marl.example.", "See www.marl.example/a.b?c=D.E.", "It is new."],
    "versions": ["It ran v2.1.0 of SoA v. 4.2, rev. B, ref. 23-77.", "Both are old."],
    "lower-case brand": ["The shop sold phones.", "iPads were stolen."],
    "bullets": ["Staff must:", "• lock the door", "• sign the log."],
    "fragment of figures": ["The seal was proved in place. 30/17."],
    "units": ["Cut within 12 in. of a 10-ft. wall, 104 sq. m in all.", "Rain fell, 9 in.", "Staff mopped."],
    "Latin names": ["It grew E. coli on two plates.", "They were thrown away."],
    "paragraph numbers in a row": [
        "It rang at 5 p.m.",
        "2.6 It cost £9,000 p.a.",
        "2.7. Nobody came in Feb.",
        "2.8 It is old.",
    ],
    "paragraph numbers are no dates": ["It rang on 4 Feb. 2023 and on Jan. 3.", "It was cold."],
    "numbered items behind a colon": ["The owner must: 1. Mend the lift.", "2. Mend the stairs."],
    "time that opens a sentence": [
        "At about 4.20 a.m. Deputy Low went round.",
        "In an interview on 3 May at 10:20 a.m. Nurse Gray was calm.",
        "She came at 9 a.m.",
        "Nurse Gray left.",
    ],
    "companies of many lands": [
        "Gray Pty. Ltd. (Sydney) and Low Sdn. Bhd. met M/s. Marl Bros. Ltd. in May.",
        "Bower Co. Ltd. did not.",
    ],
    "bracketed sentence after an abbreviation": [
        "She was at a dental appt.",
        "(Her daughter had driven her there.)",
        "It ran late.",
    ],
    "forenames, ranks and regions": ["Adm. Low, Wm. Gray and Mme. Marsh flew to Phila. General last.", "It was hot."],
    "citations": ["See Pub. L. No. 9, 134 Stat. 113, and Regn. 7(b) with Attach. 1, Exhibit 2.", "All apply."],
    "chapter one": ["It follows Annex I, Ch. I, food group 2.", "I found no fault."],
    "feet and inches": ["The seam is 3 ft. 2 in. thick.", "The berm is 34 in.", "30 CFR applies."],
    "numbered label": ["OBSERVATION 2. There is no log.", "Part II. The yard was bare.", "Q. 1,114. Was it lit?"],
    "heading word at the head of a block": ["Notification. On 4 May the board was told.", "It met."],
    "verdict at the head of a block": ["Compliant.", "The doors were shut."],
    "footnotes after figures": ["It opened in 2025.1", "It reached 61%.2", "It cost more (see p. 4).3", "Nobody knew."],
    "guillemets with spaces": ["He said: « On verra. »", "We shall."],
    "company in a bracket": ["Northern Homes (Marl Ltd.) Trust runs it.", "It is old."],
    "letters are no initials": ["We tested vessels A and B.", "Cold water ran."],
    "lower-case brand after an abbreviation": ["The log became an app.", "iPads were bought."],
    "dotted degree": ["He has a B.Sc. Ecology and works for N.E.P. Mills.", "He left."],
}


def report_of(*blocks: tuple[BlockKind, str]) -> Report:
    """A report whose text is the blocks' texts, one a line, each after a printed marker."""
    text, made = "", []
    for kind, content in blocks:
        text += "* "
        made.append(Block(kind, len(text), len(text) + len(content), content))
        text += content + "\n"
    return Report(text, tuple(made), Source("made", "0" * 64, 0, "txt"))


def split_report(*blocks: tuple[BlockKind, str]) -> Report:
    (report,) = Splitter()([report_of(*blocks)])
    return report


def assert_cover(text: str, spans: list[tuple[int, int]]) -> None:
    """Every character but white space is in exactly one span; spans are in order and trimmed."""
    assert all(start < end and text[start:end] == text[start:end].strip() for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    bounds = [0, *(bound for span in spans for bound in span), len(text)]
    assert not any(text[end:start].strip() for end, start in zip(bounds[::2], bounds[1::2], strict=True))


def boundary_f1(paragraphs: Iterable[Paragraph]) -> float:
    """F1 of the sentence starts inside paragraphs."""
    texts, true = map(list, zip(*paragraphs, strict=True))
    return quality([{start for start, _ in split_text(text)} for text in texts], true)[2]


@pytest.mark.parametrize("sentences", CASES.values(), ids=CASES.keys())
def test_boundaries(sentences: list[str]) -> None:
    text, _ = join(sentences)
    assert [text[start:end] for start, end in split_text(text)] == sentences


def test_a_blank_line_and_a_lost_space_are_boundaries() -> None:
    for text, expected in (
        ("Doors open\n\nthen shut", ["Doors open", "then shut"]),
        ("It shut.It rang.", ["It shut.", "It rang."]),
        (
            "It shut on 6 Nov.The rest did in 2019.They rang.",
            ["It shut on 6 Nov.", "The rest did in 2019.", "They rang."],
        ),
        ("See www.marl.The or a/b.The end.", ["See www.marl.The or a/b.The end."]),
    ):
        assert [text[start:end] for start, end in split_text(text)] == expected


LIKELY = st.text(alphabet="ab AB.!?…\"'“”‘’()[]1|•\n\u00a0\u2028", max_size=200)


@given(st.text() | LIKELY)
@example("")
@example(" \n")
def test_offsets_cover_any_text(text: str) -> None:
    assert_cover(text, split_text(text))


@given(st.lists(st.tuples(st.sampled_from(BlockKind), st.text() | LIKELY), max_size=5))
def test_sentences_stay_in_their_block(blocks: list[tuple[BlockKind, str]]) -> None:
    report = split_report(*blocks)
    for index, block in enumerate(report.blocks):
        inside = [sentence for sentence in report.sentences if sentence.block == index]
        assert all(report.text[s.start : s.end] == s.text for s in inside)
        if block.kind in UNSPLIT_KINDS:
            assert not inside
        else:
            # The bars of a table row are layout: they may stand between two sentences.
            text = block.text.replace("|", " ") if block.kind is BlockKind.TABLE_ROW else block.text
            assert_cover(
                text,
                [
                    (start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip())))
                    for start, end in ((s.start - block.start, s.end - block.start) for s in inside)
                    if (piece := text[start:end]).strip()
                ],
            )
    assert [s.start for s in report.sentences] == sorted(s.start for s in report.sentences)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("3.2 | Doors shut | Met", ["3.2 | Doors shut | Met"]),
        ("3.2 | All doors shut. | Met.", ["3.2 | All doors shut. | Met."]),
        ("3.2 | No door shut. None had locks. | Not met", ["3.2 | No door shut.", "None had locks. | Not met"]),
        ("No door was shut. | The owner must fit locks.", ["No door was shut.", "The owner must fit locks."]),
    ],
)
def test_table_rows(row: str, expected: list[str]) -> None:
    report = split_report((BlockKind.TABLE_ROW, row))
    assert [sentence.text for sentence in report.sentences] == expected


def test_the_stage_declares_its_contract_and_changes_nothing_else() -> None:
    report = report_of((BlockKind.HEADING, "What we found"), (BlockKind.LIST_ITEM, "It leaks. It is old."))
    (split,) = Splitter()(iter([report]))
    assert (Splitter.requires, Splitter.adds) == (("blocks",), ("sentences",))
    assert (split.text, split.blocks, report.sentences) == (report.text, report.blocks, ())
    assert [(s.text, s.block) for s in split.sentences] == [("It leaks.", 1), ("It is old.", 1)]


@pytest.mark.parametrize(
    "pattern",
    [
        ".",
        ". ",
        "(",
        '"',
        ' "',
        "'a ",
        '" ',
        "a",
        "a.",
        ".1,1",
        ".)",
        "\n ",
        "A. ",
        "(a. ",
        "[1] ",
        ". - ",
        ".[1]",
        "“a.” ",
        "? (1) ",
        "•  ",
        "At 4 p.m. T ",
        "U.S. A and B. ",
        "etc. (Aaa bbb ",
        "p.m. 1.1          ",
        "abcd." + " " * 50 + "Ab",
        "x" * 45 + "abcd. Ab",
        "a.The ",
        "« a. » ",
    ],
)
def test_a_pathological_block_ends(pattern: str) -> None:
    text = pattern * (300_000 // len(pattern))
    assert_cover(text, split_text(text))


@pytest.mark.parametrize(
    "cells",
    [
        ["A b c" + " d" * 50_000, *["e"] * 1_000],
        ["A b c.", "d", *[" e"] * 30_000],
        ["(" * 50_000, *["A b c."] * 10_000],
    ],
)
def test_a_pathological_table_row_ends(cells: list[str]) -> None:
    (report,) = Splitter()([report_of((BlockKind.TABLE_ROW, " | ".join(cells)))])
    assert all(report.text[s.start : s.end] == s.text for s in report.sentences)


@pytest.mark.parametrize("paragraphs", [labelled_paragraphs("authored", []), boundary_paragraphs([])])
def test_authored_floor(paragraphs: Iterator[Paragraph]) -> None:
    assert boundary_f1(paragraphs) >= 0.985


@pytest.mark.skipif(
    not REAL.is_file(), reason="../shared/corpora, real passages that may not be committed, is not here"
)
def test_real_floor() -> None:
    assert boundary_f1(labelled_paragraphs(str(REAL), [])) >= 0.99


def test_the_boundaries_corpus_stays_out_of_training() -> None:
    trained = {unit.text for units in corpora.sentences("authored").values() for unit in units}
    texts = [text for text, _ in boundary_paragraphs([])]
    assert len(texts) > 250
    assert not trained & set(texts)


def test_spacy_component_agrees_with_split_text() -> None:
    spacy = pytest.importorskip("spacy")
    register_component()
    nlp = spacy.blank("en")
    nlp.add_pipe("scrutiny_sentences")
    for sentences in CASES.values():
        text, _ = join(sentences)
        assert [sentence.text for sentence in nlp(text).sents] == sentences
    assert [sentence.text.strip() for sentence in nlp("  Doors open.  Doors shut. ").sents] == [
        "Doors open.",
        "Doors shut.",
    ]
    assert not list(nlp("").sents)


def test_importing_does_not_load_spacy() -> None:
    code = "import sys, scrutiny.splitting; assert not {'spacy', 'torch', 'transformers'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(ROOT / "pipeline")})
