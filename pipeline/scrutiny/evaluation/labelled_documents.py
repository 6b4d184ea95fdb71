"""Labels of whole reports whose text is kept elsewhere, because it is not ours to publish.

The format is described in ``corpora/README.md``.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from scrutiny.errors import DataError
from scrutiny.evaluation.labelled_passages import Values, words_at
from scrutiny.evaluation.labelled_reports import LabelledReport, Unit
from scrutiny.report import Role

_REMEDY = "See corpora/README.md for the format."

_Place = tuple[int, int] | tuple[int, int, int]
"""The characters of printed words in a sentence: a half-open span of its own, or of the one with a number."""


class _Labels(BaseModel):
    model_config = ConfigDict(extra="forbid")

    n: int
    role: Role
    second_role: Role | None = None
    voice: Values = []
    trend: Values = []
    proportion: list[_Place | None] = []
    obligation: Values = []
    addressee: list[_Place | None] = []
    deadline: list[_Place | None] = []
    continues: int | None = None
    addresses: list[int] = []


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    document: str
    units: list[_Labels]


class _Documents(BaseModel):
    model_config = ConfigDict(extra="forbid")

    corpus: str
    documents: list[_Document]


def read_documents(labels: Path, corpus: Path) -> list[LabelledReport]:
    """The reports of ``corpus`` that ``labels`` are of, with what they tell of each.

    ``corpus`` holds a report a line, compressed by gzip: ``doc``, its name, ``group`` and ``units``, each with
    ``text``, ``heading`` and ``kind`` (``item`` or anything else). Sentences that are not listed are of the role other.
    Words that the labels give by their places are told as they are printed.

    Raises:
        DataError: either cannot be read, or the labels are not of this corpus.
    """
    try:
        told = _Documents.model_validate_json(labels.read_bytes())
    except (OSError, ValidationError) as error:
        raise DataError(f"{labels}: no labels of reports: {error}", remedy=_REMEDY) from None
    wanted = {document.document for document in told.documents}
    try:
        with gzip.open(corpus, "rt", encoding="utf-8") as lines:
            texts = {text["doc"]: text for text in map(json.loads, lines) if text["doc"] in wanted}
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{corpus}: cannot be read: {error!r}.", remedy="Say where it is: --texts FOLDER.") from None
    try:
        return [_labelled(document, texts[document.document]) for document in told.documents]
    except KeyError as error:
        raise DataError(f"{labels}: {error} is not in {corpus}.", remedy=_REMEDY) from None
    except ValueError as error:
        raise DataError(f"{labels}: no labels of {corpus}: {error}.", remedy=_REMEDY) from None


def _labelled(document: _Document, text: dict[str, Any]) -> LabelledReport:
    """Raises KeyError: the text lacks something. Raises ValueError: the labels are not of it."""
    labels = {one.n: one for one in document.units}
    if len(labels) < len(document.units):
        raise ValueError(f"{document.document}: a sentence is labelled twice")
    texts = [unit["text"] for unit in text["units"]]
    listed = {target for one in document.units for target in (one.n, *one.addresses)}
    if outside := listed - set(range(len(texts))):
        raise ValueError(f"{document.document}: there is no sentence {min(outside)}")
    units: list[Unit] = []
    heading, in_list = "", False
    for number, unit in enumerate(text["units"]):
        is_item = unit["kind"] == "item"
        begins = is_item or in_list or unit["heading"] != heading or not number
        if unit["heading"] not in ("", heading):
            units.append(Unit(0, unit["heading"], None))
        heading, in_list = unit["heading"], is_item
        role, second = (labels[number].role, labels[number].second_role) if number in labels else (Role.OTHER, None)
        units.append(Unit(number, unit["text"], role, second, "", begins, is_item))
    of_results = {number: one for number, one in labels.items() if one.role is not Role.RECOMMENDATION}
    of_demands = {number: one for number, one in labels.items() if one.role is Role.RECOMMENDATION}
    return LabelledReport(
        Path(document.document).stem,
        units,
        {number: _told(one, texts, ("voice", "trend"), ("proportion",)) for number, one in of_results.items()},
        {
            number: _told(one, texts, ("obligation", "continues", "addresses"), ("addressee", "deadline"))
            for number, one in of_demands.items()
        },
        group=text["group"],
    )


def _told(labels: _Labels, texts: Sequence[str], values: Sequence[str], places: Sequence[str]) -> dict[str, Any]:
    """The labels of one sentence, with words in place of their places."""
    told: dict[str, Any] = {"n": labels.n} | {name: getattr(labels, name) for name in values}
    for name in places:
        told[name] = [place and _words(place, labels.n, texts) for place in getattr(labels, name)]
    return told


def _words(place: _Place, own: int, texts: Sequence[str]) -> str:
    number, start, end = place if len(place) == 3 else (own, *place)
    if number not in range(len(texts)):
        raise ValueError(f"there is no sentence {number}")
    return words_at(texts[number], start, end)
