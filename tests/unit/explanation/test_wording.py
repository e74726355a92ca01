"""Wording: numbers, dates and labels as the words that are printed."""

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.explanation.wording import count, date_words, listing, percent, plain, shorten


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.123, "12 %"),
        (0.0123, "1.2 %"),
        (-0.0825, "−8.2 %"),
        (0.0004, "0.04 %"),
        (1e-9, "0 %"),
        (0.996, "99.6 %"),
        (1.004, "100.4 %"),
        (2.5, "250 %"),
        (math.nan, "no data"),
        (math.inf, "no data"),
    ],
)
def test_a_share_is_printed_to_the_digits_a_reader_can_use(share, words):
    assert percent(share) == words


@given(st.floats(-5, 5))
def test_a_printed_share_is_within_half_a_printed_digit(share):
    printed = float(percent(share).removesuffix(" %").replace("−", "-"))
    assert abs(printed - share * 100) <= max(0.5, 0.06 * abs(share)) + 1e-9
    if abs(share) < 0.09:
        assert abs(printed - share * 100) <= 0.0501


def test_escape_sequences_and_control_characters_leave_a_label():
    assert plain("\x1b[31mred\x1b[0m \x1b]0;title\x07oil\r\n\x00gas\u202e\u200b") == "red oil gas"
    assert plain("\x9b31mred") == "31mred"
    assert plain("\x00") == "(no name)"


@given(st.text())
def test_a_plain_label_is_one_line_of_visible_characters(text):
    label = plain(text)
    assert label.isprintable() and label == label.strip() and label


def test_dates_counts_and_lists_read_as_words():
    assert date_words(datetime.date(2024, 3, 1)) == "1 Mar 2024"
    assert count(1, "day") == "1 day" and count(1200, "industry", "industries") == "1,200 industries"
    assert listing([]) == "" and listing(["a"]) == "a" and listing(["a", "b"]) == "a and b"
    assert listing(list("abcdef")) == "a, b, c and 3 more"
    assert listing(["a, b", "c", "d"]) == "a, b; c; and d"
    assert shorten("crude oil", 6) == "crude…" and shorten("oil", 6) == "oil"
