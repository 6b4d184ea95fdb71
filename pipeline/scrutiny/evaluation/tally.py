"""Every measure of sentences at once, in as many resamples as wanted.

Nearly all measures are made of sums over sentences. The sums are taken once a group; a resample then only weights
them, so that a thousand resamples are one product of matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.agreement import kappa
from scrutiny.evaluation.answers import Answers, index_of
from scrutiny.evaluation.confidence import (
    BINS,
    average_precision,
    bins_of,
    brier,
    calibration_error,
    precision_at_recall,
)
from scrutiny.evaluation.intervals import Groups, groups_of
from scrutiny.evaluation.metrics import Floats, Ints, accuracy, f1, macro_f1, precision, ratio, recall, tables
from scrutiny.report import ROLES

_N = len(ROLES)


@dataclass(frozen=True, slots=True)
class Gold:
    """What is right: indices into ``ROLES`` of each sentence, -1 where there is none; all (n,)."""

    sentences: Sequence[LabelledSentence]
    groups: Groups
    role: Ints
    second: Ints
    passes: tuple[Ints, Ints]

    @property
    def count(self) -> int:
        """The number of groups."""
        return len(self.groups.names)


def gold_of(sentences: Sequence[LabelledSentence]) -> Gold:
    """Labelled sentences as arrays."""
    columns = [
        np.array([index_of(getattr(sentence, name)) for sentence in sentences], dtype=np.int64)
        for name in ("role", "second_role", "first_pass", "second_pass")
    ]
    role, second, first_pass, second_pass = columns
    return Gold(sentences, groups_of(sentences), role, second, (first_pass, second_pass))


class Tally:
    """The measures of some answers, by name, as a :data:`scrutiny.evaluation.intervals.Statistic`."""

    def __init__(self, gold: Gold, answers: Answers) -> None:
        """Take the sums over each group."""
        self.gold = gold
        self.scores = answers.scores
        groups, count = gold.groups.index, gold.count
        self.table = tables(gold.role, answers.role, groups, count)
        self.labels = sums(_label_hits(gold, answers), groups, count)
        self.seconds = sums(_second_hits(gold, answers), groups, count) if (gold.second >= 0).any() else None
        right = answers.role == gold.role
        self.accepted = None
        if answers.accepted is not None:
            self.accepted = sums(np.stack([answers.accepted, answers.accepted & right], axis=1), groups, count)
        self.bins = self.brier = None
        if answers.scores is not None and answers.confidence is not None:
            bins = np.eye(BINS)[bins_of(answers.confidence)]
            parts = [bins, bins * answers.confidence[:, None], bins * right[:, None]]
            self.bins = sums(np.concatenate(parts, axis=1), groups, count)
            self.brier = sums(brier(answers.scores, gold.role)[:, None], groups, count)
        self.agreement = [
            tables(given[told := given >= 0], answers.role[told], groups[told], count)
            for given in gold.passes
            if (gold.passes[0] >= 0).any() and (gold.passes[1] >= 0).any()
        ]

    def __call__(self, weights: Floats) -> dict[str, Floats]:
        """The measures, (rounds,) each, where the groups count ``weights``, (rounds, groups)."""
        table = np.einsum("rg,gij->rij", weights, self.table, optimize=True)
        total = table.sum(axis=(1, 2))
        found = {"accuracy": accuracy(table), "macro_f1": macro_f1(table)}
        of_roles = {"precision": precision(table), "recall": recall(table), "f1": f1(table)}
        for number, role in enumerate(ROLES):
            found |= {f"{role}.{name}": values[:, number] for name, values in of_roles.items()}
        if self.scores is not None:
            each = weights[:, self.gold.groups.index]
            for number, role in enumerate(ROLES):
                positive = (self.gold.role == number).astype(np.float64)
                found[f"{role}.average_precision"] = average_precision(self.scores[:, number], positive, each)
                found[f"{role}.precision_at_recall"] = precision_at_recall(self.scores[:, number], positive, each)
        found |= self._multi_label(weights, total)
        if self.bins is not None and self.brier is not None:
            found["brier"] = ratio((weights @ self.brier)[:, 0], total)
            n, confidence, right = np.split(weights @ self.bins, 3, axis=1)
            found["calibration_error"] = calibration_error(n, confidence, right)
        if self.accepted is not None:
            accepted, right = (weights @ self.accepted).T
            found |= {"accepted.share": ratio(accepted, total), "accepted.accuracy": ratio(right, accepted)}
        if self.agreement:
            of_each = [kappa(np.einsum("rg,gij->rij", weights, one, optimize=True)) for one in self.agreement]
            found["kappa_with_annotators"] = (of_each[0] + of_each[1]) / 2
        return found

    def _multi_label(self, weights: Floats, total: Floats) -> dict[str, Floats]:
        """Both roles of a sentence taken as one set of labels, and second roles by themselves."""
        hits, given, labelled, exact = np.split(weights @ self.labels, [_N, 2 * _N, 3 * _N], axis=1)
        of_roles = ratio(2 * hits, given + labelled)
        occurring = np.sum(~np.isnan(of_roles), axis=1).astype(np.float64)
        found = {
            "multi_label.micro_f1": ratio(2 * hits.sum(axis=1), (given + labelled).sum(axis=1)),
            "multi_label.macro_f1": ratio(np.nansum(of_roles, axis=1), occurring),
            "multi_label.exact": ratio(exact[:, 0], total),
        }
        if self.seconds is not None:
            right, told, there = (weights @ self.seconds).T
            found["second_role.precision"] = ratio(right, told)
            found["second_role.recall"] = ratio(right, there)
            found["second_role.f1"] = ratio(2 * right, told + there)
        return found


def sums(values: Floats, groups: Ints, count: int) -> Floats:
    """The sums of ``values``, (n, columns), over each group: (groups, columns)."""
    columns = [np.bincount(groups, weights=column, minlength=count) for column in values.T.astype(np.float64)]
    return np.stack(columns, axis=1)


def _label_sets(role: Ints, second: Ints) -> Floats:
    """1 for each role that a sentence has, first or second: (n, roles)."""
    return np.maximum(np.eye(_N)[role], np.eye(_N)[second] * (second >= 0)[:, None])


def _label_hits(gold: Gold, answers: Answers) -> Floats:
    """Labels in common, given and gold, by role, and whether the sets are equal: (n, 3 * roles + 1)."""
    there, given = _label_sets(gold.role, gold.second), _label_sets(answers.role, answers.second)
    return np.concatenate([there * given, given, there, (there == given).all(axis=1)[:, None]], axis=1)


def _second_hits(gold: Gold, answers: Answers) -> Floats:
    """Whether the second role is right, given, and there: (n, 3)."""
    there, given = gold.second >= 0, answers.second >= 0
    return np.stack([there & (answers.second == gold.second), given, there], axis=1).astype(np.float64)
