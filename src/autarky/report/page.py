"""The page of a run: its twelve sections, the answer first; what other folders say fills the rest."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence

from autarky.explanation import Answer
from autarky.explanation.announced import Announced
from autarky.explanation.countdown import Countdown
from autarky.explanation.foreign_exchange import foreign_exchange
from autarky.explanation.grounds import grounds
from autarky.explanation.hours import hours
from autarky.explanation.lifelines import Lifelines
from autarky.explanation.losses import Day, IndustryLoss
from autarky.explanation.names import Names
from autarky.explanation.timeline import (
    weekly_consumption,
    weekly_consumption_by_region,
    weekly_deliveries,
    weekly_output,
)
from autarky.explanation.why import Why
from autarky.explanation.wording import count, date_words, listing, percent
from autarky.report.announced import announced_part
from autarky.report.beside import Beside, filled
from autarky.report.certainty import certainty
from autarky.report.chains import drawn_chains
from autarky.report.document import as_json, document, framed, pairs, told
from autarky.report.evidence import evidence_content
from autarky.report.foreign_exchange import foreign_exchange_part
from autarky.report.groups import groups_part
from autarky.report.heatmap import Row, heatmap, legend
from autarky.report.hours import hours_part
from autarky.report.households import small_multiples
from autarky.report.markup import Content, Markup, element
from autarky.report.outline import declared_list, not_asked, outline, part
from autarky.report.tables import folded, table, timeline_tables
from autarky.report.words import words_of_the_page
from autarky.results import SimulationResult

MOST_INDUSTRIES, FIRST_SHOWN, MOST_PRODUCTS, MOST_GATES, MOST_REGIONS = 22, 10, 9, 9, 12
"""Rows of the pictures."""
MOST_TABLE_ROWS = 75
"""Rows of a table; all numbers are in the result file."""
LEADS = ("What stops first", "What follows", "Households", "In all", "How sure")


def render(
    result: SimulationResult,
    answer: Answer,
    *,
    chains: Sequence[Why] = (),
    lifelines: Lifelines | None = None,
    countdown: Countdown | None = None,
    announced: Sequence[Announced] = (),
    command: str = "autarky run STUDY",
    digests: Mapping[str, str] | None = None,
    study: str = "STUDY",
    beside: Beside | None = None,
    links: Callable[[str], str] | None = None,
) -> str:
    """The report as one HTML file: no script, no request, the same bytes for the same result.

    Parameters
    ----------
    chains
        Why industries fell: the first of them are drawn, each back to the cut.
    lifelines, countdown
        What keeping imports and holding stocks would avert.
    announced
        What was said beside what the run delivers.
    command
        What reproduces the run, printed in the last section.
    digests
        Name → SHA-256 of the files that went into the run.
    study
        Name of the study file, as commands that would fill a section name it.
    beside
        What other folders of the same economy say.
    links
        Code of an industry → where a click on its row of the heatmap goes; without, the page has no links.
    """
    end = datetime.date.fromisoformat(answer.end)
    beside = beside or Beside()
    parts = {
        "answer": _answer_content(answer),
        "change": _change_content(answer, study),
        "when": _when_content(result, answer, end, links),
        "why": (
            _why_content(answer, chains),
            _imports_part(result, answer, end),
            foreign_exchange_part(foreign_exchange(result), result.labels, answer.unit, end),
        ),
        "households": (
            _households_content(result, answer, end),
            groups_part(result, answer.unit, end),
            hours_part(hours(result), answer.unit),
            announced_part(announced),
        ),
        **filled(beside, study, lifelines=lifelines, countdown=countdown),
        "sure": _sure_content(answer, beside, study),
        "evidence": evidence_content(grounds(result.record, answer.conditions)),
        "method": _method_content(result, answer, command, digests or {}),
    }
    sections = outline(parts, households=answer.consumers.capitalize())
    return document(answer.title, answer.scenario, _subtitle(answer), *sections)


def _subtitle(answer: Answer) -> str:
    span = f"{count(answer.days, 'day')}, {_date(answer.start)} to {_date(answer.end)}"
    return f"{answer.economy_and_year} · {span} · day 0 is {_date(answer.day_zero)}"


def _answer_content(answer: Answer) -> Markup:
    sentences = [
        element("li", element("strong", lead), " ", sentence)
        for lead, sentence in zip(LEADS, answer.sentences, strict=True)
    ]
    return element("ol", sentences, class_="answer")


def _change_content(answer: Answer, study: str) -> Content:
    """What the run comes to under other declared choices, this run first."""
    if not answer.variants:
        would = (
            "runs the scenario under the other values of the choices that decide the answer, if there are any"
        )
        return not_asked(f"autarky run {study}", would, placed=False)
    rows = [
        (
            f"{told.sentence[0].upper()}{told.sentence[1:]}",
            f"day {_minus(told.day)}: {listing(told.first)}, because: {told.cause}"
            if told.day is not None
            else "nothing stops",
            f"{told.stops:,}",
            f"{told.falls:,}",
            _percent(told.gdp_lost),
            _percent(told.gdp_lost_at_most),
            _percent(told.consumption_lost),
            _percent(told.consumption_lost_at_most),
            element("code", told.behaviour) if told.behaviour else "this run",
        )
        for told in (answer.as_declared, *answer.variants)
    ]
    header = (
        "choice",
        "first to stop",
        "stop",
        "fall",
        "GDP lost over the run",
        "on the worst day",
        f"{answer.consumers}: consumption lost over the run",
        "on the worst day",
        "behaviour",
    )
    intro = (
        "The same scenario under other declared choices, each turned round alone. Where the rows differ, the "
        "answer rests on the choice: settle that first. Losses are % of the base year."
    )
    return element("p", intro), table("This run beside the others", header, rows, "beside")


def _when_content(
    result: SimulationResult,
    answer: Answer,
    end: datetime.date,
    links: Callable[[str], str] | None,
) -> Content:
    losses = answer.industries
    if not losses:
        return element("p", answer.sentences[1])
    timeline = weekly_output(result)
    shown = _most_affected(losses)
    rows = [
        Row(
            loss.industry,
            loss.name,
            loss.first,
            f"{'stops' if loss.stops else 'falls'} day {_number(loss.first)}",
        )
        for loss in shown
    ]
    intro = (
        f"Output of each industry against the base year, by {timeline.period}, in the order in which they "
        "stop. An industry falls below 90 % of its base output and stops below half of it."
    )
    rest = f"Shown: {len(shown):,} of {count(len(losses), 'industry', 'industries')} that fall"
    if len(shown) < len(losses):
        rest += " (the first to stop, then those that lose most value added)"
    if others := answer.industry_count - len(losses):
        never = "never falls" if others == 1 else "never fall"
        rest += f"; {count(others, 'industry', 'industries')} {never} below 90 %"
    drawn = heatmap(
        "when-map",
        timeline,
        rows,
        answer.conditions,
        end,
        f"Output by industry and {timeline.period}, % of the base year",
        f"{answer.sentences[0]} {answer.sentences[1]}",
        links,
    )
    listed = [
        (
            loss.name,
            _day(loss.falls),
            _day(loss.stops),
            loss.cause.text,
            percent(loss.lowest),
            _day(loss.lowest_day),
            percent(loss.at_end),
            percent(loss.lost),
            f"{loss.value_added_lost:,.4g}",
        )
        for loss in losses[:MOST_TABLE_ROWS]
    ]
    header = (
        "industry",
        "falls below 90 %",
        "stops, below 50 %",
        "because",
        "lowest, % of base",
        "on",
        "last day, % of base",
        "lost over the run, % of base",
        f"value added lost, {answer.unit}",
    )
    return (
        element("p", intro),
        legend(),
        framed(drawn, "Heatmap of output by industry"),
        element("p", f"{rest}.", class_="note"),
        folded(
            "The same as a table: when each industry falls and stops, and why",
            table("Industries in the order in which they stop, then fall", header, listed),
            _left_out(len(losses), "industries"),
        ),
        folded(
            "The numbers of the picture",
            timeline_tables(timeline, [(row.code, row.name) for row in rows], "Output"),
        ),
    )


def _why_content(answer: Answer, chains: Sequence[Why]) -> Content:
    """Each chain that was asked for; without any, the command that asks."""
    if not answer.industries:
        return element("p", "No industry falls: there is nothing to explain.")
    if not chains:
        asked = f"autarky why RUN {answer.industries[0].industry}"
        would = "follows the loss of an industry back to the cut, with days and amounts"
        return not_asked(asked, would, placed=False)
    return drawn_chains(chains)


def _sure_content(answer: Answer, beside: Beside, study: str) -> Content:
    """How sure one run can be; the draws of an ensemble beside it."""
    sentence = element("p", answer.sentences[-1])
    if beside.draws is None:
        would = (
            "draws what is uncertain many times over and shows how far the answer moves, and what moves it"
        )
        return sentence, not_asked(f"autarky ensemble {study}", would)
    return sentence, beside.taken("sure"), certainty(*beside.draws)


def _households_content(result: SimulationResult, answer: Answer, end: datetime.date) -> Content:
    timeline = weekly_consumption(result)
    hit = [loss for loss in answer.households if loss.lowest < 0.99][:MOST_PRODUCTS]
    content: list[Content] = []
    if not hit:
        content.append(element("p", answer.sentences[2]))
    else:
        content += [
            element(
                "p",
                f"What {answer.consumers} receive of each product, home-made and imported together, against "
                "the base year. The dashed line is 90 % of base, the triangle the first day below it, the "
                "shaded area what is missing. Products that lose most of a year's use come first.",
            ),
            small_multiples(hit, timeline, end),
        ]
    if answer.households:
        listed = [
            (
                loss.name,
                percent(loss.weight),
                _day(loss.below),
                percent(loss.lowest),
                _day(loss.lowest_day) if loss.lowest < 0.9999 else "–",
                percent(loss.lost_of_year),
            )
            for loss in answer.households[:MOST_TABLE_ROWS]
        ]
        header = (
            "product",
            f"share of what {answer.consumers} buy in the base year",
            "first day below 90 %",
            "lowest, % of base",
            "on",
            "lost, % of a year's use",
        )
        content.append(
            folded(
                "The same as a table: every product",
                table(f"Consumption of {answer.consumers} by product against the base year", header, listed),
                _left_out(len(answer.households), "products"),
            )
        )
    if hit:
        named = [(loss.product, loss.name) for loss in hit]
        content.append(folded("The numbers of the pictures", timeline_tables(timeline, named, "Consumption")))
    if answer.regions:
        content += _regions(result, answer, end)
    return content


def _regions(result: SimulationResult, answer: Answer, end: datetime.date) -> list[Content]:
    timeline = weekly_consumption_by_region(result)
    shown = [loss for loss in answer.regions if loss.consumption_lost is not None][:MOST_REGIONS]
    content: list[Content] = [element("h3", "By region")]
    if shown:
        rows = [
            Row(loss.region, loss.name, None, f"{percent(loss.consumption_lost or 0)} lost") for loss in shown
        ]
        worst = (
            f"{shown[0].name} loses most: {percent(shown[0].consumption_lost or 0)} of its base over the run."
        )
        content += [
            element(
                "p",
                f"All products that the {answer.consumers} of a region receive, against the base year, by "
                f"{timeline.period}. {worst}",
            ),
            framed(
                heatmap(
                    "region-map",
                    timeline,
                    rows,
                    answer.conditions,
                    end,
                    f"Consumption of {answer.consumers} by region and {timeline.period}, % of the base year",
                    worst,
                ),
                "Heatmap of consumption by region",
            ),
        ]
    listed = [
        (loss.name, _percent(loss.consumption_lost), _percent(loss.gdp_lost))
        for loss in answer.regions[:MOST_TABLE_ROWS]
    ]
    header = ("region", f"{answer.consumers}: consumption lost, % of base", "GDP lost, % of base")
    content.append(
        folded(
            "The same as a table: every region",
            table("Lost over the run by region", header, listed),
            timeline_tables(timeline, [(loss.region, loss.name) for loss in shown], "Consumption by region"),
        )
    )
    return content


def _imports_part(result: SimulationResult, answer: Answer, end: datetime.date) -> Markup:
    declared = [element("li", condition.text) for condition in answer.conditions]
    content: list[Content] = [
        element("h4", "What is declared"),
        declared_list(declared),
        element("h4", "What import gates deliver"),
    ]
    timeline = weekly_deliveries(result)
    if not timeline.codes:
        content.append(
            element("p", "The table is multi-regional or has no imports: there are no import gates to show.")
        )
    elif not answer.gates:
        content.append(
            element("p", "Every import gate delivers at least 99 % of its base-year amount, every day.")
        )
    else:
        shown = answer.gates[:MOST_GATES]
        named = [(loss.gate, f"{loss.product} from {loss.partner}") for loss in shown]
        rows = [
            Row(code, name, loss.below, f"lowest {percent(loss.lowest)}")
            for (code, name), loss in zip(named, shown, strict=True)
        ]
        first = shown[0]
        finding = (
            f"{count(len(answer.gates), 'import gate')} of {len(timeline.codes):,} "
            f"{'delivers' if len(answer.gates) == 1 else 'deliver'} less than in the base year; "
            f"{first.product} from {first.partner} loses most value, its lowest day is at "
            f"{percent(first.lowest)} of base."
        )
        content += [
            element(
                "p",
                f"{finding} A gate delivers less because it is cut, or because industries that have stopped "
                "order less from it.",
            ),
            legend(),
            framed(
                heatmap(
                    "gate-map",
                    timeline,
                    rows,
                    answer.conditions,
                    end,
                    f"Deliveries by import gate and {timeline.period}, % of the base year",
                    finding,
                ),
                "Heatmap of deliveries by import gate",
            ),
            folded(
                "The same as a table: every gate that delivers less",
                table(
                    "Import gates, those that lose most value first",
                    (
                        "product",
                        "from",
                        "first day below 90 %",
                        "lowest, % of base",
                        "on",
                        "lost, % of a year's base",
                    ),
                    [
                        (
                            loss.product,
                            loss.partner,
                            _day(loss.below),
                            percent(loss.lowest),
                            _day(loss.lowest_day),
                            percent(loss.lost_of_year),
                        )
                        for loss in answer.gates[:MOST_TABLE_ROWS]
                    ],
                ),
                _left_out(len(answer.gates), "import gates"),
            ),
            folded("The numbers of the picture", timeline_tables(timeline, named, "Deliveries")),
        ]
    return part("imports", "Imports: what is cut and what arrives", content)


def _method_content(
    result: SimulationResult, answer: Answer, command: str, digests: Mapping[str, str]
) -> Content:
    record = result.record
    economy = dict(record.economy)
    notes, gaps = economy.pop("notes", ()), economy.pop("declared_gaps", ())
    names = Names(result)
    reading = (
        f"Day 0 is {_date(answer.day_zero)}, the first day on which a shock acts (the first day of the run "
        "if none does).",
        "Base is the base year's amount per day: a 365th of the year.",
        "An industry falls when its output is below 90 % of base, and stops when it is below 50 %.",
        "The cause is what limited output on that day: an input out of stock, capacity, or orders; the arrow "
        "points to the supplier that fell short most and says why.",
        "GDP is value added at base-year coefficients: output of each industry times its base-year value "
        "added per unit.",
        "“Lost” is base minus what was made or received, added up over the days of the run.",
        "Pictures show means over a period, so a shorter dip is softened; days and lowest values are daily.",
    )
    limits = (
        "Prices, wages and exchange rates do not move: the run says what can be made and delivered, not who "
        "can pay for it.",
        "An industry is one producer with one recipe: firms, sites and grades of a product are not told "
        "apart.",
        "One run shows one course under the declared assumptions. It has no range and is not a forecast.",
    )
    return (
        element("h3", "How to read this page"),
        element("ul", [element("li", sentence) for sentence in reading]),
        words_of_the_page("90 % of what they received in the base year: an assumption"),
        element("h3", "What the run leaves out"),
        element("ul", [element("li", sentence) for sentence in limits]),
        element("h3", "Economy"),
        pairs("Economy and its source", economy),
        element("h4", "Notes of the source") if notes else None,
        element("ul", [element("li", told(note)) for note in notes]) if notes else None,
        element("h4", "Gaps that the source declares") if gaps else None,
        element("ul", [element("li", told(gap)) for gap in gaps]) if gaps else None,
        element("p", f"{len(names.industries):,} industries, {len(names.products):,} products."),
        element("h3", "Parameters"),
        folded("Every parameter in force", pairs("Parameters", record.parameters)),
        element("h3", "Scenario"),
        folded("The scenario as declared", as_json(record.scenario)),
        element("h3", "Reproduce"),
        element("p", "This command gives the same bytes: ", element("code", command)),
        element("p", f"How the run ended: {answer.outcome}. Seed: {told(record.seed)}."),
        pairs("Versions", record.versions),
        pairs("Digests (SHA-256)", digests) if digests else None,
    )


def _most_affected(losses: Sequence[IndustryLoss]) -> list[IndustryLoss]:
    """The first to stop, then those that lose most value added; in the order in which they stop."""
    first, others = losses[:FIRST_SHOWN], losses[FIRST_SHOWN:]
    largest = sorted(others, key=lambda loss: -loss.value_added_lost)[: MOST_INDUSTRIES - FIRST_SHOWN]
    chosen = {loss.industry for loss in (*first, *largest)}
    return [loss for loss in losses if loss.industry in chosen]


def _left_out(total: int, what: str) -> Markup | None:
    if total <= MOST_TABLE_ROWS:
        return None
    return element("p", f"{total - MOST_TABLE_ROWS:,} more {what} are in the result file.", class_="note")


def _day(day: Day | None) -> str:
    return f"day {_number(day)}, {_date(day.date)}" if day is not None else "never"


def _number(day: Day) -> str:
    return _minus(day.number)


def _minus(number: int) -> str:
    return f"{number:,}".replace("-", "−")


def _date(iso: str) -> str:
    return date_words(datetime.date.fromisoformat(iso))


def _percent(share: float | None) -> str:
    return percent(share) if share is not None else "no data"
