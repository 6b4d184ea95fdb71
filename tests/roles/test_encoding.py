"""What runs encoders says what transformers says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForTokenClassification,
    MPNetConfig,
    MPNetForTokenClassification,
    set_seed,
)

from scrutiny.errors import ModelError
from scrutiny.report import ROLES
from scrutiny.roles import mpnet
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.encoding import encoder
from scrutiny.roles.loading import load_model, load_transformer
from scrutiny.roles.precision import Precision, multiplies_whole_numbers
from scrutiny.roles.weights import FILE_NAME, Weights, save_int8
from scrutiny.roles.windows import Unit

CPU = torch.device("cpu")
SIZES: dict[str, Any] = {
    "vocab_size": 120,
    "id2label": dict(enumerate(role.value for role in ROLES)),
    "hidden_size": 64,
    "num_attention_heads": 4,
    "intermediate_size": 96,
}
MPNET = (MPNetForTokenClassification, MPNetConfig)
BERT = (BertForTokenClassification, BertConfig)


@pytest.fixture
def folder(encoder: Path, tmp_path: Path) -> Path:
    """A folder for a model, with a tokenizer."""
    AutoTokenizer.from_pretrained(encoder).save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def write(folder: Path, kind: Any = MPNET, layers: int = 2, *, int8: bool = False, **more: Any) -> None:
    """A model with random weights that say much."""
    set_seed(0)
    of_model, of_config = kind
    model = of_model(of_config(**SIZES | {"num_hidden_layers": layers} | more))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "LayerNorm" not in name:
                weight.normal_(std=1.0 if "relative" in name else 0.2)
    if int8:
        save_int8(model, folder)
    else:
        model.save_pretrained(folder)


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("int8", [False, True])
def test_an_mpnet_says_what_transformers_says(folder: Path, layers: int, int8: bool) -> None:
    write(folder, layers=layers, int8=int8)
    config, weights = load_model(folder).config, Weights(folder)
    assert isinstance(config, mpnet.MPNetConfig)
    ours = mpnet.MPNet(config, weights, mpnet.InFloats(weights, CPU, torch.float32), range(layers + 1))
    theirs = load_transformer(folder)
    with torch.inference_mode():
        for count, tokens in ((1, 20), (2, 150), (1, 37), (3, 400)):
            ids = torch.randint(5, 90, (count, tokens))
            wanted = theirs(input_ids=ids, output_hidden_states=True)
            logits, states = ours(ids, slice(3, 17))
            assert torch.allclose(logits, wanted.logits[:, 3:17], atol=1e-4)
            assert not torch.allclose(logits, wanted.logits[:, 2:16], atol=0.1)
            assert list(states) == list(range(layers + 1))
            for layer in range(layers):
                assert torch.allclose(states[layer], wanted.hidden_states[layer], atol=1e-4)
            assert torch.allclose(states[layers][:, 3:17], wanted.hidden_states[-1][:, 3:17], atol=1e-4)
            assert not states[layers][:, 17:].any()


def test_layers_that_nobody_reads_are_not_told(folder: Path) -> None:
    write(folder, layers=3)
    config, weights = load_model(folder).config, Weights(folder)
    for layers in ((), (0,), (1, 3), (2,)):
        ours = mpnet.MPNet(config, weights, mpnet.InFloats(weights, CPU, torch.float32), layers)
        assert tuple(ours(torch.randint(5, 90, (1, 20)), slice(1, 5))[1]) == layers


@pytest.mark.parametrize("kind", [MPNET, BERT])
@pytest.mark.parametrize("int8", [False, True])
@pytest.mark.parametrize("precision", [Precision.INT8_VNNI, Precision.BFLOAT16])
def test_a_coarser_precision_says_nearly_the_same(folder: Path, kind: Any, int8: bool, precision: Precision) -> None:
    if precision is Precision.INT8_VNNI and not multiplies_whole_numbers():
        pytest.skip("the processor has no AVX-512 VNNI")
    write(folder, kind, int8=int8)
    ids, read = torch.randint(5, 90, (3, 37)), slice(4, 30)
    loaded = load_model(folder)
    coarse, fine = (encoder(loaded, one, CPU) for one in (precision, Precision.FLOAT32))
    with torch.inference_mode():
        logits, _ = coarse(ids, read)
        wanted, _ = fine(ids, read)
        alone, _ = coarse(ids[1:2], read)
    assert not logits.equal(wanted)
    assert (logits - wanted).abs().max() < 0.1 * wanted.abs().max()
    assert torch.allclose(logits[1:2], alone, atol=1e-3 if precision is Precision.INT8_VNNI else 0.1)
    # What others ask for is as it was.
    with torch.inference_mode():
        assert torch.allclose(loaded.model(input_ids=ids).logits[:, read], wanted, atol=1e-4)


def test_weights_that_are_missing_or_of_another_shape_are_named(folder: Path) -> None:
    write(folder)
    file = folder / "model.safetensors"
    weights = load_file(file)
    name = "mpnet.encoder.layer.1.output.dense.weight"
    for changed in (weights[name][:, 1:].contiguous(), None):
        kept = {key: tensor for key, tensor in weights.items() if key != name}
        save_file(kept if changed is None else kept | {name: changed}, file)
        with pytest.raises(ModelError, match=r"layer\.1\.output\.dense\.weight is missing or has not the shape"):
            Classifier(folder, device="cpu")
    file.write_bytes(b"nothing")
    with pytest.raises(ModelError, match="not a loadable token classifier"):
        Classifier(folder, device="cpu")


@pytest.mark.parametrize("precision", [Precision.FLOAT32, Precision.INT8_VNNI])
@pytest.mark.parametrize("fault", ["none", "cut"])
def test_levels_without_the_scales_of_their_rows_are_refused(folder: Path, precision: Precision, fault: str) -> None:
    if precision is Precision.INT8_VNNI and not multiplies_whole_numbers():
        pytest.skip("the processor has no AVX-512 VNNI")
    write(folder, int8=True)
    weights = load_file(folder / FILE_NAME)
    name = "mpnet.encoder.layer.1.output.dense.weight.scale"
    scales = weights.pop(name)
    save_file(weights if fault == "none" else weights | {name: scales[1:].contiguous()}, folder / FILE_NAME)
    with pytest.raises(ModelError, match="without the scales"):
        Classifier(folder, device="cpu", precision=precision)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"num_hidden_layers": 10**12}, r"layer\.2\.attention\.attn\.q\.weight is missing"),
        ({"num_attention_heads": 5}, "relative_attention_bias"),
        ({"vocab_size": 60}, "tokenizer has 99 tokens, its encoder 60"),
        ({"id2label": {0: "finding", 1: "strength", 2: "recommendation", 7: "other"}}, "must go from 0 to 3"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused_at_once(folder: Path, changes: dict[str, Any], told: str) -> None:
    write(folder)
    config = json.loads((folder / "config.json").read_bytes())
    (folder / "config.json").write_text(json.dumps(config | changes))
    with pytest.raises(ModelError, match=told):
        Classifier(folder, device="cpu")


def test_weights_that_the_configuration_does_not_know_are_refused(folder: Path) -> None:
    write(folder, layers=2)
    config = json.loads((folder / "config.json").read_bytes())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 1}))
    with pytest.raises(ModelError, match=r"layer\.1\.\S+ is no weight of such an MPNet"):
        Classifier(folder, device="cpu")


@pytest.mark.parametrize("device", ["cuda:77", "nonsense"])
def test_a_device_that_is_not_there_is_told(folder: Path, device: str) -> None:
    write(folder)
    with pytest.raises(ModelError, match=f"{device}: no such device"):
        Classifier(folder, device=device)


def test_weights_that_make_no_number_are_told(folder: Path) -> None:
    write(folder)
    weights = load_file(folder / "model.safetensors")
    weights["classifier.weight"][2, 3] = torch.inf
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(ModelError, match="in float32 is not a number"):
        Classifier(folder, device="cpu").predict([Unit("Plans are late.")])


@pytest.mark.parametrize("more", [{"hidden_act": "relu"}, {"layer_norm_eps": 1e-3}])
def test_an_mpnet_of_another_kind_says_what_transformers_says_too(folder: Path, more: dict[str, Any]) -> None:
    write(folder, **more)
    ids = torch.randint(5, 90, (2, 37))
    loaded = load_model(folder)
    with torch.inference_mode():
        wanted = load_transformer(folder)(input_ids=ids).logits
        logits, _ = encoder(loaded, Precision.FLOAT32, CPU)(ids, slice(0, 37))
    assert torch.allclose(logits, wanted, atol=1e-4)
    assert isinstance(loaded.config, mpnet.MPNetConfig) is ("hidden_act" not in more)


def test_a_model_in_use_does_not_care_what_is_written_over_it(folder: Path, tmp_path: Path) -> None:
    for int8 in (False, True):
        write(folder, int8=int8)
        file = folder / (FILE_NAME if int8 else "model.safetensors")
        for precision in (Precision.FLOAT32, *([Precision.INT8_VNNI] if multiplies_whole_numbers() else [])):
            encode = encoder(load_model(folder), precision, CPU)
            ids = torch.randint(5, 90, (2, 37))
            with torch.inference_mode():
                before, _ = encode(ids, slice(0, 37))
                before = before.clone()
                shutil.copyfile(file, tmp_path / "kept")
                with file.open("r+b") as opened:
                    opened.truncate(100)
                again, _ = encode(ids, slice(0, 37))
            assert again.equal(before)
            shutil.copyfile(tmp_path / "kept", file)
        file.unlink()


def test_the_shipped_model_classifies_without_transformers() -> None:
    code = (
        "import sys; from scrutiny.pipeline import load; (one,) = load(device='cpu').classify(['Plans are late.']); "
        "print(one.role, sorted({'transformers', 'datasets'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "finding []\n"
