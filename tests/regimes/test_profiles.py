"""A regime profile is data: what is wrong in one is said with its file, its key and what is accepted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from scrutiny.errors import ConfigError
from scrutiny.reading import read
from scrutiny.records.attributes import Describer
from scrutiny.records.grouping import Assembler
from scrutiny.regimes import GENERAL as GENERAL_ID
from scrutiny.regimes import METADATA_FIELDS, compiled, load_profiles, profiles, regime
from scrutiny.report import ROLES, Attributes, Decision, Prediction, Report, Role
from scrutiny.splitting import Splitter

GENERAL = 'id = "general"\nname = "Any"\n'


def write(folder: Path, **profiles: str) -> Path:
    for name, text in {"general": GENERAL, **profiles}.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def profile(rest: str, name: str = "mine") -> str:
    return f'id = "{name}"\nname = "Mine"\n{rest}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id = ", ["mine.toml", "not valid TOML"]),
        ('name = "Mine"', ["mine.toml", "id", "Accepted keys there: id, name, version"]),
        (profile('colour = "red"'), ["mine.toml", "colour", "Accepted keys there"]),
        (profile('id2 = "x"\n[[patterns]]\npattern = "(?P<title>x)"'), ["id2"]),
        (profile('[[patterns]]\npattern = "(?P<title>"'), ["patterns -> 0 -> pattern", "not a regular expression"]),
        (profile('[[patterns]]\npattern = "(?P<heading>x)"'), ["heading", *METADATA_FIELDS]),
        (profile('[[patterns]]\npattern = "x"'), ["patterns -> 0 -> pattern", "inspected_body"]),
        (profile('[[patterns]]\npattern = "(?P<title>x)"\nkinds = ["verse"]'), ["kinds", "'heading'"]),
        (profile('[[patterns]]\npattern = "(?P<title>x)"\npage = 1'), ["page", "kinds, pages"]),
        (profile('[[patterns]]\npattern = "(?P<title>x)"\nunder = "("'), ["under", "not a regular expression"]),
        (profile('[[clues]]\nphrase = "x y z"\nwhere = ["sky"]'), ["where", "'furniture'"]),
        (profile('[[clues]]\nphrase = "x y z"\nweight = -1'), ["weight", "greater than 0"]),
        (profile('[grades]\nscale = ["Good"]'), ["grades -> scale -> 0"]),
        (profile('[[grades.statements]]\npattern = "(?P<value>x)"'), ["value", "judgement, grade"]),
        (profile('dates = "backwards"'), ["dates", "'day-first' or 'month-first'"]),
        (profile('extends = "other"'), ["mine.toml", "extends", "'other'", "general"]),
        (profile('extends = "mine"'), ["mine.toml", "extends"]),
        (profile("", name="general"), ["id", "'general' is taken by"]),
        (profile("", name="My Regime"), ["id", "should match pattern"]),
        (profile("valid_from = 2024"), ["valid_from", "date"]),
        (profile('[[quantifiers.scale]]\nphrases = ["few"]\nlow = 0.1'), ["quantifiers -> scale -> 0", "both"]),
        (profile('[[quantifiers.scale]]\nphrases = ["few"]\nlow = 0.2\nhigh = 0.1'), ["low is 0.2", "than high, 0.1"]),
        (profile('[[quantifiers.scale]]\nphrases = ["few"]\nlow = 20\nhigh = 30'), ["scale -> 0 -> low", "equal to 1"]),
        (profile("[quantifiers]\nvalid_from = 2024-05-01\nvalid_to = 2024-04-30"), ["not before", "2024-05-01"]),
        (profile('[grades]\nscale = [{ name = "Good", valid_from = "May" }]'), ["scale -> 0 -> valid_from"]),
        (profile('[[obligations]]\nforce = "will"\nphrases = ["will"]'), ["force", "'must', 'should' or 'may'"]),
        (profile('[[headings]]\npattern = "x"\nmeans = "praise"'), ["means", "'strength'"]),
        (profile('[[labels]]\nkind = "Stop notice"\nnames = ["stop"]'), ["kind", "should match pattern"]),
        (
            profile('sources = [{ about = ["grades"], source = "x" }]'),
            ["sources -> 0 -> verified", "about, source, year"],
        ),
        (profile('sources = [{ about = ["words"], source = "x", verified = true }]'), ["about", "'quantifiers'"]),
        (
            profile('sources = [{ about = ["grades"], source = "x", address = "the web", verified = true }]'),
            ["address"],
        ),
    ],
)
def test_what_is_wrong_in_a_profile_is_said_with_file_key_and_what_is_accepted(
    text: str, words: list[str], tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_profiles(write(tmp_path, mine=text))
    for word in [str(tmp_path), *words]:
        assert word in str(caught.value)


def test_a_profile_comes_before_what_it_extends_and_takes_its_scale_over(tmp_path: Path) -> None:
    base = profile('[[patterns]]\npattern = "base (?P<title>.)"\n[grades]\nscale = [{ name = "Good" }]', name="base")
    mine = profile('extends = "base"\n[[patterns]]\npattern = "mine (?P<title>.)"')
    built = compiled(load_profiles(write(tmp_path, base=base, mine=mine))["mine"])
    assert [finder.search.pattern[:4] for finder in built.patterns] == ["mine", "base"]
    assert built.graded_in == {"good"}


WEIRS = """
id = "weir-safety"
name = "Office of Weirs: safety of weirs"
version = 3
valid_from = 2020-01-01
addressee = "the weir keeper"
dates = "day-first"
needed = 2
clues = [{ phrase = "office of weirs" }, { phrase = "weir no:" }]

[[patterns]]
pattern = 'weir no: (?P<reference_number>W-[0-9]+)'
mentions = ["weir no"]

[[obligations]]
force = "must"
phrases = ["is bidden to"]

[[labels]]
kind = "stop_notice"
names = ["stop notice"]

[grades]
scale = [{ name = "Sound" }, { name = "Leaking" }]

[quantifiers]
valid_from = 2020-01-01
valid_to = 2022-12-31
[[quantifiers.scale]]
phrases = ["most of?"]
low = 0.6
high = 0.8
"""
REPORT = """
# Lower Tarrock

Office of Weirs

Weir no: W-77

Inspection date: {day}

Gates: Leaking

## Results

Most of the sluices were rusty.

## Stop notice

The hinges are to be greased.

The parish council is bidden to close the bridge.
"""


@pytest.fixture
def weirs(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A profile in a folder that the environment, or an installed package without any code of its own, names."""
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "weir.toml").write_text(WEIRS, encoding="utf-8")
    if request.param == "environment":
        monkeypatch.setenv("SCRUTINY_REGIMES", f"{folder}{os.pathsep}")
    else:
        (tmp_path / "weirs.py").write_text(f"FOLDER = {str(folder)!r}\n", encoding="utf-8")
        information = tmp_path / "weirs-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text("Metadata-Version: 2.1\nName: weirs\nVersion: 1.0\n", encoding="utf-8")
        (information / "entry_points.txt").write_text("[scrutiny.regimes]\nweirs = weirs:FOLDER\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
    for known in (profiles, regime):
        known.cache_clear()
    yield
    for known in (profiles, regime):
        known.cache_clear()


def described(report: Report, roles: Mapping[str, Role]) -> dict[str, Attributes]:
    """The attributes of the records of ``report`` whose sentences begin as ``roles`` say, by these beginnings."""
    (report,) = Splitter()([report])
    sentences = []
    for sentence in report.sentences:
        role = next((role for begin, role in roles.items() if sentence.text.startswith(begin)), Role.OTHER)
        scores = tuple(float(each is role) for each in ROLES)
        prediction = Prediction(scores, role, None, 1.0, Decision.ACCEPT)  # type: ignore[arg-type]
        sentences.append(replace(sentence, prediction=prediction))
    report = replace(report, sentences=tuple(sentences))
    for stage in (Assembler(), Describer()):
        (report,) = stage([report])
    return {
        begin: record.attributes
        for record in report.records
        for begin in roles
        if record.text.startswith(begin) and record.attributes
    }


@pytest.mark.parametrize("weirs", ["environment", "package"], indirect=True)
@pytest.mark.parametrize(("day", "share"), [("3 May 2021", (0.6, 0.8)), ("3 May 2024", (None, None))])
@pytest.mark.usefixtures("weirs")
def test_a_new_regime_needs_no_code(day: str, share: tuple[float | None, float | None]) -> None:
    report = read(REPORT.format(day=day).encode(), name="report.md")
    metadata = {name: report.metadata[name] for name in ("regime", "regime_evidence", "reference_number")}
    assert metadata == {
        "regime": "weir-safety",
        "regime_evidence": "office of weirs; weir no:",
        "reference_number": "W-77",
    }
    assert [(grade.judgement, grade.value) for grade in report.grades] == [("Gates", "Leaking")]
    found = described(
        report, {"Most": Role.FINDING, "The hinges": Role.RECOMMENDATION, "The parish": Role.RECOMMENDATION}
    )
    (proportion,) = found["Most"].proportions
    assert (proportion.low, proportion.high) == share
    assert [found["The hinges"].kind.value, found["The parish"].kind.value] == ["stop_notice"] * 2  # type: ignore[union-attr]
    assert found["The hinges"].addressee.value == "the weir keeper"  # type: ignore[union-attr]
    assert found["The parish"].addressee.value == "The parish council"  # type: ignore[union-attr]
    assert found["The parish"].obligation.value == "must"  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_folder_of_the_environment_without_profiles_is_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("SCRUTINY_REGIMES", str(tmp_path / name))
    profiles.cache_clear()
    try:
        with pytest.raises(ConfigError, match=r"no profile .*SCRUTINY_REGIMES"):
            profiles()
    finally:
        profiles.cache_clear()


@pytest.mark.parametrize("name", profiles())
def test_every_part_of_a_shipped_profile_has_a_source_and_what_was_verified_an_address(name: str) -> None:
    own = profiles()[name][0]
    parts: dict[str, object] = {
        "valid_from": own.valid_from,
        "headings": own.headings,
        "labels": own.labels,
        "obligations": own.obligations,
        "grades": own.grades.scale,
        "quantifiers": own.quantifiers.scale,
        "addressee": own.addressee,
        "metadata": own.patterns and name != GENERAL_ID,
    }
    assert {part for part, given in parts.items() if given} <= {part for source in own.sources for part in source.about}
    assert all(source.address for source in own.sources if source.verified)


@pytest.mark.parametrize(
    ("name", "phrase", "share"),
    [
        ("education-scotland", "Almost all", (0.9, 1)),
        ("education-scotland", "Most of the", (0.75, 0.9)),
        ("education-scotland", "The majority of", (0.5, 0.74)),
        ("education-scotland", "Less than half of", (0.15, 0.49)),
        ("education-scotland", "A few", (0, 0.15)),
        ("estyn", "Most", (0.9, 1)),
        ("estyn", "Many", (0.7, 1)),
        ("estyn", "A minority of", (0, 0.4)),
        ("estyn", "Very few", (0, 0.1)),
        ("estyn", "Nearly all", (None, None)),
        ("ofsted-schools", "Most", (None, None)),
    ],
)
def test_a_word_of_quantity_means_what_its_regime_says(
    name: str, phrase: str, share: tuple[float | None, float | None]
) -> None:
    report = read(f"# Fenny Marsh\n\n{phrase} pupils listened.".encode(), name="report.md", regime=name)
    (proportion,) = described(report, {phrase: Role.FINDING})[phrase].proportions
    assert (proportion.low, proportion.high) == share


@pytest.mark.parametrize(
    ("name", "demand", "kind", "force"),
    [
        ("ofsted-area-send", "## Areas for priority action\n\nLeaders should act.", "priority_action", "should"),
        ("hmip-prisons", "Key concern 3: Leaders should act.", "key_concern", "should"),
        ("hmicfrs", "## Cause of concern\n\nThe force should act.", "cause_of_concern", "should"),
        ("coroner-pfd", "## 6 Action should be taken\n\nThe trust should act.", "action_should_be_taken", "should"),
        ("iaea-osart", "Suggestion: The plant should consider acting.", "suggestion", "may"),
        ("iaea-osart", "Recommendation: The plant should act.", "recommendation", "should"),
        ("iso-audit", "## Major nonconformities\n\nThe firm must act.", "major_nonconformity", "must"),
        ("care-inspectorate", "Requirement 1: The provider must act.", "requirement", "must"),
        ("atsb", "## Safety advisory notice\n\nOperators should act.", "safety_advisory_notice", "should"),
        ("gao", "## Matter for consideration\n\nCongress should act.", "matter_for_consideration", "should"),
    ],
)  # fmt: skip
def test_a_demand_is_called_what_its_regime_calls_it(name: str, demand: str, kind: str, force: str) -> None:
    report = read(f"# Fenny Marsh\n\n{demand}".encode(), name="report.md", regime=name)
    begin = demand.rpartition("\n")[2].split()[0]
    found = described(report, {begin: Role.RECOMMENDATION})[begin]
    assert (found.kind and found.kind.value, found.obligation and found.obligation.value) == (kind, force)


def test_a_regime_that_is_given_wins_and_an_unknown_one_is_told_with_those_there_are() -> None:
    text = b"# Inspection of a good school: Fenny Marsh\n\nWhat is it like to attend this school? Ofsted"
    assert read(text, name="report.md").metadata["regime"] == "ofsted-schools"
    given = read(text, name="report.md", regime="estyn").metadata
    assert (given["regime"], given["regime_evidence"], given["inspecting_body"]) == ("estyn", "given", "Estyn")
    assert "regime" not in read(text, name="report.md", regime=GENERAL_ID).metadata
    with pytest.raises(ConfigError, match=r"ofsted: there is no such regime.*atsb, .*ofsted-ilacs"):
        read(text, name="report.md", regime="ofsted")
