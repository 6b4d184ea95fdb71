"""Bullets and numbers at the beginning of a block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

BULLETS = "•◦▪▫■□●○◆◇◼◻▶►➢➤❖✓✔✗✘★☐☑‣⁃∙·§¨"
#: What the private-use code points of the Wingdings and Symbol fonts look like.
SYMBOLS = {
    0xF02D: "–",
    0xF06C: "●",
    0xF06D: "○",
    0xF06E: "■",
    0xF06F: "□",
    0xF071: "❑",
    0xF075: "◆",
    0xF076: "❖",
    0xF09F: "•",
    0xF0A1: "○",
    0xF0A7: "▪",
    0xF0A8: "◻",
    0xF0B7: "•",
    0xF0D8: "➢",
    0xF0E0: "→",
    0xF0E8: "➔",
    0xF0F0: "⇨",
    0xF0FB: "✗",
    0xF0FC: "✓",
    0xF0FE: "☑",
}

_DASHES = "-–—"
_ROMAN = r"(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})"
#: Nobody numbers deeper: what goes on is no marker.
_NUMBER = r"\d{1,3}(?:\.\d{1,3}){0,9}"
#: "R1", "AR12", "2.2(a)", "4a.", "IV": no marker in running text, but one where it stands apart from it.
_CODE = re.compile(
    rf"(?:[A-Z]{{1,3}}[ -]?\d{{1,3}}(?:\.\d{{1,2}})?[a-z]?|{_NUMBER}(?:\([a-z]{{1,3}}\)|[a-z])|\d{{1,3}}|[IVX]{{1,6}})"
    r"[.:)]?"
)
_CODED = re.compile(
    r"(?:([A-Z]{1,3}-?|[A-Z][a-z]{1,3}-|[A-Z][a-z]{1,2}[A-Z]-?)(\d{1,5})|(\d{1,3})([a-z]))[.:)]?\s+(?=[A-Z\d‘“\"'])"
)
#: "1 The operator should measure the track.", and no day of a month.
_BARE = re.compile(
    r"(\d{1,3})\s+(?!(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\b)[A-Z‘“\"'](?=.*[.?!;:)\]’”\"']$)",
    re.DOTALL,
)
#: Fewer may be counts: "1 Prisoner had died.", "2 Prisoners felt unsafe."
_COUNTED = 3
_MARKER = re.compile(
    rf"""(?:
    (?P<bullet>[{re.escape(BULLETS)}\ue000-\uf8ff]|[{_DASHES}]|[*o](?=\s)|[*o]$)
    |(?P<letter>\((?:[a-z]|{_ROMAN})\)|(?:[a-z]|{_ROMAN})\))
    |(?P<number>\({_NUMBER}\)|\[\d{{1,3}}\](?=\s+[A-Z‘“])|{_NUMBER}[.)]|\d{{1,2}}(?:\.\d{{1,3}}){{1,9}}(?:\(\d{{1,2}}\)(?=\s+[A-Z‘“]))?)
    )(?=\s|$)""",
    re.VERBOSE,
)
#: Markers whose space is missing from the file: "•Leaders", "10.Private".
_GLUED = re.compile(
    rf"(?P<bullet>[{re.escape(BULLETS.replace('§', '').replace('·', ''))}\ue000-\uf8ff](?=\w))"
    r"|(?P<number>\d{1,3}\.(?=[A-Z‘“]\w))"
    rf"|(?P<letter>\((?:[a-z]|{_ROMAN})\)(?=[A-Z‘“]\w))"
)


@dataclass(frozen=True, slots=True)
class Marker:
    """A bullet, letter or number. ``sign`` is what stands in the report; ``length`` what it took of the line.

    ``code`` tells that nothing but its place makes it one: "R1", or a bare figure.
    """

    sign: str
    length: int
    numbered: bool
    code: bool = False

    @property
    def number(self) -> tuple[int, ...]:
        """The parts of the number, (2, 3) for "2.3"; empty for bullets and letters."""
        return tuple(int(part) for part in re.findall(r"\d+", self.sign)) if self.numbered else ()

    @property
    def successor(self) -> tuple[int, ...]:
        """The number that comes next at the same depth; empty for bullets and letters."""
        return (*self.number[:-1], self.number[-1] + 1) if self.number else ()


def find_marker(text: str) -> Marker | None:
    """The marker ``text`` begins with, or None."""
    found = _MARKER.match(text) or _GLUED.match(text)
    return Marker(sign(found.group()), found.end(), found.lastgroup == "number") if found else None


def code_marker(text: str) -> Marker | None:
    """``text`` as a marker if all of it is a number or code that only its place can tell from a word, or None."""
    return Marker(text, len(text), text.isdecimal(), code=True) if _CODE.fullmatch(text) else None


def find_series(texts: Sequence[str]) -> dict[int, Marker]:
    """The codes that ``texts`` begin with and that count, by index: "R1 Review...", "R2 Train..."; "1a Steel..."."""
    begun: dict[str, tuple[str, int, Marker]] = {}
    found: dict[int, Marker] = _find_counted(texts)
    for index, text in enumerate(texts):
        code = _CODED.match(text)
        if code is None:
            continue
        prefix, count = (code[1], code[2]) if code[1] else (code[3], code[4])
        marker = Marker(text[: len(prefix + count)], len(prefix + count), numbered=False, code=True)
        last = begun.get(prefix)
        begun[prefix] = count, index, marker
        if last and _follows(last[0], count):
            found |= {last[1]: last[2], index: marker}
    return found


def _find_counted(texts: Sequence[str]) -> dict[int, Marker]:
    """The bare numbers before sentences that count from one to three at least: "1 Renew...", "2 Mend...", "3 ..."."""
    found: dict[int, Marker] = {}
    series: dict[int, Marker] = {}
    for index, text in enumerate(texts):
        bare = _BARE.match(text)
        if bare and int(bare[1]) in (1, len(series) + 1):
            series = series if int(bare[1]) > 1 else {}
            series[index] = Marker(bare[1], len(bare[1]), numbered=False, code=True)
            if len(series) >= _COUNTED:
                found |= series if len(series) == _COUNTED else {index: series[index]}
    return found


def _follows(before: str, after: str) -> bool:
    """Whether ``after`` is the next number or letter."""
    if before.isdecimal():
        return after.isdecimal() and int(after) == int(before) + 1
    return len(after) == 1 and ord(after) == ord(before) + 1


def sign(marker: str) -> str:
    """``marker`` with private-use code points replaced by the sign they look like."""
    return "".join(SYMBOLS.get(ord(c), "•") if "\ue000" <= c <= "\uf8ff" else "▪" if c in "§¨" else c for c in marker)
