"""How well reading and splitting recover labelled sentences of whole real reports, with page, heading and list items.

    python benchmarks/reading_quality.py ../shared/corpora/documents
    python benchmarks/reading_quality.py ../shared/corpora/*.jsonl --reports ../shared/reports

A sentence is recovered where one of ours has at least 0.95 of the characters in common with it (of the longer of the
two). Page, heading and list item are judged on the recovered ones. Units flagged J, M or X (cut short, several
sentences, no sentence) are counted apart. Furniture is any line that a third of the pages, and at least two, repeat
but for its figures.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2

from scrutiny.reading import read
from scrutiny.report import BlockKind, Sentence
from scrutiny.splitting import Splitter

_OVERLAP = 0.95
_SHORTEST_FURNITURE = 12
#: So many letters of either end of a sentence are looked for on the pages.
_ENDS = 12


@dataclass
class Score:
    """What was counted, over one report or many."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    #: Headings of ours that stand between the labelled one and the sentence.
    nearer: Counter[str] = field(default_factory=Counter)

    def share(self, part: str, whole: str) -> str:
        """``part`` of ``whole`` as printed."""
        return f"{self.counts[part] / max(self.counts[whole], 1):.4f} ({self.counts[part]} of {self.counts[whole]})"


def labelled(arguments: argparse.Namespace) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """Each report file with its labelled units."""
    for given in arguments.labels:
        if given.is_dir():
            for file in sorted(given.glob("*.json")):
                units = json.loads(file.read_text(encoding="utf-8"))["units"]
                yield file.with_suffix(".pdf"), list(_with_headings(units))
    rows = [
        json.loads(line)
        for given in arguments.labels
        if given.is_file()
        for line in given.read_text(encoding="utf-8").splitlines()
    ]
    by_document: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_document[row["document"]].append(row)
    files = {file.stem: file for file in arguments.reports.glob("*.pdf")} if arguments.reports else {}
    for document, units in sorted(by_document.items()):
        parts = document.split("/")
        slug = _slug(parts[-2].split("_", 1)[-1] + " " + parts[-1][:-4]) if len(parts) > 1 else _slug(document)
        match = [file for stem, file in files.items() if stem.endswith(slug)]
        if match and match[0].read_bytes()[:5] == b"%PDF-":
            yield match[0], [unit | {"kind": unit["block"]} for unit in units]


def _with_headings(units: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    heading = ""
    for unit in units:
        if unit["kind"] == "heading":
            heading = unit["text"]
        else:
            yield unit | {"heading": heading}


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def score(file: Path, units: list[dict[str, Any]], total: Score) -> None:
    """Adds the comparison of one report to ``total``."""
    report = read(file)
    sentences = Splitter().predict(report)
    counts = total.counts
    printed = printed_pages(file)
    for unit in units:
        flagged = bool(set(unit.get("flag") or "") & set("JMX"))
        group = "flagged" if flagged else "sentences"
        counts[group] += 1
        found = best(unit["text"], sentences)
        counts[f"{group} recovered"] += found is not None
        if found is None:
            if not flagged:
                total.faults.append(f"{file.stem}: p{unit['page']} NOT FOUND {unit['text'][:110]!r}")
            continue
        if flagged:
            continue
        block = report.blocks[found.block]
        expected = _pages_of(unit["text"], printed)
        page_right = bool(report.pages(found)) and set(report.pages(found)) <= expected
        counts["page"] += page_right
        if not page_right:
            total.faults.append(f"{file.stem}: page {report.pages(found)} for {expected}: {unit['text'][:80]!r}")
        heading = block.section_path[-1] if block.section_path else ""
        same = _plain(heading) == _plain(unit["heading"])
        nearer = not same and _stands_between(heading, unit["heading"], unit["text"], printed)
        counts["heading"] += same
        counts["heading nearer"] += nearer
        if nearer:
            total.nearer[heading] += 1
        elif not same:
            total.faults.append(
                f"{file.stem}: p{unit['page']} heading {heading!r} for {unit['heading']!r}: {unit['text'][:50]!r}"
            )
        if not unit["starts_block"]:
            continue
        ours, theirs = block.kind is BlockKind.LIST_ITEM, unit["kind"] == "item"
        counts["items"] += theirs
        counts["items found"] += ours
        counts["items right"] += ours and theirs
        if ours != theirs:
            total.faults.append(
                f"{file.stem}: p{unit['page']} item {ours} for {theirs}: {block.marker!r} {unit['text'][:80]!r}"
            )
    for furniture in printed_furniture(file):
        for sentence in sentences:
            if furniture in _figureless(sentence.text) and len(furniture) < len(sentence.text):
                counts["sentences with furniture"] += 1
                total.faults.append(f"{file.stem}: FURNITURE {furniture!r} in {sentence.text[:120]!r}")
    counts["all sentences"] += len(sentences)


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def best(text: str, sentences: tuple[Sentence, ...]) -> Sentence | None:
    """The sentence most like ``text``, if it is enough so."""
    wanted = " ".join(text.split())
    for sentence in sentences:
        if sentence.text == wanted:
            return sentence
    like = max(sentences, key=lambda sentence: overlap(wanted, sentence.text), default=None)
    return like if like is not None and overlap(wanted, like.text) >= _OVERLAP else None


def overlap(first: str, second: str) -> float:
    """Characters in common, of the longer text; 0 where it cannot be enough."""
    if min(len(first), len(second)) < _OVERLAP * max(len(first), len(second)):
        return 0.0
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    if matcher.quick_ratio() < _OVERLAP:
        return 0.0
    return sum(block.size for block in matcher.get_matching_blocks()) / max(len(first), len(second))


def printed_furniture(file: Path) -> list[str]:
    """Lines that a third of the pages print, without their figures."""
    document = pypdfium2.PdfDocument(file)
    seen: Counter[str] = Counter()
    for page in document:
        lines = {_figureless(" ".join(line.split())) for line in page.get_textpage().get_text_range().splitlines()}
        seen.update(line for line in lines if len(line) >= _SHORTEST_FURNITURE)
    return [line for line, count in seen.items() if count >= 2 and count >= len(document) / 3]


def printed_pages(file: Path) -> list[str]:
    """The letters and figures of each page as PDFium extracts them."""
    return [re.sub(r"[\W_]+", "", page.get_textpage().get_text_range()) for page in pypdfium2.PdfDocument(file)]


def _pages_of(text: str, printed: list[str]) -> set[int]:
    """The pages that hold the beginning or the end of ``text``."""
    letters = re.sub(r"[\W_]+", "", text)
    ends = letters[:_ENDS], letters[-_ENDS:]
    return {number for number, page in enumerate(printed, 1) if any(end in page for end in ends)}


def _stands_between(heading: str, labelled_heading: str, text: str, printed: list[str]) -> bool:
    """Whether ``heading`` is printed after the last print of ``labelled_heading`` before ``text``."""
    whole = "".join(printed)
    ours, theirs, letters = (re.sub(r"[\W_]+", "", part) for part in (heading, labelled_heading, text))
    place = whole.find(letters)
    return bool(ours) and place >= 0 and whole.rfind(ours, 0, place) > whole.rfind(theirs, 0, place)


def _figureless(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def main() -> None:
    """Print the measures, and with ``--faults`` what is behind them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path, nargs="+", help="a folder of NAME.pdf with NAME.json, or .jsonl files")
    parser.add_argument("--reports", type=Path, help="the PDF files that the .jsonl files were labelled from")
    parser.add_argument("--faults", action="store_true", help="print every difference")
    arguments = parser.parse_args()
    total = Score()
    reports = 0
    for file, units in labelled(arguments):
        score(file, units, total)
        reports += 1
    counts = total.counts
    print(f"reports                    {reports}")
    print(f"sentences recovered        {total.share('sentences recovered', 'sentences')}")
    print(f"flagged units recovered    {total.share('flagged recovered', 'flagged')}")
    print(f"page right                 {total.share('page', 'sentences recovered')}")
    print(f"heading as labelled        {total.share('heading', 'sentences recovered')}")
    print(f"  or one printed nearer    {total.share('heading nearer', 'sentences recovered')}")
    precision = counts["items right"] / max(counts["items found"], 1)
    recall = counts["items right"] / max(counts["items"], 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    print(f"list items                 precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}")
    print(f"sentences with furniture   {counts['sentences with furniture']} of {counts['all sentences']}")
    if arguments.faults:
        print("\n".join(total.faults))
        print("Printed nearer:", *(f"{count:4} {heading}" for heading, count in total.nearer.most_common()), sep="\n")


if __name__ == "__main__":
    main()
