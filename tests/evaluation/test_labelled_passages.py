"""Labels of passages whose text is kept elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scrutiny.errors import DataError
from scrutiny.evaluation.labels import read_labels

SENTENCES: list[dict[str, Any]] = [
    {"id": "P1.1", "passage": "P1", "position": 1, "group": "a town", "heading": "Results", "role": "finding",
     "text": "Most files were late, staff said."},
    {"id": "P1.2", "passage": "P1", "position": 2, "group": "a town", "heading": "Next", "role": "other",
     "text": "The council should:"},
    {"id": "P1.3", "passage": "P1", "position": 3, "group": "a town", "heading": "Next", "role": "recommendation",
     "block": "item", "marker": "-", "text": "keep files by 4 May;"},
    {"id": "P2.1", "passage": "P2", "position": 1, "group": "a town", "role": "strength", "text": "All is well."},
]  # fmt: skip
LABELS: dict[str, Any] = {
    "corpus": "there.jsonl",
    "units": [{"id": "P1.1", "voice": "staff", "proportion": [[0, 4], None]}],
    "recommendations": [
        {"id": "P1.3", "addressee": [["P1.2", 0, 11]], "deadline": [[11, 19]], "obligation": "should"}
    ],
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with labels, and their text."""
    (tmp_path / "there.jsonl").write_text("\n".join(json.dumps(sentence) for sentence in SENTENCES) + "\n")
    (tmp_path / "labels.json").write_text(json.dumps(LABELS))
    return tmp_path


def test_labels_by_place_are_told_in_the_words_of_the_text(files: Path) -> None:
    first, second = read_labels(files / "labels.json", files)
    assert [(unit.number, unit.text, unit.is_item) for unit in first.units] == [
        (0, "Results", False),
        (1, "Most files were late, staff said.", False),
        (0, "Next", False),
        (2, "The council should:", False),
        (3, "keep files by 4 May;", True),
    ]
    assert (first.attributes or {})[1] == {"id": "P1.1", "voice": "staff", "proportion": ["Most", None]}
    assert (first.recommendations or {})[3] == {
        "id": "P1.3",
        "addressee": ["The council"],
        "deadline": ["by 4 May"],
        "obligation": "should",
    }
    # All passages are labelled, so that of a sentence without labels it is known that it says nothing of the kind.
    assert (second.attributes, second.recommendations) == ({}, {})
    assert [(one.name, one.group) for one in (first, second)] == [("P1", "a town"), ("P2", "a town")]


def test_labels_without_their_text_or_of_another_are_refused(files: Path) -> None:
    with pytest.raises(DataError, match=r"the text of these labels is in there.jsonl") as caught:
        read_labels(files / "labels.json")
    assert "--texts" in str(caught.value)
    for wrong, told in (
        ({**LABELS, "units": [{"id": "P9.1", "voice": "staff"}]}, "P9.1 is no sentence"),
        ({**LABELS, "units": [LABELS["units"][0], LABELS["units"][0]]}, "P1.1 is labelled twice"),
        ({**LABELS, "units": [{"id": "P1.1", "proportion": [[40, 44]]}]}, r"P1.1: there are no words at \[40, 44\]"),
        ({**LABELS, "units": [{"id": "P1.1", "proportion": [[-5, -1]]}]}, "P1.1: there are no words at"),
        ({**LABELS, "units": [{"id": "P1.1", "proportion": [[0, 3]]}]}, "P1.1: there are no words at"),
        ({**LABELS, "units": [{"id": "P1.1", "proportion": [[4, 0]]}]}, "P1.1: there are no words at"),
        ({**LABELS, "recommendations": [{"id": "P1.3", "addressee": [["P9.2", 0, 11]]}]}, "P1.3: there are no words"),
        ({**LABELS, "units": [{"id": "P1.1", "proportion": "Most"}]}, "no labels of passages"),
        ({**LABELS, "units": [{"id": "P1.1", "voices": "staff"}]}, "no labels of passages"),
        ({"corpus": "there.jsonl"}, "no labels of passages"),
    ):
        (files / "labels.json").write_text(json.dumps(wrong))
        with pytest.raises(DataError, match=told) as caught:
            read_labels(files / "labels.json", files)
        assert "labels.json" in str(caught.value)


def test_a_folder_without_the_text_is_named(files: Path) -> None:
    with pytest.raises(DataError, match=r"elsewhere.there.jsonl: cannot be read") as caught:
        read_labels(files / "labels.json", files / "elsewhere")
    assert "--texts" in str(caught.value)


def test_the_text_is_looked_for_in_the_folder_that_is_given_alone(files: Path) -> None:
    (files / "labels.json").write_text(json.dumps({**LABELS, "corpus": "../other/there.jsonl"}))
    assert len(read_labels(files / "labels.json", files)) == 2
