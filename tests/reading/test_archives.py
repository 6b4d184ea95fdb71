"""Archives give the reports they hold, and no archive does harm."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import random
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from scrutiny import reading
from scrutiny.errors import ReadError
from scrutiny.reading import archives, read, read_each
from scrutiny.report import Report

#: Word, OpenDocument and rich text; the first two are zip archives themselves, and no parcels.
FILES = Path(__file__).parent / "files"
TEXT = b"Leaders know the school well. Plans are late."
#: Of ``zip --password``, around a line of text.
ENCRYPTED = base64.b64decode(
    "UEsDBAoACQAAAF0id13kV5c+HAAAABAAAAAFAAAAcy50eHR/mtWa2KFs87yw0Igf29bSg+2BiRkbgwZkh9e7UEsHCORXlz4cAAAA"
    "EAAAAFBLAQIeAwoACQAAAF0id13kV5c+HAAAABAAAAAFAAAAAAAAAAEAAACkgQAAAABzLnR4dFBLBQYAAAAAAQABADMAAABPAAAA"
    "AAA="
)


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.filename = name  # the library mends names
            archive.writestr(info, data, method)
    return file.getvalue()


def tarred(members: Mapping[str, bytes | tarfile.TarInfo], format: int = tarfile.PAX_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=format) as archive:
        for name, data in members.items():
            info = data if isinstance(data, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.name = name
            if isinstance(data, bytes):
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
            else:
                archive.addfile(info)
    return file.getvalue()


def zstandard(data: bytes) -> bytes:
    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, "zstd") as file:
        file.write(data)
    return bytes(sink.getvalue())


PACKERS: dict[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "a.zip": zipped,
    "stored.zip": lambda members: zipped(members, zipfile.ZIP_STORED),
    "a.tar": tarred,
    "gnu.tar": lambda members: tarred(members, tarfile.GNU_FORMAT),
    "old.tar": lambda members: tarred(members, tarfile.USTAR_FORMAT),
    "a.tar.gz": lambda members: gzip.compress(tarred(members)),
    "a.tgz": lambda members: gzip.compress(tarred(members)),
    "a.tar.bz2": lambda members: bz2.compress(tarred(members)),
    "a.tar.xz": lambda members: lzma.compress(tarred(members)),
    "a.tar.zst": lambda members: zstandard(tarred(members)),
}


class Told:
    """Everything that reading an archive tells."""

    def __init__(self, source: bytes | Path, name: str | None = None) -> None:
        self.errors: dict[str, ReadError] = {}
        self.skipped: list[str] = []
        self.reports = list(read_each(source, name=name, on_error=self.errors.__setitem__, on_skip=self.skipped.append))

    @property
    def paths(self) -> list[str]:
        return [report.source.path for report in self.reports]

    @property
    def codes(self) -> dict[str, str]:
        for path, error in self.errors.items():
            assert error.reason.split(":")[0].split("/")[0] == path.split("/")[0]
            assert error.remedy
        return {path: error.code for path, error in self.errors.items()}


@pytest.mark.parametrize("name", PACKERS)
def test_every_report_of_an_archive_reads_as_it_does_alone(
    name: str, tmp_path: Path, make_pdf: Callable[..., bytes]
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Leaders know the school well.")

    long = "long/" + "name" * 30 + ".txt" if name != "old.tar" else "long/" + "name" * 20 + ".txt"
    members = {"folder/réport.pdf": make_pdf(draw), "note.TXT": TEXT, "deep/er/note.md": b"# A\n\nPlans.\n", long: TEXT}
    members |= {file.name: file.read_bytes() for file in sorted(FILES.glob("made.*"))}
    (tmp_path / name).write_bytes(PACKERS[name](members))
    told = Told(tmp_path / name)
    assert told.codes == {}
    path = (tmp_path / name).as_posix()
    assert told.reports == [read(data, name=f"{path}/{member}") for member, data in members.items()]
    assert Told(PACKERS[name](members), name).paths == [f"{name}/{member}" for member in members]


@settings(deadline=None, max_examples=60)
@given(
    texts=st.dictionaries(
        st.from_regex(r"[abé0]([abé _-]{0,58}[abé0])?", fullmatch=True), st.text(min_size=1), max_size=4
    ),
    name=st.sampled_from([*PACKERS]),
)
def test_any_texts_read_the_same_packed_or_not(texts: dict[str, str], name: str) -> None:
    members = {f"{member}.txt": text.encode() for member, text in texts.items()}
    told = Told(PACKERS[name](members), name)
    alone: list[Report] = []
    codes: dict[str, str] = {} if members else {name: "no_reports"}
    for member, data in members.items():
        try:
            alone.append(read(data, name=f"{name}/{member}"))
        except ReadError as error:
            codes[f"{name}/{member}"] = error.code
    assert told.reports == alone
    assert told.codes == codes


def test_archives_in_archives_are_read_to_a_depth() -> None:
    data = zipped({"note.txt": TEXT})
    for depth in range(2, archives.MAX_DEPTH + 1):
        data = zipped({"a.zip": data})
        assert Told(data, "a.zip").paths == ["a.zip/" * depth + "note.txt"]
        assert Told(gzip.compress(tarred({"a.zip": data})), "a.tgz").codes == (
            {} if depth < archives.MAX_DEPTH else {"a.tgz/" + "a.zip/" * (depth - 1) + "a.zip": "too_deep"}
        )
    assert Told(zipped({"a.zip": data}), "a.zip").codes == {"a.zip" + "/a.zip" * archives.MAX_DEPTH: "too_deep"}


def test_one_compressed_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "note.txt.gz").write_bytes(gzip.compress(TEXT))
    (report,) = read_each(tmp_path / "note.txt.gz")
    assert report.source.path.endswith("note.txt.gz/note.txt")
    assert report.text == TEXT.decode()
    table = gzip.compress(b"text\nPlans are late.\n")
    assert Told(table, "table.csv.gz").paths == ["table.csv.gz/table.csv#row=1"]


def test_a_pdf_and_a_plain_file_are_read_as_by_read(make_pdf: Callable[..., bytes], tmp_path: Path) -> None:
    data = make_pdf(lambda canvas: canvas.drawString(72, 700, "Leaders know the school well."))
    assert [*read_each(data, name="named-wrongly.zip")] == [read(data, name="named-wrongly.zip")]
    (tmp_path / "a.txt").write_bytes(TEXT)
    assert [*read_each(tmp_path / "a.txt")] == [read(tmp_path / "a.txt")]
    assert next(read_each(tmp_path / "a.txt", name="b.txt")).source.path == "b.txt"
    assert Told(tmp_path / "gone.zip").codes == {(tmp_path / "gone.zip").as_posix(): "missing"}
    assert Told(b"", "a.zip").codes == {"a.zip": "empty"}


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.csv", "a.jsonl", "a.parquet"])
def test_read_says_that_there_are_many(name: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(PACKERS["a.zip"]({"a.pdf": b"%PDF-1.4"}), name=name)
    assert caught.value.code == "many_reports"
    assert "read_each" in caught.value.remedy


def test_an_archive_is_read_no_further_than_it_must() -> None:
    flow = read_each(zipped({"a.txt": TEXT, "b.txt": b""}), name="a.zip")
    assert next(flow).source.path == "a.zip/a.txt"
    with pytest.raises(ReadError, match=r"a\.zip/b\.txt: the file is empty"):
        next(flow)


def test_what_is_no_report_is_passed_over_and_told() -> None:
    skipped = ["photo.jpg", ".DS_Store", "__MACOSX/._a.txt", "._a.txt", "README", "grades.csv"]
    members = dict.fromkeys(skipped, b"id,grade\n1,2\n")
    told = Told(zipped({**members, "folder/": b"", "a.txt": TEXT}), "a.zip")
    assert told.skipped == [f"a.zip/{name}" for name in skipped]
    assert told.paths == ["a.zip/a.txt"]
    assert told.codes == {}
    told = Told(zipped(members), "a.zip")
    assert told.codes == {"a.zip": "no_reports"}
    assert "6 other files were passed over" in told.errors["a.zip"].reason


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize(
    "name",
    [
        "../up.txt", "a/../../up.txt", "..", "/etc/passwd.txt", "C:/up.txt", "c:up.txt", "..\\up.txt", "\\up.txt",
        "a/..", "bell\x07.txt", "new\nline.txt", "right\u202eto-left.txt", ".",
    ],
)  # fmt: skip
def test_a_name_that_leads_out_of_the_archive_is_refused(pack: Callable[..., bytes], name: str) -> None:
    told = Told(pack({"a.txt": TEXT, name: TEXT, "b.txt": TEXT}), "a.arc.zip" if pack is zipped else "a.tar")
    assert [path.split("/")[-1] for path in told.paths] == ["a.txt", "b.txt"]
    assert [*told.codes.values()] == ["unsafe_path"]
    assert repr(name) in next(iter(told.errors.values())).reason


def test_windows_and_dotted_names_are_plain_ones() -> None:
    assert Told(zipped({"a\\b.txt": TEXT, "./c.txt": TEXT}), "a.zip").paths == ["a.zip/a/b.txt", "a.zip/c.txt"]


def test_names_in_utf8_that_are_not_marked_so_are_read_so() -> None:
    data = zipped({"caf__.txt": TEXT}).replace(b"caf__", "café".encode())
    assert Told(data, "a.zip").paths == ["a.zip/café.txt"]
    data = tarred({"caf_.txt": TEXT}, tarfile.GNU_FORMAT)
    block = bytearray(data[:512].replace(b"caf_", b"caf\xe9"))
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + 8 * 32 + sum(block[156:]))
    assert Told(bytes(block) + data[512:], "a.tar").paths == ["a.tar/caf\\udce9.txt"]


@pytest.mark.parametrize("type", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_tar_archives_are_refused(type: bytes) -> None:
    info = tarfile.TarInfo()
    info.type, info.linkname = type, "/etc/passwd"
    told = Told(tarred({"link.txt": info, "a.txt": TEXT}), "a.tar")
    assert told.paths == ["a.tar/a.txt"]
    assert told.codes == {"a.tar/link.txt": "link"}


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_zip_archives_are_refused(mode: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("link.txt")
        info.create_system, info.external_attr = 3, (mode | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("a.txt", TEXT)
    told = Told(file.getvalue(), "a.zip")
    assert told.paths == ["a.zip/a.txt"]
    assert told.codes == {"a.zip/link.txt": "link"}


def test_sparse_files_in_tar_archives_are_refused() -> None:
    info = tarfile.TarInfo()
    info.type = tarfile.GNUTYPE_SPARSE
    posix = tarfile.TarInfo()
    posix.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" * 12}
    told = Told(tarred({"old.txt": info, "new.txt": posix, "a.txt": TEXT}), "a.tar")
    assert told.codes == {"a.tar/old.txt": "unsupported", "a.tar/new.txt": "unsupported"}
    assert told.paths == ["a.tar/a.txt"]


def test_encrypted_and_oddly_packed_members_are_refused() -> None:
    assert Told(ENCRYPTED, "a.zip").codes == {"a.zip/s.txt": "encrypted"}
    assert Told(zipped({"a.txt": TEXT}, zipfile.ZIP_BZIP2), "a.zip").codes == {"a.zip/a.txt": "unsupported"}


def test_a_second_member_of_a_name_is_refused() -> None:
    twice = zipped({"a.txt": TEXT, "b.txt": b"Other."}).replace(b"b.txt", b"a.txt")
    member = tarred({"a.txt": TEXT})
    for name, data in (("a.zip", twice), ("a.tar", member[:1024] + member)):
        told = Told(data, name)
        assert told.codes == {f"{name}/a.txt": "duplicate_name"}
        assert [report.text for report in told.reports] == [TEXT.decode()]


def test_members_of_the_same_content_keep_their_own_paths() -> None:
    first, second = read_each(zipped({"a.txt": TEXT, "b/a.txt": TEXT}), name="a.zip")
    assert (first.source.path, second.source.path) == ("a.zip/a.txt", "a.zip/b/a.txt")
    assert first.source.sha256 == second.source.sha256


def test_a_bad_checksum_is_the_members_fault_alone() -> None:
    data = zipped({"a.txt": TEXT, "b.txt": TEXT}, zipfile.ZIP_STORED)
    told = Told(data.replace(TEXT, TEXT.upper(), 1), "a.zip")
    assert told.codes == {"a.zip/a.txt": "damaged"}
    assert told.paths == ["a.zip/b.txt"]


@pytest.mark.parametrize(("lie", "code"), [(5, "damaged"), (1000, "damaged"), (4_000_000_000, "too_large")])
def test_a_size_that_is_not_true_is_the_members_fault_alone(lie: int, code: str) -> None:
    data = zipped({"a.txt": TEXT * 9, "b.txt": TEXT})
    told = Told(data.replace(struct.pack("<L", len(TEXT) * 9), struct.pack("<L", lie)), "a.zip")
    assert told.codes == {"a.zip/a.txt": code}
    assert told.paths == ["a.zip/b.txt"]


@pytest.mark.parametrize("name", PACKERS)
def test_a_truncated_archive_is_told_and_what_came_before_stays(name: str) -> None:
    noise, words = random.Random(1), "plans staff late kind".split()
    members = {f"{number}.txt": " ".join(noise.choices(words, k=3000)).encode() for number in range(9)}
    data = PACKERS[name](members)
    told = Told(data[: len(data) * 2 // 3], name)
    assert set(told.codes.values()) == {"damaged"}
    assert name in told.codes
    if "zip" not in name:
        assert told.paths == [f"{name}/{number}.txt" for number in range(len(told.paths))]
        assert told.reports or name in ("a.tar.bz2", "a.tar.zst")  # which pack in blocks larger than this


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("data", [b"no archive at all", bytes(5000)])
def test_what_is_no_archive_is_told(name: str, data: bytes) -> None:
    assert set(Told(data, name).codes.values()) <= {"damaged", "no_reports"}


def quoted_overlap(count: int, size: int) -> bytes:
    """Zip bomb after Fifield: every file holds, uncompressed, the header of the next one, and then its data."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed, plain = packer.compress(bytes(size)) + packer.flush(), bytes(size)
    entries: list[tuple[bytes, bytes]] = []
    for number in reversed(range(count)):
        name = b"%d.txt" % number
        common = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, zlib.crc32(plain), len(packed), len(plain), len(name), 0)
        header = b"PK\x03\x04" + common + name
        entries.insert(0, (common, name))
        body = header + packed
        packed = b"\0" + struct.pack("<HH", len(header), len(header) ^ 0xFFFF) + body
        plain = header + plain
    step = len(header) + 5
    assert all(len(first[1]) == len(second[1]) for first, second in pairwise(entries))
    directory = b"".join(
        b"PK\x01\x02\x14\0" + common + bytes(10) + struct.pack("<L", number * step) + name
        for number, (common, name) in enumerate(entries)
    )
    return body + directory + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)


def test_the_overlapping_bomb_is_a_zip_archive_that_the_library_would_unpack() -> None:
    with zipfile.ZipFile(io.BytesIO(quoted_overlap(2, 100))) as archive:
        assert archive.read("1.txt") == bytes(100)
        assert archive.infolist()[0].file_size > 100


def test_overlapping_files_are_a_bomb() -> None:
    assert Told(quoted_overlap(9, 10_000), "a.zip").codes == {"a.zip": "bomb"}
    data = bytearray(zipped({"a.txt": TEXT, "b.txt": TEXT}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = bytes(4)  # where its data begin
    assert Told(bytes(data), "a.zip").codes == {"a.zip": "bomb"}


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "FREE", 500_000)


ZEROS = b"\n" * 2_000_000


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", zipped({"a.txt": TEXT, "b.txt": ZEROS, "c.txt": TEXT})),
        ("a.zip", zipped({"a.txt": TEXT, **{f"{number}.txt": ZEROS[:100_000] for number in range(40)}})),
        ("a.zip", zipped({"a.txt": TEXT, "b.zip": zipped({"b.zip": zipped({"b.txt": ZEROS})}), "c.txt": TEXT})),
        ("a.tgz", gzip.compress(tarred({"a.txt": TEXT, "b.jpg": ZEROS, "c.txt": TEXT}))),
        ("a.tar.bz2", bz2.compress(tarred({"a.txt": TEXT, "b.txt": ZEROS, "c.txt": TEXT}))),
        ("a.tar.xz", lzma.compress(tarred({"a.txt": TEXT, "b.txt": ZEROS, "c.txt": TEXT}))),
        ("a.tar.zst", zstandard(tarred({"a.txt": TEXT, "b.txt": ZEROS, "c.txt": TEXT}))),
    ],
)
def test_a_bomb_stops_the_archive_and_what_came_before_stays(name: str, data: bytes) -> None:
    told = Told(data, name)
    assert told.paths[:1] == [f"{name}/a.txt"]
    assert told.codes[name] == "bomb"
    assert f"{name}/c.txt" not in told.paths


@pytest.mark.usefixtures("small_limits")
def test_one_compressed_file_can_be_a_bomb() -> None:
    assert Told(gzip.compress(ZEROS), "a.txt.gz").codes == {"a.txt.gz": "bomb"}


def test_a_header_larger_than_any_name_is_not_taken_in() -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 100_000_000
    assert Told(info.tobuf(tarfile.GNU_FORMAT), "a.tar").codes == {"a.tar": "damaged"}


@pytest.mark.parametrize("record", [b"0 a=b\n", b" path=a\n", b"9" * 400, b"9999 path=a\n", b"-5 a=b\n", b"3\n"])
def test_an_extended_header_that_says_nothing_is_damage(record: bytes) -> None:
    info = tarfile.TarInfo("header")
    info.type, info.size = tarfile.XHDTYPE, len(record)
    data = info.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0") + tarred({"a.txt": TEXT})
    assert Told(data, "a.tar").codes == {"a.tar": "damaged"}


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
def test_members_are_counted_in_nested_archives_too(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 5)
    inner = zipped({f"{number}.txt": TEXT for number in range(3)})
    told = Told(PACKERS[name]({"a.zip": inner, "b.zip": inner, "c.txt": TEXT}), name)
    assert told.codes == {name: "too_many_members"}
    assert len(told.reports) == 3


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
def test_a_member_too_large_is_refused_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(PACKERS[name]({"a.txt": TEXT * 9, "b.txt": TEXT}))
    told = Told(Path(name))
    assert told.codes == {f"{name}/a.txt": "too_large"}
    assert told.paths == [f"{name}/b.txt"]
    assert Told((tmp_path / name).read_bytes(), name).codes == {name: "too_large"}


def test_a_directory_larger_than_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from scrutiny.reading import zips

    monkeypatch.setattr(zips, "_MAX_DIRECTORY", 2000)
    assert Told(zipped({f"{number}.txt": TEXT for number in range(99)}), "a.zip").codes == {"a.zip": "damaged"}


def test_a_member_without_a_name_is_refused() -> None:
    data = bytearray(zipped({"a": TEXT}))
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 28] = data[26] = 0
    del data[directory + 46], data[30]
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 20] = struct.pack("<LL", end - directory + 1, directory - 1)
    assert set(Told(bytes(data), "a.zip").codes.values()) <= {"unsafe_path", "damaged"}


def test_a_fault_of_the_reader_in_one_member_is_told_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoilt(source: bytes, *, name: str, **options: Any) -> Report:
        return real(source, name=name, **options) if "good" in name else 1 / 0  # type: ignore[return-value]

    real = reading.read
    monkeypatch.setattr(reading, "read", spoilt)
    told = Told(zipped({"bad.txt": TEXT, "good.txt": TEXT}), "a.zip")
    assert told.codes == {"a.zip/bad.txt": "unexpected"}
    assert told.paths == ["a.zip/good.txt"]
