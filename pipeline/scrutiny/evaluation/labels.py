"""Labels of what reports say in particular, in any of the forms that ``corpora/README.md`` describes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scrutiny.errors import DataError
from scrutiny.evaluation.labelled_documents import read_documents
from scrutiny.evaluation.labelled_passages import read_passages
from scrutiny.evaluation.labelled_reports import LabelledReport, read_labelled


def read_labels(file: Path, texts: Path | None = None) -> list[LabelledReport]:
    """What is labelled in ``file``: a whole report, or passages or reports whose text is in the folder ``texts``.

    Raises:
        DataError: it cannot be read, or there is no text for it.
    """
    labels = _read(file)
    corpus = _corpus(labels)
    if corpus is None:
        return [read_labelled(file)]
    if texts is None:
        raise DataError(f"{file}: the text of these labels is in {corpus}.", remedy="Say where: --texts FOLDER.")
    return (read_documents if "documents" in labels else read_passages)(file, texts / corpus)


def corpus_of(file: Path) -> str | None:
    """The name of the file that has the text of what is labelled; None where that stands with the labels."""
    return _corpus(_read(file))


def _read(file: Path) -> dict[str, Any]:
    try:
        labels = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return labels if isinstance(labels, dict) else {}


def _corpus(labels: dict[str, Any]) -> str | None:
    corpus = labels.get("corpus")
    return Path(corpus).name or None if isinstance(corpus, str) else None
