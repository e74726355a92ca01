"""Bars: how far parameters move a number (tornado), their shares of the spread, bars in cells of tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autarky.explanation.wording import shorten
from autarky.report.markup import Markup, element
from autarky.report.svg import line, number_axis, picture, text

WIDTH, LEFT, RIGHT, PITCH, TOP = 960.0, 290.0, 14.0, 32.0, 26.0
CHARACTER = 6.4
"""Width of a character of a label, on the safe side."""
LABEL = 26
"""Characters of a label."""


@dataclass(frozen=True)
class Swing:
    """A parameter's bar: the number where the parameter is low and where it is high, each with its words."""

    name: str
    low: float
    low_words: str
    high: float
    high_words: str
    is_clear: bool = True
    """Whether it stands out from chance; if not, the bar is hollow."""


def tornado(
    ident: str,
    title: str,
    finding: str,
    rows: Sequence[Swing],
    middle: float,
    words: Callable[[float], str],
    *,
    least: float = 1e-4,
) -> Markup:
    """Bars around ``middle``, the longest first; a bar's ends say where the parameter stands there."""
    ends = [end for row in rows for end in (row.low, row.high)]
    # Labels stand outside the bars: the axis gives them room on both sides.
    longest = max((len(label) for row in rows for label in (row.low_words, row.high_words)), default=0)
    margin = min(longest, LABEL) * CHARACTER + 10
    axis = number_axis(
        [*ends, middle], LEFT + margin, WIDTH - LEFT - RIGHT - 2 * margin, ticks=5, least=least
    )
    bottom = TOP + PITCH * len(rows)
    drawing: list[Markup] = []
    for place, number in axis.ticks():
        drawing += [
            line(place, TOP - 6, place, bottom, "grid"),
            text(place, 14, words(number), "tick", "middle"),
        ]
    for k, row in enumerate(rows):
        y, hollow = TOP + PITCH * (k + 0.5), "" if row.is_clear else " hollow"
        drawing.append(text(0, y + 4, shorten(row.name, 42), "name"))
        for end, other, label, kind in (
            (row.low, row.high, row.low_words, "low"),
            (row.high, row.low, row.high_words, "high"),
        ):
            # Where both ends lie on one side of the middle, the bar is told apart half way between them.
            meet = (row.low + row.high) / 2 if (row.low - middle) * (row.high - middle) > 0 else middle
            left, right = sorted((axis.at(end), axis.at(meet)))
            width = max(right - left, 0.5)
            drawing.append(
                element("rect", x=left, y=y - 8, width=width, height=16.0, class_=f"swing-{kind}{hollow}")
            )
            before = end < other or (end == other and kind == "low")
            place, anchor = (axis.at(end) - 6, "end") if before else (axis.at(end) + 6, None)
            drawing.append(text(place, y + 4, shorten(label, LABEL), "tick", anchor))
    drawing.append(line(axis.at(middle), TOP - 6, axis.at(middle), bottom, "axis"))
    return picture(ident, WIDTH, bottom + 6, title, finding, drawing, class_="heatmap")


@dataclass(frozen=True)
class Influence:
    """What is due to a parameter: alone (or at all), and in all it takes part in; each with its range."""

    name: str
    first: float | None
    first_range: tuple[float, float] | None
    total: float | None = None
    total_range: tuple[float, float] | None = None


def influences(
    ident: str, title: str, finding: str, rows: Sequence[Influence], words: Callable[[float], str]
) -> Markup:
    """A bar a parameter, and under it that of its total where there is one; whiskers are ranges."""
    values = [
        value
        for row in rows
        for value in (row.first, *(row.first_range or ()), row.total, *(row.total_range or ()))
        if value is not None
    ]
    axis = number_axis([0.0, 1.0, *values], LEFT, WIDTH - LEFT - RIGHT, ticks=6)
    bottom = TOP + PITCH * len(rows)
    drawing: list[Markup] = []
    for place, number in axis.ticks():
        drawing += [
            line(place, TOP - 6, place, bottom, "axis" if abs(number) < 1e-9 else "grid"),
            text(place, 14, words(number), "tick", "middle"),
        ]
    for k, row in enumerate(rows):
        y = TOP + PITCH * (k + 0.5)
        drawing.append(text(0, y + 4, shorten(row.name, 42), "name"))
        alone = row.total is None
        for value, span, kind, top in (
            (row.first, row.first_range, "first", y - (6 if alone else 12)),
            (row.total, row.total_range, "total", y),
        ):
            if value is None:
                continue
            left, right = sorted((axis.at(0), axis.at(value)))
            drawing.append(
                element("rect", x=left, y=top, width=max(right - left, 0.5), height=11.0, class_=f"b-{kind}")
            )
            if span is not None:
                drawing.append(line(axis.at(span[0]), top + 5.5, axis.at(span[1]), top + 5.5, "range"))
    return picture(ident, WIDTH, bottom + 6, title, finding, drawing, class_="heatmap")


def inline_bar(share: float) -> Markup:
    """A bar beside its number in a cell of a table: ``share`` of the largest, hollow where it is negative."""
    width = max(100 * min(abs(share), 1.0), 0.5)
    bar = element("rect", width=width, height=10, class_="b-hollow" if share < 0 else "b-cell")
    return element(
        "svg", bar, viewBox="0 0 100 10", preserveAspectRatio="none", class_="bar", aria_hidden="true"
    )
