"""Files made to do harm: each function gives one, in a size that chance decides. Of invented text throughout."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache

from fuzzing.pdfs import Pdf
from fuzzing.seeds import hand_made

Attack = Callable[[random.Random], bytes]

SENTENCE = b"Plans are not reviewed often enough. "
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@cache
def _zeros(size: int) -> bytes:
    """So many megabytes of zeros, deflated."""
    packer = zlib.compressobj(9)
    return b"".join([packer.compress(bytes(1 << 20)) for _ in range(size)] + [packer.flush()])


def _pdf(changes: Mapping[int, tuple[bytes, bytes | None]], *, trailer: bytes = b"", compressed: bool = False) -> bytes:
    pdf = Pdf(hand_made())
    pdf.objects.update(changes)
    pdf.trailer = trailer or pdf.trailer
    return pdf.written(compressed=compressed)


def _page(content: bytes, head: bytes = b"<</Length 0>>", *, compressed: bool = True) -> bytes:
    return _pdf({5: (head, content)}, compressed=compressed)


def _zip(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


def _word(document: bytes) -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    head = f'<Relationship Id="r1" Type="{kind}" Target="word/document.xml"/>'
    relations = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{head}'
    return _zip({"_rels/.rels": f"{relations}</Relationships>".encode(), "word/document.xml": document})


def _body(inside: bytes) -> bytes:
    return _word(b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (_WORD.encode(), inside))


def _odt(inside: bytes) -> bytes:
    return _zip({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": inside})


def _entities(levels: int, width: int) -> bytes:
    """Entities of entities: ``width`` to the power of ``levels`` words."""
    lines = [b'<!ENTITY e0 "lol">']
    lines += [b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * width) for n in range(1, levels)]
    return b"<!DOCTYPE d [%s]><d>&e%d;</d>" % (b"".join(lines), levels - 1)


def _tar(*members: tarfile.TarInfo) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return file.getvalue()


def _member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, size
    return info


def _nested(depth: int, name: str, content: bytes) -> bytes:
    for level in range(depth):
        content = _zip({name if not level else f"{level}.zip": content}, zipfile.ZIP_STORED)
    return content


def _link_in_zip(chance: random.Random) -> bytes:
    info = zipfile.ZipInfo(f"{chance.random()}.txt")
    info.external_attr = 0o120777 << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return file.getvalue()


def _overlapping(chance: random.Random) -> bytes:
    """Many entries of a zip archive that all stand for the same bytes, which unpack to a hundred times as many."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.txt", SENTENCE * 100_000)
        (first,) = archive.filelist
        for number in range(1, chance.choice((500, 5000))):
            entry = zipfile.ZipInfo(f"{number}.txt")
            for key in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
                setattr(entry, key, getattr(first, key))
            archive.filelist.append(entry)
            archive.NameToInfo[entry.filename] = entry
    return file.getvalue()


def _lying(chance: random.Random) -> bytes:
    """A zip archive whose sizes are wrong."""
    data = bytearray(_zip({"a.txt": SENTENCE * 1000}))
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, at + chance.choice((20, 24)), chance.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFE)))
    return bytes(data)


def _forms(depth: int, width: int) -> bytes:
    """Forms that show forms: ``width`` to the power of ``depth``."""
    objects: dict[int, tuple[bytes, bytes | None]] = {}
    for level in range(depth):
        names = b"/Resources<</Font<</F1 6 0 R>>/XObject<</Fx0 %d 0 R>>>>" % (101 + level)
        shows = b"/Fx0 Do " * width if level < depth - 1 else b"BT /F1 9 Tf 9 9 Td (x) Tj ET"
        objects[100 + level] = b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Length 0" + names + b">>", shows
    objects[12] = objects.pop(100)
    return _pdf(objects, compressed=True)


def _deep_tree(depth: int) -> bytes:
    objects = {
        100 + n: (b"<</Type/Pages/Parent %d 0 R/Kids[%d 0 R]/Count 1>>" % (99 + n, 101 + n), None) for n in range(depth)
    }
    objects[3] = b"<</Type/Pages/Parent 2 0 R/Kids[100 0 R]/Count 1>>", None
    objects[100 + depth] = b"<</Type/Page/Parent %d 0 R/Contents[5 0 R]>>" % (99 + depth), None
    return _pdf({**objects})


def _mime(depth: int, kind: str) -> bytes:
    heads = "".join(
        f"Content-Type: {kind}; boundary=b{n}\r\n\r\n--b{n}\r\n"
        if "multipart" in kind
        else f"Content-Type: {kind}\r\n\r\n"
        for n in range(depth)
    )
    return f"From: a@example.org\r\nSubject: x\r\n{heads}\r\nPlans are late.\r\n".encode()


def _parquet(chance: random.Random) -> bytes:
    """A table whose cells are long and alike, so that next to nothing of it is stored."""
    import pyarrow
    import pyarrow.parquet

    cell = SENTENCE.decode() * chance.choice((20_000, 500_000))
    file = io.BytesIO()
    table = pyarrow.table({"text": pyarrow.DictionaryArray.from_arrays([0] * chance.choice((100, 2000)), [cell])})
    pyarrow.parquet.write_table(table, file, compression="zstd")
    return file.getvalue()


_BAITS = (
    b" " * 100, b"1.1" * 50, b"a" * 300, b"- " * 100, b"(((((" * 40, b"....." * 40, b"\t \t " * 50, b"1 May " * 40,
    b"A.B.C.D." * 30, b"'\"'\"" * 50, b"no. 1, no. 2, " * 20, b"\xe2\x80\xa8" * 60, b"https://a.b/" * 30, b"00:" * 80,
    b"recommendation 1, 2, 3 and 4 " * 15, b"\xc2\xa3" * 90, b"* _ ` [" * 40, b"|" * 200, b"\n" * 200, b"[^" * 100,
)  # fmt: skip


def _bait(chance: random.Random) -> bytes:
    """What makes patterns of text try again and again."""
    return (chance.choice(_BAITS) * chance.choice((1, 100, 5000)) + chance.choice((b"x", b"", b"!\n"))) * chance.choice(
        (1, 20)
    )


#: By a name whose last part is the file's suffix.
ATTACKS: dict[str, Attack] = {
    # PDF
    "page-tree-wide.pdf": lambda c: _pdf(
        {3: (b"<</Kids[%s]/Count 9>>" % (b"4 0 R " * c.choice((9000, 900_000))), None)}
    ),
    "page-tree-deep.pdf": lambda c: _deep_tree(c.choice((500, 20_000))),
    "page-tree-loop.pdf": lambda c: _pdf({3: (b"<</Kids[2 0 R %d 0 R]/Count 2>>" % c.choice((2, 3, 4)), None)}),
    "pages-claimed.pdf": lambda c: _pdf({2: (b"<</Kids[3 0 R]/Count %d>>" % c.choice((-1, 4999, 10**9)), None)}),
    "box-huge.pdf": lambda c: _pdf(
        {2: (b"<</Kids[3 0 R]/Count 1/MediaBox[0 0 %d %d]>>" % (10 ** c.choice((5, 9, 30)), 10**9), None)}
    ),
    "content-bomb.pdf": lambda c: _page(
        _zeros(c.choice((50, 300))), b"<</Filter/FlateDecode/Length 0>>", compressed=False
    ),
    "content-bomb-twice.pdf": lambda c: _page(
        zlib.compress(_zeros(c.choice((200, 600)))),
        b"<</Filter[/FlateDecode/FlateDecode]/Length 0>>",
        compressed=False,
    ),
    "text-endless.pdf": lambda c: _page(b"BT /F1 9 Tf 1 1 Td (%s) Tj ET\n" % SENTENCE * c.choice((2000, 200_000))),
    "text-scattered.pdf": lambda c: _page(
        b"".join(
            b"BT /F1 9 Tf %.1f %.1f Td (a) Tj ET\n" % (c.uniform(0, 595), c.uniform(0, 842))
            for _ in range(c.choice((2000, 60_000)))
        )
    ),
    "rules-many.pdf": lambda c: _page(
        b"".join(
            b"0 %.2f m 595 %.2f l S %.2f 0 m %.2f 842 l S\n" % ((n / 9,) * 4) for n in range(c.choice((900, 40_000)))
        )
    ),
    "states-pushed.pdf": lambda c: _page(b"q " * c.choice((10_000, 3_000_000))),
    "arrays-nested.pdf": lambda c: _page(b"[" * c.choice((1000, 1_000_000)) + b" 0 Td"),
    "dictionaries-nested.pdf": lambda c: _pdf({6: (b"<</A" * c.choice((400, 300_000)), None)}),
    "forms-of-forms.pdf": lambda c: _forms(c.choice((6, 12)), c.choice((4, 20))),
    "unicode-bomb.pdf": lambda c: _pdf(
        {
            11: (
                b"<</Length 0>>",
                b"begincmap 1 beginbfrange <0000> <ffff> [%s] endbfrange" % (b"<0041>" * c.choice((9, 10**6))),
            )
        }
    ),
    "picture-huge.pdf": lambda c: _pdf(
        {
            12: (
                b"<</Subtype/Image/Width %d/Height 99999/BitsPerComponent 8/ColorSpace/DeviceRGB/Length 0>>"
                % 10 ** c.choice((3, 9)),
                b"x",
            )
        }
    ),
    "xref-loop.pdf": lambda c: (data := _pdf({})).replace(
        b"trailer\n<<", b"trailer\n<</Prev %d " % (data.rfind(b"xref\n0") if c.random() < 0.5 else 9)
    ),
    "xref-claimed.pdf": lambda c: _pdf({}).replace(b"xref\n0 1\n", b"xref\n0 %d\n" % c.choice((10**6, 2**31, 10**15))),
    "objects-packed.pdf": lambda c: _pdf(
        {
            200: (
                b"<</Type/ObjStm/N 9999999/First 0/Extends 200 0 R/Filter/FlateDecode/Length 0>>",
                _zeros(c.choice((9, 300))),
            )
        }
    ),
    "encrypted.pdf": lambda c: _pdf(
        {
            210: (
                b"<</Filter/Standard/V %d/R 3/O(%s)/U(%s)/P -4/Length 128>>"
                % (c.choice((1, 2, 9)), b"o" * 32, b"u" * 32),
                None,
            )
        },
        trailer=b"/Root 1 0 R/Encrypt 210 0 R/ID[(a)(b)]",
    ),
    "head-only.pdf": lambda c: b"%PDF-1.7\n" + c.randbytes(c.choice((9, 90_000))),
    "picture.pdf": lambda c: b"\x89PNG\r\n\x1a\n" + c.randbytes(900),
    "page.pdf": lambda _: b"<!doctype html><p>Not found</p>",
    # Archives
    "bomb.zip": lambda c: _zip({"a.txt": bytes(c.choice((60, 120)) << 20)}),
    "bomb-bzip2.zip": lambda c: _zip({"a.txt": bytes(c.choice((60, 90)) << 20)}, zipfile.ZIP_BZIP2),
    "bomb.gz": lambda c: gzip.compress(bytes(c.choice((60, 210)) << 20)),
    "bomb.txt.bz2": lambda c: bz2.compress(bytes(c.choice((60, 90)) << 20)),
    "bomb.txt.xz": lambda c: lzma.compress(bytes(c.choice((60, 90)) << 20), preset=0),
    "bomb.txt.zst": lambda c: (
        b"\x28\xb5\x2f\xfd\x00\x58" + b"\x02\x00\x40\x41" * c.choice((900, 9000)) + b"\x01\x00\x00"
    ),
    "nested.zip": lambda c: _nested(c.choice((3, 4, 50)), "a.txt", SENTENCE),
    "nested-bombs.zip": lambda c: _zip({f"{n}.zip": _zip({"a.txt": bytes(30 << 20)}) for n in range(c.choice((3, 6)))}),
    "upwards.zip": lambda c: _zip(
        {c.choice(("../../up.txt", "/etc/up.txt", "C:\\up.txt", "a/../../up.txt")): SENTENCE}
    ),
    "link.zip": _link_in_zip,
    "overlapping.zip": _overlapping,
    "lying.zip": _lying,
    "members.zip": lambda c: _zip({f"{n}.txt": b"" for n in range(c.choice((2000, 101_000)))}, zipfile.ZIP_STORED),
    "upwards.tar": lambda c: _tar(_member(c.choice(("../up.txt", "/up.txt")), size=9)),
    "links.tar": lambda c: _tar(
        _member("a.txt", c.choice((tarfile.SYMTYPE, tarfile.LNKTYPE)), "/etc/passwd"),
        _member("b.txt", target="a.txt", size=9),
    ),
    "devices.tar": lambda c: _tar(_member("a.txt", c.choice((tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.BLKTYPE)))),
    "bomb.tar.gz": lambda c: gzip.compress(_tar(_member("a.txt", size=c.choice((60, 120)) << 20))),
    # XML
    "laughs.docx": lambda c: _word(_entities(c.choice((5, 12)), 10)),
    "external.docx": lambda _: _word(b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'),
    "quadratic.docx": lambda c: _word(
        b'<!DOCTYPE d [<!ENTITY x "%s">]><d>%s</d>' % (b"a" * 50_000, b"&x;" * c.choice((9, 50_000)))
    ),
    "laughs.odt": lambda c: _odt(_entities(c.choice((5, 12)), 10)),
    "nested.docx": lambda c: _body(b"<w:p>" * (depth := c.choice((90, 200_000))) + b"</w:p>" * depth),
    "tables-nested.docx": lambda c: _body(
        b"<w:tbl><w:tr><w:tc>" * (d := c.choice((20, 5000))) + b"</w:tc></w:tr></w:tbl>" * d
    ),
    "paragraphs.docx": lambda c: _body(b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * c.choice((9000, 1_500_000))),
    "bomb.docx": lambda c: _word(bytes(c.choice((60, 120)) << 20)),
    "repeated.odt": lambda c: _odt(
        b'<x xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><t:s t:c="%d"/></x>' % 10 ** c.choice((4, 12))
    ),
    "cut.docx": lambda c: _body(b"<w:p/>" * 99)[: c.randrange(40, 400)],
    # Markup and text
    "nested.html": lambda c: (
        c.choice((b"<div>", b"<b>", b"<ul><li>", b"<blockquote>", b"<font>")) * c.choice((900, 100_000)) + SENTENCE
    ),
    "tables.html": lambda c: b"<table><tr><td>" * c.choice((40, 30_000)) + SENTENCE,
    "spans.html": lambda c: b"<table>" + b"<tr><td rowspan=65534 colspan=1000>x<td>y" * c.choice((1, 300)),
    "formatting.html": lambda c: b"<p><a><b><i><font>x" * c.choice((100, 8_000)),
    "attributes.html": lambda c: b"<p " + b"".join(b"a%d=1 " % n for n in range(c.choice((900, 300_000)))) + b">x",
    "entities.html": lambda c: b"<p>" + b"&notit;&#x110000;&amp" * c.choice((900, 300_000)),
    "comments.html": lambda c: b"<!--" * c.choice((900, 500_000)) + SENTENCE,
    "lists.html": lambda c: b"<ol start=%d><li>x" % 10 ** c.choice((3, 40)),
    "line.txt": lambda c: SENTENCE * c.choice((9000, 900_000)),
    "word.txt": lambda c: b"a" * c.choice((9000, 20_000_000)),
    "bait.txt": _bait,
    "bait.md": _bait,
    "bait.html": lambda c: b"<p>" + _bait(c),
    "bait.csv": lambda c: b"text\n" + _bait(c),
    "nothing.txt": lambda _: b"",
    "nothing.pdf": lambda _: b"",
    "zeros.txt": lambda c: bytes(c.choice((9, 90_000_000))),
    "utf-16.txt": lambda c: b"\xff\xfe" + c.randbytes(c.choice((9, 900_001))),
    "quotes.md": lambda c: b"> " * c.choice((900, 100_000)) + SENTENCE,
    "lists.md": lambda c: b"".join(b" " * (2 * n) + b"- x\n" for n in range(c.choice((90, 3000)))),
    "brackets.md": lambda c: c.choice((b"[", b"![", b"[a](", b"*a_", b"`", b"<a")) * c.choice((900, 100_000)),
    "bars.md": lambda c: b"|a" * c.choice((90, 20_000)) + b"|\n" + b"|-" * 20_000 + b"|\n" + b"|b" * 20_000,
    "groups.rtf": lambda c: b"{\\rtf1 " + b"{" * c.choice((900, 2_000_000)) + SENTENCE,
    "controls.rtf": lambda c: b"{\\rtf1 " + b"\\u-9999999999 \\bin999999999 \\trowd\\cell" * c.choice((9, 200_000)),
    "mime.eml": lambda c: _mime(c.choice((50, 20_000)), c.choice(("multipart/mixed", "message/rfc822"))),
    "headers.eml": lambda c: b"Subject: " + b"=?utf-8?q?a?= " * c.choice((900, 300_000)) + b"\r\n\r\nx",
    "addresses.eml": lambda c: b"From: " + b'(<"@,' * c.choice((900, 200_000)) + b"\r\n\r\nx",
    "attachment.eml": lambda c: (
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(bytes(c.choice((9, 60 << 20))))
    ),
    "cells.csv": lambda c: b"text\n" + b'"' + SENTENCE * c.choice((9000, 2_000_000)) + b'"\n',
    "quote.csv": lambda c: b'text\n"' + b'a,"",\n' * c.choice((9000, 2_000_000)),
    "columns.csv": lambda c: b"text," + b"a," * c.choice((900, 1_000_000)) + b"\nx\n",
    "rows.csv": lambda c: b"text\n" + b"Plans are late.\n" * c.choice((900, 20_000)),
    "nested.jsonl": lambda c: b'{"text": ' + b"[" * c.choice((900, 900_000)) + b"\n",
    "number.jsonl": lambda c: b'{"text": ' + b"9" * c.choice((900, 9_000_000)) + b"}\n",
    "cells.jsonl": lambda c: json.dumps({"text": SENTENCE.decode() * c.choice((900, 900_000))}).encode(),
    "cells.parquet": _parquet,
    "program.pdf": lambda c: b"\x7fELF" + c.randbytes(9000),
    "program.docx": lambda c: b"MZ" + c.randbytes(9000),
}
