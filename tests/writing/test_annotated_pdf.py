from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest

from scrutiny.pipeline import Pipeline
from scrutiny.report import Report
from scrutiny.writing.annotated import annotated
from scrutiny.writing.original import LeftOutError
from scrutiny.writing.output import OutputFolder
from scrutiny.writing.parts import ModelReference
from scrutiny.writing.schema import RecordLine, record_line

MODEL = ModelReference(name="m", sha256="0" * 64, precision="float32")


def lines_of(report: Report) -> list[RecordLine]:
    return [record_line(report, record, MODEL) for record in report.records]


def texts(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def highlights(data: bytes) -> list[tuple[int, pypdf.generic.DictionaryObject]]:
    reader = pypdf.PdfReader(io.BytesIO(data))
    return [
        (number, one.get_object())
        for number, page in enumerate(reader.pages)
        for one in page.annotations or []
        if one.get_object().get("/T") == "scrutiny"
    ]


def words_under(data: bytes, number: int, quads: list[float]) -> str:
    """The letters printed where a highlight lies."""
    with pypdfium2.PdfDocument(data) as document:
        page = document[number].get_textpage()
        parts = []
        for at in range(0, len(quads), 8):
            xs, ys = quads[at : at + 8 : 2], quads[at + 1 : at + 8 : 2]
            parts.append(page.get_text_bounded(min(xs) - 0.5, min(ys) - 0.5, max(xs) + 0.5, max(ys) + 0.5))
    return "".join(letter for letter in "".join(parts) if letter.isalnum())


def assert_covered(report: Report, copy: bytes) -> None:
    """Every record's highlights lie over its words, and over little else."""
    found: dict[str, str] = {}
    for number, one in highlights(copy):
        of = str(one["/NM"]).rpartition("-")[0]
        quads: Any = one["/QuadPoints"]
        found[of] = found.get(of, "") + words_under(copy, number, [float(value) for value in quads])
    assert set(found) == {record.id for record in report.records}
    for record in report.records:
        own = "".join(report.sentences[one].text for one in record.sentences)
        letters = "".join(letter for letter in own if letter.isalnum())
        under = found[record.id]
        assert letters in under or len(letters) > 0.97 * len(under) > 0.9 * len(letters), (letters, under)
        assert len(under) < 1.2 * len(letters) + 12, (letters, under)


def test_every_record_is_highlighted_over_its_words(care_home: Report, letter: Report) -> None:
    for report in (care_home, letter):
        copy, remarks = annotated(report, lines_of(report))
        assert not remarks
        assert_covered(report, copy)


def test_the_copy_is_the_original_with_notes_behind_it(care_home: Report, letter: Report) -> None:
    for report in (care_home, letter):
        original = Path(report.source.path).read_bytes()
        copy, _ = annotated(report, lines_of(report))
        assert copy.startswith(original)
        assert texts(copy) == texts(original)
        assert copy == annotated(report, lines_of(report))[0]


def test_notes_say_what_is_known_and_two_libraries_read_them_alike(care_home: Report) -> None:
    records = {record.id: record for record in lines_of(care_home)}
    copy, _ = annotated(care_home, list(records.values()))
    ours = [one for _, one in highlights(copy)]
    for one in ours:
        record = records[str(one["/NM"]).rpartition("-")[0]]
        note = str(one["/Contents"])
        assert f"Confidence: {record.confidence:.2f}" in note
        assert record.id in note
        assert str(one["/Subj"]) == record.role.capitalize()
    assert any("Rests on F" in str(one["/Contents"]) for one in ours)
    assert any("Answered by R" in str(one["/Contents"]) for one in ours)
    assert [str(one["/Contents"]) for one in ours] == contents_by_pdfium(copy)


def contents_by_pdfium(data: bytes) -> list[str]:
    import ctypes

    import pypdfium2.raw as raw

    found = []
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
                one = raw.FPDFPage_GetAnnot(page.raw, index)
                if raw.FPDFAnnot_GetSubtype(one) == raw.FPDF_ANNOT_HIGHLIGHT:
                    size = raw.FPDFAnnot_GetStringValue(one, b"Contents", None, 0)
                    buffer = ctypes.create_string_buffer(size)
                    raw.FPDFAnnot_GetStringValue(
                        one, b"Contents", ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size
                    )
                    found.append(buffer.raw.decode("utf-16-le").rstrip("\0"))
                raw.FPDFPage_CloseAnnot(one)
    return found


def changed(source: Path, target: Path, change: Callable[[pypdf.PdfWriter], None]) -> Path:
    writer = pypdf.PdfWriter(clone_from=source)
    change(writer)
    writer.write(target)
    return target


def turn(degrees: int) -> Callable[[pypdf.PdfWriter], None]:
    def change(writer: pypdf.PdfWriter) -> None:
        for page in writer.pages:
            page.rotate(degrees)

    return change


def sideways(writer: pypdf.PdfWriter) -> None:
    """Turns what is printed, not the page: it is read turned."""
    for page in writer.pages:
        page.rotate(90)
        page.transfer_rotation_to_content()


def crop(writer: pypdf.PdfWriter) -> None:
    for page in writer.pages:
        page.mediabox = pypdf.generic.RectangleObject((-30, -20, float(page.mediabox.right), float(page.mediabox.top)))
        page.cropbox = pypdf.generic.RectangleObject(
            (10, 15, float(page.mediabox.right) - 12, float(page.mediabox.top) - 8)
        )


def lock(writer: pypdf.PdfWriter) -> None:
    writer.encrypt("", "owner", algorithm="RC4-128")


@pytest.mark.parametrize(
    "change",
    [turn(90), turn(180), turn(270), sideways, crop, lock],
    ids=["90", "180", "270", "sideways", "crop", "encrypted"],
)
def test_turned_cropped_and_encrypted_pages_are_highlighted_in_the_right_place(
    pipeline: Pipeline, samples: Path, tmp_path: Path, change: Callable[[pypdf.PdfWriter], None]
) -> None:
    file = changed(samples / "tramway-letter.pdf", tmp_path / "changed.pdf", change)
    report = pipeline(file)
    assert report.records
    copy, remarks = annotated(report, lines_of(report))
    assert_covered(report, copy)
    assert remarks == (["The original is encrypted, this copy is not."] if change is lock else [])


def test_a_file_whose_owner_permits_no_notes_gets_none(pipeline: Pipeline, samples: Path, tmp_path: Path) -> None:
    def forbid(writer: pypdf.PdfWriter) -> None:
        permitted = pypdf.constants.UserAccessPermissions.PRINT
        writer.encrypt("", "owner", algorithm="RC4-128", permissions_flag=permitted)

    report = pipeline(changed(samples / "tramway-letter.pdf", tmp_path / "forbidden.pdf", forbid))
    with pytest.raises(LeftOutError, match="does not permit"):
        annotated(report, lines_of(report))


def test_what_has_no_copy_is_told_and_stops_nothing(
    shown: Path, care_home: Report, letter: Report, tmp_path: Path
) -> None:
    told = (shown / "records.annotated" / "README.txt").read_text(encoding="utf-8")
    assert "school-review.md\n    no copy: the original is not a PDF" in told
    assert "lost.pdf\n    no copy: it could not be read" in told
    assert len(list((shown / "records.annotated").glob("*.pdf"))) == 2
    gone = replace(care_home, source=replace(care_home.source, path="gone.pdf"))
    with OutputFolder(tmp_path / "out", MODEL, formats=["pdf"]) as output:
        output.write(gone)
        output.write(letter)
    assert output.left_out == ["1 without an annotated copy, see records.annotated/README.txt"]
    assert len(list((tmp_path / "out" / "records.annotated").glob("*.pdf"))) == 1


def test_actions_of_the_original_stay_as_they_are_and_none_are_added(
    pipeline: Pipeline, samples: Path, tmp_path: Path
) -> None:
    def act(writer: pypdf.PdfWriter) -> None:
        names = pypdf.generic.NameObject
        action = {names("/S"): names("/JavaScript"), names("/JS"): pypdf.generic.TextStringObject("app.alert('mine')")}
        writer.root_object[names("/OpenAction")] = pypdf.generic.DictionaryObject(action)

    report = pipeline(changed(samples / "tramway-letter.pdf", tmp_path / "acting.pdf", act))
    original = Path(report.source.path).read_bytes()
    copy, _ = annotated(report, lines_of(report))
    added = copy.removeprefix(original)
    assert b"/JavaScript" in original
    assert not [word for word in (b"/JavaScript", b"/Launch", b"/URI", b"/A ", b"/AA") if word in added]
