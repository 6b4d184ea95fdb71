"""A run on a cluster, with Ray Data: tasks read and make records, actors classify, this process writes down.

The tasks and actors are in :mod:`scrutiny.archive.nodes`.

What flows are tables of outcomes, whose columns are numbers, JSON and bytes: Ray pickles what it sends, and nothing
that came out of a file may be an object by then. Inputs are the exception; they come from the command, not from files.

What a node held when it is lost is made again elsewhere, and written down once, because outcomes are written down in
the order of inputs by one process.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrutiny.archive.ledger import Task
from scrutiny.archive.nodes import Classify, WantedModel, finish_tasks, precision_here, read_tasks
from scrutiny.archive.run import Job
from scrutiny.archive.settling import End, Outcome, Slot
from scrutiny.archive.steps import Input
from scrutiny.archive.tables import decoded
from scrutiny.errors import ConfigError, ScrutinyError
from scrutiny.roles.precision import IN_EIGHT_BITS, Precision

if TYPE_CHECKING:
    import pyarrow as pa

    from scrutiny.archive.extraction import Options

#: Inputs that a task reads, and whose reports are classified together; and tasks at most, lest handing them out takes
#: long: of very many inputs a task reads more.
TOGETHER = 16
_TASKS = 10_000

#: Bytes of outcomes that a task gathers before it hands them on.
_BLOCK_BYTES = 16 << 20

#: The share of its cores that an actor asks for on a processor, and that a task does. Together they are less than there
#: is, so that after the loss of nodes what ran there finds room; the cores are shared by whatever has work.
_ACTOR_SHARE = 0.5
_TASK_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Ray cluster: its ``address`` (by default that of the environment, else one is begun on this machine), and how
    many ``actors`` classify, on how many ``cpus`` and ``gpus`` each. By default there is an actor for each GPU, where
    there are any, else one for every ``cpus`` cores."""

    address: str | None = None
    actors: int | None = None
    cpus: int = 1
    gpus: float | None = None


class ClusterEngine:
    """Works through tasks on a cluster. Use as a context manager: it connects when it is first needed."""

    def __init__(self, options: Options, sha256: str, cluster: Cluster) -> None:
        """``sha256`` is that of the model."""
        model = options.model and (
            str(Path(options.model).resolve()) if Path(options.model).is_dir() else options.model
        )
        values = {one.name: getattr(options, one.name) for one in fields(options)}
        self._options = type(options)(**{**values, "model": model, "manifest": None})
        self._sha256 = sha256
        self._cluster = cluster
        self._precision = ""
        self._connected = False

    def __enter__(self) -> ClusterEngine:
        """Nothing is connected yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Disconnect, and end the cluster if it was begun for this."""
        if self._connected:
            import ray

            ray.shutdown()

    def prepare(self, precision: Precision) -> str:
        """See that every node can load the model; returns the precision in which all of them will compute.

        Raises:
            ConfigError: Ray is not installed, there is no such cluster or it is too small.
            ModelError: the model cannot be loaded there.
        """
        self._connect()
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as On

        self._precision = precision  # decides whether the probes are for GPUs
        needs = {"CPU": _ACTOR_SHARE, "GPU": self._gpus}
        # For cores nobody need wait.
        probe = ray.remote(num_cpus=0, num_gpus=needs["GPU"])(precision_here)
        model = WantedModel(self._options, precision, self._sha256)
        with _told():
            asked = {
                node["NodeID"]: probe.options(scheduling_strategy=On(node["NodeID"], soft=False)).remote(model)
                for node in ray.nodes()
                if node["Alive"] and all(node["Resources"].get(name, 0) >= least for name, least in needs.items())
            }
            found = set()
            for node, answer in asked.items():
                try:
                    found.add(ray.get(answer))
                except ray.exceptions.TaskUnschedulableError:
                    # It was lost a moment ago, which is seen only now: it computes nothing.
                    if any(one["Alive"] and one["NodeID"] == node for one in ray.nodes()):
                        raise
            # Where there is none yet, the cluster may still grow.
            found = found or {ray.get(probe.remote(model))}
        # Nodes of several kinds have float32 in common.
        self._precision = found.pop() if len(found) == 1 else Precision.FLOAT32
        return self._precision

    def work(self, job: Job) -> None:
        """Process every task. See :class:`scrutiny.archive.run.Run`.

        Raises:
            WriteError, DataError: the output folder cannot be written, or is damaged.
            ScrutinyError: the cluster fails.
        """
        model = WantedModel(self._options, self._precision, self._sha256)
        with _told():
            flow = self._flow(job, model)
            for table in flow.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=1):
                outcomes: dict[Slot, Outcome | End] = {}
                for slot, one, spent in decoded(table):
                    assert isinstance(one, Outcome | End)
                    outcomes[slot] = one
                    job.settling.rates.classifying += spent.get("classifying", 0.0)
                    job.settling.rates.starved += spent.get("starved", 0.0)
                    job.settling.rates.records += spent.get("records", 0.0)
                job.settling.settle(outcomes)

    def _flow(self, job: Job, model: WantedModel) -> Any:
        """The outcomes of a job as a data set of Ray, in the order of its tasks; nothing is done before they are asked
        for."""
        import ray
        from ray.data import ActorPoolStrategy, TaskPoolStrategy

        tasks, how = job.tasks, {"settings": job.settings, "limits": job.limits}
        there = ray.cluster_resources()
        cores = max(1, int(there.get("CPU", 0)))
        most = there.get("GPU", 0) / self._gpus if self._gpus else cores / self._cluster.cpus
        actors = self._cluster.actors or max(1, int(most))
        reading: dict[str, Any] = {
            # Together a process that reads for each core, unless the cores are for reading alone.
            "compute": TaskPoolStrategy(size=cores if self._gpus else max(1, cores // 2)),
            "batch_size": None,
            "batch_format": "pyarrow",
            "num_cpus": 1 if self._gpus else _TASK_SHARE,
        }
        # Cut here: Ray's own repartition asks for a whole core, which there is none of where every node has one and an
        # actor.
        size = max(1, min(TOGETHER, len(tasks) // (2 * actors)), -(-len(tasks) // _TASKS))
        pieces = [
            ray.put(_pieces(tasks[start : start + size], start, job.inputs)) for start in range(0, len(tasks), size)
        ]
        return (
            ray.data.from_arrow_refs(pieces)
            .map_batches(read_tasks, fn_kwargs={**how, "folder": str(Path.cwd())}, **reading)
            .map_batches(
                Classify,
                fn_constructor_args=(model, self._cluster.cpus, job.describe),
                compute=ActorPoolStrategy(size=actors),
                batch_size=None,
                batch_format="pyarrow",
                # Whether there is work for a GPU depends on the processors of others, so it asks for none.
                num_cpus=0 if self._gpus else self._cluster.cpus * _ACTOR_SHARE,
                num_gpus=self._gpus,
            )
            .map_batches(finish_tasks, fn_kwargs=how, **reading)
        )

    @property
    def _gpus(self) -> float:
        """GPUs of an actor."""
        import ray

        if self._cluster.gpus is not None:
            return self._cluster.gpus
        on_gpus = self._options.device != "cpu" and self._precision not in IN_EIGHT_BITS
        return 1.0 if on_gpus and ray.cluster_resources().get("GPU", 0) >= 1 else 0.0

    def _connect(self) -> None:
        if self._connected:
            return
        # No text leaves the machine, nor does anything else: Ray would tell its makers about the cluster.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
            from ray.data import DataContext
        except ImportError:
            raise ConfigError(
                "The engine ray needs Ray, which is not installed.",
                remedy="Install it with: pip install 'scrutiny[ray]'",
            ) from None
        address = self._cluster.address or os.environ.get("RAY_ADDRESS")
        # What its C++ parts say at other levels is for their makers, and stands in Ray's own logs.
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
        begun: dict[str, Any] = {} if address else {"include_dashboard": False}
        with _own_signals(), _quiet():
            try:
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **begun)
            except (ConnectionError, RuntimeError, ValueError) as error:
                raise ConfigError(
                    f"{address or 'A cluster on this machine'}: cannot be used as a Ray cluster: {_first_line(error)}",
                    remedy="See 'ray status'; an address looks like 10.0.0.1:6379.",
                ) from None
        self._connected = True
        # Errors come as exceptions, which are told; their traces stand in Ray's own logs.
        for name in ("ray", "ray.data"):
            for handler in logging.getLogger(name).handlers:
                if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
                    handler.setLevel(logging.CRITICAL)
        context = DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        context.target_max_block_size = _BLOCK_BYTES
        # Outcomes that come early wait in the cluster, not in this process.
        context.execution_options.preserve_order = True


def _pieces(tasks: Sequence[Task], start: int, inputs: Sequence[Input]) -> pa.Table:
    """Tasks as a table, the first of which is number ``start``."""
    import pyarrow as pa
    from ray import cloudpickle

    return pa.table(
        {
            "index": pa.array(range(start, start + len(tasks)), pa.int64()),
            "position": pa.array([task.position for task in tasks], pa.int64()),
            "name": pa.array([task.name for task in tasks], pa.large_string()),
            "settled": pa.array([sorted(task.settled) for task in tasks], pa.large_list(pa.large_string())),
            "input": pa.array([cloudpickle.dumps(inputs[task.position]) for task in tasks], pa.large_binary()),
        }
    )


# What goes wrong, told.


@contextmanager
def _told() -> Iterator[None]:
    """An error of ours on a node as it is, whatever else befalls the cluster as one of ours."""
    import ray

    try:
        yield
    except ray.exceptions.RayError as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, ScrutinyError):
            cause = getattr(cause, "cause", None) or cause.__cause__
        if cause is not None:
            raise cause from None
        raise ScrutinyError(
            f"The cluster failed: {_first_line(error)}",
            remedy="See 'ray status' and Ray's logs; the same command goes on from what was done.",
        ) from None


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    # The last line of a traceback says what happened, the first of other messages does.
    return (lines[-1] if "Traceback" in str(error) else lines[0])[:300]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep off standard error, which is for what is told of the run, what C++ writes to it past Python."""
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep how this process ends when it is told to, which connecting would change."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
