"""Quantile strips: a strip of shades for each quantile of the draws: in how many it is how bad, and when."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np

from autarky.explanation.losses import Array
from autarky.explanation.timeline import Timeline
from autarky.explanation.wording import date_words, percent
from autarky.report.heatmap import FLOORS, legend, shaded
from autarky.report.markup import Markup
from autarky.report.svg import DateAxis, picture, text

WIDTH, LEFT, RIGHT, TOP, PITCH = 320.0, 96.0, 52.0, 16.0, 17.0
"""Width of a small picture, room for the names of strips and for their lowest values, height of a strip."""


def floors_of(need: float) -> tuple[float, ...]:
    """Edges of the shades around a need: met, more than half of it, more than a tenth of it."""
    return (max(FLOORS[0], need), need, need / 2, need / 10)


def strips(
    ident: str,
    title: str,
    finding: str,
    timeline: Timeline,
    end: datetime.date,
    floors: Sequence[float] = FLOORS,
    width: float = WIDTH,
) -> Markup:
    """The picture of one series; ``timeline`` has a row for each quantile, called by its share, lowest first.

    The strip that most draws are below is on top, that of the worst draws at the bottom; on the right stands
    the lowest share of each.
    """
    quantiles = [float(code) for code in timeline.codes]
    dates = DateAxis(timeline.starts[0], (end - timeline.starts[0]).days + 1, LEFT, width - LEFT - RIGHT)
    order = sorted(range(len(quantiles)), key=lambda k: -quantiles[k])
    places = [(timeline.shares[k], TOP + PITCH * n) for n, k in enumerate(order)]
    bottom = TOP + PITCH * len(order)
    drawing = [text(width, 11, "lowest", "tick", "end")]
    for k, (shares, y) in zip(order, places, strict=True):
        drawing += [
            text(0, y + 12.5, _lower(quantiles[k]), "tick"),
            text(width, y + 12.5, _least(shares), "tick", "end"),
        ]
    drawing += shaded(ident, dates, timeline, places, PITCH, floors)
    drawing += [
        text(LEFT, bottom + 13, date_words(timeline.starts[0]), "tick"),
        text(width - RIGHT, bottom + 13, date_words(end), "tick", "end"),
    ]
    worst, middle = order[-1], order[len(order) // 2]
    half, few = _least(timeline.shares[middle]), _least(timeline.shares[worst])
    told = (
        f"{finding}. At the worst time half of the draws are below {half} of base, and "
        f"{_share(quantiles[worst])} below {few}."
    )
    return picture(ident, width, bottom + 18, title, told, drawing, class_="multiple")


def strips_legend(need: float | None = None) -> Markup:
    """The shades in words: the heatmap's, or those around a need."""
    if need is None:
        return legend(first="")
    edges = floors_of(need)
    told = [percent(edge) for edge in edges]
    low = [edge.removesuffix(" %") for edge in told]
    meanings = {
        "above": "above 101 %",
        "base": f"{low[0]} to 101 %",
        "touched": f"{low[1]} to {told[0]}",
        "fallen": f"{low[2]} to {told[1]}: below need",
        "stopped": f"{low[3]} to {told[2]}: less than half of need",
        "gone": f"below {told[3]}",
    }
    if edges[0] == edges[1]:
        del meanings["touched"]
    return legend(first="", meanings=meanings)


def _lower(quantile: float) -> str:
    """What a strip is called: ``1 in 20 lower``, ``half lower``, ``1 in 4 higher``."""
    if quantile == 0.5:
        return "half lower"
    return f"{_share(quantile)} {'lower' if quantile < 0.5 else 'higher'}"


def _share(quantile: float) -> str:
    return f"1 in {round(1 / min(quantile, 1 - quantile))}"


def _least(shares: Array) -> str:
    """The lowest of some shares, in whole per cent."""
    there = [float(share) for share in shares if np.isfinite(share)]
    return f"{max(0, round(100 * min(there)))} %" if there else "no data"
