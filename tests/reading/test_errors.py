"""Every file that cannot be read says which, why, and what to do."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from scrutiny import reading
from scrutiny.errors import ReadError
from scrutiny.reading import markdown, pdf, pdfium, read, text


def _say(text: str) -> Callable[[Canvas], None]:
    return lambda canvas: canvas.drawString(72, 700, text)


def _picture(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(io.BytesIO(_png())), 72, 72, 400, 600)


def _png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "grey").save(file, "PNG")
    return file.getvalue()


def assert_refused(source: Path | bytes, code: str, *, name: str | None = None, says: str = "") -> None:
    with pytest.raises(ReadError) as caught:
        read(source, name=name)
    assert caught.value.code == code
    called = name or (source.as_posix() if isinstance(source, Path) else "")
    assert called in caught.value.reason
    assert caught.value.remedy
    assert says in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    assert_refused(tmp_path / "gone.pdf", "missing")


def test_folder_instead_of_file(tmp_path: Path) -> None:
    assert_refused(tmp_path, "unreadable")


@pytest.mark.parametrize("name", ["a.pdf", "a.txt", "a.md"])
def test_empty_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert_refused(tmp_path / name, "empty")


def test_unknown_format_lists_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "a.pages").write_bytes(b"PK\x03\x04")
    assert_refused(tmp_path / "a.pages", "unsupported", says=".odt, .pdf")
    assert_refused(b"no name, no PDF", "unsupported", name="letter")


def test_encrypted_pdf(make_pdf: Callable[..., bytes]) -> None:
    assert_refused(make_pdf(_say("Secret."), encrypt="pass"), "encrypted", name="a.pdf")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6])
def test_truncated_pdf(make_pdf: Callable[..., bytes], share: float) -> None:
    data = make_pdf(*[_say("Leaders know the school well.")] * 5)
    assert_refused(data[: int(len(data) * share)], "damaged", name="a.pdf")


def test_text_and_web_pages_named_pdf() -> None:
    assert_refused("Leaders know the école well.".encode(), "wrong_suffix", name="a.pdf", says="plain text")
    assert_refused(b"<!DOCTYPE html><html></html>", "wrong_suffix", name="a.pdf", says="web page")
    assert_refused(b"PK\x03\x04\x00\x00\x01\x02", "wrong_suffix", name="a.pdf", says="%PDF-")


def test_pdf_of_pictures_asks_for_ocr(make_pdf: Callable[..., bytes]) -> None:
    assert_refused(make_pdf(_picture, _picture), "no_text", name="scan.pdf", says="OCR")


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 20, b"\x00" * 100, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", _png()]
)
def test_binary_named_txt(data: bytes) -> None:
    assert_refused(data, "not_text", name="a.txt")


def test_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_pdf: Callable[..., bytes]) -> None:
    data = make_pdf(*[_say("Leaders know the school well.")] * 4)
    monkeypatch.setattr(pdf, "MAX_PAGES", 3)
    assert_refused(data, "too_many_pages", name="a.pdf")
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    (tmp_path / "a.txt").write_text("eleven chars")
    assert_refused(tmp_path / "a.txt", "too_large")
    assert_refused(data, "too_large", name="a.pdf")


def test_pdf_is_known_by_its_content(make_pdf: Callable[..., bytes]) -> None:
    assert read(make_pdf(_say("Leaders know the school well.")), name="report.txt").source.format == "pdf"
    assert read(make_pdf(_say("Leaders know the school well."))).source.path == "<bytes>"


def test_importing_the_stage_loads_no_library_of_a_format() -> None:
    code = "import scrutiny.reading, sys; assert not {'pypdfium2', 'markdown_it', 'justhtml'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/null"])
def test_device_is_not_read(tmp_path: Path, target: str) -> None:
    (tmp_path / "a.txt").symlink_to(target)
    assert_refused(tmp_path / "a.txt", "unreadable", says="device")


def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert_refused(tmp_path / "a.txt", "unreadable", says="pipe")


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "a.txt")
    assert_refused(tmp_path / "a.txt", "unreadable")


def test_file_that_hides_its_size_is_read_no_further_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    status = Path("/proc/self/status")  # a file of 0 bytes, by its own account
    if not status.is_file():
        pytest.skip("there is no /proc here")
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    assert_refused(status, "too_large")


def test_name_that_no_file_can_have() -> None:
    with pytest.raises(ReadError) as caught:
        read("a\0.txt")
    assert caught.value.code == "missing"
    assert "\0" not in str(caught.value)


def test_name_that_is_not_utf8_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_text("Leaders act.")
    assert read(path).source.path.encode().endswith(rb"caf\udce9.txt")
    assert read(b"Leaders act.", name="caf\udce9.txt").source.path == "caf\\udce9.txt"


@pytest.mark.parametrize(
    ("module", "constant", "name"), [(text, "MAX_TEXT_BYTES", "a.txt"), (markdown, "MAX_MARKDOWN_BYTES", "a.md")]
)
def test_text_beyond_its_own_limit(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, constant: str, name: str
) -> None:
    monkeypatch.setattr(module, constant, 10)
    assert_refused(b"eleven chars", "too_large", name=name)


@pytest.mark.parametrize(("limit", "most"), [("MAX_CHARACTERS", 40), ("MAX_PIECES", 1)])
def test_pdf_with_too_much_text(
    monkeypatch: pytest.MonkeyPatch, make_pdf: Callable[..., bytes], limit: str, most: int
) -> None:
    data = make_pdf(*[_say("Leaders know the school well.")] * 2)
    monkeypatch.setattr(pdf, limit, most)
    assert_refused(data, "too_large", name="a.pdf", says="too much text")


def test_pdf_of_pages_in_too_many_pieces(monkeypatch: pytest.MonkeyPatch, make_pdf: Callable[..., bytes]) -> None:
    monkeypatch.setattr(pdfium, "MAX_PIECES_PER_PAGE", 0)
    assert_refused(make_pdf(_say("Leaders act.")), "too_large", name="a.pdf", says="pieces")
