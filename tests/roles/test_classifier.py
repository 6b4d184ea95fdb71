from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scrutiny import corpora
from scrutiny.errors import ModelError
from scrutiny.pipeline import Pipeline, load
from scrutiny.report import ROLES, Decision
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.memory import Memory, Said
from scrutiny.roles.second_role import SecondRole
from scrutiny.roles.settings import FILE_NAME, ModelSettings, RiskPoint
from scrutiny.roles.windows import Unit

UNITS = [
    Unit("Plans are not reviewed often enough." * (1 + index % 4), "Findings", f"p{index // 7}", index % 5 == 0)
    for index in range(60)
]


def test_predictions_do_not_depend_on_threads_order_or_company(tiny_model: Path) -> None:
    reference = Classifier(tiny_model, device="cpu", threads=1).predict(UNITS)
    for threads in (2, 3):
        assert Classifier(tiny_model, device="cpu", threads=threads).predict(UNITS) == reference
    alone = [Unit(unit.text) for unit in UNITS]
    forwards = Classifier(tiny_model, device="cpu").predict(alone)
    assert Classifier(tiny_model, device="cpu").predict(alone[::-1]) == forwards[::-1]
    assert Classifier(tiny_model, device="cpu").predict(alone[:1]) == forwards[:1]


def test_the_shipped_model_says_the_same_to_the_last_bit_whatever_it_reads_besides(pipeline: Pipeline) -> None:
    words = "the provider did not review its plans often enough and people waited too long for help".split()
    units = [Unit(" ".join((words * 8)[:count]), heading) for count in range(1, 100, 9) for heading in ("", "Findings")]
    one_by_one = torch.cat([pipeline.classifier.logits([unit]) for unit in units])
    # Bits, not digits: rounding would hide all but the unluckiest difference.
    assert Classifier(device="cpu", threads=1).logits(units).equal(one_by_one)
    assert pipeline.classifier.logits(units * 5)[-len(units) :].equal(one_by_one)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_precision_says_the_same_to_the_last_bit_whatever_it_reads_besides(tiny_model: Path, precision: str) -> None:
    together = Classifier(tiny_model, device="cpu", precision=precision, threads=2).logits(UNITS)
    backwards = Classifier(tiny_model, device="cpu", precision=precision, threads=1)
    passages = [[unit for unit in UNITS if unit.passage == f"p{number}"] for number in range(9)]
    assert torch.cat([backwards.logits(passage) for passage in reversed(passages)][::-1]).equal(together)


def test_the_shipped_model_says_the_same_in_the_coarser_precision_but_for_roles_that_are_as_likely() -> None:
    # Where the processor does not multiply bfloat16 it takes a second a sentence, and nobody is given it unasked.
    fast = torch.cpu.get_capabilities().get("amx_bf16", False)
    authored = corpora.sentences("authored")["test"][: 200 if fast else 12]
    units = [Unit(unit.text, unit.heading, unit.passage, unit.block == "item") for unit in authored]
    coarse, fine = (Classifier(device="cpu", precision=name).predict(units) for name in ("bfloat16", "float32"))
    # How many roles that changes is for the benchmark to say: of few sentences one tie may be many.
    for one, other in zip(coarse, fine, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=0.03)
        first, second = sorted(other.scores, reverse=True)[:2]
        assert one.role is other.role or first - second < 0.03


def test_an_unknown_precision_is_refused_with_those_there_are(tiny_model: Path) -> None:
    with pytest.raises(ValueError, match="one of auto, float32, bfloat16, int8, int8-vnni, not 'float64'"):
        Classifier(tiny_model, precision="float64")


def test_what_was_read_before_is_not_read_again(tiny_model: Path) -> None:
    classifier = Classifier(tiny_model, device="cpu", threads=1)
    calls = []
    classifier.loaded.model.register_forward_hook(lambda *_: calls.append(1))
    copies = [unit._replace(passage=f"{unit.passage} of copy {copy}") for copy in range(3) for unit in UNITS]
    first = classifier.predict(copies)
    assert len(calls) == 9  # passages
    assert first == classifier.predict(UNITS) * 3
    assert len(calls) == 9
    same_words_elsewhere = [Unit("Plans are late."), Unit("Plans are late.", "Findings")]
    classifier.predict(same_words_elsewhere)
    assert len(calls) == 11


def room_of(said: Said) -> int:
    """Bytes that remembering it takes: some stand beside what is packed."""
    return 300 + len(said.packed())


def test_a_memory_forgets_what_was_longest_unused() -> None:
    said = Said(torch.zeros(3, 4, dtype=torch.double), (b"x" * 128,) * 3)
    memory = Memory(2 * room_of(said))
    for key in (b"a", b"b", b"a"):
        memory.put(key, said)
    assert memory.get(b"a") is not None
    memory.put(b"c", said)
    assert memory.get(b"b") is None
    assert memory.get(b"a") is not None


def test_a_memory_counts_bytes_not_windows() -> None:
    short, long = (Said(torch.zeros(n, 4, dtype=torch.double), (bytes(128),) * n) for n in (1, 200))
    memory = Memory(room_of(long))
    memory.put(b"a", short)
    memory.put(b"b", long)
    assert memory.get(b"a") is None
    known = memory.get(b"b")
    assert known is not None
    assert torch.equal(known.logits, long.logits)


def test_a_memory_may_be_used_by_several_threads_at_once() -> None:
    said = Said(torch.zeros(1, 4, dtype=torch.double))
    memory = Memory(3 * room_of(said))

    def use(number: int) -> None:
        for step in range(5_000):
            key = bytes([(number + step) % 7])
            if memory.get(key) is None:
                memory.put(key, said)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(4))) == [None] * 4


@settings(deadline=None, max_examples=25)
@given(texts=st.lists(st.text(max_size=80), max_size=6))
def test_any_text_gets_scores_that_sum_to_one(pipeline: Pipeline, texts: list[str]) -> None:
    for prediction in pipeline.classify(texts):
        assert sum(prediction.scores) == pytest.approx(1, abs=1e-5)
        assert prediction.confidence == max(prediction.scores) == prediction.scores[ROLES.index(prediction.role)]
        assert prediction.second_role != prediction.role


def test_scores_follow_the_roles_not_the_order_of_the_models_labels(tiny_model: Path) -> None:
    before = Classifier(tiny_model, device="cpu").predict(UNITS)
    config = json.loads((tiny_model / "config.json").read_text())
    config["id2label"] = {"0": "OTHER", "1": "strength", "2": "recommendation", "3": "finding"}
    (tiny_model / "config.json").write_text(json.dumps(config))
    after = Classifier(tiny_model, device="cpu").predict(UNITS)
    assert [p.scores for p in after] == [(p.scores[3], p.scores[1], p.scores[2], p.scores[0]) for p in before]


def test_settings_of_the_model_decide_review_and_second_role(tiny_model: Path) -> None:
    ModelSettings(second_role=SecondRole.scored(0.0), review_below=1.0).save(tiny_model)
    strict = Classifier(tiny_model, device="cpu").predict(UNITS[:5])
    assert all(p.decision is Decision.REVIEW and p.second_role is not None for p in strict)
    ModelSettings(second_role=SecondRole.scored(1.0), review_below=0.0).save(tiny_model)
    lax = Classifier(tiny_model, device="cpu").predict(UNITS[:5])
    assert all(p.decision is Decision.ACCEPT and p.second_role is None for p in lax)


def test_the_error_to_bear_chooses_the_confidence_to_accept(tiny_model: Path) -> None:
    curve = (RiskPoint(0.25, 1.0, 0.2), RiskPoint(0.5, 0.8, 0.1), RiskPoint(0.9, 0.5, 0.04))
    ModelSettings(review_below=0.0, risk_coverage=curve).save(tiny_model)
    chosen = [Classifier(tiny_model, device="cpu", max_error=error).review_below for error in (0.3, 0.1, 0.05)]
    assert chosen == [0.25, 0.5, 0.9]
    accepted = Classifier(tiny_model, device="cpu", max_error=0.05).predict(UNITS[:5])
    assert all((p.decision is Decision.ACCEPT) == (p.confidence >= 0.9) for p in accepted)
    with pytest.raises(ModelError, match=r"lowest there was 0\.04:") as caught:
        load(tiny_model, max_error=0.01)
    assert caught.value.code == "max_error"


def test_a_model_without_a_curve_cannot_promise_an_error(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="says nothing of the risk"):
        load(tiny_model, max_error=0.05)


def test_a_sentence_longer_than_the_model_reads_says_so(tiny_model: Path) -> None:
    long, short = Classifier(tiny_model, device="cpu").predict([Unit("plans " * 600), Unit("plans")])
    assert (long.cut, short.cut) == (True, False)


def test_neighbours_serve_as_context(pipeline: Pipeline) -> None:
    texts = ["The provider must:", "review every care plan by June."]
    together = pipeline.classify(texts, passages=["p", "p"], list_items=[False, True])
    apart = pipeline.classify(texts)
    assert [p.scores for p in together] != [p.scores for p in apart]


def test_columns_of_other_lengths_are_refused(pipeline: Pipeline) -> None:
    with pytest.raises(ValueError, match="headings has 1 entries for 2 texts"):
        pipeline.classify(["One.", "Two."], headings=["Findings"])


def test_a_model_without_a_label_map_is_refused(tiny_model: Path) -> None:
    config = json.loads((tiny_model / "config.json").read_text())
    del config["id2label"], config["label2id"]
    (tiny_model / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"LABEL_0.*scrutiny needs finding, strength, recommendation, other") as caught:
        load(tiny_model)
    assert caught.value.code == "model_labels"


def test_a_model_with_other_labels_is_refused(tiny_model: Path) -> None:
    config = json.loads((tiny_model / "config.json").read_text())
    config["id2label"] = {"0": "positive", "1": "negative"}
    (tiny_model / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="its labels are positive, negative"):
        load(tiny_model)


@pytest.mark.parametrize("name", ["no/such/folder", "./nothing", "nothing-here"])
def test_a_missing_model_is_named(name: str) -> None:
    with pytest.raises(ModelError, match="no such model folder") as caught:
        load(name)
    assert caught.value.code == "model_missing"


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no readable config\.json"):
        load(tmp_path)


def test_weights_that_are_not_safetensors_are_refused(tiny_model: Path) -> None:
    (tiny_model / "model.safetensors").rename(tiny_model / "pytorch_model.bin")
    with pytest.raises(ModelError, match="not a loadable token classifier"):
        load(tiny_model)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"temperature": "hot"}', "temperature"),
        ('{"temperature": 0}', "temperature"),
        ('{"windw": {}}', "windw"),
        ('{"window": {"core": -1}}', "core must be positive"),
        ('{"window": {"core": 100000}}', "510 positions can be relied on"),
        ("{", "Invalid JSON"),
    ],
)
def test_broken_settings_name_file_and_key(tiny_model: Path, content: str, message: str) -> None:
    (tiny_model / FILE_NAME).write_text(content)
    with pytest.raises(ModelError, match=message):
        load(tiny_model)
