"""Announced and delivered: what was said, what the run brings, by month and group, and an illustration."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

import numpy as np

from autarky.explanation.announced import QUANTILES, VISIBLE, Announced, GroupDelivered
from autarky.explanation.timeline import Timeline
from autarky.explanation.wording import date_words, percent
from autarky.report.bands import bands, bands_legend
from autarky.report.markup import Content, Markup, element
from autarky.report.outline import part
from autarky.report.svg import NumberAxis
from autarky.report.tables import folded, table

_UPWARD = NumberAxis(0.0, 1.0, 124.0, -114.0, 0.25)
"""From nobody to everybody, on the bands' picture."""


def announced_part(said: Sequence[Announced], end: datetime.date) -> Markup | None:
    """Each sentence that was held against the run; nothing where the study names none."""
    if not said:
        return None
    intro = (
        "Sentences held against this run, whoever said them. How the words are read as numbers is the "
        "study's choice; the gap is counted from the reading that is easiest to meet."
    )
    content: list[Content] = [element("p", intro)]
    for k, one in enumerate(said):
        content += _one(one, k, end)
    return part("announced", "Announced and delivered", content)


def _one(said: Announced, k: int, end: datetime.date) -> list[Content]:
    content: list[Content] = [
        element("h4", f"“{said.text}”"),
        element("p", said.finding),
        element("p", f"Said by {said.speaker}: {said.source} Read thus: {said.reading}", class_="note"),
        folded(
            "Month by month",
            table(
                f"In this run, % of {said.of}, and the gap to {said.asked}, by month",
                ("month", *(words for group in said.groups for words in (group.group, "gap"))),
                [
                    (
                        _month(month, said.spoken[n]),
                        *(cell for group in said.groups for cell in _cells(group, n)),
                    )
                    for n, month in enumerate(said.months)
                ],
                "dense",
            ),
        ),
    ]
    if said.illustrated:
        content += _illustration(said, k, end)
    return content


def _month(start: str, spoken: bool) -> str:
    told = date_words(datetime.date.fromisoformat(start))
    return told if spoken else f"{told} (not said)"


def _cells(group: GroupDelivered, n: int) -> tuple[str, str]:
    got, gap = group.delivered[n], group.gap[n]
    return (
        percent(got) if math.isfinite(got) else "–",
        percent(gap) if math.isfinite(gap) and gap >= VISIBLE else ("none" if math.isfinite(gap) else "–"),
    )


def _illustration(said: Announced, k: int, end: datetime.date) -> list[Content]:
    """How far each group could hold the sentence to be so: bands over draws."""
    starts = tuple(datetime.date.fromisoformat(month) for month in said.months)
    pictures, rows = [], []
    for g, group in enumerate(said.groups):
        names = tuple(f"{quantile:g}" for quantile in QUANTILES)
        timeline = Timeline(names, starts, 30, "month", np.array(group.held))
        pictures.append(bands(f"held-{k}-{g}", group.group, _held(group), timeline, end, _UPWARD))
        rows += [
            (
                f"{group.group}, {date_words(start)}",
                *(percent(row[n]) for row in group.held),
                percent(group.outlives[n]),
            )
            for n, start in enumerate(starts)
        ]
    header = ("group and month", *(f"{quantile:.0%}" for quantile in QUANTILES), "draws above delivered")
    return [
        element(
            "p",
            element("strong", "An illustration, no evidence of any opinion: "),
            "how far the sentence could be held to be so, if opinion were made of what others hold, what is "
            f"announced, what is delivered and what one thought at first. {said.illustrated}.",
        ),
        element("div", pictures, class_="multiples"),
        bands_legend(),
        folded("The numbers of the pictures", table("Held to be so, by quantile", header, rows, "dense")),
    ]


def _held(group: GroupDelivered) -> str:
    """What a group's picture shows, in words."""
    low, middle, high = (group.held[QUANTILES.index(quantile)][-1] for quantile in (0.05, 0.5, 0.95))
    return (
        f"{group.group}: in the last month held to be so to {percent(middle)} in the median draw, "
        f"{percent(low)} to {percent(high)} in nine of ten; further than delivered in "
        f"{percent(group.outlives[-1])} of the draws"
    )
