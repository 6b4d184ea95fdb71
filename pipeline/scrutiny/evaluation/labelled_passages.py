"""Labels of passages whose text is kept elsewhere, because it is not ours to publish.

The format is described in ``corpora/README.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from scrutiny.corpora import LabelledSentence, read_jsonl
from scrutiny.errors import DataError
from scrutiny.evaluation.labelled_reports import LabelledReport, Unit, read_labelled

_REMEDY = "See corpora/README.md for the format."


def read_labels(file: Path, texts: Path | None = None) -> list[LabelledReport]:
    """What is labelled in ``file``: a whole report, or passages whose text is in the folder ``texts``.

    Raises:
        DataError: it cannot be read, or there is no text for it.
    """
    corpus = _corpus_of(file)
    if corpus is None:
        return [read_labelled(file)]
    if texts is None:
        raise DataError(f"{file}: the text of these passages is in {corpus}.", remedy="Say where: --texts FOLDER.")
    return read_passages(file, texts / corpus)


def _corpus_of(file: Path) -> str | None:
    """The name of the file that labelled passages are of; None where whole reports are labelled, or nothing."""
    try:
        corpus = json.loads(file.read_text(encoding="utf-8")).get("corpus")
    except (OSError, ValueError, AttributeError):
        return None
    return Path(corpus).name if isinstance(corpus, str) else None


def read_passages(labels: Path, corpus: Path) -> list[LabelledReport]:
    """The passages of ``corpus`` (see :func:`scrutiny.corpora.read_jsonl`) with what ``labels`` tell of them.

    Each has the name of its sentences' ``group``, so that passages of one group are left out together; words that the
    labels give by their places are told as they are printed.

    Raises:
        DataError: either cannot be read, or the labels are not of this corpus.
    """
    passages = [list(members) for _, members in groupby(read_jsonl(corpus), key=lambda one: one.passage)]
    sentences = {one.id: one for passage in passages for one in passage}
    try:
        told = json.loads(labels.read_text(encoding="utf-8"))
        units, recommendations = (
            {label["id"]: _in_words(label, sentences) for label in told[name]} for name in ("units", "recommendations")
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise DataError(f"{labels}: no labels of {corpus}: {error!r}.", remedy=_REMEDY) from None
    return [
        LabelledReport(
            passage[0].group,
            list(_units(passage)),
            {one.position: units[one.id] for one in passage if one.id in units},
            {one.position: recommendations[one.id] for one in passage if one.id in recommendations},
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


def _in_words(label: Mapping[str, Any], sentences: Mapping[str, LabelledSentence]) -> dict[str, Any]:
    """A label with words in place of their places: ``[start, end]`` in its own sentence or ``[id, start, end]``."""
    own = label["id"]
    words = {name: label[name] for name in ("proportion", "addressee", "deadline") if name in label}
    for name, places in words.items():
        given = [([own, *place] if len(place) == 2 else place) if place else None for place in places]
        words[name] = [sentences[place[0]].text[place[1] : place[2]] if place else None for place in given]
    if own not in sentences or "" in (word for said in words.values() for word in said):
        raise KeyError(own)
    return {**label, **words}
