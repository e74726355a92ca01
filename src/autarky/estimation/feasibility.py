"""Which constraints cannot all hold: the smallest set to blame, and what its members allow each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.optimize
import scipy.sparse

from autarky.errors import InfeasibleError, Problem
from autarky.iomath import Vector

TOLERANCE = 1e-7
"""What counts as a miss, relative to the size of a constraint: HiGHS's own tolerance."""

CELLS = "the signs, zeros and bounds of its cells"


@dataclass(frozen=True)
class Ranges:
    """Linear constraints on sizes of cells, in shares of a table.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array, shape (m, cells)
    low, high : arrays, shape (m,)
        Where matrix @ sizes must lie.
    least, most : arrays, shape (cells,)
        Where the sizes must lie; most may be infinite.
    names : tuple of m str
    """

    matrix: Any
    low: Vector
    high: Vector
    least: Vector
    most: Vector
    names: tuple[str, ...]

    def unreached(self, gaps: Vector, steps: int) -> InfeasibleError:
        """The error of constraints that do not contradict each other beyond rounding, and are not met."""
        worst = np.argsort(-gaps, kind="stable")[:3].tolist()
        return InfeasibleError(
            Problem(
                self.names[k],
                f"still {gaps[k]:.2g} of its size away after {steps} steps",
                "it may just touch what other constraints allow: widen its range a little",
            )
            for k in worst
            if gaps[k] > 0
        )


def missed(ranges: Ranges, scale: float) -> InfeasibleError | None:
    """The error of constraints that signs, zeros and bounds of the cells alone exclude, or None.

    Parameters
    ----------
    ranges : Ranges
    scale : float
        What one is in the user's unit.
    """
    up, down = ranges.matrix.maximum(0), (-ranges.matrix).maximum(0)
    # 0 × ∞ would not be a number: an infinite bound counts only where a coefficient meets it.
    open_ended = np.isinf(ranges.most)
    most = np.where(open_ended, 0.0, ranges.most)
    highest = up @ most - down @ ranges.least
    lowest = up @ ranges.least - down @ most
    highest[(up @ open_ended.astype(float)) > 0] = np.inf
    lowest[(down @ open_ended.astype(float)) > 0] = -np.inf
    slack = TOLERANCE * np.maximum(np.abs(ranges.low), np.abs(ranges.high))
    wrong = np.flatnonzero((ranges.low > highest + slack) | (ranges.high < lowest - slack)).tolist()
    if not wrong:
        return None
    return InfeasibleError(
        Problem(
            ranges.names[k],
            f"wants {_span(ranges.low[k] * scale, ranges.high[k] * scale)}, but {CELLS} "
            f"allow {_span(lowest[k] * scale, highest[k] * scale)}",
            "correct it, or the prior's cells that it adds up",
        )
        for k in wrong
    )


def excluded(ranges: Ranges, scale: float) -> InfeasibleError | None:
    """The error that names an irreducible set of constraints that cannot all hold, or None if they can.

    An elastic program asks for the least total miss; if there is one, the rows with a price make up a
    contradiction, and a deletion filter drops each row without which the rest still contradict each other.
    Every row that is left is needed: without it the others can hold.

    Parameters
    ----------
    ranges : Ranges
    scale : float
        What one is in the user's unit.

    References
    ----------
    Chinneck & Dravnieks (1991): elastic programming and the deletion filter.
    """
    miss, prices = _least_miss(ranges, np.arange(len(ranges.names)))
    if miss <= TOLERANCE:
        return None
    suspects = np.flatnonzero(np.abs(prices) > 1e-9)
    if _least_miss(ranges, suspects)[0] <= TOLERANCE:  # prices below the solver's tolerance were needed
        suspects = np.arange(len(ranges.names))
    for k in suspects.tolist():
        rest = suspects[suspects != k]
        if _least_miss(ranges, rest)[0] > TOLERANCE:
            suspects = rest
    return InfeasibleError(_told(ranges, suspects, k, scale) for k in suspects.tolist())


def _told(ranges: Ranges, members: np.ndarray[Any, Any], k: int, scale: float) -> Problem:
    """What one member of a contradiction wants, what the others allow."""
    others = members[members != k]
    lowest, highest = (_extreme(ranges, others, k, way) for way in (1.0, -1.0))
    names = ", ".join(f"'{ranges.names[other]}'" for other in others.tolist())
    return Problem(
        ranges.names[k],
        f"wants {_span(ranges.low[k] * scale, ranges.high[k] * scale)}, but {names or CELLS} "
        f"allow{'s' if len(others) == 1 else ''} {_span(lowest * scale, highest * scale)}",
        "correct one of them, widen a range, or drop one" if names else "correct it, or the prior's cells",
    )


def _span(low: float, high: float) -> str:
    """A range in words."""
    if low == high:
        return f"{low:.6g}"
    if np.isinf(low):
        return "anything" if np.isinf(high) else f"at most {high:.6g}"
    return f"at least {low:.6g}" if np.isinf(high) else f"{low:.6g} to {high:.6g}"


def _rows(ranges: Ranges, rows: np.ndarray[Any, Any]) -> tuple[Any, np.ndarray[Any, Any], Vector]:
    """Chosen rows scaled to a largest coefficient of one, over the cells they touch."""
    chosen = ranges.matrix[rows]
    touched = np.unique(chosen.indices)
    size = np.asarray(abs(chosen).max(axis=1).todense()).ravel()
    size = np.where(size > 0, size, 1.0)
    return scipy.sparse.csr_array(chosen[:, touched] / size[:, None]), touched, size


def _least_miss(ranges: Ranges, rows: np.ndarray[Any, Any]) -> tuple[float, Vector]:
    """The least sum of misses of some rows, relative to what they want; and each row's price."""
    prices = np.zeros(len(ranges.names))
    if not len(rows):
        return 0.0, prices
    matrix, touched, size = _rows(ranges, rows)
    m = len(rows)
    low, high = ranges.low[rows] / size, ranges.high[rows] / size
    # A share of what the row wants, or of the table where it wants nothing.
    unit = np.maximum(np.abs(low), np.abs(high))
    unit = np.where(unit > 0, unit, 1.0 / max(len(ranges.least), 1))
    elastic = scipy.sparse.diags_array(unit)
    body = scipy.sparse.hstack([matrix, elastic, -elastic], format="csr")
    cost = np.concatenate([np.zeros(len(touched)), np.ones(2 * m)])
    bounds = np.column_stack(
        [
            np.concatenate([ranges.least[touched], np.zeros(2 * m)]),
            np.concatenate([ranges.most[touched], np.full(2 * m, np.inf)]),
        ]
    )
    solved = scipy.optimize.linprog(
        cost,
        A_ub=scipy.sparse.vstack([body, -body], format="csr"),
        b_ub=np.concatenate([high, -low]),
        bounds=bounds,
        method="highs",
    )
    if solved.status != 0:
        return 0.0, prices  # no verdict is not a contradiction
    prices[rows] = solved.ineqlin.marginals[:m] - solved.ineqlin.marginals[m:]
    return float(solved.fun), prices


def _extreme(ranges: Ranges, others: np.ndarray[Any, Any], k: int, way: float) -> float:
    """The least (way 1) or largest (way −1) value of row k under the other rows."""
    everything = np.append(others, k)
    matrix, touched, size = _rows(ranges, everything)
    body, row = matrix[:-1], np.asarray(matrix[[len(others)]].todense()).ravel()
    solved = scipy.optimize.linprog(
        way * row,
        A_ub=scipy.sparse.vstack([body, -body], format="csr") if len(others) else None,
        b_ub=np.concatenate([ranges.high[others] / size[:-1], -ranges.low[others] / size[:-1]])
        if len(others)
        else None,
        bounds=np.column_stack([ranges.least[touched], ranges.most[touched]]),
        method="highs",
    )
    return way * float(solved.fun) * float(size[-1]) if solved.status == 0 else -way * np.inf
