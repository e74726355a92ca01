"""Hours: the section on what a week goes to, base year beside run, on who is at work and on plots."""

from __future__ import annotations

from collections.abc import Sequence

from autarky.explanation.hours import GIVING, MOST_INDUSTRIES, GroupHours, Hours, month_words
from autarky.explanation.wording import count, listing, percent, rounded
from autarky.report.markup import Content, Markup, element
from autarky.report.outline import part
from autarky.report.svg import NumberAxis, line, number_axis, picture, text
from autarky.report.tables import folded, table

WIDTH, LEFT, RIGHT, TOP, PITCH, BAR = 300.0, 62.0, 10.0, 8.0, 30.0, 20.0
REST = "rest"
"""The use that fills the week up to 168 hours; it is told beside the bars, not drawn."""
MOST_GROUPS = 9


def hours_part(told: Hours | None, unit: str) -> Markup | None:
    """The part of a run's page; None where the run does not count hours."""
    if told is None:
        return None
    drawn = [
        k for k, use in enumerate(told.uses) if use != REST and any(_spent(one, k) for one in told.groups)
    ]
    intro = (
        "The week of an average person of each group. Each adds to 168 hours: what the bars do not show is "
        "rest, which is sleep, meals, care, school, the way to work and everything else."
    )
    shown = told.groups[:MOST_GROUPS]
    longest = max((sum(week[k] for k in drawn) for one in shown for _, week in _bars(one)), default=1.0)
    axis = number_axis([0.0, longest], LEFT, WIDTH - LEFT - RIGHT, ticks=4)
    figures = [_figure(k, one, told.uses, drawn, axis) for k, one in enumerate(shown)]
    content: list[Content] = [
        element("p", intro),
        element("p", told.finding),
        _legend(told.uses, drawn),
        element("div", figures, class_="multiples"),
        folded("The same as a table: hours a week", _weeks(told)),
    ]
    if told.industries:
        content.append(_at_work(told))
    if told.garden:
        rows = [
            (one.name, rounded(one.base, 3), percent(one.share), percent(one.lowest)) for one in told.garden
        ]
        header = (
            "group",
            f"base year, {unit} per day",
            "mean of the run's days, % of base",
            "lowest, % of base",
        )
        content.append(
            folded("Food from plots", table("Food grown on household plots by group", header, rows))
        )
    return part("hours", "Hours", content)


def _spent(one: GroupHours, use: int) -> float:
    return max(one.base[use], one.mean[use], one.most[use])


def _bars(one: GroupHours) -> list[tuple[str, tuple[float, ...]]]:
    """The weeks that stand beside each other, and what each is called."""
    bars = [("base year", one.base), ("mean", one.mean)]
    return [*bars, (month_words(one.month), one.most)] if one.month is not None else bars


def _figure(
    ident: int, one: GroupHours, uses: Sequence[str], drawn: Sequence[int], axis: NumberAxis
) -> Markup:
    bars = _bars(one)
    bottom = TOP + PITCH * len(bars)
    drawing: list[Markup] = []
    for place, hours in axis.ticks():
        drawing += [
            line(place, TOP - 4, place, bottom, "grid" if hours else "axis"),
            text(place, bottom + 14, f"{hours:g}", "tick", "middle"),
        ]
    for row, (name, week) in enumerate(bars):
        top, x, spent = TOP + PITCH * row + 3, axis.at(0), 0.0
        drawing.append(text(LEFT - 5, top + 14, name, "tick", "end"))
        for k in drawn:
            if week[k] <= 0:
                continue
            spent += week[k]
            width = axis.at(spent) - x
            drawing.append(element("rect", x=x, y=top, width=width, height=BAR, class_=f"u-{drawn.index(k)}"))
            if width >= 18:
                drawing.append(text(x + width / 2, top + 14, rounded(week[k]), "in-bar", "middle"))
            x += width
    words = _words(one, uses)
    return element(
        "figure",
        element("figcaption", element("strong", one.name), " ", words),
        picture(
            f"week-{ident}",
            WIDTH,
            bottom + 20,
            f"{one.name}: hours a week by use",
            f"{one.name}: {words}.",
            drawing,
            class_="multiple",
        ),
    )


def _words(one: GroupHours, uses: Sequence[str]) -> str:
    """The finding of a group's picture."""
    rest = uses.index(REST)
    if one.month is None:
        return f"a week as in the base year; rest {rounded(one.base[rest], 3)} hours"
    given = [
        f"{rounded(was - now)} of {use}"
        for use, was, now in zip(uses, one.base, one.most, strict=True)
        if use in GIVING and was - now >= 0.005
    ]
    lost = f"gives {listing(given, most=4)}" if given else "gives nothing"
    return (
        f"{rounded(one.withheld_most)} hours a week withheld in {month_words(one.month)}, mean of the run "
        f"{rounded(one.withheld)}; {lost}"
    )


def _legend(uses: Sequence[str], drawn: Sequence[int]) -> Markup:
    items = [
        element(
            "li",
            element(
                "svg",
                element("rect", width=20, height=20, class_=f"u-{row}"),
                viewBox="0 0 20 20",
                class_="swatch",
                aria_hidden="true",
            ),
            f" {uses[k]}",
        )
        for row, k in enumerate(drawn)
    ]
    return element("ul", items, class_="legend")


def _weeks(told: Hours) -> Markup:
    rows = [
        (f"{one.name}, {name}", *(rounded(hours, 4) for hours in week))
        for one in told.groups
        for name, week in _bars(one)
    ]
    return table("Hours a week of an average person, by use", ("group", *told.uses), rows)


def _at_work(told: Hours) -> Markup:
    shown = told.industries[:MOST_INDUSTRIES]
    rows = [
        (
            one.name,
            f"{one.people_base:,.0f}",
            percent(one.hours),
            percent(one.hours_lowest),
            percent(one.people),
            percent(one.people_lowest),
        )
        for one in shown
    ]
    header = (
        "industry",
        "people in the base year",
        "hours, mean, % of base",
        "lowest",
        "people, mean, % of base",
        "lowest",
    )
    people = f"{told.about_people[0].lower()}{told.about_people[1:]}"
    note = f"People: {people}. Hours: those of the people there are."
    left = len(told.industries) - len(shown)
    more = f" {count(left, 'more industry', 'more industries')} in the result file." if left else ""
    return folded(
        "Hours and people at work by industry",
        table("Hours and people at work, largest changes first", header, rows),
        element("p", note + more, class_="note"),
    )
