"""What runs on the nodes of a cluster: tasks that read and make records, actors that classify."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scrutiny.archive.ledger import Task
from scrutiny.archive.processes import Reader, Watch
from scrutiny.archive.run import Limits
from scrutiny.archive.settling import End, Outcome, Slot
from scrutiny.archive.steps import Classified, Held, Input, Read, classified, finished
from scrutiny.archive.tables import decoded, encoded
from scrutiny.errors import ConfigError, ModelError, ScrutinyError
from scrutiny.report import Report
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.loading import identify
from scrutiny.version import __version__

if TYPE_CHECKING:
    import pyarrow as pa

    from scrutiny.archive.extraction import Options


@dataclass(frozen=True, slots=True)
class WantedModel:
    """What every actor must have loaded."""

    options: Options
    precision: str
    sha256: str
    version: str = __version__

    def load(self, threads: int) -> Classifier:
        """The classifier. Raises ModelError, and ConfigError where scrutiny is another version; names the node."""
        import ray

        try:
            return self._load(threads)
        except ScrutinyError as error:
            node = ray.util.get_node_ip_address()
            raise type(error)(f"Node {node}: {error.reason}", remedy=error.remedy, code=error.code) from None

    def _load(self, threads: int) -> Classifier:
        if self.version != __version__:
            raise ConfigError(
                f"A node of the cluster has scrutiny {__version__}, the command {self.version}.",
                remedy="Install the same version on every node.",
            )
        if identify(self.options.model)[1] != self.sha256:
            raise ModelError(
                f"{self.options.model}: a node of the cluster has other files there than the command.",
                remedy="Put the model where every node finds it under that name.",
            )
        options = self.options
        return Classifier(
            options.model,
            device=options.device,
            precision=self.precision,
            threads=threads,
            any_language=options.any_language,
            max_error=options.max_error,
        )


def precision_here(model: WantedModel) -> str:
    """In which precision the model computes on this node."""
    return str(model.load(1).precision)


_READERS: dict[str, Reader] = {}


def _reader(settings: Mapping[str, object], limits: Limits) -> Reader:
    """The process that reads for this one; it lives as long as this one does, over many tasks."""
    key = json.dumps([settings, limits.timeout, limits.memory], sort_keys=True)
    if key not in _READERS:
        _READERS[key] = Reader(timeout=limits.timeout, memory=limits.memory)
        _READERS[key].configure(settings)
        Watch([_READERS[key]]).__enter__()
    return _READERS[key]


class _Here:
    """An input on this node. Relative paths are meant from where the command was run."""

    def __init__(self, given: Input, folder: str) -> None:
        self.name = given.name
        self.release = given.release
        self._given = given
        self._folder = Path(folder)

    def fetched(self) -> Path:
        return self._folder / self._given.fetched()


def read_tasks(tasks: pa.Table, *, settings: Mapping[str, object], limits: Limits, folder: str) -> Iterator[pa.Table]:
    """What comes of tasks, as it comes."""
    from ray import cloudpickle

    reader = _reader(settings, limits)
    for row in tasks.to_pylist():
        task = Task(row["position"], row["name"], frozenset(row["settled"]))
        held = Held(row["index"], task, _Here(cloudpickle.loads(row["input"]), folder))
        came: Sequence[Read | Outcome | End] = ()
        while not (came and isinstance(came[-1], End)):
            came = held.next(reader)
            if came:
                yield encoded((Slot(held.index, held.number + more), one, {}) for more, one in enumerate(came))
                held.number += len(came)


class Classify:
    """An actor: it holds the model, and classifies what tasks have read."""

    def __init__(self, model: WantedModel, threads: int, describe: Callable[[Report], Report]) -> None:
        """Load the model, which computes on ``threads``; ``describe`` adds what is known of a report from elsewhere."""
        self._classifier = model.load(threads)
        self._describe = describe
        self._idle = time.monotonic()

    def __call__(self, outcomes: pa.Table) -> pa.Table:
        """The outcomes, with what was read classified."""
        began = time.monotonic()
        spent = {"starved": began - self._idle}
        made = {slot: one for slot, one, _ in decoded(outcomes)}
        read = {slot: one for slot, one in made.items() if isinstance(one, Read)}
        made |= dict(classified(read, self._describe, self._classifier))
        self._idle = time.monotonic()
        spent["classifying"] = self._idle - began
        return encoded((slot, one, spent if number == 0 else {}) for number, (slot, one) in enumerate(made.items()))


def finish_tasks(outcomes: pa.Table, *, settings: Mapping[str, object], limits: Limits) -> Iterator[pa.Table]:
    """Classified reports with their records, the other outcomes as they are."""
    for slot, one, spent in decoded(outcomes):
        if isinstance(one, Classified):
            one, seconds = finished(_reader(settings, limits), one)
            spent = {**spent, "records": seconds}
        yield encoded([(slot, one, spent)])
