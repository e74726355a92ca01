"""Keep first: imports ranked, the curve as more are kept, and how far it is from the best possible."""

import math
import re
from dataclasses import replace

import pytest

from autarky.report.document import document, section
from autarky.report.keep_first import MOST_GATES, MOST_ROWS, keep_first
from made_lifelines import lifelines
from parsed_page import Page

HOSTILE = "</text></script><img src=x onerror=alert(1)>\"' </title>\x1b[31m\x00\u202e"


def text(found):
    return document("t", "t", "s", section("answer", "Keep first", keep_first(found)))


@pytest.fixture(scope="module")
def found():
    return lifelines(20)


@pytest.fixture(scope="module")
def page(found):
    return Page(text(found))


def pictures(written):
    return re.findall('<svg role="img".*?</svg>', written, re.S)


def test_the_sentences_come_first_and_then_two_pictures_each_with_its_table(found, page):
    written = text(found)
    words = "".join(page.text)
    assert all(sentence in words for sentence in found.sentences)
    assert words.index(found.sentences[-1]) < words.index("Each import kept alone")
    assert len(pictures(written)) == 2
    for picture in pictures(written):
        assert re.search(r"<desc[^>]*>[^<]*\d[^<]*</desc>", picture)
        after = written[written.index(picture) + len(picture) :]
        assert "<table" in after[: after.index("</details>")]


def test_the_table_gives_what_each_import_averts_and_costs(found, page):
    header, first, *rest = page.table("Imports by what keeping each alone")
    assert "million ARD" in header[4] and "households" in header[1]
    assert first == ["Import 0 from Boria", "40 %", "30 %", "5 %", "10", "5 %"]
    assert len(rest) == len(found.alone) - 1
    assert f"{len(found.alone) - MOST_GATES} more imports in the table." in "".join(page.text)


def test_bars_are_as_long_as_what_is_averted(found):
    widths = [float(w) for w in re.findall(r'width="([\d.]+)" height="16" class="b-keep"', text(found))]
    assert len(widths) == MOST_GATES
    assert widths[3] / widths[0] == pytest.approx(0.8**3, abs=0.01)


def test_the_curve_rises_where_an_import_is_fully_kept(found):
    path = re.search(r'd="([^"]*)" class="line"', text(found)).group(1)
    assert path.count("H") == path.count("V") == len(found.greedy)
    assert set(re.findall("[A-Z]", path)) == {"M", "H", "V"}
    rises = [float(y) for y in re.findall(r"V([\d.]+)", path)]
    assert rises == sorted(rises, reverse=True)


def test_the_table_of_steps_says_what_each_adds(page):
    rows = page.table("What is averted as more imports are kept")
    assert rows[1] == ["1. Import 0 from Boria", "5 %", "40 %", "36 %", "40 %"]
    assert rows[2][2] == "64 %" and rows[2][4] == "24 %"


def test_best_sets_stand_beside_as_many_steps(found, page):
    rows = page.table("The best possible sets")
    assert len(rows) - 1 == len(found.best) == text(found).count('class="best"')
    assert rows[2] == ["2", "Import 0 from Boria and Import 1 from Boria", "10 %", "66 %", "64 %"]
    without = text(replace(found, best=()))
    assert "best" not in re.sub("<style>.*</style>", "", without, flags=re.S).lower()


def test_the_budget_is_a_line_and_without_one_there_is_none(found):
    assert ">budget</text>" in text(found)
    assert ">budget</text>" not in text(replace(found, budget=None))


def test_where_nothing_is_lost_nothing_is_drawn(found):
    nothing = tuple(replace(kept, averts=math.nan, averts_value_added=math.nan) for kept in found.alone)
    written = text(replace(found, alone=nothing, greedy=(), best=()))
    assert not pictures(written) and "nothing to avert" in written and ">nan" not in written


def test_an_import_that_costs_more_than_it_averts_keeps_inside_the_picture(found):
    worse = (*found.alone[:2], replace(found.alone[2], averts=-0.1))
    written = pictures(text(replace(found, alone=worse, greedy=found.greedy[:1], best=())))[0]
    bars = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="16" class="b-keep"', written)
    assert all(float(x) >= 330 and float(x) + float(w) <= 700 for x, w in bars)
    assert "−10 %" in written


def test_names_keep_where_the_import_comes_from():
    written = pictures(text(lifelines(2, name="Manufacture of chemicals and chemical products, number")))[0]
    assert re.search(r"1\. Manufacture of [^<]*… from Boria<", written)


def test_many_gates_are_cut_and_the_command_named():
    found = lifelines(200)
    page = Page(text(found))
    assert len(page.table("Imports by what keeping each alone")) == MOST_ROWS + 1
    assert f"{200 - MOST_ROWS} more: autarky lifelines STUDY --json" in "".join(page.text)


def test_one_gate_is_enough():
    Page(text(lifelines(1)))


def test_hostile_names_stay_text():
    written = text(lifelines(3, name=HOSTILE, consumers=HOSTILE))
    Page(written)
    assert "<img" not in written and "&lt;img" in written and not re.search("[\x00\x1b\u202e]", written)
