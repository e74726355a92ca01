"""RAS: a non-negative table scaled by rows and columns until it has given totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

from autarky.errors import EconomyError, InfeasibleError, Problem
from autarky.estimation.entropy import Constraints, cross_entropy
from autarky.iomath import Matrix, Vector

SHOWN = 3
"""How many columns a message about a table that does not converge names."""

NEWTON = 2_000
"""Rows and columns together up to which a table that converges slowly is finished by Newton's method."""


@dataclass(frozen=True)
class Scaled:
    """A table brought to given row and column totals, and how.

    Attributes
    ----------
    cells : array, shape (m, n), unit of the prior table
        The table with the totals asked for.
    row_multipliers, column_multipliers : arrays, shapes (m,) and (n,), dimensionless
        r and s: a positive cell of the prior is multiplied by r[i]·s[j], a negative one divided by it. They
        are unique up to a common factor: r·c and s/c give the same table.
    iterations : int
        Rounds of row and column scaling, and steps of Newton's method after them.
    largest_gap : float, dimensionless
        Largest difference between a column total and what was asked, relative to the larger of what was asked
        and the absolute sum of its cells; row totals are met as well or better.
    """

    cells: Matrix
    row_multipliers: Vector
    column_multipliers: Vector
    iterations: int
    largest_gap: float


def ras(
    Z: npt.ArrayLike,
    row_totals: npt.ArrayLike,
    column_totals: npt.ArrayLike,
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 300,
    row_names: Sequence[str] | None = None,
    column_names: Sequence[str] | None = None,
) -> Scaled:
    """The table nearest to Z with given totals: ``X[i, j] = r[i] · Z[i, j] · s[j]``.

    Nearest by information: of all tables with these totals it has the least Σ X·ln(X/Z) − X + Z. Cells that
    are zero stay zero, so a positive total over nothing but zeros has no answer and is refused.

    Parameters
    ----------
    Z : array, shape (m, n), any unit
        Prior table, non-negative.
    row_totals : array, shape (m,), any unit
        What the rows must add up to, non-negative.
    column_totals : array, shape (n,), same unit as row_totals
        What the columns must add up to, non-negative; both sets of totals have one sum.
    tolerance : float
        Largest gap accepted, relative to the total.
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
        If shapes do not fit, or a number is negative or not finite.
    EconomyError
        If the totals contradict each other, or a row or column of zeros is to have a positive total.
    InfeasibleError
        If where zeros stand does not allow the totals: one problem for each row and column in the way.

    References
    ----------
    Stone & Brown (1962); Bacharach (1970); Miller & Blair (2009), ch. 7.4.
    """
    prior, u, v = checked(Z, row_totals, column_totals)
    if (prior < 0).any() or (u < 0).any() or (v < 0).any():
        raise ValueError("RAS takes no negative cells or totals; GRAS does (autarky.estimation.gras)")
    rows, columns = labels("row", row_names, len(u)), labels("column", column_names, len(v))
    problems = [
        *_impossible(rows, prior.any(axis=1), u),
        *_impossible(columns, prior.any(axis=0), v),
        *contradictory(u, v, tolerance),
    ]
    if problems:
        raise EconomyError(problems)
    s = np.ones_like(v)
    for iteration in range(1, max_iterations + 1):
        r = _ratio(u, prior @ s)
        column_sums = r @ prior
        gaps = relative_gaps(s * column_sums, v, s * column_sums)
        if gaps.max(initial=0.0) <= tolerance:
            cells = prior * s
            cells *= r[:, None]
            return Scaled(cells, r, s, iteration, float(gaps.max(initial=0.0)))
        s = _ratio(v, column_sums)
        if not np.isfinite(
            s
        ).all():  # rows whose total is zero have emptied a column that is to hold something
            break
    return finished(prior, (u, v), (rows, columns), gaps, tolerance, iteration)


def checked(
    Z: npt.ArrayLike, row_totals: npt.ArrayLike, column_totals: npt.ArrayLike
) -> tuple[Matrix, Vector, Vector]:
    """Prior and totals as finite float64 arrays whose shapes fit, or ValueError."""
    prior, u, v = (np.asarray(each, dtype=np.float64) for each in (Z, row_totals, column_totals))
    if prior.ndim != 2 or u.shape != prior.shape[:1] or v.shape != prior.shape[1:]:
        raise ValueError(
            f"a prior table of shape {prior.shape} needs one total per row and per column, as flat arrays; "
            f"got shapes {u.shape} and {v.shape}"
        )
    # The sum of finite numbers is finite: a look at every cell only if it is not.
    if not np.isfinite(prior.sum() + u.sum() + v.sum()):
        raise ValueError("the prior table or its totals hold a number that is not finite")
    return prior, u, v


def labels(word: str, names: Sequence[str] | None, count: int) -> list[str]:
    """What messages call the rows or columns of a table."""
    if names is None:
        return [f"{word} {position}" for position in range(count)]
    if len(names) != count:
        raise ValueError(f"{len(names)} names for {count} {word}s")
    return [f"{word} {name}" for name in names]


def contradictory(u: Vector, v: Vector, tolerance: float) -> list[Problem]:
    """The problem of totals by row and by column that do not have one sum."""
    difference = float(u.sum() - v.sum())
    scale = float(max(np.abs(u).sum(), np.abs(v).sum()))
    if abs(difference) <= max(tolerance, 1e-12) * scale:
        return []
    return [
        Problem(
            "totals",
            f"the row totals sum to {u.sum():.10g}, the column totals to {v.sum():.10g}",
            "a table has one sum: bring one set to the sum of the other",
        )
    ]


def relative_gaps(reached: Vector, wanted: Vector, size: Vector) -> Vector:
    """How far sums are from what is wanted, relative to the larger of that and the size of their cells."""
    scale = np.maximum(np.abs(wanted), size)
    return np.abs(reached - wanted) / np.where(scale > 0, scale, 1.0)


def finished(
    prior: Matrix,
    totals: tuple[Vector, Vector],
    places: tuple[list[str], list[str]],
    gaps: Vector,
    tolerance: float,
    rounds: int,
) -> Scaled:
    """The same table by Newton's method, where scaling by turns is slow; or who is in whose way.

    Rows and columns that share few or very unequal cells make each other's totals miss again and again.
    """
    (u, v), (rows, columns) = totals, places
    if len(u) + len(v) > NEWTON:
        worst = [k for k in np.argsort(-gaps, kind="stable")[:SHOWN] if gaps[k] > tolerance]
        raise InfeasibleError(
            Problem(
                columns[k],
                f"still {gaps[k]:.2g} of its total away after {rounds} rounds",
                "where zeros and signs stand in the prior may not allow these totals: "
                "look at the rows that have cells here, or allow more iterations",
            )
            for k in worst
        )
    i, j = np.nonzero(prior)
    cell = np.arange(len(i))
    line = np.concatenate([i, len(u) + j])
    matrix = scipy.sparse.csr_array(
        (np.ones(2 * len(i)), (line, np.tile(cell, 2))), (len(u) + len(v), len(i))
    )
    both = np.concatenate([u, v])
    found = cross_entropy(
        prior[i, j], Constraints(matrix, both, both, both, (*rows, *columns)), tolerance=tolerance
    )
    cells = np.zeros_like(prior)
    cells[i, j] = found.cells
    left = relative_gaps(cells.sum(axis=0), v, np.abs(cells).sum(axis=0))
    r, s = np.split(np.exp(found.multipliers), [len(u)])
    return Scaled(cells, r, s, rounds + found.iterations, float(left.max(initial=0.0)))


def _impossible(places: list[str], has_cells: Any, totals: Vector) -> list[Problem]:
    """Rows or columns of zeros that are to have a positive total."""
    return [
        Problem(
            places[k],
            f"every cell is zero, its total is to be {totals[k]:.10g}",
            "zeros stay zero: give the prior a positive cell here, or the total 0",
        )
        for k in np.flatnonzero(~has_cells & (totals > 0))
    ]


def _ratio(numerator: Vector, denominator: Vector) -> Vector:
    """Numerator over denominator, 1 where both are zero (an empty row is met by any factor)."""
    empty = denominator == 0
    return np.where(
        empty, np.where(numerator == 0, 1.0, np.inf), numerator / np.where(empty, 1.0, denominator)
    )
