"""Firm chains: why a firm fell, box under box back to the cut, and its output day by day."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from autarky.explanation.firms import bound_words, cut_words, day_words, lost_words, share_words
from autarky.explanation.timeline import MOST_COLUMNS, PERIODS
from autarky.explanation.wording import date_words, percent
from autarky.report.chains import BOX, WIDTH, node
from autarky.report.document import framed
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import DateAxis, line, picture, tenths, text
from autarky.report.tables import cell_percent, folded, table
from autarky.results import FALLS
from autarky.results.firms import ChainStep, FirmChain, FirmCourse, FirmDays

PITCH = 88.0
"""Distance of two boxes."""
COURSE_WIDTH, COURSE_HEIGHT, COURSE_LEFT = 340.0, 170.0, 42.0


def firm_chain(ident: str, chain: FirmChain) -> Markup:
    """A firm's chain: in a sentence, as a picture, as a table."""
    content: list[Content] = [element("h3", chain.label), element("p", chain.sentence)]
    if chain.steps:
        header = (
            "firm or supplier",
            "sector",
            "below 90 % from",
            "output then, % of base",
            "because",
            "what ties it to the next",
        )
        rows = [_row(step) for step in chain.steps]
        content += [
            framed(_drawn(ident, chain), f"Chain of {chain.label}"),
            folded("The chain as a table", table(f"{chain.label}: back to the cut", header, rows)),
        ]
    return element("div", *content, element("p", f"It {lost_words(chain.lost)}."), class_="chain")


def _row(step: ChainStep) -> Sequence[Content]:
    return (
        step.label,
        step.sector,
        "the cut" if step.day is None else f"day {step.day:,}, {day_words(step.date)}",
        cell_percent(step.output),
        cut_words(step) if step.day is None else bound_words(step),
        share_words(step) or "–",
    )


def _drawn(ident: str, chain: FirmChain) -> Markup:
    """The firm on top, the cut at the bottom; an arrow is as wide as the share that came that way."""
    drawing: list[Markup] = []
    for k, step in enumerate(chain.steps):
        y = 2 + BOX / 2 + PITCH * k
        if step.day is None:
            note, style = cut_words(step), "end"
        else:
            since = f"below {percent(FALLS)} from day {step.day:,}, {day_words(step.date)}"
            note, style = f"{since} · makes {percent(step.output)} of base then", "via" if k else "root"
        if k:
            before = chain.steps[k - 1]
            share = 1.0 if before.share is None else before.share
            top, thick = y - PITCH + BOX / 2, max(14 * share, 1.5)
            drawing += [
                element("path", d=f"M30 {y - BOX / 2:.1f}V{top + 8:.1f}", class_="flow", stroke_width=thick),
                element(
                    "path",
                    d=f"M{26 - thick / 2:.1f} {top + 9:.1f}h{thick + 8:.1f}L30 {top + 1:.1f}z",
                    class_="tip",
                ),
                text(50, y - PITCH / 2 + 4, f"{bound_words(before)}; {share_words(before)}", "tick"),
            ]
        drawing.append(node(0, y, style, step.label, note))
    last = chain.steps[-1]
    height = 2 + BOX + PITCH * (len(chain.steps) - 1) + 2
    finding = f"{chain.sentence} The chain has {len(chain.steps)} steps and ends at {last.label}."
    title = f"Why {chain.label} falls: back to the cut"
    return picture(ident, WIDTH, height, title, finding, drawing, class_="heatmap")


def firm_courses(days: FirmDays) -> list[Markup]:
    """The output of each firm by day in small pictures, with the first day of the shock marked."""
    return [_course(f"course-{k}", one, days) for k, one in enumerate(days.courses)]


def _course(ident: str, course: FirmCourse, days: FirmDays) -> Markup:
    start = datetime.date.fromisoformat(days.start)
    end = start + datetime.timedelta(days.days - 1)
    left, top, bottom, right = COURSE_LEFT, 8.0, COURSE_HEIGHT - 24, COURSE_WIDTH - 8
    axis = DateAxis(start, days.days, left, right - left)
    highest = max(1.0, *course.output)

    def y(share: float) -> float:
        return bottom - (bottom - top) * share / highest

    # A step for each day; days like the one before need none.
    steps, before = [f"M{tenths(left)} {tenths(y(course.output[0]))}"], tenths(y(course.output[0]))
    for day, share in enumerate(course.output):
        if (height := tenths(y(share))) != before:
            steps.append(f"H{tenths(axis.x(start + datetime.timedelta(day)))}V{height}")
            before = height
    drawing = [
        part
        for share in (0.0, 0.5, 1.0)
        for part in (
            line(left, y(share), right, y(share), "grid" if share else "axis"),
            text(left - 5, y(share) + 4, percent(share), "tick", "end"),
        )
    ]
    shock = axis.x(start + datetime.timedelta(days.first_shock))
    least = min(course.output)
    fell = next((day for day, share in enumerate(course.output) if share < FALLS), None)
    words = f"lowest {percent(least)} of base"
    if fell is not None:
        on = date_words(start + datetime.timedelta(fell))
        words = f"below {percent(FALLS)} from {on}, day {fell - days.first_shock:,} on; {words}"
    drawing += [
        line(shock, top, shock, bottom, "need"),
        element("path", d=f"{''.join(steps)}H{tenths(right)}", class_="course"),
        text(left, COURSE_HEIGHT - 6, date_words(start), "tick"),
        text(right, COURSE_HEIGHT - 6, date_words(end), "tick", "end"),
    ]
    length, period = next(
        ((length, period) for length, period in PERIODS[1:] if days.days <= MOST_COLUMNS * length),
        PERIODS[-1],
    )
    parts = [(first, course.output[first : first + length]) for first in range(0, days.days, length)]
    rows = [
        (date_words(start + datetime.timedelta(first)), cell_percent(sum(part) / len(part)))
        for first, part in parts
    ]
    return element(
        "figure",
        element("figcaption", element("strong", course.label), f" {words}; dashed: the first shock"),
        picture(
            ident,
            COURSE_WIDTH,
            COURSE_HEIGHT,
            f"{course.label}: output by day",
            f"{course.label}: {words}.",
            drawing,
            class_="multiple",
        ),
        folded(
            "The same as a table",
            table(f"{course.label}: mean of each {period}, % of base", ("from", "output"), rows, "dense"),
        ),
    )
