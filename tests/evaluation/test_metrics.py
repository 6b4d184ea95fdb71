from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from scrutiny.evaluation.metrics import measure
from scrutiny.report import ROLES, Role

_PAIRS = st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from(ROLES)), min_size=1, max_size=60)


@given(_PAIRS)
def test_measures_agree_with_a_second_implementation(pairs: list[tuple[Role, Role]]) -> None:
    gold, predicted = [first for first, _ in pairs], [second for _, second in pairs]
    found = measure(gold, predicted)
    assert found.accuracy == pytest.approx(reference.accuracy_score(gold, predicted))
    assert found.macro_f1 == pytest.approx(reference.f1_score(gold, predicted, average="macro"))
    table = reference.precision_recall_fscore_support(gold, predicted, labels=ROLES, zero_division=0)
    for index, role in enumerate(ROLES):
        row = found.roles[role]
        assert (row.precision, row.recall, row.f1, row.support) == pytest.approx([column[index] for column in table])
    matrix = reference.confusion_matrix(gold, predicted, labels=ROLES)
    assert [list(row.values()) for row in found.confusion.values()] == matrix.tolist()


def test_unequal_or_empty_sequences_are_refused() -> None:
    with pytest.raises(ValueError, match="got 1 and 0"):
        measure([Role.OTHER], [])
    with pytest.raises(ValueError, match="non-empty"):
        measure([], [])
