"""Fine-tuning a sequence classifier on labelled sentences."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from datasets import Dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from scrutiny import corpora
from scrutiny.corpora import LabelledSentence
from scrutiny.errors import ConfigError, DataError, ModelError
from scrutiny.report import ROLES
from scrutiny.resources import corpora_folder
from scrutiny.roles.batching import encode
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.context import ContextWidth, Unit, contexts
from scrutiny.roles.settings import ModelSettings
from scrutiny.training.calibration import calibrate
from scrutiny.training.config import DataSource, Optimisation, TrainingConfig
from scrutiny.version import __version__


class _SoftLabelTrainer(Trainer):
    """Cross-entropy against a distribution over the roles instead of one role."""

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,  # noqa: ARG002
    ) -> Any:
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        loss = torch.nn.functional.cross_entropy(outputs.logits, labels)
        return (loss, outputs) if return_outputs else loss


def train(config: TrainingConfig, output: Path, *, base_model: str | None = None, command: str = "") -> ModelSettings:
    """Fine-tune, calibrate on the validation data and write a model folder.

    ``base_model`` stands in for the configuration's, such as a local copy of it; ``command`` is kept with the model.
    Checkpoints go to ``output/checkpoints``; a run that was interrupted goes on from the last one.

    Raises:
        DataError: the data cannot be read, or nothing is left to train or choose on.
        ModelError: the base model cannot be loaded.
        ConfigError: ``output`` holds checkpoints of another configuration.
    """
    transformers.set_seed(config.optimisation.seed)
    width = ContextWidth(**config.context.model_dump())
    excluded = set(config.data.exclude_sources)
    training, validation = (
        [unit for unit in _gather(sources) if unit.source not in excluded]
        for sources in (config.data.train, config.data.validation)
    )
    if not training or not validation:
        raise DataError(
            "Nothing to train or to choose on.", remedy="Name data under data -> train and data -> validation."
        )

    model, tokenizer = _load_base(base_model or config.model.base)

    def dataset(units: Sequence[LabelledSentence], alone: float) -> Dataset:
        return _dataset(units, tokenizer, width, config.model.max_tokens, config.optimisation, alone=alone)

    trainer = _SoftLabelTrainer(
        model=model,
        args=_arguments(config.optimisation, output / "checkpoints"),
        train_dataset=dataset(training, config.optimisation.alone_share),
        eval_dataset=dataset(validation, 0.0),
        processing_class=tokenizer,
        compute_metrics=_macro_f1,
    )
    trainer.train(resume_from_checkpoint=_last_checkpoint(config, output / "checkpoints"))
    model.to(getattr(torch, config.model.save_as)).save_pretrained(output)
    tokenizer.save_pretrained(output)
    uncalibrated = ModelSettings(context=width, max_tokens=config.model.max_tokens)
    uncalibrated.save(output)
    # On the model as it was saved, through the code that will run it.
    logits = Classifier(output).logits([to_unit(unit) for unit in validation])
    settings = replace(uncalibrated, **calibrate(logits, validation))
    settings.save(output)
    _write_provenance(config, output, command, trainer.state.log_history, len(training), len(validation))
    shutil.rmtree(output / "checkpoints")
    return settings


def _arguments(optimisation: Optimisation, folder: Path) -> TrainingArguments:
    """How the trainer runs: it measures and keeps a checkpoint after every epoch, and takes the best."""
    return TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=optimisation.epochs,
        per_device_train_batch_size=optimisation.batch_size,
        per_device_eval_batch_size=optimisation.batch_size,
        learning_rate=optimisation.learning_rate,
        warmup_steps=optimisation.warmup_share,
        weight_decay=optimisation.weight_decay,
        seed=optimisation.seed,
        train_sampling_strategy="group_by_length",
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="macro_f1",
        logging_steps=25,
        dataloader_pin_memory=torch.cuda.is_available(),
        report_to="none",
        disable_tqdm=True,
    )


def _load_base(name: str) -> tuple[Any, Any]:
    """The encoder with a new head of four roles, and its tokenizer."""
    try:
        return AutoModelForSequenceClassification.from_pretrained(
            name,
            num_labels=len(ROLES),
            id2label=dict(enumerate(role.value for role in ROLES)),
            label2id={role.value: index for index, role in enumerate(ROLES)},
            dtype=torch.float32,
            use_safetensors=True,
        ), AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{name}: no encoder could be loaded: {str(error).splitlines()[0]}",
            remedy="Give a local folder or a hub identifier (--base-model).",
        ) from None


def _last_checkpoint(config: TrainingConfig, folder: Path) -> str | None:
    """The checkpoint to go on from, if there is one; a folder of another configuration is refused."""
    kept = folder / "config.json"
    if kept.is_file() and TrainingConfig.model_validate_json(kept.read_text(encoding="utf-8")) != config:
        raise ConfigError(
            f"{folder} holds the checkpoints of another configuration.",
            remedy="Give another output folder, or remove that one.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    kept.write_text(config.model_dump_json(indent=2), encoding="utf-8")
    last: str | None = get_last_checkpoint(str(folder))  # type: ignore[no-untyped-call]
    return last


def _gather(sources: Iterable[DataSource]) -> Iterable[LabelledSentence]:
    for source in sources:
        splits = corpora.sentences(source.data)
        if source.split is not None and source.split not in splits:
            raise DataError(f"{source.data}: no split {source.split!r}.", remedy=f"Splits there: {', '.join(splits)}.")
        for name, units in splits.items():
            if source.split in (None, name):
                yield from units


def _dataset(
    units: Sequence[LabelledSentence],
    tokenizer: Any,
    width: ContextWidth,
    max_tokens: int,
    optimisation: Optimisation,
    *,
    alone: float,
) -> Dataset:
    """Token ids and soft labels, for units in reading order; a share ``alone`` stands again without context."""
    seen = contexts([to_unit(unit) for unit in units], width)
    rng = random.Random(optimisation.seed)
    lonely = [unit for unit in units if rng.random() < alone]
    rows = [*zip(units, seen, strict=True), *((unit, "") for unit in lonely)]
    encoded = encode(tokenizer, [unit.text for unit, _ in rows], [context for _, context in rows], max_tokens)
    return Dataset.from_list(
        [
            {**item.inputs, "labels": soft_label(unit, optimisation)}
            for item, (unit, _) in zip(encoded, rows, strict=True)
        ]
    )


def to_unit(sentence: LabelledSentence) -> Unit:
    """The labelled sentence as the classifier sees it."""
    return Unit(sentence.text, sentence.heading, sentence.passage, sentence.block == "item")


def soft_label(sentence: LabelledSentence, optimisation: Optimisation) -> list[float]:
    """A distribution over the roles: less than certain where the annotator was, shared with the second role."""
    spread = optimisation.soft_certainty[3 - sentence.certainty]
    second = optimisation.soft_second if sentence.second_role else 0.0
    label = np.full(len(ROLES), spread / len(ROLES))
    label[ROLES.index(sentence.role)] += 1 - spread - second
    if sentence.second_role:
        label[ROLES.index(sentence.second_role)] += second
    return [float(share) for share in label]


def _macro_f1(prediction: Any) -> dict[str, float]:
    from scrutiny.evaluation.metrics import measure

    gold = [ROLES[index] for index in np.argmax(prediction.label_ids, axis=-1)]
    predicted = [ROLES[index] for index in np.argmax(prediction.predictions, axis=-1)]
    measures = measure(gold, predicted)
    return {"macro_f1": measures.macro_f1, "accuracy": measures.accuracy}


def _write_provenance(
    config: TrainingConfig, output: Path, command: str, log: list[dict[str, float]], training: int, validation: int
) -> None:
    """Write ``training.json``: the command, configuration, data hashes and versions that made the model."""
    hashes = {}
    for source in (*config.data.train, *config.data.validation):
        folder = corpora_folder() / "authored" if source.data == "authored" else Path(source.data)
        files = sorted(folder.iterdir()) if folder.is_dir() else [folder]
        digest = hashlib.sha256()
        for file in files:
            digest.update(file.read_bytes())
        hashes[source.data] = digest.hexdigest()
    provenance = {
        "command": command,
        "config": config.model_dump(mode="json"),
        "sha256": hashes,
        "sentences": {"train": training, "validation": validation},
        "versions": {"scrutiny": __version__, "torch": torch.__version__, "transformers": transformers.__version__},
        "log": [entry for entry in log if "eval_macro_f1" in entry],
    }
    (output / "training.json").write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")
