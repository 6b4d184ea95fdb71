"""Web pages: what a browser shows of the report, and the page around it apart."""

from __future__ import annotations

import html as entities
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrutiny.errors import ReadError
from scrutiny.reading import html, read
from scrutiny.report import BlockKind, Report
from scrutiny.splitting import Splitter

PAGE = """<!doctype html>
<html lang=en><head><meta charset=utf-8><title>Inspection of Anytown - GOV.UK</title>
<meta name=author content="Jane Doe"><meta property="article:published_time" content="2024-05-06T10:00:00Z">
<style>p { color: black }</style></head>
<body><a href="#content" class="govuk-skip-link">Skip to content</a>
<div id="global-cookie-message">We use cookies.</div>
<header role=banner><nav><ul><li><a href="/">Home</a><li>News</ul></nav></header>
<div class="govuk-breadcrumbs"><ol><li>Home<li>Reports</ol></div>
<main id=content>
<h1>Inspection of Anytown</h1>
<nav class="gem-c-contents-list" role=navigation><ol><li><a href="#f">Findings</a></ol></nav>
<p>Leaders <b>know</b> the <i>school</i> well.<sup><a href="#fn1">[footnote 1]</a></sup> They&nbsp;act
<p hidden>Hidden.</p>
<p>Not <span style="display:none">shown</span>all.<span class="govuk-visually-hidden">Read out</span>
<h2>2. Findings</h2>
<p>The school should:</p>
<ul><li>train staff;<ul><li>early</ul><li><p>review plans.</p><p>Soon.</p></ul>
<dl><dt>Published</dt><dd>6 May</dd></dl>
<table><caption>Grades</caption><tr><th>Judgement<th>Grade<tr><td>Overall<td>Good</table>
<figure><img src=a.png alt=Roll><figcaption>Figure 1: Roll</figcaption></figure>
<div class=footnotes role=doc-endnotes><ol><li id=fn1><p>Act 2006. <a href="#r1">↩</a></p></ol></div>
<button>Print this</button><script>document.write("no")</script>
</main><aside>Related reports</aside><footer>Crown copyright</footer></body></html>
"""


def blocks(report: Report) -> list[tuple[str, int, str, str]]:
    return [(block.kind.value, block.level, block.marker, block.text) for block in report.blocks]


def read_body(body: str) -> Report:
    return read(f"<!doctype html><meta charset=utf-8><body>{body}".encode(), name="a.html")


def test_page_as_a_browser_saves_it(assert_offsets: Callable[[Report], None]) -> None:
    report = read(PAGE.encode(), name="a.html")
    assert blocks(report) == [
        ("furniture", 0, "", "Skip to content"),
        ("furniture", 0, "", "We use cookies."),
        ("furniture", 0, "", "• Home"),
        ("furniture", 0, "", "• News"),
        ("furniture", 0, "", "1. Home"),
        ("furniture", 0, "", "2. Reports"),
        ("heading", 1, "", "Inspection of Anytown"),
        ("contents", 0, "", "1. Findings"),
        ("paragraph", 0, "", "Leaders know the school well.¹ They act"),
        ("paragraph", 0, "", "Not all."),
        ("heading", 2, "2.", "Findings"),
        ("paragraph", 0, "", "The school should:"),
        ("list_item", 1, "•", "train staff;"),
        ("list_item", 2, "•", "early"),
        ("list_item", 1, "•", "review plans."),
        ("paragraph", 0, "", "Soon."),
        ("table_row", 0, "", "Published | 6 May"),
        ("caption", 0, "", "Grades"),
        ("table_row", 0, "", "Judgement | Grade"),
        ("table_row", 0, "", "Overall | Good"),
        ("caption", 0, "", "Figure 1: Roll"),
        ("footnote", 0, "1", "Act 2006."),
        ("furniture", 0, "", "Related reports"),
        ("furniture", 0, "", "Crown copyright"),
    ]
    properties = {"title": "Inspection of Anytown", "author": "Jane Doe", "created": "2024-05-06"}
    assert properties.items() <= report.metadata.items()
    assert len(report.coverage.notes) == 2
    assert report.coverage.characters_unread == len("Hidden.shownReadoutPrintthis")
    assert report.source.format == "html"
    assert_offsets(report)


@pytest.mark.parametrize(
    ("attributes", "markers"),
    [
        ("", ["1.", "2.", "7."]),
        ("start=41", ["41.", "42.", "7."]),
        ("type=a", ["a.", "b.", "g."]),
        ("type=I start=4", ["IV.", "V.", "VII."]),
        ("reversed", ["3.", "2.", "7."]),
        ('style="list-style-type: lower-roman"', ["i.", "ii.", "vii."]),
        ('style="list-style: none"', ["", "", ""]),
    ],
)
def test_numbers_of_lists_as_displayed(attributes: str, markers: list[str]) -> None:
    report = read_body(f"<ol {attributes}><li>One<li>Two<li value=7>Three</ol>")
    assert [block.marker for block in report.blocks] == markers


def test_layout_tables_are_no_tables() -> None:
    report = read_body(
        "<table><tr><td><h2>Safe</h2><p>Staff are kind.</p><td>Menu</table>"
        "<table><tr><td>Leaders act.</table>"
        "<table><tr><td>A<td><table><tr><td>B<td>C</table></table>"
    )
    assert [(kind, text) for kind, _, _, text in blocks(report)] == [
        ("heading", "Safe"),
        ("paragraph", "Staff are kind."),
        ("paragraph", "Menu"),
        ("paragraph", "Leaders act."),
        ("paragraph", "A"),
        ("table_row", "B | C"),
    ]


def test_lines_parted_by_hand() -> None:
    report = read_body(
        "<p>Dear all<br>we ask:<br>• act;<br>• plan.<br><br>Yours</p><pre>Leaders know\nthem well.</pre>"
    )
    assert [(block.marker, block.text) for block in report.blocks] == [
        ("", "Dear all we ask:"), ("•", "act;"), ("•", "plan."), ("", "Yours"), ("", "Leaders know them well.")
    ]  # fmt: skip


def test_headings_by_role_and_by_boldness() -> None:
    report = read_body("<div role=heading aria-level=3>Safe</div><p><b>Bold</b></p><p>Staff are kind.</p>")
    assert [(b.kind.value, b.level) for b in report.blocks] == [("heading", 3), ("paragraph", 0), ("paragraph", 0)]
    report = read_body("<p><b>What we found</b></p><p>Staff are kind.</p><p>They are.</p>")
    assert [b.kind.value for b in report.blocks] == ["heading", "paragraph", "paragraph"]


def test_page_that_is_all_frame_is_read() -> None:
    assert [b.kind.value for b in read_body("<nav><p>Leaders act.</p></nav>").blocks] == ["paragraph"]


def test_the_only_heading_counts_wherever_it_stands() -> None:
    report = read_body("<header><p>Agency</p><h1>Anytown</h1></header><main><p>Leaders act.</p></main>")
    assert [(b.kind.value, b.text) for b in report.blocks] == [
        ("furniture", "Agency"), ("heading", "Anytown"), ("paragraph", "Leaders act.")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        "<p>Café</p>".encode(),
        "\ufeff<meta charset=latin-1><p>Café</p>".encode(),
        '<meta charset="iso-8859-1"><p>Café</p>'.encode("cp1252"),
        "<p>Café</p>".encode("cp1252"),
        '<meta http-equiv=Content-Type content="text/html; charset=macintosh"><p>Café</p>'.encode("mac_roman"),
        "<p>Café</p>".encode("utf-16"),
        '<meta charset="utf-16"><p>Café</p>'.encode(),
        '<meta charset="no-such"><p>Café</p>'.encode(),
        '<?xml version="1.0" encoding="utf-8"?><html><head><title/><script src="a"/></head><p>Café</p></html>'.encode(),
    ],
)
def test_encodings(data: bytes) -> None:
    assert read(data, name="a.htm").text == "Café"


def test_pages_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(data: bytes) -> str:
        with pytest.raises(ReadError) as caught:
            read(data, name="a.html")
        assert "a.html" in caught.value.reason
        return caught.value.code

    assert refused(b"<script>load()</script><div id=root></div>") == "no_text"
    assert refused(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") == "not_text"
    monkeypatch.setattr(html, "MAX_TAGS", 3)
    assert refused(b"<p>a<p>b<p>c<p>d") == "too_large"
    monkeypatch.setattr(html, "MAX_HTML_BYTES", 3)
    assert refused(b"<p>a") == "too_large"


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 20_000,
        "<table><tr><td>" * 5_000 + "x",
        "".join(f"<p><b id={n}>" for n in range(8_000)) + "x",
        "".join(f"<div><font a={n}></div>" for n in range(8_000)) + "x",
        "<ul><li>x" * 5_000,
        "<" * 100_000,
        "<!--" * 50_000,
        "<p " + "a=1 " * 100_000,
        "<?xml version='1.0'?>" + "<a " * 50_000,
        "<?xml version='1.0'?><" + "a" * 300_000,
        "<ul style='" + "list-style:" * 50_000 + "'><li>x",
        "<p>" + "<i>word word</i> " * 20_000,
        "<sup>" * 10_000 + "1",
    ],
)
def test_hostile_pages_end(assert_offsets: Callable[[Report], None], page: str) -> None:
    with suppress(ReadError):
        assert_offsets(read(page.encode(), name="a.html"))


BROKEN = [
    "<p>Leaders <b>know <i>the</b> school</i> well.<p>They act.",
    "<table><tr><td>One<table><tr><td>Two<td>Three</table><td>Four</table>Five",
    "<ul><li>One<li>Two<ul><li>Three</ul>Four</li></ul></li></ul>Five",
    "<div><p>One<div>Two</p>Three</div>Four",
    "<p>One<ul><li>Two</p>Three</ul>Four",
    "<h2>One<p>Two</h2>Three<h3>Four</h2>Five",
    "<table>Lost<tr><td>One</tr>Lost too<tr><td>Two</table>",
    "<a href=1>One<div>Two<a href=2>Three</a></div>Four</a>",
    "<dl><dt>One<dd>Two<dt>Three<dd>Four</dl>",
    "<select><option>no</select><p>One</br>Two<br/>Three</p></p>Four",
    "<b><p>One</b>Two</p>Three<script>if (a < b) 'no'</script>",
    "One &amp; two &lt;three&gt; &eacute;t&eacute &#8217; &notit; &nosuch; 4 < 5 <3",
    "<details><summary>One</summary>Two</details><q>Three</q>",
    "<pre>\nOne\n  Two</pre><textarea>no</textarea><noscript>no</noscript>",
    "<form><p>One<form><p>Two</form>Three</form><center>Four<font size=2><p>Five</font>",
    "<!-- no --><![CDATA[no]]>One<? no ?><!no>Two</nothing>",
]


def shown_by_browser(pages: list[str], folder: Path) -> list[str]:
    """The text that a browser shows of each of ``pages``."""
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("there is no Chromium here to compare with")
    frames = "".join(
        f'<iframe srcdoc="{entities.escape("<!doctype html><body>" + page, quote=True)}"></iframe>' for page in pages
    )
    script = (
        "<script>onload = () => { const shown = [...document.querySelectorAll('iframe')].map(f => {"
        "f.contentDocument.querySelectorAll('details').forEach(d => d.open = true);"
        "f.contentDocument.querySelectorAll('select, textarea').forEach(d => d.remove());"
        "return f.contentDocument.body.innerText});"
        "document.body.textContent = shown.join('\\u0001') }</script>"
    )
    (folder / "pages.html").write_text(f"<!doctype html><meta charset=utf-8>{script}{frames}", encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom"]
    run = subprocess.run([*command, f"file://{folder}/pages.html"], capture_output=True, timeout=120, check=False)
    body = run.stdout.decode().partition("<body>")[2].rpartition("</body>")[0]
    if "\x01" not in body:
        pytest.skip("Chromium does not run here")
    return entities.unescape(body).split("\x01")


def test_broken_markup_reads_as_in_a_browser(tmp_path: Path) -> None:
    for page, shown in zip(BROKEN, shown_by_browser(BROKEN, tmp_path), strict=True):
        report = read_body(page)
        # A browser draws the marks of <q> without counting them as text.
        ours = " ".join(block.text for block in report.blocks).translate(str.maketrans("|", " ", "“”")).split()
        assert ours == shown.split(), page


def test_sample_rendered_to_html_has_the_sentences_of_the_markdown(samples: Path) -> None:
    from markdown_it import MarkdownIt

    source = samples / "school-review.md"
    page = MarkdownIt("commonmark").render(source.read_text(encoding="utf-8"))
    ours, theirs = read(f"<html><body>{page}</body></html>".encode(), name="a.html"), read(source)

    def sentences(report: Report) -> list[str]:
        return [sentence.text for sentence in Splitter().predict(report)]

    assert sentences(ours) == sentences(theirs)
    assert [(b.kind, b.level, b.section_path) for b in ours.blocks] == [
        (b.kind, b.level, b.section_path) for b in theirs.blocks
    ]
    assert ours.title == theirs.title


TEXT = st.lists(st.text(st.sampled_from("abcé&<>'\""), min_size=1, max_size=6), min_size=1, max_size=6).map(
    lambda words: "X" + " ".join(words)
)
TAGS = {"heading": "h2", "paragraph": "p", "list_item": "li"}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(sorted(TAGS)), TEXT), min_size=1, max_size=12))
def test_any_document_comes_back_in_order(
    assert_offsets: Callable[[Report], None], document: list[tuple[str, str]]
) -> None:
    elements = [f"<{TAGS[kind]}>{entities.escape(text)}</{TAGS[kind]}>" for kind, text in document]
    body = "".join(
        f"<ul>{e}</ul>" if kind == "list_item" else e for e, (kind, _) in zip(elements, document, strict=True)
    )
    report = read_body(body)
    assert [(block.kind.value, block.text) for block in report.blocks] == document
    assert_offsets(report)


PARTS = st.sampled_from(
    "<p> </p> <b> </b> <table> <tr> <td> </table> <ul> <ol> <li> </ul> <h2> </h2> <dl> <dt> <dd> <sup> "
    "<nav> </nav> <main> <br> <pre> <a> <svg> <math> <template> <select> <caption> </caption> <header> "
    "&amp; <!-- --> word 1. • <script> <q> <frameset> <frame> <body> </body> </html> <title> <form> <div "
    "style=display:none> </div> </td> <figcaption> <".split()
)


@settings(deadline=None, max_examples=300)
@given(st.lists(PARTS, max_size=40).map(" ".join))
def test_any_arrangement_of_tags_is_read_or_refused(assert_offsets: Callable[[Report], None], page: str) -> None:
    with suppress(ReadError):
        report = read(page.encode() or b" ", name="a.html")
        assert_offsets(report)
        assert not any(block.kind is BlockKind.CONTENTS for block in report.blocks)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60), st.integers(0, len(PAGE)))
def test_damaged_pages_are_read_or_refused(assert_offsets: Callable[[Report], None], more: bytes, end: int) -> None:
    with suppress(ReadError):
        assert_offsets(read(PAGE.encode()[:end] + more or b" ", name="a.html"))
