"""Footprints: what is consumed is produced somewhere, in a world table and in a national one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.accounts import open_accounts
from autarky.dependence.footprints import footprints, footprints_of_final_users
from autarky.errors import InputError
from cases import law
from made_economies import make_economy
from small_economies import three_regions


@law(40)
@given(seed=st.integers(0, 2**32 - 1), national=st.booleans())
def test_consumption_and_production_based_accounts_have_the_same_sum(seed: int, national: bool) -> None:
    rng = np.random.default_rng(seed)
    economy = make_economy(rng, national=national, oddities=True)
    row = rng.lognormal(size=len(economy.x)) * (economy.x > 0)
    for account in (None, row):
        consumed, produced, abroad, exported = footprints(
            open_accounts(economy, economy.industries.regions[:1]), account
        )
        total = float(produced.sum())
        given_total = economy.value_added.sum() if account is None else row.sum()
        assert total == pytest.approx(given_total)
        assert float(consumed.sum()) == pytest.approx(total)
        # What crosses a border leaves somewhere and arrives somewhere.
        assert float(abroad.sum()) == pytest.approx(float(exported.sum()), abs=1e-9 * total)
        own = (consumed - abroad).sum("product").values
        kept = (produced - exported).sum("product").values
        here = ~np.isnan(produced.values).all(axis=1)
        assert own[here] == pytest.approx(kept[here], abs=1e-9 * total)
        assert (~here).sum() == len(consumed["region"]) - len(economy.industries.regions)


def test_a_national_table_exports_what_its_partners_buy() -> None:
    economy = make_economy(np.random.default_rng(2), national=True, negative_inventories=False)
    accounts = open_accounts(economy)
    consumed, produced, abroad, exported = footprints(accounts)
    L = np.linalg.inv(np.eye(len(economy.x)) - economy.A)
    content = (economy.value_added.sum(axis=0) / economy.x) @ L @ accounts.exports.sum(axis=1)
    partner = [r for r in consumed["region"].values if r not in economy.industries.regions]
    assert float(consumed.sel(region=partner).sum()) == pytest.approx(content)
    assert float(abroad.sel(region=partner).sum()) == pytest.approx(content)
    assert float(exported.sum()) == pytest.approx(content)
    assert np.isnan(produced.sel(region=partner)).all()


def test_final_users_footprints_by_origin_are_those_of_the_inverse() -> None:
    economy = three_regions()
    found = footprints_of_final_users(open_accounts(economy, ["NOR", "USA"]))
    L = np.linalg.inv(np.eye(6) - economy.A)
    made = (economy.value_added[0] / economy.x)[:, None] * (L @ economy.Y[:, [0, 2]])
    assert found.values == pytest.approx(made.reshape(3, 2, 2).sum(axis=1))
    assert found["final_user"].values.tolist() == ["NOR.HH", "USA.HH"]
    assert found.attrs["units"] == "million USD / year"


def test_an_account_of_another_length_is_refused() -> None:
    with pytest.raises(InputError, match=r"account: has shape .* the table has 6 industries"):
        footprints(open_accounts(three_regions(), ["NOR"]), np.ones(5))
