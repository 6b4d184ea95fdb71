"""The configuration of a training run: a TOML file, validated when it is loaded."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scrutiny.errors import ConfigError
from scrutiny.roles.windows import WindowSize

_Share = Annotated[float, Field(ge=0, lt=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataSource(_Section):
    """Labelled sentences: ``authored`` or a path (relative to the working folder), all splits or one.

    ``documents`` is a pattern of the names of reports to take alone, such as ``a[cd]*``.
    """

    data: str
    split: str | None = None
    documents: str | None = None


class Data(_Section):
    """What to train on and what to choose on; ``exclude_sources`` are left out of both.

    ``doubts`` is a table of sentences to train on whose labels are not trusted, as ``scrutiny doubts`` writes it. Each
    counts as much as its ``weight`` there says, or ``doubt_weight`` where that is blank: from 0 (read only as context
    of others) to 1 (as any other).
    """

    train: tuple[DataSource, ...] = Field(min_length=1)
    validation: tuple[DataSource, ...] = Field(min_length=1)
    exclude_sources: tuple[str, ...] = ()
    doubts: str | None = None
    doubt_weight: float = Field(default=0.0, ge=0, le=1)


class Window(_Section):
    """Tokens that the model sees at a time; see :class:`scrutiny.roles.windows.WindowSize`."""

    core: int = Field(default=WindowSize().core, ge=16)
    before: int = Field(default=WindowSize().before, ge=0)
    after: int = Field(default=WindowSize().after, ge=0)
    introduction: int = Field(default=WindowSize().introduction, ge=0)


class Lora(_Section):
    """Low-rank adapters (Hu et al. 2021, arXiv 2106.09685), trained beside weights that stay as they are.

    The product of two matrices of ``rank``, times ``alpha / rank``, is added to each matrix of ``target``: the names of
    an encoder's linear layers, or ``all-linear``. ``dropout`` is that of what the adapters read.
    """

    rank: int = Field(default=16, ge=1)
    alpha: float = Field(default=32, gt=0)
    target: Literal["all-linear"] | Annotated[tuple[str, ...], Field(min_length=1)] = "all-linear"
    dropout: float = Field(default=0.05, ge=0, lt=1)


class Model(_Section):
    """The encoder to fine-tune: a hub identifier or a local folder.

    With ``layers`` only so many of its layers are kept, the lowest (Sajjad et al. 2023, arXiv 2004.03844). Of these the
    lowest ``frozen_layers`` and all that is below them stay as they are (Lee et al. 2019, arXiv 1911.03090): with six
    of nine frozen a pass takes half the time, and what was fitted to those layers still holds. With ``lora`` only
    adapters and the head are trained, and merged into the weights before the model is saved. The weights then need
    neither gradients nor an optimiser's state; the adapters need memory of their own, least at few targets and without
    dropout. A learning rate some times higher than for whole encoders suits them.
    """

    base: str
    layers: int | None = Field(default=None, ge=1)
    frozen_layers: int = Field(default=0, ge=0)
    save_as: Literal["int8", "float16", "float32"] = "float16"
    lora: Lora | None = None

    @model_validator(mode="after")
    def _adapters_leave_the_weights(self) -> Self:
        if self.lora and self.frozen_layers:
            raise ValueError(
                "with lora all weights stay as they are, and adapters go into every layer: leave out frozen_layers"
            )
        return self


class Optimisation(_Section):
    """How to fine-tune.

    Each of the ``passes`` over the data cuts the passages into other windows, and all of them are shuffled together:
    ``split_share`` of the passages are read as two that know nothing of each other, ``heading_dropout`` of them without
    their headings, and ``alone_share`` of the sentences once more without anything around them, so that a lone sentence
    can be classified. ``mask_share`` of the tokens are hidden. ``dropout`` is the encoder's own: on a CPU it costs
    much. ``precision`` is that of matrix products; weights are kept in single precision. In ``bfloat16`` recent
    processors and GPUs are much faster. ``soft_second`` is the share of a label's weight that goes to the second
    role; ``soft_certainty`` the share spread over all roles for certainty 3, 2 and 1.
    """

    passes: int = Field(default=4, ge=1)
    batch_windows: int = Field(default=8, ge=1)
    learning_rate: float = Field(default=8e-5, gt=0)
    warmup_share: float = Field(default=0.1, ge=0, lt=1)
    weight_decay: float = Field(default=0.01, ge=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    precision: Literal["float32", "bfloat16"] = "float32"
    seed: int = 0
    alone_share: float = Field(default=0.1, ge=0, le=1)
    split_share: float = Field(default=0.5, ge=0, le=1)
    heading_dropout: float = Field(default=0.1, ge=0, le=1)
    mask_share: float = Field(default=0.05, ge=0, lt=1)
    soft_second: float = Field(default=0.25, ge=0, lt=0.5)
    soft_certainty: tuple[_Share, _Share, _Share] = (0.02, 0.1, 0.2)

    @model_validator(mode="after")
    def _the_first_role_leads(self) -> Self:
        if 2 * self.soft_second + max(self.soft_certainty) >= 1:
            raise ValueError("soft_second and soft_certainty leave the first role less than the second")
        return self


class Distillation(_Section):
    """What a student learns from its teachers (Hinton et al. 2015, arXiv 1503.02531): the mean of what they say.

    ``weight`` is the teachers' share in the labels of labelled sentences; where a label is doubted, only the label
    counts less. Of the ``unlabelled`` reports, files of JSON Lines (``.gz`` or not) with the ``units`` of a report a
    line, so many are drawn as hold about ``sentences`` sentences; they are labelled by the teachers alone. If
    ``balanced``, each ``source`` gives as many sentences, as far as it has them. Reports whose ``group`` occurs in the
    labelled data of ``exclude_groups_of`` are left out.
    """

    weight: float = Field(default=0.5, ge=0, le=1)
    unlabelled: tuple[str, ...] = ()
    sentences: int = Field(default=40_000, ge=0)
    balanced: bool = False
    exclude_groups_of: tuple[str, ...] = ()


class TrainingConfig(_Section):
    """A whole training run. ``distillation`` counts only where there are teachers."""

    model: Model
    data: Data
    window: Window = Window()
    distillation: Distillation = Distillation()
    optimisation: Optimisation = Optimisation()


def load_config(path: Path) -> TrainingConfig:
    """Read and validate a training configuration.

    Raises:
        ConfigError: the file is missing, is not TOML, or a key is unknown or out of range.
    """
    try:
        return TrainingConfig.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}.", remedy="Give the path of a training configuration."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}.", remedy="Mend the file.") from None
    except ValidationError as error:
        problem = error.errors()[0]
        key = " -> ".join(str(part) for part in problem["loc"])
        section: type[BaseModel] = TrainingConfig
        for part in problem["loc"][:-1]:
            annotation = section.model_fields[str(part)].annotation if str(part) in section.model_fields else None
            for kind in (annotation, *get_args(annotation)):
                if isinstance(kind, type) and issubclass(kind, BaseModel):
                    section = kind
        raise ConfigError(
            f"{path}: {key}: {problem['msg']}.", remedy=f"Accepted keys there: {', '.join(section.model_fields)}."
        ) from None
