"""By year: small pictures of amounts by period, in steps as wide as their years, with a limit each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autarky.explanation.action_plan import AFTER
from autarky.report.markup import Markup, element
from autarky.report.svg import line, number_axis, picture, text

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 300.0, 140.0, 52.0, 8.0, 10.0, 112.0
ROOM = 34.0
"""Width of a label of a year."""


@dataclass(frozen=True)
class SpanAxis:
    """Spans from left to right, each as wide as it is long; the year after the plan as wide as the mean."""

    spans: tuple[str, ...]
    edges: tuple[float, ...]
    """Left edge of each span, and the right edge of the last."""

    def middle(self, span: int) -> float:
        """Where the middle of a span is."""
        return (self.edges[span] + self.edges[span + 1]) / 2

    def ticks(self, room: float = ROOM) -> list[tuple[float, str]]:
        """Places and labels, as many as there is room for; the last one always."""
        widest = max(room, max(len(span) for span in self.spans) * 6.6)
        shown: list[tuple[float, str]] = []
        for k in reversed(range(len(self.spans))):
            place = self.middle(k)
            if not shown or shown[-1][0] - place >= widest:
                shown.append((place, self.spans[k]))
        return shown[::-1]


def span_axis(spans: Sequence[str], years: Sequence[float], left: float, width: float) -> SpanAxis:
    """An axis of spans; ``years`` are those of the periods, without the year after."""
    mean = sum(years) / len(years)
    lengths = [*years, mean][: len(spans)]
    scale = width / sum(lengths)
    edges = [left]
    for length in lengths:
        edges.append(edges[-1] + length * scale)
    return SpanAxis(tuple(spans), tuple(edges))


def by_year(
    ident: str,
    title: str,
    finding: str,
    spans: Sequence[str],
    years: Sequence[float],
    values: Sequence[float],
    words: Callable[[float], str],
    *,
    limit: Sequence[float] = (),
    highest: float | None = None,
    shade_gap: bool = False,
    second: Sequence[float] = (),
) -> Markup:
    """One course in steps, a ``second`` one dotted, the limit dashed where there is one.

    ``highest`` is shown at least, so that pictures can share an axis; ``shade_gap`` shades what lacks to
    the limit.
    """
    axis = span_axis(spans, years, LEFT, WIDTH - LEFT - RIGHT)
    finite = [value for value in limit if math.isfinite(value)]
    reached = max([*values, *second], default=0.0)
    # A limit far above what is reached would press the course flat: it is drawn where it fits.
    shown = [value for value in finite if shade_gap or value <= 3 * reached] or finite[:0]
    upward = number_axis([0.0, reached, *shown, highest or 0.0], BOTTOM, TOP - BOTTOM, ticks=4)
    right = axis.edges[-1]
    drawing = [
        part
        for place, number in upward.ticks()
        for part in (
            line(LEFT, place, right, place, "grid" if abs(number) > 1e-12 else "axis"),
            text(LEFT - 5, place + 4, words(number), "tick", "end"),
        )
    ]
    heights = [upward.at(value) for value in values]
    if shade_gap and finite:
        drawing += [
            element(
                "rect",
                x=axis.edges[k],
                y=upward.at(limit[k]),
                width=axis.edges[k + 1] - axis.edges[k],
                height=height - upward.at(limit[k]),
                class_="gap",
            )
            for k, height in enumerate(heights)
            if height - upward.at(limit[k]) > 0.05
        ]
    for k, value in enumerate(limit):
        if math.isfinite(value) and value <= upward.high * (1 + 1e-9):
            drawing.append(line(axis.edges[k], upward.at(value), axis.edges[k + 1], upward.at(value), "need"))
    if second:
        drawing.append(
            element("path", d=_steps(axis, [upward.at(value) for value in second]), class_="line l-2")
        )
    drawing.append(element("path", d=_steps(axis, heights), class_="course"))
    if AFTER in spans:
        drawing.append(line(axis.edges[-2], TOP, axis.edges[-2], BOTTOM, "lead"))
    drawing += [text(place, HEIGHT - 10, label, "tick", "middle") for place, label in axis.ticks()]
    return picture(ident, WIDTH, HEIGHT, title, finding, drawing, class_="multiple")


def swatch(*parts: Markup) -> Markup:
    """A small sample of a mark for a legend."""
    return element("svg", *parts, viewBox="0 0 20 20", class_="swatch", aria_hidden="true")


def legend(items: Sequence[tuple[Markup, str]]) -> Markup:
    """What marks stand for."""
    return element("ul", [element("li", shown, f" {words}") for shown, words in items], class_="legend")


def _steps(axis: SpanAxis, heights: Sequence[float]) -> str:
    """A path of one step a span; nothing is drawn between two of them."""
    path = f"M{axis.edges[0]:.1f} {heights[0]:.1f}"
    for k, height in enumerate(heights):
        path += (f"V{height:.1f}" if k else "") + f"H{axis.edges[k + 1]:.1f}"
    return path
