from __future__ import annotations

from pathlib import Path

import pytest

from scrutiny.report import ROLES, Role
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.explain import explain
from scrutiny.roles.windows import Unit

UNITS = [
    Unit("Staff must:", "Plans", "p"),
    Unit("review  the plans, often enough.", "Plans", "p", is_item=True),
    Unit("Staff are good.", "Plans", "p"),
]


@pytest.mark.parametrize("number", range(3))
def test_the_weights_of_the_words_sum_up_to_what_the_sentence_adds(tiny_model: Path, number: int) -> None:
    classifier = Classifier(tiny_model, device="cpu", precision="float32")
    for role in ROLES:
        found = explain(classifier, UNITS, number, role=role, steps=128)
        total = sum(word.weight for word in found.words)
        assert total == pytest.approx(found.shown - found.hidden, abs=0.02)
        assert found.shown == pytest.approx(float(classifier.logits(UNITS)[number][ROLES.index(role)]), abs=1e-4)


def test_a_coarser_model_is_explained_as_exactly(tiny_model: Path) -> None:
    classifier = Classifier(tiny_model, device="cpu", precision="bfloat16")
    found = explain(classifier, UNITS, 1, steps=128)
    assert sum(word.weight for word in found.words) == pytest.approx(found.shown - found.hidden, abs=0.02)
    assert classifier.precision == "bfloat16"


def test_every_word_is_named_with_its_place(tiny_model: Path) -> None:
    found = explain(Classifier(tiny_model, device="cpu"), UNITS, 1, steps=2)
    assert [word.text for word in found.words] == ["review", "the", "plans,", "often", "enough."]
    assert all(UNITS[1].text[word.start : word.end] == word.text for word in found.words)
    assert any(word.weight for word in found.words)


def test_the_predicted_role_is_explained_unless_another_is_asked_for(tiny_model: Path) -> None:
    classifier = Classifier(tiny_model, device="cpu")
    assert explain(classifier, UNITS, steps=1).role is classifier.predict(UNITS)[0].role
    assert explain(classifier, UNITS, role=Role.STRENGTH, steps=1).role is Role.STRENGTH


@pytest.mark.parametrize("is_item", [False, True])
def test_words_that_the_model_does_not_read_are_left_out(tiny_model: Path, is_item: bool) -> None:
    found = explain(Classifier(tiny_model, device="cpu"), [Unit("plans " * 600, is_item=is_item)], steps=2)
    assert found.prediction.cut
    assert 200 < len(found.words) < 600
    assert sum(word.weight for word in found.words) == pytest.approx(found.shown - found.hidden, abs=0.2)


def test_a_unit_that_is_not_there_is_refused(tiny_model: Path) -> None:
    with pytest.raises(ValueError, match="no unit 3 among 3"):
        explain(Classifier(tiny_model, device="cpu"), UNITS, 3)


def test_steps_must_be_positive(tiny_model: Path) -> None:
    with pytest.raises(ValueError, match="steps must be positive"):
        explain(Classifier(tiny_model, device="cpu"), UNITS, steps=0)
