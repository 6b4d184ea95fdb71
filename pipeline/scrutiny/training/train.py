"""Fine-tuning a token classifier on labelled sentences."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from datasets import Dataset
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer, Trainer, TrainingArguments

from scrutiny.corpora import LabelledSentence
from scrutiny.errors import ConfigError, DataError, ModelError
from scrutiny.evaluation.predict import in_reading_order, to_unit
from scrutiny.report import ROLES
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.loading import check_window, first_lines, locate
from scrutiny.roles.settings import ModelSettings
from scrutiny.roles.taught import Taught, taught_with
from scrutiny.roles.tokenizing import of_transformers
from scrutiny.roles.weights import FILE_NAME as IN_EIGHT_BITS
from scrutiny.roles.weights import Weights, save_int8
from scrutiny.roles.windows import Unit, WindowSize
from scrutiny.training.adapters import adapted
from scrutiny.training.calibration import calibrate
from scrutiny.training.card import draw_curves, write_card
from scrutiny.training.config import Data, Optimisation, TrainingConfig
from scrutiny.training.distillation import taught
from scrutiny.training.doubts import weights
from scrutiny.training.examples import Collator, plain, soft_label, varied
from scrutiny.training.folders import make_room
from scrutiny.training.gathering import gather
from scrutiny.training.provenance import last_checkpoint, run_of, write_provenance

#: What encoders call the dropout of their layers.
_DROPOUTS = ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout")


class _SentenceTrainer(Trainer):
    """Cross-entropy between a sentence's distribution over the roles and the mean logits of its tokens.

    A distribution that sums up to less than 1 counts so much less, and to 0 not at all.
    """

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,  # noqa: ARG002
    ) -> Any:
        labels, pooling = inputs["labels"], inputs["pooling"]
        of_tokens = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
        with torch.autocast(of_tokens.device.type, enabled=False):
            logits = pooling @ of_tokens.float()
        present = labels.sum(dim=-1) > 0
        loss = torch.nn.functional.cross_entropy(logits[present], labels[present])
        return (loss, {"loss": loss, "logits": logits}) if return_outputs else loss


def train(
    config: TrainingConfig,
    output: Path,
    *,
    base_model: str | None = None,
    teachers: Sequence[Classifier] = (),
    command: str = "",
) -> ModelSettings:
    """Fine-tune, calibrate on the validation data and write a model folder with its card.

    ``base_model`` stands in for the configuration's, such as a local copy of it; with ``teachers`` the labels are
    partly what they say, see :class:`scrutiny.training.config.Distillation`; ``command`` is kept with the model.
    Checkpoints go to ``output/checkpoints``; a run that was interrupted goes on from the last one.

    Raises:
        DataError: the data or the table of doubts cannot be read, or nothing is left to train or choose on.
        ModelError: the base model cannot be loaded, or cannot read windows of such a size.
        ConfigError: ``output`` holds checkpoints of another run, or layers or adapters cannot be trained as it says.
    """
    transformers.set_seed(config.optimisation.seed)
    size = WindowSize(**config.window.model_dump())
    training, counts, validation = _gathered(config.data)
    run = run_of(config, base_model, teachers)
    checkpoint = last_checkpoint(run, output / "checkpoints")
    model, kept_tokenizer = _load_base(base_model or config.model.base, config)
    tokenizer = of_transformers(kept_tokenizer)
    everything = taught_with(
        Taught.by((sentence.text for sentence in training), (sentence.text for sentence in validation)),
        [*_own(base_model or config.model.base), *(teacher.loaded.folder for teacher in teachers)],
    )
    if config.model.frozen_layers:
        _freeze(model, config.model.frozen_layers)
    if config.model.lora:
        model = adapted(model, config.model.lora)
    rng = random.Random(config.optimisation.seed)
    units, labels = _labelled(training, config.optimisation)
    labels = [[count * share for share in label] for label, count in zip(labels, counts, strict=True)]
    if teachers:
        units, labels = taught(units, labels, teachers, config.distillation, config.optimisation.seed)
    drawn = [
        example
        for _ in range(config.optimisation.passes)
        for example in varied(units, labels, tokenizer, size, config.optimisation, rng)
        if any(map(any, example["labels"]))
    ]
    trainer = _SentenceTrainer(
        model=model,
        args=_arguments(config.optimisation, output / "checkpoints", len(drawn)),
        train_dataset=Dataset.from_list(drawn),
        eval_dataset=Dataset.from_list(plain(*_labelled(validation, config.optimisation), tokenizer, size)),
        processing_class=kept_tokenizer,
        data_collator=Collator(tokenizer.padding or 0),  # attention passes over what fills up
        compute_metrics=_macro_f1,
    )
    trainer.train(resume_from_checkpoint=checkpoint)
    if config.model.lora:
        model = model.merge_and_unload()
    make_room(output)
    if config.model.save_as == "int8":
        save_int8(model, output)
    else:
        model.to(getattr(torch, config.model.save_as)).save_pretrained(output)
    kept_tokenizer.save_pretrained(output)
    if everything is not None:
        everything.save(output)
    uncalibrated = ModelSettings(window=size)
    uncalibrated.save(output)
    # On the model as it was saved, through the code that will run it.
    logits = Classifier(output, precision="float32").logits([to_unit(sentence) for sentence in validation])
    settings = calibrate(logits, validation, uncalibrated)
    settings.save(output)
    log = trainer.state.log_history
    sentences = {
        "train": len(training),
        "doubted": sum(count < 1 for count in counts),
        "unlabelled": len(units) - len(training),
        "validation": len(validation),
    }
    write_provenance(run, output, command=command, sentences=sentences, log=log)
    write_card(output, base=config.model.base, command=command, settings=settings, gold=validation, logits=logits)
    draw_curves(output, log)
    shutil.rmtree(output / "checkpoints")
    return settings


def _gathered(data: Data) -> tuple[list[LabelledSentence], list[float], list[LabelledSentence]]:
    """The sentences to train on, how much each of them counts, and the sentences to choose on; in reading order."""
    gathered = [list(gather(sources)) for sources in (data.train, data.validation)]
    training, validation = (
        in_reading_order([sentence for sentence in sentences if sentence.source not in data.exclude_sources])
        for sentences in gathered
    )
    doubted = weights(gathered[0], Path(data.doubts), data.doubt_weight) if data.doubts else {}
    counts = [doubted.get((sentence.source, sentence.id), 1.0) for sentence in training]
    if not any(counts) or not validation:
        raise DataError(
            "Nothing to train or to choose on.", remedy="Name data under data -> train and data -> validation."
        )
    return training, counts, validation


def _labelled(
    sentences: Sequence[LabelledSentence], optimisation: Optimisation
) -> tuple[list[Unit], list[list[float]]]:
    return [to_unit(sentence) for sentence in sentences], [soft_label(sentence, optimisation) for sentence in sentences]


def _arguments(optimisation: Optimisation, folder: Path, examples: int) -> TrainingArguments:
    """How the trainer runs: it measures and keeps a checkpoint as often as there are passes, and takes the best."""
    devices = max(1, torch.cuda.device_count())
    steps_a_pass = max(1, examples // (optimisation.batch_windows * devices * optimisation.passes))
    return TrainingArguments(
        output_dir=str(folder),
        max_steps=steps_a_pass * optimisation.passes,
        per_device_train_batch_size=optimisation.batch_windows,
        per_device_eval_batch_size=optimisation.batch_windows,
        learning_rate=optimisation.learning_rate,
        warmup_steps=optimisation.warmup_share,
        weight_decay=optimisation.weight_decay,
        optim="adamw_torch_fused",
        bf16=optimisation.precision == "bfloat16",
        use_cpu=not torch.accelerator.is_available(),
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


def _load_base(name: str, config: TrainingConfig) -> tuple[Any, Any]:
    """The encoder with a head of four roles, and its tokenizer.

    The head is a new one, unless it is the folder of one of our models: the training goes on from what that knows.
    """
    try:
        settings = AutoConfig.from_pretrained(
            name,
            num_labels=len(ROLES),
            id2label=dict(enumerate(role.value for role in ROLES)),
            label2id={role.value: index for index, role in enumerate(ROLES)},
        )
        for dropout in _DROPOUTS:
            if hasattr(settings, dropout):
                setattr(settings, dropout, config.optimisation.dropout)
        if config.model.layers:
            settings.num_hidden_layers = config.model.layers
        check_window(WindowSize(**config.window.model_dump()), settings, Path(name))
        tokenizer = AutoTokenizer.from_pretrained(name)
        if (Path(name) / IN_EIGHT_BITS).is_file():
            model = AutoModelForTokenClassification.from_config(settings, dtype=torch.float32)  # type: ignore[no-untyped-call]
            wanted = model.state_dict()
            kept = {key: tensor for key, tensor in Weights(Path(name)).items() if key in wanted}
            model.load_state_dict(kept)
            return model, tokenizer
        return AutoModelForTokenClassification.from_pretrained(
            name, config=settings, dtype=torch.float32, use_safetensors=True
        ), tokenizer
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        raise ModelError(
            f"{name}: no encoder could be loaded: {first_lines(error)}",
            remedy="Give a local folder or a hub identifier (--base-model).",
        ) from None


def _own(base: str) -> list[Path]:
    """The folder of the model that the training begins with if it is one of the roles; another has not seen any."""
    labels = AutoConfig.from_pretrained(base).id2label.values()
    return [locate(base)] if {str(label).lower() for label in labels} == set(ROLES) else []


def _freeze(model: Any, layers: int) -> None:
    """Keep the encoder as it is, but for its layers above the lowest ``layers``."""
    total = model.config.num_hidden_layers
    lists = (part for part in model.base_model.modules() if isinstance(part, torch.nn.ModuleList))
    found = [part for part in lists if len(part) == total]
    if not found or layers >= total:
        raise ConfigError(
            f"model -> frozen_layers: {layers} of {total} layers cannot be frozen.",
            remedy=f"Give at most {total - 1}." if found else "Leave it out for this encoder.",
        )
    model.base_model.requires_grad_(False)
    found[0][layers:].requires_grad_(True)


def _macro_f1(prediction: Any) -> dict[str, float]:
    from scrutiny.evaluation.metrics import measure

    labels = prediction.label_ids.reshape(-1, len(ROLES))
    present = labels.sum(axis=-1) > 0
    gold = [ROLES[index] for index in labels[present].argmax(axis=-1)]
    scores = prediction.predictions.reshape(-1, len(ROLES))[present]
    measures = measure(gold, [ROLES[index] for index in scores.argmax(axis=-1)])
    return {"macro_f1": measures.macro_f1, "accuracy": measures.accuracy}
