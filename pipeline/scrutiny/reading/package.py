"""Office files: zip archives of XML parts, opened with limits."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from scrutiny.errors import ReadError
from scrutiny.reading.xml import XmlError, parse_xml

#: A part that unpacks to more bytes, or to more than so many times its packed size, is refused. Pictures are never
#: unpacked.
MAX_PART_BYTES = 50_000_000
MAX_RATIO = 500
#: So are more parts, and more bytes of all that is unpacked together.
MAX_PARTS = 20_000
MAX_TOTAL_BYTES = 200_000_000
#: What is this small may be packed as tightly as it likes, in bytes.
_SMALL = 1_000_000

#: How a compound file begins; old Word files and encrypted new ones are of that kind.
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FAULTS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError)


class Package:
    """The parts of an office file. ``kind`` names such files in errors, ``suffix`` is theirs."""

    def __init__(self, data: bytes, *, path: str, kind: str, suffix: str) -> None:
        self._path, self._kind = path, kind
        if data.startswith(_OLE_SIGNATURE):
            raise compound_file(data, path=path)
        if not data.startswith(b"PK"):
            raise ReadError(
                f"{path}: the file is named {suffix} but is no {kind}.",
                remedy="Check what it is, name it accordingly, or export it again.",
                code="wrong_suffix",
            )
        if data.count(b"PK\x01\x02") > MAX_PARTS:
            raise self._too_large(f"has more than {MAX_PARTS:,} parts")
        self._unpacked = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _FAULTS as error:
            raise self.damaged("its end is missing or its list of parts is broken") from error
        self._members = {member.filename.lstrip("/"): member for member in self._zip.infolist()}

    def __contains__(self, part: str) -> bool:
        return part in self._members

    def read(self, part: str) -> bytes | None:
        """The bytes of ``part``, None where there is none. Raises ReadError: ``encrypted, damaged, too_large``."""
        member = self._members.get(part)
        if member is None:
            return None
        if member.flag_bits & 1:
            raise encrypted(self._path)
        most = max(_SMALL, min(MAX_PART_BYTES, MAX_RATIO * member.compress_size))
        try:
            with self._zip.open(member) as opened:
                data = opened.read(most + 1)
        except RuntimeError as error:  # the archive asks for a password after all
            raise encrypted(self._path) from error
        except _FAULTS as error:
            raise self.damaged(f"its part {part} cannot be unpacked") from error
        self._unpacked += len(data)
        if len(data) > most:
            raise self._too_large(f"has a part that unpacks to more than {most:,} bytes")
        if self._unpacked > MAX_TOTAL_BYTES:
            raise self._too_large(f"unpacks to more than {MAX_TOTAL_BYTES:,} bytes")
        return data

    def tree(self, part: str, prefixes: Mapping[str, str]) -> Element | None:
        """The XML of ``part``, None where there is none. Raises ReadError like :meth:`read`."""
        data = self.read(part)
        if data is None:
            return None
        try:
            return parse_xml(data, prefixes)
        except XmlError as error:
            raise self.damaged(f"{part}: {error}") from error

    def _too_large(self, reason: str) -> ReadError:
        return ReadError(
            f"{self._path}: the {self._kind} {reason}.",
            remedy="Split it into one file a report, or save it as PDF.",
            code="too_large",
        )

    def damaged(self, reason: str) -> ReadError:
        """The error for a file in which something is wrong: ``reason``."""
        return ReadError(
            f"{self._path}: the {self._kind} is damaged: {reason}.",
            remedy="Download or export it again.",
            code="damaged",
        )


def encrypted(path: str) -> ReadError:
    """The error for a file that a password protects."""
    return ReadError(
        f"{path}: the file is protected by a password.",
        remedy="Save a copy without the password and read that.",
        code="encrypted",
    )


def compound_file(data: bytes, *, path: str) -> ReadError:
    """The error for a compound file: an encrypted one, or one of the old binary formats."""
    if _ENCRYPTED in data:
        return encrypted(path)
    return ReadError(
        f"{path}: this is a file of an old binary format, such as Word's until 2003 (.doc), which is not read.",
        remedy="Open it in Word or LibreOffice and save it as .docx.",
        code="unsupported",
    )


def no_text(path: str, kind: str) -> ReadError:
    """The error for a file without any text."""
    return ReadError(
        f"{path}: the {kind} holds no text.",
        remedy="If it holds pictures of text, print it to PDF and read that with --ocr.",
        code="no_text",
    )
