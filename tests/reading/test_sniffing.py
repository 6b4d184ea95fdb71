"""Standard input has no name: its kind is told by its content."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from itertools import count

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scrutiny.errors import ReadError
from scrutiny.reading import read
from scrutiny.reading.sniffing import suffix_of


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "application/vnd.oasis.opendocument.text" if name == "mimetype" else "x")
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"text": ["Plans."]}), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"%PDF-1.7\n", ".pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.7\n", ".pdf"),
        (zipped("a.pdf"), ".zip"),
        (zipped("%PDF-.txt"), ".zip"),
        (zipped("[Content_Types].xml", "word/document.xml"), ".docx"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), ".xlsx"),
        (zipped("mimetype", "content.xml"), ".odt"),
        (zipped("a.txt")[:30], ".zip"),
        (tarred(), ".tar"),
        (gzip.compress(b""), ".gz"),
        (bz2.compress(b""), ".bz2"),
        (lzma.compress(b""), ".xz"),
        (parquet(), ".parquet"),
        (b"{\\rtf1 Plans.}", ".rtf"),
        (b"<!DOCTYPE html>\n<html>", ".html"),
        (b"\xef\xbb\xbf<!-- saved -->\n<HTML lang='en'>", ".html"),
        (b'<?xml version="1.0"?><html xmlns="x">', ".html"),
        (b'{"text": "Plans are late."}\n{"text": "Fine."}\n', ".jsonl"),
        (b"{curly} talk\n", ".txt"),
        (b"Plans are late.", ".txt"),
        ("Plans are late.".encode("utf-16"), ".txt"),
        (b"", ".txt"),
        (b"<" * 5000, ".txt"),
    ],
    # Bytes with the time of their making in them would name a test differently in every process.
    ids=count(),
)
def test_the_kind_is_told_by_content(data: bytes, suffix: str) -> None:
    assert suffix_of(data) == suffix


@pytest.mark.parametrize("name", ["https://example.org/reports/17.0", "https://example.org/get.aspx?id=17"])
def test_what_an_address_leads_to_is_told_by_its_content(name: str) -> None:
    page = b"<!DOCTYPE html><html><body><h1>Leadership</h1><p>Plans are late.</p></body></html>"
    assert [block.text for block in read(page, name=name).blocks] == ["Leadership", "Plans are late."]
    with pytest.raises(ReadError) as caught:
        read(zipped("xl/workbook.xml"), name=name)
    assert caught.value.code == "unsupported"
