"""A run on one machine: processes read and make records, this one classifies, and what is done is kept at once.

Reports are classified as they come, and written down in the order of inputs; so however often a run is killed, what it
leaves is what a run without interruption would. What was not written down is what was being worked on.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scrutiny.archive.ledger import Row, State, Task
from scrutiny.archive.processes import Reader, Watch
from scrutiny.archive.settling import End, Outcome, Settling, Slot
from scrutiny.archive.steps import Classified, Classify, Held, Input, Read, classified, finished
from scrutiny.report import Report

#: So many inputs at most are begun and not yet written down.
WINDOW = 64

#: So many reports of an input may wait for their turn to be written down.
_AHEAD = 32

#: Sentences that are classified together, if there are so many, and how long, in seconds, is waited for them.
_SENTENCES = 1024
_PATIENCE = 0.2

#: Another process begins to read when for so long, in seconds, nothing has come that could be classified.
_STARVED = 2.0

#: No more bytes of reports wait to be classified.
_WAITING_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Processes that read, and what each may take: ``timeout`` seconds for a report, ``memory`` bytes.

    There are ``workers`` of them at most. ``at_first`` (None: all) read from the beginning, and another begins whenever
    classification waits for reports: on few cores more than that only take time from it.
    """

    workers: int = 2
    at_first: int | None = None
    timeout: float = 300.0
    memory: int = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Job:
    """What a run has to do: ``tasks`` on the ``inputs`` at their positions; ``settling`` writes down what comes.

    ``settings`` go to the processes that read; ``describe`` adds what is known of a report beforehand.
    """

    tasks: Sequence[Task]
    inputs: Sequence[Input]
    settling: Settling
    settings: Mapping[str, object]
    limits: Limits
    describe: Callable[[Report], Report]


class Run:
    """Works through a job. Every method but :meth:`work` is for its own threads."""

    def __init__(self, job: Job, readers: Sequence[Reader]) -> None:
        """``readers`` read for it, and are closed when the work is done."""
        self._tasks = job.tasks
        self._inputs = job.inputs
        self._settling = job.settling
        self._describe = job.describe
        self._readers = readers
        for reader in readers:
            reader.configure(job.settings)
        # How many of them are let in, how many of these are ready, and since when.
        self._reading = job.limits.workers if job.limits.at_first is None else job.limits.at_first
        self._ready = self._reading
        self._since = time.monotonic()
        self._changed = threading.Condition()
        self._next = 0
        # Reports that wait to be classified, and for their records.
        self._read: deque[tuple[Slot, Read]] = deque()
        self._classified: deque[tuple[Slot, Classified]] = deque()
        # Which task has what bytes, and which wait to see whether they are copies of it.
        self._first: dict[str, int] = {}
        self._copies: dict[int, list[Held]] = {}
        self._again: deque[Held] = deque()
        self._fault: BaseException | None = None
        self._stopped = False
        self._rates = job.settling.rates

    def work(self, classify: Classify) -> None:
        """Process every task, classifying with ``classify`` in this thread.

        Raises:
            WriteError, DataError: the output folder cannot be written, or is damaged.
            ScrutinyError: processes cannot be started.
        """
        threads = [
            threading.Thread(target=self._serve, args=numbered, daemon=True) for numbered in enumerate(self._readers)
        ]
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

    def _batch(self) -> dict[Slot, Read]:
        """Reports to classify now; none when all is done."""
        began = time.monotonic()
        with self._changed:
            since: float | None = None
            while True:
                if self._fault is not None:
                    raise self._fault
                if self._settling.done:
                    return {}
                if self._read:
                    since = since or time.monotonic()
                    if self._full(1) or time.monotonic() - since > _PATIENCE:
                        break
                elif self._can_read and time.monotonic() - max(began, self._since) > _STARVED:
                    self._reading += 1
                    self._changed.notify_all()
                self._changed.wait(_PATIENCE / 4)
            self._rates.starved += time.monotonic() - began
            batch: dict[Slot, Read] = {}
            while self._read and sum(one.sentences for one in batch.values()) < _SENTENCES:
                slot, one = self._read.popleft()
                batch[slot] = one
            self._changed.notify_all()
            return batch

    @property
    def _can_read(self) -> bool:
        """Whether there is another process that is not getting ready, and something that it could read or finish."""
        left = self._classified or self._again or self._next < len(self._tasks)
        return self._ready == self._reading < len(self._readers) and bool(left)

    def _full(self, batches: int) -> bool:
        """Whether as many reports wait as make so many batches."""
        sentences = sum(one.sentences for _, one in self._read)
        return sentences >= batches * _SENTENCES or sum(len(one.content) for _, one in self._read) >= _WAITING_BYTES

    def _classify(self, classify: Classify, batch: Mapping[Slot, Read]) -> None:
        began = time.monotonic()
        for slot, one in classified(batch, self._describe, classify):
            with self._changed:
                if self._settling.wants(slot.task):
                    self._classified.append((slot, one))
                self._changed.notify_all()
        self._rates.classifying += time.monotonic() - began

    # Reading and making records, in a thread for each process.

    def _serve(self, number: int, reader: Reader) -> None:
        held: Held | None = None
        try:
            with self._changed:
                joins = number >= self._reading
                while number >= self._reading:
                    if self._stopped or self._settling.done:
                        return
                    self._changed.wait()
            if joins:
                reader.begin()  # before it takes anything: others are ready sooner
                with self._changed:
                    self._ready += 1
                    self._since = time.monotonic()
            while True:
                with self._changed:
                    while (job := self._job(held)) is None:
                        if self._stopped or self._settling.done:
                            return
                        self._changed.wait()
                held = self._advance(reader, job) if isinstance(job, Held) else self._finish(reader, *job, held)
        except BaseException as error:
            with self._changed:
                if not self._stopped:
                    self._fault = self._fault or error
                self._changed.notify_all()

    def _job(self, held: Held | None) -> tuple[Slot, Classified] | Held | None:
        """What a process that has ``held`` open should do now: finish a report, read on in an input, or nothing."""
        if self._classified:
            return self._classified.popleft()
        if self._full(2):
            return None
        if held is not None:
            head = held.index == self._settling.task
            if head or self._settling.waiting(held.index) < _AHEAD:
                return held
            # Nothing goes on before what is due, so that comes first if it has nobody to read it.
            due = next((one for one in self._again if one.index == self._settling.task), None)
            if due is not None:
                self._again.remove(due)
                held.is_open = False
                self._again.append(held)
            return due
        if self._again:
            return self._again.popleft()
        if self._next < len(self._tasks) and self._next - self._settling.task < WINDOW:
            task = self._tasks[self._next]
            self._next += 1
            return Held(self._next - 1, task, self._inputs[task.position])
        return None

    def _advance(self, reader: Reader, held: Held) -> Held | None:
        """Have what comes next of an input; returns it while more may come."""
        opening = not held.is_open
        came = held.next(reader) if self._settling.wants(held.index) else held.stop()
        if opening and held.is_open and held.sha256 is not None and not held.given:
            original, waits = self._original(held)
            if waits:
                return None
            if original is not None:
                came = held.copy_of(original)
        outcomes: dict[Slot, Outcome | End] = {}
        for one in came:
            slot = Slot(held.index, held.number)
            held.number += 1
            if isinstance(one, Read):
                with self._changed:
                    self._read.append((slot, one))
                    self._changed.notify_all()
            else:
                outcomes[slot] = one
        self._settle(outcomes)
        return None if came and isinstance(came[-1], End) else held

    def _original(self, held: Held) -> tuple[str | None, bool]:
        """The report that is done and that an input is a copy of, and whether it waits for one in work to be done."""
        assert held.sha256 is not None
        with self._changed:
            original = self._settling.original(held.task, Row(held.task.name, State.DUPLICATE, held.sha256))
            first = self._first.setdefault(held.sha256, held.index)
            waits = original is None and first < held.index and self._settling.task <= first
            if waits:
                held.is_open = False
                self._copies.setdefault(first, []).append(held)
        return original, waits

    def _finish(self, reader: Reader, slot: Slot, job: Classified, held: Held | None) -> Held | None:
        """Have the records of a classified report; returns the input that the process has open."""
        outcome, seconds = finished(reader, job)
        if reader.fresh and held is not None:
            held.is_open = False
        self._rates.records += seconds
        self._settle({slot: outcome})
        return held

    def _settle(self, outcomes: Mapping[Slot, Outcome | End]) -> None:
        """Write ``outcomes`` down, in whatever thread has some that are due."""
        with self._changed:
            if self._stopped:  # and the process that read was killed for no fault of the file
                return
            try:
                for ended in self._settling.settle(outcomes):
                    self._again.extend(self._copies.pop(ended, ()))
                self._read = deque(one for one in self._read if self._settling.wants(one[0].task))
                self._classified = deque(one for one in self._classified if self._settling.wants(one[0].task))
            except BaseException as error:
                # Told before the lock is free: what could not be written down may have been the last.
                self._fault = self._fault or error
                raise
            finally:
                self._changed.notify_all()
