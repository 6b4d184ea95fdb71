"""Web pages (.html), by the rules of HTML 5 (justhtml)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from justhtml import Document, DocumentFragment, JustHTML

from scrutiny.errors import ReadError
from scrutiny.reading.build import Draft, build, source_of
from scrutiny.reading.characters import normalise
from scrutiny.reading.decoding import decode
from scrutiny.reading.html_blocks import FORMATTING, HtmlBlocks, LeftOutError
from scrutiny.reading.html_depth import flattened
from scrutiny.reading.html_regions import Frame, attribute, elements
from scrutiny.reading.prose import text_of
from scrutiny.report import BlockKind, Coverage, Report

#: A larger page, or one of more tags, is refused. Pictures may be part of the page, so it can be large.
MAX_HTML_BYTES = 50_000_000
MAX_TAGS = 300_000

#: An element that is not closed is opened again in every paragraph that follows if its tag is one of these, and a page
#: of a few kilobytes grows to gigabytes. Under other names nothing is lost but how far boldness reaches.
_FORMATTING_TAG = re.compile(r"(</?)(a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])", re.IGNORECASE)
#: "&#" before a raised or foreign figure is text; justhtml takes it for the number of a character, and fails.
_NO_REFERENCE = re.compile(r"&(#[0-9]*([^\x00-\x7f]))")
#: In XHTML any element may be empty: "<div/>".
_EMPTY_TAG = re.compile(r"<([a-z][\w:-]*+)([^<>]*+)(?<=/)>", re.IGNORECASE)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())

#: Where a page must say how it is encoded, in bytes from its beginning.
_CHARSET_WITHIN = 4096
_CHARSET = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([\w:.-]{1,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.-]{1,40})""")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_AUTHORS = ("author", "dc.creator", "dcterms.creator", "citation_author")
_DATES = (
    "article:published_time",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.issued",
    "dc.date",
    "datepublished",
    "govuk:first-published-at",
    "date",
)


def read_html(data: bytes, *, path: str) -> Report:
    """The report on the web page ``data``. Raises ReadError (``too_large``, ``not_text``, ``no_text``)."""
    html = decode(data, path=path, most=MAX_HTML_BYTES, declared=declared_encoding(data))
    root = _tree(html, path)
    drafts, left_out = _drafts(root, Frame)
    if not any(text_of(draft) for draft in drafts):
        raise ReadError(
            f"{path}: the web page shows no text.",
            remedy="Open it in a browser and save it again once it is loaded, or print it to PDF.",
            code="no_text",
        )
    return build(
        drafts,
        source_of(data, path=path, format="html"),
        metadata=_metadata(root, drafts),
        coverage=_coverage(left_out),
    )


def html_drafts(html: str, *, path: str, frame: type[Frame]) -> tuple[list[Draft], Coverage]:
    """The blocks of the page ``html``, whose ``frame`` is no part of the report, and what of it was left out.

    Raises ReadError (``too_large``).
    """
    drafts, left_out = _drafts(_tree(html, path), frame)
    return drafts, _coverage(left_out)


def declared_encoding(data: bytes) -> str:
    """The encoding a page says it is in, empty where it does not; a byte order mark speaks louder."""
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return ""
    found = _CHARSET.search(data[:_CHARSET_WITHIN]) or _XML_ENCODING.match(data[:_CHARSET_WITHIN])
    name = found.group(1).decode("ascii").lower() if found else ""
    # What says so in one-byte letters is not UTF-16.
    return "utf-8" if name.startswith(("utf-16", "utf-32", "utf-7")) else name


def _tree(html: str, path: str) -> Document | DocumentFragment:
    if html.count("<") > MAX_TAGS:
        raise ReadError(
            f"{path}: the web page has more than {MAX_TAGS:,} tags.",
            remedy="Split it into one file a report.",
            code="too_large",
        )
    html = _NO_REFERENCE.sub(lambda found: f"&amp;{found[1]}" if found[2].isdigit() else found[0], html)
    if html.lstrip("\ufeff \r\n\t").startswith("<?xml"):
        html = _EMPTY_TAG.sub(_closed, html)
    return JustHTML(_FORMATTING_TAG.sub(rf"\1{FORMATTING}\2", flattened(html)), sanitize=False).root


def _closed(tag: re.Match[str]) -> str:
    name, attributes = tag.groups()
    return tag.group() if name.lower() in _VOID else f"<{name}{attributes.rstrip('/')}></{name}>"


def _drafts(root: Document | DocumentFragment, frame: type[Frame]) -> tuple[list[Draft], LeftOutError]:
    blocks = HtmlBlocks(frame(root))
    drafts = blocks.read(root)
    if drafts and all(draft.kind is BlockKind.FURNITURE for draft in drafts):
        blocks = HtmlBlocks(None)  # nothing but frame: then it is none
        drafts = blocks.read(root)
    return drafts, blocks.left_out


def _metadata(root: Document | DocumentFragment, drafts: Sequence[Draft]) -> dict[str, str]:
    """Title, author and date of publication (ISO 8601), where the page says so."""
    stated: dict[str, str] = {}
    title = ""
    for element in elements(root):
        if element.name == "meta":
            for key in ("name", "property", "itemprop"):
                stated.setdefault(attribute(element, key).lower(), normalise(attribute(element, "content")))
        elif element.name == "title" and not title and element.namespace in (None, "html"):
            title = normalise(element.to_text())
        elif element.name == "body":
            break
    title = stated.get("og:title") or title
    heading = next((text_of(draft) for draft in drafts if draft.kind is BlockKind.HEADING and draft.level == 1), "")
    # "Report on Anytown - GOV.UK" is the title of the page, its heading that of the report.
    date = next((found.group() for key in _DATES if (found := _DATE.match(stated.get(key, "")))), "")
    author = next((stated[key] for key in _AUTHORS if stated.get(key)), "")
    return {"title": heading if heading and heading in title else title, "author": author, "created": date}


def _coverage(left_out: LeftOutError) -> Coverage:
    notes = {
        "Text that the page does not show, {} characters, was left out.": left_out.hidden,
        "Buttons and form fields, {} characters, were left out.": left_out.controls,
        "Frames with other pages in them, {} of them, were not read.": left_out.frames,
    }
    return Coverage(
        characters_unread=left_out.hidden + left_out.controls,
        notes=tuple(note.format(f"{count:,}") for note, count in notes.items() if count),
    )
