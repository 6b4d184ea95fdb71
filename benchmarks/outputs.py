"""What each format of records costs: seconds, memory and size for many records; and what reports.jsonl stores a page.

    PYTHONPATH=pipeline python benchmarks/outputs.py out/demo --records 100000

writes the records of an output folder again and again, in a process of its own for each format, until there are as
many as asked for.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path

from scrutiny.pipeline import assemble
from scrutiny.writing.formats import FORMATS
from scrutiny.writing.output import OutputFolder
from scrutiny.writing.parts import ModelReference
from scrutiny.writing.rebuilding import stored_lines, stored_reports


def main() -> None:
    """Parse and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="output folder of 'scrutiny extract'")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--format", action="append", choices=list(FORMATS), help="repeatable; default: all")
    given = parser.parse_args()
    print(stored(given.folder))
    print("| format | seconds | peak MB | file MB |\n|---|---|---|---|")
    for name in ["(none)", *(given.format or FORMATS)]:
        with get_context("spawn").Pool(1) as pool:
            seconds, memory, size = pool.apply(cost, (given.folder, name, given.records))
        print(f"| {name} | {seconds:.1f} | {memory / 1e6:.0f} | {size / 1e6:.1f} |", flush=True)


def stored(folder: Path) -> str:
    """Bytes a page of ``reports.jsonl``, of what it would be without the stored reports, and of their text."""
    pages = whole = bare = text = 0
    for line in stored_lines(folder):
        if line.document and line.coverage and line.coverage.pages:
            pages += line.coverage.pages
            whole += len(line.model_dump_json().encode())
            bare += len(line.model_copy(update={"document": None}).model_dump_json().encode())
            text += len(line.document.text.encode())
    return (
        f"reports.jsonl, bytes a page over {pages:,} pages: {whole / pages:,.0f}, without the stored reports "
        f"{bare / pages:,.0f}; the text alone {text / pages:,.0f}."
        if pages
        else "reports.jsonl: no pages."
    )


def cost(folder: Path, name: str, wanted: int) -> tuple[float, int, int]:
    """Seconds, bytes of memory at most and bytes of output for ``wanted`` records in the format ``name``."""
    reports = [assemble(report) for _, report in stored_reports(folder) if report]
    model = ModelReference(name="model", sha256="0" * 64, precision="float32")
    written = 0
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "out"
        began = time.perf_counter()
        with OutputFolder(output, model, formats=[] if name == "(none)" else [name]) as opened:
            for report in cycle(reports):
                opened.write(report)
                written += len(report.records)
                if written >= wanted:
                    break
        seconds = time.perf_counter() - began
        files = [file for file in output.rglob("*") if file.is_file()]
        files = [file for file in files if file.relative_to(output).parts[0].startswith("records")]
        size = sum(file.stat().st_size for file in files)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, size


if __name__ == "__main__":
    main()
