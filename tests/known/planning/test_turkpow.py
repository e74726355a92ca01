"""Least-cost expansion of the electricity supply of Turkey, 1978 to 2005 (TURKPOW).

Data: Turvey, R. & Anderson, D. (1977), *Electricity Economics: Essays and Case Studies*, Johns Hopkins
University Press, ch. 8 "Electricity development in Turkey: a case study using linear programming". Optimum:
12657.7708 million lira, as the GAMS model library prints it for its model TURKPOW (no. 54), where demand
grows by 11 % a year throughout.

The study format cannot hold it: plants differ by the year they were built in (vintages), and power of one
year is many products, by block of a load curve, each plant's blocks bound together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from autarky.planning.highs import Solution, Status, solve
from autarky.planning.linear_program import Builder, LinearProgram

YEARS = (1978, 1983, 1988, 1993, 1998, 2005)
BASE_YEAR = 1975
BLOCKS = ("peak", "high", "medium", "low")
HOURS = np.array([526, 2540, 3066, 2628])
DEMAND_1975 = np.array([3365, 2550, 2050, 1520])
"""MW by block."""
INTEREST, RESERVE, HYDRO_SHARE, GROWTH = 0.11, 0.05, 0.5, 0.11


class Hydro(NamedTuple):
    """A river: availability .9, operating cost .09 million lira per MW-year, life 50 years."""

    there: float
    """MW in 1975."""
    energy: float
    """Energy factor."""
    cost: float
    """Million lira per MW."""
    room: float
    """Most new MW."""


HYDRO = {
    "hydro-1": Hydro(0, 0.4, 1.4, 684),
    "hydro-2": Hydro(0, 0.4, 4.0, 1484),
    "hydro-3": Hydro(0, 0.4, 6.5, 844),
    "hydro-4": Hydro(0, 0.4, 7.0, 250),
    "hydro-5": Hydro(1829, 0.6, 3.0, 2000),
    "hydro-6": Hydro(0, 0.6, 6.8, 814),
    "hydro-7": Hydro(0, 0.8, 4.3, 890),
    "hydro-8": Hydro(0, 0.4, 2.7, 1366),
    "hydro-9": Hydro(0, 0.4, 4.6, 656),
    "hydro-10": Hydro(0, 0.4, 6.1, 192),
    "hydro-11": Hydro(0, 0.6, 3.9, 1002),
    "hydro-12": Hydro(0, 0.6, 5.6, 947),
    "hydro-13": Hydro(0, 0.8, 6.1, 81),
}
HYDRO_AVAILABLE, HYDRO_RUNNING, HYDRO_LIFE = 0.9, 0.09, 50
LATE = ("hydro-8", "hydro-9", "hydro-10", "hydro-11", "hydro-12", "hydro-13")
"""Not before 1988."""


class Thermal(NamedTuple):
    """A kind of plant: life 30 years; running cost falls by .5 % a year of vintage."""

    there: float
    """MW in 1975."""
    available: float
    running: float
    """Million lira per MW-year."""
    cost: float
    """Million lira per MW."""
    cost_growth: float
    """Of capital cost per year."""
    room: float
    """Most new MW."""
    most: tuple[float, ...]
    """Most new MW by year."""
    least: tuple[float, ...] = (0, 0, 0, 0, 0, 0)


INF = np.inf
ANY = (INF,) * 6
THERMAL = {
    "gas turbine": Thermal(
        120, 0.8, 1.7, 2.5, 0, INF, (230, 390, 650, 1110, 1580, 3580), (0, 100, 200, 360, 600, 1600)
    ),
    "oil": Thermal(847, 0.9, 1.1, 4.5, -0.01, INF, ANY),
    "lignite-1": Thermal(960, 0.8, 0.6, 5, -0.01, 0, ANY),
    "lignite-2": Thermal(0, 0.8, 0.2, 7, -0.01, 2500, ANY),
    "lignite-3": Thermal(0, 0.8, 0.2, 7, -0.01, 3500, (0, 0, INF, INF, INF, INF)),
    "nuclear": Thermal(0, 0.8, 0.3, 9, -0.02, INF, (0, 600, 2500, 5000, 10000, INF)),
}
RUNNING_GROWTH, THERMAL_LIFE = -0.005, 30


def annuity(life: float) -> float:
    """Capital recovery factor."""
    return INTEREST / (1 - (1 + INTEREST) ** -life)


def turkey() -> tuple[LinearProgram, np.ndarray]:
    """The program, and the discounted cost of building and running in each year, million lira."""
    rivers, kinds = tuple(HYDRO.values()), tuple(THERMAL.values())
    elapsed = np.array(YEARS) - BASE_YEAR
    demand = np.floor(DEMAND_1975[:, None] * (1 + GROWTH) ** elapsed + 0.5)
    duration = np.cumsum(HOURS) / HOURS.sum()
    discount = (1 + INTEREST) ** -elapsed.astype(float)
    labels = [str(year) for year in YEARS]

    # The fourth is dammed in 1978 in any case and not in 1983; some others not before 1988.
    most = np.full((len(rivers), 6), INF)
    most[[list(HYDRO).index(late) for late in LATE], :2] = 0.0
    least = np.zeros((len(rivers), 6))
    fourth = list(HYDRO).index("hydro-4")
    most[fourth, :2], least[fourth, 0] = (250, 0), 250

    b = Builder()
    dams = b.variables(
        "new hydro", {"plant": list(HYDRO), "year": labels}, lower=least, upper=most, unit="MW"
    )
    plants = b.variables(
        "new thermal",
        {"plant": list(THERMAL), "year": labels},
        lower=[kind.least for kind in kinds],
        upper=[kind.most for kind in kinds],
        unit="MW",
    )
    falls = b.variables("hydro power", {"plant": list(HYDRO), "block": BLOCKS, "year": labels}, unit="MW")
    # Of vintages yet to come nothing can run.
    built = np.arange(6)[:, None] <= np.arange(6)
    fires = b.variables(
        "thermal power",
        {"plant": list(THERMAL), "vintage": labels, "block": BLOCKS, "year": labels},
        upper=np.where(built, INF, 0.0)[None, :, None, :],
        unit="MW",
    )

    met = b.rows("demand", {"block": BLOCKS, "year": labels}, lower=demand, unit="MW")
    for k in range(len(BLOCKS)):
        # What runs in a longer block runs in every shorter one.
        b.add(met[k], falls[:, k:], 1)
        b.add(met[k], fires[:, :, k:], 1)
    there = HYDRO_AVAILABLE * sum(river.there for river in rivers)
    there += sum(kind.available * kind.there for kind in kinds)
    peak = b.rows("peak and reserve", {"year": labels}, lower=(1 + RESERVE) * demand[0] - there, unit="MW")
    available = np.array([kind.available for kind in kinds])[:, None]
    share = HYDRO_SHARE * demand[0] - sum(river.there for river in rivers)
    hydro_share = b.rows("most hydro", {"year": labels}, upper=share, unit="MW")
    for t in range(6):
        b.add(peak[t], dams[:, : t + 1], HYDRO_AVAILABLE)
        b.add(peak[t], plants[:, : t + 1], available)
        b.add(hydro_share[t], dams[:, : t + 1], 1)
    by_river = {"plant": list(HYDRO), "year": labels}
    initial = np.array([river.there for river in rivers])[:, None]
    factor = np.array([river.energy for river in rivers])[:, None]
    power = b.rows("hydro capacity", by_river, upper=HYDRO_AVAILABLE * initial, unit="MW")
    energy = b.rows("hydro energy", by_river, upper=factor * initial, unit="MW-years")
    for t in range(6):
        b.add(power[:, t, None], falls[:, :, t], 1)
        b.add(power[:, t, None], dams[:, : t + 1], -HYDRO_AVAILABLE)
        b.add(energy[:, t, None], falls[:, :, t], duration)
        b.add(energy[:, t, None], dams[:, : t + 1], -factor)
    by_vintage = {"plant": list(THERMAL), "vintage": labels, "year": labels}
    old = np.zeros((len(kinds), 6, 1))
    old[:, 0, 0] = [kind.available * kind.there for kind in kinds]
    capacity = b.rows("thermal capacity", by_vintage, upper=old, unit="MW")
    b.add(capacity[:, :, None, :], fires[:], 1)
    b.add(capacity[:], plants[:, :, None], -available[:, :, None])
    room = b.rows("room for hydro", {"plant": list(HYDRO)}, upper=[river.room for river in rivers], unit="MW")
    b.add(room[:, None], dams[:], 1)
    fuel = b.rows("most thermal", {"plant": list(THERMAL)}, upper=[kind.room for kind in kinds], unit="MW")
    b.add(fuel[:, None], plants[:], 1)

    program = b.build()
    cost = np.zeros(len(program.lower))
    paid_in_years_left = np.cumsum(discount[::-1])[::-1]
    cost[dams[:]] = (
        paid_in_years_left * annuity(HYDRO_LIFE) * np.array([river.cost for river in rivers])[:, None]
    )
    cost[falls[:]] = discount * HYDRO_RUNNING * duration[:, None]
    for k, kind in enumerate(kinds):
        falling = kind.cost * (1 + kind.cost_growth) ** elapsed
        cost[plants[k]] = paid_in_years_left * annuity(THERMAL_LIFE) * falling
        running = kind.running * (1 + RUNNING_GROWTH) ** elapsed
        cost[fires[k]] = running[:, None, None] * discount * duration[:, None]
    return program, cost


@pytest.fixture(scope="module")
def solved() -> tuple[LinearProgram, Solution]:
    program, cost = turkey()
    return program, solve(program, cost, crossover=True)


def test_power_for_turkey_costs_what_is_printed(solved: tuple[LinearProgram, Solution]) -> None:
    _, solution = solved
    assert solution.status is Status.OPTIMAL
    assert solution.objective == pytest.approx(12657.7708, abs=5e-5)


def test_every_block_of_every_year_is_paid_for(solved: tuple[LinearProgram, Solution]) -> None:
    program, solution = solved
    prices = program.labelled(solution.row_duals, of="rows")["demand"]
    assert (prices >= -1e-9).all()
    assert (prices.sum("block") > 0).all()
