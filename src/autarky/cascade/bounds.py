"""Bounds: the most that losses handed on in fixed proportions can come to, never less than the truth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]

ROUNDING = 1e-12
"""Share of a sum of many positive numbers that rounding may make or lose."""


def most_that_follows(handed_on: csr_array, own: Floats, *, slack: float, rounds: int) -> Floats:
    """A bound on ``(I − handed_on)⁻¹ own``, column by column; inf where the sum is not seen to end.

    What is returned fulfils w ≥ own + handed_on·w but for rounding, which is checked: every sum of the series
    then stays below it. It exceeds the truth by about ``slack`` of it, and by what ``slack`` of the column's
    total does, spread over all nodes.

    Parameters
    ----------
    handed_on : sparse array, shape (n, n)
        ``handed_on[i, j]``: what a loss of 1 at i brings j; non-negative, none of the stored numbers zero.
    own : array, shape (n, w)
        Non-negative: what a loss of 1 at a node itself counts for.
    slack : float
        Above 0.
    rounds : int
        Products after which what still grows is taken for endless.
    """
    own = own + slack * own.sum(axis=0) / len(own)
    follows = own.copy()
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(rounds):
            before, follows = follows, own + handed_on @ follows
            if ((follows - before) * (1.0 + slack) <= slack * own + ROUNDING * follows).all():
                break
        most = np.where(np.isfinite(follows), follows * (1.0 + slack), np.inf)
        # What does not cover its own consequences goes on growing, and so does all that leads to it.
        while (short := (own + handed_on @ most > most * (1.0 + ROUNDING))).any():
            most[short] = np.inf
    return np.asarray(most)
