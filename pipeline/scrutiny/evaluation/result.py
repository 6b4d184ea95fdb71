"""What an evaluation found: the form of ``metrics.json``, whose JSON Schema ``scrutiny schema metrics`` prints.

Fields are added in later versions, never renamed or removed within a major version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter

from scrutiny.evaluation.comparison import Comparison
from scrutiny.evaluation.confidence import Bin, Risk
from scrutiny.evaluation.counting import Prevalence
from scrutiny.evaluation.intervals import Estimate
from scrutiny.evaluation.leakage import Known, Leakage
from scrutiny.evaluation.protocols import Protocol
from scrutiny.evaluation.records import RecordLevel
from scrutiny.evaluation.slices import Slice
from scrutiny.report import Role
from scrutiny.version import __version__

SCHEMA_VERSION: Literal["1.0"] = "1.0"

#: Measures of which less is better.
LESS_IS_BETTER = frozenset({"brier", "calibration_error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSummary:
    """What was measured on; intervals come from resampling ``groups``, each of which is a ``group_unit``."""

    name: str
    sentences: int
    groups: int
    group_unit: str
    roles: dict[Role, int]
    training: str
    training_sentences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemResult:
    """One system: ``measures`` by name, ``confusion`` by gold and given role, and the rest by kind; ``known`` where it
    is a model that tells what it was taught.

    ``reliability``, ``risk_coverage`` and ``risk_area`` are empty where the system gives no probabilities.
    """

    name: str
    kind: Literal["model", "baseline", "predictions"]
    note: str
    measures: dict[str, Estimate]
    confusion: dict[Role, dict[Role, int]]
    reliability: tuple[Bin, ...] = ()
    risk_coverage: tuple[Risk, ...] = ()
    risk_area: float | None = None
    slices: dict[str, tuple[Slice, ...]] = field(default_factory=dict)
    prevalence: tuple[Prevalence, ...] = ()
    records: RecordLevel | None = None
    known: Known | None = None

    @property
    def named(self) -> dict[str, Estimate]:
        """Every measure by name, those of records under ``records.``."""
        of_records = self.records.measures if self.records else {}
        return {**self.measures, **{f"records.{name}": of for name, of in of_records.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """A system beside the annotators: its mean kappa with each, less the kappa they have with each other."""

    system: str
    kappa: Estimate
    less_than_annotators: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """How far two annotators agree on the sentences that both labelled."""

    sentences: int
    agreement: Estimate
    kappa: Estimate
    alpha: Estimate
    roles: dict[Role, Estimate]
    distances: tuple[Distance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything that was found, with what is needed to find it again."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    scrutiny_version: str = __version__
    data: DataSummary
    protocol: Protocol
    folds: tuple[str, ...]
    rounds: int
    seed: int
    warnings: tuple[str, ...]
    leakage: Leakage
    systems: tuple[SystemResult, ...]
    comparisons: tuple[Comparison, ...]
    ceiling: Ceiling | None

    def as_json(self) -> str:
        """The evaluation as indented JSON."""
        return _ADAPTER.dump_json(self, indent=2).decode() + "\n"


_ADAPTER = TypeAdapter(Evaluation)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of ``metrics.json``."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_ADAPTER.json_schema(mode="serialization")}
