"""The command line run in the process of the tests, which has imported already what a process of its own first must."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest


def run_here(*arguments: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run ``scrutiny`` with ``arguments``, on a terminal of 200 columns without colours."""
    from scrutiny.cli import main

    words = ["scrutiny", *map(str, arguments)]
    code: str | int | None = 0
    before = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patch, chdir(cwd or Path.cwd()):
        patch.setattr(sys, "argv", words)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        patch.setenv("COLUMNS", "200")
        patch.setenv("NO_COLOR", "1")
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            try:
                main()
            except SystemExit as left:
                code = left.code
            finally:
                # What a run does to end well when it is told to.
                if threading.current_thread() is threading.main_thread():
                    signal.signal(signal.SIGTERM, before)
    assert isinstance(code, int | None)
    return subprocess.CompletedProcess(words, code or 0, out.getvalue(), err.getvalue())


def run(*arguments: str | Path, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a person would, with ``variables`` in its environment."""
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **variables}
    command = [str(Path(sys.executable).with_name("scrutiny")), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)
