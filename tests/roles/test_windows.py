from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from scrutiny.roles.tokenizing import of_transformers
from scrutiny.roles.windows import Unit, WindowSize, windows

SMALL = WindowSize(core=16, before=8, after=6, introduction=12)
BARE = WindowSize(core=16, before=0, after=0, introduction=0)


@pytest.fixture(scope="module")
def tokenizer(encoder: Path) -> PreTrainedTokenizerBase:
    loaded: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(encoder)
    return loaded


def read(tokenizer: PreTrainedTokenizerBase, units: list[Unit], size: WindowSize = WindowSize()) -> list[str]:  # noqa: B008
    """Every window as text, what it classifies in angle brackets."""
    shown = []
    for window in windows(of_transformers(tokenizer), units, size):
        tokens = [str(token) for token in tokenizer.convert_ids_to_tokens(window.ids)]
        for _, start, end in window.spans:
            tokens[start] = "<" + tokens[start]
            tokens[end - 1] += ">"
        shown.append(" ".join(tokens).replace("[SEP]", "/"))
    return shown


def test_a_lone_sentence_stands_by_itself(tokenizer: PreTrainedTokenizerBase) -> None:
    assert read(tokenizer, [Unit("plans are good"), Unit("staff are poor")]) == [
        "[CLS] <plans are good />",
        "[CLS] <staff are poor />",
    ]


def test_a_window_holds_headings_items_and_all_sentences_of_a_passage(tokenizer: PreTrainedTokenizerBase) -> None:
    units = [
        Unit("plans are good.", "staff", "p"),
        Unit("staff must:", "plans", "p"),
        Unit("review plans", "plans", "p", is_item=True),
        Unit("plans are poor", "", "q"),
    ]
    first, second = read(tokenizer, units)
    assert first.startswith("[CLS] # staff / <plans are good . /> # plans / <staff must : /> <- r ##e")
    assert second == "[CLS] <plans are poor />"


def test_neighbours_are_context_of_windows_that_do_not_classify_them(tokenizer: PreTrainedTokenizerBase) -> None:
    units = [Unit(f"{word} plans are not good enough", "", "p") for word in ("the", "a", "of", "and")]
    size = WindowSize(core=14, before=4, after=3, introduction=0)
    assert read(tokenizer, units, size) == [
        "[CLS] <the plans are not good enough /> <a plans are not good enough /> of plans are",
        "[CLS] not good enough / <of plans are not good enough /> <and plans are not good enough />",
    ]


def test_a_list_carries_its_lead_in_as_far_as_it_goes(tokenizer: PreTrainedTokenizerBase) -> None:
    units = [
        Unit("staff must:", "good", "p"),
        *(Unit("plans are clear", "good", "p", is_item=True) for _ in range(4)),
        Unit("plans are poor", "good", "p"),
        Unit("the staff", "good", "p", is_item=True),
    ]
    shown = read(tokenizer, units, WindowSize(core=5, before=0, after=0, introduction=24))
    assert shown[1:5] == ["[CLS] # good / staff must : / <- plans are clear />"] * 4
    assert shown[5:] == ["[CLS] # good / <plans are poor />", "[CLS] # good / <- the staff />"]


def test_what_stands_around_a_long_sentence_gives_way_before_the_sentence_does(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    size = WindowSize(core=8, before=6, after=4, introduction=8)
    units = [
        Unit("staff are poor and", "plans", "p"),
        Unit("plans " * 21, "plans", "p"),
        Unit("plans " * 25, "plans", "p"),
        Unit("plans " * 26, "plans", "p"),
        Unit("plans " * 27, "plans", "p"),
    ]
    _, second, third, fourth, fifth = windows(of_transformers(tokenizer), units, size)
    assert all(len(window) <= size.tokens for window in (second, third, fourth, fifth))
    shown = [str(tokenizer.decode(window.ids[1 : window.spans[0][1]])) for window in (second, third, fourth, fifth)]
    assert [text.replace(" ", "") for text in shown] == ["#plans[SEP]and[SEP]", "", "", ""]
    assert [bool(window.cut) for window in (second, third, fourth, fifth)] == [False, False, False, True]


def test_a_sentence_longer_than_a_window_is_cut_and_named(tokenizer: PreTrainedTokenizerBase) -> None:
    size = WindowSize(core=16, before=4, after=4, introduction=4)
    long, short = windows(of_transformers(tokenizer), [Unit("plans " * 100, "", "p"), Unit("plans", "", "p")], size)
    assert len(long) <= size.tokens
    assert long.cut == {0}
    assert not short.cut


UNITS = st.lists(
    st.builds(
        Unit,
        st.text("ab .:", max_size=40),
        st.sampled_from(["", "plans", "staff " * 20]),
        st.sampled_from(["", "p", "q"]),
        st.booleans(),
    ),
    max_size=30,
)


@settings(max_examples=60)
@given(units=UNITS)
def test_every_sentence_is_classified_once_in_windows_of_bounded_length(
    tokenizer: PreTrainedTokenizerBase, units: list[Unit]
) -> None:
    for size in (SMALL, BARE):
        found = windows(of_transformers(tokenizer), units, size)
        assert [number for window in found for number, _, _ in window.spans] == list(range(len(units)))
        for window in found:
            assert len(window) <= size.tokens
            assert all(0 < start < end <= len(window) for _, start, end in window.spans)


@settings(max_examples=30)
@given(first=UNITS, second=UNITS)
def test_passages_know_nothing_of_each_other(
    tokenizer: PreTrainedTokenizerBase, first: list[Unit], second: list[Unit]
) -> None:
    first = [unit._replace(passage="first") for unit in first]
    second = [unit._replace(passage="second") for unit in second]
    apart = [*windows(of_transformers(tokenizer), first, SMALL), *windows(of_transformers(tokenizer), second, SMALL)]
    assert [window.ids for window in windows(of_transformers(tokenizer), [*first, *second], SMALL)] == [
        window.ids for window in apart
    ]


@pytest.mark.parametrize("wrong", [{"core": 0}, {"before": -1}, {"after": -1}, {"introduction": -1}])
def test_sizes_that_make_no_window_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="core must be positive"):
        WindowSize(**wrong)
