"""Findings, strengths and recommendations out of reports of inspections, audits, reviews and investigations.

>>> import scrutiny
>>> pipe = scrutiny.load()
>>> report = pipe("report.pdf")
>>> report.records
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from scrutiny.version import __version__

if TYPE_CHECKING:
    from scrutiny import corpora
    from scrutiny.errors import ScrutinyError
    from scrutiny.pipeline import Pipeline, load
    from scrutiny.reading import read, read_each
    from scrutiny.report import Block, BlockKind, Decision, Prediction, Record, Report, Role, Sentence

__all__ = [
    "Block",
    "BlockKind",
    "Decision",
    "Pipeline",
    "Prediction",
    "Record",
    "Report",
    "Role",
    "ScrutinyError",
    "Sentence",
    "__version__",
    "corpora",
    "load",
    "read",
    "read_each",
]

_HOMES = {
    "Pipeline": "pipeline",
    "load": "pipeline",
    "read": "reading",
    "read_each": "reading",
    "ScrutinyError": "errors",
}


def __getattr__(name: str) -> object:
    """Import on first use, so that ``import scrutiny`` stays light."""
    if name == "corpora":
        return import_module("scrutiny.corpora")
    if name in __all__:
        return getattr(import_module(f"scrutiny.{_HOMES.get(name, 'report')}"), name)
    raise AttributeError(f"module 'scrutiny' has no attribute {name!r}")
