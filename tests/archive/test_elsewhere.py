"""Runs whose inputs and outputs are elsewhere, against a real object store and a real web server."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from archive.conftest import Extract, Start, contents
from archive.started import Started


def test_reports_of_an_object_store_and_results_sent_there_are_as_those_on_disk(
    extract: Extract, reports: Path, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "one"))
    for file in reports.iterdir():
        s3.put_file(str(file), f"reports/in/{file.name}")
    first = extract("s3://reports/in/", "-o", "s3://reports/out")
    assert first.returncode == 0, first.stderr
    s3.get("reports/out/", str(tmp_path / "out"), recursive=True)
    lines = [json.loads(line) for line in (tmp_path / "out" / "reports.jsonl").read_text().splitlines()]
    assert [line["path"] for line in lines] == [f"s3://reports/in/{number:02}.md" for number in range(12)]
    extract(reports, "-o", tmp_path / "local")
    local = [json.loads(line) for line in (tmp_path / "local" / "reports.jsonl").read_text().splitlines()]
    assert [line["document"] for line in lines] == [line["document"] for line in local]
    # From another machine, which has nothing of the first run.
    shutil.rmtree(tmp_path / "one")
    s3.put_file(str(reports / "00.md"), "reports/in/99.md")
    second = extract("s3://reports/in/", "-o", "s3://reports/out")
    assert second.returncode == 0, second.stderr
    assert "12 of 13 inputs were done before" in second.stderr
    assert "99.md: a copy of s3://reports/in/00.md" in second.stderr


def test_a_report_of_the_web_is_read_and_one_that_is_not_there_is_told(
    extract: Extract, web: str, tmp_path: Path
) -> None:
    result = extract(f"{web}/report.txt", f"{web}/missing.pdf", "-o", tmp_path / "out")
    assert result.returncode == 2, result.stderr
    failures = [json.loads(line) for line in contents(tmp_path / "out")["failures.jsonl"].splitlines()]
    assert [(line["path"], line["code"]) for line in failures] == [(f"{web}/missing.pdf", "missing")]


def test_what_a_killed_run_has_fetched_goes_with_the_next_one_and_that_of_a_living_one_stays(
    start: Start, reports: Path, web: str, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    def begun(given: str | Path, output: str) -> Started:
        return start(given, "-o", tmp_path / output, TMPDIR=str(temporary))

    def fetching(output: str) -> tuple[Started, Path]:
        """A run that is in the middle of fetching, and the folder it does that in."""
        before = set(temporary.iterdir())
        run = begun(f"{web}/lasting.txt", output)
        run.until(lambda: [one for one in temporary.glob("*/*") if one.parent not in before])
        return run, next(one.parent for one in temporary.glob("*/*") if one.parent not in before)

    killed, left = fetching("killed")
    killed.kill()
    assert left.exists()
    living, folder = fetching("living")
    assert list(temporary.iterdir()) == [folder]
    assert begun(f"{web}/report.txt", "next").wait() == 0
    assert list(temporary.iterdir()) == [folder]
    os.kill(living.pid, signal.SIGTERM)
    living.wait()
    assert not list(temporary.iterdir())

    local = begun(reports, "local")
    local.until((tmp_path / "local" / "parts").exists)
    local.kill()
    assert not list(temporary.iterdir())
