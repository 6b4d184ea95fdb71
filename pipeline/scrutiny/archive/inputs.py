"""What a run is given to read."""

from __future__ import annotations

from pathlib import Path

from scrutiny.errors import ReadError


class LocalFile:
    """A file on this machine. Its stamp is its size and when it was last written."""

    def __init__(self, path: Path, *, name: str | None = None, stamp: str | None = None) -> None:
        """The file at ``path``, called ``name``."""
        self._path = path
        self.name = name or path.as_posix().encode("utf-8", "backslashreplace").decode()
        self._stamp = stamp

    @property
    def stamp(self) -> str:
        """What changes when the file does; empty where there is none."""
        if self._stamp is None:
            try:
                stat = self._path.stat()
                self._stamp = f"{stat.st_size} {stat.st_mtime_ns}"
            except (OSError, ValueError):
                self._stamp = ""
        return self._stamp

    def fetched(self) -> Path:
        """The file itself."""
        return self._path

    def release(self) -> None:
        """Nothing was fetched."""


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
