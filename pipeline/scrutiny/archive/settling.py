"""What has become of reports, written down in the order of inputs, in whatever order it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scrutiny.archive.ledger import Ledger, Row, State, Task
from scrutiny.archive.parts import Parts


@dataclass(slots=True)
class Rates:
    """What a run has done so far, and where the time went, in seconds."""

    began: float = field(default_factory=time.monotonic)
    reports: int = 0
    pages: int = 0
    sentences: int = 0
    #: Processor time of reading and splitting, and of making records; time of classifying, and of waiting for reports,
    #: of all that classify.
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
class Slot:
    """Which outcome of which task: both count from 0."""

    task: int
    number: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A report's row, with what is to be kept of it if it is done."""

    row: Row
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more is to come of an input."""

    sha256: str | None


#: Where so many reports of an input in a row break a limit, the rest of it is not tried: a table of a few kilobytes can
#: have thousands of rows that each take the time and memory allowed for a report.
BORNE = 5
_REMEDY = "Take them out, or allow more (--timeout, --memory), and run again with --retry-failed."


class Settling:
    """Writes down what has become of each task, one after another. For one thread at a time."""

    def __init__(
        self, tasks: Sequence[Task], ledger: Ledger, parts: Parts, told: Callable[[Task, Row, Rates], None]
    ) -> None:
        """``told`` is told of every report that has been written down, and of the rates so far."""
        self._tasks = tasks
        self._ledger = ledger
        self._parts = parts
        self._told = told
        self._waiting: dict[Slot, Outcome | End] = {}
        self._cursor = Slot(0, 0)
        # How many reports of the task that is due, in a row, broke a limit.
        self._lost = tasks[0].lost if tasks else 0
        self.rates = Rates()

    @property
    def task(self) -> int:
        """The task that is being written down; the number of tasks once all are."""
        return self._cursor.task

    @property
    def done(self) -> bool:
        """Whether all tasks are written down to the end."""
        return self._cursor.task == len(self._tasks)

    def wants(self, task: int) -> bool:
        """Whether more of a task is written down: it has not ended, and is not given up."""
        return task > self._cursor.task or (task == self._cursor.task and self._lost < BORNE)

    def waiting(self, task: int) -> int:
        """How many outcomes of a task wait for their turn."""
        return sum(slot.task == task for slot in self._waiting)

    def original(self, task: Task, row: Row) -> str | None:
        """The path of the report that is done and that the report of ``row`` is a copy of."""
        return self._ledger.original(task, row)

    def settle(self, outcomes: Mapping[Slot, Outcome | End]) -> list[int]:
        """Write ``outcomes`` down, together, as soon as everything before them has been; returns the tasks that ended.

        Raises:
            WriteError, DataError, OSError: the ledger or a part cannot be written.
        """
        # Of a task that was given up some may still be on their way.
        self._waiting |= {slot: one for slot, one in outcomes.items() if slot.task >= self._cursor.task}
        ended: list[int] = []
        while self._due() is not None:
            settled: list[tuple[Task, Row]] = []
            # What the ledger says is done must be on the disk before it says so, and before its part is closed.
            with self._ledger.together(self._parts.sync):
                while not self._parts.full and (slot := self._due()) is not None:
                    due, task = self._waiting.pop(slot), self._tasks[slot.task]
                    if isinstance(due, End):
                        self._ledger.end(task, due.sha256)
                        self._cursor = Slot(slot.task + 1, 0)
                        self._lost = 0 if self.done else self._tasks[slot.task + 1].lost
                        ended.append(slot.task)
                    else:
                        settled += [(task, row) for row in self._written(task, due)]
                        self._cursor = Slot(slot.task, slot.number + 1)
            self._parts.turn()
            self._tell(settled)
        return ended

    def _due(self) -> Slot | None:
        """The next that can be written down: of a task that is given up, its end alone."""
        if self._lost < BORNE:
            return self._cursor if self._cursor in self._waiting else None
        self._waiting = {
            slot: one for slot, one in self._waiting.items() if self.wants(slot.task) or isinstance(one, End)
        }
        return next((slot for slot in self._waiting if slot.task == self._cursor.task), None)

    def _written(self, task: Task, outcome: Outcome) -> Iterator[Row]:
        """The row of ``outcome`` and, where the task is given up over it, one that says so."""
        row = self._write_down(task, outcome)
        yield row
        if row.state is not State.SKIPPED:
            self._lost = self._lost + 1 if row.state is State.QUARANTINED else 0
        if self._lost == BORNE and row.path != task.name:
            reason = f"{task.name}: {BORNE} of its reports in a row broke a limit; what follows was not tried."
            yield self._write_down(task, Outcome(Row(task.name, State.QUARANTINED, None, "given_up", reason, _REMEDY)))

    def _write_down(self, task: Task, outcome: Outcome) -> Row:
        row = outcome.row
        if row.state is State.DONE:
            original = self._ledger.original(task, row)
            if original is not None:
                row = Row(row.path, State.DUPLICATE, row.sha256, duplicate_of=original)
            else:
                row = replace(row, place=self._parts.append(outcome.content))
        self._ledger.settle(task, row)
        return row

    def _tell(self, settled: Iterable[tuple[Task, Row]]) -> None:
        for task, row in settled:
            if row.state is State.DONE:
                self.rates.reports += 1
                self.rates.pages += row.counts["pages"]
                self.rates.sentences += row.counts["sentences"]
                self.rates.reading += row.read_seconds
            self._told(task, row, self.rates)
