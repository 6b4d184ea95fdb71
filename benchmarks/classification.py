"""Sentences classified in a second: transformers' own pipeline and scrutiny in both precisions, same model, in one run.

    python benchmarks/classification.py --sentences 600

The sentences are those of the authored corpus's test split. The pipeline is ``transformers.pipeline`` for text
classification, with its default batch of one and with 32, around the same encoder; it reads each sentence alone.
scrutiny reads the same sentences in their windows, with context, and alone. All take turns, after a warm-up.

What the machine could do: the rate of its matrix products is measured with the encoder's own shape (a window of 200
tokens into the feed-forward layer), one thread each on as many threads as scrutiny takes. A window of T tokens takes
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

import torch
from transformers import AutoModelForSequenceClassification, pipeline

from scrutiny import corpora
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.windows import Unit, windows

#: The shape of the product whose rate is measured.
TOKENS = 200


def of_transformers(classifier: Classifier, batch: int) -> Callable[[Sequence[Unit]], Any]:
    """The default pipeline around the encoder of ``classifier``; the head of a sequence classifier is a new one."""
    config = classifier.loaded.model.config
    model = AutoModelForSequenceClassification.from_config(config)  # type: ignore[no-untyped-call]
    model.load_state_dict(classifier.loaded.model.state_dict(), strict=False)
    tokenizer: Any = classifier.loaded.tokenizer
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
    config = classifier.loaded.model.config
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
    config, dtype = classifier.loaded.model.config, classifier.loaded.model.dtype
    hidden, inner = config.hidden_size, config.intermediate_size
    rows = torch.randn(TOKENS, hidden).to(dtype)
    # One matrix a layer, so that each comes from memory as it does in the model.
    matrices = [torch.randn(inner, hidden).to(dtype) for _ in range(config.num_hidden_layers)]

    def multiply() -> None:
        torch.set_num_threads(1)
        for index in range(rounds):
            torch.nn.functional.linear(rows, matrices[index % len(matrices)])

    with ThreadPoolExecutor(classifier.threads) as pool:
        began = time.perf_counter()
        for job in [pool.submit(multiply) for _ in range(classifier.threads)]:
            job.result()
        took = time.perf_counter() - began
    return float(2 * TOKENS * hidden * inner * rounds * classifier.threads / took)


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
    fine, coarse = (Classifier(arguments.model, device="cpu", precision=name) for name in ("float32", "bfloat16"))
    contenders: dict[str, tuple[Callable[[Sequence[Unit]], Any], list[Unit]]] = {
        "transformers pipeline, default": (of_transformers(fine, 1), alone),
        "transformers pipeline, batch 32": (of_transformers(fine, 32), alone),
        "scrutiny, float32, in context": (reading(fine), in_place),
        "scrutiny, bfloat16, in context": (reading(coarse), in_place),
        "scrutiny, bfloat16, alone": (reading(coarse), alone),
    }
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
        if name.startswith("scrutiny"):
            classifier = fine if "float32" in name else coarse
            least = operations(classifier, contenders[name][1]) / rate(classifier)
            share = f"{least / statistics.median(spent):.2f}"
        print(
            f"| {name} | {statistics.median(rates):.0f} ({rates[0]:.0f} to {rates[-1]:.0f}) | {ratio:.1f} | {share} |"
        )
    pairs = zip(fine.predict(in_place), coarse.predict(in_place), strict=True)
    same = sum(one.role is other.role for one, other in pairs) / len(in_place)
    print(f"\nThe same role in both precisions: {same:.2%}")


if __name__ == "__main__":
    main()
