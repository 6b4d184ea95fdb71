"""Labels that may be wrong: found by models that have not seen them, reviewed by a person, and counted less."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scrutiny.corpora import LabelledSentence
from scrutiny.errors import DataError
from scrutiny.report import ROLES, Role
from scrutiny.writing.flat import cell

if TYPE_CHECKING:
    from scrutiny.training.learners import Learner

COLUMNS = (
    "quality", "role", "suggested", "text", "heading", "second_role", "certainty", "source", "group", "id", "weight",
)  # fmt: skip

_REMEDY = "Give a table written by 'scrutiny doubts' for this data: source, id, text and weight (0 to 1, or blank)."


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label that may be wrong; ``quality`` is the probability of its role to a model that never saw it."""

    sentence: LabelledSentence
    suggested: Role
    quality: float


def by_name(sentences: Iterable[LabelledSentence]) -> dict[tuple[str, str], LabelledSentence]:
    """The sentences by source and identifier; a configuration may go over the same ones several times.

    Raises:
        DataError: two sentences share a name.
    """
    named: dict[tuple[str, str], LabelledSentence] = {}
    for unit in sentences:
        if named.setdefault((unit.source, unit.id), unit).text != unit.text:
            raise DataError(
                f"Two sentences have the source {unit.source!r} and the id {unit.id!r}.",
                remedy="Give every labelled sentence of a source an id of its own.",
            )
    return named


def held_out(sentences: Sequence[LabelledSentence], learner: Learner, *, folds: int = 5) -> np.ndarray:
    """Each sentence's probabilities, shape (sentences, roles), by a model that saw no sentence of its group.

    Raises:
        DataError: there are fewer groups than folds.
    """
    from sklearn.model_selection import GroupKFold

    groups = [sentence.group for sentence in sentences]
    if len(set(groups)) < folds:
        raise DataError(
            f"The labelled sentences are of {len(set(groups))} groups, too few for {folds} folds.",
            remedy="Give fewer folds (--folds), or data of more groups.",
        )
    probabilities = np.empty((len(sentences), len(ROLES)))
    for seen, unseen in GroupKFold(folds).split(sentences, groups=groups):
        probabilities[unseen] = learner([sentences[i] for i in seen], [sentences[i] for i in unseen])
    return probabilities


def find_doubts(sentences: Sequence[LabelledSentence], probabilities: np.ndarray) -> list[Doubt]:
    """The labels that are likely to be wrong, worst first; a suggestion that is the sentence's second role is none.

    By confident learning (Northcutt et al. 2021, arXiv 1911.00068). ``probabilities`` are those of :func:`held_out`.
    """
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    roles = np.array([ROLES.index(sentence.role) for sentence in sentences])
    quality = get_label_quality_scores(roles, probabilities)
    doubted = find_label_issues(roles, probabilities, n_jobs=1)
    found = [
        Doubt(sentences[number], ROLES[probabilities[number].argmax()], float(quality[number]))
        for number in np.argsort(quality, kind="stable")
        if doubted[number]
    ]
    return [doubt for doubt in found if doubt.suggested != doubt.sentence.second_role]


def write_doubts(path: Path, doubts: Sequence[Doubt]) -> None:
    """Write a table for a person to review: CSV in UTF-8 with a byte-order mark, formulas disarmed, weights blank."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for doubt in doubts:
            unit = doubt.sentence
            row = (
                f"{doubt.quality:.4f}", unit.role, doubt.suggested, unit.text, unit.heading, unit.second_role or "",
                unit.certainty, unit.source, unit.group, unit.id, "",
            )  # fmt: skip
            table.writerow([cell(value) for value in row])


def weights(sentences: Sequence[LabelledSentence], path: Path, default: float) -> dict[tuple[str, str], float]:
    """How much each doubted sentence counts, by source and identifier; ``default`` where a row's weight is blank.

    Raises:
        DataError: the table cannot be read, a row is none of ``sentences``, a weight is none, or two sentences share a
            name.
    """
    # As cells, since an identifier that looks like a formula was written so.
    known = {(cell(source), cell(name)): unit for (source, name), unit in by_name(sentences).items()}
    found = {}
    for number, row in _rows(path):
        unit = known.get((cell(row["source"]), cell(row["id"])))
        if unit is None or cell(row.get("text") or unit.text) != cell(unit.text):
            raise DataError(
                f"{path}, line {number}: no sentence to train on has the source {row['source']!r}, the id "
                f"{row['id']!r} and that text.",
                remedy=_REMEDY,
            )
        try:
            weight = float(row.get("weight", "").strip() or default)
        except ValueError:
            weight = math.nan
        if not 0 <= weight <= 1:
            raise DataError(
                f"{path}, line {number}: the weight is {row['weight']!r}, not a number from 0 to 1.", remedy=_REMEDY
            )
        found[unit.source, unit.id] = weight
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with the number of the line each ends on."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, strict=True)
            missing = {"source", "id"} - set(table.fieldnames or ())
            if missing:
                raise DataError(f"{path}: no column {' and '.join(sorted(missing))}.", remedy=_REMEDY)
            for row in table:
                yield table.line_num, {key: value or "" for key, value in row.items() if key}
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}.", remedy=_REMEDY) from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a table in CSV: {error}.", remedy=_REMEDY) from None
