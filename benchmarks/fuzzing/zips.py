"""Damage inside the members of a zip archive, packed again with the right sums so that it reaches the reader."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence

from fuzzing import markup, raw, trees

_INSIDE = (
    *[trees.in_tree] * 20,
    markup.in_tags,
    markup.in_tags,
    markup.in_lines,
    raw.bits,
    raw.printed_number,
    raw.cut,
    raw.crossed,
)


def unpacked(data: bytes) -> dict[str, bytes]:
    """The members of a zip archive by name; none where it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {info.filename: archive.read(info) for info in archive.infolist() if info.file_size < raw.MOST_BYTES}
    except Exception:  # an archive that an earlier mutation damaged, in whatever way
        return {}


def packed(members: dict[str, bytes]) -> bytes:
    """A zip archive of ``members``."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name or "x"), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def in_members(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One member damaged, dropped or exchanged."""
    members = unpacked(data)
    if not members:
        return raw.bits(data, chance, seeds)
    # The larger a member is, the more there is to damage in it; but every one has its turn.
    names = list(members)
    name = chance.choices(names, [1 + len(members[n]) ** 0.5 for n in names])[0]
    others = unpacked(chance.choice(seeds))
    match chance.randrange(30):
        case 0:
            del members[name]
        case 1:
            members[name] = members[chance.choice(names)]
        case 2 if others:
            members[name] = others.get(name, chance.choice(list(others.values())))
        case _:
            name = name if b"<" in members[name][:200] else chance.choice(names)
            inside = [others[name]] if name in others else [members[name]]
            for _ in range(chance.choice((1, 1, 2, 4))):
                members[name] = chance.choice(_INSIDE)(members[name], chance, inside)[: raw.MOST_BYTES]
    return packed(members)
