"""Quantile dotplot: a number of the draws as 50 dots, each standing for as many draws as every other."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from autarky.report.markup import Markup, element
from autarky.report.svg import line, number_axis, picture, text

WIDTH, HEIGHT, LEFT, RIGHT, TOP, FLOOR = 300.0, 168.0, 12.0, 12.0, 8.0, 122.0
NEVER = 46.0
"""Room for the dots of draws in which it never happens."""


def dotplot(
    ident: str,
    title: str,
    finding: str,
    dots: Sequence[float],
    span: tuple[float, float, float] | None,
    words: Callable[[float], str],
    *,
    least: float = 1e-4,
) -> Markup:
    """Dots stacked over a line of numbers; NaN dots stand apart, over *never*.

    Parameters
    ----------
    dots
        Quantiles of the draws at equal distances, in order.
    span
        5 % quantile, median and 95 % quantile, drawn as a bar under the line (infinite: never); None: no bar.
    words
        A number of the line in words.
    least
        Smallest step between two ticks.
    """
    finite = [dot for dot in dots if math.isfinite(dot)]
    never = len(dots) - len(finite)
    room = WIDTH - LEFT - RIGHT - (NEVER if never else 0.0)
    axis = number_axis([*finite, *(span or ())], LEFT, room, ticks=4, least=least)
    size, piles = _piled([axis.at(dot) for dot in finite], never)
    apart = WIDTH - RIGHT - NEVER / 2 + 6
    if never:
        piles.append((apart, never, 4))
    circles = [
        element(
            "circle",
            cx=x + size * (k % columns - (min(columns, dots) - 1) / 2),
            cy=FLOOR - size * (k // columns + 0.5),
            r=size * 0.44,
        )
        for x, dots, columns in piles
        for k in range(dots)
    ]
    drawing: list[Markup] = []
    if finite:
        drawing.append(line(LEFT, FLOOR, LEFT + room, FLOOR, "axis"))
        for place, number in axis.ticks():
            anchor = {axis.origin: "start", axis.origin + axis.length: "end"}.get(place, "middle")
            drawing += [
                line(place, FLOOR, place, FLOOR + 4, "axis"),
                text(place, FLOOR + 17, words(number), "tick", anchor),
            ]
    if never:
        drawing += [
            line(apart - 16, FLOOR, apart + 16, FLOOR, "axis"),
            text(apart, FLOOR + 17, "never", "tick", "middle"),
        ]
    if span is not None:
        low, middle, high = (axis.at(value) if math.isfinite(value) else apart for value in span)
        drawing += [
            line(low, FLOOR + 32, max(high, low + 1), FLOOR + 32, "range"),
            element("circle", cx=middle, cy=FLOOR + 32, r=4.5, class_="middle"),
        ]
    return picture(
        ident, WIDTH, HEIGHT, title, finding, drawing, element("g", circles, class_="dots"), class_="multiple"
    )


def _piled(places: Sequence[float], never: int) -> tuple[float, list[tuple[float, int, int]]]:
    """Size of a dot, and piles as (middle, dots, columns): the fewest columns with dots large enough."""
    room = FLOOR - TOP
    for columns in (1, 2, 3):
        for size in (11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0):
            width = size * columns
            piles = Counter(math.floor((place - LEFT) / width) for place in places)
            rows = max(math.ceil(max(piles.values(), default=0) / columns), math.ceil(never / 4))
            if rows * size <= room:
                break
        if size >= 6:
            break
    return size, [(LEFT + width * (pile + 0.5), dots, columns) for pile, dots in sorted(piles.items())]
