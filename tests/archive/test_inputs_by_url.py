"""Inputs that are elsewhere: on an object store, on the web, in memory."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archive.servers import PLANS, Web
from scrutiny.archive import remote
from scrutiny.archive.inputs import Found, find, spool
from scrutiny.archive.remote import fetch, is_url, locate, shown
from scrutiny.errors import ReadError, WriteError


def names(found: Found) -> list[str]:
    assert not found.faults, [fault.name for fault in found.faults]
    return [file.name for file in found.files]


def failure(url: str, folder: Path, **options: Any) -> ReadError:
    """The error of fetching ``url``, which leaves nothing behind."""
    with pytest.raises(ReadError) as caught:
        fetch(locate(url), folder, **options)
    assert not list(folder.iterdir())
    return caught.value


def fault(url: str) -> ReadError:
    """What is wrong with ``url`` when inputs are looked for."""
    (unfound,) = find([url]).faults
    with pytest.raises(ReadError) as caught:
        unfound.fetched()
    return caught.value


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_PAUSES", (0.0, 0.0))


@pytest.fixture
def bucket(s3: Any) -> Any:
    """A bucket of two reports, a table, an archive and a picture."""
    for path in ("in/a.txt", "in/deep/b.pdf", "in/table.csv", "in/parcel.zip", "in/photo.jpg", "other/c.txt"):
        s3.pipe_file(f"reports/{path}", PLANS)
    return s3


@pytest.mark.usefixtures("bucket")
def test_folders_globs_and_files_of_a_bucket_are_found_as_local_ones_are() -> None:
    found = find(["s3://reports/in/"])
    assert names(found) == ["s3://reports/in/a.txt", "s3://reports/in/deep/b.pdf", "s3://reports/in/parcel.zip"]
    assert (found.passed_over, found.tables) == (2, 1)
    assert names(find(["s3://reports/in"])) == names(found)
    assert names(find(["s3://reports/**/*.txt"])) == [
        "s3://reports/in/a.txt",
        "s3://reports/other/c.txt",
    ]
    assert names(find(["s3://reports/in/*.csv"])) == ["s3://reports/in/table.csv"]
    assert names(find(["s3://reports/in/photo.jpg"])) == ["s3://reports/in/photo.jpg"]
    both = find(["s3://reports/other", "s3://reports/*/a.txt", "s3://reports/in/a.txt"])
    assert names(both) == ["s3://reports/in/a.txt", "s3://reports/other/c.txt"]
    assert names(find(["s3://reports"], leave_out="s3://reports/in")) == ["s3://reports/other/c.txt"]


def test_a_key_that_looks_like_a_glob_is_a_file_of_that_name(bucket: Any) -> None:
    bucket.pipe_file("reports/in/[1].txt", PLANS)
    assert names(find(["s3://reports/in/[1].txt"])) == ["s3://reports/in/[1].txt"]


def test_local_files_come_first_and_those_of_memory_last(tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe_file("/in/b.txt", PLANS)
    (tmp_path / "a b.txt").write_bytes(PLANS)
    found = find(["memory://in", f"file://{tmp_path}/a%20b.txt", str(tmp_path)])
    assert names(found) == [(tmp_path / "a b.txt").as_posix(), "memory://in/b.txt"]
    assert found.files[1].fetched().read_bytes() == PLANS
    memory.rm("/in", recursive=True)


def test_a_stamp_is_the_same_until_the_object_changes(bucket: Any) -> None:
    def stamps(given: str) -> list[str]:
        return [file.stamp for file in find([given]).files]

    (before,) = stamps("s3://reports/in/a.txt")
    assert before == stamps("s3://reports/in/a.txt")[0] == stamps("s3://reports/in/")[0]
    bucket.pipe_file("reports/in/a.txt", PLANS[::-1])
    assert stamps("s3://reports/in/a.txt") != [before]


def test_a_fetched_file_is_a_copy_until_it_is_released(bucket: Any) -> None:
    bucket.pipe_file("reports/in/long.txt", PLANS * 300_000)
    (file,) = find(["s3://reports/in/long.txt"]).files
    local = file.fetched()
    assert local.suffix == ".txt"
    assert local.read_bytes() == PLANS * 300_000
    assert file.fetched() == local
    file.release()
    assert not local.exists()


def test_names_of_objects_lead_nowhere_on_this_machine(bucket: Any) -> None:
    bucket.pipe_file("reports/in/../../up.txt", PLANS)
    (file,) = find(["s3://reports/in/../../up.txt"]).files
    assert file.fetched().parent == spool()
    assert not (spool().parent / "up.txt").exists()
    assert not (spool().parent.parent / "up.txt").exists()


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    ("url", "code", "says"),
    [
        ("s3://reports/none.pdf", "missing", "s3://reports/none.pdf: there is no such file"),
        ("s3://reports/none/*.pdf", "no_reports", "no report files there"),
        ("s3://no-such-bucket/", "missing", "s3://no-such-bucket/"),
        ("memory://none", "missing", "memory://none"),
        ("nonsense://host/a.pdf", "unreadable", "s3://"),
        ("ssh://host/a.pdf", "unreadable", "not installed"),
    ],
)
def test_what_is_not_there_is_told_with_a_remedy(url: str, code: str, says: str) -> None:
    error = fault(url)
    assert error.code == code
    assert says in str(error)


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    assert "pip install 'scrutiny[gcs]'" in str(fault("gs://bucket/in/"))


def test_missing_credentials_are_told(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    type(s3).clear_instance_cache()
    error = fault("s3://reports/in/")
    type(s3).clear_instance_cache()
    assert "nobody is logged in" in error.reason
    assert "AWS_ACCESS_KEY_ID" in error.remedy


def test_a_web_file_is_fetched_in_one_request_and_over_redirects(web: str) -> None:
    Web.requests.clear()
    for path in ("report.txt", "moved.txt"):
        (file,) = find([f"{web}/{path}"]).files
        assert file.name == f"{web}/{path}"
        assert file.fetched().read_bytes() == PLANS
    assert Web.requests == ["GET /report.txt", "GET /moved.txt", "GET /report.txt"]


def test_a_web_file_without_a_mark_of_its_version_is_never_the_same(web: str) -> None:
    def stamp(path: str) -> str:
        return find([f"{web}/{path}"]).files[0].stamp

    assert stamp("report.txt") == stamp("report.txt") == f'{len(PLANS)} "one"'
    assert stamp("unmarked.txt") != stamp("unmarked.txt")
    assert stamp("none.txt") != stamp("none.txt")


@pytest.mark.parametrize(
    ("path", "code", "says"),
    [
        ("none.pdf", "missing", "there is no such file"),
        ("round.pdf", "unreadable", "TooManyRedirects"),
        ("private.pdf", "unreadable", "user:password@"),
        ("broken.pdf", "unreadable", "broke off"),
        ("failing.pdf", "unreadable", "status 500"),
        ("endless.pdf", "too_large", "1,000,000 bytes"),
    ],
)
def test_what_a_web_server_does_wrong_is_told(web: str, tmp_path: Path, path: str, code: str, says: str) -> None:
    error = failure(f"{web}/{path}", tmp_path, limit=1_000_000)
    assert error.code == code
    assert f"{web}/{path}: " in error.reason
    assert says in str(error)


@pytest.mark.parametrize(("path", "patience"), [("slow.pdf", "GRACE"), ("silent.pdf", "TIMEOUT")])
def test_nobody_waits_for_long(
    web: str, tmp_path: Path, path: str, patience: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, patience, 0.3)
    assert "did not come in time" in failure(f"{web}/{path}", tmp_path).reason


def test_a_server_that_is_busy_is_asked_again(web: str, tmp_path: Path) -> None:
    assert fetch(locate(f"{web}/busy.txt"), tmp_path).read_bytes() == PLANS


def test_hosts_that_cannot_be_reached_are_told(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    assert "cannot be reached" in failure(f"http://127.0.0.1:{port}/a.pdf", tmp_path).reason
    assert "no such host" in failure("http://no-such-host.invalid/a.pdf", tmp_path).reason


@pytest.mark.parametrize("path", ["/folder/", "", "/*.pdf"])
def test_the_web_is_not_searched(web: str, path: str) -> None:
    error = fault(web + path)
    assert error.code == "no_reports"
    assert "address of each file" in error.remedy


def test_a_disk_that_is_full_is_no_fault_of_the_report(web: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no folder")
    with pytest.raises(WriteError, match="cannot be put there"):
        fetch(locate(f"{web}/report.txt"), tmp_path / "taken")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://ann:open@example.org/a.pdf", "https://example.org/a.pdf"),
        ("https://ann@example.org:8080/a.pdf#page=2", "https://example.org:8080/a.pdf"),
        ("https://example.org/get?id=17&year=2024", "https://example.org/get?id=17&year=2024"),
        ("https://bucket.example.org/a.pdf?X-Amz-Credential=AK&X-Amz-Signature=ab", "https://bucket.example.org/a.pdf"),
        ("https://example.org/a.pdf?sv=2024&se=2030&sig=ab%3D", "https://example.org/a.pdf"),
        ("https://ann:o/pen@example.org/a.pdf", "https://…"),
        ("ftp://ann:open@example.org/a@b.pdf", "ftp://example.org/a@b.pdf"),
        ("abfs://container@account.example.org/a.pdf", "abfs://container@account.example.org/a.pdf"),
        ("s3://bucket/what?token=is#this.pdf", "s3://bucket/what?token=is#this.pdf"),
        ("hf://datasets/owner/name@main/a.pdf", "hf://datasets/owner/name@main/a.pdf"),
    ],
)
def test_names_hold_nothing_that_logs_somebody_in(url: str, name: str) -> None:
    assert shown(url) == name


def test_addresses_that_differ_in_what_is_left_out_stay_apart() -> None:
    first, second = (shown(f"https://example.org/get?token={token}&p=open") for token in ("swordfish", "sesame"))
    assert first != second
    assert "swordfish" not in first


@pytest.mark.parametrize("path", ["private.pdf", "failing.pdf", "none.pdf", "report.txt"])
def test_no_secret_reaches_names_or_errors(web: str, path: str) -> None:
    url = f"{web.replace('://', '://ann:swordfish@')}/{path}?api_key=swordfish"
    (file,) = find([url]).files
    told = [file.name, file.stamp]
    try:
        file.fetched()
    except ReadError as error:
        told += [str(error), repr(error.__cause__)]
    assert "swordfish" not in " ".join(told)


def test_a_password_of_the_address_opens_it(web: str, tmp_path: Path) -> None:
    url = f"{web.replace('://', '://ann:open%20sesame@')}/private.txt"
    assert fetch(locate(url), tmp_path).read_bytes() == PLANS


def test_paths_are_no_urls() -> None:
    assert [is_url(given) for given in ("a.pdf", "C:/a.pdf", "a://b", "s3://b", "in/s3://b", "a:b")] == [
        False, False, False, True, False, False,
    ]  # fmt: skip


def test_local_inputs_load_no_library_of_remote_ones() -> None:
    code = (
        "import sys; from scrutiny.archive.inputs import find\n"
        "find(['.']); print([m for m in ('fsspec', 'aiohttp', 's3fs') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
