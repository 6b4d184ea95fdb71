"""Whose voice a sentence reports, what has changed, how many it holds for; who must act, and when: read off its tokens.

A small network that reads some of the classifier's hidden layers gives one logit a token and tag; ``scrutiny tagger``
fits it. It needs no second pass of the encoder; a model may be without. Of a family of tags of which a sentence has
one at most (``voice:staff``, ``voice:records``) each tag weighs as much as the logarithm of the summed exponentials of
its tokens, against a weight of 0 for none: learning from labels of whole sentences which tokens speak for them
(multiple-instance learning, Dietterich et al. 1997; the smooth maximum of Ramon and De Raedt 2000). Tags without a
family (``proportion``, ``addressee``, ``deadline``) are told of each token by itself.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict

from scrutiny.errors import ModelError
from scrutiny.report import Role

if TYPE_CHECKING:
    import torch

    from scrutiny.roles.tag_network import TagNetwork
    from scrutiny.roles.windows import Window

FILE_NAME = "tagger.safetensors"
#: Where the file keeps ``layers``, ``names`` and ``thresholds``, as JSON: several entries would have no fixed order.
ABOUT = "tagger"

_REMEDY = "Remove it, and fit it again with 'scrutiny tagger'; without it rules alone tell what it would."
#: Of what a sentence has one at most, and the values that it may have.
VALUES = {
    "voice": ("service_users", "parents", "staff", "provider", "partners", "survey", "records"),
    "trend": ("improved", "declined", "unchanged"),
    "obligation": ("must", "should", "may", "imperative", "noun_phrase"),
}
#: What is told of words by themselves.
WORDS = ("proportion", "addressee", "deadline")
#: All the tags there are.
NAMES = (*(f"{family}:{value}" for family, values in VALUES.items() for value in values), *WORDS)
#: The families and words that sentences of a role have tags of; of no role, those that lead into demands.
OF_ROLE = {
    Role.FINDING: ("voice", "trend", "proportion"),
    Role.STRENGTH: ("voice", "trend", "proportion"),
    Role.RECOMMENDATION: ("obligation", "addressee", "deadline"),
    Role.OTHER: ("addressee",),
}

#: How a tag is packed: which it is, its first token and the one behind its last, its score from 0 to 255.
_PACKED = struct.Struct("<BHHB")
#: Beside the token that speaks most for a tag, those belong to it that speak for it a tenth as much; of words also
#: those behind a single one that does not.
_BESIDE = 0.1


class _About(BaseModel):
    """What the file says of itself."""

    model_config = ConfigDict(extra="forbid", strict=True)

    layers: tuple[int, ...]
    names: tuple[str, ...]
    thresholds: dict[str, float]


class TokenTag(NamedTuple):
    """A tag of a sentence: its number among the tagger's ``names``, the half-open span of tokens, a probability."""

    tag: int
    first: int
    last: int
    score: float


@dataclass(frozen=True, slots=True)
class Tagger:
    """``network`` reads ``layers``, 0 being what enters the first, side by side; ``names`` are those of the tags.

    A tag of a family is told where the family's summed probability is over its entry in ``thresholds``, a tag without
    one where its own is.
    """

    layers: tuple[int, ...]
    names: tuple[str, ...]
    thresholds: dict[str, float]
    network: TagNetwork

    def __call__(self, hidden: torch.Tensor, spans: Sequence[tuple[int, int, int]]) -> tuple[bytes, ...]:
        """The packed tags of sentences at ``spans`` of a window whose states have the shape (tokens, hidden)."""
        logits = self.network([hidden[start:end] for _, start, end in spans])
        return tuple(pack(tags(of_sentence, self.names, self.thresholds)) for of_sentence in logits)


def tags(logits: torch.Tensor, names: Sequence[str], thresholds: Mapping[str, float]) -> Iterator[TokenTag]:
    """The tags of a sentence whose tokens have ``logits`` of the shape (tokens, tags); see :class:`Tagger`."""
    if not len(logits):
        return
    for family, columns in families(names).items():
        of_family = logits[:, columns]
        if family not in VALUES:
            yield from _runs(columns[0], of_family[:, 0].sigmoid().tolist(), thresholds[family])
            continue
        probabilities = with_none(of_family.logsumexp(dim=0, keepdim=True)).softmax(dim=1)[0, :-1]
        if float(probabilities.sum()) > thresholds[family]:
            best = int(probabilities.argmax())
            first, last = _around(of_family[:, best].softmax(dim=0).tolist())
            yield TokenTag(columns[best], first, last, float(probabilities[best]))


def spoken(window: Window, separator: int) -> list[tuple[int, int, int]]:
    """The spans of a window's sentences without the separator behind them, which says nothing."""
    return [
        (number, start, end - (end > start and window.ids[end - 1] == separator)) for number, start, end in window.spans
    ]


def families(names: Sequence[str]) -> dict[str, list[int]]:
    """The indexes of the tags of each family; a tag without one is a family by itself."""
    found: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        found.setdefault(name.partition(":")[0], []).append(index)
    return found


def with_none(weights: torch.Tensor) -> torch.Tensor:
    """The weights of the tags of a family in sentences, (sentences, tags), and behind them that of none."""
    import torch

    return torch.cat([weights, weights.new_zeros(len(weights), 1)], dim=1)


def pack(tags: Iterator[TokenTag]) -> bytes:
    """Six bytes a tag."""
    return b"".join(_PACKED.pack(tag, first, last, round(score * 255)) for tag, first, last, score in tags)


def unpack(packed: bytes) -> list[TokenTag]:
    """What :func:`pack` packed."""
    return [
        TokenTag(tag, first, last, round(score / 255, 3)) for tag, first, last, score in _PACKED.iter_unpack(packed)
    ]


def _runs(tag: int, probabilities: Sequence[float], threshold: float) -> Iterator[TokenTag]:
    """Each run of tokens that may belong to a tag and of which some are over the threshold, with the mean of these."""
    runs: list[list[int]] = []
    for token in (token for token, score in enumerate(probabilities) if score > _BESIDE * threshold):
        if runs and token - runs[-1][-1] <= 2:
            runs[-1].append(token)
        else:
            runs.append([token])
    for run in runs:
        if over := [probabilities[token] for token in run if probabilities[token] > threshold]:
            yield TokenTag(tag, run[0], run[-1] + 1, sum(over) / len(over))


def _around(shares: Sequence[float]) -> tuple[int, int]:
    """The largest share and those beside it that are not much smaller, as a half-open span."""
    best = max(range(len(shares)), key=shares.__getitem__)
    first = last = best
    while first > 0 and shares[first - 1] >= _BESIDE * shares[best]:
        first -= 1
    while last + 1 < len(shares) and shares[last + 1] >= _BESIDE * shares[best]:
        last += 1
    return first, last + 1


def load_tagger(folder: Path, *, layers: int, width: int) -> Tagger | None:
    """The tagger of a model whose encoder has ``layers`` of a ``width``, or None where its folder has none.

    Raises:
        ModelError: it cannot be read, or was made for another model.
    """
    from safetensors import SafetensorError, safe_open

    file = folder / FILE_NAME
    if not file.is_file():
        return None
    try:
        with safe_open(file, framework="pt") as tensors:
            about = _About.model_validate_json(tensors.metadata()[ABOUT])
            weights = {name: tensors.get_tensor(name).float() for name in tensors.keys()}  # noqa: SIM118 # no mapping
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelError(f"{file}: not a tagger: {error}.", remedy=_REMEDY) from None
    names, network = about.names, None
    if (
        about.layers
        and all(0 <= number <= layers for number in about.layers)
        and set(names) <= set(NAMES)
        and about.thresholds.keys() == families(names).keys()
        and all(bool(weight.isfinite().all()) for weight in weights.values())
    ):
        network = _network(weights, len(about.layers) * width, len(names))
    if network is None:
        raise ModelError(f"{file}: it was made for another model.", remedy=_REMEDY)
    return Tagger(about.layers, names, about.thresholds, network)


def _network(weights: dict[str, torch.Tensor], hidden: int, tags: int) -> TagNetwork | None:
    """The network with these weights, or None if they are not those of one."""
    import torch

    from scrutiny.roles.tag_network import TagNetwork

    try:
        with torch.device("meta"):
            network = TagNetwork(hidden, tags, len(weights["enter.bias"]))
        network.load_state_dict(weights, assign=True)
    except (KeyError, ValueError, TypeError, AssertionError, RuntimeError):
        return None
    return network.eval()
