"""The baselines: better than chance, and honest about what they do not know."""

from __future__ import annotations

import pytest

from evaluation.labelled import sentence
from scrutiny import corpora
from scrutiny.errors import DataError
from scrutiny.evaluation.baselines import Linear, Rules
from scrutiny.evaluation.metrics import measure
from scrutiny.evaluation.predict import predict_with
from scrutiny.report import Role
from scrutiny.roles.windows import Unit


@pytest.mark.parametrize(
    ("unit", "role"),
    [
        (Unit("The provider should mend the lift."), Role.RECOMMENDATION),
        (Unit("The quality of plans.", heading="What needs to improve?", is_item=True), Role.RECOMMENDATION),
        (Unit("Reviews are late and records are incomplete."), Role.FINDING),
        (Unit("Staff are skilled and caring."), Role.STRENGTH),
        (Unit("We visited on two days in May."), Role.OTHER),
    ],
)
def test_rules_know_the_plain_cases(unit: Unit, role: Role) -> None:
    assert Rules().predict([unit])[0].role is role


def test_what_learns_beats_the_rules_on_reports_that_neither_has_seen() -> None:
    splits = corpora.sentences("authored")
    training, gold = splits["train"], splits["validation"]
    linear = Linear(training)
    roles = [unit.role for unit in gold]
    predictions = predict_with(linear, gold)
    learnt = measure(roles, [prediction.role for prediction in predictions])
    ruled = measure(roles, [prediction.role for prediction in predict_with(Rules(), gold)])
    assert learnt.macro_f1 > 0.65 > ruled.macro_f1 > 0.3
    assert all(sum(prediction.scores) == pytest.approx(1, abs=1e-5) for prediction in predictions)
    assert linear.predict([]) == []


def test_a_single_role_teaches_nothing() -> None:
    with pytest.raises(DataError, match="cannot be fitted to 3 sentences"):
        Linear([sentence(at, Role.OTHER, text="We visited a home.") for at in range(3)])
