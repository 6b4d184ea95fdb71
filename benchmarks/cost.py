"""What an archive costs in time, cores, memory and disk, and what bounds a run on a machine or a cluster.

    python benchmarks/cost.py corpora/samples --measure measured.json
    python benchmarks/cost.py --with measured.json

``--measure`` reads, classifies and writes down the reports of a folder with the code that a run uses, one after another
on one core, and keeps what each step took. The other command prints it and simulates runs: blocks of reports pass
through cores or GPUs, as many at a time as there are, and are written down in order by one process, which lets in no
block that is further ahead than the window. Seconds a block are drawn from a gamma distribution with the measured mean
and spread. What could not be measured on a machine without GPUs is assumed, told so, and can be set.
"""

from __future__ import annotations

import argparse
import heapq
import json
import logging
import statistics
import sys
import tempfile
import time
import tracemalloc
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from scrutiny.archive.cluster import TOGETHER
from scrutiny.archive.inputs import LocalFile
from scrutiny.archive.ledger import Ledger, State, Task
from scrutiny.archive.merging import merge
from scrutiny.archive.parts import PART_BYTES, Parts
from scrutiny.archive.processes import Reader, Watch
from scrutiny.archive.settling import End, Outcome, Settling, Slot
from scrutiny.archive.shards import write_shards
from scrutiny.archive.steps import Classified, Held, Read, classified, finished
from scrutiny.archive.tables import decoded, encoded
from scrutiny.pipeline import load
from scrutiny.reading import suffixes
from scrutiny.roles.loading import identify
from scrutiny.writing.formats import DEFAULT_FORMATS
from scrutiny.writing.parts import ModelReference

#: Measured for this; nothing depends on which reports are settled.
COPIES = 1000


def steps(files: list[Path], model: str | None) -> tuple[dict[str, float], list[Outcome], ModelReference]:
    """Means over ``files`` of what reading, classifying and making records take, and what comes of them."""
    pipeline = load(model, device="cpu", threads=1)
    name, sha256 = identify(model)
    reference = ModelReference(name=name, sha256=sha256, precision=pipeline.classifier.precision)
    settings: dict[str, object] = {"ocr": False, "regime": None, "text_column": None, "model": reference.model_dump()}
    reader = Reader(timeout=300, memory=2_000_000_000)
    reader.configure(settings)
    read: dict[int, Read] = {}
    outcomes: list[Outcome] = []
    with Watch([reader]):
        for number, file in enumerate([files[0], *files]):  # the first one loads, as below
            held = Held(number, Task(number, file.as_posix(), frozenset()), LocalFile(file))
            while not (came := held.next(reader)):
                pass
            if isinstance(came[0], Read) and number:
                read[number] = came[0]
        began = time.process_time()
        jobs = [one for _, one in classified(read, lambda report: report, pipeline.classifier)]
        classifying = time.process_time() - began
        making = []
        for job in [jobs[0], *jobs]:
            assert isinstance(job, Classified)
            outcome, seconds = finished(reader, job)
            outcomes.append(outcome)
            making.append(seconds)
    outcomes, making = outcomes[1:], making[1:]  # the first one also loads what is loaded once
    count = len(outcomes)
    reading = [one.seconds for one in read.values()]
    sentences = sum(one.sentences for one in read.values())
    records = sum(
        outcome.row.counts[role] for outcome in outcomes for role in ("finding", "strength", "recommendation")
    )
    sizes = [one.sentences for one in read.values()]
    measured = {
        "reports": float(count),
        "pages": sum(outcome.row.counts["pages"] for outcome in outcomes) / count,
        "sentences": sentences / count,
        "records": records / count,
        "file_bytes": sum(file.stat().st_size for file in files) / count,
        "kept_bytes": sum(len(outcome.content) for outcome in outcomes) / count,
        "sent_bytes": sum(len(one.content) for one in read.values()) / count,
        "reading": statistics.mean(reading),
        "making_records": statistics.mean(making),
        "sentences_per_core_second": sentences / classifying,
        # Of sentences, since classifying takes most of the time.
        "spread": statistics.pstdev(sizes) / statistics.mean(sizes),
        "reader_mb": reader.peak / 1e6,
        "classifier_mb": psutil.Process().memory_info().rss / 1e6,
    }
    return measured, outcomes, reference


def driver(outcomes: list[Outcome], model: ModelReference, together: int) -> dict[str, float]:
    """Seconds a report of writing down, so many inputs together, and of making the files."""
    tracemalloc.start()
    inputs = [LocalFile(Path(f"/archive/reports/{number:09}.pdf"), stamp="1 1") for number in range(COPIES)]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        ledger = Ledger(output)
        tasks = ledger.plan(inputs, "key")
        memory = tracemalloc.get_traced_memory()[0] / COPIES
        tracemalloc.stop()
        parts = Parts(output / "parts", {})
        settling = Settling(tasks, ledger, parts, lambda *_: None)
        came: list[dict[Slot, Outcome | End]] = []
        for number in range(COPIES):
            like = outcomes[number % len(outcomes)]
            row = replace(like.row, path=tasks[number].name, sha256=f"{number:064x}", state=State.DONE)
            came.append({Slot(number, 0): Outcome(row, like.content), Slot(number, 1): End(row.sha256)})
        began = time.perf_counter()
        for start in range(0, COPIES, together):
            settling.settle({slot: one for some in came[start : start + together] for slot, one in some.items()})
        took = {"settling": time.perf_counter() - began}
        parts.close()
        began = time.process_time()
        write_shards(ledger, parts, wanted=True, workers=1)
        took["shards"] = time.process_time() - began
        for name, formats in {"merging": (), "merging_formats": DEFAULT_FORMATS}.items():
            began = time.process_time()
            merge(ledger, parts, output, model, formats=formats, sentences=False)
            took[name] = time.process_time() - began
        ledger.close()
        size = (output / "ledger.sqlite").stat().st_size / COPIES
        shard = sum(path.stat().st_size for path in (output / "parts").glob("*.parquet")) / COPIES
    return {
        **{name: seconds / COPIES for name, seconds in took.items()},
        "ledger_bytes": size,
        "shard_bytes": shard,
        "input_bytes": memory,
    }


def of_ray(outcomes: list[Outcome], blocks: int = 200) -> float:
    """Processor time of the command a report, in seconds, that Ray Data takes to pass outcomes through the stages."""
    import ray
    from ray.data import ActorPoolStrategy, DataContext

    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    DataContext.get_current().enable_progress_bars = False
    DataContext.get_current().execution_options.preserve_order = True
    try:
        tables = [
            ray.put(encoded((Slot(number, row), outcomes[row % len(outcomes)], {}) for row in range(TOGETHER)))
            for number in range(blocks)
        ]
        as_is: dict[str, Any] = {"batch_size": None, "batch_format": "pyarrow", "num_cpus": 0.5}
        flow = ray.data.from_arrow_refs(tables).map_batches(_same, **as_is)
        flow = flow.map_batches(_Same, compute=ActorPoolStrategy(size=1), **as_is).map_batches(_same, **as_is)
        came = iter(flow.iter_batches(batch_size=None, batch_format="pyarrow"))
        next(came)
        began = time.process_time()
        rows = sum(len(list(decoded(table))) for table in came)
        return (time.process_time() - began) / rows
    finally:
        ray.shutdown()


def _same(table: Any) -> Any:
    return table


class _Same:
    def __call__(self, table: Any) -> Any:
        return table


@dataclass(frozen=True, slots=True)
class Machines:
    """What a run has: cores, and GPUs that classify in their place."""

    name: str
    cores: int
    gpus: int = 0


MACHINES = (
    Machines("2 cores", 2),
    Machines("64 cores", 64),
    Machines("8 GPUs, 64 cores", 64, 8),
    Machines("64 GPUs, 512 cores", 512, 64),
)


class Station:
    """So many servers, each of which does one block at a time; the first that is free takes the next."""

    def __init__(self, servers: int) -> None:
        self.servers = servers
        self.busy = 0.0
        self._free = [0.0] * servers

    def serve(self, arrives: float, seconds: float) -> float:
        """When a block that arrives then has been served."""
        leaves = max(arrives, heapq.heappop(self._free)) + seconds
        heapq.heappush(self._free, leaves)
        self.busy += seconds
        return leaves


def simulate(reports: int, machines: Machines, costs: dict[str, float]) -> tuple[float, dict[str, float]]:
    """Seconds until ``reports`` are written down, and the share of them that each station was busy."""
    blocks = -(-reports // TOGETHER)
    of_gpus = costs["sentences_per_gpu_second"]
    classifying = costs["sentences"] / (of_gpus if machines.gpus else costs["sentences_per_core_second"])
    cores = Station(machines.cores)
    gpus = Station(max(1, machines.gpus))
    disk, writer = Station(1), Station(1)
    rng = np.random.default_rng(1)
    spread = rng.gamma(TOGETHER / costs["spread"] ** 2, costs["spread"] ** 2 / TOGETHER, blocks) * TOGETHER
    on_disk = TOGETHER * (costs["file_bytes"] + 2 * costs["kept_bytes"]) / costs["storage_bytes_per_second"]
    window = 4 * (machines.cores + machines.gpus)
    ends: list[float] = []
    settled = 0.0
    for number, share in enumerate(spread.tolist()):
        admitted = ends[number - window] if number >= window else 0.0
        come = disk.serve(admitted, on_disk)
        on_core = costs["reading"] + costs["making_records"]
        if machines.gpus:
            come = gpus.serve(cores.serve(come, on_core * share), classifying * share)
        else:
            come = cores.serve(come, (on_core + classifying) * share)
        settled = writer.serve(max(come, settled), TOGETHER * (costs["settling"] + costs["ray"]))
        ends.append(settled)
    stations = {"cores": cores, "GPUs": gpus, "ledger": writer, "storage": disk}
    if not machines.gpus:
        del stations["GPUs"]
    return settled, {name: one.busy / one.servers / settled for name, one in stations.items()}


def show(costs: dict[str, float], scales: list[int]) -> None:
    """Print what was measured or assumed, and the table of simulated runs."""
    print("| | |\n|---|---|")
    for name, value in costs.items():
        print(f"| {name} | {value:,.4g} |")
    core = costs["reading"] + costs["making_records"] + costs["sentences"] / costs["sentences_per_core_second"]
    print(f"\n{3600 / core:,.0f} reports a core-hour.\n")
    print("| reports | machines | hours | reports/s | busy | bound by | files: hours (formats, shards on 8 cores) |")
    print("|---|---|---|---|---|---|---|")
    for machines in MACHINES:
        for reports in scales:
            seconds, busy = simulate(reports, machines, costs)
            shares = ", ".join(f"{name} {share:.0%}" for name, share in busy.items())
            merging = [costs["merging_formats"], costs["merging"] + costs["shards"] / min(8, machines.cores)]
            files = ", ".join(f"{one * reports / 3600:.2f}" for one in merging)
            bound = max(busy, key=lambda name: busy[name])
            rate = f"{seconds / 3600:.2f} | {reports / seconds:.1f}"
            print(f"| {reports:,} | {machines.name} | {rate} | {shares} | {bound} | {files} |")
    print("\n| reports | parts | parts GB | shards GB | ledger GB | memory for the list of inputs, GB |")
    print("|---|---|---|---|---|---|")
    for reports in scales:
        kept = [costs[name] * reports / 1e9 for name in ("kept_bytes", "shard_bytes", "ledger_bytes", "input_bytes")]
        parts = -(-costs["kept_bytes"] * reports // PART_BYTES)
        print(f"| {reports:,} | {parts:,.0f} | {' | '.join(f'{one:.2f}' for one in kept)} |")


def main() -> None:
    """Measure, or simulate with what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="reports to measure with")
    parser.add_argument("--measure", type=Path, metavar="FILE", help="where to put what is measured")
    parser.add_argument("--with", dest="measured", type=Path, metavar="FILE", help="what was measured")
    parser.add_argument("--model")
    parser.add_argument("--reports", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 10_000_000])
    parser.add_argument("--gpu", type=float, default=2000.0, help="sentences a GPU classifies in a second (assumed)")
    parser.add_argument("--storage", type=float, default=5e8, help="bytes a second of shared storage (assumed)")
    arguments = parser.parse_args()
    if arguments.measure:
        files = [file for file in sorted(arguments.folder.iterdir()) if file.suffix in suffixes()]
        measured, outcomes, model = steps(files, arguments.model)
        measured |= driver(outcomes, model, TOGETHER)
        measured["ray"] = of_ray(outcomes)
        measured["settling_alone"] = driver(outcomes, model, 1)["settling"]
        arguments.measure.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
        return
    if not arguments.measured:
        sys.exit("Give a folder and --measure FILE, or --with FILE.")
    costs: dict[str, float] = json.loads(arguments.measured.read_text(encoding="utf-8"))
    assumed = {
        "sentences_per_gpu_second": arguments.gpu,
        "storage_bytes_per_second": arguments.storage,
    }
    show({**costs, **assumed}, arguments.reports)


if __name__ == "__main__":
    main()
