"""The page of a report: its text, its records, and what is known of them."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from scrutiny.report import Report
from scrutiny.writing.html.figures import figures_of
from scrutiny.writing.html.passages import passages_of
from scrutiny.writing.html.themes import themes_of
from scrutiny.writing.schema import RecordLine
from scrutiny.writing.telling import SURENESS, facts_of, links_of, names_of, sureness

if TYPE_CHECKING:
    from jinja2 import Environment

#: Metadata that a page's head shows, in this order; all of it stands at its end.
_HEAD = ("inspecting_body", "inspected_body", "inspection_dates", "publication_date")

#: The roles of records, with what they are called when there are many.
PLURALS = {"finding": "findings", "strength": "strengths", "recommendation": "recommendations"}


def environment() -> Environment:
    """What fills the templates: everything is escaped, and nothing may be missing."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("scrutiny.writing.html", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["sureness"] = sureness
    made.globals["plurals"] = PLURALS
    made.globals["resource"] = _resource
    made.globals["digest"] = _digest
    return made


def report_page(made: Environment, report: Report, records: Sequence[RecordLine]) -> tuple[str, bool]:
    """The page, and whether it has pictures of all printed pages that hold records."""
    figures, notes = figures_of(report)
    names, by_id = names_of(records), {record.id: record for record in records}
    themes = themes_of([record.text for record in records])
    page = made.get_template("report.html").render(
        report=report,
        title=report.title or report.source.path,
        head=[report.metadata[name] for name in _HEAD if name in report.metadata],
        records=records,
        names=[names[record.id] for record in records],
        facts=[facts_of(record.attributes) for record in records],
        links=[links_of(record, by_id, names) for record in records],
        flags=_flags(report, records),
        themes=[word for word, _ in themes],
        themes_by_record=_themes_by_record(themes),
        sections=list(dict.fromkeys(" › ".join(record.section_path) for record in records if record.section_path)),
        sureness_levels=SURENESS,
        passages=list(passages_of(report)),
        figures=figures,
        first_figure=_first_figures(figures),
        notes=notes,
    )
    return page, not notes or report.coverage.pages is None


def _flags(report: Report, records: Sequence[RecordLine]) -> list[str]:
    """What each record wants: ``unanswered`` or ``unsupported``, or nothing."""
    flags = {record.id: "unanswered" for record in report.unanswered}
    flags |= {record.id: "unsupported" for record in report.unsupported}
    return [flags.get(record.id, "") for record in records]


def _themes_by_record(themes: Sequence[tuple[str, list[int]]]) -> dict[int, list[int]]:
    """The numbers of the themes of each record."""
    found: dict[int, list[int]] = {}
    for number, (_, places) in enumerate(themes):
        for index in places:
            found.setdefault(index, []).append(number)
    return found


def _first_figures(figures: Sequence[Any]) -> dict[int, int]:
    """The first pictured page of each record."""
    first: dict[int, int] = {}
    for figure in figures:
        for index, _ in figure.places:
            first.setdefault(index, figure.number)
    return first


def _resource(name: str) -> Any:
    """A file of ours that goes into a page as it is."""
    from markupsafe import Markup

    return Markup(files("scrutiny.writing.html").joinpath(name).read_text(encoding="utf-8"))


def _digest(name: str) -> str:
    """By which a page's policy (Content-Security-Policy) lets :func:`_resource` pass, and nothing else."""
    return f"'sha256-{b64encode(hashlib.sha256(_resource(name).encode()).digest()).decode()}'"
