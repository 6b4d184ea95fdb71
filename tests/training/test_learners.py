from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scrutiny.corpora import LabelledSentence, read_jsonl, write_jsonl
from scrutiny.errors import DataError
from scrutiny.report import ROLES, Role
from scrutiny.training.config import Data, DataSource, Model, Optimisation, TrainingConfig
from scrutiny.training.learners import FineTuned, word_counts

WORDS = {Role.FINDING: "poor", Role.STRENGTH: "good", Role.RECOMMENDATION: "must", Role.OTHER: "the"}


def sentences(count: int = 60) -> list[LabelledSentence]:
    return [
        LabelledSentence(
            f"{n}", f"p{n}", 1, "s", "g", "", "", "paragraph", True, "", f"plans are {word} {word} {n}", role, None, 3
        )
        for n, (role, word) in zip(range(count), list(WORDS.items()) * count, strict=False)
    ]


def test_words_are_counted_and_weights_honoured() -> None:
    units = sentences()
    probabilities = word_counts(units, units[:8])
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(8))
    assert [ROLES[index] for index in probabilities.argmax(axis=1)] == [unit.role for unit in units[:8]]
    # As many say the opposite, and count for nothing.
    contrary = [replace(unit, role=Role.OTHER) for unit in units]
    weighted = word_counts([*units, *contrary], units[:8], weights=[1.0] * 60 + [0.0] * 60)
    assert [ROLES[index] for index in weighted.argmax(axis=1)] == [unit.role for unit in units[:8]]
    # A role that nobody showed is impossible.
    assert not word_counts([unit for unit in units if unit.role != Role.OTHER], units)[:, 3].any()


@pytest.mark.parametrize("training", [sentences(1), [unit for unit in sentences() if unit.role == Role.OTHER]])
def test_sentences_that_teach_nothing_are_refused(training: list[LabelledSentence]) -> None:
    with pytest.raises(DataError, match=f"Word counts cannot be fitted to {len(training)} sentences"):
        word_counts(training, sentences())


def test_words_of_headings_are_others_than_those_of_sentences() -> None:
    units = sentences()
    headed = replace(units[0], heading="good good")
    assert (word_counts(units, [headed]) == word_counts(units, units[:1])).all()
    # But they are learnt from where they stand in headings.
    under = [replace(unit, heading="good") for unit in units if unit.role == Role.FINDING]
    praise = [units[1], replace(units[1], heading="good good")]
    bare, headed_by_shortfall = word_counts([*units, *under], praise)
    assert headed_by_shortfall[0] > bare[0]


def test_an_encoder_is_fine_tuned_once_for_the_same_sentences(encoder: Path, tmp_path: Path) -> None:
    validation = tmp_path / "validation.jsonl"
    write_jsonl(validation, sentences())
    assert list(read_jsonl(validation)) == sentences()
    source = DataSource(data=str(validation))
    config = TrainingConfig(
        model=Model(base=str(encoder)),
        data=Data(train=(source,), validation=(source,)),
        optimisation=Optimisation(passes=12, learning_rate=5e-3),
    )
    learner = FineTuned(config, tmp_path / "folds")
    probabilities = learner(sentences(40), sentences()[40:])
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(20), abs=2e-6)  # each is rounded to six digits
    assert [ROLES[index] for index in probabilities.argmax(axis=1)] == [unit.role for unit in sentences()[40:]]
    (made,) = (tmp_path / "folds").glob("*/training.json")
    before = made.stat().st_mtime_ns
    assert (FineTuned(config, tmp_path / "folds")(sentences(40), sentences()[40:]) == probabilities).all()
    assert made.stat().st_mtime_ns == before
    other = config.model_copy(update={"optimisation": Optimisation(passes=1)})
    FineTuned(other, tmp_path / "folds")(sentences(40), sentences()[40:])
    assert made.stat().st_mtime_ns > before
