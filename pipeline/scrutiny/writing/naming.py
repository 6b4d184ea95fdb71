"""Names of files that a report gives its name to."""

from __future__ import annotations

import re
import unicodedata

from scrutiny.report import Source

#: A name keeps so many characters of the report's.
_LONGEST = 80


class Names:
    """A name for each report: safe in every file system and in links, and no two alike."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def of(self, source: Source) -> str:
        """``NAME-SHA8``, of the file's name and the first eight digits of its SHA-256; a number follows where that is
        taken, as by a copy in another folder."""
        last = re.split(r"[/\\]", source.path)[-1]
        stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", last)
        plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
        name = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-") or "report"
        name = f"{name}-{source.sha256[:8]}"
        # File systems that do not tell capitals from small letters would make one file of two.
        count = self._given[name.lower()] = self._given.get(name.lower(), 0) + 1
        return name if count == 1 else f"{name}-{count}"
