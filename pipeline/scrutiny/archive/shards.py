"""The records of each finished part as a Parquet file of the same number: a data set that no single file bounds.

Parts hold what was ever kept; a shard holds what the ledger counts. Only shards of parts in which something has changed
are written again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path

from scrutiny.archive.ledger import Ledger
from scrutiny.archive.parts import Parts, Place, sync, unpacked
from scrutiny.version import __version__
from scrutiny.writing.parquet import ParquetWriter
from scrutiny.writing.schema import SCHEMA_VERSION, RecordLine

#: Under what the ledger notes what each shard was made of.
_NOTE = "shards"


def write_shards(ledger: Ledger, parts: Parts, *, wanted: bool, workers: int) -> None:
    """Write the shards that are not what they would be, so many at a time, and remove the others.

    Raises:
        DataError: a part is damaged.
        OSError: the folder cannot be written.
    """
    noted = json.loads(ledger.note(_NOTE) or "{}")
    stamps: dict[str, list[object]] = {}
    jobs: list[tuple[Parts, list[Place], Path]] = []
    for number, places in groupby(ledger.places() if wanted else (), key=lambda place: place.part):
        path = parts.shard(number)
        own = list(places)
        part = _stamp(parts.path(number))
        content = json.dumps([__version__, SCHEMA_VERSION, part, [[place.start, place.length] for place in own]])
        stamps[path.name] = [hashlib.sha256(content.encode()).hexdigest()]
        if not path.exists() or noted.get(path.name) != stamps[path.name] + _stamp(path):
            jobs.append((parts, own, path))
    if len(jobs) > 1 and workers > 1:
        with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=get_context("spawn")) as pool:
            list(pool.map(_write, *zip(*jobs, strict=True)))
    else:
        for job in jobs:
            _write(*job)
    parts.list_shards(stamps.keys())
    ledger.take_note(_NOTE, json.dumps({name: made + _stamp(parts.folder / name) for name, made in stamps.items()}))


def _stamp(path: Path) -> list[object]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]


def _write(parts: Parts, places: Sequence[Place], path: Path) -> None:
    unfinished = path.with_name(f".unfinished-{path.name}")
    writer = ParquetWriter(unfinished)
    for place in places:
        _, records = unpacked(parts.read(place))
        writer.write(None, [RecordLine.model_validate_json(one) for one in records])
    writer.close()
    unfinished.replace(path)
    sync(path.parent)
