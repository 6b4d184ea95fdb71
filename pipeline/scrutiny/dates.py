"""Dates as reports print them, and the days they mean.

>>> days_of("28 February to 4 March 2022")
('2022-02-28', '2022-03-04')
>>> days_of("March 4-8, 2019")
('2019-03-04', '2019-03-08')
>>> days_of("October 2023")
('2023-10', '2023-10')
>>> days_of("3/4/2021") is None  # the third of April or the fourth of March
True
>>> days_of("3/4/2021", order="day-first")
('2021-04-03', '2021-04-03')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

#: How a country writes "3/4/2021".
DayOrder = Literal["day-first", "month-first"]

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()

_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,? )?"
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?(?![0-9])(?: of)?"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:19|20)[0-9]{2}(?![0-9])"
_AND = r"(?: ?(?:[,;&/\u2010-\u2015-]|\b(?:to|and|until|till|through)\b)){1,2} ?"
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])"
_SLASHED = r"[0-9]{1,2}(?:/[0-9]{1,2}/|\.[0-9]{1,2}\.|-[0-9]{1,2}-)(?:19|20)[0-9]{2}(?![0-9])"
_FIGURES = rf"(?<![0-9./-])(?:{_ISO}|{_SLASHED})"
_DAY_MONTH = rf"{_WEEKDAY}(?:{_DAY} {_MONTH}|{_MONTH} {_DAY})"

#: Regular expression of a month with its year, as in "October 2023".
MONTH = rf"(?:\b{_MONTH},? {_YEAR})"
#: Regular expression of one day, with its year.
DATE = rf"(?:\b{_DAY_MONTH},? {_YEAR}|{_FIGURES})"
#: Regular expression of one day or several, of which the last has a year.
DATES = (
    rf"(?:\b(?:{_WEEKDAY}(?:{_DAY}(?: {_MONTH})?|{_MONTH} {_DAY})(?:,? {_YEAR})?{_AND}){{0,7}}{_DAY_MONTH},? {_YEAR}"
    rf"|\b{_MONTH} {_DAY}(?:{_AND}{_DAY}){{1,7}},? {_YEAR}|{_FIGURES}(?:{_AND}{_FIGURES})?)"
)

_SLASHED_PARTS = re.compile(rf"(?<![0-9./-])(?P<first>[0-9]{{1,2}})[/.-](?P<second>[0-9]{{1,2}})[/.-]{_YEAR}")

_TOKEN = re.compile(
    rf"(?P<iso>{_ISO})|(?P<slashed>{_SLASHED})|(?P<year>\b{_YEAR})|(?P<day>\b{_DAY})|(?P<month>\b{_MONTH})",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Day:
    """A day as far as it is printed."""

    day: int | None = None
    month: int | None = None
    year: int | None = None
    year_printed: bool = True

    def iso(self) -> str:
        """ISO 8601, to the month where no day is printed; raises ValueError for no such day."""
        if self.month is None or self.year is None:
            raise ValueError("no month or no year")
        if self.day is None:
            return f"{self.year:04}-{self.month:02}"
        return date(self.year, self.month, self.day).isoformat()


def order_of(text: str) -> DayOrder | None:
    """The order in which ``text`` writes dates such as 3/4/2021, where dates such as 23/4/2021 show it.

    >>> order_of("Seen on 4/23/2021, due on 5/3/2021.")
    'month-first'
    >>> order_of("Due on 5/3/2021.") is None
    True
    """
    found = [(int(match["first"]) > 12, int(match["second"]) > 12) for match in _SLASHED_PARTS.finditer(text)]
    days_lead, months_lead = any(first for first, _ in found), any(second for _, second in found)
    return None if days_lead == months_lead else "day-first" if days_lead else "month-first"


def days_of(printed: str, *, order: DayOrder | None = None) -> tuple[str, str] | None:
    """The first and the last day that ``printed`` names, in ISO 8601 (to the month where it prints no day).

    ``order`` settles dates such as 3/4/2021; without it they, like days that do not exist, give None.
    """
    try:
        days = _complete(_days(printed, order))
        return (days[0].iso(), days[-1].iso()) if days and days[0].iso() <= days[-1].iso() else None
    except ValueError:
        return None


def _days(printed: str, order: DayOrder | None) -> list[_Day]:
    """Every day printed, each with what is printed of it."""
    days: list[_Day] = []
    for token in _TOKEN.finditer(printed):
        kind, text = token.lastgroup, token.group()
        if kind in ("iso", "slashed"):
            days.append(_from_figures(text, order))
            continue
        value = _MONTHS.index(text[:3].lower()) + 1 if kind == "month" else int(re.sub(r"\D", "", text))
        # A day or month begins another date where this one has its own already, or has its year.
        if not days or days[-1].year is not None or getattr(days[-1], str(kind)) is not None:
            days.append(_Day())
        setattr(days[-1], str(kind), value)
    return days


def _from_figures(text: str, order: DayOrder | None) -> _Day:
    first, second, third = (int(part) for part in re.split(r"[./-]", text))
    if first > 31:
        return _Day(third, second, first)
    day_first = order == "day-first" if first <= 12 and second <= 12 and first != second else second <= 12
    if order is None and first <= 12 and second <= 12 and first != second:
        raise ValueError("day and month cannot be told apart")
    return _Day(first, second, third) if day_first else _Day(second, first, third)


def _complete(days: list[_Day]) -> list[_Day]:
    """``days`` with the months and years that are printed only once for several of them."""
    for day, following in reversed(list(pairwise(days))):
        if day.year is None:
            day.year, day.year_printed = following.year, False
        day.month = day.month or (following.month if days[0].month is None else None)
        if not day.year_printed and day.month and following.month and day.month > following.month and day.year:
            day.year -= 1  # 28 December to 4 January 2020
    for before, day in pairwise(days):
        day.month = day.month or before.month
    return days
