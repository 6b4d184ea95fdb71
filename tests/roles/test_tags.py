"""Voices, trends and proportions, read by a model with a tagger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from drafts import Draft, F, report
from scrutiny.errors import ModelError
from scrutiny.pipeline import Pipeline
from scrutiny.records.tags import LIKELY
from scrutiny.report import Role
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.loading import load_model
from scrutiny.roles.tag_network import TagNetwork
from scrutiny.roles.tags import FILE_NAME, OF_ROLE, pack, tags, unpack
from scrutiny.roles.windows import Unit
from taggers import write_tagger

UNITS = [
    Unit(
        "Plans are not reviewed often enough." * (1 + index % 4) + f" {index}",
        "Findings",
        f"p{index // 7}",
        index % 3 == 0,
    )
    for index in range(40)
]
NAMES = ("voice:staff", "voice:records", "trend:improved", "proportion")
THRESHOLDS = {"voice": 0.4, "trend": 0.5, "proportion": 0.5}


@pytest.fixture
def with_tagger(tiny_model: Path) -> Path:
    write_tagger(tiny_model, (0, 2), NAMES, THRESHOLDS, hidden=64)
    return tiny_model


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_tags_are_the_same_whatever_threads_order_and_company(
    with_tagger: Path, precision: str, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    together = Classifier(with_tagger, device="cpu", precision=precision, threads=2, cache=cache)
    tags = [annotation.tags for annotation in together.annotate(UNITS)]
    assert {tag.name for of_unit in tags for tag in of_unit or ()} == {"voice", "trend", "proportion"}
    assert [annotation.tags for annotation in together.annotate(UNITS)] == tags  # from memory
    alone = Classifier(with_tagger, device="cpu", precision=precision, threads=1)
    passages = [[unit for unit in UNITS if unit.passage == f"p{number}"] for number in range(6)]
    backwards = [alone.annotate(passage) for passage in reversed(passages)]
    assert [annotation.tags for passage in reversed(backwards) for annotation in passage] == tags
    later = Classifier(with_tagger, device="cpu", precision=precision, cache=cache)
    assert [annotation.tags for annotation in later.annotate(UNITS)] == tags  # from the file


def test_tags_stand_at_whole_words_and_of_voices_and_trends_there_is_one_at_most(with_tagger: Path) -> None:
    for unit, annotation in zip(UNITS, Classifier(with_tagger, device="cpu").annotate(UNITS), strict=True):
        assert annotation.tags is not None
        for tag in annotation.tags:
            assert 0 <= tag.start < tag.end <= len(unit.text)
            assert not unit.text[max(0, tag.start - 1) : tag.start + 1].isalnum() or tag.start == 0
            assert not unit.text[tag.end - 1 : tag.end + 1].isalnum() or tag.end == len(unit.text)
            assert 0 <= tag.score <= 1
        for name in ("voice", "trend"):
            assert sum(tag.name == name for tag in annotation.tags) <= 1


def test_a_tagger_changes_nothing_else_that_the_model_says(tiny_model: Path) -> None:
    before, sha256 = Classifier(tiny_model, device="cpu").logits(UNITS), load_model(tiny_model).sha256
    assert all(annotation.tags is None for annotation in Classifier(tiny_model, device="cpu").annotate(UNITS))
    write_tagger(tiny_model, (0, 2), NAMES, THRESHOLDS, hidden=64)
    assert Classifier(tiny_model, device="cpu").logits(UNITS).equal(before)
    assert load_model(tiny_model).sha256 != sha256


def test_sentences_carry_the_tags_that_their_role_has_a_use_for(with_tagger: Path) -> None:
    given = report(*(Draft([(unit.text, F)]) for unit in UNITS))
    (found,) = Classifier(with_tagger, device="cpu")([given])
    assert {sentence.role for sentence in found.sentences} > {Role.OTHER}
    for sentence in found.sentences:
        assert sentence.role is not None
        assert (sentence.tags is None) == (sentence.role in (Role.RECOMMENDATION, Role.OTHER))
        assert {tag.name for tag in sentence.tags or ()} <= set(OF_ROLE[sentence.role])
    assert any(sentence.tags for sentence in found.sentences)


@given(st.lists(st.tuples(*[st.floats(-9, 9)] * 4), min_size=1, max_size=30))
def test_what_is_told_of_a_sentence_lies_within_it_and_is_kept_in_bytes(rows: list[tuple[float, ...]]) -> None:
    told = list(tags(torch.tensor(rows), NAMES, THRESHOLDS))
    assert all(0 <= tag.first < tag.last <= len(rows) for tag in told)
    kept = unpack(pack(iter(told)))
    assert [tag[:3] for tag in kept] == [tag[:3] for tag in told]
    assert all(abs(one.score - other.score) < 0.003 for one, other in zip(kept, told, strict=True))


@pytest.mark.parametrize(
    ("probabilities", "spans"),
    [
        ([0.01, 0.9, 0.2, 0.01, 0.9], [(1, 5)]),  # what is less sure beside, and behind a single one that is no part
        ([0.9, 0.01, 0.01, 0.9], [(0, 1), (3, 4)]),
        ([0.2, 0.3, 0.2], []),
    ],
)
def test_words_go_as_far_as_the_model_sees_something_in_them(
    probabilities: list[float], spans: list[tuple[int, int]]
) -> None:
    rows = [[-9.0, -9.0, -9.0, torch.logit(torch.tensor(one)).item()] for one in probabilities]
    told = [tag for tag in tags(torch.tensor(rows), NAMES, THRESHOLDS) if NAMES[tag.tag] == "proportion"]
    assert [(tag.first, tag.last) for tag in told] == spans
    assert all(abs(tag.score - 0.9) < 1e-6 for tag in told)


@pytest.mark.parametrize(
    ("hidden", "layers", "names"),
    [
        (32, (0, 2), NAMES),
        (64, (0, 3), NAMES),
        (64, ("x",), NAMES),
        (64, (0, 2), NAMES[:1]),
        (64, (0, 2), ("voice:nobody", *NAMES[1:])),
    ],
)
def test_a_tagger_made_for_another_model_is_refused(
    tiny_model: Path, hidden: int, layers: tuple[object, ...], names: tuple[str, ...]
) -> None:
    write_tagger(tiny_model, layers, names, THRESHOLDS, hidden=hidden)
    with pytest.raises(ModelError, match=FILE_NAME) as caught:
        load_model(tiny_model)
    assert "scrutiny tagger" in caught.value.remedy


@pytest.mark.parametrize(
    "fault",
    [
        {"tags": 5},
        {"enter_bias": torch.zeros(18)},
        {"enter_bias": torch.zeros(0)},
        {"leave_bias": torch.full((4,), torch.nan)},
        {"weight": torch.zeros(64, 4)},
    ],
)
def test_a_tagger_whose_weights_are_not_of_one_network_is_refused(tiny_model: Path, fault: dict[str, Any]) -> None:
    write_tagger(tiny_model, (0, 2), NAMES, THRESHOLDS, hidden=64, **fault)
    with pytest.raises(ModelError, match=FILE_NAME) as caught:
        load_model(tiny_model)
    assert "scrutiny tagger" in caught.value.remedy


def test_of_what_a_tagger_was_not_taught_it_says_nothing_rather_than_that_there_is_none(tiny_model: Path) -> None:
    write_tagger(tiny_model, (0, 2), ("addressee",), {"addressee": 0.5}, hidden=64)
    given = report(*(Draft([(unit.text, F)]) for unit in UNITS))
    (found,) = Classifier(tiny_model, device="cpu")([given])
    told = {
        (sentence.role is Role.RECOMMENDATION or sentence.role is Role.OTHER): sentence.tags
        for sentence in found.sentences
    }
    assert told[False] is None
    assert told[True] is not None


def test_sentences_without_tokens_and_windows_without_sentences_are_borne() -> None:
    network = TagNetwork(8, 3, 16).eval()
    assert network([]) == []
    sentences = [torch.randn(5, 8), torch.zeros(0, 8), torch.randn(400, 8)]
    together = network(sentences)
    assert [tuple(rows.shape) for rows in together] == [(5, 3), (0, 3), (400, 3)]
    for rows, sentence in zip(together, sentences, strict=True):
        assert rows.isfinite().all()
        assert torch.allclose(rows, network([sentence])[0], atol=1e-5)


def test_a_damaged_tagger_is_refused(with_tagger: Path) -> None:
    (with_tagger / FILE_NAME).write_bytes(b"damaged")
    with pytest.raises(ModelError, match=FILE_NAME):
        load_model(with_tagger)


VOICES = [
    ("The night shift were scathing about the rota when we asked them.", "staff"),
    ("Sons and daughters visiting at the weekend had no idea whom to ring.", None),
    ("Mothers described being sent home twice before anybody listened.", "parents"),
    ("Tenants told us they had waited two winters for the lift.", "service_users"),
    ("The logs show eleven nights without a second officer.", "records"),
    ("The door was propped open with a fire extinguisher.", None),
    ("Prisoners said that letters arrive opened.", "service_users"),
    ("Nurses told the team that they skip breaks.", "staff"),
    ("Fences along the canal are rusted through.", None),
    ("The chief executive conceded that the target had been missed.", "provider"),
]
TRENDS = [
    ("Waiting times have fallen by a third since our last visit.", "improved"),
    ("Absence is higher than it was a year ago.", "declined"),
    ("The same gap was reported in 2019 and has not been closed.", "unchanged"),
    ("The kitchen is clean.", None),
    ("Attendance has improved steadily.", "improved"),
    ("Staff turnover has worsened since the merger.", "declined"),
    ("Medicines are locked away.", None),
    ("Records are no better than at the previous inspection.", "unchanged"),
]


@pytest.mark.parametrize(("name", "sentences", "least"), [("voice", VOICES, 0.7), ("trend", TRENDS, 0.7)])
def test_the_shipped_model_reads_most_voices_and_trends_of_lone_sentences(
    pipeline: Pipeline, name: str, sentences: list[tuple[str, str | None]], least: float
) -> None:
    """They are none that it was taught; in reports it does better, see ``benchmarks/README.md``."""
    annotations = pipeline.classifier.annotate([Unit(text) for text, _ in sentences])
    told = [
        next((tag.value for tag in annotation.tags or () if tag.name == name and tag.score >= LIKELY), None)
        for annotation in annotations
    ]
    wrong = [(text, value) for (text, wanted), value in zip(sentences, told, strict=True) if value != wanted]
    assert len(wrong) <= (1 - least) * len(sentences), wrong
