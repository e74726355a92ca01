"""Splitting: the embedded table of the United States, 2023, into ten thousand to a million firms.

    python benchmarks/splitting.py [--firms 10000 100000 1000000] [--repeats 1]

Prints one JSON object per size: least seconds of one draw after a small one that compiles, peak memory of
the process, the largest relative error of a block, by what share of its output a firm is oversold at most,
Hill's estimate of the tails of output, links in and links out over the largest 1 % (exponent of the share of
firms above a size), and the ratio of the time to a bound: drawing as many pairs of firms and sorting them
once as a network holds them.
"""

from __future__ import annotations

import argparse
import json
import resource
import time

import numpy as np
import numpy.typing as npt

from autarky.firm_network import FirmNetwork, links_in_order
from autarky.firm_network.from_table import Frame, frame_of
from autarky.firm_network.section import SplitTable
from autarky.sources import embedded
from autarky.splitting.split import split


def main() -> None:
    """Parse, split in each size, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--firms", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=1)
    arguments = parser.parse_args()
    frame = frame_of(embedded("usa-2023"))
    split(frame, SplitTable(firms=1_000), 0)
    for firms in arguments.firms:
        seconds = []
        for draw in range(arguments.repeats):
            began = time.perf_counter()
            network = split(frame, SplitTable(firms=firms), draw)
            seconds.append(time.perf_counter() - began)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        bound = seconds_of_bound(network)
        told = {
            "firms": firms,
            "links": len(network.sales),
            "seconds": round(min(seconds), 3),
            "peak_gb": round(peak, 2),
            "block_error": block_error(network, frame),
            "oversold": float((network.sold[:firms] / network.nodes.output[:firms]).max() - 1),
            "tail_output": hill(network.nodes.output[:firms]),
            "tail_links_in": hill(np.bincount(network.buyer, minlength=firms)[:firms]),
            "tail_links_out": hill(np.diff(network.first)[:firms]),
            "ratio_to_bound": round(min(seconds) / bound, 2),
        }
        print(json.dumps(told), flush=True)


def seconds_of_bound(network: FirmNetwork) -> float:
    """Seconds to draw as many pairs and to sort them once."""
    began = time.perf_counter()
    chance, links = np.random.default_rng(0), len(network.sales)
    supplier = chance.integers(len(network), size=links, dtype=np.int32)
    buyer = chance.integers(network.firms, size=links, dtype=np.int32)
    links_in_order(len(network), supplier, buyer, chance.random(links))
    return time.perf_counter() - began


def block_error(network: FirmNetwork, frame: Frame) -> float:
    """Largest relative error of what a block of the table adds up to; the table has one region."""
    industries = frame.use.shape[1]
    seller = network.nodes.sector.copy()
    seller[network.firms :] = industries + np.arange(len(network) - network.firms)
    block = seller[network.supplier].astype(np.int64) * industries + network.nodes.sector[network.buyer]
    sums = np.bincount(block, weights=network.sales, minlength=frame.use.size).reshape(frame.use.shape)
    there = frame.use > 0
    return float((np.abs(sums - frame.use)[there] / frame.use[there]).max())


def hill(sizes: npt.NDArray[np.number]) -> float:
    """Tail exponent of the largest 1 %."""
    largest = np.sort(sizes[sizes > 0])[::-1][: max(10, len(sizes) // 100) + 1].astype(np.float64)
    return round(float(1 / np.log(largest[:-1] / largest[-1]).mean()), 2)


if __name__ == "__main__":
    main()
