"""Shapley values: what all lose together, shared out over those who cause it; arithmetic on plain arrays.

A set of causes is a whole number, bit *k* for cause *k*; ``L[S]`` is what is lost with these causes and no
others. There may be several losses side by side: each column is shared out by itself.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Shares(NamedTuple):
    """What each of n causes adds to K losses; all arrays (n, K). Parts add up to L[all] − L[none]."""

    parts: Floats
    """φ, the mean over all orders of what a cause adds to those before it."""
    errors: Floats
    """Standard errors of the parts; 0 where every order was counted."""
    least: Floats
    """The least that a cause adds, whatever came before it (of the orders that were looked at)."""
    most: Floats


def exact(values: Floats) -> Shares:
    """φ_k = Σ_S |S|! (n − |S| − 1)! / n! · (L[S ∪ k] − L[S]) over the sets S without k.

    Parameters
    ----------
    values : array, shape (2ⁿ, K)
        L of every set.

    References
    ----------
    Shapley (1953), A value for n-person games, Contributions to the Theory of Games II, eq. (13).
    """
    n = _causes(values)
    every, shape = np.arange(len(values)), (n, values.shape[1])
    parts, least, most = np.empty(shape), np.empty(shape), np.empty(shape)
    for k in range(n):
        without = every[every >> k & 1 == 0]
        added = values[without | 1 << k] - values[without]
        parts[k] = (_weights(without, n)[:, None] * added).sum(axis=0)
        least[k], most[k] = added.min(axis=0), added.max(axis=0)
    return Shares(parts, np.zeros(shape), least, most)


def sampled(values: Mapping[int, Floats], orders: Integers) -> Shares:
    """φ as the mean over some orders, in pairs of an order and its reverse.

    The standard error is that of the mean over the pairs. What a cause adds adds up to L[all] − L[none] along
    every order, so that the parts do too, whatever the error of each.

    Parameters
    ----------
    values : mapping of set to array, shape (K,)
        L of every set in ``sets_along(orders)``.
    orders : array, shape (2·pairs, n)
        As ``draw_orders`` gives them.

    References
    ----------
    Castro, Gómez & Tejada (2009), Computers & Operations Research 36(5) (sampling); Mitchell, Cooper, Frank
    & Holmes (2022), J. Machine Learning Research 23(43) (antithetic pairs).
    """
    added = np.empty((*orders.shape, len(values[0])))
    for row, order in enumerate(orders):
        before = 0
        for k in order:
            after = before | 1 << int(k)
            added[row, k] = values[after] - values[before]
            before = after
    pairs = added.reshape(-1, 2, *added.shape[1:]).mean(axis=1)
    spread = pairs.std(axis=0, ddof=1) if len(pairs) > 1 else np.full(pairs.shape[1:], np.nan)
    return Shares(pairs.mean(axis=0), spread / math.sqrt(len(pairs)), added.min(axis=0), added.max(axis=0))


def draw_orders(causes: int, pairs: int, seed: int) -> Integers:
    """(2·pairs, causes) orders drawn alike, each followed by its reverse."""
    rng = np.random.default_rng(seed)
    drawn = [rng.permutation(causes) for _ in range(pairs)]
    return np.array([order for one in drawn for order in (one, one[::-1])], dtype=np.int64)


def sets_along(orders: Integers) -> tuple[int, ...]:
    """The sets that orders pass through, none and all included, each alone and all but each; ascending."""
    n = orders.shape[1]
    whole = (1 << n) - 1
    found = {0, whole, *(1 << k for k in range(n)), *(whole & ~(1 << k) for k in range(n))}
    for order in orders:
        # Whole numbers of Python: those of numpy end at 63 causes.
        found.update(itertools.accumulate(1 << int(k) for k in order))
    return tuple(sorted(found))


def interactions(values: Floats) -> Floats:
    """(n, n, K) how much more two causes do together than each by itself, on average over what else acts.

    I_ij = Σ_S |S|! (n − |S| − 2)! / (n − 1)! · (L[S ∪ ij] − L[S ∪ i] − L[S ∪ j] + L[S]) over the sets S
    without i and j: below 0 where they overlap, above where each makes the other worse; 0 on the diagonal.

    References
    ----------
    Grabisch & Roubens (1999), International Journal of Game Theory 28(4), def. 3 for pairs.
    """
    n = _causes(values)
    every = np.arange(len(values))
    found = np.zeros((n, n, values.shape[1]))
    for i in range(n):
        for j in range(i):
            both = 1 << i | 1 << j
            without = every[every & both == 0]
            more = values[without | both] - values[without | 1 << i] - values[without | 1 << j]
            weights = _weights(without, n - 1)[:, None]
            found[i, j] = found[j, i] = (weights * (more + values[without])).sum(axis=0)
    return found


def _weights(sets: Integers, n: int) -> Floats:
    """|S|! (n − |S| − 1)! / n! of each set."""
    by_size = [math.factorial(s) * math.factorial(n - s - 1) / math.factorial(n) for s in range(n)]
    return np.array([by_size[int(one).bit_count()] for one in sets])


def _causes(values: Floats | Sequence[object]) -> int:
    return (len(values) - 1).bit_length()
