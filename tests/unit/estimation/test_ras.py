"""RAS: closed forms, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autarky.errors import EconomyError, InfeasibleError
from autarky.estimation.ras import ras


def test_a_table_whose_rows_are_alike_becomes_the_product_of_its_totals() -> None:
    u, v = np.array([3.0, 5.0, 2.0]), np.array([1.0, 4.0, 4.5, 0.5])
    found = ras(np.outer([1.0, 7.0, 0.2], [2.0, 1.0, 5.0, 3.0]), u, v)
    np.testing.assert_allclose(found.cells, np.outer(u, v) / 10, rtol=1e-9)


def test_two_by_two_solves_the_quadratic_that_keeps_the_cross_ratio() -> None:
    Z = np.array([[1.0, 2.0], [3.0, 4.0]])
    u, v = np.array([5.0, 5.0]), np.array([6.0, 4.0])
    # a·d / (b·c) = 4/6, b = 5 − a, c = 6 − a, d = a − 1: 3·a·(a − 1) = 2·(5 − a)·(6 − a), a² + 19a = 60
    a = (-19 + math.sqrt(19**2 + 240)) / 2
    np.testing.assert_allclose(ras(Z, u, v).cells, [[a, 5 - a], [6 - a, a - 1]], rtol=1e-9)


def test_a_table_scaled_by_rows_and_columns_is_found_again() -> None:
    rng = np.random.default_rng(3)
    Z = rng.lognormal(0, 1, (12, 9)) * (rng.random((12, 9)) < 0.6)
    Z[:, 0] = 1.0
    Z[0] = 1.0
    X = rng.lognormal(0, 1, (12, 1)) * Z * rng.lognormal(0, 1, 9)
    found = ras(Z, X.sum(axis=1), X.sum(axis=0), tolerance=1e-12)
    np.testing.assert_allclose(found.cells, X, rtol=1e-9)
    np.testing.assert_allclose(
        found.cells, found.row_multipliers[:, None] * Z * found.column_multipliers, rtol=1e-14
    )


def test_a_total_of_zero_empties_its_row() -> None:
    found = ras([[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]], [0.0, 7.0, 0.0], [3.0, 4.0])
    np.testing.assert_array_equal(found.cells, [[0, 0], [3, 4], [0, 0]])


def test_contradictory_totals_and_empty_rows_are_told_together() -> None:
    with pytest.raises(EconomyError) as caught:
        ras([[0.0, 0.0], [1.0, 1.0]], [1.0, 2.0], [2.0, 2.0], row_names=["mining", "food"])
    places = [problem.place for problem in caught.value.problems]
    assert places == ["row mining", "totals"]
    assert "every cell is zero, its total is to be 1" in caught.value.problems[0].what
    assert "row totals sum to 3, the column totals to 4" in caught.value.problems[1].what


def test_zeros_that_do_not_allow_the_totals_are_told() -> None:
    # The second row stands in the first column alone and needs more than the column holds.
    with pytest.raises(InfeasibleError) as caught:
        ras([[1.0, 1.0], [1.0, 0.0]], [1.0, 3.0], [2.0, 2.0], row_names=["mining", "food"])
    assert [f"{problem.place}: {problem.what}" for problem in caught.value.problems] == [
        "row food: wants 3, but 'column 0' allows 0 to 2",
        "column 0: wants 2, but 'row food' allows at least 3",
    ]


def test_a_column_emptied_by_rows_of_zero_is_told() -> None:
    with pytest.raises(InfeasibleError, match="column 0"):
        ras([[1.0, 1.0], [0.0, 1.0]], [0.0, 3.0], [1.0, 2.0])


@pytest.mark.parametrize(
    ("Z", "u", "v", "told"),
    [
        ([[1.0, 2.0]], [3.0, 1.0], [1.0, 2.0], "one total per row"),
        ([[1.0, np.nan]], [3.0], [1.0, 2.0], "not finite"),
        ([[1.0, -2.0]], [3.0], [1.0, 2.0], "GRAS does"),
        ([[1.0, 2.0]], [-3.0], [-1.0, -2.0], "GRAS does"),
    ],
)
def test_arrays_that_are_no_table_with_totals_are_refused(
    Z: list[list[float]], u: list[float], v: list[float], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        ras(Z, u, v)


def test_names_are_one_per_row() -> None:
    with pytest.raises(ValueError, match="3 names for 1 rows"):
        ras([[1.0]], [1.0], [1.0], row_names=["a", "b", "c"])


def test_a_table_too_large_for_newton_says_which_columns_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autarky.estimation.ras.NEWTON", 3)
    with pytest.raises(InfeasibleError, match=r"column 0: still 0\.\d+ of its total away after 300 rounds"):
        ras([[1.0, 1.0], [1.0, 0.0]], [1.0, 3.0], [2.0, 2.0])
