"""Labelled sentences for tests of the evaluation."""

from __future__ import annotations

from scrutiny.corpora import LabelledSentence
from scrutiny.report import Role


def sentence(number: int, role: Role, **fields: object) -> LabelledSentence:
    """A sentence that stands alone but for what ``fields`` say."""
    values: dict[str, object] = {
        "id": f"{number}", "passage": f"line {number}", "position": 1, "source": "s", "group": f"{number}",
        "document": "", "heading": "", "block": "paragraph", "starts_block": True, "marker": "",
        "text": f"Sentence {number}.", "role": role, "second_role": None, "certainty": 3, **fields,
    }  # fmt: skip
    return LabelledSentence(**values)  # type: ignore[arg-type]
