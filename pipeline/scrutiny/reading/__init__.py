"""Stage 1: a file in, a Report with its blocks out.

>>> read(b"1. Introduction\\n\\nLeaders know the school well.", name="note.txt").blocks[1].text
'Leaders know the school well.'
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from importlib.metadata import entry_points
from io import BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO, Protocol, cast

from scrutiny.errors import ReadError
from scrutiny.reading.archives import ARCHIVE_SUFFIXES
from scrutiny.reading.each import read_each
from scrutiny.reading.language import with_language
from scrutiny.reading.metadata import describe
from scrutiny.reading.rows import ROW_SUFFIXES
from scrutiny.report import Report

__all__ = [
    "ARCHIVE_SUFFIXES",
    "MAX_BYTES",
    "ROW_SUFFIXES",
    "SUFFIXES",
    "Reader",
    "read",
    "read_each",
    "suffixes",
    "table_suffix",
]

#: A larger file is refused.
MAX_BYTES = 200_000_000

#: How a PDF says that it is one, and where, in bytes from its beginning.
_PDF_SIGNATURE = b"%PDF-"
_PDF_SIGNATURE_WITHIN = 1024

#: How rich text begins, also where its name ends in .doc, as it often does.
_RTF_SIGNATURE = b"{\\rtf1"

#: How old Word files, and encrypted new ones, begin.
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: Readers that come with scrutiny: suffix to ``module:function``, imported when first needed.
_OWN = {
    ".pdf": "scrutiny.reading.pdf:read_pdf",
    ".txt": "scrutiny.reading.text:read_text",
    ".text": "scrutiny.reading.text:read_text",
    ".md": "scrutiny.reading.markdown:read_markdown",
    ".markdown": "scrutiny.reading.markdown:read_markdown",
    ".docx": "scrutiny.reading.docx:read_docx",
    ".docm": "scrutiny.reading.docx:read_docx",
    ".html": "scrutiny.reading.html:read_html",
    ".htm": "scrutiny.reading.html:read_html",
    ".xhtml": "scrutiny.reading.html:read_html",
    ".eml": "scrutiny.reading.eml:read_eml",
    ".odt": "scrutiny.reading.odt:read_odt",
    ".rtf": "scrutiny.reading.rtf:read_rtf",
}

#: File name suffixes that scrutiny itself reads, in lower case.
SUFFIXES: tuple[str, ...] = tuple(_OWN)


class Reader(Protocol):
    """Makes a report of a file's bytes; ``path`` names the file in errors and in ``Report.source``.

    Other packages register one under the entry point group ``scrutiny.readers``, named by its suffix
    with or without the dot.
    """

    def __call__(self, data: bytes, *, path: str) -> Report:
        """The report in ``data``; raises ReadError."""
        ...


def read(
    source: str | Path | bytes, *, name: str | None = None, ocr: bool | str = False, regime: str | None = None
) -> Report:
    """The report in ``source``, a path or the file's bytes.

    ``name`` is how errors and ``Report.source.path`` call it, and its suffix tells the format; it is
    needed for bytes other than PDF. A file that begins as a PDF is read as one whatever its suffix. With ``ocr``
    pages that are pictures of text are read too, in English or the languages that it names (``"eng+deu"``).
    ``regime`` is the id of the report's regime, which is recognised by itself unless given.
    Archives and files of rows are for :func:`read_each`.

    Raises ReadError with code ``missing``, ``empty``, ``unsupported``, ``too_large``, ``wrong_suffix``,
    ``encrypted``, ``damaged``, ``no_text``, ``too_many_pages``, ``not_text``, ``no_ocr`` or ``many_reports``.
    """
    if isinstance(source, bytes):
        path, file = writable(name or "<bytes>"), cast(BinaryIO, BytesIO(source))
    else:
        path = writable(name or PurePath(source).as_posix())
        file = open_file(Path(source), path)
    with file:
        if holds_many(path) and not begins_as_pdf(file):
            raise _many_reports(path)
        data = _load(file, path)
    return _described(_reader(data, path, ocr), data, path, regime)


def read_as(suffix: str, data: bytes, *, path: str, regime: str | None = None) -> Report:
    """The report in ``data``, read as a file ending in ``suffix`` is, whatever it looks like. Raises ReadError."""
    return _described(_own(suffix), data, path, regime)


def _described(reader: Reader, data: bytes, path: str, regime: str | None) -> Report:
    """What ``reader`` reads, with its language and metadata."""
    return describe(with_language(reader(data, path=path)), given=regime)


def suffixes() -> tuple[str, ...]:
    """All suffixes of files of one report that can be read, those of other packages included."""
    return tuple(sorted({*_OWN, *_plugins()}))


def holds_many(path: str) -> bool:
    """Whether ``path`` is named as an archive or a file of rows is."""
    return PurePath(path).suffix.lower() in {*ARCHIVE_SUFFIXES, *ROW_SUFFIXES}


def table_suffix(path: str) -> str | None:
    """The suffix by which ``path`` is named as a file of rows, also a compressed one (``.csv.gz``); else None."""
    *_, before, last = ["", "", *(suffix.lower() for suffix in PurePath(path).suffixes)]
    if last in ROW_SUFFIXES:
        return last
    return before + last if before in ROW_SUFFIXES and last in ARCHIVE_SUFFIXES else None


def open_file(file: Path, path: str) -> BinaryIO:
    """``file``, opened if it is one. Raises ReadError about ``path``."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise ReadError(
                f"{path}: this is no file but a folder, a pipe or a device.",
                remedy="Give the path of a file that you may read.",
            )
        return file.open("rb")
    except (FileNotFoundError, ValueError) as error:  # a ValueError: no file can have such a name
        raise ReadError(f"{path}: there is no such file.", remedy="Check the path.", code="missing") from error
    except OSError as error:
        raise unreadable(path, error) from error


def begins_as_pdf(file: BinaryIO) -> bool:
    """Whether ``file`` begins as a PDF. Rewinds it."""
    start = file.read(len(_PDF_SIGNATURE))
    file.seek(0)
    return start == _PDF_SIGNATURE


def unreadable(path: str, error: OSError) -> ReadError:
    """The error for a file that the system does not let us read."""
    return ReadError(
        f"{path}: the file cannot be opened ({error.strerror or error}).",
        remedy="Give the path of a file that you may read.",
    )


def _load(file: BinaryIO, path: str) -> bytes:
    try:
        data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    check_size(path, len(data))
    return data


def writable(path: str) -> str:
    """``path`` such that it can be written as UTF-8: what is no character is spelt out."""
    return path.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def check_size(path: str, size: int) -> None:
    """Raises ReadError, ``empty`` or ``too_large``, for a file of ``size`` bytes."""
    if not size:
        raise ReadError(f"{path}: the file is empty (0 bytes).", remedy="Download or export it again.", code="empty")
    if size > MAX_BYTES:
        raise ReadError(
            f"{path}: the file has more than {MAX_BYTES:,} bytes, which is the most that is read.",
            remedy="Split it, or save it with smaller pictures.",
            code="too_large",
        )


def check_ocr(ocr: bool | str) -> None:
    """Raises ReadError, ``no_ocr``: ``ocr`` asks for what is not installed."""
    if ocr:
        from scrutiny.reading.recognition import recogniser

        recogniser(_ocr_languages(ocr))


def _ocr_languages(ocr: bool | str) -> str:
    """Tesseract's names for what ``ocr`` asks for, empty for nothing."""
    return ("eng" if ocr else "") if isinstance(ocr, bool) else ocr


def _reader(data: bytes, path: str, ocr: bool | str) -> Reader:
    """The reader for ``data``: by content where that is plain, else by suffix."""
    suffix = PurePath(path).suffix.lower()
    if _PDF_SIGNATURE in data[:_PDF_SIGNATURE_WITHIN]:
        return partial(_own(".pdf"), ocr=_ocr_languages(ocr))  # type: ignore[call-arg] # the only reader with options
    if suffix == ".pdf":
        raise _no_pdf(data, path)
    if data.startswith(_RTF_SIGNATURE):
        return _own(".rtf")
    if suffix in _OWN:
        return _own(suffix)
    if suffix in _plugins():
        return _plugins()[suffix]()
    if "://" in path:
        # What an address ends in is often no suffix: a number, a query, or the name of the program that answers.
        from scrutiny.reading.sniffing import suffix_of

        suffix = suffix_of(data)
        if suffix in _OWN:
            return _own(suffix)
    if data.startswith(_OLE_SIGNATURE):
        from scrutiny.reading.package import compound_file

        raise compound_file(data, path=path)
    raise ReadError(
        f"{path}: files ending in '{suffix}' cannot be read." if suffix else f"{path}: its name has no suffix.",
        remedy=f"Give a file ending in {', '.join(suffixes())}.",
        code="unsupported",
    )


def _many_reports(path: str) -> ReadError:
    return ReadError(
        f"{path}: files of this kind hold many reports.",
        remedy="Use scrutiny.read_each, which gives every one of them.",
        code="many_reports",
    )


def _no_pdf(data: bytes, path: str) -> ReadError:
    from scrutiny.reading.decoding import looks_like_text

    if re.match(rb"\s*<(?:!doctype html|html)", data[:1024], re.IGNORECASE):
        reason, remedy = "it is a web page, probably saved in place of the report", "Download the PDF itself."
    elif looks_like_text(data):
        reason, remedy = "it holds plain text", "Rename it to .txt or .md, or download the PDF itself."
    else:
        reason, remedy = "it does not begin with %PDF-", "Download or export it again."
    return ReadError(f"{path}: the file is named .pdf but is not a PDF: {reason}.", remedy=remedy, code="wrong_suffix")


def _own(suffix: str) -> Reader:
    module, function = _OWN[suffix].split(":")
    return cast(Reader, getattr(import_module(module), function))


@cache
def _plugins() -> Mapping[str, Callable[[], Reader]]:
    """Loaders of the readers that other packages have registered, by suffix."""
    return {f".{point.name.lower().lstrip('.')}": point.load for point in entry_points(group="scrutiny.readers")}
