"""A model's tokenizer, read from its file: transformers takes longer to import than many a report takes to read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tokenizers

from scrutiny.errors import ModelError

_FILE, _SETTINGS = "tokenizer.json", "tokenizer_config.json"
#: The start of a row, and what stands behind each text in it.
_NEEDED = ("cls", "sep")
_REMEDY = "Give a model with a fast tokenizer that knows a token for the start and one that separates texts."


class Tokenizer:
    """Cuts texts into the tokens of a model.

    ``start`` is the id that begins a row and ``separator`` the one behind each text in it; ``mask`` hides a token and
    ``padding`` fills rows up (None: there is no such id). ``special`` are the ids that stand for no words, ``size`` is
    how many ids there are.
    """

    def __init__(self, backend: tokenizers.Tokenizer, names: Mapping[str, Any]) -> None:
        """``names`` has the tokens for those ids by the names that transformers gives them, such as ``cls_token``.

        Raises:
            ModelError: there is none for the start, or none that separates.
        """
        backend.no_truncation()
        backend.no_padding()
        # What looks like a separator in a report is text.
        backend.encode_special_tokens = True
        self._backend = backend
        start, separator, self.padding, self.mask = (
            _id(backend, names.get(f"{name}_token")) for name in ("cls", "sep", "pad", "mask")
        )
        if start is None or separator is None:
            raise ModelError("The model's tokenizer has no token to start or to separate texts with.", remedy=_REMEDY)
        self.start, self.separator = start, separator
        self.size: int = backend.get_vocab_size()
        self.special = frozenset(
            number for number, token in backend.get_added_tokens_decoder().items() if token.special
        )

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of the tokens of each of ``texts``."""
        return [encoded.ids for encoded in self._backend.encode_batch(list(texts), add_special_tokens=False)]

    def places(self, text: str) -> list[tuple[int, int]]:
        """The half-open span of characters that each token of ``text`` stands for."""
        return list(self._backend.encode(text, add_special_tokens=False).offsets)


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model.

    Raises:
        OSError: its files cannot be read.
        ValueError: they hold something else.
        ModelError: it is not of the fast kind, or has no tokens to start and to separate with.
    """
    if (folder / _FILE).is_file() and (folder / _SETTINGS).is_file():
        try:
            backend = tokenizers.Tokenizer.from_file(str(folder / _FILE))
        except Exception as error:  # it raises no narrower class
            raise ValueError(f"{_FILE}: {error}") from None
        names = json.loads((folder / _SETTINGS).read_bytes())
        if isinstance(names, dict) and all(_id(backend, names.get(f"{name}_token")) is not None for name in _NEEDED):
            return Tokenizer(backend, names)
    # Older folders name these tokens elsewhere, or leave them to the class of the tokenizer.
    from transformers import AutoTokenizer

    return of_transformers(AutoTokenizer.from_pretrained(folder))


def of_transformers(tokenizer: Any) -> Tokenizer:
    """A tokenizer of transformers as one of ours.

    Raises:
        ModelError: it is not of the fast kind, or has no tokens to start and to separate with.
    """
    if not getattr(tokenizer, "is_fast", False):
        raise ModelError(f"{type(tokenizer).__name__} does not tell where tokens stand.", remedy=_REMEDY)
    backend = tokenizers.Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    return Tokenizer(backend, tokenizer.special_tokens_map)


def _id(backend: tokenizers.Tokenizer, token: object) -> int | None:
    """The id of a token that is told by its text or, as some files have it, by its entry."""
    text = token.get("content") if isinstance(token, dict) else token
    return backend.token_to_id(text) if isinstance(text, str) else None
