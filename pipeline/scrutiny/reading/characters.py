"""Characters as printed, made into characters as written: ligatures, spaces, nothing invisible."""

from __future__ import annotations

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_SPACES = dict.fromkeys([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029], " ")
_SPACES |= dict.fromkeys([0x202F, 0x205F, 0x3000], " ")
_INVISIBLE: dict[int, None] = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
_CONTROLS: dict[int, None] = dict.fromkeys([*range(0x00, 0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF])
_LONE_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_TABLE: dict[int, str | None] = {**_CONTROLS, **_INVISIBLE, **_LIGATURES, **_SPACES, **_LONE_SURROGATES}


def normalise(text: str) -> str:
    """``text`` with ligatures spelt out, every kind of space plain and single, and nothing invisible."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # as most lines are
    return " ".join(text.translate(_TABLE).split())
