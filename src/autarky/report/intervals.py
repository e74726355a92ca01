"""Intervals: a row for each name: where nine tenths of the draws lie, where half of them, and the middle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autarky.explanation.wording import shorten
from autarky.report.markup import Markup, element
from autarky.report.svg import line, number_axis, picture, text

WIDTH, LEFT, RIGHT, PITCH, TOP = 960.0, 290.0, 190.0, 24.0, 26.0


@dataclass(frozen=True)
class Interval:
    """A row: its name, the five quantiles (none: it never happens; infinite: later than the axis), a note."""

    name: str
    quantiles: Sequence[float] | None
    note: str = ""


def intervals(
    ident: str,
    title: str,
    finding: str,
    rows: Sequence[Interval],
    words: Callable[[float], str],
    *,
    least: float = 1e-4,
) -> Markup:
    """The picture; ``words`` writes a number of the axis, ``least`` is its smallest step."""
    values = [value for row in rows for value in row.quantiles or ()]
    room = WIDTH - LEFT - RIGHT
    axis = number_axis(values, LEFT, room, ticks=7, least=least)
    bottom = TOP + PITCH * len(rows)
    drawing: list[Markup] = []
    for place, number in axis.ticks():
        drawing += [
            line(place, TOP - 6, place, bottom, "grid"),
            text(place, 14, words(number), "tick", "middle"),
        ]
    for k, row in enumerate(rows):
        y = TOP + PITCH * (k + 0.5)
        drawing.append(text(0, y + 4, shorten(row.name, 42), "name"))
        drawing.append(text(WIDTH - RIGHT + 12, y + 4, row.note, "note"))
        if row.quantiles is not None:
            lowest, low, middle, high, highest = (axis.at(value) for value in row.quantiles)
            drawing += [
                line(lowest, y, max(highest, lowest + 1), y, "range"),
                element("rect", x=low, y=y - 5, width=max(high - low, 1.0), height=10.0, class_="half"),
                element("circle", cx=middle, cy=y, r=4.5, class_="middle"),
            ]
    return picture(ident, WIDTH, bottom + 6, title, finding, drawing, class_="heatmap")


def intervals_legend() -> Markup:
    """What the marks stand for."""

    def swatch(*parts: Markup) -> Markup:
        return element("svg", *parts, viewBox="0 0 20 20", class_="swatch", aria_hidden="true")

    items = (
        (swatch(element("circle", cx=10, cy=10, r=5, class_="middle")), "median of the draws"),
        (swatch(element("rect", y=5, width=20, height=10, class_="half")), "half of them (25 to 75 %)"),
        (swatch(line(0, 10, 20, 10, "range")), "nine tenths (5 to 95 %)"),
    )
    return element("ul", [element("li", shown, f" {words}") for shown, words in items], class_="legend")
