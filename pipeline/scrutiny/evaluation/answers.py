"""What a system says of labelled sentences: a model, a baseline, or predictions that were made elsewhere."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scrutiny.corpora import LabelledSentence
from scrutiny.errors import DataError
from scrutiny.evaluation.metrics import Floats, Ints
from scrutiny.report import ROLES, Decision, Prediction, Role

Kind = Literal["model", "baseline", "predictions"]

_REMEDY = "Give JSON Lines, CSV or Parquet with 'id' and 'role', and if there are scores, all of: " + ", ".join(
    f"score_{role}" for role in ROLES
)

#: How far four probabilities may be from 1 together.
_ROUNDING = 0.01


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer a sentence, in the order of the gold sentences.

    ``role`` and ``second`` are indices into ``ROLES``, ``second`` is -1 where there is none; both (n,). ``scores`` are
    probabilities, (n, roles), and ``accepted`` tells what was not left to review, (n,); None where nobody said.
    """

    name: str
    kind: Kind
    role: Ints
    second: Ints
    scores: Floats | None = field(default=None)
    accepted: NDArray[np.bool_] | None = field(default=None)
    note: str = ""

    @property
    def confidence(self) -> Floats | None:
        """The score of the role that was given, (n,)."""
        return None if self.scores is None else self.scores[np.arange(len(self.role)), self.role]

    def taken(self, rows: Ints) -> Answers:
        """The answers at ``rows``."""
        return replace(
            self,
            role=self.role[rows],
            second=self.second[rows],
            scores=None if self.scores is None else self.scores[rows],
            accepted=None if self.accepted is None else self.accepted[rows],
        )


def index_of(role: Role | None) -> int:
    """The column of a role, -1 for none."""
    return -1 if role is None else ROLES.index(role)


def answers_of(name: str, kind: Kind, predictions: Sequence[Prediction], *, scored: bool = True) -> Answers:
    """Predictions as arrays; ``scored`` tells whether their scores are probabilities."""
    return Answers(
        name,
        kind,
        role=np.array([index_of(prediction.role) for prediction in predictions], dtype=np.int64),
        second=np.array([index_of(prediction.second_role) for prediction in predictions], dtype=np.int64),
        scores=np.array([prediction.scores for prediction in predictions]).reshape(-1, len(ROLES)) if scored else None,
        accepted=np.array([prediction.decision is Decision.ACCEPT for prediction in predictions]) if scored else None,
    )


def read_answers(path: Path, gold: Sequence[LabelledSentence]) -> Answers:
    """Predictions of ``gold`` from a file, matched by ``id``, or by their order where the file has no ids.

    Raises:
        DataError: the file cannot be read, does not answer for every sentence exactly once, or holds what is no role
            or no probability; names file and row.
    """
    rows = _rows(path)
    if all(row.get("id") in (None, "") for row in rows):
        if len(rows) != len(gold):
            raise DataError(f"{path}: {len(rows)} predictions without ids for {len(gold)} sentences.", remedy=_REMEDY)
        ordered = list(enumerate(rows, start=1))
    else:
        by_id = {str(row.get("id")): (number, row) for number, row in enumerate(rows, start=1)}
        if len(by_id) < len(rows) or len({sentence.id for sentence in gold}) < len(gold):
            raise DataError(f"{path}: ids occur twice, in it or in the labelled data.", remedy="Make them unique.")
        missing = [sentence.id for sentence in gold if sentence.id not in by_id]
        if missing:
            raise DataError(
                f"{path}: {len(missing)} sentences have no prediction: {', '.join(missing[:5])} ...", remedy=_REMEDY
            )
        ordered = [by_id[sentence.id] for sentence in gold]
    parsed = [_parsed(row, f"{path}, row {number}") for number, row in ordered]
    roles, seconds, scores, accepted = zip(*parsed, strict=True)
    if len({of_one is None for of_one in scores}) > 1:
        raise DataError(f"{path}: some predictions have scores and others none.", remedy=_REMEDY)
    return Answers(
        path.name,
        "predictions",
        role=np.array(roles, dtype=np.int64),
        second=np.array(seconds, dtype=np.int64),
        scores=None if scores[0] is None else np.array(scores),
        accepted=None if None in accepted else np.array(accepted),
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            rows: list[Any] = pq.read_table(path).to_pylist()
        elif path.suffix.lower() == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        else:
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}.", remedy=_REMEDY) from None
    except (ValueError, csv.Error) as error:
        raise DataError(f"{path}: no predictions could be read: {error}.", remedy=_REMEDY) from None
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise DataError(f"{path}: there are no predictions in it.", remedy=_REMEDY)
    return rows


def _parsed(row: Mapping[str, Any], where: str) -> tuple[int, int, list[float] | None, bool | None]:
    role, second, decision = row.get("role"), row.get("second_role"), row.get("decision")
    for name in (role, second or role):
        if name not in ROLES:
            raise DataError(f"{where}: unknown role {name!r}; accepted: {', '.join(ROLES)}.", remedy=_REMEDY)
    of_roles = row.get("scores") or {}
    given = [of_roles[name] if name in of_roles else row.get(f"score_{name}") for name in ROLES]
    scores: list[float] | None = None
    if any(score not in (None, "") for score in given):
        try:
            scores = [float(str(score)) for score in given]
        except (TypeError, ValueError):
            raise DataError(f"{where}: the scores are no four numbers: {given}.", remedy=_REMEDY) from None
        if not (min(scores) >= 0 and abs(sum(scores) - 1) <= _ROUNDING):
            raise DataError(f"{where}: the scores are no probabilities that sum up to 1: {scores}.", remedy=_REMEDY)
    accepted = decision == Decision.ACCEPT if decision in tuple(Decision) else None
    return index_of(Role(str(role))), index_of(Role(str(second)) if second else None), scores, accepted
