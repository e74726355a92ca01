"""Sweep: many scenarios on one network, and the few numbers that are kept of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.economy import Economy, FinalUseKind
from autarky.results import FALLS, STOPS, variable
from autarky.scenario import Scenario
from autarky.simulation.forcing import build_forcing
from autarky.simulation.network import DAYS_PER_YEAR, Network, build_network
from autarky.simulation.opening import Keep, by_slot, state_bytes
from autarky.simulation.panel import Precision
from autarky.simulation.presets import Parameters, parameters
from autarky.simulation.run import Lived, live_through, require_common_network

Floats = npt.NDArray[np.float64]

LOSSES = ("consumption_lost", "gdp_lost")


def network_of(economy: Economy, scenario: Scenario) -> Network:
    """The network that a scenario, and every scenario like it, runs on."""
    return build_network(economy, parameters(scenario.behaviour, scenario.groups, scenario.shocks))


@dataclass(frozen=True)
class LimitedFlow:
    """Imports of a product from a partner that some shock limits, into all places where it limits them."""

    partner: str
    product: str
    destinations: tuple[str, ...]
    imports: float
    """In the base year, the table's unit a year."""


def limited_imports(
    network: Network, scenario: Scenario, regions: Sequence[str] | None = None
) -> tuple[LimitedFlow, ...]:
    """What trade_cut and trade_series limit on some day of the imports of regions, in the order of suppliers.

    ``regions``: all that make something; a national table's exports are no imports. Flows that an exemption
    spares are not limited.

    Raises
    ------
    ScenarioError
        As ``simulate``.
    """
    economy = network.economy
    cuts = build_forcing(network, [scenario]).ceilings
    limits = (cuts.strength[:, :-1] < 1.0).any(axis=1)
    # A strength belongs to all members of a shock.
    limited = np.repeat(limits, np.diff(cuts.start))
    pairs = np.unique(np.stack([cuts.first[limited], cuts.second[limited]], axis=1), axis=0)
    found: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for i, d in pairs:
        destination = network.destinations[d]
        if destination in (economy.industries.regions if regions is None else regions):
            gate = network.supplier_regions[i], network.supplier_products[i]
            flow = float(network.tables.base_to_destination[i, d]) * DAYS_PER_YEAR
            found.setdefault(gate, []).append((destination, flow))
    return tuple(
        LimitedFlow(*gate, tuple(place for place, _ in flows), float(sum(flow for _, flow in flows)))
        for gate, flows in found.items()
    )


def simulate_sweep(
    network: Network,
    scenarios: Sequence[Scenario],
    regions: Sequence[str],
    *,
    precision: Precision = "float64",
    first_days: bool = False,
    more_stock: Sequence[tuple[str, float]] = (),
) -> xr.Dataset:
    """Simulate scenarios that share a network side by side, and keep what these regions lose.

    Parameters
    ----------
    network : Network
    scenarios : sequence of Scenario
    regions : sequence of str
        Whose consumption and value added are told.
    precision : str
        float64, or float32 in half the memory.
    first_days : bool
        Keep also when each industry first falls, and stops.
    more_stock : sequence of (str, float), optional
        For each scenario a slot and the days of use by which its stock, and the stock that industries like
        to hold of it, stand above what the scenario says.

    Returns
    -------
    sweep : Dataset
        ``lost`` (scenario, loss): over the run, shares of the base year: consumption of households (of all
        final users, where the table has no households) and value added at base-year coefficients; NaN
        without a base. With ``first_days`` also ``first_day`` (scenario, level, industry): first day on which
        output is below level × base; -1: never.

    Raises
    ------
    ScenarioError, SimulationError
        As ``simulate``.
    KeyboardInterrupt
        If interrupted: nothing is told of a part of the days.
    """
    each = [parameters(scenario.behaviour, scenario.groups, scenario.shocks) for scenario in scenarios]
    require_common_network(scenarios, each)
    for k, (slot, days) in enumerate(more_stock):
        each[k] = _with_more_stock(each[k], network, slot, days)
    lived = live_through(
        network, scenarios, each, Keep(False, consumer_columns(network, regions)), precision=precision
    )
    if lived.done < scenarios[0].days:
        raise KeyboardInterrupt
    told = variable(_lost(network, lived, regions), ("scenario", "loss"), "1", "Lost over the run, of base")
    data: dict[str, Any] = {"lost": told}
    coords: dict[str, Any] = {"loss": list(LOSSES)}
    if first_days:
        what = "First day output is below level × base year; -1: never"
        found = _first_days(network, lived)
        data["first_day"] = variable(found, ("scenario", "level", "industry"), "day", what)
        coords |= {"level": [FALLS, STOPS], "industry": list(network.economy.industries.labels)}
    return xr.Dataset(data, coords=coords)


def sweep_bytes(network: Network, scenario: Scenario, scenarios: int, precision: Precision) -> int:
    """Bytes that ``simulate_sweep`` needs for so many scenarios like this one, the table not counted."""
    kept = len(network.economy.industries) + len(network.economy.products)
    # What each day leaves, how it compares, and the strengths of the shocks.
    by_day = scenarios * scenario.days * (kept * (8 + 1) + len(scenario.shocks) * 2 * 8)
    params = parameters(scenario.behaviour, scenario.groups, scenario.shocks)
    return state_bytes(network, params, scenarios, precision, kept) + by_day


def stock_days(network: Network, params: Parameters) -> Floats:
    """(P,) days of base-year use of each slot in stock on the first day."""
    held = by_slot(network, params.preset.inventory_days, params.inventory_days)
    return held * by_slot(network, params.preset.initial_stocks, params.initial_stocks)


def consumer_columns(network: Network, regions: Sequence[str]) -> npt.NDArray[np.int64]:
    """(final users in group order,) 0 for consumers of these regions, else -1."""
    economy = network.economy
    counts = np.array(
        [
            user.region in regions and (user.kind is FinalUseKind.HOUSEHOLDS or not has_households(economy))
            for user in economy.final_users
        ]
    )
    columns = network.users[len(economy.industries) :] - len(economy.industries)
    return np.where(counts[columns], 0, -1)


def has_households(economy: Economy) -> bool:
    """Whether the table tells households apart; else all final users are the consumers."""
    return any(user.kind is FinalUseKind.HOUSEHOLDS for user in economy.final_users)


def _with_more_stock(params: Parameters, network: Network, slot: str, days: float) -> Parameters:
    """Parameters with a longer stock of one slot; the share of the target in stock stays as it is."""
    product = next(one.product for one in network.slots if str(one) == slot)
    held = params.inventory_days.get(product, params.preset.inventory_days)
    return replace(params, inventory_days={**params.inventory_days, slot: held + days})


def _lost(network: Network, lived: Lived, regions: Sequence[str]) -> Floats:
    """(scenarios, 2) consumption and value added lost over the run."""
    economy = network.economy
    n = len(economy.industries)
    output, consumed = (lived.record.values[name][:, : lived.done] for name in ("output", "consumption"))
    counted = consumer_columns(network, regions) == 0
    product_of = np.array([economy.products.index(slot.product) for slot in network.slots])
    bought = np.zeros(len(economy.products))
    np.add.at(bought, product_of, network.tables.base_use[:, n:][:, counted].sum(axis=1))
    here = np.array([region in regions for region, _ in economy.industries.pairs])
    base = network.tables.base_output[:n]
    value_added = economy.value_added.sum(axis=0) / DAYS_PER_YEAR
    share = np.divide(value_added, base, out=np.zeros(n), where=here & (base > 0))
    return np.stack(
        [
            _lost_of(consumed[..., 0], (bought > 0).astype(np.float64), float(bought[bought > 0].sum())),
            _lost_of(output, share, float(value_added[here & (base > 0)].sum())),
        ],
        axis=1,
    )


def _lost_of(values: Floats, weight: Floats, base: float) -> Floats:
    """(scenarios,) mean over the days of ``1 − Σ weight·values / base``; NaN without a base."""
    # einsum: its order of summation does not depend on how many scenarios stand beside each other.
    by_day = np.einsum("kdi,i->kd", values, weight)
    return np.asarray(1.0 - by_day.mean(axis=1) / base) if base > 0 else np.full(len(values), np.nan)


def _first_days(network: Network, lived: Lived) -> npt.NDArray[np.int32]:
    """(scenarios, levels, industries) first day of each below a level, as for a single run; -1: never."""
    output = lived.record.values["output"][:, : lived.done]
    base = network.tables.base_output[: output.shape[2]]
    found = []
    for level in (FALLS, STOPS):
        below = (output < level * base * (1.0 - 1e-9)) & (base > 0)
        found.append(np.where(below.any(axis=1), below.argmax(axis=1), -1))
    return np.stack(found, axis=1).astype(np.int32)
