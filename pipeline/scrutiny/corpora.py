"""Labelled sentences: the authored corpus and files in its exchange format, as data sets."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrutiny.errors import DataError
from scrutiny.report import ROLES, Role
from scrutiny.resources import corpora_folder

if TYPE_CHECKING:
    from datasets import DatasetDict

_CODES = {role.value[0].upper(): role for role in ROLES}
_CODE = re.compile(r"(?:(?P<marker>\S+) )?(?P<role>[A-Z])(?P<second>[A-Z])?(?P<certainty>\d) \| (?P<text>\S.*)")
#: What ends a sentence that its paragraph may go on after: a label ("Date of visit: 4 May") has a line of its own.
_END_MARK = re.compile(r"""[.!?…;]["'”’)\]]*$|[)\]"”’]$""")
_FORMAT_REMEDY = "See corpora/README.md for the format."


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """One sentence or list item with the role people should find in it.

    ``passage`` and ``position`` give the reading order, ``block`` is ``paragraph`` or ``item``,
    ``certainty`` is 3 (clear) to 1 (could well be another role). ``group`` must not straddle splits.
    """

    id: str
    passage: str
    position: int
    source: str
    group: str
    document: str
    heading: str
    block: str
    starts_block: bool
    marker: str
    text: str
    role: Role
    second_role: Role | None
    certainty: int


def parse_authored(path: Path) -> Iterator[LabelledSentence]:
    """Read one authored report, in reading order.

    Raises:
        DataError: a line does not follow the format; names file and line.
    """
    source, heading, position, starts_block = "", "", 0, True
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("@"):
            key, _, value = line[1:].partition(" ")
            if key == "regime":
                source = value
        elif line.startswith("#"):
            heading, starts_block = line.lstrip("#").strip(), True
        elif not line.strip():
            starts_block = True
        else:
            match = _CODE.fullmatch(line.strip())
            codes = [match["role"], match["second"] or match["role"]] if match else []
            if match is None or not set(codes) <= set(_CODES) or match["certainty"] not in "123":
                raise DataError(
                    f"{path}, line {number}: not a labelled sentence: {line[:60]!r}.", remedy=_FORMAT_REMEDY
                )
            position += 1
            marker = match["marker"] or ""
            yield LabelledSentence(
                id=f"{path.stem}.{position}",
                passage=path.stem,
                position=position,
                source=source,
                group=path.stem,
                document=path.name,
                heading=heading,
                # A printed paragraph number ("12.") heads a paragraph, every other marker a list item.
                block="item" if marker and not re.fullmatch(r"\d+(\.\d+)*\.?", marker) else "paragraph",
                starts_block=starts_block or bool(marker),
                marker=marker,
                text=match["text"],
                role=_CODES[match["role"]],
                second_role=_CODES[match["second"]] if match["second"] else None,
                certainty=int(match["certainty"]),
            )
            starts_block = _END_MARK.search(match["text"]) is None


def authored_split(stem: str) -> str:
    """The split of an authored report: ``train``, ``validation`` or ``test``, by a hash of its name (8:1:1)."""
    bucket = int(hashlib.sha256(stem.encode()).hexdigest()[:8], 16) % 10
    return {0: "test", 1: "validation"}.get(bucket, "train")


def read_jsonl(path: Path) -> Iterator[LabelledSentence]:
    """Read labelled sentences, one JSON object a line.

    ``text`` and ``role`` are required; a line without ``passage`` stands alone.

    Raises:
        DataError: a line is not JSON, lacks a field or has an unknown role; names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8: {error}.", remedy=_FORMAT_REMEDY) from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _from_json(json.loads(line), number, path.stem)
            except KeyError as error:
                raise DataError(
                    f"{path}, line {number}: the field {error} is missing.", remedy=_FORMAT_REMEDY
                ) from None
            except (ValueError, TypeError) as error:
                raise DataError(f"{path}, line {number}: {error}.", remedy=_FORMAT_REMEDY) from None


def write_jsonl(path: Path, units: Iterable[LabelledSentence]) -> None:
    """Write labelled sentences as :func:`read_jsonl` reads them."""
    path.write_text("".join(json.dumps(asdict(unit)) + "\n" for unit in units), encoding="utf-8")


def _from_json(row: dict[str, Any], number: int, source: str) -> LabelledSentence:
    text, second_role = row["text"], row.get("second_role")
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"text must be a sentence, not {text!r}")
    return LabelledSentence(
        id=str(row.get("id", number)),
        passage=str(row.get("passage", f"line {number}")),
        position=int(row.get("position", 1)),
        source=row.get("source") or source,
        group=str(row.get("group", number)),
        document=row.get("document") or "",
        heading=row.get("heading") or "",
        block=row.get("block") or "paragraph",
        starts_block=bool(row.get("starts_block", True)),
        marker=row.get("marker") or "",
        text=text,
        role=_role(row["role"]),
        second_role=_role(second_role) if second_role else None,
        certainty=int(row.get("certainty") or 3),
    )


def _role(name: object) -> Role:
    if name not in ROLES:
        raise ValueError(f"unknown role {name!r}; accepted: {', '.join(ROLES)}")
    return Role(str(name))


def sentences(name_or_path: str | Path) -> dict[str, list[LabelledSentence]]:
    """Labelled sentences by split.

    ``"authored"`` is the corpus that ships with the project, split by report; a path is a ``.jsonl``
    file (one split, named after the file), an authored ``.txt`` file, or a folder of either.

    Raises:
        DataError: nothing is there, or a file is not in the format.
    """
    if name_or_path == "authored":
        splits: dict[str, list[LabelledSentence]] = {"train": [], "validation": [], "test": []}
        for file in sorted((corpora_folder() / "authored").glob("*.txt")):
            splits[authored_split(file.stem)].extend(parse_authored(file))
        return splits
    path = Path(name_or_path)
    files = sorted(path.glob("*.jsonl")) or sorted(path.glob("*.txt")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise DataError(
            f"{path}: no labelled data there.",
            remedy="Give 'authored', a .jsonl or authored .txt file, or a folder of them.",
        )
    return {file.stem: list(parse_authored(file) if file.suffix == ".txt" else read_jsonl(file)) for file in files}


def load(name_or_path: str | Path) -> DatasetDict:
    """Labelled sentences as a ``datasets.DatasetDict``; ``role`` and ``second_role`` are ``ClassLabel``.

    Takes what :func:`sentences` takes. A missing second role is None. No group straddles the authored splits.

    Raises:
        DataError: nothing is there, or a file is not in the format.
    """
    from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

    role = ClassLabel(names=[role.value for role in ROLES])
    types = {"int": Value("int32"), "bool": Value("bool"), "str": Value("string"), "Role": role, "Role | None": role}
    features = Features({field.name: types[str(field.type)] for field in fields(LabelledSentence)})
    return DatasetDict(
        {
            split: Dataset.from_list([asdict(unit) for unit in units], features=features)
            for split, units in sentences(name_or_path).items()
        }
    )
