"""From draft blocks, in reading order, to a Report with exact offsets."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from scrutiny.reading.characters import normalise
from scrutiny.reading.hyphens import join_lines, vocabulary_of
from scrutiny.reading.markers import find_series
from scrutiny.report import Block, BlockKind, Box, Coverage, Line, Report, Source

#: What stands for a character that could not be told: the sign for that, and private use.
_REPLACEMENT = re.compile(r"[\ufffd\ue000-\uf8ff]")
_CONTENTS = re.compile(r"(?:table of |list of )?(?:contents|figures|tables)\W*", re.IGNORECASE)
_TIGHT = frozenset({BlockKind.LIST_ITEM, BlockKind.TABLE_ROW})


@dataclass(slots=True)
class Draft:
    """A block before it has offsets: its printed lines, each with its box where the format has pages."""

    kind: BlockKind
    lines: list[tuple[str, Box | None]]
    marker: str = ""
    level: int = 0


@dataclass(slots=True)
class _Section:
    """The headings in force."""

    headings: list[tuple[int, str]] = field(default_factory=list)

    def enter(self, level: int, text: str) -> None:
        self.leave(level)
        self.headings.append((level, text))

    def leave(self, level: int) -> None:
        """End every section at ``level`` or deeper, and the table of contents, however large its heading."""
        self.headings = [(own, text) for own, text in self.headings if own < level and not _CONTENTS.fullmatch(text)]

    def path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.headings)


def source_of(data: bytes, *, path: str, format: str) -> Source:
    """Where a report came from, with the SHA-256 of its bytes."""
    return Source(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data), format=format)


def build(
    drafts: Sequence[Draft],
    source: Source,
    *,
    metadata: Mapping[str, str] | None = None,
    coverage: Coverage | None = None,
) -> Report:
    """The Report of ``drafts``. Completes ``coverage`` with counts and ``metadata`` with a title."""
    _mark_series(drafts)
    vocabulary = vocabulary_of([text for text, _ in draft.lines] for draft in drafts)
    section, blocks, parts, position = _Section(), list[Block](), list[str](), 0
    characters: Counter[str] = Counter()
    bare = 0
    previous: BlockKind | None = None
    for draft in drafts:
        body = _body(draft, vocabulary)
        if body is None:
            bare += bool(draft.marker)
            continue
        text, spans = body
        lead = "" if previous is None else "\n" if previous is draft.kind and draft.kind in _TIGHT else "\n\n"
        lead += f"{draft.marker} " if draft.marker else ""
        start = position + len(lead)
        if draft.kind is BlockKind.HEADING:
            section.leave(draft.level)
        blocks.append(_block(draft, text, start, spans, section.path()))
        if draft.kind is BlockKind.HEADING:
            section.enter(draft.level, text)
        parts += [lead, text]
        position = start + len(text)
        characters[draft.kind.value] += len(text)
        previous = draft.kind
    report_text = "".join(parts)
    metadata = dict(metadata or {})
    if not metadata.get("title"):
        metadata["title"] = _title(blocks)
    coverage = coverage or Coverage()
    notes = [f"Bullets and numbers without text, {bare:,} of them, were left out."] if bare else []
    coverage = replace(
        coverage,
        notes=(*coverage.notes, *notes),
        characters=MappingProxyType(dict(sorted(characters.items()))),
        replacement_characters=len(_REPLACEMENT.findall(report_text)),
    )
    filled = {key: value for key, value in sorted(metadata.items()) if value}
    return Report(report_text, tuple(blocks), source, MappingProxyType(filled), coverage=coverage)


def _mark_series(drafts: Sequence[Draft]) -> None:
    """Makes markers of codes that count: "R1 Review...", "R2 Train..."."""
    plain = [draft.kind is BlockKind.PARAGRAPH and not draft.marker and bool(draft.lines) for draft in drafts]
    texts = [
        " ".join(line for line, _ in draft.lines) if is_plain else ""
        for draft, is_plain in zip(drafts, plain, strict=True)
    ]
    for index, marker in find_series(texts).items():
        (first, box), *others = drafts[index].lines
        drafts[index].marker, drafts[index].lines = marker.sign, [(first[marker.length :].lstrip(), box), *others]


def _body(draft: Draft, vocabulary: Counter[str]) -> tuple[str, list[tuple[int, int, Box]]] | None:
    """The text of a draft and the span of each of its lines in it; None where nothing is left."""
    lines = [(text, box) for raw, box in draft.lines if (text := normalise(raw))]
    if not lines:
        return None
    pieces = join_lines([text for text, _ in lines], vocabulary)
    spans, position = [], 0
    for piece, (_, box) in zip(pieces, lines, strict=True):
        if box is not None:
            spans.append((position, position + len(piece.rstrip()), box))
        position += len(piece)
    return "".join(pieces), spans


def _block(draft: Draft, text: str, start: int, spans: Sequence[tuple[int, int, Box]], path: tuple[str, ...]) -> Block:
    lines = tuple(Line(start + first, start + last, box) for first, last, box in spans)
    return Block(
        kind=draft.kind,
        start=start,
        end=start + len(text),
        text=text,
        page=lines[0].box.page if lines else None,
        box=_enclosing([line.box for line in lines]) if lines else None,
        level=draft.level,
        marker=draft.marker,
        section_path=path,
        lines=lines,
    )


def _enclosing(boxes: Sequence[Box]) -> Box:
    """The rectangle around those of ``boxes`` that stand on the first one's page."""
    page = boxes[0].page
    own = [box for box in boxes if box.page == page]
    return Box(page, min(b.x0 for b in own), min(b.y0 for b in own), max(b.x1 for b in own), max(b.y1 for b in own))


def _title(blocks: Sequence[Block]) -> str:
    """The first heading of the highest level, that of the contents left aside."""
    headings = [b for b in blocks if b.kind is BlockKind.HEADING and not _CONTENTS.fullmatch(b.text)]
    return min(headings, key=lambda block: block.level).text if headings else ""
