"""The page of a comparison: tables are the comparison's numbers, bars are to scale, nothing of it is code."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from autarky.explanation.comparison import Range, compare
from autarky.explanation.comparison_text import LEADS, difference_words, row_words, sentences, value_words
from autarky.explanation.measured import LOST
from autarky.report.comparison import render_comparison
from made_results import made_result
from parsed_page import Page

HOSTILE = "</text></script><img src=x onerror=alert(1)>\"' </title>\x1b[31m\x00\u202e"
CUT = {"kind": "trade_cut", "origin": "ABROAD", "share_kept": 0, "from": "2024-01-11"}
USERS = (("TOWN", "households"), ("LAND", "households"), ("GOV", "government"))


def made(names=("as declared", "by rank", "by market"), sectors=None):
    sectors = sectors or {"f": "Farms", "m": "Mills", "s": "Shops"}
    results = []
    for mills in (0.4, 0.7, 0.1):
        shares = np.ones((60, len(sectors)))
        shares[20:, 1] = mills
        results.append(
            made_result(shares, sectors=sectors, consumers=USERS, scenario={"name": "cut", "shocks": [CUT]})
        )
    return compare("Three rules", results, names, ("", "assumption", ""))


def with_ranges(comparison):
    ranges = tuple(Range(0.1, 0.2, 0.3, -0.02, 0.01, 0.04, 0.75) for _ in comparison.columns)
    rows = tuple(replace(row, ranges=ranges) for row in comparison.rows)
    conclusions = tuple(replace(one, share=0.5, shares=(1.0, 0.5, 0.5)) for one in comparison.conclusions)
    return replace(comparison, rows=rows, conclusions=conclusions, draws=60, failed=2, drawn="60 draws")


@pytest.fixture(scope="module")
def written():
    return render_comparison(made(), digests={"study.yaml": "ab" * 32})


@pytest.fixture(scope="module")
def page(written):
    return Page(written)


def test_the_answer_comes_first_in_the_words_of_the_terminal(page):
    words = "".join(page.text)
    for lead, sentence in zip(LEADS, sentences(made()), strict=True):
        assert lead in words and sentence in words
    assert words.index(LEADS[-1]) < words.index("The difference it makes")


def test_every_number_of_the_comparison_stands_in_a_table(page):
    comparison = made()
    shown = {
        row[0]: row[1:]
        for found in page.tables
        if found["caption"].startswith("Who")
        for row in found["rows"]
    }
    apart = {
        row[0]: row[1:]
        for found in page.tables
        if found["caption"].startswith("Diff")
        for row in found["rows"]
    }
    for row in comparison.rows:
        assert shown[row_words(row)] == [value_words(value, row.unit) for value in row.values]
        assert apart[row_words(row)] == [difference_words(value, row.unit) for value in row.differences[1:]]


def test_conclusions_say_in_how_many_they_hold_and_where_they_flip(page):
    header, *rows = page.table("Conclusions put to the test")
    assert header == ["question", "as declared says", "holds in", "elsewhere"]
    said = {row[0]: row[1:] for row in rows}
    assert said["Which industry stops first?"] == [
        "the first to stop is Mills",
        "2 of 3",
        "by rank: no industry stops (falls below half of base)",
    ]
    assert said["Do households fall below 90 % of base?"][1:] == [
        "2 of 3",
        "by rank: what households receive never falls below 90 % of base",
    ]
    assert said["Which group of households loses most?"][1:] == ["all 3 of 3", "the same"]


def test_bars_are_as_long_as_what_is_lost(page):
    """A bar's end is further from the axis in proportion to the loss, a run a bar, subject by subject."""
    rows = list(made().of("economy", "users", "groups", what=LOST))
    rows += made().of("products", what=LOST)[:3]
    widths = [
        float(found["width"])
        for tag, found in page.elements
        if tag == "rect" and found.get("class") in ("b-first", "b-cost")
    ]
    values = [value for row in rows for value in row.values]
    assert len(widths) == len(values)
    scale = max(widths) / max(values)
    for width, value in zip(widths, values, strict=True):
        assert width == pytest.approx(max(value * scale, 0.5), abs=0.02)


def test_every_picture_has_a_name_and_a_finding_and_no_heading_skips_a_level(written, page):
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    (picture,) = re.findall('<svg role="img".*?</svg>', written, re.S)
    finding = re.search(r"<desc[^>]*>([^<]+)</desc>", picture)[1]
    assert sentences(made())[1] in finding
    idents = [found["id"] for _, found in page.elements if "id" in found]
    assert len(idents) == len(set(idents))


def test_a_page_asks_for_nothing_runs_nothing_and_is_small(written, page):
    policy = next(found["content"] for tag, found in page.elements if tag == "meta" and "content" in found)
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"<script|<link|<iframe|\bsrc=|url\(|@import|\bon\w+=|style=", written)
    assert len(written.encode()) < 300_000
    assert render_comparison(made(), digests={"study.yaml": "ab" * 32}) == written


def test_no_label_becomes_markup():
    sectors = {"f": HOSTILE, "m": HOSTILE + "2", "s": "Shops"}
    comparison = made((HOSTILE, "b", "c"), sectors)
    text = render_comparison(replace(comparison, title=HOSTILE, remarks=(HOSTILE,)), command=HOSTILE)
    Page(text)
    assert "<img" not in text and "\x1b" not in text and "\x00" not in text and "\u202e" not in text


def test_draws_stand_beside_every_number():
    page = Page(render_comparison(with_ranges(made())))
    shown = page.table("Who loses what: the whole economy")[1]
    assert shown[1] == "−20 % (−10 to −30 %)"
    apart = page.table("Difference against as declared: the whole economy")[1]
    assert apart[1] == "−1 points (+2 points to −4 points); sign in 75 %"
    assert page.table("Conclusions put to the test")[1][-1] == "50 %"
    assert sum(found.get("class") == "range" for _, found in page.elements) > 0
    assert "2 draws could not be simulated" in "".join(page.text)


def test_what_has_no_number_draws_no_bar():
    comparison = made()
    rows = tuple(
        replace(row, values=(math.nan,) * 3) if row.what == LOST and row.section == "economy" else row
        for row in comparison.rows
    )
    page = Page(render_comparison(replace(comparison, rows=rows)))
    assert "no data" in "".join(page.text)
