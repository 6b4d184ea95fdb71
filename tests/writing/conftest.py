"""What the tests of outputs write: every sample report, and what it takes to write it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from scrutiny.errors import ReadError
from scrutiny.report import Report
from scrutiny.writing.output import OutputFolder
from scrutiny.writing.parts import ModelReference


@pytest.fixture(scope="session")
def reports(sample_reports: list[Report]) -> list[Report]:
    """Every sample report, with records."""
    return sample_reports


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


@pytest.fixture(scope="session")
def shown(reports: list[Report], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three of the reports, of which one is no PDF, and a failure, as pages and as annotated copies."""
    folder = tmp_path_factory.mktemp("shown")
    model = ModelReference(name="m", sha256="0" * 64, precision="float32")
    with OutputFolder(folder, model, formats=["html", "pdf"]) as output:
        for name in ("care-home-inspection", "tramway-letter", "school-review"):
            output.write(named(reports, name))
        output.fail("lost.pdf", ReadError("lost.pdf: no such file.", remedy="Check the path.", code="missing"))
    return folder


def named(reports: list[Report], name: str) -> Report:
    """The sample report called ``name``."""
    return next(report for report in reports if name in report.source.path)


@pytest.fixture(scope="session")
def care_home(reports: list[Report]) -> Report:
    """A sample report of three pages, with links."""
    return named(reports, "care-home-inspection")


@pytest.fixture(scope="session")
def letter(reports: list[Report]) -> Report:
    """A sample report that is a letter."""
    return named(reports, "tramway-letter")


@pytest.fixture(scope="session")
def school(reports: list[Report]) -> Report:
    """A sample report in Markdown, without pages."""
    return named(reports, "school-review")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=arguments)
        yield opened
        opened.close()
