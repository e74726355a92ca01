"""GRAS: cases known by hand, lines of one sign, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.errors import EconomyError, InfeasibleError
from autarky.estimation.gras import gras


def test_a_table_of_negative_cells_is_ras_of_its_mirror_image() -> None:
    Z = np.array([[-1.0, -2.0], [-3.0, -4.0]])
    found = gras(Z, [-6.0, -4.0], [-3.0, -7.0])
    mirrored = gras(-Z, [6.0, 4.0], [3.0, 7.0])
    np.testing.assert_allclose(found.cells, -mirrored.cells, rtol=1e-9)
    np.testing.assert_allclose(
        found.cells, Z / (found.row_multipliers[:, None] * found.column_multipliers), rtol=1e-12
    )


def test_one_row_and_a_column_each_solve_a_quadratic() -> None:
    # 4·r − 1/r = 3: r = 1. A total of 0 instead: r = 1/2, cells 2 and −2.
    found = gras([[4.0, -1.0]], [0.0], [2.0, -2.0])
    np.testing.assert_allclose(found.cells, [[2.0, -2.0]], rtol=1e-9)


def test_a_total_far_below_zero_keeps_its_digits() -> None:
    """The factor of the first row is 10⁻⁸ of the second's: the plain root of its quadratic would be zero."""
    (a, b), (c, d) = gras([[1.0, -1.0], [1.0, -1.0]], [-1e8, 0.0], [1.0, -1e8 - 1.0]).cells
    # a = r₀s₀, b = −1/(r₀s₁), c = r₁s₀, d = −1/(r₁s₁)
    assert a * b == pytest.approx(c * d, rel=1e-9)
    assert a == pytest.approx(1e-8, rel=1e-6)


def test_a_line_without_a_cell_of_the_sign_of_its_total_is_refused() -> None:
    with pytest.raises(EconomyError) as caught:
        gras([[1.0, 1.0], [-1.0, 0.0]], [-1.0, 1.0], [0.0, 0.0], row_names=["a", "b"])
    assert [str(problem).split(",")[0] for problem in caught.value.problems] == [
        "row a: has no negative cell",
        "row b: has no positive cell",
    ]


def test_signs_that_do_not_allow_the_totals_are_told() -> None:
    # The second row is all in the first column, which is to hold less.
    with pytest.raises(InfeasibleError, match="column 0"):
        gras([[1.0, -1.0], [1.0, 0.0]], [-2.0, 3.0], [2.0, -1.0], max_iterations=50)


def test_a_total_of_zero_over_cells_of_one_sign_empties_the_row() -> None:
    found = gras([[-1.0, -2.0], [3.0, 4.0]], [0.0, 7.0], [3.0, 4.0])
    np.testing.assert_array_equal(found.cells, [[0, 0], [3, 4]])


def test_a_sparse_table_and_a_full_one_come_out_alike() -> None:
    rng = np.random.default_rng(5)
    Z = np.where(rng.random((60, 60)) < 0.08, rng.normal(1, 1, (60, 60)), 0.0)
    np.fill_diagonal(Z, 5.0)
    X = Z * np.exp(rng.normal(0, 0.2, Z.shape))
    full = np.where(Z == 0, 1e-300, Z)  # the same numbers, held as a full table
    thin, thick = (gras(each, X.sum(axis=1), X.sum(axis=0)) for each in (Z, full))
    np.testing.assert_allclose(thin.cells, thick.cells, rtol=1e-9, atol=1e-200)
    assert (thin.cells[Z == 0] == 0).all()
