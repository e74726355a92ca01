"""What each behaviour costs a run: time with it over time without it, in turns in one process.

    python benchmarks/behaviours.py [--days N] [--rounds N]

The plain run has none. A behaviour is switched on in a form that changes nothing or little, so that both
sides compute the same days.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import numba

from autarky.economy import Economy
from autarky.scenario import Scenario
from autarky.simulation.run import simulate_many
from autarky.sources import embedded

CUT = {"kind": "trade_cut", "origin": "CHINA", "share_kept": 0.3, "from": "2020-02-01"}
WEEK = {"people": 1e6, "hours_a_week": {"work": 48}, "slack": 0.1}
INCOME = {"markets": 0.2, "market_sectors": ["trade"]}
HOUSEHOLDS = {"food": ["food"], "groups": {"households": {"income": INCOME, "food_stock_days": 10}}}
BEHAVIOURS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "plain": ({}, []),
    "priority": ({"rationing": "priority", "priority": [["households"], ["industries"]]}, []),
    "market": ({"rationing": "market"}, []),
    "labour": ({"labour": {"groups": {"all": WEEK}}}, []),
    "labour with hiring": ({"labour": {"groups": {"all": WEEK}, "hiring": {}}}, []),
    "households": ({"households": HOUSEHOLDS}, []),
    "consumption": ({"consumption": {}}, []),
    "foreign exchange": ({"foreign_exchange": {"reserves": 1e4, "spending_days": 365}}, []),
    "search": ({"search": {"days": 100, "most": 0.3}}, []),
    "spare parts": ({"spare_parts": {"products": ["machinery"], "wear_days": 1e4, "store_days": 10}}, []),
    "technique": (
        {},
        [
            {
                "kind": "technique_change",
                "sectors": ["agriculture"],
                "inputs": [{"product": "fertiliser", "origin": "abroad", "factor": 0.9}],
                "from": "2020-03-01",
            }
        ],
    ),
    "ces": ({"production": "ces", "elasticities": {"between": {"short": 0.2}}}, []),
    "pichler2022": ({"preset": "pichler2022"}, []),
}


def scenarios(name: str, days: int, number: int) -> list[Scenario]:
    """So many of them side by side, with stocks that differ."""
    behaviour, shocks = BEHAVIOURS[name]
    plain = {"start": "2020-01-01", "days": days, "shocks": [CUT, *shocks]}
    return [
        Scenario.model_validate(plain | {"behaviour": behaviour | {"inventory_days": 20.0 + k / 8}})
        for k in range(number)
    ]


def seconds(table: Economy, ones: list[Scenario]) -> float:
    start = time.perf_counter()
    simulate_many(table, ones)
    return time.perf_counter() - start


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--days", type=int, default=730)
    given.add_argument("--rounds", type=int, default=7)
    asked = given.parse_args()
    numba.set_num_threads(1)
    table = embedded("north-korea-2019")
    print("| behaviour | 1 scenario, s | ratio to plain | 64 scenarios, s | ratio to plain |")
    print("|---|---|---|---|---|")
    for name in BEHAVIOURS:
        cells = []
        for number in (1, 64):
            ones, plain = scenarios(name, asked.days, number), scenarios("plain", asked.days, number)
            seconds(table, ones), seconds(table, plain)  # compile, and warm up
            pairs = [(seconds(table, ones), seconds(table, plain)) for _ in range(asked.rounds)]
            ratio = statistics.median(one / other for one, other in pairs)
            cells.append(f"{statistics.median(one for one, _ in pairs):.3f} | {ratio:.2f}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
