"""The slow twin of ``autarky.simulation.panel``: run after run, each read from its labelled result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.economy import Economy
from autarky.results import FALLS, MEASURES, STOPS, SimulationResult, variable
from autarky.scenario import Scenario
from autarky.simulation import simulate

Floats = npt.NDArray[np.float64]

WEIGHTY = 0.01

_NEVER = np.iinfo(np.int32).max


def panel_of(
    economy: Economy,
    scenarios: Sequence[Scenario],
    *,
    need_share: float = 0.8,
) -> xr.Dataset:
    """What a panel should hold, in float64."""
    each = [_kept(simulate(economy, scenario), need_share) for scenario in scenarios]
    first = each[0]
    data = {
        name: xr.concat([one[name] for one in each], "draw") if "base" not in str(name) else first[name]
        for name in first.data_vars
    }
    return xr.Dataset(data, attrs={})


def _kept(result: SimulationResult, need_share: float) -> xr.Dataset:
    """One run's part of a panel."""
    data = result.data
    base = data["output_base"].values
    output = _relative(data["output"].values, base)
    households = data["kind"].values == "households"
    if not households.any():
        households = np.ones(len(households), dtype=bool)
    regions = data["final_region"].values
    chosen = list(dict.fromkeys(regions[households]))
    received, wanted = [], []
    for region in chosen:
        here = households & (regions == region)
        received.append(data["consumption"].values[:, :, here].sum(axis=2))
        wanted.append(data["consumption_base"].values[:, here].sum(axis=1))
    products = list(data["product"].values)
    need_base = np.concatenate(wanted)
    consumed = np.concatenate(received, axis=1)
    consumption = _relative(consumed, need_base)
    whole = np.repeat([part.sum() for part in wanted], len(products))
    weighty = (need_base > 0) & (need_base >= WEIGHTY * whole)
    below = (consumption < need_share * (1 - 1e-9)) & (need_base > 0)
    first_need = np.where(below.any(axis=0), below.argmax(axis=0), -1).astype(np.int32)
    first = data["first_day_below"].values
    value_added = data["value_added_base"].values
    gdp = np.divide(data["gdp"].values, value_added[base > 0].sum())
    usable = need_base > 0
    total = consumed[:, usable].sum(axis=1) / need_base[usable].sum()
    stops = first[[FALLS, STOPS].index(STOPS)]
    measured = {
        "gdp_lost": 1 - gdp.mean(),
        "gdp_lost_at_most": 1 - gdp.min(),
        "consumption_lost": 1 - total.mean(),
        "consumption_lost_at_most": 1 - total.min(),
        "stops": (stops >= 0).sum(),
        "falls": (first[0] >= 0).sum(),
        "first_stop": stops[stops >= 0].min(initial=_NEVER),
        "first_need": first_need[(first_need >= 0) & weighty].min(initial=_NEVER),
    }
    values = np.array([measured[name] for name in MEASURES], dtype=np.float64)
    needs = [f"{region}.{product}" for region in chosen for product in products]
    share = "1"
    variables: dict[str, Any] = {
        "measured": variable(np.where(values == _NEVER, np.nan, values), ("measure",), share, "Measures"),
        "first_day_below": variable(first, ("level", "industry"), "day", "First day below"),
        "first_day_below_need": variable(first_need, ("need",), "day", "First day below need"),
        "gdp": variable(gdp, ("day",), share, "Value added at base-year coefficients, base year 1"),
        "household_consumption": variable(total, ("day",), share, "Consumption of households, base year 1"),
        "output": variable(output.astype(np.float32), ("day", "industry"), share, "Output, base year 1"),
        "consumption": variable(
            consumption.astype(np.float32), ("day", "need"), share, "Consumption of a product, base year 1"
        ),
        "output_base": variable(base, ("industry",), data["output_base"].attrs["units"], "Output"),
        "need_base": variable(need_base, ("need",), data["consumption_base"].attrs["units"], "Consumption"),
    }
    coords = {
        "day": data["day"].values,
        "industry": data["industry"].values,
        "region": ("industry", data["region"].values),
        "sector": ("industry", data["sector"].values),
        "level": data["level"].values,
        "measure": list(MEASURES),
        "need": needs,
        "need_region": ("need", [region for region in chosen for _ in products]),
        "need_product": ("need", [product for _ in chosen for product in products]),
    }
    return xr.Dataset(variables, coords=coords)


def _relative(values: Floats, base: Floats) -> Floats:
    """``values / base``; 1 where there is no base."""
    usable = base > 0
    return np.where(usable, values / np.where(usable, base, 1.0), 1.0)
