"""Run cascades: one shock of any shape, or the failure of each of many nodes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.cascade import kernels
from autarky.cascade.operators import Floats, Integers, Operators
from autarky.cascade.processor import LANES

GIANT = 0.5
"""Links touched, as a share of all, beyond which a cascade is cheaper beside others over all links."""
PARTS = 64
"""Parts that failures are dealt out in, at least: none is long, so that Ctrl-C and progress come soon."""
MOST_IN_PART = 512


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

    Raises
    ------
    ValueError
        If it has another shape, or a number outside of 0 to 1.
    """
    n = len(operators.kind)
    if np.shape(remaining) != (n,) or not ((remaining >= 0) & (remaining <= 1)).all():
        raise ValueError(f"remaining: give {n} numbers from 0 to 1")
    failing = np.flatnonzero(remaining < 1)
    failed_by = 1.0 - np.asarray(remaining, dtype=np.float64)[failing]
    law = _law(operators)
    down, up = np.ones(n), np.ones(n)
    graph, desk = _graph(operators), _desk(operators)
    outcome, change = kernels.spread(graph, law, desk, failing, failed_by)
    if outcome == kernels.SETTLED:
        kernels.what_is_left(graph, desk, failed_by, down, up)
        return Settled(down, up, int(desk.lengths[kernels.ROUNDS]), float(change))
    del graph, desk
    table, nothing, rounds = _table(operators), np.zeros((1, 0)), np.zeros(1, dtype=np.int32)
    first, weights = np.zeros(len(failing), dtype=np.int64), np.zeros((n, 0))
    change = kernels.gather(
        _pull(operators), law, table, failing, first, failed_by, weights, nothing, nothing, nothing, rounds
    )
    return Settled(1 - table.short[:, 0], 1 - table.unsold[:, 0], int(rounds[0]), float(change))


def cascades(
    operators: Operators,
    failing: Integers,
    weights: Floats,
    *,
    remaining: float = 0.0,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    touched: Integers | None = None,
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
    touched : integers, shape (f,), optional
        Filled with the links along which each cascade spread; of a cascade gathered over all links, those
        before that began.

    Raises
    ------
    ValueError
        If a node, or what remains of it, is out of range.
    """
    failing = np.ascontiguousarray(failing, dtype=np.int64)
    if len(failing) and not 0 <= failing.min() <= failing.max() < len(operators.kind):
        raise ValueError(f"failing: give positions of nodes, 0 to {len(operators.kind) - 1}")
    if not 0 <= remaining <= 1:
        raise ValueError("remaining: give a number from 0 to 1")
    share = np.ascontiguousarray((weights / weights.sum(axis=1, keepdims=True)).T)
    failed_by = np.array([1.0 - remaining])
    shape = (len(failing), len(weights))
    losses = Losses(np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape[0], dtype=np.int32))
    graph, pull = _graph(operators), _pull(operators)
    law = _law(operators)
    own = threading.local()

    def alone(part: Integers) -> int:
        if not hasattr(own, "desk"):
            own.desk = _desk(operators)
        joint, down, up = np.zeros((3, len(part), shape[1]))
        rounds, links = np.zeros(len(part), dtype=np.int32), np.zeros(len(part), dtype=np.int64)
        kernels.fail_each(
            graph, law, own.desk, failing[part], failed_by, share, joint, down, up, rounds, links
        )
        if touched is not None:
            touched[part] = links
        return keep(part, joint, down, up, rounds)

    def together(part: Integers) -> int:
        if not hasattr(own, "table"):
            own.table = _table(operators)
        lanes = np.argsort(failing[part], kind="stable")
        nodes, by = failing[part][lanes], np.repeat(failed_by, len(part))
        joint, down, up = np.zeros((3, len(part), shape[1]))
        rounds = np.zeros(len(part), dtype=np.int32)
        kernels.gather(pull, law, own.table, nodes, lanes, by, share, joint, down, up, rounds)
        return keep(part, joint, down, up, rounds)

    def keep(part: Integers, joint: Floats, down: Floats, up: Floats, rounds: Any) -> int:
        losses.joint[part], losses.downstream[part], losses.upstream[part] = joint, down, up
        losses.rounds[part] = rounds
        return int((rounds > 0).sum())

    told = _Told(len(failing), progress)
    size = max(1, min(MOST_IN_PART, -(-len(failing) // PARTS)))
    parts = [np.arange(at, min(at + size, len(failing))) for at in range(0, len(failing), size)]
    _share_out(alone, parts, threads, told)
    left = np.flatnonzero(losses.rounds == 0)
    groups = [left[at : at + LANES] for at in range(0, len(left), LANES)]
    _share_out(together, groups, threads, told)
    return losses


class _Told:
    def __init__(self, total: int, progress: Callable[[int, int], None] | None) -> None:
        self.done, self.total, self.progress = 0, total, progress

    def more(self, done: int) -> None:
        self.done += done
        if self.progress is not None:
            self.progress(self.done, self.total)


def _share_out(
    work: Callable[[Integers], int], parts: list[Integers], threads: int | None, told: _Told
) -> None:
    """Work on every part, in threads; the first error, or Ctrl-C, leaves the parts not yet begun undone."""
    with ThreadPoolExecutor(threads or os.cpu_count()) as workers:
        begun: set[Future[int]] = {workers.submit(work, part) for part in parts}
        try:
            while begun:
                finished, begun = wait(begun, return_when=FIRST_COMPLETED)
                for one in finished:
                    told.more(one.result())
        finally:
            workers.shutdown(cancel_futures=True)


def _graph(operators: Operators) -> kernels.Graph:
    kinds = len(operators.market)
    first = np.concatenate([[0], np.cumsum(np.bincount(operators.kind, minlength=kinds))])
    return kernels.Graph(
        rows=np.asarray(operators.rows),
        ups=np.asarray(operators.ups),
        downs=np.asarray(operators.downs),
        market=np.asarray(operators.market),
        kind_first=first.astype(np.int64),
        member=np.argsort(operators.kind, kind="stable").astype(np.uint32),
    )


def _pull(operators: Operators) -> kernels.Pull:
    # Memory maps are arrays to the compiler once they are seen as such.
    return kernels.Pull(*(np.asarray(getattr(operators, name)) for name in kernels.Pull._fields))


def _law(operators: Operators) -> kernels.Law:
    rules = operators.rules
    return kernels.Law(
        substitution=rules.substitution,
        reference=rules.reference,
        tolerance=rules.tolerance,
        most_rounds=rules.most_rounds,
        most_links=int(GIANT * len(operators.ups)),
    )


def _table(operators: Operators) -> kernels.Table:
    return kernels.Table(*(np.empty((len(operators.kind), LANES)) for _ in kernels.Table._fields))


def _desk(operators: Operators) -> kernels.Desk:
    n, kinds = len(operators.kind), len(operators.market)
    state = np.zeros(int(operators.rows["head"][-1]))

    def heads(size: int) -> npt.NDArray[np.uint32]:
        return np.zeros(size, dtype=np.uint32)

    desk = kernels.Desk(
        state=state,
        names=state.view(np.uint32),
        touched=heads(n),
        short=heads(n),
        short_by=np.zeros(n),
        unsold=heads(n),
        unsold_by=np.zeros(n),
        giver=heads(n),
        given=np.zeros(n),
        next_of_kind=heads(n),
        fell=heads(kinds),
        market_lost=np.zeros(kinds),
        market_round=np.zeros(kinds, dtype=np.int32),
        changed=heads(kinds),
        seen=heads(kinds),
        waiting_head=heads(kernels.AHEAD),
        waiting_slot=heads(kernels.AHEAD),
        waiting=np.zeros(kernels.AHEAD),
        lengths=np.zeros(8, dtype=np.int64),
    )
    kernels.lay_out(np.asarray(operators.rows), state, desk.names)
    return desk
