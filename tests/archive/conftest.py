"""Fixtures of the tests of runs: a quick model, reports, readers that misbehave, an object store and a web server."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from archive.servers import Web
from archive.started import Started
from commands import run_here

#: What the folder of an output holds besides what was found: the state of the run, which tells of times.
STATE = ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", ".lock")

Extract = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., Started]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of an output folder by name, but for the state of the run."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.name not in STATE]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def counted(output: Path, query: str) -> int:
    """What a query that counts says of the ledger of a run that may be going on; 0 as long as there is none."""
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(f"file:{output}/ledger.sqlite?mode=ro", uri=True)) as db,
    ):
        return int(db.execute(query).fetchone()[0])
    return 0


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder of a dozen small reports, no two alike."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(12):
        lines = [f"# Report {number}", ""]
        lines += [
            f"Plans of ward {number}.{part} are not reviewed often enough. Staff must review them." for part in range(4)
        ]
        (folder / f"{number:02}.md").write_text("\n\n".join(lines) + "\n")
    return folder


MISBEHAVIOUR = """
import ctypes, os, time
def hang(data, *, path):
    while True: time.sleep(1)
def hog(data, *, path):
    kept = []
    while True: kept.append(bytearray(10_000_000))
def crash(data, *, path):
    ctypes.string_at(0)
def leave(data, *, path):
    os._exit(7)
def babble(data, *, path):
    print("babble" * 1000, flush=True)
    os.write(1, b"more babble")
    from scrutiny.reading.text import read_text
    return read_text(data, path=path)
"""


@pytest.fixture(scope="session")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package whose readers hang, take all memory, crash, leave, or write to standard output."""
    folder = tmp_path_factory.mktemp("site")
    about = folder / "misbehaviour-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: misbehaviour\nVersion: 1.0\n")
    points = "".join(f"{name} = misbehaviour:{name}\n" for name in ("hang", "hog", "crash", "leave", "babble"))
    (about / "entry_points.txt").write_text(f"[scrutiny.readers]\n{points}")
    (folder / "misbehaviour.py").write_text(MISBEHAVIOUR)
    return folder


@pytest.fixture
def start(quick_model: Path, readers: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts ``scrutiny extract`` with the quick model in a process of its own, with two that read."""
    path = os.pathsep.join([str(readers), *filter(None, [os.environ.get("PYTHONPATH")])])
    begun: list[Started] = []

    def started(
        *arguments: str | Path, largest: int | None = None, workers: int | None = 2, **variables: str
    ) -> Started:
        as_many = ["--workers", str(workers)] if workers else []
        words = ["extract", *as_many, *arguments, "--model", quick_model]
        environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "PYTHONPATH": path, **variables}
        begun.append(Started(words, tmp_path / f"log-{len(begun)}", environment, largest))
        return begun[-1]

    yield started
    for one in begun:
        one.kill()


@pytest.fixture
def extract(quick_model: Path, readers: Path, monkeypatch: pytest.MonkeyPatch) -> Extract:
    """Runs ``scrutiny extract`` with the quick model in this process, which has loaded what that needs.

    One process reads, because to start another takes longer than the few reports here, unless a test gives another
    number.
    """
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(readers), *filter(None, [os.environ.get("PYTHONPATH")])]))

    def ran(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return run_here("extract", "--workers", "1", *arguments, "--model", quick_model)

    return ran


@pytest.fixture(scope="session")
def web() -> Iterator[str]:
    """The address of a web server, without a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def store() -> Iterator[str]:
    """The address of a server that speaks S3's protocol."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(store: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A file system of an empty object store, which s3:// leads to, with a bucket called ``reports``."""
    import s3fs

    for name, value in {
        "AWS_ENDPOINT_URL": store,
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "unspoken",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    files = s3fs.S3FileSystem(use_listings_cache=False)
    files.mkdir("reports")
    yield files
    files.rm("reports", recursive=True)
