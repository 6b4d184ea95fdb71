"""Reports in, an output folder out, restartable: what was done before is not done again."""

from __future__ import annotations

import hashlib
import json
import os
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Protocol

from scrutiny.archive import steps
from scrutiny.archive.cluster import Cluster, ClusterEngine
from scrutiny.archive.inputs import LocalFile
from scrutiny.archive.ledger import NOT_READ, PROGRESS, Ledger, Named, Row, State, Task
from scrutiny.archive.merging import compact, forget, merge
from scrutiny.archive.parts import Parts
from scrutiny.archive.processes import Reader
from scrutiny.archive.run import Job, Limits, Run
from scrutiny.archive.settling import Rates, Settling
from scrutiny.archive.shards import write_shards
from scrutiny.errors import ModelError, WriteError
from scrutiny.reading import check_ocr
from scrutiny.reading.manifest import Manifest
from scrutiny.regimes import named, profiles
from scrutiny.report import Report
from scrutiny.resources import configs_folder
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.loading import identify
from scrutiny.roles.precision import Precision
from scrutiny.version import __version__
from scrutiny.writing.formats import DEFAULT_FORMATS, check_formats
from scrutiny.writing.output import unwritable
from scrutiny.writing.parts import ModelReference
from scrutiny.writing.schema import SCHEMA_VERSION

#: How often at most, in seconds, it is noted how the run stands.
_EVERY = 1.0


class Input(steps.Input, Named, Protocol):
    """What is to be read: named, stamped with what changes when its content does, and fetched when it is its turn."""


@dataclass(frozen=True, slots=True)
class Options:
    """What results depend on (but for ``device`` and ``cache``), see :func:`scrutiny.load` and
    :func:`scrutiny.read_each`."""

    model: str | None = None
    device: str | None = None
    cache: Path | None = None
    precision: Precision = Precision.AUTO
    ocr: bool | str = False
    regime: str | None = None
    text_column: str | None = None
    any_language: bool = False
    max_error: float | None = None
    manifest: Manifest | None = None


@dataclass(slots=True)
class Summary:
    """What has become of the reports of a run, those of earlier ones included."""

    states: Counter[State] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)
    unmatched: tuple[str, ...] = ()
    rates: Rates = field(default_factory=Rates)

    @property
    def failures(self) -> int:
        """Reports that could not be read."""
        return sum(self.states[state] for state in NOT_READ)


class Engine(Protocol):
    """Where reports are read and classified."""

    def prepare(self, precision: Precision) -> str:
        """See that the model can be loaded; returns the precision it computes in."""
        ...

    def work(self, job: Job) -> None:
        """Process every task."""
        ...


class _Here:
    """The engine that is this machine. Use as a context manager: at its end no process is left."""

    def __init__(self, options: Options, limits: Limits, inputs: int) -> None:
        self._options = options
        self._at_first = min(inputs, limits.workers if limits.at_first is None else limits.at_first)
        self._readers = [Reader(timeout=limits.timeout, memory=limits.memory) for _ in range(limits.workers)]
        self._classifier: Classifier | None = None

    def __enter__(self) -> _Here:
        return self

    def __exit__(self, *_: object) -> None:
        for reader in self._readers:
            reader.close()

    def prepare(self, precision: Precision) -> str:
        # The processes that read get ready while the model is loaded, which takes longer.
        for reader in self._readers[: self._at_first]:
            reader.warm_up()
        options = self._options
        self._classifier = Classifier(
            options.model,
            device=options.device,
            precision=precision,
            any_language=options.any_language,
            max_error=options.max_error,
            cache=options.cache,
        )
        return self._classifier.precision

    def work(self, job: Job) -> None:
        assert self._classifier is not None
        Run(job, self._readers).work(self._classifier)


class Listener(Protocol):
    """Is told how a run goes on."""

    def begin(self, inputs: int, tasks: Sequence[Task]) -> None:
        """So many inputs there are, and ``tasks`` are still to be done."""
        ...

    def settled(self, task: Task, row: Row, rates: Rates) -> None:
        """What has become of a report."""
        ...


def extract(
    inputs: Sequence[Input],
    output: Path,
    options: Options,
    *,
    listener: Listener,
    formats: Collection[str] = DEFAULT_FORMATS,
    sentences: bool = False,
    shards: bool = False,
    limits: Limits | None = None,
    retry_failed: bool = False,
    cluster: Cluster | None = None,
) -> Summary:
    """Process ``inputs`` into the folder ``output``, but for what was processed there before: on this machine, or on
    the nodes of ``cluster``. With ``shards`` the records of each part are also a Parquet file beside it.

    Raises:
        ConfigError: there is no such format, regime or cluster.
        ModelError: the model cannot be loaded.
        ReadError: OCR is asked for and not installed.
        WriteError: the folder cannot be written, or another run is writing it.
        DataError: what is in the folder is damaged, or a row of the manifest fits two reports.
    """
    check_formats(formats)
    check_ocr(options.ocr)
    if options.regime:
        named(options.regime)
    limits = limits or Limits()
    name, sha256 = identify(options.model)
    with ExitStack() as stack:
        engine: Engine
        if cluster:
            engine = stack.enter_context(ClusterEngine(options, sha256, cluster))
        else:
            engine = stack.enter_context(_Here(options, limits, len(inputs)))
        # Before there is a folder, so that a model that cannot be loaded leaves none.
        found = None if (output / "ledger.sqlite").exists() else engine.prepare(options.precision)
        stack.enter_context(_locked(output))
        ledger = stack.enter_context(closing(Ledger(output)))
        key = _key(options, name, sha256)
        _keep_stamps(ledger, inputs)
        tasks = ledger.plan(inputs, key, retry_failed=retry_failed)
        precision = ledger.note(f"precision {key}")
        if found is None and (tasks or precision is None):
            try:
                found = engine.prepare(Precision(precision) if precision else options.precision)
            except ModelError as error:
                if precision is None:
                    raise
                raise ModelError(
                    f"{error.reason} The run in {output} began in {precision}.",
                    remedy=f"{error.remedy} Otherwise begin anew in another output folder.",
                ) from None
        precision = precision or found
        assert precision is not None
        ledger.take_note(f"precision {key}", precision)
        model = ModelReference(name=name, sha256=sha256, precision=precision)
        claim = _claims(ledger, options.manifest)
        summary = Summary()
        listener.begin(len(inputs), tasks)
        parts = Parts(output / "parts", ledger.ends())
        try:
            if tasks:
                forget(ledger)
                _work(tasks, inputs, ledger, parts, engine, options, model, limits, listener, summary, claim)
            parts.close()
            compact(ledger, parts)
            write_shards(ledger, parts, wanted=shards, workers=limits.at_first or limits.workers)
            summary.left_out = merge(ledger, parts, output, model, formats=formats, sentences=sentences)
        except OSError as error:
            raise unwritable(output, error) from None
        finally:
            parts.release()
        for row in ledger.rows():
            summary.states[row.state] += 1
            summary.counts.update(row.counts)
        if options.manifest is not None:
            read = (row.path for row in ledger.rows() if row.state in (State.DONE, State.DUPLICATE))
            summary.unmatched = options.manifest.unmatched_by(read)
        return summary


def _key(options: Options, name: str, sha256: str) -> str:
    """What stands for everything that results depend on besides the inputs."""
    facts = options.manifest
    regimes = {name: [profile.model_dump(mode="json") for profile in chain] for name, chain in profiles().items()}
    content = {
        "regimes": regimes,
        "links": [hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(configs_folder().glob("links.*"))],
        "scrutiny": __version__,
        "schema": SCHEMA_VERSION,
        "model": [name, sha256],
        "precision": options.precision,
        "ocr": options.ocr,
        "regime": options.regime,
        "text_column": options.text_column,
        "any_language": options.any_language,
        "max_error": options.max_error,
        "manifest": facts and [[row.name, dict(row.metadata)] for row in facts.rows],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _keep_stamps(ledger: Ledger, inputs: Sequence[Input]) -> None:
    """Let inputs that look changed, but have the bytes they had, count as they were."""
    before = ledger.stamps()
    same = {}
    for one in inputs:
        if isinstance(one, LocalFile) and before.get(one.name, one.stamp) != one.stamp:
            path = one.fetched()
            if path.is_file():
                with suppress(OSError), path.open("rb") as file:
                    same[one.name] = (one.stamp, hashlib.file_digest(file, "sha256").hexdigest())
    ledger.same(same)


def _claims(ledger: Ledger, manifest: Manifest | None) -> Callable[[str], None]:
    """What to tell the path of each report that is done, beyond those of the ledger: raises DataError once a row of the
    manifest fits two. Those in archives are known only as they come."""
    claim = manifest.claims() if manifest else lambda _: None
    for row in ledger.rows():
        if row.state is State.DONE:
            claim(row.path)
    return claim


def _work(
    tasks: Sequence[Task],
    inputs: Sequence[Input],
    ledger: Ledger,
    parts: Parts,
    engine: Engine,
    options: Options,
    model: ModelReference,
    limits: Limits,
    listener: Listener,
    summary: Summary,
    claim: Callable[[str], None],
) -> None:
    noted = 0.0

    def note(rates: Rates, done: int, **more: float) -> None:
        about = {"rates": rates.told(), "bound": rates.bound, "elapsed": rates.seconds, "done": done, **more}
        about |= {"process": os.getpid(), "time": time.time(), "tasks": len(tasks)}
        ledger.take_note(PROGRESS, json.dumps(about))

    def told(task: Task, row: Row, rates: Rates) -> None:
        nonlocal noted
        listener.settled(task, row, rates)
        if row.state is State.DONE:
            claim(row.path)
        if time.monotonic() - noted > _EVERY:
            noted = time.monotonic()
            note(rates, bisect_left(tasks, task.position, key=attrgetter("position")))

    def describe(report: Report) -> Report:
        return options.manifest.described(report) if options.manifest else report

    settings = {
        "ocr": options.ocr,
        "regime": options.regime,
        "text_column": options.text_column,
        "model": model.model_dump(),
    }
    settling = Settling(tasks, ledger, parts, told)
    rates = summary.rates = settling.rates
    note(rates, 0)
    engine.work(Job(tasks, inputs, settling, settings, limits, describe))
    note(rates, len(tasks), ended=time.time())


@contextmanager
def _locked(output: Path) -> Iterator[None]:
    """The folder, made if needed, for this run alone. The lock goes with the process, however that ends."""
    from filelock import FileLock, Timeout

    try:
        output.mkdir(parents=True, exist_ok=True)
        lock = FileLock(output / ".lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise WriteError(
            f"{output}: another run is writing there.", remedy="Wait for it, or give another output folder."
        ) from None
    except OSError as error:
        raise unwritable(output, error) from None
    try:
        yield
    finally:
        lock.release()
