"""What has become of reports so far as Arrow tables, in which nodes of a cluster hand it on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from scrutiny.archive.ledger import Row, State
from scrutiny.archive.settling import End, Outcome, Slot
from scrutiny.archive.steps import Classified, Read

if TYPE_CHECKING:
    import pyarrow as pa

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Read, Classified, Outcome, End)}

#: What has become of a report so far.
Going = Read | Classified | Outcome | End


def encoded(outcomes: Iterable[tuple[Slot, Going, Mapping[str, float]]]) -> pa.Table:
    """A table of slots, what has come there so far, and seconds spent on it."""
    import pyarrow as pa

    rows = []
    for slot, one, spent in outcomes:
        if isinstance(one, Read):
            about: dict[str, object] = {"path": one.path, "sentences": one.sentences, "seconds": one.seconds}
        elif isinstance(one, End):
            about = {"sha256": one.sha256}
        else:
            about = {field.name: getattr(one.row, field.name) for field in fields(Row) if field.name != "place"}
            about["counts"] = dict(one.row.counts)
        rows.append(
            {
                "task": slot.task,
                "number": slot.number,
                "kind": type(one).__name__,
                "about": json.dumps(about),
                "spent": json.dumps(spent),
                "content": b"" if isinstance(one, End) else one.content,
            }
        )
    types = {"task": pa.int64(), "number": pa.int64(), "kind": pa.string(), "about": pa.large_string()}
    return pa.Table.from_pylist(rows, schema=pa.schema({**types, "spent": pa.string(), "content": pa.large_binary()}))


def decoded(table: pa.Table) -> Iterator[tuple[Slot, Going, dict[str, float]]]:
    """The slots, outcomes and seconds of a table."""
    for row in table.to_pylist():
        about, kind = json.loads(row["about"]), _KINDS[row["kind"]]
        one: Going
        if kind is Read:
            one = Read(**about, content=row["content"])
        elif kind is End:
            one = End(**about)
        else:
            about |= {"state": State(about["state"]), "counts": MappingProxyType(about["counts"])}
            one = kind(Row(**about), row["content"])
        yield Slot(row["task"], row["number"]), one, json.loads(row["spent"])
