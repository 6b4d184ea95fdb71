"""The weights of several models averaged: as fast as one, and less dependent on how each of them was trained.

Models that were fine-tuned from the same encoder lie in one basin, and what lies between them is often better than
each (model soups, Wortsman et al. 2022, arXiv 2203.05482).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import torch
from transformers import AutoTokenizer

from scrutiny.errors import ModelError
from scrutiny.evaluation.metrics import measure
from scrutiny.evaluation.predict import to_unit
from scrutiny.report import ROLES
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.loading import LoadedModel, load_model
from scrutiny.roles.settings import ModelSettings
from scrutiny.roles.taught import Taught, taught_with
from scrutiny.roles.weights import FILE_NAME, save_int8
from scrutiny.training.calibration import fitted
from scrutiny.training.folders import make_room
from scrutiny.training.provenance import hashes_of, versions
from scrutiny.training.recalibration import enough

#: The shares of the first of two models among which to choose.
SHARES = tuple(step / 10 for step in range(1, 10))


class Trial(NamedTuple):
    """What the average with a ``share`` of the first of two models says of labelled sentences.

    ``log_likelihood`` is the mean over the sentences of the natural logarithm of the right role's probability, once one
    temperature has been fitted to them.
    """

    share: float
    log_likelihood: float
    accuracy: float
    macro_f1: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The averages of two models that were tried, and the labelled data, by content, that they were tried on, which
    the average will have been ``taught``."""

    trials: tuple[Trial, ...]
    sha256: dict[str, str]
    split: str | None
    sentences: int
    taught: Taught

    @property
    def best(self) -> Trial:
        """The trial with the highest likelihood, which tells more than the count of right roles among near models."""
        return max(self.trials, key=lambda trial: trial.log_likelihood)


def choose(one: Path, other: Path, data: Sequence[str], *, split: str | None = None) -> Choice:
    """Try averages of two models on ``split`` of ``data``, sources of labelled sentences, or on all of them.

    Raises:
        DataError: the data cannot be read, or there are too few sentences.
        ModelError: a model cannot be loaded, or the models differ in shape, labels or windows.
    """
    gold = enough(data, split)
    units = [to_unit(sentence) for sentence in gold]
    roles = torch.tensor([ROLES.index(sentence.role) for sentence in gold])
    trials = []
    for share in SHARES:
        # As it would be saved: eight bits make a difference.
        with TemporaryDirectory() as folder:
            average([one, other], Path(folder), shares=[share, 1 - share])
            logits = Classifier(folder, precision="float32").logits(units)
        temperature, _ = fitted(logits, roles, biased=False)
        likelihood = -float(torch.nn.functional.cross_entropy(logits / temperature, roles))
        measures = measure(
            [sentence.role for sentence in gold], [ROLES[index] for index in logits.argmax(dim=-1).tolist()]
        )
        figures = (round(figure, 5) for figure in (likelihood, measures.accuracy, measures.macro_f1))
        trials.append(Trial(share, *figures))
    return Choice(
        tuple(trials), hashes_of(data), split, len(gold), Taught.by(chosen=(sentence.text for sentence in gold))
    )


def average(
    models: Sequence[Path],
    output: Path,
    *,
    shares: Sequence[float] | None = None,
    choice: Choice | None = None,
    command: str = "",
) -> LoadedModel:
    """Write the average of ``models`` to ``output``, in eight bits if the first is.

    The ``shares`` default to the best of a ``choice``, if there was one, and otherwise to equal ones. The probabilities
    are not calibrated: see :mod:`scrutiny.training.recalibration`. ``average.json`` keeps the models by content, with
    the ``choice`` and ``command``.

    Raises:
        ModelError: a model cannot be loaded, the models differ in shape, labels or windows, or ``output`` is one.
        ValueError: there are fewer than two models, or the shares do not fit them.
    """
    if choice is not None:
        shares = [choice.best.share, 1 - choice.best.share]
    shares = list(shares or [1.0] * len(models))
    if len(models) < 2 or len(shares) != len(models) or not all(0 < share < math.inf for share in shares):
        raise ValueError(f"two or more models and a positive share of each are needed, not {len(models)} and {shares}")
    first, *others = [load_model(model) for model in models]
    for other in others:
        if not _are_alike(first, other):
            raise ModelError(
                f"{other.name} and {first.name} cannot be averaged: their layers, labels or windows differ.",
                remedy="Give models that were trained from the same encoder with the same windows.",
            )
    taught = taught_with(choice.taught if choice is not None else Taught.by(), models)
    total = sum(shares)
    weights = [model.model.state_dict() for model in (first, *others)]
    averaged = {
        name: torch.stack(
            [share / total * of_model[name] for share, of_model in zip(shares, weights, strict=True)]
        ).sum(0)
        for name in weights[0]
    }
    first.model.load_state_dict(averaged)
    in_eight_bits = (models[0] / FILE_NAME).is_file()
    make_room(output, inputs=models)
    if in_eight_bits:
        save_int8(first.model, output)
    else:
        first.model.to(dtype=torch.float16).save_pretrained(output)  # type: ignore[call-arg]
    AutoTokenizer.from_pretrained(first.folder).save_pretrained(output)
    ModelSettings(window=first.settings.window).save(output)
    made: dict[str, Any] = {
        "command": command,
        "models": [
            {"model": model.as_posix(), "sha256": loaded.sha256, "share": round(share / total, 4)}
            for model, loaded, share in zip(models, (first, *others), shares, strict=True)
        ],
        "versions": versions(),
    }
    if choice is not None:
        made["chosen_on"] = {
            "trials": [trial._asdict() for trial in choice.trials],
            "sha256": choice.sha256,
            "split": choice.split,
            "sentences": choice.sentences,
        }
    if taught is not None:
        taught.save(output)
    (output / "average.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return load_model(output)


def _are_alike(one: LoadedModel, other: LoadedModel) -> bool:
    shapes = [{name: tensor.shape for name, tensor in loaded.model.state_dict().items()} for loaded in (one, other)]
    return (
        shapes[0] == shapes[1]
        and one.config.model_type == other.config.model_type
        and one.label_order == other.label_order
        and one.settings.window == other.settings.window
    )
