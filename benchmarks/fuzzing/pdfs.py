"""Damage to the objects and content streams of a PDF, written out again so that it reaches the text operators."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence

from fuzzing import raw

_OBJECT = re.compile(rb"(?<!\d)(\d{1,9})\s{1,9}(\d{1,5})\s{1,9}obj\b")
_LENGTH = re.compile(rb"/Length\s+(\d+)(?!\s+\d+\s+R)")
_FILTER = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])")
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_NUMBER = re.compile(rb"(?<![\w.])-?\d*\.?\d+(?![\w.])")
_KEY = re.compile(
    rb"/(Rotate|MediaBox|CropBox|Count|Kids|W|Widths|FontMatrix|FontBBox|Matrix|BBox|Parent|DW|First|UserUnit)\b"
)
_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref", re.DOTALL)

_VALUES = {
    b"Rotate": (b"45", b"-90", b"1", b"90", b"180", b"270", b"450", b"99999999999", b"[]", b"null", b"/X"),
    b"Count": (b"-1", b"0", b"4999", b"5001", b"99999999", b"2147483648"),
    b"UserUnit": (b"0", b"-1", b"1e9", b"75000"),
}
_BOXES = (
    b"[0 0 0 0]", b"[0 0 1e30 1e30]", b"[-1e30 -1e30 1e30 1e30]", b"[600 800 0 0]", b"[0 0 1 1]", b"[1]", b"[]",
    b"null", b"[0 0 14400 14400]", b"[0 0 1e-9 1e-9]", b"[99999 99999 100000 100000]", b"[nan nan inf inf]",
    b"[0 0 2147483648 5]",
)  # fmt: skip
_OPERATORS = (
    b"q", b"Q", b"BT", b"ET", b"1e9 0 0 1e9 0 0 cm", b"1e-9 0 0 1e-9 0 0 cm", b"0 0 0 0 0 0 cm",
    b"1e30 0 0 1e30 1e30 1e30 cm", b"0 1 -1 0 300 300 cm", b"-1 0 0 -1 500 700 cm", b".7 .7 -.7 .7 300 0 cm",
    b"1 0 0 -1 0 800 cm", b"0 Tz", b"-100 Tz", b"1e9 Tz", b"1e6 Tc", b"-1e6 Tc", b"1e9 Tw", b"1e9 TL", b"1e9 Ts",
    b"3 Tr", b"7 Tr", b"0 0 Td", b"1e9 1e9 Td", b"-1e38 1e38 TD", b"T*", b"(a)Tj", b"( )Tj", b"(\\000\\001\\002)Tj",
    b"(\\377\\376\\200)Tj", b"(1.)Tj", b"(-)Tj", b"(\\267)Tj", b"(fi-)Tj", b"[(a)-1e9(b)1e9(c)]TJ", b"()Tj", b"(a)'",
    b"1 1 (a)\"", b"0 0 600 800 re S", b"0 0 m 600 0 l S", b"0 0 m 0 800 l S", b"10 10 m 1e30 10 l S",
    b"nan nan m inf inf l S", b"0 0 1e30 1e30 re W n", b"/Fx0 Do", b"/F1 0 Tf", b"/F1 -12 Tf", b"/F1 1e9 Tf",
    b"/F1 .001 Tf", b"/F2 12 Tf", b"/Nope 12 Tf", b"1 0 0 1 1e9 1e9 Tm", b"0 0 0 0 0 0 Tm", b"0 1 -1 0 99 99 Tm",
    b"1e20 1e20 1e20 1e20 0 0 Tm", b"/Span <</ActualText (x)>> BDC", b"EMC", b"BI /W 1 /H 1 ID x EI",
    b"1e5 0 0 1e-5 0 0 Tm",
)  # fmt: skip


class Pdf:
    """The objects of a PDF: number to dictionary and stream, and what its trailer says."""

    def __init__(self, data: bytes) -> None:
        self.objects: dict[int, tuple[bytes, bytes | None]] = {}
        position = 0
        while head := _OBJECT.search(data, position):
            begin, end = head.end(), data.find(b"endobj", head.end())
            end = len(data) if end < 0 else end
            stream = re.compile(rb"stream\r?\n").search(data, begin, end)
            if stream is None:
                self.objects[int(head[1])] = (data[begin:end], None)
            else:
                length = _LENGTH.search(data, begin, stream.start())
                stop = stream.end() + int(length[1][:9]) if length else -1
                if data[stop : stop + 20].lstrip()[:9] != b"endstream":
                    stop = max(data.find(b"endstream", stream.end()), stream.end())
                end = max(data.find(b"endobj", stop), stop)
                self.objects[int(head[1])] = _plain(data[begin : stream.start()], data[stream.end() : stop])
            position = end
        trailer = _TRAILER.search(data)
        self.trailer = trailer[1] if trailer else b"/Root 1 0 R"

    def written(self, *, compressed: bool) -> bytes:
        """The file's bytes, with a right table of where objects begin."""
        parts, offsets, position = [b"%PDF-1.7\n"], [], 9
        for number, (head, stream) in self.objects.items():
            body = head
            if stream is not None:
                packed = zlib.compress(stream) if compressed and b"/Filter" not in head else stream
                if packed is not stream:
                    head = head.replace(b"<<", b"<</Filter/FlateDecode", 1)
                body = _LENGTH.sub(b"/Length %d" % len(packed), head, count=1) + b"stream\n" + packed + b"\nendstream"
            parts.append(b"%d 0 obj" % number + body + b"\nendobj\n")
            offsets.append((number, position))
            position += len(parts[-1])
        parts.append(b"xref\n0 1\n0000000000 65535 f \n")
        parts += [b"%d 1\n%010d 00000 n \n" % entry for entry in offsets]
        parts.append(b"trailer\n<<%s>>\nstartxref\n%d\n%%%%EOF\n" % (self.trailer, position))
        return b"".join(parts)


def _plain(head: bytes, stream: bytes) -> tuple[bytes, bytes]:
    """A stream without its compression, if it has only that."""
    if _FILTER.search(head) and b"/DecodeParms" not in head and b"/Predictor" not in head:
        try:
            return _FILTER.sub(b"", head), zlib.decompressobj().decompress(stream, raw.MOST_BYTES)
        except zlib.error:
            pass
    return head, stream


def in_objects(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One object or content stream damaged, dropped, exchanged or doubled; a number, box, reference or operator."""
    pdf = Pdf(data)
    if len(pdf.objects) < 3:
        return raw.bits(data, chance, seeds)
    if len(pdf.objects) > 3000:
        return raw.cut(data, chance, seeds)
    for _ in range(chance.choice((1, 1, 2, 4))):
        _damage(pdf, chance, seeds)
    written = pdf.written(compressed=chance.random() < 0.5)
    return _damage_table(written, chance) if chance.random() < 0.05 else written


def _damage(pdf: Pdf, chance: random.Random, seeds: Sequence[bytes]) -> None:
    numbers = list(pdf.objects)
    number = chance.choice(numbers)
    contents = [n for n in numbers if (stream := pdf.objects[n][1]) is not None and _is_content(stream)]
    if contents and chance.random() < 0.6:
        number = chance.choice(contents)
        head, stream = pdf.objects[number]
        pdf.objects[number] = head, _in_content(stream or b"", chance)[: raw.MOST_BYTES]
        return
    head, stream = pdf.objects[number]
    match chance.randrange(9):
        case 0:
            del pdf.objects[number]
        case 1:
            pdf.objects[number] = pdf.objects[chance.choice(numbers)]
        case 2:
            other = chance.choice(numbers)
            pdf.objects[number], pdf.objects[other] = pdf.objects[other], pdf.objects[number]
        case 3:
            keyed = [n for n in numbers if _KEY.search(pdf.objects[n][0])]
            number = chance.choice(keyed or numbers)
            head, stream = pdf.objects[number]
            pdf.objects[number] = _with_key(head, chance), stream
        case 4:
            pdf.objects[number] = _with_number(head, chance), stream
        case 5:
            pdf.objects[number] = _with_reference(head, numbers, chance), stream
        case 6 if stream:
            pdf.objects[number] = head, chance.choice(raw.MUTATORS)(stream, chance, [stream])
        case 7:
            other_pdf = Pdf(chance.choice(seeds))
            if other_pdf.objects:
                pdf.objects[number] = other_pdf.objects[chance.choice(list(other_pdf.objects))]
        case _:
            referring = [n for n in numbers if _REFERENCE.search(pdf.objects[n][0])]
            number = chance.choice(referring or numbers)
            head, stream = pdf.objects[number]
            pdf.objects[number] = _with_reference(head, numbers, chance), stream


def _is_content(stream: bytes) -> bool:
    return b"BT" in stream or b" re" in stream or b" Do" in stream


def _with_key(head: bytes, chance: random.Random) -> bytes:
    keys = list(_KEY.finditer(head))
    if not keys:
        value = chance.choice(_VALUES[b"Rotate"])
        return head.replace(b"<<", b"<</Rotate " + value + b" ", 1)
    key = chance.choice(keys)
    value = chance.choice(_VALUES.get(key[1], _BOXES))
    return head[: key.start()] + key[0] + b" " + value + b" /Was" + head[key.end() :]


def _with_number(head: bytes, chance: random.Random) -> bytes:
    numbers = list(_NUMBER.finditer(head))
    if not numbers:
        return head
    found = chance.choice(numbers)
    return head[: found.start()] + chance.choice(raw.NUMBERS) + head[found.end() :]


def _with_reference(head: bytes, numbers: Sequence[int], chance: random.Random) -> bytes:
    references = list(_REFERENCE.finditer(head))
    if not references:
        return head
    found = chance.choice(references)
    new = b" ".join(b"%d 0 R" % chance.choice(numbers) for _ in range(chance.choice((1, 1, 1, 2, 20))))
    return head[: found.start()] + new + head[found.end() :]


def _in_content(stream: bytes, chance: random.Random) -> bytes:
    """Operators of a content stream dropped, doubled, moved, changed or added."""
    lines = stream.replace(b"\r", b"\n").split(b"\n")
    at = chance.randrange(len(lines))
    match chance.randrange(10):
        case 0:
            del lines[at : at + chance.choice((1, 1, 5, 50))]
        case 1:
            block = lines[at : at + chance.choice((1, 3, 10))]
            lines[at:at] = block * min(chance.choice((1, 3, 30, 300, 3000)), 20_000 // len(block))
        case 2:
            lines.insert(at, lines.pop(chance.randrange(len(lines))))
        case 3:
            return _with_number(stream, chance)
        case 4:
            for _ in range(20):
                stream = _with_number(stream, chance)
            return stream
        case 5:
            return chance.choice(raw.MUTATORS)(stream, chance, [stream])
        case 6:
            lines[at:at] = _grid(chance)
        case _:
            lines[at:at] = [chance.choice(_OPERATORS)] * chance.choice((1, 1, 1, 2, 20, 1000))
    return b"\n".join(lines)


def _grid(chance: random.Random) -> list[bytes]:
    """Many small pieces of text, or rules, at places that line up or do not."""
    kind, count = chance.randrange(4), chance.choice((5, 50, 500, 2000))
    words = (b"a", b"1.", b"Leaders act well here.", b"12", b"- x", b"The", b"(i)", b"\\225", b"o", b"R1 x", b"Good")
    made = []
    for index in range(count):
        x = chance.choice((50, 72, 200, 300, 301, 430)) if kind < 2 else chance.uniform(-50, 650)
        y = 800 - 12 * (index // 4) % 800 if kind % 2 else chance.uniform(-50, 900)
        if chance.random() < 0.2:
            made.append(b"%.1f %.1f m %.1f %.1f l S" % (x, y, *((x, y - 30) if chance.random() < 0.5 else (x + 90, y))))
        else:
            size = chance.choice((9, 10, 10, 10, 14))
            made.append(b"BT /F1 %d Tf %.1f %.1f Td (%s)Tj ET" % (size, x, y, chance.choice(words)))
    return made


def _damage_table(data: bytes, chance: random.Random) -> bytes:
    at = data.rfind(b"xref\n0 1")
    return data[:at] + chance.choice(raw.MUTATORS)(data[at:], chance, [data])
