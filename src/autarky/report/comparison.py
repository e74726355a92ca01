"""The page of a comparison: who loses what in each run, what all agree on, what flips, and when."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from autarky.explanation.comparison import Comparison, Row
from autarky.explanation.comparison_text import (
    LEADS,
    difference_range_words,
    difference_words,
    in_short,
    range_words,
    row_words,
    sentences,
    value_words,
)
from autarky.explanation.measured import BESIDES, ECONOMY, GROUPS, INDUSTRIES, LOST, PRODUCTS, USERS
from autarky.explanation.wording import change, listing, percent, shorten
from autarky.report.document import document, framed, pairs, section
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import line, number_axis, picture, text
from autarky.report.tables import folded, table

WIDTH, LEFT, RIGHT, TOP, BAR, GAP = 960.0, 250.0, 260.0, 30.0, 17.0, 12.0
MOST_SUBJECTS = 14
"""Subjects of the picture."""
_HEADINGS = {
    ECONOMY: "The whole economy",
    USERS: "Final users",
    GROUPS: "Groups of households",
    PRODUCTS: "What households receive, by product",
    INDUSTRIES: "Industries",
    BESIDES: "Hours, food, needs and reserves",
}


def render_comparison(
    comparison: Comparison,
    *,
    command: str = "autarky compare STUDY",
    digests: Mapping[str, str] | None = None,
) -> str:
    """The comparison as one HTML file: no script, no request, the same bytes for the same numbers."""
    runs = len(comparison.columns)
    subtitle = f"{runs} side by side, each against {comparison.names[0]}"
    if comparison.draws:
        subtitle += f" · {comparison.draws} draws, the same for each"
    return document(
        f"{comparison.title} · compared",
        comparison.title,
        subtitle,
        _answer_section(comparison),
        _who_section(comparison),
        _difference_section(comparison),
        _holds_section(comparison),
        _declared_section(comparison),
        _method_section(comparison, command, digests or {}),
    )


def comparison_in_short(comparison: Comparison) -> Sequence[Content]:
    """A comparison in another page: the answer, who loses what, and what all of them agree on."""
    told = zip(LEADS, in_short(comparison), strict=True)
    drawn = _subjects(comparison)
    header = ("who, what", *comparison.names)
    rows = [(row_words(row), *(value_words(value, row.unit) for value in row.values)) for row in drawn]
    held = [
        (one.question, one.sentence, f"{one.number} of {len(comparison.names)}")
        for one in comparison.conclusions
    ]
    return (
        element("p", element("strong", comparison.title)),
        element("ul", [element("li", f"{lead}: {words}") for lead, words in told]),
        framed(
            _bars(drawn, comparison.names, " ".join(sentences(comparison)[1:3])),
            "What each loses in each run",
        )
        if drawn
        else None,
        folded("The same as a table", table("Lost over the run in each of the runs", header, rows))
        if drawn
        else None,
        folded(
            "What holds in all of them, and what flips",
            table("Conclusions put to the test", ("question", "answer", "holds in"), held, "beside"),
        ),
    )


def _answer_section(comparison: Comparison) -> Markup:
    told = [
        element("li", element("strong", lead), " ", sentence)
        for lead, sentence in zip(LEADS, sentences(comparison), strict=True)
    ]
    remarks = [element("li", element("strong", "Bear in mind"), " ", one) for one in comparison.remarks]
    return section("answer", "Answer", element("ol", told, remarks, class_="answer"))


def _who_section(comparison: Comparison) -> Markup:
    drawn = _subjects(comparison)
    content: list[Content] = [
        element(
            "p",
            "What is lost over the run, as a share of the base year; less is better for whoever the row is "
            "about, and a row says nothing of another.",
        )
    ]
    if drawn:
        finding = " ".join(sentences(comparison)[1:3])
        bars = _bars(drawn, comparison.names, finding)
        content.append(framed(bars, "What each loses in each run"))
    content += _tables(
        comparison,
        lambda row, k: (
            range_words(row.ranges[k], row.unit) if row.ranges else value_words(row.values[k], row.unit)
        ),
        "Who loses what",
        "",
    )
    return section("who", "Who loses what", content)


def _difference_section(comparison: Comparison) -> Markup:
    first = comparison.names[0]
    intro = (
        f"Each run less {first}. Points are hundredths of the base year: −1.2 points is a further loss of "
        "1.2 % of it."
    )
    if comparison.draws:
        intro += (
            " With draws: the median of the differences, where nine tenths of them lie, and in how many the "
            "difference has the sign that it has without draws."
        )
    tables = _tables(
        comparison,
        lambda row, k: (
            difference_range_words(row.ranges[k], row.unit)
            if row.ranges
            else difference_words(row.differences[k], row.unit)
        ),
        "Difference",
        f" against {first}",
        skip=1,
    )
    return section("difference", "The difference it makes", element("p", intro), tables)


def _tables(
    comparison: Comparison, words: Callable[[Row, int], str], title: str, more: str, skip: int = 0
) -> list[Markup]:
    """A table for each section of rows; industries and products, of which there are many, folded away."""
    told = []
    header = ("who, what", *comparison.names[skip:])
    for name, heading in _HEADINGS.items():
        rows = [row for row in comparison.of(name) if name != BESIDES or row.differs]
        if not rows:
            continue
        body = [
            (row_words(row), *(words(row, k) for k in range(skip, len(comparison.columns)))) for row in rows
        ]
        drawn = table(f"{title}{more}: {heading[0].lower()}{heading[1:]}", header, body)
        told.append(drawn if name not in (PRODUCTS, INDUSTRIES) else folded(heading, drawn))
    return told


def _holds_section(comparison: Comparison) -> Markup:
    header = ["question", f"{comparison.names[0]} says", "holds in", "elsewhere"]
    if comparison.draws:
        header.append("in how many draws all agree")
    rows = []
    for one in comparison.conclusions:
        others = [
            f"{name}: {answer or 'no answer'}"
            for name, answer, holds in zip(comparison.names, one.answers, one.holds, strict=True)
            if not holds
        ]
        row: list[Content] = [
            one.question,
            one.sentence,
            f"{'all ' if one.holds_in_all else ''}{one.number} of {len(comparison.names)}",
            "; ".join(others) or "the same",
        ]
        rows.append([*row, percent(one.share)] if comparison.draws else row)
    intro = (
        "The same questions put to every run; two runs agree where the answer is the same. What holds in all "
        "of them does not hang on the choice between them; it may still hang on what they have in common."
    )
    return section(
        "holds",
        "What holds in all of them, and what flips",
        element("p", intro),
        table("Conclusions put to the test", header, rows, "beside"),
    )


def _declared_section(comparison: Comparison) -> Markup:
    rows = [
        (
            column.name,
            [element("p", one) for one in column.differs] or "what the others are compared with",
            f"{listing(column.first)}, {value_words(column.first_day, 'day')}"
            if column.first
            else "nothing stops",
            column.economy,
            column.note or "–",
        )
        for column in comparison.columns
    ]
    same = len({column.conditions for column in comparison.columns}) == 1
    clauses = [element("li", one) for one in comparison.columns[0].conditions]
    return section(
        "declared",
        "What is declared",
        element("p", f"If, {'in all of them' if same else f'in {comparison.names[0]}'}:"),
        element("ul", clauses) if clauses else element("p", "no shock happens."),
        table(
            "What each declares otherwise",
            ("run", "otherwise", "first to stop", "economy", "note"),
            rows,
            "beside",
        ),
    )


def _method_section(comparison: Comparison, command: str, digests: Mapping[str, str]) -> Markup:
    reading = (
        "Lost is base minus what was made or received, as a share of as many days of the base year.",
        "Day 0 is "
        + "; ".join(dict.fromkeys(column.day_zero for column in comparison.columns))
        + "; an industry falls below 90 % and stops below 50 % of its base output.",
        "Value added is counted at base-year coefficients.",
        "Products, groups and industries that are told are those that lose most, by value, in any run.",
        "Losses that differ by less than a tenth of a per cent of the base year count as about the same.",
        "A run is what follows if what it declares holds; that one loses less than another here does not say "
        "that it can be brought about, nor what it would cost.",
    )
    return section(
        "method",
        "How this was compared",
        element("ul", [element("li", one) for one in reading]),
        element("p", f"Draws: {comparison.drawn}.") if comparison.drawn else None,
        element("p", f"{comparison.failed} draws could not be simulated and count in none.")
        if comparison.failed
        else None,
        element("p", "This command gives the same bytes: ", element("code", command)),
        pairs("Digests (SHA-256)", digests) if digests else None,
    )


def _subjects(comparison: Comparison) -> list[Row]:
    """Losses of the whole, of each user and group, and of the products that lose most."""
    users = comparison.of(ECONOMY, USERS, GROUPS, what=LOST)
    rows = [*users[: MOST_SUBJECTS - 3], *comparison.of(PRODUCTS, what=LOST)[:3]]
    return [row for row in rows if any(math.isfinite(value) for value in row.values)]


def _bars(rows: Sequence[Row], names: Sequence[str], finding: str) -> Markup:
    """For each subject a bar a run, with its range where draws were made, and its name and number beside."""
    ends = [value for row in rows for value in row.values]
    ends += [end for row in rows for one in row.ranges for end in (one.low, one.high)]
    axis = number_axis([0.0, *ends], LEFT, WIDTH - LEFT - RIGHT, ticks=6, least=1e-4)
    height = TOP + sum(len(names) * BAR + GAP for _ in rows)
    drawing: list[Markup] = []
    for place, number in axis.ticks():
        drawing += [
            line(place, TOP - 8, place, height, "axis" if abs(number) < 1e-9 else "grid"),
            text(place, 16, change(number), "tick", "middle"),
        ]
    top = TOP
    for row in rows:
        drawing.append(text(0, top + BAR - 4, shorten(row.name, 36), "name"))
        # With draws the bar is the middle one's: what the single run says stands in no range of its own.
        values = [one.middle for one in row.ranges] or row.values
        for k, (name, value) in enumerate(zip(names, values, strict=True)):
            y = top + BAR * k
            if math.isfinite(value):
                left, right = sorted((axis.at(0), axis.at(value)))
                drawing.append(
                    element(
                        "rect",
                        x=left,
                        y=y + 3,
                        width=max(right - left, 0.5),
                        height=BAR - 6,
                        class_="b-first" if k else "b-cost",
                    )
                )
                if row.ranges and math.isfinite(row.ranges[k].low):
                    low, high = axis.at(row.ranges[k].low), axis.at(row.ranges[k].high)
                    drawing.append(line(low, y + BAR / 2, high, y + BAR / 2, "range"))
            words = f"{shorten(name, 28)} {value_words(value, row.unit)}"
            drawing.append(text(WIDTH - RIGHT + 10, y + BAR - 4, words, "tick"))
        top += len(names) * BAR + GAP
    title = "Lost over the run in each of the runs, % of the base year"
    return picture("who-bars", WIDTH, height + 4, title, finding, drawing, class_="heatmap")
