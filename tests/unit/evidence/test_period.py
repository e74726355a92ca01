"""Periods as text: which are dates, and when they end."""

from __future__ import annotations

import pytest

from autarky.evidence.period import is_period, last_year


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("2019", 2019),
        ("2020-03", 2020),
        ("2020-02-29", 2020),
        ("2020Q4", 2020),
        ("2020Q1-Q3", 2020),
        ("2022H2", 2022),
        ("2018/19", 2019),
        ("1999/00", 2000),
        ("2013 to 2019", 2019),
        ("2021-01 to 2021-02", 2021),
        ("2017/18 to 2019/20", 2020),
        ("from 2018", None),
        ("before 2000", 1999),
        ("undated", None),
    ],
)
def test_a_period_is_known_by_its_end(text: str, ends: int | None) -> None:
    assert is_period(text)
    assert last_year(text) == ends


@pytest.mark.parametrize(
    "text",
    [
        "",
        "19",
        "2019-13",
        "2021-02-29",
        "2019-1",
        "2020Q5",
        "2020H3",
        "2020Q3-Q1",
        "2018/20",
        "2019 to 2013",
        "2019 to 2019",
        "2019 to",
        "to 2019",
        "from",
        "last year",
        "2019 ",
        "２０１９",
        "n.d.",
    ],
)
def test_other_texts_are_no_periods(text: str) -> None:
    assert not is_period(text)
