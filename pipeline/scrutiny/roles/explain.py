"""Which words of a sentence speak for its role, and which against."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from scrutiny.report import ROLES, Prediction, Role
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.windows import ITEM, Unit, windows

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
    """``words`` of the sentence, as far as the model reads it, with their weight for ``role``.

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
        ValueError: ``steps`` is not positive, or there is no such unit.
    """
    if steps < 1:
        raise ValueError(f"steps must be positive, not {steps}")
    if not 0 <= number < len(units):
        raise ValueError(f"there is no unit {number} among {len(units)}")
    loaded = classifier.loaded
    prediction = classifier.predict(units)[number]
    role = role or prediction.role
    column = loaded.label_order[ROLES.index(role)]
    window, start, end = next(
        (window, start, end)
        for window in windows(loaded.tokenizer, units, loaded.settings.window)
        for classified, start, end in window.spans
        if classified == number
    )
    offsets = _offsets(classifier, units[number])[: end - start]
    ids = torch.tensor([window.ids], device=classifier.device)
    masked = ids.clone()
    tokenizer = loaded.tokenizer
    hider = next(token for token in (tokenizer.mask, tokenizer.padding, tokenizer.separator) if token is not None)
    for place, (first, _) in enumerate(offsets):
        if first >= 0:
            masked[0, start + place] = hider
    # In single precision whatever it was computed with: gradients of a coarser model would not sum up.
    model = loaded.model.to(classifier.device)  # type: ignore[arg-type]
    embeddings = model.get_input_embeddings()
    with torch.no_grad():
        shown, hidden = embeddings(ids), embeddings(masked)

    def logit(embedded: torch.Tensor) -> torch.Tensor:
        """The sentence's logit of the role for each row, shape (rows,)."""
        attention = torch.ones(embedded.shape[:2], dtype=torch.long, device=embedded.device)
        of_tokens = model(inputs_embeds=embedded, attention_mask=attention).logits
        of_role: torch.Tensor = of_tokens[:, start:end, column].mean(dim=1)
        return of_role

    total = torch.zeros_like(shown)
    for step in range(steps):
        # The midpoint rule.
        point = (hidden + (shown - hidden) * (step + 0.5) / steps).requires_grad_()
        total += torch.autograd.grad(logit(point).sum(), point)[0]
    weights = ((shown - hidden) * total / steps).sum(dim=-1)[0, start:end].tolist()
    with torch.no_grad():
        ends = float(logit(shown)[0]), float(logit(hidden)[0])
    return Explanation(prediction, role, _words(units[number].text, offsets, weights), *ends)


def _offsets(classifier: Classifier, unit: Unit) -> list[tuple[int, int]]:
    """The characters of the sentence that each of its tokens stands for, below zero for the mark of an item."""
    mark = ITEM * unit.is_item
    places = classifier.loaded.tokenizer.places(mark + unit.text)
    return [(first - len(mark), last - len(mark)) for first, last in places]


def _words(text: str, offsets: Sequence[tuple[int, int]], weights: Sequence[float]) -> tuple[WordWeight, ...]:
    """The tokens' weights gathered by word; a sentence that was cut has no words beyond its last token."""
    words = []
    read = offsets[-1][1] if offsets else 0
    for match in _WORD.finditer(text, 0, max(read, 0)):
        within = [
            weight for (first, _), weight in zip(offsets, weights, strict=False) if match.start() <= first < match.end()
        ]
        words.append(WordWeight(match[0], match.start(), match.end(), sum(within)))
    return tuple(words)
