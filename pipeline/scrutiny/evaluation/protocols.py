"""Which sentences are measured with what is trained on which: the folds, and models trained anew for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from scrutiny import corpora
from scrutiny.corpora import LabelledSentence
from scrutiny.errors import ConfigError, DataError
from scrutiny.evaluation.intervals import Groups, grouped, groups_of
from scrutiny.evaluation.metrics import Ints
from scrutiny.report import ROLES

#: Of the training groups, one in so many is kept to choose and calibrate on where the configuration's own are held out.
_VALIDATION = 10


class Protocol(StrEnum):
    """How the data are parted into what is trained on and what is measured."""

    HOLDOUT = "holdout"
    GROUP_KFOLD = "group-kfold"
    LEAVE_ONE_SOURCE_OUT = "leave-one-source-out"


@dataclass(frozen=True, slots=True)
class Fold:
    """The sentences at ``test`` are measured with what ``training`` teaches.

    ``rest`` is what of the data measured on may be trained on; ``held_out`` are the values of the field ``unit`` that
    nothing trained on may have.
    """

    name: str
    test: Ints
    training: tuple[LabelledSentence, ...]
    rest: tuple[LabelledSentence, ...]
    unit: str
    held_out: frozenset[str]

    def without(self, sentences: Iterable[LabelledSentence]) -> list[LabelledSentence]:
        """Those of ``sentences`` that are not of what is held out."""
        return [sentence for sentence in sentences if getattr(sentence, self.unit) not in self.held_out]


def folds(
    data: Sequence[LabelledSentence],
    training: Sequence[LabelledSentence],
    protocol: Protocol,
    *,
    count: int,
    together: Sequence[Sequence[str]],
    seed: int,
) -> list[Fold]:
    """The folds of a protocol.

    ``holdout`` measures all of ``data`` with what ``training`` teaches, whatever they share. The others hold out a
    part of ``data`` at a time and train on the rest of it and on ``training``, without what is of the groups or
    sources held out.
    ``group-kfold`` has ``count`` parts with whole groups and about equal shares of the roles, drawn with ``seed``;
    ``leave-one-source-out`` one for each source, or for sources named in one of ``together``.

    Raises:
        DataError: there are too few groups or sources, or nothing is left to train on.
    """
    if protocol is Protocol.HOLDOUT:
        unit = groups_of(data).unit
        unit = "text" if unit == "sentence" else unit
        held_out = frozenset(getattr(sentence, unit) for sentence in data)
        return [Fold("all", np.arange(len(data)), tuple(training), (), unit, held_out)]
    if protocol is Protocol.GROUP_KFOLD:
        unit, parts = _group_parts(data, count, seed)
    else:
        unit, parts = "source", _source_parts(data, together)
    made = []
    for name, test in parts:
        held_out = frozenset(getattr(data[at], unit) for at in test.tolist())
        fold = Fold(name, test, (), (), unit, held_out)
        others, rest = tuple(_once(fold.without([*training, *data]))), tuple(fold.without(data))
        if not others:
            raise DataError(f"Without {name} nothing is left to train on.", remedy="Give more data with --train.")
        made.append(replace(fold, training=others, rest=rest))
    return made


def _group_parts(data: Sequence[LabelledSentence], count: int, seed: int) -> tuple[str, list[tuple[str, Ints]]]:
    from sklearn.model_selection import StratifiedGroupKFold

    groups: Groups = groups_of(data)
    if not 2 <= count <= len(groups.names) or groups.unit == "sentence":
        raise DataError(
            f"There are {len(groups.names)} {groups.noun}s for {count} folds.",
            remedy="Name the group of each sentence in the data, or take fewer folds, two at least.",
        )
    roles = [ROLES.index(sentence.role) for sentence in data]
    splitter = StratifiedGroupKFold(n_splits=count, shuffle=True, random_state=seed)
    parts = splitter.split(np.zeros(len(data)), roles, groups.index)
    return groups.unit, [(f"fold {number}", test) for number, (_, test) in enumerate(parts, start=1)]


def _source_parts(data: Sequence[LabelledSentence], together: Sequence[Sequence[str]]) -> list[tuple[str, Ints]]:
    family = {source: " + ".join(sources) for sources in together for source in sources}
    there = {sentence.source for sentence in data}
    if unknown := sorted(set(family) - there):
        raise DataError(
            f"--together names no source of the data: {', '.join(unknown)}.",
            remedy=f"Sources there: {', '.join(sorted(there))}.",
        )
    parts = grouped("source", [family.get(sentence.source, sentence.source) for sentence in data])
    if len(parts.names) < 2:
        raise DataError(
            "There is one source; none can be left out.", remedy="Give data of several sources, or another protocol."
        )
    return [(name, np.flatnonzero(parts.index == number)) for number, name in enumerate(parts.names)]


def _once(sentences: Iterable[LabelledSentence]) -> Iterable[LabelledSentence]:
    """Each sentence of a place once, though both the training data and the data measured hold it."""
    return {(s.source, s.group, s.passage, s.position, s.text): s for s in sentences}.values()


def retrained(fold: Fold, config_file: Path, folder: Path, *, base_model: str | None) -> Path:
    """The folder of a model trained as ``config_file`` says, on its data and the fold's rest, without what is held out.

    One that is finished is taken as it is, so an interrupted run goes on.

    Raises:
        ConfigError: the configuration is at fault, training is not installed, or the folder holds another run.
        DataError: nothing is left to train or to choose on.
        ModelError: the base model cannot be loaded.
    """
    from scrutiny.training.config import DataSource, load_config
    from scrutiny.training.gathering import gather
    from scrutiny.training.provenance import PROVENANCE, is_made_by, run_of
    from scrutiny.training.train import train

    config = load_config(config_file)
    validation = fold.without(gather(config.data.validation))
    training = list(_once([*fold.without(gather(config.data.train)), *fold.rest]))
    if not validation:
        groups = groups_of(training)
        validation = [s for s, group in zip(training, groups.index.tolist(), strict=True) if group % _VALIDATION == 0]
    chosen_on = {(s.source, s.group, s.text) for s in validation}
    training = [s for s in training if (s.source, s.group, s.text) not in chosen_on]
    folder.mkdir(parents=True, exist_ok=True)
    sources = {}
    for name, sentences in (("train", training), ("validation", validation)):
        corpora.write_jsonl(folder / f"{name}.jsonl", sentences)
        sources[name] = (DataSource(data=(folder / f"{name}.jsonl").as_posix()),)
    # A table of doubts names sentences of the files it was made for.
    data = config.data.model_copy(update={**sources, "doubts": None})
    config = config.model_copy(update={"data": data})
    model, run = folder / "model", run_of(config, base_model)
    if is_made_by(run, model):
        return model
    if (model / PROVENANCE).is_file() and not (model / "checkpoints").exists():
        raise ConfigError(
            f"{model} was trained with other data or settings.", remedy="Give another --output, or remove it."
        )
    train(config, model, base_model=base_model, command=f"scrutiny evaluate --retrain {config_file.as_posix()}")
    return model
