"""Every wrong sentence of the first system: its context, its scores, and what the training data say of its like."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.run import Outcome
from scrutiny.report import ROLES
from scrutiny.writing.flat import cell

#: Training sentences told beside each wrong one.
NEAREST = 3

#: Sentences whose likeness is computed at a time.
_CHUNK = 256

COLUMNS = (
    "id", "source", "group", "document", "passage", "position", "heading", "block", "before", "text", "after", "gold",
    "gold_second", "certainty", "given", "given_second", "confidence", *(f"score_{role}" for role in ROLES), "others",
    *(f"nearest_{number}{part}" for number in range(1, NEAREST + 1) for part in ("", "_role", "_likeness")),
)  # fmt: skip

Row = dict[str, str | int | float]


def wrong_sentences(outcome: Outcome) -> list[Row]:
    """A row for each sentence to which the first system gives another role, the surest first.

    ``others`` tells what the other systems say; the nearest training sentences are those with the most alike TF-IDF
    weights (cosine, 0 to 1), within the training data of the sentence's fold.
    """
    first, *others = outcome.answers
    gold = np.array([ROLES.index(sentence.role) for sentence in outcome.sentences])
    wrong = np.flatnonzero(first.role != gold)
    confidence = first.confidence
    if confidence is not None:
        wrong = wrong[np.argsort(-confidence[wrong], kind="stable")]
    before, after = _neighbours(outcome.sentences)
    nearest = _nearest(outcome, set(wrong.tolist()))
    rows = []
    for at in wrong.tolist():
        sentence = outcome.sentences[at]
        row: Row = dict.fromkeys(COLUMNS, "")
        row |= {
            name: getattr(sentence, name)
            for name in ("id", "source", "group", "document", "passage", "position", "heading", "block", "text")
        }
        row |= {"before": before[at], "after": after[at], "certainty": sentence.certainty}
        row |= {"gold": sentence.role.value, "gold_second": sentence.second_role or ""}
        row |= {"given": ROLES[first.role[at]].value, "given_second": _name(first.second[at])}
        if first.scores is not None and confidence is not None:
            row["confidence"] = round(float(confidence[at]), 6)
            row |= {f"score_{role}": round(float(first.scores[at, n]), 6) for n, role in enumerate(ROLES)}
        row["others"] = "; ".join(f"{other.name}: {ROLES[other.role[at]]}" for other in others)
        for number, (neighbour, likeness) in enumerate(nearest.get(at, ()), start=1):
            row[f"nearest_{number}"] = neighbour.text
            row[f"nearest_{number}_role"] = neighbour.role.value
            row[f"nearest_{number}_likeness"] = round(likeness, 3)
        rows.append(row)
    return rows


def write_errors(path: Path, rows: Sequence[Row]) -> None:
    """Write the rows as CSV for spreadsheets, UTF-8 with a byte-order mark; no cell is taken for a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows([cell(row[column]) for column in COLUMNS] for row in rows)


def _name(role: int) -> str:
    return ROLES[role].value if role >= 0 else ""


def _neighbours(sentences: Sequence[LabelledSentence]) -> tuple[list[str], list[str]]:
    """The text before and after each sentence in its passage."""
    place = {(s.source, s.passage, s.position): s.text for s in sentences}
    around = ([place.get((s.source, s.passage, s.position + step), "") for s in sentences] for step in (-1, 1))
    before, after = around
    return before, after


def _nearest(outcome: Outcome, wanted: set[int]) -> dict[int, list[tuple[LabelledSentence, float]]]:
    """For each wanted sentence the training sentences most like it, by its index."""
    found: dict[int, list[tuple[LabelledSentence, float]]] = {}
    for fold in outcome.folds:
        rows = [at for at in fold.test.tolist() if at in wanted]
        if rows:
            found |= dict(_likest(rows, outcome.sentences, fold.training))
    return found


def _likest(
    rows: Sequence[int], sentences: Sequence[LabelledSentence], training: Sequence[LabelledSentence]
) -> Iterator[tuple[int, list[tuple[LabelledSentence, float]]]]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    weights = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\b\w+\b")
    there = weights.fit_transform([sentence.text for sentence in training])
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        likeness = (weights.transform([sentences[at].text for at in chunk]) @ there.T).toarray()
        for at, of_one in zip(chunk, likeness, strict=True):
            best = np.argsort(-of_one, kind="stable")[:NEAREST]
            yield at, [(training[index], float(of_one[index])) for index in best.tolist() if of_one[index] > 0]
