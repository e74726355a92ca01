"""The page of an attribution: which part of a loss goes back to which cause, in whatever order they count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autarky.explanation.attribution import LEAST, Attribution, Part, Row, SharedLoss
from autarky.explanation.wording import count, listing, percent
from autarky.report.document import document, framed, pairs, section
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import MONTHS, line, number_axis, picture, text
from autarky.report.tables import folded, table
from autarky.report.waterfall import Fall, waterfall

SMALL, HEIGHT, SIDE, FOOT = 300.0, 150.0, 46.0, 126.0
"""A picture of one cause by month: width, height, room for numbers, base line."""


def render_attribution(attribution: Attribution, *, inputs: Mapping[str, Any] | None = None) -> str:
    """An attribution as one HTML file: no script, no request, the same bytes for the same numbers.

    Parameters
    ----------
    attribution : Attribution
    inputs : mapping, optional
        As in a manifest: ``command`` (what reproduces it) and ``digests`` (name → SHA-256 of what went in).
    """
    found = attribution
    subtitle = f"{found.economy} · {count(len(found.causes), 'cause')} · {found.since} to {found.until}"
    return document(
        found.scenario,
        f"{found.scenario}: what goes back to what",
        subtitle,
        section("answer", "Answer", element("ul", [element("li", told) for told in found.sentences])),
        [_loss(loss) for loss in found.losses],
        _months(found),
        _where(found),
        _causes(found),
        _method(found, inputs or {}),
    )


def _loss(loss: SharedLoss) -> Markup:
    """The waterfall of a loss, and all numbers of its parts and pairs."""
    drawn = bool(loss.range)
    header = ["cause", "part, % of base", "% of the loss", "alone", "last", "least", "most"]
    header += ["standard error"] if any(part.error for part in loss.parts) else []
    header += ["median of draws", "5 to 95 %", "largest in % of draws"] if drawn else []
    rows = [_numbers(loss, part, len(header), drawn) for part in loss.ranked]
    rows.append(["all together", percent(loss.total), "", percent(loss.alone), *[""] * (len(header) - 4)])
    tables: list[Content] = [table(f"Parts of {loss.name} lost, % of the base year", header, rows)]
    if loss.pairs:
        told = [
            (*pair.causes, percent(pair.more), "overlap" if pair.more < 0 else "worse together")
            for pair in sorted(loss.pairs, key=lambda pair: -abs(pair.more))
            if abs(pair.more) >= LEAST
        ] or [("none", "", "0 %", "")]
        caption = f"What two causes do to {loss.name} together beyond what each does by itself"
        tables.append(table(caption, ("cause", "and", "beyond, % of base", ""), told))
    legend = (
        "A bar is a cause's part, beginning where that above it ends; the thin line is what it adds in any "
    )
    legend += (
        "order of counting, from the least to the most. A bar to the left: with this cause less is lost."
    )
    return section(
        f"loss-{loss.loss.replace('_', '-')}",
        f"Of {loss.name}",
        element("p", legend, class_="note"),
        framed(_waterfall(loss), f"Parts of {loss.name} lost, by cause"),
        folded("The same as a table", *tables),
    )


def _numbers(loss: SharedLoss, part: Part, columns: int, drawn: bool) -> list[str]:
    told = [part.cause, percent(part.part), percent(loss.share(part.part))]
    told += [percent(value) for value in (part.alone, part.last, part.least, part.most)]
    if columns - len(told) in (1, 4):
        told.append(f"± {percent(part.error)}")
    if drawn:
        told += [
            percent(part.range[2]),
            f"{percent(part.range[0])} to {percent(part.range[-1])}",
            percent(part.largest_in or 0.0),
        ]
    return told


def _waterfall(loss: SharedLoss) -> Markup:
    falls, reached = [], 0.0
    for part in loss.ranked:
        note = percent(part.part) + (f" ± {percent(part.error)}" if part.error else "")
        if part.range:
            note += f" ({percent(part.range[0])} to {percent(part.range[-1])})"
        style = "swing-high" if part.part >= 0 else "swing-low"
        falls.append(Fall(part.cause, reached, part.part, note, style, (part.least, part.most)))
        reached += part.part
    falls.append(Fall("all together", 0.0, loss.total, percent(loss.total), "b-keep"))
    title = f"{loss.name[0].upper()}{loss.name[1:]} lost, by cause, share of the base year"
    return waterfall(f"waterfall-{loss.loss.replace('_', '-')}", title, _finding(loss), falls, percent)


def _finding(loss: SharedLoss) -> str:
    first = loss.ranked[0]
    told = (
        f"{percent(loss.total)} is lost; the largest part, {percent(first.part)}, goes back to {first.cause}"
    )
    return f"{told}, which adds {percent(first.least)} to {percent(first.most)} in any order."


def _months(found: Attribution) -> Markup:
    """A small picture for each cause by month, all on one axis, and a table of all."""
    values = [part for row in found.months for part in row.parts]
    axis = number_axis([0.0, *values], FOOT, 12 - FOOT, ticks=4, least=1e-4)
    width = (SMALL - SIDE - 6) / len(found.months)
    figures = []
    for k, cause in enumerate(found.causes):
        most = max(found.months, key=lambda row: abs(row.parts[k]))
        finding = f"most in {_month(most.code)}: {percent(most.parts[k])} of that month's value added"
        drawing: list[Markup] = []
        for place, number in axis.ticks():
            drawing += [
                line(SIDE, place, SMALL - 6, place, "axis" if abs(number) < 1e-12 else "grid"),
                text(SIDE - 5, place + 4, percent(number), "tick", "end"),
            ]
        for m, row in enumerate(found.months):
            top, bottom = sorted((axis.at(0.0), axis.at(row.parts[k])))
            style = "b-keep" if row.parts[k] >= 0 else "b-cost"
            drawing.append(
                element(
                    "rect",
                    x=SIDE + width * m + 0.1 * width,
                    y=top,
                    width=0.8 * width,
                    height=max(bottom - top, 0.3),
                    class_=style,
                )
            )
        drawing += [
            text(SIDE, HEIGHT - 6, _month(found.months[0].code), "tick"),
            text(SMALL - 6, HEIGHT - 6, _month(found.months[-1].code), "tick", "end"),
        ]
        drawn = picture(
            f"by-month-{k}",
            SMALL,
            HEIGHT,
            f"{cause.name}: its part of value added lost, by month",
            f"{cause.name}: {finding}.",
            drawing,
            class_="multiple",
        )
        figures.append(
            element("figure", element("figcaption", element("strong", cause.name), " ", finding), drawn)
        )
    rows = [(_month(row.code), percent(row.total), *map(percent, row.parts)) for row in found.months]
    header = ("month", "all together", *(cause.name for cause in found.causes))
    return section(
        "months",
        "By month",
        element("p", "Of value added, share of the month's own base; all pictures have one axis."),
        element("div", figures, class_="multiples"),
        folded(
            "The same as a table",
            table("Value added lost by month and cause, % of that month's base", header, rows),
        ),
    )


def _where(found: Attribution) -> Markup | None:
    """Industries and needs, each shared out."""
    content: list[Content] = []
    for rows, first, caption in (
        (
            found.industries,
            "industry",
            "Value added lost in each industry, % of all value added in the base year",
        ),
        (found.needs, "product", f"Lost of what {found.consumers} buy, % of each product's own base"),
    ):
        if rows:
            header = (first, "all together", *(cause.name for cause in found.causes))
            content.append(table(caption, header, [_row(row) for row in rows]))
    if not content:
        return None
    return section("where", "By industry and product", *content)


def _row(row: Row) -> tuple[str, ...]:
    return (row.name, percent(row.total), *map(percent, row.parts))


def _causes(found: Attribution) -> Markup:
    items = [
        element("li", element("strong", cause.name), ": ", listing(cause.shocks, most=len(cause.shocks)))
        for cause in found.causes
    ]
    return section("causes", "The causes", element("ul", items))


def _method(found: Attribution, inputs: Mapping[str, Any]) -> Markup:
    command, digests = inputs.get("command"), inputs.get("digests")
    return section(
        "method",
        "How this was computed",
        element("ul", [element("li", note) for note in found.notes]),
        element("p", "This command gives the same numbers: ", element("code", command)) if command else None,
        pairs("Digests (SHA-256)", digests) if digests else None,
    )


def _month(code: str) -> str:
    year, month = code.split("-")
    return f"{MONTHS[int(month) - 1]} {year}"
