"""Days on firms: seconds per simulated day, with set-up and memory, growth, and how near random access.

    python benchmarks/firm_days.py [--firms 10000 100000] [--days 60] [--threads 1] [--rationing market]

The network is ``real`` of cascade.py, its kinds dealt out to 70 sectors. On the third day about 2,000 firms
spread over it (of fewer than 10,000 every fifth) lose half their capacity: from then on something moves
nearly everywhere, every day. --rationing market and random tell nearly all sectors apart, and so keep 30
times as much for each firm.

Each size runs in a process of its own. A day is what --days take beyond three, over the days between. The
bound is what a day would cost if each link were two reads of a place at random (the supplier's deliveries,
and its orders), in arrays of those sizes, measured in the same
process. Prints one JSON object per size, then the exponent of growth, and ends with 1 where a bound is not
kept: 365 days of 10^5 firms in 40 seconds, of 10^6 in 480, set-up included.
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
from dataclasses import replace
from typing import Any

from cascade import random_access, real

SECTORS = 70
SECONDS_FOR_A_YEAR = {100_000: 40.0, 1_000_000: 480.0}


def main() -> int:
    """Parse, run each size in a child, print; 1 if a bound is not kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--firms", nargs="+", type=int, default=[10_000, 100_000])
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rationing", choices=("proportional", "market", "random"), default="proportional")
    arguments = parser.parse_args()
    kept, before = True, None
    for firms in arguments.firms:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as child:
            done = child.submit(
                measure, firms, arguments.days, arguments.threads, arguments.rationing
            ).result()
        print(json.dumps(done), flush=True)
        kept &= done["kept"]
        if before is not None:
            growth = math.log(done["ms per day"] / before["ms per day"]) / math.log(firms / before["firms"])
            print(f"from {before['firms']} to {firms} firms: time grows with the power {growth:.2f}")
        before = done
    return 0 if kept else 1


def in_sectors(network: Any) -> Any:
    """The network with its kinds dealt out to sectors."""
    nodes = replace(network.nodes, sector=network.nodes.kind % SECTORS)
    return replace(network, sectors=tuple(f"sector-{k}" for k in range(SECTORS)), nodes=nodes)


def measure(firms: int, days: int, threads: int, rationing: str) -> dict[str, Any]:
    """Seconds and memory of one size."""
    from autarky.firm_network.section import FirmLoss
    from autarky.scenario import Scenario
    from autarky.simulation.by_firm.run import simulate_firms

    network = in_sectors(real(firms, 1))
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    names = tuple(network.id_of(node) for node in range(0, len(network), max(5, len(network) // 2000)))
    loss = FirmLoss.model_validate({"from": "2020-01-03", "firms": names, "share": 0.5})

    rules = {"rationing": rationing, "allocation": {"seed": 1} if rationing == "random" else None}

    def seconds(long: int, on: Any = network, losses: Any = (loss,)) -> tuple[float, float]:
        cpu, wall = time.process_time(), time.perf_counter()
        told = Scenario.model_validate({"start": "2020-01-01", "days": long, "behaviour": rules})
        simulate_firms(on, told, losses, threads=threads)
        return time.process_time() - cpu, time.perf_counter() - wall

    seconds(3, in_sectors(real(100, 1)), ())  # compiles
    short, whole = seconds(3), seconds(days)
    cpu_day, day = ((whole[n] - short[n]) / (days - 3) for n in (0, 1))
    year, links = short[1] + 362 * day, len(network.sales)
    slots = 16 * len(network)
    bound = 2 * random_access(slots)
    bounded = SECONDS_FOR_A_YEAR.get(firms, math.inf)
    return {
        "firms": firms,
        "links": links,
        "threads": threads,
        "rationing": rationing,
        "set-up and three days, seconds": round(short[1], 3),
        "ms per day": 1e3 * day,
        "CPU ms per day": 1e3 * cpu_day,
        "seconds for 365 days": round(year, 1),
        "kept": year <= bounded,
        "CPU ns per link": 1e9 * cpu_day / links,
        "ns of random access per link": bound,
        "ratio to random access": 1e9 * cpu_day / links / bound,
        "memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        "memory MB of making the network": made,
    }


if __name__ == "__main__":
    sys.exit(main())
