"""Groups: the section on which households fall below what they need, what they live on and what they hold."""

from __future__ import annotations

import datetime
import math

import numpy as np

from autarky.explanation.groups import SOURCES, GroupNeed, Groups, day_words, groups, needs_by_period
from autarky.explanation.timeline import Timeline
from autarky.explanation.wording import percent, rounded
from autarky.report.households import figure
from autarky.report.markup import Content, Markup, element
from autarky.report.outline import part
from autarky.report.tables import folded, table, timeline_tables
from autarky.results import SimulationResult

MOST_PICTURES = 12
MOST_ROWS = 75


def groups_part(result: SimulationResult, unit: str, end: datetime.date) -> Markup | None:
    """The part of a run's page; None where its households are not told apart."""
    told = groups(result)
    if told is None:
        return None
    content: list[Content] = [element("p", _intro(told)), element("p", told.finding)]
    if told.needs:
        content += _needs(told, needs_by_period(result), end)
    if told.food:
        content.append(_food(told))
    if told.money:
        content.append(_money(told, unit))
    return part("groups", "Households by group", content)


def _intro(told: Groups) -> str:
    if told.counted:
        return (
            "What each group used of each need, whatever it came from, against its livelihood basket. The "
            "dashed line is the basket, the triangle the first day below it, the shaded area what is missing."
        )
    return (
        "What each group received, against the base year, of the products of which most is missing. The "
        "dashed line is 90 % of base, the triangle the first day below it, the shaded area what is missing "
        "to it. Groups fare alike where nobody declares what they earn, are rationed and hold."
    )


def _needs(told: Groups, timeline: Timeline, end: datetime.date) -> list[Content]:
    """A picture for each group and need, by need; then the same as tables."""
    content: list[Content] = []
    shown = told.needs[:MOST_PICTURES]
    order = {code: k for k, code in enumerate(timeline.codes)}
    for need, name in dict.fromkeys((one.need, one.need_name) for one in shown):
        mine = sorted((one for one in shown if one.need == need), key=lambda one: order[one.code])
        highest = max(1.1, *(float(np.nanmax(timeline.row(one.code))) for one in mine))
        figures = [
            figure(
                f"need-{order[one.code]}",
                one.name,
                _words(one, told),
                f"{one.name}, {name}: share of {'the basket' if told.counted else 'the base year'}",
                timeline,
                one.code,
                end,
                highest=highest,
                need=told.line,
                full=told.line,
                below=one.below,
            )
            for one in mine
        ]
        content += [
            element("h4", f"{name[0].upper()}{name[1:]}"),
            element("div", figures, class_="multiples"),
        ]
    of = "basket" if told.counted else "base"
    line = "the basket" if told.counted else percent(told.line)
    header = (
        "group and need" if told.counted else "group and product",
        f"first day below {line}",
        f"days below {line}, % of the run",
        f"lowest, % of {of}",
        "on",
        f"missing to {line} over the run, %",
    )
    rows = [
        (
            f"{one.name}: {one.need_name}",
            day_words(one.below) if one.below else "never",
            percent(one.days_below),
            percent(one.lowest),
            day_words(one.lowest_day),
            percent(one.short),
        )
        for one in told.needs[:MOST_ROWS]
    ]
    what = "Needs met" if told.counted else "Received"
    named = [(one.code, f"{one.name}: {one.need_name}") for one in shown]
    content.append(
        folded(
            "The same as a table: every group",
            table(f"{what} by group, those that miss most first", header, rows),
            element("p", f"{len(told.needs) - MOST_ROWS:,} more are in the result file.", class_="note")
            if len(told.needs) > MOST_ROWS
            else None,
        )
    )
    # The tables of timelines say "% of base"; of a need the basket is the base.
    whose = f"{what}, basket as base" if told.counted else what
    content.append(folded("The numbers of the pictures", timeline_tables(timeline, named, whose)))
    return content


def _words(one: GroupNeed, told: Groups) -> str:
    line = "the basket" if told.counted else percent(told.line)
    lowest = f"lowest {percent(one.lowest)} on {day_words(one.lowest_day)}"
    if one.below is None:
        return f"never below {line}; {lowest}"
    return f"below {line} from {day_words(one.below)}, on {percent(one.days_below)} of days; {lowest}"


def _food(told: Groups) -> Markup:
    """Where it came from; sources that no group has are left out."""
    sources = [name for name in SOURCES if any(one.sources[name] for one in told.food)]
    header = ("group", "used", *sources)
    rows = [
        (one.name, percent(one.used), *(percent(one.sources[name]) for name in sources)) for one in told.food
    ]
    caption = (
        f"{told.food_name[0].upper()}{told.food_name[1:]} used by group and source, mean of the run's days"
    )
    return folded(
        f"What groups lived on: {told.food_name} by source",
        table(f"{caption}, % of base-year use", header, rows),
    )


def _money(told: Groups, unit: str) -> Markup:
    """Income by source against base, and what is held."""
    rows = []
    for one in told.money:
        for source, base in one.income_base.items():
            now = one.income[source]
            if base or now:
                share = percent(now / base) if base else "–"
                rows.append((f"{one.name}: {source}", rounded(base, 3), rounded(now, 3), share))
    held = [
        (
            one.name,
            rounded(one.cash_base, 3),
            rounded(one.cash, 3),
            rounded(one.days_of_spending) if math.isfinite(one.days_of_spending) else "–",
        )
        for one in told.money
    ]
    return folded(
        "What groups earned, and what they hold",
        table(
            f"Income by group and source, {unit} per day",
            ("group and source", "base year", "mean of the run's days", "% of base"),
            rows,
        ),
        table(
            f"Money held by group, {unit}",
            ("group", "first morning", "last evening", "growth, days of base-year spending"),
            held,
        ),
    )
