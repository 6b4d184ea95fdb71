"""Sentences classified in a second: transformers' own pipeline and scrutiny in every precision, same model, in one run.

    scrutiny export --output runs/roles-int8
    python benchmarks/classification.py --sentences 600 --model runs/roles-int8

Without ``--model`` it is the shipped model, which has no encoder for ONNX Runtime.

The sentences are those of the authored corpus's test split. The pipeline is ``transformers.pipeline`` for text
classification, with its default batch of one and with 32, around the same encoder; it reads each sentence alone.
scrutiny reads the same sentences in their windows, with context, and alone. All take turns, after a warm-up.

What the machine could do: the rate of its matrix products is measured with the encoder's own shape (a window of 200
tokens into the feed-forward layer), one thread each on as many threads as scrutiny takes; by torch, or in eight bits by
ONNX Runtime or oneDNN. A window of T tokens takes
2 T P operations for the P weights of the encoder's matrices, and 4 T^2 H for the attention of each layer of width H;
the share is the time these would take at that rate, of the time taken.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from scrutiny import corpora
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.eight_bits import FILE_NAME
from scrutiny.roles.loading import locate
from scrutiny.roles.precision import Precision, multiplies_whole_numbers
from scrutiny.roles.windows import Unit, windows

#: The shape of the product whose rate is measured.
TOKENS = 200


def of_transformers(classifier: Classifier, batch: int) -> Callable[[Sequence[Unit]], Any]:
    """The default pipeline around the encoder of ``classifier``; the head of a sequence classifier is a new one."""
    config = classifier.loaded.model.config
    model = AutoModelForSequenceClassification.from_config(config)  # type: ignore[no-untyped-call]
    model.load_state_dict(classifier.loaded.model.state_dict(), strict=False)
    tokenizer = AutoTokenizer.from_pretrained(classifier.loaded.folder)
    run = pipeline("text-classification", model=model.eval(), tokenizer=tokenizer, device="cpu")
    return lambda units: run([unit.text for unit in units], batch_size=batch, truncation=True)


def reading(classifier: Classifier) -> Callable[[Sequence[Unit]], Any]:
    """What ``classifier`` does with sentences it has not read yet."""

    def run(units: Sequence[Unit]) -> Any:
        classifier.forget()
        return classifier.predict(units)

    return run


def operations(classifier: Classifier, units: Sequence[Unit]) -> float:
    """Operations of the matrix products that classifying ``units`` takes."""
    config = classifier.loaded.config
    weights = sum(
        module.weight.numel()
        for name, module in classifier.loaded.model.named_modules()
        if isinstance(module, torch.nn.Linear) and "layer" in name
    )
    read = windows(classifier.loaded.tokenizer, units, classifier.loaded.settings.window)
    attention = 4 * config.num_hidden_layers * config.hidden_size
    return float(sum(2 * len(window) * weights + attention * len(window) ** 2 for window in read))


def rate(classifier: Classifier, rounds: int = 200) -> float:
    """Operations a second of a matrix product in the precision of ``classifier``, on its threads together."""
    config = classifier.loaded.config
    hidden, inner = config.hidden_size, config.intermediate_size
    # One matrix a layer, so that each comes from memory as it does in the model.
    matrices = config.num_hidden_layers
    if classifier.precision is Precision.INT8:
        multiply = product_in_eight_bits(hidden, inner, matrices)
    elif classifier.precision is Precision.INT8_VNNI:
        multiply = product_of_onednn(hidden, inner, matrices)
    else:
        dtype = torch.bfloat16 if classifier.precision is Precision.BFLOAT16 else torch.float32
        multiply = product_of_torch(hidden, inner, matrices, dtype)

    def work() -> None:
        for index in range(rounds):
            multiply(index % matrices)

    with ThreadPoolExecutor(classifier.threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        began = time.perf_counter()
        for job in [pool.submit(work) for _ in range(classifier.threads)]:
            job.result()
        took = time.perf_counter() - began
    return float(2 * TOKENS * hidden * inner * rounds * classifier.threads / took)


def product_of_torch(hidden: int, inner: int, matrices: int, dtype: torch.dtype) -> Callable[[int], Any]:
    """The product of some rows with one of ``matrices``, by torch."""
    rows = torch.randn(TOKENS, hidden).to(dtype)
    weights = [torch.randn(inner, hidden).to(dtype) for _ in range(matrices)]
    return lambda index: torch.nn.functional.linear(rows, weights[index])


def product_of_onednn(hidden: int, inner: int, matrices: int) -> Callable[[int], Any]:
    """The same in eight bits, by oneDNN."""
    rows = torch.randint(0, 256, (TOKENS, hidden), dtype=torch.uint8)
    packed = [
        torch.ops.onednn.qlinear_prepack(torch.randint(-127, 128, (inner, hidden), dtype=torch.int8), None)
        for _ in range(matrices)
    ]
    scales, zeros = torch.ones(inner), torch.zeros(inner, dtype=torch.long)
    return lambda index: torch.ops.onednn.qlinear_pointwise(
        rows, 1.0, 128, packed[index], scales, zeros, None, 1.0, 0, torch.float32, "none", [], ""
    )


def product_in_eight_bits(hidden: int, inner: int, matrices: int) -> Callable[[int], Any]:
    """The same in eight bits, by ONNX Runtime."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(0)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    sessions = []
    for _ in range(matrices):
        weights = numpy_helper.from_array(random.integers(0, 256, (hidden, inner), np.uint8), "w")
        zeros = [numpy_helper.from_array(np.array(value, np.uint8), name) for name, value in (("x0", 0), ("w0", 128))]
        graph = helper.make_graph(
            [helper.make_node("MatMulInteger", ["x", "w", "x0", "w0"], ["y"])],
            "product",
            [helper.make_tensor_value_info("x", TensorProto.UINT8, [TOKENS, hidden])],
            [helper.make_tensor_value_info("y", TensorProto.INT32, [TOKENS, inner])],
            [weights, *zeros],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        sessions.append(
            onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        )
    rows = random.integers(0, 256, (TOKENS, hidden), np.uint8)
    return lambda index: sessions[index].run(None, {"x": rows})


def main() -> None:
    """Print a Markdown table of medians and ranges."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model")
    arguments = parser.parse_args()
    labelled = corpora.sentences("authored")["test"][: arguments.sentences]
    in_place = [Unit(unit.text, unit.heading, unit.passage, unit.block == "item") for unit in labelled]
    alone = [Unit(unit.text) for unit in labelled]
    precisions = [Precision.FLOAT32, Precision.BFLOAT16]
    if (locate(arguments.model) / FILE_NAME).is_file():
        precisions.append(Precision.INT8)
    if multiplies_whole_numbers():
        precisions.append(Precision.INT8_VNNI)
    if not torch.cpu.get_capabilities().get("amx_bf16", False):
        precisions.remove(Precision.BFLOAT16)  # ten times as slow
    ours = {name: Classifier(arguments.model, device="cpu", precision=name) for name in precisions}
    fine = ours[Precision.FLOAT32]
    contenders: dict[str, tuple[Callable[[Sequence[Unit]], Any], list[Unit]]] = {
        "transformers pipeline, default": (of_transformers(fine, 1), alone),
        "transformers pipeline, batch 32": (of_transformers(fine, 32), alone),
    }
    by_name: dict[str, Classifier] = {}
    for precision, classifier in ours.items():
        by_name[f"scrutiny, {precision}, in context"] = classifier
        contenders[f"scrutiny, {precision}, in context"] = (reading(classifier), in_place)
    fastest = list(ours.values())[-1]
    by_name[f"scrutiny, {fastest.precision}, alone"] = fastest
    contenders[f"scrutiny, {fastest.precision}, alone"] = (reading(fastest), alone)
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for run, units in contenders.values():
        run(units[:40])
    for _ in range(arguments.rounds):
        for name, (run, units) in contenders.items():
            began = time.perf_counter()
            run(units)
            seconds[name].append(time.perf_counter() - began)
    reference = next(iter(contenders))
    print(f"{len(labelled)} sentences, {fine.threads} threads\n")
    print("| | sentences/s: median (range) | of the default pipeline's | of the rate of matrix products |")
    print("|---|---|---|---|")
    for name, spent in seconds.items():
        rates = sorted(len(labelled) / second for second in spent)
        ratio = statistics.median(first / own for first, own in zip(seconds[reference], spent, strict=True))
        share = ""
        if name in by_name:
            least = operations(fine, contenders[name][1]) / rate(by_name[name])
            share = f"{least / statistics.median(spent):.2f}"
        print(
            f"| {name} | {statistics.median(rates):.0f} ({rates[0]:.0f} to {rates[-1]:.0f}) | {ratio:.1f} | {share} |"
        )
    single = fine.predict(in_place)
    for precision, classifier in list(ours.items())[1:]:
        pairs = zip(single, classifier.predict(in_place), strict=True)
        same = sum(one.role is other.role for one, other in pairs) / len(in_place)
        print(f"\nThe same role in float32 and {precision}: {same:.2%}")


if __name__ == "__main__":
    main()
