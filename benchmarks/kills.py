"""Whether a run that is killed again and again leaves what one that is left alone leaves, byte for byte.

    PYTHONPATH=pipeline python benchmarks/kills.py corpora/samples --kills 50

runs ``scrutiny extract INPUT...`` once to the end, then kills it (SIGKILL to all its processes) at random moments, goes
on until it has been killed as often as asked, lets it end, and compares every file but the ledger. Where a run ends
before its kill, the output is thrown away and begun again, so that the kills fall into every phase of a run.
``--model`` makes it quicker with a small model. Exit code 1 where any file differs.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: What tells of a run's times, and so differs.
_STATE = ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", ".lock")


def main() -> None:
    """Parse, kill, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+", help="as of 'scrutiny extract'")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", help="as of 'scrutiny extract'")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    command = [sys.executable, "-c", "from scrutiny.cli import main; main()", "extract", *given.inputs]
    command += ["--model", given.model] if given.model else []
    with tempfile.TemporaryDirectory() as folder:
        clean, output = Path(folder) / "clean", Path(folder) / "out"
        whole = seconds(command, clean)
        print(f"one run without a kill: {whole:.1f} s, {len(contents(clean))} files", flush=True)
        kills = comparisons = different = 0
        while kills < given.kills:
            if killed(command, output, chance.uniform(0, whole)):
                kills += 1
                continue
            # It ended by itself, after however many kills.
            comparisons += 1
            different += contents(output) != contents(clean)
            shutil.rmtree(output)
        seconds(command, output)
        comparisons += 1
        different += contents(output) != contents(clean)
    print(f"{kills} kills; {comparisons} outputs compared, {different} of them different")
    raise SystemExit(bool(different))


def seconds(command: list[str], output: Path) -> float:
    """How long a run to the end takes."""
    began = time.monotonic()
    subprocess.run([*command, "--output", str(output)], check=False, capture_output=True)
    return time.monotonic() - began


def killed(command: list[str], output: Path, after: float) -> bool:
    """Run and kill after so many seconds; False where it had ended by then."""
    process = subprocess.Popen(
        [*command, "--output", str(output)],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(timeout=after)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of an output by name, but for the state of the run."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.name not in _STATE]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


if __name__ == "__main__":
    main()
