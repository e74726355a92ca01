"""Failures of all firms in parts: what parts cost against one call, and workers against threads.

    python benchmarks/firm_sweep.py [--firms 10000] [--parts 12] [--workers 2] [--dask]

The network is ``real`` of cascade.py. Timed in turns, after one round that compiles: one call of the kernel;
parts in threads of one process, kept in a folder; the same folder again, where every part is there;
processes; with --dask a local cluster whose workers are running. Times of workers hold their start, and the
files that they map. Prints one JSON object; the ratios are to the one call.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from cascade import real

from autarky.cascade import Losses, Rules, build_operators, weights_of
from autarky.cascade import cascades as cascades_of
from autarky.ensemble import Dask, Processes, all_cascades, cascades


def main() -> None:
    """Parse, time each way in turns, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--firms", type=int, default=10_000)
    parser.add_argument("--parts", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dask", action="store_true")
    arguments = parser.parse_args()
    network, rules = real(arguments.firms, 1), Rules()
    weights, every = weights_of(network, ["output"]), np.arange(len(network))
    work = cascades.estimated_work(build_operators(network, rules)).sum()
    cascades.PART = int(np.ceil(work / arguments.parts))
    with ExitStack() as later:
        folder = Path(later.enter_context(tempfile.TemporaryDirectory()))
        empty = (folder / str(number) for number in range(10**6))

        def parts(executor: Any = None) -> Losses:
            return all_cascades(network, rules, weights, folder=next(empty), executor=executor)

        ways: dict[str, Callable[[], Losses]] = {
            "one call": lambda: cascades_of(build_operators(network, rules), every, weights),
            "parts": parts,
            "parts that are there": lambda: all_cascades(network, rules, weights, folder=folder / "0"),
            "processes": lambda: parts(Processes(arguments.workers)),
        }
        if arguments.dask:
            from distributed import LocalCluster

            cluster = later.enter_context(
                LocalCluster(arguments.workers, threads_per_worker=1, dashboard_address=":0")
            )
            ways["dask"] = lambda: parts(Dask(cluster.scheduler_address))
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(arguments.rounds + 1):
            losses = {}
            for name, way in ways.items():
                began = time.perf_counter()
                losses[name] = way()
                if turn:
                    seconds[name].append(time.perf_counter() - began)
        made = len(list((folder / "0").rglob("*.nc")))
    first = losses.pop("parts")
    one = statistics.median(seconds["one call"])
    found = {
        "firms": arguments.firms,
        "links": len(network.sales),
        "parts": made,
        "milliseconds per part": round(1e3 * (statistics.median(seconds["parts"]) - one) / made, 1),
        "same bytes": {name: first.joint.tobytes() == each.joint.tobytes() for name, each in losses.items()},
        "seconds": {name: round(statistics.median(each), 3) for name, each in seconds.items()},
        "ratio": {name: round(statistics.median(each) / one, 3) for name, each in seconds.items()},
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
