"""How well sentences, headings, lists and tables come back from PDFs of known content in many page layouts.

    PYTHONPATH=pipeline python benchmarks/layouts.py --output FOLDER [--only NAME] [--reports N] [--faults]

Authored reports are printed by headless Chromium, LibreOffice and ReportLab (see ``rendering``) and read back. The
layouts of an engine that is not installed are left out with a message. The columns:

* exact, near: share of true sentences found with the same characters, white space apart, and with at least 0.95 of
  the characters in common (of the longer of the two); "as text" is exact where nothing but splitting is at work
* starts: share whose first 30 characters begin a sentence; order: share of neighbours found next to each other
* under: share of the near ones in running text whose innermost heading is right
* headings: precision and recall; items: F1 of list items; markers: of numbers and bullets, with the right text
* rows: share of table rows found as one, cell by cell; foreign: sentences that hold what does not belong in any
  (header, footer, contents, margin, footnote, caption or number of a line, page or note)
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from rendering import LAYOUTS, Printed, render
from rendering.parts import Kind, Part, Truth
from scrutiny.reading import read
from scrutiny.reading.build import Draft, build, source_of
from scrutiny.report import UNSPLIT_KINDS, BlockKind, Report
from scrutiny.resources import corpora_folder
from scrutiny.splitting import Splitter

COLUMNS = (
    "exact",
    "near",
    "starts",
    "order",
    "under",
    "heading precision",
    "heading recall",
    "items",
    "markers",
    "rows",
)
#: How much of a sentence's beginning must be right, in characters.
START = 30


class Score:
    """Counts of what was right and of all, by column, and the faults in words."""

    def __init__(self) -> None:
        self.right: Counter[str] = Counter()
        self.all: Counter[str] = Counter()
        self.faults: defaultdict[str, list[str]] = defaultdict(list)

    def count(self, column: str, right: bool, fault: str = "") -> None:
        """Count one case; ``fault`` says what is wrong where it is not ``right``."""
        self.right[column] += right
        self.all[column] += 1
        if not right and fault:
            self.faults[column].append(fault)

    def add(self, other: Score) -> None:
        """Take over the counts and faults of ``other``."""
        self.right += other.right
        self.all += other.all
        for column, faults in other.faults.items():
            self.faults[column] += faults

    def share(self, column: str) -> str:
        """The share that is right, for people; of list items F1."""
        if column == "items":
            found = self.right["items found"] + self.right["items true"]
            return _share(found, self.all["items found"] + self.all["items true"])
        return _share(self.right[column], self.all[column])


def _share(right: int, of: int) -> str:
    return f"{right / of:.3f}" if of else "–"


def normal(text: str) -> str:
    """``text`` with single spaces and without the raised figures of notes: they are printed with a sentence."""
    return re.sub(r"(?<=[.,;:!?)\"])[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?=\s|$)", "", " ".join(text.split()))


def letters(text: str) -> str:
    """A heading's letters and figures in lower case, without its number: spacing and capitals are a matter of print."""
    bare = re.sub(r"^\(?(?:\d{1,2}(?:\.\d+)*)[.)]?\s+(?=\S)", "", text.strip())
    return re.sub(r"[\W_]", "", bare.casefold())


def overlap(first: str, second: str) -> float:
    """Characters in common, of the longer text; 0 where it is below 0.9."""
    longer = max(len(first), len(second))
    if min(len(first), len(second)) < 0.9 * longer:
        return 0.0
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    if matcher.quick_ratio() < 0.9:
        return 0.0
    return sum(block.size for block in matcher.get_matching_blocks()) / longer


def match(true: Sequence[str], found: Sequence[str]) -> dict[int, int]:
    """For each index in ``true`` the one in ``found`` with the same text, else with the most in common, if 0.95."""
    places, pairs = defaultdict[str, list[int]](list), dict[int, int]()
    for index, text in enumerate(found):
        places[text].append(index)
    for index, text in enumerate(true):
        if places[text]:
            pairs[index] = places[text].pop(0)
    for index in (index for index in range(len(true)) if index not in pairs):
        free = sorted(set(range(len(found))) - set(pairs.values()))
        likeness, best = max(((overlap(true[index], found[other]), -other) for other in free), default=(0.0, 0))
        if likeness >= 0.95:
            pairs[index] = -best
    return pairs


def score(report: Report, truth: Truth, name: str) -> Score:
    """Compare a report that was read and split with the truth."""
    made = Score()
    _sentences(made, report, truth, name)
    _headings(made, report, truth, name)
    _lists(made, report, truth, name)
    _rows(made, report, truth, name)
    _foreign(made, report, truth, name)
    return made


def _sentences(made: Score, report: Report, truth: Truth, name: str) -> None:
    true = [normal(unit.text) for unit in truth.units]
    found = [normal(sentence.text) for sentence in report.sentences]
    blocks = [report.blocks[sentence.block] for sentence in report.sentences]
    pairs = match(true, found)
    for index, unit in enumerate(truth.units):
        place, text = pairs.get(index), true[index]
        if place is None:
            near = _nearest(text, found)
            fault = f"{name} p{blocks[near].page}: {text!r}\n      nearest {found[near]!r}" if found else name
        else:
            fault = f"{name} p{blocks[place].page}: {text!r}\n      found   {found[place]!r}"
        made.count("near", place is not None, fault)
        made.count("exact", place is not None and found[place] == text, fault if place is not None else "")
        begins = place is not None and found[place].startswith(text[:START])
        begins = begins or any(other.startswith(text[:START]) for other in found)
        made.count("starts", begins, fault)
        if place is not None and unit.flows:
            path = blocks[place].section_path
            right = letters(path[-1] if path else "") in map(letters, unit.headings)
            under = f"{name} p{blocks[place].page}: under {path[-1:]}, not {unit.headings[-1]!r}: {text[:60]!r}"
            made.count("under", right, under)
    flow = [index for index, unit in enumerate(truth.units) if unit.flows and index in pairs]
    rank = {place: n for n, place in enumerate(sorted(pairs[index] for index in flow))}
    for first, second in pairwise(flow):
        right = rank[pairs[second]] == rank[pairs[first]] + 1
        fault = f"{name} p{blocks[pairs[second]].page}: {true[first][-50:]!r} is not followed by {true[second][:50]!r}"
        made.count("order", right, fault)


def _nearest(text: str, found: Sequence[str]) -> int:
    """The one of ``found`` with the most words in common with ``text``."""
    own = set(text.split())
    return max(range(len(found)), key=lambda index: len(own & set(found[index].split())), default=0)


def _headings(made: Score, report: Report, truth: Truth, name: str) -> None:
    headings = [block for block in report.blocks if block.kind is BlockKind.HEADING]
    found = [letters(block.text) for block in headings]
    true, other = Counter(map(letters, truth.headings)), {letters(text) for text in truth.alone}
    left = true - Counter(found)
    for text in truth.headings:
        missed = left[letters(text)] > 0
        left[letters(text)] -= missed
        made.count("heading recall", not missed, f"{name}: missed {text!r}{_where(report, text)}")
    for block, text in zip(headings, found, strict=True):
        if text not in other or true[text]:
            made.count("heading precision", true[text] > 0, f"{name} p{block.page}: no heading: {block.text!r}")
            true[text] -= 1


def _where(report: Report, text: str) -> str:
    """The block that holds ``text``, for people."""
    blocks = (block for block in report.blocks if letters(text) in letters(block.text))
    return next((f" (p{block.page}, {block.kind}: {block.text[:80]!r})" for block in blocks), "")


def _lists(made: Score, report: Report, truth: Truth, name: str) -> None:
    items = [block for block in report.blocks if block.kind is BlockKind.LIST_ITEM]
    pairs = match(truth.items, [normal(block.text) for block in items])
    numbered = {normal(text) for _, text in truth.markers}
    for index, text in enumerate(truth.items):
        made.count("items true", index in pairs, f"{name}: no list item {text!r}{_where(report, text)}")
    for index, block in enumerate(items):
        # A numbered paragraph may pass for a list item.
        if index in pairs.values() or normal(block.text) not in numbered:
            right = index in pairs.values()
            made.count("items found", right, f"{name} p{block.page}: {block.marker!r} {block.text[:80]!r}")
    blocks = [block for block in report.blocks if block.kind not in UNSPLIT_KINDS]
    pairs = match([text for _, text in truth.markers], [normal(block.text) for block in blocks])
    for index, (marker, text) in enumerate(truth.markers):
        # What the signs of a symbol font look like is for the reader to know, or to call a bullet.
        accepted = {PRINTED[marker], "•"} if marker in PRINTED else {marker}
        right = index in pairs and blocks[pairs[index]].marker in accepted
        made.count("markers", right, f"{name}: {marker!r} of {text[:60]!r}{_where(report, text)}")


#: What the reader makes of signs of a symbol font.
PRINTED = {"\uf0a7": "▪", "\uf0b7": "•", "\uf0d8": "➢", "\uf0fc": "✓"}


def _rows(made: Score, report: Report, truth: Truth, name: str) -> None:
    found = Counter(normal(block.text) for block in report.blocks if block.kind is BlockKind.TABLE_ROW)
    for row in truth.rows:
        text = " | ".join(filter(None, row))
        made.count("rows", found[text] > 0, f"{name}: no row {text!r}{_where(report, row[0])}")


def _foreign(made: Score, report: Report, truth: Truth, name: str) -> None:
    true = {normal(unit.text): Counter(re.findall(r"\d+", unit.text)) for unit in truth.units}
    alone = {letters(text) for text in [*truth.alone, *truth.headings, *(" ".join(row) for row in truth.rows)]}
    # A printed number of its own that a sentence begins with is a fault of markers.
    markers = sorted({marker for marker, _ in truth.markers}, key=len, reverse=True)
    own = re.compile(rf"(?:{'|'.join(map(re.escape, markers))})\s*")
    for sentence in report.sentences:
        block, text = report.blocks[sentence.block], normal(sentence.text)
        if block.kind is BlockKind.FOOTNOTE or text in true or letters(text) in alone:
            continue
        text = own.sub("", text, count=1) if own.match(text) else text
        likely = max(true, key=lambda other: overlap(other, text))
        numbers = Counter(re.findall(r"\d+", text)) - true[likely] if overlap(likely, text) >= 0.9 else Counter[str]()
        held = [other for other in truth.apart if other in text]
        held += [f"number {number}" for number in numbers]
        if block.kind is not BlockKind.TABLE_ROW:
            held += [other for other in truth.alone if len(other) > 15 and other in text]
        made.count("foreign", not held, f"{name} p{block.page} ({block.kind}): {held[:3]} in {text!r}")


def split(report: Report) -> Report:
    """The report with its sentences."""
    return next(Splitter()([report]))


def as_text(printed: Printed) -> Report:
    """The report as a perfect reader would give it."""
    return split(build(list(_drafts(printed.parts)), source_of(b"", path="", format="")))


def _drafts(parts: Iterable[Part]) -> Iterator[Draft]:
    for part in parts:
        if part.kind is Kind.HEADING:
            yield Draft(BlockKind.HEADING, [(part.text, None)], level=part.level + 1)
        elif part.kind is Kind.ITEM:
            marker = PRINTED.get(part.marker, part.marker)
            yield Draft(BlockKind.LIST_ITEM, [(part.text, None)], marker=marker, level=part.level)
        elif part.kind is Kind.PARAGRAPH:
            yield Draft(BlockKind.PARAGRAPH, [(part.text, None)], marker=part.marker)
        for row in part.rows:
            yield Draft(BlockKind.TABLE_ROW, [(" | ".join(filter(None, row)), None)])
        yield from (draft for draft in _drafts(part.parts) if draft.kind is not BlockKind.HEADING)


def main() -> None:
    """Print, read, compare, and show the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, help="keep the printed reports here and use those that are there")
    parser.add_argument("--only", action="append", choices=LAYOUTS, metavar="NAME", help=", ".join(LAYOUTS))
    parser.add_argument("--reports", type=int, default=2, help="reports a layout")
    parser.add_argument("--faults", action="store_true", help="also print what is wrong")
    options = parser.parse_args()
    folder = options.output or Path(tempfile.mkdtemp())
    # Of the first letters only, lest further reports change what is printed.
    authored = sorted((corpora_folder() / "authored").glob("[a-h]*.txt"))
    print("| layout | engine | sentences | as text |", " | ".join(COLUMNS), "| foreign |")
    print("|---" * (len(COLUMNS) + 5) + "|")
    faults = dict[str, Score]()
    for name, layout in LAYOUTS.items():
        if options.only and name not in options.only:
            continue
        # Every layout has other reports, two bound together; the steps have no divisor in common with their number.
        begin = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16)
        places = [(begin + 37 * n, begin + 37 * n + 17) for n in range(options.reports)]
        reports = [[authored[place % len(authored)] for place in pair] for pair in places]
        try:
            printed = render(name, reports, folder)
        except FileNotFoundError:
            print(f"{name}: left out, {layout.engine} is not installed", file=sys.stderr)
            continue
        total, ideal = Score(), Score()
        for item in printed:
            total.add(score(split(read(item.file)), item.truth, item.file.stem))
            ideal.add(score(as_text(item), item.truth, item.file.stem))
        cells = [name, layout.engine, str(total.all["near"]), ideal.share("exact"), *map(total.share, COLUMNS)]
        print("|", " | ".join(cells), "|", total.all["foreign"] - total.right["foreign"], "|", flush=True)
        faults[name] = total
    if options.faults:
        for name, total in faults.items():
            for column, lines in total.faults.items():
                print(f"\n## {name}: {column} ({len(lines)})")
                print(*(f"    {line}" for line in lines), sep="\n")


if __name__ == "__main__":
    main()
