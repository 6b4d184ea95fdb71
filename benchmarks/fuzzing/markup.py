"""Damage that text formats are open to: tags, attributes, control words, lines."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from fuzzing.raw import NUMBERS

_TAG = re.compile(rb"<[^<>]{1,400}>")
_ATTRIBUTE = re.compile(rb"""[\w:-]+=("[^"<>]*"|'[^'<>]*')""")
_CONTROL = re.compile(rb"\\[a-z]{1,32}-?\d*|\{|\}|\\'[0-9a-f]{2}|\\.")
_TEXT = re.compile(rb"(?<=>)[^<>]{2,}(?=<)")

#: Words that mean something to one reader or another.
_ATTRIBUTES = (
    b'colspan="99999999"', b'rowspan="-1"', b'start="2147483648"', b'value="99999999999999999999"', b'reversed=""',
    b'type="I"', b'type="a"', b'style="display:none"', b'style="list-style-type:lower-roman"', b'class="toc sr-only"',
    b'role="heading"', b'role="doc-toc"', b'aria-level="0"', b'aria-level="99"', b'hidden=""', b'id="footnotes"',
    b'w:val="-1"', b'w:val="2147483648"', b'w:val="1000000"', b'w:val="none"', b'w:ilvl="99"', b'w:id="0"',
    b'text:outline-level="0"', b'text:outline-level="-5"', b'text:c="999999999"', b'text:start-value="99999999999"',
    b'table:number-columns-repeated="1048576"', b'table:number-rows-repeated="999999"', b'text:level="500"',
    b'xml:space="preserve"', b'xmlns:w="nowhere"', b'xmlns="nowhere"', b'dir="rtl"', b'start=""',
    b'type="1" start="-9"',
)  # fmt: skip
_TAGS = (
    b"<table>", b"<tr>", b"<td>", b"</td>", b"</table>", b"<ol>", b"<ul>", b"<li>", b"</li>", b"<b>", b"<a>", b"<p>",
    b"<pre>", b"<svg>", b"<math>", b"<template>", b"<select>", b"<plaintext>", b"<script>", b"<!--", b"-->",
    b"<![CDATA[", b"]]>", b"<?xml version='1.0' encoding='cp037'?>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&#x110000;",
    b"&#xD800;", b"&#0;", b"&nosuch;", b"<dl>", b"<dt>", b"<dd>", b"<h1>", b"<main>", b"<nav>", b"<caption>",
    b"<sup>", b"<br/>", b"<q>", b"<textarea>", b"<frameset>", b"<blockquote>", b"<w:p>", b"</w:p>", b"<w:tbl>",
    b"<w:tr>", b"<w:tc>", b"<w:r>", b"<w:tab/>", b"<w:br/>", b"<w:del>", b"<w:sdt>",
    b"<w:fldChar w:fldCharType='begin'/>", b"<text:list>", b"<text:p>", b"<text:h>", b"<text:s text:c='9999999'/>",
    b"<text:note>", b"<table:table-cell>", b"<table:table-row>",
    b"<w:numPr><w:ilvl w:val='8'/><w:numId w:val='1'/></w:numPr>", b"<w:footnoteReference w:id='1'/>",
)  # fmt: skip
_CONTROLS = (
    b"\\u-1 ?", b"\\u55357 ?", b"\\u999999999?", b"\\uc9999", b"\\uc-1", b"\\bin99999999 ", b"\\bin-1 ", b"\\bin3 ",
    b"{", b"}", b"\\row", b"\\cell", b"\\intbl", b"\\par", b"\\pard", b"\\li-99999", b"\\ilvl99999",
    b"\\outlinelevel8", b"\\ansicpg99999", b"\\ansicpg0", b"\\ansicpg65001", b"\\fcharset2", b"\\f999999999",
    b"{\\footnote ", b"{\\*\\shptxt ", b"{\\header ", b"{\\field{\\*\\fldinst TOC}{\\fldrslt ",
    b"{\\upr{a}{\\*\\ud{b}}}", b"\\'8", b"\\'zz", b"\\'ff", b"\\", b"{\\listtext ", b"{\\pntext ",
    b"{\\info{\\creatim\\yr99999999\\mo-1\\dy0}}", b"\\s-2147483649", b"\\chftn", b"\\v", b"\\deleted", b"\\super",
    b"{\\*\\x", b"\\nestcell", b"\\nestrow", b"\\sect", b"\\tab", b"\\line",
)  # fmt: skip
_LINES = (
    b"> " * 300, b"- " * 300, b"1. " * 300, b"* * *", b"===", b"---", b"| a | b |", b"|---|---|", b"[" * 500,
    b"![](" * 200, b"`" * 200, b"**" * 300, b"_a" * 400, b"<!--" * 100, b"<a" * 300, b"&" * 300, b"```", b"~~~",
    b"#" * 7, b"# ", b"\t" * 80, b" " * 4000, b"1.1.1.1.1.1.1.1.1.1.1.1.1 a", b"(a)(b)(c) d",
    b"99999999999999999999. x", b"\f", b"\x0b", b"\x85", b"\r", b"a|" * 500, b'"' * 301, b'""",', b",,,,,,,,,,",
    b"--", b"-- ", b"From: a", b"On 1 May a wrote:", b"> x\n>> y\n>>> z",
    b"Content-Type: multipart/mixed; boundary=x", b"--x", b"--x--", b"Content-Type: message/rfc822",
    b"=?utf-8?q?=ff?=", b"Content-Type: text/html; charset=utf-7", b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: uuencode", b"Content-Transfer-Encoding: quoted-printable",
    b"Content-Type: text/plain; charset=undefined; format=flowed; delsp=yes", b"Date: 99 Foo 99999 99:99:99 +9999",
    b"Subject: =?x-unknown?b?////?=", b'Content-Disposition: attachment; filename*=utf-8\'\'%ff', b'{"text": 1}',
    b'{"text": "\\ud800"}', b"[[[[[[[[", b'{"a":' * 2000, b'{"text": 1e999, "x": NaN}', b"null", b"(" * 2000,
    b"\xe2\x80\x9c" * 1000, b"Overall effectiveness | Good", b"Overall effectiveness: Inadequate", b"1 | 2 | 3",
    b"R1 a", b"R2 b", "١. اكتب".encode(), "ⅷ. x".encode(), "²) x".encode(),
    "\u2028\u2029\u0085\u200b\ufeff\u202e".encode(), b"\xed\xa0\x80",
)  # fmt: skip


def in_tags(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A tag dropped, doubled, nested deep, moved or given another attribute; a value or text replaced."""
    tags = list(_TAG.finditer(data))
    if not tags:
        return in_lines(data, chance, seeds)
    tag = chance.choice(tags)
    other = chance.choice(tags)
    begin, end = tag.span()
    match chance.randrange(10):
        case 0:
            return data[:begin] + data[end:]
        case 1:
            return data[:begin] + tag.group() * chance.choice((2, 10, 150, 250, 3000)) + data[end:]
        case 2:
            return data[:begin] + other.group() + data[end:]
        case 3:
            start, stop = sorted((begin, other.start()))
            piece = data[start:stop][:20_000]
            return data[:stop] + piece * chance.choice((1, 3, 20)) + data[stop:]
        case 4:
            start, stop = sorted((begin, other.start()))
            return data[:start] + data[stop:]
        case 5:
            name = len(tag.group().split(None, 1)[0].rstrip(b"/>"))
            return data[: begin + name] + b" " + chance.choice(_ATTRIBUTES) + data[begin + name :]
        case 6:
            return data[:end] + chance.choice(_TAGS) * chance.choice((1, 1, 2, 30, 250, 2000)) + data[end:]
        case 7:
            texts = list(_TEXT.finditer(data))
            if texts:
                text = chance.choice(texts)
                return data[: text.start()] + chance.choice((*_LINES, *NUMBERS)).replace(b"<", b"") + data[text.end() :]
        case 8:
            place = chance.randrange(begin, end)
            return data[:place] + chance.choice((b"<", b">", b'"', b"'", b"=", b"/", b"\0", b"&")) + data[place:]
    values = list(_ATTRIBUTE.finditer(data))
    if not values:
        return data
    value = chance.choice(values)
    own = value.group(1)[1:-1]
    new = chance.choice((*NUMBERS, own * 50, chance.choice(values).group(1)[1:-1]))
    return data[: value.start(1) + 1] + new + data[value.end(1) - 1 :]


def in_controls(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A control word of rich text dropped, doubled, nested deep, given another number or replaced."""
    words = list(_CONTROL.finditer(data))
    if not words:
        return in_lines(data, chance, seeds)
    word, other = chance.choice(words), chance.choice(words)
    begin, end = word.span()
    match chance.randrange(6):
        case 0:
            return data[:begin] + data[end:]
        case 1:
            return data[:begin] + other.group() + data[end:]
        case 2:
            return data[:end] + chance.choice(_CONTROLS) * chance.choice((1, 1, 2, 30, 3000)) + data[end:]
        case 3:
            number = chance.choice(NUMBERS)
            return data[:begin] + word.group().rstrip(b"-0123456789") + number + data[end:]
        case 4:
            start, stop = sorted((begin, other.start()))
            return data[:stop] + data[start:stop][:20_000] * chance.choice((1, 3, 20)) + data[stop:]
    start, stop = sorted((begin, other.start()))
    return data[:start] + data[stop:]


def in_lines(data: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Lines dropped, doubled, moved, joined, prefixed; one from elsewhere added."""
    end = b"\r\n" if b"\r\n" in data else b"\n"
    lines = data.split(end)
    at = chance.randrange(len(lines))
    match chance.randrange(8):
        case 0:
            del lines[at : at + chance.choice((1, 1, 3, 10))]
        case 1:
            lines[at:at] = [lines[at][:200]] * chance.choice((1, 2, 20, 500, 3000))
        case 2:
            lines.insert(at, lines.pop(chance.randrange(len(lines))))
        case 3:
            lines[at] += chance.choice((b"", b" ", b"\\", b"-", b"  ")) + (
                lines.pop(at + 1) if at + 1 < len(lines) else b""
            )
        case 4:
            prefix = chance.choice((b"> ", b"    ", b"- ", b"1. ", b"\t", b"# ", b"| ", b"* ", b"  ", b"9) ", b">> "))
            count = chance.choice((1, 5, 50, 1000))
            lines[at : at + count] = [prefix * chance.choice((1, 1, 3, 60)) + line for line in lines[at : at + count]]
        case 5:
            other = chance.choice(seeds).split(end)
            lines.insert(at, chance.choice(other))
        case _:
            lines[at:at] = [chance.choice(_LINES)] * chance.choice((1, 1, 1, 2, 40))
    return end.join(lines)
