"""Pages per second of reading PDFs, beside raw text extraction by pypdfium2, and peak memory by number of pages.

    python benchmarks/reading_speed.py ../shared/reports
    python benchmarks/reading_speed.py ../shared/reports --memory 100 400 1600

Raw extraction is the text of each page and the box of each of its characters, through pypdfium2's own interface. Both
take turns, file by file, after each has read one file, and CPU time is counted. ``--memory`` joins the reports to one
PDF of so many pages, each read in a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import io
import itertools
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pypdfium2

from scrutiny.reading import read
from scrutiny.report import Report


def raw(file: Path) -> int:
    """Pages of ``file`` after extracting text and character boxes."""
    document = pypdfium2.PdfDocument(file)
    for page in document:
        text = page.get_textpage()
        text.get_text_range()
        for index in range(text.count_chars()):
            text.get_charbox(index)
    return len(document)


def ours(file: Path) -> int:
    """Pages of ``file`` after reading it to a report."""
    return read(file).coverage.pages or 0


def timed(work: Callable[[Path], int], file: Path) -> tuple[int, float]:
    """Pages and CPU seconds."""
    begin = time.process_time()
    pages = work(file)
    return pages, time.process_time() - begin


def speed(files: list[Path], repeats: int) -> None:
    """Print pages per second of both, and the share of the two."""
    shares = []
    for work in (raw, ours):
        work(files[0])  # what is loaded once
    for _ in range(repeats):
        pages, seconds = 0, {raw: 0.0, ours: 0.0}
        for file in files:
            for work in seconds:
                count, spent = timed(work, file)
                seconds[work] += spent
            pages += count
        shares.append(seconds[raw] / seconds[ours])
        print(f"{pages} pages: raw {pages / seconds[raw]:.1f}, ours {pages / seconds[ours]:.1f} pages/s")
    print(f"share of raw: {statistics.median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f})")


def joined(files: list[Path], pages: int) -> bytes:
    """One PDF of so many pages of ``files``, taken in turn as often as it needs."""
    target = pypdfium2.PdfDocument.new()
    for file in itertools.cycle(files):
        source = pypdfium2.PdfDocument(file)
        target.import_pages(source, list(range(min(len(source), pages - len(target)))))
        if len(target) == pages:
            break
    made = io.BytesIO()
    target.save(made)
    return made.getvalue()


def memory(files: list[Path], counts: list[int]) -> None:
    """Print the peak memory of reading PDFs of so many pages."""
    for pages in counts:
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(joined(files, pages))
            file.flush()
            run = [sys.executable, __file__, "--one", file.name]
            peak = subprocess.run(run, capture_output=True, check=True, text=True).stdout
        print(f"{pages} pages: {peak.strip()}")


def one(file: Path) -> None:
    """Read ``file`` and print what that took."""
    data = file.read_bytes()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report = read(data, name="joined.pdf")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    kept = size_of(report) / 2**20
    print(f"{peak - before:.0f} MB, of which the report itself {kept:.0f}; file {len(data) / 2**20:.1f} MB")


def size_of(report: Report) -> int:
    """Bytes of ``report`` and all that it holds."""
    waiting: list[object] = [report]
    seen: dict[int, int] = {}
    while waiting:
        item = waiting.pop()
        if id(item) not in seen and not isinstance(item, type | ModuleType):
            seen[id(item)] = sys.getsizeof(item)
            waiting += gc.get_referents(item)
    return sum(seen.values())


def main() -> None:
    """Parse the command line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="folder that holds PDF files")
    parser.add_argument("--memory", type=int, nargs="+", metavar="PAGES")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        one(Path(arguments.folder))
        return
    files = [file for file in sorted(Path(arguments.folder).glob("*.pdf")) if file.read_bytes()[:5] == b"%PDF-"]
    if arguments.memory:
        memory(files, arguments.memory)
    else:
        speed(files, arguments.repeats)


if __name__ == "__main__":
    main()
