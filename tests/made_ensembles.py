"""Made ensembles: draws whose numbers follow from their parameters by formula, to be read in tests."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.results import (
    FALLS,
    MEASURES,
    QUANTILES,
    STOPS,
    EnsembleRecord,
    EnsembleResult,
    RunRecord,
    day_axis,
    variable,
)
from autarky.scenario import Scenario

START = datetime.date(2024, 1, 1)
SHOCK = 10
"""Days from the first day of the run to day 0."""
INDUSTRIES = {"REF": "Refining", "CHE": "Chemicals", "CAR": "Cars", "FOO": "Food", "OFF": "Offices"}
NEEDS = {"FOO": "Food", "ENE": "Energy", "CLO": "Clothing", "PIN": "Pins"}
PARAMETERS: tuple[Mapping[str, Any], ...] = (
    {
        "name": "stock of inputs",
        "sentence": "stock of inputs (days): uniform 10–50, a survey of stocks",
        "source": "a survey of stocks",
        "kind": "uniform",
        "unit": "days",
    },
    {
        "name": "leak",
        "sentence": "leak: uniform 0–0.4, assumption: smuggling and detours",
        "source": "assumption: smuggling and detours",
        "kind": "uniform",
        "unit": "",
    },
    {
        "name": "harvest",
        "sentence": "harvest: each of ministry, farmers",
        "source": "two that disagree",
        "kind": "each",
        "unit": "",
        "options": ["ministry", "farmers"],
        "option_sources": ["yearbook of the ministry", "the farmers' union"],
    },
)

Array = npt.NDArray[np.float64]


def made_ensemble(
    draws: int = 200,
    *,
    days: int = 150,
    harm: float = 1.0,
    failed: Sequence[int] = (),
    parameters: Sequence[Mapping[str, Any]] = PARAMETERS,
    labels: Mapping[str, str] | None = None,
    design: str = "random",
    seed: int = 0,
    error: str = "shocks[0].share_kept: is 1.2 — give a share from 0 to 1",
) -> EnsembleResult:
    """Refining stops when its stock is used up, unless enough leaks in; its users and food follow.

    ``harm`` 0: nothing ever happens; ``harm`` above 5: everything stops on day 0 in every draw.
    """
    rng = np.random.default_rng(seed)
    point = rng.random((draws, 3))
    if design == "saltelli":
        point = _saltelli(rng, draws)
        draws = len(point)
    stock, leak = 10 + 40 * point[:, 0], 0.4 * point[:, 1]
    harvest = (point[:, 2] >= 0.5).astype(float)
    value = np.column_stack([stock, leak, harvest])

    depth = np.clip(harm * (1 - 2 * leak), 0, 1)  # of the fall of refining
    strength = np.array([1.0, 0.9, 0.7, 0.45, 0.1])
    delay = np.array([0.0, 0.0, 12.0, 20.0, 40.0])
    day = np.arange(days, dtype=float)
    onset = SHOCK + (0.0 if harm > 5 else 1.0) * (stock[:, None] + delay)
    fallen = day[None, None, :] >= np.ceil(onset)[:, :, None]
    share = np.where(harm > 5, 1.0, strength) * depth[:, None]
    output = 1 - fallen * share[:, :, None]  # draw, industry, day
    lacking = np.array([3, 0, 2, 1])  # the industry behind each need
    hunger = np.column_stack([0.6 + 0.5 * harvest, np.ones(draws), np.ones(draws), 2 * np.ones(draws)])
    loss = np.clip((1 - output[:, lacking]) * hunger[:, :, None], 0, 1)
    consumption = 1 - loss
    need_base = np.array([30.0, 20.0, 10.0, 0.1])
    output_base = np.array([40.0, 30.0, 30.0, 20.0, 80.0])
    gdp = np.einsum("dit,i->dt", output, output_base) / output_base.sum()
    total = np.einsum("dnt,n->dt", consumption, need_base) / need_base.sum()

    def first(below: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
        return np.where(below.any(axis=-1), below.argmax(axis=-1), -1).astype(np.int32)

    below = np.stack([first(output < level) for level in (FALLS, STOPS)], axis=1)  # draw, level, industry
    need = first(consumption < 0.8)

    def earliest(first: npt.NDArray[np.int32]) -> Array:
        return np.where((first >= 0).any(axis=1), np.where(first < 0, days, first).min(axis=1), np.nan)

    numbers = {
        "gdp_lost": 1 - gdp.mean(axis=1),
        "gdp_lost_at_most": 1 - gdp.min(axis=1),
        "consumption_lost": 1 - total.mean(axis=1),
        "consumption_lost_at_most": 1 - total.min(axis=1),
        "stops": (below[:, 1] >= 0).sum(axis=1),
        "falls": (below[:, 0] >= 0).sum(axis=1),
        "first_stop": earliest(below[:, 1]),
        "first_need": earliest(need[:, :3]),
    }
    measured = np.column_stack([numbers[name] for name in MEASURES]).astype(float)
    gone = np.isin(np.arange(draws), failed)
    measured[gone], below[gone], need[gone] = np.nan, -1, -1
    ran = ~gone if (~gone).any() else gone

    def bands(series: Array) -> Array:
        """Quantiles over draws, (quantile, day, …)."""
        return np.moveaxis(np.quantile(series[ran], QUANTILES, axis=0), -1, 1)

    scenario = Scenario.model_validate(
        {
            "name": "No oil",
            "start": START.isoformat(),
            "days": days,
            "shocks": [
                {
                    "kind": "trade_cut",
                    "products": ["REF"],
                    "share_kept": 0,
                    "from": (START + datetime.timedelta(SHOCK)).isoformat(),
                }
            ],
        }
    )
    one, flow = "1", "million USD / day"
    data = xr.Dataset(
        {
            "point": variable(point, ("draw", "parameter"), one, "point"),
            "value": variable(value, ("draw", "parameter"), one, "value"),
            "stratum": variable(harvest.astype(np.int64), ("draw",), one, "combination of sources"),
            "failed": (("draw",), np.array([error if lost else "" for lost in gone], dtype=object)),
            "measured": variable(measured, ("draw", "measure"), one, "measures"),
            "first_day_below": variable(below, ("draw", "level", "industry"), "day", "first day below"),
            "first_day_below_need": variable(need, ("draw", "need"), "day", "first day below need"),
            "need_base": variable(need_base, ("need",), flow, "consumption in the base year"),
            "output_base": variable(output_base, ("industry",), flow, "output in the base year"),
            "gdp": variable(bands(gdp), ("quantile", "day"), one, "value added"),
            "household_consumption": variable(bands(total), ("quantile", "day"), one, "consumption"),
            "output": variable(bands(output), ("quantile", "day", "industry"), one, "output"),
            "consumption": variable(bands(consumption), ("quantile", "day", "need"), one, "consumption"),
        },
        coords={
            "draw": np.arange(draws),
            "parameter": [str(parameter["name"]) for parameter in parameters],
            "measure": list(MEASURES),
            "level": [FALLS, STOPS],
            "industry": list(INDUSTRIES),
            "region": ("industry", ["HOM"] * len(INDUSTRIES)),
            "sector": ("industry", list(INDUSTRIES)),
            "need": [f"HOM.{product}" for product in NEEDS],
            "need_region": ("need", ["HOM"] * len(NEEDS)),
            "need_product": ("need", list(NEEDS)),
            "day": day_axis(START, days).astype("datetime64[ns]"),
            "quantile": list(QUANTILES),
        },
    )
    run = RunRecord(
        scenario=scenario.model_dump(mode="json", by_alias=True),
        parameters={"name": "autarky", "inventory_days": 30.0},
        assumptions=("30 days to reorder a gap in stock",),
        economy={
            "name": "Testland",
            "year": 2019,
            "unit": "million USD",
            "notes": ["Every number is invented."],
        },
        versions={"autarky": "0.1.0"},
    )
    declared = {"draws": draws, "design": design, "seed": seed, "need_share": 0.8}
    record = EnsembleRecord(run, declared, draws, "float64", tuple(parameters))
    return EnsembleResult(data, record, {**INDUSTRIES, **NEEDS} if labels is None else dict(labels))


def widened(result: EnsembleResult, times: int) -> EnsembleResult:
    """The same with every industry and need so many times, under names as long as official ones are."""
    data = result.data
    industries = np.tile(np.arange(data.sizes["industry"]), times)
    needs = np.tile(np.arange(data.sizes["need"]), times)
    sectors = [f"I{k:04d}" for k in range(len(industries))]
    products = [f"P{k:04d}" for k in range(len(needs))]
    wide = data.isel(industry=industries, need=needs).assign_coords(
        industry=sectors,
        sector=("industry", sectors),
        need=[f"HOM.{product}" for product in products],
        need_product=("need", products),
    )
    # The later a row, the later its days: no two rows are told alike.
    later = np.arange(len(industries)) // data.sizes["industry"] % 40
    wide["first_day_below"] = wide["first_day_below"] + (wide["first_day_below"] >= 0) * later
    labels = {
        code: f"Manufacture of {code}, parts and accessories thereof, not elsewhere classified"
        for code in sectors
    }
    labels |= {
        code: f"Products of {code}, and services that go with them, not elsewhere classified"
        for code in products
    }
    return EnsembleResult(wide, result.record, labels)


def _saltelli(rng: np.random.Generator, base: int) -> Array:
    """A, B, AB of two numbers, for each of the two options of the third."""
    A, B = rng.random((2, base, 2))
    mixed = [A.copy(), A.copy()]
    for column in range(2):
        mixed[column][:, column] = B[:, column]
    numbers = np.concatenate([A, B, *mixed])
    return np.concatenate([np.column_stack([numbers, np.full(len(numbers), u)]) for u in (0.25, 0.75)])
