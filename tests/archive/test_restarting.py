from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import psutil
import pytest

from archive.conftest import Extract, Start, contents, counted
from commands import run, run_here


def status(output: Path) -> dict[str, Any]:
    done = run_here("status", output, "--json")
    found: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return found


def states(output: Path) -> dict[str, int]:
    found: dict[str, int] = status(output)["states"]
    return found


def results(output: Path) -> dict[str, bytes]:
    """The files made of the parts, which after changes hold what a clean run's hold in another order."""
    return {name: made for name, made in contents(output).items() if not name.startswith("parts/")}


def worked(result: subprocess.CompletedProcess[str]) -> list[str]:
    """The names of inputs that a run has said to have processed."""
    return [
        line.split()[1].rsplit("/", 1)[1].rstrip(":") for line in result.stderr.splitlines() if line.startswith("[")
    ]


def test_a_second_run_does_nothing_and_changes_nothing(extract: Extract, reports: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    first = extract(reports, "-o", output, "--sentences")
    assert first.returncode == 0, first.stderr
    assert len(worked(first)) == 12
    times = {file: file.stat().st_mtime_ns for file in output.glob("*.jsonl")}
    second = extract(reports, "-o", output, "--sentences")
    assert second.returncode == 0
    assert worked(second) == []
    assert "12 of 12 inputs were done before" in second.stderr
    assert {file: file.stat().st_mtime_ns for file in output.glob("*.jsonl")} == times


def test_a_second_run_that_has_nothing_to_do_does_not_load_the_model(
    extract: Extract, quick_model: Path, reports: Path, tmp_path: Path
) -> None:
    extract(reports, "-o", tmp_path / "out")
    words = ["extract", *map(str, (reports, "-o", tmp_path / "out", "--model", quick_model))]
    code = (
        f"import sys; sys.argv[1:] = {words!r}\nimport scrutiny.cli\n"
        "try: scrutiny.cli.main()\nfinally: print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False False"


def test_only_what_is_new_or_changed_is_processed_and_the_result_is_that_of_a_clean_run(
    extract: Extract, reports: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    extract(reports, "-o", output)
    (reports / "03.md").write_text("# Changed\n\nThe plan is poor. Staff must review it.\n")
    (reports / "00a.md").write_text("# New\n\nThe records are clear and good.\n")
    (reports / "07.md").unlink()
    os.utime(reports / "05.md")
    second = extract(reports, "-o", output)
    assert worked(second) == ["00a.md", "03.md"]
    clean = tmp_path / "clean"
    extract(reports, "-o", clean)
    assert results(output) == results(clean)


def test_another_option_that_matters_processes_everything_again(
    extract: Extract, reports: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    extract(reports, "-o", output)
    assert len(worked(extract(reports, "-o", output, "--regime", "ofsted-schools"))) == 12
    assert len(worked(extract(reports, "-o", output, "--regime", "ofsted-schools", "--format", "csv"))) == 0
    clean = tmp_path / "clean"
    extract(reports, "-o", clean, "--regime", "ofsted-schools", "--format", "csv")
    assert contents(output) == contents(clean)


def test_another_profile_of_a_regime_processes_everything_again(
    extract: Extract, reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scrutiny.regimes import profiles
    from scrutiny.resources import configs_folder

    extract(reports, "-o", tmp_path / "out")
    own = tmp_path / "profiles"
    own.mkdir()
    text = (configs_folder() / "regimes" / "atsb.toml").read_text(encoding="utf-8")
    (own / "ours.toml").write_text(text.replace('"atsb"', '"ours"'), encoding="utf-8")
    monkeypatch.setenv("SCRUTINY_REGIMES", str(own))
    profiles.cache_clear()
    try:
        assert len(worked(extract(reports, "-o", tmp_path / "out"))) == 12
    finally:
        monkeypatch.delenv("SCRUTINY_REGIMES")
        profiles.cache_clear()


def test_links_learnt_anew_process_everything_again(
    extract: Extract, reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scrutiny.resources import configs_folder

    extract(reports, "-o", tmp_path / "out")
    own = tmp_path / "configs"
    shutil.copytree(configs_folder(), own)
    monkeypatch.setattr("scrutiny.archive.extraction.configs_folder", lambda: own)
    assert len(worked(extract(reports, "-o", tmp_path / "out"))) == 0
    (own / "links.safetensors").write_bytes(b"another network")
    assert len(worked(extract(reports, "-o", tmp_path / "out"))) == 12


def test_what_takes_the_place_of_as_many_bytes_is_seen(extract: Extract, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    for word in ("poor", "good", "late", "bold"):
        report.write_text(f"The plan is {word}.")
        extract(report, "-o", tmp_path / "out", "--parquet-parts")
        assert word in (tmp_path / "out" / "reports.jsonl").read_text()


def test_the_same_report_under_two_names_is_processed_once_and_told(
    extract: Extract, reports: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    for name in ("04-copy.md", "09-copy.md"):
        shutil.copy(reports / "04.md", reports / name)
    first = extract(reports, "-o", output, "--workers", "2")
    assert first.returncode == 0
    assert f"04-copy.md: a copy of {reports / '04.md'}" not in first.stderr  # '-' sorts before '.'
    assert f"04.md: a copy of {reports / '04-copy.md'}" in first.stderr
    assert states(output) == {"done": 12, "duplicate": 2}
    lines = [json.loads(line) for line in (output / "reports.jsonl").read_text().splitlines()]
    copies = {Path(line["path"]).name: line["duplicate_of"] for line in lines if line["status"] == "duplicate"}
    assert copies == dict.fromkeys(("04.md", "09-copy.md"), str(reports / "04-copy.md"))


def test_copies_that_come_before_and_originals_that_go_leave_what_a_clean_run_would(
    extract: Extract, reports: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    shutil.copy(reports / "04.md", reports / "08-copy.md")
    extract(reports, "-o", output, "--workers", "2")
    shutil.copy(reports / "04.md", reports / "00-copy.md")
    extract(reports, "-o", output)
    files = ("records.jsonl", "reports.jsonl", "records.csv")
    extract(reports, "-o", tmp_path / "clean")
    assert [(output / name).read_bytes() for name in files] == [
        (tmp_path / "clean" / name).read_bytes() for name in files
    ]
    (reports / "00-copy.md").unlink()
    (reports / "04.md").unlink()
    again = extract(reports, "-o", output)
    assert worked(again) == ["08-copy.md"]
    extract(reports, "-o", tmp_path / "clean")
    assert [(output / name).read_bytes() for name in files] == [
        (tmp_path / "clean" / name).read_bytes() for name in files
    ]


def test_what_failed_is_tried_again_when_asked_or_when_it_changes(
    extract: Extract, reports: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    broken = reports / "05.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing")
    (reports / "06.txt").write_bytes(b"")
    first = extract(reports, "-o", output)
    assert first.returncode == 2
    assert states(output) == {"done": 12, "failed": 1, "empty": 1}
    second = extract(reports, "-o", output)
    assert second.returncode == 2
    assert "Failed:" not in second.stderr
    third = extract(reports, "-o", output, "--retry-failed")
    assert third.stderr.count("Failed:") == 2
    assert len((output / "failures.jsonl").read_text().splitlines()) == 2
    broken.unlink()
    (reports / "06.txt").write_text("The plan is poor.")
    assert extract(reports, "-o", output).returncode == 0
    assert states(output) == {"done": 13}


def test_kills_at_any_moment_leave_what_a_clean_run_leaves_byte_for_byte(
    extract: Extract, start: Start, reports: Path, tmp_path: Path
) -> None:
    shutil.make_archive(str(reports / "parcel"), "zip", reports)
    (reports / "20.pdf").write_bytes(b"%PDF-1.4 nothing")
    (reports / "21.csv").write_text(
        "text,title\n" + "".join(f"Plan {n} is poor. Staff must act.,T{n}\n" for n in range(20))
    )
    inputs = [reports, reports / "21.csv"]
    clean, output = tmp_path / "clean", tmp_path / "out"
    assert extract(*inputs, "-o", clean, "--sentences").returncode == 2
    told = len((clean / "reports.jsonl").read_text().splitlines())
    chance = random.Random(1)
    killed = 0
    # Before anything is written down, twice between reports, and while what was found is put together.
    for done in (0, 1, told // 2, told):
        run, deadline = start(*inputs, "-o", output, "--sentences"), time.monotonic() + 240
        while run.goes_on and not (
            (output / "ledger.sqlite").exists() and counted(output, "SELECT count(*) FROM reports") >= done
        ):
            assert time.monotonic() < deadline, run.told
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.1))
        if run.goes_on:
            killed += 1
            run.kill()
        else:
            assert run.wait() == 2, run.told
        finished = [output / name for name in ("records.jsonl", "reports.jsonl") if (output / name).exists()]
        for file in finished:
            assert file.read_bytes() == (clean / file.name).read_bytes()
    assert killed >= 2
    assert extract(*inputs, "-o", output, "--sentences").returncode == 2
    assert contents(output) == contents(clean)


def test_what_a_power_cut_leaves_of_a_part_is_cut_off_and_what_it_takes_is_told(
    extract: Extract, start: Start, reports: Path, tmp_path: Path
) -> None:
    clean, output = tmp_path / "clean", tmp_path / "out"
    extract(reports, "-o", clean)
    (reports / "zz.hang").write_text("never ends")
    run = start(reports, "-o", output)
    run.until(lambda: "11.md" in run.told)
    readers = psutil.Process(run.pid).children(recursive=True)
    run.kill(group=False)
    assert readers
    assert not psutil.wait_procs(readers, timeout=10)[1]
    (reports / "zz.hang").unlink()
    (part,) = (output / "parts").glob("*.open")
    with part.open("ab") as file:
        file.write(gzip.compress(b"half a report")[:-4])
    shutil.copytree(output, tmp_path / "cut")
    assert extract(reports, "-o", output).returncode == 0
    assert contents(output) == contents(clean)
    (part,) = (tmp_path / "cut" / "parts").glob("*.open")
    os.truncate(part, 100)
    told = extract(reports, "-o", tmp_path / "cut")
    assert told.returncode == 1
    assert f"{part}: this part of the output is damaged" in told.stderr


def test_a_full_disk_is_told_and_the_next_run_goes_on(
    extract: Extract, start: Start, reports: Path, tmp_path: Path
) -> None:
    # A file that may not grow past a limit fails as one on a full disk does.
    limited = start(reports, "-o", tmp_path / "out", largest=60_000)
    assert limited.wait() == 1
    assert "Traceback" not in limited.told
    assert "cannot be written" in limited.told
    assert extract(reports, "-o", tmp_path / "out").returncode == 0
    extract(reports, "-o", tmp_path / "clean")
    assert contents(tmp_path / "out") == contents(tmp_path / "clean")


def test_two_runs_cannot_write_one_folder_and_one_can_be_looked_at(
    extract: Extract, start: Start, reports: Path, tmp_path: Path
) -> None:
    (reports / "00.hang").write_text("never ends")
    first = start(reports, "-o", tmp_path / "out")
    first.until(lambda: (tmp_path / "out" / "ledger.sqlite").exists() and status(tmp_path / "out").get("running"))
    found = status(tmp_path / "out")
    assert found["running"] is True
    assert (found["inputs"], found["ended"]) == (13, 0)
    second = extract(reports, "-o", tmp_path / "out")
    assert second.returncode == 1
    assert "another run is writing there" in second.stderr
    os.kill(first.pid, signal.SIGTERM)
    assert first.wait(60) == 130
    assert "the same command goes on from there" in first.told
    shown = run("status", tmp_path / "out")
    assert "no run is going on" in " ".join(shown.stdout.split())
    assert "quarantined" not in states(tmp_path / "out")


def test_the_ledger_of_another_version_or_a_damaged_one_is_told(
    extract: Extract, reports: Path, tmp_path: Path
) -> None:
    import sqlite3
    from contextlib import closing

    for name, spoil in {
        "other": lambda db: db.execute("PRAGMA user_version = 99"),
        "damaged": None,
    }.items():
        output = tmp_path / name
        output.mkdir()
        if spoil is None:
            (output / "ledger.sqlite").write_bytes(b"no ledger" * 1000)
        else:
            with closing(sqlite3.connect(output / "ledger.sqlite")) as db:
                spoil(db)
        told = extract(reports, "-o", output)
        assert told.returncode == 1
        assert str(output / "ledger.sqlite") in told.stderr
    for folder in (tmp_path / "damaged", tmp_path):
        told = run_here("status", folder)
        assert told.returncode == 1
        assert str(folder) in told.stderr


def test_copies_behind_which_large_archives_wait_do_not_stop_the_run(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("00.md", "01.md"):
        (folder / name).write_text("The plan is poor. Staff must review it.")
    for archive in ("02.zip", "03.zip"):
        with zipfile.ZipFile(folder / archive, "w") as parcel:
            for number in range(40):
                parcel.writestr(f"{number}.md", f"Plan {number} of {archive} is poor.")
    done = start(folder, "-o", tmp_path / "out", "--workers", "2")
    assert done.wait() == 0, done.told
    assert states(tmp_path / "out") == {"done": 81, "duplicate": 1}


def rewrite(reports: Path, version: int, *, but: int) -> None:
    """Change every report but the first so many."""
    for file in sorted(reports.iterdir())[but:]:
        file.write_text(f"{file.read_text()}\n\nPlan {version} is poor.\n")


def kept(output: Path) -> int:
    """Bytes of all parts."""
    return sum(file.stat().st_size for file in (output / "parts").glob("*.gz*"))


def test_parts_do_not_grow_with_what_is_of_no_use_any_more(extract: Extract, reports: Path, tmp_path: Path) -> None:
    output, clean = tmp_path / "out", tmp_path / "clean"
    extract(reports, "-o", output, "--parquet-parts")
    for version in range(4):
        rewrite(reports, version, but=1 + version)
        extract(reports, "-o", output, "--parquet-parts", "--format", "csv")
    extract(reports, "-o", clean, "--parquet-parts", "--format", "csv")
    assert kept(output) <= 2 * kept(clean)
    assert results(output) == results(clean)
    parts = {file.name for file in (output / "parts").iterdir()}
    listed = json.loads((output / "parts" / "manifest.json").read_text())["parts"]
    assert parts == {"manifest.json", *(one["name"] for one in listed)}
    assert {f"{name[:5]}.parquet" for name in parts if name.endswith(".gz")} == {
        name for name in parts if name.endswith(".parquet")
    }
    before = contents(output)
    assert worked(extract(reports, "-o", output, "--parquet-parts", "--format", "csv")) == []
    assert contents(output) == before


@pytest.mark.parametrize("moment", ["begun", "removed"])
def test_killed_while_parts_are_made_anew_nothing_is_lost(
    extract: Extract, start: Start, reports: Path, tmp_path: Path, moment: str
) -> None:
    output, parts = tmp_path / "out", tmp_path / "out" / "parts"
    extract(reports, "-o", output)
    rewrite(reports, 1, but=2)
    run = start(reports, "-o", output)
    # 00001 is what the run adds, 00002 what is left of 00000.
    while list(parts.glob("00002*")) == [] if moment == "begun" else (parts / "00000.jsonl.gz").exists():
        assert run.goes_on
    run.kill()
    extract(reports, "-o", output)
    extract(reports, "-o", tmp_path / "clean")
    assert results(output) == results(tmp_path / "clean")
    assert kept(output) == kept(tmp_path / "clean")
