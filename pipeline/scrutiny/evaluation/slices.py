"""The same measures on parts of the data: by source, heading, length and what else is known of a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.answers import Answers
from scrutiny.evaluation.intervals import Estimate, draws, estimate, point
from scrutiny.evaluation.metrics import Floats, Ints, accuracy, macro_f1, tables
from scrutiny.evaluation.tally import Gold

#: Parts of one kind that are told one by one; the smaller ones are told together.
_MOST = 20
OTHERS = "(all others)"

_NUMBER = re.compile(r"\d+")

#: Words at which the next class of length begins.
_LENGTHS = (10, 20, 30, 40)

_DIMENSIONS: dict[str, Callable[[LabelledSentence], str]] = {
    "source": lambda sentence: sentence.source,
    "regime": lambda sentence: sentence.regime,
    "heading": lambda sentence: " ".join(sentence.heading.split()) or "(none)",
    "block": lambda sentence: sentence.block,
    "length": lambda sentence: _length(sentence.text),
    "certainty": lambda sentence: {3: "3 clear", 2: "2 probable", 1: "1 toss-up"}.get(sentence.certainty, "other"),
}


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of the sentences: how many, of how many groups, how well answered; of one group no interval."""

    value: str
    n: int
    groups: int
    accuracy: Estimate
    macro_f1: Estimate


def dimensions(sentences: Sequence[LabelledSentence]) -> dict[str, list[str]]:
    """What is known of each sentence, by kind of slice; kinds that part nothing, or as another does, are left out."""
    found: dict[str, list[str]] = {}
    for name, value_of in _DIMENSIONS.items():
        values = [value_of(sentence) for sentence in sentences]
        largest = [value for value, _ in Counter(values).most_common(_MOST)]
        told = values if len(set(values)) <= _MOST + 1 else [v if v in largest else OTHERS for v in values]
        if len(set(told)) > 1 and told not in found.values():
            found[name] = told
    return found


def slices(gold: Gold, answers: Answers, dimension: Sequence[str], *, rounds: int, seed: int) -> tuple[Slice, ...]:
    """The parts into which ``dimension``, a value for each sentence, puts them.

    The largest are first and the others last; values that begin with a number are in its order.
    """
    values = np.array(dimension)
    counts = Counter(dimension)
    names = sorted(counts, key=lambda name: (name == OTHERS, -counts[name], name))
    if all(_NUMBER.match(name) for name in names):
        names.sort(key=lambda name: int(_NUMBER.match(name)[0]))  # type: ignore[index]
    statistics = {name: _Part(gold, answers, np.flatnonzero(values == name)) for name in names}

    def statistic(weights: Floats) -> Mapping[str, Floats]:
        return {f"{name}\0{key}": of for name in names for key, of in statistics[name](weights).items()}

    values_found = point(statistic, gold.count)
    drawn = draws(statistic, gold.count, rounds=rounds, seed=seed)
    return tuple(
        Slice(
            name,
            counts[name],
            len(statistics[name].own),
            *(
                estimate(
                    values_found[f"{name}\0{key}"], drawn[f"{name}\0{key}"] if len(statistics[name].own) > 1 else None
                )
                for key in ("accuracy", "macro_f1")
            ),
        )
        for name in names
    )


class _Part:
    """Accuracy and macro-F1 of the sentences at ``rows``; only their own groups are looked at."""

    def __init__(self, gold: Gold, answers: Answers, rows: Ints) -> None:
        self.own, groups = np.unique(gold.groups.index[rows], return_inverse=True)
        self.table = tables(gold.role[rows], answers.role[rows], groups, len(self.own))

    def __call__(self, weights: Floats) -> dict[str, Floats]:
        table = np.einsum("rg,gij->rij", weights[:, self.own], self.table, optimize=True)
        return {"accuracy": accuracy(table), "macro_f1": macro_f1(table)}


def _length(text: str) -> str:
    words = len(text.split())
    low = max((bound for bound in _LENGTHS if words >= bound), default=1)
    high = min((bound for bound in _LENGTHS if words < bound), default=None)
    return f"{low} words or more" if high is None else f"{low} to {high - 1} words"
