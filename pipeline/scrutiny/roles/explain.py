"""Which words of a sentence speak for its role, and which against."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from scrutiny.report import ROLES, Prediction, Role
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.windows import Unit

#: Points of the path between the hidden and the shown sentence at which the gradient is taken.
STEPS = 32

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word, its characters in the sentence, and how much it adds to the logit of the role."""

    text: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """``words`` of the sentence with their weight for ``role``.

    The weights sum up to ``shown - hidden``: the logit of the role for the sentence as it is, less that for the same
    place with every word of the sentence masked.
    """

    prediction: Prediction
    role: Role
    words: tuple[WordWeight, ...]
    shown: float
    hidden: float


def explain(
    classifier: Classifier, units: Sequence[Unit], number: int = 0, *, role: Role | None = None, steps: int = STEPS
) -> Explanation:
    """Explain the role of ``units[number]``, or how near it came to another ``role``.

    Integrated gradients (Sundararajan et al. 2017, arXiv 1703.01365) from the sentence with every token masked to the
    sentence, its context unchanged.

    Raises:
        ValueError: ``steps`` is not positive.
    """
    if steps < 1:
        raise ValueError(f"steps must be positive, not {steps}")
    loaded = classifier.loaded
    prediction = classifier.predict(units)[number]
    role = role or prediction.role
    column = loaded.label_order[ROLES.index(role)]
    window, (_, start, end) = classifier.place_of(units, number)
    ids = torch.tensor([window.ids], device=classifier.device)
    masked = ids.clone()
    mask = loaded.tokenizer.mask_token_id
    masked[0, start : end - 1] = loaded.tokenizer.pad_token_id if mask is None else mask
    embeddings = loaded.model.get_input_embeddings()
    with torch.no_grad():
        shown, hidden = embeddings(ids), embeddings(masked)

    def logit(embedded: torch.Tensor) -> torch.Tensor:
        """The sentence's logit of the role for each row, shape (rows,)."""
        attention = torch.ones(embedded.shape[:2], dtype=torch.long, device=embedded.device)
        of_tokens = loaded.model(inputs_embeds=embedded, attention_mask=attention).logits
        of_role: torch.Tensor = of_tokens[:, start:end, column].mean(dim=1)
        return of_role

    total = torch.zeros_like(shown)
    for step in range(steps):
        # The midpoint rule.
        point = (hidden + (shown - hidden) * (step + 0.5) / steps).requires_grad_()
        total += torch.autograd.grad(logit(point).sum(), point)[0]
    of_tokens = ((shown - hidden) * total / steps).sum(dim=-1)[0, start:end].tolist()
    with torch.no_grad():
        ends = float(logit(shown)[0]), float(logit(hidden)[0])
    return Explanation(prediction, role, _words(classifier, units[number], of_tokens), *ends)


def _words(classifier: Classifier, unit: Unit, of_tokens: Sequence[float]) -> tuple[WordWeight, ...]:
    """The tokens' weights gathered by word; the mark of an item and the separator are nobody's."""
    offsets = classifier.loaded.tokenizer(
        unit.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )["offset_mapping"]
    skipped = len(of_tokens) - 1 - len(offsets) if unit.is_item else 0
    weights = list(of_tokens[max(skipped, 0) : -1])
    words = []
    for match in _WORD.finditer(unit.text):
        within = [
            weight for (first, _), weight in zip(offsets, weights, strict=False) if match.start() <= first < match.end()
        ]
        words.append(WordWeight(match[0], match.start(), match.end(), sum(within)))
    return tuple(words)
