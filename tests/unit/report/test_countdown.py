"""Countdown: days to the first stop by product, soonest first, with the stock that delays it."""

import re
from dataclasses import replace

from autarky.report.countdown import MOST_PRODUCTS, MOST_ROWS, countdown_content
from autarky.report.document import document, section
from made_lifelines import countdown
from parsed_page import Page

HOSTILE = "</text></script><img src=x onerror=alert(1)>\"' </title>\x1b[31m\x00\u202e"


def text(found):
    return document("t", "t", "s", section("answer", "Stocks", countdown_content(found)))


def test_the_soonest_stop_comes_first_in_words_and_in_the_picture():
    found = countdown(8, 5)
    written = text(found)
    words = "".join(Page(written).text)
    assert all(sentence in words for sentence in found.sentences)
    picture = re.search('<svg role="img".*?</svg>', written, re.S).group(0)
    assert re.findall(r'class="name">([^<]*)', picture) == [
        "Product 4 (home)",
        "Product 3",
        "Product 2 (abroad)",
        "Product 1 (home)",
        "Product 0",
    ]
    places = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', picture)]
    assert places == sorted(places) and len(set(places)) == 5
    assert re.search(r"<desc[^>]*>[^<]*day 86", picture)


def test_the_table_has_every_product_with_stock_value_and_days_bought():
    page = Page(text(countdown(8, 5)))
    header, *rows = page.table("Products by the day")
    assert "million ARD" in header[5] and len(rows) == 8
    row = next(row for row in rows if row[0] == "Product 2")
    assert row[1:] == ["abroad", "12", "day 88, 18 Apr 2024", "Motor vehicles", "7", "4", "6", "0.52", "1 %"]
    never = next(row for row in rows if row[0] == "Product 7")
    assert never[3:] == ["never", "–", "12", "0", "–", "–", "–"]


def test_where_nothing_stops_it_is_said_and_stocks_are_still_listed():
    page = Page(text(countdown(3, 0)))
    assert "Nothing stops for want of any of 3 inputs." in "".join(page.text)
    assert len(page.table("Products by the day")) == 4
    assert "0 inputs" in "".join(Page(text(countdown(0, 0))).text)


def test_a_stop_that_moves_beyond_the_run_is_an_arrow_and_a_mere_fall_a_hollow_dot():
    found = countdown(4, 4)
    soonest = replace(found.rows[0], at_least=True, moves=300)
    fall = replace(found.rows[1], stops=False)
    written = text(replace(found, rows=(soonest, fall, *found.rows[2:])))
    picture = re.search('<svg role="img".*?</svg>', written, re.S).group(0)
    assert picture.count('class="first"') == 1 and picture.count('class="falls"') == 1
    rows = Page(written).table("Products by the day")
    assert rows[1][7] == "at least 300" and rows[2][3] == "never; falls day 88, 18 Apr 2024"


def test_many_products_are_cut_and_said_to_be():
    page = Page(text(countdown(90, 70)))
    words = "".join(page.text)
    assert f"{70 - MOST_PRODUCTS} more products in the table." in words
    assert f"{90 - MOST_ROWS} more: autarky lifelines STUDY --json" in words


def test_hostile_names_stay_text():
    written = text(countdown(3, 2, name=HOSTILE))
    Page(written)
    assert "<img" not in written and "&lt;img" in written and not re.search("[\x00\x1b\u202e]", written)
