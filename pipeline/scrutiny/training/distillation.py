"""Labels from a teacher, for labelled sentences and for reports that nobody labelled."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from scrutiny.errors import DataError
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.windows import Unit
from scrutiny.training.config import Distillation

_REMEDY = 'Give one report a line: {"doc": "name", "units": [{"text": ..., "heading": ..., "kind": "para"}, ...]}.'


def taught(
    units: Sequence[Unit], labels: Sequence[list[float]], teacher: Classifier, distillation: Distillation, seed: int
) -> tuple[list[Unit], list[list[float]]]:
    """The labelled sentences with their labels mixed with the teacher's, then unlabelled ones with the teacher's.

    ``seed`` decides which unlabelled reports are drawn.

    Raises:
        DataError: an unlabelled file cannot be read.
    """
    unlabelled = _drawn(distillation, seed)
    of_teacher = _said(teacher, [*units, *unlabelled])
    share = distillation.weight
    mixed = [
        [(1 - share) * own + share * said for own, said in zip(label, scores, strict=True)]
        for label, scores in zip(labels, of_teacher, strict=False)
    ]
    return [*units, *unlabelled], [*mixed, *of_teacher[len(units) :]]


def _said(teacher: Classifier, units: Sequence[Unit]) -> list[list[float]]:
    """The teacher's calibrated probabilities, a row a sentence in the order of the roles."""
    rows: list[list[float]] = teacher.loaded.settings.probabilities(teacher.logits(units)).tolist()
    return rows


def _drawn(distillation: Distillation, seed: int) -> list[Unit]:
    """The sentences of reports drawn at random."""
    reports = [report for name in distillation.unlabelled for report in _reports(Path(name))]
    random.Random(seed).shuffle(reports)
    units: list[Unit] = []
    for report in reports:
        if len(units) >= distillation.sentences:
            break
        units += report
    return units


def _reports(path: Path) -> Iterator[list[Unit]]:
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _report(json.loads(line), f"{path.name} {number}")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path}: cannot be read: {reason}.", remedy=_REMEDY) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(f"{path}, line {number}: not a report as units: {error}.", remedy=_REMEDY) from None


def _report(row: dict[str, list[dict[str, str]]], passage: str) -> list[Unit]:
    return [
        Unit(unit["text"], unit.get("heading") or "", passage, unit.get("kind") in ("bullet", "item"))
        for unit in row["units"]
        if unit["text"].strip()
    ]
