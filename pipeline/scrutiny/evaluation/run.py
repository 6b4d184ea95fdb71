"""An evaluation from what a person asks for: data read, systems run, answers measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from scrutiny import corpora, reading
from scrutiny.corpora import LabelledSentence
from scrutiny.errors import ConfigError, DataError
from scrutiny.evaluation.answers import Answers, answers_of, read_answers
from scrutiny.evaluation.baselines import Linear, Rules
from scrutiny.evaluation.counting import Counted, read_counted
from scrutiny.evaluation.documents import GoldReport, gold_reports
from scrutiny.evaluation.evaluate import Inputs, evaluate
from scrutiny.evaluation.leakage import Known, Leakage, leakage
from scrutiny.evaluation.predict import System, predict_with
from scrutiny.evaluation.protocols import Fold, Protocol, folds, retrained
from scrutiny.evaluation.records import RecordLevel, record_level, with_records
from scrutiny.evaluation.result import Evaluation
from scrutiny.report import Prediction
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.precision import Precision
from scrutiny.roles.taught import Taught
from scrutiny.splitting import Splitter

#: What the baseline learns from, and leakage is sought in, unless something else is named.
TRAINING = ("authored:train",)

_T = TypeVar("_T")

_EXTRA = "Install it with: pip install 'scrutiny[evaluate]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be evaluated on what, see ``scrutiny evaluate --help``; models None means the shipped one.

    ``work`` is the folder in which models are trained anew.
    """

    data: str
    split: str | None = None
    models: Sequence[str] = ()
    predictions: Sequence[Path] = ()
    training: Sequence[str] = TRAINING
    protocol: Protocol = Protocol.HOLDOUT
    folds: int = 5
    together: Sequence[Sequence[str]] = ()
    retrain: Path | None = None
    base_model: str | None = None
    count: Path | None = None
    rounds: int = 1000
    seed: int = 0
    device: str | None = None
    precision: Precision = Precision.AUTO
    work: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """An evaluation with what it was made from: all answers are in the order of ``sentences``."""

    evaluation: Evaluation
    sentences: Sequence[LabelledSentence]
    answers: Sequence[Answers]
    folds: Sequence[Fold]


def run(request: Request) -> Outcome:
    """Read the data, run every system that is asked for and the baselines, and measure them.

    Raises:
        DataError: the data or predictions are at fault, or do not suit the protocol.
        ModelError: a model cannot be loaded.
        ConfigError: an extra is not installed, or the training configuration is at fault.
        ReadError: a whole report cannot be read.
    """
    _check(request)
    reports = gold_reports(request.data)
    gold = [s for report in reports for s in report.sentences()] or corpora.select(request.data, request.split)
    if reports and request.predictions:
        raise DataError(
            "Predictions made elsewhere are of sentences; whole reports are read here.",
            remedy="Give --predictions with labelled sentences.",
        )
    elsewhere = [read_answers(file, gold) for file in request.predictions]
    training = [sentence for source in request.training for sentence in corpora.select(source)]
    parts = folds(gold, training, request.protocol, count=request.folds, together=request.together, seed=request.seed)
    whole = _WholeReports(reports, request)
    counted: Counted | None = None
    answers = list[Answers]()
    texts = [sentence.text for sentence in gold]
    leak, leaked = _leakage(gold, parts)
    known: dict[str, Known | None] = {}
    for name, classifier in _models(request):
        if request.count is not None and counted is None:
            counted = read_counted(request.count, classifier.loaded.sha256)
        as_it_is = "" if request.protocol is Protocol.HOLDOUT else "as it is, not trained anew for each fold"
        taught = Taught.load(classifier.loaded.folder)
        answers.append(replace(answers_of(name, "model", predict_with(classifier, gold)), note=as_it_is))
        whole.read_by(name, classifier)
        known[name] = None
        if taught is not None:
            learnt, chosen = taught.tell(texts)
            known[name] = Known(sum(learnt), sum(chosen))
            leaked = [one or other for one, other in zip(leaked, learnt, strict=True)]
    if request.retrain is not None and request.work is not None:
        answers.append(_retrained(request, request.retrain, request.work, gold, parts))
    names = [file.name for file in request.predictions]
    answers += [
        replace(given, name=f"{file}") if names.count(file.name) > 1 else given
        for file, given in zip(request.predictions, elsewhere, strict=True)
    ]
    warnings = list[str]()
    answers += _baselines(gold, parts, whole, warnings)
    inputs = Inputs(
        name=request.data + (f":{request.split}" if request.split else ""),
        sentences=gold,
        answers=answers,
        training=", ".join(request.training),
        training_sentences=len(training),
        leakage=leak,
        leaked=leaked,
        known=known,
        protocol=request.protocol,
        folds=[fold.name for fold in parts],
        fold_of=_spread([[fold.name] * len(fold.test) for fold in parts], parts, len(gold)),
        records=whole.levels,
        counted=counted,
        warnings=warnings,
    )
    return Outcome(evaluate(inputs, rounds=request.rounds, seed=request.seed), gold, answers, parts)


def _check(request: Request) -> None:
    """Refuse what cannot be done before anything takes long."""
    if request.protocol is Protocol.GROUP_KFOLD and find_spec("sklearn") is None:
        raise ConfigError(f"--protocol {request.protocol} needs scikit-learn.", remedy=_EXTRA)
    if request.retrain is not None:
        from scrutiny.training.config import load_config

        load_config(request.retrain)
        missing = [package for package in ("accelerate", "matplotlib") if find_spec(package) is None]
        if missing:
            raise ConfigError(
                f"Training needs {' and '.join(missing)}.", remedy="Install it with: pip install 'scrutiny[train]'"
            )
        if request.work is None:
            raise ConfigError("--retrain needs a place for the models.", remedy="Give a folder with --output.")
    if request.count is not None and not request.models and (request.predictions or request.retrain):
        raise ConfigError("--count needs the model that made what is counted.", remedy="Give it with --model.")


def _models(request: Request) -> Iterator[tuple[str, Classifier]]:
    """The models to measure as they are, by names that differ: the shipped one where nothing else is to be measured."""
    asked: Sequence[str | None] = request.models
    if not asked and not request.predictions and request.retrain is None:
        asked = [None]
    taken = set[str]()
    for model in asked:
        classifier = Classifier(model, device=request.device, precision=request.precision)
        name = classifier.loaded.name if classifier.loaded.name not in taken else str(model)
        if name in taken:
            raise DataError(f"{name} is given twice.", remedy="Give each model once.")
        taken.add(name)
        yield name, classifier


def _by_fold(systems: Iterable[System], gold: Sequence[LabelledSentence], parts: Sequence[Fold]) -> list[Prediction]:
    """What the system of each fold says of its own sentences, in the order of ``gold``."""
    said = (
        predict_with(system, [gold[at] for at in fold.test.tolist()])
        for system, fold in zip(systems, parts, strict=True)
    )
    return _spread(said, parts, len(gold))


def _spread(values: Iterable[Sequence[_T]], parts: Sequence[Fold], n: int) -> list[_T]:
    """The values of each fold's sentences in the order of all sentences; every sentence is in one fold."""
    at = {
        row: value
        for fold, of in zip(parts, values, strict=True)
        for row, value in zip(fold.test.tolist(), of, strict=True)
    }
    return [at[row] for row in range(n)]


def _retrained(
    request: Request, config: Path, work: Path, gold: Sequence[LabelledSentence], parts: Sequence[Fold]
) -> Answers:
    """What models trained anew, one a fold, say of the sentences held out from them."""

    def systems() -> Iterator[System]:
        for fold in parts:
            folder = work / "folds" / re.sub(r"\W+", "-", fold.name)
            model = retrained(fold, config, folder, base_model=request.base_model)
            yield Classifier(model, device=request.device, precision=request.precision)

    return answers_of(f"{config.stem}, trained anew", "model", _by_fold(systems(), gold, parts))


def _baselines(
    gold: Sequence[LabelledSentence], parts: Sequence[Fold], whole: _WholeReports, warnings: list[str]
) -> Iterator[Answers]:
    """What the baselines say, the one that learns fitted anew for each fold; ``warnings`` tell if it is left out."""
    rules = Rules()
    yield answers_of(rules.name, "baseline", predict_with(rules, gold), scored=False)
    whole.read_by(rules.name, rules)
    if find_spec("sklearn") is None:
        warnings.append(f"The baseline {Linear.name} is left out: scikit-learn is not installed. {_EXTRA}")
        return
    fitted = [Linear(fold.training) for fold in parts]
    yield answers_of(Linear.name, "baseline", _by_fold(fitted, gold, parts))
    if len(fitted) == 1:
        whole.read_by(Linear.name, fitted[0])


def _leakage(gold: Sequence[LabelledSentence], parts: Sequence[Fold]) -> tuple[Leakage, list[bool]]:
    """What each fold shares with its training data, added up; whether each sentence is in the training data."""
    found = [leakage([gold[at] for at in fold.test.tolist()], fold.training) for fold in parts]
    repeated, _ = leakage(gold, ())
    straddling = sum(one.groups for one, _ in found)
    named = tuple(name for one, _ in found for name in one.groups_named)
    total = Leakage(straddling, named, sum(one.sentences for one, _ in found), repeated.duplicates)
    return total, _spread([leaked for _, leaked in found], parts, len(gold))


class _WholeReports:
    """Whole reports with gold, read and split once; ``levels`` are the measures of records, by system."""

    def __init__(self, gold: Sequence[GoldReport], request: Request) -> None:
        self.gold, self.request = gold, request
        self.split = list(Splitter()(reading.read(report.file) for report in gold))
        self.levels: dict[str, RecordLevel] = {}

    def read_by(self, name: str, system: System) -> None:
        """Measure the records that ``system`` makes of the reports, if there are any."""
        if self.gold:
            found = [with_records(report, system) for report in self.split]
            self.levels[name] = record_level(self.gold, found, rounds=self.request.rounds, seed=self.request.seed)
