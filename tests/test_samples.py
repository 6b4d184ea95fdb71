from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
import pytest

from render_samples import SAMPLES, houses, read, render
from scrutiny.corpora import authored_split, parse_authored
from scrutiny.resources import corpora_folder

HOUSES = houses()
PDFS = [name for name in HOUSES if name.endswith(".pdf")]
# Between two words of a unit: white space, or at the end of a page its footnote, running header and footer.
GAP = r"(?:\s+|\s[^\f]{0,160}\f)"


def text_of(sample: Path) -> str:
    """The words of a sample in reading order, pages parted by form feeds."""
    if sample.suffix != ".pdf":
        return sample.read_text(encoding="utf-8")
    with pypdfium2.PdfDocument(sample) as document:
        return "\f".join(page.get_textpage().get_text_range() for page in document)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    render(folder)
    return folder


@pytest.mark.parametrize("name", HOUSES)
def test_the_script_makes_the_published_samples(name: str, rendered: Path) -> None:
    assert (rendered / name).read_bytes() == (SAMPLES / name).read_bytes()


def test_every_file_in_the_folder_is_accounted_for() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == {*HOUSES, "samples.toml"}


@pytest.mark.parametrize("name", HOUSES)
def test_a_sample_has_every_word_of_its_source_in_order(name: str) -> None:
    text, start = text_of(SAMPLES / name), 0
    for unit in parse_authored(corpora_folder() / "authored" / f"{HOUSES[name].source}.txt"):
        match = re.compile(GAP.join(map(re.escape, unit.text.split())), re.DOTALL).search(text, start)
        assert match, f"{unit.id}: {unit.text}"
        start = match.end()


@pytest.mark.parametrize("name", HOUSES)
def test_headings_are_printed(name: str) -> None:
    text = " ".join(text_of(SAMPLES / name).split())
    headings = [block.text for block in read(HOUSES[name].source)[2] if not isinstance(block, list)]
    assert headings
    assert [heading for heading in headings if heading not in text] == []


@pytest.mark.parametrize("name", PDFS)
def test_pages_are_numbered(name: str) -> None:
    pages = text_of(SAMPLES / name).split("\f")
    assert len(pages) >= 2
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, start=1))


@pytest.mark.parametrize("name", HOUSES)
def test_no_sample_was_trained_on(name: str) -> None:
    assert authored_split(HOUSES[name].source) != "train"
