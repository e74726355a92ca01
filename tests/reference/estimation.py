"""The slow, readable twins of the estimation algorithms: loops and a general optimiser, from the definitions.

They share nothing with the package but the meaning of the arguments.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.optimize

Floats = npt.NDArray[np.float64]


def ras(Z: Floats, row_totals: Floats, column_totals: Floats, rounds: int = 2_000) -> Floats:
    """Rows to their totals, columns to theirs, over and over."""
    X = [list(map(float, row)) for row in Z]
    for _ in range(rounds):
        for i, total in enumerate(row_totals):
            if (now := sum(X[i])) > 0:
                X[i] = [cell * total / now for cell in X[i]]
        for j, total in enumerate(column_totals):
            if (now := sum(row[j] for row in X)) > 0:
                for row in X:
                    row[j] *= total / now
    return np.array(X)


def gras(Z: Floats, row_totals: Floats, column_totals: Floats, rounds: int = 2_000) -> Floats:
    """The same, but negative cells are divided by the factor of their line, which is found by bisection."""
    X = np.array(Z, dtype=float)
    for _ in range(rounds):
        for i, total in enumerate(row_totals):
            _bring(X[i], total)
        for j, total in enumerate(column_totals):
            _bring(X[:, j], total)
    return X


def cyclic(prior: Floats, matrix: Floats, totals: Floats, rounds: int = 500) -> Floats:
    """Exact totals met in turn, over and over, each by one factor: for a table of any shape (SUT-RAS is one
    case).

    Coefficients are −1, 0, 1. A cell is multiplied by the factor where it raises the total and divided by it
    where it lowers it.
    """
    cells = np.array(prior, dtype=float)
    lines = [np.flatnonzero(row) for row in matrix]
    for _ in range(rounds):
        for line, row, total in zip(lines, matrix, totals, strict=True):
            part = row[line] * cells[line]
            positive, negative = part[part > 0].sum(), -part[part < 0].sum()
            if positive > 0:
                factor = (total + math.sqrt(total**2 + 4 * positive * negative)) / (2 * positive)
            elif negative > 0:
                factor = -negative / total
            else:
                continue
            cells[line] *= np.where(part > 0, factor, 1 / factor if factor > 0 else 0.0)
    return cells


def _bring(line: Floats, total: float) -> None:
    """Scale one line in place: positive cells × f, negative cells ÷ f, so that it adds up to the total."""
    positive = sum(cell for cell in line if cell > 0)
    negative = -sum(cell for cell in line if cell < 0)
    if positive == 0 and negative == 0:
        return
    low, high = 1e-9, 1e9
    for _ in range(200):
        factor = math.sqrt(low * high)
        if positive * factor - negative / factor > total:
            high = factor
        else:
            low = factor
    for k, cell in enumerate(line):
        line[k] = cell * factor if cell > 0 else cell / factor


def error_cost(error: float, low: float, target: float, high: float) -> float:
    """Σ w·ln(w/w⁰) over the points −d, 0, d at its least, given that they come to the error.

    w⁰ = 1/6, 2/3, 1/6 and d reaches to the edge on the error's side. One weight is free: a search along it.
    """
    if error == 0:
        return 0.0
    d = (high - target) if error > 0 else (target - low)
    mean = abs(error) / d

    def information(outer: float) -> float:
        weights = (outer, 1 - 2 * outer - mean, outer + mean)  # −d, 0, d
        return sum(
            w * math.log(w / prior) if w > 0 else 0.0
            for w, prior in zip(weights, (1 / 6, 2 / 3, 1 / 6), strict=True)
        )

    found = scipy.optimize.minimize_scalar(
        information, bounds=(0.0, (1 - mean) / 2), method="bounded", options={"xatol": 1e-13}
    )
    return float(found.fun)


def cross_entropy(
    prior: Floats,
    matrix: Floats,
    ranges: Sequence[tuple[float, float, float]],
    *,
    error_weight: float = 0.01,
    lower: Floats | None = None,
    upper: Floats | None = None,
) -> Floats:
    """The definition given to SLSQP, in ratios of cells to the prior; a range is (low, target, high)."""
    used = np.flatnonzero(prior)
    size, sign = np.abs(prior[used]), np.sign(prior[used])
    A = matrix[:, used] * (sign * size)  # values from ratios
    total = size.sum()
    exact = [k for k, (low, _, high) in enumerate(ranges) if low == high]
    noisy = [k for k in range(len(ranges)) if k not in exact]

    def objective(ratio: Floats) -> float:
        cost = float(np.sum(size * (ratio * np.log(ratio) - ratio + 1)))
        for k in noisy:
            low, target, high = ranges[k]
            error = min(max(float(A[k] @ ratio) - target, low - target), high - target)
            cost += error_weight * total * error_cost(error, low, target, high)
        return cost / total

    rules: list[dict[str, object]] = []
    if exact:
        wanted = np.array([ranges[k][1] for k in exact])
        rules.append({"type": "eq", "fun": lambda ratio: (A[exact] @ ratio - wanted) / total})
    if noisy:
        low, _, high = np.array([ranges[k] for k in noisy]).T
        rules.append({"type": "ineq", "fun": lambda ratio: (A[noisy] @ ratio - low) / total})
        rules.append({"type": "ineq", "fun": lambda ratio: (high - A[noisy] @ ratio) / total})
    bounds = []
    for place, k in enumerate(used.tolist()):
        ends = [
            (-np.inf if lower is None else lower[k]) / prior[k],
            (np.inf if upper is None else upper[k]) / prior[k],
        ]
        assert size[place] > 0
        bounds.append((max(min(ends), 1e-9), max(ends)))
    found = scipy.optimize.minimize(
        objective,
        np.clip(np.ones(len(used)), *np.array(bounds).T),
        method="SLSQP",
        bounds=bounds,
        constraints=rules,
        options={"ftol": 1e-15, "maxiter": 1_000},
    )
    cells = np.zeros(len(prior))
    cells[used] = sign * size * found.x
    return cells
