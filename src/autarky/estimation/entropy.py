"""Cross-entropy: the table nearest to a prior under exact identities and claims that are known as ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse

from autarky.errors import EconomyError, Problem
from autarky.estimation.feasibility import Ranges, excluded, missed
from autarky.iomath import Matrix, Vector

OUTER = 1.0 / 6.0
"""Prior weight of each outer support point of an error; the point between them has 2/3. The weights of
Simpson's rule: mean and variance are those of the uniform distribution between the outer points."""

EDGE = 0.01
"""A value is at the edge of its range when less than this share of the way from target to edge is left."""

FIRST_LOOK = 30
"""Newton steps after which a problem that has not come to an end is looked through for contradictions:
feasible ones take about ten to twenty."""


@dataclass(frozen=True)
class Constraints:
    """What a table must satisfy: ``matrix @ cells`` within [low, high], best at target; low == high is exact.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array, shape (m, cells), any unit
        Coefficients; a share "mining is 11 % of value added" is a row with 1 − 0.11 for mining's value added,
        −0.11 for the others', and target 0.
    low, target, high : arrays, shape (m,), unit of matrix × cells
        low <= target <= high.
    names : tuple of m str
        What messages and reports call the constraints; unique.

    Raises
    ------
    ValueError
        If shapes do not fit, numbers are not finite or out of order, or a name stands twice.
    """

    matrix: Any
    low: Vector
    target: Vector
    high: Vector
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "matrix", scipy.sparse.csr_array(self.matrix, dtype=np.float64))
        for name in ("low", "target", "high"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        object.__setattr__(self, "names", tuple(self.names))
        shape = (self.matrix.shape[0],)
        if not self.low.shape == self.target.shape == self.high.shape == (len(self.names),) == shape:
            raise ValueError(
                f"{shape[0]} rows of the matrix need as many low, target, high and names; got "
                f"{self.low.shape}, {self.target.shape}, {self.high.shape} and {len(self.names)}"
            )
        if not np.isfinite(np.concatenate([self.low, self.target, self.high, self.matrix.data])).all():
            raise ValueError("a constraint holds a number that is not finite")
        if len(set(self.names)) < len(self.names):
            raise ValueError("two constraints have one name")
        if wrong := np.flatnonzero((self.low > self.target) | (self.target > self.high)).tolist():
            k = wrong[0]
            raise ValueError(
                f"{self.names[k]}: low {self.low[k]:g}, target {self.target[k]:g} and high {self.high[k]:g} "
                "are not in this order"
            )

    @property
    def exact(self) -> npt.NDArray[np.bool_]:
        """Which constraints leave no range, shape (m,)."""
        return np.asarray(self.low == self.high)


@dataclass(frozen=True)
class Balanced:
    """The table nearest to a prior under constraints, and what each constraint did to it.

    Attributes
    ----------
    cells : array, shape (cells,), unit of the prior
        Signs and zeros as in the prior.
    values : array, shape (m,), unit of the constraint
        What each constraint comes to: matrix @ cells.
    multipliers : array, shape (m,), unit of the prior over the unit of the constraint
        What holding each constraint costs: the objective rises by the multiplier per unit by which its target
        is raised, so one that nothing opposes has zero. It is also how hard the constraint pulls: ln(cell /
        prior) of a positive cell inside its bounds is the sum over constraints of coefficient × multiplier,
        and minus that sum of a negative cell. In a row total exp(multiplier) is the factor of RAS. Of
        constraints that repeat each other, as row and column totals do once, only the joint effect is unique.
    at_edge : array of int8, shape (m,)
        −1 at the low edge of its range, 1 at the high edge, 0 inside; exact constraints 0.
    at_bound : array of int8, shape (cells,)
        −1 held by its lower bound, 1 by its upper, 0 free.
    iterations : int
        Newton steps.
    cell_entropy, error_entropy : float, unit of the prior
        The two parts of the objective: how far the cells moved, how far values are from targets.
    """

    cells: Vector
    values: Vector
    multipliers: Vector
    at_edge: npt.NDArray[np.int8]
    at_bound: npt.NDArray[np.int8]
    iterations: int
    cell_entropy: float
    error_entropy: float


@dataclass(frozen=True)
class Pull:
    """Two constraints that pull against each other.

    Attributes
    ----------
    first, second : str
        Their names.
    first_moved, second_moved : float, unit of the first and of the second
        By how much the pull of the other moves the value of the first, and of the second: each away from
        where its own pull goes. To first order, after the exact constraints have passed the pull on.
    strength : float, unit of the prior
        What the two cost each other in the objective.
    """

    first: str
    second: str
    first_moved: float
    second_moved: float
    strength: float


def cross_entropy(
    prior: npt.ArrayLike,
    constraints: Constraints,
    *,
    lower: npt.ArrayLike | None = None,
    upper: npt.ArrayLike | None = None,
    error_weight: float = 0.01,
    start: npt.ArrayLike | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 300,
) -> Balanced:
    """The cells t that minimise Σ z·ln(z/z⁰) − z + z⁰ + μ·Σ w·ln(w/w⁰), z = |t|, under the constraints.

    The first sum is over cells: the information that t adds to the prior t⁰. Cells keep their sign, as in
    GRAS, and zeros stay zero. The second is over the support points of the errors of all noisy constraints,
    matrix @ t = target + error. An error has three points: −d, 0, d, with d the distance from the target to
    the edge of the range on the error's own side (target − low or high − target), and prior weights 1/6, 2/3,
    1/6; error = Σ w·point. So a value never leaves its range, the target is where it goes when nothing
    opposes it, wherever in the range it stands, and near the target an error costs (μ/2)·(error / (d/√3))²:
    d/√3 is the standard deviation of a uniform distribution over ±d. An exact constraint has no error.

    μ = error_weight · Σ z⁰. Near the prior a cell costs (z⁰/2)·(relative change)², so beside the claims it
    counts like a figure with a relative standard deviation of √(μ/z⁰). The default of 0.01 (**assumption**)
    gives a cell of one percent of the table a standard deviation of its own size, smaller cells more: a
    donor's table is a hint. 1 takes the table for one distribution beside one for each error (Golan, Judge &
    Robinson), 1/n for n, one of each column (Robinson, Cattaneo & El-Said). Claims that contradict each other
    give way by about the square of their ranges.

    Multiplying the prior, the constraints' numbers and the bounds by one number multiplies the answer by it.
    A prior of another total than the answer's is a prior about the total too, and about how much negative
    cells weigh: bring it to the size of the table wanted.

    Solved as the smooth convex dual, one multiplier per constraint, by Newton's method with a backtracking
    line search; same input, same bytes.

    Parameters
    ----------
    prior : array, shape (cells,), any unit
        t⁰, of any signs.
    constraints : Constraints
    lower, upper : arrays, shape (cells,), unit of the prior, optional
        Bounds of the cells: numbers, ±inf for none. They cannot make a cell change its sign.
    error_weight : float, dimensionless
        Positive.
    start : array, shape (m,), unit of the prior over the unit of the constraint, optional
        Multipliers to start from, for instance those of a similar problem.
    tolerance : float
        Largest gap accepted in a constraint, relative to the larger of its target and the absolute sum of
        what it adds up.
    max_iterations : int
        Newton steps after which it gives up.

    Returns
    -------
    Balanced

    Raises
    ------
    ValueError
        If shapes do not fit or a number is not finite.
    EconomyError
        If the bounds of a cell leave it no value of its own sign.
    InfeasibleError
        If the constraints cannot all hold: one problem for each of a set in which every one is needed for the
        contradiction. What one wants, what the others allow.

    References
    ----------
    Golan, Judge & Robinson (1994); Golan, Judge & Miller (1996), ch. 6; Robinson, Cattaneo & El-Said (2001);
    the objective for cells of both signs is that of GRAS (Lenzen, Wood & Gallego 2007).
    """
    t0 = np.asarray(prior, dtype=np.float64)
    if t0.shape != constraints.matrix.shape[1:]:
        raise ValueError(
            f"the prior has shape {t0.shape}, the constraints speak of {constraints.matrix.shape[1]} cells"
        )
    if not np.isfinite(t0).all():
        raise ValueError("the prior holds a number that is not finite")
    if not error_weight > 0:
        raise ValueError(f"error_weight is {error_weight:g}; it must be positive")
    used = np.flatnonzero(t0)
    sign = np.sign(t0[used])
    least, most = _sizes(t0, lower, upper, used, sign)
    scale = float(np.abs(t0).sum()) or 1.0
    matrix = scipy.sparse.csr_array(constraints.matrix[:, used] * sign)
    problem = _Problem(
        # In shares of the table: what is small is small in any currency.
        size=np.abs(t0[used]) / scale,
        least=least / scale,
        most=np.where(_emptied(matrix, constraints), 0.0, most / scale),
        matrix=matrix,
        target=constraints.target / scale,
        below=(constraints.target - constraints.low) / scale,
        above=(constraints.high - constraints.target) / scale,
        weight=error_weight,
    )
    ranges = Ranges(
        problem.matrix,
        constraints.low / scale,
        constraints.high / scale,
        problem.least,
        problem.most,
        constraints.names,
    )
    if contradiction := missed(ranges, scale):
        raise contradiction
    multipliers = np.zeros(len(constraints.names)) if start is None else np.array(start, dtype=np.float64)
    if multipliers.shape != constraints.target.shape:
        raise ValueError(f"start has shape {multipliers.shape}, not one number per constraint")
    multipliers, iterations = _newton(problem, multipliers, ranges, scale, tolerance, max_iterations)
    z = problem.cells(multipliers)
    error, _ = problem.errors(multipliers)
    cells = np.zeros_like(t0)
    cells[used] = sign * z * scale
    held = np.zeros(len(t0), dtype=np.int8)
    # A size at its least is a lower bound of a positive cell and an upper bound of a negative one.
    at_least, at_most = (z <= least / scale) & (least > 0), z >= most / scale
    held[used] = (sign * (at_most.astype(float) - at_least)).astype(np.int8)
    span = np.where(error > 0, problem.above, problem.below)
    edge = (span > 0) & (np.abs(error) > (1 - EDGE) * span)
    return Balanced(
        cells=cells,
        values=constraints.matrix @ cells,
        multipliers=multipliers,
        at_edge=(np.sign(error) * edge).astype(np.int8),
        at_bound=held,
        iterations=iterations,
        cell_entropy=scale * problem.cell_entropy(z),
        error_entropy=scale * problem.error_entropy(multipliers),
    )


def pulls(
    balanced: Balanced, constraints: Constraints, *, among: npt.ArrayLike | None = None, most: int = 20
) -> tuple[Pull, ...]:
    """Pairs of constraints that pull against each other, the strongest first.

    With H = C·diag(|t|)·Cᵀ the curvature of the dual (cells held by a bound left out) and S what is left of
    it among the constraints looked at once all exact ones are met again, S = H − H·E(E·H·E)⁻¹E·H, the pull
    λ_l of one moves the value of another by S[k, l]·λ_l. Where this is against λ_k they oppose each other,
    with strength −λ_k·S[k, l]·λ_l.

    Parameters
    ----------
    balanced : Balanced
        What cross_entropy returned.
    constraints : Constraints
        What it was given.
    among : array of bool, shape (m,), optional
        The constraints to look at; those that have a range if left out.
    most : int
        The largest number of pairs.

    Returns
    -------
    tuple of Pull

    References
    ----------
    Golan, Judge & Miller (1996), ch. 3, on the dual and its curvature.
    """
    looked = ~constraints.exact if among is None else np.asarray(among, dtype=bool)
    passed = np.flatnonzero(constraints.exact & ~looked)
    chosen = np.flatnonzero(looked)
    free = np.where(balanced.at_bound == 0, np.abs(balanced.cells), 0.0)
    H = _curvature(constraints.matrix, free)
    S = H[np.ix_(chosen, chosen)]
    if len(passed):
        across = H[np.ix_(passed, chosen)]
        S = S - across.T @ _solve(H[np.ix_(passed, passed)], across)
    force = balanced.multipliers[chosen]
    moved = S * force
    strength = -force[:, None] * moved
    first, second = np.triu_indices(len(chosen), k=1)
    against = strength[first, second]
    # Below the rounding of what the table holds nothing pulls.
    kept = np.flatnonzero(against > 1e-12 * np.abs(balanced.cells).sum())
    order = kept[np.argsort(-against[kept], kind="stable")][:most]
    names = [constraints.names[k] for k in chosen]
    return tuple(
        Pull(
            names[k], names[other], float(moved[k, other]), float(moved[other, k]), float(strength[k, other])
        )
        for k, other in zip(first[order].tolist(), second[order].tolist(), strict=True)
    )


@dataclass(frozen=True)
class _Problem:
    """The problem in sizes of cells, z, and in shares of the table; A is the matrix with the cells' signs."""

    size: Vector
    least: Vector
    most: Vector
    matrix: Any
    target: Vector
    below: Vector
    above: Vector
    weight: float

    def cells(self, multipliers: Vector) -> Vector:
        """z = z⁰·exp(Aᵀλ) within its bounds: what minimises the cells' part given the multipliers."""
        with np.errstate(over="ignore"):  # far out in a line search, which then takes a shorter step
            z: Vector = np.clip(self.size * np.exp(self.matrix.T @ multipliers), self.least, self.most)
        return z

    def spans(self, multipliers: Vector) -> Vector:
        """Outer support point on the side to which each error goes: against its multiplier."""
        return np.where(multipliers > 0, self.below, self.above)

    def errors(self, multipliers: Vector) -> tuple[Vector, Vector]:
        """The errors that minimise their part given the multipliers, and how fast they shrink as those grow.

        Weights of the points −d, 0, d are in proportion to (1/6)·e^x, 2/3, (1/6)·e^−x with x = λ·d/μ; both
        are divided by e^|x|, which may be huge.
        """
        span = self.spans(multipliers)
        x = np.abs(multipliers) * span / self.weight
        small = np.exp(-x)
        total = OUTER * (1 + small * small) + (1 - 2 * OUTER) * small
        mean = OUTER * (1 - small * small) / total
        square = OUTER * (1 + small * small) / total
        return -np.sign(multipliers) * span * mean, span * span / self.weight * (square - mean * mean)

    def dual(self, multipliers: Vector) -> float:
        """The function of the multipliers that is minimised: its slope is matrix @ cells − target − error."""
        z = self.cells(multipliers)
        # For z inside its bounds this is z − z⁰; at a bound it goes on as a straight line.
        with np.errstate(invalid="ignore", over="ignore"):
            cells = float(np.sum(z * (self.matrix.T @ multipliers) - _information(z, self.size)))
        return cells + float(self.partition(multipliers).sum()) - float(multipliers @ self.target)

    def partition(self, multipliers: Vector) -> Vector:
        """μ·ln((1/6)·e^x + 2/3 + (1/6)·e^−x), x = λ·d/μ: the error's part of the dual."""
        x = np.abs(multipliers) * self.spans(multipliers) / self.weight
        small = np.exp(-x)
        part: Vector = self.weight * (x + np.log(OUTER * (1 + small * small) + (1 - 2 * OUTER) * small))
        return part

    def cell_entropy(self, z: Vector) -> float:
        """Σ z·ln(z/z⁰) − z + z⁰."""
        return float(_information(z, self.size).sum())

    def error_entropy(self, multipliers: Vector) -> float:
        """μ·Σ w·ln(w/w⁰), which is −λ·error less the error's part of the dual."""
        error, _ = self.errors(multipliers)
        return float(np.sum(-multipliers * error - self.partition(multipliers)))


def _information(z: Vector, size: Vector) -> Vector:
    """z·ln(z/z⁰) − z + z⁰, which is z⁰ where z is zero."""
    return z * np.log(np.where(z > 0, z, size) / size) - z + size


def _emptied(matrix: Any, constraints: Constraints) -> npt.NDArray[np.bool_]:
    """Cells that a total of exactly zero over cells of one sign makes zero: their multiplier would be −∞."""
    nothing = constraints.exact & (constraints.target == 0)
    one_sided = nothing & ((matrix.max(axis=1).toarray() <= 0) | (matrix.min(axis=1).toarray() >= 0))
    return np.asarray((abs(matrix).T @ one_sided.astype(float)) > 0)


def _sizes(
    t0: Vector,
    lower: npt.ArrayLike | None,
    upper: npt.ArrayLike | None,
    used: npt.NDArray[np.intp],
    sign: Vector,
) -> tuple[Vector, Vector]:
    """Bounds of the cells that are not zero, as bounds of their sizes."""
    bounds = []
    for name, given, default in (("lower", lower, -np.inf), ("upper", upper, np.inf)):
        bound = np.full(t0.shape, default) if given is None else np.asarray(given, dtype=np.float64)
        if bound.shape != t0.shape or np.isnan(bound).any():
            raise ValueError(f"{name} has shape {bound.shape} or holds NaN; the prior has shape {t0.shape}")
        bounds.append(bound)
    low, high = bounds
    least = np.zeros(t0.shape)
    most = np.full(t0.shape, np.inf)
    most[t0 == 0] = 0.0
    positive, negative = t0 > 0, t0 < 0
    least[positive], most[positive] = np.maximum(low[positive], 0.0), high[positive]
    least[negative], most[negative] = np.maximum(-high[negative], 0.0), -low[negative]
    closed = (least > most) | ((t0 == 0) & ((low > 0) | (high < 0)))
    if closed.any():
        raise EconomyError(
            Problem(
                f"cell {k}",
                f"is {t0[k]:g} in the prior, its bounds are {low[k]:g} to {high[k]:g}",
                "cells keep their sign and zeros stay zero: change the bounds or the prior",
            )
            for k in np.flatnonzero(closed).tolist()
        )
    return least[used], most[used]


def _newton(
    problem: _Problem,
    multipliers: Vector,
    ranges: Ranges,
    scale: float,
    tolerance: float,
    max_iterations: int,
) -> tuple[Vector, int]:
    """Multipliers at which every constraint holds, and the steps it took."""
    magnitude = abs(problem.matrix)
    value = problem.dual(multipliers)
    looked = False
    for iteration in range(max_iterations + 1):
        z = problem.cells(multipliers)
        error, slack = problem.errors(multipliers)
        slope = problem.matrix @ z - problem.target - error
        gaps = np.abs(slope) / np.maximum(np.maximum(np.abs(problem.target), magnitude @ z), 1e-300)
        if gaps.max(initial=0.0) <= tolerance:
            return multipliers, iteration
        if iteration >= FIRST_LOOK and not looked:
            looked = True
            if found := excluded(ranges, scale):
                raise found
        inside = np.where((z > problem.least) & (z < problem.most), z, 0.0)
        H = _curvature(problem.matrix, inside)
        H[np.diag_indices_from(H)] += slack
        step = -_solve(H, slope)
        # Far out the exponential is not its parabola: no cell is to change more than e⁴-fold in a step.
        reach = float(np.abs(problem.matrix.T @ step).max(initial=0.0))
        length = min(1.0, 4.0 / reach) if reach > 0 else 1.0
        descent = float(slope @ step)
        for _ in range(60):
            candidate = multipliers + length * step
            there = problem.dual(candidate)
            # The last term: at the end the gain is less than the rounding of the value.
            if there <= value + 1e-4 * length * descent + 1e-14 * (1 + abs(value)):
                break
            length /= 2
        multipliers, value = candidate, there
    raise excluded(ranges, scale) or ranges.unreached(gaps, max_iterations)


def _curvature(matrix: Any, weights: Vector) -> Matrix:
    """C·diag(weights)·Cᵀ as a full matrix, by whichever product touches fewer numbers."""
    m, cells = matrix.shape
    per_cell = np.bincount(matrix.indices, minlength=cells).astype(np.float64)
    # A product of sparse entries costs about thirty times one of a full matrix.
    if 30 * float(per_cell @ per_cell) > m * m * cells:
        full = matrix.toarray()
        return np.asarray((full * weights) @ full.T)
    weighted = matrix.copy()
    weighted.data = matrix.data * weights[matrix.indices]
    return np.asarray((weighted @ matrix.T).toarray())


def _solve(H: Matrix, right: Matrix) -> Matrix:
    """H⁻¹·right for a symmetric H ≥ 0 which redundant constraints may make singular.

    Scaled to a diagonal of ones, plus the least multiple of the unit matrix with which Cholesky's method goes
    through: along directions that change nothing the answer stays small.
    """
    diagonal = np.sqrt(np.maximum(np.diag(H), 1e-300))
    scaled = H / diagonal[:, None] / diagonal
    by = diagonal[:, None] if right.ndim == 2 else diagonal
    ridge = 1e-13
    while True:
        try:
            factor = scipy.linalg.cho_factor(scaled + ridge * np.eye(len(H)), lower=True)
            return np.asarray(scipy.linalg.cho_solve(factor, right / by) / by)
        except np.linalg.LinAlgError:
            ridge *= 100
