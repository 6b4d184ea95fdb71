"""What a manifest says of reports in archives, whose names are known only as they come."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from archive.conftest import Extract


@pytest.fixture
def parcels(tmp_path: Path) -> list[Path]:
    """Two archives that both hold a file of the same name."""
    made = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for file in made:
        with zipfile.ZipFile(file, "w") as parcel:
            parcel.writestr("north/report.md", f"# Report\n\nThe plan in {file.stem} is poor. Staff must review it.\n")
    return made


def facts(folder: Path, *rows: str) -> Path:
    file = folder / "facts.csv"
    file.write_text("\n".join(("file,region", *rows)) + "\n")
    return file


def regions(output: Path) -> dict[str, str]:
    """The region of each report of a run."""
    lines = [json.loads(line) for line in (output / "reports.jsonl").read_text().splitlines()]
    return {line["path"]: line["metadata"].get("region") for line in lines}


def test_a_bare_name_that_reports_of_two_archives_have_is_refused_naming_both(
    extract: Extract, parcels: list[Path], tmp_path: Path
) -> None:
    given = ("-o", tmp_path / "out", "--manifest", facts(tmp_path, "report.md,North"))
    for _ in range(2):
        told = extract(*parcels, *given)
        assert told.returncode == 1
        both = " and ".join(f"{parcel}/north/report.md" for parcel in parcels)
        assert f"facts.csv, line 2: 'report.md' fits both {both}" in " ".join(told.stderr.split())
        assert "Write the path in the manifest" in told.stderr
        assert not (tmp_path / "out" / "reports.jsonl").exists()


def test_a_report_that_comes_in_a_later_run_does_not_get_what_is_said_of_another(
    extract: Extract, parcels: list[Path], tmp_path: Path
) -> None:
    output, file = tmp_path / "out", facts(tmp_path, "report.md,North")
    assert extract(parcels[1], "-o", output, "--manifest", file).returncode == 0
    assert regions(output) == {f"{parcels[1]}/north/report.md": "North"}
    before = (output / "reports.jsonl").read_bytes()
    assert "fits both" in extract(*parcels, "-o", output, "--manifest", file).stderr
    assert (output / "reports.jsonl").read_bytes() == before
    rows = [f"{parcel.name}/north/report.md,{parcel.stem}" for parcel in parcels]
    assert extract(*parcels, "-o", output, "--manifest", facts(tmp_path, *rows)).returncode == 0
    assert regions(output) == {f"{parcel}/north/report.md": parcel.stem for parcel in parcels}
