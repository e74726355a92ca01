"""Announced and delivered: what was said, what the run brings, by month and group, and an illustration."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

from autarky.explanation.announced import QUANTILES, VISIBLE, Announced, GroupDelivered
from autarky.explanation.wording import date_words, percent
from autarky.report.markup import Content, Markup, element
from autarky.report.outline import part
from autarky.report.tables import folded, table


def announced_part(said: Sequence[Announced]) -> Markup | None:
    """Each sentence that was held against the run; nothing where the study names none."""
    if not said:
        return None
    intro = (
        "Sentences held against this run, whoever said them. How the words are read as numbers is the "
        "study's choice; the gap is counted from the reading that is easiest to meet."
    )
    content: list[Content] = [element("p", intro)]
    for one in said:
        content += _one(one)
    return part("announced", "Announced and delivered", content)


def _one(said: Announced) -> list[Content]:
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
        content += _illustration(said)
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


def _illustration(said: Announced) -> list[Content]:
    """How far each group could hold the sentence to be so, over draws; in words, for a picture of an
    illustration would look like a record."""
    rows = [
        (
            f"{group.group}, {date_words(datetime.date.fromisoformat(month))}",
            *(percent(row[n]) for row in group.held),
            percent(group.outlives[n]),
        )
        for group in said.groups
        for n, month in enumerate(said.months)
    ]
    header = ("group and month", *(f"{quantile:.0%}" for quantile in QUANTILES), "draws above delivered")
    return [
        element(
            "p",
            element("strong", "An illustration, no evidence of any opinion: "),
            "how far the sentence could be held to be so, if opinion were made of what others hold, what is "
            f"announced, what is delivered and what one thought at first. {said.illustrated}.",
        ),
        element("ul", [element("li", f"{_held(group)}.") for group in said.groups]),
        folded(
            "Month by month, by quantile of the draws",
            table("Held to be so, by quantile", header, rows, "dense"),
        ),
    ]


def _held(group: GroupDelivered) -> str:
    """How far a group holds it to be so in the end, in words."""
    low, middle, high = (group.held[QUANTILES.index(quantile)][-1] for quantile in (0.05, 0.5, 0.95))
    return (
        f"{group.group}: in the last month held to be so to {percent(middle)} in the median draw, "
        f"{percent(low)} to {percent(high)} in nine of ten; further than delivered in "
        f"{percent(group.outlives[-1])} of the draws"
    )
