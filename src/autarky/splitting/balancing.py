"""Balancing: links brought in line with the table, block by block and exactly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.firm_network.from_table import Frame
from autarky.firm_network.network import Floats, Integers, links_in_order
from autarky.splitting.kernels import missing_links, raise_links, scale_in_turns
from autarky.splitting.links import Links
from autarky.splitting.sizes import Firms, running

ROUNDS = 30
"""Turns of scaling to blocks, to purchases and to output: more of them move little."""
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


def balanced(chance: np.random.Generator, frame: Frame, firms: Firms, links: Links) -> InOrder:
    """Links that add up to the table.

    Links are scaled in turns to each block's use, to each firm's purchases (its output times its industry's
    input share) and down to what suppliers make; then raised where suppliers have output to spare. What a
    block still lacks goes from suppliers with output to spare to the larger of two buyers drawn by output.
    Each block's total is the table's, and nobody sells more than it makes.
    """
    use, industries = frame.use, frame.use.shape[1]
    counts, start, output = firms.counts, firms.start, firms.output
    purchases = firms.share * np.repeat(use.sum(axis=0), counts)
    first, supplier, group, sales = links
    scale_in_turns(start, use, output, purchases, *links, ROUNDS)
    raise_links(start, use, output, *links)

    links_of = np.diff(first)
    buyer = np.repeat(np.arange(len(purchases), dtype=np.int32), links_of)
    industry = np.repeat(np.repeat(np.arange(industries), counts), links_of)
    block = group * np.int64(industries) + industry
    lacking = use - np.bincount(block, weights=sales, minlength=use.size).reshape(use.shape)
    lacking[lacking <= MET * use] = 0.0
    spare = output - np.bincount(supplier, weights=sales, minlength=len(output))
    room = len(output) + use.size
    giver, amount = np.empty(room, dtype=np.int32), np.empty(room)
    pieces = missing_links(start, lacking, spare, giver, amount)
    added = int(pieces.sum())
    giver, amount = giver[:added], amount[:added]
    selling_to = np.repeat(np.tile(np.arange(industries), len(use)), pieces)
    taker = _takers(chance.random((2, added)).min(axis=0), start, output, giver, selling_to)
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
    before = running(output)
    low, high = start[industry], start[industry + 1]
    at = before[low] + point * (before[high] - before[low])
    taker = np.clip(np.searchsorted(before, at, side="right") - 1, low, high - 1)
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
