"""A regime profile is data: what is wrong in one is said with its file, its key and what is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrutiny.errors import ConfigError
from scrutiny.regimes import METADATA_FIELDS, compiled, load_profiles, profiles

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


def test_another_package_can_add_a_regime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "weir.toml").write_text(profile("", name="weir-safety"), encoding="utf-8")
    (tmp_path / "weirs.py").write_text(f"FOLDER = {str(folder)!r}\n", encoding="utf-8")
    information = tmp_path / "weirs-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: weirs\nVersion: 1.0\n", encoding="utf-8")
    (information / "entry_points.txt").write_text("[scrutiny.regimes]\nweirs = weirs:FOLDER\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    profiles.cache_clear()
    try:
        assert "weir-safety" in profiles()
    finally:
        profiles.cache_clear()
