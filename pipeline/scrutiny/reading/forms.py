"""How much the pages of a PDF show when every form on them is drawn, counted before PDFium draws it.

A form is a piece of page that a page, or another form, shows by its name as often as it likes. Forms that show forms
grow without end: a file of a kilobyte, or one form that shows itself twice, would fill any memory, and PDFium then
ends the process. This counts in the bytes of the file, and knows no more of PDF than that takes: what is encrypted or
packed in a way that is out of use is not counted.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: A form costs so much besides its content, in bytes. PDFium gives up on forms nested so deep.
_EACH = 1_000
_DEEPEST = 32
#: More of a stream is not unpacked, nor more of all.
_MAX_STREAM = 10_000_000
_MAX_STREAMS = 200_000_000
#: Files in which more is shown by more names are not counted to the end, but taken to be endless.
_MAX_STEPS = 2_000_000

_FORM = re.compile(rb"/(?:F|#46)(?:o|#6[fF])(?:r|#72)(?:m|#6[dD])")
_OBJECT = re.compile(rb"(?<!\d)(\d{1,9})[\s\0]{1,9}\d{1,5}[\s\0]{1,9}obj\b")
_STREAM = re.compile(rb"\bstream\r?\n")
_FILTER = re.compile(rb"/(FlateDecode|Fl|ASCII85Decode|A85|ASCIIHexDecode|AHx)\b")
_NO_CONTENT = re.compile(
    rb"/Subtype\s*/(?:Image|Type1C|CIDFontType0C|OpenType|XML)|/Length1\b|/FunctionType|/Type\s*/XRef"
)
_PACKED = re.compile(rb"/Type\s*/ObjStm")
_FIRST = re.compile(rb"/First\s+(\d{1,9})")
_CONTENTS = re.compile(rb"/Contents\s*(?:\[[^\[\]]*+\]|\d{1,9}\s+\d+\s+R)")
_RESOURCES = re.compile(rb"/Resources\s*(?:(\d{1,9})\s+\d+\s+R|<<)")
_NAMES = re.compile(rb"/XObject\s*(?:(\d{1,9})\s+\d+\s+R|<<([^<>]*+)>>)")
_NAMED = re.compile(rb"/([^\s/<>\[\]()]+)\s+(\d{1,9})\s+\d+\s+R")
_REFERENCE = re.compile(rb"(\d{1,9})\s+\d+\s+R")
_SHOWN = re.compile(rb"/([^\s/<>\[\]()]+)\s+Do\b")


@dataclass(slots=True)
class _Object:
    """What stands under one number: its dictionary, the length of its stream unpacked, and the names that it shows."""

    head: bytes = b""
    length: int = 0
    shows: Counter[bytes] = field(default_factory=Counter)


@dataclass(slots=True)
class _Drawn:
    """A page or form: how long its own content is, how often it shows each object, and what it took to tell that."""

    size: int
    shows: Counter[int]
    steps: int


def most_drawn(data: bytes) -> int:
    """The most bytes of content that PDFium would draw for one page of the file ``data``; 0 where it has no forms."""
    if not _FORM.search(data):
        return 0
    objects = _objects(data)
    anywhere = _names(objects, [found for one in objects.values() for found in _NAMES.finditer(one.head)])
    drawn: dict[int, _Drawn] = {}
    left = _MAX_STEPS
    for number, one in objects.items():
        drawn[number] = _drawn(objects, one, anywhere)
        left -= drawn[number].steps
        if left < 0:
            return _MAX_STREAMS
    sizes = {number: one.size for number, one in drawn.items()}
    showing = {number: one for number, one in drawn.items() if one.shows}
    for _ in range(_DEEPEST):
        sizes |= {
            number: one.size + sum(times * sizes.get(shown, _EACH) for shown, times in one.shows.items())
            for number, one in showing.items()
        }
        if max(sizes.values(), default=0) > _MAX_STREAMS:
            break
    return max(sizes.values(), default=0)


def _objects(data: bytes) -> Mapping[int, _Object]:
    """The objects of the file by number; where one is there several times, all of them together."""
    heads: defaultdict[int, list[bytes]] = defaultdict(list)
    streams: defaultdict[int, list[bytes]] = defaultdict(list)
    found = list(_OBJECT.finditer(data))
    left = _MAX_STREAMS
    ends = [*(match.start() for match in found[1:]), len(data)]
    for match, end in zip(found, ends, strict=False):  # one too many where there is no object
        stream = _STREAM.search(data, match.end(), end)
        head = data[match.end() : stream.start() if stream else end]
        heads[int(match[1])].append(head)
        if stream and left > 0 and not _NO_CONTENT.search(head):
            content = _unpacked(head, data[stream.end() : end])
            left -= len(content)
            if _PACKED.search(head):
                for number, packed in _packed(head, content):
                    heads[number].append(packed)
            else:
                streams[int(match[1])].append(content)
    return {
        number: _Object(
            b"\n".join(parts),
            sum(map(len, streams[number])),
            Counter(name for stream in streams[number] for name in _SHOWN.findall(stream)),
        )
        for number, parts in heads.items()
    }


def _unpacked(head: bytes, stream: bytes) -> bytes:
    """What a stream holds; nothing where that cannot be told."""
    for name in _FILTER.findall(head):
        try:
            if name in (b"FlateDecode", b"Fl"):
                stream = zlib.decompressobj().decompress(stream, _MAX_STREAM)
            elif name in (b"ASCII85Decode", b"A85"):
                stream = base64.a85decode(stream.partition(b"~>")[0].strip().removeprefix(b"<~"))
            else:
                stream = bytes.fromhex(stream.partition(b">")[0].decode("ascii"))
        except (zlib.error, ValueError):
            return b""
    return stream[:_MAX_STREAM]


def _packed(head: bytes, content: bytes) -> Iterable[tuple[int, bytes]]:
    """The numbers and dictionaries of the objects that a stream of objects holds."""
    first = _FIRST.search(head)
    begin = int(first[1]) if first else 0
    numbers = [int(number) for number in re.findall(rb"\d{1,9}", content[:begin])]
    places = [begin + place for place in numbers[1::2]]
    left = 2 * len(content)
    for number, start, end in zip(numbers[::2], places, [*places[1:], len(content)], strict=False):
        left -= max(min(end, len(content)) - start, 0)
        if left < 0:  # they overlap, which they never do
            return
        yield number, content[start:end]


def _drawn(objects: Mapping[int, _Object], one: _Object, anywhere: Mapping[bytes, set[int]]) -> _Drawn:
    """What ``one``, a page or a form, shows; ``anywhere`` tells what a name means to one without names of its own."""
    contents = _CONTENTS.search(one.head)
    parts = Counter(map(int, _REFERENCE.findall(contents[0]))) if contents else Counter[int]()
    size, called = _EACH + one.length, Counter(one.shows)
    for number, repeated in parts.items():
        part = objects.get(number, _Object())
        size += part.length * repeated
        for name, times in part.shows.items():
            called[name] += times * repeated
    shows: Counter[int] = Counter()
    names = _own_names(objects, one.head, anywhere) if called else {}
    for name, times in called.items():
        for number in names.get(name, ()):
            shows[number] += times
    steps = 1 + len(called) + sum(map(len, names.values())) * (names is not anywhere) + len(shows)
    return _Drawn(size, shows, steps)


def _own_names(
    objects: Mapping[int, _Object], head: bytes, anywhere: Mapping[bytes, set[int]]
) -> Mapping[bytes, set[int]]:
    """What names mean to the page or form with this ``head``."""
    resources = _RESOURCES.search(head)
    if resources is None:
        return anywhere
    if resources[1]:
        return _names(objects, _NAMES.finditer(objects.get(int(resources[1]), _Object()).head))
    return _names(objects, _NAMES.finditer(head, resources.end()))


def _names(objects: Mapping[int, _Object], found: Iterable[re.Match[bytes]]) -> Mapping[bytes, set[int]]:
    """The objects that each name stands for in the dictionaries of forms and pictures ``found``."""
    names: defaultdict[bytes, set[int]] = defaultdict(set)
    for match in found:
        inner = objects.get(int(match[1]), _Object()).head if match[1] else match[2]
        for name, number in _NAMED.findall(inner):
            names[name].add(int(number))
    return names
