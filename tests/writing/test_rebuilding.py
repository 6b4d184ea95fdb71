"""Reports stored in reports.jsonl come back equal, and their records byte for byte."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scrutiny.cli import app
from scrutiny.errors import DataError
from scrutiny.pipeline import Pipeline
from scrutiny.reading import read
from scrutiny.report import Report
from scrutiny.splitting import Splitter
from scrutiny.writing.formats import FORMATS
from scrutiny.writing.rebuilding import reopened, stored_reports

Write = Callable[..., Path]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_stored_report_comes_back_equal(reports: list[Report], write: Write) -> None:
    *back, failed = stored_reports(write(reports, "jsonl"))
    assert [report for _, report in back] == [replace(report, records=()) for report in reports]
    assert (failed[0].path, failed[1]) == ("lost.pdf", None)


def test_a_report_that_was_not_classified_comes_back_equal(samples: Path, write: Write) -> None:
    (split,) = Splitter()([read(samples / "school-review.md")])
    assert split.sentences
    assert not split.classified
    (_, back), _ = stored_reports(write([split], "jsonl"))
    assert back == split


def test_records_are_rebuilt_byte_for_byte_without_the_model(reports: list[Report], write: Write) -> None:
    folder = write(reports, *FORMATS)
    before = contents(folder)
    (folder / "records.jsonl").write_text("spoilt\n")
    heavy = "('torch', 'transformers')"
    code = (
        f"import sys; sys.argv[1:] = ['rebuild', {str(folder)!r}]\nimport scrutiny.cli\n"
        f"try: scrutiny.cli.main()\nfinally: print([module for module in {heavy} if module in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert contents(folder) == before


def test_a_format_can_be_added_and_those_that_are_there_are_kept(reports: list[Report], write: Write) -> None:
    folder = write(reports, "jsonl")
    result = CliRunner().invoke(app, ["rebuild", str(folder), "--format", "csv"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip().endswith("jsonl, csv")
    assert contents(folder) == contents(write(reports, "jsonl", "csv", name="both"))


def test_another_regime_gives_what_extracting_under_it_gives(
    pipeline: Pipeline, samples: Path, write: Write, lines: Callable[[Path], list[dict[str, Any]]]
) -> None:
    names = ["school-review.md", "food-hygiene-inspection.pdf"]
    other = Pipeline(pipeline.classifier, regime="ofsted-schools")
    folder = write([pipeline(samples / name) for name in names], "jsonl")
    result = CliRunner().invoke(app, ["rebuild", str(folder), "--regime", "ofsted-schools"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert {line["metadata"].get("regime") for line in lines(folder / "reports.jsonl")} == {"ofsted-schools", None}
    assert contents(folder) == contents(write([other(samples / name) for name in names], "jsonl", name="other"))


def test_links_made_by_meaning_are_rebuilt_from_what_is_stored(reports: list[Report], write: Write) -> None:
    folder = write(reports, "jsonl")
    assert any(sentence.meaning for report in reports for sentence in report.sentences)
    before = contents(folder)
    assert CliRunner().invoke(app, ["rebuild", str(folder)]).exit_code == 0
    assert contents(folder) == before


@pytest.mark.parametrize(("version", "less"), [("1.4", ("meaning", "tags")), ("1.5", ("tags",))])
def test_lines_of_before_there_were_meanings_or_tags_are_read(
    reports: list[Report],
    write: Write,
    lines: Callable[[Path], list[dict[str, Any]]],
    version: str,
    less: tuple[str, ...],
) -> None:
    folder = write(reports, "jsonl")
    older = lines(folder / "reports.jsonl")
    for line in older:
        line["schema_version"] = version
        for sentence in (line["document"] or {}).get("sentences", []):
            del sentence[-len(less) :]
    (folder / "reports.jsonl").write_text("".join(json.dumps(line) + "\n" for line in older), encoding="utf-8")
    for (_, back), report in zip(stored_reports(folder), reports, strict=False):
        assert back is not None
        without: dict[str, Any] = dict.fromkeys(less)
        assert back.sentences == tuple(replace(sentence, **without) for sentence in report.sentences)


def version(number: str) -> Callable[[dict[str, Any]], None]:
    return lambda line: line.update(schema_version=number)


def spoil(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    def spoilt(line: dict[str, Any]) -> None:
        place: Any = line
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return spoilt


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (version("2.0"), r"written in version 2\.0 .* Update scrutiny"),
        (version("0.9"), r"written in version 0\.9 .* Extract the reports again"),
        (version("1.99"), r"written in version 1\.99 .* Update scrutiny"),
        (version("new"), "names no schema_version"),
        (spoil("document", value=None), "the report is not stored in it.* extract the reports again"),
        (spoil("document", "text", value="short"), r"lie outside the text"),
        (spoil("document", "sentences", 0, 2, value=10**6), r"there is no block 1000000"),
        (spoil("document", "sentences", 0, 2, value=-1), r"there is no block -1"),
        (spoil("document", "sentences", 0, 1, value=0), r"lies outside its block"),
        (spoil("document", "sentences", 0, 4, value="~"), r"damaged"),
        (spoil("document", "blocks", 0, 0, value="poem"), r"damaged \(document\.blocks\.0\.0"),
        (spoil("document", "sections", 0, 0, value=5), r"there is no section 5"),
    ],
)
def test_a_line_that_is_damaged_or_of_another_version_is_named_and_the_folder_left_as_it_was(
    reports: list[Report], write: Write, damage: Callable[[dict[str, Any]], None], message: str
) -> None:
    folder = write(reports[:2], "jsonl", "csv")
    file = folder / "reports.jsonl"
    first, second, *rest = file.read_text(encoding="utf-8").splitlines(keepends=True)
    line = json.loads(second)
    damage(line)
    file.write_text("".join([first, json.dumps(line) + "\n", *rest]), encoding="utf-8")
    before = contents(folder)
    result = CliRunner().invoke(app, ["rebuild", str(folder)])
    assert isinstance(result.exception, DataError)
    assert f"{file}, line 2" in str(result.exception)
    with pytest.raises(DataError, match=message):
        raise result.exception
    assert contents(folder) == before


@pytest.mark.parametrize("text", ["{", "[]", "nothing", '"\ud800"'])
def test_what_is_no_line_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "reports.jsonl").write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(DataError, match=r"reports\.jsonl"):
        list(stored_reports(tmp_path))


def test_a_folder_without_reports_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        result = CliRunner().invoke(app, ["rebuild", str(folder)])
        assert str(result.exception).startswith(f"{folder}: there is no reports.jsonl in it. Give the output folder")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(DataError, match=r"reports\.jsonl: cannot be read.* Give the output folder"):
        list(stored_reports(tmp_path))


def test_an_interruption_leaves_the_folder_as_it_was(reports: list[Report], write: Write) -> None:
    def interrupted(folder: Path) -> None:
        with reopened(folder, ["csv"]) as rebuilt:
            for line, _ in stored_reports(folder):
                rebuilt.keep(None, line)
                raise KeyboardInterrupt

    folder = write(reports[:1], "jsonl")
    before = contents(folder)
    with pytest.raises(KeyboardInterrupt):
        interrupted(folder)
    assert contents(folder) == before
