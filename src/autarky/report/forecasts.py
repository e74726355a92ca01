"""Forecasts: a row for each figure: where the draws of a forecast lie, and where what was observed fell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autarky.explanation.wording import shorten
from autarky.report.intervals import LEFT, PITCH, RIGHT, TOP, WIDTH
from autarky.report.markup import Markup, element
from autarky.report.svg import line, number_axis, picture, text


@dataclass(frozen=True)
class Held:
    """A row: its name, five quantiles of the draws, what was observed (None: nothing yet), a note."""

    name: str
    quantiles: Sequence[float]
    observed: float | None
    note: str = ""


def forecasts(
    ident: str, title: str, finding: str, rows: Sequence[Held], words: Callable[[float], str]
) -> Markup:
    """The picture: intervals as everywhere, a diamond for what was observed, and a line at no change."""
    values = [value for row in rows for value in row.quantiles]
    values += [row.observed for row in rows if row.observed is not None]
    axis = number_axis([0.0, *values], LEFT, WIDTH - LEFT - RIGHT, ticks=7)
    bottom = TOP + PITCH * len(rows)
    drawing: list[Markup] = []
    for place, number in axis.ticks():
        drawing += [
            line(place, TOP - 6, place, bottom, "axis" if abs(number) < 1e-9 else "grid"),
            text(place, 14, words(number), "tick", "middle"),
        ]
    for k, row in enumerate(rows):
        y = TOP + PITCH * (k + 0.5)
        lowest, low, middle, high, highest = (axis.at(value) for value in row.quantiles)
        drawing += [
            text(0, y + 4, shorten(row.name, 42), "name"),
            text(WIDTH - RIGHT + 12, y + 4, row.note, "note"),
            line(lowest, y, max(highest, lowest + 1), y, "range"),
            element("rect", x=low, y=y - 5, width=max(high - low, 1.0), height=10.0, class_="half"),
            element("circle", cx=middle, cy=y, r=4.5, class_="middle"),
        ]
        if row.observed is not None:
            drawing.append(_diamond(axis.at(row.observed), y))
    return picture(ident, WIDTH, bottom + 6, title, finding, drawing, class_="heatmap")


def observed_legend() -> Markup:
    """What the diamond stands for."""
    swatch = element("svg", _diamond(10, 10), viewBox="0 0 20 20", class_="swatch", aria_hidden="true")
    return element("ul", element("li", swatch, " observed"), class_="legend")


def _diamond(x: float, y: float) -> Markup:
    corners = ((x, y - 7), (x + 6, y), (x, y + 7), (x - 6, y))
    points = " ".join(f"{a:.2f},{b:.2f}" for a, b in corners)
    return element("polygon", points=points, class_="shock")
