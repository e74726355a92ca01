"""Tables: the numbers behind each picture, with units, folded away until they are wanted."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autarky.explanation.timeline import Timeline
from autarky.explanation.wording import date_words
from autarky.report.markup import Content, Markup, element

BLOCK = 26
"""Columns of a timeline's table that still fit on a page of A4."""


def table(caption: str, header: Sequence[str], rows: Sequence[Sequence[Content]], class_: str = "") -> Markup:
    """A table that scrolls inside its own box; the first cell of each row is its header."""
    head = element("tr", [element("th", name, scope="col") for name in header])
    body = [
        element("tr", element("th", row[0], scope="row"), [element("td", cell) for cell in row[1:]])
        for row in rows
    ]
    whole = element(
        "table",
        element("caption", caption),
        element("thead", head),
        element("tbody", body),
        class_=class_ or None,
    )
    # Keyboard users can scroll only what takes the focus.
    return element("div", whole, class_="scroll", role="region", aria_label=caption, tabindex="0")


def timeline_tables(
    timeline: Timeline, rows: Sequence[tuple[str, str]], what: str, unit: str = "% of base"
) -> list[Markup]:
    """The cells of a picture in per cent: (code, name) rows, in blocks of columns that fit on paper."""
    columns = len(timeline.starts)
    blocks = math.ceil(columns / BLOCK)
    width = math.ceil(columns / blocks)
    tables = []
    for first in range(0, columns, width):
        last = min(first + width, columns)
        starts = timeline.starts[first:last]
        caption = f"{what}, mean of each {timeline.period}, {unit}"
        if blocks > 1:
            caption += f": {date_words(starts[0])} to {date_words(starts[-1])}"
        header = ["from", *(f"{start.day} {date_words(start).split()[1]}" for start in starts)]
        body = [
            (name, *(cell_percent(share) for share in timeline.row(code)[first:last])) for code, name in rows
        ]
        tables.append(table(caption, header, body, "dense"))
    return tables


def cell_percent(share: float) -> str:
    """A share in whole per cent for a narrow column; ``–`` without a base."""
    return f"{share * 100:.0f}".replace("-0", "0") if math.isfinite(share) else "–"


def folded(summary: str, *content: Content) -> Markup:
    """Content behind a summary line; opened by a click, and always open on paper."""
    return element("details", element("summary", summary), *content)
