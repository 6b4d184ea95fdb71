"""Runs on a real Ray cluster: nodes of one core each, every one with processes and an object store of its own."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.conftest import Extract, Start, contents, counted
from commands import run_here

pytest.importorskip("ray", reason="Ray (scrutiny[ray]) is not installed")


@pytest.fixture(scope="module")
def cluster(readers: Path) -> Iterator[Any]:
    """Two nodes of one core and 100 MB that compute, and one that only leads them."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_memory_monitor_refresh_ms", "0")  # what else the machine does is none of its business
        patch.setenv("RAY_worker_niceness", "0")  # else whatever else the machine does goes first
        path = os.pathsep.join([str(readers), *filter(None, [os.environ.get("PYTHONPATH")])])
        patch.setenv("PYTHONPATH", path)
        size = {"num_cpus": 1, "object_store_memory": 100_000_000}
        head = {**size, "num_cpus": 0, "include_dashboard": False}
        made = Cluster(initialize_head=True, head_node_args=head)
        for _ in range(2):
            made.add_node(**size)
        yield made
        made.shutdown()


@pytest.fixture
def inputs(reports: Path) -> list[Path]:
    """Reports, copies of them, an archive of them with one more, a table, and files that cannot be read."""
    for number in range(12, 30):
        (reports / f"{number}.md").write_text(f"# Report {number}\n\nThe plan of ward {number} is poor.\n")
    shutil.copy(reports / "04.md", reports / "00-copy.md")
    (reports / "13.pdf").write_bytes(b"%PDF-1.4 nothing")
    (reports / "14.crash").write_text("a report")
    packed = reports.parent / "packed"
    packed.mkdir()
    shutil.copy(reports / "05.md", packed)
    (packed / "new.md").write_text("# New\n\nThe records of the ward are clear and good.\n")
    shutil.make_archive(str(reports / "parcel"), "zip", packed)
    table = reports.parent / "table.csv"
    table.write_text("text,title\n" + "".join(f"Plan {n} is poor. Staff must act.,T{n}\n" for n in range(20)))
    return [reports, reports / "14.crash", table]


def ended(output: Path) -> int:
    """How many inputs of a run that may be going on are done."""
    return counted(output, "SELECT count(*) FROM inputs WHERE state = 'ended'")


def reached(output: Path, count: int, goes_on: Callable[[], bool]) -> int:
    """Wait until so many inputs are done, as long as the run goes on; returns how many are."""
    while (done := ended(output)) < count and goes_on():
        time.sleep(0.02)
    return done


def test_killed_and_with_a_node_lost_a_cluster_leaves_what_one_machine_does_byte_for_byte(
    extract: Extract, start: Start, cluster: Any, inputs: list[Path], tmp_path: Path
) -> None:
    local, output = tmp_path / "local", tmp_path / "out"
    assert extract(*inputs, "-o", local).returncode == 2
    on_cluster = ("-o", output, "--engine", "ray", "--ray-address", cluster.address, "--actors", "1")

    killed = start(*inputs, *on_cluster)
    before = reached(output, 3, lambda: killed.goes_on)
    killed.kill()
    assert before >= 3, killed.told

    # One node classifies and the other reads, so that either is missed.
    lost: list[int] = []
    over = threading.Event()

    def lose() -> None:
        lost.append(reached(output, ended(output) + 1, lambda: not over.is_set()))
        cluster.remove_node(cluster.worker_nodes.copy().pop(), allow_graceful=False)

    loss = threading.Thread(target=lose)
    loss.start()
    result = extract(*inputs, *on_cluster)
    over.set()
    loss.join()
    assert result.returncode == 2, result.stderr
    # What comes late lets all be written down at once, and then there is nothing to lose any more.
    assert before < lost[0] or before == 35
    assert "inputs were done before" in result.stderr
    assert contents(output) == contents(local)


def test_a_cluster_that_cannot_be_reached_or_be_given_a_cache_is_told(
    extract: Extract, reports: Path, tmp_path: Path
) -> None:
    told = extract(reports, "-o", tmp_path / "out", "--engine", "ray", "--ray-address", "nowhere")
    assert told.returncode == 1
    assert "nowhere: cannot be used as a Ray cluster" in told.stderr
    told = extract(reports, "-o", tmp_path / "out", "--engine", "ray", "--cache", tmp_path / "cache")
    assert told.returncode == 1
    assert "The nodes of a cluster cannot share one" in told.stderr
    assert not (tmp_path / "out").exists()


def test_a_model_that_a_node_does_not_have_is_told(
    extract: Extract, cluster: Any, reports: Path, quick_model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The nodes look for the model where the command found it, and see whether it is the same."""
    from scrutiny.archive import extraction

    monkeypatch.setattr(extraction, "identify", lambda model: (str(model), "0" * 64))
    told = extract(reports, "-o", tmp_path / "out", "--engine", "ray", "--ray-address", cluster.address)
    assert told.returncode == 1
    assert f"{quick_model}: a node of the cluster has other files there" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "out").exists()


def test_a_node_that_was_lost_a_moment_ago_does_not_stop_a_run(
    extract: Extract, cluster: Any, reports: Path, tmp_path: Path
) -> None:
    node = cluster.add_node(num_cpus=1, object_store_memory=100_000_000)
    node.kill_raylet(check_alive=False)  # the cluster takes it for alive until it has not answered for a while
    result = extract(reports, "-o", tmp_path / "out", "--engine", "ray", "--ray-address", cluster.address)
    cluster.remove_node(node, allow_graceful=False)
    assert result.returncode == 0, result.stderr
    assert len((tmp_path / "out" / "reports.jsonl").read_text().splitlines()) == len(list(reports.iterdir()))


@pytest.fixture(scope="module")
def in_eight_bits(quick_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quick model exported, and found to agree and to be faster."""
    pytest.importorskip("onnxruntime", reason="ONNX Runtime (scrutiny[onnx]) is not installed")
    from scrutiny.roles.eight_bits import PROVENANCE
    from scrutiny.training.exporting import export

    folder = tmp_path_factory.mktemp("exported") / "model"
    export(quick_model, folder, ["authored:validation"], sentences=100)
    about = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    about["agreement"] |= {"role": 1.0, "int8_rate": 2.0, "float32_rate": 1.0}
    about.pop("agreement_on_vnni", None)  # else it is used first
    (folder / PROVENANCE).write_text(json.dumps(about), encoding="utf-8")
    return folder


@pytest.fixture
def without_runtime(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more node, whose Python finds no ONNX Runtime."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text("import sys; sys.modules['onnxruntime'] = None")
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "site"), os.environ["PYTHONPATH"]]))
        node = cluster.add_node(num_cpus=1, object_store_memory=100_000_000)
    yield
    cluster.remove_node(node)


@pytest.mark.usefixtures("without_runtime")
def test_every_node_is_asked_whether_it_can_compute_as_the_others_do(
    cluster: Any, reports: Path, in_eight_bits: Path, tmp_path: Path
) -> None:
    on_cluster = ("--engine", "ray", "--ray-address", cluster.address, "--actors", "2")
    asked = ("extract", reports, "--model", in_eight_bits, "--device", "cpu", *on_cluster, "--precision")
    told = run_here(*asked, "int8", "-o", tmp_path / "none")
    assert told.returncode == 1
    assert "Node " in told.stderr
    assert "run by ONNX Runtime, which is not installed" in told.stderr
    assert "pip install 'scrutiny[onnx]'" in told.stderr
    assert not (tmp_path / "none").exists()
    result = run_here(*asked, "auto", "-o", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in (tmp_path / "out" / "reports.jsonl").read_text().splitlines()]
    (precision,) = {line["model"]["precision"] for line in lines}
    assert precision in ("float32", "bfloat16")
    # Two actors classify a few reports at a time, and what comes first waits for what is due.
    assert [line["path"] for line in lines] == [file.as_posix() for file in sorted(reports.iterdir())]


def test_a_bare_name_that_reports_of_two_archives_have_is_refused_on_a_cluster_too(
    extract: Extract, cluster: Any, tmp_path: Path
) -> None:
    for number in range(2):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}" / "report.md").write_text(f"# Report {number}\n\nThe plan is poor.\n")
        shutil.make_archive(str(tmp_path / f"{number}"), "zip", tmp_path / f"{number}")
    facts = tmp_path / "facts.csv"
    facts.write_text("file,region\nreport.md,North\n")
    on_cluster = ("--engine", "ray", "--ray-address", cluster.address, "--actors", "1")
    told = extract(*tmp_path.glob("*.zip"), "-o", tmp_path / "out", "--manifest", facts, *on_cluster)
    assert told.returncode == 1
    assert "'report.md' fits both" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "out" / "records.jsonl").exists()
