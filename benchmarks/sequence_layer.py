"""Whether a light layer over what the model says of the sentences of a report is worth having.

    python benchmarks/sequence_layer.py ../shared/corpora/validation.jsonl authored:validation [--model DIR]

The layer is a logistic regression, fitted and measured on held-out data by cross-validation over documents (ten
folds). It sees what the model says of a sentence, and besides that of the two sentences on either side, or its means
over the section and over the document; and the block. The model reads sentences alone (a sentence encoder
with a layer over its sentences, as in arXiv 1808.06161, but not trained in one), or in its windows, which hold the
neighbours (as in arXiv 1909.04054).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from scrutiny import corpora
from scrutiny.evaluation.predict import in_reading_order, to_unit
from scrutiny.report import ROLES
from scrutiny.roles.classifier import Classifier

Floats = NDArray[np.float64]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", help="a path, or authored:SPLIT")
    parser.add_argument("--model")
    arguments = parser.parse_args()
    gold = [sentence for name in arguments.data for sentence in in_reading_order(corpora.select(name))]
    units = [to_unit(sentence) for sentence in gold]
    roles = np.array([ROLES.index(sentence.role) for sentence in gold])
    documents = _numbered([(sentence.source, sentence.document or sentence.passage) for sentence in gold])
    sections = _numbered([(document, one.heading) for document, one in zip(documents.tolist(), gold, strict=True)])
    passages = _numbered([unit.passage for unit in units])
    classifier = Classifier(arguments.model)
    print(f"{len(gold)} sentences of {documents.max() + 1} documents\n")
    print("| the model reads | the layer sees | accuracy | macro-F1 | log loss |\n|---|---|---|---|---|")
    for reading, read in {"sentences alone": [unit._replace(passage="") for unit in units], "windows": units}.items():
        said = classifier.logits(read).numpy()
        said = said - np.log(np.exp(said).sum(axis=1, keepdims=True))
        beside = [_shifted(said, passages, by) for by in (-2, -1, 1, 2)]
        blocks = np.array([[unit.is_item, sentence.starts_block] for unit, sentence in zip(units, gold, strict=True)])
        layers: dict[str, list[Floats]] = {
            "the sentence": [said],
            "and its neighbours": [said, *beside],
            "and its section": [said, _others(said, sections)],
            "and its document": [said, _others(said, documents)],
            "all of it, and the block": [said, *beside, _others(said, sections), _others(said, documents), blocks],
        }
        _row(reading, "(no layer)", np.exp(said), roles)
        for seen, features in layers.items():
            _row(reading, seen, _held_out(np.hstack(features), roles, documents), roles)


def _numbered(names: Sequence[object]) -> NDArray[np.intp]:
    """A number for each name, the same for the same."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names])


def _shifted(said: Floats, passages: NDArray[np.intp], by: int) -> Floats:
    """What is said ``by`` sentences further on in the same passage; evenly likely roles beyond its ends."""
    at = np.arange(len(said)) + by
    inside = (at >= 0) & (at < len(said))
    inside[inside] = passages[at[inside]] == passages[inside]
    shifted = np.full_like(said, -np.log(len(ROLES)))
    shifted[inside] = said[at[inside]]
    return shifted


def _others(said: Floats, groups: NDArray[np.intp]) -> Floats:
    """The mean probabilities of the other sentences of the group, and of one whose roles are evenly likely."""
    probabilities = np.exp(said)
    totals = np.zeros((groups.max() + 1, len(ROLES)))
    np.add.at(totals, groups, probabilities)
    counts = np.bincount(groups)[groups][:, None]
    return np.asarray((totals[groups] - probabilities + 1 / len(ROLES)) / counts)


def _held_out(features: Floats, roles: NDArray[np.intp], documents: NDArray[np.intp]) -> Floats:
    """The probabilities that layers fitted to other documents give."""
    probabilities = np.zeros((len(roles), len(ROLES)))
    for fitted, held in GroupKFold(10).split(features, roles, documents):
        layer = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=2000))
        probabilities[held] = layer.fit(features[fitted], roles[fitted]).predict_proba(features[held])
    return probabilities


def _row(reading: str, seen: str, probabilities: Floats, roles: NDArray[np.intp]) -> None:
    said = probabilities.argmax(axis=1)
    figures = (np.mean(said == roles), f1_score(roles, said, average="macro"), log_loss(roles, probabilities))
    print(f"| {reading} | {seen} | " + " | ".join(f"{figure:.4f}" for figure in figures) + " |", flush=True)


if __name__ == "__main__":
    main()
