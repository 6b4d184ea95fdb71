"""The real reports, where they are at hand (see the fixtures in tests/conftest.py)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scrutiny.reading import read
from scrutiny.report import BlockKind, Report


@pytest.mark.parametrize("name", ["T1", "T2", "T3", "T4"])
def test_labelled_sentences_stand_whole_in_one_block_of_their_page(real_corpora: Path, name: str) -> None:
    folder = real_corpora / "documents"
    report = read(folder / f"{name}.pdf")
    units = json.loads((folder / f"{name}.json").read_text())["units"]
    labelled = [unit for unit in units if unit.get("role") and unit["flag"] is None]

    def stands(unit: dict[str, object]) -> bool:
        text = " ".join(str(unit["text"]).split())
        return any(
            text in block.text and unit["page"] in {line.box.page for line in block.lines} for block in report.blocks
        )

    assert sum(map(stands, labelled)) >= 0.98 * len(labelled)


def test_every_tenth_report_reads_whole(assert_offsets: Callable[[Report], None], real_reports: list[Path]) -> None:
    for path in real_reports[::10]:
        report = read(path)
        assert_offsets(report)
        assert report.title
        assert not report.coverage.pages_without_text
        assert {BlockKind.HEADING, BlockKind.PARAGRAPH} <= {block.kind for block in report.blocks}
