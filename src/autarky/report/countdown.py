"""Countdown: days from the cut to the first stop by product, and days bought by more of its stock."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autarky.explanation.losses import Day
from autarky.explanation.wording import count, date_words, percent, rounded, shorten
from autarky.report.document import framed
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import line, number_axis, picture, text
from autarky.report.tables import folded, table

if TYPE_CHECKING:
    from autarky.explanation.countdown import Countdown, ProductCountdown

MOST_PRODUCTS, MOST_ROWS = 20, 60
"""Rows of the picture and of the table."""
WIDTH, LEFT, RIGHT, PITCH, TOP = 960.0, 290.0, 264.0, 24.0, 26.0
ORIGINS = {"any": "at home or abroad", "home": "at home", "abroad": "abroad"}
"""Where what is stocked can be bought, as printed."""


def countdown_content(countdown: Countdown) -> Sequence[Content]:
    """What runs out first: a sentence, a line of days for each product, and the same as a table."""
    stopping = sorted(
        (row for row in countdown.rows if row.day is not None),
        key=lambda row: row.day.number if row.day else 0,
    )
    if not stopping:
        told = element("p", f"Nothing stops for want of any of {count(len(countdown.rows), 'product')}.")
        return (told, *_twin(countdown)) if countdown.rows else (told,)
    shown = stopping[:MOST_PRODUCTS]
    first = stopping[0]
    finding = (
        f"{first.name} stops an industry first: {first.industry} on {_day(first.day)}, with "
        f"{rounded(first.stock_days, 3)} days in stock. {len(stopping):,} of "
        f"{count(len(countdown.rows), 'product')} {'stops' if len(stopping) == 1 else 'stop'} an industry."
    )
    return (
        element("p", finding),
        _bought(stopping),
        _legend(),
        framed(_days_line(shown, finding), "Days to the first stop by product"),
        element("p", f"{count(len(stopping) - len(shown), 'more product')} in the table.", class_="note")
        if len(shown) < len(stopping)
        else None,
        folded("The same as a table: every product with its stock", _twin(countdown)),
        element("ul", [element("li", note) for note in countdown.notes], class_="note")
        if countdown.notes
        else None,
    )


def _bought(stopping: Sequence[ProductCountdown]) -> Markup | None:
    """Which stock buys most days for its value."""
    worth = [row for row in stopping if row.days_bought is not None and row.stock_value > 0]
    if not worth:
        return None
    best = max(worth, key=lambda row: row.days_bought or 0.0)
    return element("p", f"More of {best.name} in stock buys most: {_days(best.days_bought)}.")


def _days_line(shown: Sequence[ProductCountdown], finding: str) -> Markup:
    """A row for each product: how long its stock lasts in the base year, and the day of the first stop."""
    days = [row.day.number for row in shown if row.day is not None]
    axis = number_axis(
        [0.0, *days, *(row.stock_days for row in shown)], LEFT, WIDTH - LEFT - RIGHT, ticks=7, least=1
    )
    bottom = TOP + PITCH * len(shown)
    drawing: list[Markup] = []
    for place, number in axis.ticks():
        drawing += [
            line(place, TOP - 6, place, bottom, "axis" if abs(number) < 1e-9 else "grid"),
            text(place, 14, f"day {number:,.0f}".replace("-", "−"), "tick", "middle"),
        ]
    for k, row in enumerate(shown):
        if row.day is None:
            continue
        y, place = TOP + PITCH * (k + 0.5), axis.at(row.day.number)
        stock = axis.at(row.stock_days) - axis.at(0)
        drawing += [
            text(0, y + 4, shorten(row.name, 42), "name"),
            element("rect", x=axis.at(0), y=y - 5, width=max(stock, 0.8), height=10.0, class_="half"),
            element("circle", cx=place, cy=y, r=5.0, class_="middle"),
            text(WIDTH - RIGHT + 12, y + 4, shorten(row.industry, 36), "note"),
        ]
    title = "Days from the cut to the first stop for want of each product"
    return picture("countdown", WIDTH, bottom + 4, title, finding, drawing, class_="heatmap")


def _legend() -> Markup:
    """What the marks stand for."""

    def swatch(mark: Markup) -> Markup:
        return element("svg", mark, viewBox="0 0 20 20", class_="swatch", aria_hidden="true")

    items = (
        (element("rect", y=5, width=20, height=10, class_="half"), "days of base-year use in stock"),
        (element("circle", cx=10, cy=10, r=5, class_="middle"), "first stop for want of it, and of whom"),
    )
    return element("ul", [element("li", swatch(mark), f" {words}") for mark, words in items], class_="legend")


def _twin(countdown: Countdown) -> Sequence[Content]:
    rows = [
        (
            row.name,
            ORIGINS.get(row.origin, row.origin),
            rounded(row.stock_days, 3),
            _day(row.day),
            row.industry or "–",
            rounded(row.stock_value, 3),
            "–" if row.days_bought is None else rounded(row.days_bought, 3),
            "–" if row.averts is None else percent(row.averts),
        )
        for row in countdown.rows[:MOST_ROWS]
    ]
    header = (
        "product",
        "bought",
        "in stock, days of base use",
        "first stop for want of it",
        "who stops",
        f"value of all stocks of it, {countdown.unit}",
        "days bought",
        f"averts, % of what {countdown.consumers} lose",
    )
    left = len(countdown.rows) - MOST_ROWS
    command = element("code", "autarky lifelines STUDY --json")
    return (
        table("Products by the day on which want of them first stops an industry", header, rows),
        element("p", f"{left:,} more: ", command, class_="note") if left > 0 else None,
    )


def _days(number: float | None) -> str:
    return f"{rounded(number or 0.0, 3)} days"


def _day(day: Day | None) -> str:
    if day is None:
        return "never"
    number = f"{day.number:,}".replace("-", "−")
    return f"day {number}, {date_words(datetime.date.fromisoformat(day.date))}"
