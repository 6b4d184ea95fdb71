"""Word files (.docx)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from scrutiny.reading.build import Draft, build, source_of
from scrutiny.reading.characters import normalise
from scrutiny.reading.package import Package, no_text
from scrutiny.reading.prose import printed_title, text_of
from scrutiny.reading.word_body import PREFIXES, LeftOutError, WordBody
from scrutiny.reading.word_numbering import Numbering
from scrutiny.reading.word_styles import Styles
from scrutiny.reading.xml import descendants
from scrutiny.report import BlockKind, Coverage, Report

_PREFIXES = {
    **PREFIXES,
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rel",
}
#: The references to notes in the text, and the kind of part and the element that hold the notes.
_NOTES = {
    "w:footnoteReference": ("footnotes", "w:footnote"),
    "w:endnoteReference": ("endnotes", "w:endnote"),
}
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")


def read_docx(data: bytes, *, path: str) -> Report:
    """The report in the Word file ``data``.

    Raises ReadError: ``encrypted``, ``damaged``, ``too_large``, ``wrong_suffix``, ``unsupported`` (.doc), ``no_text``.
    """
    package = Package(data, path=path, kind="Word file", suffix=".docx")
    main = next((target for _, target in _related(package, "", "officeDocument")), "word/document.xml")
    root = package.tree(main, _PREFIXES)
    body = root.find("w:body") if root is not None else None
    if root is None or body is None:
        raise package.damaged("it has no document in it")
    styles = Styles(_part(package, main, "styles"))
    numbering = Numbering(_part(package, main, "numbering"), styles)
    notes = {
        reference: {note.get("w:id") or "": note for note in _children(_part(package, main, kind), tag)}
        for reference, (kind, tag) in _NOTES.items()
    }
    left_out = LeftOutError()
    drafts = WordBody(styles, numbering, notes, left_out).read(body)
    drafts += _furniture(package, main, WordBody(styles, Numbering(None, styles), {}, left_out))
    if not any(text_of(draft) for draft in drafts):
        raise no_text(path, "Word file")
    comments = _children(_part(package, main, "comments"), "w:comment")
    metadata = _metadata(package, drafts)
    return build(
        drafts, source_of(data, path=path, format="docx"), metadata=metadata, coverage=_coverage(left_out, comments)
    )


def _related(package: Package, part: str, kind: str) -> list[tuple[str, str]]:
    """Identifier and name of the parts that ``part`` (the package itself if empty) relates to as ``kind``."""
    folder, name = posixpath.split(part)
    root = package.tree(posixpath.join(folder, "_rels", f"{name}.rels"), _PREFIXES)
    targets = []
    for relation in _children(root, "rel:Relationship"):
        if posixpath.basename(relation.get("Type") or "") == kind and relation.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target") or ""))
            targets.append((relation.get("Id") or "", target.lstrip("/")))
    return targets


def _part(package: Package, main: str, kind: str) -> Element | None:
    target = next((target for _, target in _related(package, main, kind)), None)
    return package.tree(target, _PREFIXES) if target else None


def _children(root: Element | None, tag: str) -> Sequence[Element]:
    return root.findall(tag) if root is not None else []


def _furniture(package: Package, main: str, body: WordBody) -> list[Draft]:
    """Headers and footers, each distinct one once."""
    texts: dict[str, None] = {}
    for kind in ("header", "footer"):
        for _, target in _related(package, main, kind):
            root = package.tree(target, _PREFIXES)
            if root is not None:
                body.drafts = []
                texts |= dict.fromkeys(
                    f"{draft.marker} {text_of(draft)}".strip() for draft in body.read(root) if text_of(draft)
                )
    return [Draft(BlockKind.FURNITURE, [(text, None)]) for text in texts]


def _metadata(package: Package, drafts: Iterable[Draft]) -> dict[str, str]:
    """Title, author and date of creation (ISO 8601), where the file says so."""
    part = next((target for _, target in _related(package, "", "core-properties")), "docProps/core.xml")
    root = package.tree(part, _PREFIXES)
    if root is None:
        return {}
    title, author, created = (
        normalise(root.findtext(tag) or "") for tag in ("dc:title", "dc:creator", "dcterms:created")
    )
    date = _DATE.match(created)
    return {"title": printed_title(title, drafts), "author": author, "created": date.group() if date else ""}


def _coverage(left_out: LeftOutError, comments: Iterable[Element]) -> Coverage:
    remarks = ["".join(part.text or "" for part in descendants(comment, "w:t")) for comment in comments]
    notes = {
        "Text deleted with changes tracked, {} characters, was left out.": left_out.deleted,
        "Hidden text, {} characters, was left out.": left_out.hidden,
        "Comments, {} of them, were left out.": len(remarks),
        "Content controls that nobody has filled in, {} of them, were left out.": left_out.placeholders,
        "Charts, diagrams and embedded objects, {} of them, were not read.": left_out.graphics,
        "Files embedded in the text, {} of them, were not read.": left_out.embedded,
    }
    unread = left_out.deleted + left_out.hidden + sum(map(len, remarks))
    return Coverage(
        characters_unread=unread, notes=tuple(note.format(f"{count:,}") for note, count in notes.items() if count)
    )
