"""Labels from teachers, for labelled sentences and for reports that nobody labelled."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from scrutiny import corpora
from scrutiny.errors import DataError
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.windows import Unit
from scrutiny.training.config import Distillation

_REMEDY = (
    'Give one report a line: {"doc": "name", "source": "body", "group": "place", '
    '"units": [{"text": ..., "heading": ..., "kind": "para"}, ...]}.'
)


class _Report(NamedTuple):
    source: str
    group: str
    units: list[Unit]


def taught(
    units: Sequence[Unit],
    labels: Sequence[list[float]],
    teachers: Sequence[Classifier],
    distillation: Distillation,
    seed: int,
) -> tuple[list[Unit], list[list[float]]]:
    """The labelled sentences with their labels mixed with the teachers', then unlabelled ones with the teachers'.

    Teachers say the mean of their calibrated probabilities. ``seed`` decides which unlabelled reports are drawn.

    Raises:
        DataError: an unlabelled file, or data whose groups are to be left out, cannot be read.
    """
    unlabelled = _drawn(distillation, seed)
    of_teachers = _said(teachers, [*units, *unlabelled])
    share = distillation.weight
    mixed = [
        [(1 - share) * own + share * said for own, said in zip(label, scores, strict=True)]
        for label, scores in zip(labels, of_teachers, strict=False)
    ]
    return [*units, *unlabelled], [*mixed, *of_teachers[len(units) :]]


def _said(teachers: Sequence[Classifier], units: Sequence[Unit]) -> list[list[float]]:
    """The mean of the teachers' calibrated probabilities, a row a sentence in the order of the roles."""
    said = [teacher.loaded.settings.probabilities(teacher.logits(units)) for teacher in teachers]
    rows: list[list[float]] = torch.stack(said).mean(dim=0).tolist()
    return rows


def _drawn(distillation: Distillation, seed: int) -> list[Unit]:
    """The sentences of reports drawn at random."""
    excluded = {
        sentence.group
        for name in distillation.exclude_groups_of
        for sentences in corpora.sentences(name).values()
        for sentence in sentences
    }
    reports = [
        report
        for name in distillation.unlabelled
        for report in _reports(Path(name), grouped=bool(excluded))
        if report.group not in excluded
    ]
    random.Random(seed).shuffle(reports)
    waiting: dict[str, deque[_Report]] = {}
    for report in reports:
        waiting.setdefault(report.source if distillation.balanced else "", deque()).append(report)
    taken: dict[str, list[Unit]] = {source: [] for source in waiting}
    while any(waiting.values()) and sum(map(len, taken.values())) < distillation.sentences:
        # The source that has given least so far, of those with reports left.
        source = min(filter(waiting.get, taken), key=lambda name: len(taken[name]))
        taken[source] += waiting[source].popleft().units
    return [unit for units in taken.values() for unit in units]


def _reports(path: Path, *, grouped: bool) -> Iterator[_Report]:
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _report(json.loads(line), f"{path.name} {number}", grouped=grouped)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path}: cannot be read: {reason}.", remedy=_REMEDY) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(f"{path}, line {number}: not a report as units: {error}.", remedy=_REMEDY) from None


def _report(row: dict[str, Any], passage: str, *, grouped: bool) -> _Report:
    units = [
        Unit(unit["text"], unit.get("heading") or "", passage, unit.get("kind") in ("bullet", "item"))
        for unit in row["units"]
        if unit["text"].strip()
    ]
    if grouped and not row.get("group"):
        raise ValueError("it has no group, so it cannot be told whether it is to be left out")
    return _Report(str(row.get("source") or ""), str(row.get("group") or ""), units)
