from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scrutiny.corpora import LabelledSentence
from scrutiny.report import ROLES, Role
from scrutiny.roles.second_role import SecondRole
from scrutiny.roles.settings import FILE_NAME, ModelSettings
from scrutiny.training.second_role import fitted_second_role

FOUR = st.lists(st.floats(0.001, 1), min_size=4, max_size=4, unique=True)


@given(FOUR, st.floats(0.01, 0.6))
def test_a_role_scored_high_enough_is_the_second_whatever_is_said(numbers: list[float], least: float) -> None:
    scores = [number / sum(numbers) for number in numbers]
    first, second = sorted(range(4), key=lambda index: -scores[index])[:2]
    given_role = SecondRole.scored(least).of(scores, "Plans are late.")
    if abs(scores[second] - least) > 1e-9 and abs(scores[first] - scores[second]) > 1e-9:
        assert given_role == (ROLES[second] if scores[second] >= least else None)


def sentence(text: str, role: Role, second: Role | None) -> LabelledSentence:
    return LabelledSentence(
        id="",
        passage="",
        position=0,
        source="",
        group="",
        document="",
        heading="",
        block="paragraph",
        starts_block=True,
        marker="",
        text=text,
        role=role,
        second_role=second,
        certainty=3,
    )


def test_a_word_of_contrast_tells_of_a_second_role_where_it_did_so_in_the_data() -> None:
    generator = random.Random(0)
    gold, scores = [], []
    for number in range(300):
        contrast = number % 3 == 0
        text = "Plans are late, but staff are kind." if contrast else "Plans are late and staff are few."
        gold.append(sentence(text, Role.FINDING, Role.STRENGTH if contrast else None))
        strength = generator.uniform(0.01, 0.2)
        scores.append([0.95 - strength, strength, 0.02, 0.03])
    learnt = fitted_second_role(torch.tensor(scores, dtype=torch.double), gold)
    assert learnt is not None
    assert learnt.of([0.9, 0.05, 0.02, 0.03], "Rooms are small, but clean.") is Role.STRENGTH
    assert learnt.of([0.9, 0.05, 0.02, 0.03], "Rooms are small and dirty.") is None
    assert learnt.of([0.05, 0.9, 0.02, 0.03], "Rooms are small, but clean.") is None  # no such pair in the data


def test_where_no_sentence_has_a_second_role_nothing_is_learnt() -> None:
    gold = [sentence("Plans are late.", Role.FINDING, None)] * 10
    assert fitted_second_role(torch.full((10, 4), 0.25, dtype=torch.double), gold) is None


def test_where_no_sentence_with_a_second_role_is_given_one_of_its_two_nothing_is_learnt() -> None:
    gold = [sentence("Calls are answered, but late.", Role.STRENGTH, Role.FINDING)] * 10
    scores = [[0.1, 0.1, 0.1, 0.7]] * 10
    assert fitted_second_role(torch.tensor(scores, dtype=torch.double), gold) is None


@pytest.mark.parametrize("second_role", [SecondRole.scored(0.4), SecondRole(threshold=0.2, intercepts={"x": 1.0})])
def test_settings_are_read_as_they_were_saved(tmp_path: Path, second_role: SecondRole) -> None:
    settings = ModelSettings(second_role=second_role)
    settings.save(tmp_path)
    assert ModelSettings.load(tmp_path / FILE_NAME) == settings


def test_settings_of_earlier_models_are_read(tmp_path: Path) -> None:
    ModelSettings().save(tmp_path)
    before = json.loads((tmp_path / FILE_NAME).read_text())
    del before["second_role"]
    (tmp_path / FILE_NAME).write_text(json.dumps({**before, "second_role_from": 0.15}))
    assert ModelSettings.load(tmp_path / FILE_NAME) == ModelSettings(second_role=SecondRole.scored(0.15))
