"""What the tests of outputs write: every sample report, and what it takes to write it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from scrutiny.errors import ReadError
from scrutiny.pipeline import Pipeline
from scrutiny.report import Report
from scrutiny.writing.output import OutputFolder
from scrutiny.writing.parts import ModelReference


@pytest.fixture(scope="session")
def reports(pipeline: Pipeline, samples: Path) -> list[Report]:
    """Every sample report, with records."""
    return list(pipeline.stream(sorted(file for file in samples.iterdir() if file.suffix in {".pdf", ".md", ".txt"})))


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes reports, and one failure, into a new folder in the formats named."""

    def written(reports: Iterable[Report], *formats: str, name: str = "out") -> Path:
        model = ModelReference(name="m", sha256="0" * 64, precision="float32")
        with OutputFolder(tmp_path / name, model, formats=formats, sentences=True) as output:
            for report in reports:
                output.write(report)
            output.fail("lost.pdf", ReadError("lost.pdf: no such file.", remedy="Check the path.", code="missing"))
        return tmp_path / name

    return written


@pytest.fixture
def lines() -> Callable[[Path], list[dict[str, Any]]]:
    """Reads the lines of a file of JSON Lines."""
    return lambda file: [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
