"""The period that a figure is for, as text: which spellings are dates."""

from __future__ import annotations

import datetime
import re

# One point or stretch of time: 2019, 2020-03, 2020-03-15, 2019Q3, 2020H1, 2018/19 (a harvest year).
_ONE = re.compile(
    r"(?P<year>[12]\d{3})(-(?P<month>\d\d)(-(?P<day>\d\d))?|[QH](?P<part>\d)|/(?P<next>\d\d))?", re.ASCII
)
_QUARTERS = re.compile(r"[12]\d{3}Q([1-4])-Q([1-4])", re.ASCII)
EXAMPLES = (
    "2019, 2020-03, 2020-03-15, 2020Q1, 2020Q1-Q3, 2020H1, 2018/19, 2013 to 2019, from 2018, before 2000 "
    "or undated"
)


def is_period(text: str) -> bool:
    """Whether a text is a period: one of ``EXAMPLES`` in form, and a date of the calendar."""
    if quarters := _QUARTERS.fullmatch(text):
        return quarters[1] < quarters[2]
    if text == "undated":
        return True
    if text.startswith(("from ", "before ")):
        return _is_one(text.partition(" ")[2])
    first, to, last = text.partition(" to ")
    return _is_one(first) and (not to or (_is_one(last) and first[:4] <= last[:4] and first != last))


def last_year(text: str) -> int | None:
    """The year in which a period ends: of a harvest year 2018/19, 2019; None if it has no end or no date."""
    if text == "undated" or text.startswith("from "):
        return None
    if text.startswith("before "):
        return int(text.removeprefix("before ")[:4]) - 1
    last = text.rpartition(" to ")[2]
    return int(last[:4]) + (1 if "/" in last else 0)


def _is_one(text: str) -> bool:
    found = _ONE.fullmatch(text)
    if found is None:
        return False
    if found["part"] is not None:
        return 1 <= int(found["part"]) <= (4 if "Q" in text else 2)
    if found["next"] is not None:
        return int(found["next"]) == (int(found["year"]) + 1) % 100
    try:
        datetime.date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    except ValueError:
        return False
    return True
