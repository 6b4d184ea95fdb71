"""What a run is given to read: files on this machine or elsewhere, found from paths, folders, globs and URLs."""

from __future__ import annotations

import atexit
import glob
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote, urlsplit

from scrutiny.archive.remote import WEB, Place, fetch, is_url, locate, scheme_of, shown, told, version
from scrutiny.errors import ReadError
from scrutiny.reading import ARCHIVE_SUFFIXES, ROW_SUFFIXES, suffixes, table_suffix


@cache
def spool() -> Path:
    """The folder of this process for what it fetches. It goes when the process ends or, where that was killed, when
    another process of this machine first asks for its own."""
    prefix = f"scrutiny-fetched-{socket.gethostname()}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            lock = _lock(left, wait=False)
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        with suppress(OSError):
            _lock(folder, wait=True)
        if folder.exists():  # and was not taken for a dead one's before it was locked
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            return folder


def _lock(folder: Path, *, wait: bool) -> int:
    """Lock ``folder`` until what is returned is closed or the process is gone.

    Raises:
        OSError: another process has locked it, or folders cannot be locked here.
    """
    try:
        import fcntl
    except ImportError:
        raise OSError("folders cannot be locked on this system") from None
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


class LocalFile:
    """A file on this machine. Its stamp is its size and when it was last written.

    There are millions of them in a run, so each is little more than its name.
    """

    __slots__ = ("_path", "_stamp", "name")

    def __init__(self, path: Path, *, name: str | None = None, stamp: str | None = None) -> None:
        """The file at ``path``, called ``name``."""
        self._path = str(path)
        self.name = name or path.as_posix().encode("utf-8", "backslashreplace").decode()
        if self.name == self._path:
            self.name = self._path
        self._stamp = stamp

    @property
    def stamp(self) -> str:
        """What changes when the file does; empty where there is none."""
        if self._stamp is None:
            try:
                stat = os.stat(self._path)  # noqa: PTH116 - a path that is no Path
                self._stamp = f"{stat.st_size} {stat.st_mtime_ns}"
            except (OSError, ValueError):
                self._stamp = ""
        return self._stamp

    def fetched(self) -> Path:
        """The file itself."""
        return Path(self._path)

    def release(self) -> None:
        """Nothing was fetched."""


class RemoteFile:
    """A file elsewhere, called by its URL. Its stamp is its size and what tells its versions apart there."""

    def __init__(self, place: Place, *, stamp: str | None = None) -> None:
        """The file at ``place``."""
        self._place = place
        self._stamp = stamp
        self._local: Path | None = None
        self.name = place.name

    @property
    def stamp(self) -> str:
        """What changes when the file does. Where nothing tells, it is never the same, so that the file is fetched."""
        if self._stamp is None:
            try:
                with told(self.name, self._place.scheme):
                    self._stamp = version(self._place.files.info(self._place.path))
            except ReadError:
                pass  # fetching it will say what is wrong
            self._stamp = self._stamp or f"unknown {time.time_ns()}"
        return self._stamp

    def fetched(self) -> Path:
        """A local copy, until it is released.

        Raises:
            ReadError: it is missing, too large, or cannot be fetched.
            WriteError: there is no room for it.
        """
        if self._local is None:
            self._local = fetch(self._place, spool())
        return self._local

    def release(self) -> None:
        """Remove the local copy."""
        local, self._local = self._local, None
        if local is not None:
            local.unlink(missing_ok=True)


class Unfound:
    """What was named as an input and leads nowhere."""

    stamp = ""

    def __init__(self, name: str, error: ReadError) -> None:
        """What was asked for, and what is wrong with it."""
        self.name = name
        self._error = error

    def fetched(self) -> Path:
        """Raises what is wrong."""
        raise self._error

    def release(self) -> None:
        """There is nothing."""


@dataclass(slots=True)
class Found:
    """The files that inputs stand for, inputs that stand for none, and how many files of folders were passed over."""

    files: list[LocalFile | RemoteFile] = field(default_factory=list)
    faults: list[Unfound] = field(default_factory=list)
    passed_over: int = 0
    tables: int = 0


def find(inputs: Sequence[str], *, leave_out: str | Path | None = None) -> Found:
    """The files that ``inputs`` (files, folders, globs, each a path or a URL) stand for: sorted, each once, those of
    this machine first.

    From folders and globs only files of a readable format are taken, and nothing inside ``leave_out``. Tables, of
    which most in a folder of reports are none of reports, are taken only from globs that end in their suffix.
    """
    found = Found()
    local: dict[Path, Path] = {}
    remote: dict[str, RemoteFile] = {}
    left: set[Path | str] = set()
    for given in inputs:
        try:
            if is_url(given) and scheme_of(given) not in ("file", "local"):
                _find_remote(given, remote, left, str(leave_out or ""))
            else:
                _find_local(_path(given), local, left, leave_out)
        except ReadError as error:
            found.faults.append(Unfound(shown(given) if is_url(given) else Path(given).as_posix(), error))
    left -= local.keys() | remote.keys()
    found.passed_over = len(left)
    found.tables = sum(table_suffix(PurePath(file).name) is not None for file in left)
    found.files = [*map(LocalFile, sorted(local.values())), *(remote[name] for name in sorted(remote))]
    return found


def _path(given: str) -> str:
    """The path that ``given`` is, or that a URL of this machine's files holds."""
    return unquote(urlsplit(given.replace("?", "%3F").replace("#", "%23")).path) if is_url(given) else given


def _find_local(given: str, files: dict[Path, Path], left: set[Path | str], leave_out: str | Path | None) -> None:
    path = Path(given)
    if path.is_dir():
        matches = sorted(path.rglob("*"))
    elif path.exists() or not glob.has_magic(given):
        # Named one by one: whatever is wrong with it is for reading to say.
        files[_real(path)] = path
        return
    else:
        matches = sorted(Path(match) for match in glob.glob(given, recursive=True))  # noqa: PTH207 - absolute patterns
    matches = [file for file in matches if file.is_file()]
    if leave_out and not is_url(str(leave_out)):
        outside = _real(Path(leave_out))
        matches = [file for file in matches if not _real(file).is_relative_to(outside)]
    taken = _readable((file.name for file in matches), path.name)
    for file in matches:
        if file.name in taken:
            files.setdefault(_real(file), file)
    left.update(map(_real, matches))
    _require(given, taken, any_match=bool(matches))


def _real(path: Path) -> Path:
    """Where ``path`` leads; unlike ``resolve`` it raises nothing for links in a circle and impossible names."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:
        return path


def _find_remote(given: str, files: dict[str, RemoteFile], left: set[Path | str], leave_out: str) -> None:
    place = locate(given)
    if place.scheme in WEB:
        _require_file(given, place.name)
        files.setdefault(place.name, RemoteFile(place))
        return
    with told(place.name, place.scheme):
        infos = _infos(place)
    if place.path in infos and infos[place.path]["type"] == "file":
        files.setdefault(place.name, RemoteFile(place, stamp=version(infos[place.path])))
        return
    # The path is the end of the URL, so what stands before it stands before the others' too.
    name = place.name.rstrip("/")
    before = name.removesuffix(place.path) if name.endswith(place.path) else f"{place.scheme}://"
    within = f"{shown(leave_out).rstrip('/')}/" if is_url(leave_out) else None
    matches = {
        f"{before}{path}": RemoteFile(Place(place.files, path, f"{before}{path}", place.scheme), stamp=version(info))
        for path, info in infos.items()
        if info["type"] == "file" and not path.endswith("/")
    }
    matches = {name: file for name, file in matches.items() if within is None or not name.startswith(within)}
    taken = _readable((PurePath(name).name for name in matches), PurePath(place.path).name)
    for name, file in matches.items():
        if PurePath(name).name in taken:
            files.setdefault(name, file)
    left.update(matches)
    _require(place.name, taken, any_match=bool(matches))


def _infos(place: Place) -> dict[str, dict[str, Any]]:
    """What there is at ``place``, by path: the file, those in the folder, or those that the glob stands for."""
    found: dict[str, dict[str, Any]]
    try:
        info = place.files.info(place.path)
    except FileNotFoundError:
        if not glob.has_magic(place.path):
            raise
        found = place.files.glob(place.path, detail=True)
    else:
        found = place.files.find(place.path, detail=True) if info["type"] == "directory" else {place.path: info}
    return found


def _readable(names: Iterable[str], asked: str) -> set[str]:
    """Those of ``names`` that are of a readable format; of tables those whose suffix stands in what was ``asked``."""
    readable = {*suffixes(), *ARCHIVE_SUFFIXES, *ROW_SUFFIXES}
    return {
        name
        for name in names
        if PurePath(name).suffix.lower() in readable and table_suffix(name) in (None, table_suffix(asked))
    }


def _require(given: str, taken: set[str], *, any_match: bool) -> None:
    if not taken:
        more = f" Tables ({', '.join(ROW_SUFFIXES)}) must be named one by one." if any_match else ""
        remedy = f"Readable formats: {', '.join(sorted({*suffixes(), *ARCHIVE_SUFFIXES}))}.{more}"
        raise ReadError(f"{given}: no report files there.", remedy=remedy, code="no_reports")


def _require_file(given: str, name: str) -> None:
    path = urlsplit(given).path
    if path.endswith("/") or not path or "*" in path:
        raise ReadError(
            f"{name}: folders and patterns on the web cannot be searched, for servers give no list of files.",
            remedy="Give the address of each file.",
            code="no_reports",
        )
