"""Laws of estimation: signs and zeros stay, totals are met, units and order change nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autarky.errors import InfeasibleError
from autarky.estimation.entropy import Balanced, Constraints, cross_entropy
from autarky.estimation.gras import gras
from autarky.estimation.ras import ras

Floats = npt.NDArray[np.float64]


@st.composite
def tables(draw: st.DrawFn, *, signed: bool) -> tuple[Floats, Floats]:
    """A prior and a table of the same signs and zeros, whose totals are therefore possible."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    spread = draw(st.sampled_from([0.1, 1.0, 3.0]))
    Z = rng.lognormal(0, spread, shape) * (rng.random(shape) < draw(st.sampled_from([0.4, 0.8, 1.0])))
    if signed:
        Z *= np.where(rng.random(shape) < 0.2, -1, 1)
    return Z, Z * rng.lognormal(0, 0.5, shape)


def balanced(Z: Floats, X: Floats, seed: int, *, scale: float = 1.0, order: Floats | None = None) -> Balanced:
    """Z under row totals of X, exact, and some sums of X, with ranges."""
    rng = np.random.default_rng(seed)
    rows = np.kron(np.eye(len(Z)), np.ones(Z.shape[1]))
    sums = (rng.random((5, Z.size)) < 0.4).astype(float)
    matrix = np.vstack([rows, sums])
    truth = matrix @ X.ravel()
    width = np.concatenate(
        [np.zeros(len(rows)), (np.abs(sums) @ np.abs(X.ravel())) * rng.uniform(0.01, 0.3, 5)]
    )
    target = truth + width * rng.uniform(-0.9, 0.9, len(width))
    places = np.arange(Z.size) if order is None else order
    return cross_entropy(
        scale * Z.ravel()[places],
        Constraints(
            scipy.sparse.csr_array(matrix[:, places]),
            scale * (target - width),
            scale * target,
            scale * (target + width),
            tuple(map(str, range(len(matrix)))),
        ),
    )


@given(tables(signed=False))
def test_ras_meets_totals_and_keeps_zeros(both: tuple[Floats, Floats]) -> None:
    Z, X = both
    found = ras(Z, X.sum(axis=1), X.sum(axis=0)).cells
    np.testing.assert_allclose(found.sum(axis=1), X.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(found.sum(axis=0), X.sum(axis=0), rtol=1e-9)
    np.testing.assert_array_equal(found > 0, Z > 0)


@given(tables(signed=True), st.floats(1e-6, 1e6))
def test_gras_meets_totals_keeps_signs_and_knows_no_unit(both: tuple[Floats, Floats], unit: float) -> None:
    Z, X = both
    u, v = X.sum(axis=1), X.sum(axis=0)
    found = gras(Z, u, v).cells
    size = np.abs(found)
    assert (np.abs(found.sum(axis=1) - u) <= 1e-9 * np.maximum(size.sum(axis=1), np.abs(u))).all()
    assert (np.abs(found.sum(axis=0) - v) <= 1e-9 * np.maximum(size.sum(axis=0), np.abs(v))).all()
    np.testing.assert_array_equal(np.sign(found), np.sign(Z))
    in_unit = gras(unit * Z, unit * u, unit * v).cells
    np.testing.assert_allclose(in_unit, unit * found, rtol=1e-6)


@given(tables(signed=True), st.randoms(use_true_random=False))
def test_gras_does_not_look_at_the_order(both: tuple[Floats, Floats], shuffled: object) -> None:
    Z, X = both
    rows, columns = list(range(len(Z))), list(range(Z.shape[1]))
    shuffled.shuffle(rows)  # type: ignore[attr-defined]
    shuffled.shuffle(columns)  # type: ignore[attr-defined]
    u, v = X.sum(axis=1), X.sum(axis=0)
    found = gras(Z, u, v, tolerance=1e-12).cells
    other = gras(Z[np.ix_(rows, columns)], u[rows], v[columns], tolerance=1e-12).cells
    np.testing.assert_allclose(other, found[np.ix_(rows, columns)], rtol=1e-6)


@given(tables(signed=True), st.integers(0, 1_000))
def test_cross_entropy_keeps_signs_meets_totals_and_stays_in_ranges(
    both: tuple[Floats, Floats], seed: int
) -> None:
    Z, X = both
    assume(Z.any())
    found = balanced(Z, X, seed)
    np.testing.assert_array_equal(np.sign(found.cells), np.sign(Z.ravel()))
    cells = found.cells.reshape(Z.shape)
    size = np.abs(cells).sum(axis=1)
    assert (np.abs(cells.sum(axis=1) - X.sum(axis=1)) <= 1e-9 * (size + np.abs(X).sum(axis=1))).all()


@given(tables(signed=True), st.integers(0, 1_000), st.floats(1e-6, 1e6))
def test_cross_entropy_knows_no_unit_and_no_order(
    both: tuple[Floats, Floats], seed: int, unit: float
) -> None:
    Z, X = both
    assume(Z.any())
    found = balanced(Z, X, seed)
    in_unit = balanced(Z, X, seed, scale=unit)
    np.testing.assert_allclose(in_unit.cells, unit * found.cells, rtol=1e-6, atol=1e-12 * unit)
    order = np.random.default_rng(seed).permutation(Z.size)
    other = balanced(Z, X, seed, order=order)
    np.testing.assert_allclose(other.cells, found.cells[order], rtol=1e-6, atol=1e-12)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_whoever_cannot_hold_is_told_and_whoever_is_told_cannot_hold(seed: int) -> None:
    """Random claims: an answer within all ranges, or a set that can hold as soon as any one is left out."""
    rng = np.random.default_rng(seed)
    prior = rng.lognormal(0, 1, 6)
    matrix = (rng.random((5, 6)) < 0.5).astype(float) * rng.choice([1.0, 1.0, -0.5], (5, 6))
    target = matrix @ (prior * rng.lognormal(0, 0.8, 6)) + rng.normal(0, 0.7, 5)
    width = rng.uniform(0.05, 0.5, 5)

    def solve(kept: list[int]) -> Balanced:
        claims = Constraints(
            scipy.sparse.csr_array(matrix[kept]),
            (target - width)[kept],
            target[kept],
            (target + width)[kept],
            tuple(f"claim {k}" for k in kept),
        )
        return cross_entropy(prior, claims)

    try:
        values = solve(list(range(5))).values
        assert (np.abs(values - target) <= width * (1 + 1e-6) + 1e-9).all()
    except InfeasibleError as error:
        named = [int(problem.place.split()[1]) for problem in error.problems]
        with pytest.raises(InfeasibleError):
            solve(named)
        if not error.problems[0].what.endswith("steps"):
            single = "signs, zeros and bounds" in error.problems[0].what
            for left_out in [] if single else named:
                solve([k for k in named if k != left_out])
