"""Forcing: the only place where names of a scenario become arrays by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem, ScenarioError
from autarky.firm_network.section import FirmLoss
from autarky.scenario import (
    BlocCut,
    CapacityLoss,
    DemandChange,
    Harvest,
    InstitutionChange,
    Period,
    RecoveryCurve,
    Scenario,
    TradeCut,
    TradeSeries,
)
from autarky.simulation import dates
from autarky.simulation.lookup import Lookup
from autarky.simulation.network import Network

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_DAYS_IN = {Period.DAY: 1.0, Period.MONTH: 365.0 / 12.0, Period.YEAR: 365.0}


class Effects(NamedTuple):
    """Shocks of one kind: which scenario and members each hits, and its strength on each day.

    Sized by the shocks, never by days × industries.
    """

    scenario: Integers
    """(shocks,) position of the scenario on the scenario axis."""
    start: Integers
    """(shocks + 1,) first member of each shock."""
    first: Integers
    """(members,) supplier (cuts, losses) or pool (demand)."""
    second: Integers
    """(members,) destination region (cuts), user (demand); -1 for losses."""
    strength: Floats
    """(shocks, days + 1) share kept (cuts; inf: no limit), share lost (losses; below 0: gained), factor
    (demand)."""


class Pairs(NamedTuple):
    """The flows from a supplier to a destination region that some cut limits at some time."""

    start: Integers
    """(m + 1,) first pair of each supplier."""
    destination: Integers
    """(pairs,)"""


class Forcing(NamedTuple):
    """What happens from outside, by day; the kernels need nothing else of a scenario."""

    ceilings: Effects
    losses: Effects
    demands: Effects
    changes: npt.NDArray[np.bool_]
    """(days + 1, scenarios) whether anything changes from the day before."""
    pairs: Pairs
    cut_pair: Integers
    """(members of ceilings,) pair of each member."""


def build_forcing(network: Network, scenarios: Sequence[Scenario]) -> Forcing:
    """Turn the shocks of one or more scenarios of equal length into arrays.

    Raises
    ------
    ScenarioError
        All problems at once: unknown names in groups, shocks and behaviour (with the nearest known), dates
        outside the simulated period, shocks that touch nothing, and exemptions that spare nothing of what the
        shocks cut. Places read ``shocks[0].origin[1]``.
    """
    days = scenarios[0].days
    cuts, losses, demands = _Collector(days), _Collector(days), _Collector(days)
    problems: list[Problem] = []
    names: Lookup | None = None
    for k, scenario in enumerate(scenarios):
        # Many scenarios side by side mostly differ in little: what one has looked up serves the next.
        if names is None or scenario.groups != names.groups:
            names = Lookup(network, scenario.groups, problems)
            names.check_groups()
        names.check_behaviour(scenario.behaviour)
        spared = names.exempt_links(scenario)
        for position, shock in enumerate(scenario.shocks):
            place = f"shocks[{position}]"
            if not dates.acts(shock, scenario, place, problems):
                continue
            match shock:
                case TradeCut() | BlocCut():
                    members = names.cut_links(shock, place)
                    members = members[~spared(members)]
                    cuts.add(k, members, kept_by_day(shock, network, scenario, members))
                case CapacityLoss():
                    losses.add(k, names.losing_suppliers(shock, place), lost_by_day(shock, scenario))
                case Harvest():
                    losses.add(
                        k, names.losing_suppliers(shock, place), 1.0 - harvested_by_day(shock, scenario)
                    )
                case TradeSeries():
                    limited, ordered = names.series_flows(shock, place, spared)
                    if len(limited):
                        cuts.add(k, limited, kept_by_day(shock, network, scenario, limited))
                    if ordered:
                        kept, acts = series_by_day(shock, scenario)
                        demands.add(k, ordered, np.where(acts, kept, 1.0))
                case DemandChange():
                    weight = dates.weight(shock, scenario, shock.ramp_days)
                    demands.add(k, names.final_slots(shock, place), dates.between(1.0, shock.factor, weight))
                case InstitutionChange():
                    given, products = shock.priority or (), network.economy.products
                    names.check_allocation(given, shock.allocation, place, names.users, products)
                case _:
                    pass  # what a behaviour acts on: ``behaviours``
    if problems:
        # Scenarios of one study share their mistakes.
        raise ScenarioError(list(dict.fromkeys(problems)))
    effects = [collector.effects() for collector in (cuts, losses, demands)]
    changes = np.zeros((days + 1, len(scenarios)), dtype=np.bool_)
    changes[0] = True
    for effect in effects:
        for k, strength in zip(effect.scenario, effect.strength, strict=True):
            changes[1:, k] |= strength[1:] != strength[:-1]
    cut = np.stack([effects[0].first, effects[0].second], axis=1)
    pairs, cut_pair = np.unique(cut, axis=0, return_inverse=True)
    suppliers = np.arange(len(network.tables.base_output) + 1)
    return Forcing(
        effects[0],
        effects[1],
        effects[2],
        changes,
        Pairs(np.searchsorted(pairs[:, 0], suppliers).astype(np.int64), np.ascontiguousarray(pairs[:, 1])),
        cut_pair=cut_pair.astype(np.int64).reshape(-1),
    )


class _Collector:
    """Gathers shocks of one kind into ``Effects``."""

    def __init__(self, days: int) -> None:
        self.days = days
        self.scenario: list[int] = []
        self.members: list[Integers] = []
        self.strength: list[Floats] = []

    def add(self, scenario: int, members: Integers | list[tuple[int, int]], strength: Floats) -> None:
        self.scenario.append(scenario)
        self.members.append(np.array(members, dtype=np.int64).reshape(-1, 2))
        self.strength.append(strength)

    def effects(self) -> Effects:
        flat = np.concatenate([np.empty((0, 2), dtype=np.int64), *self.members])
        start = np.cumsum([0] + [len(members) for members in self.members]).astype(np.int64)
        strength = np.array(self.strength).reshape(len(self.scenario), self.days + 1)
        return Effects(
            np.array(self.scenario, dtype=np.int64),
            start,
            np.ascontiguousarray(flat[:, 0]),
            np.ascontiguousarray(flat[:, 1]),
            strength,
        )


def lost_by_day(shock: CapacityLoss | FirmLoss, scenario: Scenario) -> Floats:
    """Share of capacity lost, by day."""
    day = np.arange(scenario.days + 1, dtype=np.float64)
    first = dates.day_of(shock.start, scenario)
    lost = np.where(day >= first, shock.share, 0.0)
    if shock.until is None:
        return lost
    since = day - dates.day_of(shock.until, scenario)
    if shock.recovery is None:
        return np.where(since >= 1, 0.0, lost)
    part = np.clip(since / shock.recovery.days, 0.0, 1.0)
    remains = {
        RecoveryCurve.LINEAR: 1.0 - part,
        RecoveryCurve.CONVEX: (1.0 - part) ** 2,
        RecoveryCurve.CONCAVE: 1.0 - part**2,
    }[shock.recovery.curve]
    return lost * remains


def series_by_day(series: TradeSeries, scenario: Scenario) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Share of the base flow that passes, by day, and whether the series has begun."""
    day = np.datetime64(scenario.start, "D") + np.arange(scenario.days + 1)
    period = (day.astype("datetime64[M]") - np.datetime64(series.start, "M")).astype(np.int64)
    if series.per == "year":
        period //= 12
    recorded = np.array(series.shares)[np.clip(period, 0, len(series.shares) - 1)]
    return recorded * series.pass_through + (1.0 - series.pass_through), period >= 0


def harvested_by_day(harvest: Harvest, scenario: Scenario) -> Floats:
    """Capacity relative to the base year, by day: of each harvest the latest crop."""
    day = np.datetime64(scenario.start, "D") + np.arange(scenario.days + 1)
    month = day.astype("datetime64[M]").astype(np.int64)  # since 1970-01
    capacity = np.zeros(len(day))
    for crop in harvest.crops:
        years, which = np.unique(1970 + (month - (crop.month - 1)) // 12, return_inverse=True)
        capacity += crop.share * np.array([harvest.crop_of(str(year)) for year in years])[which]
    return capacity


def kept_by_day(
    cut: TradeCut | TradeSeries | BlocCut, network: Network, scenario: Scenario, members: Integers
) -> Floats:
    """Share of the base flow that may pass, (days + 1,), inf before and after: ``members`` are limited."""
    flows = network.tables.base_to_destination[members[:, 0], members[:, 1]]
    return kept_of_flow(cut, scenario, float(flows.sum()))


def kept_of_flow(cut: TradeCut | TradeSeries | BlocCut, scenario: Scenario, base: float) -> Floats:
    """Share that may pass of a base flow per day, all that is limited; (days + 1,), inf before and after."""
    if isinstance(cut, TradeSeries):
        kept, acts = series_by_day(cut, scenario)
        return np.where(acts, kept, np.inf)
    weight = dates.weight(cut, scenario, cut.ramp_days)
    return np.where(weight > 0, dates.between(1.0, _share_kept(cut, base), weight), np.inf)


def _share_kept(cut: TradeCut | BlocCut, base: float) -> float:
    """The share of the base flow that may pass; a ceiling in money is divided by the flow it limits."""
    if cut.share_kept is not None:
        return cut.share_kept
    assert cut.ceiling is not None  # a cut has one of the two
    return cut.ceiling.value / _DAYS_IN[cut.ceiling.per] / base if base > 0 else 1.0
