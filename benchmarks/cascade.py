"""All-firm cascades: seconds, memory, links touched, growth, and how near the bound of random access.

    python benchmarks/cascade.py [--cases real:10000 real:100000 bench:10000] [--failures 1000] [--threads 1]

A case is a made network and its number of firms. ``real``: Pareto sizes (tail 1.1), 616 kinds of lognormal
size with 40 input kinds each, a buyer's suppliers ~ size^0.55, a supplier's pull ~ size^0.75, half of all
output to final users, 17 % of pairs of kinds essential and 12 % important. ``bench``: the specification that
ESRIcascade.jl publishes times on: out-degree with a power law of 2.3, 8 on average and at most 128, uniform
customers, sales from 0.1 to 1.1, equal kinds, nothing to final users. Without --failures every node fails;
else that many, drawn. Each case runs in a process of its own.

The bound is what the links touched would cost if each were one read and write of a place at random in an
array of the worker's size, measured in the same process. Prints one JSON object per case, then the exponent
of growth between consecutive sizes of a network, and ends with 1 where a bound is not kept: all of 10^5 real
firms in 40 CPU-seconds, all of 10^6 in 900 and in 2 GB.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

KINDS = 616
PUBLISHED = {
    # Milliseconds per failure, tolerance 1e-2, one worker, other machines: README of ESRIcascade.jl, 2026.
    "bench:10000": {"ESRIcascade.jl": 0.777, "fastcascade": 172.4},
    "bench:100000": {"ESRIcascade.jl": 9.885, "fastcascade": 1900.0},
}
CPU_SECONDS = {"real:100000": 40.0, "real:1000000": 900.0}
MEGABYTES = {"real:1000000": 2000.0}


def main() -> int:
    """Parse, run each case in a child, print; 1 if a bound is not kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="+", default=["real:10000", "bench:10000"], metavar="NETWORK:FIRMS")
    parser.add_argument("--failures", type=int, help="nodes that fail, drawn; all if left out")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    kept, before = True, {}
    for case in arguments.cases:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as child:
            done = child.submit(measure, case, arguments.failures, arguments.threads, arguments.seed).result()
        print(json.dumps(done), flush=True)
        kept &= all(bound["kept"] for bound in done["bounds"].values())
        shape, firms = case.split(":")
        if shape in before:
            smaller = before[shape]
            ratio = done["all CPU seconds"] / smaller["all CPU seconds"]
            touched = done["links touched in all"] / smaller["links touched in all"]
            size = math.log(int(firms) / smaller["firms"])
            print(
                f"{shape} from {smaller['firms']} to {firms} firms: CPU time grows with the power "
                f"{math.log(ratio) / size:.2f}, links touched with {math.log(touched) / size:.2f}"
            )
        before[shape] = done
    return 0 if kept else 1


def measure(case: str, failures: int | None, threads: int, seed: int) -> dict[str, Any]:
    """Seconds and memory of one case."""
    from autarky.cascade import Rules, build_operators, cascades, weights_of

    shape, firms = case.split(":")
    began = time.perf_counter()
    network = {"real": real, "bench": bench}[shape](int(firms), seed)
    made = time.perf_counter()
    rules = Rules(denominator="output" if shape == "real" else "sales")
    operators = build_operators(network, rules)
    built = time.perf_counter()
    weights = weights_of(network, ["output"]) if shape == "real" else network.sold[None]
    small = build_operators(bench(100, seed), rules)
    cascades(small, np.arange(100), np.ones((1, 100)))  # compiles
    failing = np.arange(len(network))
    if failures is not None and failures < len(network):
        failing = np.sort(np.random.default_rng(seed).choice(len(network), failures, replace=False))
    cpu, wall = time.process_time(), time.perf_counter()
    touched = np.zeros(len(failing), dtype=np.int64)
    losses = cascades(operators, failing, weights, threads=threads, touched=touched)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    full = cpu * len(network) / len(failing)
    place = random_access(8 * int(operators.rows["head"][-1]))
    link = 1e9 * cpu / float(touched.sum())
    bounds = {}
    if case in CPU_SECONDS:
        bounds["all CPU seconds"] = bound(full, CPU_SECONDS[case])
    if case in MEGABYTES:
        bounds["memory MB"] = bound(memory, MEGABYTES[case])
    return {
        "case": case,
        "firms": int(firms),
        "links": len(network.sales),
        "links that carry shortage": len(operators.downs),
        "failures": len(failing),
        "mean loss": float(losses.joint.mean()),
        "rounds": [float(losses.rounds.mean()), int(losses.rounds.max())],
        "seconds to make": round(made - began, 2),
        "seconds to build": round(built - made, 2),
        "CPU ms per failure": 1e3 * cpu / len(failing),
        "wall seconds": round(wall, 3),
        "all CPU seconds": round(full, 3),
        "links touched per failure": [float(touched.mean()), float(np.median(touched))],
        "links touched in all": float(touched.mean()) * len(network),
        "ns per link touched": link,
        "ns of random access": place,
        "ratio to the bound": link / place,
        "ms per failure, published": PUBLISHED.get(case, {}),
        "memory MB": memory,
        "bounds": bounds,
    }


def bound(value: float, most: float) -> dict[str, Any]:
    """A value beside the most that it may be."""
    return {"value": round(value, 2), "at most": most, "kept": value <= most}


def random_access(size: int) -> float:
    """Nanoseconds to read, add to and write back a number at random in an array of this many bytes."""
    from numba import njit

    @njit
    def walk(numbers: Any, times: int) -> None:
        place = np.uint64(88172645463325252)
        for _ in range(times):
            place ^= place << np.uint64(13)
            place ^= place >> np.uint64(7)
            place ^= place << np.uint64(17)
            numbers[place % np.uint64(len(numbers))] += 1.0

    numbers = np.zeros(max(size // 8, 1))
    walk(numbers, 1000)
    began = time.process_time()
    walk(numbers, 5_000_000)
    return 1e9 * (time.process_time() - began) / 5_000_000


def real(firms: int, seed: int) -> Any:
    """A heavy-tailed economy whose firms sell half of what they make to final users."""
    rng = np.random.default_rng(seed)
    share = rng.lognormal(0.0, 1.0, KINDS)
    kind = np.sort(rng.choice(KINDS, firms, p=share / share.sum()))
    size = rng.pareto(1.1, firms) + 1
    reach = size**0.55
    suppliers = rng.poisson(8 * reach / reach.mean())
    buyer = np.repeat(np.arange(firms), suppliers)
    wish = rng.lognormal(0.0, 1.5, KINDS)
    inputs = np.array([rng.choice(KINDS, 40, replace=False, p=wish / wish.sum()) for _ in range(KINDS)])
    wanted = inputs[kind[buyer], rng.integers(0, 40, len(buyer))]
    pull = np.concatenate([[0.0], np.cumsum(size**0.75)])
    first = np.searchsorted(kind, np.arange(KINDS + 1))
    low, high = pull[first[wanted]], pull[first[wanted + 1]]
    supplier = np.searchsorted(pull, low + (high - low) * rng.random(len(buyer)), side="right") - 1
    found = (high > low) & (supplier != buyer)
    sales = 0.5 * size[buyer] / suppliers[buyer] * rng.lognormal(-0.5, 1.0, len(buyer))
    levels = rng.choice(np.array([0, 1, 2], dtype=np.uint8), (KINDS, KINDS), p=[0.71, 0.12, 0.17])
    return network(supplier[found], buyer[found], sales[found], kind, levels, 0.5 * size)


def bench(firms: int, seed: int) -> Any:
    """A network without final users on the published specification; who sells nothing makes nothing."""
    rng = np.random.default_rng(seed)
    degree = np.minimum(128, 2.5 * (rng.pareto(1.3, firms) + 1))
    supplier = np.repeat(np.arange(firms), (degree + rng.random(firms)).astype(np.int64))
    buyer = rng.integers(0, firms, len(supplier))
    found = supplier != buyer
    levels = rng.choice(np.array([0, 1, 2], dtype=np.uint8), (KINDS, KINDS), p=[0.71, 0.12, 0.17])
    sales = rng.uniform(0.1, 1.1, len(supplier))
    kind = np.arange(firms) % KINDS
    return network(supplier[found], buyer[found], sales[found], kind, levels, np.zeros(firms))


def network(supplier: Any, buyer: Any, sales: Any, kind: Any, levels: Any, final: Any) -> Any:
    """A firm network of links, those between the same two firms added together."""
    from autarky.economy import Provenance
    from autarky.firm_network import FirmNetwork, Nodes, links_in_order

    firms = len(kind)
    first, buyer, sales = links_in_order(firms, supplier, buyer, sales)
    supplier = np.repeat(np.arange(firms), np.diff(first))
    again = np.zeros(len(buyer), dtype=bool)
    again[1:] = (supplier[1:] == supplier[:-1]) & (buyer[1:] == buyer[:-1])
    starts = np.flatnonzero(~again)
    sales = np.add.reduceat(sales, starts)
    supplier, buyer = supplier[starts], buyer[starts]
    sold = np.bincount(supplier, weights=sales, minlength=firms)
    nowhere = np.zeros(firms, dtype=np.int32)
    return FirmNetwork(
        name="made",
        year=2020,
        currency="USD",
        unit="USD",
        kinds=tuple(map(str, range(KINDS))),
        essentiality=levels,
        sectors=("all",),
        regions=("HOME",),
        nodes=Nodes(
            ids=np.arange(firms).astype("S8"),
            kind=kind,
            sector=nowhere,
            region=nowhere,
            output=sold + final,
            value_added=final,
            jobs=final,
            is_rest=np.zeros(firms, dtype=bool),
        ),
        firms=firms,
        first=np.concatenate([[0], np.cumsum(np.bincount(supplier, minlength=firms))]),
        buyer=buyer,
        sales=sales,
        provenance=Provenance("made", "made for a benchmark"),
    )


if __name__ == "__main__":
    sys.exit(main())
