"""A run on one machine: processes read and make records, this one classifies, and what is done is kept at once.

Reports are classified as they come, and written down in the order of inputs; so however often a run is killed, what it
leaves is what a run without interruption would. What was not written down is what was being worked on.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from scrutiny.archive.frames import Kind
from scrutiny.archive.ledger import Ledger, Row, State, Task
from scrutiny.archive.parts import Parts
from scrutiny.archive.processes import DiedError, Reader, Watch
from scrutiny.errors import ReadError
from scrutiny.report import Report
from scrutiny.writing.rebuilding import report_of
from scrutiny.writing.schema import ReportLine, report_line

#: So many inputs at most are begun and not yet written down.
WINDOW = 64

#: So many reports of an input may wait for their turn to be written down.
_AHEAD = 32

#: Sentences that are classified together, if there are so many, and how long, in seconds, is waited for them.
_SENTENCES = 1024
_PATIENCE = 0.2

#: No more bytes of reports wait to be classified.
_WAITING_BYTES = 64 << 20

_QUARANTINE = ("timeout", "memory", "crashed")
_EMPTY = ("empty", "no_text")


class Input(Protocol):
    """What is to be read: its name, and where its bytes are."""

    @property
    def name(self) -> str: ...  # noqa: D102

    def fetched(self) -> Path:
        """A local file with its bytes. Raises ReadError."""
        ...

    def release(self) -> None:
        """The local file is no longer needed."""
        ...


class Classify(Protocol):
    """What adds predictions to reports, in their order."""

    def __call__(self, reports: Sequence[Report]) -> Iterator[Report]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Limits:
    """Processes that read, and what each may take: ``timeout`` seconds for a report, ``memory`` bytes."""

    workers: int = 2
    timeout: float = 300.0
    memory: int = 1_000_000_000


@dataclass(slots=True)
class Rates:
    """What a run has done so far, and where the time went, in seconds."""

    began: float = field(default_factory=time.monotonic)
    reports: int = 0
    pages: int = 0
    sentences: int = 0
    #: Processor time of reading and splitting, and of making records; time of classifying, and of waiting for reports.
    reading: float = 0.0
    records: float = 0.0
    classifying: float = 0.0
    starved: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return time.monotonic() - self.began

    @property
    def bound(self) -> str:
        """What the speed depends on: reading, where more time goes with waiting for reports than with classifying."""
        return "bound by reading" if self.starved > self.classifying else "bound by classification"

    def told(self) -> dict[str, float]:
        """What has been done and where the time went, rounded, by name."""
        names = ("reports", "pages", "sentences", "seconds", "reading", "records", "classifying", "starved")
        return {name: round(getattr(self, name), 3) for name in names}


@dataclass(frozen=True, slots=True)
class _Slot:
    """Which outcome of which task: both count from 0."""

    task: int
    number: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A report's row, with what is to be kept of it if it is done."""

    row: Row
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class _End:
    """Nothing more is to come of an input."""

    sha256: str | None


@dataclass(slots=True)
class _Held:
    """An input that a process has open."""

    index: int
    task: Task
    sha256: str | None = None
    number: int = 0
    given: set[str] = field(default_factory=set)
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    """A report that waits to be classified."""

    slot: _Slot
    about: Mapping[str, float]
    content: bytes


@dataclass(frozen=True, slots=True)
class _Classified:
    """A report that waits for its records."""

    slot: _Slot
    row: Row
    content: bytes


class Run:
    """Works through tasks. Every method but :meth:`work` is for its own threads."""

    def __init__(
        self,
        tasks: Sequence[Task],
        inputs: Mapping[str, Input],
        ledger: Ledger,
        parts: Parts,
        settings: Mapping[str, object],
        *,
        limits: Limits,
        describe: Callable[[Report], Report],
        told: Callable[[Task, Row, Rates], None],
    ) -> None:
        """``settings`` go to the processes that read; ``describe`` adds what is known of a report beforehand, or raises
        ReadError; ``told`` is told of every report that has been written down, and of the rates so far."""
        self._tasks = tasks
        self._inputs = inputs
        self._ledger = ledger
        self._parts = parts
        self._describe = describe
        self._told = told
        self._readers = [Reader(settings, timeout=limits.timeout, memory=limits.memory) for _ in range(limits.workers)]
        self._changed = threading.Condition()
        self._next = 0
        self._cursor = _Slot(0, 0)
        self._settled: dict[_Slot, _Outcome | _End] = {}
        self._read: deque[_Read] = deque()
        self._classified: deque[_Classified] = deque()
        # Which task has what bytes, and which wait to see whether they are copies of it.
        self._first: dict[str, int] = {}
        self._copies: dict[int, list[_Held]] = {}
        self._again: deque[_Held] = deque()
        self._fault: BaseException | None = None
        self._stopped = False
        self.rates = Rates()

    def work(self, classify: Classify) -> None:
        """Process every task, classifying with ``classify`` in this thread.

        Raises:
            WriteError, DataError: the output folder cannot be written, or is damaged.
            ScrutinyError: processes cannot be started.
        """
        threads = [threading.Thread(target=self._serve, args=(reader,), daemon=True) for reader in self._readers]
        with Watch(self._readers):
            for thread in threads:
                thread.start()
            try:
                while batch := self._batch():
                    self._classify(classify, batch)
            finally:
                with self._changed:
                    self._stopped = True
                    self._changed.notify_all()
        for thread in threads:
            thread.join()

    # Classification, in the thread that called.

    def _batch(self) -> list[_Read]:
        """Reports to classify now; none when all is done."""
        began = time.monotonic()
        with self._changed:
            since: float | None = None
            while True:
                if self._fault is not None:
                    raise self._fault
                if self._cursor.task == len(self._tasks):
                    return []
                if self._read:
                    since = since or time.monotonic()
                    if self._full(1) or time.monotonic() - since > _PATIENCE:
                        break
                self._changed.wait(_PATIENCE / 4)
            self.rates.starved += time.monotonic() - began
            batch, sentences = [], 0.0
            while self._read and sentences < _SENTENCES:
                batch.append(self._read.popleft())
                sentences += batch[-1].about["sentences"]
            self._changed.notify_all()
            return batch

    def _full(self, batches: int) -> bool:
        """Whether as many reports wait as make so many batches."""
        sentences = sum(one.about["sentences"] for one in self._read)
        return sentences >= batches * _SENTENCES or sum(len(one.content) for one in self._read) >= _WAITING_BYTES

    def _classify(self, classify: Classify, batch: Sequence[_Read]) -> None:
        waiting: list[_Read] = []
        reports: list[Report] = []
        for one in batch:
            line = ReportLine.model_validate_json(one.content)
            try:
                reports.append(self._describe(report_of(line)))
                waiting.append(one)
            except ReadError as error:
                self._settle(one.slot, _Outcome(_failed(line.path, error)))
        began = time.monotonic()
        for one, report in zip(waiting, classify(reports), strict=True):
            line = report_line(report, line.model)
            row = Row(
                report.source.path, State.DONE, report.source.sha256, counts=_counts(report),
                read_seconds=one.about["seconds"],
            )  # fmt: skip
            with self._changed:
                self._classified.append(_Classified(one.slot, row, line.model_dump_json().encode()))
                self._changed.notify_all()
        self.rates.classifying += time.monotonic() - began

    # Reading and making records, in a thread for each process.

    def _serve(self, reader: Reader) -> None:
        held: _Held | None = None
        try:
            while True:
                with self._changed:
                    job = self._job(held)
                    while job is None:
                        if self._stopped or self._cursor.task == len(self._tasks):
                            return
                        self._changed.wait()
                        job = self._job(held)
                held = self._finish(reader, job, held) if isinstance(job, _Classified) else self._advance(reader, job)
        except BaseException as error:
            with self._changed:
                if not self._stopped:
                    self._fault = self._fault or error
                self._changed.notify_all()

    def _job(self, held: _Held | None) -> _Classified | _Held | None:
        """What a process that has ``held`` open should do now: finish a report, read on in an input, or nothing."""
        if self._classified:
            return self._classified.popleft()
        if self._full(2):
            return None
        if held is not None:
            head = held.index == self._cursor.task
            waiting = sum(slot.task == held.index for slot in self._settled)
            return held if head or waiting < _AHEAD else None
        if self._again:
            return self._again.popleft()
        if self._next < len(self._tasks) and self._next - self._cursor.task < WINDOW:
            self._next += 1
            return _Held(self._next - 1, self._tasks[self._next - 1])
        return None

    def _advance(self, reader: Reader, held: _Held) -> _Held | None:
        """Have the next outcome of an input; returns it while more may come."""
        name, fresh = held.task.name, reader.fresh
        try:
            if not held.is_open and not self._open(reader, held):
                return None
            kind, content = reader.ask(Kind.NEXT, about=name)
            reader.fresh = False
            if kind is Kind.FAILURE and not fresh and json.loads(content)["code"] == "memory":
                reader.renew()
                raise DiedError("memory", name, "")
        except DiedError as died:
            return self._after_death(held, died, fresh)
        except ReadError as error:
            return self._give(held, _Outcome(_failed(name, error)), last=True)
        if kind is Kind.END:
            return self._give(held, _End(held.sha256))
        if kind is Kind.REPORT:
            head, _, line = content.partition(b"\n")
            about = json.loads(head)
            held.given.add(about["path"])
            with self._changed:
                self._read.append(_Read(_Slot(held.index, held.number), about, line))
                held.number += 1
                self._changed.notify_all()
            return self._give(held, _End(held.sha256)) if about["path"] == name else held
        told = json.loads(content)
        held.given.add(told["path"])
        if kind is Kind.SKIPPED:
            return self._give(held, _Outcome(Row(told["path"], State.SKIPPED)))
        row = _failed(told["path"], _error(told), held.sha256)
        return self._give(held, _Outcome(row), last=told["path"] == name)

    def _open(self, reader: Reader, held: _Held) -> bool:
        """Open an input; False where it is the copy of a report that is done, or may be of one that is in work."""
        path = self._inputs[held.task.name].fetched()
        left_out = [*held.task.settled, *held.given]
        request: dict[str, object] = {"path": str(path), "name": held.task.name, "leave_out": left_out}
        _, content = reader.ask(Kind.OPEN, request, about=held.task.name)
        held.sha256 = json.loads(content)["sha256"]
        held.is_open = True
        if held.sha256 is None or held.given:
            return True
        with self._changed:
            row = Row(held.task.name, State.DUPLICATE, held.sha256)
            original = self._ledger.original(held.task, row)
            first = self._first.setdefault(held.sha256, held.index)
            if original is None and first < held.index and self._cursor.task <= first:
                held.is_open = False
                self._copies.setdefault(first, []).append(held)
                return False
        if original is not None:
            self._give(held, _Outcome(replace(row, duplicate_of=original)), last=True)
        return original is None

    def _after_death(self, held: _Held, died: DiedError, fresh: bool) -> _Held | None:
        """Go on with an input over which a process has died, or leave it at that."""
        held.is_open = False
        # What a process had left over of earlier files is not this one's fault: it is tried once more in a new one.
        if died.code == "memory" and not fresh:
            return held
        held.given.add(died.path)
        return self._give(
            held, _Outcome(_failed(died.path, died.told(), held.sha256)), last=died.path == held.task.name
        )

    def _give(self, held: _Held, outcome: _Outcome | _End, *, last: bool = False) -> _Held | None:
        self._settle(_Slot(held.index, held.number), outcome)
        held.number += 1
        if last:
            return self._give(held, _End(held.sha256))
        if isinstance(outcome, _End):
            self._inputs[held.task.name].release()
            return None
        return held

    def _finish(self, reader: Reader, job: _Classified, held: _Held | None) -> _Held | None:
        """Have the records of a classified report; returns the input that the process has open."""
        path = job.row.path
        try:
            kind, content = reader.ask(Kind.FINISH, job.content, about=path)
        except DiedError as died:
            self._settle(job.slot, _Outcome(_failed(path, died.told(), job.row.sha256)))
            if held is not None:
                held.is_open = False
            return held
        if kind is Kind.FAILURE:
            self._settle(job.slot, _Outcome(_failed(path, _error(json.loads(content)), job.row.sha256)))
            return held
        head, _, packed = content.partition(b"\n")
        about = json.loads(head)
        counts = {**job.row.counts, **about["records"], "review": about["review"]}
        self.rates.records += about["seconds"]
        self._settle(job.slot, _Outcome(replace(job.row, counts=MappingProxyType(counts)), packed))
        return held

    # Writing down, in whatever thread has something that is due.

    def _settle(self, slot: _Slot, outcome: _Outcome | _End) -> None:
        """Write ``outcome`` down as soon as everything before it has been."""
        with self._changed:
            self._settled[slot] = outcome
            while (due := self._settled.pop(self._cursor, None)) is not None:
                index = self._cursor.task
                if isinstance(due, _End):
                    self._ledger.end(self._tasks[index], due.sha256)
                    self._cursor = _Slot(index + 1, 0)
                    self._again.extend(self._copies.pop(index, ()))
                else:
                    self._write_down(self._tasks[index], due)
                    self._cursor = _Slot(index, self._cursor.number + 1)
            self._changed.notify_all()

    def _write_down(self, task: Task, outcome: _Outcome) -> None:
        row = outcome.row
        if row.state is State.DONE:
            original = self._ledger.original(task, row)
            if original is not None:
                row = Row(row.path, State.DUPLICATE, row.sha256, duplicate_of=original)
            else:
                row = replace(row, place=self._parts.append(outcome.content))
        self._ledger.settle(task, row)
        if row.state is State.DONE:
            self.rates.reports += 1
            self.rates.pages += row.counts["pages"]
            self.rates.sentences += row.counts["sentences"]
            self.rates.reading += row.read_seconds
        self._told(task, row, self.rates)


def _error(told: Mapping[str, str]) -> ReadError:
    return ReadError(told["reason"], remedy=told["remedy"], code=told["code"])


def _failed(path: str, error: ReadError, sha256: str | None = None) -> Row:
    state = State.QUARANTINED if error.code in _QUARANTINE else State.EMPTY if error.code in _EMPTY else State.FAILED
    return Row(path, state, sha256, error.code, error.reason, error.remedy)


def _counts(report: Report) -> Mapping[str, int]:
    """What is counted of a report before it has records."""
    coverage = report.coverage
    return {
        "pages": coverage.pages or 0,
        "pages_without_text": len(coverage.pages_without_text),
        "pages_recognised": len(coverage.ocr),
        "pages_not_read": len(set(coverage.pages_scanned) - set(coverage.ocr)),
        "not_classified": int(not report.classified),
        "sentences": len(report.sentences),
        "sentences_cut": coverage.sentences_cut,
    }
