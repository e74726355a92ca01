"""Certified ranking: exact cascades and seconds it takes against all of them, and lost demand in closed form.

    python benchmarks/top_k.py [--firms 10000 100000] [--top 20 100] [--threads 1] [--skip-all]

The networks are the ``real`` ones of benchmarks/cascade.py. All cascades are run for comparison, unless left
out, and the first of both rankings have to be the same. Lost demand of every node is worked out in closed
form for several errors asked for, and from returns in one or two steps alone; how far those are off is
measured against the smallest error. Prints one JSON object per size and ends with 1 where rankings differ.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from cascade import real

ERRORS = (1e-4, 1e-6, 1e-8)


def main() -> int:
    """Parse, measure, print; 1 if a certified ranking is not that of all cascades."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--firms", nargs="+", type=int, default=[10_000, 100_000])
    parser.add_argument("--top", nargs="+", type=int, default=[20, 100])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--skip-all", action="store_true", help="do not run all cascades for comparison")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    agree = True
    for firms in arguments.firms:
        told = measure(firms, arguments.top, arguments.threads, arguments.seed, not arguments.skip_all)
        print(json.dumps(told), flush=True)
        agree &= all(top.get("same as all", True) for top in told["top"])
    return 0 if agree else 1


def measure(firms: int, tops: list[int], threads: int, seed: int, every: bool) -> dict[str, Any]:
    """Cascades run and CPU seconds for one network."""
    from autarky.cascade.operators import build_operators, weights_of
    from autarky.cascade.ranking import loss_bounds, most_systemic
    from autarky.cascade.rules import Rules
    from autarky.cascade.run import cascades
    from autarky.cascade.upstream import upstream_losses

    rules, small, network = Rules(), real(1000, seed), real(firms, seed)
    most_systemic(small, rules, weights_of(small, ["output"]), 5, threads=threads)  # compiles
    weights = weights_of(network, ["output"])
    told: dict[str, Any] = {"firms": firms, "links": len(network.sales)}
    operators = build_operators(network, rules)
    seconds, bounds = timed(lambda: loss_bounds(network, operators, weights[0]))
    told |= {"bounds CPU s": seconds, "without a bound": int((bounds > 0.999).sum())}
    exact = None
    if every:
        seconds, exact = timed(lambda: cascades(operators, np.arange(firms), weights, threads=threads))
        told["all CPU s"] = seconds
    told["top"] = []
    for k in tops:
        seconds, found = timed(lambda k=k: most_systemic(network, rules, weights, k, threads=threads))
        first = found.losses.joint[:, 0]
        row = {"k": k, "cascades": found.ran, "CPU s": seconds, "last of them": float(first[-1])}
        if exact is not None:
            row["same as all"] = bool(np.array_equal(first, np.sort(exact.joint[:, 0])[::-1][:k]))
        told["top"].append(row)
    told["closed form CPU s"] = {}
    losses = {}
    for error in (None, *ERRORS):
        seconds, found = timed(lambda error=error: upstream_losses(network, weights, error=error)[:, 0])
        told["closed form CPU s"][str(error)], losses[error] = seconds, found
    least = losses[min(ERRORS)]
    off = losses[None] / np.where(least > 0, least, 1.0) - 1
    told["two steps, relative error"] = {"median": float(np.median(off)), "largest": float(off.max())}
    return told


def timed(work: Any) -> tuple[float, Any]:
    """CPU seconds, and what came of it."""
    began = time.process_time()
    done = work()
    return round(time.process_time() - began, 3), done


if __name__ == "__main__":
    sys.exit(main())
