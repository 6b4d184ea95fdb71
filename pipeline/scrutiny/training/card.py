"""What a run leaves beside the model: a card with its measures, and its curves as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.metrics import measure
from scrutiny.report import ROLES
from scrutiny.roles.settings import ModelSettings

_CARD = """---
base_model: {base}
language: en
pipeline_tag: token-classification
library_name: transformers
---
# {name}

Tells the role of each sentence of a report of an inspection, audit, review or investigation: {roles}.
Load it with `scrutiny.load("{name}")` or `scrutiny extract --model {name}`.

## Making
```
{command}
```
Configuration, data hashes, versions and the course of the measures are in `training.json`.

![Loss and macro-F1](curves.png)

## Measures on the validation data
The model was chosen and calibrated on these {n:,} sentences, so expect less on others.
Accuracy {accuracy:.3f}, macro-F1 {macro_f1:.3f}; temperature {temperature}. With a confidence under {review_below} a
sentence is left to review: {review:.1%} of them; of the others {right:.1%} have the right role.

| role | precision | recall | F1 | sentences |
|---|---|---|---|---|
{rows}

| source | sentences | accuracy |
|---|---|---|
{sources}
"""


def write_card(
    output: Path,
    *,
    base: str,
    command: str,
    settings: ModelSettings,
    gold: Sequence[LabelledSentence],
    logits: torch.Tensor,
) -> None:
    """Write ``README.md`` with the measures of ``logits``, (sentences, roles), on the validation data ``gold``."""
    confidence, guess = settings.probabilities(logits).max(dim=-1)
    predicted = [ROLES[index] for index in guess.tolist()]
    measures = measure([sentence.role for sentence in gold], predicted)
    right = [role == sentence.role for sentence, role in zip(gold, predicted, strict=True)]
    accepted = [hit for hit, sure in zip(right, confidence.tolist(), strict=True) if sure >= settings.review_below]
    rows = [
        f"| {role} | {of_role.precision:.3f} | {of_role.recall:.3f} | {of_role.f1:.3f} | {of_role.support} |"
        for role, of_role in measures.roles.items()
    ]
    by_source: dict[str, list[bool]] = {}
    for sentence, hit in zip(gold, right, strict=True):
        by_source.setdefault(sentence.source, []).append(hit)
    sources = [
        f"| {source} | {len(hits)} | {sum(hits) / len(hits):.3f} |" for source, hits in sorted(by_source.items())
    ]
    card = _CARD.format(
        base=base,
        name=output.name,
        roles=", ".join(role.value for role in ROLES),
        command=command or "scrutiny.training.train.train(...)",
        n=measures.n,
        accuracy=measures.accuracy,
        macro_f1=measures.macro_f1,
        temperature=settings.temperature,
        review_below=settings.review_below,
        review=1 - len(accepted) / len(gold),
        right=sum(accepted) / max(1, len(accepted)),
        rows="\n".join(rows),
        sources="\n".join(sources),
    )
    (output / "README.md").write_text(card, encoding="utf-8")


def draw_curves(output: Path, log: Sequence[dict[str, Any]]) -> None:
    """Write ``curves.png``: the loss on training and validation data and macro-F1, by optimisation step."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), dpi=120, layout="constrained")
    losses, scores = figure.subplots(1, 2)
    for axes, key, label in (
        (losses, "loss", "training"),
        (losses, "eval_loss", "validation"),
        (scores, "eval_macro_f1", "validation"),
    ):
        points = [(entry["step"], entry[key]) for entry in log if key in entry]
        axes.plot([step for step, _ in points], [value for _, value in points], marker=".", label=label)
        axes.set_xlabel("step")
        axes.legend()
    losses.set_ylabel("cross-entropy")
    scores.set_ylabel("macro-F1")
    figure.savefig(output / "curves.png")
