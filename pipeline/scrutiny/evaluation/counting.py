"""Raw and corrected counts of sentences and reports with a role, beside the count of the labels where there are any."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scrutiny.errors import DataError
from scrutiny.evaluation.answers import Answers, index_of
from scrutiny.evaluation.intervals import Estimate, Groups, draws, estimate, grouped, point
from scrutiny.evaluation.metrics import Floats, Ints, ratio
from scrutiny.evaluation.prevalence import adjusted
from scrutiny.evaluation.tally import Gold, sums
from scrutiny.report import ROLES, Role

#: Parts of the groups: each is counted with what the others tell of the errors.
_FOLDS = 5
_N = len(ROLES)


@dataclass(frozen=True, slots=True)
class RoleCount:
    """How many have a role: by the labels (None without labels), by the predictions, and corrected."""

    labelled: int | None
    raw: int
    corrected: Estimate


@dataclass(frozen=True, slots=True)
class Prevalence:
    """Counts of sentences, and of reports with at least one sentence of a role.

    ``method`` is ``probabilistic adjusted count`` where there are scores, else ``adjusted count``; reports are always
    counted by decisions. ``data`` names what was counted.
    """

    data: str
    method: str
    sentences: int
    reports: int
    of_sentences: dict[Role, RoleCount]
    of_reports: dict[Role, RoleCount]


@dataclass(frozen=True, slots=True)
class Counted:
    """Predictions without labels, of which sentences and reports are to be counted; arrays as in ``Answers``."""

    name: str
    role: Ints
    scores: Floats
    reports: Groups


def on_itself(gold: Gold, answers: Answers, name: str, *, rounds: int, seed: int) -> Prevalence | None:
    """Count labelled data as if they had no labels: each fifth of the groups is corrected by what the others show.

    None where there are fewer than two groups.
    """
    if gold.count < 2:
        return None
    fold_of_group = _folds(np.bincount(gold.groups.index, minlength=gold.count))
    crossed = _crossed(gold, answers)

    def statistic(weights: Floats) -> Mapping[str, Floats]:
        found: dict[str, Floats] = {}
        for key, of_groups in crossed.items():
            count = np.zeros((len(weights), of_groups.shape[-1]))
            for fold in range(int(fold_of_group.max()) + 1):
                inside = fold_of_group == fold
                seen = np.einsum("rg,gij->rj", weights[:, inside], of_groups[inside], optimize=True)
                table = np.einsum("rg,gij->rij", weights[:, ~inside], of_groups[~inside], optimize=True)
                count += np.nan_to_num(_shares(seen, table)) * seen.sum(axis=-1, keepdims=True)
            found |= _named(key, ratio(count, count.sum(axis=-1, keepdims=True)))
        return found

    labelled = {f"sentences.{role}": float((gold.role == at).sum()) for at, role in enumerate(ROLES)}
    raw = {f"sentences.{role}": float((answers.role == at).sum()) for at, role in enumerate(ROLES)}
    for role in ROLES:
        table = crossed[role.value].sum(axis=0)
        labelled[f"reports.{role}"], raw[f"reports.{role}"] = table[1].sum(), table[:, 1].sum()
    totals = {"sentences": len(gold.role), "reports": round(float(crossed[ROLES[0]].sum()))}
    drawn = draws(statistic, gold.count, rounds=rounds, seed=seed)
    return _prevalence(name, answers, totals, raw, point(statistic, gold.count), drawn, labelled)


def elsewhere(gold: Gold, answers: Answers, counted: Counted, *, rounds: int, seed: int) -> Prevalence:
    """Count the sentences and reports of ``counted``, corrected by the errors that ``answers`` makes on ``gold``.

    Both the labelled groups and the counted reports are resampled.
    """
    crossed = _crossed(gold, answers)
    count = len(counted.reports.names)
    soft = counted.scores if answers.scores is not None else np.eye(_N)[counted.role]
    seen = {"sentences": sums(soft, counted.reports.index, count)}
    has = sums(np.eye(_N)[counted.role], counted.reports.index, count) > 0
    seen |= {role.value: np.stack([~has[:, n], has[:, n]], axis=1).astype(float) for n, role in enumerate(ROLES)}

    def tables(weights: Floats) -> Mapping[str, Floats]:
        return {key: np.einsum("rg,gij->rij", weights, of, optimize=True) for key, of in crossed.items()}

    def totals(weights: Floats) -> Mapping[str, Floats]:
        return {key: weights @ of for key, of in seen.items()}

    def shares(table: Mapping[str, Floats], total: Mapping[str, Floats]) -> dict[str, Floats]:
        return {name: of for key in crossed for name, of in _named(key, _shares(total[key], table[key])).items()}

    values = shares(tables(np.ones((1, gold.count))), totals(np.ones((1, count))))
    # A single report is what it is; what is not known of it are the errors.
    resampled = draws(totals, count, rounds=rounds, seed=seed + 1) if count > 1 else totals(np.ones((rounds, 1)))
    drawn = shares(draws(tables, gold.count, rounds=rounds, seed=seed), resampled)
    raw = {f"sentences.{role}": float((counted.role == at).sum()) for at, role in enumerate(ROLES)}
    raw |= {f"reports.{role}": float(has[:, at].sum()) for at, role in enumerate(ROLES)}
    one = {key: float(of[0]) for key, of in values.items()}
    return _prevalence(
        counted.name, answers, {"sentences": len(counted.role), "reports": count}, raw, one, drawn, labelled={}
    )


def read_counted(folder: Path, model: str) -> Counted:
    """What ``scrutiny extract --sentences`` wrote to ``folder`` with the model of SHA-256 ``model``.

    Raises:
        DataError: it cannot be read, is no such folder, or was written with another model.
    """
    remedy = "Give an output folder of 'scrutiny extract --sentences', made with the first model that is evaluated."
    roles, scores, reports = [], [], []
    try:
        with (folder / "reports.jsonl").open(encoding="utf-8") as file:
            made_by = {json.loads(line)["model"]["sha256"] for line in file}
        with (folder / "sentences.jsonl").open(encoding="utf-8") as file:
            for row in map(json.loads, file):
                roles.append(index_of(Role(row["role"])))
                scores.append([float(row["scores"][role]) for role in ROLES])
                reports.append(str(row["report"]["path"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder}: no sentences of scrutiny: {error!r}.", remedy=remedy) from None
    if made_by - {model}:
        raise DataError(f"{folder}: written with another model.", remedy=remedy)
    if not roles:
        raise DataError(f"{folder}: there are no classified sentences in it.", remedy=remedy)
    return Counted(folder.name, np.array(roles), np.array(scores), grouped("document", reports))


def _crossed(gold: Gold, answers: Answers) -> dict[str, Floats]:
    """What was said by what is right, summed over each group: (groups, gold, predicted).

    Of sentences by role, and for each role of reports by whether they have it (0 no, 1 yes).
    """
    soft = answers.scores if answers.scores is not None else np.eye(_N)[answers.role]
    groups, count = gold.groups.index, gold.count
    of_sentences = np.stack([sums(soft * (gold.role == number)[:, None], groups, count) for number in range(_N)], 1)
    names = [gold.groups.names[group] for group in groups.tolist()]
    documents = grouped("document", [s.document or name for s, name in zip(gold.sentences, names, strict=True)])
    number = len(documents.names)
    group_of = np.zeros(number, dtype=np.int64)
    group_of[documents.index] = groups
    there, said = (sums(np.eye(_N)[role], documents.index, number) > 0 for role in (gold.role, answers.role))
    crossed = {"sentences": of_sentences}
    for at, role in enumerate(ROLES):
        cells = np.eye(4)[2 * there[:, at].astype(int) + said[:, at]]
        crossed[role.value] = sums(cells, group_of, count).reshape(count, 2, 2)
    return crossed


def _shares(seen: Floats, table: Floats) -> Floats:
    return adjusted(ratio(seen, seen.sum(axis=-1, keepdims=True)), ratio(table, table.sum(axis=-1, keepdims=True)))


def _named(key: str, shares: Floats) -> dict[str, Floats]:
    """Shares by name: of sentences one a role, of reports that of those that have the role."""
    if key == "sentences":
        return {f"sentences.{role}": shares[:, number] for number, role in enumerate(ROLES)}
    return {f"reports.{key}": shares[:, 1]}


def _prevalence(
    name: str,
    answers: Answers,
    totals: Mapping[str, int],
    raw: Mapping[str, float],
    shares: Mapping[str, float],
    drawn: Mapping[str, Floats],
    labelled: Mapping[str, float],
) -> Prevalence:
    def counts(unit: str) -> dict[Role, RoleCount]:
        found = {}
        for role in ROLES:
            key, total = f"{unit}.{role}", totals[unit]
            there = labelled.get(key)
            corrected = estimate(shares[key] * total, drawn[key] * total)
            found[role] = RoleCount(None if there is None else round(there), round(raw[key]), corrected)
        return found

    method = "adjusted count" if answers.scores is None else "probabilistic adjusted count"
    return Prevalence(name, method, totals["sentences"], totals["reports"], counts("sentences"), counts("reports"))


def _folds(sizes: Ints) -> Ints:
    """A fold for each group: the largest groups first, each into the fold with the fewest sentences so far."""
    filled = np.zeros(min(_FOLDS, len(sizes)))
    fold = np.zeros(len(sizes), dtype=np.int64)
    for group in np.argsort(-sizes, kind="stable").tolist():
        fold[group] = int(filled.argmin())
        filled[fold[group]] += sizes[group]
    return fold
