"""Learners: each is trained on labelled sentences and tells how probable each role is for others."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from scrutiny.corpora import LabelledSentence, write_jsonl
from scrutiny.errors import DataError
from scrutiny.evaluation.predict import predict
from scrutiny.pipeline import load
from scrutiny.report import ROLES
from scrutiny.training.config import DataSource, TrainingConfig
from scrutiny.training.provenance import run_of
from scrutiny.training.train import train


class Learner(Protocol):
    """Trains on some labelled sentences and judges others, whose labels it does not look at."""

    def __call__(self, training: Sequence[LabelledSentence], others: Sequence[LabelledSentence]) -> np.ndarray:
        """Probabilities, shape (others, roles), columns in the order of ``ROLES``; rows sum up to 1."""


class BagOfWords:
    """TF-IDF of the words and pairs of words of heading and sentence, and logistic regression: takes seconds."""

    def __init__(self, strength: float = 4.0) -> None:
        """``strength`` is the inverse of the regularisation's."""
        self.strength = strength

    def __call__(
        self,
        training: Sequence[LabelledSentence],
        others: Sequence[LabelledSentence],
        *,
        weights: Sequence[float] | None = None,
    ) -> np.ndarray:
        """As :class:`Learner` says; ``weights`` tell how much each of ``training`` counts.

        Raises:
            DataError: too few words occur twice, or all sentences have the same role.
        """
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        model = LogisticRegression(C=self.strength, max_iter=300)
        roles = [ROLES.index(unit.role) for unit in training]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                model.fit(words.fit_transform(texts(training)), roles, weights)
        except ValueError as error:
            raise DataError(
                f"Nothing can be learnt from these {len(training)} sentences: {str(error).splitlines()[0]}",
                remedy="Give more labelled sentences, of several roles.",
            ) from None
        probabilities = np.zeros((len(others), len(ROLES)))
        probabilities[:, model.classes_] = model.predict_proba(words.transform(texts(others)))
        return probabilities


def texts(sentences: Sequence[LabelledSentence], *, headed: bool = True) -> list[str]:
    """Each sentence with, if ``headed``, the words of its heading, marked lest they are taken for the sentence's."""
    marked = [
        " ".join(f"heading_{word}" for word in sentence.heading.lower().split()) if headed else ""
        for sentence in sentences
    ]
    return [f"{sentence.text} {heading}" for sentence, heading in zip(sentences, marked, strict=True)]


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
        if not _is_of(run_of(config, self.base_model), model / "training.json"):
            train(config, model, base_model=self.base_model)
        predictions = predict(load(model, precision="float32"), others)
        return np.array([prediction.scores for prediction in predictions])


def _is_of(run: dict[str, object], provenance: Path) -> bool:
    """Whether a finished run wrote ``provenance``."""
    if not provenance.is_file():
        return False
    kept = json.loads(provenance.read_text(encoding="utf-8"))
    return all(kept.get(key) == value for key, value in run.items())
