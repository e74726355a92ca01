"""Links: who buys from whom, drawn firm by firm and input by input."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.firm_network.from_table import Frame
from autarky.firm_network.network import Floats, Integers
from autarky.firm_network.section import SplitTable
from autarky.splitting.kernels import choose_suppliers, link_counts, links_expected, spread_recipes
from autarky.splitting.sizes import Firms, running

MAIN_INPUT = 0.02
"""Every firm has a supplier of each input worth at least this share of its industry's output: assumption."""
SPREAD_OVER_INPUTS = 0.5
"""Links spread over an industry's inputs as their worth to this power: assumption."""
NOISE = 0.5
"""Standard deviation of the logarithm of what one link carries beside sizes: assumption."""


class Links(NamedTuple):
    """Links, buyer after buyer, in it group after group of suppliers."""

    first: Integers
    """(N + 1,) first link of each buyer."""
    supplier: npt.NDArray[np.int32]
    """(m,) node."""
    group: npt.NDArray[np.int32]
    """(m,) industry, or supplier abroad, that the supplier belongs to."""
    sales: Floats
    """(m,) what a link carries, before it is brought in line with the table."""


def drawn_links(chance: np.random.Generator, frame: Frame, section: SplitTable, firms: Firms) -> Links:
    """Draw the links of a network and what they carry at first.

    Parameters
    ----------
    chance : Generator
    frame : Frame
    section : SplitTable
    firms : Firms
    """
    use, start, number = frame.use, firms.start, len(firms.share)
    made = frame.output[: use.shape[1]]
    worth = np.divide(use, made, out=np.zeros_like(use), where=made > 0)
    # An industry that buys and makes nothing has one firm; any weights do.
    worth[:, made <= 0] = use[:, made <= 0] > 0
    wanted = worth**SPREAD_OVER_INPUTS
    wanted[:] = np.divide(wanted, wanted.sum(axis=0), out=np.zeros_like(wanted), where=wanted.sum(axis=0) > 0)
    main = worth >= MAIN_INPUT
    # In mean outputs: the unit of money must not matter. One that makes nothing counts as one that does.
    size = np.where(firms.output > 0, firms.output / made.sum() * number, 1.0)
    reach = size[:number] ** section.buyer_reach
    place = (reach, running(reach), start, wanted, main)

    low, high, target = 1e-9, 1e-9, section.links_per_firm * number
    while links_expected(high, *place) < target and high < 1e12:
        low, high = high, high * 8
    for _ in range(24):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if links_expected(middle, *place) < target else (low, middle)

    rounding = chance.random(number)
    first = np.empty(number + 1, dtype=np.int64)
    link_counts(high, reach, start, wanted, main, rounding, first)
    m = int(first[-1])
    supplier, group = np.empty(m, dtype=np.int32), np.empty(m, dtype=np.int32)
    pulls = running(size**section.supplier_pull)
    choose_suppliers(
        high, reach, start, wanted, main, rounding, pulls, chance.random(m), first, supplier, group
    )
    # Chosen by size to the power of the pull, and paid by the rest: expected sales follow size.
    weight = size ** (1.0 - section.supplier_pull)
    sales = chance.lognormal(0.0, NOISE, m)
    spread_recipes(start, use, firms.share, first, supplier, group, weight, sales)
    return Links(first, supplier, group, sales)
