from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from scrutiny.errors import ModelError
from scrutiny.report import ROLES
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.loading import load_model
from scrutiny.roles.settings import ModelSettings
from scrutiny.roles.taught import FILE_NAME as TAUGHT
from scrutiny.roles.taught import Taught
from scrutiny.roles.weights import save_int8
from scrutiny.roles.windows import Unit, WindowSize
from scrutiny.training.averaging import average, choose


@pytest.fixture
def two_models(tiny_model: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two models of one shape with other weights."""
    other = tmp_path / "other"
    shutil.copytree(tiny_model, other)
    loaded = load_model(other)
    torch.manual_seed(1)
    for weight in loaded.model.parameters():
        weight.data += torch.randn_like(weight) / 10
    loaded.model.save_pretrained(other)
    return tiny_model, other


def test_an_average_lies_between_its_models_by_their_shares(two_models: tuple[Path, Path], tmp_path: Path) -> None:
    made = average(two_models, tmp_path / "made", shares=[1, 3], command="scrutiny average x y")
    one, other = (load_model(model).model.state_dict() for model in two_models)
    for name, weight in made.model.state_dict().items():
        assert torch.allclose(weight, 0.25 * one[name] + 0.75 * other[name], atol=1e-3), name
    kept = json.loads((tmp_path / "made" / "average.json").read_text())
    assert kept["command"] == "scrutiny average x y"
    assert [model["share"] for model in kept["models"]] == [0.25, 0.75]
    assert [model["sha256"] for model in kept["models"]] == [load_model(model).sha256 for model in two_models]


def test_the_share_is_chosen_under_which_the_labels_are_most_likely(
    two_models: tuple[Path, Path], tmp_path: Path
) -> None:
    average(two_models, tmp_path / "truth", shares=[0.3, 0.7])
    texts = [f"plans {number} are {word}" for number in range(100) for word in ("poor", "good", "must", "reviewed")]
    logits = Classifier(tmp_path / "truth", precision="float32").logits([Unit(text) for text in texts])
    labels = torch.multinomial((8 * logits).softmax(dim=-1), 1, generator=torch.Generator().manual_seed(0))[:, 0]
    data = tmp_path / "data.jsonl"
    rows = [{"text": text, "role": ROLES[label]} for text, label in zip(texts, labels.tolist(), strict=True)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    choice = choose(*two_models, [str(data)])
    assert [trial.share for trial in choice.trials] == [step / 10 for step in range(1, 10)]
    assert choice.best.share == 0.3
    # What made the labels is as likely as it says, which no other share is.
    entropy = -(8 * logits).log_softmax(dim=-1).gather(1, labels[:, None]).mean()
    assert choice.best.log_likelihood == pytest.approx(-float(entropy), abs=1e-3)
    Taught.by(["learnt by one"]).save(two_models[0])
    average(two_models, tmp_path / "unknown", choice=choice)
    assert Taught.load(tmp_path / "unknown") is None
    Taught.by(["learnt by the other"]).save(two_models[1])
    average(two_models, tmp_path / "unknown", choice=choice)
    (two_models[1] / TAUGHT).rename(tmp_path / "aside")
    average(two_models, tmp_path / "unknown", choice=choice)
    assert Taught.load(tmp_path / "unknown") is None  # nor what another model there was taught
    (tmp_path / "aside").rename(two_models[1] / TAUGHT)
    average(two_models, tmp_path / "made", choice=choice, command="scrutiny average x y")
    taught = Taught.load(tmp_path / "made")
    assert taught is not None
    assert taught.tell(["learnt by one", "learnt by the other", texts[7]]) == (
        [True, True, False],
        [False, False, True],
    )
    kept = json.loads((tmp_path / "made" / "average.json").read_text())
    assert [model["share"] for model in kept["models"]] == [0.3, 0.7]
    assert kept["chosen_on"]["sentences"] == 400
    assert list(kept["chosen_on"]["sha256"]) == [str(data)]
    assert kept["chosen_on"]["trials"][2] == choice.best._asdict()


def test_models_in_eight_bits_give_one_in_eight_bits(two_models: tuple[Path, Path], tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    shutil.copytree(two_models[0], packed)
    (packed / "model.safetensors").unlink()
    save_int8(load_model(two_models[0]).model, packed)
    made = tmp_path / "made"
    average(two_models, made)
    (made / "README.md").write_text("of another model")
    average([packed, two_models[1]], made)
    assert [file.name for file in made.glob("*.safetensors")] == ["model.int8.safetensors"]
    assert not (made / "README.md").exists()


def test_a_model_is_not_overwritten_by_an_average_of_it(two_models: tuple[Path, Path]) -> None:
    before = load_model(two_models[1]).sha256
    with pytest.raises(ModelError, match="is one of the models to read"):
        average(two_models, two_models[1])
    assert load_model(two_models[1]).sha256 == before


def test_models_that_read_other_windows_are_not_averaged(two_models: tuple[Path, Path], tmp_path: Path) -> None:
    ModelSettings(window=WindowSize(core=20)).save(two_models[1])
    with pytest.raises(ModelError, match=r"other and .* cannot be averaged"):
        average(two_models, tmp_path / "made")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("shares", [[1.0], [1.0, 0.0], [1.0, 1.0, 1.0], [1.0, float("nan")], [1.0, float("inf")]])
def test_shares_that_do_not_fit_are_refused(two_models: tuple[Path, Path], tmp_path: Path, shares: list[float]) -> None:
    with pytest.raises(ValueError, match="a positive share of each"):
        average(two_models, tmp_path / "made", shares=shares)
