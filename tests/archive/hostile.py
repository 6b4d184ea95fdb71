"""A folder of files that no run may be brought down by, and good reports among them. See :func:`build`."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from archive.attacks import ATTACKS
from fuzzing import FORMATS, mutated

_SUBJECTS = ("Leaders", "Governors", "Managers", "Staff", "Inspectors", "Nurses", "Pupils", "Residents")
_VERBS = ("did not review", "reviewed", "should review", "keep", "have not kept", "must keep", "saw", "praised")
_OBJECTS = ("the plans", "records of training", "the risk register", "medicines", "the complaints log", "the rota")
_WHEN = ("in time", "each month", "since the last visit", "by 3 May 2024", "often enough", "after the fire drill")

#: Names that trouble programs which print, split or quote them. Each is put before the name of a good file.
_NAMES = (
    "line\nbreak", "tab\tand\rreturn", "esc\x1b[31mred", "right\u202eleft", "=cmd|' /C calc'!A0", "-rf", "%s%n",
    "$(id)", "quote\"'`", "a" * 200, "é\u0301", "\udcff\udc80", " leading", "semi;colon&and", "<script>alert(1)<",
    "#row=1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hostile:
    """Where the files are. The bad ones are those that no report, or no whole one, comes of; it may of some."""

    folder: Path
    bad: tuple[Path, ...]
    good: tuple[Path, ...]


def build(folder: Path, *, bad: int = 500, good: int = 20, seed: int = 0) -> Hostile:
    """Fill ``folder`` with so many bad files and good ones, always the same ones for a seed.

    The bad ones are: what no file system holds up to, such as pipes and links in circles; bombs and what else is made
    to do harm; whole files of every format damaged at random. The good ones are small reports of invented text, some
    under troublesome names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = [path for path in (_good(folder, number, seed) for number in range(good)) if path is not None]
    made = list(_odd_entries(folder))[:bad]
    chance = random.Random(seed)
    names = cycle([*ATTACKS, *[""] * (len(ATTACKS) // 2)])
    for number, name in enumerate(islice(names, bad - len(made))):
        if name:
            data = ATTACKS[name](random.Random(f"{seed} {name} {number}"))
            path = folder / f"{number:03}-{name}"
        else:
            format = chance.choice([*FORMATS])
            data, path = mutated(format, seed, number), folder / f"{number:03}-damaged.{format}"
        path.write_bytes(data)
        made.append(path)
    return Hostile(folder, tuple(made), tuple(kept))


def _good(folder: Path, number: int, seed: int) -> Path | None:
    """A report; None where the file system does not take its name."""
    chance = random.Random(f"good {seed} {number}")
    sentences = [
        " ".join(map(chance.choice, (_SUBJECTS, _VERBS, _OBJECTS, _WHEN))) + "." for _ in range(chance.randrange(8, 30))
    ]
    suffix = ("txt", "md", "html")[number % 3]
    break_ = "</p>\n<p>" if suffix == "html" else "\n\n"
    title = {"txt": "1. What we found\n\n", "md": "# What we found\n\n", "html": "<h1>What we found</h1><p>"}[suffix]
    name = _NAMES[number // 2] if number % 2 and number // 2 < len(_NAMES) else "good"
    path = folder / f"{name}-{number:03}.{suffix}"
    try:
        path.write_text(title + break_.join(sentences), encoding="utf-8")
    except OSError:
        return None
    return path


def _odd_entries(folder: Path) -> Iterator[Path]:
    """What is no plain file that may be read."""
    entries: dict[str, Callable[[Path], object]] = {
        "pipe.pdf": os.mkfifo,
        "pipe.txt": os.mkfifo,
        "link-to-nothing.pdf": lambda path: path.symlink_to(folder / "nothing"),
        "link-to-itself.pdf": lambda path: path.symlink_to(path),
        "link-without-end.txt": lambda path: path.symlink_to("/dev/zero"),
        "link-to-chance.pdf": lambda path: path.symlink_to("/dev/urandom"),
        "link-to-folder.pdf": lambda path: path.symlink_to(folder),
        "folder.pdf": Path.mkdir,
        "socket.pdf": _socket,
        "unreadable.txt": _unreadable,
        "holes.pdf": lambda path: _holes(path, b"%PDF-1.7\n"),
        "holes.txt": lambda path: _holes(path, b"Plans."),
        "holes.zip": lambda path: _holes(path, b"PK\x03\x04"),
        "holes.csv": lambda path: _holes(path, b"text\n"),
    }
    for name, make in entries.items():
        with suppress(OSError):
            make(folder / name)
            yield folder / name


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def _unreadable(path: Path) -> None:
    path.write_text("Plans are late.")
    path.chmod(0)


def _holes(path: Path, start: bytes) -> None:
    """A file that claims 2 GB and takes none."""
    path.write_bytes(start)
    os.truncate(path, 2_000_000_000)
