"""Regime profiles: what is known of an inspectorate's reports. TOML files, validated when they are loaded.

``configs/regimes/README.md`` describes the files. The environment variable ``SCRUTINY_REGIMES`` names further folders
of them, parted as in ``PATH``; another package adds one by an entry point in the group ``scrutiny.regimes`` that names
its path.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError

from scrutiny.dates import DATE, DATES, MONTH, DayOrder
from scrutiny.errors import ConfigError
from scrutiny.regimes.profile import (
    BLANK,
    GENERAL,
    GRADE_GROUPS,
    METADATA_FIELDS,
    Heading,
    Label,
    Named,
    Obligation,
    Pattern,
    Profile,
    Quantifier,
    Statement,
    fold,
)
from scrutiny.report import BlockKind
from scrutiny.resources import configs_folder

__all__ = [
    "GENERAL",
    "GRADE_GROUPS",
    "METADATA_FIELDS",
    "Finder",
    "Heading",
    "Label",
    "Obligation",
    "Profile",
    "Quantifier",
    "Regime",
    "compiled",
    "fold",
    "load_profile",
    "load_profiles",
    "named",
    "profiles",
    "regime",
]

#: What may stand around the word of a grade: "Grade 4 (Inadequate)", "5 - Very Good", "Good" with a footnote's number.
_NAMES_A_GRADE = r"(?:(?:grade )?[0-9] ?[-\u2010-\u2015:(] ?)?"
_ENDS_A_GRADE = r"(?![^\W\u00b9\u00b2\u00b3\u2070-\u2079]|-)\)?"


@dataclass(frozen=True, slots=True)
class Finder:
    """A pattern or statement of a profile, compiled."""

    search: re.Pattern[str]
    fields: tuple[str, ...]
    mentions: tuple[str, ...]
    kinds: frozenset[BlockKind]
    pages: int | None
    longest: int | None = None
    under: re.Pattern[str] | None = None
    previous: re.Pattern[str] | None = None
    next: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Regime:
    """A profile together with all it extends, ready for use.

    ``patterns`` are tried in order, its own before those it extends. ``grade`` is the regular expression of a grade as
    printed and ``judgement`` of a judgement's name; either is None where the profile lists none. ``graded_in`` are the
    grades and their synonyms, folded. ``addressee`` is who is meant by a demand that names nobody. ``headings``,
    ``labels`` and ``obligations`` are its own before those it extends; of ``quantifiers`` the nearest with the phrase
    holds, and ``scaled`` says from when to when its own scale does.
    """

    id: str
    name: str
    body: str
    dates: DayOrder | None
    patterns: tuple[Finder, ...]
    statements: tuple[Finder, ...]
    grade: re.Pattern[str] | None
    judgement: re.Pattern[str] | None
    graded_in: frozenset[str]
    addressee: str = ""
    headings: tuple[tuple[re.Pattern[str], str], ...] = ()
    labels: tuple[Label, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    quantifiers: tuple[Quantifier, ...] = ()
    scaled: tuple[date | None, date | None] = (None, None)


@cache
def profiles() -> Mapping[str, tuple[Profile, ...]]:
    """Every profile there is, shipped or from elsewhere, by its id; after each what it extends, nearest first.

    Raises:
        ConfigError: a profile is not valid, or a folder of ``SCRUTINY_REGIMES`` holds none.
    """
    folders = [configs_folder() / "regimes", *(Path(point.load()) for point in entry_points(group="scrutiny.regimes"))]
    for given in filter(None, os.environ.get("SCRUTINY_REGIMES", "").split(os.pathsep)):
        if not any(Path(given).glob("*.toml")):
            raise ConfigError(
                f"{given}: there is no profile (*.toml) in this folder.",
                remedy="Correct the environment variable SCRUTINY_REGIMES.",
            )
        folders.append(Path(given))
    return load_profiles(*folders)


@cache
def regime(name: str) -> Regime:
    """The regime whose id is ``name``, compiled when first asked for: to know all of them takes a moment.

    Raises:
        ConfigError: a profile is not valid.
        KeyError: there is no such regime.
    """
    return compiled(profiles()[name])


def named(name: str) -> Regime:
    """The regime that somebody asks for by its id.

    Raises:
        ConfigError: there is none of that id, or a profile is not valid.
    """
    if name not in profiles():
        raise ConfigError(f"{name}: there is no such regime.", remedy=f"There are {', '.join(sorted(profiles()))}.")
    return regime(name)


def load_profiles(*folders: Path) -> Mapping[str, tuple[Profile, ...]]:
    """The profiles (``*.toml``) in ``folders`` by their id, each followed by what it extends, nearest first.

    Raises:
        ConfigError: a file is not a valid profile, two have one id, or one extends what is not there; names file,
            key and what is accepted.
    """
    found: dict[str, Profile] = {}
    files: dict[str, Path] = {}
    for file in (file for folder in folders for file in sorted(folder.glob("*.toml"))):
        profile = load_profile(file)
        if profile.id in found:
            raise ConfigError(
                f"{file}: id: {profile.id!r} is taken by {files[profile.id]}.", remedy="Give each profile its own id."
            )
        found[profile.id], files[profile.id] = profile, file
    return {name: (profile, *_bases(profile, found, files[name])) for name, profile in found.items()}


def load_profile(file: Path) -> Profile:
    """Read and validate one profile.

    Raises:
        ConfigError: it cannot be read, is not TOML, or a key is unknown or has a value that is not accepted.
    """
    remedy = "See configs/regimes/README.md for the format."
    try:
        return Profile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}.", remedy=remedy) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not valid TOML: {error}.", remedy=remedy) from None
    except ValidationError as error:
        problem = error.errors()[0]
        key = " -> ".join(str(part) for part in problem["loc"])
        raise ConfigError(f"{file}: {key}: {problem['msg']}.", remedy=f"{_accepted(problem['loc'])} {remedy}") from None


def _accepted(place: tuple[int | str, ...]) -> str:
    """The keys that the section around ``place`` takes."""
    section: type[BaseModel] = Profile
    for part in place[:-1]:
        if isinstance(part, str) and part in section.model_fields:
            annotation = section.model_fields[part].annotation
            inner = [annotation, *get_args(annotation)]
            section = next((kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)), section)
    return f"Accepted keys there: {', '.join(section.model_fields)}."


def _bases(profile: Profile, known: Mapping[str, Profile], file: Path) -> list[Profile]:
    """What ``profile`` extends, nearest first."""
    bases: list[Profile] = []
    name = profile.extends if profile.id != GENERAL else ""
    while name:
        if name not in known or known[name] in (profile, *bases):
            raise ConfigError(
                f"{file}: extends: {name!r} is no other profile.",
                remedy=f"Accepted: {', '.join(sorted(set(known) - {profile.id})) or 'none, for there is no other'}.",
            )
        bases.append(known[name])
        name = known[name].extends if name != GENERAL else ""
    return bases


def compiled(chain: Sequence[Profile]) -> Regime:
    """The regime of a profile and those it extends, nearest first."""
    own = chain[0]
    scale = next((profile.grades.scale for profile in chain if profile.grades.scale), ())
    judgements = tuple(named for profile in chain for named in profile.grades.judgements)
    grade = _NAMES_A_GRADE + _alternatives(scale) + _ENDS_A_GRADE if scale else "(?!)"
    judgement = _alternatives(judgements) if judgements else "(?!)"

    def finder(given: Pattern | Statement) -> Finder:
        conditions = {name: getattr(given, name, None) for name in ("under", "previous", "next", "unless")}
        search = re.compile(_filled(given.pattern, grade, judgement), re.IGNORECASE)
        return Finder(
            search=search,
            fields=tuple(search.groupindex),
            mentions=tuple(fold(phrase) for phrase in given.mentions),
            kinds=frozenset(given.kinds),
            pages=given.pages,
            longest=getattr(given, "longest", None),
            **{name: re.compile(text, re.IGNORECASE) if text else None for name, text in conditions.items()},
        )

    return Regime(
        id=own.id,
        name=own.name,
        body=own.body,
        dates=next((profile.dates for profile in chain if profile.dates), None),
        patterns=tuple(finder(pattern) for profile in chain for pattern in profile.patterns),
        statements=tuple(finder(statement) for profile in chain for statement in profile.grades.statements),
        grade=re.compile(grade, re.IGNORECASE) if scale else None,
        judgement=re.compile(judgement, re.IGNORECASE) if judgements else None,
        graded_in=frozenset(fold(word) for named in scale for word in (named.name, *named.synonyms)),
        addressee=next((profile.addressee for profile in chain if profile.addressee), ""),
        headings=tuple(
            (re.compile(heading.pattern, re.IGNORECASE), heading.means)
            for profile in chain
            for heading in profile.headings
        ),
        labels=tuple(label for profile in chain for label in profile.labels),
        obligations=tuple(obligation for profile in chain for obligation in profile.obligations),
        quantifiers=tuple(words for profile in chain for words in profile.quantifiers.scale),
        scaled=next(
            ((q.valid_from, q.valid_to) for profile in chain if (q := profile.quantifiers).scale), (None, None)
        ),
    )


def _filled(pattern: str, grade: str, judgement: str) -> str:
    """``pattern`` with what stands in braces put in."""
    blanks = {"{date}": DATE, "{dates}": DATES, "{month}": MONTH, "{grade}": grade, "{judgement}": judgement}
    return BLANK.sub(lambda blank: blanks[blank.group()], pattern)


def _alternatives(names: tuple[Named, ...]) -> str:
    """A regular expression of all names and synonyms, the longest first; any quotation mark stands for any other."""
    words = sorted({fold(word) for named in names for word in (named.name, *named.synonyms)}, key=len, reverse=True)
    escaped = (re.escape(word).replace("'", "['\u2018\u2019]").replace(r"\ ", " ") for word in words)
    return f"(?:{'|'.join(escaped)})"
