"""Authored reports printed in many layouts, by real engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rendering import chromium, drawing, libreoffice, parts
from rendering.parts import Arrangement, Part, Truth, in_turn, insert, nested, noted, numbered, run_in, without_numbers

Engine = Literal["Chromium", "LibreOffice", "ReportLab"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a report is printed: what is added to its parts, and the source that the engine prints.

    ``apart`` is what the source prints that belongs in no sentence, ``alone`` what may stand by itself.
    """

    engine: Engine
    source: Callable[[Sequence[Part]], str]
    arrange: Arrangement = list
    apart: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


TABLES = (
    parts.table("Table 1: Judgements", parts.GRADES),
    parts.table("Table 2: Complaints and staff", parts.COUNTS),
    parts.table("Table 3: Judgements by service", parts.MERGED),
    parts.table("Table 4: Measures", parts.COUNTS[:3]),
    parts.table("Table 5: Standards", parts.FORM),
)

REGISTER = parts.table("Table 6: Sites", parts.REGISTER)
ACTIONS = parts.table("Table 7: Action plan", parts.MATRIX)

LAYOUTS: dict[str, Layout] = {
    "one column": Layout("Chromium", chromium.plain),
    "two columns": Layout(
        "Chromium",
        chromium.two_columns,
        lambda report: [report[0], parts.BRIEF, *report[1:]],
        apart=("Calder Bridge Audit Board", "Report 14/2023"),
    ),
    "newsletter": Layout(
        "Chromium", chromium.newsletter, insert(*parts.BOXES, every=5), apart=("Calder Bridge Bulletin",)
    ),
    "side headings": Layout("Chromium", chromium.side_headings, apart=parts.MARGIN_NOTES),
    "numbered paragraphs": Layout(
        "Chromium",
        chromium.numbered_paragraphs,
        in_turn(without_numbers, numbered("{section}.{paragraph}")),
        apart=("Page 1 of", "Page 2 of", "Page 3 of", "Page 4 of"),
    ),
    "bullets": Layout(
        "Chromium",
        chromium.bullets,
        insert(*nested("➢–o", "☐□▪", "✓•◦"), every=4),
        apart=("Private and confidential",),
    ),
    "call-outs": Layout(
        "Chromium",
        chromium.call_outs,
        insert(parts.BOXES[0], parts.FIGURES[0], parts.BOXES[1], parts.FIGURES[1]),
        alone=("Q1", "Q2", "Q3", "Q4"),
    ),
    "display type": Layout("Chromium", chromium.display_type),
    "flat headings": Layout("Chromium", chromium.flat_headings, in_turn(without_numbers, run_in)),
    "tables": Layout(
        "Chromium",
        chromium.tables,
        insert(TABLES[0], parts.table("Table 6: Sites", parts.REGISTER), *TABLES[1:], every=4),
    ),
    "matrix": Layout(
        "Chromium",
        chromium.matrix,
        insert(ACTIONS, every=12),
        apart=("Action plan CB/2024/0117",),
    ),
    "landscape": Layout("Chromium", chromium.landscape, insert(*TABLES[:1], *parts.BOXES[:1])),
    "small pages": Layout("Chromium", chromium.small_pages, apart=("Leaflet 7",)),
    "watermark": Layout("Chromium", chromium.watermark, apart=("DRAFT",)),
    "letter": Layout(
        "Chromium",
        chromium.letter,
        without_numbers,
        alone=(*chromium.CLOSING, *chromium.ADDRESSES["salutation"], *map(" ".join, chromium.ADDRESSES.values())),
    ),
    "form": Layout(
        "Chromium", chromium.form, insert(parts.table("Part 1: Standards", parts.FORM)), apart=("Form IR7 page",)
    ),
    "typewriter": Layout("Chromium", chromium.typewriter, insert(*TABLES[:2])),
    "footnotes": Layout(
        "LibreOffice",
        libreoffice.footnotes,
        in_turn(noted, insert(ACTIONS, every=8)),
        apart=(libreoffice.BOARD, libreoffice.SERIES),
    ),
    "end notes": Layout(
        "LibreOffice",
        libreoffice.endnotes,
        in_turn(noted, insert(*nested("\uf0a7\uf0d8\uf0b7", "\uf0fc\uf0b7–", "\uf0b7oo"), every=4)),
    ),
    "contents": Layout(
        "LibreOffice",
        libreoffice.contents,
        insert(*parts.FIGURES, parts.table("Table 1: Judgements", parts.GRADES)),
        apart=(libreoffice.BOARD, "....", ". . . ."),
        alone=(*libreoffice.COVER, "Contents", "Figures"),
    ),
    "hyphenated": Layout("LibreOffice", libreoffice.hyphenated),
    "line numbers": Layout("LibreOffice", libreoffice.line_numbers, apart=("Draft for comment",)),
    "turned": Layout("ReportLab", drawing.turned, insert(*TABLES[:2])),
    "sideways": Layout("ReportLab", drawing.sideways, insert(*TABLES[:2])),
}


PRINTERS: dict[Engine, Callable[[dict[Path, str]], None]] = {
    "Chromium": chromium.print_pages,
    "LibreOffice": libreoffice.print_documents,
    "ReportLab": drawing.print_drawings,
}


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed report and what should be found in it."""

    file: Path
    truth: Truth
    parts: list[Part]


def render(name: str, reports: Iterable[Sequence[Path]], folder: Path) -> list[Printed]:
    """Print ``reports``, each made of authored ones, in the layout called ``name``; what is there already is kept.

    Raises:
        FileNotFoundError: the engine is not installed; names it.
        subprocess.SubprocessError: the engine failed.
    """
    layout = LAYOUTS[name]
    printed, waiting = list[Printed](), dict[Path, str]()
    folder.mkdir(parents=True, exist_ok=True)
    for report in reports:
        made = layout.arrange(parts.bound(report))
        stems = "-".join(path.stem for path in report)
        source, file = layout.source(made), folder / f"{name.replace(' ', '-')}-{stems}.pdf"
        beside = file.with_suffix(".source")
        there = file.exists() and beside.exists() and beside.read_text(encoding="utf-8") == source
        # Drawing takes no time, and the source does not tell how it is done.
        if not there or layout.engine == "ReportLab":
            waiting[file] = source
        truth = parts.truth(made, layout.apart)
        truth.alone += layout.alone
        printed.append(Printed(file, truth, made))
    if waiting:
        PRINTERS[layout.engine](waiting)
    for file, source in waiting.items():
        file.with_suffix(".source").write_text(source, encoding="utf-8")
    return printed


__all__ = ["LAYOUTS", "Layout", "Printed", "render"]
