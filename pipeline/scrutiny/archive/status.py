"""How a run stands, from another process: what the ledger says while it is being written."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from scrutiny.archive.ledger import FILE_NAME, PROGRESS
from scrutiny.errors import DataError


@dataclass(frozen=True, slots=True)
class Status:
    """``inputs`` are how many there are, and ``untried``, ``begun`` and ``ended`` how many of them are that far;
    ``states`` are reports by what has become of them, ``codes`` those that could not be read by error code. ``rates``
    is what the last run has done and where its time went, ``seconds_left`` an estimate, ``running`` whether it goes on.
    """

    inputs: int
    untried: int
    begun: int
    ended: int
    states: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    bound: str = ""
    seconds_left: float | None = None
    running: bool = False


def status(folder: Path) -> Status:
    """How things stand in an output folder, whether or not a run is writing it.

    Raises:
        DataError: there is no ledger, or it is damaged.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise DataError(f"{folder}: there is no {FILE_NAME} in it.", remedy="Give the output folder of an 'extract'.")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as db:
            return _status(db)
    except (sqlite3.DatabaseError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {error}.", remedy="Extract again.") from None


def _status(db: sqlite3.Connection) -> Status:
    present = "input IN (SELECT name FROM inputs WHERE position IS NOT NULL)"
    inputs = Counter(dict(db.execute("SELECT state, count(*) FROM inputs WHERE position IS NOT NULL GROUP BY state")))
    states = dict(
        db.execute(f"SELECT state, count(*) FROM reports WHERE {present} AND state != 'again' GROUP BY state")
    )
    codes = dict(db.execute(f"SELECT code, count(*) FROM reports WHERE {present} AND code != '' GROUP BY code"))
    found = db.execute("SELECT value FROM notes WHERE name = ?", (PROGRESS,)).fetchone()
    noted = json.loads(found[0]) if found else {}
    running = bool(noted) and "ended" not in noted and _is_there(noted["process"])
    return Status(
        inputs=inputs.total(),
        untried=inputs["new"],
        begun=inputs["begun"],
        ended=inputs["ended"],
        states=states,
        codes=codes,
        rates=noted.get("rates", {}),
        bound=noted.get("bound", ""),
        seconds_left=_left(noted) if running else None,
        running=running,
    )


def _left(noted: Mapping[str, float]) -> float | None:
    """Seconds left if inputs go on to take as long as those that this run has ended."""
    done = noted["done"]
    since = time.time() - noted["time"]
    return max(0.0, noted["elapsed"] / done * (noted["tasks"] - done) - since) if done else None


def _is_there(process: int) -> bool:
    with suppress(psutil.Error):
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    return False


def prometheus(status: Status) -> str:
    """The same as text for Prometheus, such as its node exporter collects from files."""
    lines = [
        "# HELP scrutiny_inputs Inputs of the run, by how far they are.",
        "# TYPE scrutiny_inputs gauge",
        *(f'scrutiny_inputs{{state="{name}"}} {getattr(status, name)}' for name in ("untried", "begun", "ended")),
        "# HELP scrutiny_reports Reports, by what has become of them.",
        "# TYPE scrutiny_reports gauge",
        *(f'scrutiny_reports{{state="{state}"}} {count}' for state, count in sorted(status.states.items())),
        "# HELP scrutiny_failures Reports that could not be read, by error code.",
        "# TYPE scrutiny_failures gauge",
        *(f'scrutiny_failures{{code="{code}"}} {count}' for code, count in sorted(status.codes.items())),
        "# HELP scrutiny_run Reports, pages and sentences done in the last run, and seconds by stage.",
        "# TYPE scrutiny_run gauge",
        *(f'scrutiny_run{{what="{name}"}} {value}' for name, value in status.rates.items()),
        "# HELP scrutiny_running Whether a run is going on.",
        "# TYPE scrutiny_running gauge",
        f"scrutiny_running {int(status.running)}",
    ]
    return "\n".join(lines) + "\n"
