"""Where a report's file is, as seen from an output."""

from __future__ import annotations

import os
from pathlib import Path, PurePath


def path_from(folder: Path, path: str) -> str | None:
    """The path of a file as seen from ``folder``, beginning with a dot; None where there is no such file to lead to.

    A report in an archive or a table has no file of its own.
    """
    try:
        if not Path(path).is_file():
            return None
        seen = PurePath(os.path.relpath(path, folder)).as_posix()
    except (OSError, ValueError):  # no name that a file can have, or one on another drive
        return None
    return seen if seen.startswith("../") else f"./{seen}"
