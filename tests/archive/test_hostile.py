"""Files made to do harm cost no report among them."""

from __future__ import annotations

import json
import os
from pathlib import Path

from archive.conftest import Extract
from archive.hostile import build
from scrutiny.reading import table_suffix, writable

#: Of every kind there are some among so many; more take longer.
BAD = int(os.environ.get("SCRUTINY_HOSTILE_FILES", "70"))


def test_hostile_files_are_told_of_and_cost_no_report_among_them(extract: Extract, tmp_path: Path) -> None:
    hostile = build(tmp_path / "in", bad=BAD, good=max(12, BAD // 25), seed=3)
    # Folders are searched for plain files only, and not for tables: those are named.
    bad = [path for path in hostile.bad if not path.is_dir()]
    named = [path for path in bad if not path.is_file() or table_suffix(path.name)]
    output = tmp_path / "out"
    result = extract(hostile.folder, *named, "-o", output, "--timeout", "30", "--memory", "800", "--format", "jsonl")
    assert result.returncode == 2
    lines = [json.loads(line) for line in (output / "reports.jsonl").read_text(encoding="utf-8").splitlines()]
    read = {line["path"] for line in lines if line["status"] == "read"}
    assert {writable(path.as_posix()) for path in hostile.good} <= read
    told = {line["path"] for line in lines}
    untold = [path.name for path in bad if not any(each.startswith(path.as_posix()) for each in told)]
    assert not untold
    assert "unexpected" not in {line["error"] for line in lines}


def test_the_files_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    first, second = (build(tmp_path / name, bad=30, good=4, seed=7) for name in ("a", "b"))
    assert [path.name for path in first.bad + first.good] == [path.name for path in second.bad + second.good]
    plain = [(one, two) for one, two in zip(first.bad, second.bad, strict=True) if one.is_file()]
    assert all(one.read_bytes() == two.read_bytes() for one, two in plain if one.stat().st_size < 10**9)
