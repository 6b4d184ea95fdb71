from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import load_file
from transformers import AutoModelForTokenClassification

from scrutiny.corpora import LabelledSentence
from scrutiny.errors import ConfigError, DataError, ModelError
from scrutiny.pipeline import load
from scrutiny.report import ROLES, Role
from scrutiny.roles.second_role import SecondRole
from scrutiny.roles.settings import ModelSettings
from scrutiny.roles.taught import Taught
from scrutiny.training.calibration import calibrate
from scrutiny.training.config import DataSource, Lora, Model, Optimisation, TrainingConfig, load_config
from scrutiny.training.examples import soft_label
from scrutiny.training.train import train

CONFIG = """
[model]
base = "{base}"
save_as = "float32"
[data]
train = [{{ data = "{data}" }}]
validation = [{{ data = "{data}" }}]
[optimisation]
passes = {passes}
learning_rate = 5e-3
batch_windows = 8
"""


def config(tmp_path: Path, encoder: Path, passes: int = 12) -> TrainingConfig:
    """A run on sixty sentences that a working training can learn by heart."""
    words = {Role.FINDING: "poor", Role.STRENGTH: "good", Role.RECOMMENDATION: "must", Role.OTHER: "the"}
    data = tmp_path / "data.jsonl"
    data.write_text(
        "".join(
            json.dumps({"text": f"plans are {word} {word} {index}", "role": role}) + "\n"
            for index in range(15)
            for role, word in words.items()
        )
    )
    file = tmp_path / "train.toml"
    file.write_text(CONFIG.format(base=encoder.as_posix(), data=data.as_posix(), passes=passes))
    return load_config(file)


def test_training_learns_and_writes_a_folder_that_loads_everywhere(tmp_path: Path, encoder: Path) -> None:
    output = tmp_path / "model"
    settings = train(config(tmp_path, encoder), output, command="scrutiny train x")
    # What was learnt by heart can be trusted: sharper, not flatter, and nothing left to review.
    assert settings.temperature < 1
    assert settings.review_below < 0.95
    files = {"config.json", "model.safetensors", "scrutiny.json", "tokenizer.json", "training.json", "curves.png"}
    assert files <= {file.name for file in output.iterdir()}
    card = (output / "README.md").read_text()
    assert "scrutiny train x" in card
    assert "| data | 60 | 1.000 |" in card
    assert not (output / "checkpoints").exists()
    plain = AutoModelForTokenClassification.from_pretrained(output)
    assert list(plain.config.id2label.values()) == [role.value for role in ROLES]
    texts = [f"plans are {word} {word} 99" for word in ("poor", "good", "must")]
    roles = [p.role for p in load(output, device="cpu").classify(texts)]
    assert roles == [Role.FINDING, Role.STRENGTH, Role.RECOMMENDATION]
    taught = Taught.load(output)
    assert taught is not None
    assert taught.tell(["Plans are poor poor 3", "plans are poor poor 99"]) == ([True, False], [True, False])
    provenance = json.loads((output / "training.json").read_text())
    assert provenance["command"] == "scrutiny train x"
    assert len(provenance["sha256"]) == 1
    assert provenance["config"]["optimisation"]["seed"] == 0


def test_a_label_of_no_weight_has_no_influence_and_one_of_half_has_some(tmp_path: Path, encoder: Path) -> None:
    run = config(tmp_path, encoder, passes=1)
    chosen_on = tmp_path / "chosen-on.jsonl"
    chosen_on.write_text((tmp_path / "data.jsonl").read_text())
    trusted = (tmp_path / "data.jsonl").read_text()
    doubts = tmp_path / "doubts.csv"
    doubts.write_text("source,id\n" + "".join(f"data,{index}\n" for index in range(61, 91)))
    made: dict[tuple[Role, float], bytes] = {}
    for role, weight in itertools.product((Role.STRENGTH, Role.OTHER), (0.0, 0.5, 1.0)):
        rows = [{"id": index, "text": f"plans are poor poor {index}", "role": role} for index in range(61, 91)]
        (tmp_path / "data.jsonl").write_text(trusted + "".join(json.dumps(row) + "\n" for row in rows))
        changed = {"validation": (DataSource(data=str(chosen_on)),), "doubts": str(doubts), "doubt_weight": weight}
        output = tmp_path / f"{role}-{weight}"
        train(run.model_copy(update={"data": run.data.model_copy(update=changed)}), output)
        made[role, weight] = (output / "model.safetensors").read_bytes()
    assert made[Role.STRENGTH, 0.0] == made[Role.OTHER, 0.0]
    assert len(set(made.values())) == 5
    provenance = json.loads((tmp_path / "strength-0.5" / "training.json").read_text())
    assert str(doubts) in provenance["sha256"]
    assert provenance["sentences"] == {"train": 90, "doubted": 30, "unlabelled": 0, "validation": 60}


def test_an_interrupted_training_goes_on_and_other_settings_are_refused(tmp_path: Path, encoder: Path) -> None:
    output = tmp_path / "model"
    run = config(tmp_path, encoder, passes=2)

    class Stop(BaseException):
        pass

    def stop_late(*_: object, **__: object) -> None:
        raise Stop

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scrutiny.training.train.calibrate", stop_late)
        with pytest.raises(Stop):
            train(run, output)
    assert list((output / "checkpoints").glob("checkpoint-*"))
    with pytest.raises(ConfigError, match="another run"):
        train(config(tmp_path, encoder, passes=3), output)
    with (tmp_path / "data.jsonl").open("a") as data:
        data.write("\n")
    with pytest.raises(ConfigError, match="another run"):
        train(run, output)
    config(tmp_path, encoder, passes=2)
    train(run, output)
    assert (output / "model.safetensors").is_file()


def test_a_model_can_keep_fewer_layers_and_be_written_in_eight_bits(tmp_path: Path, encoder: Path) -> None:
    run = config(tmp_path, encoder, passes=1)
    run = run.model_copy(update={"model": run.model.model_copy(update={"layers": 1, "save_as": "int8"})})
    train(run, tmp_path / "model")
    assert not (tmp_path / "model" / "model.safetensors").exists()
    loaded = load(tmp_path / "model", device="cpu").classifier.loaded
    assert loaded.model.config.num_hidden_layers == 1


def test_training_goes_on_from_what_a_model_in_eight_bits_knows(tmp_path: Path, encoder: Path) -> None:
    run = config(tmp_path, encoder, passes=1)
    of_eight_bits = {"model": run.model.model_copy(update={"save_as": "int8"})}
    train(run.model_copy(update=of_eight_bits), tmp_path / "model")
    known = load(tmp_path / "model", device="cpu").classifier.loaded.model.state_dict()
    standing_still = {"optimisation": run.optimisation.model_copy(update={"learning_rate": 1e-12, "weight_decay": 0})}
    train(run.model_copy(update=standing_still), tmp_path / "more", base_model=str(tmp_path / "model"))
    kept = load(tmp_path / "more", device="cpu").classifier.loaded.model.state_dict()
    assert all(torch.allclose(kept[name], known[name], atol=1e-3) for name in known)
    fewer = {"model": run.model.model_copy(update={"layers": 1})}
    train(run.model_copy(update=fewer), tmp_path / "fewer", base_model=str(tmp_path / "model"))
    assert load(tmp_path / "fewer", device="cpu").classifier.loaded.model.config.num_hidden_layers == 1
    weights = tmp_path / "model" / "model.int8.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelError, match="no encoder could be loaded"):
        train(run, tmp_path / "damaged", base_model=str(tmp_path / "model"))


def test_frozen_layers_stay_as_they_are_to_the_last_bit_and_those_above_learn(tmp_path: Path, encoder: Path) -> None:
    run = config(tmp_path, encoder, passes=1)
    of_eight_bits = {"model": run.model.model_copy(update={"save_as": "int8"})}
    train(run.model_copy(update=of_eight_bits), tmp_path / "model")
    frozen = {"model": run.model.model_copy(update={"save_as": "int8", "frozen_layers": 1})}
    train(run.model_copy(update=frozen), tmp_path / "more", base_model=str(tmp_path / "model"))
    known, learnt = (load_file(tmp_path / name / "model.int8.safetensors") for name in ("model", "more"))
    below = {name for name in known if "embeddings" in name or ".layer.0." in name}
    above = {name for name in known if ".layer.1." in name and "weight" in name}
    assert below
    assert above
    assert all(torch.equal(known[name], learnt[name]) for name in below)
    assert not any(torch.equal(known[name], learnt[name]) for name in above if known[name].dtype == torch.int8)
    for layers in (2, 3):
        whole = {"model": run.model.model_copy(update={"frozen_layers": layers})}
        with pytest.raises(ConfigError, match=f"frozen_layers: {layers} of 2 layers cannot be frozen"):
            train(run.model_copy(update=whole), tmp_path / "none", base_model=str(encoder))
    with pytest.raises(ValidationError, match="leave out frozen_layers"):
        Model(base="b", frozen_layers=1, lora=Lora())


def test_windows_longer_than_the_encoder_reads_are_refused_before_training(tmp_path: Path, encoder: Path) -> None:
    run = config(tmp_path, encoder)
    run = run.model_copy(update={"window": run.window.model_copy(update={"core": 500})})
    with pytest.raises(ModelError, match="510 positions can be relied on"):
        train(run, tmp_path / "model")


def test_a_missing_base_model_is_named(tmp_path: Path, encoder: Path) -> None:
    with pytest.raises(ModelError, match="no encoder could be loaded"):
        train(config(tmp_path, encoder), tmp_path / "model", base_model=str(tmp_path / "nowhere"))


def test_data_left_empty_is_named(tmp_path: Path, encoder: Path) -> None:
    run = config(tmp_path, encoder)
    bare = run.model_copy(update={"data": run.data.model_copy(update={"exclude_sources": ("data",)})})
    with pytest.raises(DataError, match="Nothing to train"):
        train(bare, tmp_path / "model")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[model", "not valid TOML"),
        ("", "model: Field required"),
        ('[model]\nbase = "b"\nmax_token = 3', "model -> max_token.*keys there: base, layers, frozen_layers, save_as"),
        (
            '[model]\nbase = "b"\n[data]\ntrain=[{data="a"}]\nvalidation=[{data="a"}]\n[optimisation]\npasses=0',
            "passes",
        ),
    ],
)
def test_a_wrong_configuration_names_the_key_and_what_is_accepted(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert __import__("re").search(message, str(caught.value)), caught.value


def unit(role: Role, second: Role | None = None, certainty: int = 3) -> LabelledSentence:
    return LabelledSentence("1", "p", 1, "s", "g", "", "", "paragraph", True, "", "Text.", role, second, certainty)


def test_soft_labels_share_weight_with_second_role_and_uncertainty() -> None:
    clear = soft_label(unit(Role.FINDING), Optimisation(soft_certainty=(0.0, 0.1, 0.2)))
    assert clear == [1.0, 0.0, 0.0, 0.0]
    mixed = soft_label(
        unit(Role.FINDING, Role.STRENGTH, 1), Optimisation(soft_second=0.25, soft_certainty=(0, 0.1, 0.2))
    )
    assert mixed == pytest.approx([0.6, 0.3, 0.05, 0.05])


@pytest.mark.parametrize("biases", [(0.0, 0.0, 0.0, 0.0), (-0.6, 0.2, -0.4, 0.8)])
def test_calibration_finds_the_temperature_and_biases_that_made_the_labels(biases: tuple[float, ...]) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(6000, 4, generator=generator, dtype=torch.double) * 3
    made = torch.softmax(logits / 2 + torch.tensor(biases, dtype=torch.double), dim=-1)
    labels = torch.multinomial(made, 1, generator=generator)[:, 0]
    gold = [unit(ROLES[int(label)]) for label in labels]
    found = calibrate(logits, gold, ModelSettings(second_role=SecondRole.scored(0.3)))
    assert found.temperature == pytest.approx(2, rel=0.1)
    # One bias more or less for all roles changes nothing.
    mean = sum(found.bias) / 4
    assert [bias - mean for bias in found.bias] == pytest.approx(list(biases), abs=0.15)
    assert found.second_role == SecondRole.scored(0.3)  # no sentence has a second role
    confidence, guess = found.probabilities(logits).max(dim=-1)
    accepted = confidence >= found.review_below
    assert float((guess == labels)[accepted].double().mean()) >= 0.95
    for point in found.risk_coverage:
        accepted = confidence >= point.threshold
        assert point.coverage == pytest.approx(float(accepted.double().mean()), abs=1e-3)
        assert point.error == pytest.approx(float((guess != labels)[accepted].double().mean()), abs=1e-3)
