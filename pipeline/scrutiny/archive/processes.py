"""The processes that read for a run, each under a limit of time and memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

import psutil

from scrutiny.archive.frames import Kind, receive, send
from scrutiny.errors import ReadError, ScrutinyError

#: Seconds in which a process must have imported what it needs.
_START = 300.0

#: How often, in seconds, limits are looked at.
_EVERY = 0.1


class DiedError(Exception):
    """The process is gone: it was killed for breaking a limit (``timeout``, ``memory``), or ``crashed`` by itself."""

    def __init__(self, code: str, path: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.path = path
        self.detail = detail

    def told(self) -> ReadError:
        """The error about the file that did it."""
        reason, remedy = {
            "timeout": ("took too long", "See whether the file opens elsewhere, or allow more time (--timeout)"),
            "memory": ("took too much memory", "Split the file, or allow more memory (--memory)"),
            "crashed": ("brought down the process that read it", "Open it elsewhere and save it again"),
        }[self.code]
        return ReadError(f"{self.path}: reading it {reason}: {self.detail}.", remedy=f"{remedy}.", code=self.code)


class Reader:
    """A process that reads, and another in its place after one has died."""

    def __init__(self, *, timeout: float, memory: int) -> None:
        """A request may take ``timeout`` seconds and the process ``memory`` bytes."""
        self._settings: Mapping[str, object] = {}
        self._configured = False
        self._timeout = timeout
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as this is
        self._deadline: float | None = None
        self._limits = threading.Lock()
        self._broken = ""
        #: Whether it has not yet been asked anything since it started.
        self.fresh = True
        #: The most memory it has had, in bytes.
        self.peak = 0

    def warm_up(self) -> None:
        """Start the process, if there is none, and have it load what it needs; the first request waits for it."""
        process = self._process or self._start()
        with suppress(OSError):  # if it is gone, the first request will tell
            assert process.stdin is not None
            send(process.stdin, Kind.WARM_UP)

    def configure(self, settings: Mapping[str, object]) -> None:
        """What the process, and whichever takes its place, is told before it is asked anything."""
        if self._configured:  # one is told once
            self.renew()
        self._settings = settings
        self._configured = False

    def begin(self) -> None:
        """Have the process running and told what it must know.

        Raises:
            ScrutinyError: it cannot be started.
        """
        self._running()

    def ask(self, kind: Kind, content: bytes | Mapping[str, object] = b"", *, about: str) -> tuple[Kind, bytes]:
        """What the process answers to a request about the file at ``about``.

        Raises:
            DiedError: it died; names the file it was at.
            ScrutinyError: it cannot be started.
        """
        return self._exchange(self._running(), kind, content, about, self._timeout)

    def _running(self) -> subprocess.Popen[bytes]:
        """The process, started and configured if need be."""
        # One that was warmed up may have gone meanwhile, over nothing that was asked of it.
        gone = self._process and not self._configured and self._process.poll() is not None
        process = self._start() if gone or self._process is None else self._process
        if not self._configured:
            self._configure(process)
        return process

    def renew(self) -> None:
        """End the process; the next request starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        self.fresh = True

    def _exchange(
        self,
        process: subprocess.Popen[bytes],
        kind: Kind,
        content: bytes | Mapping[str, object],
        about: str,
        limit: float,
    ) -> tuple[Kind, bytes]:
        assert process.stdin is not None
        assert process.stdout is not None
        self._set_deadline(limit)
        try:
            with suppress(OSError):
                send(process.stdin, kind, content)
            while (answer := receive(process.stdout)) is not None:
                if answer[0] is not Kind.BEGIN:
                    return answer
                self._set_deadline(limit)
                about = json.loads(answer[1])["path"]
        finally:
            self._set_deadline(None)
        raise self._died(process, about, limit)

    def _set_deadline(self, limit: float | None) -> None:
        # Held by whoever kills, so that none is killed for what it has just finished.
        with self._limits:
            self._deadline = None if limit is None else time.monotonic() + limit

    def _start(self) -> subprocess.Popen[bytes]:
        self._broken = ""
        self._errors.seek(0)
        self._errors.truncate()
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        process = subprocess.Popen(
            [sys.executable, "-m", "scrutiny.archive.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, **threads, "OMP_THREAD_LIMIT": "1"},
            # Ctrl-C is for the run, which then ends its processes.
            start_new_session=os.name == "posix",
        )
        self._process = process
        self._configured = False
        return process

    def _configure(self, process: subprocess.Popen[bytes]) -> None:
        try:
            self._exchange(process, Kind.CONFIGURE, {**self._settings, "memory": self._memory}, "", _START)
        except DiedError as error:
            raise ScrutinyError(
                f"A process that reads reports could not be started: {error.detail}.",
                remedy="Allow it more memory (--memory), or see what else the machine is doing.",
            ) from None
        self._configured = True

    def _died(self, process: subprocess.Popen[bytes], about: str, limit: float) -> DiedError:
        """Why ``process`` no longer answers; it is gone for good then."""
        process.kill()
        code = process.wait()
        self._process = None
        self.fresh = True
        if self._broken == "timeout":
            return DiedError("timeout", about, f"more than {limit:g} seconds")
        self._errors.seek(0)
        said = self._errors.read(100_000).decode("utf-8", "replace").strip().splitlines()
        if self._broken == "memory" or any("MemoryError" in line or "bad_alloc" in line for line in said):
            return DiedError("memory", about, f"more than {self._memory // 1_000_000:,} MB")
        how = f"exit code {code}"
        if code < 0:
            how = "ended"
            with suppress(ValueError):
                how = signal.Signals(-code).name
        # What Python says first of a fault is always the same; what stands at the end depends on what was loaded.
        why = next((line for line in said if line.startswith("Fatal Python error")), said[-1] if said else "")
        return DiedError("crashed", about, f"{how}{f', {why[:200]}' if why else ''}")

    def enforce(self) -> None:
        """Kill the process if it breaks a limit over what it was asked."""
        with self._limits:
            process = self._process
            if process is None or self._deadline is None:
                return
            used = 0
            with suppress(psutil.Error):
                used = psutil.Process(process.pid).memory_info().rss
            self.peak = max(self.peak, used)
            if used > self._memory or time.monotonic() > self._deadline:
                self._broken = "memory" if used > self._memory else "timeout"
                self._deadline = None
                process.kill()

    def close(self) -> None:
        """End the process for good."""
        self.renew()
        self._errors.close()


class Watch:
    """Looks after the limits of processes until it is closed. Use as a context manager."""

    def __init__(self, readers: Iterable[Reader]) -> None:
        """Watch ``readers``."""
        self._readers = list(readers)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="limits", daemon=True)

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            for reader in self._readers:
                reader.enforce()

    def __enter__(self) -> None:
        """Begin."""
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """End all processes."""
        self._over.set()
        self._thread.join()
        for reader in self._readers:
            reader.close()
