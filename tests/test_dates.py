"""Printed dates mean the days a reader takes them to mean, or none."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrutiny.dates import DATES, days_of

DAYS = st.dates(date(1950, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("printed", "days"),
    [
        ("2 to 6 October 2023", ("2023-10-02", "2023-10-06")),
        ("28 February 2019", ("2019-02-28", "2019-02-28")),
        ("4 March – 8 March 2019", ("2019-03-04", "2019-03-08")),
        ("6 March 2017–30 March 2017", ("2017-03-06", "2017-03-30")),
        ("30/11/2021", ("2021-11-30", "2021-11-30")),
        ("11/30/2021", ("2021-11-30", "2021-11-30")),
        ("2024-05-06", ("2024-05-06", "2024-05-06")),
        ("October 2023", ("2023-10", "2023-10")),
        ("March 4-8, 2019", ("2019-03-04", "2019-03-08")),
        ("July 8, 9 and 12, 2024", ("2024-07-08", "2024-07-12")),
        ("10, 11 and 13 September 2024", ("2024-09-10", "2024-09-13")),
        ("Tuesday 4 March to Friday 8 March 2019", ("2019-03-04", "2019-03-08")),
        ("27th to 31st March 2023", ("2023-03-27", "2023-03-31")),
        ("28 December to 4 January 2020", ("2019-12-28", "2020-01-04")),
        ("29 January 2024 through 2 February 2024", ("2024-01-29", "2024-02-02")),
        ("31 February 2020", None),
        ("8 to 4 March 2019", None),
        ("3/4/2021", None),
        ("May", None),
        ("", None),
    ],
)
def test_printed_dates_mean_their_days(printed: str, days: tuple[str, str] | None) -> None:
    assert days_of(printed) == days


@given(DAYS, st.integers(0, 300))
def test_a_period_is_found_in_a_sentence_and_read_in_either_order(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    want = (first.isoformat(), last.isoformat())
    for printed in (
        f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}",
        f"{first:%B} {first.day}, {first.year} – {last:%B} {last.day}, {last.year}",
    ):
        found = re.search(DATES, f"We were there from {printed} and later.", re.IGNORECASE)
        assert found is not None
        assert days_of(found.group()) == want
    assert days_of(f"{first:%d/%m/%Y}", order="day-first") == (want[0], want[0])
    assert days_of(f"{first:%m/%d/%Y}", order="month-first") == (want[0], want[0])


@given(st.text(alphabet="0123456789 /.-–,JanMayof", max_size=60))
def test_any_text_gives_two_days_in_order_or_none(text: str) -> None:
    days = days_of(text)
    assert days is None or days[0] <= days[1]
