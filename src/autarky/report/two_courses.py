"""Two courses: one quantity by period, as declared and otherwise, in one small picture with its table."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

from autarky.explanation.wording import date_words, percent
from autarky.report.markup import Markup, element
from autarky.report.svg import DateAxis, line, picture, text
from autarky.report.tables import cell_percent, folded, table

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 340.0, 170.0, 42.0, 8.0, 8.0, 146.0


def two_courses(
    ident: str,
    name: str,
    starts: Sequence[datetime.date],
    end: datetime.date,
    period: str,
    before: Sequence[float],
    after: Sequence[float],
) -> Markup:
    """Shares of the base year by period: dotted as declared, full as changed.

    ``starts``: first day of each period; ``end``: last day of the last one. Where there is no base to compare
    with, all is NaN, and a sentence says so.
    """
    finite = [share for share in (*before, *after) if math.isfinite(share)]
    if not finite:
        return element("p", f"{name}: the table has nothing to compare with.")
    least, most = min(*finite, 1.0), max(*finite, 1.0)
    # Steps of 5 % where little moves, else of more: a fall of 3 % is to be seen, and not to look like all.
    step = next(size for size in (0.05, 0.1, 0.2, 0.5, math.ceil(most)) if (most - least) / size <= 5)
    low, high = math.floor(least / step + 1e-9) * step, math.ceil(most / step - 1e-9) * step
    low = low if high > low else low - step
    axis = DateAxis(starts[0], (end - starts[0]).days + 1, LEFT, WIDTH - LEFT - RIGHT)

    def y(share: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (share - low) / (high - low)

    def stepped(shares: Sequence[float]) -> str:
        return (
            "".join(
                f"{'M' if k == 0 else 'H'}{axis.x(start):.1f}{' ' if k == 0 else 'V'}{y(share):.1f}"
                for k, (start, share) in enumerate(zip(starts, shares, strict=True))
            )
            + f"H{axis.left + axis.width:.1f}"
        )

    ticks = [low + step * k for k in range(round((high - low) / step) + 1)]
    drawing = [
        part
        for share in ticks
        for part in (
            line(LEFT, y(share), WIDTH - RIGHT, y(share), "grid"),
            text(LEFT - 5, y(share) + 4, f"{share * 100:.0f} %", "tick", "end"),
        )
    ]
    drawing += [
        element("path", d=stepped(before), class_="line l-2"),
        element("path", d=stepped(after), class_="line otherwise"),
        text(LEFT, HEIGHT - 6, date_words(starts[0]), "tick"),
        text(WIDTH - RIGHT, HEIGHT - 6, date_words(end), "tick", "end"),
    ]
    words = f"at the lowest {percent(min(before))} as declared, {percent(min(after))} as changed"
    rows = [
        (date_words(start), cell_percent(one), cell_percent(other))
        for start, one, other in zip(starts, before, after, strict=True)
    ]
    return element(
        "figure",
        element("figcaption", element("strong", name), f" {words}; dotted: declared, full: changed"),
        picture(ident, WIDTH, HEIGHT, f"{name} by {period}", f"{name}: {words}.", drawing, class_="multiple"),
        folded(
            "The same as a table",
            table(
                f"{name}, mean of each {period}, % of base",
                ("from", "as declared", "as changed"),
                rows,
                "dense",
            ),
        ),
    )
