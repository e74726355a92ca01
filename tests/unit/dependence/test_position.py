"""Upstreamness and downstreamness of economies whose stages can be counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autarky.accounts import open_accounts
from autarky.dependence.position import downstreamness, upstreamness
from autarky.economy import FinalUseKind
from small_economies import chain, coal_from_apart, three_regions


def test_stages_of_a_chain_are_counted() -> None:
    """Half of what the mine makes is exported: to final users, or else to where the other half goes."""
    accounts = open_accounts(chain())
    assert upstreamness(accounts, corrected=False).values == pytest.approx([2.0, 2.0, 1.0])
    assert upstreamness(accounts).values == pytest.approx([3.0, 2.0, 1.0])
    # The mill takes half its output's worth from the mine, the shop two thirds from the mill.
    assert downstreamness(accounts).values == pytest.approx([1.0, 1.5, 2.0])


def test_inventories_are_no_final_use_unless_asked() -> None:
    """The shop lays in 1 of 4; the rest goes to households. The mill lays in as much as it sells."""
    accounts = open_accounts(chain(shop_inventories=1.0))
    assert upstreamness(accounts).sel(industry="shop") == pytest.approx(1.0)
    economy = chain()
    Y = economy.Y.copy()
    Y[1, 2] = 2.0 * 365.0
    stored = open_accounts(replace(economy, Y=Y))
    assert upstreamness(stored).sel(industry="mill") == pytest.approx(2.0)
    assert upstreamness(stored, corrected=False).sel(industry="mill") == pytest.approx(1.5)


def test_imports_are_taken_for_home_products_unless_asked() -> None:
    accounts = open_accounts(coal_from_apart())
    A = np.array([[0.2 / 1.7, 0.3], [0.3 / 1.7, 0.5]])
    assert downstreamness(accounts).values == pytest.approx(np.linalg.solve(np.eye(2) - A.T, np.ones(2)))
    A[1, 0] = 0.0
    assert downstreamness(accounts, corrected=False).values == pytest.approx(
        np.linalg.solve(np.eye(2) - A.T, np.ones(2))
    )
    # Home use: food 0.2 + 0.3 + 1.0, coal 0.3 (imported) + 0.5 + 0.3.
    B = np.array([[0.2 / 1.5, 0.3 / 1.5], [0.3 / 1.1, 0.5 / 1.1]])
    assert upstreamness(accounts).values == pytest.approx(np.linalg.solve(np.eye(2) - B, np.ones(2)))


def test_a_bloc_is_placed_in_the_whole_world() -> None:
    economy = three_regions()
    x = economy.x
    U = np.linalg.solve(np.eye(6) - economy.Z / x[:, None], np.ones(6))
    D = np.linalg.solve(np.eye(6) - (economy.Z / x).T, np.ones(6))
    accounts = open_accounts(economy, ("CHN",))
    assert upstreamness(accounts).values == pytest.approx(U[2:4])
    assert downstreamness(accounts).values == pytest.approx(D[2:4])
    assert downstreamness(accounts).coords["industry"].values.tolist() == ["CHN.food", "CHN.coal"]


def test_a_product_that_nobody_uses_at_home_has_no_place() -> None:
    economy = chain()
    Z, Y = economy.Z.copy(), economy.Y.copy()
    Z[0, 1] = 0.0
    accounts = open_accounts(replace(economy, Z=Z, Y=Y))
    assert np.isnan(upstreamness(accounts).sel(industry="mine"))
    assert upstreamness(accounts, corrected=False).sel(industry="mine") == pytest.approx(1.0)


def test_exports_of_a_world_table_stay_final_uses() -> None:
    economy = three_regions()
    user = economy.final_users[0]._replace(kind=FinalUseKind.EXPORTS)
    other = replace(economy, final_users=(user, *economy.final_users[1:]))
    same = upstreamness(open_accounts(economy, ("NOR",))), upstreamness(open_accounts(other, ("NOR",)))
    assert np.array_equal(*same)


def test_a_product_that_goes_round_for_ever_has_no_place_and_takes_its_suppliers_along() -> None:
    """The mill sells to nobody but itself, besides exports; the mine sells to it, the shop does not."""
    economy = chain()
    Z, Y = economy.Z.copy(), economy.Y.copy()
    Z[1, 1], Z[1, 2] = Z[1, 2], 0.0
    Y[1, 1] = 365.0
    stages = upstreamness(open_accounts(replace(economy, Z=Z, Y=Y)))
    assert np.isnan(stages.sel(industry=["mine", "mill"])).all()
    assert stages.sel(industry="shop") == pytest.approx(1.0)
    assert np.isfinite(upstreamness(open_accounts(replace(economy, Z=Z, Y=Y)), corrected=False)).all()
