"""GRAS: RAS for tables with negative cells, which keep their sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

from autarky.errors import EconomyError, Problem
from autarky.estimation.ras import Scaled, checked, contradictory, finished, labels, relative_gaps
from autarky.iomath import Matrix, Vector

SPARSE = 0.1
"""Share of cells that are not zero below which a table is held without its zeros: it is read from memory in
every round, and an entry without neighbours costs about ten times an entry of a full table."""


def gras(
    Z: npt.ArrayLike,
    row_totals: npt.ArrayLike,
    column_totals: npt.ArrayLike,
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 300,
    row_names: Sequence[str] | None = None,
    column_names: Sequence[str] | None = None,
) -> Scaled:
    """The table nearest to Z with given totals and the signs of Z: ``X = r·P·s − N/(r·s)``, cell by cell.

    P and N are the positive and negative parts, Z = P − N. Nearest by information: least
    Σ |Z|·(z·ln z − z + 1), z = X/Z. Given s, row i is met by the positive root of
    p·r² − u·r − n = 0, p = (P·s)[i], n = (N·1/s)[i]: r = (u + √(u² + 4pn)) / 2p, and r = −n/u where the row
    has no positive cell; columns in the same way. Without negative cells this is RAS.

    Parameters
    ----------
    Z : array, shape (m, n), any unit
        Prior table, of any signs.
    row_totals : array, shape (m,), any unit
        What the rows must add up to.
    column_totals : array, shape (n,), same unit as row_totals
        What the columns must add up to; both sets of totals have one sum.
    tolerance : float
        Largest gap accepted, relative to the larger of the total and the absolute sum of its cells.
    max_iterations : int
        Rounds of scaling by turns; what is left then Newton's method does, up to 2,000 rows and columns.
    row_names, column_names : sequences of m and n names, optional
        What messages call the rows and columns; their positions if left out.

    Returns
    -------
    Scaled

    Raises
    ------
    ValueError
        If shapes do not fit, or a number is not finite.
    EconomyError
        If the totals contradict each other, or a row or column has no cell of the sign of its total.
    InfeasibleError
        If where zeros and signs stand does not allow the totals: one problem for each row and column in the
        way.

    References
    ----------
    Junius & Oosterhaven (2003); objective and multipliers corrected by Lenzen, Wood & Gallego (2007); lines
    without positive cells by Temurshoev, Miller & Bouwmeester (2013).
    """
    prior, u, v = checked(Z, row_totals, column_totals)
    rows, columns = labels("row", row_names, len(u)), labels("column", column_names, len(v))
    negative = prior < 0
    # A copy only where there is something to take out of it.
    P: Any = np.where(negative, 0.0, prior) if negative.any() else prior
    N: Any = _stored(negative, prior)
    P = scipy.sparse.csr_array(P) if np.count_nonzero(P) < SPARSE * P.size else P
    one_u, one_v = np.ones_like(u), np.ones_like(v)
    problems = [
        *_impossible(rows, P @ one_v, N @ one_v, u),
        *_impossible(columns, one_u @ P, one_u @ N, v),
        *contradictory(u, v, tolerance),
    ]
    if problems:
        raise EconomyError(problems)
    s, over_s = one_v, one_v
    for iteration in range(1, max_iterations + 1):
        r, over_r = _multiplier(u, P @ s, N @ over_s)
        p, n = r @ P, over_r @ N
        positive, taken = s * p, over_s * n
        gaps = relative_gaps(positive - taken, v, positive + taken)
        if gaps.max(initial=0.0) <= tolerance:
            cells = _scaled(prior, r, s, over_r, over_s, negative)
            r, s = _either(r, over_r), _either(s, over_s)
            return Scaled(cells, r, s, iteration, float(gaps.max(initial=0.0)))
        s, over_s = _multiplier(v, p, n)
    return finished(prior, (u, v), (rows, columns), gaps, tolerance, max_iterations)


def _stored(negative: npt.NDArray[np.bool_], prior: Matrix) -> Any:
    """The negative part as positive numbers, without its zeros where they are many."""
    if np.count_nonzero(negative) < SPARSE * prior.size:
        at = np.nonzero(negative)
        return scipy.sparse.csr_array((-prior[at], at), shape=prior.shape)
    return np.where(negative, -prior, 0.0)


def _impossible(places: list[str], p: Vector, n: Vector, totals: Vector) -> list[Problem]:
    """Lines without a cell of the sign of their total."""
    return [
        Problem(
            places[k],
            f"has no {'positive' if totals[k] > 0 else 'negative'} cell, its total is to be {totals[k]:.10g}",
            "cells keep their sign and zeros stay zero: give the prior a cell of that sign here, "
            "or another total",
        )
        for k in np.flatnonzero(((totals > 0) & (p == 0)) | ((totals < 0) & (n == 0)))
    ]


def _multiplier(total: Vector, p: Vector, n: Vector) -> tuple[Vector, Vector]:
    """The factor with which positive cells p and negative cells n come to the total, and its inverse.

    Each as a quotient without cancellation: the root's plain form loses its digits where the total is far on
    the negative side. A total of zero over cells of one sign empties them: the factor of what is not there
    stays zero.
    """
    root = np.sqrt(total * total + 4.0 * p * n)
    larger = root + np.abs(total)
    forward = np.where(total >= 0, larger, 2.0 * n)
    backward = np.where(total >= 0, 2.0 * p, larger)
    nothing = (p == 0) & (n == 0)
    # Where only one sign is left, its own factor is enough; the other would divide by zero.
    r = np.where(nothing, 1.0, np.where(p > 0, forward / np.where(backward > 0, backward, 1.0), 0.0))
    over_r = np.where(nothing, 1.0, np.where(n > 0, backward / np.where(forward > 0, forward, 1.0), 0.0))
    return r, over_r


def _either(factor: Vector, inverse: Vector) -> Vector:
    """The factor of a line, from its inverse where the line has only negative cells."""
    return np.where((factor == 0) & (inverse > 0), 1.0 / np.where(inverse > 0, inverse, 1.0), factor)


def _scaled(
    prior: Matrix, r: Vector, s: Vector, over_r: Vector, over_s: Vector, negative: npt.NDArray[np.bool_]
) -> Matrix:
    """Positive cells times r·s, negative ones over it."""
    cells = prior * s
    cells *= r[:, None]
    at = np.nonzero(negative)
    cells[at] = prior[at] * over_r[at[0]] * over_s[at[1]]
    return cells
