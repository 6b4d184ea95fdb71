"""A copy of a model whose encoder runs in eight bits, held against the encoder in single precision.

torch writes the encoder as an ONNX graph; here its products with large weights become products of whole numbers. The
weights of a row share a scale (as in :mod:`scrutiny.roles.weights`, so that a model kept in eight bits loses nothing
more), and what is multiplied has a scale and a zero of its own for every token, found while it runs: with one for a
whole window, as ONNX Runtime's own dynamic quantisation has it, the few tokens with outliers cost all others their
precision (Dettmers et al. 2022, arXiv 2208.07339).

A product of numbers without a sign on either side is exact on every processor. With signed weights, those without
instructions for it (VNNI) add pairs in sixteen bits, which overflow.
"""

from __future__ import annotations

import json
import logging
import shutil
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from scrutiny import corpora
from scrutiny.errors import DataError, ModelError
from scrutiny.evaluation.predict import to_unit
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.eight_bits import AGREEMENT, AGREEMENT_ON_VNNI, FILE_NAME, HIDDEN, INPUT, LOGITS, PROVENANCE
from scrutiny.roles.loading import LoadedModel, first_lines, load_model
from scrutiny.roles.precision import Precision, multiplies_whole_numbers
from scrutiny.roles.windows import Unit
from scrutiny.training.folders import make_room
from scrutiny.training.gathering import draw_passages
from scrutiny.training.provenance import hashes_of, versions

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto

#: Fewer sentences than these tell little of how often two encoders agree.
FEWEST = 100
#: Smaller matrices stay as they are: they cost little, and the head's are what decides.
_SMALLEST = 32
#: The first version of ONNX with an operation for GELU.
_OPSET = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What an encoder in eight bits says of ``sentences``, beside the same in single precision.

    ``role`` and ``decision`` are the shares that are told the same; ``difference`` is the mean, ``largest`` the largest
    difference of a probability; the others are sentences a second.
    """

    sentences: int
    role: float
    decision: float
    difference: float
    largest: float
    int8_rate: float
    float32_rate: float


def export(
    model: Path, output: Path, data: Sequence[str], *, sentences: int = 1000, seed: int = 0, command: str = ""
) -> dict[str, Agreement]:
    """Write ``model`` with its encoder in eight bits to ``output``, and how it agrees on ``sentences`` of ``data``.

    What is returned and kept under ``agreement`` is of the encoder that ONNX Runtime runs; under ``agreement_on_vnni``,
    where this processor has VNNI, of the model's own with :mod:`scrutiny.roles.whole_products`.
    ``data`` are sources of sentences as :func:`scrutiny.corpora.select` takes them, from which ``seed`` draws whole
    passages; their labels do not matter. ``export.json`` keeps what the copy was made of, and how it agrees.
    The model's card is not taken along: its measures are not those of the copy.

    Raises:
        DataError: the data cannot be read, or there are too few sentences.
        ModelError: the model cannot be loaded or written as a graph, ``output`` is its folder, or a package is missing.
    """
    gold = [unit for name in data for unit in corpora.select(name)]
    units = [to_unit(sentence) for passage in draw_passages(gold, sentences, seed) for sentence in passage]
    if len(units) < FEWEST:
        raise DataError(
            f"There are {len(units)} sentences to compare on; it takes {FEWEST} or more.", remedy="Add data."
        )
    made = {"command": command, "sha256": hashes_of(data), "seed": seed, "versions": _versions()}
    loaded = load_model(model)
    graph = in_eight_bits(_graph_of(loaded))
    make_room(output, [model])
    for file in model.iterdir():
        if file.is_file() and file.name not in ("README.md", PROVENANCE, FILE_NAME):
            shutil.copyfile(file, output / file.name)
    (output / FILE_NAME).write_bytes(graph.SerializeToString())
    found = _compared(output, units)
    made |= {"model": {"name": loaded.name, "sha256": loaded.sha256}}
    made |= {key: asdict(agreement) for key, agreement in found.items()}
    (output / PROVENANCE).write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return found


def _versions() -> dict[str, str]:
    """Those of all that takes part. Raises ModelError."""
    try:
        return versions() | {name: version(name) for name in ("onnx", "onnxruntime", "onnxscript")}
    except PackageNotFoundError as error:
        raise ModelError(
            f"Models are exported with a package that is not installed: {error.name}.",
            remedy="Install it with: pip install 'scrutiny[onnx]'",
        ) from None


class _Encoder(torch.nn.Module):
    """An encoder as a function of tokens alone, which tells its logits and the hidden states of ``layers``."""

    def __init__(self, loaded: LoadedModel) -> None:
        super().__init__()
        self.model = loaded.model
        self.layers = loaded.layers

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
        said = self.model(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=bool(self.layers))
        return said.logits, *(said.hidden_states[layer] for layer in self.layers)


def _graph_of(loaded: LoadedModel) -> ModelProto:
    """The encoder as a graph in single precision, for one row of any number of tokens."""
    encoder = _Encoder(loaded).eval()
    names = [LOGITS, *(HIDDEN.format(layer) for layer in encoder.layers)]
    tokens = torch.export.Dim("tokens", min=2, max=loaded.settings.window.tokens)
    ids = torch.ones(1, 16, dtype=torch.long)
    # The exporter tells of every step, and that torchvision is missing.
    logger = logging.getLogger("torch.onnx")
    told = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), torch.inference_mode(False), torch.no_grad():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                encoder,
                (ids,),
                dynamo=True,
                verbose=False,
                input_names=[INPUT],
                output_names=names,
                dynamic_shapes={"ids": {1: tokens}},
                opset_version=_OPSET,
            )
    # Whatever the encoder is made of may be what cannot be written: no narrower class covers that.
    except Exception as error:
        raise ModelError(
            f"{loaded.name}: its encoder cannot be written as an ONNX graph: {first_lines(error.__cause__ or error)}",
            remedy="Use it in single precision.",
        ) from None
    finally:
        logger.setLevel(told)
    assert program is not None
    return program.model_proto


def in_eight_bits(model: ModelProto) -> ModelProto:
    """The graph with its products with large weights in whole numbers, and its large tables kept in eight bits."""
    from onnx import numpy_helper

    graph = model.graph
    large = {
        tensor.name: tensor
        for tensor in graph.initializer
        if len(tensor.dims) == 2 and min(tensor.dims) >= _SMALLEST and tensor.data_type == tensor.FLOAT
    }
    rewriting = _Rewriting(graph)
    nodes: list[NodeProto] = []
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in large:
            nodes += rewriting.product(node, numpy_helper.to_array(large[node.input[1]]))
        elif node.op_type == "Gather" and node.input[0] in large and not _axis(node):
            nodes += rewriting.table(node, numpy_helper.to_array(large[node.input[0]]))
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    still_read = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in still_read or tensor.name not in large]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    return model


def _axis(node: NodeProto) -> int:
    return next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 0)


class _Rewriting:
    """The nodes that take the place of others, and the constants they read."""

    def __init__(self, graph: GraphProto) -> None:
        self._constants = graph.initializer
        self._scaled: dict[str, tuple[str, str, str]] = {}
        for name, value in (("zero", 0.0), ("levels", 255.0), ("least", 1e-12)):
            self._constant(f"int8.{name}", np.array(value, np.float32))
        self._constant("int8.last", np.array([-1], np.int64))
        self._constant("int8.no_offset", np.array(0, np.uint8))
        self._constant("int8.middle", np.array(128, np.uint8))

    def product(self, node: NodeProto, weights: np.ndarray[Any, Any]) -> list[NodeProto]:
        """``node``, a product with ``weights`` (inputs, outputs), in whole numbers.

        x ~ scale_x (u + z), w ~ scale_w v: their product is scale_x scale_w (u v + z sum(v)).
        """
        x, y = node.input[0], node.output[0]
        nodes: list[NodeProto] = []
        if x not in self._scaled:
            self._scaled[x] = (f"{x}.int8.u", f"{x}.int8.zero", f"{x}.int8.scale")
            nodes += self._in_levels(x)
        u, z, scale = self._scaled[x]
        levels, scales = _levels(weights.T)
        v = self._constant(f"{y}.int8.v", (levels.T + 128).astype(np.uint8))
        sums = self._constant(f"{y}.int8.sums", levels.sum(axis=1, dtype=np.float32))
        scale_w = self._constant(f"{y}.int8.scale_w", scales[:, 0])
        return [
            *nodes,
            _node("MatMulInteger", [u, v, "int8.no_offset", "int8.middle"], f"{y}.int8.whole"),
            _node("Cast", [f"{y}.int8.whole"], f"{y}.int8.real", to=_FLOAT),
            _node("Mul", [z, sums], f"{y}.int8.offset"),
            _node("Add", [f"{y}.int8.real", f"{y}.int8.offset"], f"{y}.int8.sum"),
            _node("Mul", [f"{y}.int8.sum", scale], f"{y}.int8.scaled"),
            _node("Mul", [f"{y}.int8.scaled", scale_w], y),
        ]

    def table(self, node: NodeProto, rows: np.ndarray[Any, Any]) -> list[NodeProto]:
        """``node``, which looks up ``rows`` of a table, with the table in eight bits."""
        levels, scales = _levels(rows)
        y = node.output[0]
        kept = self._constant(f"{y}.int8.rows", levels.astype(np.int8))
        of_rows = self._constant(f"{y}.int8.scales", scales)
        return [
            _node("Gather", [kept, node.input[1]], f"{y}.int8.whole"),
            _node("Gather", [of_rows, node.input[1]], f"{y}.int8.scale"),
            _node("Cast", [f"{y}.int8.whole"], f"{y}.int8.real", to=_FLOAT),
            _node("Mul", [f"{y}.int8.real", f"{y}.int8.scale"], y),
        ]

    def _in_levels(self, x: str) -> list[NodeProto]:
        """What makes whole numbers from 0 to 255 of ``x``, its scale and its zero, for every token."""
        u, z, scale = self._scaled[x]
        part = f"{x}.int8.{{}}".format
        return [
            _node("ReduceMax", [x, "int8.last"], part("largest"), keepdims=1),
            _node("ReduceMin", [x, "int8.last"], part("smallest"), keepdims=1),
            # Zero is among the levels, so that no range is empty.
            _node("Max", [part("largest"), "int8.least"], part("top")),
            _node("Min", [part("smallest"), "int8.zero"], part("bottom")),
            _node("Sub", [part("top"), part("bottom")], part("range")),
            _node("Div", [part("range"), "int8.levels"], scale),
            _node("Div", ["int8.levels", part("range")], part("inverse")),
            _node("Mul", [part("bottom"), part("inverse")], part("at")),
            _node("Round", [part("at")], z),
            _node("Mul", [x, part("inverse")], part("stretched")),
            _node("Sub", [part("stretched"), z], part("moved")),
            _node("Round", [part("moved")], part("rounded")),
            _node("Clip", [part("rounded"), "int8.zero", "int8.levels"], part("clipped")),
            _node("Cast", [part("clipped")], u, to=_UINT8),
        ]

    def _constant(self, name: str, values: np.ndarray[Any, Any]) -> str:
        from onnx import numpy_helper

        tensor: TensorProto = numpy_helper.from_array(values, name)
        self._constants.append(tensor)
        return name


#: ONNX's numbers for types of numbers.
_FLOAT, _UINT8 = 1, 2


def _node(operation: str, inputs: list[str], output: str, **attributes: Any) -> NodeProto:
    from onnx import helper

    return helper.make_node(operation, inputs, [output], **attributes)


def _levels(rows: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Whole numbers from -127 to 127 for each of ``rows``, and their scales, shape (rows, 1)."""
    scales = np.maximum(np.abs(rows).max(axis=1, keepdims=True) / 127, 1e-12).astype(np.float32)
    return np.rint(rows / scales), scales


def _compared(folder: Path, units: Sequence[Unit]) -> dict[str, Agreement]:
    """What the encoder of ``folder`` says of ``units`` in eight bits, against single precision, by how it computes."""
    asked = {AGREEMENT: Precision.INT8}
    if multiplies_whole_numbers():
        asked[AGREEMENT_ON_VNNI] = Precision.INT8_VNNI
    single, float32_rate, review_below = _probabilities(folder, Precision.FLOAT32, units)
    found = {}
    for key, precision in asked.items():
        eight, int8_rate, _ = _probabilities(folder, precision, units)
        same_role = (eight.argmax(1) == single.argmax(1)).double().mean()
        same_decision = ((eight.amax(1) >= review_below) == (single.amax(1) >= review_below)).double().mean()
        differences = (eight - single).abs()
        found[key] = Agreement(
            sentences=len(units),
            role=round(float(same_role), 4),
            decision=round(float(same_decision), 4),
            difference=round(float(differences.mean()), 5),
            largest=round(float(differences.max()), 3),
            int8_rate=int8_rate,
            float32_rate=float32_rate,
        )
    return found


def _probabilities(folder: Path, precision: Precision, units: Sequence[Unit]) -> tuple[torch.Tensor, float, float]:
    """What is said of ``units``, (units, roles), how many a second, and the confidence that leaves one to review."""
    classifier = Classifier(folder, device="cpu", precision=precision)
    classifier.logits(units[:20])
    classifier.forget()
    began = time.perf_counter()
    logits = classifier.logits(units)
    rate = round(len(units) / (time.perf_counter() - began), 1)
    return classifier.loaded.settings.probabilities(logits), rate, classifier.review_below
