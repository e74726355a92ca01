"""Kernels of splitting: how many links, to whom, and how much over each, on plain arrays.

Axes: N firms, I industries that buy, S suppliers' groups (industries, then suppliers abroad), m links. Nodes
of a group stand together, the largest first; links stand buyer after buyer, in it group after group. A block
is a group that sells to an industry. Nothing here draws: chance comes in as arrays of numbers in [0, 1).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@njit(cache=True)
def links_expected(
    scale: float, reach: Floats, before: Floats, start: Integers, wanted: Floats, main: Any
) -> float:
    """Links in all if each firm has ``scale × reach × wanted`` in each block, within bounds.

    ``before``: (N + 1,) sum of ``reach`` over the firms before. Firms of an industry stand in order of
    ``reach``, so that each bound is met by those before or behind one place.
    """
    groups, industries = wanted.shape
    total = 0.0
    for industry in range(industries):
        low, high = start[industry], start[industry + 1]
        for s in range(groups):
            slope = scale * wanted[s, industry]
            if wanted[s, industry] <= 0.0 or high == low:
                continue
            most = start[s + 1] - start[s] - (s == industry)
            full = _reaching(reach, low, high, most / slope)
            one = max(full, _reaching(reach, low, high, 1.0 / slope))
            total += most * (full - low) + slope * (before[one] - before[full])
            total += (
                min(1.0, most) * (high - one) if main[s, industry] else slope * (before[high] - before[one])
            )
    return total


@njit(cache=True)
def _reaching(reach: Floats, low: int, high: int, least: float) -> int:
    """First place in ``low … high`` whose reach is below ``least``."""
    while low < high:
        middle = (low + high) // 2
        if reach[middle] >= least:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def link_counts(
    scale: float, reach: Floats, start: Integers, wanted: Floats, main: Any, chance: Floats, first: Integers
) -> None:
    """Fill ``first`` (N + 1): the first link of each buyer.

    A buyer's links in all are rounded once, up or down by its ``chance``, and each block's by what the
    blocks before leave over. The largest firm of an industry has a link in every block.
    """
    groups, industries = wanted.shape
    first[0] = 0
    for industry in range(industries):
        for j in range(start[industry], start[industry + 1]):
            along, total = chance[j], 0
            for s in range(groups):
                if wanted[s, industry] > 0.0:
                    count, along = _in_block(
                        scale * reach[j] * wanted[s, industry],
                        along,
                        start[s + 1] - start[s] - (s == industry),
                        main[s, industry] or j == start[industry],
                    )
                    total += count
            first[j + 1] = first[j] + total


@njit(cache=True)
def _in_block(number: float, along: float, most: int, at_least_one: bool) -> tuple[int, float]:
    """Links in one block, and the fraction carried to the next."""
    if most == 0:  # its own and only supplier
        return 1, along
    if at_least_one:
        number = max(number, 1.0)
    along += min(number, float(most))
    count = int(along)
    along -= count
    if at_least_one and count == 0:  # what rounding may leave of 1
        count = 1
    return min(count, most), along


@njit(cache=True)
def choose_suppliers(
    scale: float,
    reach: Floats,
    start: Integers,
    wanted: Floats,
    main: Any,
    chance: Floats,
    pulls: Floats,
    chances: Floats,
    first: Integers,
    supplier: npt.NDArray[np.int32],
    group: npt.NDArray[np.int32],
) -> None:
    """Fill ``supplier`` and ``group`` (m) of links counted as in ``link_counts``.

    ``pulls``: (nodes + 1,) sum of the pull of the nodes before. A buyer's ``k`` links into a group are drawn
    from ``k`` layers of equal pull; one drawn already makes place for the next smaller.
    """
    groups, industries = wanted.shape
    for industry in range(industries):
        for j in range(start[industry], start[industry + 1]):
            along, link = chance[j], first[j]
            for s in range(groups):
                if wanted[s, industry] <= 0.0:
                    continue
                low, high = start[s], start[s + 1]
                own = s == industry
                most = high - low - own
                count, along = _in_block(
                    scale * reach[j] * wanted[s, industry],
                    along,
                    most,
                    main[s, industry] or j == start[industry],
                )
                if most == 0:
                    supplier[link], group[link] = j, s
                    link += 1
                    continue
                bottom, layer = pulls[low], (pulls[high] - pulls[low]) / max(count, 1)
                last = low - 1
                for k in range(count):
                    node = _holding(pulls, low, high, bottom + (k + chances[link]) * layer)
                    # Counted without the buyer itself, which is passed over afterwards.
                    if own and node > j:
                        node -= 1
                    node = min(max(node, last + 1), low + most - count + k)
                    last = node
                    supplier[link] = node + 1 if own and node >= j else node
                    group[link] = s
                    link += 1


@njit(cache=True)
def _holding(pulls: Floats, low: int, high: int, point: float) -> int:
    """The place in ``low … high - 1`` on whose stretch a point of the running sum lies."""
    while high - low > 1:
        middle = (low + high) // 2
        if pulls[middle] <= point:
            low = middle
        else:
            high = middle
    return low


@njit(cache=True)
def spread_recipes(
    start: Integers,
    use: Floats,
    share: Floats,
    first: Integers,
    supplier: npt.NDArray[np.int32],
    group: npt.NDArray[np.int32],
    weight: Floats,
    sales: Floats,
) -> None:
    """Multiply ``sales`` (m) by a firm's ``share`` (N) of each block, parted by its suppliers' ``weight``."""
    for industry in range(use.shape[1]):
        for j in range(start[industry], start[industry + 1]):
            link = first[j]
            while link < first[j + 1]:
                after, total = link, 0.0
                while after < first[j + 1] and group[after] == group[link]:
                    total += weight[supplier[after]]
                    after += 1
                for one in range(link, after):
                    sales[one] *= use[group[link], industry] * share[j] * weight[supplier[one]] / total
                link = after


@njit(cache=True)
def scale_in_turns(
    start: Integers,
    use: Floats,
    output: Floats,
    purchases: Floats,
    first: Integers,
    supplier: npt.NDArray[np.int32],
    group: npt.NDArray[np.int32],
    sales: Floats,
    rounds: int,
) -> None:
    """Scale ``sales`` (m) to blocks, to each buyer's purchases, and down to what suppliers make, in turns.

    Afterwards nobody sells more than it makes, and no block holds more than ``use``.
    """
    sold = np.empty_like(output)
    for _ in range(rounds):
        to_block = _block_factors(start, use, first, group, sales)
        sold[:] = 0.0
        for industry in range(use.shape[1]):
            for j in range(start[industry], start[industry + 1]):
                bought = 0.0
                for link in range(first[j], first[j + 1]):
                    sales[link] *= to_block[group[link], industry]
                    bought += sales[link]
                if bought > 0.0:
                    factor = purchases[j] / bought
                    for link in range(first[j], first[j + 1]):
                        sales[link] *= factor
                        sold[supplier[link]] += sales[link]
        for node in range(len(output)):
            sold[node] = min(1.0, output[node] / sold[node]) if sold[node] > 0.0 else 1.0
        for link in range(len(sales)):
            sales[link] *= sold[supplier[link]]
    to_block = _block_factors(start, use, first, group, sales)
    for industry in range(use.shape[1]):
        for link in range(first[start[industry]], first[start[industry + 1]]):
            sales[link] *= min(1.0, to_block[group[link], industry])


@njit(cache=True)
def _block_factors(
    start: Integers, use: Floats, first: Integers, group: npt.NDArray[np.int32], sales: Floats
) -> Floats:
    """(S, I) what the links of a block have to be multiplied by to make up its use."""
    sums = np.zeros_like(use)
    for industry in range(use.shape[1]):
        for link in range(first[start[industry]], first[start[industry + 1]]):
            sums[group[link], industry] += sales[link]
    for s in range(use.shape[0]):
        for industry in range(use.shape[1]):
            sums[s, industry] = use[s, industry] / sums[s, industry] if sums[s, industry] > 0.0 else 1.0
    return sums


@njit(cache=True)
def raise_links(
    start: Integers,
    use: Floats,
    output: Floats,
    first: Integers,
    supplier: npt.NDArray[np.int32],
    group: npt.NDArray[np.int32],
    sales: Floats,
) -> None:
    """Raise ``sales`` (m) of blocks that lack something, as far as their suppliers have output to spare."""
    spare, asked = output.copy(), np.zeros_like(output)
    for link in range(len(sales)):
        spare[supplier[link]] -= sales[link]
    more = _block_factors(start, use, first, group, sales)
    more -= 1.0
    for industry in range(use.shape[1]):
        for link in range(first[start[industry]], first[start[industry + 1]]):
            asked[supplier[link]] += sales[link] * more[group[link], industry]
    for node in range(len(output)):
        asked[node] = min(1.0, max(0.0, spare[node]) / asked[node]) if asked[node] > 0.0 else 0.0
    for industry in range(use.shape[1]):
        for link in range(first[start[industry]], first[start[industry + 1]]):
            sales[link] *= 1.0 + more[group[link], industry] * asked[supplier[link]]


@njit(cache=True)
def missing_links(
    start: Integers, lacking: Floats, spare: Floats, supplier: npt.NDArray[np.int32], amount: Floats
) -> Integers:
    """Give what each block lacks to suppliers with output to spare; the number of pieces in each block.

    Pieces stand group after group, in it industry after industry; ``supplier`` and ``amount`` take them, with
    room for one for each node and each block.
    """
    groups, industries = lacking.shape
    counts = np.zeros(groups * industries, dtype=np.int64)
    piece = 0
    for s in range(groups):
        node = start[s]
        for industry in range(industries):
            left = lacking[s, industry]
            while left > 0.0:
                while node < start[s + 1] and spare[node] <= 0.0:
                    node += 1
                # At the end rounding alone is left, and the largest firm bears it.
                whole = node >= start[s + 1]
                giver = start[s] if whole else node
                given = left if whole else min(left, spare[giver])
                supplier[piece], amount[piece] = giver, given
                counts[s * industries + industry] += 1
                spare[giver] -= given
                left -= given
                piece += 1
    return counts
