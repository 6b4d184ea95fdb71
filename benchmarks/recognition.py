"""How well scanned pages are read: the sample reports made into pictures and read by OCR, against their own text.

    python benchmarks/recognition.py [--dpi 300] [--turned 0]

The pictures are grey JPEGs; ``--turned`` lays them askew by so many degrees. Needs Tesseract.
"""

from __future__ import annotations

import argparse
import io
import time
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

import pypdfium2
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from scrutiny.reading import read
from scrutiny.report import Report
from scrutiny.resources import corpora_folder
from scrutiny.splitting import Splitter


def main() -> None:
    """Print a line for each report and one for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--turned", type=float, default=0.0)
    options = parser.parse_args()
    print("| report | pages | characters wrong | words found | sentences found | confidence | seconds a page |")
    print("|---|---|---|---|---|---|---|")
    total: Counter[str] = Counter()
    for file in sorted((corpora_folder() / "samples").glob("*.pdf")):
        measures = measure(file, options.dpi, options.turned)
        show(file.stem, measures)
        total.update(measures)
    show("all", total)


def measure(file: Path, dpi: int, turned: float) -> Counter[str]:
    """What is counted of one report."""
    printed, scan = split(read(file)), scanned(file, dpi, turned)
    began = time.perf_counter()
    report = split(read(scan, name="scan.pdf", ocr=True))
    seconds = time.perf_counter() - began
    words, found = Counter(printed.text.split()), Counter(report.text.split())
    sentences = Counter(sentence.text for sentence in printed.sentences)
    return Counter(
        {
            "pages": len(report.coverage.ocr),
            "characters": len(printed.text),
            "wrong": wrong_characters(printed.text.split(), report.text.split()),
            "words": words.total(),
            "words found": (words & found).total(),
            "sentences": sentences.total(),
            "sentences found": (sentences & Counter(sentence.text for sentence in report.sentences)).total(),
            "confidence": sum(report.coverage.ocr.values()),
            "seconds": seconds,
        }
    )


def split(report: Report) -> Report:
    """``report`` with its sentences."""
    return next(Splitter()([report]))


def scanned(file: Path, dpi: int, turned: float) -> bytes:
    """A PDF of pictures of the pages of ``file``."""
    made = io.BytesIO()
    canvas = Canvas(made, invariant=True)
    for page in pypdfium2.PdfDocument(file):
        picture = page.render(scale=dpi / 72, grayscale=True).to_pil().rotate(turned, fillcolor=255, resample=2)
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=60)
        canvas.setPageSize(page.get_size())
        canvas.drawImage(ImageReader(jpeg), 0, 0, *page.get_size())
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def wrong_characters(words: Sequence[str], found: Sequence[str]) -> int:
    """Characters to insert, remove or replace where the words differ, block by block in reading order."""
    changes = SequenceMatcher(None, words, found, autojunk=False).get_opcodes()
    return sum(
        distance(" ".join(words[first:last]), " ".join(found[start:end]))
        for kind, first, last, start, end in changes
        if kind != "equal"
    )


def distance(left: str, right: str) -> int:
    """Levenshtein's."""
    row = list(range(len(right) + 1))
    for index, character in enumerate(left, start=1):
        above, row = row, [index]
        for other, letter in enumerate(right, start=1):
            row.append(min(above[other] + 1, row[-1] + 1, above[other - 1] + (character != letter)))
    return row[-1]


def show(name: str, counted: Counter[str]) -> None:
    """One line of the table."""
    pages = counted["pages"]
    print(
        f"| {name} | {pages} | {counted['wrong'] / counted['characters']:.4f} "
        f"| {counted['words found'] / counted['words']:.4f} "
        f"| {counted['sentences found'] / counted['sentences']:.3f} ({counted['sentences']}) "
        f"| {counted['confidence'] / pages:.3f} | {counted['seconds'] / pages:.1f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
