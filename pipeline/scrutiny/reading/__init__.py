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
from pathlib import Path, PurePath
from typing import Protocol, cast

from scrutiny.errors import ReadError
from scrutiny.reading.language import with_language
from scrutiny.reading.metadata import describe
from scrutiny.report import Report

#: A larger file is refused.
MAX_BYTES = 200_000_000

#: Where a PDF must say that it is one, in bytes from its beginning.
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


def read(source: str | Path | bytes, *, name: str | None = None, ocr: bool | str = False) -> Report:
    """The report in ``source``, a path or the file's bytes.

    ``name`` is how errors and ``Report.source.path`` call it, and its suffix tells the format; it is
    needed for bytes other than PDF. A file that begins as a PDF is read as one whatever its suffix. With ``ocr``
    pages that are pictures of text are read too, in English or the languages that it names (``"eng+deu"``).

    Raises ReadError with code ``missing``, ``empty``, ``unsupported``, ``too_large``, ``wrong_suffix``,
    ``encrypted``, ``damaged``, ``no_text``, ``too_many_pages``, ``not_text`` or ``no_ocr``.
    """
    if isinstance(source, bytes):
        path, data = _writable(name or "<bytes>"), source
        _check_size(path, len(data))
    else:
        path = _writable(name or PurePath(source).as_posix())
        data = _load(Path(source), path)
    if not data:
        raise ReadError(f"{path}: the file is empty (0 bytes).", remedy="Download or export it again.", code="empty")
    return describe(with_language(_reader(data, path, ocr)(data, path=path)))


def suffixes() -> tuple[str, ...]:
    """All suffixes that can be read, those of other packages included."""
    return tuple(sorted({*_OWN, *_plugins()}))


def _load(file: Path, path: str) -> bytes:
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadError(
                f"{path}: this is no file but a folder, a pipe or a device.",
                remedy="Give the path of a file that you may read.",
            )
        _check_size(path, status.st_size)
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)  # it may have grown, or be one of those that say they have no size
        _check_size(path, len(data))
        return data
    except (FileNotFoundError, ValueError) as error:  # a ValueError: no file can have such a name
        raise ReadError(f"{path}: there is no such file.", remedy="Check the path.", code="missing") from error
    except OSError as error:
        raise ReadError(
            f"{path}: the file cannot be opened ({error.strerror}).",
            remedy="Give the path of a file that you may read.",
        ) from error


def _writable(path: str) -> str:
    """``path`` such that it can be written as UTF-8: what is no character is spelt out."""
    return path.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def _check_size(path: str, size: int) -> None:
    if size > MAX_BYTES:
        raise ReadError(
            f"{path}: the file has {size:,} bytes; at most {MAX_BYTES:,} are read.",
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
    if b"%PDF-" in data[:_PDF_SIGNATURE_WITHIN]:
        return partial(_own(".pdf"), ocr=_ocr_languages(ocr))  # type: ignore[call-arg] # the only reader with options
    if suffix == ".pdf":
        raise _no_pdf(data, path)
    if data.startswith(_RTF_SIGNATURE):
        return _own(".rtf")
    if suffix in _OWN:
        return _own(suffix)
    if suffix in _plugins():
        return _plugins()[suffix]()
    if data.startswith(_OLE_SIGNATURE):
        from scrutiny.reading.package import compound_file

        raise compound_file(data, path=path)
    raise ReadError(
        f"{path}: files ending in '{suffix}' cannot be read." if suffix else f"{path}: its name has no suffix.",
        remedy=f"Give a file ending in {', '.join(suffixes())}.",
        code="unsupported",
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
