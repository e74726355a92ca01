"""Gantt chart: a row for each technique that is built, from the start of building to running, by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autarky.explanation.action_plan import AFTER, ready_words
from autarky.explanation.wording import count, shorten
from autarky.report.by_year import legend, span_axis, swatch
from autarky.report.markup import Markup, element
from autarky.report.svg import line, picture, text
from autarky.results.plan import PlanResult, Step

WIDTH, LEFT, RIGHT, PITCH, TOP = 960.0, 300.0, 14.0, 34.0, 34.0
MOST_ROWS = 24
LABEL = 42
"""Characters of a name."""


@dataclass(frozen=True)
class _Row:
    name: str
    built: tuple[tuple[int, int], ...]
    """(span of the start, span in which it is ready), each start."""
    running: tuple[float, ...]
    """Activity by span, as a share of its most."""


def gantt(result: PlanResult) -> Markup | None:
    """The chart with what its marks mean; None where nothing is begun."""
    rows = _rows(result)
    if not rows:
        return None
    shown = rows[:MOST_ROWS]
    axis = span_axis(result.spans, result.years, LEFT, WIDTH - LEFT - RIGHT)
    bottom = TOP + PITCH * len(shown)
    drawing: list[Markup] = []
    for k, span in enumerate(result.spans):
        drawing.append(line(axis.edges[k], TOP - 6, axis.edges[k], bottom, "grid"))
        if (axis.middle(k), span) in axis.ticks():
            drawing.append(text(axis.middle(k), 16, span, "tick", "middle"))
    drawing.append(line(axis.edges[-1], TOP - 6, axis.edges[-1], bottom, "grid"))
    for k, row in enumerate(shown):
        top = TOP + PITCH * k
        drawing.append(text(0, top + 20, shorten(row.name, LABEL), "name"))
        drawing.append(line(LEFT, top + PITCH - 3, axis.edges[-1], top + PITCH - 3, "grid"))
        for at, share in enumerate(row.running):
            if share > 0:
                height = max(15.0 * share, 1.5)
                drawing.append(
                    element(
                        "rect",
                        x=axis.edges[at],
                        y=top + PITCH - 3 - height,
                        width=axis.edges[at + 1] - axis.edges[at],
                        height=height,
                        class_="half",
                    )
                )
        for start, ready in row.built:
            left, right = axis.edges[start], axis.edges[ready]
            drawing.append(
                element(
                    "rect", x=left + 1, y=top + 4, width=right - left - 2, height=7.0, class_="swing-high"
                )
            )
        for start, _ in row.built:
            x = axis.edges[start] + 1
            drawing.append(element("path", d=f"M{x:.1f} {top + 2:.1f}v11l8 -5.5z", class_="first"))
    marks = legend(
        [
            (swatch(element("path", d="M4 4v12l10 -6z", class_="first")), "building starts"),
            (swatch(element("rect", y=6, width=20, height=8, class_="swing-high")), "under construction"),
            (
                swatch(element("rect", y=4, width=20, height=12, class_="half")),
                "runs; height: output against its own highest",
            ),
        ]
    )
    title = "When each technique is built and runs"
    first = rows[0]
    finding = (
        f"{count(len(rows), 'technique')} built beyond the plants there are; first {first.name}, begun "
        f"{result.spans[first.built[0][0]]}, ready {ready_words(_ready(result, first.built[0][1]))}."
    )
    return element("div", marks, _chart(title, finding, drawing, bottom), _left_out(len(rows)))


def _rows(result: PlanResult) -> list[_Row]:
    """Techniques by their first start; what is built and never ready within the plan ends at its edge."""
    starts: dict[str, list[Step]] = {}
    for step in result.steps:
        if step.act == "start":
            starts.setdefault(step.what, []).append(step)
    activity = {series.code: series.by_span for series in result.activities}
    rows = []
    for what, steps in starts.items():
        runs: Sequence[float] = activity.get(what, ())
        most = max(runs, default=0.0)
        built = tuple((result.spans.index(step.period), _span(result, step.ready)) for step in steps)
        rows.append(_Row(steps[0].name, built, tuple(one / most for one in runs) if most > 0 else ()))
    return sorted(rows, key=lambda row: row.built[0])


def _span(result: PlanResult, ready: str) -> int:
    return result.spans.index(ready) if ready in result.spans else len(result.spans)


def _ready(result: PlanResult, span: int) -> str:
    return result.spans[span] if span < len(result.spans) else AFTER


def _chart(title: str, finding: str, drawing: Sequence[Markup], bottom: float) -> Markup:
    chart = picture("gantt", WIDTH, bottom + 6, title, finding, drawing, class_="heatmap")
    return element("div", chart, class_="scroll", role="region", aria_label=title, tabindex="0")


def _left_out(rows: int) -> Markup | None:
    if rows <= MOST_ROWS:
        return None
    return element("p", f"{count(rows - MOST_ROWS, 'more technique')} in the table of steps.", class_="note")
