"""Pictures of firms: what each failure costs, how few hold most, firm result beside sector result."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autarky.explanation.firms import loss_words, placed_label
from autarky.explanation.wording import percent, plain
from autarky.report.markup import Markup, element
from autarky.report.svg import NumberAxis, line, number_axis, picture, text
from autarky.results.firms import RankedNode, SectorLoss, Spread

WIDTH, LEFT, RIGHT, PITCH, TOP = 960.0, 370.0, 170.0, 25.0, 26.0
LETTERS, END = 54, 18
"""Characters of a name, and those of its end: there stands whether it is abroad, drawn, illustrative."""


def ranked_bars(
    ident: str, title: str, finding: str, nodes: Sequence[RankedNode], *, has_direct: bool
) -> Markup:
    """A bar for each node's loss, in the first weight; its dark part is the node's own output.

    ``has_direct``: whether losses are counted in output, so that the own part can be told.
    """
    ends = [end for node in nodes for end in (node.loss[0].middle, node.loss[0].high)]
    axis = number_axis([0.0, *ends], LEFT, WIDTH - LEFT - RIGHT, ticks=6, least=1e-7)
    drawing = _scale(axis, TOP + PITCH * len(nodes))
    for k, node in enumerate(nodes):
        y, loss = TOP + PITCH * (k + 0.5), node.loss[0]
        own = min(node.output_share, loss.middle) if has_direct and not node.is_foreign else 0.0
        drawing.append(text(0, y + 4, _short(placed_label(node)), "name"))
        drawing.append(_bar(axis, own, loss.middle, y, "b-cost" if node.is_foreign else "b-first"))
        if own:
            drawing.append(_bar(axis, 0.0, own, y, "b-keep"))
        drawing += _range(axis, loss, y)
        drawing.append(text(WIDTH - RIGHT + 12, y + 4, loss_words(loss), "tick"))
    return picture(ident, WIDTH, TOP + PITCH * len(nodes) + 6, title, finding, drawing, class_="heatmap")


def cumulative(ident: str, title: str, finding: str, curve: Sequence[tuple[int, Spread]]) -> Markup:
    """Share of all losses together by number of nodes from the top, on a line that grows tenfold by step."""
    left, foot, top, width = 60.0, 230.0, 14.0, 700.0
    whole = curve[-1][0]
    ticks = [10**k for k in range(len(str(whole))) if 10**k < 0.6 * whole]
    upward = number_axis([0.0, 1.0], foot, top - foot, ticks=5)

    def x(nodes: int) -> float:
        return left + width * math.log(nodes) / math.log(whole)

    drawing: list[Markup] = []
    for place, share in upward.ticks():
        drawing += [
            line(left, place, left + width, place, "grid" if share else "axis"),
            text(left - 6, place + 4, percent(share), "tick", "end"),
        ]
    for tick in (*ticks, whole):
        drawing += [
            line(x(tick), foot, x(tick), foot + 5, "axis"),
            text(x(tick), foot + 19, f"{tick:,}", "tick", "middle"),
        ]
    places = [(x(nodes), share) for nodes, share in curve]
    edge = [f"{at:.1f},{upward.at(share.high):.1f}" for at, share in places]
    edge += [f"{at:.1f},{upward.at(share.low):.1f}" for at, share in reversed(places)]
    points = " ".join(f"{at:.1f},{upward.at(share.middle):.1f}" for at, share in places)
    drawing += [
        element("polygon", points=" ".join(edge), class_="most"),
        element("polyline", points=points, class_="line"),
        text(
            left + width / 2,
            foot + 38,
            "nodes from the top (equal distances are equal multiples)",
            "tick",
            "middle",
        ),
    ]
    return picture(ident, WIDTH, foot + 46, title, finding, drawing, class_="heatmap")


def paired(ident: str, title: str, finding: str, sectors: Sequence[SectorLoss]) -> Markup:
    """For each sector a full dot for its loss by firms, with its range, and a hollow one with one firm."""
    ends = [
        end
        for one in sectors
        for end in (one.by_firms.high, one.by_firms.middle, one.by_sector.middle)
        if math.isfinite(end)
    ]
    axis = number_axis([0.0, *ends], LEFT, WIDTH - LEFT - RIGHT, ticks=6, least=1e-7)
    drawing = _scale(axis, TOP + PITCH * len(sectors))
    for k, one in enumerate(sectors):
        y = TOP + PITCH * (k + 0.5)
        firms, whole = one.by_firms.middle, one.by_sector.middle
        drawing.append(text(0, y + 4, _short(one.name), "name"))
        words = f"{percent(firms)}, as one firm {percent(whole)}" if math.isfinite(firms) else "no data"
        drawing.append(text(WIDTH - RIGHT + 12, y + 4, words, "tick"))
        if not (math.isfinite(firms) and math.isfinite(whole)):
            continue
        drawing += [
            line(axis.at(firms), y, axis.at(whole), y, "course"),
            *_range(axis, one.by_firms, y),
            element("circle", cx=axis.at(whole), cy=y, r=5.0, class_="best"),
            element("circle", cx=axis.at(firms), cy=y, r=4.5, class_="middle"),
        ]
    return picture(ident, WIDTH, TOP + PITCH * len(sectors) + 6, title, finding, drawing, class_="heatmap")


def _short(name: str) -> str:
    """A name that is too long without its middle."""
    name = plain(name)
    return name if len(name) <= LETTERS else f"{name[: LETTERS - END - 1].rstrip()}…{name[-END:]}"


def _scale(axis: NumberAxis, bottom: float) -> list[Markup]:
    """Ticks above and lines down from them."""
    return [
        part
        for place, number in axis.ticks()
        for part in (
            line(place, TOP - 6, place, bottom, "axis" if abs(number) < 1e-12 else "grid"),
            text(place, 14, percent(number), "tick", "middle"),
        )
    ]


def _bar(axis: NumberAxis, low: float, high: float, y: float, class_: str) -> Markup:
    left, right = axis.at(low), axis.at(high)
    return element("rect", x=left, y=y - 7, width=max(right - left, 0.5), height=14.0, class_=class_)


def _range(axis: NumberAxis, figure: Spread, y: float) -> list[Markup]:
    """The whisker of a figure over draws; none where all are alike."""
    if not figure.high > figure.low:
        return []
    return [line(axis.at(figure.low), y, axis.at(figure.high), y, "range")]
