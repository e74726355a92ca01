"""Balancing: links brought in line with the table, block by block and exactly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.firm_network.from_table import Frame
from autarky.firm_network.network import Floats, Integers, links_in_order
from autarky.splitting.kernels import missing_links, raise_links, scale_in_turns
from autarky.splitting.links import Links

ROUNDS = 12
"""Turns of scaling to blocks, to purchases and to output."""
RAISES = 6
"""Turns of raising links where blocks lack something."""
MET = 1e-11
"""Share of a block that rounding leaves, and that is not worth a link."""


class InOrder(NamedTuple):
    """Links as a network holds them: supplier after supplier, in it by buyer."""

    first: Integers
    """(nodes + 1,)"""
    buyer: npt.NDArray[np.uint32]
    """(m,)"""
    sales: Floats
    """(m,) currency / year."""
    added: int
    """How many were added, or raised, so that the table is met."""


def balanced(
    chance: np.random.Generator, frame: Frame, start: Integers, output: Floats, links: Links
) -> InOrder:
    """Links that add up to the table.

    Links are scaled in turns to each block's use, to each firm's purchases (its output times its industry's
    input share) and down to what suppliers make; raised where suppliers have output to spare; and what a
    block still lacks goes from suppliers with output to spare to buyers drawn by their output. Each block's
    total is the table's, and nobody sells more than it makes.

    Parameters
    ----------
    start : array, shape (I + g + 1,)
        First node of each industry and supplier abroad.
    output : array, shape (nodes,), currency / year
    """
    use, industries = frame.use, frame.use.shape[1]
    firms = int(start[industries])
    made = frame.output[:industries]
    share = np.divide(use.sum(axis=0), made, out=np.zeros_like(made), where=made > 0)
    counts = np.diff(start)
    purchases = output[:firms] * np.repeat(share, counts[:industries])
    # An industry that buys and makes nothing has one firm.
    purchases[start[:industries][made <= 0]] = use.sum(axis=0)[made <= 0]
    first, supplier, group, sales = links
    place = (first, supplier, group, sales)
    sales *= np.repeat(purchases, np.diff(first))
    scale_in_turns(start, use, output, purchases, *place, ROUNDS)
    raise_links(start, use, output, *place, RAISES)

    buyer = np.repeat(np.arange(firms, dtype=np.int32), np.diff(first))
    buying = np.repeat(np.arange(industries), counts[:industries])
    block = group.astype(np.int64) * industries + buying[buyer]
    lacking = use - np.bincount(block, weights=sales, minlength=use.size).reshape(use.shape)
    lacking[lacking <= MET * use] = 0.0
    spare = output - np.bincount(supplier, weights=sales, minlength=len(output))
    room = len(output) + use.size
    giver, amount = np.empty(room, dtype=np.int32), np.empty(room)
    pieces = missing_links(start, lacking, spare, giver, amount)
    added = int(pieces.sum())
    giver, amount = giver[:added], amount[:added]
    selling_to = np.repeat(np.tile(np.arange(industries), len(use)), pieces)
    taker = _takers(chance.random(added), start, output, giver, selling_to)
    return InOrder(
        *_together(
            len(output),
            np.concatenate([supplier, giver]),
            np.concatenate([buyer, taker]),
            np.concatenate([sales, amount]),
        ),
        added,
    )


def _takers(
    point: Floats, start: Integers, output: Floats, giver: npt.NDArray[np.int32], industry: Integers
) -> npt.NDArray[np.int32]:
    """A buyer for each piece: in its industry, by output, and not the giver unless it is alone there."""
    running = np.concatenate([[0.0], np.cumsum(output)])
    low, high = start[industry], start[industry + 1]
    at = running[low] + point * (running[high] - running[low])
    taker = np.clip(np.searchsorted(running, at, side="right") - 1, low, high - 1)
    next_one = np.where(taker + 1 < high, taker + 1, low)
    return np.where(taker == giver, next_one, taker).astype(np.int32)


def _together(
    nodes: int, supplier: npt.NDArray[np.int32], buyer: npt.NDArray[np.int32], sales: Floats
) -> tuple[Integers, npt.NDArray[np.uint32], Floats]:
    """Links in order, those between the same two added together."""
    first, buying, sales = links_in_order(nodes, supplier, buyer, sales)
    new = np.ones(len(buying), dtype=bool)
    new[1:] = buying[1:] != buying[:-1]
    # A supplier's first link is none of the one before.
    new[first[:-1][np.diff(first) > 0]] = True
    if new.all():
        return first, buying, sales
    starts = np.flatnonzero(new)
    first = np.searchsorted(starts, first)
    return first, buying[starts], np.add.reduceat(sales, starts)
