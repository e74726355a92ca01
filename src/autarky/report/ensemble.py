"""The page of an ensemble: the same twelve sections as a run's, with ranges over the draws."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import numpy as np

from autarky.explanation.grounds import grounds
from autarky.explanation.names import Names
from autarky.explanation.ranges import (
    RangesAnswer,
    answer_of_draws,
)
from autarky.explanation.spread import days
from autarky.explanation.stored import chains_of
from autarky.explanation.timeline import Timeline, weekly_median_output, weekly_quantiles
from autarky.explanation.wording import count, date_words, percent, plain, whole
from autarky.report.beside import Beside, filled
from autarky.report.certainty import ACROSS, MOST_TABLE_ROWS, boxes, capital, certainty, five
from autarky.report.chains import drawn_chains
from autarky.report.chances import MOST_LINES, Line, chances
from autarky.report.document import as_json, document, framed, pairs, told
from autarky.report.evidence import evidence_content
from autarky.report.heatmap import FLOORS, Row, heatmap
from autarky.report.heatmap import legend as shades_legend
from autarky.report.intervals import Interval, intervals, intervals_legend
from autarky.report.markup import Content, Markup, element
from autarky.report.outline import TITLES, declared_list, not_asked, outline, part
from autarky.report.strips import WIDTH, floors_of, strips, strips_legend
from autarky.report.tables import folded, table, timeline_tables
from autarky.report.words import words_of_the_page
from autarky.results import EnsembleResult
from autarky.sensitivity import Findings, analyse

MOST_INDUSTRIES, MOST_NEEDS, MOST_CURVES = 20, 5, 4
"""Rows of the pictures."""
MOST_DIGESTS, MOST_OPTIONS = 12, 12
"""Digests on the page, and options of a choice; all are in the manifest and in the study."""
HOW_TO_READ = (
    "The draws are put in order at each time: half of them are lower than the middle strip, one in twenty is "
    "lower than the bottom one. No strip is the course of one draw."
)
LEADS = ("What stops first", "What follows", "Households", "In all", "What would change it", "How sure")


def render_ensemble(
    result: EnsembleResult,
    answer: RangesAnswer | None = None,
    findings: Findings | None = None,
    *,
    inputs: Mapping[str, Any] | None = None,
    beside: Beside | None = None,
    links: Callable[[str], str] | None = None,
) -> str:
    """The report of an ensemble as one HTML file: no script, no request, the same bytes for the same result.

    Parameters
    ----------
    answer, findings
        What the result says; asked for if not given.
    inputs
        As in the manifest: ``command`` (what reproduces it), ``digests`` (name → SHA-256 of what went in) and
        ``study`` (with its ``path``).
    beside
        What other folders of the same economy say.
    links
        Code of an industry → where a click on its row of the heatmap goes; without, the page has no links.
    """
    findings = findings or analyse(result)
    answer = answer or answer_of_draws(result, findings)
    inputs = inputs or {}
    end = datetime.date.fromisoformat(answer.end)
    study = PurePath(inputs.get("study", {}).get("path", "STUDY")).name
    none = element("p", "No draw could be simulated: there is nothing to tell.")
    parts: dict[str, Content] = dict.fromkeys(TITLES, none)
    if answer.told:
        parts |= {
            "change": _change_content(answer),
            "when": (_when_content(result, answer, end, links), _total_part(result, answer, end)),
            "why": _why_content(result),
            "households": _households_content(result, answer, findings, end),
            "sure": certainty(answer, findings),
        }
    rests_on = grounds(result.record.run, answer.conditions, result.record.parameters)
    parts |= {
        "answer": _answer_content(answer),
        **filled(beside or Beside(), study),
        "evidence": evidence_content(rests_on, _moving_most(answer)),
        "method": (_drawn_part(answer, result), _method_content(result, answer, inputs)),
    }
    span = f"{count(answer.days, 'day')}, {_date(answer.start)} to {_date(answer.end)}"
    subtitle = (
        f"{answer.economy_and_year} · {span} · day 0 is {_date(answer.day_zero)} · {answer.draws_in_words}"
    )
    return document(answer.title, answer.scenario, subtitle, *outline(parts))


def _answer_content(answer: RangesAnswer) -> Content:
    leads = LEADS if answer.told else ("No answer",)
    sentences = [
        element("li", element("strong", lead), " ", sentence)
        for lead, sentence in zip(leads, answer.sentences, strict=True)
        if sentence
    ]
    return element("ol", sentences, class_="answer")


def _change_content(answer: RangesAnswer) -> Content:
    """What moves the answer most, in words, and where among the parameters something mostly happens."""
    own = [found for found in answer.movers if found.is_clear and found.measure == answer.movers[0].measure]
    told = [element("li", f"{capital(found.in_words)}.") for found in own[:3]]
    return (
        element("ul", told)
        if told
        else element("p", "No drawn parameter stands out: see how sure the answer is."),
        boxes(answer),
        element(
            "p",
            "All that is drawn, by how far it moves the answer: ",
            element("a", "how sure", href="#sure"),
            ".",
        ),
    )


def _moving_most(answer: RangesAnswer) -> list[tuple[str, str]]:
    """Parameters by how far they move the first measure that is told, in words."""
    own = [found for found in answer.movers if found.measure == answer.movers[0].measure]
    return [(found.parameter, found.in_words.partition(": ")[2]) for found in own]


def _when_content(
    result: EnsembleResult,
    answer: RangesAnswer,
    end: datetime.date,
    links: Callable[[str], str] | None,
) -> Content:
    if not answer.industries:
        return element("p", capital(answer.sentences[0]))
    shown = answer.industries[:MOST_INDUSTRIES]
    drawn = intervals(
        "when-spans",
        "Day on which each industry stops, in the draws in which it does",
        f"{answer.sentences[0]} {answer.sentences[1]}",
        [Interval(found.name, five(found.day), answer.in_draws(found.stops)) for found in shown],
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
    courses = [Row(found.industry, found.name, None, answer.in_draws(found.stops)) for found in shown]
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
        "Industries that are most often among the first to stop (to fall below half of base) come first; on "
        "the right, in how many draws they stop."
    )
    spans = "The day on which output falls below half of base, in the draws in which it does."
    return (
        element("p", intro),
        shades_legend(first=""),
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


def _why_content(result: EnsembleResult) -> Content:
    """Why the largest losers made less in the study as it stands; without, the command that asks."""
    chains = chains_of(result.record.run)
    if not chains:
        would = "follows the loss of an industry back to the cut, in the study as it stands, without draws"
        return not_asked("autarky why RUN INDUSTRY", would, placed=False)
    lead = "The study as it stands, without draws: the industries that lose most value added."
    return element("p", lead), drawn_chains(chains)


def _households_content(
    result: EnsembleResult, answer: RangesAnswer, findings: Findings, end: datetime.date
) -> Content:
    need = percent(answer.need_share)
    total = weekly_quantiles(result, "household_consumption")
    shown = answer.needs[:MOST_NEEDS]
    lines = [weekly_quantiles(result, "consumption", found.need) for found in shown]
    floors = floors_of(answer.need_share)
    worst = answer.measure("consumption_lost_at_most")
    figures = [
        _strips(
            "strips-all",
            "All products together",
            f"{worst.in_words} on the worst day" if worst else "no data",
            total,
            end,
            floors,
        )
    ]
    figures += [
        _strips(
            f"strips-{k}",
            found.name,
            f"below need in {answer.in_draws(found.below)}, there from {days(found.day)} on",
            line,
            end,
            floors,
        )
        for k, (found, line) in enumerate(zip(shown, lines, strict=True))
    ]
    content: list[Content] = [
        element(
            "p",
            f"What households receive against the base year, by {total.period}; a need is not met below "
            f"{need} of base-year consumption. {HOW_TO_READ}",
        ),
        strips_legend(answer.need_share),
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
    return content, _curves(result, answer, findings)


def _curves(result: EnsembleResult, answer: RangesAnswer, findings: Findings) -> list[Content]:
    names = Names(result)
    called = {
        **dict(zip(names.need_codes, names.needs, strict=True)),
        **dict(zip(names.industry_codes, names.industries, strict=True)),
    }
    chosen = [("below need", chance) for chance in findings.needs[:MOST_CURVES]]
    chosen += [("stops", chance) for chance in findings.stops[: MOST_LINES - len(chosen)]]
    lines = [
        Line(called[chance.name], what, chance.curve.share)
        for what, chance in chosen
        if chance.curve is not None
    ]
    if not lines:
        return []
    start = datetime.date.fromisoformat(answer.start)
    finding = "; ".join(
        f"{what}, {called[chance.name]}: {answer.in_draws(chance.happened)}" for what, chance in chosen
    )
    drawn = chances("chances", "Share of draws by day", f"By the last day: {finding}.", lines, start)
    step = max(1, answer.days // 26)
    at = range(step - 1, answer.days, step)
    zero = (datetime.date.fromisoformat(answer.day_zero) - start).days
    rows = [(f"{line.what}: {line.name}", *(f"{100 * line.shares[day]:.0f}" for day in at)) for line in lines]
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


def _total_part(result: EnsembleResult, answer: RangesAnswer, end: datetime.date) -> Markup:
    gdp = weekly_quantiles(result, "gdp")
    over, worst = answer.measure("gdp_lost"), answer.measure("gdp_lost_at_most")
    finding = "no data"
    if over is not None and worst is not None:
        finding = f"{over.in_words} over the run, {worst.in_words} on the worst day"
    figure = _strips("strips-gdp", "GDP", finding, gdp, end, width=620.0)
    return part(
        "total",
        "In all",
        element("p", HOW_TO_READ),
        element("div", figure, class_="single"),
        folded("The numbers of the picture", _numbers("GDP, quantiles of draws", [("GDP", gdp)])),
    )


def _drawn_part(answer: RangesAnswer, result: EnsembleResult) -> Markup:
    declared = [element("li", condition.text) for condition in answer.conditions]
    rows = [
        (drawn.name, drawn.sentence, "assumed, no source" if drawn.is_assumed else drawn.source)
        for drawn in answer.parameters
    ]
    options = [
        (plain(row.get("name", "")), plain(option), plain(source) if source else "none")
        for row in result.record.parameters
        # Of many options, such as a hundred tables drawn alike, the study and the list of parameters tell.
        if len(row.get("options") or ()) <= MOST_OPTIONS
        for option, source in zip(row.get("options") or (), row.get("option_sources") or (), strict=False)
    ]
    content: list[Content] = [
        element("h4", "What happens, at the study's own values"),
        declared_list(declared),
        element("h4", "What is drawn instead"),
        table(
            "Parameters that differ between draws", ("parameter", "how it is drawn", "source"), rows, "beside"
        ),
        table("Options and where they come from", ("parameter", "option", "source"), options)
        if options
        else None,
    ]
    if answer.failed:
        content += [
            element("h4", "Draws that failed"),
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
    return part("drawn", "What is declared and what is drawn", content)


def _method_content(result: EnsembleResult, answer: RangesAnswer, inputs: Mapping[str, Any]) -> Content:
    record = result.record
    economy = dict(record.run.economy)
    notes, gaps = economy.pop("notes", ()), economy.pop("declared_gaps", ())
    need = percent(answer.need_share)
    reading = (
        f"Day 0 is {_date(answer.day_zero)}, the first day of the first shock as the study declares it; "
        "where dates are drawn, they move against it.",
        "Base is the base year's amount per day: a 365th of the year.",
        "An industry falls when its output is below 90 % of base, and stops when it is below 50 %.",
        f"A need is not met while households receive less than {need} of what they "
        "consumed of the product in the base year: an assumption, not a norm of nutrition or health.",
        "A loss is base minus what was made or received, as a share of base; on axes it grows to the right.",
        "Quantiles of a day count a draw in which it never happens as later than every day.",
        "Indices and tornadoes count a day that never comes as the length of the run.",
        "Strips show the mean of a period's daily quantiles, so that a shorter dip is softened.",
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
    made = f"{capital(answer.draws_in_words)}; {answer.made_in_words}{sure}."
    digests: dict[str, str] = inputs.get("digests") or {}
    left = len(digests) - MOST_DIGESTS
    return (
        element("h3", "How to read this page"),
        element("ul", [element("li", sentence) for sentence in reading]),
        words_of_the_page(f"{need} of what they received in the base year: an assumption"),
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
        pairs("Digests (SHA-256)", dict(list(digests.items())[:MOST_DIGESTS])) if digests else None,
        element("p", f"{count(left, 'more digest')} in the manifest.", class_="note") if left > 0 else None,
    )


def _strips(
    ident: str,
    name: str,
    finding: str,
    line: Timeline,
    end: datetime.date,
    floors: Sequence[float] = FLOORS,
    width: float = WIDTH,
) -> Markup:
    title = f"{name} against the base year, by share of draws"
    return element(
        "figure",
        element("figcaption", element("strong", name), " ", finding),
        strips(ident, title, f"{name}: {finding}", line, end, floors, width),
    )


def _numbers(what: str, lines: Sequence[tuple[str, Timeline]]) -> list[Markup]:
    """The quantiles of several series by period, all in one table."""
    codes = tuple(f"{name}, {percent(float(code))}" for name, line in lines for code in line.codes)
    first = lines[0][1]
    together = Timeline(
        codes, first.starts, first.days, first.period, np.concatenate([line.shares for _, line in lines])
    )
    return timeline_tables(together, [(code, code) for code in codes], what)


def _left_out(total: int, most: int, what: str, where: str) -> Markup | None:
    if total <= most:
        return None
    return element("p", f"{total - most:,} more {what} are in {where}.", class_="note")


def _date(iso: str) -> str:
    return date_words(datetime.date.fromisoformat(iso))
