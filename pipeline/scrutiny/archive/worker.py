"""The process that reads reports for a run, and makes the records of classified ones: ``python -m`` this module.

It does one thing at a time, when asked: it opens an input, gives the next report of it, or finishes a report that has
been classified. It may hang, die or be killed over a file without harm to the run.
"""

from __future__ import annotations

import faulthandler
import hashlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from scrutiny.archive.frames import MAX_BYTES, Kind, receive, send
from scrutiny.archive.parts import packed
from scrutiny.errors import ReadError
from scrutiny.pipeline import assemble
from scrutiny.reading import MAX_BYTES as MAX_FILE_BYTES
from scrutiny.reading import holds_many
from scrutiny.reading.each import Options, Outcome, outcomes, told
from scrutiny.reading.language import identifier
from scrutiny.records.phrases import words_of
from scrutiny.regimes import profiles
from scrutiny.report import Report
from scrutiny.splitting import Splitter
from scrutiny.writing.parts import ModelReference
from scrutiny.writing.rebuilding import report_of
from scrutiny.writing.schema import ReportLine, record_line, report_line


class _Worker:
    def __init__(self, out: BinaryIO, settings: dict[str, object]) -> None:
        self._out = out
        self._ocr = settings["ocr"]
        self._text_column = settings["text_column"]
        self._regime = settings["regime"]
        self._model = ModelReference.model_validate(settings["model"])
        self._split = Splitter()
        self._outcomes: Iterator[Outcome] = iter(())

    def open(self, request: dict[str, object]) -> None:
        """Begin an input. What is wrong with its file shows when the first report is asked for."""
        path = Path(str(request["path"]))
        about: dict[str, object] = {"sha256": None}
        with suppress(OSError, ValueError):
            # What is too large to be read is not read to be hashed either.
            if path.is_file() and (holds_many(str(request["name"])) or path.stat().st_size <= MAX_FILE_BYTES):
                with path.open("rb") as file:
                    about = {"sha256": hashlib.file_digest(file, "sha256").hexdigest()}
        options = Options(
            ocr=self._ocr,  # type: ignore[arg-type]
            text_column=self._text_column,  # type: ignore[arg-type]
            regime=self._regime,  # type: ignore[arg-type]
            leave_out=frozenset(request["leave_out"]),  # type: ignore[call-overload]
            begin=lambda where: send(self._out, Kind.BEGIN, {"path": where}),
        )
        self._outcomes = outcomes(path, str(request["name"]), options)
        send(self._out, Kind.OPENED, about)

    def next(self) -> None:
        """The next report of the input, split into sentences; why there is none; or the end."""
        began = time.process_time()
        path, outcome = next(self._outcomes, (None, None))
        if path is None:
            send(self._out, Kind.END)
        elif outcome is None:
            send(self._out, Kind.SKIPPED, {"path": path})
        elif isinstance(outcome, ReadError):
            self._fail(path, outcome)
        else:
            self._give(path, outcome, began)

    def _give(self, path: str, report: Report, began: float) -> None:
        try:
            (split,) = self._split([report])
            content = report_line(split, self._model).model_dump_json().encode()
        except Exception as error:
            self._fail(path, told(path, error))
            return
        if len(content) >= MAX_BYTES - 1000:
            reason = f"{path}: the report has {len(report.text):,} characters, more than can be handled."
            self._fail(path, ReadError(reason, remedy="Split it.", code="too_large"))
            return
        # The first line tells of what follows, so that it need not be parsed to be planned with.
        about = {"path": path, "sentences": len(split.sentences), "seconds": time.process_time() - began}
        send(self._out, Kind.REPORT, json.dumps(about).encode() + b"\n" + content)

    def _fail(self, path: str, error: ReadError) -> None:
        about = {"path": path, "code": error.code, "reason": error.reason, "remedy": error.remedy}
        send(self._out, Kind.FAILURE, about)

    def finish(self, content: bytes) -> None:
        """The stored form of a classified report with its records, as :mod:`scrutiny.archive.parts` keeps it."""
        began = time.process_time()
        classified = ReportLine.model_validate_json(content)
        try:
            report = assemble(report_of(classified))
        except Exception as error:
            self._fail(classified.path, told(classified.path, error))
            return
        line = report_line(report, self._model)
        records = [record_line(report, record, self._model) for record in report.records]
        about = {
            "records": line.records,
            "review": sum(record.decision == "review" for record in records),
            "seconds": time.process_time() - began,
        }
        send(self._out, Kind.FINISHED, json.dumps(about).encode() + b"\n" + packed(line, records))


def serve(requests: BinaryIO, out: BinaryIO) -> None:
    """Answer requests until there are none; the first, but for one to load what is needed, says how to read."""
    while (first := receive(requests)) and first[0] is Kind.WARM_UP:
        _warm_up()
    if first is None:
        return
    settings = json.loads(first[1])
    _limit_memory(settings["memory"])
    worker = _Worker(out, settings)
    send(out, Kind.OPENED)
    while request := receive(requests):
        match request:
            case Kind.OPEN, content:
                worker.open(json.loads(content))
            case Kind.NEXT, _:
                worker.next()
            case Kind.FINISH, content:
                worker.finish(content)


def _warm_up() -> None:
    """Load what the first report would wait for; if something cannot be loaded, that will tell."""
    with suppress(OSError):
        profiles()
        identifier()
        words_of("")


def _limit_memory(limit: int) -> None:
    """Let no more than ``limit`` bytes be asked of the system, where it counts them: Linux."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _end_with_parent() -> None:
    """Let this process be killed when the run is, even while it hangs over a file."""
    parent = os.getppid()
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: also where a library does not let Python run

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Serve standard input; whatever a library prints goes to standard error, since standard output is for answers."""
    faulthandler.enable()
    _end_with_parent()
    # spaCy, which cuts records into words, loads it only to see that it is there; it would take half the memory.
    sys.modules["torch"] = None  # type: ignore[assignment]
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(KeyboardInterrupt, BrokenPipeError):
        serve(sys.stdin.buffer, out)
    # Nothing is left to tidy up, and what a hostile file has left in C libraries may fall over when tidied.
    os._exit(0)


if __name__ == "__main__":
    main()
