"""What sentences are about, told by a model with a map to meaning."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from drafts import Draft, F, report
from scrutiny.errors import ModelError
from scrutiny.report import Role
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.loading import load_model
from scrutiny.roles.meaning import FILE_NAME
from scrutiny.roles.windows import Unit

UNITS = [
    Unit("Plans are not reviewed often enough." * (1 + index % 4) + f" {index}", "Findings", f"p{index // 7}")
    for index in range(40)
]


def write_map(folder: Path, *, hidden: int = 64, layers: str = "0 2") -> None:
    torch.manual_seed(0)
    tensors = {"weight": torch.randn(hidden, 8).half(), "bias": torch.randn(8).half()}
    save_file(tensors, folder / FILE_NAME, metadata={"layers": layers})


@pytest.fixture
def with_map(tiny_model: Path) -> Path:
    write_map(tiny_model)
    return tiny_model


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_meanings_are_the_same_bytes_whatever_threads_order_and_company(with_map: Path, precision: str) -> None:
    together = Classifier(with_map, device="cpu", precision=precision, threads=2)
    meanings = together.meanings(UNITS)
    assert {len(meaning or b"") for meaning in meanings} == {8}
    assert len(set(meanings)) > 30
    assert together.meanings(UNITS) == meanings  # from memory
    alone = Classifier(with_map, device="cpu", precision=precision, threads=1)
    passages = [[unit for unit in UNITS if unit.passage == f"p{number}"] for number in range(6)]
    backwards = [alone.meanings(passage) for passage in reversed(passages)]
    assert [meaning for passage in reversed(backwards) for meaning in passage] == meanings


def test_a_map_changes_the_name_of_the_model_by_content_and_nothing_it_says(tiny_model: Path) -> None:
    before, sha256 = Classifier(tiny_model, device="cpu").logits(UNITS), load_model(tiny_model).sha256
    assert Classifier(tiny_model, device="cpu").meanings(UNITS) == [None] * len(UNITS)
    write_map(tiny_model)
    assert Classifier(tiny_model, device="cpu").logits(UNITS).equal(before)
    assert load_model(tiny_model).sha256 != sha256


def test_sentences_of_a_role_that_is_linked_carry_their_meaning(with_map: Path) -> None:
    given = report(*(Draft([(unit.text, F)]) for unit in UNITS))
    (found,) = Classifier(with_map, device="cpu")([given])
    assert {sentence.role for sentence in found.sentences} > {Role.OTHER}
    assert all((sentence.meaning is None) == (sentence.role is Role.OTHER) for sentence in found.sentences)


@pytest.mark.parametrize(("hidden", "layers"), [(32, "0 2"), (64, "0 3"), (64, "-1 2"), (64, "x")])
def test_a_map_made_for_another_model_is_refused(tiny_model: Path, hidden: int, layers: str) -> None:
    write_map(tiny_model, hidden=hidden, layers=layers)
    with pytest.raises(ModelError, match=FILE_NAME) as caught:
        load_model(tiny_model)
    assert "scrutiny meaning" in caught.value.remedy


def test_a_damaged_map_is_refused(with_map: Path) -> None:
    (with_map / FILE_NAME).write_bytes(b"damaged")
    with pytest.raises(ModelError, match=FILE_NAME):
        load_model(with_map)
