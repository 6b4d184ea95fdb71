"""What a model folder says about how its model must be used: ``scrutiny.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from scrutiny.errors import ModelError
from scrutiny.report import ROLES
from scrutiny.roles.second_role import SecondRole
from scrutiny.roles.windows import WindowSize

if TYPE_CHECKING:
    import torch

FILE_NAME = "scrutiny.json"


class RiskPoint(NamedTuple):
    """Of the validation data: the share with at least the confidence ``threshold``, and how much of it is wrong."""

    threshold: float
    coverage: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """What training assumed; inference must do the same.

    ``roles`` is the label order. Logits are divided by ``temperature`` and ``bias`` is added, by role, before the
    softmax (bias-corrected temperature scaling, Alexandari et al. 2020, arXiv 1901.06852). ``second_role`` tells where
    there is a second one; a prediction with a confidence under ``review_below`` is left to a person.
    ``risk_coverage``, by rising threshold, tells what other thresholds would do (Geifman and El-Yaniv 2017, arXiv
    1705.08500).
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    roles: tuple[str, ...] = tuple(role.value for role in ROLES)
    window: WindowSize = field(default_factory=WindowSize)
    temperature: Annotated[float, Field(gt=0)] = 1.0
    bias: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    second_role: SecondRole = field(default_factory=lambda: SecondRole.scored(0.25))
    review_below: float = 0.6
    risk_coverage: tuple[RiskPoint, ...] = ()

    def probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        """What the model's ``logits`` mean once calibrated: double, shape (sentences, roles), rows sum up to 1."""
        import torch

        return torch.softmax(logits / self.temperature + torch.tensor(self.bias, dtype=torch.double), dim=-1)

    def review_below_for(self, max_error: float) -> float:
        """The lowest confidence to accept so that at most ``max_error`` of what is accepted is wrong.

        Raises:
            ValueError: ``max_error`` is no share.
            ModelError: no threshold kept the error so low on the validation data, or the model has no curve.
        """
        if not 0 <= max_error <= 1:
            raise ValueError(f"max_error is a share from 0 to 1, not {max_error}")
        for point in self.risk_coverage:
            if point.error <= max_error:
                return point.threshold
        if not self.risk_coverage:
            raise ModelError(
                f"The model's {FILE_NAME} says nothing of the risk at other thresholds.",
                remedy="Train it with scrutiny train, or leave the error to bear to the model.",
                code="max_error",
            )
        raise ModelError(
            f"At no threshold was the share of wrong roles at most {max_error} on the validation data.",
            remedy=f"The lowest there was {min(point.error for point in self.risk_coverage)}: ask for that or more.",
            code="max_error",
        )

    def save(self, folder: Path) -> None:
        """Write the settings into a model folder."""
        (folder / FILE_NAME).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> ModelSettings:
        """Read ``scrutiny.json``.

        Raises:
            ModelError: the file is not valid; names the key.
        """
        try:
            return _READ.validate_json(file.read_bytes())
        except ValidationError as error:
            problem = error.errors()[0]
            key = " -> ".join(str(part) for part in problem["loc"])
            raise ModelError(
                f"{file}: {key}: {problem['msg']}.", remedy="Train the model again, or mend the file."
            ) from None


def _up_to_date(read: object) -> object:
    """Settings as they were saved when a second role was given from some score on, as they are saved now."""
    if isinstance(read, dict) and isinstance(least := read.pop("second_role_from", None), int | float):
        read["second_role"] = asdict(SecondRole.scored(least))
    return read


_READ: TypeAdapter[ModelSettings] = TypeAdapter(Annotated[ModelSettings, BeforeValidator(_up_to_date)])
