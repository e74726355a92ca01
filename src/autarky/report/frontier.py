"""The autarky frontier: livelihood against the import budget, with the techniques that switch on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from autarky.explanation.action_plan import count_years, frontier_sentences
from autarky.explanation.wording import listing, percent, rounded
from autarky.report.document import framed
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import line, number_axis, picture, text
from autarky.report.tables import folded, table
from autarky.results.plan import Frontier, FrontierPoint

WIDTH, HEIGHT, SIDE, PLOT, TOP, FOOT = 960.0, 400.0, 60.0, 560.0, 20.0, 340.0
MOST_SWITCHES = 12
"""Points whose techniques are named beside the curve."""


def frontier(found: Frontier, names: Mapping[str, str]) -> Sequence[Content]:
    """Sentences, the curve, its table, and the years needed."""
    points = sorted(found.points, key=lambda point: point.budget)
    held = [point for point in points if math.isfinite(point.livelihood)]
    told = frontier_sentences(found)
    header = (
        "imports, % of the base year's",
        f"spent, {found.currency} a year",
        "livelihood, % of the basket",
        "declared techniques that run",
    )
    rows = [
        (
            percent(point.budget),
            rounded(point.spent, 3),
            percent(point.livelihood) if math.isfinite(point.livelihood) else "no plan",
            listing([names.get(code, code) for code in point.techniques], 8) or "none",
        )
        for point in points
    ]
    content: list[Content] = [
        element("ul", [element("li", sentence) for sentence in told]),
        framed(_curve(held, names, " ".join(told)), "Livelihood against the import budget") if held else None,
        folded("The same as a table", table("The autarky frontier", header, rows)),
    ]
    if found.years:
        listed = [
            (
                percent(one.budget),
                percent(one.livelihood),
                "not within the plan" if one.years is None else count_years(one.years),
            )
            for one in found.years
        ]
        heading = ("imports, % of the base year's", "livelihood, % of the basket", "reached after")
        content.append(table("Years until a livelihood can be kept up", heading, listed))
    return content


def _curve(points: Sequence[FrontierPoint], names: Mapping[str, str], finding: str) -> Markup:
    across = number_axis([0.0, *(point.budget for point in points)], SIDE, PLOT, ticks=5)
    upward = number_axis([0.0, 1.0, *(point.livelihood for point in points)], FOOT, TOP - FOOT, ticks=5)
    right = SIDE + PLOT
    drawing: list[Markup] = []
    for place, number in upward.ticks():
        drawing += [
            line(SIDE, place, right, place, "grid" if number else "axis"),
            text(SIDE - 6, place + 4, percent(number), "tick", "end"),
        ]
    for place, number in across.ticks():
        drawing += [
            line(place, FOOT, place, FOOT + 5, "axis"),
            text(place, FOOT + 20, percent(number), "tick", "middle"),
        ]
    drawing += [
        line(SIDE, upward.at(1.0), right, upward.at(1.0), "need"),
        text(right + 6, upward.at(1.0) + 4, "the whole basket", "tick"),
        text(SIDE + PLOT / 2, FOOT + 42, "imports, % of the base year's", "tick", "middle"),
        text(SIDE - 48, 11, "livelihood that can be kept up, % of the basket", "tick"),
        element(
            "polyline",
            points=" ".join(f"{across.at(p.budget):.1f},{upward.at(p.livelihood):.1f}" for p in points),
            class_="line",
        ),
    ]
    drawing += [
        element("circle", cx=across.at(p.budget), cy=upward.at(p.livelihood), r=3.2, class_="dots")
        for p in points
    ]
    switches = _switches(points, names)
    if switches:
        drawing.append(text(right + 90, 60, "run from this budget down:", "tick"))
    # Going down the budget, what an import gave is made at home by what switches on.
    for k, (point, switched) in enumerate(switches[:MOST_SWITCHES], start=1):
        x, y = across.at(point.budget), upward.at(point.livelihood)
        drawing += [
            element("circle", cx=x, cy=y, r=8.0, class_="badge"),
            text(x, y + 4, str(k), "in-badge", "middle"),
            text(right + 90, 60 + 22 * k, f"{k}. {percent(point.budget)}: {_short(switched)}", "name"),
        ]
    title = "Largest livelihood that can be kept up for ever, by import budget"
    return picture("frontier", WIDTH, HEIGHT, title, finding, drawing, class_="heatmap")


def _switches(
    points: Sequence[FrontierPoint], names: Mapping[str, str]
) -> list[tuple[FrontierPoint, list[str]]]:
    """From the largest budget down: each point at which techniques run that ran at no larger one."""
    seen = set(points[-1].techniques)
    found = []
    for point in reversed(points[:-1]):
        new = [code for code in point.techniques if code not in seen]
        if new:
            found.append((point, [names.get(code, code) for code in new]))
            seen |= set(new)
    return found


def _short(names: Sequence[str]) -> str:
    told = listing(names, 1)
    return told if len(told) <= 30 else f"{told[:29].rstrip()}…"
