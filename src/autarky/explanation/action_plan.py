"""Action plan in words: whether it can be done, what to start first, what may stop, what is scarce."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from autarky.explanation.answer import printed
from autarky.explanation.wording import count, listing, percent, plain, rounded
from autarky.results.plan import (
    Clash,
    Frontier,
    FrontierPoint,
    Giving,
    KeptImport,
    Limit,
    Livelihood,
    Measure,
    Otherwise,
    PlanResult,
    Robustness,
    Series,
    Step,
    TargetReached,
)

AFTER = "after"
"""Label of the stationary year after the plan."""
CEILINGS = "import ceilings"
SURE = 0.9
"""Share of draws from which on a step is right whatever the numbers are."""
WHOLE = 0.99999
"""Share above which nothing is lacking."""
LEADS = ("Can it be done", "Livelihood", "Start first", "Imports", "Scarcest", "Not known")
BASKET = "person-days of basket"
OBLIGATIONS = ("contract", "strategic reserve", "siege", "public demand")
"""Kinds of limits of which less, not more, is worth something."""
MOST_STEPS, MOST_ROWS = 16, 8
"""Rows of the printed checklist, and of the other printed lists."""


def sentences(result: PlanResult) -> tuple[str, ...]:
    """The answer, one text for each of ``LEADS``."""
    return (
        _can_it_be_done(result),
        _livelihood(result),
        _start_first(result),
        _imports(result),
        _scarcest(result),
        _not_known(result),
    )


def text(result: PlanResult, width: int = 100) -> str:
    """The printed plan, ``width`` columns wide: the answer, then the first year's checklist and the rest."""
    lines = [("", " · ".join(filter(None, (result.title, result.economy, _years(result)))))]
    lines += [(lead.upper(), told) for lead, told in zip(LEADS, sentences(result), strict=True)]
    first = checklist(result)
    lines += [
        (f"IN {result.periods[0].upper()}", f"{k}. {step_sentence(step, result.persons)}")
        for k, step in enumerate(first[:MOST_STEPS], start=1)
    ]
    if len(first) > MOST_STEPS:
        lines.append(("", f"and {count(len(first) - MOST_STEPS, 'more step')}"))
    later = [step for step in result.steps if step.act == "start" and step.period != result.periods[0]]
    lines += [("LATER", later_sentence(step, result.persons)) for step in later[:MOST_ROWS]]
    if len(later) > MOST_ROWS:
        lines.append(("", f"and {count(len(later) - MOST_ROWS, 'more start')}"))
    lines += [("KEEP", kept_sentence(kept, result.currency)) for kept in keep_list(result)[:MOST_ROWS]]
    lines += [
        ("SCARCE", limit_sentence(limit, result.names, result.persons))
        for limit in scarcest(result)[:MOST_ROWS]
    ]
    lines += [
        (
            "SIEGE",
            f"if it comes in {span_words(one.span)}: {percent(one.coverage)} of the basket is left"
            f"{_lacks(one.scarcest)}",
        )
        for one in result.siege
    ]
    if result.days_checked:
        lines.append(("BY DAYS", _by_days(result)))
    if result.frontier is not None:
        lines += [("FRONTIER", told) for told in frontier_sentences(result.frontier)]
    certificate = result.certificate
    lines.append(
        (
            "CHECKED",
            f"{certificate.solver}: {certificate.rows:,} rows, {certificate.columns:,} columns; largest "
            f"breach of a constraint {certificate.violation:.1g} of its size, by arithmetic of its own; "
            f"primal against dual value {certificate.gap:.1g}",
        )
    )
    lines += [("", note) for note in certificate.notes]
    return printed([(lead, plain(words)) for lead, words in lines], max(width, 40))


def clash_text(clash: Clash, width: int = 100) -> str:
    """Why there is no plan, ``width`` columns wide."""
    told = clash_sentences(clash)
    lines = [("", clash.title), ("NO PLAN", told[0])]
    lines += [("IF ONLY", giving_sentence(giving, alone=True)) for giving in clash.alone]
    lines += [("TOGETHER", giving_sentence(giving)) for giving in clash.repair]
    lines += [("TRADED", sentence) for sentence in told[1:]]
    lines.append(("CHECKED", f"{count(clash.solved, 'linear program')} solved to find this"))
    return printed([(lead, plain(words)) for lead, words in lines], max(width, 40))


def frontier_text(frontier: Frontier, width: int = 100) -> str:
    """The autarky frontier as printed lines, ``width`` columns wide."""
    lines = [("FRONTIER", told) for told in frontier_sentences(frontier)]
    before: tuple[str, ...] | None = None
    for point in frontier.points:
        new = [] if before is None else [code for code in point.techniques if code not in before]
        on = f"; {listing(new)} {'runs' if len(new) == 1 else 'run'} too" if new else ""
        is_there = math.isfinite(point.livelihood)
        level = f"{percent(point.livelihood)} of the basket" if is_there else "no plan"
        lines.append(("AT", f"{percent(point.budget)} of base imports: {level}{on}"))
        before = point.techniques
    lines += [("YEARS", years_sentence(one.budget, one.livelihood, one.years)) for one in frontier.years]
    return printed([(lead, plain(words)) for lead, words in lines], max(width, 40))


def checklist(result: PlanResult) -> tuple[Step, ...]:
    """Steps of the first period by need: what others wait for first, then what costs most to put off.

    Techniques that somebody declared come before industries of the table that only grow.
    """
    first = [step for step in result.steps if step.period == result.periods[0]]
    ranked = sorted(
        first,
        key=lambda step: (step.act != "start", not step.source, -(step.delay_cost or 0.0), not step.unlocks),
    )
    done: list[Step] = []
    for step in ranked:
        _after_what_it_waits_for(step, ranked, done, set())
    return tuple(done)


def keep_list(result: PlanResult) -> tuple[KeptImport, ...]:
    """Imports to keep, each in the span in which it is worth most per unit of currency, those first."""
    best: dict[str, KeptImport] = {}
    # What is imported only as far as a solver rounds is not there to be kept.
    there = {
        (one.code, span)
        for one in result.imports
        for span, x in zip(result.spans, one.by_span, strict=False)
        if x
    }
    for kept in result.keep:
        if (kept.channel, kept.span) not in there:
            continue
        if kept.channel not in best or kept.worth_per_currency > best[kept.channel].worth_per_currency:
            best[kept.channel] = kept
    return tuple(sorted(best.values(), key=lambda kept: -kept.worth_per_currency))


def scarcest(result: PlanResult) -> tuple[Limit, ...]:
    """What limits the plan, by what 1 % more of it is worth; each in the span in which it is worth most."""
    best: dict[tuple[str, str], Limit] = {}
    for limit in result.limits:
        key = limit.kind, limit.what
        if limit.worth_of_percent > 0 and (
            key not in best or limit.worth_of_percent > best[key].worth_of_percent
        ):
            best[key] = limit
    return tuple(sorted(best.values(), key=lambda limit: -limit.worth_of_percent))


def ending(series: Sequence[Series], result: PlanResult) -> tuple[tuple[Series, str], ...]:
    """Imports that end within the plan for good, with the span from which there are none."""
    found = []
    for one in series:
        last = max((t for t, amount in enumerate(one.by_span) if amount > 0), default=-1)
        if last + 1 < len(result.spans) and (last >= 0 or (one.base or 0.0) > 0):
            found.append((one, result.spans[last + 1]))
    return tuple(found)


def measured(amount: Measure) -> str:
    """An amount, the physical one first where there is one: ``120,000 t / year (3.4 million ARD / year)``."""
    own = f"{rounded(amount.value, 3)} {plain(amount.unit)}"
    if amount.physical is None:
        return own
    return f"{rounded(amount.physical, 3)} {plain(amount.physical_unit)} ({own})"


def before_measured(step: Step) -> str:
    """What there was in the period before, in the unit that the step is told in first."""
    if step.before is None:
        return ""
    amount = step.amount
    if amount.physical is not None and amount.value:
        return f"{rounded(step.before * amount.physical / amount.value, 3)} {plain(amount.physical_unit)}"
    return f"{rounded(step.before, 3)} {plain(amount.unit)}"


def action(step: Step) -> str:
    """What is done, without amounts: ``start building Fertiliser from coal``."""
    name = plain(step.name)
    return {
        "start": f"start building {name}",
        "keep up": f"keep up {name}",
        "commission": f"put into service {name}",
        "run": f"run {name} for the first time",
        "stop": f"stop running {name}",
        "import": f"import {_direction(step)}{name}",
        "stop importing": f"stop importing {name}",
        "stock": f"put into stock {name}",
        "train": f"train {name}",
    }.get(step.act, f"{step.act} {name}")


def step_sentence(step: Step, persons: float = 0.0) -> str:
    """One step with its amount, lead time, largest needs and worth."""
    told = action(step)
    if step.act not in ("stop", "stop importing"):
        told += f": {measured(step.amount)}"
        if step.before and step.act in ("import", "stock"):
            told += f", before {before_measured(step)}"
    elif step.before:
        told += f" (before: {before_measured(step)})"
    if step.ready:
        told += f"; ready {ready_words(step.ready)}"
    if step.needs:
        told += f"; takes {needs_words(step)}"
    if step.preceded_by:
        told += f"; after {listing(step.preceded_by)}"
    if step.unlocks:
        told += f"; then {listing(step.unlocks)}"
    if step.delay_cost is not None:
        told += f"; {delay_words(step.delay_cost, persons)}"
    return told


def later_sentence(step: Step, persons: float = 0.0) -> str:
    """A later start in short: what, how much, and when it is ready."""
    told = f"{step.period}: {action(step)}: {measured(step.amount)}; ready {ready_words(step.ready)}"
    return told if not step.delay_cost else f"{told}; {delay_words(step.delay_cost, persons)}"


def needs_words(step: Step, most: int = 2) -> str:
    """The largest needs of a step."""
    return listing([f"{plain(need.what)} {measured(need.amount)}" for need in step.needs], most)


def large(value: float, digits: int = 3) -> str:
    """A number that may be very large: ``5.19 billion``."""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if math.isfinite(value) and abs(value) >= size:
            return f"{rounded(value / size, digits)} {word}"
    return rounded(value, digits)


def person_days(value: float, persons: float = 0.0) -> str:
    """Person-days of basket, and how many these are for each person where that can be grasped."""
    told = f"{large(value)} {BASKET}"
    each = value / persons if persons > 1 else 0.0
    return f"{told}, {rounded(each, 2)} for each person" if abs(each) >= 0.05 else told


def delay_words(cost: float, persons: float = 0.0) -> str:
    """What putting a start off by a period costs."""
    if math.isinf(cost):
        return "without it at this time there is no plan"
    if abs(cost) < 0.5:
        return "can be put off by one period at no loss"
    return f"put off by one period it costs {person_days(cost, persons)}"


def ready_words(ready: str) -> str:
    """The span in which something is ready."""
    return "after the plan" if ready in (AFTER, "after the plan") else ready


def kept_sentence(kept: KeptImport, currency: str) -> str:
    """An import with what it is worth for what it costs."""
    return (
        f"{plain(kept.name)}, {measured(kept.amount)} in {span_words(kept.span)}: worth "
        f"{large(kept.worth_per_currency)} {BASKET} per {currency or 'unit of currency'} it costs"
    )


def otherwise_sentence(one: Otherwise) -> str:
    """What another choice would come to."""
    if one.clash:
        return f"If {one.choice}, there is no plan: {listing(one.clash)} cannot all hold."
    if math.isnan(one.worst_coverage):
        return f"If {one.choice}, there is no plan."
    gain = "" if math.isnan(one.gain) else f", and {percent(one.gain)} of the consumption beyond the basket"
    if one.worst_coverage > WHOLE:
        return f"If {one.choice}, the whole basket is covered too{gain}."
    return f"If {one.choice}, {percent(one.worst_coverage)} of the basket is covered at worst{gain}."


def named(code: str, names: Mapping[str, str]) -> str:
    """The long name of a product, technique or channel: ``ABROAD.naphtha`` is ``Naphtha from ABROAD``."""
    partner, dot, product = code.partition(".")
    if code in names or not dot or product not in names:
        return plain(names.get(code, code))
    return plain(f"{names[product]} from {names.get(partner, partner)}")


def limit_name(limit: Limit, names: Mapping[str, str]) -> str:
    """``import ceiling: naphtha from abroad``."""
    return limit.kind if limit.what in ("", limit.kind) else f"{limit.kind}: {named(limit.what, names)}"


def easing(limit: Limit) -> str:
    """Whether ``more`` or ``less`` of a limit is worth something."""
    return "less" if limit.kind in OBLIGATIONS else "more"


def limit_sentence(limit: Limit, names: Mapping[str, str], persons: float = 0.0) -> str:
    """A limit with what more of it is worth, and how far that holds."""
    return (
        f"{limit_name(limit, names)} in {span_words(limit.span)}: 1 % {easing(limit)} is worth "
        f"{person_days(limit.worth_of_percent, persons)}; {reach_words(limit)}"
    )


def reach_words(limit: Limit) -> str:
    """How far the worth of a limit holds."""
    unit = plain(limit.unit)
    if math.isinf(limit.valid_down) and math.isinf(limit.valid_up):
        return "holds for any change"
    down = "any less" if math.isinf(limit.valid_down) else f"{rounded(limit.valid_down, 2)} less"
    up = "any more" if math.isinf(limit.valid_up) else f"{rounded(limit.valid_up, 2)} more"
    return f"holds from {down} to {up} ({unit})"


def span_words(span: str) -> str:
    """A span as it is told: the stationary year is ``the years after``."""
    return "the years after" if span == AFTER else span


def clash_sentences(clash: Clash) -> tuple[str, ...]:
    """Why there is no plan, and what the two largest givings cost each other."""
    named = [plain(policy) for policy in clash.policies]
    if not named:
        return (
            "There is no plan, and nothing that anybody wants is in the way: what is there contradicts "
            "itself.",
        )
    if len(named) == 1:
        first = f"There is no plan: {named[0]} cannot hold, whatever else gives."
    else:
        together = "both" if len(named) == 2 else "all"
        first = f"There is no plan: {listing(named, len(named))} cannot {together} hold."
    told = [first]
    if len(clash.exchange) > 1 and all(clash.exchanged):
        (start, most), (end, least) = clash.exchange[0], clash.exchange[-1]
        units = {giving.policy: plain(giving.unit) for giving in (*clash.alone, *clash.repair)}
        one, other = clash.exchanged
        given, needed = (f" {units[policy]}" if policy in units else "" for policy in (one, other))
        told.append(
            f"If {plain(one)} gives {large(start)}{given}, {plain(other)} must give "
            f"{large(most)}{needed}; if it gives {large(end)}, {large(least)}."
        )
    return tuple(told)


def giving_sentence(giving: Giving, alone: bool = False) -> str:
    """How much a policy must give, and where most."""
    policy = plain(giving.policy)
    if not giving.possible:
        return f"{policy} gives: even giving way wholly it does not suffice"
    told = f"{policy} gives: {large(giving.total)} {plain(giving.unit)} over all years"
    # Where a ceiling is 0 its share is of what is used of the product, which says little.
    if math.isfinite(giving.share) and giving.policy != CEILINGS:
        told += f", {percent(giving.share)} of all it is about"
    if giving.by_place:
        places = [f"{plain(place)} ({measured(amount)})" for place, amount in giving.by_place]
        told += f"; most in {listing(places)}"
    return told if alone else told.replace(" gives:", ":", 1)


def frontier_sentences(frontier: Frontier) -> tuple[str, ...]:
    """What livelihood is left without imports, with all of them, and where the curve bends."""
    points = sorted(frontier.points, key=lambda point: point.budget)
    held = [point for point in points if math.isfinite(point.livelihood)]
    if not held:
        return ("At none of these import budgets is there a plan that can go on.",) if points else ()
    none, all_of_them = held[0], held[-1]
    told = [
        f"With {_budget(none)} {percent(none.livelihood)} of the basket can be kept up for ever; with "
        f"{_budget(all_of_them)} {percent(all_of_them.livelihood)}."
    ]
    if none is not points[0]:
        told.insert(
            0, f"With {_budget(points[0])} there is no plan: what must hold besides livelihoods cannot."
        )
    points = held
    whole = next((point for point in points if point.livelihood >= WHOLE), None)
    if whole is not None and whole is not none:
        told.append(
            f"The whole basket is covered from {percent(whole.budget)} of the base year's imports on."
        )
    elif whole is None:
        told.append("The whole basket is not covered at any of these budgets.")
    return tuple(told)


def years_sentence(budget: float, livelihood: float, years: float | None) -> str:
    """How long it takes to reach a livelihood at an import budget."""
    when = "not within the plan" if years is None else f"after {count_years(years)}"
    return f"{percent(livelihood)} of the basket at {percent(budget)} of base imports: {when}"


def count_years(years: float) -> str:
    """``1 year``, ``2.5 years``."""
    return f"{rounded(years, 2)} {'year' if years == 1 else 'years'}"


def worst_by_span(result: PlanResult) -> tuple[Livelihood, ...]:
    """The group with the smallest share of its basket, in each span."""
    worst: dict[str, Livelihood] = {}
    for one in result.livelihoods:
        if one.span not in worst or (one.basket, one.extra) < (worst[one.span].basket, worst[one.span].extra):
            worst[one.span] = one
    return tuple(worst[span] for span in result.spans if span in worst)


def _can_it_be_done(result: PlanResult) -> str:
    if not result.coverages:
        told = f"Yes: there is a plan for {_years(result)}{_for_ever(result)}; it has no basket to cover."
    elif result.worst_coverage >= WHOLE:
        when = f"every year of {_years(result)}" if len(result.periods) > 1 else result.periods[0]
        told = f"Yes: everybody's whole basket is covered in {when}{_for_ever(result)}."
    else:
        worst = min(result.coverages, key=lambda one: one.share)
        who = f" of {plain(worst.group)}" if len({one.group for one in result.coverages}) > 1 else ""
        short = list(dict.fromkeys(one.span for one in result.coverages if one.share < WHOLE))
        whole = [span for span in result.spans if span not in short]
        told = (
            f"Not wholly: at worst {percent(worst.share)} of the need{who} for {plain(worst.product)} is "
            f"met, in {span_words(worst.span)}. The basket is "
        )
        told += (
            f"whole in {listing([span_words(span) for span in whole], 6)}."
            if whole
            else "whole in no year of the plan."
        )
    if result.targets:
        told += f" {_targets(result.targets)}"
    return told


def _targets(targets: Sequence[TargetReached]) -> str:
    names = dict.fromkeys(target.name for target in targets)
    missed: dict[str, TargetReached] = {}
    for target in targets:
        if target.missed > 0 and (target.name not in missed or target.missed > missed[target.name].missed):
            missed[target.name] = target
    if not missed:
        return f"{'The target is' if len(names) == 1 else f'All {len(names)} targets are'} reached."
    told = [
        f"{plain(name)} by {rounded(target.missed, 3)} {plain(target.unit)} in {span_words(target.span)}"
        for name, target in missed.items()
    ]
    return f"{count(len(missed), 'target')} of {len(names)} missed, at most: {listing(told)}."


def _livelihood(result: PlanResult) -> str:
    worst = worst_by_span(result)
    if not worst:
        return "No livelihood is declared."
    several = len({one.group for one in result.livelihoods}) > 1
    who = "The worst-off group has" if several else "People have"
    first, last = worst[0], worst[-1]
    lowest = min(worst, key=lambda one: one.basket)
    if not result.coverages:
        told = "No basket is declared."
    elif lowest.basket >= WHOLE:
        told = f"{who} the whole basket throughout."
    else:
        parts = dict.fromkeys((first, lowest, last))
        shares = [
            f"{percent(one.basket)}{' of the basket' if not k else ''} in {span_words(one.span)}"
            for k, one in enumerate(parts)
        ]
        told = f"{who} {listing(shares)}."
    extra = [one for one in worst if one.extra > 0]
    if extra:
        later = f" and {rounded(last.extra, 2)} in {span_words(last.span)}" if last is not first else ""
        whose = "Beyond it each" if result.coverages else "Each"
        told += (
            f" {whose} person has {rounded(first.extra, 2)} person-years of consumption in "
            f"{span_words(first.span)}{later}, per year."
        )
    return told


def _start_first(result: PlanResult) -> str:
    first = result.periods[0]
    # Here what matters most leads; what it waits for stands before it in the checklist.
    starts = sorted(
        (step for step in checklist(result) if step.act == "start"),
        key=lambda step: (-(step.delay_cost or 0.0), not step.unlocks),
    )
    if not starts:
        later = next((step for step in result.steps if step.act == "start"), None)
        if later is None:
            return "Nothing beyond the plants there are is to be built."
        return f"Nothing new in {first}; in {later.period} {plain(later.name)}: {measured(later.amount)}."
    told = listing(
        [f"{plain(step.name)} ({measured(step.amount)}, ready {ready_words(step.ready)})" for step in starts]
    )
    dear = starts[0]
    cost = f" {plain(dear.name)}: {delay_words(dear.delay_cost, result.persons)}." if dear.delay_cost else ""
    return f"In {first}: {told}.{cost}"


def _imports(result: PlanResult) -> str:
    kept = keep_list(result)
    told = []
    if kept:
        named = [
            f"{plain(one.name)} ({large(one.worth_per_currency)} {BASKET} per "
            f"{result.currency or 'unit of currency'} in "
            f"{span_words(one.span)})"
            if k == 0
            else f"{plain(one.name)} ({large(one.worth_per_currency)})"
            for k, one in enumerate(kept[:3])
        ]
        told.append(f"Keep first {listing(named)}.")
    ended = ending(result.imports, result)
    if ended:
        named = [f"{plain(one.name)} (from {span_words(span)})" for one, span in ended]
        told.append(f"{'What can stop' if len(ended) > 1 else 'One import can stop'}: {listing(named, 4)}.")
    elif any(any(one.by_span) for one in result.imports):
        told.append("No import ends within the plan.")
    return " ".join(told) or "Nothing is imported."


def _scarcest(result: PlanResult) -> str:
    limits = scarcest(result)
    if not limits:
        return "Nothing that could be loosened makes anybody better off, or no prices were worked out."
    first = limits[0]
    told = (
        f"{limit_name(first, result.names)} in {span_words(first.span)}: 1 % {easing(first)} is worth "
        f"{person_days(first.worth_of_percent, result.persons)}"
    )
    if len(limits) > 1:
        rest = [f"{limit_name(one, result.names)} ({large(one.worth_of_percent)})" for one in limits[1:4]]
        told += f"; then {listing(rest)}"
    return told[0].upper() + told[1:] + "."


def _not_known(result: PlanResult) -> str:
    told = "The plan takes all years as known in advance, and every ceiling, yield and coefficient as exact"
    if result.rolling:
        one = result.rolling[0]
        told += (
            f"; planned again every period with {count(one.window, 'period')} in view, the shortfall is "
            f"{person_days(one.shortfall, result.persons)} larger"
        )
    told += "."
    if result.robustness is not None:
        robust = result.robustness
        told += f" Of {robust.draws:,} draws of what is uncertain {robust.feasible:,} have a plan."
        told += _whatever_the_numbers(robust, result.names) if robust.feasible else ""
    else:
        told += " It was not tried under draws of what is uncertain."
    if result.assumptions:
        told += (
            f" Assumed, for want of figures: {count(len(result.assumptions), 'thing')}, listed with the plan."
        )
    return " ".join((told, *map(otherwise_sentence, result.otherwise)))


def _whatever_the_numbers(robust: Robustness, names: Mapping[str, str]) -> str:
    low, _, high = robust.coverage
    told = f" In nine of ten of these the worst coverage lies between {percent(low)} and {percent(high)}."
    starts = [(share, period, what) for period, act, what, share in robust.steps if act == "start"]
    if not starts:
        return told
    sure = [f"{plain(named(what, names))} in {period}" for share, period, what in starts if share >= SURE]
    if sure:
        return f"{told} Right to start in nine of ten or more: {listing(sure)}."
    share, period, what = starts[0]
    first = f"{plain(named(what, names))} in {period}"
    return f"{told} No start appears in nine of ten; the surest is {first}, in {percent(share)}."


def _by_days(result: PlanResult) -> str:
    if not result.days:
        return "Lived through day by day, no year brings less than planned."
    worst = max(result.days, key=lambda one: 1 - one.simulated / one.planned)
    return (
        "Lived through day by day, less comes than planned in "
        f"{count(len(result.days), 'case')} (a product in a year); furthest off is "
        f"{plain(named(worst.product, result.names))} in {span_words(worst.span)}, "
        f"{percent(worst.simulated / worst.planned)} of what is planned ({worst.cause})."
    )


def _years(result: PlanResult) -> str:
    first, last = result.periods[0], result.periods[-1]
    return first if first == last else f"{first} to {last}"


def _for_ever(result: PlanResult) -> str:
    return ", and it can go on so for ever" if AFTER in result.spans else ""


def _budget(point: FrontierPoint) -> str:
    if point.budget == 0:
        return "no imports"
    return (
        "all imports of the base year"
        if point.budget == 1
        else f"{percent(point.budget)} of the base year's imports"
    )


def _lacks(product: str) -> str:
    return f", {plain(product)} being scarcest" if product else ""


def _direction(step: Step) -> str:
    if step.before is None or not step.amount.value:
        return ""
    return "more " if step.amount.value > step.before else "less "


def _after_what_it_waits_for(step: Step, steps: Sequence[Step], done: list[Step], asked: set[int]) -> None:
    """Puts a step behind those that supply it; of two that supply each other, the one asked for is last."""
    asked.add(id(step))
    for other in steps:
        supplies = (
            step.act == other.act == "start" and f"{other.name} (started {other.period})" in step.preceded_by
        )
        if supplies and id(other) not in asked:
            _after_what_it_waits_for(other, steps, done, asked)
    if step not in done:
        done.append(step)
