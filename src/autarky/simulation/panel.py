"""Panel: many draws side by side, and what an ensemble keeps of each: a number per measure, paths by day."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.economy import Economy, FinalUseKind
from autarky.results import FALLS, MEASURES, STOPS, day_axis, variable
from autarky.scenario import Scenario
from autarky.simulation.network import DAYS_PER_YEAR, Network, build_network
from autarky.simulation.opening import Keep, state_bytes
from autarky.simulation.presets import parameters
from autarky.simulation.run import Lived, live_through, network_key

Floats = npt.NDArray[np.float64]
Precision = Literal["float64", "float32"]

WEIGHTY = 0.01
"""Needs worth at least this share of their region's household consumption count for ``first_need``."""

_LEVELS = (FALLS, STOPS)
_NEVER = np.inf


def simulate_panel(
    economy: Economy,
    scenarios: Sequence[Scenario],
    *,
    need_share: float = 0.8,
    precision: Precision = "float64",
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Simulate scenarios on one table side by side and keep what an ensemble needs of each.

    Scenarios may differ in anything but ``start`` and ``days``; those that share a network are read in one
    pass over it. A draw has the same bytes whatever its company.

    ``precision`` float32 halves time and memory; losses then differ from float64 by less than 1e-4 of the
    base year (tests/differential/test_float32.py).

    Returns
    -------
    panel : Dataset
        Dimensions ``draw`` (0 … len(scenarios) − 1), ``day``, ``industry``, ``need``, ``level``, ``measure``;
        variables ``measured``, ``first_day_below``, ``first_day_below_need``, ``gdp`` and
        ``household_consumption`` (draw, day), ``output`` (draw, day, industry) and ``consumption``
        (draw, day, need) in float32, ``output_base``, ``need_base``: as in ``EnsembleResult``, with a draw
        axis in place of the quantiles. Series are relative to the base year.

    Raises
    ------
    ScenarioError, EconomyError, SimulationError
        As ``simulate``.
    """
    each = [parameters(scenario.behaviour, scenario.groups, scenario.shocks) for scenario in scenarios]
    alike: dict[Hashable, list[int]] = {}
    for k, (scenario, params) in enumerate(zip(scenarios, each, strict=True)):
        alike.setdefault(network_key(scenario, params), []).append(k)
    needs = _needs(economy)
    parts: list[tuple[list[int], dict[str, npt.NDArray[Any]]]] = []
    for members in alike.values():
        network = build_network(economy, each[members[0]])
        lived = live_through(
            network,
            [scenarios[k] for k in members],
            [each[k] for k in members],
            needs.keep(network),
            precision=precision,
            progress=progress,
        )
        parts.append((members, _measured(network, lived, needs, need_share, len(members))))
    return _labelled(economy, scenarios[0], needs, parts)


def memory_needed(economy: Economy, scenario: Scenario, draws: int, precision: Precision = "float64") -> int:
    """Bytes that ``simulate_panel`` needs for ``draws`` scenarios like this one, the table not counted."""
    params = parameters(scenario.behaviour, scenario.groups, scenario.shocks)
    network = build_network(economy, params)
    kept = len(economy.industries) + len(economy.products) * len(_needs(economy).regions)
    # All days by draw, by need and relative, and twice in float32; shocks.
    by_day = draws * scenario.days * (kept * (3 * 8 + 2 * 4) + len(scenario.shocks) * 2 * 8)
    return state_bytes(network, params, draws, precision, kept) + by_day


@dataclass(frozen=True)
class _Needs:
    """What households consume: a product in a region; all final users where the table has no households."""

    regions: tuple[str, ...]
    products: tuple[str, ...]
    column: npt.NDArray[np.int64]
    """(final users in table order,) position of the region of those that count, else -1."""

    def keep(self, network: Network) -> Keep:
        """What the kernels record for this."""
        n = len(network.economy.industries)
        return Keep(False, self.column[network.users[n:] - n])

    def base(self, network: Network) -> Floats:
        """(regions × products,) base-year consumption, flow per day."""
        economy = network.economy
        use = np.zeros((len(self.regions), len(self.products)))
        columns = self.keep(network).final_column
        for p, slot in enumerate(network.slots):
            bought = network.tables.base_use[p, len(economy.industries) :]
            np.add.at(use[:, self.products.index(slot.product)], columns[columns >= 0], bought[columns >= 0])
        return use.ravel()

    def weighty(self, base: Floats) -> npt.NDArray[np.bool_]:
        """(needs,) those worth at least ``WEIGHTY`` of their region's consumption."""
        whole = base.reshape(len(self.regions), -1).sum(axis=1)
        return (base > 0) & (base >= WEIGHTY * np.repeat(whole, len(self.products)))


def _needs(economy: Economy) -> _Needs:
    households = [user.kind is FinalUseKind.HOUSEHOLDS for user in economy.final_users]
    counts = households if any(households) else [True] * len(households)
    regions = list(dict.fromkeys(u.region for u, c in zip(economy.final_users, counts, strict=True) if c))
    column = np.array(
        [
            regions.index(user.region) if counted else -1
            for user, counted in zip(economy.final_users, counts, strict=True)
        ],
        dtype=np.int64,
    )
    return _Needs(tuple(regions), economy.products, column)


def _measured(
    network: Network, lived: Lived, needs: _Needs, need_share: float, draws: int
) -> dict[str, npt.NDArray[Any]]:
    """The numbers of a panel for scenarios that share a network, by name; the draw axis comes first."""
    base = network.tables.base_output[: len(network.economy.industries)].copy()
    output = lived.record.values["output"][:, : lived.done]
    consumed = lived.record.values["consumption"][:, : lived.done]
    consumed = consumed.transpose(0, 1, 3, 2).reshape(draws, lived.done, -1)
    value_added = network.economy.value_added.sum(axis=0) / DAYS_PER_YEAR
    share = np.divide(value_added, base, out=np.zeros(len(base)), where=base > 0)
    # einsum: its order of summation does not depend on how many draws stand beside each other.
    gdp = np.einsum("kdi,i->kd", output, share) / value_added[base > 0].sum()
    need_base = needs.base(network)
    usable = need_base > 0
    total = np.einsum("kdi,i->kd", consumed, usable.astype(np.float64)) / need_base[usable].sum()
    output, consumed = _relative(output, base), _relative(consumed, need_base)
    first = np.stack([_first_below(output, level * (1.0 - 1e-9), base > 0) for level in _LEVELS], axis=1)
    first_need = _first_below(consumed, need_share * (1.0 - 1e-9), usable)
    stops = first[:, _LEVELS.index(STOPS)]
    measured = {
        "gdp_lost": 1.0 - gdp.mean(axis=1),
        "gdp_lost_at_most": 1.0 - gdp.min(axis=1),
        "consumption_lost": 1.0 - total.mean(axis=1),
        "consumption_lost_at_most": 1.0 - total.min(axis=1),
        "stops": (stops >= 0).sum(axis=1),
        "falls": (first[:, _LEVELS.index(FALLS)] >= 0).sum(axis=1),
        "first_stop": _earliest(stops),
        "first_need": _earliest(np.where(needs.weighty(need_base), first_need, -1)),
    }
    return {
        "measured": np.stack([np.asarray(measured[name], dtype=np.float64) for name in MEASURES], axis=1),
        "first_day_below": first,
        "first_day_below_need": first_need,
        "gdp": gdp,
        "household_consumption": total,
        "output": output.astype(np.float32),
        "consumption": consumed.astype(np.float32),
        "output_base": base,
        "need_base": need_base,
    }


def _relative(values: Floats, base: Floats) -> Floats:
    """``values / base``; 1 where there is no base."""
    usable = base > 0
    return np.where(usable, values / np.where(usable, base, 1.0), 1.0)


def _first_below(values: Floats, level: float, counts: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """(draws, columns) first day on which a share is below a level; -1: never."""
    below = (values < level) & counts
    return np.where(below.any(axis=1), below.argmax(axis=1), -1).astype(np.int32)


def _earliest(first: npt.NDArray[np.int32]) -> Floats:
    """(draws,) the earliest of some first days; NaN: none."""
    days = np.where(first >= 0, first, _NEVER).min(axis=1, initial=_NEVER)
    return np.where(days == _NEVER, np.nan, days)


def _labelled(
    economy: Economy,
    scenario: Scenario,
    needs: _Needs,
    parts: Sequence[tuple[list[int], dict[str, npt.NDArray[Any]]]],
) -> xr.Dataset:
    """The numbers of all parts, each draw in its place, with names and units."""
    draws = sum(len(members) for members, _ in parts)
    found: dict[str, npt.NDArray[Any]] = {}
    for name, values in parts[0][1].items():
        if name.endswith("_base"):
            found[name] = values
            continue
        found[name] = np.empty((draws, *values.shape[1:]), values.dtype)
        for members, numbers in parts:
            found[name][members] = numbers[name]
    flow = f"{economy.unit} per day"
    by_industry, by_need = ("draw", "day", "industry"), ("draw", "day", "need")
    told: dict[str, tuple[tuple[str, ...], str, str]] = {
        "measured": (("draw", "measure"), "1", "One number per draw; days where it is a day"),
        "first_day_below": (("draw", "level", "industry"), "day", "First day output is below; -1: never"),
        "first_day_below_need": (("draw", "need"), "day", "First day consumption is below need; -1: never"),
        "gdp": (("draw", "day"), "1", "Value added at base-year coefficients, base year 1"),
        "household_consumption": (("draw", "day"), "1", "All products together, base year 1"),
        "output": (by_industry, "1", "Output, base year 1"),
        "consumption": (by_need, "1", "Consumption of a product, base year 1"),
        "output_base": (("industry",), flow, "Output in the base year"),
        "need_base": (("need",), flow, "Consumption in the base year"),
    }
    data = {name: variable(found[name], *about) for name, about in told.items()}
    coords: dict[str, Any] = {
        "day": day_axis(scenario.start, found["gdp"].shape[1]),
        "industry": list(economy.industries.labels),
        "region": ("industry", [region for region, _ in economy.industries.pairs]),
        "sector": ("industry", [sector for _, sector in economy.industries.pairs]),
        "level": list(_LEVELS),
        "measure": list(MEASURES),
        "need": [f"{region}.{product}" for region in needs.regions for product in needs.products],
        "need_region": ("need", [region for region in needs.regions for _ in needs.products]),
        "need_product": ("need", [product for _ in needs.regions for product in needs.products]),
    }
    return xr.Dataset(data, coords=coords)
