"""E-mail messages (.eml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import parsedate_to_datetime
from itertools import pairwise

from justhtml import Element

from scrutiny.errors import ReadError
from scrutiny.reading.build import Draft, build, source_of
from scrutiny.reading.characters import normalise
from scrutiny.reading.decoding import decode
from scrutiny.reading.html import MAX_HTML_BYTES, declared_encoding, html_drafts
from scrutiny.reading.html_regions import Frame, attribute
from scrutiny.reading.package import encrypted, no_text
from scrutiny.reading.prose import text_of
from scrutiny.reading.text import MAX_TEXT_BYTES, text_drafts
from scrutiny.report import BlockKind, Coverage, Report

#: A larger message is refused; most of it would be attachments.
MAX_EML_BYTES = 100_000_000
#: Messages of more parts, or nested deeper, are refused; of a longer header the rest is left out.
MAX_PARTS = 2_000
_DEEPEST = 50
_LONGEST_HEADER = 4_000
_MAX_NAMED = 20

_ANY_HEADER = ("from", "to", "subject", "date", "received", "message-id", "mime-version", "content-type", "return-path")
_FORWARDED = re.compile(r"\s*(?:fwd?|fw)\s*:", re.IGNORECASE)
#: "On 3 May 2024 at 10:00, Jane Doe <jane@example.org> wrote:"; it may run over two lines.
_ATTRIBUTION = re.compile(r"On\s.{6,200}\bwrote:?", re.IGNORECASE | re.DOTALL)
_ORIGINAL = re.compile(r"\s*-{2,}\s*(?:Original Message|Original Appointment)\s*-{2,}\s*|\s*_{20,}\s*", re.IGNORECASE)
_HEADER_LINE = re.compile(r"\s*\*?(From|Sent|Date|To|Cc|Subject)\s*:", re.IGNORECASE)
_QUOTE = re.compile(r"(?:>\s?)+")
_SALUTATION = re.compile(r"(?:dear|hi|hello|hey|good (?:morning|afternoon|evening))\b", re.IGNORECASE)
_SIGNATURE = re.compile(r"-- ?")
_QUOTED_CLASS = frozenset("gmail_quote gmail_extra gmail_signature moz-cite-prefix moz-signature yahoo_quoted".split())
_QUOTED_ID = frozenset("divrplyfwdmsg appendonsend signature x_signature x_divrplyfwdmsg".split())
#: So much of the plain version must stand in the other one for that to be the whole message.
_COMPLETE = 0.8


class _ShortHeaders(Compat32):
    """Keeps the beginning of each header: the time some take to parse grows with the square of their length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Name and value of a header."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


class MailFrame(Frame):
    """What of a message in HTML is the message replied to, or a signature."""

    def is_frame(self, element: Element, around: object) -> bool:
        """Whether ``element`` quotes or signs."""
        del around
        classes = set(attribute(element, "class").lower().split())
        cites = element.name == "blockquote" and attribute(element, "type").lower() == "cite"
        return cites or bool(classes & _QUOTED_CLASS) or attribute(element, "id").lower() in _QUOTED_ID


class _Forward(Frame):
    """In a message that passes another on, that is what it is about."""

    def is_frame(self, element: Element, around: object) -> bool:
        """Never."""
        del element, around
        return False


@dataclass(slots=True)
class _Mail:
    """What was read of a message, and what was not."""

    path: str
    forwards: bool
    drafts: list[Draft] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: int = 0

    def add(self, drafts: Sequence[Draft], coverage: Coverage) -> None:
        self.drafts += drafts
        self.notes += coverage.notes
        self.unread += coverage.characters_unread


def read_eml(data: bytes, *, path: str) -> Report:
    """The report in the message ``data``; attachments are named in its coverage and not read.

    Raises ReadError (``too_large``, ``damaged``, ``wrong_suffix``, ``encrypted``, ``not_text``, ``no_text``).
    """
    message = _parsed(data, path)
    subject = _header(message, "subject")
    mail = _Mail(path, bool(_FORWARDED.match(subject)))
    _read(message, mail, 0)
    if not any(text_of(draft) for draft in mail.drafts):
        raise no_text(path, "message")
    if all(draft.kind is BlockKind.FURNITURE for draft in mail.drafts):
        for draft in mail.drafts:
            draft.kind = BlockKind.PARAGRAPH  # nothing but a quotation: then that is the message
    date = _date(message)
    metadata = {"title": subject, "from": _header(message, "from"), "to": _header(message, "to")}
    metadata |= {"author": metadata["from"], "date": date, "created": date[:10]}
    coverage = Coverage(characters_unread=mail.unread, notes=(*mail.notes, *_unread(mail)))
    return build(mail.drafts, source_of(data, path=path, format="eml"), metadata=metadata, coverage=coverage)


def _parsed(data: bytes, path: str) -> Message:
    if len(data) > MAX_EML_BYTES:
        raise _too_large(path, f"the message has {len(data):,} bytes; at most {MAX_EML_BYTES:,} are read")
    if data.lower().count(b"\ncontent-type:") > MAX_PARTS:
        raise _too_large(path, f"the message has more than {MAX_PARTS:,} parts")
    try:
        message: Message = message_from_bytes(data, policy=_ShortHeaders())
    except (RecursionError, ValueError, LookupError) as error:
        raise _damaged(path) from error
    if not any(name in message for name in _ANY_HEADER):
        raise ReadError(
            f"{path}: the file is named .eml but is no e-mail message: it has none of the usual headers.",
            remedy="Check what it is, name it accordingly, or export it again.",
            code="wrong_suffix",
        )
    return message


def _too_large(path: str, reason: str) -> ReadError:
    remedy = "Save the text of the message by itself, and its attachments by themselves."
    return ReadError(f"{path}: {reason}.", remedy=remedy, code="too_large")


def _damaged(path: str) -> ReadError:
    return ReadError(f"{path}: the message is damaged and cannot be read.", remedy="Export it again.", code="damaged")


def _header(message: Message, name: str) -> str:
    """The header ``name`` with what is encoded in it decoded; as it stands where that fails."""
    raw = str(message.get(name, ""))
    try:
        return normalise(str(make_header(decode_header(raw))))
    except (MessageError, LookupError, ValueError):
        return normalise(raw)


def _date(message: Message) -> str:
    """When the message was sent (ISO 8601), empty where it does not say so properly."""
    try:
        return parsedate_to_datetime(_header(message, "date")).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _read(part: Message, mail: _Mail, depth: int) -> None:
    """Adds what ``part`` shows to ``mail``."""
    kind = part.get_content_type()
    if depth > _DEEPEST:
        mail.notes.append(f"Parts nested more than {_DEEPEST} deep were left out.")
    elif kind in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime") and "signed" not in str(
        part.get("content-type", "")
    ):
        raise encrypted(mail.path)
    elif kind == "message/rfc822":
        inner = _children(part)
        mail.messages.append(_header(inner[0], "subject") if inner else "")
    elif kind == "multipart/alternative":
        _read_alternative(part, mail, depth)
    elif part.is_multipart():
        children = _children(part)
        first = 1 if kind in ("multipart/related", "multipart/signed") else len(children)
        for child in children[:first]:
            _read(child, mail, depth + 1)
        mail.attachments += [name for child in children[first:] if (name := _name(child))]
    elif kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
        mail.add(*_text(part, mail))
    elif kind != "text/plain" or _name(part):
        mail.attachments.append(_name(part) or f"a part of type {kind}")


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _name(part: Message) -> str:
    """The file name of an attachment."""
    try:
        return normalise(str(make_header(decode_header(part.get_filename() or ""))))
    except (MessageError, LookupError, ValueError, TypeError):
        return ""


def _read_alternative(part: Message, mail: _Mail, depth: int) -> None:
    """Adds the best of several versions: HTML, which keeps lists and paragraphs, unless part of the text is missing."""
    children = _children(part)
    plain = next((child for child in children if child.get_content_type() == "text/plain"), None)
    rich = [
        child for child in children if child.get_content_type() in ("text/html", "multipart/related", "multipart/mixed")
    ]
    if not rich:
        if plain or children:
            _read(plain or children[-1], mail, depth + 1)
        return
    best = _Mail(mail.path, mail.forwards)
    _read(rich[-1], best, depth + 1)
    if plain is not None:
        drafts, coverage = _text(plain, mail)
        if _length(best.drafts) < _COMPLETE * _length(drafts):
            best = _Mail(mail.path, mail.forwards, attachments=best.attachments, messages=best.messages)
            best.add(drafts, coverage)
    mail.add(best.drafts, Coverage(notes=tuple(best.notes), characters_unread=best.unread))
    mail.attachments += best.attachments
    mail.messages += best.messages
    mail.attachments += [
        _name(child) or f"a part of type {child.get_content_type()}"
        for child in children
        if child not in rich and child.get_content_type() != "text/plain"
    ]


def _length(drafts: Sequence[Draft]) -> int:
    """The characters of what the writer says."""
    return sum(len(text_of(draft)) for draft in drafts if draft.kind is not BlockKind.FURNITURE)


def _text(part: Message, mail: _Mail) -> tuple[list[Draft], Coverage]:
    """The blocks of a part that is text."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    declared = str(part.get_content_charset("") or "")
    if not data.strip():
        return [], Coverage()
    if part.get_content_type() == "text/html":
        html = decode(data, path=mail.path, most=MAX_HTML_BYTES, declared=declared or declared_encoding(data))
        drafts, coverage = html_drafts(html, path=mail.path, frame=_Forward if mail.forwards else MailFrame)
        _set_apart_attributions(drafts)
        return drafts, coverage
    text = decode(data, path=mail.path, most=MAX_TEXT_BYTES, declared=declared)
    if str(part.get_param("format", "")).lower() == "flowed":
        text = _unflowed(text, joined=str(part.get_param("delsp", "")).lower() == "yes")
    drafts = list(_plain_drafts(text, mail.forwards))
    _set_apart_attributions(drafts)
    return drafts, Coverage()


def _unflowed(text: str, *, joined: bool) -> str:
    """Text of format=flowed (RFC 3676) with a line a paragraph."""
    lines: list[str] = []
    flowing, before = False, ""
    for raw in text.splitlines():
        quote = _QUOTE.match(raw)
        mark = quote.group().replace(" ", "") if quote else ""
        line = raw[quote.end() :] if quote else raw.removeprefix(" ")
        if flowing and mark == before and line != "-- ":
            lines[-1] += line
        else:
            lines.append(f"{mark} {line}" if mark else line)
        flowing, before = line.endswith(" ") and line != "-- ", mark
        if flowing and joined:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _plain_drafts(text: str, forwards: bool) -> Iterator[Draft]:
    """The blocks of a plain message; quotations and the signature are furniture."""
    own: list[str] = []
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        line = lines[index]
        end = index
        if line.startswith(">"):
            while end < len(lines) and lines[end].startswith(">"):
                end += 1
        elif _SIGNATURE.fullmatch(line):
            while end < len(lines) and not (end > index and lines[end].startswith(">")):
                end += 1
        elif not forwards and _begins_original(lines, index):
            end = len(lines)
        if end == index:
            own.append(line)
            index += 1
            continue
        yield from _own_drafts(own)
        own = []
        quoted = "\n".join(_QUOTE.sub("", line, count=1) for line in lines[index:end])
        for draft in text_drafts(quoted):
            yield Draft(BlockKind.FURNITURE, [(f"{draft.marker} {text_of(draft)}".strip(), None)])
        index = end
    yield from _own_drafts(own)


def _own_drafts(lines: Sequence[str]) -> Iterator[Draft]:
    for draft in text_drafts("\n".join(lines)):
        if draft.kind is BlockKind.HEADING and _SALUTATION.match(text_of(draft)):
            draft.kind, draft.level = BlockKind.PARAGRAPH, 0
        yield draft


def _begins_original(lines: Sequence[str], index: int) -> bool:
    """Whether the message replied to begins at ``index``, as Outlook sets it below the reply."""
    if _ORIGINAL.fullmatch(lines[index]):
        index += 1
    found = {match.group(1).lower() for line in lines[index : index + 5] if (match := _HEADER_LINE.match(line))}
    return bool(_HEADER_LINE.match(lines[index]) if index < len(lines) else False) and (
        "from" in found and bool(found & {"sent", "date"}) and bool(found & {"to", "subject"})
    )


def _set_apart_attributions(drafts: Sequence[Draft]) -> None:
    """Makes furniture of "On 3 May Jane Doe wrote:" before a quotation."""
    for draft, following in pairwise(drafts):
        if following.kind is BlockKind.FURNITURE and _ATTRIBUTION.fullmatch(text_of(draft)):
            draft.kind, draft.marker, draft.level = BlockKind.FURNITURE, "", 0


def _unread(mail: _Mail) -> Iterator[str]:
    for what, names in (("Attachments", mail.attachments), ("Messages attached", mail.messages)):
        if names:
            named = ", ".join(name or "one without a name" for name in names[:_MAX_NAMED])
            more = f" and {len(names) - _MAX_NAMED:,} more" if len(names) > _MAX_NAMED else ""
            yield f"{what} were not read: {named}{more}."
