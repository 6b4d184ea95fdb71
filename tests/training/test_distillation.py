from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer, set_seed

from scrutiny.errors import DataError
from scrutiny.report import ROLES
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.settings import ModelSettings
from scrutiny.roles.windows import Unit
from scrutiny.training.config import Distillation
from scrutiny.training.distillation import taught

UNITS = [Unit("plans are poor", "staff", "p"), Unit("staff are good", "staff", "p")]
LABELS = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]


def reports(path: Path, count: int, *, packed: bool = False) -> Path:
    rows = "".join(
        json.dumps({"doc": str(number), "units": [{"text": f"plans {number}", "heading": "h", "kind": "bullet"}] * 5})
        + "\n"
        for number in range(count)
    )
    if packed:
        path.write_bytes(gzip.compress(rows.encode()))
    else:
        path.write_text(rows)
    return path


def test_labels_are_mixed_with_what_the_teacher_says(tiny_model: Path) -> None:
    teacher = Classifier(tiny_model, device="cpu")
    said = torch.softmax(teacher.logits(UNITS), dim=-1)
    units, labels = taught(UNITS, LABELS, [teacher], Distillation(weight=0.25), 0)
    assert units == UNITS
    assert torch.tensor(labels) == pytest.approx(0.75 * torch.tensor(LABELS) + 0.25 * said.float(), abs=1e-6)


def test_several_teachers_say_their_mean(tiny_model: Path, encoder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    set_seed(2)
    AutoModelForTokenClassification.from_pretrained(
        encoder, num_labels=4, id2label=dict(enumerate(role.value for role in ROLES))
    ).save_pretrained(other)
    AutoTokenizer.from_pretrained(encoder).save_pretrained(other)
    ModelSettings(temperature=0.1).save(other)
    teachers = [Classifier(tiny_model, device="cpu"), Classifier(other, device="cpu")]
    first, second = (torch.tensor([p.scores for p in teacher.predict(UNITS)]) for teacher in teachers)
    assert not torch.allclose(first, second, atol=0.05)
    _, labels = taught(UNITS, LABELS, teachers, Distillation(weight=1.0), 0)
    assert torch.tensor(labels) == pytest.approx((first + second) / 2, abs=1e-5)


def sourced(path: Path, counts: dict[str, int]) -> str:
    """Reports of five sentences; the third of a source is of the group ``source 2``."""
    rows = (
        {"source": source, "group": f"{source} {number}", "units": [{"text": f"{source} {number}"}] * 5}
        for source, count in counts.items()
        for number in range(count)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_each_source_gives_as_many_unlabelled_sentences_as_far_as_it_has_them(tiny_model: Path, tmp_path: Path) -> None:
    file = sourced(tmp_path / "a.jsonl", {"large": 300, "small": 2, "middle": 40})
    teachers = [Classifier(tiny_model, device="cpu")]
    drawn = Distillation(unlabelled=(file,), sentences=150, balanced=True)
    counts = Counter(unit.text.split()[0] for unit in taught([], [], teachers, drawn, 0)[0])
    assert counts == {"large": 70, "small": 10, "middle": 70}
    everything = drawn.model_copy(update={"sentences": 10_000})
    assert len(taught([], [], teachers, everything, 0)[0]) == 342 * 5
    unbalanced = drawn.model_copy(update={"balanced": False})
    assert Counter(unit.text.split()[0] for unit in taught([], [], teachers, unbalanced, 0)[0])["large"] > 100


def test_reports_of_the_groups_of_named_data_are_left_out(tiny_model: Path, tmp_path: Path) -> None:
    file = sourced(tmp_path / "a.jsonl", {"body": 8})
    test = tmp_path / "test.jsonl"
    test.write_text(
        "".join(json.dumps({"text": "A.", "role": "other", "group": f"body {number}"}) + "\n" for number in (2, 5))
    )
    teachers = [Classifier(tiny_model, device="cpu")]
    drawn = Distillation(unlabelled=(file,), exclude_groups_of=(str(test),))
    units, _ = taught([], [], teachers, drawn, 0)
    assert {unit.text for unit in units} == {f"body {number}" for number in (0, 1, 3, 4, 6, 7)}
    bare = reports(tmp_path / "bare.jsonl", 2)
    with pytest.raises(DataError, match=r"bare\.jsonl, line 1: .* no group"):
        taught([], [], teachers, drawn.model_copy(update={"unlabelled": (str(bare),)}), 0)
    with pytest.raises(DataError, match=r"nowhere\.jsonl: no labelled data"):
        taught([], [], teachers, drawn.model_copy(update={"exclude_groups_of": ("nowhere.jsonl",)}), 0)


@pytest.mark.parametrize("packed", [False, True])
def test_unlabelled_reports_are_drawn_whole_and_labelled_by_the_teacher(
    tiny_model: Path, tmp_path: Path, packed: bool
) -> None:
    file = reports(tmp_path / ("a.jsonl.gz" if packed else "a.jsonl"), 20, packed=packed)
    teacher = Classifier(tiny_model, device="cpu")
    units, labels = taught(UNITS, LABELS, [teacher], Distillation(unlabelled=(str(file),), sentences=12), 0)
    assert len(units) == len(labels) == 2 + 15
    assert len({unit.passage for unit in units[2:]}) == 3
    assert all(unit.is_item and unit.heading == "h" for unit in units[2:])
    assert torch.tensor(labels).sum(dim=-1) == pytest.approx(torch.ones(17), abs=1e-5)
    again, _ = taught(UNITS, LABELS, [teacher], Distillation(unlabelled=(str(file),), sentences=12), 0)
    assert units == again


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"units": 3}', "line 1: not a report"),
        (b"{}\n", "line 1"),
        (b"nothing", "line 1"),
        (b'\n{"units": [{"text": null}]}', "line 2"),
        (b"\xff\xfe\n", "line 0"),
    ],
)
def test_a_broken_unlabelled_file_is_named(tiny_model: Path, tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_bytes(content)
    with pytest.raises(DataError, match=message):
        taught(UNITS, LABELS, [Classifier(tiny_model, device="cpu")], Distillation(unlabelled=(str(file),)), 0)
    with pytest.raises(DataError, match="cannot be read"):
        taught(UNITS, LABELS, [Classifier(tiny_model, device="cpu")], Distillation(unlabelled=("nowhere.jsonl",)), 0)


def test_a_packed_file_that_breaks_off_is_named(tiny_model: Path, tmp_path: Path) -> None:
    file = reports(tmp_path / "a.jsonl.gz", 200, packed=True)
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(DataError, match=r"a\.jsonl\.gz: cannot be read"):
        taught(UNITS, LABELS, [Classifier(tiny_model, device="cpu")], Distillation(unlabelled=(str(file),)), 0)
