"""E-mail: what the writer says, apart from what is quoted, signed or attached."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading.test_docx import blocks, mutated
from scrutiny.errors import ReadError
from scrutiny.reading import eml, read
from scrutiny.report import Report

PLAIN = """\
Dear all

Leaders know the school
well. They act.

On Fri, 3 May 2024 at 10:00, Bob Roe
<bob@example.org> wrote:
> Are they good?

We should:

- train staff
- review plans

-- 
Jane Doe
Inspector
"""
RICH = """<p>Dear all</p><p>Leaders know the school well. They act.</p><p>We should:</p>
<ul><li>train staff</li><li>review plans</li></ul><div class="gmail_signature">Jane Doe</div>
<div class="gmail_quote">On Fri, 3 May 2024, Bob Roe wrote:<blockquote type=cite>Are they good?</blockquote></div>"""


def message(text: str = PLAIN, rich: str = "", subject: str = "Visit to Café Anytown") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "Jane Doé <jane@example.org>", "all@example.org"
    made["Date"] = "Mon, 06 May 2024 10:00:00 +0100"
    made.set_content(text)
    if rich:
        made.add_alternative(rich, subtype="html")
    return made


def read_mail(made: EmailMessage | bytes) -> Report:
    return read(made if isinstance(made, bytes) else bytes(made), name="a.eml")


def said(report: Report) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in report.blocks]


def test_plain_message(assert_offsets: Callable[[Report], None]) -> None:
    report = read_mail(message())
    assert blocks(report) == [
        ("paragraph", 0, "", "Dear all"),
        ("paragraph", 0, "", "Leaders know the school well. They act."),
        ("furniture", 0, "", "On Fri, 3 May 2024 at 10:00, Bob Roe <bob@example.org> wrote:"),
        ("furniture", 0, "", "Are they good?"),
        ("paragraph", 0, "", "We should:"),
        ("list_item", 1, "-", "train staff"),
        ("list_item", 1, "-", "review plans"),
        ("furniture", 0, "", "-- Jane Doe Inspector"),
    ]
    assert dict(report.metadata) == {
        "title": "Visit to Café Anytown",
        "from": "Jane Doé <jane@example.org>",
        "author": "Jane Doé <jane@example.org>",
        "to": "all@example.org",
        "date": "2024-05-06T10:00:00+01:00",
        "created": "2024-05-06",
    }
    assert report.source.format == "eml"
    assert_offsets(report)


def test_html_is_preferred_where_it_is_the_whole_message() -> None:
    assert said(read_mail(message(rich=RICH)))[3:5] == [("list_item", "train staff"), ("list_item", "review plans")]
    assert [kind for kind, _ in said(read_mail(message(rich=RICH)))][5:] == ["furniture"] * 3
    assert said(read_mail(message(rich="<p>See the text version.</p>")))[1][1].startswith("Leaders know")


def test_attachments_and_attached_messages_are_named() -> None:
    made = message()
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Bericht Süd.pdf")
    made.add_attachment(message(subject="An older one"))
    notes = read_mail(made).coverage.notes
    assert notes == ("Attachments were not read: Bericht Süd.pdf.", "Messages attached were not read: An older one.")


def test_flowed_text_is_joined() -> None:
    text = "Leaders know the \r\nschool well.\r\n> quoted \r\n> on\r\nThey act. \r\n-- \r\nJane\r\n"
    data = b"Subject: A\r\nContent-Type: text/plain; format=flowed\r\n\r\n" + text.encode()
    assert said(read_mail(data)) == [
        ("paragraph", "Leaders know the school well."),
        ("furniture", "quoted on"),
        ("paragraph", "They act."),
        ("furniture", "-- Jane"),
    ]


def test_reply_of_outlook_and_forwarded_message() -> None:
    below = "Please see.\n\nFrom: Bob\nSent: 3 May\nTo: Jane\nSubject: Visit\n\nLeaders act.\n"
    assert [kind for kind, _ in said(read_mail(message(below)))][1:] == ["furniture"] * 2
    assert "furniture" not in [kind for kind, _ in said(read_mail(message(below, subject="FW: Visit")))]


def test_message_of_nothing_but_a_quotation_is_read() -> None:
    assert said(read_mail(message("> Leaders act.\n"))) == [("paragraph", "Leaders act.")]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_encodings(charset: str, encoding: str) -> None:
    made = EmailMessage()
    made["Subject"] = "A"
    made.set_content("Café.\n".encode(charset), "text", "plain", cte=encoding, params={"charset": charset})
    assert read_mail(made).text == "Café."


def test_unknown_charset_and_broken_headers() -> None:
    data = b"Subject: =?no-such?B?!!!?=\r\nDate: 99 Foo\r\nFrom: <<>>\r\n"
    data += b"Content-Type: text/plain; charset=no-such\r\n\r\nCaf\xc3\xa9."
    assert read_mail(data).text == "Café."


@pytest.mark.parametrize("header", ["Content-Type: text/plain; ", "Content-Type: multipart/mixed; ", "From: "])
def test_endless_headers_end(header: str) -> None:
    with suppress(ReadError):
        read_mail(f"Subject: A\r\n{header}".encode() + b'a="\\";' * 200_000 + b"\r\n\r\nx")


def test_messages_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(data: bytes) -> str:
        with pytest.raises(ReadError) as caught:
            read(data, name="a.eml")
        assert "a.eml" in caught.value.reason
        return caught.value.code

    assert refused(b"Leaders know the school well.") == "wrong_suffix"
    assert refused(b"Subject: A\r\n\r\n") == "no_text"
    assert (
        refused(b"Subject: A\r\nContent-Type: multipart/encrypted; boundary=x\r\n\r\n--x\r\n\r\na\r\n--x--")
        == "encrypted"
    )
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(1_500))
    assert refused(f"Subject: A\r\n{deep}\r\nx".encode()) in ("damaged", "no_text")
    monkeypatch.setattr(eml, "MAX_PARTS", 3)
    assert refused(b"Subject: A\r\n" + b"Content-Type: text/plain\r\n" * 5) == "too_large"
    monkeypatch.setattr(eml, "MAX_EML_BYTES", 10)
    assert refused(bytes(message())) == "too_large"


VALID = bytes(message(rich=RICH))


@settings(deadline=None, max_examples=100)
@given(mutated(VALID))
def test_damaged_messages_are_read_or_refused(assert_offsets: Callable[[Report], None], data: bytes) -> None:
    with suppress(ReadError):
        assert_offsets(read(data, name="a.eml"))


HEADS = st.sampled_from(
    [
        "Subject: A",
        "Content-Type: multipart/mixed; boundary=x",
        "Content-Type: text/html",
        "--x",
        "--x--",
        "",
        "> a",
        "Content-Type: multipart/alternative; boundary=x",
        "Content-Type: message/rfc822",
        "Content-Type: text/plain",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename*=a''%ff",
        "-- ",
        "<p>word",
        "Content-Type: text/plain; format=flowed; delsp=yes",
        "word ",
        "On 3 May 2024 x wrote:",
        "From: a",
        "Sent: b",
        'Content-Type: ;;;="',
        "Content-Transfer-Encoding: x-uuencode",
        "begin 666 a",
        "=?utf-8?Q?=ff?=",
    ]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(HEADS, max_size=25).map("\r\n".join))
def test_any_arrangement_of_lines_is_read_or_refused(assert_offsets: Callable[[Report], None], text: str) -> None:
    with suppress(ReadError):
        assert_offsets(read(f"Subject: A\r\n{text}".encode(), name="a.eml"))
