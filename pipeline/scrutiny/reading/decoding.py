"""Bytes to characters: UTF-8, UTF-16, else the Western European code page."""

from __future__ import annotations

import codecs
from contextlib import suppress
from typing import BinaryIO

from scrutiny.errors import ReadError

#: Text in UTF-16 has a zero for every other byte of Western letters; bytes are judged by a sample.
_SAMPLE = 64_000
#: Bytes decoded at a time of a file too large to be held.
_PIECE = 1 << 20
_UTF16_ZEROS = 0.3
_MAX_CONTROLS = 0.02
#: Tried in turn; the last one takes any bytes.
_EIGHT_BIT = ("utf-8-sig", "cp1252", "latin-1")


def decode(data: bytes, *, path: str, most: int, declared: str = "") -> str:
    """The text in ``data``, whose encoding may be ``declared`` in it.

    Raises ReadError: ``too_large`` beyond ``most`` bytes, ``not_text`` for what is no text.
    """
    if len(data) > most:
        raise ReadError(
            f"{path}: the file has {len(data):,} bytes; at most {most:,} are read of a file of this kind.",
            remedy="Split it into one file a report.",
            code="too_large",
        )
    text = decoded_as(data, declared) if declared else _decoded(data)
    if text is None or not is_text(text):
        raise ReadError(
            f"{path}: the file does not hold text.",
            remedy="Check that the file is what its name says, or export it again.",
            code="not_text",
        )
    return text


def decoded_as(data: bytes, encoding: str) -> str:
    """``data`` in ``encoding`` as a browser understands its name; else, if there is none of that name, by its bytes."""
    try:
        name = codecs.lookup(encoding.strip()).name
    except (LookupError, ValueError):
        name = ""
    if name in ("ascii", "iso8859-1"):
        name = "cp1252"
    try:
        return data.decode(name, "replace") if name else _decoded(data) or ""
    except (LookupError, ValueError):  # a codec that is not for text
        return _decoded(data) or ""


def looks_like_text(data: bytes) -> bool:
    """Whether ``data`` can be decoded to text."""
    text = _decoded(data)
    return text is not None and is_text(text)


def is_text(text: str) -> bool:
    """Whether ``text`` is free of the control characters of binary files."""
    sample = text[:_SAMPLE]
    controls = sum((c < " " and c not in "\t\n\v\f\r\x1a\x1b") or "\x7f" <= c <= "\x9f" for c in sample)
    return "\x00" not in sample and controls <= _MAX_CONTROLS * len(sample)


def encoding_of(file: BinaryIO) -> str | None:
    """The encoding of a text file too large to be held in memory, None if it is no text. Rewinds ``file``."""
    sample = file.read(_SAMPLE)
    for encoding in _candidates(sample):
        with suppress(UnicodeDecodeError):
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
            # No encoding makes text of these, so the rest, which may be long, is not looked at.
            if "\x00" in text:
                break
            if _holds(file, encoding):
                return encoding if is_text(text) else None
    file.seek(0)
    return None


def _candidates(sample: bytes) -> tuple[str, ...]:
    """The encodings to try, by the first bytes of a text."""
    if sample.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ("utf-32",)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) > _UTF16_ZEROS * len(sample) / 2:
        return ("utf-16-le" if odd > even else "utf-16-be",)
    return _EIGHT_BIT


def _decoded(data: bytes) -> str | None:
    texts = (_try(data, encoding) for encoding in _candidates(data[:_SAMPLE]))
    return next((text for text in texts if text is not None), None)


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _holds(file: BinaryIO, encoding: str) -> bool:
    """Whether all of ``file`` can be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True
