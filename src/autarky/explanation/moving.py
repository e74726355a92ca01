"""Moving: what moves the answer of an ensemble, how far, and where something mostly happens, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autarky.explanation.option_words import option_words, where_it_is
from autarky.explanation.spread import Quantiles, changes
from autarky.explanation.wording import change, listing, percent, plain, rounded, spaced, whole
from autarky.sensitivity import Bar, End, Findings, Restriction, Summary

TOLD = ("consumption_lost", "gdp_lost", "first_stop", "first_need")
"""Measures whose movers are told, in this order."""
WHAT = {
    "consumption_lost": "household consumption",
    "gdp_lost": "GDP",
    "first_stop": "the first stop",
    "first_need": "the first need not met",
}
"""What moves, in words."""
SLIGHT = 0.1
"""A rank coefficient that has no sign, and the root of a Sobol index, count from here on."""
DATED = ("first_stop", "first_need")
"""Measures that are days, kept from the first day of the run and told from day 0."""


@dataclass(frozen=True)
class Place:
    """Where a parameter stands, in words, and what the measure comes to there."""

    where: str
    """``at most 20 days``, or the option of a choice."""
    clause: str
    """What follows *where*: ``it is at most 20 days``, ``home goods do not replace imports``."""
    level: float
    """Mean over the draws there; of a day the median, counted from day 0."""
    draws: int


@dataclass(frozen=True)
class Mover:
    """A parameter, and what a measure comes to where it is low and high, or by option."""

    measure: str
    parameter: str
    places: tuple[Place, ...]
    swing: float
    """Greatest level less smallest."""
    never_from: float | None
    """Of a day: levels from here on are *never* (the run's length, counted from day 0)."""
    is_clear: bool
    """Whether the parameter stands out from chance: its index or rank coefficient does, at 95 %."""

    @property
    def in_words(self) -> str:
        """``stock of inputs: GDP −8 % where it is at most 20 days, −2 % where it is at least 55 days``."""
        told = [f"{self.level_words(place.level)} where {place.clause}" for place in self.places[:4]]
        return f"{self.parameter}: {WHAT[self.measure]} {', '.join(told)}"

    def level_words(self, level: float) -> str:
        """A level of the measure in words."""
        if self.measure not in DATED:
            return change(level)
        never = self.never_from is not None and level >= self.never_from
        return "never" if never else f"on day {whole(level)}"


@dataclass(frozen=True)
class Box:
    """Where among the parameters a condition mostly holds (scenario discovery), or that nothing shows."""

    condition: str
    verdict: str
    where: tuple[str, ...]
    """The limits of the box, one clause a parameter; empty: no box was found."""
    inside: float | None
    """Share of the draws inside in which the condition holds."""
    in_all: float
    """Share of all draws in which it holds."""
    covered: float | None
    """Share of the draws with the condition that lie inside."""
    size: float | None
    """Share of all draws that lie inside."""

    @property
    def in_words(self) -> str:
        """``<condition> in 92 % of draws where …; in 31 % of all draws``."""
        if not self.where or self.inside is None:
            return f"{self.condition}: {self.verdict}"
        return (
            f"{self.condition} in {percent(self.inside)} of draws where {listing(self.where, most=4)}; in "
            f"{percent(self.in_all)} of all draws"
        )


@dataclass(frozen=True)
class SourceRange:
    """What the answer comes to in the draws that took one option."""

    option: str
    draws: int
    ranges: tuple[tuple[str, Quantiles], ...]
    """By measure, the five quantiles; days counted from day 0."""


@dataclass(frozen=True)
class BySource:
    """A choice, for instance among sources, and the answer by its options."""

    parameter: str
    options: tuple[SourceRange, ...]
    between: tuple[tuple[str, float | None], ...]
    """By measure: share of the spread of draws that lies between options."""

    @property
    def lines(self) -> list[str]:
        """One line for the measure told first: each option with its median and range."""
        for measure in TOLD[:2]:
            told = []
            for option in self.options[:4]:
                own = dict(option.ranges).get(measure)
                if own:
                    told.append(f"{option.option} {changes(own)}")
            if told:
                return [f"{self.parameter}: {WHAT[measure]} over the run: {'; '.join(told)}"]
        return []


def movers(findings: Findings, parameters: Sequence[Mapping[str, Any]], zero: int) -> tuple[Mover, ...]:
    """The tornadoes of the measures that are told, in words; ``zero``: position of day 0 in the run."""
    units, words = units_of(parameters), option_words(parameters)
    by_measure = {tornado.measure: tornado for tornado in findings.tornadoes}
    return tuple(
        Mover(
            measure=measure,
            parameter=plain(bar.parameter),
            places=_places(
                bar,
                units.get(bar.parameter, ""),
                zero if measure in DATED else 0,
                words.get(bar.parameter, {}),
            ),
            swing=bar.swing,
            never_from=float(findings.days - zero) if measure in DATED else None,
            is_clear=_is_clear(findings, measure, bar),
        )
        for measure in TOLD
        if measure in by_measure
        for bar in by_measure[measure].bars
        if bar.swing > 0
    )


def _is_clear(findings: Findings, measure: str, bar: Bar) -> bool:
    """Whether the 95 % interval of the parameter's total Sobol index, or rank coefficient, leaves out 0."""
    for indices in findings.indices:
        if indices.measure == measure:
            own = next((one for one in indices.indices if one.parameter == bar.parameter), None)
            # A source of which each option has its own draws is compared on the same points: no chance in it.
            return own is None or (own.total_low is not None and own.total_low > SLIGHT**2)
    for ranks in findings.ranks:
        if ranks.measure == measure:
            row = next((one for one in ranks.coefficients if one.parameter == bar.parameter), None)
            if row is None or row.low is None or row.high is None:
                return False
            # The coefficient of a choice among three or more has no sign: chance alone lifts it above 0.
            return row.low > (SLIGHT if len(bar.ends) > 2 else 0) or row.high < 0
    return False


def boxes(findings: Findings, parameters: Sequence[Mapping[str, Any]]) -> tuple[Box, ...]:
    """The boxes of scenario discovery in words."""
    units, words = units_of(parameters), option_words(parameters)
    return tuple(
        Box(
            condition=spaced(found.condition),
            verdict=spaced(found.verdict),
            where=tuple(
                limits(one, units.get(one.parameter, ""), words.get(one.parameter, {}))
                for one in found.restrictions
            ),
            inside=found.density,
            in_all=found.base_rate,
            covered=found.coverage,
            size=found.mass,
        )
        for found in findings.discoveries
    )


def sources(findings: Findings, parameters: Sequence[Mapping[str, Any]], zero: int) -> tuple[BySource, ...]:
    """The strips in words."""
    words = option_words(parameters)

    def own(summary: Summary) -> Quantiles:
        shift = zero if summary.measure in DATED else 0
        return tuple(None if value is None else value - shift for value in summary.quantiles)

    return tuple(
        BySource(
            parameter=plain(choice.parameter),
            options=tuple(
                SourceRange(
                    option=words.get(choice.parameter, {}).get(strip.option) or plain(strip.option),
                    draws=strip.draws,
                    ranges=tuple((summary.measure, own(summary)) for summary in strip.summaries),
                )
                for strip in choice.strips
            ),
            between=choice.between,
        )
        for choice in findings.strips
    )


def limits(restriction: Restriction, unit: str, words: Mapping[str, str]) -> str:
    """A side of a box as a clause: ``stock of inputs is at most 24 days``; ``words``: clauses of options."""
    name = plain(restriction.parameter)
    low, high = restriction.low, restriction.high
    if restriction.options and words:
        return " or ".join(words[option] for option in restriction.options)
    if restriction.options:
        return f"{name} is {' or '.join(plain(option) for option in restriction.options)}"
    if low is None:
        return f"{name} is at most {amount(high or 0.0, unit)}"
    if high is None:
        return f"{name} is at least {amount(low, unit)}"
    return f"{name} is {rounded(low)} to {amount(high, unit)}"


def amount(value: float, unit: str) -> str:
    """A parameter's value with its unit, to two digits: ``24 days``."""
    return rounded(value) + (f" {plain(unit)}" if unit and unit != "1" else "")


def units_of(parameters: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Unit by parameter."""
    return {str(parameter.get("name", "")): str(parameter.get("unit") or "") for parameter in parameters}


def _places(bar: Bar, unit: str, shift: int, words: Mapping[str, str]) -> tuple[Place, ...]:
    return tuple(_place(end, unit, k, shift, words) for k, end in enumerate(bar.ends))


def _place(end: End, unit: str, position: int, shift: int, words: Mapping[str, str]) -> Place:
    if end.limit is None:
        # A bar's end has room for a word: the field's, as the study format has it.
        where = plain(end.where).replace("_", "-") if words else plain(end.where)
        clause = where_it_is(end.where, words)
    else:
        where = f"at {'least' if position else 'most'} {amount(end.limit, unit)}"
        clause = f"it is {where}"
    return Place(where, clause, end.level - shift, end.draws)
