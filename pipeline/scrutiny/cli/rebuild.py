"""``scrutiny rebuild``: the record files of an output folder, written again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def rebuild(
    output: Annotated[Path, typer.Argument(metavar="DIR", help="Output folder of 'extract'.")],
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", "-f", help="A format beside those that are there; repeatable."),
    ] = None,
    regime: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Regime of the reports, see 'scrutiny regimes'. Default: as it was."),
    ] = None,
) -> None:
    """Make the records of an earlier run again from its reports.jsonl, without reading or classifying anything.

    Every record file in the folder is written anew, as the rules of this version and the regimes' profiles now say.
    """
    from scrutiny.pipeline import assemble
    from scrutiny.reading.metadata import described_as
    from scrutiny.regimes import named
    from scrutiny.writing.rebuilding import reopened, stored_failures, stored_reports

    if regime:
        named(regime)
    _import_spacy_alone()
    reports = records = untagged = 0
    with reopened(output, formats or ()) as folder:
        failures = stored_failures(output)
        for line, report in stored_reports(output):
            if report is None:
                folder.keep(failures.get(line.path), line)
                continue
            assembled = assemble(described_as(report, regime) if regime else report)
            folder.write(assembled, line.model)
            reports, records = reports + 1, records + len(assembled.records)
            untagged += any(one.tags is None for one in report.sentences if one.role is not None)
    typer.echo(f"{output}: {records:,} records of {reports:,} reports as {', '.join(folder.formats)}")
    if untagged:
        typer.echo(
            f"{untagged:,} of the reports were read by a model, or a version of scrutiny, that does not read all off "
            "sentences that this one does: to have what rules do not find, extract the reports again.",
            err=True,
        )


def _import_spacy_alone() -> None:
    """Import spaCy, which cuts records into words, without torch, which it loads only to see that it is there."""
    if "torch" in sys.modules:
        return
    sys.modules["torch"] = None  # type: ignore[assignment] # importing it is an ImportError, as if it were not installed
    try:
        import spacy  # noqa: F401
    finally:
        del sys.modules["torch"]
