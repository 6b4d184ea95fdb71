"""What a run is made of: its configuration, base model, teachers and data, by content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.trainer_utils import get_last_checkpoint

from scrutiny import corpora
from scrutiny.errors import ConfigError, DataError
from scrutiny.resources import corpora_folder
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.loading import identify
from scrutiny.training.config import TrainingConfig
from scrutiny.version import __version__

_FILE_NAME = "run.json"

#: What a finished run writes beside its model.
PROVENANCE = "training.json"


def run_of(config: TrainingConfig, base_model: str | None, teachers: Sequence[Classifier] = ()) -> dict[str, Any]:
    """What decides the outcome of a run, as plain JSON values; data and teachers by their SHA-256.

    Raises:
        DataError: a file of the configuration cannot be read.
    """
    sources = [source.data for source in (*config.data.train, *config.data.validation)]
    if config.data.doubts:
        sources.append(config.data.doubts)
    if teachers:
        sources += [*config.distillation.unlabelled, *config.distillation.exclude_groups_of]
    return {
        "config": config.model_dump(mode="json"),
        "base_model": base_model or config.model.base,
        "base_sha256": _of_base(base_model or config.model.base),
        "teachers": [{"name": teacher.loaded.name, "sha256": teacher.loaded.sha256} for teacher in teachers],
        "sha256": hashes_of(sources),
    }


def _of_base(name: str) -> str | None:
    """The SHA-256 of a local base model; one of the hub is known by its name."""
    return identify(name)[1] if Path(name).is_dir() else None


def hashes_of(sources: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of each source of labelled sentences, of a folder over its files in the order of their names.

    Raises:
        DataError: a file cannot be read.
    """
    return {source: _hash(source) for source in sources}


def _hash(source: str) -> str:
    digest = hashlib.sha256()
    # A split may stand behind the name.
    name = source if Path(source).exists() else source.rpartition(":")[0] or source
    folder = corpora_folder() / "authored" if name == "authored" else Path(name)
    if not folder.exists() and name.count("/") == 1:  # a data set of the hub
        for unit in corpora.select(source):
            digest.update(json.dumps(asdict(unit)).encode())
        return digest.hexdigest()
    try:
        for file in sorted(filter(Path.is_file, folder.iterdir())) if folder.is_dir() else [folder]:
            digest.update(file.read_bytes())
    except OSError as error:
        raise DataError(f"{source}: cannot be read: {error.strerror}.", remedy="Mend the path.") from None
    return digest.hexdigest()


def last_checkpoint(run: dict[str, Any], folder: Path) -> str | None:
    """The checkpoint to go on from, if there is one.

    Raises:
        ConfigError: the folder holds the checkpoints of another run.
    """
    kept, text = folder / _FILE_NAME, json.dumps(run, indent=2, sort_keys=True) + "\n"
    last: str | None = get_last_checkpoint(str(folder)) if folder.is_dir() else None  # type: ignore[no-untyped-call]
    if last and not (kept.is_file() and kept.read_text(encoding="utf-8") == text):
        raise ConfigError(
            f"{folder} holds the checkpoints of another run: its configuration, base model, teachers or data differ.",
            remedy="Give another output folder, or remove that one.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    kept.write_text(text, encoding="utf-8")
    return last


def versions() -> dict[str, str]:
    """What the software that makes a model is of."""
    return {"scrutiny": __version__, "torch": torch.__version__, "transformers": transformers.__version__}


def write_provenance(
    run: dict[str, Any], output: Path, *, command: str, sentences: dict[str, int], log: Sequence[dict[str, float]]
) -> None:
    """Write ``training.json``: the run, the command, the versions and the course of the validation measures."""
    measured = [entry for entry in log if "eval_macro_f1" in entry]
    provenance = {"command": command, **run, "sentences": sentences, "versions": versions(), "log": measured}
    (output / PROVENANCE).write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")


def is_made_by(run: dict[str, Any], model: Path) -> bool:
    """Whether ``model`` is the folder that a finished run wrote."""
    kept = model / PROVENANCE
    if not kept.is_file() or (model / "checkpoints").exists():
        return False
    made = json.loads(kept.read_text(encoding="utf-8"))
    return all(made.get(key) == value for key, value in run.items())
