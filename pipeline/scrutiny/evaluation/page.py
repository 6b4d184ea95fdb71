"""``report.html``: an evaluation as one page that needs nothing else, for people who did not make it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from scrutiny.evaluation.errors_table import Row
from scrutiny.evaluation.intervals import Estimate
from scrutiny.evaluation.plots import Picture
from scrutiny.evaluation.protocols import Protocol
from scrutiny.evaluation.result import Evaluation
from scrutiny.report import ROLES

#: Wrong sentences on the page; ``errors.csv`` has all of them.
_ERRORS = 25

#: What a measure says, for people who meet it for the first time; in the order in which they are told.
MEASURES = {
    "accuracy": ("Accuracy", "the share of sentences that were given the right role."),
    "macro_f1": ("Macro-F1", "the mean of the four roles' F1: each role counts alike, however rare it is."),
    "multi_label.micro_f1": ("Both roles, micro-F1", "F1 over first and second roles taken together."),
    "multi_label.macro_f1": ("Both roles, macro-F1", "the mean of the roles' F1, first and second roles together."),
    "multi_label.exact": (
        "Both roles, all right",
        "the share of sentences whose first and second roles are all right.",
    ),
    "second_role.precision": ("Second role, precision", "of the second roles given, the share that is right."),
    "second_role.recall": ("Second role, recall", "of the second roles labelled, the share that was found."),
    "second_role.f1": ("Second role, F1", "precision and recall of second roles in one number."),
    "brier": ("Brier score", "the squared distance of the scores from the truth, 0 to 2: less is better."),
    "calibration_error": (
        "Calibration error",
        "how far confidence and share of right roles lie apart on average, over ten bins: less is better.",
    ),
    "accepted.share": ("Accepted", "the share of sentences that were not left to a person to review."),
    "accepted.accuracy": ("Accepted and right", "the share of right roles among the accepted sentences."),
    "kappa_with_annotators": ("Kappa with annotators", "the mean agreement with each annotator beyond chance."),
}

OF_RECORDS = {
    "exact.f1": ("Records, exact", "F1 of records with the right role and exactly the right words."),
    "exact.precision": ("Exact, precision", "of the records found, the share that is exactly right."),
    "exact.recall": ("Exact, recall", "of the labelled records, the share that was found exactly."),
    "overlap.f1": (
        "Records, overlapping",
        "F1 of records with the right role and more than half of the words in common.",
    ),
    "overlap.precision": ("Overlapping, precision", "of the records found, the share that overlaps a labelled one."),
    "overlap.recall": ("Overlapping, recall", "of the labelled records, the share that is overlapped by a found one."),
    "boundary.f1": ("Boundaries", "F1 of the words at which sentences begin, where text is labelled."),
    "sentences.found": (
        "Sentences found",
        "the share of labelled sentences that are a sentence of the report as read.",
    ),
    "sentences.found_with_role": (
        "Found with their role",
        "the share of labelled sentences found and given their role.",
    ),
    "page": ("Page", "the share of overlapping records that begin on the right page."),
    "section": ("Section", "the share of overlapping records under the right heading."),
    "field.addressee": ("Addressee", "of overlapping recommendations, the share whose addressee is right."),
    "field.obligation": ("Obligation", "of overlapping recommendations, the share whose obligation is right."),
    "field.deadline": ("Deadline", "of overlapping recommendations, the share whose deadline is right."),
    "link.f1": ("Links", "F1 of pairs of a recommendation and a finding that it answers."),
}

_UNITS = {
    "group": "what belongs together in the data, such as all reports on one authority",
    "report": "one document",
    "passage": "a run of sentences of one report",
    "sentence": "a single sentence, since the data do not say which belong together",
}

_DIMENSIONS = {
    "block": "kind of block",
    "held out": "what was held out",
    "in the training data": "whether the sentence is in the training data",
}

_PROTOCOLS = {
    Protocol.HOLDOUT: "every system was measured as it is, on data kept apart from its training.",
    Protocol.GROUP_KFOLD: "the groups were parted, and each part measured with what was learnt from the others.",
    Protocol.LEAVE_ONE_SOURCE_OUT: "each source was measured with what was learnt from the other sources.",
}


def write_page(path: Path, evaluation: Evaluation, pictures: Sequence[Picture], errors: Sequence[Row]) -> None:
    """Write the page; everything that came from data is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("scrutiny.evaluation", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    page = environment.get_template("page.html").render(
        evaluation=evaluation,
        first=evaluation.systems[0],
        roles=ROLES,
        measures=MEASURES,
        of_records=OF_RECORDS,
        units=_UNITS,
        dimensions=_DIMENSIONS,
        protocols=_PROTOCOLS,
        pictures={picture.name: _embedded(picture) for picture in pictures},
        errors=errors[:_ERRORS],
        all_errors=len(errors),
        occurring=_occurring,
    )
    path.write_text(page, encoding="utf-8")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _embedded(picture: Picture) -> dict[str, Any]:
    return {"alt": picture.alt, "source": f"data:image/svg+xml;base64,{b64encode(picture.svg).decode()}"}


def _occurring(named: dict[str, tuple[str, str]], measures: Iterable[dict[str, Estimate]]) -> list[str]:
    """The measures that any system has, in the order in which they are told."""
    given = {name for of in measures for name, one in of.items() if one.value is not None}
    return [name for name in named if name in given]
