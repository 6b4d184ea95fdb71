"""The command in a process of its own that can be killed, and that need not import what others have before it.

Such processes are forked off one that has imported the libraries, which takes as long as the tests of a run do
otherwise. Each has a session, standard error and environment of its own, and starts others as the command does.
"""

from __future__ import annotations

import atexit
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

#: What a run imports.
_IMPORTED = [
    "pandas",
    "pyarrow.parquet",
    "torch",
    "transformers.models.bert.modeling_bert",
    "transformers.models.bert.tokenization_bert",
    "scrutiny.archive.extraction",
    "scrutiny.cli",
    "scrutiny.roles.classifier",
]


class Started:
    """``scrutiny`` with ``words``, on a terminal of 200 columns; what it prints goes to the file ``log``."""

    def __init__(
        self, words: Sequence[str | Path], log: Path, environment: Mapping[str, str], largest: int | None
    ) -> None:
        """Start it; files of more than ``largest`` bytes cannot be written."""
        context = get_context("forkserver")
        context.set_forkserver_preload(_IMPORTED)
        log.touch()
        self._log = log
        arguments = (list(map(str, words)), str(log), str(Path.cwd()), dict(environment), largest)
        self._process: ForkServerProcess = context.Process(target=_run, args=arguments)
        self._process.start()

    @property
    def pid(self) -> int:
        """The number of the process, and of its group."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def told(self) -> str:
        """What it has printed so far."""
        return self._log.read_text()

    @property
    def goes_on(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def wait(self, seconds: float = 240) -> int:
        """Its exit code, once it has ended."""
        self._process.join(seconds)
        assert self._process.exitcode is not None, self.told
        return self._process.exitcode

    def until(self, happened: Callable[[], object], seconds: float = 120) -> None:
        """Wait for something that must happen while it goes on."""
        deadline = time.monotonic() + seconds
        while not happened():
            assert self.goes_on, self.told
            assert time.monotonic() < deadline, self.told
            time.sleep(0.01)

    def kill(self, *, group: bool = True) -> None:
        """Kill it, with what it has started in its own session unless ``group`` is false; nothing if it has ended."""
        if self.goes_on:
            (os.killpg if group else os.kill)(self.pid, signal.SIGKILL)
            self._process.join()


def _run(words: list[str], log: str, folder: str, environment: dict[str, str], largest: int | None) -> None:
    from scrutiny.cli import main

    os.setsid()
    with Path(log).open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # which is looked up once
    sys.path[:0] = environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, closefd=False) for number in (1, 2))
    sys.argv = ["scrutiny", *words]
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
    try:
        main()
    finally:
        atexit._run_exitfuncs()  # which nothing does in a process that was forked
