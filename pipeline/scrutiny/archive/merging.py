"""The files of an output folder, made of what its parts hold, in the order of inputs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from pathlib import Path

from scrutiny.archive.ledger import Ledger, State
from scrutiny.archive.parts import Parts, unpacked
from scrutiny.report import Report
from scrutiny.version import __version__
from scrutiny.writing.output import OutputFolder, output_files
from scrutiny.writing.parts import ModelReference
from scrutiny.writing.rebuilding import report_of
from scrutiny.writing.schema import FailureLine, RecordLine, ReportLine

#: Under what the ledger notes what the files were made of.
_NOTE = "files"


def merge(
    ledger: Ledger, parts: Parts, folder: Path, model: ModelReference, *, formats: Collection[str], sentences: bool
) -> list[str]:
    """Write the files of ``folder`` unless they are what they would be; returns what formats left out, for people.

    Raises:
        DataError: a part is damaged.
        WriteError: the disk is full or gone.
    """
    wanted = _digest(ledger, model, formats, sentences)
    noted = json.loads(ledger.note(_NOTE) or "{}")
    if noted.get("made_of") == wanted and noted["files"] == _stamps(folder):
        return list(noted["left_out"])
    with OutputFolder(folder, model, formats=formats, sentences=sentences) as output:
        for row in ledger.rows():
            if row.state is State.DONE:
                assert row.place is not None
                line, of_records = unpacked(parts.read(row.place))
                records = [RecordLine.model_validate_json(one) for one in of_records] if output.formats else []
                output.add(line, records, _report(line) if output.needs_reports else None)
            elif row.state is State.DUPLICATE:
                copy = ReportLine(
                    path=row.path, status="duplicate", sha256=row.sha256, duplicate_of=row.duplicate_of, model=model
                )
                output.keep(None, copy)
            elif row.state is not State.SKIPPED:
                failure = FailureLine(path=row.path, code=row.code, reason=row.reason, remedy=row.remedy)
                output.keep(failure, ReportLine(path=row.path, status="failed", error=row.code, model=model))
    left_out = output.left_out
    ledger.take_note(_NOTE, json.dumps({"made_of": wanted, "files": _stamps(folder), "left_out": left_out}))
    return left_out


def _report(line: bytes) -> Report:
    """A report with its records: some formats show more of it than these."""
    # What makes records takes half a second to import, and most runs end without.
    from scrutiny.pipeline import assemble

    return assemble(report_of(ReportLine.model_validate_json(line)))


def compact(ledger: Ledger, parts: Parts) -> None:
    """Keep elsewhere what is left of finished parts of which more than half is of no use any more, and remove them.

    Wherever this is cut off, the ledger knows one place of each report; what else there is goes as the next run begins.

    Raises:
        DataError: a part is damaged.
        OSError: the folder cannot be written.
    """
    used = ledger.used()
    wasteful = [part for part, size in parts.sizes.items() if 2 * used.get(part, 0) < size]
    for part in wasteful:
        with ledger.together(parts.sync):
            ledger.move(part, lambda place: parts.append(parts.read(place)))
        parts.turn()
    parts.close()
    if wasteful:
        parts.remove(wasteful)


def forget(ledger: Ledger) -> None:
    """Have the files made anew: what is kept at a place may soon be something else of the same length."""
    ledger.take_note(_NOTE, "{}")


def _digest(ledger: Ledger, model: ModelReference, formats: Collection[str], sentences: bool) -> str:
    digest = hashlib.sha256(json.dumps([__version__, model.model_dump(), sorted(formats), sentences]).encode())
    for row in ledger.rows():
        place = row.place and (row.place.part, row.place.start, row.place.length)
        digest.update(json.dumps([row.path, row.state, row.code, row.reason, row.duplicate_of, place]).encode())
    return digest.hexdigest()


def _stamps(folder: Path) -> dict[str, list[int]]:
    """Size and time of every file in ``folder`` that is ours."""
    found = {name: (folder / name).stat() for name in output_files() if (folder / name).exists()}
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in found.items()}
