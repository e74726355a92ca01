"""Keep first: imports ranked by what keeping them would avert, and what is averted as more are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autarky.explanation.lifelines import BestSet, Kept, Lifelines, Step
from autarky.explanation.wording import count, listing, percent, rounded, shorten
from autarky.report.document import framed
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import NumberAxis, line, number_axis, picture, text
from autarky.report.tables import folded, table

MOST_GATES, MOST_STEPS = 15, 12
"""Rows of the picture of each gate alone; steps of the curve that are named beside it."""
MOST_ROWS = 40
"""Rows of a table; all of them are in what the command prints with ``--json``."""
WIDTH, LEFT, PITCH, TOP = 960.0, 330.0, 26.0, 30.0
AVERTED, COST = 360.0, 130.0
"""Lengths of the axes: of what a gate averts, and of what it is of imports."""
HEIGHT, FOOT, SIDE, PLOT = 380.0, 336.0, 52.0, 480.0
"""The curve: height of the picture, its base line, room for its numbers, its width."""


def keep_first(lifelines: Lifelines) -> Sequence[Content]:
    """What to keep: sentences, each gate alone, and the cumulative curve, each picture with its table."""
    content: list[Content] = [
        element("ul", [element("li", sentence) for sentence in lifelines.sentences]),
        element(
            "p",
            f"“Averts” is the share of what {lifelines.consumers} lose under the scenario that they do "
            "not lose if the import is kept. Imports are compared with all that are cut, by value in a year.",
        ),
    ]
    # Where consumers lose nothing there is nothing to avert, and nothing to draw.
    if lifelines.alone and math.isfinite(lifelines.alone[0].averts):
        content += _alone(lifelines)
        if lifelines.greedy:
            content += _curve(lifelines)
    if lifelines.notes:
        content.append(element("ul", [element("li", note) for note in lifelines.notes], class_="note"))
    return content


def _alone(lifelines: Lifelines) -> Sequence[Content]:
    shown, first = lifelines.alone[:MOST_GATES], lifelines.alone[0]
    finding = (
        f"{first.name} averts most: {percent(first.averts)} of what {lifelines.consumers} lose, for "
        f"{percent(first.imports_share)} of the imports cut."
    )
    rows = [
        (
            kept.name,
            percent(kept.averts),
            percent(kept.averts_value_added),
            percent(kept.imports_share),
            rounded(kept.imports, 3),
            percent(kept.closed_alone),
        )
        for kept in lifelines.alone[:MOST_ROWS]
    ]
    header = (
        "import kept",
        f"averts, % of what {lifelines.consumers} lose",
        "averts, % of GDP lost",
        "% of imports cut",
        f"imports a year, {lifelines.unit}",
        f"closed alone: {lifelines.consumers} lose, % of base",
    )
    left = len(lifelines.alone) - MOST_GATES
    return (
        element("h3", "Each import kept alone"),
        framed(_ranked(shown, lifelines.consumers, finding), "Imports by what keeping each alone averts"),
        element("p", f"{count(left, 'more import')} in the table.", class_="note") if left > 0 else None,
        folded(
            "The same as a table",
            table("Imports by what keeping each alone would avert", header, rows),
            _left_out(len(lifelines.alone)),
        ),
    )


def _ranked(shown: Sequence[Kept], consumers: str, finding: str) -> Markup:
    """Two bars a row on scales of their own: what it averts, and how much of the imports it is."""
    averted = number_axis([0.0, *(kept.averts for kept in shown)], LEFT, AVERTED, ticks=4, least=1e-3)
    cost = number_axis(
        [0.0, *(kept.imports_share for kept in shown)], WIDTH - COST - 48, COST, ticks=2, least=1e-3
    )
    bottom = TOP + PITCH * len(shown)
    drawing: list[Markup] = [
        text(LEFT, 11, f"averts, share of what {consumers} lose", "tick"),
        text(cost.origin, 11, "share of the imports cut", "tick"),
    ]
    for axis in (averted, cost):
        for place, number in axis.ticks():
            drawing.append(line(place, TOP - 8, place, bottom, "axis" if abs(number) < 1e-9 else "grid"))
    for k, kept in enumerate(shown):
        y = TOP + PITCH * (k + 0.5)
        drawing.append(text(0, y + 4, _short(f"{k + 1}. {kept.name}", 43), "name"))
        for axis, value, style in ((averted, kept.averts, "b-keep"), (cost, kept.imports_share, "b-cost")):
            left, right = sorted((axis.at(0), axis.at(value)))
            drawing += [
                element("rect", x=left, y=y - 8, width=max(right - left, 0.8), height=16.0, class_=style),
                text(right + 5, y + 4, percent(value), "tick"),
            ]
    title = f"What keeping each import alone averts of what {consumers} lose"
    return picture("keep-alone", WIDTH, bottom + 4, title, finding, drawing, class_="heatmap")


def _curve(lifelines: Lifelines) -> Sequence[Content]:
    steps, best = lifelines.greedy, lifelines.best
    last = steps[-1]
    third = steps[min(2, len(steps) - 1)]
    finding = (
        f"Keeping the first {count(min(3, len(steps)), 'import')}, {percent(third.imports_share)} of the "
        f"imports cut, averts {percent(third.averts)} of what {lifelines.consumers} lose; all "
        f"{len(steps)} steps, {percent(last.imports_share)}, avert {percent(last.averts)}."
    )
    rows = [
        (
            f"{k}. {step.name}",
            percent(step.imports_share),
            percent(step.averts),
            percent(step.averts_value_added),
            percent(step.averts - before),
        )
        for k, (step, before) in enumerate(
            zip(steps, [0.0, *(step.averts for step in steps)], strict=False), start=1
        )
    ][:MOST_ROWS]
    header = (
        "step: keep also",
        "imports kept, % of those cut",
        f"averts, % of what {lifelines.consumers} lose",
        "averts, % of GDP lost",
        "this step adds",
    )
    tables: list[Content] = [
        table("What is averted as more imports are kept", header, rows),
        _left_out(len(steps)),
    ]
    if best:
        tables.append(_best_table(lifelines))
    intro = "Each step keeps one import more, and all before it; the notes say how the order was found."
    if best:
        intro += " A diamond is the best set of as many imports as it has, found by trying every one."
    return (
        element("h3", "As more is kept"),
        element("p", intro),
        framed(_curved(steps, best, lifelines, finding), "Loss averted as more imports are kept"),
        folded("The same as a table", *tables),
    )


def _best_table(lifelines: Lifelines) -> Markup:
    names = {kept.gate: kept.name for kept in lifelines.alone}
    rows = [
        (
            str(len(one.gates)),
            listing([names.get(gate, gate) for gate in one.gates], 5),
            percent(one.imports_share),
            percent(one.averts),
            percent(lifelines.greedy[len(one.gates) - 1].averts)
            if 0 < len(one.gates) <= len(lifelines.greedy)
            else "–",
        )
        for one in lifelines.best
    ]
    header = (
        "imports kept",
        "best set",
        "% of imports cut",
        f"averts, % of what {lifelines.consumers} lose",
        "as many steps avert",
    )
    return table("The best possible sets, and how far the steps are from them", header, rows, "beside")


def _curved(steps: Sequence[Step], best: Sequence[BestSet], lifelines: Lifelines, finding: str) -> Markup:
    points = [(0.0, 0.0), *((step.imports_share, step.averts) for step in steps)]
    sets = [(one.imports_share, one.averts) for one in best]
    x = number_axis([0.0, *(p[0] for p in points), *(p[0] for p in sets)], SIDE, PLOT, ticks=5, least=1e-3)
    y = number_axis(
        [0.0, 1.0, *(p[1] for p in points), *(p[1] for p in sets)], FOOT, 16 - FOOT, ticks=5, least=0.05
    )
    drawing: list[Markup] = [*_grid(x, y)]
    # A step is had whole or not at all: the line rises where its import is fully kept, never before.
    path = f"M{x.at(0):.1f} {y.at(0):.1f}" + "".join(
        f"H{x.at(share):.1f}V{y.at(averts):.1f}" for share, averts in points[1:]
    )
    drawing.append(element("path", d=path, class_="line"))
    if lifelines.budget is not None:
        place = x.at(lifelines.budget)
        drawing += [line(place, 16, place, FOOT, "need"), text(place - 4, 13, "budget", "tick", "end")]
    for share, averts in sets:
        drawing.append(
            element("path", d=f"M{x.at(share):.1f} {y.at(averts) - 6:.1f}l6 6l-6 6l-6-6z", class_="best")
        )
    taken: list[tuple[float, float]] = []
    for k, (share, averts) in enumerate(points[1 : MOST_STEPS + 1], start=1):
        cx, cy = x.at(share), y.at(averts)
        drawing.append(element("circle", cx=cx, cy=cy, r=4.0, class_="badge"))
        # Steps close together would print over one another: the later one goes without its number here.
        lx, ly = min(cx + 6, SIDE + PLOT - 14), min(cy + 15, FOOT - 4)
        if all(abs(lx - a) > 16 or abs(ly - b) > 12 for a, b in taken):
            taken.append((lx, ly))
            drawing.append(text(lx, ly, str(k), "strong"))
    key = SIDE + PLOT + 30
    drawing.append(text(key, 16, "step: keep also … (averted so far)", "tick"))
    drawing += [
        text(key, 40 + 25 * k, _short(f"{k + 1}. {step.name}", 43), "name")
        for k, step in enumerate(steps[:MOST_STEPS])
    ]
    drawing += [
        text(WIDTH, 40 + 25 * k, percent(step.averts), "tick", "end")
        for k, step in enumerate(steps[:MOST_STEPS])
    ]
    title = f"Loss of {lifelines.consumers} averted by share of the imports cut that is kept"
    return picture("keep-curve", WIDTH, HEIGHT, title, finding, drawing, class_="heatmap")


def _grid(x: NumberAxis, y: NumberAxis) -> Sequence[Markup]:
    drawing = []
    for place, number in x.ticks():
        drawing += [
            line(place, 16, place, FOOT, "grid"),
            text(place, FOOT + 16, percent(number), "tick", "middle"),
        ]
    for place, number in y.ticks():
        drawing += [
            line(SIDE, place, SIDE + PLOT, place, "axis" if abs(number) < 1e-9 else "grid"),
            text(SIDE - 6, place + 4, percent(number), "tick", "end"),
        ]
    drawing.append(text(SIDE + PLOT, FOOT + 34, "imports kept, share of those cut", "tick", "end"))
    drawing.append(text(SIDE + 4, 10, "averted", "tick"))
    return drawing


def _short(name: str, width: int) -> str:
    """The name in ``width`` characters: where it says from where, that is kept, for it tells two apart."""
    product, where, partner = name.rpartition(" from ")
    room = width - len(where) - len(partner)
    return f"{shorten(product, room)}{where}{partner}" if where and room > 12 else shorten(name, width)


def _left_out(total: int) -> Markup | None:
    if total <= MOST_ROWS:
        return None
    command = element("code", "autarky lifelines STUDY --json")
    return element("p", f"{total - MOST_ROWS:,} more: ", command, class_="note")
