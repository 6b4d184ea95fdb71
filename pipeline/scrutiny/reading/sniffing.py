"""What a file without a name is, by what it begins with."""

from __future__ import annotations

import json
import re
from io import BytesIO

from scrutiny.errors import ReadError
from scrutiny.reading.tars import BLOCK, is_header
from scrutiny.reading.zips import open_zip

_WITHIN = 1024

#: By what the file begins with.
_MAGIC = (
    (b"PAR1", ".parquet"),
    (b"\x1f\x8b", ".gz"),
    (b"BZh", ".bz2"),
    (b"\xfd7zXZ\x00", ".xz"),
    (b"\x28\xb5\x2f\xfd", ".zst"),
    (b"{\\rtf", ".rtf"),
)
#: By a file that a zip archive holds; in the OpenDocument formats its first file says so, uncompressed.
_OFFICE = {
    "word/document.xml": ".docx",
    "xl/workbook.xml": ".xlsx",
    "ppt/presentation.xml": ".pptx",
}
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.DOTALL | re.I)


def suffix_of(data: bytes) -> str:
    """The file name suffix that ``data`` should have; ``.txt`` for what is nothing else that is known.

    Tables in CSV cannot be told from text.
    """
    start = data[:_WITHIN].removeprefix(b"\xef\xbb\xbf")
    if b"%PDF-" in start and not start.startswith(b"PK"):
        return ".pdf"
    for magic, suffix in _MAGIC:
        if start.startswith(magic):
            return suffix
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_suffix(data)
    if is_header(data[:BLOCK]):
        return ".tar"
    if _HTML.match(start):
        return ".html"
    return ".jsonl" if _is_json_line(data) else ".txt"


def _zip_suffix(data: bytes) -> str:
    if data[30:].startswith(_OPEN_DOCUMENT):
        return ".odt" if data[30 + len(_OPEN_DOCUMENT) :].startswith(b"text") else ".ods"
    try:
        names = set(open_zip(BytesIO(data), path="").namelist())
    except ReadError:
        return ".zip"
    return next((suffix for name, suffix in _OFFICE.items() if name in names), ".zip")


def _is_json_line(data: bytes) -> bool:
    end = data.find(b"\n")
    try:
        return isinstance(json.loads(data[: end if end >= 0 else None]), dict)
    except (ValueError, RecursionError):
        return False
