"""OpenDocument text (.odt), as LibreOffice writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from scrutiny.reading.build import Draft, build, source_of
from scrutiny.reading.characters import normalise
from scrutiny.reading.odt_body import PREFIXES, LeftOutError, OdtBody
from scrutiny.reading.odt_styles import OdtStyles
from scrutiny.reading.package import Package, encrypted, no_text
from scrutiny.reading.prose import printed_title, text_of
from scrutiny.reading.xml import at, descendants
from scrutiny.report import BlockKind, Coverage, Report

_KIND = "OpenDocument file"
_HEADERS = tuple(f"style:{name}{which}" for name in ("header", "footer") for which in ("", "-left", "-first"))
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def read_odt(data: bytes, *, path: str) -> Report:
    """The report in the OpenDocument text file ``data``.

    Raises ReadError: ``encrypted``, ``damaged``, ``too_large``, ``wrong_suffix``, ``no_text``.
    """
    package = Package(data, path=path, kind=_KIND, suffix=".odt")
    manifest = package.tree("META-INF/manifest.xml", PREFIXES)
    if manifest is not None and next(descendants(manifest, "manifest:encryption-data"), None) is not None:
        raise encrypted(path)
    content, shared = package.tree("content.xml", PREFIXES), package.tree("styles.xml", PREFIXES)
    body = at(content, "office:body/office:text")
    if content is None or body is None:
        raise package.damaged("it has no text document in it")
    styles = OdtStyles([root for root in (shared, content) if root is not None])
    left_out = LeftOutError()
    drafts = OdtBody(styles, left_out).read(body)
    drafts += _furniture(shared, styles, left_out)
    if not any(text_of(draft) for draft in drafts):
        raise no_text(path, _KIND)
    metadata = _metadata(package, drafts)
    return build(drafts, source_of(data, path=path, format="odt"), metadata=metadata, coverage=_coverage(left_out))


def _furniture(shared: Element | None, styles: OdtStyles, left_out: LeftOutError) -> list[Draft]:
    """Headers and footers, each distinct one once."""
    master = at(shared, "office:master-styles")
    parts: Iterable[Element] = descendants(master, *_HEADERS) if master is not None else ()
    texts = dict.fromkeys(text_of(draft) for part in parts for draft in OdtBody(styles, left_out).read(part))
    return [Draft(BlockKind.FURNITURE, [(text, None)]) for text in texts if text]


def _metadata(package: Package, drafts: Iterable[Draft]) -> dict[str, str]:
    """Title, author and date of creation (ISO 8601), where the file says so."""
    meta = at(package.tree("meta.xml", PREFIXES), "office:meta")
    if meta is None:
        return {}

    def said(tag: str) -> str:
        return normalise(meta.findtext(tag) or "")

    date = _DATE.match(said("meta:creation-date"))
    author = said("meta:initial-creator") or said("dc:creator")
    return {"title": printed_title(said("dc:title"), drafts), "author": author, "created": date.group() if date else ""}


def _coverage(left_out: LeftOutError) -> Coverage:
    return Coverage(
        characters_unread=left_out.deleted + left_out.hidden + left_out.comment_characters,
        notes=tuple(_notes(left_out)),
    )


def _notes(left_out: LeftOutError) -> Iterator[str]:
    if left_out.deleted:
        yield f"Text deleted with changes tracked, {left_out.deleted:,} characters, was left out."
    if left_out.hidden:
        yield f"Hidden text, {left_out.hidden:,} characters, was left out."
    if left_out.comments:
        yield f"Comments, {left_out.comments:,} of them, were left out."
    if left_out.objects:
        yield f"Charts, formulas and embedded objects, {left_out.objects:,} of them, were not read."
