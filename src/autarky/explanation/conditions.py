"""Conditions: the shocks of a scenario as the if-part of an if–then sentence."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from autarky.explanation.wording import count, date_words, listing, percent, plain
from autarky.scenario import (
    BlocCut,
    CapacityLoss,
    Dated,
    DemandChange,
    Exemption,
    Harvest,
    InstitutionChange,
    InWords,
    Rationing,
    Scenario,
    Shock,
    Starting,
    TradeCut,
    TradeSeries,
)

Given = Literal["all"] | Sequence[str]


class Naming(Protocol):
    """Whoever knows the long names of codes."""

    def of(self, code: object) -> str:
        """The long name of a code, or the code."""
        ...


@dataclass(frozen=True)
class Condition:
    """A shock in words, and the days on which it acts in full (ISO dates; ``until`` None: to the end)."""

    kind: str
    text: str
    short: str
    """The same without what a first sentence can do without: names in a row, years one by one."""
    source: str
    """Where its figures come from; empty: the study does not say."""
    start: str
    until: str | None


MOST_LETTERS = 140
"""Of the if-part of a first sentence, where it can be said as shortly; else the finding is buried."""


def conditions(scenario: Scenario, names: Naming) -> tuple[Condition, ...]:
    """One clause for each shock, in the order declared: ``trade in X from ABROAD is cut to nothing …``.

    A cut says what is exempt from it.
    """
    return tuple(
        Condition(
            kind=shock.kind,
            text=_clause(shock, names) + _exempt(shock, scenario, names),
            short=_short(shock, scenario, names),
            source=plain(shock.source) if shock.source else "",
            start=first.isoformat(),
            until=last.isoformat() if last else None,
        )
        for shock in scenario.shocks
        for first, last in (_days(shock, scenario),)
    )


def premise(found: Sequence[Condition], most: int = 2) -> str:
    """The if-part in one clause, at most ``most`` shocks told; empty: no shock happens.

    Series of trade are told together, and all is told shortly where the whole is longer than
    ``MOST_LETTERS``.
    """
    whole = listing(_together(found, [one.text for one in found]), most=most)
    if len(whole) <= MOST_LETTERS:
        return whole
    return listing(_together(found, [one.short for one in found], counted=False), most=most)


def if_lines(found: Sequence[Condition], most: int = 4) -> list[tuple[str, str]]:
    """The if-part as printed lines, (heading, clause): series of trade together, the rest in full."""
    told = _together(found, [one.text for one in found])
    lines = [("IF", clause) for clause in told[:most]] or [("IF", "no shock happens")]
    if len(told) > most:
        lines.append(("", f"and {count(len(told) - most, 'more shock')}"))
    return lines


def _together(found: Sequence[Condition], clauses: Sequence[str], counted: bool = True) -> list[str]:
    """The clauses; of three series of trade or more one is made, or products and partners hide the rest."""
    series = [one for one in found if one.kind == "trade_series"]
    if len(series) < 3:
        return list(clauses)
    since = date_words(datetime.date.fromisoformat(min(one.start for one in series)))
    together = f"trade follows what was recorded from {since} on"
    if counted:
        together += f" ({len(series):,} series by product and partner)"
    return [
        together,
        *(clause for one, clause in zip(found, clauses, strict=True) if one.kind != "trade_series"),
    ]


def rules_in_force(scenario: Scenario) -> tuple[str, ...]:
    """One clause for each behaviour that is switched on: ``rationing by priority``, ``hours counted``, …"""
    behaviour = scenario.behaviour
    changes = any(isinstance(shock, InstitutionChange) for shock in scenario.shocks)
    rule = behaviour.rationing or Rationing.PROPORTIONAL
    told = []
    if changes or behaviour.allocation is not None or rule is not Rationing.PROPORTIONAL:
        owners = listing(list(behaviour.allocation.ownership) if behaviour.allocation else [], most=4)
        told.append(
            f"rationing {_RATIONING[rule]}{', at first' if changes else ''}"
            + (f" ({owners} by rules of their own)" if owners else "")
        )
    hires = behaviour.labour is not None and behaviour.labour.hiring is not None
    return (
        *told,
        *(
            words + (" and people hired and fired" if name == "labour" and hires else "")
            for name, words in _PARTS.items()
            if name in behaviour.parts
        ),
    )


_RATIONING = {
    Rationing.PROPORTIONAL: "in proportion",
    Rationing.PRIORITY: "by priority",
    Rationing.MARKET: "by market",
    Rationing.MIXED: "by priority and market",
    Rationing.RANDOM: "at random",
}
_PARTS = {
    "elasticities": "inputs replace each other by elasticities",
    "labour": "hours counted",
    "households": "households pay out of income",
    "consumption": "households spend what they earn and expect",
    "foreign_exchange": "imports paid from export earnings",
    "adaptation": "techniques learnt by doing",
    "search": "importers search elsewhere",
    "spare_parts": "machines wear out without parts",
}
"""What each part of a behaviour does, by field."""


def _days(shock: Shock, scenario: Scenario) -> tuple[datetime.date, datetime.date | None]:
    """First and last day on which a shock acts in full; None: to the end. Harvests come all along."""
    start = shock.start if isinstance(shock, Starting) else scenario.start
    return start, shock.until if isinstance(shock, Dated) else None


def first_shock_day(scenario: Scenario) -> datetime.date:
    """Day 0: the first day on which a shock acts; the first day of the run where there is no shock."""
    starts = [shock.start for shock in scenario.shocks if isinstance(shock, Starting)]
    return max(scenario.start, min(starts, default=scenario.start))


def shock_acts_on(scenario: Scenario, date: datetime.date) -> bool:
    """Whether any shock acts in full on a date."""
    return any(
        first <= date and (last is None or date <= last)
        for first, last in (_days(shock, scenario) for shock in scenario.shocks)
    )


def _clause(shock: Shock, names: Naming, most: int = 4) -> str:
    """What a shock does; of names in a row the first ``most``."""
    match shock:
        case TradeCut():
            what = _trade(shock, names, most)
            if shock.ceiling is not None:
                limit = f"is held to {shock.ceiling.value:,.6g} (table's unit) a {shock.ceiling.per.value}"
            elif shock.share_kept:
                limit = f"is held to {percent(shock.share_kept)} of the base year"
            else:
                limit = "is cut to nothing"
            return f"{what} {limit} {_dates(shock)}{_ramp(shock.ramp_days)}"
        case CapacityLoss():
            clause = (
                f"{_either(shock.sectors, 'every industry', names, most)}{_place(shock.regions, names, most)}"
            )
            clause += f" can make {percent(shock.share)} less {_dates(shock)}"
            if shock.recovery is not None:
                clause += f", then recovers over {count(round(shock.recovery.days), 'day')}"
            return clause
        case TradeSeries():
            passed = _from_to(shock.shares)
            clause = (
                f"{_trade(shock, names, most)} follows the series recorded from {date_words(shock.start)} on"
            )
            clause += f", {passed} of the base year by {shock.per}"
            if shock.pass_through < 1:
                clause += f", of whose difference {percent(shock.pass_through)} takes effect"
            return clause
        case Harvest():
            crops = [f"{percent(crop)} of the base year in {year}" for year, crop in _crops(shock)]
            grown = listing(crops, most=6) or "as in the base year"
            return f"the harvest of {_either(shock.sectors, 'every industry', names, most)} is {grown}"
        case DemandChange():
            users = _either(shock.users, "all final users", names, most)
            products = _either(shock.products, "demand for all products", names, most)
            wanted = f"want {percent(shock.factor)} of their base-year {products}"
            users += _place(shock.regions, names, most)
            return f"{users} {wanted} {_dates(shock)}{_ramp(shock.ramp_days)}"
        case InWords():
            told = shock.clause(lambda given, all_: _either(given, all_, names, most))
            return f"{told} {_dates(shock)}{_ramp(getattr(shock, 'ramp_days', 0))}"


def _short(shock: Shock, scenario: Scenario, names: Naming) -> str:
    if isinstance(shock, Harvest) and len(crops := _crops(shock)) > 1:
        alone = shock.regions == "all" and sum(isinstance(one, Harvest) for one in scenario.shocks) == 1
        whose = "harvests are" if alone else f"the harvest of {_either(shock.sectors, '', names, 1)} is"
        return f"{whose} {_from_to([crop for _, crop in crops])} of the base year's"
    if isinstance(shock, TradeSeries):
        part = f", {percent(shock.pass_through)} of the difference counts" if shock.pass_through < 1 else ""
        told = f"{_trade(shock, names, 1)} follows what was recorded from {date_words(shock.start)} on{part}"
    else:
        told = _clause(shock, names, 1)
    return told + _exempt(shock, scenario, names)


def _crops(shock: Harvest) -> list[tuple[str, float]]:
    """Crop of each year that is declared, relative to the base year."""
    years = sorted({*shock.weather, *(shock.fertiliser.supply if shock.fertiliser else ())})
    return [(year, shock.crop_of(year)) for year in years]


def _from_to(shares: Sequence[float]) -> str:
    """``95 to 104 %``."""
    low, high = percent(min(shares)), percent(max(shares))
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


def _exempt(shock: Shock, scenario: Scenario, names: Naming) -> str:
    """``, except petroleum from CHINA``: the exemptions that have names in common with the shock."""
    if not isinstance(shock, TradeCut | TradeSeries | BlocCut):
        return ""
    told = [
        _ends(exemption, _either(exemption.products, "all products", names, 4), names, 4)
        for exemption in scenario.exempt
        if _meet(shock.products, exemption.products, scenario.groups)
        and (
            _may_cross(shock, exemption, scenario.groups)
            if isinstance(shock, BlocCut)
            else all(
                _meet(getattr(shock, end), getattr(exemption, end), scenario.groups)
                for end in ("origin", "destination")
            )
        )
    ]
    return f", except {listing(told, most=4)}" if told else ""


def _may_cross(cut: BlocCut, exemption: Exemption, groups: Mapping[str, Sequence[str]]) -> bool:
    """Whether some trade that an exemption names crosses the border of a bloc in a direction that is cut."""
    bloc = _opened(cut.bloc, groups)
    delivers, receives = (
        {True, False} if given == "all" else {place in bloc for place in _opened(given, groups)}
        for given in (exemption.origin, exemption.destination)
    )
    return any(cut.crosses(one, other) for one in delivers for other in receives)


def _meet(one: Given, other: Given, groups: Mapping[str, Sequence[str]]) -> bool:
    """Whether two lists of names, groups opened up, have a name in common."""
    if one == "all" or other == "all":
        return True
    return bool(_opened(one, groups) & _opened(other, groups))


def _opened(given: Given, groups: Mapping[str, Sequence[str]]) -> set[str]:
    return {member for name in given for member in groups.get(name, (name,))}


def _trade(shock: TradeCut | TradeSeries, names: Naming, most: int) -> str:
    return _ends(shock, f"trade in {_either(shock.products, 'all products', names, most)}", names, most)


def _ends(shock: TradeCut | TradeSeries | Exemption, what: str, names: Naming, most: int) -> str:
    if shock.origin != "all":
        what += f" from {_either(shock.origin, '', names, most)}"
    if shock.destination != "all":
        what += f" to {_either(shock.destination, '', names, most)}"
    return what


def _either(chosen: Given, everything: str, names: Naming, most: int) -> str:
    if isinstance(chosen, str):
        return everything if chosen == "all" else names.of(chosen)
    return listing([names.of(code) for code in chosen], most=most)


def _place(regions: Given, names: Naming, most: int) -> str:
    return "" if regions == "all" else f" in {_either(regions, '', names, most)}"


def _dates(shock: Dated) -> str:
    if shock.until is None:
        return f"from {date_words(shock.start)} on"
    if shock.until == shock.start:
        return f"on {date_words(shock.start)}"
    return f"from {date_words(shock.start)} to {date_words(shock.until)}"


def _ramp(days: float) -> str:
    return f", coming in over {count(round(days), 'day')}" if days else ""
