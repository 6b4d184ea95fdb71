from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import psutil
import pytest

from archive.conftest import Extract, Start


def failures(output: Path) -> dict[str, str]:
    lines = [json.loads(line) for line in (output / "failures.jsonl").read_text().splitlines()]
    assert all(line["remedy"] for line in lines)
    return {Path(line["path"]).name: line["code"] for line in lines}


def test_a_file_that_hangs_crashes_or_takes_all_memory_is_quarantined_and_the_others_go_on(
    extract: Extract, reports: Path, tmp_path: Path
) -> None:
    files = [reports / f"0{number}.{kind}" for number, kind in enumerate(("hang", "hog", "crash", "leave"))]
    for file in files:
        file.write_text("a report")
    output = tmp_path / "out"
    result = extract(reports, *files, "-o", output, "--timeout", "8", "--memory", "600", "--workers", "2")
    assert result.returncode == 2
    assert failures(output) == {"00.hang": "timeout", "01.hog": "memory", "02.crash": "crashed", "03.leave": "crashed"}
    assert "SIGSEGV" in (output / "failures.jsonl").read_text()
    assert len((output / "reports.jsonl").read_text().splitlines()) == 16
    assert "of these over a limit" in result.stdout


@pytest.mark.parametrize("kind", ["hang", "crash"])
def test_a_member_of_an_archive_that_cannot_be_borne_costs_no_other(
    extract: Extract, reports: Path, tmp_path: Path, kind: str
) -> None:
    with zipfile.ZipFile(tmp_path / "parcel.zip", "w") as parcel:
        for number, file in enumerate(sorted(reports.iterdir())[:4]):
            parcel.write(file, file.name)
            if number in (0, 2):
                parcel.writestr(f"{number}.{kind}", "a report")
        parcel.writestr("picture.jpg", "none")
    output = tmp_path / "out"
    result = extract(tmp_path / "parcel.zip", "-o", output, "--timeout", "8")
    assert result.returncode == 2
    read = [json.loads(line) for line in (output / "reports.jsonl").read_text().splitlines()]
    assert [(Path(line["path"]).name, line["status"]) for line in read] == [
        ("00.md", "read"),
        (f"0.{kind}", "failed"),
        ("01.md", "read"),
        ("02.md", "read"),
        (f"2.{kind}", "failed"),
        ("03.md", "read"),
    ]


def parcel_of(path: Path, names: list[str]) -> Path:
    """An archive whose reports hang, crash, or are fine, as their names say."""
    with zipfile.ZipFile(path, "w") as parcel:
        for number, name in enumerate(names):
            parcel.writestr(name, f"The plan of ward {number} is poor. Staff must review it.")
    return path


def told(output: Path) -> list[tuple[str, str | None]]:
    lines = [json.loads(line) for line in (output / "reports.jsonl").read_text().splitlines()]
    return [(Path(line["path"]).name, line["error"]) for line in lines]


def test_what_follows_five_reports_in_a_row_that_break_a_limit_is_not_tried(
    extract: Extract, reports: Path, tmp_path: Path
) -> None:
    crashing = [f"{number}.leave" for number in range(2000)]
    parcel = parcel_of(tmp_path / "parcel.zip", ["first.txt", *crashing])
    output = tmp_path / "out"
    result = extract(parcel, reports, "-o", output, "--format", "jsonl")
    assert result.returncode == 2
    lost = [(name, "crashed") for name in crashing[:5]]
    good = [(file.name, None) for file in sorted(reports.iterdir())]
    assert told(output) == [*good, ("first.txt", None), *lost, ("parcel.zip", "given_up")]


def test_reports_that_break_limits_among_others_cost_none_of_those(extract: Extract, tmp_path: Path) -> None:
    names = [f"{number}.{'txt' if number % 4 == 3 else 'leave'}" for number in range(12)]
    parcel = parcel_of(tmp_path / "parcel.zip", names)
    extract(parcel, "-o", tmp_path / "out", "--format", "jsonl")
    assert told(tmp_path / "out") == [(name, "crashed" if "leave" in name else None) for name in names]


def test_what_a_library_prints_does_not_get_among_the_messages(extract: Extract, reports: Path, tmp_path: Path) -> None:
    babbler = reports / "05.babble"
    babbler.write_text("The plan is poor. Staff must review it.")
    result = extract(reports, babbler, "-o", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert len((tmp_path / "out" / "reports.jsonl").read_text().splitlines()) == 13


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="on one core one process reads")
def test_another_process_reads_while_those_that_do_are_held_up(start: Start, reports: Path, tmp_path: Path) -> None:
    at_first = max(1, min(2, (os.cpu_count() or 1) // 2))
    for number in range(at_first):
        (reports / f"00-{number}.hang").write_text("a report")
    run = start(*sorted(reports.glob("*.hang")), reports, "-o", tmp_path / "out", workers=None)
    run.until(lambda: len(psutil.Process(run.pid).children()) > at_first)


def test_the_number_of_processes_changes_nothing(extract: Extract, reports: Path, tmp_path: Path) -> None:
    from archive.conftest import contents

    for workers in ("1", "3"):
        assert extract(reports, "-o", tmp_path / workers, "--workers", workers).returncode == 0
    assert contents(tmp_path / "1") == contents(tmp_path / "3")


def test_progress_is_told_in_json(extract: Extract, reports: Path, tmp_path: Path) -> None:
    (reports / "05.pdf").write_bytes(b"%PDF-1.4 nothing")
    result = extract(reports, "-o", tmp_path / "out", "--log-json")
    events = [json.loads(line) for line in result.stderr.splitlines()]
    assert result.stdout == ""
    assert [event["event"] for event in events] == ["begin", *["report"] * 13, "end"]
    assert {event["state"] for event in events[1:-1]} == {"done", "failed"}
    assert events[-1]["summary"]["Reports"] == 12
    assert events[-2]["rates"]["reports"] == 12
