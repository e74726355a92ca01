"""Day by day: autarky and BoARIO 0.7.2 in turn, in one process, on one table.

    python benchmarks/against_boario.py --table synthetic:80x50 --threads 2 --days 365 --draws 64

Both simulate a capacity loss; with ``--draws K`` autarky simulates K of them side by side, in other regions,
of other sizes and with other stocks, and its time is given per scenario. They take turns in blocks of steps,
so that a noisy machine slows both. Beside them what the machine could do at best, measured in the same
turns: the time to stream the bytes that a step must touch (the flows once for all scenarios, stocks and
orders of each), and the time for its additions and multiplications at the speed of a matrix product.
Prints one JSON object.
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
    parser.add_argument(
        "--table",
        default="synthetic:20x50",
        help="synthetic:RxS or synthetic:RxS@DENSITY, or the path of a table",
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--blas-threads", type=int, help="for BoARIO's linear algebra; --threads if left out")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--preset", default="boario", choices=("boario", "autarky"))
    parser.add_argument("--draws", type=int, default=1, help="scenarios side by side")
    parser.add_argument("--precision", default="float64", choices=("float64", "float32"))
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
    sides: dict[str, Callable[[int], None]] = ours(economy, arguments)
    work = sides.pop("work")
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
    for name in ("autarky", "memory", "arithmetic"):
        milliseconds[name] /= arguments.draws
    result: dict[str, Any] = {
        "table": arguments.table,
        "industries": len(economy.industries),
        "threads": arguments.threads,
        "preset": arguments.preset,
        "draws": arguments.draws,
        "precision": arguments.precision,
        "days": arguments.days,
        **work,  # type: ignore[dict-item]
    }
    for name, values in milliseconds.items():
        result[name] = {
            "median ms": round(float(np.median(values)), 4),
            "least ms": round(float(values.min()), 4),
            "mean ms": round(float(values.mean()), 4),
        }
    median = {name: result[name]["median ms"] for name in milliseconds}
    result["autarky / bound"] = round(median["autarky"] / max(median["memory"], median["arithmetic"]), 2)
    if not arguments.alone:
        result["boario / autarky"] = round(median["boario"] / median["autarky"], 1)
    return result


def read(name: str) -> Any:
    """The table to simulate, without the discrepancy columns that BoARIO has no place for."""
    import dataclasses

    if name.startswith("synthetic:"):
        from synthetic import synthetic_economy

        size, _, density = name.removeprefix("synthetic:").partition("@")
        regions, sectors = size.split("x")
        return synthetic_economy(int(regions), int(sectors), density=float(density or 0.3))
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


def ours(economy: Any, arguments: argparse.Namespace) -> dict[str, Any]:
    """Functions that simulate a day, stream the bytes it touches, do its arithmetic; and how much it is."""
    import numba
    import numpy as np

    from autarky.scenario import Scenario
    from autarky.simulation import kernels, opening
    from autarky.simulation.forcing import build_forcing
    from autarky.simulation.network import build_network, in_precision, keep_books
    from autarky.simulation.presets import parameters

    regions, draws, precision = economy.industries.regions, arguments.draws, np.dtype(arguments.precision)
    scenarios = [
        Scenario.model_validate(
            {
                "start": "2001-01-01",
                "days": arguments.days,
                "shocks": [
                    {
                        "kind": "capacity_loss",
                        "regions": [regions[k % len(regions)]],
                        "share": 0.4 if draws == 1 else 0.1 + 0.8 * k / draws,
                        "from": "2001-01-06",
                        "until": "2001-01-27",
                        "recovery": {"days": 365},
                    }
                ],
                "behaviour": {"preset": arguments.preset}
                | ({} if draws == 1 else {"inventory_days": 60.0 + 60.0 * k / draws}),
            }
        )
        for k in range(draws)
    ]
    each = [parameters(scenario.behaviour) for scenario in scenarios]
    network = build_network(economy, each[0])
    forcing = build_forcing(network, scenarios)
    tables = in_precision(network.tables, precision)
    filled = opening.fill_packs(each, precision)
    rules = opening.build_rules(network, filled, forcing, precision)
    books = keep_books(tables, rules.groups_apart)
    state = opening.opening_state(network, books, filled, rules, forcing, precision)
    packs = len(state.quiet)
    first_user = np.zeros(len(economy.final_users), dtype=np.int64)
    keep = opening.Keep(False, first_user)
    days = opening.empty_days(network, arguments.days, packs, precision, keep)
    lanes = len(filled) // packs
    wakes = np.stack(
        [part.any(axis=1) for part in np.array_split(forcing.changes, np.arange(1, packs) * lanes, axis=1)],
        axis=1,
    )

    @numba.njit(parallel=True, fastmath=True)
    def total(values):  # type: ignore[no-untyped-def]
        result = 0.0
        for k in numba.prange(len(values)):
            result += values[k]
        return result

    entries = int(np.count_nonzero(tables.flows))
    slots = int((tables.base_use != 0).sum())
    # Flows with the place of their supplier once; stocks and orders are read and written, stocks read twice.
    touched = entries * (precision.itemsize + 4) + draws * slots * 5 * precision.itemsize
    stream = np.ones(touched // 8)
    # Deliveries, weights and orders: a product and a sum per flow each; some twenty operations per slot.
    operations = draws * (entries * 6 + slots * 20)
    side = max(64, round((operations / 2) ** (1 / 3)))
    left, right = np.ones((side, side), precision), np.ones((side, side), precision)
    sink = np.zeros(1)

    def memory(number: int) -> None:
        sink[0] += total(stream)

    def arithmetic(number: int) -> None:
        sink[0] += (left @ right)[0, 0]

    def day(number: int) -> None:
        threads = arguments.threads > 1
        kernels.live(tables, books, rules, forcing, wakes, state, days, 0, number, number + 1, threads)

    work = {
        "flows": entries,
        "links": len(books.link_row),
        "megabytes per step": round(touched / 1e6, 2),
        "million operations per step": round(operations / 1e6, 2),
    }
    return {"autarky": day, "memory": memory, "arithmetic": arithmetic, "work": work}


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
