"""Dependence: accounts of a world table against pymrio's ``calc_all``; paths and extractions alone.

    python benchmarks/dependence.py --wiod TABLE [--threads 2] [--repeats 5] [--accounts-only]

TABLE is a WIOD 2013 world table as csv; without it only the synthetic table of 80 × 50 industries is taken.
Both sides start from the same numbers in memory (Z, Y, one row of value added) and end with the same: output,
technical coefficients, multipliers, and the consumption, production, import and export accounts by region and
product. pymrio, besides, forms the Leontief inverse, which nothing here needs. Differences are relative to
the largest number of an account. Sides take turns; ratios are of the least times, which a busy machine moves
least. Prints one JSON object per case.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any


def main() -> None:
    """Parse, set thread counts before numpy loads, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wiod", help="a WIOD 2013 world table, csv")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--accounts-only", action="store_true", help="nothing but the accounts")
    parser.add_argument("--final", default="KOR.CONS_h", help="final user whose paths are followed")
    arguments = parser.parse_args()
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = str(arguments.threads)
    from synthetic import synthetic_economy

    from autarky.sources.wiod2013 import read_wiod2013

    if arguments.wiod:
        world = read_wiod2013(arguments.wiod)
        tell(against_pymrio(world, arguments.repeats))
    if arguments.wiod and not arguments.accounts_only:
        for share in (0.9, 0.95, 0.97, 0.98, 0.99):
            tell(paths(world, arguments.final, share))
        for case in extractions(world, arguments.final.partition(".")[0], arguments.repeats):
            tell(case)
    tell(against_pymrio(synthetic_economy(80, 50), arguments.repeats))


def tell(case: dict[str, Any]) -> None:
    """One line of JSON."""
    print(json.dumps(case, ensure_ascii=False), flush=True)


def in_turns(sides: dict[str, Callable[[], Any]], repeats: int) -> dict[str, dict[str, float]]:
    """Median and least seconds of each side, taken in turns so that a noisy machine slows all.

    numpy and scipy bring threads of their own, which go on waiting busily for a while: hence the pause.
    """
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, side in sides.items():
            time.sleep(0.3)
            begin = time.perf_counter()
            side()
            times[name].append(time.perf_counter() - begin)
    return {
        name: {"median": round(statistics.median(values), 4), "least": round(min(values), 4)}
        for name, values in times.items()
    }


def ours(economy: Any) -> tuple[Any, ...]:
    """Output, coefficients, multipliers and the four accounts, from an economy that remembers nothing."""
    from autarky.accounts import open_accounts
    from autarky.dependence.footprints import footprints

    for name in ("x", "A"):
        economy.__dict__.pop(name, None)
    accounts = open_accounts(economy, economy.industries.regions[:1])
    intensity = economy.value_added.sum(axis=0) / (economy.x + (economy.x == 0))
    multipliers = accounts.world_factor.solve_transposed(intensity)
    return economy.x, economy.A, multipliers, *(one.values.ravel() for one in footprints(accounts))


def theirs(system: Any) -> tuple[Any, ...]:
    """The same of pymrio's system with one extension, all that it had calculated forgotten before."""
    system.reset_all_full()
    system.calc_all()
    extension = system.factor_inputs
    accounts = (extension.D_cba, extension.D_pba, extension.D_imp, extension.D_exp)
    return (
        system.x.to_numpy()[:, 0],
        system.A.to_numpy(),
        extension.M.to_numpy()[0],
        *(one.to_numpy()[0] for one in accounts),
    )


def against_pymrio(economy: Any, repeats: int) -> dict[str, Any]:
    """Seconds of both sides, and how far their numbers are apart."""
    import numpy as np

    from autarky.sources.pymrio_bridge import to_pymrio

    row = economy.value_added.sum(axis=0, keepdims=True)
    economy = replace(economy, value_added=row, value_added_names=("value added",))
    system = to_pymrio(economy)
    mine, peers = ours(economy), theirs(system)
    names = ("x", "A", "multipliers", "consumption", "production", "imports", "exports")
    differences = {
        name: float(np.abs(one - other).max() / np.abs(other).max())
        for name, one, other in zip(names, mine, peers, strict=True)
    }
    worst = max(differences.values())
    if not worst <= 1e-8:
        raise SystemExit(f"the two sides differ: {differences}")
    del mine, peers
    seconds = in_turns({"autarky": lambda: ours(economy), "pymrio": lambda: theirs(system)}, repeats)
    return {
        "case": "accounts",
        "table": economy.name,
        "industries": len(economy.x),
        "largest relative difference": worst,
        "seconds": seconds,
        "pymrio / autarky": round(seconds["pymrio"]["least"] / seconds["autarky"]["least"], 2),
    }


def paths(economy: Any, final: str, share: float) -> dict[str, Any]:
    """Structural paths of one final demand, up to a share or 60 seconds."""
    from autarky.accounts import open_accounts
    from autarky.dependence.structural_paths import structural_paths

    accounts = open_accounts(economy, [final.partition(".")[0]])
    structural_paths(accounts, final, share=0.1)  # compiled, factored
    begin = time.perf_counter()
    found = structural_paths(accounts, final, share=share)
    seconds = time.perf_counter() - begin
    told = ("counted", "branches", "found_share", "remaining_share", "stopped")
    return {
        "case": "structural paths",
        "final demand": final,
        "asked": share,
        "seconds": round(seconds, 2),
        **{name: found.attrs[name] for name in told},
    }


def extractions(economy: Any, home: str, repeats: int) -> list[dict[str, Any]]:
    """Sweeps of hypothetical extraction out of one factored system."""
    from autarky.accounts import open_accounts
    from autarky.dependence.extraction import hypothetical_extraction, import_extraction

    accounts = open_accounts(economy, [home])
    sweeps: dict[str, Callable[[], Any]] = {
        "complete, each home industry": lambda: hypothetical_extraction(accounts),
        "imports, each supplier abroad": lambda: import_extraction(accounts, by="source"),
    }
    answers = {name: sweep() for name, sweep in sweeps.items()}
    seconds = in_turns(sweeps, repeats)
    return [
        {"case": "extraction", "home": home, "sweep": name, "shape": answers[name][0].shape, **seconds[name]}
        for name in sweeps
    ]


if __name__ == "__main__":
    main()
