from __future__ import annotations

import json
from pathlib import Path

import pytest
from datasets import ClassLabel

from scrutiny import corpora
from scrutiny.errors import DataError
from scrutiny.report import ROLES


def test_the_authored_corpus_is_valid_and_as_large_as_its_readme_says() -> None:
    splits = corpora.sentences("authored")
    units = [unit for split in splits.values() for unit in split]
    assert len(units) == 27069
    assert len({unit.group for unit in units}) == 462
    assert len({unit.id for unit in units}) == len(units)
    assert all(unit.second_role != unit.role and unit.certainty in (1, 2, 3) for unit in units)
    assert {unit.role for unit in units} == set(ROLES)


def test_no_report_straddles_the_splits() -> None:
    groups = [{unit.group for unit in split} for split in corpora.sentences("authored").values()]
    assert all(groups)
    assert len(set.union(*groups)) == sum(map(len, groups))


def test_loading_gives_class_labels_in_the_order_of_the_roles() -> None:
    data = corpora.load("authored")
    assert set(data) == {"train", "validation", "test"}
    role = data["train"].features["role"]
    assert isinstance(role, ClassLabel)
    assert role.names == [role.value for role in ROLES]
    first = corpora.sentences("authored")["train"][0]
    assert data["train"][0]["text"] == first.text
    assert role.int2str(data["train"][0]["role"]) == first.role


def test_real_splits_load_by_path_with_the_published_counts(real_corpora: Path) -> None:
    data = corpora.load(real_corpora)
    assert {name: len(rows) for name, rows in data.items()} == {"train": 4061, "validation": 623, "test": 936}
    assert len(corpora.load(real_corpora / "test.jsonl")["test"]) == 936


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2"),
        ("[]", "line 2"),
        ('{"role": "finding"}', "the field 'text' is missing"),
        ('{"text": "A."}', "the field 'role' is missing"),
        ('{"text": "A.", "role": "praise"}', "unknown role 'praise'; accepted: finding, strength"),
        ('{"text": "A.", "role": "other", "position": "last"}', "line 2"),
        ('{"text": 3, "role": "other"}', "text must be a sentence"),
    ],
)
def test_a_wrong_line_is_named_with_its_fault(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text(json.dumps({"text": "Fine.", "role": "other"}) + "\n" + line + "\n")
    with pytest.raises(DataError, match=message):
        corpora.sentences(file)


def test_a_wrong_authored_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "x01.txt"
    file.write_text("@title T\n# H\nF3 | A finding.\nnot labelled\n")
    with pytest.raises(DataError, match=r"x01\.txt, line 4"):
        corpora.sentences(file)


def test_a_path_without_data_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.jsonl"):
        with pytest.raises(DataError, match="no labelled data there"):
            corpora.load(path)
