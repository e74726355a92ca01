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
        holds = _all_hold(
            [
                _where(first, np.isfinite(first) & ~np.isfinite(first_below(runs, OPEN, group, level, until)))
                for group, first in firsts.items()
            ]
        )
        numbers = list(_firsts(runs, groups, level, until))
        if stops:
            low = runs.courses[CLOSURE]["lowest"].values < 0.5
            stopped = low & ~(runs.courses[OPEN]["lowest"].values < 0.5)
            holds = np.where(np.isnan(holds), np.nan, holds * stopped.any(axis=1))
            numbers += some(
                spread("industries that fall below half", stopped.sum(axis=1), "industries", CLOSURE)
            )
        finding = over_draws(holds, bench.least)
        reason = f"All of it in {_in_draws(holds)}. {_order(firsts)}"
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
                "any "
                "imports.",
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
    """Whether a sector falls below a level in the closure although home makers may replace imports."""

    def test(bench: Bench) -> Ruling:
        course = bench.runs.courses[CLOSURE_REPLACED]
        if sector not in course["industry"].values:
            return Ruling(Finding.UNDECIDED, f"The table has no industry {sector}.")
        lowest = course["lowest"].sel(industry=sector).values
        number = spread(f"{sector}: lowest {WINDOW} days, output over base", lowest, "1", CLOSURE_REPLACED)
        finding = over_draws(lowest < level, bench.least)
        return Ruling(
            finding, f"At its lowest its output is {in_words(number)} of the base year's.", some(number)
        )

    return test


def materials_missing(group: str, level: float) -> Test:
    """Whether supply of a group stays below a level in the last year without imports, although replaced."""

    def test(bench: Bench) -> Ruling:
        last = lasting(bench.runs, TOTAL_REPLACED, group)
        number = spread(f"{group} in the last year", last, "1", TOTAL_REPLACED)
        finding = over_draws(_where(last, last < level), bench.least)
        reason = f"Without imports, with home makers free to act, {group} come to {in_words(number)} of base."
        return Ruling(finding, reason, some(number))

    return test


def replacing_averts(course: str, replaced: str, series: str, part: float, *, at_most: bool = False) -> Test:
    """Whether home makers who may replace imports avert at least (or at most) a part of a loss."""

    def test(bench: Bench) -> Ruling:
        without, with_it = lost(bench.runs, course, series), lost(bench.runs, replaced, series)
        averted = 1.0 - _quotient(with_it, without)
        holds = _where(averted, averted < part if at_most else averted >= part)
        number = spread("part of the loss averted", averted, "1", replaced)
        sizes = some(
            spread("loss without replacing", without, "1", course),
            spread("loss with it", with_it, "1", replaced),
        )
        reason = (
            f"Of the loss of {series} home makers with spare capacity avert {in_words(number)}."
            if number
            else f"There is no loss of {series} to avert."
        )
        return Ruling(over_draws(holds, bench.least), reason, some(number) + sizes)

    return test


def consumption_not_kept(level: float) -> Test:
    """Whether households get less than a level in the last year without imports, although replaced."""

    def test(bench: Bench) -> Ruling:
        last = lasting(bench.runs, TOTAL_REPLACED, "households")
        number = spread("household consumption in the last year", last, "1", TOTAL_REPLACED)
        reason = f"Without imports, household consumption comes to {in_words(number)} of the base year's."
        return Ruling(over_draws(_where(last, last < level), bench.least), reason, some(number))

    return test


def inputs_hold_back(course: str) -> Test:
    """Whether more output is lost for want of inputs than for want of capacity."""

    def test(bench: Bench) -> Ruling:
        found = bench.runs.courses[course]["lost"]
        inputs, capacity = (found.sel(bound_by=cause).values for cause in ("inputs", "capacity"))
        either = inputs + capacity
        share = np.where(either > NOTICEABLE, inputs / np.where(either > 0, either, 1.0), np.nan)
        number = spread("of the two, share lost for want of inputs", share, "1", course)
        reason = (
            f"Of the output lost for want of inputs or of capacity, inputs account for {in_words(number)}."
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
                "base year "
                "from all imports to none. The model could not show a rise."
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


def _all_hold(each: Sequence[Floats]) -> Floats:
    return np.asarray(np.prod(np.array(each), axis=0), dtype=np.float64)


def _in_draws(holds: Floats) -> str:
    known = holds[~np.isnan(holds)]
    if not len(known):
        return "no draw that tells"
    return f"{int(known.sum())} of {len(known)} draws"


def _first(numbers: Sequence[Number], k: int) -> Number | None:
    return numbers[k] if len(numbers) > k else None
