"""``scrutiny evaluate`` as a person runs it: what it prints, what it writes, and what it refuses."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cli.test_commands import scrutiny
from scrutiny.cli import main
from scrutiny.report import ROLES
from scrutiny.roles.taught import Taught

TEXTS = {
    "finding": "Plans are not reviewed often enough.",
    "strength": "Staff are kind and good.",
    "recommendation": "The head should review plans.",
    "other": "We visited on two days.",
}


def rows(n: int = 96) -> list[dict[str, object]]:
    roles = list(TEXTS)
    return [
        {
            "id": f"{at}", "text": f"{TEXTS[roles[at % 4]]} Report {at // 8}, line {at}.", "role": roles[at % 4],
            "passage": f"p{at // 8}", "position": at % 8, "group": f"g{at // 8}", "source": f"s{at // 48}",
            "heading": "What <b>we</b> found", "first_pass": roles[at % 4],
            "second_pass": roles[at % 4] if at % 12 else roles[(at + 1) % 4],
        }
        for at in range(n)
    ]  # fmt: skip


def write(file: Path, lines: list[dict[str, object]]) -> Path:
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def predictions(file: Path, *, wrong: int = 7) -> Path:
    roles = list(TEXTS)
    lines = []
    for at, row in enumerate(rows()):
        given = roles.index(str(row["role"])) if at % wrong else (at + 1) % 4
        scores = {role: 0.7 if number == given else 0.1 for number, role in enumerate(roles)}
        lines.append({"id": row["id"], "role": roles[given], "scores": scores, "decision": "accept"})
    return write(file, lines)


class Here:
    """Runs the command in this process, where everything is imported already."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "200")
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def __call__(self, *arguments: str) -> tuple[int | str | None, str]:
        """The exit code and what was said to the error stream."""
        self.monkeypatch.setattr(sys, "argv", ["scrutiny", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, " ".join(self.capsys.readouterr().err.replace("│", " ").split())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """The command, run in a folder with labelled data and predictions."""
    write(tmp_path / "d.jsonl", rows())
    predictions(tmp_path / "p.jsonl")
    return Here(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The output of an evaluation of two systems and the baselines, in data with hostile text."""
    tmp_path = tmp_path_factory.mktemp("evaluated")
    lines = rows()
    lines[0]["text"] = '=HYPERLINK("x") <script>alert(1)</script> plans are late.'
    data = write(tmp_path / "data.jsonl", lines)
    training = write(tmp_path / "training.jsonl", [dict(row, group=f"t{row['group']}") for row in rows()[8:]])
    given = [str(predictions(tmp_path / f"{name}.jsonl", wrong=wrong)) for name, wrong in (("best", 7), ("worst", 3))]
    result = scrutiny(
        "evaluate", data, "--predictions", given[0], "--predictions", given[1], "--train", training,
        "--output", tmp_path / "out", "--rounds", "200",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return tmp_path / "out", result


class _Page(HTMLParser):
    """What a browser would load, and the tables and pictures that tell nothing to people who do not see them."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.tags: dict[str, int] = {}
        self.without_alt = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.loaded += [of[name] or "" for name in ("src", "href") if name in of]
        self.without_alt += tag == "img" and not of.get("alt")


def test_everything_is_told_in_the_terminal_and_written(
    evaluated: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, result = evaluated
    for words in (
        "best",
        "worst",
        "rules",
        "TF-IDF + logistic regression",
        "LEAKAGE",
        "best.jsonl is better than worst.jsonl",
    ):
        assert words in result.stdout
    assert "kappa" in result.stdout
    found = json.loads((folder / "metrics.json").read_text())
    jsonschema.validate(found, json.loads(scrutiny("schema", "metrics").stdout))
    best = found["systems"][0]
    # Each seventh of 96 sentences has another role.
    assert best["measures"]["accuracy"]["value"] == pytest.approx(82 / 96)
    assert best["measures"]["accuracy"]["low"] < 82 / 96 < best["measures"]["accuracy"]["high"]
    assert found["data"]["groups"] == 12
    assert found["ceiling"]["kappa"]["value"] == pytest.approx(1 - (8 / 96) / 0.75, abs=0.01)
    assert found["leakage"]["sentences"] == 88
    assert {part["value"]: part["n"] for part in best["slices"]["in the training data"]} == {"yes": 88, "no": 8}
    with (folder / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
        errors = list(csv.DictReader(file))
    assert len(errors) == 14
    hostile = next(error for error in errors if "HYPERLINK" in error["text"])
    assert hostile["text"].startswith("'=")
    assert (hostile["gold"], hostile["given"]) == ("finding", "strength")
    assert all(error["nearest_1"] and error["nearest_1_role"] in TEXTS for error in errors)
    assert errors[1]["before"]
    names = {file.name for file in (folder / "plots").iterdir()}
    for name in ("systems", "roles", "confusion", "reliability", "risk-coverage", "slices", "prevalence"):
        assert {f"{name}.svg", f"{name}.png"} <= names


def test_the_page_holds_what_it_shows_and_runs_nothing(
    evaluated: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    text = (evaluated[0] / "report.html").read_text()
    page = _Page()
    page.feed(text)
    assert "script" not in page.tags
    assert "&lt;script&gt;alert(1)" in text
    assert "What &lt;b&gt;we&lt;/b&gt; found" in text
    assert all(target.startswith(("data:image/svg+xml;base64,", "#")) for target in page.loaded)
    assert page.without_alt == 0
    assert page.tags["table"] == page.tags["caption"] > 8
    anchors = set(re.findall(r'id="([^"]+)"', text))
    assert {target[1:] for target in page.loaded if target.startswith("#")} <= anchors


def test_the_same_seed_gives_the_same_bytes(here: Here, tmp_path: Path) -> None:
    for name in ("one", "two"):
        code, said = here(
            "evaluate", "d.jsonl", "--predictions", "p.jsonl", "--train", "d.jsonl", "--rounds", "50", "--output", name
        )
        assert code == 0, said
    files = sorted(file.relative_to(tmp_path / "one") for file in (tmp_path / "one").rglob("*.*"))
    assert len(files) > 10
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_roles_alone_are_enough_for_a_page(here: Here, tmp_path: Path) -> None:
    for folder, wrong in (("a", 7), ("b", 3)):
        (tmp_path / folder).mkdir()
        lines = [json.loads(line) for line in predictions(tmp_path / "s.jsonl", wrong=wrong).read_text().splitlines()]
        write(tmp_path / folder / "p.jsonl", [{"id": line["id"], "role": line["role"]} for line in lines])
    given = ["--predictions", "a/p.jsonl", "--predictions", "b/p.jsonl", "--train", "d.jsonl", "--rounds", "20"]
    code, said = here("evaluate", "d.jsonl", *given, "--output", "o")
    assert code == 0, said
    found = json.loads((tmp_path / "o" / "metrics.json").read_text())
    assert [system["name"] for system in found["systems"][:2]] == ["a/p.jsonl", "b/p.jsonl"]
    assert "brier" not in found["systems"][0]["measures"]
    assert "not given" in (tmp_path / "o" / "report.html").read_text()


@pytest.mark.parametrize(
    ("bound", "code"),
    [("macro_f1=0.5", 0), ("macro_f1=0.99", 4), ("finding.recall=0.99", 4), ("brier=0.1", 1), ("f9=0.1", 1), ("f1", 1)],
)
def test_a_measure_under_its_bound_leaves_with_4(here: Here, bound: str, code: int) -> None:
    found, said = here(
        "evaluate", "d.jsonl", "--predictions", "p.jsonl", "--train", "d.jsonl", "--rounds", "20", "--fail-under", bound
    )
    assert found == code
    assert bound.partition("=")[0] in (said if code else bound)


def test_a_model_is_measured_and_the_rest_of_the_data_is_counted_with_it(tiny_model: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "d.jsonl", rows())
    (tmp_path / "report.txt").write_text("Plans are late and staff are kind. The head should review plans. " * 6)
    extracted = scrutiny(
        "extract", tmp_path / "report.txt", "--model", tiny_model, "--sentences", "--output", tmp_path / "extracted"
    )
    assert extracted.returncode == 0, extracted.stderr
    given: list[str | Path] = [
        "--model",
        tiny_model,
        "--train",
        data,
        "--rounds",
        "20",
        "--count",
        tmp_path / "extracted",
    ]
    result = scrutiny("evaluate", data, *given, "--output", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    itself, elsewhere = json.loads((tmp_path / "out" / "metrics.json").read_text())["systems"][0]["prevalence"]
    assert itself["of_sentences"]["finding"]["labelled"] == 24
    assert elsewhere["of_sentences"]["finding"]["labelled"] is None
    assert sum(count["raw"] for count in elsewhere["of_sentences"].values()) == elsewhere["sentences"] == 12
    assert elsewhere["reports"] == 1
    other = (tmp_path / "extracted" / "reports.jsonl").read_text()
    sha256 = json.loads(other)["model"]["sha256"]
    (tmp_path / "extracted" / "reports.jsonl").write_text(other.replace(sha256, "0" * 64))
    refused = scrutiny("evaluate", data, *given)
    assert refused.returncode == 1
    assert "written with another model" in refused.stderr


def test_sentences_that_a_model_was_taught_are_told(here: Here, tiny_model: Path, tmp_path: Path) -> None:
    write(tmp_path / "t.jsonl", [row | {"text": f"Elsewhere {row['text']}", "group": "t"} for row in rows()])
    texts = [str(row["text"]) for row in rows()]

    def measured() -> dict[str, Any]:
        given = ["--model", str(tiny_model), "--train", "t.jsonl", "--rounds", "20", "--output", "o"]
        code, said = here("evaluate", "d.jsonl", *given)
        assert code == 0, said
        found: dict[str, Any] = json.loads((tmp_path / "o" / "metrics.json").read_text())
        return found

    found = measured()
    assert found["systems"][0]["known"] is None
    assert any("does not tell what it learnt from" in warning for warning in found["warnings"])
    assert "in the training data" not in found["systems"][0]["slices"]
    Taught.by(texts[:9], texts[:5]).save(tiny_model)
    found = measured()
    assert found["systems"][0]["known"] == {"learnt": 9, "chosen": 5}
    told = " ".join(found["warnings"])
    assert "LEAKAGE: tiny-model learnt from 9 of 96 sentences" in told
    assert "tiny-model was chosen or calibrated on 5 of 96 sentences" in told
    slices = found["systems"][0]["slices"]["in the training data"]
    assert {part["value"]: part["n"] for part in slices} == {"yes": 9, "no": 87}


def test_models_are_trained_anew_for_each_source_left_out(encoder: Path, tmp_path: Path) -> None:
    write(tmp_path / "d.jsonl", rows())
    write(tmp_path / "more.jsonl", [dict(row, source="elsewhere", group=f"m{row['group']}") for row in rows(32)])
    sources = 'train = [{ data = "more.jsonl" }]\nvalidation = [{ data = "d.jsonl" }]'
    (tmp_path / "c.toml").write_text(f'[model]\nbase = "none"\n[data]\n{sources}\n[optimisation]\npasses = 1\n')
    command: list[str | Path] = [
        "evaluate", "d.jsonl", "--protocol", "leave-one-source-out", "--retrain", "c.toml", "--base-model", encoder,
        "--train", "more.jsonl", "--rounds", "20", "--output", "out",
    ]  # fmt: skip
    result = scrutiny(*command, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    found = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert found["folds"] == ["s0", "s1"]
    assert found["systems"][0]["name"] == "c, trained anew"
    assert {part["value"]: part["n"] for part in found["systems"][0]["slices"]["held out"]} == {"s0": 48, "s1": 48}
    for held_out in ("s0", "s1"):
        for part in ("train", "validation"):
            kept = (tmp_path / "out" / "folds" / held_out / f"{part}.jsonl").read_text().splitlines()
            assert kept
            assert held_out not in {json.loads(line)["source"] for line in kept}
    weights = tmp_path / "out" / "folds" / "s0" / "model" / "model.safetensors"
    before = weights.stat().st_mtime_ns
    assert scrutiny(*command, cwd=tmp_path).returncode == 0
    assert weights.stat().st_mtime_ns == before
    write(tmp_path / "more.jsonl", [dict(row, source="elsewhere", group=f"m{row['group']}") for row in rows(40)])
    other = scrutiny(*command, cwd=tmp_path)
    assert other.returncode == 1
    assert "trained with other data or settings" in other.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--protocol", "bootstrap"], "holdout, group-kfold, leave-one-source-out"),
        (["--protocol", "group-kfold", "--folds", "20"], "There are 12 groups for 20 folds"),
        (["--protocol", "leave-one-source-out", "--together", "s0,x"], "no source of the data: x"),
        (["--retrain", "missing.toml", "--output", "o"], "cannot be read"),
        (["--train", "missing.jsonl"], "no labelled data there"),
        (["--predictions", "d.jsonl", "--count", "o"], "--count needs the model"),
        (["--model", "no/such/model"], "no such model folder"),
        (["--output", "d.jsonl"], "cannot be written"),
        (["--split", "test"], "Splits there: d"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_remedy(here: Here, arguments: list[str], message: str) -> None:
    code, said = here("evaluate", "d.jsonl", *arguments)
    assert code == 1
    assert message in said


@pytest.mark.parametrize(("missing", "output"), [("jinja2", True), ("sklearn", True), ("sklearn", False)])
def test_an_extra_that_is_not_installed_is_named(
    here: Here, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str, output: bool
) -> None:
    there = importlib.util.find_spec

    def find_spec(name: str) -> ModuleSpec | None:
        return None if name == missing else there(name)

    for module in ("run", "output"):
        monkeypatch.setattr(f"scrutiny.evaluation.{module}.find_spec", find_spec)
    command = ["evaluate", "d.jsonl", "--predictions", "p.jsonl", "--rounds", "20"]
    if output:
        code, said = here(*command, "--output", "o")
        assert code == 1
        assert "pip install 'scrutiny[evaluate]'" in said
    else:
        monkeypatch.setattr(sys, "argv", ["scrutiny", *command])
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == 0
        told = " ".join(capsys.readouterr().out.split())
        assert "TF-IDF + logistic regression is left out" in told


def test_roles_keep_the_order_that_the_data_here_are_written_in() -> None:
    assert list(TEXTS) == [role.value for role in ROLES]
