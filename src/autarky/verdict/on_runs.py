"""Tests on runs and tables: what the courses say of a sentence, draw by draw. Each function is one test."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from autarky.verdict.dependence import dependence, direct_input_share
from autarky.verdict.on_figures import CHINA_SHARE
from autarky.verdict.ruling import (
    Bench,
    Ruling,
    above,
    all_of,
    between,
    lacking,
    measured,
    over_draws,
    share_of_draws,
    some,
    spread,
)
from autarky.verdict.runs import (
    CLOSURE,
    CLOSURE_REPLACED,
    OPEN,
    PARTNER_CUT,
    TOTAL,
    TOTAL_REPLACED,
    WINDOW,
    Runs,
    rolling_mean,
)
from autarky.verdict.verdicts import Finding, Number, in_words

Floats = npt.NDArray[np.float64]
Test = Callable[[Bench], Ruling]

NOTICEABLE = 0.001
"""A loss up to this share of the base year counts as none."""

LAST_YEAR = 365
"""Days at the end of a run over which a lasting level is taken."""


def short_of(
    groups: Sequence[str], level: float, *, stops: bool = False, until: datetime.date | None = None
) -> Test:
    """Whether, in the closure and not without it, supplies of all groups fall below a level by a day.

    With ``stops``, at least one industry must also fall below half of its output over ``WINDOW`` days.
    """

    def test(bench: Bench) -> Ruling:
        runs = bench.runs
        firsts = {group: first_below(runs, CLOSURE, group, level, until) for group in groups}
        parts = {
            group: _where(
                first, np.isfinite(first) & ~np.isfinite(first_below(runs, OPEN, group, level, until))
            )
            for group, first in firsts.items()
        }
        numbers = list(_firsts(runs, groups, level, until))
        if stops:
            stopped = (runs.courses[CLOSURE]["lowest"].values < 0.5) & ~(
                runs.courses[OPEN]["lowest"].values < 0.5
            )
            parts["some industry stops"] = np.asarray(stopped.any(axis=1), dtype=np.float64)
            numbers += some(
                spread("industries that fall below half", stopped.sum(axis=1), "industries", CLOSURE)
            )
        holds = np.asarray(np.prod(np.array(list(parts.values())), axis=0), dtype=np.float64)
        each = "; ".join(f"{part}: {_in_draws(held)}" for part, held in parts.items())
        reason = f"All of it in {_in_draws(holds)} ({each}). {_order(firsts)}"
        finding = over_draws(holds, bench.least)
        return Ruling(finding, reason, some(share_of_draws("all of it", holds, CLOSURE)) + tuple(numbers))

    return test


def partner_is_lifeline(dominant: float, least: float) -> Test:
    """Whether a partner has most of trade, and a cut of it alone takes most of what a total cut takes."""

    def test(bench: Bench) -> Ruling:
        share = measured(bench, "China's share of trade in 2019", CHINA_SHARE, "2019")
        by_product = _dependence_numbers(bench)
        if PARTNER_CUT not in bench.runs.courses:
            reason = f"The table has no gate of {bench.partner}."
            return Ruling(Finding.UNDECIDED, reason, some(share) + by_product)
        alone = _quotient(lost(bench.runs, PARTNER_CUT), lost(bench.runs, TOTAL))
        part = spread("loss without the partner over loss without all imports", alone, "1", PARTNER_CUT)
        finding = all_of((above(share, dominant), over_draws(_where(alone, alone >= least), bench.least)))
        reason = " ".join(
            (
                lacking(("China's share of trade", share)) or f"China's share of trade is {in_words(share)}.",
                f"Without {bench.partner} alone households lose {in_words(part)} of what they lose without "
                "any imports.",
            )
        )
        return Ruling(finding, reason, some(share, part) + by_product)

    return test


def buys_inputs_from_partner(sector: str, least: float) -> Test:
    """Whether a sector buys at least a share of its material inputs from the partner itself."""

    def test(bench: Bench) -> Ruling:
        shares = np.array([direct_input_share(table, bench.partner, sector) for table in bench.tables])
        number = spread(f"{sector}: inputs bought from {bench.partner}", shares, "1", "tables")
        finding = over_draws(_where(shares, shares >= least), bench.least)
        return Ruling(
            finding, f"Of its material inputs the industry buys {in_words(number)} there.", some(number)
        )

    return test


def stops_although_replaced(sector: str, level: float) -> Test:
    """Whether a sector falls below a level in the closure although home makers may replace imports.

    Against it speaks only that it stays above where nothing can be replaced.
    """

    def test(bench: Bench) -> Ruling:
        best, worst = (bench.runs.courses[name] for name in (CLOSURE_REPLACED, CLOSURE))
        if sector not in best["industry"].values:
            return Ruling(Finding.UNDECIDED, f"The table has no industry {sector}.")
        replaced, alone = (course["lowest"].sel(industry=sector).values for course in (best, worst))
        numbers = some(
            spread(f"{sector}: lowest {WINDOW} days, imports replaced", replaced, "1", CLOSURE_REPLACED),
            spread(f"{sector}: lowest {WINDOW} days, nothing replaced", alone, "1", CLOSURE),
        )
        reason = (
            f"At its lowest its output is {in_words(numbers[0])} of base if home makers could replace every "
            f"import, {in_words(numbers[1])} if none."
        )
        return Ruling(between(replaced < level, alone >= level, bench.least), reason, numbers)

    return test


def materials_missing(together: str, scarcest: str, level: float) -> Test:
    """Whether without imports, though replaced, materials stay below a level in the last year.

    Against it speaks only that the scarcest of them stays above.
    """

    def test(bench: Bench) -> Ruling:
        all_of_them, least = (lasting(bench.runs, TOTAL_REPLACED, series) for series in (together, scarcest))
        numbers = some(
            spread(f"{together} in the last year", all_of_them, "1", TOTAL_REPLACED),
            spread(f"{scarcest} in the last year", least, "1", TOTAL_REPLACED),
        )
        finding = between(
            _where(all_of_them, all_of_them < level), _where(least, least >= level), bench.least
        )
        reason = (
            f"Without imports, if home makers could replace them, {together} come to "
            f"{in_words(_first(numbers, 0))} of base, the {scarcest} to {in_words(_first(numbers, 1))}."
        )
        return Ruling(finding, reason, numbers)

    return test


def materials_lost_for_good(together: str, scarcest: str, part: float) -> Test:
    """Whether home makers who may replace imports avert less than a part of a total cut's loss of materials.

    Against it speaks only that they avert at least that of the scarcest one's, too.
    """

    def test(bench: Bench) -> Ruling:
        all_of_them, least = (
            averted(bench.runs, TOTAL, TOTAL_REPLACED, name) for name in (together, scarcest)
        )
        numbers = some(
            spread(f"loss of {together} averted", all_of_them, "1", TOTAL_REPLACED),
            spread(f"loss of the {scarcest} averted", least, "1", TOTAL_REPLACED),
        )
        finding = between(_where(all_of_them, all_of_them < part), _where(least, least >= part), bench.least)
        reason = (
            f"If home makers could replace every import, they would avert {in_words(_first(numbers, 0))} of "
            f"the loss of {together}, and {in_words(_first(numbers, 1))} of that of the {scarcest}."
            if numbers
            else f"There is no loss of {together} to avert."
        )
        return Ruling(finding, reason, numbers)

    return test


def loss_averted(part: float) -> Test:
    """Whether home makers who may replace imports avert at least a part of households' loss there."""

    def test(bench: Bench) -> Ruling:
        saved = averted(bench.runs, CLOSURE, CLOSURE_REPLACED, "households")
        number = spread("part of the loss averted", saved, "1", CLOSURE_REPLACED)
        sizes = some(
            spread("loss without replacing", lost(bench.runs, CLOSURE), "1", CLOSURE),
            spread("loss with it", lost(bench.runs, CLOSURE_REPLACED), "1", CLOSURE_REPLACED),
        )
        reason = (
            f"If home makers could replace every import, they would avert {in_words(number)} of what "
            "households lose; that they could is assumed, not observed."
            if number
            else "Households lose nothing that could be averted."
        )
        finding = over_draws(_where(saved, saved >= part), bench.least)
        return Ruling(finding, reason, some(number) + sizes)

    return test


def consumption_not_kept(level: float) -> Test:
    """Whether households get less than a level in the last year without imports, although replaced.

    Against it speaks only that they get more where nothing can be replaced.
    """

    def test(bench: Bench) -> Ruling:
        replaced, alone = (lasting(bench.runs, name, "households") for name in (TOTAL_REPLACED, TOTAL))
        numbers = some(
            spread("household consumption in the last year, imports replaced", replaced, "1", TOTAL_REPLACED),
            spread("household consumption in the last year, nothing replaced", alone, "1", TOTAL),
        )
        finding = between(_where(replaced, replaced < level), _where(alone, alone >= level), bench.least)
        reason = (
            f"Without imports households would get {in_words(_first(numbers, 0))} of base if home makers "
            f"could replace every one, {in_words(_first(numbers, 1))} if none."
        )
        return Ruling(finding, reason, numbers)

    return test


def inputs_hold_back(course: str) -> Test:
    """Whether home makers leave more orders unserved for want of inputs than for want of capacity."""

    def test(bench: Bench) -> Ruling:
        found = bench.runs.courses[course]["unserved"]
        inputs, capacity = (found.sel(bound_by=cause).values for cause in ("inputs", "capacity"))
        share = _quotient(inputs, inputs + capacity)
        number = spread("orders unserved for want of inputs, not capacity", share, "1", course)
        reason = (
            f"Of the orders that home makers leave unserved, {in_words(number)} are for want of inputs, the "
            "rest for want of capacity."
            if number
            else "Home makers leave no orders unserved."
        )
        return Ruling(over_draws(_where(share, share > 0.5), bench.least), reason, some(number))

    return test


def falls_below(course: str, group: str, level: float) -> Test:
    """Whether supply of a group falls below a level over ``WINDOW`` days."""

    def test(bench: Bench) -> Ruling:
        low = rolling_mean(path(bench.runs, course, group).T, WINDOW).min(axis=0)
        number = spread(f"{group}: lowest {WINDOW} days", low, "1", course)
        reason = f"At its lowest, {group} received is {in_words(number)} of the base year's."
        return Ruling(over_draws(_where(low, low < level), bench.least), reason, some(number))

    return test


def welfare_rises_with_self_reliance() -> Test:
    """Sign and size of what household consumption does when the import share falls to nothing.

    Where it rises in no draw that is the model's doing: imports only ever add to what there is.
    """

    def test(bench: Bench) -> Ruling:
        runs = bench.runs
        loss = lost(runs, TOTAL)
        share = path(runs, CLOSURE, "imports").mean(axis=1)
        numbers = some(
            spread("household consumption lost at an import share of 0", loss, "1", TOTAL),
            spread("import share kept in the closure", share, "1", CLOSURE),
            spread("household consumption lost at that share", lost(runs, CLOSURE), "1", CLOSURE),
            spread("value added lost at an import share of 0", lost(runs, TOTAL, "gdp"), "1", TOTAL),
        )
        rises = _where(loss, loss < -NOTICEABLE)
        known = rises[~np.isnan(rises)]
        if len(known) and not known.any():
            reason = (
                f"Household consumption falls as the import share does: by {in_words(numbers[0])} of the "
                "base year from all imports to none. The model could not show a rise."
            )
            return Ruling(Finding.BUILT_IN, reason, numbers)
        reason = f"Household consumption rises without imports in {_in_draws(rises)}."
        return Ruling(over_draws(rises, bench.least), reason, numbers)

    return test


def households_bear_more() -> Test:
    """Whether households lose more of what they used to get than the government does."""

    def test(bench: Bench) -> Ruling:
        runs = bench.runs
        people, state = lost(runs, CLOSURE), lost(runs, CLOSURE, "government")
        numbers = some(
            spread("household consumption lost", people, "1", CLOSURE),
            spread("government consumption lost", state, "1", CLOSURE),
        )
        both = (
            f"Households lose {in_words(_first(numbers, 0))}, the government {in_words(_first(numbers, 1))}."
        )
        if runs.ranked:
            return Ruling(Finding.BUILT_IN, f"{both} The study itself ranks who is served first.", numbers)
        gap = people - state
        holds = np.where(np.abs(gap) > NOTICEABLE, (gap > 0).astype(np.float64), np.nan)
        return Ruling(over_draws(_where(gap + holds, gap > 0), bench.least), both, numbers)

    return test


def path(runs: Runs, course: str, series: str) -> Floats:
    """(draws, days) a series of a course, relative to the base year."""
    return np.asarray(runs.courses[course]["path"].sel(series=series).values, dtype=np.float64)


def lost(runs: Runs, course: str, series: str = "households") -> Floats:
    """(draws,) share of a series that is lost over the run, against the course with imports free."""
    free = path(runs, OPEN, series).mean(axis=1)
    return 1.0 - _quotient(path(runs, course, series).mean(axis=1), free, 0.0)


def averted(runs: Runs, course: str, replaced: str, series: str) -> Floats:
    """(draws,) part of a course's loss that is gone where home makers may replace imports; NaN if no loss."""
    return 1.0 - _quotient(lost(runs, replaced, series), lost(runs, course, series))


def lasting(runs: Runs, course: str, series: str) -> Floats:
    """(draws,) mean of a series over the last year of the run."""
    return np.asarray(path(runs, course, series)[:, -LAST_YEAR:].mean(axis=1))


def first_below(
    runs: Runs, course: str, series: str, level: float, until: datetime.date | None = None
) -> Floats:
    """(draws,) first day, counted from the start, below a level; ∞ never by then, NaN without the series."""
    values = path(runs, course, series)
    days = runs.courses[course]["day"].values
    counted = np.ones(len(days), dtype=bool) if until is None else days <= np.datetime64(until, "D")
    under = (values < level) & counted
    first = np.where(under.any(axis=1), under.argmax(axis=1).astype(np.float64), np.inf)
    return np.where(np.isnan(values).any(axis=1), np.nan, first)


def _firsts(
    runs: Runs, groups: Sequence[str], level: float, until: datetime.date | None
) -> tuple[Number, ...]:
    """When each group falls below the level, and below one a tenth lower, in the draws in which it does."""
    numbers: list[Number] = []
    for group in groups:
        for at in (level, level - 0.1):
            first = first_below(runs, CLOSURE, group, at, until)
            told = np.where(np.isnan(first), np.nan, np.isfinite(first))
            name = f"{group} below {at:.0%} of base".replace("%", " %")
            numbers += some(
                share_of_draws(name, told, CLOSURE),
                spread(
                    f"{name}, first day",
                    np.where(np.isfinite(first), first, np.nan),
                    "day of the run",
                    CLOSURE,
                ),
            )
    return tuple(numbers)


def _order(firsts: dict[str, Floats]) -> str:
    """The order in which they fall short most often; those of one day stand together."""
    names = tuple(firsts)
    days = np.column_stack(list(firsts.values()))
    orders = Counter(
        ", then ".join(
            " and ".join(name for name, first in zip(names, row, strict=True) if first == day)
            for day in np.unique(row[np.isfinite(row)])
        )
        for row in days
    )
    most = max(orders, key=lambda order: orders[order], default="")
    if not most:
        return "In most draws none of them falls short."
    share = f"{100 * orders[most] / len(days):.0f} % of draws"
    return f"Most often in this order: {most} ({share})."


def _dependence_numbers(bench: Bench) -> tuple[Number, ...]:
    """Dependence on the partner by product, direct and with inputs, largest first."""
    tables = [table for table in bench.tables if any(gate.partner == bench.partner for gate in table.gates)]
    if not tables:
        return ()
    products = tables[0].products
    found = [dependence(table, bench.partner) for table in tables if table.products == products]
    direct, total = (np.array([share[k] for share in found]) for k in (0, 1))
    with np.errstate(all="ignore"):
        order = np.argsort(-np.nan_to_num(np.median(total, axis=0)), kind="stable")
    return some(
        *(
            spread(f"{products[p]}: from {bench.partner}, {how}", shares[:, p], "1", "tables")
            for p in order
            for how, shares in (("ready-made", direct), ("with inputs of its makers", total))
        )
    )


def _quotient(over: Floats, under: Floats, least: float = NOTICEABLE) -> Floats:
    return np.where(under > least, over / np.where(under > least, under, 1.0), np.nan)


def _where(known: Floats, holds: npt.ArrayLike) -> Floats:
    """1 or 0, and NaN where it is not known."""
    return np.where(np.isnan(known), np.nan, np.asarray(holds, dtype=np.float64))


def _in_draws(holds: Floats) -> str:
    known = holds[~np.isnan(holds)]
    if not len(known):
        return "no draw that tells"
    return f"{int(known.sum())} of {len(known)} draws"


def _first(numbers: Sequence[Number], k: int) -> Number | None:
    return numbers[k] if len(numbers) > k else None
