"""What a model folder says about how its model must be used: ``scrutiny.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from scrutiny.errors import ModelError
from scrutiny.report import ROLES
from scrutiny.roles.context import ContextWidth

FILE_NAME = "scrutiny.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """What training assumed; inference must do the same.

    ``roles`` is the label order. ``max_tokens`` includes the special tokens. Logits are divided by
    ``temperature`` before the softmax (Guo et al. 2017, arXiv 1706.04599). A second role is given when its
    score reaches ``second_role_from``; a prediction with a confidence under ``review_below`` is left to a person.
    """

    roles: tuple[str, ...] = tuple(role.value for role in ROLES)
    context: ContextWidth = field(default_factory=ContextWidth)
    max_tokens: int = 256
    temperature: float = 1.0
    second_role_from: float = 0.25
    review_below: float = 0.6

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
            return TypeAdapter(cls).validate_json(file.read_bytes())
        except ValidationError as error:
            problem = error.errors()[0]
            key = " -> ".join(str(part) for part in problem["loc"])
            raise ModelError(
                f"{file}: {key}: {problem['msg']}.", remedy="Train the model again, or mend the file."
            ) from None
