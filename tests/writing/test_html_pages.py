from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from scrutiny.pipeline import Pipeline
from scrutiny.report import ROLES, Report, Source
from scrutiny.writing.html import figures, index
from scrutiny.writing.html.passages import passages_of
from scrutiny.writing.naming import Names
from scrutiny.writing.output import OutputFolder
from scrutiny.writing.parts import ModelReference
from scrutiny.writing.schema import record_line

MODEL = ModelReference(name="m", sha256="0" * 64, precision="float32")
HOSTILE = '<script>document.title="taken"</script>"><img src=x onerror=document.title="taken">\u2028</script><!--'


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab that fails the test on any error, refused resource, or request but for files and data."""
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.set_default_timeout(5000)
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    tab.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else wrong.append(request.url))
    yield tab
    tab.close()
    assert not wrong


def page_of(folder: Path, name: str) -> Path:
    (found,) = (folder / "records.html").glob(f"{name}-*.html")
    return found


def test_the_text_on_the_page_is_the_report_with_every_record_marked(
    page: Page, shown: Path, care_home: Report
) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    report = care_home
    for number, record in enumerate(report.records):
        marked = page.evaluate(
            "n => [...document.querySelectorAll(`mark[data-r='${n}']`)].map(one => {"
            " const copy = one.cloneNode(true); copy.querySelectorAll('.badge').forEach(b => b.remove());"
            " return copy.textContent }).join('')",
            number,
        )
        own = "".join(report.sentences[one].text for one in record.sentences)
        assert "".join(marked.split()) == "".join(own.split())
        assert page.locator(f"#t-{number}").count() == 1


def test_passages_joined_are_the_blocks(reports: list[Report]) -> None:
    for report in reports:
        joined = ["".join(piece.text for piece in passage.pieces) for passage in passages_of(report)]
        assert joined == [block.text for block in report.blocks]


def test_a_click_in_text_or_list_shows_the_record_its_page_and_its_links(
    page: Page, shown: Path, care_home: Report
) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    report = care_home
    number = next(
        n
        for n, one in enumerate(report.records)
        if one.links and report.pages(report.sentences[one.sentences[0]]) != (1,)
    )
    record = report.records[number]
    page.locator(f"mark[data-r='{number}']").last.click()
    article = page.locator(f"#r-{record.id}")
    assert article.is_visible()
    assert record.text in article.locator("blockquote").inner_text()
    assert page.locator("article:visible").count() == 1
    assert page.locator("figure:visible").get_attribute("data-page") == str(
        report.pages(report.sentences[record.sentences[0]])[0]
    )
    assert page.locator("figure:visible g.on rect").count() >= 1
    assert page.evaluate("document.querySelector('figure:not([hidden]) img').naturalWidth") > 800
    article.locator(".links a").first.click()
    assert page.locator(f"#r-{record.links[0].record}").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("article:visible").count() == 0


def test_roles_differ_on_pictures_of_pages_without_colour(page: Page, shown: Path) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    lines = page.evaluate(
        """["finding", "strength", "recommendation"].map(role => {
            const line = document.querySelector(`figure g.${role} path`), style = getComputedStyle(line);
            const boxes = line.parentNode.querySelectorAll("rect").length;
            return [style.strokeDasharray, style.strokeWidth, line.getAttribute("d").split("M").length - 1 - boxes];
        })"""
    )
    (plain, _, one), (dotted, _, _), (double, _, two) = lines
    assert plain == double == "none" != dotted
    # A second line for each box.
    assert one == 0 < two


def test_keys_move_between_the_records_that_are_shown(page: Page, shown: Path) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    page.get_by_role("checkbox", name="Findings").uncheck()
    page.get_by_role("checkbox", name="Strengths").uncheck()
    names = []
    for key in "jjk":
        page.keyboard.press(key)
        page.wait_for_timeout(100)
        names.append(page.locator("article:visible h2 .badge").inner_text())
    assert names == ["R1", "R2", "R1"]


def test_quick_presses_of_a_key_pass_over_no_record(page: Page, shown: Path, care_home: Report) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    page.evaluate(
        "() => { for (let i = 0; i < 5; i++) document.body.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'j', bubbles: true})) }"
    )
    shown_record = page.locator(f"#r-{care_home.records[4].id}")
    expect(shown_record).to_be_visible()
    page.wait_for_timeout(200)
    expect(shown_record).to_be_visible()
    assert page.evaluate("location.hash") == f"#r-{care_home.records[4].id}"
    page.go_back()
    page.go_forward()
    expect(page.locator("article:visible")).to_have_count(1)


@pytest.mark.parametrize(
    ("label", "value", "attribute"),
    [
        ("Confidence", "0.95", "confidence"),
        ("Theme", "0", "theme"),
        ("Section", "1", "section"),
        ("Show", "review", "show"),
    ],
)
def test_filters_leave_what_fits_and_say_how_many(
    page: Page, shown: Path, label: str, value: str, attribute: str
) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    items = page.locator(".list li")
    every = items.count()
    page.get_by_role("combobox", name=label).select_option(value)
    values = items.evaluate_all(f"all => all.filter(one => !one.hidden).map(one => one.dataset.{attribute})")
    assert 0 < len(values) < every
    assert all(float(one) >= 0.95 if attribute == "confidence" else value in one.split(" ") for one in values)
    assert page.locator(".filters output").inner_text() == f"{len(values)} of {every} records"
    assert page.locator("mark.off").count() > 0
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("mark.off")).to_have_count(0)


def test_findings_that_no_recommendation_is_linked_to_are_told(page: Page, shown: Path, care_home: Report) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    unlinked = [one for one in care_home.records if one.role == "finding" and not one.links]
    plain = next(one for one in unlinked if one not in care_home.unanswered)
    page.get_by_role("combobox", name="Show").select_option("unlinked")
    found = page.locator(".list li:visible a").evaluate_all("all => all.map(one => one.hash)")
    assert found == [f"#r-{one.id}" for one in unlinked]
    page.locator(f".list a[href='#r-{plain.id}']").click()
    assert "No recommendation" in page.locator(f"#r-{plain.id} .lead").inner_text()


def test_what_is_left_to_review_is_marked_in_the_text_and_what_else_it_may_be_is_told(
    page: Page, shown: Path, care_home: Report
) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    left = [n for n, one in enumerate(care_home.records) if one.decision == "review"]
    marked = page.locator("mark.review > .badge").evaluate_all("all => all.map(one => +one.id.slice(2))")
    assert marked == left
    record = care_home.records[left[0]]
    page.locator(f"mark[data-r='{left[0]}']").last.click()
    score, role = max((score, role) for role, score in zip(ROLES, record.scores, strict=True) if role != record.role)
    told = page.locator(f"#r-{record.id} dt", has_text="Next likeliest").locator("+ dd")
    assert told.inner_text() == f"{role} {score:.2f}"


def test_a_record_followed_by_keyboard_takes_the_focus(page: Page, shown: Path, care_home: Report) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    page.locator(".list a").nth(2).focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#r-{care_home.records[2].id}")).to_be_focused()


def test_the_picture_follows_the_text_until_a_record_is_chosen(page: Page, shown: Path) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    page.locator("#page-2").evaluate("one => one.scrollIntoView()")
    expect(page.locator("figure[data-page='2']")).to_be_visible()
    page.locator("mark").first.click()
    page.locator("#page-3").evaluate("one => one.scrollIntoView()")
    page.wait_for_timeout(400)
    expect(page.locator("figure[data-page='1']")).to_be_visible()


def test_the_buttons_stay_beside_a_larger_picture(page: Page, shown: Path) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    page.locator("mark").nth(8).click()
    button = page.get_by_role("button", name="Larger")
    before = button.bounding_box()
    button.click()
    assert page.locator("figure:visible").evaluate("one => one.offsetWidth > one.closest('.right').clientWidth")
    assert button.bounding_box() == before


def test_only_the_chosen_record_stands_out_in_forced_colours(page: Page, shown: Path) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    page.locator("mark").nth(4).click()
    page.wait_for_timeout(300)
    edges = page.locator(".list a").evaluate_all("all => all.map(one => getComputedStyle(one).borderLeftColor)")
    assert len(set(edges)) == 2
    assert min(edges.count(edge) for edge in set(edges)) == 1
    assert page.locator("mark.on").first.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


@pytest.mark.parametrize(("width", "media"), [(390, "screen"), (820, "screen"), (672, "print")])
def test_no_column_of_the_reports_is_out_of_sight(
    page: Page, shown: Path, width: int, media: Literal["print", "screen"]
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media=media)
    page.goto((shown / "records.html" / "index.html").as_uri())
    assert page.evaluate("document.querySelector('.sortable').getBoundingClientRect().right") <= width
    expect(page.locator(".sortable tbody tr").first.locator("td").last).to_be_visible()


def test_charts_tell_the_roles_in_figures(page: Page, shown: Path, care_home: Report) -> None:
    page.goto((shown / "records.html" / "index.html").as_uri())
    row = page.locator(".chart tr", has_text=care_home.metadata["inspecting_body"])
    roles = [record.role for record in care_home.records]
    wanted = [str(roles.count(role)) for role in ROLES[:3]]
    assert row.locator("td.n").all_inner_texts() == wanted


def test_a_page_without_scripts_still_shows_details(browser: Browser, shown: Path, care_home: Report) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(page_of(shown, "care-home-inspection").as_uri())
    tab.locator("#t-0").click()
    assert tab.locator(f"#r-{care_home.records[0].id}").is_visible()
    context.close()


@pytest.mark.parametrize("name", ["care-home-inspection", "school-review", "index"])
def test_controls_have_names_headings_come_in_order_and_all_is_reached_by_tab(
    page: Page, shown: Path, name: str
) -> None:
    page.goto((shown / "records.html" / "index.html" if name == "index" else page_of(shown, name)).as_uri())
    unnamed = page.evaluate(
        "[...document.querySelectorAll('a, button, input, select, [role=region], section')].filter(one =>"
        " !(one.textContent.trim() || one.getAttribute('aria-label') || one.getAttribute('aria-labelledby')"
        " || (one.labels && one.labels.length))).map(one => one.outerHTML)"
    )
    assert not unnamed
    assert page.locator("main").count() == page.locator("h1").count() == 1
    levels = page.evaluate(
        "[...document.querySelectorAll('main :is(h2, h3, h4, h5, h6)')].filter(one => one.checkVisibility())"
        ".map(one => +one.tagName[1])"
    )
    assert all(after <= before + 1 for before, after in zip([1, *levels], levels, strict=False))
    wanted = page.evaluate(
        "(window.left = new Set([...document.querySelectorAll('a, button, input, select, summary')].filter(one =>"
        " one.checkVisibility({visibilityProperty: true}) && !one.disabled"
        " && !one.closest('.skip')))).size"
    )
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
        page.evaluate("window.left.delete(document.activeElement)")
    assert page.evaluate("[...window.left].filter(one => !one.disabled).map(one => one.outerHTML)") == []


def test_printed_it_ends_in_a_table_of_all_records(page: Page, shown: Path, care_home: Report) -> None:
    page.goto(page_of(shown, "care-home-inspection").as_uri())
    assert not page.locator(".printed").is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".filters").is_visible()
    assert page.locator(".printed tbody tr:visible").count() == len(care_home.records)


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (390, 844)])
@pytest.mark.parametrize("name", ["care-home-inspection", "index"])
def test_nothing_runs_out_of_the_window(page: Page, shown: Path, name: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto((shown / "records.html" / "index.html" if name == "index" else page_of(shown, name)).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_the_index_counts_searches_sorts_and_leads_to_the_records(
    page: Page, shown: Path, care_home: Report, letter: Report, school: Report
) -> None:
    page.goto((shown / "records.html" / "index.html").as_uri())
    rows = page.locator(".sortable tbody tr")
    shown_reports = (care_home, letter, school)
    assert rows.count() == len(shown_reports)
    findings = sum(record.role == "finding" for report in shown_reports for record in report.records)
    assert page.locator(".tiles li").nth(1).locator("strong").inner_text() == str(findings)
    assert "lost.pdf" in page.locator("#failures").inner_text()
    page.get_by_role("button", name="Findings").click()
    counts = [int(text) for text in page.locator(".sortable tbody td:nth-child(4)").all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    record = letter.records[2]
    page.locator("#words").fill(" ".join(record.text.split()[:6]))
    assert rows.locator("visible=true").count() == 1
    assert page.locator("#found").inner_text() == "1 record; 1 of 3 reports"
    page.locator(".hits a", has_text=record.text[:40]).first.click()
    page.wait_for_url(re.compile("tramway-letter"))
    assert page.locator(f"#r-{record.id}").is_visible()


def test_what_a_hostile_report_says_is_text(browser: Browser, pipeline: Pipeline, tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    source.write_text(
        f"# {HOSTILE}\n\n## Findings\n\nThe provider failed to review `{HOSTILE}` plans. Staff must stop.\n",
        encoding="utf-8",
    )
    (report,) = pipeline.stream([source])
    assert report.records
    metadata = {"title": HOSTILE, "inspecting_body": HOSTILE, "publication_date": HOSTILE}
    hostile = replace(report, source=replace(report.source, path=f"../../{HOSTILE}"), metadata=metadata)
    with OutputFolder(tmp_path / "out", MODEL, formats=["html"]) as output:
        output.write(hostile)
    assert not list(tmp_path.parent.glob("*script*"))
    tab = browser.new_page()
    for file in sorted((tmp_path / "out" / "records.html").iterdir()):
        tab.goto(file.as_uri())
        tab.wait_for_timeout(100)
        assert tab.title() != "taken"
        assert tab.locator("img[src=x]").count() == 0
        assert tab.locator("script").count() == (2 if file.name == "index.html" else 1)
    assert HOSTILE.split("\u2028")[0] in tab.inner_text("h1") or tab.title().startswith("Findings")
    # Were something not escaped, the policy would still stop it.
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title=`taken`\">')")
    tab.wait_for_timeout(200)
    assert tab.title() != "taken"
    tab.close()


def test_a_page_says_why_it_has_no_pictures(shown: Path, care_home: Report, tmp_path: Path) -> None:
    assert "the report has none" in page_of(shown, "school-review").read_text(encoding="utf-8")
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(b"%PDF-1.4 of another report")
    moved = replace(care_home, source=replace(care_home.source, path=changed.as_posix()))
    assert figures.figures_of(moved) == (
        [],
        ["There are no pictures of pages: the original has changed since it was read."],
    )


def test_pictures_are_bounded_in_number(care_home: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MAX_PAGES", 1)
    shown, notes = figures.figures_of(care_home)
    assert len(shown) == 1
    assert "Only the first 1 of the" in notes[0]


def test_a_large_index_lists_reports_only(school: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MAX_RECORDS", 5)
    with OutputFolder(tmp_path / "out", MODEL, formats=["html"]) as output:
        output.write(school)
    page = (tmp_path / "out" / "records.html" / "index.html").read_text(encoding="utf-8")
    assert "There are more than 5 records" in page
    assert school.records[0].id not in page


@pytest.mark.parametrize("path", ["../../etc/passwd", "C:\\x\\..", "a/\x00b", "é" * 500, "", "con.pdf", "a\nb.pdf"])
def test_names_are_safe_and_unique(path: str) -> None:
    names = Names()
    source = Source(path, "0" * 64, 1, "pdf")
    first, second = names.of(source), names.of(source)
    assert first != second
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,95}", second)


def test_pages_are_the_same_every_time(
    care_home: Report, letter: Report, school: Report, shown: Path, tmp_path: Path
) -> None:
    with OutputFolder(tmp_path / "out", MODEL, formats=["html"]) as output:
        for report in (care_home, letter, school):
            output.write(report)
    for file in (tmp_path / "out" / "records.html").iterdir():
        if file.name != "index.html":  # which also has the failure
            assert file.read_bytes() == (shown / "records.html" / file.name).read_bytes()
    assert [record_line(care_home, record, MODEL).id for record in care_home.records]
