from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands import run, run_here
from scrutiny.report import Report


def scrutiny(*arguments: str | Path, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command; where ``variables`` are to count from the beginning, in a process of its own."""
    result = run(*arguments, cwd=cwd, **variables) if variables else run_here(*arguments, cwd=cwd)
    assert "Traceback" not in result.stderr
    return result


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_the_main_command_of_the_readme_gives_records_of_every_role(
    samples: Path, sample_reports: list[Report], tmp_path: Path
) -> None:
    """On two of the samples, since the model of the command takes its time."""
    folder, output = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in ("organic-farm-inspection.txt", "tramway-letter.pdf"):
        shutil.copy(samples / name, folder)
    result = run("extract", folder, "--output", output, "--sentences")
    assert result.returncode == 0, result.stderr
    for word in ("Reports", "Pages", "Sentences", "Records: recommendation", "Failures", "Seconds"):
        assert word in result.stdout
    assert [Path(str(report["path"])) for report in lines(output / "reports.jsonl")] == sorted(folder.iterdir())
    found = [record["text"] for record in lines(output / "records.jsonl")]
    wanted = [report for report in sample_reports if (folder / Path(report.source.path).name).exists()]
    assert found == [record.text for report in wanted for record in report.records]
    assert {record["role"] for record in lines(output / "records.jsonl")} == {
        "finding",
        "strength",
        "recommendation",
    }
    assert (output / "failures.jsonl").read_text() == ""
    assert len(lines(output / "sentences.jsonl")) == sum(len(report.sentences) for report in wanted)


def test_every_sample_is_read_and_records_are_byte_identical_whatever_the_order_of_inputs(
    quick_model: Path, samples: Path, tmp_path: Path
) -> None:
    files = sorted((file for file in samples.iterdir() if file.suffix in {".pdf", ".md", ".txt"}), reverse=True)
    # In a process of its own, whose sets have another order, and here.
    for output, inputs, runner in (("one", [samples], run), ("other", [*files, files[0]], run_here)):
        result = runner("extract", *inputs, "--output", tmp_path / output, "--sentences", "--model", quick_model)
        assert result.returncode == 0
    assert [report["path"] for report in lines(tmp_path / "one" / "reports.jsonl")] == [
        file.as_posix() for file in reversed(files)
    ]
    assert len(files) >= 8
    assert (tmp_path / "one" / "failures.jsonl").read_text() == ""
    assert lines(tmp_path / "one" / "records.jsonl")
    for name in ("records.jsonl", "records.csv", "sentences.jsonl", "reports.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_one_broken_file_does_not_stop_the_rest(quick_model: Path, samples: Path, tmp_path: Path) -> None:
    pdf = sorted(samples.glob("*.pdf"))[0]
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(pdf, folder / "good.pdf")
    (folder / "truncated.pdf").write_bytes(pdf.read_bytes()[:2000])
    (folder / "empty.txt").write_bytes(b"")
    (folder / "picture.jpg").write_bytes(b"not a report")
    options: list[str | Path] = ["--output", tmp_path / "out", "--model", quick_model, "--workers", "1"]
    result = scrutiny("extract", folder, tmp_path / "missing.pdf", *options)
    assert result.returncode == 2
    failures = {Path(str(line["path"])).name: line for line in lines(tmp_path / "out" / "failures.jsonl")}
    assert {name: line["code"] for name, line in failures.items()} == {
        "truncated.pdf": "damaged",
        "empty.txt": "empty",
        "missing.pdf": "missing",
    }
    for name, line in failures.items():
        assert name in str(line["reason"])
        assert line["remedy"]
    reports = {Path(str(line["path"])).name: line["status"] for line in lines(tmp_path / "out" / "reports.jsonl")}
    assert reports == {"good.pdf": "read", "truncated.pdf": "failed", "empty.txt": "failed", "missing.pdf": "failed"}
    assert lines(tmp_path / "out" / "records.jsonl")


@pytest.mark.parametrize(("given", "code"), [("", "no_reports"), ("*.pdf", "no_reports"), ("missing.pdf", "missing")])
def test_nothing_to_read_leaves_with_3(quick_model: Path, tmp_path: Path, given: str, code: str) -> None:
    (tmp_path / "in").mkdir()
    result = scrutiny("extract", tmp_path / "in" / given, "--output", tmp_path / "out", "--model", quick_model)
    assert result.returncode == 3
    assert [line["code"] for line in lines(tmp_path / "out" / "failures.jsonl")] == [code]
    assert given in result.stderr


def test_an_output_inside_the_input_folder_is_not_read_again(quick_model: Path, samples: Path, tmp_path: Path) -> None:
    shutil.copy(sorted(samples.glob("*.md"))[0], tmp_path / "report.md")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.md").write_text("# Not an input\n")
    options: list[str | Path] = ["--output", tmp_path / "out", "--format", "jsonl", "--model", quick_model]
    assert scrutiny("extract", tmp_path, *options).returncode == 0
    assert [Path(str(line["path"])).name for line in lines(tmp_path / "out" / "reports.jsonl")] == ["report.md"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["extract", "x.pdf"], "--output"),
        (["extract", "x.pdf", "--output", "o", "--format", "docx"], "jsonl, csv, parquet"),
        (["extract", "x.pdf", "--output", "o", "--model", "no/such/model"], "no such model folder"),
        (["extract", "x.pdf", "--output", "pyproject.toml"], "cannot be written"),
        (["evaluate", "missing.jsonl"], "no labelled data there"),
        (["evaluate", "authored", "--split", "dev"], "Splits there: train, validation, test"),
        (["train", "missing.toml", "--output", "o"], "cannot be read"),
        (["distill", "missing.toml", "--output", "o", "--teacher", "t"], "cannot be read"),
        (["explain", " "], "nothing to explain"),
        (["explain", "Plans are late.", "--model", "no/such/model"], "no such model folder"),
        (["schema", "models"], "records, sentences, reports, failures, metrics"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_faults_of_usage_leave_with_1_and_a_remedy(arguments: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    result = scrutiny(*arguments, cwd=tmp_path)
    assert result.returncode == 1
    assert message in " ".join(result.stderr.replace("│", " ").split())
    assert not (tmp_path / "o").exists()


def test_ocr_that_is_not_installed_is_a_fault_of_usage(samples: Path, tmp_path: Path) -> None:
    report = next(samples.glob("*.md"))
    for option in (["--ocr"], ["--ocr-language", "eng"]):
        result = scrutiny("extract", report, "--output", tmp_path / "out", *option, PATH="/nowhere")
        assert result.returncode == 1
        assert "tesseract-ocr" in result.stderr
        assert not (tmp_path / "out").exists()


def test_a_report_in_another_language_is_read_and_only_on_demand_classified(tiny_model: Path, tmp_path: Path) -> None:
    welsh = "Nid yw cynlluniau gwella yn cael eu hadolygu yn ddigon aml, ac nid yw llywodraethwyr yn herio'r pennaeth. "
    (tmp_path / "a.txt").write_text(welsh * 5)
    (tmp_path / "b.txt").write_text(
        "Plans are not reviewed often enough, and governors do not challenge the head. " * 5
    )
    command: list[str | Path] = [
        "extract",
        tmp_path / "a.txt",
        tmp_path / "b.txt",
        "--model",
        tiny_model,
        "--sentences",
        "--workers",
        "1",
    ]
    result = scrutiny(*command, "--output", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    row = next(line for line in result.stdout.splitlines() if "Not in English, not classified" in line)
    assert row.split()[-2] == "1"
    first, second = lines(tmp_path / "out" / "reports.jsonl")
    assert (first["language"], first["classified"], first["sentences"]) == ("cy", False, 5)
    assert (second["language"], second["classified"], second["sentences"]) == ("en", True, 5)
    (_, note) = first["coverage"]["notes"]  # type: ignore[index]
    assert "--any-language" in note
    assert len(lines(tmp_path / "out" / "sentences.jsonl")) == 5
    assert scrutiny(*command, "--output", tmp_path / "all", "--any-language").returncode == 0
    assert [report["classified"] for report in lines(tmp_path / "all" / "reports.jsonl")] == [True, True]
    assert len(lines(tmp_path / "all" / "sentences.jsonl")) == 10


def test_the_schema_command_prints_the_schema_of_each_file() -> None:
    result = scrutiny("schema", "records")
    assert result.returncode == 0
    schema = json.loads(result.stdout)
    assert {"id", "report", "role", "scores", "confidence", "decision", "start", "end"} <= set(schema["required"])


def test_evaluate_writes_the_measures(tiny_model: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    rows = [("Plans are late.", "finding"), ("Staff are kind.", "strength"), ("We visited.", "other")]
    data.write_text("".join(json.dumps({"text": text, "role": role}) + "\n" for text, role in rows))
    result = scrutiny("evaluate", data, "--model", tiny_model, "--json", tmp_path / "m.json")
    assert result.returncode == 0, result.stderr
    measures = json.loads((tmp_path / "m.json").read_text())
    assert set(measures) == {"n", "accuracy", "macro_f1", "roles", "confusion"}
    assert measures["n"] == 3
    assert set(measures["roles"]["finding"]) == {"precision", "recall", "f1", "support"}
    assert sum(sum(row.values()) for row in measures["confusion"].values()) == 3


def test_a_trained_model_keeps_the_whole_command_that_made_it(encoder: Path, tmp_path: Path) -> None:
    rows = [("Plans are late.", "finding"), ("Staff are kind.", "strength"), ("We visited.", "other")] * 4
    (tmp_path / "d.jsonl").write_text("".join(json.dumps({"text": t, "role": role}) + "\n" for t, role in rows))
    sources = 'train = [{ data = "d.jsonl" }]\nvalidation = [{ data = "d.jsonl" }]'
    (tmp_path / "c.toml").write_text(f'[model]\nbase = "none"\n[data]\n{sources}\n[optimisation]\npasses = 1\n')
    result = scrutiny("train", "c.toml", "--output", "m", "--base-model", encoder, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    kept = json.loads((tmp_path / "m" / "training.json").read_text())["command"]
    assert kept == f"scrutiny train c.toml --output m --base-model {encoder}"
    learned = scrutiny("distill", "c.toml", "--output", "s", "--teacher", "m", "--base-model", encoder, cwd=tmp_path)
    assert learned.returncode == 0, learned.stderr
    command: list[str | Path] = [
        "distill",
        "c.toml",
        "--output",
        "e",
        "--teacher",
        "m",
        "--teacher",
        "s",
        "--base-model",
        encoder,
    ]
    of_two = scrutiny(*command, cwd=tmp_path)
    assert of_two.returncode == 0, of_two.stderr
    provenance = json.loads((tmp_path / "e" / "training.json").read_text())
    assert provenance["command"].startswith("scrutiny distill c.toml --output e --base-model ")
    assert provenance["command"].endswith(" --teacher m --teacher s")
    assert [(teacher["name"], len(teacher["sha256"])) for teacher in provenance["teachers"]] == [("m", 64), ("s", 64)]
    explained = scrutiny("explain", "Plans [redacted] late. [/b]", "--model", "s", "--role", "finding", cwd=tmp_path)
    assert explained.returncode == 0, explained.stderr
    assert [word in explained.stdout for word in ("Plans", "[redacted]", "[/b]")] == [True] * 3
    assert "What each word adds to finding" in explained.stdout
    long = scrutiny("explain", "plans " * 600, "--model", "s", cwd=tmp_path)
    assert "its end was left out" in long.stdout


def test_models_are_averaged_and_calibrated_on_labels_of_ones_own(tiny_model: Path, tmp_path: Path) -> None:
    rows = [("Plans are late.", "finding"), ("Staff are kind.", "strength"), ("We visited.", "other")] * 40
    (tmp_path / "d.jsonl").write_text("".join(json.dumps({"text": t, "role": role}) + "\n" for t, role in rows))
    averaged = scrutiny("average", tiny_model, tiny_model, "--share", "1", "--share", "2", "--output", tmp_path / "a")
    assert averaged.returncode == 0, averaged.stderr
    alone = scrutiny("average", tiny_model, "--output", tmp_path / "b")
    assert alone.returncode == 1
    assert "two or more models" in alone.stderr
    chosen = scrutiny("average", "a", tiny_model, "--choose-on", "d.jsonl", "--output", "b", cwd=tmp_path)
    assert chosen.returncode == 0, chosen.stderr
    (best,) = (line for line in chosen.stdout.splitlines() if "chosen" in line)
    kept = json.loads((tmp_path / "b" / "average.json").read_text())
    assert kept["command"] == f"scrutiny average a {tiny_model} --output b --choose-on d.jsonl"
    assert f" {kept['models'][0]['share']} " in best
    both = scrutiny("average", "a", "a", "--choose-on", "d.jsonl", "--share", "1", "--output", "b", cwd=tmp_path)
    assert both.returncode == 1
    assert "shares are chosen of two models" in " ".join(both.stderr.replace("│", " ").split())
    calibrated = scrutiny("calibrate", "d.jsonl", "--model", "a", "--output", "c", cwd=tmp_path)
    assert calibrated.returncode == 0, calibrated.stderr
    assert "temperature" in calibrated.stdout
    kept = json.loads((tmp_path / "c" / "calibration.json").read_text())["command"]
    assert kept == "scrutiny calibrate d.jsonl --output c --model a"
    (tmp_path / "few.jsonl").write_text('{"text": "A.", "role": "other"}\n')
    few = scrutiny("calibrate", "few.jsonl", "--model", "a", "--output", "d", cwd=tmp_path)
    assert few.returncode == 1
    assert "calibrating takes 100 or more" in few.stderr


def test_a_model_is_exported_and_records_tell_that_it_ran_in_eight_bits(
    quick_model: Path, samples: Path, tmp_path: Path
) -> None:
    exported = scrutiny("export", "--model", quick_model, "--output", tmp_path / "m", "--sentences", "100")
    assert exported.returncode == 0, exported.stderr
    assert "get the same role as in single precision" in " ".join(exported.stdout.split())
    options: list[str | Path] = ["--output", tmp_path / "out", "--model", tmp_path / "m", "--precision", "int8"]
    assert scrutiny("extract", samples / "care-home-inspection.pdf", *options).returncode == 0
    models = [record["model"] for record in lines(tmp_path / "out" / "records.jsonl")]
    assert models
    assert all(isinstance(model, dict) and model["precision"] == "int8" for model in models)
    onto_itself = scrutiny("export", "--model", tmp_path / "m", "--output", tmp_path / "m", "--sentences", "100")
    assert onto_itself.returncode == 1
    assert "Give another output folder" in onto_itself.stderr


def test_doubted_labels_are_listed_and_can_be_trained_without(encoder: Path, tmp_path: Path) -> None:
    rows = [("Plans are late.", "finding"), ("Staff are kind.", "strength"), ("We visited.", "other")] * 10
    rows[12] = ("Plans are late.", "other")
    (tmp_path / "d.jsonl").write_text("".join(json.dumps({"text": t, "role": role}) + "\n" for t, role in rows))
    sources = 'train = [{ data = "d.jsonl" }]\nvalidation = [{ data = "d.jsonl" }]'
    config = f'[model]\nbase = "none"\n[optimisation]\npasses = 1\n[data]\n{sources}\n'
    (tmp_path / "c.toml").write_text(config)
    found = scrutiny("doubts", "c.toml", "--output", "doubts.csv", "--share", "0.1", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert "1 of 30 labels" in found.stdout
    (tmp_path / "c.toml").write_text(config + 'doubts = "doubts.csv"\n')
    trained = scrutiny("train", "c.toml", "--output", "m", "--base-model", encoder, cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    assert json.loads((tmp_path / "m" / "training.json").read_text())["sentences"]["doubted"] == 1
    unwritable = scrutiny("doubts", "c.toml", "--output", "nowhere/doubts.csv", cwd=tmp_path)
    assert unwritable.returncode == 1
    assert "nowhere/doubts.csv: cannot be written" in unwritable.stderr


@pytest.mark.parametrize(
    "command",
    [
        "extract",
        "rebuild",
        "summary",
        "explain",
        "evaluate",
        "calibrate",
        "train",
        "distill",
        "average",
        "meaning",
        "tagger",
        "export",
        "doubts",
        "schema",
    ],
)
def test_every_command_has_help(command: str) -> None:
    result = scrutiny(command, "--help")
    assert result.returncode == 0
    assert "Usage: scrutiny" in result.stdout


@pytest.mark.parametrize(
    "code",
    [
        "import scrutiny",
        "import scrutiny; scrutiny.Report; scrutiny.Role",
        "import sys; sys.argv[1:] = ['--help']\nimport scrutiny.cli\ntry: scrutiny.cli.main()\nexcept SystemExit: pass",
    ],
)
def test_importing_and_help_load_nothing_heavy(code: str) -> None:
    check = "; import sys; print([m for m in ('torch', 'transformers', 'spacy', 'datasets') if m in sys.modules])"
    code = f"{code}\n{check.removeprefix('; ')}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_a_manifest_adds_metadata_and_rows_without_a_report_are_told(
    quick_model: Path, samples: Path, tmp_path: Path
) -> None:
    facts = tmp_path / "facts.csv"
    facts.write_text("file,region\nschool-review.md,North\nnone.pdf,South\n", encoding="utf-8")
    output = tmp_path / "out"
    result = scrutiny(
        "extract", samples / "school-review.md", "--output", output, "--manifest", facts, "--model", quick_model
    )
    assert result.returncode == 0, result.stderr
    assert "1 row (none.pdf) of the manifest" in result.stderr
    (report,) = lines(output / "reports.jsonl")
    assert report["metadata"]["region"] == "North"  # type: ignore[index]


def test_a_manifest_that_is_wrong_stops_the_run_before_it_begins(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text("region\nNorth\n", encoding="utf-8")
    result = scrutiny("extract", samples, "--output", tmp_path / "out", "--manifest", tmp_path / "facts.csv")
    assert result.returncode == 1
    assert "no column names the file" in result.stderr
    assert not (tmp_path / "out").exists()


def test_the_package_run_as_a_module_is_the_same_command() -> None:
    """Its name in messages too, and what it leaves with."""
    command = [sys.executable, "-m", "scrutiny"]
    result = subprocess.run([*command, "extract"], capture_output=True, text=True, timeout=120)
    assert result.returncode == 1
    assert "Usage: scrutiny extract" in result.stderr
    assert "Traceback" not in result.stderr
