"""Which labelled sentences a model was taught, told by their hashes: measures on these flatter it."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from scrutiny.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

FILE_NAME = "taught.npz"


@dataclass(frozen=True, slots=True)
class Taught:
    """The hashes of the sentences that a model ``learnt`` from, and of those it was ``chosen`` or calibrated on."""

    learnt: Hashes
    chosen: Hashes

    @classmethod
    def by(cls, learnt: Iterable[str] = (), chosen: Iterable[str] = ()) -> Taught:
        """What a model is taught by the texts of sentences."""
        return cls(np.unique(_hashes(learnt)), np.unique(_hashes(chosen)))

    @classmethod
    def load(cls, folder: Path) -> Taught | None:
        """What the model in ``folder`` was taught; None where that is not known.

        Raises:
            ModelError: the file is damaged.
        """
        file = folder / FILE_NAME
        if not file.is_file():
            return None
        try:
            with np.load(file, allow_pickle=False) as kept:
                learnt, chosen = kept["learnt"], kept["chosen"]
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error) as error:
            raise ModelError(f"{file}: not readable: {error}.", remedy="Copy the model's folder again.") from None
        if learnt.dtype != np.uint64 or chosen.dtype != np.uint64:
            raise ModelError(f"{file}: it does not hold hashes.", remedy="Copy the model's folder again.")
        return cls(learnt, chosen)

    def save(self, folder: Path) -> None:
        """Keep it with a model."""
        np.savez_compressed(folder / FILE_NAME, learnt=self.learnt, chosen=self.chosen)

    def __or__(self, other: Taught) -> Taught:
        """What a model was taught that was made of two."""
        return Taught(np.union1d(self.learnt, other.learnt), np.union1d(self.chosen, other.chosen))

    def tell(self, texts: Sequence[str]) -> tuple[list[bool], list[bool]]:
        """For each of ``texts`` whether the model learnt from it, and whether it was chosen or calibrated on it."""
        hashes = _hashes(texts)
        return np.isin(hashes, self.learnt).tolist(), np.isin(hashes, self.chosen).tolist()


def taught_with(taught: Taught, parents: Iterable[Path]) -> Taught | None:
    """What a model was ``taught`` besides what its ``parents`` had been, models of the roles like it; None where that
    is not known of one of these.

    Raises:
        ModelError: a file of theirs is damaged.
    """
    for parent in parents:
        before = Taught.load(parent)
        if before is None:
            return None
        taught |= before
    return taught


def words(text: str) -> str:
    """A text by its words alone, as two printings of it would share them."""
    return " ".join(text.casefold().split())


def _hashes(texts: Iterable[str]) -> Hashes:
    digests = b"".join(
        hashlib.blake2b(words(text).encode(errors="surrogatepass"), digest_size=8).digest() for text in texts
    )
    return np.frombuffer(digests, np.dtype("<u8")).astype(np.uint64)
