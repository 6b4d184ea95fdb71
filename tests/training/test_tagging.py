"""A tagger, learnt from labelled reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scrutiny.cli import app
from scrutiny.errors import DataError, ModelError
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.tags import FILE_NAME, WORDS
from scrutiny.roles.windows import Unit
from scrutiny.training.tagging import TaggerOptions, fit_tagger

#: The tiny encoder's weights are random: what it takes in tells its tokens apart.
OPTIONS = TaggerOptions(layers=(0,), width=32, passes=30, batch_tokens=400, learning_rate=0.03)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Ten reports in which staff speak, plans are poor, often clear, and good where they have improved."""
    folder = tmp_path / "labelled"
    folder.mkdir()
    for number in range(10):
        lines = [f"@title Report {number}", "@regime invented", "@date 2024-01-31", "# Findings"]
        units = []
        for place in range(1, 13):
            text, labels = [
                ("the staff are clear", {"voice": "staff"}),
                ("often plans are clear", {"proportion": "often"}),
                ("plans are not clear", {}),
                ("the plans are good", {"trend": "improved"}),
            ][(place + number) % 4]
            lines += [f"F3 | {text}.", ""]
            if labels:
                units.append({"n": place, **labels})
        (folder / f"r{number}.txt").write_text("\n".join(lines) + "\n")
        (folder / f"r{number}.json").write_text(json.dumps({"id": f"r{number}", "units": units}))
    return folder


def test_what_labels_of_whole_sentences_tell_is_learnt_and_labelled_words_are_found(
    tiny_model: Path, labelled: Path
) -> None:
    weights = (tiny_model / "model.safetensors").read_bytes()
    f1 = fit_tagger(tiny_model, [labelled], OPTIONS, command="scrutiny tagger x")
    assert min(f1.values()) > 0.9, f1
    assert (tiny_model / "model.safetensors").read_bytes() == weights
    kept = json.loads((tiny_model / "tagger.json").read_text())
    assert kept["command"] == "scrutiny tagger x"
    assert (kept["reports"], kept["sentences"]) == (10, 120)
    # A faint chance is told too, with its score: what counts is for whoever uses it to say.
    assert (kept["thresholds"]["voice"], kept["thresholds"]["trend"]) == (0.02, 0.02)
    assert kept["thresholds"]["proportion"] >= 0.2
    texts = ["the staff are clear.", "often plans are clear.", "the plans are good.", "plans are not clear."]
    units = [Unit(text, "Findings", "a report") for text in texts * 3]
    annotations = Classifier(tiny_model, device="cpu").annotate(units)[4:8]
    told = [
        {
            (tag.name, tag.value, text[tag.start : tag.end] if tag.name in WORDS else "")
            for tag in annotation.tags or ()
            if tag.score >= 0.5
        }
        for text, annotation in zip(texts, annotations, strict=True)
    ]
    assert told == [{("voice", "staff", "")}, {("proportion", "", "often")}, {("trend", "improved", "")}, set()]


def test_what_readers_may_leave_out_is_told_with_even_odds(tiny_model: Path, labelled: Path) -> None:
    for file in labelled.glob("*.json"):
        file.write_text(file.read_text().replace('"voice": "staff"', '"voice": ["staff", null]'))
    fit_tagger(tiny_model, [labelled], OPTIONS)
    units = [Unit(text, "Findings", "a report") for text in ["the staff are clear.", "the plans are good."] * 3]
    staff, plans = Classifier(tiny_model, device="cpu").annotate(units)[2:4]
    scores = {(tag.name, tag.value): tag.score for one in (staff, plans) for tag in one.tags or ()}
    assert 0.3 < scores["voice", "staff"] < 0.7
    assert scores["trend", "improved"] > 0.9


def test_passages_are_learnt_from_whose_text_is_elsewhere(tiny_model: Path, tmp_path: Path) -> None:
    labels, texts = tmp_path / "labels", tmp_path / "texts"
    labels.mkdir()
    texts.mkdir()
    sentences = [
        {"id": f"P{number}.{place}", "passage": f"P{number}", "position": place, "group": f"town {number}",
         "heading": "Findings", "role": "finding", "text": text}
        for number in range(10)
        for place, text in enumerate(["the staff are clear.", "often plans are clear.", "the plans are good."], 1)
    ]  # fmt: skip
    (texts / "real.jsonl").write_text("".join(json.dumps(sentence) + "\n" for sentence in sentences))
    units: list[dict[str, Any]] = [{"id": f"P{number}.1", "voice": "staff"} for number in range(10)]
    units += [{"id": f"P{number}.2", "proportion": [[0, 5]]} for number in range(10)]
    (labels / "real.json").write_text(json.dumps({"corpus": "real.jsonl", "units": units, "recommendations": []}))
    given = ["tagger", str(labels), "--model", str(tiny_model), "--layers", "0,2", "--passes", "2"]
    refused = CliRunner().invoke(app, given)
    assert refused.exit_code != 0
    assert isinstance(refused.exception, DataError)
    assert "--texts" in str(refused.exception)
    result = CliRunner().invoke(app, [*given, "--texts", str(texts)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    made = json.loads((tiny_model / "tagger.json").read_text())
    assert (made["reports"], made["sentences"]) == (10, 30)
    assert f"--texts {texts.as_posix()}" in made["command"]
    # The text decides the outcome as much as the labels do.
    assert (texts / "real.jsonl").as_posix() in made["sha256"]


def test_whom_demands_ask_is_learnt_from_where_it_is_printed(tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "demands"
    folder.mkdir()
    for number in range(10):
        lines = [f"@title Report {number}", "@regime invented", "@date 2024-01-31"]
        demands = []
        for place in range(1, 9, 2):
            lines += ["# Plans", "O3 | for the staff:", "", "R3 | good plans often.", ""]
            demands.append(
                {"n": place + 1, "addressee": "the staff", "action": "good plans", "deadline": "often",
                 "obligation": "imperative", "addresses": []}
            )  # fmt: skip
        (folder / f"r{number}.txt").write_text("\n".join(lines) + "\n")
        (folder / f"r{number}.json").write_text(json.dumps({"id": f"r{number}", "recommendations": demands}))
    f1 = fit_tagger(tiny_model, [folder], OPTIONS)
    assert min(f1[name] for name in ("addressee", "deadline", "obligation")) > 0.9, f1
    texts = ["for the staff:", "good plans often."]
    annotations = Classifier(tiny_model, device="cpu").annotate([Unit(text, "Plans", "a report") for text in texts])
    told = [
        {tag.name: text[tag.start : tag.end] for tag in annotation.tags or () if tag.name in WORDS}
        for text, annotation in zip(texts, annotations, strict=True)
    ]
    # So few sentences do not tell the words from those beside them.
    assert [set(of_text) for of_text in told] == [{"addressee"}, {"deadline"}]
    assert "the staff" in told[0]["addressee"]
    assert "often" in told[1]["deadline"]
    first = json.loads((folder / "r0.json").read_text())
    first["recommendations"][0]["obligation"] = "perhaps"
    (folder / "r0.json").write_text(json.dumps(first))
    with pytest.raises(DataError, match="r0, unit 2: obligation cannot be"):
        fit_tagger(tiny_model, [folder], OPTIONS)


def test_the_same_labels_give_the_same_tagger(tiny_model: Path, labelled: Path) -> None:
    made = []
    for _ in range(2):
        fit_tagger(tiny_model, [labelled], TaggerOptions(layers=(0, 2), passes=2))
        made.append((tiny_model / FILE_NAME).read_bytes())
    assert made[0] == made[1]


def test_labels_that_cannot_be_learnt_from_are_refused(tiny_model: Path, labelled: Path) -> None:
    with pytest.raises(ModelError, match="it has the layers 0 to 2"):
        fit_tagger(tiny_model, [labelled], TaggerOptions(layers=(0, 3)))
    (labelled / "r1.txt").unlink()
    with pytest.raises(DataError, match=r"r1.json: there is no r1.txt"):
        fit_tagger(tiny_model, [labelled], OPTIONS)
    (labelled / "r1.json").write_text("[]")
    with pytest.raises(DataError, match=r"r1.json: no labelled report"):
        fit_tagger(tiny_model, [labelled], OPTIONS)
    for number in range(1, 4):
        (labelled / f"r{number}.json").unlink()
    with pytest.raises(DataError, match="7 labelled reports to learn from; it takes 8"):
        fit_tagger(tiny_model, [labelled], OPTIONS)


def test_the_command_writes_the_tagger_into_the_models_folder(tiny_model: Path, labelled: Path) -> None:
    # The tiny encoder has two layers, fewer than the command reads.
    given = ["tagger", str(labelled), "--model", str(tiny_model), "--layers", "0,2", "--passes", "2"]
    result = CliRunner().invoke(app, given, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "F1 on reports that were left out in turn, with the best thresholds: voice" in result.stdout
    assert "--layers 0,2" in json.loads((tiny_model / "tagger.json").read_text())["command"]
