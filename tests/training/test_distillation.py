from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import torch

from scrutiny.errors import DataError
from scrutiny.roles.classifier import Classifier
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
    units, labels = taught(UNITS, LABELS, teacher, Distillation(weight=0.25), 0)
    assert units == UNITS
    assert torch.tensor(labels) == pytest.approx(0.75 * torch.tensor(LABELS) + 0.25 * said.float(), abs=1e-6)


@pytest.mark.parametrize("packed", [False, True])
def test_unlabelled_reports_are_drawn_whole_and_labelled_by_the_teacher(
    tiny_model: Path, tmp_path: Path, packed: bool
) -> None:
    file = reports(tmp_path / ("a.jsonl.gz" if packed else "a.jsonl"), 20, packed=packed)
    teacher = Classifier(tiny_model, device="cpu")
    units, labels = taught(UNITS, LABELS, teacher, Distillation(unlabelled=(str(file),), sentences=12), 0)
    assert len(units) == len(labels) == 2 + 15
    assert len({unit.passage for unit in units[2:]}) == 3
    assert all(unit.is_item and unit.heading == "h" for unit in units[2:])
    assert torch.tensor(labels).sum(dim=-1) == pytest.approx(torch.ones(17), abs=1e-5)
    again, _ = taught(UNITS, LABELS, teacher, Distillation(unlabelled=(str(file),), sentences=12), 0)
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
        taught(UNITS, LABELS, Classifier(tiny_model, device="cpu"), Distillation(unlabelled=(str(file),)), 0)
    with pytest.raises(DataError, match="cannot be read"):
        taught(UNITS, LABELS, Classifier(tiny_model, device="cpu"), Distillation(unlabelled=("nowhere.jsonl",)), 0)


def test_a_packed_file_that_breaks_off_is_named(tiny_model: Path, tmp_path: Path) -> None:
    file = reports(tmp_path / "a.jsonl.gz", 200, packed=True)
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(DataError, match=r"a\.jsonl\.gz: cannot be read"):
        taught(UNITS, LABELS, Classifier(tiny_model, device="cpu"), Distillation(unlabelled=(str(file),)), 0)
