"""Links: who buys from whom, drawn firm by firm and input by input."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.firm_network.from_table import Frame
from autarky.firm_network.network import Floats, Integers
from autarky.firm_network.section import SplitTable
from autarky.splitting.kernels import choose_suppliers, link_counts, links_expected

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


def drawn_links(
    chance: np.random.Generator, frame: Frame, section: SplitTable, start: Integers, output: Floats
) -> Links:
    """Draw the links of a network and what they carry at first.

    Parameters
    ----------
    chance : Generator
    frame : Frame
    section : SplitTable
    start : array, shape (I + g + 1,)
        First node of each industry and supplier abroad.
    output : array, shape (nodes,), currency / year
    """
    use = frame.use
    industries = use.shape[1]
    firms = int(start[industries])
    made = frame.output[:industries]
    worth = np.divide(use, made, out=np.zeros_like(use), where=made > 0)
    # An industry that buys and makes nothing has one firm; any weights do.
    worth[:, made <= 0] = use[:, made <= 0] > 0
    wanted = worth**SPREAD_OVER_INPUTS
    wanted[:] = np.divide(wanted, wanted.sum(axis=0), out=np.zeros_like(wanted), where=wanted.sum(axis=0) > 0)
    main = worth >= MAIN_INPUT
    size = output / made.sum()
    reach = np.where(size[:firms] > 0, size[:firms] * firms, 1.0) ** section.buyer_reach
    before = np.concatenate([[0.0], np.cumsum(reach)])
    place = (reach, before, start, wanted, main)

    low, high, target = 1e-9, 1e-9, section.links_per_firm * firms
    while links_expected(high, *place) < target and high < 1e12:
        low, high = high, high * 8
    for _ in range(50):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if links_expected(middle, *place) < target else (low, middle)

    rounding = chance.random(firms)
    first = np.empty(firms + 1, dtype=np.int64)
    link_counts(high, reach, start, wanted, main, rounding, first)
    m = int(first[-1])
    supplier, group = np.empty(m, dtype=np.int32), np.empty(m, dtype=np.int32)
    pull = np.where(size > 0, size * len(size), 1.0) ** section.supplier_pull
    pulls = np.concatenate([[0.0], np.cumsum(pull)])
    choose_suppliers(
        high, reach, start, wanted, main, rounding, pulls, chance.random(m), first, supplier, group
    )
    # Chosen by size to the power of the pull, and paid by the rest: expected sales follow size.
    sales = chance.lognormal(0.0, NOISE, m)
    sales *= (np.where(size > 0, size * len(size), 1.0) ** (1.0 - section.supplier_pull))[supplier]
    return Links(first, supplier, group, sales)
