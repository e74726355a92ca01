"""Countdown: days from the cut to the first stop by product, and days bought by more of its stock."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from autarky.explanation.countdown import Countdown, ProductCountdown
from autarky.explanation.losses import Day
from autarky.explanation.wording import count, date_words, percent, rounded, shorten
from autarky.report.document import framed
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import line, number_axis, picture, text
from autarky.report.tables import folded, table

MOST_PRODUCTS, MOST_ROWS = 20, 30
"""Rows of the picture and of the table."""
WIDTH, LEFT, RIGHT, PITCH, TOP = 960.0, 290.0, 264.0, 24.0, 26.0
ORIGINS = {"any": "at home or abroad", "home": "at home", "abroad": "abroad"}
"""Where what is stocked can be bought, as printed."""


def countdown_content(countdown: Countdown) -> Sequence[Content]:
    """What runs out first: sentences, a line of days for each product, and the same as a table."""
    told = [row for row in countdown.rows if row.day is not None]
    shown = told[:MOST_PRODUCTS]
    notes = element("ul", [element("li", note) for note in countdown.notes], class_="note")
    left = (
        f"{count(len(told) - len(shown), 'more product')} in the table." if len(shown) < len(told) else None
    )
    return (
        element("ul", [element("li", sentence) for sentence in countdown.sentences]),
        (
            _legend(),
            framed(_days_line(shown, _finding(countdown, shown[0])), "Days to the first stop by product"),
        )
        if shown
        else None,
        element("p", left, class_="note") if left else None,
        folded("The same as a table: every product with its stock", _twin(countdown))
        if countdown.rows
        else None,
        notes if countdown.notes else None,
    )


def _finding(countdown: Countdown, first: ProductCountdown) -> str:
    told = " ".join(countdown.sentences)
    if first.stops:
        return told
    return f"{told} The first to fall for want of one is {first.industry}: {first.name}, {_day(first.day)}."


def _days_line(shown: Sequence[ProductCountdown], finding: str) -> Markup:
    """A row for each product: its stock, the first stop, and how far more stock moves it."""
    days = [row.day.number for row in shown if row.day is not None]
    moved = [
        row.day.number + row.moves
        for row in shown
        if row.day is not None and row.moves is not None and not row.at_least
    ]
    axis = number_axis(
        [0.0, *days, *moved, *(row.stock_days for row in shown)], LEFT, WIDTH - LEFT - RIGHT, 7, least=1
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
            text(0, y + 4, _name(row), "name"),
            element("rect", x=axis.at(0), y=y - 5, width=max(stock, 0.8), height=10.0, class_="half"),
        ]
        if row.moves:
            end = axis.origin + axis.length if row.at_least else axis.at(row.day.number + row.moves)
            drawing.append(line(place, y, end, y, "range"))
            if row.at_least:
                drawing.append(element("path", d=f"M{end - 6:.1f} {y - 4:.1f}l6 4l-6 4z", class_="first"))
        drawing += [
            element("circle", cx=place, cy=y, r=5.0, class_="middle" if row.stops else "falls"),
            text(WIDTH - RIGHT + 16, y + 4, shorten(row.industry, 35), "note"),
        ]
    title = "Days from the cut to the first stop for want of each product"
    return picture("countdown", WIDTH, bottom + 4, title, finding, drawing, class_="heatmap")


def _legend() -> Markup:
    """What the marks stand for."""

    def swatch(*marks: Markup) -> Markup:
        return element("svg", *marks, viewBox="0 0 20 20", class_="swatch", aria_hidden="true")

    arrow = (line(0, 10, 16, 10, "range"), element("path", d="M14 6l6 4l-6 4z", class_="first"))
    items = (
        (swatch(element("rect", y=5, width=20, height=10, class_="half")), "days of base-year use in stock"),
        (
            swatch(element("circle", cx=10, cy=10, r=5, class_="middle")),
            "first stop for want of it, and whose",
        ),
        (swatch(element("circle", cx=10, cy=10, r=5, class_="falls")), "nobody stops: first fall below 90 %"),
        (swatch(line(0, 10, 20, 10, "range")), "how far the stock added moves it"),
        (swatch(*arrow), "beyond the run"),
    )
    return element("ul", [element("li", shown, f" {words}") for shown, words in items], class_="legend")


def _twin(countdown: Countdown) -> Sequence[Content]:
    rows = [
        (
            row.name,
            ORIGINS.get(row.origin, row.origin),
            rounded(row.stock_days, 3),
            _day(row.day) if row.stops else f"never; falls {_day(row.day)}",
            row.industry or "–",
            rounded(row.stock_value, 3),
            rounded(row.added_value, 3),
            "–" if row.moves is None else f"{'at least ' if row.at_least else ''}{row.moves:,}",
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
        "who",
        f"value of all stocks of it, {countdown.unit}",
        f"stock added, {countdown.unit}",
        "moves it by, days",
        "days bought per 1 % of imports cut",
        f"averts, % of what {countdown.consumers} lose",
    )
    left = len(countdown.rows) - MOST_ROWS
    command = element("code", "autarky lifelines STUDY --json")
    return (
        table("Products by the day on which want of them first stops an industry", header, rows),
        element("p", f"{left:,} more: ", command, class_="note") if left > 0 else None,
    )


def _name(row: ProductCountdown) -> str:
    where = "" if row.origin == "any" else f" ({row.origin})"
    return shorten(row.name, 40 - len(where)) + where


def _day(day: Day | None) -> str:
    if day is None:
        return "never"
    number = f"{day.number:,}".replace("-", "−")
    return f"day {number}, {date_words(datetime.date.fromisoformat(day.date))}"
