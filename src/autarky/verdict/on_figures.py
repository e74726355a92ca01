"""Tests on figures: what claims alone can say of a sentence. Each function is one test.

A test reads claims by figure; its threshold stands in the rule's words in ``register`` and is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autarky.economy import Economy
from autarky.verdict.dependence import imports_to_gdp
from autarky.verdict.ruling import (
    Bench,
    Ruling,
    above,
    all_of,
    below,
    by_period,
    exactly,
    lacking,
    measured,
    ratio,
    some,
    spread,
)
from autarky.verdict.verdicts import Finding, Number, in_words

IMPORTS, EXPORTS, ALL_TRADE = "trade / KOTRA imports", "trade / KOTRA exports", "trade / KOTRA total"
CHINA_SHARE = "trade / KOTRA china share"
FROM_CHINA = "trade / GACC china imports"
BY_MONTH = "china trade by month / imports"
GROWTH = ("growth / total", "growth / gdp")

Test = Callable[[Bench], Ruling]


def figure_above(
    name: str, figures: str | Sequence[str], threshold: float, of: str | Sequence[str] = ()
) -> Test:
    """Whether a figure lies above a threshold."""

    def test(bench: Bench) -> Ruling:
        number = measured(bench, name, figures, of)
        return Ruling(above(number, threshold), _said(name, number), some(number))

    return test


def figure_below(
    name: str, figures: str | Sequence[str], threshold: float, of: str | Sequence[str] = ()
) -> Test:
    """Whether a figure lies below a threshold."""

    def test(bench: Bench) -> Ruling:
        number = measured(bench, name, figures, of)
        return Ruling(below(number, threshold), _said(name, number), some(number))

    return test


def figure_is(name: str, figures: str | Sequence[str], value: float, of: str | Sequence[str] = ()) -> Test:
    """Whether a figure is a certain number."""

    def test(bench: Bench) -> Ruling:
        number = measured(bench, name, figures, of)
        return Ruling(exactly(number, value), _said(name, number), some(number))

    return test


def fell_between(first: str, second: str) -> Test:
    """Whether output fell in the second year, and imports fell from the first to the second."""

    def test(bench: Bench) -> Ruling:
        growth = measured(bench, f"growth of output in {second}", GROWTH, second)
        kept = ratio(
            f"imports in {second} over {first}",
            measured(bench, second, IMPORTS, second),
            measured(bench, first, IMPORTS, first),
        )
        finding = all_of((below(growth, 0.0), below(kept, 1.0)))
        reason = lacking(("growth of output", growth), ("imports of both years", kept)) or (
            f"Output changed by {in_words(growth)} in {second}; imports were {in_words(kept)} of {first}'s."
        )
        return Ruling(finding, reason, some(growth, kept))

    return test


def all_trade_stopped(first: str, last: str, most: float) -> Test:
    """Whether no month's imports from China were above ``most`` of an average month of 2019."""

    def test(bench: Bench) -> Ruling:
        months = _months(bench, first, last)
        came = measured(bench, "imports from China in 2020", FROM_CHINA, "2020")
        if not months:
            return Ruling(Finding.UNDECIDED, "No month's imports are carried.", some(came))
        highest = max(months, key=lambda month: month.low)
        if highest.low > most:
            finding = Finding.CONTRADICTED
        else:
            finding = Finding.SUPPORTED if all(month.high <= most for month in months) else Finding.UNDECIDED
        reason = (
            f"In the highest month, {highest.name}, imports from China were {in_words(highest)} of an "
            f"average month of 2019; in all of 2020 {in_words(came)}."
        )
        return Ruling(finding, reason, some(highest, came))

    return test


def ground_to_a_halt(first: str, last: str, most: float, dependent: float) -> Test:
    """Whether China's share of trade was above ``dependent``, and imports fell below ``most`` of a month."""

    def test(bench: Bench) -> Ruling:
        share = measured(bench, "China's share of trade in 2019", CHINA_SHARE, "2019")
        months = _months(bench, first, last)
        lowest = min(months, key=lambda month: month.high, default=None)
        finding = all_of((above(share, dependent), below(lowest, most)))
        when = f" in {lowest.name}" if lowest else ""
        reason = lacking(("China's share of trade", share), ("imports by month", lowest)) or (
            f"China's share of trade was {in_words(share)}; imports from China fell to {in_words(lowest)} "
            f"of an average month of 2019{when}."
        )
        return Ruling(finding, reason, some(share, lowest))

    return test


def no_growth_over(years: Sequence[str]) -> Test:
    """Whether output at the end of some years was below that at their beginning: growth compounded."""

    def test(bench: Bench) -> Ruling:
        each = [measured(bench, year, GROWTH, year) for year in years]
        known = some(*each)
        if len(known) < len(years):
            return Ruling(
                Finding.UNDECIDED, f"Growth is carried for {len(known)} of {len(years)} years only.", known
            )
        change = Number(
            f"change of output over {years[0]} to {years[-1]}",
            _compounded([number.value for number in known]),
            _compounded([number.low for number in known]),
            _compounded([number.high for number in known]),
            "pct",
            tuple(claim for number in known for claim in number.claims),
        )
        reason = f"Output changed by {in_words(change)}; the plan's own targets are not published."
        return Ruling(below(change, 0.0), reason, (change,))

    return test


def exports_lost(before: str, after: str, most: float) -> Test:
    """Whether exports after were at most a share of those before."""

    def test(bench: Bench) -> Ruling:
        kept = ratio(
            f"exports in {after} over {before}",
            measured(bench, after, EXPORTS, after),
            measured(bench, before, EXPORTS, before),
        )
        reason = lacking(("exports of both years", kept)) or (
            f"Exports in {after} were {in_words(kept)} of those in {before}."
        )
        return Ruling(below(kept, most), reason, some(kept))

    return test


def imports_over_gdp(threshold: float, claimed_above: bool) -> Test:
    """Whether imports over GDP lie above (or not above) a threshold, by every denominator carried."""

    def test(bench: Bench) -> Ruling:
        numbers = some(
            _by_trade_share(
                bench, "imports over GDP 2016, Bank of Korea", "gdp level / trade to gdp", "2016"
            ),
            _by_trade_share(
                bench, "imports over GDP 2011 to 2016, Kim", "institution / trade dependence", "2011 to 2016"
            ),
            ratio(
                "imports over GDP 2016, United Nations",
                measured(bench, "imports", "un accounts / imports", "2016"),
                measured(bench, "GDP", "un accounts / gdp", "2016"),
                "pct",
                100.0,
            ),
            ratio(
                "imports over GDP 2019, the state's own",
                measured(bench, "imports", IMPORTS, "2019"),
                measured(bench, "GDP", "gdp level / gdp official", "2019"),
                "pct",
                100.0,
            ),
            _by_table(bench.tables),
        )
        if not numbers:
            return Ruling(Finding.UNDECIDED, "No imports over GDP can be told from the figures carried.")
        low, high = min(number.low for number in numbers), max(number.high for number in numbers)
        whole = Number("imports over GDP, all denominators", numbers[0].value, low, high, "pct")
        finding = above(whole, threshold) if claimed_above else _swapped(above(whole, threshold))
        each = "; ".join(f"{number.name}: {in_words(number)}" for number in numbers)
        return Ruling(finding, f"Sources differ on the denominator: {each}.", numbers)

    return test


def _by_trade_share(bench: Bench, name: str, figure: str, of: str) -> Number | None:
    """Trade over GDP times imports over trade of 2016."""
    imports, trade = (measured(bench, known, known, "2016") for known in (IMPORTS, ALL_TRADE))
    part = ratio("imports over trade", imports, trade)
    openness = measured(bench, "trade over GDP", figure, of)
    if part is None or openness is None:
        return None
    return Number(
        name,
        openness.value * part.value,
        openness.low * part.low,
        openness.high * part.high,
        "pct",
        openness.claims + part.claims,
    )


def _by_table(tables: Sequence[Economy]) -> Number | None:
    shares = [100.0 * imports_to_gdp(table) for table in tables if len(table.gates)]
    return spread("imports over GDP, estimated table", shares, "pct", "tables")


def _months(bench: Bench, first: str, last: str) -> list[Number]:
    """Imports from China by month, relative to an average month of 2019."""
    year = measured(bench, "2019", FROM_CHINA, "2019")
    return [
        share
        for period, month in by_period(bench, BY_MONTH).items()
        if len(period) == 7 and first <= period <= last
        for share in (ratio(period, month, year, "pct", 1200.0),)
        if share is not None
    ]


def _compounded(rates: Sequence[float]) -> float:
    level = 1.0
    for rate in rates:
        level *= 1.0 + rate / 100.0
    return 100.0 * (level - 1.0)


def _swapped(finding: Finding) -> Finding:
    swap = {Finding.SUPPORTED: Finding.CONTRADICTED, Finding.CONTRADICTED: Finding.SUPPORTED}
    return swap.get(finding, finding)


def _said(name: str, number: Number | None) -> str:
    return lacking((name, number)) or f"{name[0].upper()}{name[1:]}: {in_words(number)}."
