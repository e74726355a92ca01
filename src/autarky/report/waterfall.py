"""Waterfall: bars that begin where the one above ends, from a whole to what is left of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autarky.explanation.wording import shorten
from autarky.report.markup import Markup, element
from autarky.report.svg import line, number_axis, picture, text

WIDTH, LEFT, RIGHT, PITCH, TOP = 960.0, 300.0, 190.0, 34.0, 26.0


@dataclass(frozen=True)
class Fall:
    """A bar: its name, where it begins and how far it goes, what is written beside it, and its style."""

    name: str
    start: float
    length: float
    note: str
    style: str
    span: tuple[float, float] | None = None
    """How far it may go at least and at most: a thin line."""


def waterfall(
    ident: str, title: str, finding: str, falls: Sequence[Fall], words: Callable[[float], str]
) -> Markup:
    """The picture; a thin line joins the end of a bar to the next, except to a last one that begins anew."""
    edges = [edge for one in falls for edge in (one.start, one.start + one.length)]
    edges += [one.start + far for one in falls for far in one.span or ()]
    axis = number_axis([0.0, *edges], LEFT, WIDTH - LEFT - RIGHT, ticks=6)
    bottom = TOP + PITCH * len(falls)
    drawing: list[Markup] = []
    for place, number in axis.ticks():
        drawing += [
            line(place, TOP - 6, place, bottom, "axis" if abs(number) < 1e-12 else "grid"),
            text(place, 14, words(number), "tick", "middle"),
        ]
    for row, one in enumerate(falls):
        y = TOP + PITCH * (row + 0.5)
        left, right = sorted((axis.at(one.start), axis.at(one.start + one.length)))
        drawing += [
            text(0, y + 4, shorten(one.name, 41), "name"),
            element("rect", x=left, y=y - 9, width=max(right - left, 0.8), height=18.0, class_=one.style),
            text(WIDTH - RIGHT + 12, y + 4, one.note, "note"),
        ]
        if one.span is not None:
            low, high = (axis.at(one.start + far) for far in one.span)
            drawing.append(line(low, y, high, y, "range"))
        if row < len(falls) - 1:
            end = axis.at(one.start + one.length)
            drawing.append(line(end, y + 9, end, y + PITCH - 9, "lead"))
    return picture(ident, WIDTH, bottom + 6, title, finding, drawing, class_="heatmap")
