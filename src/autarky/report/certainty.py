"""Certainty: how sure the draws are: fifty dots a number, what moves it, and the answer by source."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

from autarky.explanation.moving import DATED, TOLD, Mover
from autarky.explanation.ranges import COUNTED, NAMES, MeasureRange, RangesAnswer
from autarky.explanation.wording import count, percent, plain, whole
from autarky.report.bars import Influence, Swing, influences, tornado
from autarky.report.document import framed
from autarky.report.dotplot import dotplot
from autarky.report.intervals import Interval, intervals, intervals_legend
from autarky.report.markup import Content, Markup, element
from autarky.report.outline import part
from autarky.report.tables import folded, table
from autarky.results import QUANTILES
from autarky.sensitivity import Findings

MOST_PARAMETERS, MOST_TABLE_ROWS = 12, 100
"""Rows of the pictures, and of a table; all numbers are in the result file."""
SHOWN = (
    "first_stop",
    "stops",
    "first_need",
    "consumption_lost",
    "consumption_lost_at_most",
    "gdp_lost",
    "gdp_lost_at_most",
)
"""Measures that are drawn as dots, in this order."""
ACROSS = tuple(f"{quantile * 100:g} %" for quantile in QUANTILES)


def certainty(answer: RangesAnswer, findings: Findings) -> list[Content]:
    """How sure the answer is, what moves it, and what it comes to by source."""
    return [*_dotplots(answer), *_moving(answer, findings), _by_source(answer)]


def _dotplots(answer: RangesAnswer) -> list[Content]:
    shown = [found for name in SHOWN if (found := answer.measure(name)) is not None]
    figures = [_dots(found, answer) for found in shown]
    rows = [
        (found.name, *(found.words(value) for value in found.quantiles), answer.in_draws(found.never))
        for found in answer.measures
    ]
    dots = [(found.name, ", ".join(found.words(dot) for dot in found.dots)) for found in shown]
    return [
        element(
            "p",
            "Each dot is one fiftieth of the draws: count dots to read how likely a number is. The bar under "
            "them spans 5 to 95 % of draws, its point is the median. Losses are % of the base year.",
        ),
        element("div", figures, class_="multiples"),
        folded(
            "The same as a table",
            table("Measures over all draws", ("measure", *ACROSS, "never"), rows),
            table("The dots of the pictures, lowest first", ("measure", "dots"), dots, "beside"),
        ),
    ]


def _dots(found: MeasureRange, answer: RangesAnswer) -> Markup:
    finding = found.as_named
    if found.never and finding != "never":
        finding += f"; never in {answer.in_draws(found.never)}"
    spread = five(found.quantiles)
    words, least = _axis_words(found.measure)
    name = capital(found.name)
    drawn = dotplot(
        f"dots-{found.measure}",
        f"{name} in {len(found.dots)} dots",
        f"{name}: {finding}.",
        [float("nan") if dot is None else dot for dot in found.dots],
        None if spread is None else (spread[0], spread[2], spread[4]),
        words,
        least=least,
    )
    return element("figure", element("figcaption", element("strong", name), " ", finding), drawn)


def _tornado(measure: str, own: Sequence[Mover], level: float, answer: RangesAnswer) -> list[Content]:
    zero = (datetime.date.fromisoformat(answer.day_zero) - datetime.date.fromisoformat(answer.start)).days
    middle = level - zero if measure in DATED else level
    words, least = _axis_words(measure)
    # In a tornado a loss is the change that it makes of the base year.
    name = capital(NAMES[measure])
    bars = []
    for found in own[:MOST_PARAMETERS]:
        lowest = min(found.places, key=lambda place: place.level)
        highest = max(found.places, key=lambda place: place.level)
        ends = (lowest.level, lowest.where, highest.level, highest.where)
        bars.append(Swing(found.parameter, *ends, found.is_clear))
    drawn = tornado(
        f"tornado-{measure}", name, f"{capital(own[0].in_words)}.", bars, middle, words, least=least
    )
    never, note = own[0].never_from, ""
    if never is not None and any(place.level >= never for found in own for place in found.places):
        note = f" Day {whole(never)}, the end of the run, stands for never."
    if not all(found.is_clear for found in own):
        note += " Hollow bars do not stand out from chance (95 %)."
    rows = [
        (
            found.parameter,
            "; ".join(
                f"{_level(found, place.level)} where {place.clause} ({count(place.draws, 'draw')})"
                for place in found.places
            ),
            f"{whole(found.swing)} days" if measure in DATED else percent(found.swing),
            "yes" if found.is_clear else "no",
        )
        for found in own[:MOST_TABLE_ROWS]
    ]
    what = "median" if measure in DATED else "mean"
    return [
        element("h3", name),
        element(
            "p",
            f"The {what} over the draws in which a parameter lies in its lowest and its highest tenth, or "
            f"at an option; the upright line is the {what} of all draws.{note}",
        ),
        framed(drawn, f"Tornado: {name}"),
        folded(
            "The same as a table",
            table(
                f"{name}, by parameter",
                ("parameter", "comes to", "swing", "stands out from chance"),
                rows,
                "beside",
            ),
        ),
    ]


def _level(found: Mover, level: float) -> str:
    return found.level_words(level) if found.measure in DATED else percent(level)


def _influences(answer: RangesAnswer, findings: Findings) -> list[Content]:
    """Sobol indices where the design allows them, else rank coefficients: of one measure."""
    for measure in TOLD:
        indices = next((found for found in findings.indices if found.measure == measure), None)
        if indices is not None and any(index.total is not None for index in indices.indices):
            name = NAMES[measure]
            rows = [
                Influence(
                    plain(index.parameter),
                    index.first,
                    _pair(index.first_low, index.first_high),
                    index.total,
                    _pair(index.total_low, index.total_high),
                )
                for index in indices.indices
            ]
            return [
                element("h3", f"Share of the spread: {name}"),
                element(
                    "p",
                    "The share of the variance between draws that goes back to a parameter: alone "
                    "(first-order Sobol index, upper bar) and together with others (total index, lower bar). "
                    f"Whiskers are 95 % bootstrap intervals, from {count(indices.rows, 'base row')}. Where "
                    "the bars differ much, the parameter matters together with others.",
                ),
                *_influence_figure("sobol", f"Sobol indices: {name}", rows, percent, ("first", "total")),
            ]
    for measure in TOLD:
        ranks = next((found for found in findings.ranks if found.measure == measure), None)
        if ranks is not None and any(row.coefficient is not None for row in ranks.coefficients):
            name = NAMES[measure]
            rows = [
                Influence(plain(row.parameter), row.coefficient, _pair(row.low, row.high))
                for row in ranks.coefficients
            ]
            explained = percent(ranks.explained) if ranks.explained is not None else "no"
            return [
                element("h3", f"Which way: {name}"),
                element(
                    "p",
                    "Standardised rank regression coefficients: by how many standard deviations the rank of "
                    "the measure moves with one of the parameter's (right: up, left: down; of a choice among "
                    f"three or more without a sign). They explain {explained} of the spread of ranks; what "
                    "is missing, parameters do together or by turning round. Whiskers are 95 % bootstrap "
                    "intervals. These are no Sobol indices: those need the saltelli design.",
                ),
                *_influence_figure("ranks", f"Rank coefficients: {name}", rows, _decimal, ("coefficient",)),
            ]
    return []


def _influence_figure(
    ident: str,
    title: str,
    rows: Sequence[Influence],
    words: Callable[[float], str],
    columns: Sequence[str],
) -> list[Content]:
    shown = rows[:MOST_PARAMETERS]
    top = shown[0]
    finding = f"{top.name} most: {words(top.first or 0)}"
    finding += f" alone, {words(top.total)} in all" if top.total is not None else ""

    def told_with(value: float | None, span: tuple[float, float] | None) -> str:
        if value is None:
            return "–"
        return words(value) + (f" ({words(span[0])} to {words(span[1])})" if span else "")

    cells = [
        (row.name, told_with(row.first, row.first_range), told_with(row.total, row.total_range))[
            : 1 + len(columns)
        ]
        for row in rows[:MOST_TABLE_ROWS]
    ]
    return [
        framed(influences(ident, title, f"{finding}.", shown, words), f"Picture: {title}"),
        folded("The same as a table", table(title, ("parameter", *columns), cells, "beside")),
    ]


def boxes(answer: RangesAnswer) -> list[Content]:
    """Where among the parameters something mostly happens; nothing where no box was looked for."""
    if not answer.boxes:
        return []
    rows = [
        (
            capital(box.condition),
            "; ".join(box.where) if box.where else f"no box: {box.verdict}",
            percent(box.inside) if box.inside is not None else "–",
            percent(box.in_all),
            percent(box.covered) if box.covered is not None else "–",
            percent(box.size) if box.size is not None else "–",
        )
        for box in answer.boxes
    ]
    header = (
        "what",
        "where it mostly happens",
        "of the draws there",
        "of all draws",
        "share of all its draws that lie there",
        "share of draws that lie there",
    )
    intro = (
        "The box of parameters in which something happens most often, found by peeling (PRIM) in one half of "
        "the draws and counted in the other."
    )
    return [
        element("h3", "Where it mostly happens"),
        element("p", intro),
        element("ul", [element("li", f"{capital(box.in_words)}.") for box in answer.boxes if box.where])
        if any(box.where for box in answer.boxes)
        else None,
        table("Boxes of parameters", header, rows, "beside"),
    ]


def _by_source(answer: RangesAnswer) -> Content:
    content: list[Content] = []
    for k, choice in enumerate(answer.sources):
        for measure in TOLD:
            rows, cells = [], []
            for option in choice.options:
                spread = five(dict(option.ranges).get(measure, ()))
                rows.append(Interval(option.option, spread, count(option.draws, "draw")))
                own = dict(option.ranges).get(measure, ())
                cells.append(
                    (
                        option.option,
                        f"{option.draws:,}",
                        *("never" if value is None else _axis_words(measure)[0](value) for value in own),
                    )
                )
            if not any(row.quantiles for row in rows):
                continue
            between = dict(choice.between).get(measure)
            if between is None:
                continue
            words, least = _axis_words(measure)
            name = NAMES[measure]
            finding = f"{percent(between)} of the variance between draws lies between the options"
            content += [
                element("h4", f"{choice.parameter}: {name}"),
                element("p", f"{capital(finding)}."),
                framed(
                    intervals(
                        f"by-{k}-{measure}",
                        f"{capital(name)} by {choice.parameter}",
                        f"{finding}.",
                        rows,
                        words,
                        least=least,
                    ),
                    f"Picture: {capital(name)} by {choice.parameter}",
                ),
                folded(
                    "The same as a table",
                    table(f"{capital(name)} by {choice.parameter}", ("option", "draws", *ACROSS), cells),
                ),
            ]
            break
    if not content:
        return None
    intro = (
        "The answer by the option that was drawn: sources that disagree stand side by side, never averaged."
    )
    return part("sources", "By source and choice", element("p", intro), intervals_legend(), content)


def _axis_words(measure: str) -> tuple[Callable[[float], str], float]:
    """How a number of a measure is written on an axis, and the smallest step between two of them."""
    return (whole, 1.0) if measure in (*DATED, *COUNTED) else (percent, 1e-4)


def five(quantiles: Sequence[float | None]) -> tuple[float, ...] | None:
    """Five quantiles to draw: none if the first is *never*; what never ends is drawn to the axis' end."""
    if not quantiles or quantiles[0] is None:
        return None
    return tuple(float("inf") if value is None else value for value in quantiles)


def _pair(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def capital(text: str) -> str:
    """The text with its first letter a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def _moving(answer: RangesAnswer, findings: Findings) -> list[Content]:
    """Tornadoes, then the share of the spread that each parameter makes."""
    content: list[Content] = []
    for measure in TOLD[:3]:
        own = [found for found in answer.movers if found.measure == measure]
        level = next((found.level for found in findings.tornadoes if found.measure == measure), None)
        if own and level is not None:
            content += _tornado(measure, own, level, answer)
    if not content:
        content.append(element("p", "No drawn parameter moves the answer: it is the same in every draw."))
    content += _influences(answer, findings)
    return content
