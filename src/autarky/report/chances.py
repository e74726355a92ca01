"""Chances by day: the share of draws in which something has happened by a day, as stepped lines."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from autarky.explanation.wording import shorten
from autarky.report.markup import Markup, element
from autarky.report.svg import DateAxis, NumberAxis, line, picture, text

WIDTH, LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 960.0, 52.0, 318.0, 14.0, 264.0, 288.0
MOST_LINES = 6
"""Lines that can be told apart without colour: each has its own dashes."""


@dataclass(frozen=True)
class Line:
    """One line: what happens to whom, and by day the share of draws in which it has happened."""

    name: str
    what: str
    shares: Sequence[float]


def chances(ident: str, title: str, finding: str, rows: Sequence[Line], start: datetime.date) -> Markup:
    """At most ``MOST_LINES`` lines over the days of the run, each named at its right end."""
    days = len(rows[0].shares)
    dates = DateAxis(start, days, LEFT, WIDTH - LEFT - RIGHT)
    axis = NumberAxis(0.0, 1.0, BOTTOM, TOP - BOTTOM, 0.25)
    right = WIDTH - RIGHT
    drawing = [
        part
        for place, share in axis.ticks()
        for part in (
            line(LEFT, place, right, place, "grid" if share else "axis"),
            text(LEFT - 6, place + 4, f"{share * 100:.0f} %", "tick", "end"),
        )
    ]
    for x, label in dates.ticks(room=72):
        drawing += [line(x, BOTTOM, x, BOTTOM + 5, "axis"), text(x, BOTTOM + 19, label, "tick")]
    named = _apart([axis.at(row.shares[-1]) for row in rows[:MOST_LINES]])
    for k, (row, y) in enumerate(zip(rows[:MOST_LINES], named, strict=True)):
        end = axis.at(row.shares[-1])
        drawing += [
            element("path", d=_steps(dates, axis, row.shares), class_=f"line l-{k}"),
            line(right + 3, end, right + 14, y, "lead"),
            element("path", d=f"M{right + 16:g} {y:.1f}h26", class_=f"line l-{k}"),
            text(right + 48, y + 4, shorten(row.name, 36), "name"),
            text(right + 48, y + 18, row.what, "tick"),
        ]
    return picture(ident, WIDTH, HEIGHT, title, finding, drawing, class_="heatmap")


def _steps(dates: DateAxis, axis: NumberAxis, shares: Sequence[float]) -> str:
    """The share holds from its day on; days on which nothing changes draw nothing."""
    path, before = f"M{dates.left:.1f} {axis.at(0):.1f}", 0.0
    for day, share in enumerate(shares):
        if share != before:
            path += f"H{dates.left + dates.width * day / dates.days:.1f}V{axis.at(share):.1f}"
            before = share
    return f"{path}H{dates.left + dates.width:.1f}"


def _apart(places: Sequence[float], room: float = 31.0) -> list[float]:
    """Heights for the names, as near to their lines as names that must not meet can be."""
    order = sorted(range(len(places)), key=lambda k: places[k])
    put = [0.0] * len(places)
    above = TOP - room
    for k in order:
        above = put[k] = max(places[k], above + room)
    over = max(0.0, above - BOTTOM)
    below = BOTTOM + room
    for k in reversed(order):
        below = put[k] = min(put[k] - over if put[k] + over > below else put[k], below - room)
    return put
