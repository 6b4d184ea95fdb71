"""What a model has to beat: rules of words, and logistic regression on weighted word counts.

Both are systems as a classifier is: they predict units, and add predictions to the sentences of reports.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from scrutiny.corpora import LabelledSentence
from scrutiny.errors import DataError
from scrutiny.evaluation.metrics import Floats
from scrutiny.evaluation.predict import to_unit
from scrutiny.report import ROLES, Decision, Prediction, Role
from scrutiny.roles.settings import ModelSettings
from scrutiny.roles.windows import Unit

#: Inverse regularisation, the best of 1, 4 and 16 on the validation data of ``configs/training/mpnet.toml``.
_STRENGTH = 4.0

#: Words that ask for something; a heading that asks makes its list items recommendations.
_ASKS = re.compile(
    r"\b(?:should|must|ought to|recommend(?:s|ed|ation|ations)?|(?:is|are) required to|"
    r"needs? to (?:ensure|be done))\b",
    re.IGNORECASE,
)
_ASKING_HEADING = re.compile(
    r"\b(?:recommendations?|needs? to improve|requirements?|areas? for improvement|actions?)\b", re.I
)
_BAD = re.compile(
    r"\b(?:not|no|never|fail(?:s|ed|ure|ures|ing)?|lack(?:s|ed|ing)?|poor(?:ly)?|inadequate(?:ly)?|insufficient(?:ly)?|"
    r"inconsistent(?:ly)?|weak(?:ness|nesses)?|concern(?:s|ed)?|risk(?:s)?|delay(?:s|ed)?|breach(?:es|ed)?|unsafe|"
    r"missing|incomplete|late|limited|without|too (?:few|many|long|often|slow)|however|shortfall(?:s)?|deficien\w+|"
    r"unable|ineffective|variable|unclear)\b",
    re.IGNORECASE,
)
_GOOD = re.compile(
    r"\b(?:good|well|strong(?:ly)?|effective(?:ly)?|excellent|outstanding|positive(?:ly)?|improved|skilled|"
    r"clear(?:ly)?|thorough(?:ly)?|appropriate(?:ly)?|safe(?:ly)?|timely|prompt(?:ly)?|robust|kind|caring|respect(?:ful)?|"
    r"comprehensive|benefit(?:s|ed)?|complian(?:t|ce)|met|satisf\w+|high[- ]quality|confident(?:ly)?|proud|valued?)\b",
    re.IGNORECASE,
)


class Rules:
    """Looks for words that ask, then weighs words of shortfall against words of praise. Knows no probabilities."""

    name = "rules"
    scored = False

    def predict(self, units: Sequence[Unit]) -> list[Prediction]:
        """One prediction for each unit."""
        return [_certain(self._role(unit)) for unit in units]

    def _role(self, unit: Unit) -> Role:
        if _ASKS.search(unit.text) or (unit.is_item and _ASKING_HEADING.search(unit.heading)):
            return Role.RECOMMENDATION
        bad, good = len(_BAD.findall(unit.text)), len(_GOOD.findall(unit.text))
        if not bad and not good:
            return Role.OTHER
        return Role.FINDING if bad >= good else Role.STRENGTH


class Linear:
    """Logistic regression on TF-IDF weights of words and pairs of words of a sentence, and words of its heading."""

    name = "TF-IDF + logistic regression"
    scored = True

    def __init__(self, training: Sequence[LabelledSentence], *, weights: Sequence[float] | None = None) -> None:
        """Fit to labelled sentences; ``weights`` tell how much each of them counts.

        Raises:
            DataError: they are too few to learn from.
        """
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        self._model: Any = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
            LogisticRegression(C=_STRENGTH, max_iter=300),
        )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                self._model.fit(
                    [_text(to_unit(unit)) for unit in training],
                    [unit.role.value for unit in training],
                    logisticregression__sample_weight=weights,
                )
        except ValueError as error:
            raise DataError(
                f"Word counts cannot be fitted to {len(training)} sentences: {str(error).splitlines()[0]}",
                remedy="Give more labelled sentences to train on, of several roles.",
            ) from None

    def predict(self, units: Sequence[Unit]) -> list[Prediction]:
        """One prediction for each unit."""
        rows = self.probabilities(units).round(6).tolist()
        return [_prediction(row, unit.text) for row, unit in zip(rows, units, strict=True)]

    def probabilities(self, units: Sequence[Unit]) -> Floats:
        """How probable each role is for each unit: shape (units, roles); rows sum up to 1."""
        scores = np.zeros((len(units), len(ROLES)))
        if units:
            columns = [ROLES.index(Role(name)) for name in self._model.classes_]
            scores[:, columns] = self._model.predict_proba([_text(unit) for unit in units])
        return scores


def _text(unit: Unit) -> str:
    # A heading's words are marked, lest they are taken for words of the sentence.
    return " ".join([unit.text, *(f"heading_{word}" for word in unit.heading.lower().split())])


def _certain(role: Role) -> Prediction:
    finding, strength, recommendation, other = (float(role is one) for one in ROLES)
    return Prediction((finding, strength, recommendation, other), role, None, 1.0, Decision.ACCEPT)


def _prediction(row: Sequence[float], text: str) -> Prediction:
    """The prediction of four scores, with the thresholds of a model that says nothing of its own."""
    settings = ModelSettings()
    finding, strength, recommendation, other = row
    first = max(range(len(ROLES)), key=lambda index: row[index])
    return Prediction(
        scores=(finding, strength, recommendation, other),
        role=ROLES[first],
        second_role=settings.second_role.of(row, text),
        confidence=row[first],
        decision=Decision.ACCEPT if row[first] >= settings.review_below else Decision.REVIEW,
    )
