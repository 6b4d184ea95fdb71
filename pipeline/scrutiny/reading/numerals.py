"""Numbers as lists print them: 4, iv, d."""

from __future__ import annotations

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: No list is numbered higher in letters or Roman numerals; beyond, figures are printed.
_HIGHEST = 3999
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def roman(number: int) -> str:
    """``number`` in lower-case Roman numerals; in figures where there is none."""
    if not 0 < number <= _HIGHEST:
        return str(number)
    parts = []
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        parts.append(sign * count)
    return "".join(parts)


def letters(number: int, *, doubled: bool = False) -> str:
    """``number`` in lower-case letters. After z comes aa, then ab, or where letters are ``doubled``, bb."""
    if not 0 < number <= _HIGHEST:
        return str(number)
    if doubled:
        count, index = divmod(number - 1, 26)
        return _LETTERS[index] * (count + 1)
    text = ""
    while number:
        number, index = divmod(number - 1, 26)
        text = _LETTERS[index] + text
    return text


def ordinal(number: int) -> str:
    """``number`` as 1st, 2nd, 3rd."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def raised(text: str) -> str:
    """``text`` set high: figures as superscript characters, anything but figures as it is."""
    return text.translate(_RAISED) if text.replace(",", "").replace(" ", "").isdecimal() else text
