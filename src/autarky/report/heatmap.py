"""Heatmap: rows by periods, shaded by how far they are below the base year; a mark repeats every shade."""

from __future__ import annotations

import datetime
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autarky.explanation.conditions import Condition
from autarky.explanation.losses import Array, Day
from autarky.explanation.timeline import Timeline
from autarky.explanation.wording import shorten
from autarky.report.markup import Markup, element
from autarky.report.svg import DateAxis, line, picture, tenths, text

WIDTH, LEFT, RIGHT, PITCH = 960.0, 268.0, 108.0, 22.0
"""Width of the picture, least room for names and for notes, height of a row."""
LETTER = 7.6
"""Width of a letter of a note, in a wide font."""


@dataclass(frozen=True)
class Shade:
    """A class of cells: its style and mark repeat one another."""

    name: str
    meaning: str
    mark: str
    """Path of the mark around the origin, for a cell one unit wide; empty: no mark."""


SHADES = (
    Shade("above", "above 101 %", "M-.26 0H.26M0-.26V.26"),
    Shade("base", "99 to 101 %", ""),
    Shade("touched", "90 to 99 %", "M-.06 0H.06"),
    Shade("fallen", "50 to 90 %: falls", "M-.28 0H.28"),
    Shade("stopped", "10 to 50 %: stops", "M-.24-.24L.24.24M-.24.24L.24-.24"),
    Shade("gone", "below 10 %", "M-.26-.26H.26V.26H-.26Z"),
)
NO_BASE = Shade("nobase", "no base to compare with", "")


FLOORS = (0.99, 0.9, 0.5, 0.1)
"""Least share of each shade after the first; the last one has none."""


def shade(share: float, floors: Sequence[float] = FLOORS) -> Shade:
    """The class of a share of base."""
    if share != share:
        return NO_BASE
    if share > 1.01:
        return SHADES[0]
    return next(SHADES[k] for k, floor in enumerate((*floors, -1e300), start=1) if share >= floor)


@dataclass(frozen=True)
class Row:
    """A row of the picture: its code in the timeline, its name, the day that orders it and a note on it."""

    code: str
    name: str
    first: Day | None
    note: str


def heatmap(
    ident: str,
    timeline: Timeline,
    rows: Sequence[Row],
    conditions: Sequence[Condition],
    end: datetime.date,
    title: str,
    finding: str,
    links: Callable[[str], str] | None = None,
) -> Markup:
    """The picture: dates above, shocks as bars under them, a row for each name, a mark on its first day.

    With ``links`` (code of a row → address) a click on a row's cells goes where it says.
    """
    start = timeline.starts[0]
    days = (end - start).days + 1
    right = max([RIGHT, *(8 + LETTER * len(row.note) for row in rows)])
    axis = DateAxis(start, days, LEFT, WIDTH - LEFT - right)
    spans = _spans(conditions, start, end)
    top = 24.0 + 16.0 * bool(spans)
    height = top + PITCH * len(rows) + 6
    drawing: list[Markup] = []
    for x, label in axis.ticks():
        drawing += [text(x + 2, 12, label, "tick"), line(x, 4, x, top + PITCH * len(rows), "grid")]
    if spans:
        drawing.append(text(0, 33, "a shock acts", "tick"))
        drawing += [
            element(
                "rect", x=axis.x(a), y=25.0, width=max(axis.x(b) - axis.x(a), 2.0), height=7.0, class_="shock"
            )
            for a, b in spans
        ]
    ticks = []
    for k, row in enumerate(rows):
        y = top + PITCH * k
        # Cells are drawn over the end of a name that is wider than most, never under it.
        drawing.append(text(0, y + 15, shorten(row.name, 38), "name"))
        drawing.append(text(WIDTH - right + 8, y + 15, row.note, "note"))
        if row.first is not None:
            x = axis.x(datetime.date.fromisoformat(row.first.date))
            ticks.append(element("path", d=f"M{x - 5:.1f} {y - 1:.1f}h10l-5 8z", class_="first"))
    places = [(timeline.row(row.code), top + PITCH * k) for k, row in enumerate(rows)]
    drawing += shaded(ident, axis, timeline, places, PITCH)
    drawn = picture(ident, WIDTH, height, title, finding, drawing, ticks, class_="heatmap")
    if links is None:
        return drawn
    hits = [_hit(links(row.code), row.name, axis, top + PITCH * k) for k, row in enumerate(rows)]
    # What is inside an image is hidden from those who hear the page: the links lie beside it, on top.
    return element(
        "svg",
        drawn,
        hits,
        role="group",
        aria_label=f"{title}, with a link for each row",
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        class_="heatmap",
    )


def shaded(
    ident: str,
    axis: DateAxis,
    timeline: Timeline,
    rows: Sequence[tuple[Array, float]],
    pitch: float,
    floors: Sequence[float] = FLOORS,
) -> list[Markup]:
    """The cells of rows, each its shares by period and its upper edge, with the marks of their shades."""
    cell = axis.width * timeline.days / axis.days
    size = min(max(cell, 11.0), pitch - 6)
    boxes: dict[Shade, list[str]] = defaultdict(list)
    marks: dict[Shade, list[str]] = defaultdict(list)
    for shares, y in rows:
        for kind, x, width, cells in _runs(axis, timeline, [shade(share, floors) for share in shares]):
            boxes[kind].append(f"M{tenths(x)} {y + 1:g}h{tenths(width)}v{pitch - 2:g}h-{tenths(width)}z")
            if width < 0.45 * size:
                continue  # a mark would cover its neighbours
            # One mark a cell, or as many as stay legible side by side.
            often = cells if cell >= 11 else max(int(width // size), 1)
            step = width / often
            marks[kind].append(f"M{tenths(x + step / 2)} {y + pitch / 2:g}" + f"h{step:.2f}" * (often - 1))
    drawing = [_defined_marks(ident, size, [kind for kind in SHADES if kind.mark and kind in marks])]
    for kind in (*SHADES, NO_BASE):
        if kind in boxes:
            drawing.append(element("path", d="".join(boxes[kind]), class_=f"s-{kind.name}"))
        if kind.mark and kind in marks:
            mark = f"url(#{ident}-{kind.name})"
            drawing.append(
                element(
                    "path",
                    d="".join(marks[kind]),
                    fill="none",
                    marker_start=mark,
                    marker_mid=mark,
                    marker_end=mark,
                )
            )
    return drawing


def _hit(address: str, name: str, axis: DateAxis, y: float) -> Markup:
    """A link over the cells of a row, with their days: a click can tell which of them it hit."""
    return element(
        "a",
        element("rect", x=axis.left, y=y, width=axis.width, height=PITCH),
        href=address,
        class_="hit",
        aria_label=f"Explain {name}",
        data_days=axis.days,
        data_start=axis.start.isoformat(),
    )


def legend(
    first: str = "first day below half, or below 90 %", meanings: Mapping[str, str] | None = None
) -> Markup:
    """The shades and their marks, in words; ``first``: what marks a first day, empty: nothing does.

    With ``meanings`` (name of a shade → words) only those, with other edges.
    """
    items = []
    told = {kind.name: kind.meaning for kind in SHADES} if meanings is None else meanings
    for kind in (kind for kind in SHADES if kind.name in told):
        swatch = element(
            "svg",
            element("rect", width=20, height=20, class_=f"s-{kind.name}"),
            _mark(kind, 16, 10, 10) if kind.mark else None,
            viewBox="0 0 20 20",
            class_="swatch",
            aria_hidden="true",
        )
        items.append(element("li", swatch, f" {told[kind.name]}"))
    if first:
        mark = element(
            "svg",
            element("path", d="M5 6h10l-5 8z", class_="first"),
            viewBox="0 0 20 20",
            class_="swatch",
            aria_hidden="true",
        )
        items.append(element("li", mark, f" {first}"))
    return element("ul", items, class_="legend")


def _runs(
    axis: DateAxis, timeline: Timeline, shades: Sequence[Shade]
) -> Iterator[tuple[Shade, float, float, int]]:
    """Neighbouring cells of one shade as one piece: its shade, left edge, width and number of cells."""
    edges = [*(axis.x(start) for start in timeline.starts), axis.left + axis.width]
    for kind, run in itertools.groupby(range(len(shades)), key=lambda k: shades[k]):
        places = list(run)
        left, right = edges[places[0]], edges[places[-1] + 1]
        yield kind, left, right - left, len(places)


def _defined_marks(ident: str, size: float, kinds: Sequence[Shade]) -> Markup:
    """The marks as line markers: a run of cells is then one line with a mark at every corner."""
    markers = [
        element(
            "marker",
            _mark(kind, size, 0, 0),
            id=f"{ident}-{kind.name}",
            markerUnits="userSpaceOnUse",
            markerWidth=size,
            markerHeight=size,
            overflow="visible",
        )
        for kind in kinds
    ]
    return element("defs", markers)


def _mark(kind: Shade, size: float, x: float, y: float) -> Markup:
    move = f"translate({x:.2f} {y:.2f}) scale({size:.2f})"
    return element("path", d=kind.mark, transform=move, class_=f"mark m-{kind.name}")


def _spans(
    conditions: Sequence[Condition], start: datetime.date, end: datetime.date
) -> list[tuple[datetime.date, datetime.date]]:
    """First day and day after the last of the times in which a shock acts, those that meet joined."""
    after = end + datetime.timedelta(1)
    spans: list[tuple[datetime.date, datetime.date]] = []
    for first, until in sorted(
        (
            max(datetime.date.fromisoformat(condition.start), start),
            datetime.date.fromisoformat(condition.until) + datetime.timedelta(1)
            if condition.until
            else after,
        )
        for condition in conditions
    ):
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], until))
        elif first < min(until, after):
            spans.append((first, min(until, after)))
    return spans
