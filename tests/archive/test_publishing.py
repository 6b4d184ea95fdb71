"""Results sent to an object store, and fetched back to go on from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scrutiny.archive.publishing import MANIFEST, Published
from scrutiny.archive.remote import locate
from scrutiny.errors import DataError, ScrutinyError, WriteError

URL = "s3://reports/out/"
FILES = {"parts/00000.jsonl.gz": b"part", "ledger.sqlite": b"ledger", "records.jsonl": b""}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / name).write_bytes(content)
    return tmp_path / "mine"


def pulled(folder: Path) -> dict[str, bytes]:
    """What another machine gets into ``folder``."""
    Published(URL).pull(folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class CutOffError(BaseException):
    """The run was killed."""


def cut_off_at(name: str, monkeypatch: pytest.MonkeyPatch, *, after: bool) -> None:
    """Have the process end at the moment ``name`` is sent, before or ``after`` it has been."""
    files = locate(URL).files
    whole = files.put_file

    def put_file(local: str, target: str) -> None:
        if not target.endswith(name) or after:
            whole(local, target)
        if target.endswith(name):
            raise CutOffError

    monkeypatch.setattr(files, "put_file", put_file)


def test_another_machine_gets_what_was_sent(s3: Any, folder: Path, tmp_path: Path) -> None:
    assert pulled(tmp_path / "other") == {}
    assert Published(URL).push(folder, [*FILES]) == [*FILES]
    assert s3.cat_file("reports/out/ledger.sqlite") == b"ledger"
    assert pulled(tmp_path / "other") == FILES
    assert Published(URL).pull(tmp_path / "other") == []


def test_only_what_has_changed_is_sent_and_what_has_gone_is_removed(s3: Any, folder: Path, tmp_path: Path) -> None:
    published = Published(URL)
    published.push(folder, [*FILES])
    assert published.push(folder, [*FILES]) == []
    s3.pipe_file("reports/out/theirs.txt", b"not ours")
    (folder / "records.jsonl").write_bytes(b"{}")
    assert published.push(folder, ["ledger.sqlite", "records.jsonl"]) == ["records.jsonl"]
    assert pulled(tmp_path / "other") == {"ledger.sqlite": b"ledger", "records.jsonl": b"{}"}
    assert sorted(s3.find("reports/out")) == [
        f"reports/out/{name}" for name in ("ledger.sqlite", "records.jsonl", MANIFEST, "theirs.txt")
    ]


def test_a_file_that_was_lost_there_is_sent_again(s3: Any, folder: Path) -> None:
    published = Published(URL)
    published.push(folder, [*FILES])
    s3.rm_file("reports/out/ledger.sqlite")
    assert published.push(folder, [*FILES]) == ["ledger.sqlite"]


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.usefixtures("s3")
def test_a_push_cut_off_anywhere_leaves_whole_files_to_go_on_from(
    folder: Path, tmp_path: Path, name: str, after: bool
) -> None:
    Published(URL).push(folder, [*FILES][1:])
    for each in FILES:
        (folder / each).write_bytes(b"new " + FILES[each])
    with pytest.MonkeyPatch.context() as patch:
        cut_off_at(name, patch, after=after)
        with pytest.raises(CutOffError):
            Published(URL).push(folder, [*FILES])
    got = pulled(tmp_path / "other")
    assert set(FILES) - {"parts/00000.jsonl.gz"} <= set(got) <= set(FILES)
    assert all(content in (FILES[each], b"new " + FILES[each]) for each, content in got.items())
    # Files are sent in order: none is newer than one before it.
    newer = [got.get(each, b"").startswith(b"new ") for each in FILES]
    assert newer == sorted(newer, reverse=True)
    assert Published(URL).push(folder, [*FILES])
    assert pulled(tmp_path / "third") == {each: b"new " + FILES[each] for each in FILES}


@pytest.mark.parametrize("content", [b"spoiled", b"ledges", None])
def test_what_is_damaged_there_is_told(s3: Any, folder: Path, tmp_path: Path, content: bytes | None) -> None:
    Published(URL).push(folder, [*FILES])
    s3.rm_file("reports/out/ledger.sqlite")
    if content is not None:
        s3.pipe_file("reports/out/ledger.sqlite", content)
    with pytest.raises(DataError, match="missing or damaged"):
        Published(URL).pull(tmp_path / "other")
    assert not (tmp_path / "other" / "ledger.sqlite").exists()


@pytest.mark.parametrize("name", ["../up.txt", "/up.txt", "a/../../up.txt", "..\\up.txt", "C:up.txt", ""])
def test_a_manifest_leads_out_of_no_folder(s3: Any, tmp_path: Path, name: str) -> None:
    version = {"size": 2, "sha256": "0" * 64}
    s3.pipe_file(f"reports/out/{MANIFEST}", json.dumps({"files": {name: [version]}}).encode())
    with pytest.raises(DataError, match="no list of files"):
        Published(URL).pull(tmp_path / "other")
    assert not list(tmp_path.rglob("*up.txt"))


def test_a_run_that_another_has_taken_over_from_sends_nothing_more(s3: Any, folder: Path) -> None:
    first, second = Published(URL), Published(URL)
    first.push(folder, [*FILES])
    second.push(folder, [*FILES])
    (folder / "records.jsonl").write_bytes(b"{}")
    with pytest.raises(WriteError, match="another run"):
        first.push(folder, [*FILES])
    assert s3.cat_file("reports/out/records.jsonl") == b""


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://ann:swordfish@example.org/out", "https://example.org/out: results cannot be sent to a web server"),
        ("s3://no-such-bucket/out", "s3://no-such-bucket/out"),
        ("nonsense://host/out", "nothing is known"),
    ],
)
def test_where_nothing_can_be_sent_is_told(folder: Path, url: str, message: str) -> None:
    with pytest.raises(WriteError) as caught:
        Published(url).push(folder, [*FILES])
    assert message in str(caught.value)
    assert "swordfish" not in str(caught.value)


@pytest.mark.usefixtures("s3")
def test_a_file_that_is_not_here_is_told(folder: Path) -> None:
    with pytest.raises(ScrutinyError, match=r"none\.txt: cannot be read to be sent"):
        Published(URL).push(folder, ["none.txt"])


def test_where_half_files_show_they_are_sent_under_another_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"file://{tmp_path}/there"
    sent = []
    files = locate(url).files
    whole = files.put_file

    def put_file(local: str, target: str) -> None:
        sent.append(Path(target).name)
        whole(local, target)

    monkeypatch.setattr(files, "put_file", put_file)
    assert Published(url).push(folder, [*FILES]) == [*FILES]
    assert sent == [f"{Path(name).name}.sending" for name in (MANIFEST, *FILES, MANIFEST)]
    there = {path.name for path in (tmp_path / "there").rglob("*") if path.is_file()}
    assert there == {*(Path(name).name for name in FILES), MANIFEST}
    assert Published(url).pull(tmp_path / "other") == [*FILES]
