"""Run cascades: one shock of any shape, or the failure of each of many nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.cascade.operators import Floats, Integers, Operators

FLOOR, REFERENCE_FLOOR = 1e-12, 1e-10
"""A market is wiped out below this share of what it was; in the published code below this much money."""


class Settled(NamedTuple):
    """Where a cascade ends."""

    downstream: Floats
    """(n,) what is left of each node's output after lost supplies, 0 to 1."""
    upstream: Floats
    """(n,) what is left of it after lost demand, 0 to 1."""
    rounds: int
    change: float
    """Largest share of its output that a node lost in the last round."""


class Losses(NamedTuple):
    """What the failure of each of ``f`` nodes costs, as shares of each of ``w`` weights."""

    joint: Floats
    """(f, w) economic systemic risk index: each node loses the worse of the two."""
    downstream: Floats
    """(f, w) by lost supplies alone."""
    upstream: Floats
    """(f, w) by lost demand alone."""
    rounds: npt.NDArray[np.int32]
    """(f,)"""


def cascade(operators: Operators, remaining: Floats) -> Settled:
    """What is left of every node once losses have gone from supplier to buyer and from buyer to supplier.

    Parameters
    ----------
    operators : Operators
    remaining : array, shape (n,), 0 to 1
        What is left of each node's capacity before the cascade.
    """
    rules = operators.rules
    n = len(operators.kind)
    supplier = np.repeat(np.arange(n), np.diff(operators.customer_first))
    slot = np.repeat(np.arange(len(operators.input_first) - 1), np.diff(operators.input_first))
    buyer = np.repeat(np.arange(n), np.diff(operators.slot_first))
    down, up = remaining.copy(), remaining.copy()
    for rounds in range(1, rules.most_rounds + 1):
        passed = 1 - down
        if rules.substitution:
            left = np.bincount(operators.kind, operators.sold * down, len(operators.market))
            if rules.reference:
                left[left <= REFERENCE_FLOOR] = 1.0
            else:
                left[left <= FLOOR * operators.market] = 0.0
            of_kind = left[operators.kind]
            with np.errstate(divide="ignore", invalid="ignore"):
                passed *= np.where(of_kind > 0, np.minimum(1, operators.sold / of_kind), 1)
        short = np.bincount(slot, operators.input_share * passed[operators.input], len(buyer))
        lost = np.zeros(n)
        np.maximum.at(lost, buyer, short)
        new_down = np.maximum(0, np.minimum(remaining, 1 - lost))
        unsold = np.bincount(supplier, operators.customer_share * (1 - up[operators.customer]), n)
        new_up = np.maximum(0, np.minimum(remaining, 1 - unsold))
        change = float(max((down - new_down).max(), (up - new_up).max()))
        down, up = new_down, new_up
        if change <= rules.tolerance:
            break
    return Settled(down, up, rounds, change)


def cascades(
    operators: Operators,
    failing: Integers,
    weights: Floats,
    *,
    remaining: float = 0.0,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Losses:
    """What the failure of single nodes costs, each on its own.

    Parameters
    ----------
    operators : Operators
    failing : integers, shape (f,)
        Nodes that fail, one cascade each.
    weights : array, shape (w, n)
        What losses are counted in, as ``weights_of`` gives it.
    remaining : float, 0 to 1
        What is left of the failing node's capacity.
    threads : int, optional
        All processors if left out. No byte of the losses depends on it.
    progress : callable, optional
        Told (done, all) after each part.
    """
    share = weights / weights.sum(axis=1, keepdims=True)
    shape = (len(failing), len(weights))
    losses = Losses(np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape[0], dtype=np.int32))
    for at, node in enumerate(failing):
        start = np.ones(len(operators.kind))
        start[node] = remaining
        settled = cascade(operators, start)
        losses.joint[at] = share @ (1 - np.minimum(settled.downstream, settled.upstream))
        losses.downstream[at] = share @ (1 - settled.downstream)
        losses.upstream[at] = share @ (1 - settled.upstream)
        losses.rounds[at] = settled.rounds
        if progress is not None:
            progress(at + 1, len(failing))
    return losses
