"""Quantile bands by day: where half and where nine tenths of the draws lie, and the middle one, in steps."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from autarky.explanation.timeline import Timeline
from autarky.explanation.wording import date_words
from autarky.report.markup import Markup, element
from autarky.report.svg import DateAxis, NumberAxis, line, number_axis, picture, text

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 300.0, 150.0, 44.0, 8.0, 10.0, 124.0


def share_axis(timelines: Sequence[Timeline], also: Sequence[float] = ()) -> NumberAxis:
    """The upward axis that pictures of these timelines share: from their lowest share to at least base."""
    values = [float(share) for timeline in timelines for share in timeline.shares.ravel()]
    return number_axis([1.0, *also, *values], BOTTOM, TOP - BOTTOM, ticks=4, least=0.01)


def bands(
    ident: str,
    title: str,
    finding: str,
    timeline: Timeline,
    end: datetime.date,
    axis: NumberAxis,
    need: float | None = None,
    width: float = WIDTH,
) -> Markup:
    """The picture of one series; ``timeline`` has a row for each of the five quantiles, lowest first.

    ``need`` draws the share below which the need is not met.
    """
    dates = DateAxis(timeline.starts[0], (end - timeline.starts[0]).days + 1, LEFT, width - LEFT - RIGHT)
    lowest, low, middle, high, highest = timeline.shares
    right = width - RIGHT
    drawing = [
        part
        for place, share in axis.ticks()
        for part in (
            line(LEFT, place, right, place, "grid"),
            text(LEFT - 5, place + 4, f"{share * 100:.0f} %", "tick", "end"),
        )
    ]
    drawing += [
        element("path", d=_area(dates, axis, timeline, lowest, highest), class_="most"),
        element("path", d=_area(dates, axis, timeline, low, high), class_="half"),
        line(LEFT, axis.at(1), right, axis.at(1), "axis"),
    ]
    if need is not None:
        drawing.append(line(LEFT, axis.at(need), right, axis.at(need), "need"))
    drawing += [
        element("path", d="M" + _steps(dates, axis, timeline, middle), class_="course"),
        text(LEFT, HEIGHT - 8, date_words(timeline.starts[0]), "tick"),
        text(right, HEIGHT - 8, date_words(end), "tick", "end"),
    ]
    return picture(ident, width, HEIGHT, title, finding, drawing, class_="multiple")


def bands_legend(need: str = "") -> Markup:
    """What the shades and lines of the bands stand for."""

    def swatch(*parts: Markup) -> Markup:
        return element("svg", *parts, viewBox="0 0 20 20", class_="swatch", aria_hidden="true")

    items = [
        (swatch(line(0, 10, 20, 10, "course")), "median: half of the draws are below"),
        (swatch(element("rect", width=20, height=20, class_="half")), "half of the draws (25 to 75 %)"),
        (swatch(element("rect", width=20, height=20, class_="most")), "nine tenths (5 to 95 %)"),
    ]
    if need:
        items.append((swatch(line(0, 10, 20, 10, "need")), need))
    return element("ul", [element("li", shown, f" {words}") for shown, words in items], class_="legend")


def _steps(dates: DateAxis, axis: NumberAxis, timeline: Timeline, shares: Sequence[float]) -> str:
    """A step for each period, from left to right: nothing is drawn between two of them."""
    path, before = "", ""
    for k, (start, share) in enumerate(zip(timeline.starts, shares, strict=True)):
        y = f"{axis.at(float(share)):.1f}"
        x = f"{dates.x(start):.1f}"
        if not k:
            path = f"{x} {y}"
        elif y != before:
            path += f"H{x}V{y}"
        before = y
    return f"{path}H{dates.left + dates.width:.1f}"


def _area(
    dates: DateAxis,
    axis: NumberAxis,
    timeline: Timeline,
    low: Sequence[float],
    high: Sequence[float],
) -> str:
    """Between two stepped lines: along the upper one, and back along the lower one."""
    back, before = "", ""
    for start, share in reversed(list(zip(timeline.starts, low, strict=True))):
        y, x = f"{axis.at(float(share)):.1f}", f"H{dates.x(start):.1f}"
        if y == before:
            back = back[: back.rindex("H")] + x
        else:
            back += f"V{y}{x}"
        before = y
    return f"M{_steps(dates, axis, timeline, high)}{back}Z"
