"""What a model was taught, told by hashes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrutiny import corpora
from scrutiny.errors import ModelError
from scrutiny.roles.loading import locate
from scrutiny.roles.taught import FILE_NAME, Taught, taught_with, words


@given(st.lists(st.text(max_size=30)), st.lists(st.text(max_size=30)), st.lists(st.text(max_size=30)))
def test_what_was_taught_is_told_and_nothing_else(learnt: list[str], chosen: list[str], others: list[str]) -> None:
    texts = [*learnt, *chosen, *others]
    found = Taught.by(learnt, chosen).tell(texts)
    for told, given_texts in zip(found, (learnt, chosen), strict=True):
        assert told == [words(text) in set(map(words, given_texts)) for text in texts]


def test_another_printing_of_a_sentence_is_the_same_sentence() -> None:
    taught = Taught.by(["Plans  are not\nreviewed."])
    assert taught.tell(["plans are not reviewed.", "Plans are reviewed."]) == ([True, False], [False, False])


def test_it_is_kept_with_the_model_and_damage_is_told(tmp_path: Path) -> None:
    assert Taught.load(tmp_path) is None
    Taught.by(["a", "b"], ["c"]).save(tmp_path)
    kept = Taught.load(tmp_path)
    assert kept is not None
    assert kept.tell(["a", "b", "c"]) == ([True, True, False], [False, False, True])
    file = tmp_path / FILE_NAME
    whole = file.read_bytes()
    for damaged in (b"", whole[:50], b"PK" + bytes(100)):
        file.write_bytes(damaged)
        with pytest.raises(ModelError, match="not readable"):
            Taught.load(tmp_path)
    np.savez(file, learnt=np.array([{"an": "object"}], dtype=object), chosen=np.zeros(1, np.uint64))
    with pytest.raises(ModelError, match="not readable"):
        Taught.load(tmp_path)
    with file.open("wb") as opened:
        np.save(opened, np.zeros(3))
    with pytest.raises(ModelError, match="not readable"):
        Taught.load(tmp_path)
    np.savez(file, learnt=np.zeros(1), chosen=np.zeros(1, np.uint64))
    with pytest.raises(ModelError, match="does not hold hashes"):
        Taught.load(tmp_path)


def test_a_model_was_taught_what_those_were_that_it_is_made_of(tmp_path: Path) -> None:
    one, other = (tmp_path / name for name in ("one", "other"))
    for folder in (one, other):
        folder.mkdir()
    Taught.by(["a"], ["c"]).save(one)
    made = taught_with(Taught.by(["b"]), [one])
    assert made is not None
    assert made.tell(["a", "b", "c"]) == ([True, True, False], [False, False, True])
    # Of one of them it is not known: what is known of the others would be taken for all.
    assert taught_with(Taught.by(["b"]), [one, other]) is None


def test_the_shipped_model_tells_its_training_data_from_others() -> None:
    taught = Taught.load(locate(None))
    assert taught is not None
    authored = {split: [sentence.text for sentence in of] for split, of in corpora.sentences("authored").items()}
    shares = {split: [np.mean(told) for told in taught.tell(texts)] for split, texts in authored.items()}
    assert shares["train"][0] == 1
    assert shares["validation"][1] == 1
    assert shares["test"][0] < 0.02
