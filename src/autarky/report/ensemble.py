"""The page of an ensemble: answer, how sure, when, households, what moves the answer, how it was computed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autarky.explanation.moving import DATED, TOLD, Mover
from autarky.explanation.names import Names
from autarky.explanation.ranges import (
    COUNTED,
    NAMES,
    MeasureRange,
    RangesAnswer,
    answer_of_draws,
)
from autarky.explanation.spread import days
from autarky.explanation.stored import chains_of
from autarky.explanation.timeline import Timeline, weekly_median_output, weekly_quantiles
from autarky.explanation.wording import count, date_words, percent, plain, whole
from autarky.report.bands import WIDTH, bands, bands_legend, share_axis
from autarky.report.bars import Influence, Swing, influences, tornado
from autarky.report.chains import drawn_chains
from autarky.report.chances import MOST_LINES, Line, chances
from autarky.report.document import as_json, document, framed, pairs, section, told
from autarky.report.dotplot import dotplot
from autarky.report.heatmap import Row, heatmap
from autarky.report.heatmap import legend as shades_legend
from autarky.report.intervals import Interval, intervals, intervals_legend
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import NumberAxis
from autarky.report.tables import folded, table, timeline_tables
from autarky.results import QUANTILES, EnsembleResult
from autarky.sensitivity import Findings, analyse

MOST_INDUSTRIES, MOST_NEEDS, MOST_PARAMETERS, MOST_CURVES = 20, 5, 12, 4
"""Rows of the pictures."""
MOST_TABLE_ROWS = 100
"""Rows of a table; all numbers are in the result file."""
LEADS = ("What stops first", "What follows", "Households", "In all", "What would change it", "How sure")
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


def render_ensemble(
    result: EnsembleResult,
    answer: RangesAnswer | None = None,
    findings: Findings | None = None,
    *,
    inputs: Mapping[str, Any] | None = None,
    links: Callable[[str], str] | None = None,
) -> str:
    """The report of an ensemble as one HTML file: no script, no request, the same bytes for the same result.

    Parameters
    ----------
    answer, findings
        What the result says; asked for if not given.
    inputs
        As in the manifest: ``command`` (what reproduces it) and ``digests`` (name → SHA-256 of what went in).
    links
        Code of an industry → where a click on its row of the heatmap goes; without, the page has no links.
    """
    findings = findings or analyse(result)
    answer = answer or answer_of_draws(result, findings)
    inputs = inputs or {}
    end = datetime.date.fromisoformat(answer.end)
    sections: list[Content] = [_answer_section(answer)]
    if answer.told:
        sections += [
            _sure_section(answer),
            _when_section(result, answer, end, links),
            _why_section(result),
            _households_section(result, answer, findings, end),
            _total_section(result, answer, end),
            _moving_section(answer, findings),
            _sources_section(answer),
        ]
    sections += [_drawn_section(answer, result), _method_section(result, answer, inputs)]
    span = f"{count(answer.days, 'day')}, {_date(answer.start)} to {_date(answer.end)}"
    subtitle = (
        f"{answer.economy_and_year} · {span} · day 0 is {_date(answer.day_zero)} · {answer.draws_in_words}"
    )
    return document(answer.title, answer.scenario, subtitle, *sections)


def _answer_section(answer: RangesAnswer) -> Markup:
    leads = LEADS if answer.told else ("No answer",)
    sentences = [
        element("li", element("strong", lead), " ", sentence)
        for lead, sentence in zip(leads, answer.sentences, strict=True)
        if sentence
    ]
    return section("answer", "Answer", element("ol", sentences, class_="answer"))


def _sure_section(answer: RangesAnswer) -> Markup:
    shown = [found for name in SHOWN if (found := answer.measure(name)) is not None]
    figures = [_dots(found, answer) for found in shown]
    rows = [
        (found.name, *(found.words(value) for value in found.quantiles), _in(answer, found.never))
        for found in answer.measures
    ]
    dots = [(found.name, ", ".join(found.words(dot) for dot in found.dots)) for found in shown]
    return section(
        "sure",
        "How sure",
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
    )


def _dots(found: MeasureRange, answer: RangesAnswer) -> Markup:
    finding = found.as_named
    if found.never and finding != "never":
        finding += f"; never in {answer.in_draws(found.never)}"
    five = _five(found.quantiles)
    words, least = _axis_words(found.measure)
    name = _capital(found.name)
    drawn = dotplot(
        f"dots-{found.measure}",
        f"{name} in {len(found.dots)} dots",
        f"{name}: {finding}.",
        [float("nan") if dot is None else dot for dot in found.dots],
        None if five is None else (five[0], five[2], five[4]),
        words,
        least=least,
    )
    return element("figure", element("figcaption", element("strong", name), " ", finding), drawn)


def _when_section(
    result: EnsembleResult,
    answer: RangesAnswer,
    end: datetime.date,
    links: Callable[[str], str] | None,
) -> Markup:
    title = "When industries stop"
    if not answer.industries:
        return section("when", title, element("p", _capital(answer.sentences[0])))
    shown = answer.industries[:MOST_INDUSTRIES]
    drawn = intervals(
        "when-spans",
        "Day on which each industry stops, in the draws in which it does",
        f"{answer.sentences[0]} {answer.sentences[1]}",
        [Interval(found.name, _five(found.day), answer.in_draws(found.stops)) for found in shown],
        whole,
        least=1.0,
    )
    rows = [
        (
            found.name,
            answer.in_draws(found.stops),
            answer.in_draws(found.first),
            *(whole(day or 0) for day in found.day),
        )
        for found in answer.industries[:MOST_TABLE_ROWS]
    ]
    timeline = weekly_median_output(result)
    courses = [
        Row(found.industry, found.name, None, f"stops in {answer.in_draws(found.stops)}") for found in shown
    ]
    mapped = heatmap(
        "when-map",
        timeline,
        courses,
        answer.conditions,
        end,
        f"Output by industry and {timeline.period}, median of the draws, % of the base year",
        f"{answer.sentences[0]} {answer.sentences[1]}",
        links,
    )
    header = ("industry", "stops in", "among the first in", *(f"day, {share}" for share in ACROSS))
    intro = (
        f"Output of each industry against the base year, by {timeline.period}: the median of the draws. "
        "Industries that are most often among the first to stop (to fall below half of base) come first."
    )
    spans = "The day on which output falls below half of base, in the draws in which it does."
    return section(
        "when",
        title,
        element("p", intro),
        shades_legend(),
        framed(mapped, "Heatmap of output by industry, median of the draws"),
        folded(
            "The numbers of the picture",
            timeline_tables(
                timeline, [(row.code, row.name) for row in courses], "Output, median of the draws"
            ),
        ),
        element("h3", "How sure the day is"),
        element("p", spans),
        intervals_legend(),
        framed(drawn, "Days on which industries stop"),
        _left_out(len(answer.industries), MOST_INDUSTRIES, "industries that stop in some draw", "the table"),
        folded(
            "The same as a table: when each industry stops, and in how many draws",
            table("Industries that stop in some draw", header, rows),
            _left_out(len(answer.industries), MOST_TABLE_ROWS, "industries", "the result file"),
        ),
    )


def _why_section(result: EnsembleResult) -> Markup | None:
    """Why the largest losers made less in the study as it stands; None where that was not traced."""
    chains = chains_of(result.record.run)
    if not chains:
        return None
    lead = "The study as it stands, without draws: the industries that lose most value added."
    return section("why", "Why: from the loss back to the cut", element("p", lead), drawn_chains(chains))


def _households_section(
    result: EnsembleResult, answer: RangesAnswer, findings: Findings, end: datetime.date
) -> Markup:
    need = percent(answer.need_share)
    total = weekly_quantiles(result, "household_consumption")
    shown = answer.needs[:MOST_NEEDS]
    lines = [weekly_quantiles(result, "consumption", found.need) for found in shown]
    axis = share_axis([total, *lines], [answer.need_share])
    worst = answer.measure("consumption_lost_at_most")
    figures = [
        _band(
            "band-all",
            "All products together",
            f"{worst.in_words} on the worst day" if worst else "no data",
            total,
            end,
            axis,
        )
    ]
    figures += [
        _band(
            f"band-{k}",
            found.name,
            f"below need in {answer.in_draws(found.below)}, there from {days(found.day)} on",
            line,
            end,
            axis,
            answer.need_share,
        )
        for k, (found, line) in enumerate(zip(shown, lines, strict=True))
    ]
    content: list[Content] = [
        element(
            "p",
            f"What households receive against the base year, by {total.period}; a need is not met below "
            f"{need} of base-year consumption. A picture shows where the draws lie at each time: no line in "
            "it is the course of one draw, and a draw that is low early may be high late.",
        ),
        bands_legend(f"need: {need} of base" if shown else ""),
        element("div", figures, class_="multiples"),
    ]
    if answer.needs:
        rows = [
            (
                found.name,
                percent(found.weight),
                answer.in_draws(found.below),
                f"{percent(found.by_share)} of draws by day {whole(found.by_day)}"
                if found.by_day is not None and found.by_share is not None
                else "not in half of draws",
                *(whole(day or 0) for day in found.day),
            )
            for found in answer.needs[:MOST_TABLE_ROWS]
        ]
        header = (
            "need",
            "share of consumption",
            "below need in",
            "and by which day",
            *(f"first day, {share}" for share in ACROSS),
        )
        content += [
            _left_out(len(answer.needs), MOST_NEEDS, "needs below need in some draw", "the table"),
            folded(
                "The same as a table: every need that is not met in some draw",
                table(f"Needs below {need} of base-year consumption", header, rows),
                _left_out(len(answer.needs), MOST_TABLE_ROWS, "needs", "the result file"),
            ),
        ]
    named = [("All products together", total)]
    named += [(found.name, line) for found, line in zip(shown, lines, strict=True)]
    content.append(folded("The numbers of the pictures", _numbers("Households, quantiles of draws", named)))
    return section("households", "Households", content, _curves(result, answer, findings))


def _curves(result: EnsembleResult, answer: RangesAnswer, findings: Findings) -> list[Content]:
    names = Names(result)
    called = {
        **dict(zip(names.need_codes, names.needs, strict=True)),
        **dict(zip(names.industry_codes, names.industries, strict=True)),
    }
    chosen = [("below need", chance) for chance in findings.needs[:MOST_CURVES]]
    chosen += [("stops", chance) for chance in findings.stops[: MOST_LINES - len(chosen)]]
    lines = [
        Line(f"{what}: {called[chance.name]}", chance.curve.share)
        for what, chance in chosen
        if chance.curve is not None
    ]
    if not lines:
        return []
    start = datetime.date.fromisoformat(answer.start)
    finding = "; ".join(
        f"{what}, {called[chance.name]}: {_in(answer, chance.happened)}" for what, chance in chosen
    )
    drawn = chances("chances", "Share of draws by day", f"By the last day: {finding}.", lines, start)
    step = max(1, answer.days // 26)
    at = range(step - 1, answer.days, step)
    zero = (datetime.date.fromisoformat(answer.day_zero) - start).days
    rows = [(line.name, *(f"{100 * line.shares[day]:.0f}" for day in at)) for line in lines]
    intro = "The share of draws in which it has happened by a day: the steeper a line, the surer the day."
    return [
        element("h3", "How likely by which day"),
        element("p", intro),
        framed(drawn, "Share of draws by day"),
        folded(
            "The same as a table",
            table("Share of draws by day, %", ("by day", *(whole(day - zero) for day in at)), rows, "dense"),
        ),
    ]


def _total_section(result: EnsembleResult, answer: RangesAnswer, end: datetime.date) -> Markup:
    gdp = weekly_quantiles(result, "gdp")
    over, worst = answer.measure("gdp_lost"), answer.measure("gdp_lost_at_most")
    finding = "no data"
    if over is not None and worst is not None:
        finding = f"{over.in_words} over the run, {worst.in_words} on the worst day"
    figure = _band("band-gdp", "GDP", finding, gdp, end, share_axis([gdp]), width=620.0)
    return section(
        "total",
        "In all",
        bands_legend(),
        element("div", figure, class_="single"),
        folded("The numbers of the picture", _numbers("GDP, quantiles of draws", [("GDP", gdp)])),
    )


def _moving_section(answer: RangesAnswer, findings: Findings) -> Markup:
    content: list[Content] = []
    for measure in TOLD[:3]:
        own = [found for found in answer.movers if found.measure == measure]
        level = next((found.level for found in findings.tornadoes if found.measure == measure), None)
        if own and level is not None:
            content += _tornado(measure, own, level, answer)
    if not content:
        content.append(element("p", "No drawn parameter moves the answer: it is the same in every draw."))
    content += _influences(answer, findings)
    content += _boxes(answer)
    return section("change", "What would change it", content)


def _tornado(measure: str, own: Sequence[Mover], level: float, answer: RangesAnswer) -> list[Content]:
    zero = (datetime.date.fromisoformat(answer.day_zero) - datetime.date.fromisoformat(answer.start)).days
    middle = level - zero if measure in DATED else level
    words, least = _axis_words(measure)
    # In a tornado a loss is the change that it makes of the base year.
    name = _capital(NAMES[measure])
    bars = []
    for found in own[:MOST_PARAMETERS]:
        lowest = min(found.places, key=lambda place: place.level)
        highest = max(found.places, key=lambda place: place.level)
        ends = (lowest.level, lowest.where, highest.level, highest.where)
        bars.append(Swing(found.parameter, *ends, found.is_clear))
    drawn = tornado(
        f"tornado-{measure}", name, f"{_capital(own[0].in_words)}.", bars, middle, words, least=least
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
                f"{_level(found, place.level)} where it is {place.where} ({count(place.draws, 'draw')})"
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


def _boxes(answer: RangesAnswer) -> list[Content]:
    if not answer.boxes:
        return []
    rows = [
        (
            _capital(box.condition),
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
        element("ul", [element("li", f"{_capital(box.in_words)}.") for box in answer.boxes if box.where])
        if any(box.where for box in answer.boxes)
        else None,
        table("Boxes of parameters", header, rows, "beside"),
    ]


def _sources_section(answer: RangesAnswer) -> Markup | None:
    content: list[Content] = []
    for k, choice in enumerate(answer.sources):
        for measure in TOLD:
            rows, cells = [], []
            for option in choice.options:
                five = _five(dict(option.ranges).get(measure, ()))
                rows.append(Interval(option.option, five, count(option.draws, "draw")))
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
                element("h3", f"{choice.parameter}: {name}"),
                element("p", f"{_capital(finding)}."),
                framed(
                    intervals(
                        f"by-{k}-{measure}",
                        f"{_capital(name)} by {choice.parameter}",
                        f"{finding}.",
                        rows,
                        words,
                        least=least,
                    ),
                    f"Picture: {_capital(name)} by {choice.parameter}",
                ),
                folded(
                    "The same as a table",
                    table(f"{_capital(name)} by {choice.parameter}", ("option", "draws", *ACROSS), cells),
                ),
            ]
            break
    if not content:
        return None
    intro = (
        "The answer by the option that was drawn: sources that disagree stand side by side, never averaged."
    )
    return section("sources", "By source and choice", element("p", intro), intervals_legend(), content)


def _drawn_section(answer: RangesAnswer, result: EnsembleResult) -> Markup:
    declared = [element("li", condition.text) for condition in answer.conditions]
    rows = [
        (drawn.name, drawn.sentence, "assumed, no source" if drawn.is_assumed else drawn.source)
        for drawn in answer.parameters
    ]
    options = [
        (plain(row.get("name", "")), plain(option), plain(source) if source else "none")
        for row in result.record.parameters
        for option, source in zip(row.get("options") or (), row.get("option_sources") or (), strict=False)
    ]
    content: list[Content] = [
        element("h3", "What happens, at the study's own values"),
        element("ul", declared) if declared else element("p", "No shock is declared."),
        element("h3", "What is drawn instead"),
        table(
            "Parameters that differ between draws", ("parameter", "how it is drawn", "source"), rows, "beside"
        ),
        table("Options and where they come from", ("parameter", "option", "source"), options)
        if options
        else None,
        element("h3", "Fixed assumptions without a source"),
        element("ul", [element("li", sentence) for sentence in answer.assumptions])
        if answer.assumptions
        else element("p", "None: every fixed parameter has a source."),
    ]
    if answer.failed:
        content += [
            element("h3", "Draws that failed"),
            element(
                "p", f"{answer.failed:,} of {count(answer.draws, 'draw')}; they are left out of all numbers."
            ),
            table(
                "Why draws failed",
                ("error", "draws"),
                [(failure.message, f"{failure.draws:,}") for failure in answer.failures[:MOST_TABLE_ROWS]],
                "beside",
            ),
        ]
    return section("drawn", "What is declared and what is drawn", content)


def _method_section(result: EnsembleResult, answer: RangesAnswer, inputs: Mapping[str, Any]) -> Markup:
    record = result.record
    economy = dict(record.run.economy)
    notes, gaps = economy.pop("notes", ()), economy.pop("declared_gaps", ())
    reading = (
        f"Day 0 is {_date(answer.day_zero)}, the first day of the first shock as the study declares it; "
        "where dates are drawn, they move against it.",
        "Base is the base year's amount per day: a 365th of the year.",
        "An industry falls when its output is below 90 % of base, and stops when it is below 50 %.",
        f"A need is not met while households receive less than {percent(answer.need_share)} of what they "
        "consumed of the product in the base year: an assumption, not a norm of nutrition or health.",
        "A loss is base minus what was made or received, as a share of base; on axes it grows to the right.",
        "Quantiles of a day count a draw in which it never happens as later than every day.",
        "Indices and tornadoes count a day that never comes as the length of the run.",
        "Bands show the mean of a period's daily quantiles, so that a shorter dip is softened.",
    )
    limits = (
        "The ranges say what follows from the declared distributions. What is not drawn has no range here.",
        "Prices, wages and exchange rates do not move: draws say what can be made and delivered, not who can "
        "pay for it.",
        "An industry is one producer with one recipe: firms, sites and grades of a product are not told "
        "apart.",
        "A share of draws is no probability of an event in the world: nobody knows the odds of a trade cut.",
    )
    sure = (
        f"; a share of draws is sure to within {100 * answer.sure_to:.0f} percentage points (95 %)"
        if answer.sure_to
        else ""
    )
    made = f"{_capital(answer.draws_in_words)}; {answer.made_in_words}{sure}."
    digests = inputs.get("digests")
    return section(
        "method",
        "How this was computed",
        element("h3", "How to read this page"),
        element("ul", [element("li", sentence) for sentence in reading]),
        element("h3", "What the draws leave out"),
        element("ul", [element("li", sentence) for sentence in limits]),
        element("h3", "Draws"),
        element("p", made),
        folded("The uncertainty as declared", as_json(record.uncertainty)),
        element("h3", "Economy"),
        pairs("Economy and its source", economy),
        element("h4", "Notes of the source") if notes else None,
        element("ul", [element("li", told(note)) for note in notes]) if notes else None,
        element("h4", "Gaps that the source declares") if gaps else None,
        element("ul", [element("li", told(gap)) for gap in gaps]) if gaps else None,
        element("h3", "Parameters"),
        folded(
            "Every parameter in force, at the study's own values", pairs("Parameters", record.run.parameters)
        ),
        element("h3", "Scenario"),
        folded("The scenario as declared", as_json(record.run.scenario)),
        element("h3", "Reproduce"),
        element(
            "p",
            "This command gives the same bytes: ",
            element("code", str(inputs.get("command", "autarky ensemble STUDY"))),
        ),
        pairs("Versions", record.run.versions),
        pairs("Digests (SHA-256)", digests) if digests else None,
    )


def _band(
    ident: str,
    name: str,
    finding: str,
    line: Timeline,
    end: datetime.date,
    axis: NumberAxis,
    need: float | None = None,
    width: float = WIDTH,
) -> Markup:
    title = f"{name} against the base year"
    return element(
        "figure",
        element("figcaption", element("strong", name), " ", finding),
        bands(ident, title, f"{name}: {finding}.", line, end, axis, need, width),
    )


def _numbers(what: str, lines: Sequence[tuple[str, Timeline]]) -> list[Markup]:
    """The quantiles of several series by period, all in one table."""
    codes = tuple(f"{name}, {percent(float(code))}" for name, line in lines for code in line.codes)
    first = lines[0][1]
    together = Timeline(
        codes, first.starts, first.days, first.period, np.concatenate([line.shares for _, line in lines])
    )
    return timeline_tables(together, [(code, code) for code in codes], what)


def _axis_words(measure: str) -> tuple[Callable[[float], str], float]:
    """How a number of a measure is written on an axis, and the smallest step between two of them."""
    return (whole, 1.0) if measure in (*DATED, *COUNTED) else (percent, 1e-4)


def _five(quantiles: Sequence[float | None]) -> tuple[float, ...] | None:
    """Five quantiles to draw: none if the first is *never*; what never ends is drawn to the axis' end."""
    if not quantiles or quantiles[0] is None:
        return None
    return tuple(float("inf") if value is None else value for value in quantiles)


def _pair(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def _in(answer: RangesAnswer, draws: int) -> str:
    return answer.in_draws(draws)


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _left_out(total: int, most: int, what: str, where: str) -> Markup | None:
    if total <= most:
        return None
    return element("p", f"{total - most:,} more {what} are in {where}.", class_="note")


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _date(iso: str) -> str:
    return date_words(datetime.date.fromisoformat(iso))
