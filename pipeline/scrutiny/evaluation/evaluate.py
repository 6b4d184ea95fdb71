"""The measures, intervals and comparisons of some answers to labelled sentences, as one evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation import counting
from scrutiny.evaluation.agreement import alpha, kappa, of_class
from scrutiny.evaluation.answers import Answers
from scrutiny.evaluation.comparison import compare
from scrutiny.evaluation.confidence import reliability, risk_coverage
from scrutiny.evaluation.intervals import FEW_GROUPS, draws, estimate, point
from scrutiny.evaluation.leakage import Known, Leakage
from scrutiny.evaluation.metrics import Floats, accuracy, measures_of, tables
from scrutiny.evaluation.protocols import Protocol
from scrutiny.evaluation.records import RecordLevel
from scrutiny.evaluation.result import Ceiling, DataSummary, Distance, Evaluation, SystemResult
from scrutiny.evaluation.slices import dimensions, slices
from scrutiny.evaluation.tally import Gold, Tally, gold_of
from scrutiny.report import ROLES

#: Measures of a system by name; one number, or one a round.
_Values = Mapping[str, float]
_Drawn = Mapping[str, Floats]

_ANNOTATORS = "annotators"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What is evaluated, and what is known of how it came about.

    ``fold_of`` names the fold of each sentence and ``leaked`` tells which stand in its training data or a model's;
    ``known`` counts what models were taught, by their names (None: a model does not tell); ``records`` are by name of
    the system; ``counted`` are predictions by the first system whose sentences are to be counted.
    """

    name: str
    sentences: Sequence[LabelledSentence]
    answers: Sequence[Answers]
    training: str
    training_sentences: int
    leakage: Leakage
    leaked: Sequence[bool]
    known: Mapping[str, Known | None] = field(default_factory=dict)
    protocol: Protocol = Protocol.HOLDOUT
    folds: Sequence[str] = ("all",)
    fold_of: Sequence[str] = ()
    records: Mapping[str, RecordLevel] = field(default_factory=dict)
    counted: counting.Counted | None = None
    warnings: Sequence[str] = ()


def evaluate(inputs: Inputs, *, rounds: int, seed: int) -> Evaluation:
    """Measure every system in the same ``rounds`` resamples of the groups, drawn with ``seed``.

    The first system is compared with each of the others.
    """
    gold = gold_of(inputs.sentences)
    statistics = {f"{number}": Tally(gold, answers) for number, answers in enumerate(inputs.answers)}
    told_twice = np.flatnonzero((gold.passes[0] >= 0) & (gold.passes[1] >= 0))
    if told_twice.size:
        statistics[_ANNOTATORS] = _Agreement(gold)  # type: ignore[assignment]

    def statistic(weights: Floats) -> dict[str, Floats]:
        return {f"{who}\0{name}": of for who, one in statistics.items() for name, of in one(weights).items()}

    values = point(statistic, gold.count)
    drawn = draws(statistic, gold.count, rounds=rounds, seed=seed, width=len(inputs.sentences))
    of = {who: _own(who, values, drawn) for who in statistics}
    parts = dimensions(inputs.sentences)
    if len(inputs.folds) > 1:
        parts["held out"] = list(inputs.fold_of)
    if 0 < sum(inputs.leaked) < len(inputs.leaked):
        parts["in the training data"] = ["yes" if leaked else "no" for leaked in inputs.leaked]
    systems = tuple(
        _system(inputs, gold, number, of[f"{number}"], parts, rounds=rounds, seed=seed)
        for number in range(len(inputs.answers))
    )
    return Evaluation(
        data=DataSummary(
            name=inputs.name,
            sentences=len(inputs.sentences),
            groups=gold.count,
            group_unit=gold.groups.noun,
            roles={role: int((gold.role == number).sum()) for number, role in enumerate(ROLES)},
            training=inputs.training,
            training_sentences=inputs.training_sentences,
        ),
        protocol=inputs.protocol,
        folds=tuple(inputs.folds),
        rounds=rounds,
        seed=seed,
        warnings=(*inputs.warnings, *_warnings(inputs, gold)),
        leakage=inputs.leakage,
        systems=systems,
        comparisons=tuple(
            compare(
                (inputs.answers[0].name, other.name),
                (dict(of["0"][0]), dict(of[f"{number}"][0])),
                (dict(of["0"][1]), dict(of[f"{number}"][1])),
                (inputs.answers[0].role == gold.role, other.role == gold.role),
                (gold.count, gold.groups.noun),
            )
            for number, other in enumerate(inputs.answers[1:], start=1)
        ),
        ceiling=_ceiling(inputs, of, int(told_twice.size)) if told_twice.size else None,
    )


def _own(who: str, values: _Values, drawn: _Drawn) -> tuple[_Values, _Drawn]:
    """What belongs to ``who``, without its name."""
    prefix = f"{who}\0"
    return (
        {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)},
        {name.removeprefix(prefix): value for name, value in drawn.items() if name.startswith(prefix)},
    )


def _system(
    inputs: Inputs,
    gold: Gold,
    number: int,
    of: tuple[_Values, _Drawn],
    parts: Mapping[str, Sequence[str]],
    *,
    rounds: int,
    seed: int,
) -> SystemResult:
    answers = inputs.answers[number]
    right = (answers.role == gold.role).astype(np.float64)
    curve, area = risk_coverage(answers.confidence, right) if answers.confidence is not None else ((), None)
    counts = [counting.on_itself(gold, answers, inputs.name, rounds=rounds, seed=seed)]
    if inputs.counted is not None and number == 0:
        counts.append(counting.elsewhere(gold, answers, inputs.counted, rounds=rounds, seed=seed))
    return SystemResult(
        name=answers.name,
        kind=answers.kind,
        note=answers.note,
        measures={name: estimate(value, of[1].get(name)) for name, value in of[0].items()},
        confusion=measures_of(
            tables(gold.role, answers.role, np.zeros(len(gold.role), dtype=np.int64), 1)[0]
        ).confusion,
        reliability=reliability(answers.confidence, right) if answers.confidence is not None else (),
        risk_coverage=curve,
        risk_area=area,
        slices={name: slices(gold, answers, values, rounds=rounds, seed=seed) for name, values in parts.items()},
        prevalence=tuple(count for count in counts if count is not None),
        records=inputs.records.get(answers.name),
        known=inputs.known.get(answers.name),
    )


class _Agreement:
    """How far the annotators agree, as a statistic."""

    def __init__(self, gold: Gold) -> None:
        first, second = gold.passes
        told = (first >= 0) & (second >= 0)
        self.table = tables(first[told], second[told], gold.groups.index[told], gold.count)

    def __call__(self, weights: Floats) -> dict[str, Floats]:
        table = np.einsum("rg,gij->rij", weights, self.table, optimize=True)
        found = {"agreement": accuracy(table), "kappa": kappa(table), "alpha": alpha(table)}
        return found | {role.value: kappa(of_class(table, number)) for number, role in enumerate(ROLES)}


def _ceiling(inputs: Inputs, of: Mapping[str, tuple[_Values, _Drawn]], sentences: int) -> Ceiling:
    values, drawn = of[_ANNOTATORS]
    found = {name: estimate(value, drawn[name]) for name, value in values.items()}
    distances = []
    for number, answers in enumerate(inputs.answers):
        own, own_drawn = of[f"{number}"]
        key = "kappa_with_annotators"
        distances.append(
            Distance(
                system=answers.name,
                kappa=estimate(own[key], own_drawn[key]),
                less_than_annotators=estimate(own[key] - values["kappa"], own_drawn[key] - drawn["kappa"]),
            )
        )
    return Ceiling(
        sentences=sentences,
        agreement=found["agreement"],
        kappa=found["kappa"],
        alpha=found["alpha"],
        roles={role: found[role.value] for role in ROLES},
        distances=tuple(distances),
    )


def _warnings(inputs: Inputs, gold: Gold) -> list[str]:
    found, leak = [], inputs.leakage
    if leak.groups:
        found.append(
            f"LEAKAGE: {leak.groups} of {gold.count} {gold.groups.noun}s are also in the training data "
            f"({inputs.training}): "
            f"{', '.join(leak.groups_named)}{' ...' if leak.groups > len(leak.groups_named) else ''}. "
            "What was trained on them looks better here than it is."
        )
    if leak.sentences:
        found.append(
            f"LEAKAGE: {leak.sentences} of {len(inputs.sentences)} sentences stand word for word in the training data "
            f"({inputs.training}); the slice 'in the training data' shows what they do to the figures."
        )
    for name, known in inputs.known.items():
        found += _taught(name, known, len(inputs.sentences))
    if leak.duplicates:
        found.append(f"{leak.duplicates} sentences repeat another sentence of the data.")
    if gold.count < FEW_GROUPS:
        found.append(
            f"There are only {gold.count} {gold.groups.noun}s: the intervals are too narrow, "
            "and a few more reports could change every figure."
        )
    if gold.groups.unit == "sentence":
        found.append(
            "The data name no group, document or passage that sentences share, so sentences are resampled one by one "
            "as if they did not depend on each other: the intervals are too narrow. Fill the field 'group'."
        )
    if absent := [role.value for number, role in enumerate(ROLES) if not (gold.role == number).any()]:
        found.append(f"No sentence is labelled {' or '.join(absent)}: macro-F1 says little.")
    return found


def _taught(name: str, known: Known | None, sentences: int) -> Iterator[str]:
    """What flatters a model that was taught the sentences it is measured on."""
    if known is None:
        yield f"{name} does not tell what it learnt from: it may have learnt from these very sentences."
        return
    if known.learnt:
        yield (
            f"LEAKAGE: {name} learnt from {known.learnt} of {sentences} sentences, word for word; "
            "the slice 'in the training data' shows what they do to the figures."
        )
    if known.chosen:
        yield (
            f"{name} was chosen or calibrated on {known.chosen} of {sentences} sentences, word for word: "
            "they flatter it a little."
        )
