"""Archives as an enemy would make them: nested, lying about sizes, with names and members that must be refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import math
import random
import struct
import tarfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fuzzing import raw
from fuzzing.zips import packed, unpacked

_NAMES = (
    "../a.txt", "/etc/a.txt", "..\\a.txt", "C:\\a.txt", "a/../../b.txt", "", ".", "a\0.txt", "x" * 5000 + ".txt",
    "a.txt/", "\ud800.txt", "a.zip", "a.tar", "a.gz", "a.tar.gz", "CON.txt", "a\n.txt", "é.txt", "__MACOSX/._a.txt",
    "a.pdf", "a.csv", "a.jsonl", "a.parquet", "a.docx", "a.eml", "//a.txt", "./a.txt", "a//b.txt", "~/a.txt",
    "a.txt ", "a.tsv", "a.bz2", "a.xz",
)  # fmt: skip
_SIZES = (0, 1, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 100_000_000)


def in_zip(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A member renamed, an archive put into an archive, a bomb added, or a field of a header lying."""
    members = unpacked(data)
    match chance.randrange(5):
        case 0 if members:
            name = chance.choice(list(members))
            members[chance.choice(_NAMES).encode("utf-8", "replace").decode()] = members.pop(name)
            return packed(members)
        case 1:
            for _ in range(chance.choice((1, 2, 4, 30))):
                data = packed({"inner.zip": data, "note.txt": b"Leaders act."})
            return data
        case 2 if members:
            members["bomb.txt"] = b"0 " * chance.choice((1_000, 10_000_000))
            return packed(members)
        case 3 if members:
            members |= {f"{number}.txt": b"Leaders act." for number in range(chance.choice((10, 1000)))}
            return packed(members)
    signature = chance.choice((b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"))
    places = [i for i in range(len(data)) if data.startswith(signature, i)]
    if not places:
        return raw.bits(data, chance, seeds)
    at = chance.choice(places) + chance.randrange(4, 46)
    width, size = chance.choice((("<H", 0xFFFF), ("<I", 0xFFFFFFFF)))
    field = struct.pack(width, chance.choice(_SIZES) & size)
    return data[:at] + field + data[at + len(field) :]


def in_tar(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A member renamed, made a link or device, given another size; a field of a header damaged with the right sum."""
    match chance.randrange(4):
        case 0:
            return _with_member(data, chance)
        case 1:
            return raw.crossed(data, chance, seeds)
    changed = bytearray(data)
    heads = [at for at in range(0, len(data) - 511, 512) if data[at + 257 : at + 262] == b"ustar"]
    if not heads:
        return raw.bits(data, chance, seeds)
    at = chance.choice(heads)
    fields = {124: 12, 100: 8, 136: 12, 156: 1, 0: 20, 345: 20, 257: 8, 157: 20}
    start, length = chance.choice(list(fields.items()))
    values = (b"\xff" * length, b"\x80" + b"\0" * (length - 1), b"7" * length, b" " * length, b"-1", b"0" * length)
    value = chance.choice((*values, chance.randbytes(length), bytes([chance.choice(b"0123456789xgLKSDXNVM")])))
    changed[at + start : at + start + length] = value[:length].ljust(length, b"\0")
    changed[at + 148 : at + 156] = b" " * 8
    changed[at + 148 : at + 156] = b"%06o\0 " % sum(changed[at : at + 512])
    return bytes(changed)


def _with_member(data: bytes, chance: random.Random) -> bytes:
    file = io.BytesIO()
    formats = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
    with tarfile.open(fileobj=file, mode="w", format=chance.choice(formats), errors="surrogateescape") as archive:
        info = tarfile.TarInfo(chance.choice(_NAMES).encode("utf-8", "replace").decode().replace("\0", ""))
        info.type = chance.choice((b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"S", b"x"))
        info.linkname = chance.choice(("", "a.txt", "../../etc/passwd", "/dev/zero"))
        content = chance.choice((b"Leaders act.", data[:20_000]))
        info.size = len(content) if info.type in (b"0", b"7") else 0
        info.pax_headers = {"size": chance.choice(("-1", "99999999999", "x"))} if chance.random() < 0.2 else {}
        try:
            archive.addfile(info, io.BytesIO(content))
        except (ValueError, OSError):
            return data
    return file.getvalue()[: -(len(file.getvalue()) % 10240 or 10240)] + data


def in_gzip(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """What a compressed archive holds damaged, compressed again; or compressed in another way, twice, or a bomb."""
    try:
        inner = gzip.decompress(data)
    except Exception:  # whatever an earlier mutation did
        return raw.bits(data, chance, seeds)
    match chance.randrange(5):
        case 0:
            inner = gzip.compress(inner, mtime=0)
        case 1:
            return chance.choice((bz2.compress, lzma.compress))(inner)
        case 2:
            inner += b"\0" * chance.choice((512, 10_240, 20_000_000))
        case _:
            inner = in_tar(inner, chance, [inner])
    return gzip.compress(inner, mtime=0)


def in_parquet(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A table of columns of other types than expected, or with their names, packed in another way."""
    import pyarrow
    import pyarrow.parquet

    if chance.random() < 0.3:
        return raw.bits(data, chance, seeds)
    file, count = io.BytesIO(), chance.choice((0, 1, 3, 50))
    columns = {name: chance.choice(_COLUMNS) for name in chance.sample(_COLUMN_NAMES, chance.choice((1, 2, 5)))}
    columns["text"] = chance.choice((*_COLUMNS, ("string", "Leaders act."), ("string", "Leaders act.")))
    try:
        made = {
            name: pyarrow.array([chance.choice((value, value, None)) for _ in range(count)], _type(kind))
            for name, (kind, value) in columns.items()
        }
        pyarrow.parquet.write_table(
            pyarrow.table(made),
            file,
            compression=chance.choice(("none", "snappy", "zstd", "gzip", "brotli")),
            use_dictionary=chance.random() < 0.5,
            row_group_size=chance.choice((1, 10, 1000)),
        )
    except pyarrow.ArrowException:  # what it cannot write
        return data
    return file.getvalue()


_COLUMN_NAMES = ("title", "Date", "date", "a" * 3000, "", "text ", "TEXT", "role", "\u202e", "inspection_date", "x.y")
_COLUMNS: tuple[tuple[str, object], ...] = (
    ("string", "1. Leadership\n\nLeaders know the school well."), ("string", "\0"), ("string", ""),
    ("binary", b"\xff\xfe"), ("large_string", "a " * 50_000), ("int64", -1), ("uint64", 2**64 - 1),
    ("float", math.nan), ("double", math.inf), ("bool", True), ("timestamp[ns]", 2**63 - 1), ("timestamp[s]", 2**62),
    ("date32", 2**31 - 1), ("duration[ns]", -(2**63)), ("time64[ns]", 1), ("null", None), ("list", ["a"]),
    ("struct", {"a": 1}), ("decimal", Decimal("1e10")),
)  # fmt: skip


def _type(name: str) -> Any:
    import pyarrow

    made = {
        "list": lambda: pyarrow.list_(pyarrow.string()),
        "struct": lambda: pyarrow.struct([("a", pyarrow.int8())]),
        "decimal": lambda: pyarrow.decimal128(38, 10),
    }
    return made[name]() if name in made else pyarrow.type_for_alias(name)
