"""Fine-tuning a token classifier on labelled sentences."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import transformers
from datasets import Dataset
from transformers import AutoModelForTokenClassification, AutoTokenizer, Trainer, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from scrutiny import corpora
from scrutiny.corpora import LabelledSentence
from scrutiny.errors import ConfigError, DataError, ModelError
from scrutiny.report import ROLES
from scrutiny.resources import corpora_folder
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.settings import ModelSettings
from scrutiny.roles.weights import save_int8
from scrutiny.roles.windows import Unit, WindowSize
from scrutiny.training.calibration import calibrate
from scrutiny.training.config import DataSource, Model, Optimisation, TrainingConfig
from scrutiny.training.distillation import taught
from scrutiny.training.examples import Collator, plain, soft_label, to_unit, varied
from scrutiny.version import __version__


class _SentenceTrainer(Trainer):
    """Cross-entropy between a sentence's distribution over the roles and the mean logits of its tokens."""

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,  # noqa: ARG002
    ) -> Any:
        labels, pooling = inputs["labels"], inputs["pooling"]
        of_tokens = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
        logits = pooling @ of_tokens
        present = labels.sum(dim=-1) > 0
        loss = torch.nn.functional.cross_entropy(logits[present], labels[present])
        return (loss, {"loss": loss, "logits": logits}) if return_outputs else loss


def train(
    config: TrainingConfig,
    output: Path,
    *,
    base_model: str | None = None,
    teacher: Classifier | None = None,
    command: str = "",
) -> ModelSettings:
    """Fine-tune, calibrate on the validation data and write a model folder.

    ``base_model`` stands in for the configuration's, such as a local copy of it; with a ``teacher`` the labels are
    partly what it says, see :class:`scrutiny.training.config.Distillation`; ``command`` is kept with the model.
    Checkpoints go to ``output/checkpoints``; a run that was interrupted goes on from the last one.

    Raises:
        DataError: the data cannot be read, or nothing is left to train or choose on.
        ModelError: the base model cannot be loaded.
        ConfigError: ``output`` holds checkpoints of another configuration.
    """
    transformers.set_seed(config.optimisation.seed)
    size = WindowSize(**config.window.model_dump())
    excluded = set(config.data.exclude_sources)
    training, validation = (
        [sentence for sentence in gather(sources) if sentence.source not in excluded]
        for sources in (config.data.train, config.data.validation)
    )
    if not training or not validation:
        raise DataError(
            "Nothing to train or to choose on.", remedy="Name data under data -> train and data -> validation."
        )

    model, tokenizer = _load_base(base_model or config.model.base, config.model, config.optimisation)
    rng = random.Random(config.optimisation.seed)
    units, labels = _labelled(training, config.optimisation)
    if teacher is not None:
        units, labels = taught(units, labels, teacher, config.distillation)
    drawn = [
        example
        for _ in range(config.optimisation.passes)
        for example in varied(units, labels, tokenizer, size, config.optimisation, rng)
    ]
    trainer = _SentenceTrainer(
        model=model,
        args=_arguments(config.optimisation, output / "checkpoints", len(drawn)),
        train_dataset=Dataset.from_list(drawn),
        eval_dataset=Dataset.from_list(plain(*_labelled(validation, config.optimisation), tokenizer, size)),
        processing_class=tokenizer,
        data_collator=Collator(tokenizer.pad_token_id),
        compute_metrics=_macro_f1,
    )
    trainer.train(resume_from_checkpoint=_last_checkpoint(config, output / "checkpoints"))
    if config.model.save_as == "int8":
        save_int8(model, output)
    else:
        model.to(getattr(torch, config.model.save_as)).save_pretrained(output)
    tokenizer.save_pretrained(output)
    uncalibrated = ModelSettings(window=size)
    uncalibrated.save(output)
    # On the model as it was saved, through the code that will run it.
    logits = Classifier(output).logits([to_unit(sentence) for sentence in validation])
    settings = replace(uncalibrated, **calibrate(logits, validation))
    settings.save(output)
    _write_provenance(config, output, command, trainer.state.log_history, len(training), len(validation))
    shutil.rmtree(output / "checkpoints")
    return settings


def _labelled(
    sentences: Sequence[LabelledSentence], optimisation: Optimisation
) -> tuple[list[Unit], list[list[float]]]:
    return [to_unit(sentence) for sentence in sentences], [soft_label(sentence, optimisation) for sentence in sentences]


def _arguments(optimisation: Optimisation, folder: Path, examples: int) -> TrainingArguments:
    """How the trainer runs: it measures and keeps a checkpoint after every pass, and takes the best."""
    steps_a_pass = max(1, examples // (optimisation.batch_windows * optimisation.passes))
    return TrainingArguments(
        output_dir=str(folder),
        max_steps=steps_a_pass * optimisation.passes,
        per_device_train_batch_size=optimisation.batch_windows,
        per_device_eval_batch_size=optimisation.batch_windows,
        learning_rate=optimisation.learning_rate,
        warmup_steps=optimisation.warmup_share,
        weight_decay=optimisation.weight_decay,
        optim="adamw_torch_fused",
        seed=optimisation.seed,
        train_sampling_strategy="group_by_length",
        remove_unused_columns=False,
        eval_strategy="steps",
        eval_steps=steps_a_pass,
        save_strategy="steps",
        save_steps=steps_a_pass,
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="macro_f1",
        logging_steps=25,
        dataloader_pin_memory=torch.cuda.is_available(),
        report_to="none",
        disable_tqdm=True,
    )


def _load_base(name: str, model: Model, optimisation: Optimisation) -> tuple[Any, Any]:
    """The encoder with a new head of four roles, and its tokenizer."""
    try:
        kept = {"num_hidden_layers": model.layers} if model.layers else {}
        return AutoModelForTokenClassification.from_pretrained(
            name,
            num_labels=len(ROLES),
            id2label=dict(enumerate(role.value for role in ROLES)),
            label2id={role.value: index for index, role in enumerate(ROLES)},
            hidden_dropout_prob=optimisation.dropout,
            attention_probs_dropout_prob=optimisation.dropout,
            dtype=torch.float32,
            use_safetensors=True,
            **kept,
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


def gather(sources: Iterable[DataSource]) -> Iterable[LabelledSentence]:
    """The labelled sentences of a configuration's sources, in reading order.

    Raises:
        DataError: a source cannot be read or has no such split.
    """
    for source in sources:
        splits = corpora.sentences(source.data)
        if source.split is not None and source.split not in splits:
            raise DataError(f"{source.data}: no split {source.split!r}.", remedy=f"Splits there: {', '.join(splits)}.")
        for name, units in splits.items():
            if source.split in (None, name):
                yield from units


def _macro_f1(prediction: Any) -> dict[str, float]:
    from scrutiny.evaluation.metrics import measure

    labels = prediction.label_ids.reshape(-1, len(ROLES))
    present = labels.sum(axis=-1) > 0
    gold = [ROLES[index] for index in labels[present].argmax(axis=-1)]
    scores = prediction.predictions.reshape(-1, len(ROLES))[present]
    measures = measure(gold, [ROLES[index] for index in scores.argmax(axis=-1)])
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
