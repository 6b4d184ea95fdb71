"""Labelled sentences: the authored corpus, files in its exchange format and data sets of the hub."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrutiny.errors import DataError
from scrutiny.report import ROLES, Role
from scrutiny.resources import corpora_folder

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

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
    ``first_pass`` and ``second_pass`` are what two annotators said before ``role`` was settled.
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
    regime: str = ""
    first_pass: Role | None = None
    second_pass: Role | None = None


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
                regime=source,
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
        # Not splitlines(): JSON strings may hold U+2028 and the like as they are.
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8: {error}.", remedy=_FORMAT_REMEDY) from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise DataError(f"{path}, line {number}: {error}.", remedy=_FORMAT_REMEDY) from None
            yield _labelled(row, number, path, "line")


def read_csv(path: Path) -> Iterator[LabelledSentence]:
    """Read labelled sentences, one a row under a header; the columns are the fields of the JSON Lines format.

    Raises:
        DataError: the file is not UTF-8 or not CSV, lacks a column or has an unknown role; names file and row.
    """
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file, delimiter=delimiter), start=1):
                yield _labelled({name: value or None for name, value in row.items() if name}, number, path, "row")
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not a CSV file in UTF-8: {error}.", remedy=_FORMAT_REMEDY) from None


def read_parquet(path: Path) -> Iterator[LabelledSentence]:
    """Read labelled sentences from a Parquet file with the fields of the JSON Lines format as columns.

    Raises:
        DataError: the file is not Parquet, lacks a column or has an unknown role; names file and row.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    from datasets import Dataset

    try:
        rows = Dataset(pq.read_table(path))
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: not a Parquet file: {error}.", remedy=_FORMAT_REMEDY) from None
    return _of_dataset(rows, path)


def _of_dataset(rows: Dataset, path: str | Path) -> Iterator[LabelledSentence]:
    """The rows of a ``datasets.Dataset``, class labels by their names."""
    from datasets import ClassLabel

    labels = {name: feature for name, feature in rows.features.items() if isinstance(feature, ClassLabel)}
    for number, row in enumerate(rows, start=1):
        named = {name: label.int2str(row[name]) for name, label in labels.items() if row[name] is not None}
        yield _labelled({**row, **named}, number, path, "row")


def _labelled(row: Any, number: int, path: str | Path, place: str) -> LabelledSentence:
    try:
        return _from_json(row, number, Path(path).stem)
    except KeyError as error:
        raise DataError(
            f"{path}, {place} {number}: the field {error} is missing; there are {', '.join(map(str, row))[:200]}.",
            remedy=_FORMAT_REMEDY,
        ) from None
    except (ValueError, TypeError) as error:
        raise DataError(f"{path}, {place} {number}: {error}.", remedy=_FORMAT_REMEDY) from None


def _from_json(row: dict[str, Any], number: int, source: str) -> LabelledSentence:
    text = row["text"]
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"text must be a sentence, not {text!r}")
    second_role, first_pass, second_pass = (row.get(name) for name in ("second_role", "first_pass", "second_pass"))
    starts_block = row.get("starts_block")
    return LabelledSentence(
        id=str(row.get("id") or number),
        passage=str(row.get("passage") or f"line {number}"),
        position=int(row.get("position") or 1),
        source=row.get("source") or source,
        group=str(row.get("group") or number),
        document=row.get("document") or "",
        heading=row.get("heading") or "",
        block=row.get("block") or "paragraph",
        starts_block=starts_block is None or str(starts_block).lower() not in ("false", "0", "no"),
        marker=row.get("marker") or "",
        text=text,
        role=_role(row["role"]),
        second_role=_role(second_role) if second_role else None,
        certainty=int(row.get("certainty") or 3),
        regime=row.get("regime") or "",
        first_pass=_role(first_pass) if first_pass else None,
        second_pass=_role(second_pass) if second_pass else None,
    )


def _role(name: object) -> Role:
    if name not in ROLES:
        raise ValueError(f"unknown role {name!r}; accepted: {', '.join(ROLES)}")
    return Role(str(name))


_READERS: dict[str, Callable[[Path], Iterable[LabelledSentence]]] = {
    ".jsonl": read_jsonl,
    ".parquet": read_parquet,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": parse_authored,
}


def sentences(name_or_path: str | Path) -> dict[str, list[LabelledSentence]]:
    """Labelled sentences by split.

    ``"authored"`` is the corpus that ships with the project, split by report; a path is a ``.jsonl``, ``.csv``,
    ``.tsv`` or ``.parquet`` file (one split, named after the file), an authored ``.txt`` file, or a folder of one of
    these kinds; ``owner/name`` is a data set of the hub.

    Raises:
        DataError: nothing is there, or a file is not in the format.
    """
    if name_or_path == "authored":
        splits: dict[str, list[LabelledSentence]] = {"train": [], "validation": [], "test": []}
        for file in sorted((corpora_folder() / "authored").glob("*.txt")):
            splits[authored_split(file.stem)].extend(parse_authored(file))
        return splits
    path = Path(name_or_path)
    of_kinds = [sorted(path.glob(f"*{suffix}")) for suffix in _READERS] if path.is_dir() else [[path]]
    files = next((files for files in of_kinds if files), [])
    if files and all(file.is_file() for file in files):
        return {file.stem: list(_READERS.get(file.suffix.lower(), read_jsonl)(file)) for file in files}
    name = str(name_or_path)
    if not path.exists() and name.count("/") == 1 and not name.startswith((".", "/", "~")) and not path.suffix:
        return _from_hub(name)
    raise DataError(
        f"{path}: no labelled data there.",
        remedy="Give 'authored', a .jsonl, .csv, .parquet or authored .txt file, a folder of them, or a data set of "
        "the hub (owner/name).",
    )


def _from_hub(name: str) -> dict[str, list[LabelledSentence]]:
    from datasets import load_dataset

    try:
        found = load_dataset(name)
    # The hub client lets errors of its HTTP library through, so no narrower class covers "could not be fetched".
    except Exception as error:
        raise DataError(
            f"{name}: no labelled data there, and no data set of the hub that could be fetched: "
            f"{(str(error).splitlines() or [type(error).__name__])[0]}",
            remedy="Mend the path, or check the name and the connection.",
        ) from None
    return {str(split): list(_of_dataset(rows, name)) for split, rows in found.items()}


def select(name: str, split: str | None = None) -> list[LabelledSentence]:
    """The labelled sentences of a name or path as :func:`sentences` takes it, of one split or of all.

    The split may also stand behind the name: ``authored:test``.

    Raises:
        DataError: nothing is there, a file is not in the format, there is no such split, or it is empty.
    """
    before, colon, after = name.rpartition(":")
    if colon and split is None and not Path(name).exists():
        name, split = before, after
    splits = sentences(name)
    if split is not None and split not in splits:
        raise DataError(f"{name}: no split {split!r}.", remedy=f"Splits there: {', '.join(splits)}.")
    chosen = [unit for key, units in splits.items() if split in (None, key) for unit in units]
    if not chosen:
        raise DataError(
            f"{name}: no labelled sentences" + (f" in split {split!r}." if split else "."),
            remedy="Give a file that has some.",
        )
    return chosen


def write_jsonl(path: Path, units: Iterable[LabelledSentence]) -> None:
    """Write labelled sentences as :func:`read_jsonl` reads them."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(asdict(unit), ensure_ascii=False) + "\n" for unit in units)


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
