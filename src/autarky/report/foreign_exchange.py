"""Foreign exchange: the section on what was earned and paid, week by week, and what was held in between."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from autarky.explanation.foreign_exchange import FLOWS, ForeignExchange
from autarky.explanation.wording import date_words, percent, rounded
from autarky.report.markup import Markup, element
from autarky.report.outline import part
from autarky.report.svg import DateAxis, NumberAxis, line, number_axis, picture, text
from autarky.report.tables import folded, table

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 300.0, 150.0, 52.0, 8.0, 10.0, 124.0
LINES = ("export_earnings", "import_payments")
"""Flows that are drawn; all of them are in the table."""


def foreign_exchange_part(
    told: ForeignExchange | None, labels: Mapping[str, str], unit: str, end: datetime.date
) -> Markup | None:
    """The part of a run's page; None where the run did not count foreign exchange."""
    if told is None:
        return None
    dates = DateAxis(told.starts[0], (end - told.starts[0]).days + 1, LEFT, WIDTH - LEFT - RIGHT)
    intro = (
        "What exports earned on a day is spent on the imports of the next. Unrecorded finance is what the "
        "base year's imports cost beyond what its exports are recorded to have earned. Where money does not "
        "reach, imports are left out in the order the study declares, or all in the same share."
    )
    pictures = element("div", _flows(told, dates, unit), _held(told, dates, unit), class_="multiples")
    names = dict(FLOWS)
    header = (
        "from",
        *(f"{names[name]}, {unit}" for name in names),
        f"reserves, {unit}",
        "days short of money",
    )
    rows = [
        (
            date_words(start),
            *(rounded(float(told.flows[name][k]), 4) for name in names),
            rounded(float(told.reserves[k]), 4),
            f"{told.bound[k]:.0f}",
        )
        for k, start in enumerate(told.starts)
    ]
    short = [(labels.get(product, product), percent(part)) for product, part in told.paid_share.items()]
    return part(
        "foreign-exchange",
        "What imports cost, and who pays",
        element("p", intro),
        element("p", told.finding),
        pictures,
        table(
            "Imports short for want of money",
            ("product", "paid for, % of what would have come over the run"),
            short,
        )
        if short
        else None,
        folded(
            "The numbers of the pictures",
            table(
                f"Foreign exchange by {told.period}, sums; reserves on its last evening",
                header,
                rows,
                "dense",
            ),
        ),
    )


def _flows(told: ForeignExchange, dates: DateAxis, unit: str) -> Markup:
    axis = number_axis(
        [0.0, *(float(v) for name in LINES for v in told.flows[name])], BOTTOM, TOP - BOTTOM, ticks=4
    )
    drawing = _frame(axis, dates)
    names = dict(FLOWS)
    for k, name in enumerate(LINES):
        # The last period may be shorter: its sum would look like a fall.
        whole = told.flows[name][: len(told.starts) - 1] if len(told.starts) > 1 else told.flows[name]
        steps = _steps(axis, dates, told.starts, [float(value) for value in whole])
        drawing.append(element("path", d=steps, class_=f"line l-{k}"))
    title = f"Earned by exports and paid for imports by {told.period}, {unit}"
    shown = picture("fx-flows", WIDTH, HEIGHT, title, told.finding, drawing, class_="multiple")
    swatches = [
        element(
            "li",
            element(
                "svg",
                line(0, 10, 20, 10, f"line l-{k}"),
                viewBox="0 0 20 20",
                class_="swatch",
                aria_hidden="true",
            ),
            f" {names[name]}",
        )
        for k, name in enumerate(LINES)
    ]
    return element(
        "figure",
        element("figcaption", element("strong", f"Earned and paid by {told.period}"), " ", unit),
        element("ul", swatches, class_="legend"),
        shown,
    )


def _held(told: ForeignExchange, dates: DateAxis, unit: str) -> Markup:
    values = [float(value) for value in told.reserves]
    axis = number_axis([0.0, *values], BOTTOM, TOP - BOTTOM, ticks=4)
    drawing = _frame(axis, dates)
    drawing.append(element("path", d=_steps(axis, dates, told.starts, values), class_="line l-0"))
    first, last = rounded(values[0], 3), rounded(values[-1], 3)
    finding = f"Reserves: {first} {unit} after the first {told.period}, {last} at the end."
    if told.first is not None:
        x = dates.x(told.first)
        drawing.append(line(x, TOP, x, BOTTOM, "need"))
        finding += f" Money binds from {date_words(told.first)} on."
    words = f"; money binds from {date_words(told.first)} on" if told.first is not None else ""
    return element(
        "figure",
        element("figcaption", element("strong", "Reserves in the evening"), f" {unit}{words}"),
        picture("fx-held", WIDTH, HEIGHT, f"Reserves, {unit}", finding, drawing, class_="multiple"),
    )


def _frame(axis: NumberAxis, dates: DateAxis) -> list[Markup]:
    right = dates.left + dates.width
    end = dates.start + datetime.timedelta(dates.days - 1)
    return [
        *(
            part
            for place, value in axis.ticks()
            for part in (
                line(dates.left, place, right, place, "grid" if value else "axis"),
                text(dates.left - 5, place + 4, rounded(value, 3), "tick", "end"),
            )
        ),
        text(dates.left, HEIGHT - 8, date_words(dates.start), "tick"),
        text(right, HEIGHT - 8, date_words(end), "tick", "end"),
    ]


def _steps(
    axis: NumberAxis, dates: DateAxis, starts: Sequence[datetime.date], values: Sequence[float]
) -> str:
    """A step for each period, from left to right."""
    path = "".join(
        f"{'M' if k == 0 else 'H'}{dates.x(start):.1f}{' ' if k == 0 else 'V'}{axis.at(value):.1f}"
        for k, (start, value) in enumerate(zip(starts, values, strict=False))
    )
    after = starts[len(values)] if len(values) < len(starts) else None
    return f"{path}H{dates.x(after) if after is not None else dates.left + dates.width:.1f}"
