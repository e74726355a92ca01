"""Why and what to keep: what tracing costs a run, and how long a study's imports take to rank.

    python benchmarks/why_and_keep.py STUDY [STUDY ...] [--repeats 7] [--keep] [--workers 2]

Tracing needs every stock of every day: its cost is the ratio of the days with and without, in turns, least
times. With --keep also each study's lifelines and countdown, once, compiling excluded. Prints one JSON object
per study.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autarky.explanation.counting import countdown
from autarky.explanation.ranking import lifelines
from autarky.explanation.tracing import largest_losers
from autarky.simulation.network import build_network
from autarky.simulation.opening import keep_everything
from autarky.simulation.presets import parameters
from autarky.simulation.run import live_through
from autarky.simulation.shortfalls import simulate_and_trace
from autarky.study import accepted, executor_of
from autarky.study_file import read_study


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that a piece of work took, and what it gave."""
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("studies", nargs="+")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    for path in asked.studies:
        study = read_study(path)
        economy, scenario = accepted(study.read_economy(), study), study.scenario
        params = parameters(scenario.behaviour, scenario.groups)
        network = build_network(economy, params)
        keep = keep_everything(network)
        result, trace = simulate_and_trace(economy, scenario)  # compiles
        took: dict[Any, list[float]] = {None: [], np.float32: []}
        for _ in range(asked.repeats):
            for stocks, seconds in took.items():
                work = partial(live_through, network, [scenario], [params], keep, stocks=stocks)
                seconds.append(timed(work)[0])
        plain, traced = min(took[None]), min(took[np.float32])
        chains, _ = timed(partial(largest_losers, result, trace, scenario))
        told = {
            "study": study.title,
            "industries": len(economy.industries),
            "days": scenario.days,
            "the days": round(plain, 4),
            "with stocks": round(traced, 4),
            "with / without": round(traced / plain, 3),
            "chains of three": round(chains, 4),
        }
        if asked.keep:
            executor = executor_of(asked.workers, None)
            lifelines(economy, scenario, candidates=1, exhaustive=0)  # compiles float32
            ranked, found = timed(partial(lifelines, economy, scenario, executor=executor))
            counted, _ = timed(partial(countdown, economy, scenario, result, executor=executor))
            told |= {
                "gates": len(found.alone),
                "lifelines": round(ranked, 2),
                "countdown": round(counted, 2),
                "workers": asked.workers,
            }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
