"""Footprints are pymrio's accounts: consumption, production, imports, exports, of the same system."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.accounts import open_accounts
from autarky.dependence.footprints import footprints, footprints_of_final_users
from autarky.sources.pymrio_bridge import from_pymrio, to_pymrio
from made_economies import make_economy

pymrio = pytest.importorskip("pymrio", reason="the extra 'pymrio' is not installed")


@pytest.mark.parametrize("emissions", [False, True], ids=["value added", "emissions"])
@pytest.mark.parametrize("given", ["pymrio's own", "made"])
def test_the_four_accounts_are_pymrios(given: str, emissions: bool) -> None:
    if given == "made":
        economy = make_economy(np.random.default_rng(3), national=False, regions=4, sectors=3)
        system = to_pymrio(economy)
    else:
        system = pymrio.load_test()
        economy = from_pymrio(system, year=2010)
    row = economy.value_added.sum(axis=0)
    if emissions:
        row = np.random.default_rng(1).lognormal(size=len(economy.x))
    extension = system.factor_inputs
    extension.F = extension.F.astype(float) * 0.0
    extension.F.iloc[0] = row
    system.calc_all()
    accounts = open_accounts(economy, economy.industries.regions[:1])
    ours = footprints(accounts, row if emissions else None, what="emissions", units="kt")
    theirs = (extension.D_cba, extension.D_pba, extension.D_imp, extension.D_exp)
    for account, peer in zip(ours, theirs, strict=True):
        expected = peer.to_numpy()[0].reshape(account.shape)
        assert np.abs(account.values - expected).max() <= 1e-9 * np.abs(expected).max(), account.name
        assert account["region"].values.tolist() == peer.columns.get_level_values(0).unique().tolist()
        assert account.attrs["units"] == "kt"
    behind = footprints_of_final_users(accounts, row)
    per_unit = extension.M.to_numpy()[0]
    chosen = [economy.final_users.index(user) for user in accounts.final_users]
    assert behind.values.sum(axis=0) == pytest.approx(per_unit @ economy.Y[:, chosen])
    # What one region makes for this region's final users, and all regions' together.
    assert behind.values.sum() == pytest.approx(float(ours[0][0].sum()))
    assert behind.values[1:].sum() == pytest.approx(float(ours[2][0].sum()))
