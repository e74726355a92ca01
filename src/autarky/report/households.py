"""Households: a small picture of each product, consumption against the base year."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

import numpy as np

from autarky.explanation.losses import Array, Day, ProductLoss
from autarky.explanation.timeline import Timeline
from autarky.explanation.wording import date_words, percent
from autarky.report.markup import Markup, element
from autarky.report.svg import DateAxis, line, picture, tenths, text
from autarky.results import FALLS

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 300.0, 130.0, 44.0, 8.0, 108.0


def small_multiples(losses: Sequence[ProductLoss], timeline: Timeline, end: datetime.date) -> Markup:
    """A figure for each product, on the same axes, so that they can be compared at a glance."""
    highest = max([1.1, *(float(np.nanmax(timeline.row(loss.product))) for loss in losses)])
    figures = [
        figure(
            f"c{k}",
            loss.name,
            told(loss),
            f"{loss.name}: consumption against the base year",
            timeline,
            loss.product,
            end,
            highest=highest,
            need=FALLS,
            full=1.0,
            below=loss.below,
        )
        for k, loss in enumerate(losses)
    ]
    return element("div", figures, class_="multiples")


def told(loss: ProductLoss) -> str:
    """The finding of a product's picture in words."""
    lost = f"lowest {percent(loss.lowest)} of base; {percent(loss.lost_of_year)} of a year's use lost"
    if loss.below is None:
        return f"never below 90 %; {lost}"
    date = date_words(datetime.date.fromisoformat(loss.below.date))
    return f"below 90 % from day {loss.below.number:,} ({date}); {lost}"


def figure(
    ident: str,
    name: str,
    words: str,
    title: str,
    timeline: Timeline,
    code: str,
    end: datetime.date,
    *,
    highest: float,
    need: float,
    full: float,
    below: Day | None,
) -> Markup:
    """One row of a timeline under its name and finding.

    ``need`` is the dashed line, ``full`` the share up to which what is missing is shaded.
    """
    axis = DateAxis(timeline.starts[0], (end - timeline.starts[0]).days + 1, LEFT, WIDTH - LEFT - 8)

    def y(share: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * share / highest

    # Whole multiples, few of them even where somebody has a thousand times what is needed.
    step = max(1, math.ceil(highest / 8))
    wholes = [float(whole) for whole in range(max(2, step), math.floor(highest) + 1, step)]
    lefts = [axis.x(start) for start in timeline.starts]

    def stepped(shares: Array) -> str:
        # Each period's mean stands as a step over its days: nothing is drawn between two means.
        steps = "".join(
            f"{'M' if k == 0 else 'H'}{tenths(x)}{' ' if k == 0 else 'V'}{tenths(y(share))}"
            for k, (x, share) in enumerate(zip(lefts, shares, strict=True))
        )
        return f"{steps}H{axis.left + axis.width:.1f}"

    shares = timeline.row(code)
    drawing = [
        *(
            part
            for share in (0.0, 0.5, 1.0, *wholes)
            for part in (
                line(LEFT, y(share), WIDTH - 8, y(share), "grid" if share else "axis"),
                text(LEFT - 5, y(share) + 4, f"{share * 100:.0f} %", "tick", "end"),
            )
        ),
        element("path", d=f"{stepped(np.minimum(shares, full))}V{y(full):.1f}H{LEFT:.1f}Z", class_="gap"),
        line(LEFT, y(need), WIDTH - 8, y(need), "need"),
        element("path", d=stepped(shares), class_="course"),
        text(LEFT, HEIGHT - 6, date_words(timeline.starts[0]), "tick"),
        text(WIDTH - 8, HEIGHT - 6, date_words(end), "tick", "end"),
    ]
    if below is not None:
        x = axis.x(datetime.date.fromisoformat(below.date))
        drawing.append(element("path", d=f"M{x - 5:.1f} {y(need) - 8:.1f}h10l-5 8z", class_="first"))
    return element(
        "figure",
        element("figcaption", element("strong", name), " ", words),
        picture(ident, WIDTH, HEIGHT, title, f"{name}: {words}.", drawing, class_="multiple"),
    )
