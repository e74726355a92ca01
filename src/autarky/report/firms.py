"""The page of a firm result: who is systemic, what a cut costs by firms and by sectors, when and why."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence

import numpy as np

from autarky.explanation.conditions import Condition
from autarky.explanation.firms import (
    cut_sentence,
    error_words,
    loss_words,
    name_words,
    network_sentence,
    place_words,
    sentences,
    weight_words,
)
from autarky.explanation.losses import Day
from autarky.explanation.timeline import MOST_COLUMNS, PERIODS, Timeline
from autarky.explanation.wording import count, date_words, listing, percent
from autarky.report.document import document, framed, pairs, section
from autarky.report.firm_chains import firm_chain, firm_courses
from autarky.report.firm_pictures import cumulative, paired, ranked_bars
from autarky.report.heatmap import Row, heatmap, legend
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import line
from autarky.report.tables import folded, table, timeline_tables
from autarky.results import FALLS, STOPS
from autarky.results.firms import CutLoss, FirmDays, FirmResult, NetworkFacts, RankedNode, Ranking, SectorLoss

MOST_BARS, MOST_SECTORS, MOST_CHAINS, MOST_ROWS = 30, 30, 4, 100
"""Nodes and sectors of a picture, chains that are drawn, rows of a table."""
MEANINGS = (
    ("firm, plant", "one that makes one kind of product; drawn and illustrative ones stand for no real one"),
    ("supplier abroad", "one imported product from one partner, as one node"),
    ("rest-of-sector firm", "all firms of a sector that the data do not name, together"),
    ("loss (systemic risk)", "what the whole economy no longer makes once all has followed from a failure"),
    ("through lack of inputs", "customers lack the product: what a failure costs downstream"),
    ("through lack of buyers", "suppliers lack the order: what a failure costs upstream"),
    ("essential, important", "an input without which nothing is made; one whose lack lowers output in part"),
    ("aggregation error", "(sector result − firm result) / firm result, for the same cut"),
    ("base", "what was made on a day of the base year: a 365th of the year"),
    ("draw", "one network of firms, drawn so that it adds up to the table"),
    ("median, nine tenths", "half of the draws are lower; of twenty draws one is lower and one higher"),
)
"""Words of the page that a reader may meet first on it."""


def render_firms(
    result: FirmResult,
    *,
    command: str = "autarky firms STUDY",
    digests: Mapping[str, str] | None = None,
) -> str:
    """A firm result as one HTML file: no script, no request, the same bytes for the same numbers.

    Parameters
    ----------
    command
        What reproduces the result, printed in the last section.
    digests
        Name → SHA-256 of the files that went into it.
    """
    facts, days = result.network, result.days
    subtitle = f"{name_words(facts)} · {network_sentence(facts)}"
    told = [element("li", element("strong", lead), " ", words) for lead, words in sentences(result)]
    return document(
        result.title,
        result.title,
        subtitle,
        section("answer", "Answer", element("ol", told, class_="answer")),
        _ranking_section(result.ranking, _mark(facts)),
        _curve_section(result.ranking),
        _cut_section(result, result.cut) if result.cut is not None else None,
        _when_section(days, facts) if days is not None else None,
        _why_section(days, facts) if days is not None and (days.chains or days.courses) else None,
        _sure_section(result),
        _method_section(result, command, digests or {}),
    )


def _mark(facts: NetworkFacts) -> Content:
    """What must be read beside every name of a firm that is no real one."""
    if facts.is_synthetic:
        return element(
            "p", "Firms marked (drawn) are made up by chance; no real firm is meant.", class_="note"
        )
    if facts.is_illustrative:
        told = "Plants marked (illustrative) are examples inside the table's sectors; no real one is meant."
        return element("p", told, class_="note")
    return None


def _ranking_section(ranking: Ranking, mark: Content) -> Markup:
    weight = weight_words(ranking.weights[0])
    has_direct = ranking.weights[0] == "output"
    nodes = ranking.first(MOST_BARS, MOST_BARS // 3)
    if not nodes:
        return section("ranking", "Who holds up most", element("p", "Nothing was ranked."))
    first = nodes[0]
    finding = f"{first.label} would cost most if it alone failed: {loss_words(first.loss[0])} of {weight}."
    if ranking.foreign:
        abroad = ranking.foreign[0]
        finding += f" The first supplier abroad is {abroad.label}, {place_words(abroad, len(ranking.nodes))}."
    title = f"Lost of {weight} if it alone fails"
    marks = [("b-first", "a firm: what follows from its failure")]
    if has_direct:
        marks.insert(0, ("b-keep", "a firm: what it makes itself"))
    marks.append(("b-cost", "a supplier abroad"))
    legend_items = [
        _key(element("rect", y=5, width=20, height=10, class_=kind), words) for kind, words in marks
    ]
    if any(node.loss[0].high > node.loss[0].low for node in nodes):
        legend_items.append(_key(line(0, 10, 20, 10, "range"), "nine tenths of the draws"))
    header = (
        "place",
        "firm or supplier abroad",
        *(f"lost of {weight_words(one)}" for one in ranking.weights),
        "through lack of inputs",
        "through lack of buyers",
        "its own share of output, or imports",
    )
    return section(
        "ranking",
        "Who holds up most",
        element(
            "p",
            "Each firm and each supplier abroad fails alone, for good; told is what the economy no longer "
            "makes once all has followed. Firms and imports stand in one list, so that a chokepoint at home "
            "and one abroad can be compared. Losses of two nodes do not add up.",
        ),
        mark,
        element("ul", legend_items, class_="legend"),
        framed(ranked_bars("ranked", title, finding, nodes, has_direct=has_direct), f"Picture: {title}"),
        folded(
            "The same as a table",
            table(title, header, [_node_row(node) for node in ranking.first(MOST_ROWS, MOST_ROWS)]),
        ),
    )


def _node_row(node: RankedNode) -> Sequence[Content]:
    return (
        "" if node.place is None else f"{node.place:,}",
        node.label,
        *(loss_words(loss) for loss in node.loss),
        loss_words(node.downstream),
        loss_words(node.upstream),
        percent(node.output_share),
    )


def _key(drawn: Markup, words: str) -> Markup:
    swatch = element("svg", drawn, viewBox="0 0 20 20", class_="swatch", aria_hidden="true")
    return element("li", swatch, f" {words}")


def _curve_section(ranking: Ranking) -> Markup | None:
    if len(ranking.curve) < 2:
        return None
    half = next((nodes for nodes, share in ranking.curve if share.middle >= 0.5), ranking.curve[-1][0])
    finding = (
        f"{count(half, 'node')} of {ranking.curve[-1][0]:,} hold half of all single losses added together; "
        f"the first alone holds {loss_words(ranking.curve[0][1])}."
    )
    title = "Share of all single losses together, by number of nodes from the top"
    rows = [(f"{nodes:,}", loss_words(share)) for nodes, share in ranking.curve]
    return section(
        "curve",
        "How few hold most",
        element("p", finding),
        framed(cumulative("cumulative", title, finding, ranking.curve), f"Picture: {title}"),
        folded("The same as a table", table(title, ("nodes from the top", "share"), rows, "dense")),
    )


def _cut_section(result: FirmResult, cut: CutLoss) -> Markup:
    weights = result.ranking.weights
    told = cut_sentence(cut, weights)
    whole = [
        (weight_words(weight), loss_words(firms), loss_words(sectors))
        for weight, firms, sectors in zip(weights, cut.loss, cut.by_sector, strict=True)
    ]
    ranked = sorted(cut.sectors, key=lambda one: -_apart(one))
    content: list[Content] = [
        element("p", told),
        element(
            "p",
            f"With every sector as one firm the same cut costs {loss_words(cut.by_sector[0])}: aggregation "
            f"error {error_words(cut.error)} of the firm result.",
        ),
        element("ul", [element("li", note) for note in cut.notes], class_="note") if cut.notes else None,
        table("Lost by the cut", ("of", "by firms", "with every sector as one firm"), whole),
    ]
    if ranked and _apart(ranked[0]) > 0:
        most = ranked[0]
        finding = (
            f"Firms and sectors are furthest apart in {most.name}: {percent(most.by_firms.middle)} of its "
            f"output by firms, {percent(most.by_sector.middle)} as one firm."
        )
        shown = [one for one in ranked if _apart(one) >= 0][:MOST_SECTORS]
        title = "Lost of each sector's output, by firms and as one firm"
        keys = [
            _key(element("circle", cx=10, cy=10, r=5, class_="middle"), "by firms"),
            _key(element("circle", cx=10, cy=10, r=5, class_="best"), "the sector as one firm"),
        ]
        if any(one.by_firms.high > one.by_firms.low for one in shown):
            keys.append(_key(line(0, 10, 20, 10, "range"), "by firms, nine tenths of the draws"))
        rows = [
            (one.name, loss_words(one.by_firms), loss_words(one.by_sector), _relative(one))
            for one in ranked[:MOST_ROWS]
        ]
        content += [
            element("h3", "Sector by sector, those furthest apart first"),
            element("p", finding),
            element("ul", keys, class_="legend"),
            framed(paired("paired", title, finding, shown), f"Picture: {title}"),
            folded(
                "The same as a table",
                table(title, ("sector", "by firms", "as one firm", "aggregation error"), rows),
            ),
        ]
    return section("cut", "The cut, by firms and by sectors", content)


def _apart(one: SectorLoss) -> float:
    """How far the two results are from each other; what has no number comes last."""
    apart = abs(one.by_firms.middle - one.by_sector.middle)
    return apart if math.isfinite(apart) else -1.0


def _relative(one: SectorLoss) -> str:
    if not one.by_firms.middle > 0:
        return "–"
    relative = (one.by_sector.middle - one.by_firms.middle) / one.by_firms.middle
    return f"{'+' if relative > 0 else ''}{percent(relative)}"


def _when_section(days: FirmDays, facts: NetworkFacts) -> Markup:
    start = datetime.date.fromisoformat(days.start)
    end = start + datetime.timedelta(days.days - 1)
    made = _timeline(days, days.by_week)
    stopped = _timeline(days, days.stopped_by_week)
    whole = _timeline(days, days.by_sector_model)
    order = sorted(
        range(len(days.sectors)), key=lambda s: (*_marked(made, s), float(np.nanmin(made.shares[s])))
    )
    shown = order[:MOST_SECTORS]
    rows = [_row(days, made, stopped, s) for s in shown]
    falls = {s: _below(made, s, FALLS) for s in order}
    falling = sorted((s for s in order if falls[s] < len(made.starts)), key=lambda s: falls[s])
    named = [f"{days.sector_names[s]} from {date_words(made.starts[falls[s]])}" for s in falling]
    finding = (
        f"{count(len(falling), 'sector')} of {len(order)} {'falls' if len(falling) == 1 else 'fall'} below "
        f"{percent(FALLS)} of base: {listing(named)}."
        if falling
        else f"No sector falls below {percent(FALLS)} of base in any {made.period}."
    )
    shocks = [Condition("", "", "", "", first, last or None) for first, last in days.shocks]
    title = f"Output of each sector from its firms, by {made.period}"
    header = (
        "sector",
        "lowest output, by firms",
        "lowest, as one firm",
        "lost over the run, by firms",
        "lost, as one firm",
        f"of its firms below {percent(STOPS)}, at worst",
    )
    beside = [
        (
            days.sector_names[s],
            *(percent(float(np.nanmin(one.shares[s]))) for one in (made, whole)),
            *(percent(1 - float(np.nanmean(one.shares[s]))) for one in (made, whole)),
            percent(float(np.nanmax(stopped.shares[s]))),
        )
        for s in order[:MOST_ROWS]
    ]
    names = [(str(s), days.sector_names[s]) for s in shown]
    halted = [(str(s), days.sector_names[s]) for s in shown if np.nanmax(stopped.shares[s]) > 0]
    left = len(order) - len(shown)
    return section(
        "when",
        "When",
        element("p", finding),
        element(
            "p",
            f"Value added lost over the {days.days:,} days: {loss_words(days.gdp_lost)} by firms, "
            f"{percent(days.gdp_lost_by_sector)} with every sector as one firm. Beside a row stand the "
            "lowest output and, at the worst time, the share of the sector's firms that make less than half."
            + (" Weeks are medians over the draws." if facts.draws > 1 else ""),
        ),
        legend(first=f"first {made.period} below half, or below 90 %"),
        framed(heatmap("firm-weeks", made, rows, shocks, end, title, finding), f"Picture: {title}"),
        element("p", f"{count(left, 'more sector')} in firms.json.", class_="note") if left else None,
        table("Sector by sector, by firms and as one firm", header, beside),
        folded("The picture as a table", timeline_tables(made, names, "Output from firms")),
        folded(
            "Firms that make less than half, as a table",
            timeline_tables(stopped, halted, "Firms below half of base", "% of the sector's firms"),
        )
        if halted
        else element("p", "In no sector does any firm make less than half in a whole week.", class_="note"),
        element("ul", [element("li", note) for note in days.notes], class_="note") if days.notes else None,
    )


def _timeline(days: FirmDays, by_week: Sequence[Sequence[float]]) -> Timeline:
    """Weeks, or longer periods where there are too many; the code of a row is its number."""
    weeks = len(by_week[0])
    length, period = next(
        ((length, period) for length, period in PERIODS[1:] if weeks * 7 <= MOST_COLUMNS * length),
        PERIODS[-1],
    )
    start, step = datetime.date.fromisoformat(days.start), length // 7
    values = np.asarray(by_week, dtype=np.float64)
    means = np.stack([values[:, k : k + step].mean(axis=1) for k in range(0, weeks, step)], axis=1)
    starts = tuple(start + datetime.timedelta(7 * k) for k in range(0, weeks, step))
    return Timeline(tuple(map(str, range(len(values)))), starts, length, period, means)


def _below(made: Timeline, sector: int, floor: float) -> int:
    """The first period in which a sector is below a share of base; their number: never."""
    below = np.flatnonzero(made.shares[sector] < floor)
    return int(below[0]) if len(below) else len(made.starts)


def _marked(made: Timeline, sector: int) -> tuple[int, int]:
    """When a sector first stops, and when it first falls."""
    return _below(made, sector, STOPS), _below(made, sector, FALLS)


def _row(days: FirmDays, made: Timeline, stopped: Timeline, sector: int) -> Row:
    stops, falls = _marked(made, sector)
    first = None
    if falls < len(made.starts):
        date = made.starts[stops if stops < len(made.starts) else falls]
        passed = (date - made.starts[0]).days - days.first_shock
        first = Day(passed, date.isoformat())
    note = f"lowest {percent(float(np.nanmin(made.shares[sector])))}"
    most = float(np.nanmax(stopped.shares[sector]))
    return Row(
        str(sector),
        days.sector_names[sector],
        first,
        f"{note}, {percent(most)} of firms below half" if most > 0 else note,
    )


def _why_section(days: FirmDays, facts: NetworkFacts) -> Markup:
    chains = [firm_chain(f"chain-{k}", chain) for k, chain in enumerate(days.chains[:MOST_CHAINS])]
    others = [chain.label for chain in days.chains[MOST_CHAINS:]]
    courses = firm_courses(days)
    return section(
        "why",
        "Why",
        element(
            "p",
            "Each chain goes from a firm down to what its shortage comes from; at every step it follows the "
            "input that bound, and of its suppliers the one that left most missing. Other suppliers may have "
            "fallen short too." + (" Told is the first of the draws." if facts.draws > 1 else ""),
        ),
        _mark(facts),
        chains,
        element("p", f"Not drawn: {listing(others, len(others))}.", class_="note") if others else None,
        element("h3", "Day by day") if courses else None,
        element("div", courses, class_="multiples") if courses else None,
    )


def _sure_section(result: FirmResult) -> Markup:
    facts, ranking, cut = result.network, result.ranking, result.cut
    origin = (
        "The table says how much sectors trade, not which firm buys from which: that is drawn anew in each "
        "draw, and what holds in all draws hangs on the table alone."
        if facts.is_synthetic
        else "There is one network: what is wrong or missing in it has no range here."
    )
    values: dict[str, str | float] = {
        "networks": count(facts.draws, "draw") if facts.is_synthetic else "one, as given",
        "output made by rest-of-sector firms": percent(facts.residual_share),
        "output that goes to final users": percent(facts.final_share),
        "largest difference from the table's totals": f"{facts.block_error:.1g}",
        "ranking": ranking.how,
        "tolerance at which a cascade has settled": f"{ranking.tolerance:g}",
        "rounds until then, at most": f"{ranking.most_iterations:,}",
    }
    if cut is not None:
        values["rounds of the cut"] = f"{cut.iterations:,}"
    reading = (
        "A loss is a short-run severity: what is missing once all has followed, before anybody finds a new "
        "supplier or buyer. It knows no time, stocks, prices or recovery; only the days have stocks.",
        "At one firm the lack of inputs and the lack of buyers do not add up: the larger counts.",
        "Suppliers of one kind make up for one that fails, as far as their market share goes, if the study "
        "lets them. Coarse products hide chokepoints by this, and very fine ones make them.",
        f"Losses end where output leaves to final users ({percent(facts.final_share)} here). Where little "
        "does, they circulate, and the number hangs on the tolerance.",
        "One firm to a sector can err by a third for the same cut (Diem et al. 2024, on 243,399 firms): the "
        "aggregation error here is this network's own.",
    )
    return section(
        "certainty",
        "How sure",
        element("p", origin),
        pairs("What stands behind the numbers", values),
        element("h3", "What the loss is, and what it is not"),
        element("ul", [element("li", one) for one in reading]),
    )


def _method_section(result: FirmResult, command: str, digests: Mapping[str, str]) -> Markup:
    facts = result.network
    words = [(element("dt", word), element("dd", meaning)) for word, meaning in MEANINGS]
    return section(
        "method",
        "How this was computed",
        element(
            "p",
            "A failure passes on to customers through essential and important inputs, and to suppliers "
            "through orders, round by round until nothing changes by more than the tolerance: the economic "
            "systemic risk index (Diem, Borsos, Reisch, Kertész and Thurner 2022, doi "
            "10.1038/s41598-022-11522-z), with sales to final users in the denominator and suppliers "
            "abroad as nodes.",
        ),
        pairs("Rules in force", dict(result.rules)) if result.rules else None,
        element("h3", "Notes on the network") if facts.notes else None,
        element("ul", [element("li", note) for note in facts.notes]) if facts.notes else None,
        folded("What the words mean", element("dl", words)),
        element("p", "This command reproduces it: ", element("code", command)),
        element("p", "and this prints all numbers: ", element("code", f"{command} --json")),
        pairs("Digests (SHA-256)", digests) if digests else None,
    )
