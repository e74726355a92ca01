"""Numbers of the page: what its pictures and tables say is what the result holds, worked out again here."""

import re
from itertools import pairwise

import numpy as np
import pytest

from autarky.explanation import answer, answer_of_draws
from autarky.report import render, render_ensemble
from autarky.results import QUANTILES
from made_ensembles import SHOCK, made_ensemble
from made_results import national_result
from parsed_page import Page

FLOORS = ((0.1, "gone"), (0.5, "stopped"), (0.9, "fallen"), (0.99, "touched"), (1.01, "base"), (9e9, "above"))


def shade(share):
    """The class of a cell, written down once more: below each floor, and just above base not yet above."""
    return next(name for most, name in FLOORS if share < most or (name == "base" and share <= most))


def cells(page, ident, rows, columns, left=268.0, right=108.0, width=960.0, days=None):
    """The shade of each row at the middle of each column, as the picture's boxes have it."""
    drawn = page[page.index(f'aria-labelledby="{ident}-title') :]
    drawn = drawn[: drawn.index("</svg>")]
    found = [[None] * columns for _ in range(rows)]
    tops = sorted({float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)h[\d.]+v", drawn)})
    assert len(tops) == rows
    week = (width - left - right) * 7 / days
    for path, name in re.findall(r'<path d="([^"]*)" class="s-(\w+)"/>', drawn):
        for x, y, wide in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v", path):
            for column in range(columns):
                begin = left + column * week
                middle = (begin + min(begin + week, width - right)) / 2
                if float(x) <= middle <= float(x) + float(wide):
                    found[tops.index(float(y))][column] = name
    return found


def means(daily):
    return [daily[first : first + 7].mean() for first in range(0, len(daily), 7)]


def test_the_heatmap_of_a_run_shows_the_weeks_of_its_result():
    result = national_result()
    told = answer(result)
    page = render(result, told)
    days = result.data.sizes["day"]
    share = result.data["output"] / result.data["output_base"]
    listed = [row[0] for row in Page(page).table("Industries in the order")[1:]]
    assert listed == [loss.name for loss in told.industries]
    found = cells(page, "when-map", len(listed), -(-days // 7), days=days)
    for loss, row in zip(told.industries, found, strict=True):
        own = share.sel(industry=loss.industry).values
        assert row == [shade(week) for week in means(own)]


def test_days_of_a_run_in_its_table_are_the_first_days_of_its_result():
    result = national_result()
    told = answer(result)
    zero = (np.datetime64(told.day_zero) - result.data["day"].values[0]) / np.timedelta64(1, "D")
    first = result.data["first_day_below"]
    rows = {row[0]: row for row in Page(render(result, told)).table("Industries in the order")[1:]}
    for loss in told.industries:
        for level, cell in zip((0.9, 0.5), rows[loss.name][1:3], strict=True):
            day = int(first.sel(level=level, industry=loss.industry))
            words = "never" if day < 0 else f"day {day - int(zero):,}".replace("-", "−")
            assert cell.split(",")[0] == words


@pytest.fixture(scope="module")
def ensemble():
    result = made_ensemble(200)
    return result, answer_of_draws(result), render_ensemble(result)


def test_the_heatmap_of_an_ensemble_shows_the_median_of_its_draws(ensemble):
    result, told, page = ensemble
    days = result.data.sizes["day"]
    found = cells(page, "when-map", len(told.industries), -(-days // 7), days=days)
    median = result.data["output"].sel(quantile=0.5)
    for one, row in zip(told.industries, found, strict=True):
        own = median.sel(industry=one.industry).transpose("day").values
        assert row == [shade(week) for week in means(own)]


def test_points_of_the_days_are_the_medians_of_the_draws(ensemble):
    result, told, page = ensemble
    drawn = page[page.index('aria-labelledby="when-spans-title') :]
    drawn = drawn[: drawn.index("</svg>")]
    ticks = re.findall(r'<text x="([\d.]+)" y="14" class="tick" text-anchor="middle">([^<]*)</text>', drawn)
    (x0, d0), (x1, d1) = ticks[0], ticks[-1]
    per_day = (float(x1) - float(x0)) / (int(d1) - int(d0))
    points = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawn)]
    assert len(points) == len(told.industries)
    stops = result.data["first_day_below"].sel(level=0.5)
    for one, x in zip(told.industries, points, strict=True):
        own = stops.sel(industry=one.industry).values
        median = np.median(own[own >= 0]) - SHOCK
        assert int(d0) + (x - float(x0)) / per_day == pytest.approx(median, abs=0.51)


def test_fifty_dots_are_quantiles_of_the_draws(ensemble):
    result, _, page = ensemble
    lost = np.sort(result.data["measured"].sel(measure="consumption_lost").values)
    drawn = page[page.index('aria-labelledby="dots-consumption_lost-title') :]
    drawn = drawn[: drawn.index("</svg>")]
    circles = re.findall(r'<circle cx="([\d.]+)" cy="[\d.]+" r=', drawn)
    assert len(circles) == 51  # and the point of the median under them
    rows = {row[0]: row[1] for row in Page(page).table("The dots of the pictures")[1:]}
    told = [float(word.rstrip(" %").replace("−", "-")) / 100 for word in rows[NAME].split(", ")]
    assert len(told) == 50 and all(a <= b for a, b in pairwise(told))
    expected = np.quantile(lost, (np.arange(50) + 0.5) / 50)
    assert np.allclose(told, expected, atol=0.006)


NAME = "household consumption lost over the run"


def test_quantiles_of_every_measure_stand_in_the_table(ensemble):
    result, told, page = ensemble
    rows = {row[0]: row[1:] for row in Page(page).table("Measures over all draws")[1:]}
    values = result.data["measured"].sel(measure="consumption_lost").values
    cells_told = [float(word.rstrip(" %")) / 100 for word in rows[NAME][:5]]
    assert np.allclose(cells_told, np.quantile(values, QUANTILES), atol=0.006)
    assert len(rows) == len(told.measures)
