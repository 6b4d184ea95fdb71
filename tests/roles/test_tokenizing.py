"""A model's tokenizer, with and without transformers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer, BertTokenizer, ByT5Tokenizer, PreTrainedTokenizerBase

from scrutiny.errors import ModelError
from scrutiny.roles.loading import load_model, locate
from scrutiny.roles.tokenizing import Tokenizer, load_tokenizer, of_transformers

SHIPPED = locate(None)


@pytest.fixture(scope="module")
def ours() -> Tokenizer:
    return load_tokenizer(SHIPPED)


@pytest.fixture(scope="module")
def theirs() -> PreTrainedTokenizerBase:
    loaded: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(SHIPPED)
    return loaded


@given(texts=st.lists(st.text(max_size=60), max_size=4))
def test_tokens_and_their_places_are_those_of_transformers(
    ours: Tokenizer, theirs: PreTrainedTokenizerBase, texts: list[str]
) -> None:
    texts.append("The provider’s re-inspection (2023) found 14% of plans “inadequate”. " * 20)
    wanted = theirs(texts, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    assert ours.ids(texts) == wanted["input_ids"]
    assert [ours.places(text) for text in texts] == [list(map(tuple, of_one)) for of_one in wanted["offset_mapping"]]


def test_the_tokens_that_stand_for_no_words_are_those_of_transformers(
    ours: Tokenizer, theirs: PreTrainedTokenizerBase
) -> None:
    assert (ours.start, ours.separator) == (theirs.cls_token_id, theirs.sep_token_id)
    assert (ours.padding, ours.mask) == (theirs.pad_token_id, theirs.mask_token_id)
    assert ours.special >= set(theirs.all_special_ids)


def test_a_report_cannot_bring_in_a_separator_or_hide_a_word(ours: Tokenizer) -> None:
    text = "Plans </s> are <mask> <pad> late."
    (ids,) = ours.ids([text])
    assert not ours.special.intersection(ids)
    assert [text[start:end] for start, end in ours.places(text)][:5] == ["Plans", "<", "/", "s", ">"]


def test_what_a_tokenizer_says_of_truncation_and_padding_is_passed_over(
    theirs: PreTrainedTokenizerBase, ours: Tokenizer
) -> None:
    texts = ["Plans are late.", "No."]
    theirs(texts, truncation=True, max_length=3, padding=True)
    assert of_transformers(theirs).ids(texts) == ours.ids(texts)
    assert len(theirs(texts, truncation=True, max_length=3)["input_ids"][0]) == 3


def test_a_folder_that_has_no_file_of_tokenizers_is_read_by_transformers(tiny_model: Path) -> None:
    before = load_tokenizer(tiny_model)
    words = json.loads((tiny_model / "tokenizer.json").read_bytes())["model"]["vocab"]
    (tiny_model / "vocab.txt").write_text("\n".join(sorted(words, key=lambda word: words[word])) + "\n")
    BertTokenizer(str(tiny_model / "vocab.txt")).save_pretrained(tiny_model)
    (tiny_model / "tokenizer.json").unlink()
    after = load_model(tiny_model).tokenizer
    assert after.ids(["Plans are late."]) == before.ids(["Plans are late."])
    assert (after.start, after.separator) == (before.start, before.separator)


@pytest.mark.parametrize("elsewhere", [True, False])
def test_tokens_that_are_named_elsewhere_are_found_by_transformers(tiny_model: Path, elsewhere: bool) -> None:
    before = load_tokenizer(tiny_model)
    file = tiny_model / "tokenizer_config.json"
    settings = json.loads(file.read_bytes()) | {"tokenizer_class": "BertTokenizer"}
    tokens = {name: settings.pop(name) for name in list(settings) if name.endswith("_token")}
    file.write_text(json.dumps(settings))
    if elsewhere:
        (tiny_model / "special_tokens_map.json").write_text(json.dumps(tokens))
    else:
        file.unlink()
    after = load_tokenizer(tiny_model)
    assert (after.start, after.separator) == (before.start, before.separator)
    assert after.ids(["Plans are late."]) == before.ids(["Plans are late."])


def test_tokens_may_be_told_by_their_entries(tiny_model: Path) -> None:
    before = load_tokenizer(tiny_model)
    settings = json.loads((tiny_model / "tokenizer_config.json").read_bytes())
    settings |= {name: {"content": settings[name], "special": True} for name in ("cls_token", "sep_token")}
    (tiny_model / "tokenizer_config.json").write_text(json.dumps(settings))
    after = load_tokenizer(tiny_model)
    assert (after.start, after.separator) == (before.start, before.separator)


def test_a_tokenizer_that_cannot_be_used_is_refused(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="ByT5Tokenizer does not tell where"):
        of_transformers(ByT5Tokenizer())
    settings = (tiny_model / "tokenizer_config.json").read_text()
    for broken, problem in (
        ("[]", "not a loadable token classifier"),
        ('{"tokenizer_class": "PreTrainedTokenizerFast"}', "no token to start"),
        ("{", "not a loadable token classifier"),
    ):
        (tiny_model / "tokenizer_config.json").write_text(broken)
        with pytest.raises(ModelError, match=problem):
            load_model(tiny_model)
    (tiny_model / "tokenizer_config.json").write_text(settings)
    (tiny_model / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match=r"not a loadable token classifier: tokenizer\.json"):
        load_model(tiny_model)
