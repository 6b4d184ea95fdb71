from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scrutiny.corpora import LabelledSentence
from scrutiny.errors import DataError
from scrutiny.report import ROLES, Role
from scrutiny.training.doubts import Doubt, by_name, find_doubts, held_out, weights, write_doubts
from scrutiny.training.learners import word_counts

WORDS = {Role.FINDING: "poor", Role.STRENGTH: "good", Role.RECOMMENDATION: "must", Role.OTHER: "visited"}


def corpus() -> list[LabelledSentence]:
    """240 sentences in 12 groups whose role is told by one word."""
    return [
        LabelledSentence(
            f"{number}", f"p{number // 20}", number, "s", f"g{number // 20}", "", "Plans", "paragraph", True, "",
            f"plans are {WORDS[ROLES[number % 4]]} here {number % 7}", ROLES[number % 4], None, 3,
        )
        for number in range(240)
    ]  # fmt: skip


def test_changed_labels_are_the_worst_doubts_with_the_role_they_had() -> None:
    sentences = corpus()
    changed = {17: Role.OTHER, 60: Role.STRENGTH, 155: Role.FINDING}
    for number, role in changed.items():
        assert sentences[number].role != role
        sentences[number] = replace(sentences[number], role=role)
    found = find_doubts(sentences, held_out(sentences, word_counts))
    assert {(int(doubt.sentence.id), doubt.suggested) for doubt in found} == {(n, ROLES[n % 4]) for n in changed}
    assert [doubt.quality for doubt in found] == sorted(doubt.quality for doubt in found)
    sentences[60] = replace(sentences[60], second_role=Role.FINDING)
    again = find_doubts(sentences, held_out(sentences, word_counts))
    assert {int(doubt.sentence.id) for doubt in again} == {17, 155}


def test_no_sentence_is_judged_by_a_model_that_saw_its_group() -> None:
    sentences = corpus()
    judged: list[str] = []

    def learner(training: Sequence[LabelledSentence], others: Sequence[LabelledSentence]) -> np.ndarray:
        assert not {unit.group for unit in training} & {unit.group for unit in others}
        assert len(training) + len(others) == len(sentences)
        judged.extend(unit.id for unit in others)
        return np.array([np.eye(4)[int(unit.id) % 4] for unit in others])

    probabilities = held_out(sentences, learner, folds=3)
    assert sorted(judged, key=int) == [unit.id for unit in sentences]
    assert probabilities.argmax(axis=1).tolist() == [number % 4 for number in range(240)]
    with pytest.raises(DataError, match="12 groups, too few for 13 folds"):
        held_out(sentences, learner, folds=13)


def reviewed(path: Path, units: Sequence[LabelledSentence], cells: Sequence[str]) -> Path:
    """A table of doubts in which a person has written the weights."""
    write_doubts(path, [Doubt(unit, Role.OTHER, 0.1) for unit in units])
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows([{**row, "weight": weight} for row, weight in zip(rows, cells, strict=True)])
    return path


def test_a_reviewed_table_gives_the_weights_of_its_sentences(tmp_path: Path) -> None:
    sentences = corpus()
    sentences[1] = replace(sentences[1], id="=1+1", text="=HYPERLINK(“x”) is, said one, “good”.")
    file = reviewed(tmp_path / "doubts.csv", sentences[:3], ["", "0.5", " 1 "])
    assert weights(sentences, file, 0.25) == {("s", "0"): 0.25, ("s", "=1+1"): 0.5, ("s", "2"): 1.0}


def test_no_cell_of_the_table_is_a_formula(tmp_path: Path) -> None:
    unit = replace(corpus()[0], id="@a", text="=1+1", heading="-2", source="+s", group="\tg")
    write_doubts(tmp_path / "doubts.csv", [Doubt(unit, Role.OTHER, 0.1)])
    with (tmp_path / "doubts.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert [row[key] for key in ("id", "text", "heading", "source", "group")] == ["'@a", "'=1+1", "'-2", "'+s", "'\tg"]


def test_sentences_that_share_a_name_are_refused_unless_they_are_the_same() -> None:
    sentences = corpus()
    again = [replace(unit, passage=f"{unit.passage} (1)") for unit in sentences]
    assert list(by_name([*sentences, *again]).values()) == sentences
    with pytest.raises(DataError, match="Two sentences have the source 's' and the id '7'"):
        by_name([*sentences, replace(sentences[7], text="Another.")])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"source,weight\ns,0\n", "no column id"),
        (b"source,id,weight\ns,1,0\ns,2,two\n", "line 3: the weight is 'two'"),
        (b"source,id,weight\ns,1,1.5\n", "line 2: the weight is '1.5'"),
        (b"source,id,weight\ns,1,nan\n", "line 2: the weight is 'nan'"),
        (b"source,id,weight\ns,999,0\n", "line 2: no sentence to train on has the source 's', the id '999'"),
        (b"source,id,text\ns,1,plans are other\n", "line 2: no sentence to train on"),
        (b"source,id\ns\n", "line 2: no sentence to train on has the source 's', the id ''"),
        (b"source,id\ns,\xff\n", "not a table in CSV"),
        (b'source,id\ns,"1\n', "not a table in CSV"),
        (b"", "no column id and source"),
    ],
)
def test_a_table_that_does_not_fit_is_named_with_the_line(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "doubts.csv"
    file.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        weights(corpus(), file, 0.0)
    assert "scrutiny doubts" in caught.value.remedy
    with pytest.raises(DataError, match="cannot be read"):
        weights(corpus(), tmp_path / "nowhere.csv", 0.0)
