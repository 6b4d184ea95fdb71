from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch
from transformers import AutoModel, AutoModelForTokenClassification

from scrutiny.errors import ConfigError
from scrutiny.pipeline import load
from scrutiny.report import Role
from scrutiny.training.adapters import adapted
from scrutiny.training.config import Lora, TrainingConfig, load_config
from scrutiny.training.train import train

CONFIG = """
[model]
base = "{base}"
save_as = "float32"
lora = {{ rank = 4, alpha = 16, target = "all-linear", dropout = 0.05 }}
[data]
train = [{{ data = "{data}" }}]
validation = [{{ data = "{data}" }}]
[optimisation]
passes = {passes}
learning_rate = 2e-2
batch_windows = 8
"""


def config(folder: Path, encoder: Path, passes: int) -> TrainingConfig:
    words = {Role.FINDING: "poor", Role.STRENGTH: "good", Role.RECOMMENDATION: "must", Role.OTHER: "the"}
    rows = [{"text": f"plans are {word} {word} {n}", "role": role} for n in range(15) for role, word in words.items()]
    data, file = folder / "data.jsonl", folder / "train.toml"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    file.write_text(CONFIG.format(base=encoder.as_posix(), data=data.as_posix(), passes=passes))
    return load_config(file)


def test_adapters_learn_and_leave_a_model_like_any_other(tmp_path: Path, encoder: Path) -> None:
    output = tmp_path / "model"
    train(config(tmp_path, encoder, passes=12), output)
    texts = [f"plans are {word} {word} 99" for word in ("poor", "good", "must")]
    roles = [prediction.role for prediction in load(output, device="cpu").classify(texts)]
    assert roles == [Role.FINDING, Role.STRENGTH, Role.RECOMMENDATION]
    assert not list(output.glob("adapter*"))
    before = AutoModel.from_pretrained(encoder, add_pooling_layer=False).state_dict()
    after = AutoModelForTokenClassification.from_pretrained(output).base_model.state_dict()
    assert before.keys() == after.keys()
    for name, weight in before.items():
        if weight.ndim == 2 and "embeddings" not in name:
            # What was added has the rank of the adapters: the weights themselves were not trained.
            assert 0 < torch.linalg.matrix_rank(after[name] - weight, atol=1e-5) <= 4, name
        else:
            assert weight.equal(after[name]), name
    assert json.loads((output / "training.json").read_text())["config"]["model"]["lora"]["rank"] == 4


def test_an_interrupted_training_of_adapters_goes_on(tmp_path: Path, encoder: Path) -> None:
    run = config(tmp_path, encoder, passes=2)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scrutiny.training.train.make_room", stop)
        with pytest.raises(KeyboardInterrupt):
            train(run, tmp_path / "model")
    assert list((tmp_path / "model" / "checkpoints").glob("checkpoint-*/adapter_model.safetensors"))
    train(run, tmp_path / "model")
    train(run, tmp_path / "whole")
    gone_on, whole = (
        load(tmp_path / name).classify(["plans are good", "staff are poor"]) for name in ("model", "whole")
    )
    assert [p.scores for p in gone_on] == [p.scores for p in whole]


def test_merged_adapters_say_what_they_said_before(tiny_model: Path) -> None:
    model = AutoModelForTokenClassification.from_pretrained(tiny_model).eval()
    ids = torch.arange(40).reshape(2, 20)
    bare = model(input_ids=ids).logits
    peft_model = adapted(model, Lora(rank=4, target=("query", "value"))).eval()
    trained = {name for name, weight in peft_model.named_parameters() if weight.requires_grad}
    assert all("lora_" in name or "classifier" in name for name in trained)
    # In two layers the two matrices of an adapter at two targets, and the head's weight and bias.
    assert len(trained) == 2 * 2 * 2 + 2
    assert torch.equal(peft_model(input_ids=ids).logits, bare)
    torch.manual_seed(0)
    for name, weight in peft_model.named_parameters():
        if name in trained:
            weight.data = torch.randn_like(weight) / 4
    before = peft_model(input_ids=ids).logits
    assert not torch.allclose(before, bare, atol=1e-2)
    merged = peft_model.merge_and_unload()
    assert not [name for name in merged.state_dict() if "lora" in name]
    assert torch.allclose(merged(input_ids=ids).logits, before, atol=1e-5)


def test_peft_that_is_not_installed_is_named(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(ConfigError, match=r"needs peft.*scrutiny\[lora\]"):
        adapted(AutoModelForTokenClassification.from_pretrained(tiny_model), Lora())


def test_layers_that_an_encoder_has_not_are_named(tiny_model: Path) -> None:
    with pytest.raises(ConfigError, match=r"layer called 'classifier'.*a list of dense, key, query, value"):
        adapted(AutoModelForTokenClassification.from_pretrained(tiny_model), Lora(target=("query", "classifier")))


def test_a_wrong_key_of_adapters_names_those_accepted(tmp_path: Path, encoder: Path) -> None:
    config(tmp_path, encoder, passes=1)
    file = tmp_path / "train.toml"
    file.write_text(file.read_text().replace("rank = 4", "ranks = 4"))
    with pytest.raises(ConfigError, match=r"model -> lora -> ranks.*there: rank, alpha, target, dropout"):
        load_config(file)
