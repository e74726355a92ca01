"""One scenario, day by day: autarky and BoARIO 0.7.2 in turn, in one process, on one table.

    python benchmarks/against_boario.py --table synthetic:80x50 --threads 2 --days 365

Both simulate the same capacity loss. They take turns in blocks of steps, so that a noisy machine slows
both. Beside them the memory bound: the time to read as many bytes as a step must touch (every base-year
flow once), measured in the same turns. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

BLOCK = 25
"""Steps each side takes in turn: long enough for its caches to be its own."""


def main() -> None:
    """Parse, set thread counts before numpy loads, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--table", default="synthetic:20x50", help="synthetic:RxS, or the path of a table")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--blas-threads", type=int, help="for BoARIO's linear algebra; --threads if left out")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--preset", default="boario", choices=("boario", "autarky"))
    parser.add_argument("--alone", action="store_true", help="without BoARIO: ours and the bound only")
    arguments = parser.parse_args()
    # Threads of linear algebra wait by spinning: given more than they use, they take the time of the others.
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(arguments.blas_threads or arguments.threads)
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = str(arguments.threads)
    with tempfile.TemporaryDirectory() as private:
        os.environ["TMPDIR"] = private
        print(json.dumps(compare(arguments)))


def compare(arguments: argparse.Namespace) -> dict[str, Any]:
    """Median and least milliseconds per step of each side, and ratios of medians."""
    import numpy as np

    economy = read(arguments.table)
    sides: dict[str, Callable[[int], None]] = {}
    day, bytes_touched, bound = ours(economy, arguments)
    sides["autarky"], sides["bound"] = day, bound
    if not arguments.alone:
        sides["boario"] = theirs(economy, arguments.days)
    times: dict[str, list[float]] = {name: [] for name in sides}
    for start in range(0, arguments.days, BLOCK):
        for name, step in sides.items():
            for number in range(start, min(start + BLOCK, arguments.days)):
                before = time.perf_counter()
                step(number)
                times[name].append(time.perf_counter() - before)
    # The first block pays for compiling and first touches.
    milliseconds = {name: np.array(values[BLOCK:]) * 1e3 for name, values in times.items()}
    result: dict[str, Any] = {
        "table": arguments.table,
        "industries": len(economy.industries),
        "threads": arguments.threads,
        "preset": arguments.preset,
        "days": arguments.days,
        "megabytes per step": round(bytes_touched / 1e6, 1),
    }
    for name, values in milliseconds.items():
        result[name] = {
            "median ms": round(float(np.median(values)), 4),
            "least ms": round(float(values.min()), 4),
            "mean ms": round(float(values.mean()), 4),
        }
    result["autarky / bound"] = round(result["autarky"]["median ms"] / result["bound"]["median ms"], 2)
    if not arguments.alone:
        result["boario / autarky"] = round(result["boario"]["median ms"] / result["autarky"]["median ms"], 1)
    return result


def read(name: str) -> Any:
    """The table to simulate, without the discrepancy columns that BoARIO has no place for."""
    import dataclasses

    if name.startswith("synthetic:"):
        from synthetic import synthetic_economy

        regions, sectors = name.removeprefix("synthetic:").split("x")
        return synthetic_economy(int(regions), int(sectors))
    from autarky.economy import FinalUseKind
    from autarky.sources import read_table

    economy = read_table(Path(name))
    keep = [f for f, user in enumerate(economy.final_users) if user.kind is not FinalUseKind.DISCREPANCY]
    # BoARIO, like its preset here, cannot take industries whose output is negative.
    Y = economy.Y[:, keep].copy()
    x = economy.Z.sum(axis=1) + Y.sum(axis=1)
    Y[x < 0] = 0.0
    return dataclasses.replace(
        economy, final_users=tuple(economy.final_users[f] for f in keep), Y=Y, reported_output=None
    )


def ours(
    economy: Any, arguments: argparse.Namespace
) -> tuple[Callable[[int], None], int, Callable[[int], None]]:
    """A function that simulates one day, the bytes it must touch, and one that only reads as many."""
    import numba
    import numpy as np

    from autarky.scenario import Scenario
    from autarky.simulation import opening, run
    from autarky.simulation.forcing import build_forcing
    from autarky.simulation.network import build_network
    from autarky.simulation.presets import parameters

    scenario = Scenario.model_validate(
        {
            "start": "2001-01-01",
            "days": arguments.days,
            "shocks": [
                {
                    "kind": "capacity_loss",
                    "regions": [economy.industries.regions[0]],
                    "share": 0.4,
                    "from": "2001-01-06",
                    "until": "2001-01-27",
                    "recovery": {"days": 365},
                }
            ],
            "behaviour": {"preset": arguments.preset},
        }
    )
    params = parameters(scenario.behaviour)
    network = build_network(economy, params)
    forcing = build_forcing(network, [scenario])
    rules = opening.build_rules(network, [params], forcing)
    state = opening.opening_state(network, [params], rules, forcing)
    days = opening.empty_days(network, arguments.days, 1, False)

    @numba.njit(parallel=True, fastmath=True)
    def total(values):  # type: ignore[no-untyped-def]
        result = 0.0
        for k in numba.prange(len(values)):
            result += values[k]
        return result

    flows = network.tables.flows
    sink = np.zeros(1)

    def bound(number: int) -> None:
        sink[0] += total(flows)

    def day(number: int) -> None:
        threads = arguments.threads > 1 and flows.size > run._WORTH_THREADS
        run._live(network.tables, rules, forcing, state, days, number, threads)

    return day, flows.nbytes, bound


def theirs(economy: Any, days: int) -> Callable[[int], None]:
    """A function that runs one step of BoARIO with the same loss."""
    warnings.simplefilter("ignore")
    import boario.event
    import pandas as pd
    from boario.extended_models import ARIOPsiModel
    from boario.simulation import Simulation

    from autarky.sources.pymrio_bridge import to_pymrio

    logging.getLogger("boario").setLevel(logging.CRITICAL)
    model = ARIOPsiModel(to_pymrio(economy).calc_system())
    simulation = Simulation(model, n_temporal_units_to_sim=days + 20)
    capital = pd.Series(model.productive_capital, index=model.industries).loc[[economy.industries.regions[0]]]
    event = boario.event.from_series(
        (capital * 0.4)[capital > 0],
        event_type="recovery",
        occurrence=5,
        duration=20,
        recovery_tau=365,
        event_monetary_factor=10**6,
    )
    simulation.add_event(event)

    def step(number: int) -> None:
        if simulation.next_step() != 0:
            raise RuntimeError("BoARIO crashed")

    return step


if __name__ == "__main__":
    main()
