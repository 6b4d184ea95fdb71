"""Labels of passages whose text is kept elsewhere, because it is not ours to publish.

The format is described in ``corpora/README.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from scrutiny.corpora import LabelledSentence, read_jsonl
from scrutiny.errors import DataError
from scrutiny.evaluation.labelled_reports import LabelledReport, Unit

_REMEDY = "See corpora/README.md for the format."

_Place = tuple[int, int] | tuple[str, int, int]
"""The characters of printed words in a sentence: a half-open span of its own, or of the one with an id."""
#: A value, or several that are equally right, None among them where leaving it out is right too.
Values = str | list[str | None]


class _Label(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: str
    voice: Values = []
    trend: Values = []
    obligation: Values = []
    proportion: list[_Place | None] = []
    addressee: list[_Place | None] = []
    deadline: list[_Place | None] = []


class _Labels(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    corpus: str
    units: list[_Label]
    recommendations: list[_Label]


def read_passages(labels: Path, corpus: Path) -> list[LabelledReport]:
    """The passages of ``corpus`` (see :func:`scrutiny.corpora.read_jsonl`) with what ``labels`` tell of them.

    Words that the labels give by their places are told as they are printed.

    Raises:
        DataError: either cannot be read, or the labels are not of this corpus.
    """
    try:
        passages = [list(members) for _, members in groupby(read_jsonl(corpus), key=lambda one: one.passage)]
    except (OSError, ValueError) as error:
        raise DataError(f"{corpus}: cannot be read: {error}.", remedy="Say where it is: --texts FOLDER.") from None
    sentences = {one.id: one for passage in passages for one in passage}
    try:
        told = _Labels.model_validate_json(labels.read_bytes())
    except (OSError, ValidationError) as error:
        raise DataError(f"{labels}: no labels of passages: {error}", remedy=_REMEDY) from None
    try:
        units, recommendations = (_by_id(of_kind, sentences) for of_kind in (told.units, told.recommendations))
    except ValueError as error:
        raise DataError(f"{labels}: no labels of {corpus}: {error}.", remedy=_REMEDY) from None
    return [
        LabelledReport(
            passage[0].passage,
            list(_units(passage)),
            {one.position: units[one.id] for one in passage if one.id in units},
            {one.position: recommendations[one.id] for one in passage if one.id in recommendations},
            group=passage[0].group,
        )
        for passage in passages
    ]


def _units(passage: Sequence[LabelledSentence]) -> Iterator[Unit]:
    heading = ""
    for one in passage:
        if one.heading not in ("", heading):
            yield Unit(0, one.heading, None)
        heading = one.heading
        yield Unit(one.position, one.text, one.role, one.second_role, one.marker, one.starts_block, one.block == "item")


def _by_id(labels: Sequence[_Label], sentences: Mapping[str, LabelledSentence]) -> dict[str, dict[str, Any]]:
    """The labels of each sentence, with words in place of their places.

    Raises:
        ValueError: there is no such sentence or place, or there are two labels of one.
    """
    found: dict[str, dict[str, Any]] = {}
    for label in labels:
        if label.id not in sentences or label.id in found:
            raise ValueError(f"{label.id} is {'labelled twice' if label.id in found else 'no sentence of it'}")
        found[label.id] = label.model_dump(exclude_unset=True)
        for name in label.model_fields_set & {"proportion", "addressee", "deadline"}:
            found[label.id][name] = [place and _words(place, label.id, sentences) for place in getattr(label, name)]
    return found


def _words(place: _Place, own: str, sentences: Mapping[str, LabelledSentence]) -> str:
    id, start, end = place if len(place) == 3 else (own, *place)
    try:
        return words_at(sentences[id].text if id in sentences else "", start, end)
    except ValueError as error:
        raise ValueError(f"{own}: {error}") from None


def words_at(text: str, start: int, end: int) -> str:
    """The words of a sentence at the half-open span of its characters.

    Raises:
        ValueError: there are none, or it would cut some.
    """
    cuts = any(re.fullmatch(r"\w\w", text[max(0, at - 1) : at + 1]) for at in (start, end))
    if not 0 <= start < end <= len(text) or cuts:
        raise ValueError(f"there are no words at {[start, end]}")
    return text[start:end]
