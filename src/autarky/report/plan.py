"""The page of a plan: what to do and when, livelihoods, imports, scarcity, balances, checks; no scripts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from autarky.explanation.action_plan import (
    AFTER,
    BASKET,
    LEADS,
    WHOLE,
    action,
    before_measured,
    checklist,
    clash_sentences,
    delay_words,
    easing,
    ending,
    keep_list,
    large,
    limit_name,
    measured,
    named,
    needs_words,
    otherwise_sentence,
    reach_words,
    ready_words,
    scarcest,
    sentences,
    span_words,
    step_sentence,
    worst_by_span,
)
from autarky.explanation.plan_gap import plan_gap
from autarky.explanation.wording import count, listing, percent, rounded
from autarky.report.balances import balances_section
from autarky.report.bars import inline_bar
from autarky.report.by_year import by_year, legend, swatch
from autarky.report.document import document, framed, pairs, section
from autarky.report.frontier import frontier
from autarky.report.gantt import gantt
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import line
from autarky.report.tables import folded, table
from autarky.report.waterfall import Fall, waterfall
from autarky.results.plan import Clash, Measure, PlanResult, Series, Step, Valuation

OPEN_ROWS, MOST_ROWS = 20, 200
"""Rows of a table that are open, and in all; every number is in what the command prints with ``--json``."""
MOST_PICTURES, MOST_CHECKLIST, MOST_BEGUN = 9, 30, 12
BALANCES = (60, 30, 15, 6, 0)
"""Products whose balances are on the page: as many as keep it under ``MOST_BYTES``."""
MOST_BYTES = 600_000
COST = (
    "Cost is all that building takes, where it adds up in one unit; in brackets with every number behind it "
    "at its lowest and at its highest, where the study declares ranges. The plan itself is worked out at the "
    "study's own values; autarky plan --draws says which steps stay under others."
)
GROWING = ("start", "keep up", "train", "commission", "run", "stop")


def render_plan(
    result: PlanResult,
    *,
    command: str = "autarky plan STUDY",
    digests: Mapping[str, str] | None = None,
) -> str:
    """A plan as one HTML file: no script, no request, the same bytes for the same numbers.

    Parameters
    ----------
    command
        What reproduces the plan, printed in the last section.
    digests
        Name → SHA-256 of the files that went into it.
    """
    before = (
        _answer_section(result),
        _steps_section(result),
        _gantt_section(result),
        _livelihood_section(result),
        _imports_section(result),
        _scarcity_section(result),
        _techniques_section(result),
    )
    then = (
        _siege_section(result),
        _frontier_section(result),
        _days_section(result),
        _certainty_section(result),
        _method_section(result, command, digests or {}),
    )
    written = ""
    for most in BALANCES:
        balances = balances_section(result, most)
        written = document(result.title, result.title, _subtitle(result), *before, balances, *then)
        if len(written.encode()) < MOST_BYTES:
            break
    return written


def plan_in_short(found: PlanResult | Clash) -> Sequence[Content]:
    """A plan as a section of another page: the answer, what to do, when, and what remains; or the clash."""
    if isinstance(found, Clash):
        return (
            element("p", element("strong", found.title)),
            element("ul", [element("li", told) for told in clash_sentences(found)]),
        )
    told = zip(LEADS, sentences(found), strict=True)
    # Those that cost most to put off come first: without some of them there is no plan.
    growing = sorted(
        (step for step in found.steps if step.act in ("start", "keep up")),
        key=lambda step: (-(step.delay_cost or 0.0), not step.unlocks),
    )
    shown = [_short_row(step, found.persons) for step in growing[:MOST_BEGUN]]
    left = len(growing) - len(shown)
    header = ("year", "action", "makes", "needs", "cost", "lead time", "avoids")
    return (
        element("p", element("strong", found.title)),
        element("ul", [element("li", f"{lead}: {words}") for lead, words in told]),
        table("What is begun, that first which costs most to put off", header, shown, "by-year")
        if shown
        else element("p", "Nothing is built."),
        element("p", f"{count(left, 'more step')} on the plan's own page.", class_="note") if left else None,
        element("p", COST, class_="note") if shown else None,
        gantt(found),
        _gap(found),
    )


def _short_row(step: Step, persons: float) -> Sequence[Content]:
    year, name, makes, needs, lead, _, avoids = _step_row(step, persons)
    return year, name, makes, needs, cost_words(step), lead, avoids


def cost_words(step: Step) -> str:
    """All that a step takes, with its range: ``818 billion KRW (650 to 990)``; ``–``: in several units."""
    units = {need.amount.unit for need in step.needs}
    if len(units) != 1:
        return "–"
    told = measured(Measure(sum(need.amount.value for need in step.needs), units.pop()))
    if all(need.low is None for need in step.needs):
        return f"{told} (no range)"
    low, high = (
        sum(need.amount.value if end is None else end for need, end in zip(step.needs, ends, strict=True))
        for ends in ([need.low for need in step.needs], [need.high for need in step.needs])
    )
    return f"{told} ({rounded(low, 3)} to {rounded(high, 3)})"


def _gap(result: PlanResult) -> Content:
    """The waterfall: the gap, what closes it, what remains."""
    gap = plan_gap(result)
    title = element("h3", "From the gap to what remains")
    if gap is None:
        return title, element(
            "p", "Nobody lacks anything in any year, and imports do not add up in one unit."
        )
    falls, reached = [Fall(f"{gap.first}", 0.0, gap.whole, gap.words(gap.whole), "b-keep")], gap.whole
    for name, far in gap.parts:
        falls.append(Fall(name, reached, far, gap.words(far), "swing-low" if far < 0 else "swing-high"))
        reached += far
    falls.append(Fall(f"remains {gap.last}", 0.0, gap.remains, gap.words(gap.remains), "b-keep"))
    rows = [(one.name, one.note) for one in falls]
    caption = f"{gap.what[0].upper()}{gap.what[1:]}, {gap.first} to {gap.last}"
    drawn = waterfall("plan-gap", caption, gap.finding, falls, gap.number)
    return (
        title,
        element("p", gap.finding),
        framed(drawn, "Waterfall from the gap to what remains"),
        folded("The same as a table", table(caption, ("part", "amount"), rows)),
    )


def _subtitle(result: PlanResult) -> str:
    first, last = result.periods[0], result.periods[-1]
    years = first if first == last else f"{first} to {last}"
    people = f"{rounded(result.persons, 3)} persons in {first}" if result.persons else ""
    return " · ".join(filter(None, (result.economy, years, people)))


def _answer_section(result: PlanResult) -> Markup:
    told = zip(LEADS, sentences(result), strict=True)
    return section(
        "answer",
        "Answer",
        element(
            "ol",
            [element("li", element("strong", lead), " ", words) for lead, words in told],
            class_="answer",
        ),
    )


def _steps_section(result: PlanResult) -> Markup:
    first = checklist(result)
    listed = [element("li", step_sentence(step, result.persons)) for step in first[:MOST_CHECKLIST]]
    left = len(first) - MOST_CHECKLIST
    growing = [step for step in result.steps if step.act in GROWING]
    others = [step for step in result.steps if step.act not in GROWING]
    return section(
        "steps",
        "What to do, and when",
        element("h3", f"Checklist for {result.periods[0]}"),
        element("p", "What others wait for comes first, then what costs most to put off.")
        if listed
        else None,
        element("ol", listed) if listed else element("p", "Nothing is to be done in the first period."),
        element("p", f"{count(left, 'more step')} in the tables below.", class_="note") if left > 0 else None,
        element("h3", "Building, running and stopping"),
        element(
            "p",
            "Needs of a start are for the whole time of building, those of a run per year. “Avoids” says "
            "what it lets go, and what putting it off by one period would cost, solved again.",
        )
        if growing
        else element("p", "Nothing is built, and nothing starts or stops running."),
        _long(
            "Steps by year",
            ("year", "action", "makes", "needs", "lead time", "why", "avoids"),
            [_step_row(step, result.persons) for step in growing],
            "by-year",
        ),
        element("h3", "Imports and stocks that change") if others else None,
        _long(
            "Changes of imports and stocks by year",
            ("year", "action", "then", "before", "why"),
            [
                (
                    step.period,
                    action(step),
                    measured(step.amount),
                    before_measured(step) or "–",
                    step.why or "–",
                )
                for step in others
            ],
            "by-year",
        ),
        _sources_of(result.steps),
    )


def _step_row(step: Step, persons: float) -> Sequence[Content]:
    lead = f"ready {ready_words(step.ready)}" if step.ready else "–"
    if step.preceded_by:
        lead += f"; after {listing(step.preceded_by)}"
    avoids = [listing(step.unlocks)] if step.unlocks else []
    if step.delay_cost is not None:
        avoids.append(delay_words(step.delay_cost, persons))
    makes = measured(step.amount) if step.act != "stop" else f"before: {before_measured(step) or '–'}"
    return (
        span_words(step.period),
        action(step),
        makes,
        needs_words(step) or "–",
        lead,
        step.why or "–",
        "; ".join(avoids) or "–",
    )


def _sources_of(steps: Sequence[Step]) -> Content:
    """Where techniques' numbers come from, each technique once."""
    sources = {step.name: step.source for step in steps if step.source}
    if not sources:
        return None
    rows = list(sources.items())
    return folded(
        "Sources of the techniques", table("Techniques and their sources", ("technique", "source"), rows)
    )


def _gantt_section(result: PlanResult) -> Markup:
    chart = gantt(result)
    if chart is None:
        chart = element("p", "Nothing is built beyond the plants there are.")
    return section("gantt-chart", "When it is built and runs", chart)


def _livelihood_section(result: PlanResult) -> Markup:
    title = "Livelihoods"
    if not result.livelihoods:
        return section("livelihoods", title, element("p", "No livelihood is declared."))
    groups = list(dict.fromkeys(one.group for one in result.livelihoods))
    highest = max(one.basket + one.extra for one in result.livelihoods)
    figures = []
    for k, group in enumerate(groups[:MOST_PICTURES]):
        mine = {one.span: one for one in result.livelihoods if one.group == group}
        spans = [span for span in result.spans if span in mine]
        baskets = [mine[span].basket for span in spans]
        lowest = min(spans, key=lambda span: mine[span].basket)
        finding = (
            "the whole basket throughout"
            if mine[lowest].basket >= WHOLE
            else f"lowest {percent(mine[lowest].basket)} of the basket, in {span_words(lowest)}"
        )
        beyond = [mine[span].basket + mine[span].extra for span in spans]
        drawn = by_year(
            f"life-{k}",
            f"{group}: livelihood by year",
            f"{group}: {finding}.",
            spans,
            result.years,
            baskets,
            percent,
            limit=[1.0] * len(spans),
            highest=max(1.0, highest),
            shade_gap=True,
            second=beyond if any(mine[span].extra > 0 for span in spans) else (),
        )
        figures.append(
            element("figure", element("figcaption", element("strong", group), " ", finding), drawn)
        )
    marks = legend(
        [
            (swatch(line(0, 10, 20, 10, "course")), "share of the basket"),
            (swatch(line(0, 10, 20, 10, "line l-2")), "with consumption beyond it, in person-years"),
            (swatch(line(0, 10, 20, 10, "need")), "the whole basket"),
            (swatch(element("rect", width=20, height=20, class_="gap")), "what is lacking"),
        ]
    )
    rows = [
        (one.group, span_words(one.span), percent(one.basket), rounded(one.extra, 3))
        for one in result.livelihoods
    ]
    short = sorted((one for one in result.coverages if one.share < WHOLE), key=lambda one: one.share)
    lacking = [
        (f"{one.product}", one.group, span_words(one.span), percent(one.share), measured(one.need))
        for one in short
    ]
    worst = worst_by_span(result)
    after = worst[-1]
    kept = (
        f" In {span_words(AFTER)} the worst-off group has {percent(after.basket)}."
        if after.span == AFTER
        else ""
    )
    return section(
        "livelihoods",
        title,
        element(
            "p",
            "What each group gets of its basket, all products weighted together; further consumption comes "
            f"on top, one unit of it being a year's for one person.{kept}",
        ),
        marks,
        element("div", figures, class_="multiples"),
        element("h3", "What is lacking") if lacking else None,
        _long(
            "Products short of need, the scarcest first",
            ("product", "group", "year", "share of need", "need"),
            lacking,
        ),
        folded(
            "The same as a table",
            table(
                "Livelihoods by group and year",
                ("group", "year", "of the basket", "beyond it, person-years per person"),
                rows,
            ),
        ),
        _targets_table(result),
    )


def _targets_table(result: PlanResult) -> Content:
    if not result.targets:
        return None
    rows = [
        (
            one.name,
            span_words(one.span),
            f"{rounded(one.level, 3)} {one.unit}",
            f"{rounded(one.missed, 3)} {one.unit}" if one.missed else "reached",
            "must hold" if one.must_hold else f"{one.priority}",
        )
        for one in result.targets
    ]
    missed = [row for row in rows if row[3] != "reached"]
    header = ("target", "year", "wanted", "missed by", "priority")
    return (
        element("h3", "Targets"),
        table("Targets that are missed", header, missed)
        if missed
        else element("p", "Every target is reached in every year."),
        folded("All targets by year", table("Targets by year", header, rows[:MOST_ROWS])),
    )


def _imports_section(result: PlanResult) -> Markup:
    title = "Imports: what to keep, what can stop"
    imports = [one for one in result.imports if any(one.by_span) or (one.base or 0.0) > 0]
    kept = keep_list(result)
    content: list[Content] = []
    if kept:
        longest = max(abs(one.worth_per_currency) for one in kept) or 1.0
        rows = [
            (
                one.name,
                span_words(one.span),
                [inline_bar(one.worth_per_currency / longest), large(one.worth_per_currency)],
                large(one.worth),
                rounded(one.price, 3),
                measured(one.amount),
            )
            for one in kept
        ]
        header = (
            "import",
            "year in which it is worth most",
            f"{BASKET} per {result.currency or 'unit of currency'}",
            f"{BASKET} per unit, before it is paid",
            f"price, {result.currency or 'currency'} per unit",
            "amount",
        )
        content += [element("h3", "Keep first"), _long("Imports by worth for what they cost", header, rows)]
    ended = ending(result.imports, result)
    if ended:
        told = [
            element("li", f"{one.name}: none from {span_words(span)} on; {_first_words(one, result)}")
            for one, span in ended[:OPEN_ROWS]
        ]
        content += [element("h3", "What stops"), element("ul", told)]
        if len(ended) > OPEN_ROWS:
            content.append(
                element("p", f"{len(ended) - OPEN_ROWS:,} more in the table below.", class_="note")
            )
    if not imports:
        content.append(element("p", "Nothing is imported."))
        return section("imports", title, content)
    # Pictures of those that change most in share of their own highest, largest first among equals.
    shown = sorted(imports, key=lambda one: -(max(one.by_span) - min(one.by_span)))[:MOST_PICTURES]
    content += [
        element("h3", "By year"),
        legend(
            [
                (swatch(line(0, 10, 20, 10, "course")), "imports"),
                (swatch(line(0, 10, 20, 10, "need")), "ceiling"),
            ]
        ),
        element("div", [_import_figure(k, one, result) for k, one in enumerate(shown)], class_="multiples"),
        folded("Imports by year as a table", _series_table("Imports by year", imports, result)),
    ]
    exports = [one for one in result.exports if any(one.by_span) or (one.base or 0.0) > 0]
    if exports:
        content.append(folded("Exports by year", _series_table("Exports by year", exports, result)))
    return section("imports", title, content)


def _import_figure(k: int, one: Series, result: PlanResult) -> Markup:
    per = one.physical_per_unit or 1.0
    unit = one.physical_unit or one.unit
    first, last = one.by_span[0] * per, one.by_span[-1] * per
    base = f"base year {rounded(one.base * per, 3)}, " if one.base is not None else ""
    finding = f"{base}{rounded(first, 3)} in {result.spans[0]}, {rounded(last, 3)} in "
    finding += f"{span_words(result.spans[-1])}, {unit}"
    drawn = by_year(
        f"import-{k}",
        f"{one.name}: imports by year",
        f"{one.name}: {finding}.",
        result.spans,
        result.years,
        [value * per for value in one.by_span],
        lambda value: rounded(value, 3),
        limit=[value * per for value in one.limit],
    )
    return element("figure", element("figcaption", element("strong", one.name), " ", finding), drawn)


def _first_words(one: Series, result: PlanResult) -> str:
    per, unit = one.physical_per_unit or 1.0, one.physical_unit or one.unit
    if one.base:
        return f"{rounded(one.base * per, 3)} {unit} in the base year"
    return f"{rounded(one.by_span[0] * per, 3)} {unit} in {result.spans[0]}"


def _series_table(caption: str, series: Sequence[Series], result: PlanResult) -> Content:
    """Amounts by span, in the physical unit where there is one; the largest first."""
    ordered = sorted(series, key=lambda one: -max([*one.by_span, one.base or 0.0]))
    based = any(one.base is not None for one in series)
    rows = []
    for one in ordered[:MOST_ROWS]:
        per, unit = one.physical_per_unit or 1.0, one.physical_unit or one.unit
        base = [rounded(one.base * per, 3) if one.base is not None else "–"] if based else []
        rows.append((one.name, unit, *base, *(rounded(value * per, 3) for value in one.by_span)))
    header = ("", "unit", *(["base year"] if based else []), *result.spans)
    return table(caption, header, rows), _left_out(len(series), len(rows))


def _scarcity_section(result: PlanResult) -> Markup:
    title = "What is scarce"
    limits = scarcest(result)
    if not limits:
        none = "No prices were worked out, or nothing that could be loosened makes anybody better off."
        return section("scarcity", title, element("p", none))
    longest = max(one.worth_of_percent for one in limits)
    rows = [
        (
            limit_name(one, result.names),
            span_words(one.span),
            [inline_bar(one.worth_of_percent / longest), _with_each(one.worth_of_percent, result.persons)],
            f"{large(one.worth)} per {one.unit} {easing(one)}",
            reach_words(one),
            listing(
                [f"{_signed(change)}: {_signed(gained)}" for change, gained in one.checked],
                6,
            )
            or "–",
        )
        for one in limits
    ]
    header = (
        "limit",
        "year in which it is worth most",
        f"1 % easier, {BASKET}",
        f"one unit throughout the year, {BASKET}",
        "this holds",
        f"solved again with a change: {BASKET} gained",
    )
    what = {
        "shortfall": "less shortfall of the basket",
        "consumption beyond the basket": "more consumption beyond the basket, which is covered",
    }.get(result.priced, result.priced)
    return section(
        "scarcity",
        title,
        element(
            "p",
            f"What easing each limit a little is worth, in {BASKET}{f': {what}' if what else ''}. One is "
            "what one person lives on for a day. Each worth holds only within its range.",
        ),
        _long("Limits by what it is worth to ease them by 1 %", header, rows),
    )


def _techniques_section(result: PlanResult) -> Markup:
    title = "Why these techniques and not others"
    running = [one for one in result.activities if any(one.by_span)]
    content: list[Content] = []
    if result.valuations:
        # Techniques that somebody declared, with a source, come before the industries of a table.
        declared = {step.what for step in result.steps if step.source}
        used = sorted(_latest(result, used=True), key=lambda one: one.technique not in declared)
        rejected = sorted(_latest(result, used=False), key=lambda one: one.loss)
        header = ("technique", "year", f"a unit makes, {BASKET}", f"it takes, {BASKET}", "loss of each unit")
        content += [
            element(
                "p",
                f"What a unit makes is held against what it takes, both in {BASKET} at the plan's own prices "
                "of scarcity, plants and hours included (Kantorovich 1939). What is used makes what it "
                "takes; what takes more than it makes is left.",
            ),
            _long("Techniques that are used", header, [_valued(one, result.names) for one in used]),
            _long(
                "Techniques that are rejected, the closest first",
                header,
                [_valued(one, result.names) for one in rejected],
            ),
        ]
    if running:
        content.append(
            folded(
                "Production by technique and year", _series_table("Production by technique", running, result)
            )
        )
    return section("techniques", title, content or element("p", "No technique runs."))


def _latest(result: PlanResult, *, used: bool) -> list[Valuation]:
    """Each technique once, in the last span before the year after in which it is valued so.

    A technique that is used in any span is not told as rejected.
    """
    ever = {one.technique for one in result.valuations if one.used}
    found = {
        one.name: one
        for one in result.valuations
        if one.used == used and (used or one.technique not in ever) and one.span != AFTER
    }
    return list(found.values())


def _valued(one: Valuation, names: Mapping[str, str]) -> Sequence[Content]:
    made, taken = sum(days for _, days in one.makes), sum(days for _, days in one.takes)
    return (
        one.name,
        span_words(one.span),
        f"{large(made)}: {_parts(one.makes, names)}",
        f"{large(taken)}: {_parts(one.takes, names)}",
        large(one.loss) if not one.used else "none",
    )


def _with_each(days: float, persons: float) -> str:
    """Person-days, and how many these are for each person where that can be grasped."""
    each = days / persons if persons > 1 else 0.0
    return f"{large(days)} ({rounded(each, 2)} for each person)" if each >= 0.05 else large(days)


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{large(value)}"


def _parts(parts: Sequence[tuple[str, float]], names: Mapping[str, str]) -> str:
    ordered = sorted((part for part in parts if part[1]), key=lambda part: -abs(part[1]))
    return (
        listing([f"{names.get(what, what)} {large(days, 2)}" for what, days in ordered], 4)
        or "nothing scarce"
    )


def _siege_section(result: PlanResult) -> Markup | None:
    if not result.siege:
        return None
    rows = [
        (
            span_words(one.span),
            [inline_bar(one.coverage), percent(one.coverage)],
            one.scarcest or "nothing: the whole basket is left",
        )
        for one in result.siege
    ]
    return section(
        "siege",
        "If a siege comes",
        element(
            "p",
            "The largest share of the basket that the plants and stocks of each year could keep up under the "
            "cut, with nothing new built.",
        ),
        table(
            "What a siege leaves, by the year in which it begins",
            ("begins in", "of the basket", "scarcest"),
            rows,
        ),
    )


def _frontier_section(result: PlanResult) -> Markup | None:
    if result.frontier is None:
        return None
    return section(
        "frontier-curve",
        "The autarky frontier",
        element(
            "p",
            "The largest livelihood that can be kept up for ever as a function of what may be spent on "
            "imports, with plants built up for it.",
        ),
        frontier(result.frontier, result.names),
    )


def _days_section(result: PlanResult) -> Markup | None:
    if not result.days_checked:
        return None
    rows = [
        (
            named(one.product, result.names),
            span_words(one.span),
            f"{rounded(one.planned, 3)} {one.unit}",
            f"{rounded(one.simulated, 3)} {one.unit}",
            one.cause or "–",
        )
        for one in result.days
    ]
    return section(
        "days",
        "Held against the days",
        element(
            "p",
            "The plan knows years. Its plants, techniques and imports were handed to the simulation, which "
            "goes day by day with stocks and deliveries.",
        ),
        _long(
            "Where the days contradict the plan",
            ("product", "year", "planned", "simulated", "because"),
            rows,
        )
        if rows
        else element("p", "The days do not contradict the plan."),
        element("ul", [element("li", note) for note in result.days_notes], class_="note")
        if result.days_notes
        else None,
    )


def _certainty_section(result: PlanResult) -> Markup:
    content: list[Content] = []
    robust = result.robustness
    if robust is None:
        content.append(element("p", "The plan was not tried under draws of what is uncertain."))
    else:
        low, middle, high = robust.coverage
        content.append(
            element(
                "p",
                f"Of {count(robust.draws, 'draw')} of the economy and of the techniques' ranges "
                f"{robust.feasible:,} have a plan. The worst coverage of the basket is {percent(middle)} in "
                f"the middle draw, and between {percent(low)} and {percent(high)} in nine of ten.",
            )
        )
        rows = [
            (
                named(what, result.names),
                act,
                span_words(period),
                [inline_bar(share), percent(share)],
                "robust" if share >= 0.9 else "",
            )
            for period, act, what, share in robust.steps
        ]
        header = ("what", "step", "year", "share of draws", "in nine of ten draws or more")
        content.append(_long("Steps by the share of draws in which they appear", header, rows))
        if robust.sources:
            content.append(element("p", f"Ranges from: {listing(robust.sources, 20)}.", class_="note"))
    if result.rolling:
        past = [
            (
                f"{count(one.window, 'period')}",
                percent(one.worst_coverage),
                large(one.shortfall),
                percent(one.gain) if math.isfinite(one.gain) else "neither has any",
                " ".join(one.notes) or "–",
            )
            for one in result.rolling
        ]
        header = (
            "periods in view",
            "worst coverage of the basket",
            f"{BASKET} lacking beyond the plan's",
            "consumption beyond the basket, % of the plan's",
            "notes",
        )
        content += [
            element("h3", "Without knowing the future"),
            element("p", "Planned again every period, with only some periods in view."),
            table("What not knowing the future costs", header, past),
        ]
    if result.otherwise:
        told = [element("li", otherwise_sentence(one)) for one in result.otherwise]
        content += [
            element("h3", "Other choices"),
            element("p", "Whether home products can stand for imports is a choice that no figure settles."),
            element("ul", told),
        ]
    return section("certainty", "How sure", content)


def _method_section(result: PlanResult, command: str, digests: Mapping[str, str]) -> Markup:
    certificate = result.certificate
    checked = {
        "solver": certificate.solver,
        "rows": f"{certificate.rows:,}",
        "columns": f"{certificate.columns:,}",
        "coefficients": f"{certificate.entries:,}",
        "largest breach of a constraint, relative": f"{certificate.violation:.1g}",
        "where": certificate.where,
        "primal against dual value, relative": f"{certificate.gap:.1g}",
    }
    stages = [(one.name, f"{one.value:.6g}", one.unit) for one in result.stages]
    return section(
        "method",
        "How this was computed",
        element(
            "p",
            "Livelihoods come first: the worst coverage of anybody's basket in any year, then all that is "
            "lacking; then targets by priority, then consumption beyond the basket, then few imports and "
            "starts. Each is reached before the next is asked for. All years are known in advance.",
        ),
        table("What was reached, in order", ("objective", "value", "unit"), stages) if stages else None,
        pairs("Certificate: checked by arithmetic that does not share the solver's matrix", checked),
        element("ul", [element("li", note) for note in certificate.notes], class_="note")
        if certificate.notes
        else None,
        element("h3", "Assumptions") if result.assumptions else None,
        element("ul", [element("li", one) for one in result.assumptions]) if result.assumptions else None,
        element("h3", "Sources") if result.sources else None,
        element("ul", [element("li", one) for one in result.sources]) if result.sources else None,
        element("p", "This command reproduces the plan: ", element("code", command)),
        element("p", "and this prints all numbers: ", element("code", f"{command} --json")),
        pairs("Digests (SHA-256)", digests) if digests else None,
    )


def _long(
    caption: str, header: Sequence[str], rows: Sequence[Sequence[Content]], class_: str = ""
) -> Content:
    """A table, the rows beyond the first folded away; nothing where there are no rows."""
    if not rows:
        return None
    rest = rows[OPEN_ROWS:MOST_ROWS]
    return (
        table(caption, header, rows[:OPEN_ROWS], class_),
        folded(f"The next {len(rest):,}", table(f"{caption}: the next {len(rest):,}", header, rest, class_))
        if rest
        else None,
        _left_out(len(rows), MOST_ROWS),
    )


def _left_out(rows: int, shown: int) -> Content:
    if rows <= shown:
        return None
    return element("p", f"{rows - shown:,} more in what the command prints with --json.", class_="note")
