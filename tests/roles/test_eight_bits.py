"""A model exported to run in eight bits, and when it is used."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file

from scrutiny.errors import DataError, ModelError
from scrutiny.report import ROLES
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.eight_bits import FILE_NAME, PROVENANCE, is_trusted
from scrutiny.roles.explain import explain
from scrutiny.roles.loading import load_model
from scrutiny.roles.meaning import FILE_NAME as MEANING
from scrutiny.roles.precision import Precision
from scrutiny.roles.windows import Unit
from scrutiny.training.exporting import export, in_eight_bits
from scrutiny.training.recalibration import recalibrate
from taggers import write_tagger

UNITS = [
    Unit("Plans are not reviewed often enough." * (1 + index % 4) + f" {index}", "Findings", f"p{index // 7}")
    for index in range(40)
]


@pytest.fixture(scope="module")
def once_exported(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with a map to meaning and a tagger that read different layers, exported."""
    from transformers import AutoModelForTokenClassification, AutoTokenizer, set_seed

    folder = tmp_path_factory.mktemp("models")
    set_seed(0)
    labels = {index: role.value for index, role in enumerate(ROLES)}
    model = AutoModelForTokenClassification.from_pretrained(encoder, num_labels=4, id2label=labels)
    model.save_pretrained(folder / "model")
    AutoTokenizer.from_pretrained(encoder).save_pretrained(folder / "model")
    tensors = {"weight": torch.randn(32, 8).half(), "bias": torch.randn(8).half()}
    save_file(tensors, folder / "model" / MEANING, metadata={"layers": "0"})
    write_tagger(folder / "model", (1,), ("trend:improved", "proportion"), {"trend": 0.5, "proportion": 0.2}, hidden=32)
    export(folder / "model", folder / "exported", ["authored:validation"], sentences=100)
    return folder / "exported"


@pytest.fixture
def exported(once_exported: Path, tmp_path: Path) -> Path:
    """The exported model; the test may spoil it."""
    return Path(shutil.copytree(once_exported, tmp_path / "exported"))


def test_an_exported_model_says_nearly_what_it_says_in_single_precision(once_exported: Path) -> None:
    eight, single = (Classifier(once_exported, device="cpu", precision=name) for name in ("int8", "float32"))
    assert (eight.precision, single.precision) == ("int8", "float32")
    said, wanted = eight.logits(UNITS), single.logits(UNITS)
    assert not said.equal(wanted)
    assert (said - wanted).abs().max() < 0.05 * wanted.std(dim=0).max()
    for one, other in zip(eight.meanings(UNITS), single.meanings(UNITS), strict=True):
        left, right = (np.frombuffer(meaning or b"", np.int8).astype(float) for meaning in (one, other))
        assert left @ right / np.sqrt(left @ left * (right @ right)) > 0.99
    names = [[{tag.name for tag in one.tags or ()} for one in model.annotate(UNITS)] for model in (eight, single)]
    assert {name for of_one in names[1] for name in of_one} == {"trend", "proportion"}
    assert sum(map(set.__eq__, *names)) > 0.9 * len(UNITS)


def test_what_is_said_in_eight_bits_depends_on_the_window_alone(once_exported: Path) -> None:
    together = Classifier(once_exported, device="cpu", precision="int8", threads=2).logits(UNITS)
    alone = Classifier(once_exported, device="cpu", precision="int8", threads=1)
    passages = [[unit for unit in UNITS if unit.passage == f"p{number}"] for number in range(6)]
    backwards = [alone.logits(passage) for passage in reversed(passages)]
    assert torch.cat(backwards[::-1]).equal(together)


def test_agreement_and_what_it_was_made_of_are_kept(once_exported: Path) -> None:
    kept = json.loads((once_exported / PROVENANCE).read_text(encoding="utf-8"))
    assert kept["model"]["sha256"] == load_model(once_exported.parent / "model").sha256
    assert kept["model"]["sha256"] != load_model(once_exported).sha256
    eight, single = (Classifier(once_exported, device="cpu", precision=name) for name in ("int8", "float32"))
    assert 100 <= kept["agreement"]["sentences"] < 200
    roles = [[said.role for said in classifier.predict(UNITS)] for classifier in (eight, single)]
    assert np.mean([one is other for one, other in zip(*roles, strict=True)]) > kept["agreement"]["role"] - 0.1


@pytest.mark.parametrize(("agreement", "used"), [(0.995, True), (0.9949, False), ("much", False), (None, False)])
def test_eight_bits_are_used_unasked_only_where_they_were_found_to_agree(
    exported: Path, agreement: object, used: bool
) -> None:
    kept = json.loads((exported / PROVENANCE).read_text(encoding="utf-8"))
    kept["agreement"] |= {"role": agreement, "int8_rate": 2.0, "float32_rate": 1.0}
    kept.pop("agreement_on_vnni", None)  # else it is used first
    (exported / PROVENANCE).write_text(json.dumps(kept), encoding="utf-8")
    assert is_trusted(exported) is used
    coarse = torch.cpu.get_capabilities().get("amx_bf16", False)
    unasked = Precision.BFLOAT16 if coarse else Precision.INT8 if used else Precision.FLOAT32
    assert Classifier(exported, device="cpu").precision is unasked
    assert Classifier(exported, precision="int8").precision is Precision.INT8
    kept["agreement"]["float32_rate"] = 2.0
    (exported / PROVENANCE).write_text(json.dumps(kept), encoding="utf-8")
    assert not is_trusted(exported)


def test_eight_bits_are_not_trusted_where_they_cannot_run_nor_after_another_calibration(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = tmp_path / "labels.jsonl"
    rows = [("finding" if number % 10 else "other", f"Plan {number} is poor.") for number in range(100)]
    labels.write_text("".join(json.dumps({"text": text, "role": role}) + "\n" for role, text in rows))
    kept = json.loads((exported / PROVENANCE).read_text(encoding="utf-8"))
    kept["agreement"] |= {"role": 1.0, "int8_rate": 2.0, "float32_rate": 1.0}
    (exported / PROVENANCE).write_text(json.dumps(kept), encoding="utf-8")
    assert is_trusted(exported)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "onnxruntime", None)
        assert not is_trusted(exported)
    recalibrate(exported, [str(labels)], tmp_path / "calibrated")
    assert not is_trusted(tmp_path / "calibrated")
    assert is_trusted(exported)
    recalibrate(exported, [str(labels)], exported)
    assert not is_trusted(exported)


def test_a_role_is_explained_whatever_it_was_computed_with(once_exported: Path) -> None:
    found = explain(Classifier(once_exported, device="cpu", precision="int8"), UNITS[:1], steps=4)
    wanted = explain(Classifier(once_exported, device="cpu", precision="float32"), UNITS[:1], steps=4, role=found.role)
    assert found.words == wanted.words


def test_what_cannot_run_in_eight_bits_is_told_with_a_remedy(
    tiny_model: Path, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match="no encoder in eight bits") as told:
        Classifier(tiny_model, device="cpu", precision="int8")
    assert "scrutiny export" in (told.value.remedy or "")
    with pytest.raises(ModelError, match="on the processor alone"):
        Classifier(exported, device="meta", precision="int8")
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "onnxruntime", None)
        with pytest.raises(ModelError, match="not installed") as told:
            Classifier(exported, device="cpu", precision="int8")
        assert "scrutiny[onnx]" in (told.value.remedy or "")
    save_file(
        {"weight": torch.randn(32, 8).half(), "bias": torch.randn(8).half()},
        exported / MEANING,
        metadata={"layers": "2"},
    )
    with pytest.raises(ModelError, match=r"hidden_2 is missing"):
        Classifier(exported, device="cpu", precision="int8")
    (exported / FILE_NAME).write_bytes(b"no graph")
    with pytest.raises(ModelError, match="not a loadable encoder"):
        Classifier(exported, device="cpu", precision="int8")


def test_a_model_is_not_exported_onto_itself_nor_compared_on_next_to_nothing(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is one of the models to read"):
        export(tiny_model, tiny_model, ["authored:validation"], sentences=100)
    few = tmp_path / "few.jsonl"
    few.write_text('{"text": "Plans are late.", "role": "finding"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="takes 100 or more"):
        export(tiny_model, tmp_path / "out", [str(few)])
    assert not (tmp_path / "out").exists()


NUMBERS = st.floats(-1000, 1000, width=32)


@given(arrays.arrays(np.float32, (3, 32), elements=NUMBERS), st.integers(0, 2**32 - 1))
def test_a_product_is_as_near_as_levels_of_each_token_allow(rows: np.ndarray, seed: int) -> None:
    import onnxruntime

    weights = np.random.default_rng(seed).normal(size=(32, 40)).astype(np.float32)
    real = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "product",
        [real("x", TensorProto.FLOAT, [3, 32])],
        [real("y", TensorProto.FLOAT, [3, 40])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = in_eight_bits(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10))
    assert "MatMul" not in {node.op_type for node in model.graph.node}
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(["y"], {"x": rows})
    scales = np.abs(weights).max(axis=0) / 127
    kept = np.rint(weights / scales) * scales
    # A number is off by half a level, and by half of one more where zero falls between two.
    level = (np.maximum(rows.max(axis=1), 0) - np.minimum(rows.min(axis=1), 0)) / 255
    bound = level[:, None] * np.abs(kept).sum(axis=0)
    assert (np.abs(found - rows.astype(np.float64) @ kept) <= bound * 1.01 + 1e-3).all()
