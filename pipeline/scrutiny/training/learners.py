"""Learners: each is trained on labelled sentences and tells how probable each role is for others."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from scrutiny.corpora import LabelledSentence, write_jsonl
from scrutiny.evaluation.baselines import Linear
from scrutiny.evaluation.predict import predict, to_unit
from scrutiny.pipeline import load
from scrutiny.training.config import DataSource, TrainingConfig
from scrutiny.training.provenance import is_made_by, run_of
from scrutiny.training.train import train


class Learner(Protocol):
    """Trains on some labelled sentences and judges others, whose labels it does not look at."""

    def __call__(self, training: Sequence[LabelledSentence], others: Sequence[LabelledSentence]) -> np.ndarray:
        """Probabilities, shape (others, roles), columns in the order of ``ROLES``; rows sum up to 1."""


def word_counts(
    training: Sequence[LabelledSentence],
    others: Sequence[LabelledSentence],
    *,
    weights: Sequence[float] | None = None,
) -> np.ndarray:
    """A :class:`Learner` that takes seconds, :class:`scrutiny.evaluation.baselines.Linear`.

    ``weights`` tell how much each of ``training`` counts.

    Raises:
        DataError: too few words occur twice, or all sentences have the same role.
    """
    return Linear(training, weights=weights).probabilities([to_unit(unit) for unit in others])


class FineTuned:
    """The encoder of a configuration, fine-tuned as it says and calibrated on its validation data: takes hours."""

    def __init__(self, config: TrainingConfig, folder: Path, *, base_model: str | None = None) -> None:
        """Models are kept in ``folder``, each in one named after what it was trained on, and not trained again."""
        self.config = config
        self.folder = folder
        self.base_model = base_model

    def __call__(self, training: Sequence[LabelledSentence], others: Sequence[LabelledSentence]) -> np.ndarray:
        """As :class:`Learner` says.

        Raises:
            DataError, ModelError, ConfigError: see :func:`scrutiny.training.train.train`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(repr(training).encode()).hexdigest()[:16]
        model, drawn = self.folder / name, self.folder / f"{name}.jsonl"
        write_jsonl(drawn, training)
        data = self.config.data.model_copy(update={"train": (DataSource(data=str(drawn)),), "doubts": None})
        config = self.config.model_copy(update={"data": data})
        if not is_made_by(run_of(config, self.base_model), model):
            train(config, model, base_model=self.base_model)
        predictions = predict(load(model, precision="float32"), others)
        return np.array([prediction.scores for prediction in predictions])
