"""Classified reports written down block by block, for tests of what comes after classification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scrutiny.report import ROLES, Block, BlockKind, Decision, Prediction, Report, Role, Sentence, Source

ITEM, PARAGRAPH = BlockKind.LIST_ITEM, BlockKind.PARAGRAPH
F, S, R, O = ROLES  # noqa: E741


@dataclass
class Draft:
    """A block of sentences with their roles."""

    sentences: list[tuple[str, Role]]
    kind: BlockKind = PARAGRAPH
    level: int = 0
    section: str = "Findings"
    marker: str = ""


def report(
    *drafts: Draft, confidence: float = 0.9, metadata: Mapping[str, str] | None = None, name: str = "r"
) -> Report:
    """A classified report of the drafts, with a heading wherever the section changes."""
    text, blocks, sentences, section = "", list[Block](), list[Sentence](), "Findings"
    for draft in drafts:
        if draft.section != section:
            section = draft.section
            text += "\n\n" if text else ""
            blocks.append(Block(BlockKind.HEADING, len(text), len(text) + len(section), section, level=1))
            text += section
        text += "\n\n" if text else ""
        text += f"{draft.marker} " if draft.marker else ""
        start = len(text)
        for sentence, role in draft.sentences:
            text += " " if len(text) > start else ""
            scores = tuple(confidence if r is role else (1 - confidence) / 3 for r in ROLES)
            prediction = Prediction(scores, role, None, confidence, Decision.ACCEPT)  # type: ignore[arg-type]
            sentences.append(Sentence(len(text), len(text) + len(sentence), sentence, len(blocks), prediction))
            text += sentence
        blocks.append(
            Block(
                draft.kind,
                start,
                len(text),
                text[start:],
                level=draft.level,
                marker=draft.marker,
                section_path=(draft.section,),
            )
        )
    return Report(
        text,
        tuple(blocks),
        Source(f"{name}.txt", f"{name:0>64}", len(text), "text"),
        metadata=MappingProxyType(dict(metadata or {})),
        sentences=tuple(sentences),
    )
