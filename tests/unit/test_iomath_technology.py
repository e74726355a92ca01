"""Make and use into symmetric tables, held against an example worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from autarky import iomath

# Two industries, two commodities. Industry 2 makes 10 of commodity 1 beside its own 100:
#   V = [90   0]   q = (100, 100), x = (90, 110)      U = [12  8]
#       [10 100]                                          [10  7]
V = np.array([[90.0, 0.0], [10.0, 100.0]])
U = np.array([[12.0, 8.0], [10.0, 7.0]])
x = np.array([90.0, 110.0])
q = np.array([100.0, 100.0])


def test_market_shares_are_the_hand_computed_ones() -> None:
    # D = V·diag(100, 100)⁻¹
    assert iomath.market_shares(V).tolist() == [[0.9, 0.0], [0.1, 1.0]]


def test_a_commodity_that_nobody_makes_has_no_market_shares() -> None:
    D = iomath.market_shares(np.array([[5.0, 0.0], [15.0, 0.0]]))
    assert D.tolist() == [[0.25, 0.0], [0.75, 0.0]]


def test_industry_by_industry_flows_are_the_hand_computed_ones() -> None:
    # D·U: row 1 = 0.9·(12, 8); row 2 = 0.1·(12, 8) + (10, 7)
    Z = iomath.ordered_product(iomath.market_shares(V), U)
    np.testing.assert_allclose(Z, [[10.8, 7.2], [11.2, 7.8]], rtol=1e-15)
    # Rows: with final demand q − U·1 = (80, 83) shared likewise, each industry sells what it makes.
    Y = iomath.market_shares(V) @ (q - U.sum(axis=1))
    np.testing.assert_allclose(Z.sum(axis=1) + Y, x, rtol=1e-14)


def test_commodity_by_commodity_flows_under_industry_technology_are_the_hand_computed_ones() -> None:
    # U·diag(x)⁻¹·V: commodity 1 takes all of industry 1's inputs and 10/110 of industry 2's.
    Z = U @ iomath.industry_technology(V)
    np.testing.assert_allclose(Z, [[12 + 8 / 11, 8 * 10 / 11], [10 + 7 / 11, 7 * 10 / 11]], rtol=1e-14)


def test_commodity_by_commodity_flows_under_commodity_technology_are_the_hand_computed_ones() -> None:
    # Industry 1 makes commodity 1 alone, so its recipe is (12, 10)/90; for the 10 that industry 2 makes it
    # takes a ninth of that, and commodity 2 is what industry 2 has left: 8 − 12/9 and 7 − 10/9.
    Z = U @ iomath.commodity_technology(V)
    np.testing.assert_allclose(Z, [[12 * 10 / 9, 8 - 12 / 9], [10 * 10 / 9, 7 - 10 / 9]], rtol=1e-14)


def test_commodity_technology_gives_a_negative_cell_where_a_byproduct_needs_more_than_its_maker_uses() -> (
    None
):
    # Industry 2 uses 1 of commodity 1, but its by-product by industry 1's recipe would need 12/9.
    Z = np.array([[12.0, 1.0], [10.0, 7.0]]) @ iomath.commodity_technology(V)
    assert Z[0, 1] == pytest.approx(1 - 12 / 9)


@pytest.mark.parametrize("technology", [iomath.industry_technology, iomath.commodity_technology])
def test_inputs_and_value_added_still_add_up_to_output_after_the_change_of_columns(technology) -> None:
    random = np.random.default_rng(7)
    make = np.diag(random.uniform(50, 100, 6)) + random.uniform(0, 3, (6, 6))
    use = random.uniform(0, 8, (6, 6))
    value_added = make.sum(axis=1) - use.sum(axis=0)
    R = technology(make)
    np.testing.assert_allclose((use @ R).sum(axis=0) + value_added @ R, make.sum(axis=0), rtol=1e-12)


def test_commodity_technology_refuses_a_make_matrix_that_is_not_square() -> None:
    with pytest.raises(ValueError, match="square"):
        iomath.commodity_technology(np.ones((3, 2)))


def test_the_ordered_product_is_the_product() -> None:
    random = np.random.default_rng(1)
    A, B = random.normal(size=(4, 5)), random.normal(size=(5, 3))
    np.testing.assert_allclose(iomath.ordered_product(A, B), A @ B, rtol=1e-13)
    with pytest.raises(ValueError):
        iomath.ordered_product(A, B.T)
