"""RAS, GRAS and cross-entropy against their slow twins, against each other, and against quadrium's GRAS."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse

from autarky.estimation.entropy import Constraints, cross_entropy
from autarky.estimation.gras import gras
from autarky.estimation.ras import ras
from reference import estimation as twin

Floats = npt.NDArray[np.float64]


def made(
    seed: int, shape: tuple[int, int], *, negative: float = 0.0, empty: float = 0.2
) -> tuple[Floats, Floats]:
    """A prior and a table with its signs and zeros."""
    rng = np.random.default_rng(seed)
    Z = rng.lognormal(0, 1, shape) * (rng.random(shape) >= empty)
    Z *= np.where(rng.random(shape) < negative, -1, 1)
    Z[0], Z[:, 0] = np.abs(Z[0]) + 0.1, np.abs(Z[:, 0]) + 0.1
    return Z, Z * rng.lognormal(0, 0.4, shape)


def totals(shape: tuple[int, int]) -> Floats:
    """Row totals and column totals as rows of constraints on the cells, row by row."""
    m, n = shape
    return np.vstack([np.kron(np.eye(m), np.ones(n)), np.kron(np.ones(m), np.eye(n))])


def claims(matrix: Floats, ranges: list[tuple[float, float, float]]) -> Constraints:
    low, target, high = np.array(ranges).T
    return Constraints(scipy.sparse.csr_array(matrix), low, target, high, tuple(map(str, range(len(ranges)))))


@pytest.mark.parametrize("seed", range(4))
def test_ras_is_its_twin(seed: int) -> None:
    Z, X = made(seed, (7, 5))
    u, v = X.sum(axis=1), X.sum(axis=0)
    np.testing.assert_allclose(ras(Z, u, v).cells, twin.ras(Z, u, v), rtol=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_gras_is_its_twin(seed: int) -> None:
    Z, X = made(seed, (6, 5), negative=0.2)
    u, v = X.sum(axis=1), X.sum(axis=0)
    np.testing.assert_allclose(gras(Z, u, v).cells, twin.gras(Z, u, v, rounds=100), rtol=1e-6)


def test_gras_of_a_table_without_negative_cells_is_ras() -> None:
    Z, X = made(1, (20, 15))
    u, v = X.sum(axis=1), X.sum(axis=0)
    found, plain = gras(Z, u, v), ras(Z, u, v)
    np.testing.assert_allclose(found.cells, plain.cells, rtol=1e-9)
    assert found.iterations == plain.iterations


@pytest.mark.parametrize("negative", [0.0, 0.15])
def test_cross_entropy_with_only_totals_is_ras_and_gras(negative: float) -> None:
    Z, X = made(2, (20, 15), negative=negative)
    u, v = X.sum(axis=1), X.sum(axis=0)
    both = np.concatenate([u, v])
    exact = claims(totals(Z.shape), [(each, each, each) for each in both.tolist()])
    found = cross_entropy(Z.ravel(), exact, tolerance=1e-12).cells.reshape(Z.shape)
    np.testing.assert_allclose(found, gras(Z, u, v, tolerance=1e-12).cells, rtol=1e-9)
    if not negative:
        np.testing.assert_allclose(found, ras(Z, u, v, tolerance=1e-12).cells, rtol=1e-9)


def test_newton_and_scaling_by_turns_end_at_one_table() -> None:
    Z, X = made(4, (12, 10), negative=0.15)
    u, v = X.sum(axis=1), X.sum(axis=0)
    turns, newton = gras(Z, u, v, tolerance=1e-12), gras(Z, u, v, tolerance=1e-12, max_iterations=1)
    assert newton.iterations < turns.iterations
    np.testing.assert_allclose(newton.cells, turns.cells, rtol=1e-9)
    for found in (turns, newton):
        product = found.row_multipliers[:, None] * found.column_multipliers
        np.testing.assert_allclose(found.cells, np.where(Z > 0, Z * product, Z / product), rtol=1e-8)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("error_weight", [0.01, 1.0])
def test_cross_entropy_with_ranges_is_its_twin(seed: int, error_weight: float) -> None:
    """Exact row totals, three claims with lopsided ranges, two bounded cells: a general optimiser agrees."""
    rng = np.random.default_rng(seed)
    Z, X = made(seed, (3, 4), negative=0.2)
    sums = (rng.random((3, 12)) < 0.5).astype(float) + np.eye(3, 12)
    matrix = np.vstack([totals(Z.shape)[:3], sums])
    values = matrix @ X.ravel()
    ranges = [(each, each, each) for each in values[:3].tolist()]
    for value in values[3:].tolist():
        below, above = rng.uniform(0.1, 0.5, 2) * (1 + abs(value))
        target = value + rng.uniform(-0.6, 0.6) * min(below, above)
        ranges.append((target - below, target, target + above))
    lower, upper = np.full(12, -np.inf), np.full(12, np.inf)
    upper[0], lower[5] = 1.05 * abs(X[0, 0]), min(0.0, 1.1 * X[1, 1])
    found = cross_entropy(
        Z.ravel(), claims(matrix, ranges), lower=lower, upper=upper, error_weight=error_weight
    )
    slow = twin.cross_entropy(Z.ravel(), matrix, ranges, lower=lower, upper=upper, error_weight=error_weight)
    np.testing.assert_allclose(found.cells, slow, rtol=2e-4, atol=2e-4)


def test_gras_is_that_of_quadrium() -> None:
    peer = pytest.importorskip("quadrium.gras", reason="quadrium (MIT), the peer, is not installed")
    for seed in range(5):
        Z, X = made(seed, (40, 35), negative=0.1)
        u, v = X.sum(axis=1), X.sum(axis=0)
        theirs = peer.gras(Z, u, v, eps=1e-13)
        assert theirs.converged
        np.testing.assert_allclose(gras(Z, u, v, tolerance=1e-13).cells, theirs.X, rtol=1e-9)
