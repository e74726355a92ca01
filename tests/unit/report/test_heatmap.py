"""Heatmap: shades, runs of cells, dates and shocks."""

import datetime
import itertools
import math
import re

import numpy as np
import pytest

from autarky.explanation import answer
from autarky.explanation.losses import Day
from autarky.explanation.timeline import weekly_output
from autarky.report.heatmap import SHADES, Row, heatmap, legend, shade
from autarky.report.svg import DateAxis
from made_results import NATIONAL, made_result, national_result
from parsed_page import Page


@pytest.mark.parametrize(
    ("share", "name"),
    [
        (1.02, "above"),
        (1.01, "base"),
        (0.99, "base"),
        (0.98, "touched"),
        (0.9, "touched"),
        (0.89, "fallen"),
        (0.5, "fallen"),
        (0.49, "stopped"),
        (0.1, "stopped"),
        (0.09, "gone"),
        (0, "gone"),
        (math.inf, "above"),
        (math.nan, "nobase"),
    ],
)
def test_a_share_has_the_shade_of_its_level(share, name):
    assert shade(share).name == name


def test_every_shade_but_the_base_has_a_mark_of_its_own():
    marks = [kind.mark for kind in SHADES if kind.name != "base"]
    assert all(marks) and len(set(marks)) == len(marks)
    assert all(kind.meaning in legend() for kind in SHADES)


def drawn(result, code, first=None, links=None):
    told = answer(result)
    row = Row(code, "name", first, "note")
    end = datetime.date.fromisoformat(told.end)
    return heatmap("m", weekly_output(result), [row], told.conditions, end, "title", "finding", links)


def test_the_boxes_of_a_row_fill_it_and_their_shades_are_those_of_the_weeks():
    result = national_result()
    svg = drawn(result, "C19", Day(25, "2024-02-15"))
    week = 584 / 200 * 7
    shades = [shade(share).name for share in weekly_output(result).row("C19")]
    for name in set(shades):
        path = re.search(rf'<path d="([^"]*)" class="s-{name}"/>', svg).group(1)
        width = sum(float(number) for number in re.findall(r"h([\d.]+)v", path))
        weeks = sum(1 if k < 28 else 4 / 7 for k, found in enumerate(shades) if found == name)
        assert width == pytest.approx(weeks * week, abs=0.5)
    assert svg.count('class="first"') == 1 and svg.count('class="shock"') == 1


def test_there_is_a_mark_for_each_week_of_a_run():
    svg = drawn(national_result(), "C19")
    marks = re.search(r'<path d="([^"]*)" fill="none" marker-start="url\(#m-gone\)"', svg).group(1)
    weeks = [shade(share).name for share in weekly_output(national_result()).row("C19")]
    assert len(re.findall("[Mh]", marks)) == weeks.count("gone")


def test_a_run_at_base_has_one_box_and_no_mark():
    svg = drawn(made_result(np.ones((200, 12)), sectors=NATIONAL), "B")
    assert len(re.findall('class="s-', svg)) == 1 and "marker-start" not in svg


@pytest.mark.parametrize("days", [1, 10, 40, 200, 730, 3650, 36500])
def test_date_labels_stay_apart_and_inside(days):
    axis = DateAxis(datetime.date(2024, 1, 15), days, 0, 584)
    places = [x for x, _ in axis.ticks()]
    assert places and places[0] >= 0 and places[-1] <= 584
    assert all(b - a >= 50 for a, b in itertools.pairwise(places))


def test_a_row_with_a_link_is_explained_at_a_click_and_the_link_lies_outside_the_image():
    page = Page(drawn(national_result(), "C19", links=lambda code: f"/why?industry={code}"))
    assert [tag for tag, _ in page.elements][:2] == ["svg", "svg"]
    assert [held.get("role") for tag, held in page.elements if tag == "svg"] == ["group", "img"]
    [held] = [held for tag, held in page.elements if tag == "a"]
    assert held["href"] == "/why?industry=C19" and held["aria-label"] == "Explain name"
    assert (held["data-days"], held["data-start"]) == ("200", "2024-01-01")
    inside = drawn(national_result(), "C19", links=str)
    assert inside.index("<a ") > inside.index("</svg>")
    # Without links the picture is what it was: the same bytes, wrapped.
    assert drawn(national_result(), "C19") in inside


def test_a_long_note_gets_the_room_it_needs():
    result = national_result()
    told = answer(result)
    end = datetime.date.fromisoformat(told.end)
    note = "more than 99 % of draws"
    svg = heatmap("m", weekly_output(result), [Row("C19", "n", None, note)], (), end, "title", "finding")
    at = float(re.search(rf'<text x="([\d.]+)"[^>]*>{note}<', svg)[1])
    assert at + 7.5 * len(note) <= 960
