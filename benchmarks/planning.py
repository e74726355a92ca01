"""The planner: building, stages, checks and labels against raw HiGHS on the same matrix; frontiers; HiPO.

    python benchmarks/planning.py [--cases 50x5 100x5] [--seed 1] [--repeats 3] [--methods] [--no-frontier]

A case is products × periods of a random economy (tests/problems/random_plans.py), each in a process of its
own. ``raw`` is one run of highspy for each stage with the same objective, locks, method and crossover, its
arrays already in hand. What is beyond it (building, labels, the check by independent arithmetic) may take a
fifth of it, or 0.3 seconds; 15 products × 5 years may take 2 seconds once imported; a frontier of 20 points
12 times one plan. With --methods cases of more than 7,000 rows have their first stage solved by HiPO and by
IPX. The two sides take turns, and with --repeats the least time of each is taken, which a busy machine moves
least; memory is the largest that the process held, in MB, until the end of each step. Prints one JSON object
per case, and ends with 1 where a bound is not kept.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

ALL = [f"{n}x{periods}" for n in (50, 100, 200) for periods in (5, 10, 20)]
SHARE, SECONDS = 0.2, 0.3
"""What is beyond raw HiGHS: a share of it, or seconds, whichever is more."""
SMALL, SMALL_SECONDS = "15x5", 2.0
FRONTIER_POINTS, FRONTIER_PLANS = 20, 12.0


def main() -> int:
    """Parse, run each case in a child, print; 1 if a bound is not kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="+", default=[SMALL, *ALL], metavar="NxT")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=1, help="of stages and raw HiGHS, in turns")
    parser.add_argument("--methods", action="store_true", help="HiPO against IPX above 7,000 rows")
    parser.add_argument("--no-frontier", action="store_true")
    arguments = parser.parse_args()
    kept = True
    for case in arguments.cases:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as child:
            done = child.submit(
                measure,
                case,
                arguments.seed,
                arguments.repeats,
                arguments.methods,
                not arguments.no_frontier,
            ).result()
        print(json.dumps(done, ensure_ascii=False), flush=True)
        kept &= all(bound["kept"] for bound in done["bounds"].values())
    return 0 if kept else 1


def measure(case: str, seed: int, repeats: int, methods: bool, with_frontier: bool) -> dict[str, Any]:
    """Seconds and memory of one case."""
    from autarky.planning import checking, plan, stages
    from autarky.planning.formulation import formulate
    from autarky.planning.questions.frontier import BUDGETS, frontier
    from problems.random_plans import random_plan

    n, periods = map(int, case.split("x"))
    assert len(BUDGETS) == FRONTIER_POINTS
    labels_alone()
    clock = Clock()
    problem = random_plan(seed, products=n, periods=periods)
    clock.tell("problem")
    formulation = formulate(problem)
    rows, columns = formulation.program.A.shape
    clock.tell("build")
    reached = stages.in_stages(formulation)
    if not isinstance(reached, tuple):
        raise SystemExit(f"{case}: {reached}")
    made = plan.Plan(formulation, reached)
    clock.tell("stages")
    labelled = made.values
    clock.tell("labels")
    certificate = checking.certificate(made)
    clock.tell("check")
    raw = [raw_seconds(stage) for stage in reached]
    clock.tell("raw")
    seconds = clock.seconds
    for _ in range(repeats - 1):
        begin = time.perf_counter()
        stages.in_stages(formulation)
        seconds["stages"] = min(seconds["stages"], time.perf_counter() - begin)
        raw = [min(pair) for pair in zip(raw, map(raw_seconds, reached), strict=True)]
    whole = sum(seconds[step] for step in ("build", "stages", "labels", "check"))
    bounds = {"beyond raw HiGHS": bound(whole - sum(raw), max(SHARE * sum(raw), SECONDS))}
    if case == SMALL:
        bounds["in all"] = bound(whole, SMALL_SECONDS)
    if with_frontier:
        points = len(frontier(problem).points)
        clock.tell("frontier")
        assert points == FRONTIER_POINTS
        bounds["frontier / one plan"] = bound(seconds["frontier"] / whole, FRONTIER_PLANS)
    return {
        "case": case,
        "rows": rows,
        "columns": columns,
        "entries": int(formulation.program.A.nnz),
        "blocks": len(labelled),
        "methods": [stage.solution.method for stage in reached],
        "violation": certificate.violation,
        "seconds": {step: round(value, 3) for step, value in seconds.items()},
        "raw by stage": [round(value, 3) for value in raw],
        "memory MB": clock.memory,
        "bounds": bounds,
        **({"first stage": by_method(reached[0])} if methods and rows > 7_000 else {}),
    }


def labels_alone() -> None:
    """A first labelled number: only then xarray imports dask where it is there, 0.2 s of importing."""
    import xarray as xr

    xr.DataArray([0.0], coords={"a": ["b"]}, dims=("a",))


class Clock:
    """Seconds of each step, and the most memory held until its end."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.memory: dict[str, float] = {}
        self._then = time.perf_counter()

    def tell(self, step: str) -> None:
        """The step ends now, and another begins."""
        self.seconds[step] = time.perf_counter() - self._then
        self.memory[step] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
        self._then = time.perf_counter()


def bound(value: float, most: float) -> dict[str, Any]:
    """A number beside what it may be at most."""
    return {"value": round(value, 3), "most": round(most, 3), "kept": value <= most}


def raw_seconds(stage: Any) -> float:
    """highspy alone on a stage's numbers, from passing them on to its answer."""
    import highspy
    import numpy as np
    import scipy.sparse as sp

    from autarky.planning.highs import Session

    program, locks = stage.program, stage.locks
    further = np.array([lock.coefficients for lock in locks]).reshape(-1, len(program.lower))
    A = sp.csc_array(sp.vstack([program.A, sp.csr_array(further)]))
    row_lower = np.concatenate([program.row_lower, np.full(len(locks), -np.inf)])
    row_upper = np.concatenate([program.row_upper, [lock.at_most for lock in locks]])
    method, _, crossover = stage.solution.method.partition(", ")
    costs = stage.objective * Session(program, locks).scale_of(stage.objective)
    begin = time.perf_counter()
    given = highspy.HighsLp()
    given.num_row_, given.num_col_ = A.shape
    given.col_cost_, given.col_lower_, given.col_upper_ = costs, program.lower, program.upper
    given.row_lower_, given.row_upper_ = row_lower, row_upper
    given.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    given.a_matrix_.start_, given.a_matrix_.index_, given.a_matrix_.value_ = A.indptr, A.indices, A.data
    model = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("solver", method),
        ("run_crossover", "on" if crossover else "off"),
    ):
        model.setOptionValue(option, value)
    model.passModel(given)
    model.run()
    model.getSolution()
    return time.perf_counter() - begin


def by_method(stage: Any) -> dict[str, float]:
    """Seconds of the first stage by either interior point method, without crossover."""
    from autarky.planning.highs import hipo_there, solve

    told = {}
    for method in ("ipx", "hipo") if hipo_there() else ("ipx",):
        begin = time.perf_counter()
        solve(stage.program, stage.objective, locks=stage.locks, method=method)
        told[method] = round(time.perf_counter() - begin, 3)
    return told


if __name__ == "__main__":
    raise SystemExit(main())
