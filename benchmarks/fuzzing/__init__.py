"""Files damaged in many ways, made the same again from a number: see ``benchmarks/fuzz_readers.py``."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from fuzzing import containers, markup, pdfs, raw, zips
from fuzzing.seeds import seeds_of

Mutator = Callable[[bytes, random.Random, Sequence[bytes]], bytes]

#: What damages a file of each format, besides what damages any; and its share of all files.
FORMATS: Mapping[str, tuple[float, Sequence[Mutator]]] = {
    "pdf": (0.34, [pdfs.in_objects] * 6),
    "docx": (0.11, [zips.in_members] * 60),
    "odt": (0.07, [zips.in_members] * 60),
    "html": (0.10, [markup.in_tags] * 4),
    "eml": (0.08, [markup.in_lines] * 3 + [markup.in_tags]),
    "rtf": (0.07, [markup.in_controls] * 4),
    "md": (0.06, [markup.in_lines] * 4),
    "txt": (0.05, [markup.in_lines] * 3),
    "zip": (0.03, [zips.in_members] * 2 + [containers.in_zip] * 2),
    "tar": (0.02, [containers.in_tar] * 3),
    "tar.gz": (0.02, [containers.in_gzip] * 3),
    "csv": (0.02, [markup.in_lines] * 2),
    "jsonl": (0.01, [markup.in_lines] * 2),
    "parquet": (0.02, [containers.in_parquet] * 3),
}


@cache
def _seeds(format: str) -> Sequence[bytes]:
    return seeds_of(format)


def mutated(format: str, seed: int, number: int) -> bytes:
    """The file of ``format`` with this ``number`` in the series that ``seed`` begins: always the same."""
    chance = random.Random(f"{seed} {format} {number}")
    seeds = _seeds(format)
    data = chance.choice(seeds)
    own = FORMATS[format][1]
    for _ in range(chance.choice((1, 1, 2, 2, 3, 5, 8))):
        mutate = chance.choice([*own, *chance.sample(raw.MUTATORS, 2)])
        data = mutate(data, chance, seeds)[: raw.MOST_BYTES]
    return data or b"\0"
