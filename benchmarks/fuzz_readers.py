"""Damaged files through every reader, in child processes with limits: none may crash, hang or raise but a ReadError.

    PYTHONPATH=pipeline python benchmarks/fuzz_readers.py --files 20000 --findings FOLDER [--seed 1] [--format pdf,eml]
    PYTHONPATH=pipeline python benchmarks/fuzz_readers.py --again pdf:1234 [--seed 1]
    PYTHONPATH=pipeline python benchmarks/fuzz_readers.py --smaller FOLDER/FILE

Whole files of every format are damaged with what is known to trouble parsers (see ``fuzzing``), and read with 2 GB of
memory and 20 seconds of processor time each. What is read must also obey the laws: offsets exact, boxes finite and on
pages that exist, everything writable as JSON. A file depends on its number and the seed alone, so ``--again`` reads
the same one in this process; ``--smaller`` takes away what the fault does not need.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter, defaultdict
from multiprocessing.connection import wait
from pathlib import Path

from fuzzing import FORMATS, mutated
from fuzzing.workers import Outcome, Worker, outcome_of

#: Of findings alike, so many files are kept.
_KEPT = 3


class Tally:
    """What became of the files of each format."""

    def __init__(self) -> None:
        self.codes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.findings: defaultdict[str, list[str]] = defaultdict(list)
        self.slowest: dict[str, tuple[float, int]] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def add(self, format: str, number: int, outcome: Outcome) -> bool:
        """Counts ``outcome``; whether its file is worth keeping."""
        self.codes[format][outcome.code] += 1
        self.seconds[format] += outcome.seconds
        self.slowest[format] = max(self.slowest.get(format, (0.0, 0)), (outcome.seconds, number))
        if outcome.code != "finding":
            return False
        alike = self.findings[re.sub(r"\d+", "#", outcome.detail)]
        alike.append(f"{format}:{number} {outcome.detail}")
        return len(alike) <= _KEPT

    def show(self) -> None:
        """Print the table."""
        print("| format | files | read | refused | findings | mean s | slowest s |\n|---|---|---|---|---|---|---|")
        for format, codes in self.codes.items():
            files, (slowest, number) = codes.total(), self.slowest[format]
            others = [f"{code} {n}" for code, n in codes.most_common() if code not in ("read", "finding")]
            mean = self.seconds[format] / files
            counts = f"{files} | {codes['read']} | {', '.join(others)} | {codes['finding']}"
            print(f"| {format} | {counts} | {mean:.3f} | {slowest:.1f} (:{number}) |")
        total = sum(self.codes.values(), Counter[str]())
        print(f"{total.total():,} files, {total['read']:,} read, {total['finding']:,} findings")
        for alike in self.findings.values():
            print(f"{len(alike):>5} times {alike[0]}")


def fuzz(formats: list[str], files: int, seed: int, workers: int, folder: Path) -> Tally:
    """Read so many ``files``, sharing them among ``formats``; those with a fault are kept in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    share = sum(FORMATS[format][0] for format in formats)
    jobs = iter([(f, n) for f in formats for n in range(max(round(files * FORMATS[f][0] / share), 1))])
    tally, busy = Tally(), dict[Worker, tuple[str, int]]()
    idle = [Worker(mutated, seed) for _ in range(workers)]
    begin = time.monotonic()
    while True:
        while idle and (job := next(jobs, None)):
            idle[-1].start(*job)
            busy[idle.pop()] = job
        if not busy:
            break
        wait([worker.connection for worker in busy], timeout=max(min(worker.left for worker in busy), 0))
        for worker in [w for w in busy if w.connection.poll() or w.left <= 0]:
            format, number = busy.pop(worker)
            outcome = worker.finish()
            idle.append(worker)
            if tally.add(format, number, outcome):
                (folder / f"{seed}-{number}.{format}").write_bytes(mutated(format, seed, number))
                print(f"{format}:{number} {outcome.detail}", flush=True)
    for worker in idle:
        worker.stop()
    print(f"seed {seed}, {workers} at a time, {time.monotonic() - begin:.0f} s")
    return tally


def smaller(file: Path) -> None:
    """Write beside ``file`` what is left of it when all is taken away that the same fault does not need."""
    data, format = file.read_bytes(), file.name.partition(".")[2]
    fault = re.sub(r"\d+", "#", outcome_of(data, format).detail)
    size = len(data) // 2
    while size and fault:
        start = 0
        while start < len(data):
            shorter = data[:start] + data[start + size :]
            if re.sub(r"\d+", "#", outcome_of(shorter, format).detail) == fault:
                data = shorter
            else:
                start += size
        size //= 2
    target = file.with_name(f"small-{file.name}")
    target.write_bytes(data)
    print(f"{target}: {len(data)} bytes: {fault}")


def main() -> None:
    """Parse the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", default=",".join(FORMATS), help="parted by commas")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--findings", type=Path, default=Path("findings"))
    parser.add_argument("--again", metavar="FORMAT:NUMBER")
    parser.add_argument("--smaller", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if arguments.again:
        format, _, number = arguments.again.partition(":")
        print(outcome_of(mutated(format, arguments.seed, int(number)), format))
    elif arguments.smaller:
        smaller(arguments.smaller)
    else:
        tally = fuzz(
            arguments.format.split(","), arguments.files, arguments.seed, arguments.workers, arguments.findings
        )
        tally.show()
        sys.exit(any(codes["finding"] for codes in tally.codes.values()))


if __name__ == "__main__":
    main()
