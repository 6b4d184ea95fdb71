"""What is done to reports one after another, wherever: read, classified, and made into records.

Between the steps a report is the JSON of its line, never an object that would have to be unpickled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

from scrutiny.archive.frames import Kind
from scrutiny.archive.ledger import Row, State, Task
from scrutiny.archive.processes import DiedError, Reader
from scrutiny.archive.settling import BORNE, End, Outcome
from scrutiny.errors import ReadError
from scrutiny.report import Report
from scrutiny.writing.rebuilding import report_of
from scrutiny.writing.schema import ReportLine, report_line

_QUARANTINE = ("timeout", "memory", "crashed")
_EMPTY = ("empty", "no_text")

_Key = TypeVar("_Key")


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
class Read:
    """A report that waits to be classified: its line as JSON, how many sentences it has, and the processor time that
    reading it took, in seconds."""

    path: str
    sentences: int
    seconds: float
    content: bytes


@dataclass(frozen=True, slots=True)
class Classified:
    """A report that waits for its records: its row, and its line as JSON."""

    row: Row
    content: bytes


@dataclass(slots=True)
class Held:
    """An input that a process has open, or had until it died over it; ``number`` counts what has come of it, and
    ``lost`` how many of its reports in a row broke a limit while they were read."""

    index: int
    task: Task
    input: Input
    sha256: str | None = None
    number: int = 0
    given: set[str] = field(default_factory=set)
    is_open: bool = False
    lost: int = 0

    def _open(self, reader: Reader) -> None:
        """Have ``reader`` open it, but for what was settled or given before. Raises ReadError, DiedError."""
        request: dict[str, object] = {
            "path": str(self.input.fetched()),
            "name": self.task.name,
            "leave_out": [*self.task.settled, *self.given],
        }
        _, content = reader.ask(Kind.OPEN, request, about=self.task.name)
        self.sha256 = json.loads(content)["sha256"]
        self.is_open = True

    def next(self, reader: Reader) -> list[Read | Outcome | End]:
        """What comes next of it, with its end if that is known. It is opened first if need be, and then nothing comes
        yet; nor where a process died that may not have died over it, which is for another to see."""
        name, fresh = self.task.name, reader.fresh
        if self.lost >= BORNE:
            return self.stop()
        try:
            if not self.is_open:
                self._open(reader)
                return []
            kind, content = reader.ask(Kind.NEXT, about=name)
            reader.fresh = False
            if kind is Kind.FAILURE and not fresh and json.loads(content)["code"] == "memory":
                reader.renew()
                raise DiedError("memory", name, "")
        except DiedError as died:
            return self._after_death(died, fresh)
        except ReadError as error:
            return self._come(Outcome(_failed(name, error)), last=True)
        if kind is Kind.END:
            return self._come(last=True)
        head, _, line = content.partition(b"\n")
        about = json.loads(head)
        path = about["path"]
        self.given.add(path)
        if kind is not Kind.SKIPPED:
            self.lost = self.lost + 1 if about.get("code") in _QUARANTINE else 0
        if kind is Kind.REPORT:
            return self._come(Read(path, about["sentences"], about["seconds"], line), last=path == name)
        if kind is Kind.SKIPPED:
            return self._come(Outcome(Row(path, State.SKIPPED)))
        return self._come(Outcome(_failed(path, _error(about), self.sha256)), last=path == name)

    def stop(self) -> list[Read | Outcome | End]:
        """Its end, before all of it has come."""
        return self._come(last=True)

    def copy_of(self, original: str) -> list[Read | Outcome | End]:
        """What comes of it as a copy of a report that is done."""
        return self._come(Outcome(Row(self.task.name, State.DUPLICATE, self.sha256, duplicate_of=original)), last=True)

    def _after_death(self, died: DiedError, fresh: bool) -> list[Read | Outcome | End]:
        """Go on with an input over which a process has died, or leave it at that."""
        self.is_open = False
        # What a process had left over of earlier files is not this one's fault: it is tried once more in a new one.
        if died.code == "memory" and not fresh:
            return []
        self.given.add(died.path)
        self.lost += 1
        return self._come(Outcome(_failed(died.path, died.told(), self.sha256)), last=died.path == self.task.name)

    def _come(self, *outcomes: Read | Outcome, last: bool = False) -> list[Read | Outcome | End]:
        if last:
            self.input.release()
        return [*outcomes, *([End(self.sha256)] if last else [])]


def classified(
    read: Mapping[_Key, Read], describe: Callable[[Report], Report], classify: Classify
) -> Iterator[tuple[_Key, Classified]]:
    """Each report of ``read`` with predictions. ``describe`` adds what is known of a report beforehand."""
    lines = [ReportLine.model_validate_json(one.content) for one in read.values()]
    reports = classify([describe(report_of(line)) for line in lines])
    for (key, one), line, report in zip(read.items(), lines, reports, strict=True):
        line = report_line(report, line.model)
        source = report.source
        row = Row(source.path, State.DONE, source.sha256, counts=_counts(report), read_seconds=one.seconds)
        yield key, Classified(row, line.model_dump_json().encode())


def finished(reader: Reader, job: Classified) -> tuple[Outcome, float]:
    """A classified report with its records, as it is kept, and the processor time that took, in seconds."""
    row = job.row
    try:
        kind, content = reader.ask(Kind.FINISH, job.content, about=row.path)
    except DiedError as died:
        return Outcome(_failed(row.path, died.told(), row.sha256)), 0.0
    if kind is Kind.FAILURE:
        return Outcome(_failed(row.path, _error(json.loads(content)), row.sha256)), 0.0
    head, _, packed = content.partition(b"\n")
    about = json.loads(head)
    counts = {**row.counts, **about["records"], "review": about["review"]}
    return Outcome(replace(row, counts=MappingProxyType(counts)), packed), about["seconds"]


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
