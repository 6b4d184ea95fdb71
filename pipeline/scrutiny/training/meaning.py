"""A map from a classifier's hidden layers to what sentences mean, learnt from a model made to tell that.

What a sentence embedder says of a sentence is guessed from what the classifier's encoder holds of it in its context
anyway, by ridge regression; only the directions in which the guesses differ most are kept (reduced-rank regression,
Izenman 1975). The weights of the classifier stay as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn.functional import normalize

from scrutiny import corpora
from scrutiny.errors import DataError, ModelError
from scrutiny.evaluation.predict import to_unit
from scrutiny.roles.batching import batches
from scrutiny.roles.classifier import TOKEN_BUDGET
from scrutiny.roles.eight_bits import PROVENANCE as EXPORTED
from scrutiny.roles.loading import LoadedModel, load_model
from scrutiny.roles.meaning import FILE_NAME, pooled
from scrutiny.roles.windows import Unit
from scrutiny.training.gathering import draw_passages
from scrutiny.training.hidden import hidden_states
from scrutiny.training.provenance import hashes_of, versions

#: How the map was made, beside it.
PROVENANCE = "meaning.json"
#: Fewer sentences than these teach nothing.
FEWEST = 100
#: Strengths of the penalty among which to choose, for standardised hidden states.
_PENALTIES = (300.0, 1000.0, 3000.0)
#: One passage in so many is held out to choose on.
_HELD_OUT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MeaningOptions:
    """What decides the outcome.

    ``layers`` of the classifier are read, 0 being what enters the first. ``dimensions`` are those of the vectors,
    ``sentences`` how many are learnt from, at most, in whole passages that ``seed`` draws; reports with a name
    (``document``) in ``leave_out`` are not among them. ``tokens`` bounds what the teacher reads of a sentence.
    """

    layers: tuple[int, ...] = (0, 2, 4, 6)
    dimensions: int = 128
    sentences: int = 10_000
    leave_out: Collection[str] = ()
    tokens: int = 128
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Fit:
    """A linear map in double precision: (hidden, dimensions) and (dimensions,)."""

    weight: torch.Tensor
    bias: torch.Tensor

    def __call__(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden @ self.weight + self.bias


def fit_meaning(
    model: Path, data: Sequence[str], teacher: str, options: MeaningOptions = MeaningOptions(), *, command: str = ""
) -> float:
    """Write a map from the hidden layers of ``model`` to the embeddings of ``teacher`` into the model's folder.

    ``data`` are sources of sentences as :func:`scrutiny.corpora.select` takes them; ``meaning.json`` keeps them by
    content. Returns how well the cosines of pairs of held-out sentences correlate with the teacher's.

    Raises:
        DataError: the data cannot be read, or there are too few sentences.
        ModelError: ``model`` or ``teacher`` cannot be loaded, or the model has no such layer.
    """
    gold = [unit for name in data for unit in corpora.select(name)]
    learnt = [unit for unit in gold if unit.document not in options.leave_out]
    passages = draw_passages(learnt, options.sentences, options.seed)
    units = [to_unit(sentence) for passage in passages for sentence in passage]
    if len(units) < FEWEST:
        raise DataError(
            f"There are {len(units)} sentences to learn from; it takes {FEWEST} or more.", remedy="Add data."
        )
    loaded = load_model(model)
    layers: int = loaded.config.num_hidden_layers
    if not all(0 <= layer <= layers for layer in options.layers):
        raise ModelError(f"{model}: it has the layers 0 to {layers}.", remedy="Read some of these.")
    hidden = _hidden(loaded, units, options.layers)
    wanted = _embeddings(teacher, [unit.text for unit in units], options.tokens)
    held = sum(map(len, passages[: max(1, len(passages) // _HELD_OUT)]))
    tried = {
        penalty: _agreement(
            _fitted(hidden[held:], wanted[held:], penalty, options.dimensions)(hidden[:held]), wanted[:held]
        )
        for penalty in _PENALTIES
    }
    penalty = max(tried, key=lambda one: tried[one])
    fit = _fitted(hidden, wanted, penalty, options.dimensions)
    tensors = {"weight": fit.weight.half().contiguous(), "bias": fit.bias.half()}
    # An encoder in eight bits may not tell these layers.
    (model / EXPORTED).unlink(missing_ok=True)
    save_file(tensors, model / FILE_NAME, metadata={"layers": " ".join(map(str, options.layers))})
    made = {
        "command": command,
        "teacher": {"name": teacher, "sha256": _weights_of(teacher)},
        "sha256": hashes_of(data),
        "left_out": sorted(options.leave_out),
        "sentences": len(units),
        "seed": options.seed,
        "layers": options.layers,
        "dimensions": options.dimensions,
        "penalty": penalty,
        "held_out": {"sentences": held, "correlation": round(tried[penalty], 4)},
        "versions": versions(),
    }
    (model / PROVENANCE).write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return tried[penalty]


def _hidden(loaded: LoadedModel, units: Sequence[Unit], layers: Sequence[int]) -> torch.Tensor:
    """What the classifier's layers hold of each unit: double, shape (units, layers x width)."""
    rows: dict[int, torch.Tensor] = {}
    for window, states in hidden_states(loaded, units, layers):
        of_window = pooled(states, window.spans)
        rows.update((number, row) for (number, _, _), row in zip(window.spans, of_window, strict=True))
    return torch.stack([rows[number] for number in range(len(units))]).double()


def _embeddings(teacher: str, texts: Sequence[str], tokens: int) -> torch.Tensor:
    """What the sentence embedder says: the mean over its tokens at unit length, double, shape (texts, width)."""
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    showed_progress = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        tokenizer, model = AutoTokenizer.from_pretrained(teacher), AutoModel.from_pretrained(teacher).eval()
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{teacher}: not a loadable encoder: {str(error).splitlines()[0]}",
            remedy="Give a folder or hub identifier such as sentence-transformers/all-mpnet-base-v2.",
        ) from None
    finally:
        if showed_progress:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    encoded: list[list[int]] = tokenizer(list(texts), truncation=True, max_length=tokens)["input_ids"]
    rows: dict[int, torch.Tensor] = {}
    with torch.inference_mode():
        for group in batches([len(ids) for ids in encoded], TOKEN_BUDGET):
            ids = torch.tensor([encoded[index] for index in group])
            said = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.mean(dim=1)
            rows.update(zip(group, normalize(said.double(), dim=-1), strict=True))
    return torch.stack([rows[index] for index in range(len(texts))])


def _weights_of(teacher: str) -> str | None:
    """The SHA-256 of a local teacher's weights; one of the hub is known by its name."""
    file = Path(teacher) / "model.safetensors"
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


def _fitted(hidden: torch.Tensor, wanted: torch.Tensor, penalty: float, dimensions: int) -> _Fit:
    """Ridge regression of ``wanted`` on standardised ``hidden``, onto the main directions of what it guesses."""
    mean, spread = hidden.mean(dim=0), hidden.std(dim=0).clamp(min=1e-6)
    standard, middle = (hidden - mean) / spread, wanted.mean(dim=0)
    squares = standard.T @ standard + penalty * torch.eye(hidden.shape[1], dtype=torch.double)
    weight = torch.linalg.solve(squares, standard.T @ (wanted - middle))
    guessed = standard @ weight + middle
    # Not centred: it is cosines that are to stay as they are.
    directions = torch.linalg.eigh(guessed.T @ guessed).eigenvectors[:, -dimensions:].flip(1)
    scaled = weight / spread[:, None]
    return _Fit(scaled @ directions, (middle - mean @ scaled) @ directions)


def _agreement(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """The correlation between the cosines of all pairs of rows of one and of the other."""
    above = torch.triu_indices(len(found), len(found), offset=1)
    cosines = [(unit @ unit.T)[above[0], above[1]] for unit in (normalize(found, dim=-1), normalize(wanted, dim=-1))]
    return float(torch.corrcoef(torch.stack(cosines))[0, 1])
