"""Labels of whole reports whose text is kept elsewhere."""

from __future__ import annotations

import gzip
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from scrutiny.errors import DataError
from scrutiny.evaluation.labelled_reports import build
from scrutiny.evaluation.labels import corpus_of, read_labels
from scrutiny.report import BlockKind, Role

TEXTS: list[dict[str, Any]] = [
    {"source": "towns", "group": "another", "doc": "towns/other.pdf", "units": []},
    {"source": "towns", "group": "a town", "doc": "towns/a town.pdf", "units": [
        {"heading": "", "kind": "para", "page": 1, "text": "Visited on 4 May."},
        {"heading": "Results", "kind": "para", "page": 1, "text": "Most files were late, staff said."},
        {"heading": "Results", "kind": "para", "page": 1, "text": "That has become worse."},
        {"heading": "Next", "kind": "para", "page": 1, "text": "The council should:"},
        {"heading": "Next", "kind": "item", "page": 2, "text": "keep files by 4 May;"},
        {"heading": "Next", "kind": "item", "page": 2, "text": "ask children."},
        {"heading": "Next", "kind": "para", "page": 2, "text": "We shall return."},
    ]},
]  # fmt: skip
LABELS: dict[str, Any] = {
    "corpus": "there.jsonl.gz",
    "documents": [{"document": "towns/a town.pdf", "units": [
        {"n": 1, "role": "finding", "voice": "staff", "proportion": [[0, 4], None]},
        {"n": 2, "role": "finding", "second_role": "strength", "trend": "declined"},
        {"n": 4, "role": "recommendation", "obligation": "should", "addressee": [[3, 0, 11]], "deadline": [[11, 19]],
         "addresses": [1, 2]},
        {"n": 5, "role": "recommendation", "obligation": "should", "continues": 4},
    ]}],
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with labels, and their text."""
    with gzip.open(tmp_path / "there.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(text) + "\n" for text in TEXTS)
    (tmp_path / "labels.json").write_text(json.dumps(LABELS))
    return tmp_path


def test_a_report_labelled_by_numbers_and_places_has_roles_words_and_links(files: Path) -> None:
    (report,) = read_labels(files / "labels.json", files)
    assert (report.name, report.group) == ("a town", "a town")
    assert [(unit.number, unit.role, unit.starts_block) for unit in report.units if unit.role] == [
        (0, Role.OTHER, True),
        (1, Role.FINDING, True),
        (2, Role.FINDING, False),
        (3, Role.OTHER, True),
        (4, Role.RECOMMENDATION, True),
        (5, Role.RECOMMENDATION, True),
        (6, Role.OTHER, True),
    ]
    assert [unit.text for unit in report.units if unit.role is None] == ["Results", "Next"]
    assert (report.attributes or {})[1] == {"n": 1, "voice": "staff", "trend": [], "proportion": ["Most", None]}
    assert (report.attributes or {})[2]["trend"] == "declined"
    demands = report.recommendations or {}
    assert (demands[4]["addressee"], demands[4]["deadline"]) == (["The council"], ["by 4 May"])
    assert (demands[4]["addresses"], demands[5]["continues"]) == ([1, 2], 4)


def test_a_report_labelled_by_numbers_is_built_as_its_text_has_it(files: Path) -> None:
    report = build(read_labels(files / "labels.json", files)[0])
    assert [sentence.text for sentence in report.sentences] == [unit["text"] for unit in TEXTS[1]["units"]]
    assert [block.kind for block in report.blocks][-3:] == [
        BlockKind.LIST_ITEM,
        BlockKind.LIST_ITEM,
        BlockKind.PARAGRAPH,
    ]
    assert report.sentences[1].block == report.sentences[2].block


def test_labels_that_are_not_of_the_report_are_refused(files: Path) -> None:
    def refused(told: str, **changed: Any) -> None:
        labels = deepcopy(LABELS)
        labels["documents"][0]["units"][2] |= changed
        (files / "labels.json").write_text(json.dumps(labels))
        with pytest.raises(DataError, match=told) as caught:
            read_labels(files / "labels.json", files)
        assert "labels.json" in str(caught.value)

    refused("a sentence is labelled twice", n=1)
    refused("there is no sentence 7", n=7)
    refused("there is no sentence -1", addresses=[-1])
    refused(r"there are no words at \[11, 21\]", deadline=[[11, 21]])
    refused("no labels of reports", role="praise")
    refused("no labels of reports", due="by 4 May")
    refused("no labels of reports", deadline=[["P1", 1, 2]])
    refused(r"there is no sentence 9", addressee=[[9, 0, 1]])


def test_labels_of_a_report_that_is_not_there_and_text_that_cannot_be_read_are_refused(files: Path) -> None:
    labels = deepcopy(LABELS)
    labels["documents"][0]["document"] = "towns/lost.pdf"
    (files / "lost.json").write_text(json.dumps(labels))
    with pytest.raises(DataError, match=r"towns/lost.pdf.* is not in .*there.jsonl.gz"):
        read_labels(files / "lost.json", files)
    with pytest.raises(DataError, match=r"there\.jsonl\.gz") as caught:
        read_labels(files / "labels.json")
    assert "--texts" in str(caught.value)
    with pytest.raises(DataError, match=r"there.jsonl.gz: cannot be read") as caught:
        read_labels(files / "labels.json", files / "elsewhere")
    whole = (files / "there.jsonl.gz").read_bytes()
    for damaged in (whole[:-20], whole[:40] + bytes(20) + whole[60:], b"no archive"):
        (files / "there.jsonl.gz").write_bytes(damaged)
        with pytest.raises(DataError, match=r"there.jsonl.gz: cannot be read"):
            read_labels(files / "labels.json", files)
    assert corpus_of(files / "labels.json") == "there.jsonl.gz"
    assert corpus_of(files / "nothing.json") is None
