from __future__ import annotations

import json
from pathlib import Path

import pytest

from scrutiny.errors import DataError
from scrutiny.report import ROLES
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.loading import load_model
from scrutiny.roles.taught import Taught
from scrutiny.roles.weights import save_int8
from scrutiny.roles.windows import Unit
from scrutiny.training.recalibration import recalibrate


def labelled(folder: Path, count: int) -> str:
    """``count`` sentences, nearly all of one role."""
    file = folder / "mine.jsonl"
    rows = [("finding" if number % 10 else "other", f"plans are poor {number}") for number in range(count)]
    file.write_text("".join(json.dumps({"text": text, "role": role}) + "\n" for role, text in rows))
    return str(file)


def test_a_recalibrated_model_counts_as_the_labels_do(tiny_model: Path, tmp_path: Path) -> None:
    data, output = labelled(tmp_path, 200), tmp_path / "made"
    (tiny_model / "README.md").write_text("measures that hold no longer")
    Taught.by().save(tiny_model)
    settings = recalibrate(tiny_model, [data], output, command="scrutiny calibrate x")
    units = [Unit(f"plans are poor {number}") for number in range(200)]
    before, after = Classifier(tiny_model, precision="float32"), Classifier(output, precision="float32")
    assert after.logits(units).equal(before.logits(units))
    mean = [sum(p.scores[index] for p in after.predict(units)) / 200 for index in range(len(ROLES))]
    # The prior of the biases keeps a role that never occurs from becoming impossible.
    assert mean == pytest.approx([0.9, 0.0, 0.0, 0.1], abs=0.04)
    assert after.loaded.settings == settings
    kept = json.loads((output / "calibration.json").read_text())
    assert kept["command"] == "scrutiny calibrate x"
    assert kept["sentences"] == 200
    taught = Taught.load(output)
    assert taught is not None
    assert taught.tell(["plans are poor 7", "plans are poor 777"]) == ([False, False], [True, False])
    assert not (output / "README.md").exists()


def test_a_model_can_be_recalibrated_in_place(tiny_model: Path, tmp_path: Path) -> None:
    (tiny_model / "README.md").write_text("measures that hold no longer")
    settings = recalibrate(tiny_model, [labelled(tmp_path, 100)], tiny_model)
    assert Classifier(tiny_model).loaded.settings == settings
    assert not (tiny_model / "README.md").exists()


def test_nothing_of_another_model_stays_in_the_folder(tiny_model: Path, tmp_path: Path) -> None:
    output = tmp_path / "data" / "made"
    output.mkdir(parents=True)
    save_int8(load_model(tiny_model).model, output)
    labelled(tmp_path / "data", 100)
    recalibrate(tiny_model, [str(tmp_path / "data")], output)
    assert [file.name for file in output.glob("*.safetensors")] == ["model.safetensors"]


def test_too_few_labels_are_refused(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="99 labelled sentences; calibrating takes 100"):
        recalibrate(tiny_model, [labelled(tmp_path, 99)], tmp_path / "made")


def test_a_split_that_is_not_there_is_refused_with_those_that_are(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no split 'test'") as caught:
        recalibrate(tiny_model, [labelled(tmp_path, 100)], tmp_path / "made", split="test")
    assert "mine" in caught.value.remedy
