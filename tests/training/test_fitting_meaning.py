"""A map from hidden layers to meaning, learnt from a teacher."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scrutiny.cli import app
from scrutiny.errors import DataError, ModelError
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.meaning import FILE_NAME
from scrutiny.roles.windows import Unit
from scrutiny.training.meaning import MeaningOptions, fit_meaning

OPTIONS = MeaningOptions(layers=(0, 1, 2), dimensions=16)


def sentences(folder: Path, count: int = 240) -> str:
    """``count`` different sentences, three a passage, of two reports."""
    texts = product(
        ("plans", "staff", "the plans", "a staff"), ("are", "must", "should"), ("not", "often", "clear"), "abcdefghij"
    )
    rows = [
        {
            "text": " ".join(words) + ".",
            "role": "finding",
            "passage": f"p{number // 3}",
            "position": number % 3,
            "document": f"d{number % 2}",
        }
        for number, words in zip(range(count), texts, strict=False)
    ]
    file = folder / "mine.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(file)


def test_a_map_tells_of_new_sentences_nearly_what_the_teacher_says(
    tiny_model: Path, encoder: Path, tmp_path: Path
) -> None:
    weights = (tiny_model / "model.safetensors").read_bytes()
    correlation = fit_meaning(tiny_model, [sentences(tmp_path)], str(encoder), OPTIONS, command="scrutiny meaning x")
    assert correlation > 0.5
    assert (tiny_model / "model.safetensors").read_bytes() == weights
    kept = json.loads((tiny_model / "meaning.json").read_text())
    assert kept["command"] == "scrutiny meaning x"
    assert kept["held_out"]["correlation"] == pytest.approx(correlation, abs=1e-4)
    assert kept["sentences"] == 240
    assert len(kept["teacher"]["sha256"]) == 64
    (meaning,) = Classifier(tiny_model, device="cpu").meanings([Unit("plans are not clear.")])
    assert meaning is not None
    assert len(meaning) == 16


def test_the_same_data_give_the_same_map(tiny_model: Path, encoder: Path, tmp_path: Path) -> None:
    made = []
    for _ in range(2):
        fit_meaning(tiny_model, [sentences(tmp_path)], str(encoder), OPTIONS)
        made.append((tiny_model / FILE_NAME).read_bytes())
    assert made[0] == made[1]


def test_reports_that_are_left_out_are_not_learnt_from(tiny_model: Path, encoder: Path, tmp_path: Path) -> None:
    options = MeaningOptions(layers=(2,), dimensions=4, leave_out=("d1",))
    fit_meaning(tiny_model, [sentences(tmp_path)], str(encoder), options)
    assert json.loads((tiny_model / "meaning.json").read_text())["sentences"] == 120


def test_what_cannot_be_learnt_from_is_refused(tiny_model: Path, encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="99 sentences to learn from; it takes 100"):
        fit_meaning(tiny_model, [sentences(tmp_path, 99)], str(encoder), OPTIONS)
    with pytest.raises(ModelError, match="it has the layers 0 to 2"):
        fit_meaning(tiny_model, [sentences(tmp_path)], str(encoder), MeaningOptions(layers=(0, 3)))
    with pytest.raises(ModelError, match="not a loadable encoder"):
        fit_meaning(tiny_model, [sentences(tmp_path)], str(tmp_path), OPTIONS)


def test_the_command_writes_the_map_into_the_models_folder(tiny_model: Path, encoder: Path, tmp_path: Path) -> None:
    # The tiny encoder has two layers, fewer than the command reads.
    given = ["meaning", sentences(tmp_path), "--model", str(tiny_model), "--teacher", str(encoder), "--layers", "0,2"]
    result = CliRunner().invoke(app, [*given, "--dimensions", "8"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "correlate" in result.stdout
    assert "--layers 0,2" in json.loads((tiny_model / "meaning.json").read_text())["command"]
