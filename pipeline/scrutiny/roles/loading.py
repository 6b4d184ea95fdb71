"""Finding and checking a model: the shipped one, a local folder or a hub identifier."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrutiny.errors import ModelError
from scrutiny.report import ROLES
from scrutiny.resources import models_folder
from scrutiny.roles import eight_bits
from scrutiny.roles.meaning import MeaningMap, load_meaning
from scrutiny.roles.settings import FILE_NAME, ModelSettings
from scrutiny.roles.tags import Tagger, load_tagger
from scrutiny.roles.taught import FILE_NAME as TAUGHT
from scrutiny.roles.tokenizing import Tokenizer, load_tokenizer
from scrutiny.roles.windows import WindowSize

if TYPE_CHECKING:
    from transformers import PreTrainedModel

#: The model that ships with scrutiny.
DEFAULT_MODEL = "roles-mpnet"

_HASHED = ("config.json", FILE_NAME, "tokenizer.json", "tokenizer_config.json", eight_bits.FILE_NAME)


@dataclass(frozen=True)
class LoadedModel:
    """A model as its folder tells of it. ``label_order[i]`` is the model's output column for ``ROLES[i]``.

    ``config`` tells the sizes of its encoder: an ``MPNetConfig``, or what transformers makes of another. ``meaning``
    maps its hidden layers to what sentences are about, and ``tagger`` reads tags off them, where the ``folder`` has
    such.
    """

    name: str
    folder: Path
    sha256: str
    config: Any
    tokenizer: Tokenizer
    settings: ModelSettings
    label_order: tuple[int, ...]
    meaning: MeaningMap | None = None
    tagger: Tagger | None = None

    @property
    def layers(self) -> tuple[int, ...]:
        """The hidden layers that are read, 0 being what enters the first."""
        read = {layer for reader in (self.meaning, self.tagger) if reader for layer in reader.layers}
        return tuple(sorted(read))

    @cached_property
    def model(self) -> PreTrainedModel:
        """The model as transformers knows it, in single precision; loaded, onto the CPU, when first asked for.

        Raises:
            ModelError: the weights cannot be read, or do not fit.
        """
        return load_transformer(self.folder)


def load_model(name_or_path: str | Path | None = None) -> LoadedModel:
    """Load all of a token classifier of the four roles but its weights, which must be safetensors.

    Raises:
        ModelError: nothing is there, the files are not a token classifier, its labels are not the roles, or it has a
            map to meaning or a tagger that was made for another model.
    """
    folder = locate(name_or_path)
    name = _name(name_or_path)
    config = _config(folder)
    label_order = _label_order(config.id2label, name)
    try:
        tokenizer = load_tokenizer(folder)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        raise not_loadable(folder, error) from None
    if tokenizer.size > config.vocab_size:
        raise not_loadable(
            folder, ValueError(f"its tokenizer has {tokenizer.size} tokens, its encoder {config.vocab_size}")
        )
    settings_file = folder / FILE_NAME
    settings = ModelSettings.load(settings_file) if settings_file.is_file() else ModelSettings()
    check_window(settings.window, config, settings_file)
    shape = {"layers": config.num_hidden_layers, "width": config.hidden_size}
    meaning, tagger = load_meaning(folder, **shape), load_tagger(folder, **shape)
    return LoadedModel(name, folder, _hash(folder), config, tokenizer, settings, label_order, meaning, tagger)


def load_transformer(folder: Path) -> PreTrainedModel:
    """The token classifier of a folder as transformers knows it, in single precision on the CPU, not for training.

    Raises:
        ModelError: the weights cannot be read, or do not fit.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModelForTokenClassification
    from transformers.initialization import no_init_weights

    from scrutiny.roles.weights import Weights

    try:
        with no_init_weights(), torch.device("cpu"):
            config = AutoConfig.from_pretrained(folder)
            model = AutoModelForTokenClassification.from_config(config, dtype=torch.float32)  # type: ignore[no-untyped-call]
        # Taken as they are: copied, they would be there twice for a moment.
        model.load_state_dict(dict(Weights(folder)), assign=True)
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        raise not_loadable(folder, error) from None
    loaded: PreTrainedModel = model.eval()
    return loaded


def not_loadable(folder: Path, error: Exception) -> ModelError:
    """What to raise where ``error`` says that a folder is no model."""
    return ModelError(
        f"{folder}: not a loadable token classifier: {first_lines(error)}",
        remedy="Give a folder written by 'scrutiny train': config.json, weights as safetensors, the tokenizer.",
    )


def check_window(size: WindowSize, config: Any, source: Path) -> None:
    """Check that an encoder can read windows of a size.

    Raises:
        ModelError: it cannot; names ``source``, which asks for them.
    """
    positions = getattr(config, "max_position_embeddings", None)
    # Some encoders count positions from two, so two fewer than there are can be relied on.
    if positions is not None and positions > 0 and size.tokens > positions - 2:
        raise ModelError(
            f"{source}: a window takes up to {size.tokens} tokens, but {positions - 2} positions can be relied on.",
            remedy="Make the window smaller and train the model with it.",
        )


def identify(name_or_path: str | Path | None) -> tuple[str, str]:
    """The name of a model, and its SHA-256 over every file that decides a prediction, without loading it.

    Raises:
        ModelError: there is none.
    """
    return _name(name_or_path), _hash(locate(name_or_path))


def _name(name_or_path: str | Path | None) -> str:
    name = str(name_or_path or DEFAULT_MODEL)
    return Path(name).resolve().name if Path(name).is_dir() else name


def locate(name_or_path: str | Path | None) -> Path:
    """The folder of a model: the shipped one (None), a local folder, or one fetched from the hub.

    Raises:
        ModelError: there is none.
    """
    if name_or_path is None:
        folder = models_folder() / DEFAULT_MODEL
        if not folder.is_dir():
            raise ModelError(
                f"The shipped model is missing: {folder}.", remedy="Install scrutiny again.", code="model_missing"
            )
        return folder
    path = Path(name_or_path)
    if path.is_dir():
        return path
    name = str(name_or_path)
    if path.exists() or path.is_absolute() or name.startswith((".", "~")) or name.count("/") != 1:
        raise ModelError(
            f"{name}: no such model folder.",
            remedy="Give a folder written by 'scrutiny train' or a hub identifier such as owner/name.",
            code="model_missing",
        )
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                name, allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model", eight_bits.FILE_NAME, TAUGHT]
            )
        )
    # The hub client lets errors of its HTTP library through, so no narrower class covers "could not be fetched".
    except Exception as error:
        raise ModelError(
            f"{name}: neither a folder nor a model that could be fetched from the hub: {first_lines(error)}",
            remedy="Check the name and the connection, or give a local folder.",
            code="model_missing",
        ) from None


def _config(folder: Path) -> Any:
    """What ``config.json`` says; of an encoder that has no code of ours transformers knows what its names mean."""
    from scrutiny.roles.mpnet import MPNetConfig

    try:
        return MPNetConfig.model_validate_json((folder / "config.json").read_bytes())
    except (OSError, ValueError):
        pass
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(folder)
    # What a configuration may hold in the wrong place is told by classes that have no name in common.
    except Exception as error:
        raise ModelError(
            f"{folder}: no readable config.json: {first_lines(error)}",
            remedy="Give a folder written by 'scrutiny train'.",
        ) from None


def _label_order(labels: dict[int, Any], name: str) -> tuple[int, ...]:
    by_role = {str(label).lower(): index for index, label in labels.items()}
    if set(by_role) != set(ROLES) or len(labels) != len(ROLES):
        raise ModelError(
            f"{name}: its labels are {', '.join(map(str, labels.values()))}; scrutiny needs {', '.join(ROLES)}.",
            remedy="Give a model trained on the four roles, with id2label in its config.json.",
            code="model_labels",
        )
    if sorted(labels) != list(range(len(ROLES))):
        raise ModelError(
            f"{name}: its labels have the numbers {', '.join(map(str, labels))}; they must go from 0 to 3.",
            remedy="Mend id2label in its config.json.",
            code="model_labels",
        )
    return tuple(by_role[role] for role in ROLES)


def _hash(folder: Path) -> str:
    """SHA-256 over every file that decides a prediction, in a fixed order."""
    digest = hashlib.sha256()
    for file in [*(folder / name for name in _HASHED), *sorted(folder.glob("*.safetensors"))]:
        if file.is_file():
            digest.update(file.name.encode())
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()


def first_lines(error: BaseException) -> str:
    """Two lines, since torch names the matter on the second."""
    return " ".join(line.strip() for line in str(error).strip().splitlines()[:2])[:300] or type(error).__name__
