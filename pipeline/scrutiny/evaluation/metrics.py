"""Measures of agreement between gold and predicted roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scrutiny.report import ROLES, Role


@dataclass(frozen=True, slots=True)
class RoleMeasures:
    """Precision, recall and F1 of one role (0 where undefined); ``support`` counts its gold sentences."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Measures:
    """``macro_f1`` is the mean over the roles that occur in gold or prediction.

    ``confusion`` counts sentences by gold role and predicted role.
    """

    n: int
    accuracy: float
    macro_f1: float
    roles: dict[Role, RoleMeasures]
    confusion: dict[Role, dict[Role, int]]

    def as_json(self) -> dict[str, Any]:
        """The measures as plain JSON values."""
        return asdict(self)


def measure(gold: Sequence[Role], predicted: Sequence[Role]) -> Measures:
    """Compare two equally long sequences of roles.

    Raises:
        ValueError: the sequences differ in length or are empty.
    """
    if len(gold) != len(predicted) or not gold:
        raise ValueError(f"need two equally long, non-empty sequences, got {len(gold)} and {len(predicted)}")
    confusion = {row: dict.fromkeys(ROLES, 0) for row in ROLES}
    for truth, guess in zip(gold, predicted, strict=True):
        confusion[truth][guess] += 1
    roles = {}
    for role in ROLES:
        right = confusion[role][role]
        support = sum(confusion[role].values())
        given = sum(confusion[truth][role] for truth in ROLES)
        roles[role] = RoleMeasures(
            precision=right / given if given else 0.0,
            recall=right / support if support else 0.0,
            f1=2 * right / (given + support) if given + support else 0.0,
            support=support,
        )
    occurring = [role for role in ROLES if role in set(gold) | set(predicted)]
    return Measures(
        n=len(gold),
        accuracy=sum(confusion[role][role] for role in ROLES) / len(gold),
        macro_f1=sum(roles[role].f1 for role in occurring) / len(occurring),
        roles=roles,
        confusion=confusion,
    )
