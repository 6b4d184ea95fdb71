"""Labelled data and predictions in every form they are taken in, and what is said of those that are at fault."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaluation.labelled import sentence
from scrutiny import corpora
from scrutiny.errors import DataError
from scrutiny.evaluation.answers import read_answers
from scrutiny.evaluation.leakage import leakage
from scrutiny.evaluation.protocols import Protocol, folds
from scrutiny.report import ROLES, Role

ROWS: list[dict[str, object]] = [
    {"id": "a", "text": "Plans are late, but staff are kind.", "role": "finding", "second_role": "strength",
     "group": "g", "starts_block": False, "first_pass": "finding", "second_pass": "other", "certainty": 2},
    {"id": "b", "text": "We visited.", "role": "other", "second_role": None, "group": "h", "starts_block": True,
     "first_pass": None, "second_pass": None, "certainty": 3},
]  # fmt: skip


def write(folder: Path, suffix: str, rows: list[dict[str, object]]) -> Path:
    file = folder / f"data{suffix}"
    if suffix == ".jsonl":
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), file)
    else:
        with file.open("w", newline="") as opened:
            table = csv.DictWriter(opened, list(rows[0]), delimiter="\t" if suffix == ".tsv" else ",")
            table.writeheader()
            table.writerows(rows)
    return file


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_tables_hold_the_same_sentences_as_json_lines(tmp_path: Path, suffix: str) -> None:
    expected = corpora.select(str(write(tmp_path, ".jsonl", ROWS)))
    assert corpora.select(str(write(tmp_path, suffix, ROWS))) == expected
    assert (expected[0].second_role, expected[0].second_pass, expected[0].starts_block) == ("strength", "other", False)
    assert expected[1].second_role is None
    assert corpora.select(f"{tmp_path}:data") == expected


def test_a_data_set_written_by_the_library_itself_is_read_back(tmp_path: Path) -> None:
    file = write(tmp_path, ".jsonl", ROWS)
    corpora.load(file)["data"].to_parquet(tmp_path / "copy.parquet")
    expected, found = corpora.select(str(file)), corpora.select(str(tmp_path / "copy.parquet"))
    assert found == expected


def test_a_data_set_of_the_hub_is_read_by_split(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fetched(name: str) -> datasets.DatasetDict:
        asked.append(name)
        rows = datasets.Dataset.from_list([{"text": row["text"], "role": row["role"]} for row in ROWS])
        return datasets.DatasetDict({"train": rows, "test": rows.select([1])})

    monkeypatch.setattr(datasets, "load_dataset", fetched)
    assert [unit.role for unit in corpora.select("someone/reports:test")] == [Role.OTHER]
    assert asked == ["someone/reports"]


def test_a_data_set_that_cannot_be_fetched_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(name: str) -> datasets.DatasetDict:
        raise ConnectionError(f"no route to {name}")

    monkeypatch.setattr(datasets, "load_dataset", refused)
    with pytest.raises(DataError, match="someone/reports: no labelled data there, and no data set"):
        corpora.select("someone/reports")


@pytest.mark.parametrize(
    ("suffix", "content", "message"),
    [
        (".csv", "sentence,role\nA.,other\n", r"row 1: the field 'text' is missing; there are sentence, role"),
        (".csv", "text,role\nA.,praise\n", "row 1: unknown role 'praise'"),
        (".csv", "text,role\n", "no labelled sentences"),
        (".csv", "text,role\n\xff,other\n", "not a CSV file in UTF-8"),
        (".parquet", "not parquet", "not a Parquet file"),
        (".jsonl", "", "no labelled sentences"),
    ],
)
def test_a_fault_in_a_file_is_named(tmp_path: Path, suffix: str, content: str, message: str) -> None:
    file = tmp_path / f"data{suffix}"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(DataError, match=message) as caught:
        corpora.select(str(file))
    assert str(file) in caught.value.reason
    assert caught.value.remedy


GOLD = [sentence(1, Role.FINDING), sentence(2, Role.OTHER)]
SCORES = dict(zip(ROLES, (0.1, 0.2, 0.3, 0.4), strict=True))


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_predictions_are_matched_by_id(tmp_path: Path, suffix: str) -> None:
    rows: list[dict[str, object]] = [
        {"id": "2", "role": "other", "second_role": "finding", "decision": "accept"},
        {"id": "1", "role": "strength", "second_role": None, "decision": "review"},
    ]
    for row in rows:
        row.update({f"score_{role}": score for role, score in SCORES.items()})
    found = read_answers(write(tmp_path, suffix, rows), GOLD)
    assert (found.role.tolist(), found.second.tolist()) == ([1, 3], [-1, 0])
    assert found.scores is not None
    assert found.accepted is not None
    assert found.accepted.tolist() == [False, True]
    assert found.scores.tolist() == [list(SCORES.values())] * 2


def test_predictions_without_ids_are_matched_by_order_and_need_no_scores(tmp_path: Path) -> None:
    found = read_answers(write(tmp_path, ".jsonl", [{"role": "finding"}, {"role": "other"}]), GOLD)
    assert (found.role.tolist(), found.scores, found.confidence) == ([0, 3], None, None)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"role": "other"}], "1 predictions without ids for 2 sentences"),
        ([{"id": "1", "role": "other"}], "1 sentences have no prediction: 2"),
        ([{"id": "1", "role": "other"}] * 2, "ids occur twice"),
        ([{"role": "other"}, {"role": "good"}], "row 2: unknown role 'good'"),
        ([{"role": "other", "scores": dict.fromkeys(ROLES, 0.5)}] * 2, "no probabilities that sum up to 1"),
        ([{"role": "other", "scores": {"other": 1}}] * 2, "no four numbers"),
        ([{"role": "other", "scores": SCORES}, {"role": "other"}], "some predictions have scores and others none"),
        ([], "there are no predictions"),
    ],
)
def test_predictions_at_fault_are_refused(tmp_path: Path, rows: list[dict[str, object]], message: str) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(DataError, match=message) as caught:
        read_answers(file, GOLD)
    assert str(file) in caught.value.reason


def test_shared_groups_and_sentences_are_leakage() -> None:
    training = [sentence(at, Role.OTHER, group=f"g{at // 2}", text=f"Text {at}.") for at in range(6)]
    test = [
        sentence(at, Role.OTHER, group=group, text=text)
        for at, (group, text) in enumerate([("g2", "New."), ("g9", "text  4."), ("g9", "New.")])
    ]
    found, leaked = leakage(test, training)
    assert (found.groups, found.groups_named, found.sentences, found.duplicates) == (1, ("g2",), 1, 1)
    assert leaked == [False, True, False]


def data() -> list[corpora.LabelledSentence]:
    return [
        sentence(at, ROLES[at % 4], group=f"g{at // 4}", source=f"s{at // 20}", text=f"Text {at}.") for at in range(80)
    ]


def test_no_group_straddles_a_fold_and_every_sentence_is_measured_once() -> None:
    rows = data()
    training = [*rows[:8], sentence(99, Role.OTHER, group="elsewhere")]
    made = folds(rows, training, Protocol.GROUP_KFOLD, count=4, together=(), seed=0)
    assert sorted(at for fold in made for at in fold.test.tolist()) == list(range(80))
    for fold in made:
        tested = {rows[at].group for at in fold.test.tolist()}
        assert not tested & {unit.group for unit in fold.training}
        # What is in both the data and the training data is trained on once.
        assert len(fold.training) == 80 - len(fold.test) + 1


def test_sources_are_left_out_one_by_one_or_together() -> None:
    made = folds(data(), (), Protocol.LEAVE_ONE_SOURCE_OUT, count=5, together=[("s1", "s3")], seed=0)
    assert [(fold.name, len(fold.test)) for fold in made] == [("s0", 20), ("s1 + s3", 40), ("s2", 20)]
    assert {unit.source for unit in made[1].training} == {"s0", "s2"}


@pytest.mark.parametrize(
    ("protocol", "rows", "together", "message"),
    [
        (Protocol.GROUP_KFOLD, data()[:8], (), "There are 2 groups for 5 folds"),
        (Protocol.GROUP_KFOLD, [sentence(at, Role.OTHER) for at in range(9)], (), "9 sentences for 5 folds"),
        (Protocol.LEAVE_ONE_SOURCE_OUT, data()[:8], (), "There is one source"),
        (Protocol.LEAVE_ONE_SOURCE_OUT, data(), [("s1", "elsewhere")], "no source of the data: elsewhere"),
    ],
)
def test_data_that_do_not_suit_a_protocol_are_refused(
    protocol: Protocol, rows: list[corpora.LabelledSentence], together: list[tuple[str, ...]], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        folds(rows, (), protocol, count=5, together=together, seed=0)
