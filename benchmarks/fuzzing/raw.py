"""Damage to a file whatever its format: bits, runs of bytes, numbers in it, its end, pieces of another file."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

#: No damaged file grows beyond this: what takes long because it is large teaches nothing.
MOST_BYTES = 2_000_000

#: Numbers that programs stumble over, as they are written in text.
NUMBERS = (
    b"0", b"-1", b"1", b"2", b"3", b"7", b"9", b"10", b"90", b"127", b"128", b"255", b"256", b"359", b"32767", b"32768",
    b"65535", b"65536", b"99999", b"1000000", b"2147483647", b"2147483648", b"-2147483648", b"4294967295",
    b"9223372036854775807", b"18446744073709551616", b"1" + b"0" * 40, b"9" * 400, b"9" * 5000, b"-0", b"0.0000001",
    b"1e308", b"-1e308", b"1e999", b"nan", b"inf", b"0x7f", b"1.5", b"-.5", b"+1", b"", b"00000000000", b"\xd9\xa3",
    "²".encode(), "½".encode(), "५".encode(), "Ⅷ".encode(),
)  # fmt: skip
_BINARY: tuple[bytes, ...] = (
    b"\0",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\0\0",
    b"\xff\xff",
    b"\xff\x7f",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
)
_BINARY += (b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\xff" * 8, b"\0" * 8, b"\x01\0\0\0", b"\0\0\0\x01")
_NUMBER = re.compile(rb"\d+")


def _span(data: bytes, chance: random.Random, longest: int = 4000) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + int(longest ** chance.random()))


def bits(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A few bits flipped."""
    del seeds
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 40)) if changed else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def replaced(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """A run of bytes replaced by random ones, or by one byte."""
    start, end = _span(data, chance, 300)
    run = chance.randbytes(end - start) if chance.random() < 0.5 else bytes([chance.randrange(256)]) * (end - start)
    return data[:start] + run + data[end:]


def deleted(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """A run of bytes gone."""
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def repeated(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """A run of bytes twice or often."""
    start, end = _span(data, chance)
    times = min(chance.choice((2, 3, 20, 1000, 5000)), 100_000 // max(end - start, 1) + 1)
    return data[:end] + data[start:end] * times + data[end:]


def moved(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """A run of bytes at another place."""
    start, end = _span(data, chance)
    rest = data[:start] + data[end:]
    place = chance.randrange(len(rest) + 1)
    return rest[:place] + data[start:end] + rest[place:]


def cut(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """The end cut off, or the beginning."""
    place = chance.randrange(len(data) + 1)
    return data[:place] if chance.random() < 0.8 else data[place:]


def binary_number(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """Some bytes as a length field that lies would have them."""
    number = chance.choice(_BINARY)
    place = chance.randrange(len(data) + 1)
    return data[:place] + number + data[place + len(number) :]


def printed_number(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """A number in digits replaced by another."""
    found = list(_NUMBER.finditer(data))
    if not found:
        return data
    match = chance.choice(found)
    return data[: match.start()] + chance.choice(NUMBERS) + data[match.end() :]


def crossed(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Begun as one file and ended as another, or with a piece of another inside."""
    other = chance.choice(seeds)
    start, end = _span(other, chance, 20_000)
    place = chance.randrange(len(data) + 1)
    if chance.random() < 0.3:
        return data[:place] + other[start:]
    return data[:place] + other[start:end] + data[place:]


def recoded(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """Text in another encoding, or with a mark that says so."""
    text = data.decode("latin-1")
    codec = chance.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-7", "cp037", "rot13"))
    if codec == "rot13":
        return chance.choice((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\0\0", b"\0\0\xfe\xff")) + data
    return text.encode(codec, "replace")


#: In the order of their use.
MUTATORS: Sequence[Callable[[bytes, random.Random, Sequence[bytes]], bytes]] = (
    bits,
    printed_number,
    deleted,
    repeated,
    crossed,
    cut,
    replaced,
    moved,
    binary_number,
    recoded,
)
