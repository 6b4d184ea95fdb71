"""Authored reports printed in many layouts, by real engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rendering import chromium, parts
from rendering.parts import Arrangement, Part, Truth, in_turn, insert, nested, numbered, without_numbers

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
}


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed report and what should be found in it."""

    file: Path
    truth: Truth
    parts: list[Part]


def render(name: str, reports: Iterable[Sequence[Path]], folder: Path) -> list[Printed]:
    """Print ``reports``, each of some authored ones, in the layout called ``name``; what is there already is kept.

    Raises:
        FileNotFoundError: the engine is not installed; names it.
        subprocess.SubprocessError: the engine failed.
    """
    layout = LAYOUTS[name]
    printer: Callable[[dict[Path, str]], None] = {"Chromium": chromium.print_pages}[layout.engine]
    printed, waiting = list[Printed](), dict[Path, str]()
    folder.mkdir(parents=True, exist_ok=True)
    for report in reports:
        made = layout.arrange(parts.bound(report))
        stems = "-".join(path.stem for path in report)
        source, file = layout.source(made), folder / f"{name.replace(' ', '-')}-{stems}.pdf"
        beside = file.with_suffix(".source")
        if not file.exists() or not beside.exists() or beside.read_text(encoding="utf-8") != source:
            waiting[file] = source
        truth = parts.truth(made, layout.apart)
        truth.alone += layout.alone
        printed.append(Printed(file, truth, made))
    if waiting:
        printer(waiting)
    for file, source in waiting.items():
        file.with_suffix(".source").write_text(source, encoding="utf-8")
    return printed


__all__ = ["LAYOUTS", "Layout", "Printed", "render"]
