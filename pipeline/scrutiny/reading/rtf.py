"""Rich text (.rtf)."""

from __future__ import annotations

import re

from scrutiny.errors import ReadError
from scrutiny.reading.build import Draft, build, source_of
from scrutiny.reading.characters import normalise
from scrutiny.reading.package import no_text
from scrutiny.reading.prose import printed_title, text_of
from scrutiny.reading.rtf_text import RtfText
from scrutiny.report import BlockKind, Coverage, Report

#: A larger file, or one of more control words and groups, is refused. Pictures are part of the text.
MAX_RTF_BYTES = 100_000_000
MAX_CONTROLS = 4_000_000

_SIGNATURE = re.compile(rb"\s{0,100}\{\\rtf")


def read_rtf(data: bytes, *, path: str) -> Report:
    """The report in the rich text file ``data``. Raises ReadError (``too_large``, ``wrong_suffix``, ``no_text``)."""
    if not _SIGNATURE.match(data):
        raise ReadError(
            f"{path}: the file is named .rtf but does not begin as rich text does.",
            remedy="Check what it is, name it accordingly, or export it again.",
            code="wrong_suffix",
        )
    if len(data) > MAX_RTF_BYTES or data.count(b"\\") + data.count(b"{") > MAX_CONTROLS:
        raise ReadError(
            f"{path}: the rich text has more than {MAX_RTF_BYTES:,} bytes or {MAX_CONTROLS:,} control words.",
            remedy="Split it into one file a report, or save it as .docx.",
            code="too_large",
        )
    text = RtfText(data.decode("latin-1"))
    drafts = [*text.read(), *_furniture(text.furniture)]
    if not any(text_of(draft) for draft in drafts):
        raise no_text(path, "rich text file")
    about = {name: normalise(value) for name, value in text.about.items()}
    metadata = {**about, "title": printed_title(about.get("title", ""), drafts)}
    return build(drafts, source_of(data, path=path, format="rtf"), metadata=metadata, coverage=_coverage(text))


def _furniture(drafts: list[Draft]) -> list[Draft]:
    """Headers and footers, each distinct one once."""
    texts = dict.fromkeys(text_of(draft) for draft in drafts)
    return [Draft(BlockKind.FURNITURE, [(text, None)]) for text in texts if text]


def _coverage(text: RtfText) -> Coverage:
    notes = {
        "Text deleted with changes tracked, {} characters, was left out.": text.deleted,
        "Hidden text, {} characters, was left out.": text.hidden,
        "Comments, {} of them, were left out.": text.comments,
        "Embedded objects, {} of them, were not read.": text.objects,
    }
    told = [note.format(f"{count:,}") for note, count in notes.items() if count]
    if not text.whole:
        told.append("The file ends in the middle: it was cut off, and text may be missing.")
    return Coverage(characters_unread=text.deleted + text.hidden, notes=tuple(told))
