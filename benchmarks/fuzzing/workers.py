"""Reads damaged files in a child process with limits on memory and time, and tells what became of each."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import resource
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from scrutiny import reading
from scrutiny.errors import ReadError
from scrutiny.report import Report

#: In bytes of address space, of which the libraries that Parquet needs take some hundred million, and in seconds.
MEMORY = 2 << 30
CPU_SECONDS = 20
#: For what only waits. How much of a processor the others leave to one that is niced is nobody's fault.
WALL_SECONDS = 300
#: A process reads so many files before another takes its place.
_LIFE = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """``code`` is that of the error, "read", or "finding"; ``detail`` tells where a finding comes from."""

    code: str
    detail: str = ""
    seconds: float = 0.0


#: Makes a file's name and bytes.
Make = Callable[[str, int, int], bytes]


class Worker:
    """A child process that makes and reads one file at a time."""

    def __init__(self, make: Make, seed: int, *, seconds: int = CPU_SECONDS) -> None:
        self._make, self._seed, self._seconds = make, seed, seconds
        self._log = tempfile.NamedTemporaryFile(suffix=".log")  # noqa: SIM115
        self._process: multiprocessing.context.SpawnProcess | None = None
        self._read = 0

    def start(self, format: str, number: int) -> None:
        """Begins with a file; the worker is free again after :meth:`finish`."""
        if self._process is None or self._read >= _LIFE:
            self.stop()
            self._begin()
        self._read += 1
        self._connection.send((format, number))
        self._deadline = time.monotonic() + WALL_SECONDS

    @property
    def connection(self) -> Connection:
        """Where the outcome comes from."""
        return self._connection

    @property
    def left(self) -> float:
        """Seconds until the file takes too long."""
        return self._deadline - time.monotonic()

    def finish(self) -> Outcome:
        """What became of the file, which is there, overdue or never to come."""
        try:
            if self._connection.poll():
                outcome: Outcome = self._connection.recv()
                return outcome
            reason = f"took more than {WALL_SECONDS} s"
        except EOFError:
            assert self._process is not None
            self._process.join(5)
            code = self._process.exitcode or 0
            reason = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        where = _last_of_ours(Path(self._log.name).read_text(errors="replace"))
        self.stop()
        return Outcome("finding", f"{reason} {where}")

    def stop(self) -> None:
        """Ends the process, if there is one."""
        if self._process is not None:
            self._connection.close()
            self._process.kill()
            self._process.join()
            self._process = None

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        Path(self._log.name).write_text("")
        self._process = context.Process(
            target=_work, args=(theirs, self._log.name, self._make, self._seed, self._seconds), daemon=True
        )
        self._process.start()
        theirs.close()
        self._read = 0


def _last_of_ours(log: str) -> str:
    """The innermost lines of our code in a traceback that faulthandler wrote."""
    frames = [line.strip() for line in log.splitlines() if line.startswith("  File")]
    ours = [frame for frame in frames if "/scrutiny/" in frame]
    return " < ".join(frame.rpartition("/")[2] for frame in [*frames[:1], *ours[:2]])


def _work(connection: Connection, log: str, make: Make, seed: int, seconds: int) -> None:
    os.nice(10)
    file = Path(log).open("w")  # noqa: SIM115
    faulthandler.enable(file)
    faulthandler.register(signal.SIGXCPU, file, chain=True)
    _warm_up()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            format, number = connection.recv()
        except EOFError:
            return
        data = make(format, seed, number)
        spent = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(spent.ru_utime + spent.ru_stime) + seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        connection.send(outcome_of(data, format))


def _warm_up() -> None:
    """Loads what the first files of each format would have to wait for, before memory is limited."""
    for name, data in (("a.txt", b"Leaders act."), ("a.html", b"<p>Leaders act."), ("a.md", b"Leaders act.")):
        outcome_of(data, name[2:])


def outcome_of(data: bytes, format: str) -> Outcome:
    """What comes of reading ``data`` as a file of ``format``."""
    from fuzzing.laws import check

    begin = time.process_time()
    try:
        codes = []
        for told in _read(data, f"a.{format}"):
            if isinstance(told, Report):
                check(told)
                codes.append("read")
            else:
                if told.code == "unexpected":
                    raise told.__cause__ or told
                codes.append(told.code)
        code = "read" if "read" in codes else codes[0] if codes else "nothing"
        return Outcome(code, seconds=time.process_time() - begin)
    except BaseException as error:
        return Outcome("finding", _named(error), time.process_time() - begin)


def _read(data: bytes, name: str) -> Iterator[Report | ReadError]:
    """Every report in ``data`` and why there is none."""
    errors: list[ReadError] = []
    try:
        yield from reading.read_each(data, name=name, on_error=lambda _, error: errors.append(error))
    except ReadError as error:
        errors.append(error)
    yield from errors


def _named(error: BaseException) -> str:
    """The error and the innermost lines of our own code it went through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/scrutiny/" in f.filename] or frames
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(ours[-2:]))
    return f"{type(error).__name__}: {str(error)[:100]} at {places}"
