"""Results elsewhere: a run writes a folder of this machine, and what is finished is sent to a URL.

What is there is told by a manifest, ``scrutiny-files.json``: the size and SHA-256 of each file. Before files are sent
it says what each was and will be, afterwards what each is; so what a push that was cut off left there can be told
apart from what is damaged, and a run can go on from it on another machine.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scrutiny.archive.remote import WEB, Place, fetch, is_url, locate, told
from scrutiny.errors import DataError, ReadError, WriteError

#: What is there, and whose it is.
MANIFEST = "scrutiny-files.json"

#: A larger manifest is none.
_MANIFEST_BYTES = 64_000_000

#: Where an object appears only when all of it has been sent. Elsewhere files are sent under another name and moved.
_WHOLE = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oci", "oss", "hf", "memory"}


class Version(BaseModel):
    """What a file is known by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Manifest(BaseModel):
    """What is at a URL: of each file, by its path there, the versions it may be, and the run that sent them last.

    None among the versions says that the file may not be there.
    """

    model_config = ConfigDict(extra="forbid")

    run: str = ""
    files: dict[str, list[Version | None]] = Field(default_factory=dict)


@dataclass(slots=True)
class _Known:
    """What a file of this machine was when it was looked at last."""

    size: int
    modified: int
    version: Version


@dataclass(slots=True)
class Published:
    """A folder of files at a URL. One run at a time sends files there: another that begins takes it over."""

    url: str
    _run: str = field(default_factory=lambda: uuid.uuid4().hex)
    _begun: bool = False
    _known: dict[Path, _Known] = field(default_factory=dict)

    def pull(self, folder: Path) -> list[str]:
        """Bring what an earlier run sent into ``folder``, but for what is there already; returns what was brought.

        Raises:
            ReadError: nobody is logged in, the host cannot be reached, and the like.
            DataError: what is there is damaged, or a manifest is none.
            WriteError: the folder cannot be written.
        """
        place = self._place()
        brought = []
        for name, versions in _manifest(place).files.items():
            local = folder / name
            is_there = local.is_file() and self._version(local) in versions
            if not is_there and self._fetch(_within(place, name), local, versions):
                brought.append(name)
        return brought

    def push(self, folder: Path, files: Sequence[str]) -> list[str]:
        """Send ``files``, paths in ``folder`` with slashes, in that order; returns those that had changed.

        What earlier pushes sent and is not among ``files`` is removed; other files there are let be. A file must not
        change while it is sent.

        Raises:
            WriteError: the URL cannot be written, or another run has taken it over.
            DataError: the manifest there is none.
        """
        try:
            return self._push(self._place(), folder, files)
        except ReadError as error:
            raise WriteError(f"{error.reason} Results cannot be sent there.", remedy=error.remedy) from None

    def _push(self, place: Place, folder: Path, files: Sequence[str]) -> list[str]:
        manifest = _manifest(place)
        if self._begun and manifest.run != self._run:
            raise WriteError(
                f"{place.name}: another run has begun to write there.",
                remedy="Let it go on alone, or give this one a URL of its own.",
            )
        versions = {name: self._version(folder / name) for name in files}
        there = _sizes(place)
        changed = [
            name
            for name, version in versions.items()
            if manifest.files.get(name) != [version] or there.get(name) != version.size
        ]
        gone = [name for name in manifest.files if name not in versions]
        if not changed and not gone and manifest.run == self._run:
            return []
        may_be = {name: list(known) for name, known in manifest.files.items()}
        for name in changed:
            may_be[name] = list(dict.fromkeys([*may_be.get(name, [None]), versions[name]]))
        for name in gone:
            may_be[name].append(None)
        self._tell(place, may_be)
        self._begun = True
        for name in changed:
            _send(_within(place, name), folder / name)
        for name in gone:
            at = _within(place, name)
            with told(at.name, at.scheme), suppress(FileNotFoundError):
                at.files.rm_file(at.path)
        self._tell(place, {name: [version] for name, version in versions.items()})
        return changed

    def _place(self) -> Place:
        place = locate(self.url.rstrip("/"))
        if place.scheme in WEB:
            raise WriteError(
                f"{place.name}: results cannot be sent to a web server.",
                remedy="Give a folder, or an address that begins with s3:// or gs://.",
            )
        return place

    def _tell(self, place: Place, files: Mapping[str, list[Version | None]]) -> None:
        """Send the manifest."""
        with NamedTemporaryFile(suffix=".json") as file:
            file.write(_Manifest(run=self._run, files=dict(files)).model_dump_json().encode())
            file.flush()
            _send(_within(place, MANIFEST), Path(file.name))

    def _fetch(self, at: Place, local: Path, versions: Sequence[Version | None]) -> bool:
        """Bring a file; False where it is not there and need not be."""
        try:
            local.parent.mkdir(parents=True, exist_ok=True)
            fetched = fetch(at, local.parent, limit=max(version.size for version in versions if version))
            if self._version(fetched) not in versions:
                fetched.unlink()
                raise _damaged(at)
            fetched.replace(local)
        except ReadError as error:
            if error.code == "missing" and None in versions:
                return False
            if error.code in ("missing", "too_large"):
                raise _damaged(at) from None
            raise
        except OSError as error:
            raise WriteError(
                f"{local}: cannot be written: {error.strerror or error}.", remedy="Give a folder that can be written."
            ) from None
        self._known[local] = self._known.pop(fetched)
        return True

    def _version(self, path: Path) -> Version:
        """What the file at ``path`` is; it is read only if it was written since it was asked for last."""
        try:
            stat = path.stat()
            known = self._known.get(path)
            if known is None or (known.size, known.modified) != (stat.st_size, stat.st_mtime_ns):
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                known = _Known(stat.st_size, stat.st_mtime_ns, Version(size=stat.st_size, sha256=digest))
                self._known[path] = known
        except OSError as error:
            raise WriteError(
                f"{path}: cannot be read to be sent: {error.strerror or error}.", remedy="Extract again."
            ) from None
        return known.version


@contextmanager
def folder_for(output: str) -> Iterator[Path]:
    """The folder that a run is to write for its ``output``: that folder, or for a URL one on this machine, which holds
    what an earlier run sent there, and which is sent there in the end, also where the run is interrupted.

    Raises:
        ReadError, DataError, WriteError: as :meth:`Published.pull` and :meth:`Published.push` do.
    """
    if not is_url(output):
        yield Path(output)
        return
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "scrutiny" / "outputs" / hashlib.sha256(output.rstrip("/").encode()).hexdigest()[:16]
    published = Published(output)
    published.pull(folder)
    try:
        yield folder
    finally:
        files = [file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*")) if file.is_file()]
        published.push(folder, [name for name in files if not PurePosixPath(name).name.startswith(".")])


def _within(place: Place, name: str) -> Place:
    return replace(place, path=f"{place.path}/{name}", name=f"{place.name}/{name}")


def _stays_inside(name: str) -> bool:
    """Whether ``name`` can only be that of a file inside a folder."""
    parts = PurePosixPath(name).parts
    return bool(parts) and parts[0] != "/" and ".." not in parts and not set(name) & set("\\:\0")


def _damaged(at: Place) -> DataError:
    return DataError(
        f"{at.name}: this is not the file that scrutiny has sent there: it is missing or damaged.",
        remedy="Restore it, or give another URL and extract again.",
    )


def _send(at: Place, local: Path) -> None:
    with told(at.name, at.scheme):
        if at.scheme in _WHOLE:
            at.files.put_file(str(local), at.path)
        else:
            at.files.makedirs(at.path.rpartition("/")[0], exist_ok=True)
            at.files.put_file(str(local), f"{at.path}.sending")
            at.files.mv(f"{at.path}.sending", at.path)


def _manifest(place: Place) -> _Manifest:
    """What is there; nothing where there is no manifest."""
    at = _within(place, MANIFEST)
    try:
        with told(at.name, at.scheme):
            place.files.invalidate_cache()
            with place.files.open(at.path, "rb") as file:
                content = file.read(_MANIFEST_BYTES)
        manifest = _Manifest.model_validate_json(content)
    except ReadError as error:
        if error.code != "missing":
            raise
        return _Manifest()
    except ValidationError:
        manifest = None
    if manifest is None or not all(map(_stays_inside, manifest.files)):
        raise DataError(
            f"{at.name}: this is no list of files that scrutiny has written.",
            remedy="Remove it and what else is there, or give another URL.",
        )
    return manifest


def _sizes(place: Place) -> dict[str, int]:
    """The sizes of the files that are there, by their path there."""
    with told(place.name, place.scheme):
        try:
            found = place.files.find(place.path, detail=True)
        except FileNotFoundError:
            return {}
        return {path.removeprefix(place.path).lstrip("/"): info["size"] for path, info in found.items()}
